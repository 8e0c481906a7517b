// What the client does by itself: patience, refusals, redirects, webhooks. Its `fetch` is a script of answers.

import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { test } from "node:test";
import { ProblemError, Tournee, verifyWebhook } from "../src/index.js";

interface Asked {
  url: string;
  method: string;
  headers: Headers;
  redirect: string;
}

/** A client whose gateway says these things, one after the other, and what it was asked. */
function scripted(answers: Response[], patienceSeconds?: number): { client: Tournee; asked: Asked[] } {
  const asked: Asked[] = [];
  const fetch = async (url: unknown, init?: RequestInit) => {
    const { method = "GET", redirect = "follow" } = init ?? {};
    asked.push({ url: String(url), method, headers: new Headers(init?.headers), redirect });
    const answer = answers.shift();
    assert.ok(answer, "asked more often than was answered");
    return answer;
  };
  const client = new Tournee({ baseUrl: "http://gateway.example/t/", apiKey: "tk_x", patienceSeconds, fetch });
  return { client, asked };
}

function problem(status: number, kind: string, headers: Record<string, string> = {}): Response {
  const body = { type: `/docs#problem-${kind}`, title: "No", status, detail: "Not so.", field: "weight_g" };
  return new Response(JSON.stringify(body), { status, headers: { "content-type": "application/problem+json", ...headers } });
}

const shipment = () => Response.json({ id: "1", state: "waiting" });
const request = { product: "DOM", deposit_date: "2099-12-22", weight_g: 500, sender: {}, addressee: {} };

test("a problem is an error with its kind, its field and when to ask again", async () => {
  const { client, asked } = scripted([problem(422, "invalid-field", { "retry-after": "7" })]);
  const error = await client.submit(request).catch((error: unknown) => error);
  assert.ok(error instanceof ProblemError);
  assert.deepEqual(
    [error.kind, error.status, error.detail, error.field, error.retryAfterSeconds],
    ["invalid-field", 422, "Not so.", "weight_g", 7],
  );
  assert.equal(asked.length, 1, "a request without a key is never repeated");
});

test("what is not the gateway's answer is told apart", async () => {
  const page = new Response("<html>", { status: 502, headers: { "content-type": "text/html" } });
  const { client } = scripted([page, new Response("no JSON")]);
  for (const status of [502, 200]) {
    await assert.rejects(client.shipment("1"), (e) => e instanceof ProblemError && e.kind === "foreign-answer" && e.status === status);
  }
});

test("Retry-After is heeded where asking twice does no harm", async (t) => {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  const busy = () => problem(503, "store-unavailable", { "retry-after": "5" });
  const { client, asked } = scripted([busy(), shipment(), busy(), shipment()]);
  const settle = async (call: Promise<unknown>) => {
    let done = false;
    const end = call.finally(() => (done = true));
    while (!done) {
      await new Promise((resolve) => setImmediate(resolve));
      t.mock.timers.tick(1000);
    }
    await end;
  };
  await settle(client.shipment("1"));
  await settle(client.submit(request, { idempotencyKey: "k", waitSeconds: 9 }));
  assert.deepEqual(asked.map((a) => a.method), ["GET", "GET", "POST", "POST"]);
  assert.deepEqual([asked[3]?.headers.get("idempotency-key"), asked[3]?.headers.get("prefer")], ["k", "wait=9"]);
});

test("patience ends", async () => {
  for (const [patience, after] of [[10, "11"], [0, "0"]] as const) {
    const { client } = scripted([problem(409, "not-ready", { "retry-after": after })], patience);
    await assert.rejects(client.label("1"), { kind: "not-ready" });
  }
});

test("a call that is given up while it waits ends at once", async () => {
  const { client } = scripted([problem(503, "store-unavailable", { "retry-after": "20" })]);
  const control = new AbortController();
  const call = client.shipment("1", { signal: control.signal });
  setImmediate(() => control.abort());
  await assert.rejects(call, { name: "AbortError" });
});

test("the key goes to the gateway only, and an id stays one part of the path", async () => {
  const { client, asked } = scripted([new Response(null, { status: 307, headers: { location: "http://other.example" } })]);
  await assert.rejects(client.shipment("a/b?c"), { kind: "foreign-answer" });
  assert.equal(asked[0]?.url, "http://gateway.example/t/v1/shipments/a%2Fb%3Fc");
  assert.deepEqual([asked[0]?.redirect, asked[0]?.headers.get("authorization")], ["manual", "Bearer tk_x"]);
  assert.throws(() => client.shipment(".."), TypeError);
  for (const baseUrl of ["gateway", "ftp://gateway", "http://gateway?x"]) {
    assert.throws(() => new Tournee({ baseUrl, apiKey: "tk_x" }), TypeError);
  }
});

test("a webhook is believed with its signature only", async () => {
  const secret = `whsec_${Buffer.from("twenty-four bytes or so.").toString("base64")}`;
  const payload = '{"type":"shipment.confirmed"}';
  const headers = (at: number, signed = payload) => {
    const mac = createHmac("sha256", "twenty-four bytes or so.").update(`msg_1.${at}.${signed}`).digest("base64");
    return { "Webhook-Id": "msg_1", "webhook-timestamp": String(at), "webhook-signature": `v1,AAAA v1,${mac}` };
  };
  const now = Math.floor(Date.now() / 1000);
  const good = await verifyWebhook(payload, headers(now), secret);
  assert.deepEqual(good, { id: "msg_1", payload: { type: "shipment.confirmed" } });
  await verifyWebhook(new TextEncoder().encode(payload), new Headers(headers(now)), secret);
  await assert.rejects(verifyWebhook(`${payload} `, headers(now), secret), /not signed/);
  await assert.rejects(verifyWebhook(payload, headers(now), "whsec_AAAA"), /not signed/);
  await assert.rejects(verifyWebhook(payload, headers(now - 400), secret), /moment/);
  await assert.rejects(verifyWebhook(payload, {}, secret), /moment/);
});
