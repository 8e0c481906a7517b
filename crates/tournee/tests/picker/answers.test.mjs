// What the picker makes of each kind of answer, and how it says so. The answers are prepared here.

import assert from "node:assert/strict";
import { after, afterEach, before, test } from "node:test";
import { NOW, POINTS, answer, fromDirectory, hostile, problem } from "./points.mjs";
import { KEY, SERVER, openWorld, visit, violations } from "./world.mjs";

let world;
let open = [];
before(async () => {
  world = await openWorld();
});
after(() => world.close());
afterEach(async () => {
  await Promise.all(open.map((context) => context.close()));
  open = [];
  Object.assign(world.stub, { points: null, choices: null });
});

const come = async (options = {}) => {
  const visited = await visit(world, { real: false, ...options });
  open.push(visited.context);
  const said = (part, text) => visited.picker.locator(part).filter({ hasText: text }).waitFor();
  return { ...visited, said };
};

const known = (status, body, headers) => world.stub.known(status, body, headers);
const text = (locator) => locator.evaluateAll((nodes) => nodes.map((node) => node.textContent));

// ── what is wrong is said in a sentence, with what to do ──

const REFUSALS = [
  [
    "a key that is not known",
    401,
    "key-unknown",
    {},
    "La clé de la boutique n’est pas acceptée\u00a0: merci de prévenir la boutique.",
    false,
  ],
  ["a key that may not", 403, "scope-missing", {}, "merci de prévenir la boutique.", false],
  [
    "a place that is not known",
    422,
    "unknown-place",
    {},
    "Ce lieu n’est pas connu. Vérifiez le code postal et la ville.",
    false,
  ],
  [
    "a city that is none",
    400,
    "bad-query",
    {},
    "Cette recherche n’est pas possible. Vérifiez le code postal et la ville.",
    false,
    "city",
  ],
  [
    "a weight that is none",
    400,
    "bad-query",
    {},
    "Un réglage de cette page est à corriger\u00a0: merci de prévenir la boutique.",
    false,
    "weight_g",
  ],
  [
    "too many searches",
    429,
    "too-many-requests",
    { "retry-after": "1" },
    "Trop de recherches en même temps. Réessayez dans 1 seconde.",
    true,
  ],
  [
    "nothing known in the dark",
    503,
    "no-pickup-points-known",
    { "retry-after": "30" },
    "Le transporteur ne répond pas, et nous ne connaissons pas encore de point de retrait ici. Réessayez dans 30 secondes.",
    true,
  ],
  [
    "a busy server",
    503,
    "store-unavailable",
    { "retry-after": "120" },
    "Le service des points de retrait est très demandé. Réessayez dans 2 minutes.",
    true,
  ],
  [
    "a server that is broken",
    500,
    "internal",
    {},
    "Le service des points de retrait est en panne. Réessayez dans un moment.",
    true,
  ],
];

for (const [what, status, slug, headers, sentence, again, field] of REFUSALS) {
  test(`${what} is told in a sentence`, async () => {
    world.stub.points = known(status, { ...problem(slug, status), field }, headers);
    const { page, picker, said, heard } = await come();
    await said(".trouble", sentence);
    assert.equal(await picker.locator(".entry").count(), 0);
    assert.equal(await picker.locator(".retry").count(), again ? 1 : 0);
    const [{ type, detail }] = await heard();
    assert.deepEqual([type, detail.status], ["pickup-error", status]);
    assert.ok(!(await picker.locator(".frame").evaluate((frame) => frame.innerText)).includes(slug), "no jargon");
    assert.deepEqual(await violations(page), []);
  });
}

test("trying again after a refusal shows the points, and the focus goes on to them", async () => {
  world.stub.points = known(503, problem("no-pickup-points-known", 503), { "retry-after": "30" });
  const { page, picker, said } = await come({ lang: "en" });
  await said(".trouble", "Try again in 30 seconds.");
  await picker.locator(".retry").focus();
  await page.keyboard.press("Enter");
  await said(".trouble", "Try again in 30 seconds.");
  assert.ok(
    await picker.locator(".retry").evaluate((retry) => retry.getRootNode().activeElement === retry),
    "still there",
  );
  world.stub.points = null;
  await page.keyboard.press("Enter");
  await picker.locator(".entry").first().waitFor();
  assert.equal(await picker.evaluate((node) => node.shadowRoot.activeElement?.type), "radio");
  assert.equal(await picker.locator(".trouble").textContent(), "");
});

test("an answer that breaks off or is no answer is told as such", async () => {
  world.stub.points = () => "cut";
  const { picker, said } = await come();
  await said(
    ".trouble",
    "Le service des points de retrait ne peut pas être joint. Vérifiez votre connexion, puis réessayez.",
  );
  for (const body of ["<html>busy</html>", "{}", "null", "[]"]) {
    world.stub.points = known(200, body);
    await picker.locator(".retry").click();
    await said(".trouble", "Le service des points de retrait est en panne.");
  }
});

test("no point that suits is said honestly", async () => {
  world.stub.points = known(200, answer({ points: [] }));
  const { page, picker, said } = await come();
  await said(
    ".status",
    "Aucun point de retrait ne convient ici à ce colis. Cherchez dans une autre ville, ou choisissez un autre mode de livraison.",
  );
  assert.ok(!(await picker.locator(".results").isVisible()));
  assert.deepEqual(await violations(page), []);
});

test("a slow answer is waited for in words, and not for ever", async () => {
  const { page, picker, said } = await come({ attributes: { "postal-code": "", city: "" } });
  await page.clock.install({ time: new Date(NOW) });
  world.stub.points = () => new Promise(() => {});
  await picker.locator("#postal-code").fill("75002");
  await picker.locator(".find").click();
  await said(".status", "Recherche des points de retrait…");
  assert.equal(await picker.locator(".frame").getAttribute("aria-busy"), "true");
  await page.clock.fastForward(4_500);
  await said(".status", "La recherche prend plus de temps que d’habitude…");
  await page.clock.fastForward(16_000);
  await said(".trouble", "Le service des points de retrait tarde à répondre. Réessayez dans un moment.");
  assert.equal(await picker.locator(".frame").getAttribute("aria-busy"), null);
});

test("who is offline is told, and the search goes on by itself", async () => {
  const { context, picker, said } = await come({ lang: "en" });
  await picker.locator(".entry").first().waitFor();
  await context.setOffline(true);
  await picker.locator(".find").click();
  await said(".trouble", "You are offline. The search goes on as soon as the connection is back.");
  await context.setOffline(false);
  await picker.locator(".entry").first().waitFor();
  assert.equal(await picker.locator(".trouble").textContent(), "");
});

test("the last search wins, however late the first one is answered", async () => {
  let late;
  world.stub.points = () =>
    new Promise((done) => {
      late = () => done(known(200, answer({ points: POINTS.slice(0, 1) })));
    });
  const { page, picker, said } = await come();
  while (!late) await picker.locator(".frame").waitFor();
  world.stub.points = known(200, answer({ points: POINTS.slice(0, 3) }));
  await picker.locator(".find").click();
  await said(".status", "3 points de retrait");
  late();
  // What the page asks after that is answered after that.
  const ask = (url) => fetch(url).then((answered) => answered.text());
  for (let round = 0; round < 3; round += 1) await page.evaluate(ask, `${world.stub.origin}/v1/pickup-points`);
  assert.equal(await picker.locator(".entry").count(), 3);
});

test("a page without a key says whom to tell, and asks nobody", async () => {
  const { said } = await come({ attributes: { key: "" } });
  await said(".trouble", "Un réglage de cette page est à corriger\u00a0: merci de prévenir la boutique.");
  assert.deepEqual(world.stub.asked, []);
});

test("what cannot be a postal code is said before anybody is asked", async () => {
  const { page, picker, said } = await come({ attributes: { "postal-code": "", city: "" } });
  await picker.locator("#postal-code").fill("7500");
  await page.keyboard.press("Enter");
  await said(".wrong", "Indiquez un code postal de 5 chiffres.");
  assert.equal(await picker.locator("#postal-code").getAttribute("aria-invalid"), "true");
  assert.deepEqual(world.stub.asked, []);
  await page.keyboard.type("2");
  await page.keyboard.press("Enter");
  await picker.locator(".entry").first().waitFor();
  assert.deepEqual(
    world.stub.asked.map(({ query }) => query),
    [{ postal_code: "75002", country: "FR" }],
  );
});

// ── what is shown of a point ──

test("a point is told in French", async () => {
  const { picker } = await come();
  const entry = (number) => picker.locator(".entry").nth(number - 1);
  await entry(1).waitFor();
  const facts = async (number) => (await text(entry(number).locator(".fact"))).map((fact) => fact.trim());
  assert.deepEqual(await text(entry(1).locator(".distance")), ["120\u202fm"]);
  assert.deepEqual(await facts(1), [
    "Bureau de poste",
    "1 PLACE DE LA BOURSE, 75002 PARIS",
    "Ouvert jusqu’à 12\u00a0h",
    "Accessible à mobilité réduite",
  ]);
  assert.deepEqual(await facts(3), [
    "Commerce",
    "3 RUE DES PETITS PÈRES, 75002 PARIS",
    "Fermé, ouvre à 10\u00a0h",
    "Fermé du 24\u00a0décembre au 1er\u00a0janvier",
  ]);
  assert.equal((await facts(4))[2], "Horaires non connus");
  assert.equal((await facts(7))[2], "Fermé, ouvre mercredi à 10\u00a0h");
  assert.equal((await facts(8))[3], "Fermetures ponctuelles possibles");
  assert.deepEqual((await facts(9)).slice(0, 3), [
    "Consigne",
    "18 RUE DE DUNKERQUE, 75002 PARIS",
    "Ouvert 24\u00a0h sur 24".replace("\u00a0h", " h"),
  ]);
  assert.deepEqual(await text(entry(9).locator(".distance")), ["1,5\u202fkm"]);
  await entry(1).click();
  await entry(1).locator("summary").click();
  assert.deepEqual(await text(entry(1).locator("tr")), [
    "lundi (aujourd’hui)9\u00a0h–12\u00a0h, 14\u00a0h–18\u00a0h\u00a030",
    ...["mardi", "mercredi", "jeudi", "vendredi"].map((day) => `${day}9\u00a0h–12\u00a0h, 14\u00a0h–18\u00a0h\u00a030`),
    "samedi9\u00a0h–12\u00a0h\u00a030",
    "dimanchefermé",
  ]);
});

test("a point is told in English", async () => {
  const { picker } = await come({ lang: "en" });
  const entry = (number) => picker.locator(".entry").nth(number - 1);
  await entry(1).waitFor();
  const facts = async (number) => (await text(entry(number).locator(".fact"))).map((fact) => fact.trim());
  assert.deepEqual(await facts(1), [
    "Post office",
    "1 PLACE DE LA BOURSE, 75002 PARIS",
    "Open until 12:00",
    "Accessible with reduced mobility",
  ]);
  assert.equal((await facts(3))[3], "Closed from 24\u00a0December to 1\u00a0January");
  assert.equal((await facts(7))[2], "Closed, opens on Wednesday at 10:00");
  assert.deepEqual(await text(entry(9).locator(".distance")), ["1.5 km"]);
  await entry(7).evaluate((node) => node.querySelector("input").click());
  await entry(7).locator("summary").click();
  assert.deepEqual((await text(entry(7).locator("tr"))).slice(0, 3), [
    "Monday (today)closed",
    "Tuesdaynot known",
    "Wednesday10:00–20:00",
  ]);
});

for (const scheme of ["light", "dark"]) {
  test(`every shade of what is said of points can be read (${scheme})`, async () => {
    world.stub.points = known(200, fromDirectory());
    const { page, picker } = await come({ scheme, width: 360 });
    await picker.locator(".all").click();
    await picker.locator(".entry").nth(2).click();
    world.stub.choices = known(422, problem("point-unavailable", 422));
    await picker.locator(".confirm").click();
    await picker.locator(".refused").filter({ hasText: "Ce point" }).waitFor();
    assert.deepEqual(await violations(page), []);
  });
}

test("points that we know ourselves are said to be so, each with its age", async () => {
  world.stub.points = known(200, fromDirectory());
  const { page, picker, said } = await come();
  await said(
    ".notice",
    "Le transporteur ne répond pas pour le moment. Voici les points que nous connaissons, vérifiés il y a 3 heures\u00a0: leurs horaires ont pu changer depuis.",
  );
  assert.equal(await picker.locator(".seen").first().textContent(), "Vérifié il y a 3 heures");
  assert.deepEqual(await violations(page), []);
});

test("markup in an answer is text, and what is missing harms nothing", async () => {
  world.stub.points = known(200, hostile());
  const { page, picker, errors } = await come();
  await picker.locator(".entry").first().waitFor();
  assert.equal(await picker.locator(".entry").count(), 3, "what has no id is left out");
  const [name] = await text(picker.locator(".entry .name"));
  assert.ok(name.startsWith("<img src=x onerror="), "shown as it came");
  for (let number = 0; number < 3; number += 1) await picker.locator(".entry").nth(number).click();
  await picker.locator(".entry").first().click();
  await picker.locator(".confirm").click();
  await picker.locator(".chosen").waitFor();
  const found = await picker.evaluate((node) => node.shadowRoot.querySelectorAll("img, script, b").length);
  assert.deepEqual([found, await page.evaluate(() => window.bitten), errors], [0, undefined, []]);
});

test("another language is taken at once, with what is there", async () => {
  const { page, picker, said } = await come();
  await said(".status", "9 points de retrait");
  await picker.evaluate((node) => node.setAttribute("lang", "en"));
  await said(".status", "9 pickup points near");
  assert.equal(world.stub.asked.length, 1, "nothing is asked for that");
  assert.deepEqual(await violations(page), []);
});

// ── the map ──

test("the map and the list are one choice", async () => {
  const { page, picker, errors } = await come();
  await picker.locator(".entry").first().waitFor();
  const mark = (id) => picker.locator(`.mark[data-point="${id}"]`);
  assert.equal(await picker.locator(".mark").count(), POINTS.length);
  await mark("750026").locator(".dot").click();
  assert.ok(await picker.locator('input[value="750026"]').isChecked());
  assert.ok(await picker.locator(".entry.selected .confirm").isVisible());
  assert.equal(
    await picker.locator(".chosen-mark .number").textContent(),
    await picker.locator(".selected .badge").textContent(),
  );
  await page.keyboard.press("ArrowUp");
  assert.equal(
    await picker.locator(".chosen-mark").getAttribute("data-point"),
    "750025",
    "arrows in the list move the mark",
  );
  const place = async (id) => JSON.stringify(await mark(id).locator(".dot").boundingBox());
  const before = await place("750025");
  await picker.locator(".zoomIn").click();
  await picker.locator(".panLeft").click();
  assert.notEqual(await place("750025"), before);
  await picker.locator(".fit").click();
  assert.equal(await place("750025"), before, "everything again");
  assert.match(await picker.locator(".scale text").textContent(), /^\d+\s(m|km)$/u);
  assert.deepEqual(errors, []);
});

test("on a telephone keys choose with the map before one's eyes", async () => {
  const { page, picker } = await come({ width: 360 });
  await picker.locator(".view[data-name=map]").click();
  assert.equal(await picker.locator(".hint").textContent(), "Touchez un numéro pour voir le point.");
  await page.keyboard.press("Tab");
  await page.keyboard.press("Space");
  await page.keyboard.press("ArrowDown");
  assert.equal(await picker.locator(".chosen-mark").getAttribute("data-point"), POINTS[1].id);
  assert.ok(await picker.locator(".entry.selected .confirm").isVisible());
});

test("marks at one place are told apart", async () => {
  world.stub.points = known(
    200,
    answer({ points: POINTS.map((point) => ({ ...point, latitude: 48.87, longitude: 2.34 })) }),
  );
  const { picker } = await come();
  await picker.locator(".mark").first().waitFor();
  const dots = await picker
    .locator(".dot")
    .evaluateAll((all) => all.map((dot) => [dot.cx.baseVal.value, dot.cy.baseVal.value]));
  for (const [i, [x, y]] of dots.entries()) {
    for (const [u, v] of dots.slice(i + 1)) assert.ok(Math.hypot(x - u, y - v) > 20, `${x} ${y} and ${u} ${v}`);
  }
});

// ── the choice and the page's form ──

test("a point that cannot be had any more is said, and the list stays", async () => {
  const { picker, said, heard } = await come();
  await picker.locator(".entry").nth(1).click();
  for (const [slug, status] of [
    ["no-such-pickup-point", 404],
    ["point-unavailable", 422],
  ]) {
    world.stub.choices = known(status, problem(slug, status));
    await picker.locator(".confirm").click();
    await said(".refused", "Ce point ne peut plus recevoir votre colis. Choisissez-en un autre dans la liste.");
  }
  await picker.locator(".entry").nth(2).click();
  assert.equal(await picker.locator(".refused").textContent(), "");
  assert.deepEqual([...new Set((await heard()).map(({ type }) => type))], ["pickup-error"]);
  assert.equal(await picker.evaluate((node) => node.value), "");
});

test("a choice takes the place of the one before, and of that alone", async () => {
  const { picker, said } = await come({ attributes: { choice: "signed.before", "order-number": "C-8" } });
  const choose = async (number) => {
    await picker.locator(".entry").nth(number).click();
    await picker.locator(".confirm").click();
  };
  await choose(0);
  await picker.locator(".change").click();
  await choose(1);
  await picker.locator(".change").click();
  const replaced = world.stub.asked
    .filter(({ method }) => method === "POST")
    .map(({ body }) => JSON.parse(body).replaces);
  assert.deepEqual(replaced, ["signed.before", `signed.${POINTS[0].id}`]);
  world.stub.choices = known(409, problem("choice-taken", 409));
  await choose(2);
  await said(".refused", "Un point de retrait est déjà choisi pour cette commande.");
  assert.equal(
    await picker.evaluate((node) => node.value),
    `signed.${POINTS[1].id}`,
    "the form has what was chosen before",
  );
});

test("another point than the chosen one is never taken", async () => {
  world.stub.choices = known(201, { choice: "signed", point: { id: "999999" } });
  const { picker, said } = await come();
  await picker.locator(".entry").nth(1).click();
  await picker.locator(".confirm").click();
  await said(".refused", "Le service des points de retrait est en panne.");
  assert.equal(await picker.evaluate((node) => node.value), "");
});

test("the key travels in a header alone, and no page is named to the server", async () => {
  const { picker } = await come();
  await picker.locator(".entry").first().click();
  await picker.locator(".confirm").click();
  await picker.locator(".chosen").waitFor();
  assert.deepEqual(
    world.stub.asked.map(({ method }) => method),
    ["GET", "POST"],
  );
  for (const { url, body, authorization, referer } of world.stub.asked) {
    assert.equal(authorization, `Bearer ${KEY}`);
    assert.ok(!url.includes(KEY) && !body.includes(KEY));
    assert.equal(referer, undefined);
  }
});

test("what the page says goes with the search and with the choice", async () => {
  const attributes = {
    address: "12 rue Vivienne",
    "weight-g": "1200",
    date: "2025-12-22",
    product: "BPR",
    "order-number": "C-7",
    limit: "10",
    kind: "post_office",
    accessible: "",
  };
  const { picker } = await come({ attributes });
  await picker.locator(".entry").first().click();
  await picker.locator(".confirm").click();
  await picker.locator(".chosen").waitFor();
  const [search, choice] = world.stub.asked;
  assert.deepEqual(search.query, {
    postal_code: "75002",
    city: "Paris",
    address: "12 rue Vivienne",
    country: "FR",
    weight_g: "1200",
    date: "2025-12-22",
    kind: "post_office",
    accessible: "true",
    limit: "10",
  });
  assert.deepEqual(JSON.parse(choice.body), {
    point: "750021",
    product: "BPR",
    order_number: "C-7",
    latitude: 48.8682,
    longitude: 2.3417,
    distance_m: 120,
    weight_g: 1200,
    date: "2025-12-22",
  });
});

test("a form that needs a choice has to wait for it", async () => {
  const { page, picker } = await come({ attributes: { required: "" } });
  await picker.locator(".entry").first().waitFor();
  const sent = () =>
    page.evaluate(() => {
      const form = document.querySelector("#checkout");
      let submitted = false;
      form.addEventListener(
        "submit",
        (event) => {
          event.preventDefault();
          submitted = true;
        },
        { once: true },
      );
      form.requestSubmit();
      return [submitted, document.querySelector("tournee-pickup-picker").validationMessage];
    });
  assert.deepEqual(await sent(), [false, "Choisissez un point de retrait."]);
  assert.equal(await picker.evaluate((node) => node.shadowRoot.activeElement?.id), "postal-code", "where to begin");
  await picker.locator(".entry").first().click();
  await picker.locator(".confirm").click();
  await picker.locator(".chosen").waitFor();
  assert.deepEqual(await sent(), [true, ""]);
  await page.evaluate(() => document.querySelector("#checkout").reset());
  assert.equal(await picker.evaluate((node) => node.value), "");
  assert.ok(await picker.locator(".entry").first().isVisible());
});

test("the position is asked for where the page allows it, and told to ten metres", async () => {
  const { picker: without } = await come();
  assert.equal(await without.locator(".position").count(), 0);
  const geolocation = { latitude: 48.868_212_34, longitude: 2.341_698_76 };
  const { picker } = await come({
    attributes: { "use-position": "", "postal-code": "", city: "" },
    permissions: ["geolocation"],
    geolocation,
  });
  await picker.locator(".position").click();
  await picker.locator(".entry").first().waitFor();
  assert.deepEqual(world.stub.asked.at(-1).query, { latitude: "48.8682", longitude: "2.3417", country: "FR" });
  assert.equal(await picker.locator(".place-name").textContent(), "Votre position");
  const { picker: refused, said } = await come({
    attributes: { "use-position": "", "postal-code": "", city: "" },
    permissions: [],
  });
  await refused.locator(".position").click();
  await said(".wrong", "Votre position n’est pas disponible. Indiquez un code postal.");
});

test("nothing moves for those who want stillness", async () => {
  const { picker } = await come();
  await picker.locator(".entry").first().waitFor();
  assert.equal(
    await picker
      .locator(".entry")
      .first()
      .evaluate((entry) => getComputedStyle(entry).transitionDuration),
    "0s",
  );
});

// ── the page to try it ──

test("the page to try it speaks both languages, and keeps nothing", async () => {
  const answered = async (route) => {
    const [status, body] = route.request().method() === "POST" ? [201, { choice: "signed.750021" }] : [200, answer()];
    await route.fulfill({ status, json: body });
  };
  const { page, context, picker, errors } = await come({ lang: "fr", path: `${SERVER}/pickup-picker` });
  await context.route(`${SERVER}/v1/**`, answered);
  assert.equal(await page.locator("html").getAttribute("lang"), "fr");
  await page.getByRole("link", { name: "In English" }).click();
  await page.locator("html[lang=en]").waitFor();
  assert.deepEqual(await violations(page), []);
  const asked = [];
  page.on("request", (request) => asked.push(request.url()));
  await page.getByLabel("Publishable key").fill("pk_secret");
  await page.getByLabel("Postal code").fill("75002");
  await page.getByRole("button", { name: "Show the points" }).click();
  await picker.locator(".entry").first().click();
  assert.deepEqual(await violations(page), []);
  await picker.locator(".confirm").click();
  await picker.locator(".chosen").waitFor();
  assert.match(await page.locator(".told").textContent(), /"choice": "signed.750021"[\s\S]*"pickup": "signed.750021"/);
  assert.match(await page.locator(".snippet").textContent(), new RegExp(`src="${SERVER}/pickup-picker.js"`));
  assert.ok(
    asked.length > 0 && asked.every((url) => url.startsWith(`${SERVER}/v1/`) && !url.includes("pk_secret")),
    String(asked),
  );
  assert.ok(!page.url().includes("pk_secret"));
  const kept = await page.evaluate(() => [localStorage.length, sessionStorage.length, document.cookie]);
  assert.deepEqual([kept, errors], [[0, 0, ""], []]);
});
