// The pages of subscribing in a browser, in both languages, light and dark, on a telephone and on a desk.
//
// Where TOURNEE_TEST_SHOTS names a folder, what was seen is left there.

import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { open, violations } from "../../../edge/tests/browser.mjs";

const { TOURNEE_TEST_URL, TOURNEE_TEST_MANAGE, TOURNEE_TEST_SHOTS } = process.env;
const PAGES = [
  ["subscribe", "/status/subscribe"],
  ["manage", TOURNEE_TEST_MANAGE],
  ["confirm", "/status/confirm/x"],
  ["code", "/status/code"],
];

for (const lang of ["fr", "en"])
  for (const scheme of ["light", "dark"])
    for (const width of [390, 1280])
      test(`axe finds nothing (${lang}, ${scheme}, ${width} wide)`, async () => {
        for (const [name, path] of PAGES) {
          const { context, page, troubles } = await open({ path, lang, scheme, width });
          assert.equal(await page.locator("html").getAttribute("lang"), lang);
          for (const summary of await page.locator("summary").all()) await summary.click();
          if (TOURNEE_TEST_SHOTS)
            await page.screenshot({
              fullPage: true,
              path: join(TOURNEE_TEST_SHOTS, `${name}-${lang}-${scheme}-${width}.png`),
            });
          assert.deepEqual(await violations(page), [], name);
          const over = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
          assert.ok(over <= 0, `${name} is ${over} too wide`);
          assert.deepEqual(troubles(), []);
          await context.close();
        }
      });

test("without scripts the form is sent and answered", async () => {
  const { context, page } = await open({ path: "/status/subscribe", lang: "en", javaScriptEnabled: false });
  await page.getByLabel("Text message").check();
  assert.ok(!(await page.getByLabel("E-mail address").isVisible()));
  await page.getByLabel("Telephone number").fill("06 12 34 56 78");
  await page.getByRole("button", { name: "Subscribe" }).click();
  await page.getByRole("heading", { name: "Check your messages" }).waitFor();
  assert.equal(await page.getByLabel("Telephone number").inputValue(), "06 12 34 56 78");
  await context.close();
});
