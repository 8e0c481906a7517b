// Shopify's clients for JavaScript as published, at the shop whose address, token and secret are given; says what they
// saw. They call https alone, so what they hand to `fetch` is sent to the shop's address here.
const { createRequire } = require("node:module");
const { join } = require("node:path");
const { readFileSync } = require("node:fs");

const [modules, base, accessToken, apiSecretKey] = process.argv.slice(2);
const load = createRequire(join(modules, "x.js"));
const { createAdminApiClient } = load("@shopify/admin-api-client");
load("@shopify/shopify-api/adapters/node");
const { shopifyApi, ApiVersion } = load("@shopify/shopify-api");

const here = (url, init) => {
  const { pathname, search } = new URL(url);
  return fetch(`${base}${pathname}${search}`, init);
};

async function main() {
  const client = (token) =>
    createAdminApiClient({
      storeDomain: "shop.example",
      apiVersion: "2025-10",
      accessToken: token,
      customFetchApi: here,
      isTesting: true,
    });
  const shop = client(accessToken);
  const list = `query ($after: String) {
    orders(first: 2, after: $after, sortKey: ID) { nodes { id customAttributes { key value } } pageInfo { hasNextPage endCursor } }
  }`;
  const first = await shop.request(list);
  const second = await shop.request(list, { variables: { after: first.data.orders.pageInfo.endCursor } });
  const id = second.data.orders.nodes[0].id;
  const open = await shop.request(
    "query ($id: ID!) { order(id: $id) { fulfillmentOrders(first: 5) { edges { node { id status } } } } }",
    { variables: { id } },
  );
  const fulfillmentOrderId = open.data.order.fulfillmentOrders.edges[0].node.id;
  const fulfil = `mutation ($f: FulfillmentInput!) {
    fulfillmentCreate(fulfillment: $f) { fulfillment { id trackingInfo { number } } userErrors { field message } }
  }`;
  const trackingInfo = { number: "6A15984040331", company: "Colissimo" };
  const f = { lineItemsByFulfillmentOrder: [{ fulfillmentOrderId }], trackingInfo };
  const made = await shop.request(fulfil, { variables: { f } });
  const again = await shop.request(fulfil, { variables: { f } });
  const subscribe = `mutation ($t: WebhookSubscriptionTopic!, $w: WebhookSubscriptionInput!) {
    webhookSubscriptionCreate(topic: $t, webhookSubscription: $w) { webhookSubscription { id uri } userErrors { message } }
  }`;
  const w = { uri: "http://127.0.0.1:9/hooks", format: "JSON" };
  const hook = await shop.request(subscribe, { variables: { t: "ORDERS_UPDATED", w } });
  const stranger = await client("shpat_wrong").request("{ shop { name } }");
  const wrong = await shop.request("{ shop { colour } }");

  const library = shopifyApi({
    apiKey: "app",
    apiSecretKey,
    hostName: "gateway.example",
    apiVersion: ApiVersion?.October25 ?? "2025-10",
    isEmbeddedApp: false,
    logger: { level: 0 },
  });
  // A webhook as the shop sent it comes on standard input.
  const { headers, body } = JSON.parse(readFileSync(0, "utf8"));
  const validate = (rawBody) =>
    library.webhooks.validate({ rawBody, rawRequest: { method: "POST", url: "/hooks", headers } });
  const valid = await validate(body);
  const changed = await validate(body.replace("paid", "free"));

  return {
    pages: [first.data.orders.nodes.length, second.data.orders.nodes.length, second.data.orders.pageInfo.hasNextPage],
    attributes: first.data.orders.nodes[0].customAttributes.map((one) => one.key),
    cost: first.extensions.cost.requestedQueryCost,
    number: made.data.fulfillmentCreate.fulfillment.trackingInfo[0].number,
    refused: again.data.fulfillmentCreate.userErrors.length,
    hook: hook.data.webhookSubscriptionCreate.webhookSubscription.uri,
    stranger: stranger.errors.networkStatusCode,
    wrong: wrong.errors.graphQLErrors[0].extensions.code,
    webhook: [valid.valid, valid.topic, valid.domain, changed.valid],
  };
}

main().then((seen) => console.log(JSON.stringify(seen)));
