// What somebody at the desk does: the queue by keys alone, in both languages, light and dark, on a telephone and on a desk;
// what strangers wrote stays text, and axe finds nothing.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { after, before, test } from "node:test";

const { TOURNEE_TEST_NODE_MODULES, TOURNEE_TEST_CHROMIUM, TOURNEE_TEST_URL, TOURNEE_TEST_KEY, TOURNEE_TEST_SHOTS } = process.env;
const need = createRequire(join(TOURNEE_TEST_NODE_MODULES, "any.js"));
const { chromium } = need("playwright-core");
const AXE = readFileSync(need.resolve("axe-core/axe.min.js"), "utf8");

let browser;
before(async () => {
  browser = await chromium.launch({ executablePath: TOURNEE_TEST_CHROMIUM, args: ["--no-sandbox"] });
});
after(() => browser.close());

/** What axe finds wrong. The page's own policy would keep axe out. */
const violations = async (page) => {
  await page.evaluate(AXE);
  const found = await page.evaluate(() => axe.run(document, { runOnly: ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa", "best-practice"] }));
  return found.violations.map((one) => `${one.id}: ${one.nodes.map((node) => node.html).join(" ")}`);
};

const shot = async (page, name) => {
  if (TOURNEE_TEST_SHOTS) await page.screenshot({ path: join(TOURNEE_TEST_SHOTS, `${name}.png`), fullPage: true });
};

const open = async (path, options) => {
  const context = await browser.newContext({ bypassCSP: true, ...options });
  const page = await context.newPage();
  const errors = [];
  page.on("pageerror", (error) => errors.push(error.message));
  page.on("dialog", (dialog) => errors.push(`a dialog: ${dialog.message()}`));
  const called = new Set();
  page.on("request", (request) => called.add(new URL(request.url()).origin));
  await page.goto(`${TOURNEE_TEST_URL}${path}`);
  return { page, context, errors, called };
};

const enter = async (page) => {
  await page.locator("#key").fill(TOURNEE_TEST_KEY);
  await page.keyboard.press("Enter");
  await page.locator("button.ticket").first().waitFor();
};

const focused = (page) => page.evaluate(() => document.activeElement.textContent);

const VIEWS = [
  ["fr", "light", { width: 360, height: 740 }],
  ["en", "dark", { width: 1280, height: 900 }],
];

for (const [lang, colorScheme, viewport] of VIEWS) {
  test(`the queue is worked by keys alone (${lang}, ${colorScheme}, ${viewport.width})`, async () => {
    const { page, context, errors, called } = await open(`/desk?lang=${lang}`, { colorScheme, viewport });
    assert.deepEqual(await violations(page), [], "the page that asks for a key");
    await page.locator("#key").fill("tk_wrong");
    await page.keyboard.press("Enter");
    await page.locator("#said:not(:empty)").waitFor();
    await enter(page);
    assert.deepEqual(await violations(page), [], "the queue");
    await shot(page, `queue-${lang}`);
    assert.doesNotMatch(await page.locator("main").innerText(), /null|undefined/);
    assert.equal(await page.locator("#said").textContent(), "", "what was said of the wrong key is gone");
    const first = await focused(page);
    await page.keyboard.press("j");
    const second = await focused(page);
    assert.notEqual(first, second);
    await page.keyboard.press("k");
    assert.equal(await focused(page), first);
    await page.keyboard.press("x");
    assert.equal(await page.locator(".queue input:checked").count(), 1);
    await page.keyboard.press("x");
    await page.keyboard.press("?");
    assert.deepEqual(await violations(page), [], "the help");
    await shot(page, `help-${lang}`);
    await page.keyboard.press("Escape");
    await page.locator("dialog").waitFor({ state: "detached" });

    await page.locator("button.ticket").first().focus();
    await page.keyboard.press("Enter");
    await page.locator(".messages").waitFor();
    assert.deepEqual(await violations(page), [], "a ticket");
    await shot(page, `ticket-${lang}`);
    assert.doesNotMatch(await page.locator("main").innerText(), /null|undefined/);
    assert.match(await page.locator(".messages pre").first().textContent(), /<script>/, "what was written is shown as it is");
    await page.keyboard.press("t");
    await page.locator("#said:not(:empty)").waitFor();
    await page.keyboard.press("h");
    await page.keyboard.type("please call");
    assert.deepEqual(await violations(page), [], "a dialog");
    await page.keyboard.press("Tab");
    await page.keyboard.press("Enter");
    await page.locator(".messages .out").waitFor();
    await page.keyboard.press("a");
    await page.keyboard.type("Bonjour, a");
    await page.keyboard.press("Tab");
    await page.keyboard.press("Enter");
    await page.locator(".messages .out").nth(1).waitFor();
    await page.keyboard.press("Escape");
    await page.locator("ol.queue, main p").first().waitFor();
    const wide = await page.evaluate(() => document.documentElement.scrollWidth <= window.innerWidth);
    assert.ok(wide, "nothing sticks out");
    assert.deepEqual(errors, []);
    assert.deepEqual([...called], [new URL(TOURNEE_TEST_URL).origin]);
    await context.close();
  });
}

test("the policy keeps everything else out", async () => {
  const context = await browser.newContext();
  const page = await context.newPage();
  const said = [];
  page.on("console", (message) => said.push(message.text()));
  await page.goto(`${TOURNEE_TEST_URL}/desk`);
  await page.locator("#key").waitFor();
  assert.deepEqual(said.filter((text) => /policy/i.test(text)), [], "our own script and style run");
  const ran = await page.evaluate(() => {
    try {
      const script = document.createElement("script");
      script.textContent = "window.ran = true";
      document.head.append(script);
    } catch {
      return "refused";
    }
    return window.ran ?? "kept out";
  });
  assert.notEqual(ran, true);
  await context.close();
});

for (const [lang, colorScheme, viewport] of VIEWS) {
  test(`the form is asked by keys alone (${lang})`, async () => {
    const { page, context, errors } = await open(`/status/help?lang=${lang}`, { colorScheme, viewport, javaScriptEnabled: true });
    assert.deepEqual(await violations(page), []);
    await shot(page, `form-${lang}`);
    await page.locator("#mail").focus();
    await page.keyboard.type("anne@mail.example");
    await page.keyboard.press("Tab");
    await page.keyboard.type("A-1");
    await page.keyboard.press("Tab");
    await page.keyboard.type("Where is it?");
    await page.keyboard.press("Tab");
    await page.keyboard.press("Enter");
    await page.locator("strong").waitFor();
    assert.match(await page.locator("strong").textContent(), /^T[0-9A-Z]{10}$/);
    assert.deepEqual(await violations(page), []);
    assert.deepEqual(errors, []);
    await context.close();
  });
}
