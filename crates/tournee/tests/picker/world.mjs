// What the tests of the picker stand in: a shop's page, the two endpoints with prepared answers, and a browser.
//
// The picker's script comes from a server that runs (TOURNEE_TEST_URL). So do the points, where TOURNEE_TEST_POINTS says
// that it has some; otherwise they come from here, in the form that the API describes.

import { createServer } from "node:http";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { NOW, answer } from "./points.mjs";

const { TOURNEE_TEST_URL, TOURNEE_TEST_CHROMIUM, TOURNEE_TEST_NODE_MODULES } = process.env;
const need = createRequire(join(TOURNEE_TEST_NODE_MODULES, "any.js"));
const { chromium } = need("playwright-core");
const AXE = readFileSync(need.resolve("axe-core/axe.min.js"), "utf8");

export const SERVER = new URL(TOURNEE_TEST_URL).origin;
export const KEY = process.env.TOURNEE_TEST_KEY ?? "pk_test";
/** Whether the server that runs has points of its own. */
export const REAL = process.env.TOURNEE_TEST_POINTS === "real";

const FLAGS = [
  "--headless",
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];
const CORS = {
  "access-control-allow-origin": "*",
  "access-control-allow-headers": "authorization, content-type",
  "access-control-allow-methods": "GET, POST",
  "access-control-expose-headers": "retry-after",
};

const listening = async (handle) => {
  const server = createServer(handle);
  await new Promise((ready) => server.listen(0, "127.0.0.1", ready));
  return { server, origin: `http://127.0.0.1:${server.address().port}` };
};

const bodyOf = async (request) => {
  let text = "";
  for await (const part of request) text += part;
  return text;
};

/** The two endpoints. What they say next is set by `points` and `choices`; each request is kept. */
const endpoints = async () => {
  const stub = { asked: [], points: null, choices: null };
  const known = (status, body, headers = {}) => ({ status, body, headers });
  const give = (response, { status, body, headers }) => {
    const type = status < 400 ? "application/json" : "application/problem+json";
    response
      .writeHead(status, { ...CORS, "content-type": type, ...headers })
      .end(typeof body === "string" ? body : JSON.stringify(body));
  };
  const sign = ({ point, product, order_number = null, distance_m = null }) =>
    known(201, { choice: `signed.${point}`, point: { id: point }, product, order_number, distance_m, chosen_at: NOW });
  const { server, origin } = await listening(async (request, response) => {
    if (request.method === "OPTIONS") {
      response.writeHead(204, CORS).end();
      return;
    }
    const body = await bodyOf(request);
    const url = new URL(request.url, "http://stub");
    stub.asked.push({
      method: request.method,
      url: request.url,
      query: Object.fromEntries(url.searchParams),
      authorization: request.headers.authorization,
      referer: request.headers.referer,
      body,
    });
    const said =
      url.pathname === "/v1/pickup-points"
        ? (stub.points ?? known(200, answer()))
        : (stub.choices ?? sign(JSON.parse(body || "{}")));
    const ready = await (typeof said === "function" ? said() : said);
    if (ready === "cut") response.destroy();
    else give(response, ready);
  });
  return Object.assign(stub, { server, origin, known });
};

/** A shop's page that embeds the picker with these attributes. */
const shop = async () => {
  const state = { attributes: {}, lang: "fr" };
  const quoted = (text) => text.replace(/&/g, "&amp;").replace(/"/g, "&quot;");
  const { server, origin } = await listening((request, response) => {
    if (request.url === "/favicon.ico") {
      response.writeHead(204).end();
      return;
    }
    const attributes = Object.entries(state.attributes)
      .map(([name, value]) => `${name}="${quoted(value)}"`)
      .join(" ");
    response.writeHead(200, { "content-type": "text/html; charset=utf-8" }).end(`<!doctype html>
      <html lang="${state.lang}"><head><meta charset="utf-8"><title>La boutique</title>
      <meta name="viewport" content="width=device-width, initial-scale=1">
      <script type="module" src="${SERVER}/pickup-picker.js"></script>
      <style>:root { color-scheme: light dark; } body { background: Canvas; color: CanvasText; font: 16px/1.5 system-ui, sans-serif; margin: 0 auto; max-width: 64rem; padding: 1rem; }</style>
      </head><body><main><h1>La boutique</h1><form id="checkout"><p><input id="before" aria-label="Note"></p>
      <tournee-pickup-picker ${attributes}></tournee-pickup-picker></form></main></body></html>`);
  });
  return Object.assign(state, { server, origin });
};

/** Opens everything once for all tests of a file. */
export const openWorld = async () => {
  const [stub, front] = [await endpoints(), await shop()];
  const browser = await chromium.launch({ executablePath: TOURNEE_TEST_CHROMIUM, args: FLAGS, chromiumSandbox: false });
  const close = async () => {
    await browser.close();
    for (const { server } of [stub, front]) {
      server.closeAllConnections();
      server.close();
    }
  };
  return { stub, front, browser, close };
};

/** A fresh visit to the shop: its page, the picker in it, and every origin that was called. */
export const visit = async (
  { stub, front, browser },
  { attributes = {}, lang = "fr", width = 1280, scheme = "light", real = REAL, path = null, ...options } = {},
) => {
  stub.asked.length = 0;
  front.lang = lang;
  front.attributes = {
    key: KEY,
    "postal-code": "75002",
    city: "Paris",
    name: "pickup",
    "base-url": real ? SERVER : stub.origin,
    ...attributes,
  };
  const context = await browser.newContext({
    viewport: { width, height: 900 },
    colorScheme: scheme,
    locale: lang === "fr" ? "fr-FR" : "en-GB",
    reducedMotion: "reduce",
    timezoneId: "America/New_York",
    ...options,
  });
  const page = await context.newPage();
  const [called, errors] = [new Set(), []];
  page.on("request", (request) => called.add(new URL(request.url()).origin));
  page.on("pageerror", (error) => errors.push(String(error)));
  if (!real) await page.clock.setFixedTime(new Date(NOW));
  await page.addInitScript(() => {
    window.heard = [];
    for (const name of ["pickup-chosen", "pickup-error"])
      document.addEventListener(name, ({ type, detail }) =>
        window.heard.push({ type, detail: JSON.parse(JSON.stringify(detail)) }),
      );
  });
  await page.goto(path ?? front.origin);
  return {
    page,
    context,
    called,
    errors,
    picker: page.locator("tournee-pickup-picker"),
    heard: () => page.evaluate(() => window.heard),
  };
};

/** What axe finds wrong, in a line each. */
export const violations = async (page) => {
  // As the debugger's own code: a page's policy forbids it as a script.
  await page.evaluate(AXE);
  const { violations: found } = await page.evaluate(() => window.axe.run(document));
  return found.map(
    ({ id, nodes }) => `${id}: ${nodes.map(({ target, failureSummary }) => `${target} ${failureSummary}`).join("; ")}`,
  );
};
