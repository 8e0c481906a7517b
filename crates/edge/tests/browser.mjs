// A real browser for the tests of pages: opens them in a language, a theme and a width, and has axe look at them.

import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { after, before } from "node:test";

const { TOURNEE_TEST_URL, TOURNEE_TEST_CHROMIUM, TOURNEE_TEST_NODE_MODULES } = process.env;
const need = createRequire(join(TOURNEE_TEST_NODE_MODULES, "any.js"));
const { chromium } = need("playwright-core");
const AXE = readFileSync(need.resolve("axe-core/axe.min.js"), "utf8");

let browser;
before(async () => {
  const args = ["--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"];
  browser = await chromium.launch({ executablePath: TOURNEE_TEST_CHROMIUM, args, chromiumSandbox: false });
});
after(() => browser.close());

/** A page of its own, at `path` if there is one. Its troubles are errors, what is written to the console, and requests elsewhere. */
export const open = async ({
  path,
  lang = "fr",
  scheme = "light",
  width = 1280,
  javaScriptEnabled = true,
  expected = /favicon/,
} = {}) => {
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
  page.on("request", (request) => {
    if (!request.url().startsWith(TOURNEE_TEST_URL)) troubles.push(request.url());
  });
  if (path) await page.goto(TOURNEE_TEST_URL + path);
  return { context, page, troubles: () => troubles.filter((text) => !expected.test(text)) };
};

/** What axe finds on the page as it is. */
export const violations = async (page) => {
  // As the debugger's own code: a page's policy forbids it as a script.
  await page.evaluate(AXE);
  const { violations: found } = await page.evaluate(() => window.axe.run(document));
  return found.map(
    ({ id, nodes }) => `${id}: ${nodes.map(({ target, failureSummary }) => `${target} ${failureSummary}`).join("; ")}`,
  );
};
