// The npm package statuspage.io, unmodified, told our address.

import assert from "node:assert/strict";
import { createRequire } from "node:module";
import { join } from "node:path";
import { test } from "node:test";

const { TOURNEE_TEST_URL, TOURNEE_TEST_NODE_MODULES } = process.env;
const need = createRequire(join(TOURNEE_TEST_NODE_MODULES, "any.js"));
const { Statuspage } = need("statuspage.io");

const client = new Statuspage("tournee");
client.setApiUrl(TOURNEE_TEST_URL);

test("status", async () => {
  const { page, status } = await client.api.getStatus();
  assert.equal(page.name, "Atelier Été");
  assert.equal(status.indicator, "major");
});

test("summary and components", async () => {
  const summary = await client.api.getSummary();
  const { components } = await client.api.getComponents();
  assert.deepEqual(summary.components, components);
  assert.equal(components.find(({ id }) => id === "colissimo-label").status, "major_outage");
});

test("incidents", async () => {
  const all = await client.api.incidents.getAll();
  const open = await client.api.incidents.getUnresolved();
  assert.deepEqual(all.incidents.map(({ id, status }) => [id, status]), [
    ["7", "identified"],
    ["3", "resolved"],
  ]);
  assert.deepEqual(open.incidents.map(({ id }) => id), ["7"]);
  assert.ok(all.incidents.every((one) => one.incident_updates.every(({ body }) => body.length > 20)));
});

test("planned work", async () => {
  for (const asked of ["getAll", "getActive", "getUpcoming"]) {
    const { scheduled_maintenances: planned } = await client.api.scheduledMaintenances[asked]();
    assert.deepEqual(planned, [], asked);
  }
});
