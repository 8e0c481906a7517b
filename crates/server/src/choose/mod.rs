//! The buyer's page: a signed link under which the question of one shipment is answered.
//!
//! The link is the right, and the only one: there is no session, no cookie and no script, so that nothing can be sent in a
//! buyer's name by a page that does not have the link. What is shown is the order's number, the shop's name and pickup
//! points; never an address of the buyer's. An answer is on disk before it is shown as recorded, and answering twice is
//! the same as once.

mod answer;
mod form;
mod page;
mod points;
mod words;

pub(crate) use answer::{Answer, AskedAbout};

use crate::{
    body, failure,
    lang::{self, Lang},
    problem::Problem,
    state::{App, Shared},
};
use axum::{
    extract::{RawPathParams, Request, State},
    response::{IntoResponse, Response},
};
use clock::Time;
use dispatch::ConsentBy;
use http::{HeaderMap, HeaderValue, StatusCode, Uri, header};
use page::{Notice, Shown};
use parcel::{DeliveryMode, Shipment, ShipmentId};
use pickup::{BadLink, LINK_GOOD_FOR, Link};
use store::{IntentView, Merchant, OpenQuestion, StoreError};
use utoipa_axum::{router::OpenApiRouter, routes};

/// The routes with their documentation.
pub(crate) fn routes() -> OpenApiRouter<Shared> {
    OpenApiRouter::new().routes(routes!(show, take))
}

/// The path of the page on which a buyer answers this question; the same as long as it is open.
pub(crate) fn path(app: &App, shipment: ShipmentId, open: &OpenQuestion) -> String {
    let link = Link { shipment, until: open.asked_at.plus(LINK_GOOD_FOR) };
    format!("/choose/{}", link.sign(&app.store.choice_key()))
}

/// A question, for the buyer to read
///
/// A page in French or English on which a buyer says where the parcel is to go. Its path is the `link` of a shipment's
/// question and needs no key; whoever has it may answer.
#[utoipa::path(get, path = "/choose/{token}", tag = "pickup-points", operation_id = "question_page",
    params(("token" = String, Path, description = "As in the link"),
        ("lang" = Option<String>, Query, description = "fr or en; else by the header Accept-Language")),
    responses((status = 200, description = "The question, or what was recorded", body = String, content_type = "text/html"),
        (status = 404, description = "Not a link of this server's", body = String, content_type = "text/html"),
        (status = 410, description = "The link's time is over", body = String, content_type = "text/html")))]
pub(crate) async fn show(State(app): State<Shared>, params: RawPathParams, uri: Uri, headers: HeaderMap) -> Response {
    let lang = lang::of(&uri, &headers);
    match linked(&app, &params).await {
        Ok(linked) => page(lang, StatusCode::OK, &shown(&app, &linked, None)),
        Err(notice) => refused(lang, notice),
    }
}

/// A question, answered by the buyer
///
/// Records the answer of the page's form, then shows what was recorded.
#[utoipa::path(post, path = "/choose/{token}", tag = "pickup-points", operation_id = "answer_question_page",
    params(("token" = String, Path, description = "As in the link"),
        ("lang" = Option<String>, Query, description = "fr or en; else by the header Accept-Language")),
    request_body(content = String, content_type = "application/x-www-form-urlencoded",
        description = "`answer`: `point:` and an id, `home` or `keep`"),
    responses((status = 303, description = "Recorded, or answered before: the page shows what counts"),
        (status = 404, description = "Not a link of this server's", body = String, content_type = "text/html"),
        (status = 410, description = "The link's time is over", body = String, content_type = "text/html"),
        (status = 422, description = "Not one of the answers", body = String, content_type = "text/html")))]
pub(crate) async fn take(State(app): State<Shared>, params: RawPathParams, request: Request) -> Response {
    let (head, body) = request.into_parts();
    let lang = lang::of(&head.uri, &head.headers);
    let bytes = match body::read(body, &app.settings).await {
        Ok(bytes) => bytes,
        Err(problem) => return problem.into_response(),
    };
    let linked = match linked(&app, &params).await {
        Ok(linked) => linked,
        Err(notice) => return refused(lang, notice),
    };
    let Some(about) = AskedAbout::of(&linked.view, &linked.shipment) else { return see(&head.uri) };
    let answer = form::read(&bytes).filter(|answer| points::is_offered(&app, &about, linked.home_offered, *answer));
    let Some(answer) = answer else {
        return page(lang, StatusCode::UNPROCESSABLE_ENTITY, &shown(&app, &linked, Some(Notice::NotOne)));
    };
    match record(&app, &about, answer).await {
        Ok(()) => see(&head.uri),
        Err(Recorded::Not(notice)) => page(lang, StatusCode::UNPROCESSABLE_ENTITY, &shown(&app, &linked, Some(notice))),
        Err(Recorded::Failed(notice)) => refused(lang, notice),
    }
}

/// What a good link leads to.
struct Linked {
    view: IntentView,
    merchant: Merchant,
    shipment: Shipment,
    home_offered: bool,
}

async fn linked(app: &App, params: &RawPathParams) -> Result<Linked, Notice> {
    let token = params.iter().find(|(name, _)| *name == "token").map_or("", |(_, token)| token);
    let link = Link::open(token, &app.store.choice_key(), app.now()).map_err(|bad| match bad {
        BadLink::Forged => Notice::Forged,
        BadLink::Expired => Notice::Expired,
    })?;
    let found = app.store.linked(link.shipment).await.map_err(failed)?;
    let (view, merchant, shipment) = found.ok_or(Notice::Expired)?;
    let rule = app.store.point_rule(&merchant.id).await.map_err(failed)?.unwrap_or_default();
    Ok(Linked { view, merchant, shipment, home_offered: rule.home_offered })
}

fn failed(e: StoreError) -> Notice {
    // Logged where it is turned into a problem.
    let _: Problem = failure::of_store(e);
    Notice::Unavailable
}

/// Why an answer was not recorded.
enum Recorded {
    /// It cannot be: another one may.
    Not(Notice),
    /// The records do not answer.
    Failed(Notice),
}

async fn record(app: &App, about: &AskedAbout<'_>, answer: Answer) -> Result<(), Recorded> {
    let now = app.now();
    let (consent, choice) =
        about.consent(app, answer, ConsentBy::Buyer, now).map_err(|_| Recorded::Not(Notice::NotPossible))?;
    match app.store.consent(about.view.intent.id, consent, choice, now).await {
        // Answered a moment ago: the page shows what counts.
        Ok(_) | Err(StoreError::Illegal(_)) => Ok(()),
        Err(e) => Err(Recorded::Failed(failed(e))),
    }
}

fn shown(app: &App, linked: &Linked, notice: Option<Notice>) -> Shown {
    let now: Time = app.now();
    let shop = linked.merchant.name.clone();
    let order = linked.view.order_number.as_ref().map(|order| order.as_str().to_owned());
    let body = match AskedAbout::of(&linked.view, &linked.shipment) {
        Some(about) => page::Body::Question(Box::new(points::choices(app, &about, linked.home_offered, now))),
        None => page::Body::Settled(settled(app, &linked.view)),
    };
    Shown { shop, order, notice, body }
}

fn settled(app: &App, view: &IntentView) -> page::Settled {
    let Some(agreed) = view.consent.as_deref().filter(|_| view.intent.state != dispatch::State::Void) else {
        return page::Settled::NothingAsked;
    };
    let place = match &agreed.consent.mode {
        DeliveryMode::Home => None,
        DeliveryMode::PickupPoint(point) => Some(Box::new(points::named(app, *point))),
    };
    page::Settled::Agreed {
        by_buyer: agreed.consent.by == ConsentBy::Buyer,
        kept: agreed.consent.kept,
        place,
        at: agreed.at,
    }
}

fn refused(lang: Lang, notice: Notice) -> Response {
    let status = match notice {
        Notice::Forged => StatusCode::NOT_FOUND,
        Notice::Expired => StatusCode::GONE,
        Notice::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
        Notice::NotOne | Notice::NotPossible => StatusCode::UNPROCESSABLE_ENTITY,
    };
    page(lang, status, &Shown { shop: String::new(), order: None, notice: Some(notice), body: page::Body::Nothing })
}

fn page(lang: Lang, status: StatusCode, shown: &Shown) -> Response {
    let mut response = (status, page::write(lang, shown)).into_response();
    headers_of(response.headers_mut());
    let lang = HeaderValue::from_static(lang.code());
    response.headers_mut().insert(header::CONTENT_LANGUAGE, lang);
    response
}

/// The same page by GET: reloading it sends nothing again.
fn see(uri: &Uri) -> Response {
    let place = uri.path_and_query().map_or("/", |path| path.as_str());
    let mut response = StatusCode::SEE_OTHER.into_response();
    headers_of(response.headers_mut());
    if let Ok(place) = HeaderValue::from_str(place) {
        response.headers_mut().insert(header::LOCATION, place);
    }
    response
}

/// The link is in nobody's cache, history of other sites, or index.
fn headers_of(headers: &mut HeaderMap) {
    let fixed = [
        (header::CONTENT_TYPE, "text/html; charset=utf-8"),
        (header::CACHE_CONTROL, "no-store"),
        (header::REFERRER_POLICY, "no-referrer"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (http::HeaderName::from_static("x-robots-tag"), "noindex, nofollow"),
    ];
    for (name, value) in fixed {
        headers.insert(name, HeaderValue::from_static(value));
    }
    if let Ok(policy) = HeaderValue::from_str(&page::POLICY) {
        headers.insert(header::CONTENT_SECURITY_POLICY, policy);
    }
    headers.append(header::VARY, HeaderValue::from_static("Accept-Language"));
}
