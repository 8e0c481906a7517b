// What a buyer does, from the search to the choice: by keys alone, in both languages, on a telephone and on a desk.
// Holds against any server that has points near 75002 Paris.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { REAL, SERVER, openWorld, visit, violations } from "./world.mjs";

let world;
before(async () => {
  world = await openWorld();
});
after(() => world.close());

const WORDS = {
  fr: {
    points: /^\d+ points? de retrait près de 75002\u00a0Paris/i,
    choose: "Choisir ce point",
    chosen: "Votre point de retrait",
    change: "Choisir un autre point",
  },
  en: {
    points: /^\d+ pickup points? near 75002\u00a0Paris/i,
    choose: "Choose this point",
    chosen: "Your pickup point",
    change: "Choose another point",
  },
};

/** What has the focus, inside the picker too. */
const focused = (page) =>
  page.evaluate(() => {
    let at = document.activeElement;
    while (at.shadowRoot?.activeElement) at = at.shadowRoot.activeElement;
    return { type: at.type ?? at.localName, class: at.className, value: at.value ?? "", text: at.textContent };
  });

/** Presses Tab until the focus is where it is wanted. */
const tabTo = async (page, wanted) => {
  for (let presses = 0; presses < 12; presses += 1) {
    await page.keyboard.press("Tab");
    const at = await focused(page);
    if (wanted(at)) return at;
  }
  return assert.fail("Tab does not lead there");
};

for (const lang of ["fr", "en"]) {
  test(`keys alone choose a point (${lang})`, async () => {
    const { page, context, picker, heard, errors, called } = await visit(world, {
      lang,
      attributes: { "order-number": `C-${lang}`, "weight-g": "750" },
    });
    await picker.locator(".status").filter({ hasText: WORDS[lang].points }).waitFor();
    await page.locator("#before").focus();
    await tabTo(page, ({ type }) => type === "radio");
    await page.keyboard.press("Space");
    const first = await focused(page);
    await page.keyboard.press("ArrowDown");
    const second = await focused(page);
    assert.notEqual(second.value, first.value, "an arrow goes on to the next one");
    await page.keyboard.press("ArrowUp");
    await page.keyboard.press("ArrowDown");
    assert.deepEqual(await focused(page), second, "and back");
    assert.equal((await tabTo(page, ({ class: name }) => name.includes("confirm"))).text, WORDS[lang].choose);
    await page.keyboard.press("Enter");
    await picker.locator(".chosen").waitFor();
    assert.equal((await focused(page)).text, WORDS[lang].chosen, "what came of it is read out");

    const [event] = await heard();
    assert.equal(event.type, "pickup-chosen");
    assert.equal(event.detail.point.id, second.value);
    const held = await page.evaluate(() => new FormData(document.querySelector("#checkout")).get("pickup"));
    assert.ok(held && held === event.detail.choice, "the form has the signed choice");
    assert.deepEqual(
      await page.evaluate(() => {
        const { value, point } = document.querySelector("tournee-pickup-picker");
        return [value, point.id];
      }),
      [held, second.value],
    );

    await tabTo(page, ({ text }) => text === WORDS[lang].change);
    await page.keyboard.press("Enter");
    assert.equal((await focused(page)).value, second.value, "the list is where it was");
    assert.equal(
      await page.evaluate(() => document.querySelector("tournee-pickup-picker").value),
      held,
      "the choice stays until there is another",
    );
    await page.keyboard.press("ArrowUp");
    await page.keyboard.press("Enter");
    await picker.locator(".chosen").waitFor();
    assert.deepEqual(
      (await heard()).map(({ detail }) => detail.point.id),
      [second.value, first.value],
      "Enter on a point chooses it",
    );

    const own = [world.front.origin, SERVER, ...(REAL ? [] : [world.stub.origin])];
    assert.deepEqual(
      [...called].filter((origin) => !own.includes(origin)),
      [],
      "nobody else is called",
    );
    assert.deepEqual(errors, []);
    await context.close();
  });
}

for (const scheme of ["light", "dark"]) {
  for (const [lang, width] of [
    ["fr", 360],
    ["en", 1280],
  ]) {
    test(`axe finds nothing (${scheme}, ${width} wide, ${lang})`, async () => {
      const { page, context, picker } = await visit(world, { lang, width, scheme });
      await picker.locator(".entry").nth(1).click();
      await picker.locator(".entry.selected summary").click();
      assert.deepEqual(await violations(page), [], "list");
      if (width === 360) {
        await picker.locator(".view[data-name=map]").click();
        assert.deepEqual(await violations(page), [], "map");
      }
      await picker.locator(".zoomIn").click();
      assert.deepEqual(await violations(page), [], "map that was moved");
      await picker.locator(".confirm").click();
      await picker.locator(".chosen").waitFor();
      assert.deepEqual(await violations(page), [], "choice");
      await context.close();
    });
  }
}

/** What sticks out of the page on its side. */
const sticksOut = (page) =>
  page.evaluate(() => {
    const { clientWidth, scrollWidth } = document.documentElement;
    const inside = [...document.querySelector("tournee-pickup-picker").shadowRoot.querySelectorAll(".frame *")];
    const seen = inside.filter((node) => !node.closest(".drawing, .hidden-text") && node.getClientRects().length > 0);
    const out = seen.filter(
      (node) => node.getBoundingClientRect().right > clientWidth + 0.5 || node.getBoundingClientRect().left < -0.5,
    );
    return scrollWidth > clientWidth || out.length > 0
      ? out.map(({ className }) => className).concat(`${scrollWidth} > ${clientWidth}`)
      : [];
  });

// 640 is what a screen of 1280 shows at twice its size.
for (const width of [320, 360, 640, 1280]) {
  test(`nothing sticks out at ${width}`, async () => {
    const { page, context, picker } = await visit(world, { width });
    await picker.locator(".entry").nth(1).click();
    await picker.locator(".entry.selected summary").click();
    assert.deepEqual(await sticksOut(page), [], "list");
    const toggle = picker.locator(".view[data-name=map]");
    const wide = width === 1280;
    assert.equal(await toggle.isVisible(), !wide, "one needs the choice between list and map, the other has both");
    assert.equal(await picker.locator(".map").isVisible(), wide);
    if (!wide) {
      await toggle.click();
      assert.ok(await picker.locator(".map").isVisible());
      assert.deepEqual(await sticksOut(page), [], "map");
    }
    await picker.locator(".confirm").click();
    await picker.locator(".chosen").waitFor();
    assert.deepEqual(await sticksOut(page), [], "choice");
    await context.close();
  });
}

test("text at twice its size fits a telephone", async () => {
  const { page, context, picker } = await visit(world, { width: 360 });
  await page.addStyleTag({ content: "body { font-size: 32px !important; }" });
  await picker.locator(".entry").first().click();
  assert.deepEqual(await sticksOut(page), []);
  await context.close();
});
