// One flow against a gateway that runs: TOURNEE_TEST_URL and TOURNEE_TEST_KEY say where it is.

import assert from "node:assert/strict";
import { test } from "node:test";
import { ProblemError, Tournee, type ShipmentRequest } from "../src/index.js";

const { TOURNEE_TEST_URL: baseUrl, TOURNEE_TEST_KEY: apiKey } = process.env;

function request(order: string): ShipmentRequest {
  return {
    order_number: order,
    product: "DOM",
    deposit_date: "2099-12-22",
    weight_g: 500,
    sender: { company: "Atelier Été", street: "1 rue du Commerce", postal_code: "75001", city: "Paris" },
    addressee: { last_name: "Martin", street: "12 rue des Lilas", postal_code: "63000", city: "Clermont-Ferrand" },
  };
}

test("a shop's day", { skip: baseUrl && apiKey ? false : "no gateway is named" }, async () => {
  const gateway = new Tournee({ baseUrl: baseUrl ?? "", apiKey: apiKey ?? "" });

  const made = await gateway.submit(request("TS-1"), { idempotencyKey: "ts-1", waitSeconds: 30 });
  assert.equal(made.state, "confirmed");
  const again = await gateway.submit(request("TS-1"), { idempotencyKey: "ts-1" });
  assert.equal(again.id, made.id, "asked twice, made once");
  assert.equal((await gateway.shipment(made.id)).parcel_number, made.parcel_number);
  const { facts } = await gateway.facts(made.id);
  assert.equal(facts[0]?.fact, "accepted");

  const label = await gateway.label(made.id);
  assert.equal(new TextDecoder().decode(label.slice(0, 5)), "%PDF-");

  for (const order of ["TS-2", "TS-3"]) await gateway.submit(request(order), { waitSeconds: 30 });
  const orders: Array<string | null | undefined> = [];
  for await (const shipment of gateway.listAll({ limit: 1 })) orders.push(shipment.order_number);
  assert.deepEqual(orders.slice(0, 3), ["TS-3", "TS-2", "TS-1"], "page by page, the newest first");

  assert.equal((await gateway.void(made.id)).state, "void");
  await assert.rejects(gateway.label(made.id), (error) => error instanceof ProblemError && error.kind === "void");
  const heavy = gateway.submit({ ...request("TS-4"), weight_g: 1_000_000 });
  await assert.rejects(heavy, { kind: "invalid-field", status: 422, field: "weight_g" });
});
