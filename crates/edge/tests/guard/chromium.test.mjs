// The pages of a guarded door in a browser, in both languages, light and dark, on a telephone and on a desk.
//
// Where TOURNEE_TEST_SHOTS names a folder, what was seen is left there.

import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { open, violations } from "../browser.mjs";

const { TOURNEE_TEST_URL, TOURNEE_TEST_PART, TOURNEE_TEST_SHOTS } = process.env;

/** The status of a page that is refused is written to the console too. */
const opened = (options) => open({ ...options, expected: /favicon|the server responded with a status of/ });

/** Comes to the service by itself, and has no question left. */
const arrives = async ({ context, page, troubles }, path) => {
  await page.goto(TOURNEE_TEST_URL + path);
  await page.waitForFunction((said) => document.body?.textContent.startsWith(said), `GET ${path} #`, { polling: 200 });
  assert.equal(page.url(), TOURNEE_TEST_URL + path);
  const names = (await context.cookies()).map(({ name }) => name);
  assert.deepEqual(names, ["tournee_token"]);
  assert.deepEqual(troubles(), []);
  await page.goto(`${TOURNEE_TEST_URL}/elsewhere`);
  assert.match(await page.textContent("body"), /^GET \/elsewhere #/, "it is not asked again");
  await context.close();
};

const looks = (name, path, method) => {
  for (const lang of ["fr", "en"])
    for (const scheme of ["light", "dark"])
      for (const width of [390, 1280])
        test(`axe finds nothing (${name}, ${lang}, ${scheme}, ${width} wide)`, async () => {
          const { context, page, troubles } = await opened({ lang, scheme, width });
          // A page that reloads itself is looked at in its first moment: the question's address is not answered.
          await page.route("**/*tournee-check*", (route) => route.abort());
          const response = await page.goto(TOURNEE_TEST_URL + path);
          assert.equal(response.status(), 503);
          assert.equal(await page.locator("html").getAttribute("lang"), lang);
          const found = await violations(page);
          // A reload that takes a moment is what the page is for; a person may read on at the link.
          assert.deepEqual(found.filter((one) => !one.startsWith("meta-refresh")), []);
          const over = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
          assert.ok(over <= 0, `${over} too wide`);
          if (TOURNEE_TEST_SHOTS)
            await page.screenshot({ path: join(TOURNEE_TEST_SHOTS, `${name}-${lang}-${scheme}-${width}.png`) });
          assert.deepEqual(troubles(), []);
          await context.close();
        });
};

const parts = {
  script: () => {
    test("a script answers", async () => arrives(await opened(), "/x?a=b"));
    test("a form is sent again by its page, with what was in it", async () => {
      const { context, page } = await opened();
      await page.route(`${TOURNEE_TEST_URL}/form`, (route) =>
        route.fulfill({
          contentType: "text/html",
          body: '<form method="post" action="/contact"><input name="who" value="Zoé"><button>Send</button></form>',
        }),
      );
      await page.goto(`${TOURNEE_TEST_URL}/form`);
      await page.click("button");
      await page.getByRole("heading", { name: "Votre envoi n’a pas encore été reçu" }).waitFor();
      if (TOURNEE_TEST_SHOTS) await page.screenshot({ path: join(TOURNEE_TEST_SHOTS, "form-fr-light-1280.png") });
      await page.reload();
      assert.match(await page.textContent("body"), /^POST \/contact #.* who=Zo%C3%A9$/);
      await context.close();
    });
  },
  work: () => test("work is done", async () => arrives(await opened(), "/x")),
  refresh: () => {
    test("a page that reloads itself, without a script", async () => arrives(await opened({ javaScriptEnabled: false }), "/x"));
    test("a browser that keeps no cookies is told so, and may allow them", async () => {
      const { context, page } = await opened({ javaScriptEnabled: false });
      await page.goto(`${TOURNEE_TEST_URL}/x`);
      await context.clearCookies();
      await page.getByText("ne garde pas les cookies").waitFor();
      if (TOURNEE_TEST_SHOTS) await page.screenshot({ path: join(TOURNEE_TEST_SHOTS, "cookies-fr-light-1280.png") });
      await page.getByRole("link", { name: "Recharger la page" }).click();
      await page.getByText(/^GET \/x #/).waitFor();
      await context.close();
    });
    looks("challenge", "/y");
  },
  refused: () => looks("refused", "/y"),
};
parts[TOURNEE_TEST_PART]();
