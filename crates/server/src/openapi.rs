//! The API's own description: OpenAPI 3.1, made from the handlers, so that it can't say anything else than they do.

use crate::{
    api, choose, desk, docs, dropin, metrics, ops, picker, problem::ProblemBody, shop_hooks, state::Shared, status,
    subscribe,
};
use bytes::Bytes;
use http::header;
use std::sync::LazyLock;
use utoipa::{
    Modify, OpenApi,
    openapi::{
        OpenApi as Document,
        security::{HttpAuthScheme, HttpBuilder, SecurityScheme},
    },
};
use utoipa_axum::{router::OpenApiRouter, routes};

#[derive(OpenApi)]
#[openapi(
    info(
        title = "Tournée",
        description = "Labels in good time and in bad. A shipment is written down before it is acknowledged, and followed \
            until its label is there, whatever the carrier does. Endpoints of the carrier's own are there too, so that \
            an existing client changes its base URL and nothing else.",
        license(name = "MIT OR Apache-2.0", identifier = "MIT OR Apache-2.0")
    ),
    tags(
        (name = "shipments", description = "Create shipments, read them, fetch labels, decide what only a person can"),
        (name = "webhooks", description = "Be told what happens to shipments, by signed messages (Standard Webhooks)"),
        (name = "keys", description = "What an API key may do"),
        (name = "batches", description = "Many shipments in one request, from JSON or CSV, each row with its own result"),
        (name = "orders", description = "Orders of several parcels, taken in whole or not at all"),
        (name = "pickup-points", description = "Where a buyer can have a parcel sent, whether or not the carrier answers; what buyers \
            choose, and what is asked when it cannot be honoured"),
        (name = "shops", description = "Orders as the shops have them: in by webhook, poll or file, and back with their numbers"),
        (name = "health", description = "How the carriers are as we see them, whose fault a trouble is, and incidents"),
        (name = "status", description = "The public status page, its JSON (Statuspage API v2) and feeds; without a key, from memory"),
        (name = "support", description = "Questions about parcels: answered from what is known of them, or taken by a person"),
        (name = "carrier-compatible", description = "Colissimo SLS and La Poste's Suivi v2 as their clients know them"),
        (name = "operation", description = "Health and metrics, for those who run the server")
    ),
    components(schemas(ProblemBody)),
    modifiers(&ApiKey)
)]
struct Described;

struct ApiKey;

impl Modify for ApiKey {
    fn modify(&self, document: &mut Document) {
        let bearer = HttpBuilder::new()
            .scheme(HttpAuthScheme::Bearer)
            .bearer_format("tk_…")
            .description(Some("The API key of your shop: Authorization: Bearer tk_…"));
        let components = document.components.get_or_insert_default();
        components.add_security_scheme("api_key", SecurityScheme::Http(bearer.build()));
    }
}

/// Every route with its documentation; the carrier-compatible ones can be left out.
pub(crate) fn routes(with_dropin: bool) -> OpenApiRouter<Shared> {
    let router = OpenApiRouter::with_openapi(Described::openapi())
        .merge(api::routes())
        .merge(choose::routes())
        .merge(status::routes())
        .merge(subscribe::routes())
        .merge(desk::routes())
        .routes(routes!(shop_hooks::hear))
        .routes(routes!(ops::healthz))
        .routes(routes!(ops::readyz))
        .routes(routes!(metrics::metrics))
        .routes(routes!(openapi_document))
        .routes(routes!(docs::page))
        .routes(routes!(picker::picker_script))
        .routes(routes!(picker::page::picker_page));
    if with_dropin { router.merge(dropin::routes()) } else { router }
}

/// The whole document, with what webhook endpoints are told.
pub(crate) fn document() -> Document {
    let mut document = routes(true).into_openapi();
    let (events, schemas) = api::described_events();
    document.webhooks = Some(events);
    document.components.get_or_insert_default().schemas.extend(schemas);
    document
}

static JSON: LazyLock<Bytes> = LazyLock::new(|| openapi_json().into());

/// The OpenAPI document of this server, pretty-printed, the same each time.
pub fn openapi_json() -> String {
    let value = serde_json::to_value(document()).unwrap_or_default();
    let mut text = serde_json::to_string_pretty(&value).unwrap_or_default();
    text.push('\n');
    text
}

/// This document
///
/// This document.
#[utoipa::path(get, path = "/openapi.json", tag = "operation",
    responses((status = 200, description = "OpenAPI 3.1", body = serde_json::Value)))]
pub(crate) async fn openapi_document() -> ([(header::HeaderName, &'static str); 1], Bytes) {
    ([(header::CONTENT_TYPE, "application/json")], JSON.clone())
}
