// WooCommerce's client for JavaScript as published, at the shop whose address, key and secret are given; says what it saw.
const { createRequire } = require("node:module");
const { join } = require("node:path");

const [modules, url, consumerKey, consumerSecret] = process.argv.slice(2);
const WooCommerce = createRequire(join(modules, "x.js"))("@woocommerce/woocommerce-rest-api").default;

async function main() {
  const shop = new WooCommerce({ url, consumerKey, consumerSecret, version: "wc/v3" });
  const first = await shop.get("orders", { per_page: 2, orderby: "id", order: "asc", status: ["processing", "completed"] });
  const since = await shop.get("orders", { modified_after: "2025-12-22T11:01:30", dates_are_gmt: true, per_page: 100 });
  const order = first.data[0];
  const meta_data = [{ key: "lpc_outward_parcel_number", value: "6A15984040331" }];
  const pushed = await shop.put(`orders/${order.id}`, { status: "completed", meta_data });
  const note = await shop.post(`orders/${order.id}/notes`, { note: "Colis remis à La Poste" });
  const hook = await shop.post("webhooks", { topic: "order.created", delivery_url: "http://127.0.0.1:9/hooks", secret: "s" });
  const paused = await shop.put(`webhooks/${hook.data.id}`, { status: "paused" });
  const deleted = await shop.delete(`webhooks/${hook.data.id}`, { force: true });
  const left = await shop.get("webhooks");
  const refused = (error) => [error.response.status, error.response.data.code];
  const other = new WooCommerce({ url, consumerKey, consumerSecret: "cs_wrong", version: "wc/v3" });
  const stranger = await other.get("orders").catch(refused);
  const missing = await shop.get("orders/9").catch(refused);
  return {
    total: first.headers["x-wp-total"],
    pages: first.headers["x-wp-totalpages"],
    ids: first.data.map((one) => one.id),
    since: since.data.map((one) => one.id).sort(),
    status: pushed.data.status,
    pickup: order.meta_data.filter((one) => one.key === "_lpc_meta_pickUpLocationId").map((one) => one.value),
    note: note.data.note,
    hook: [hook.data.status, paused.data.status, deleted.data.id === hook.data.id, left.data.length],
    stranger,
    missing,
  };
}

main().then((seen) => console.log(JSON.stringify(seen)));
