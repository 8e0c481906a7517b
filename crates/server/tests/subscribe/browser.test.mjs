// The pages of subscribing in a browser, in both languages, light and dark, on a telephone and on a desk.
//
// Where TOURNEE_TEST_SHOTS names a folder, what was seen is left there.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { after, before, test } from "node:test";

const { TOURNEE_TEST_URL, TOURNEE_TEST_MANAGE, TOURNEE_TEST_CHROMIUM, TOURNEE_TEST_NODE_MODULES, TOURNEE_TEST_SHOTS } =
  process.env;
const need = createRequire(join(TOURNEE_TEST_NODE_MODULES, "any.js"));
const { chromium } = need("playwright-core");
const AXE = readFileSync(need.resolve("axe-core/axe.min.js"), "utf8");
const PAGES = [
  ["subscribe", "/status/subscribe"],
  ["manage", TOURNEE_TEST_MANAGE],
  ["confirm", "/status/confirm/x"],
  ["code", "/status/code"],
];

let browser;
before(async () => {
  const args = ["--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"];
  browser = await chromium.launch({ executablePath: TOURNEE_TEST_CHROMIUM, args, chromiumSandbox: false });
});
after(() => browser.close());

const open = async (path, { lang, scheme = "light", width = 1280, javaScriptEnabled = true }) => {
  const context = await browser.newContext({
    viewport: { width, height: 900 },
    colorScheme: scheme,
    locale: lang === "fr" ? "fr-FR" : "en-GB",
    javaScriptEnabled,
  });
  const page = await context.newPage();
  const troubles = [];
  page.on("pageerror", (error) => troubles.push(String(error)));
  page.on("console", (message) => troubles.push(message.text()));
  await page.goto(TOURNEE_TEST_URL + path);
  return { context, page, troubles: () => troubles.filter((text) => !text.includes("favicon")) };
};

const violations = async (page) => {
  await page.evaluate(AXE);
  const { violations: found } = await page.evaluate(() => window.axe.run(document));
  return found.map(
    ({ id, nodes }) => `${id}: ${nodes.map(({ target, failureSummary }) => `${target} ${failureSummary}`).join("; ")}`,
  );
};

for (const lang of ["fr", "en"])
  for (const scheme of ["light", "dark"])
    for (const width of [390, 1280])
      test(`axe finds nothing (${lang}, ${scheme}, ${width} wide)`, async () => {
        for (const [name, path] of PAGES) {
          const { context, page, troubles } = await open(path, { lang, scheme, width });
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
  const { context, page } = await open("/status/subscribe", { lang: "en", javaScriptEnabled: false });
  await page.getByLabel("Text message").check();
  assert.ok(!(await page.getByLabel("E-mail address").isVisible()));
  await page.getByLabel("Telephone number").fill("06 12 34 56 78");
  await page.getByRole("button", { name: "Subscribe" }).click();
  await page.getByRole("heading", { name: "Check your messages" }).waitFor();
  assert.equal(await page.getByLabel("Telephone number").inputValue(), "06 12 34 56 78");
  await context.close();
});
