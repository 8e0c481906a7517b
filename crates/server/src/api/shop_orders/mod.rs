//! Orders of shops: as the shops have them, how far each has come here, and its shipment.

mod answer;
pub(super) mod import;
pub(super) mod ship;

use crate::{
    api::list::escape,
    auth::Signed,
    failure,
    problem::{Kind, Problem},
    refusals::{Always, BadQuery, NoSuchShopOrder},
    state::{App, Caller, Shared},
};
use answer::{ShopOrderAnswer, ShopOrderList, standing_of};
use axum::{
    Json,
    extract::{FromRequestParts, Query, RawPathParams, State},
    response::{IntoResponse, Response},
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use clock::Time;
use http::{Uri, header, request::Parts};
use serde::Deserialize;
use store::{OrderCursor, OrderFilter, Scope, StoredOrder};
use utoipa::IntoParams;

/// Orders on a page when nothing is asked, and at most.
const PAGE_COUNT: usize = 50;
const PAGE_COUNT_MAX: usize = 200;

/// The id in `/v1/shop-orders/{id}…`.
pub(crate) struct ShopOrderPath(String);

/// The shop in `/v1/shops/{shop}…`.
pub(crate) struct ShopIdPath(String);

async fn part(parts: &mut Parts, app: &Shared, name: &str) -> Result<Option<String>, Problem> {
    let params = RawPathParams::from_request_parts(parts, app).await;
    let params = params.map_err(|_| Problem::new(Kind::NoSuchPath, "The path is not written in UTF-8."))?;
    Ok(params.iter().find(|(part, _)| *part == name).map(|(_, text)| text.to_owned()))
}

impl FromRequestParts<Shared> for ShopOrderPath {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &Shared) -> Result<Self, Problem> {
        part(parts, app, "id").await?.map(Self).ok_or_else(failure::no_shop_order)
    }
}

impl FromRequestParts<Shared> for ShopIdPath {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &Shared) -> Result<Self, Problem> {
        part(parts, app, "shop").await?.map(Self).ok_or_else(failure::no_shop)
    }
}

async fn own(app: &App, caller: &Caller, id: &str) -> Result<StoredOrder, Problem> {
    let found = app.store.shop_order(&caller.merchant, id).await.map_err(failure::of_store)?;
    found.ok_or_else(failure::no_shop_order)
}

/// Which orders are wanted.
#[derive(Default, Deserialize, IntoParams)]
#[serde(default, deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct ShopOrderQuery {
    /// Only of this shop.
    shop: Option<String>,
    /// Only those that stand so in their shop: pending, to_ship, shipped, cancelled, other or deleted.
    status: Option<String>,
    /// Only those with this number.
    number: Option<String>,
    /// true: only those of which the shop is still to be told something, or a person has to decide something.
    #[param(value_type = Option<bool>)]
    out_of_step: Option<String>,
    /// How many on a page, 1 to 200; 50 when absent.
    #[param(value_type = Option<u32>, minimum = 1, maximum = 200)]
    limit: Option<String>,
    /// Where the page begins: taken from `next` of the page before, and otherwise a secret of this server's.
    cursor: Option<String>,
}

/// List orders of shops
///
/// The orders of your shops, those placed last first. A page can hold fewer than were asked for although there are more: go
/// on as long as there is a `next`.
#[utoipa::path(get, path = "/v1/shop-orders", tag = "shops",
    operation_id = "list_shop_orders", params(ShopOrderQuery),
    responses((status = 200, description = "A page", body = ShopOrderList,
            headers(("Link" = String, description = "rel=next: the next page; absent on the last"))),
        Always, BadQuery),
    security(("api_key" = [])))]
pub(crate) async fn list(State(app): State<Shared>, Signed(caller): Signed, uri: Uri) -> Result<Response, Problem> {
    caller.require(Scope::Read)?;
    let query = Query::<ShopOrderQuery>::try_from_uri(&uri).map_err(|_| unreadable())?.0;
    let (filter, after, limit) = query.parse()?;
    let page = app.store.shop_orders(&caller.merchant, filter, after, limit).await.map_err(failure::of_store)?;
    let next = page.next.map(|cursor| query.next_path(&cursor));
    let link = next.as_ref().map(|path| [(header::LINK, format!("<{path}>; rel=\"next\""))]);
    let list = Json(ShopOrderList { orders: page.items.iter().map(ShopOrderAnswer::from).collect(), next });
    Ok(match link {
        Some(link) => (link, list).into_response(),
        None => list.into_response(),
    })
}

/// Read an order of a shop
///
/// An order as its shop has it and how far it has come here. The buyer's address is not in it.
#[utoipa::path(get, path = "/v1/shop-orders/{id}", tag = "shops",
    operation_id = "read_shop_order", params(("id" = String, Path, description = "The order's id here")),
    responses((status = 200, description = "The order", body = ShopOrderAnswer), Always, NoSuchShopOrder),
    security(("api_key" = [])))]
pub(crate) async fn read(
    State(app): State<Shared>,
    Signed(caller): Signed,
    ShopOrderPath(id): ShopOrderPath,
) -> Result<Json<ShopOrderAnswer>, Problem> {
    caller.require(Scope::Read)?;
    Ok(Json(ShopOrderAnswer::whole(&own(&app, &caller, &id).await?)))
}

impl ShopOrderQuery {
    fn parse(&self) -> Result<(OrderFilter, Option<OrderCursor>, usize), Problem> {
        let filter = OrderFilter {
            shop: self.shop.clone(),
            status: self.status.as_deref().map(status).transpose()?,
            number: self.number.clone(),
            out_of_step: self.out_of_step.as_deref().map_or(Ok(false), flag)?,
        };
        let after = self.cursor.as_deref().map(read_cursor).transpose()?;
        Ok((filter, after, limit(self.limit.as_deref())?))
    }

    /// The path of the page after this place, with the same wishes.
    fn next_path(&self, after: &OrderCursor) -> String {
        let mut path = format!("/v1/shop-orders?cursor={}", write_cursor(after));
        let wishes = [
            ("shop", &self.shop),
            ("status", &self.status),
            ("number", &self.number),
            ("out_of_step", &self.out_of_step),
            ("limit", &self.limit),
        ];
        for (name, value) in wishes {
            if let Some(value) = value {
                path.push_str(&format!("&{name}={}", escape(value)));
            }
        }
        path
    }
}

fn unreadable() -> Problem {
    let known = "shop, status, number, out_of_step, limit and cursor";
    Problem::new(Kind::BadQuery, format!("The query takes {known}, each at most once."))
}

fn bad(field: &str, says: &str) -> Problem {
    Problem::new(Kind::BadQuery, format!("{field} {says}.")).field(field)
}

fn status(text: &str) -> Result<store::Standing, Problem> {
    standing_of(text).ok_or_else(|| bad("status", "is one of pending, to_ship, shipped, cancelled, other or deleted"))
}

fn flag(text: &str) -> Result<bool, Problem> {
    text.parse().map_err(|_| bad("out_of_step", "is true or false"))
}

fn limit(text: Option<&str>) -> Result<usize, Problem> {
    let Some(text) = text else { return Ok(PAGE_COUNT) };
    let limit = text.parse().ok().filter(|n| (1..=PAGE_COUNT_MAX).contains(n));
    limit.ok_or_else(|| bad("limit", &format!("is a number from 1 to {PAGE_COUNT_MAX}")))
}

fn write_cursor(cursor: &OrderCursor) -> String {
    URL_SAFE_NO_PAD.encode(format!("{} {}", cursor.placed_at.unix_ms(), cursor.id))
}

fn read_cursor(text: &str) -> Result<OrderCursor, Problem> {
    let read = || {
        let text = String::from_utf8(URL_SAFE_NO_PAD.decode(text).ok()?).ok()?;
        let (at, id) = text.split_once(' ')?;
        Some(OrderCursor { placed_at: Time::from_unix_ms(at.parse().ok()?), id: id.to_owned() })
    };
    read().ok_or_else(|| bad("cursor", "is taken whole from next of the page before"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_next_page_keeps_the_wishes() {
        let query =
            ShopOrderQuery { number: Some("#1 é".into()), out_of_step: Some("true".into()), ..Default::default() };
        let cursor = OrderCursor { placed_at: Time::from_unix_ms(7), id: "ord_1".into() };
        let uri: Uri = query.next_path(&cursor).parse().expect("a path");
        let back = Query::<ShopOrderQuery>::try_from_uri(&uri).expect("a query").0;
        assert_eq!((back.number.as_deref(), back.out_of_step.as_deref()), (Some("#1 é"), Some("true")));
        assert_eq!(back.cursor.map(|text| read_cursor(&text).map_err(|p| p.kind())), Some(Ok(cursor)));
        for query in ["limit=0", "limit=x", "status=done", "out_of_step=maybe", "cursor=!", "cursor=AAAA"] {
            let uri: Uri = format!("/?{query}").parse().expect("a path");
            let read = Query::<ShopOrderQuery>::try_from_uri(&uri).expect("a query").0;
            assert!(read.parse().is_err(), "{query}");
        }
    }
}
