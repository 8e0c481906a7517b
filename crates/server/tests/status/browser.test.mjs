// The status page in a browser, in both languages, light and dark, on a telephone and on a desk.
//
// Where TOURNEE_TEST_SHOTS names a folder, what was seen is left there.

import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { open, violations } from "../../../edge/tests/browser.mjs";

const { TOURNEE_TEST_URL, TOURNEE_TEST_SHOTS } = process.env;
const PAGES = [
  ["now", "/status"],
  ["incident", "/status/incidents/7"],
  ["history", "/status/history"],
];

for (const lang of ["fr", "en"])
  for (const scheme of ["light", "dark"])
    for (const width of [390, 1280])
      test(`axe finds nothing (${lang}, ${scheme}, ${width} wide)`, async () => {
        for (const [name, path] of PAGES) {
          const { context, page, troubles } = await open({ path, lang, scheme, width });
          const shot = (state) =>
            TOURNEE_TEST_SHOTS &&
            page.screenshot({ fullPage: true, path: join(TOURNEE_TEST_SHOTS, `${name}-${lang}-${scheme}-${width}${state}.png`) });
          assert.equal(await page.locator("html").getAttribute("lang"), lang);
          await shot("");
          assert.deepEqual(await violations(page), [], name);
          for (const summary of await page.locator("summary").all()) await summary.click();
          assert.deepEqual(await violations(page), [], `${name}, all unfolded`);
          const over = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
          assert.ok(over <= 0, `${name} is ${over} too wide`);
          await shot("-open");
          assert.deepEqual(troubles(), []);
          await context.close();
        }
      });

test("all is there without scripts, and the language is switched by a link", async () => {
  const { context, page } = await open({ path: "/status", lang: "en", javaScriptEnabled: false });
  await page.getByRole("link", { name: "Français" }).click();
  assert.equal(await page.locator("html").getAttribute("lang"), "fr");
  await page.getByRole("link", { name: /^Les 3 messages/ }).click();
  await page.getByRole("heading", { name: "Déroulé" }).waitFor();
  await page.locator("summary", { hasText: "Sur quoi cela repose" }).first().click();
  assert.ok(await page.getByText("appels réels et appels d’essai, comptés").first().isVisible());
  await context.close();
});

test("keys alone get everywhere", async () => {
  const { context, page } = await open({ path: "/status", lang: "en" });
  await page.keyboard.press("Tab");
  assert.equal(await page.evaluate(() => document.activeElement.className), "skip");
  await page.keyboard.press("Enter");
  await page.keyboard.press("Tab");
  const inside = await page.evaluate(() => document.querySelector("main").contains(document.activeElement));
  assert.ok(inside, "the skip link leads into the content");
  await context.close();
});
