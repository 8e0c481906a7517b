//! The answer to the question: a link whose page asks once more, or six digits.

use super::{FORM_BYTES_MAX, Reader, Token, enter::Trouble, page, question::WAY, text, wish};
use crate::{
    body,
    flood::Flow,
    refusals::BadBytes,
    state::{App, Shared},
};
use axum::{
    extract::{Request, State},
    response::{IntoResponse, Response},
};
use channels::sms;
use http::StatusCode;
use notice::plan::{ChannelKind, Standing, Subscription};
use store::StoreError;

/// Confirmation page
///
/// Shows a button: programs that follow every link of a mail confirm nothing.
#[utoipa::path(get, path = "/status/confirm/{token}", operation_id = "confirm_page", tag = "status", security(()),
    params(("token" = String, Path, description = "From the message"),
        ("lang" = Option<String>, Query, description = "fr or en; else by the header Accept-Language")),
    responses((status = 200, description = "The page", body = String, content_type = "text/html"),
        (status = 404, description = "Nobody can subscribe here", body = String, content_type = "text/html")))]
pub(crate) async fn show(State(app): State<Shared>, reader: Reader, _: Token) -> Response {
    page::confirm(&app, reader.lang)
}

/// Confirm
///
/// The subscription counts from now on.
#[utoipa::path(post, path = "/status/confirm/{token}", operation_id = "confirm_subscription", tag = "status", security(()),
    params(("token" = String, Path, description = "From the message"),
        ("lang" = Option<String>, Query, description = "fr or en; else by the header Accept-Language")),
    responses((status = 200, description = "Confirmed", body = String, content_type = "text/html"),
        (status = 404, description = "The link is not good, or not any more", body = String, content_type = "text/html")))]
pub(crate) async fn take(State(app): State<Shared>, reader: Reader, Token(token): Token) -> Response {
    let confirmed = app.store.confirm(&token, app.now()).await;
    answer(&app, &reader, confirmed, (StatusCode::NOT_FOUND, "subscribe-bad-link"))
}

/// Code page
///
/// Where the digits of a text message are written.
#[utoipa::path(get, path = "/status/code", operation_id = "code_page", tag = "status", security(()),
    params(("lang" = Option<String>, Query, description = "fr or en; else by the header Accept-Language")),
    responses((status = 200, description = "The form", body = String, content_type = "text/html"),
        (status = 404, description = "Nobody can subscribe here", body = String, content_type = "text/html")))]
pub(crate) async fn show_code(State(app): State<Shared>, reader: Reader) -> Response {
    page::code(&app, &reader, StatusCode::OK, "", None)
}

/// Confirm by a code
///
/// The answer to a wrong code is the one to a number that is not known; after five wrong ones none is right.
#[utoipa::path(post, path = "/status/code", operation_id = "confirm_by_code", tag = "status", security(()),
    params(("lang" = Option<String>, Query, description = "fr or en; else by the header Accept-Language")),
    request_body(content = String, content_type = "application/x-www-form-urlencoded", description = "`number`, `code`"),
    responses((status = 200, description = "Confirmed", body = String, content_type = "text/html"),
        (status = 422, description = "The code is not right, or not any more", body = String, content_type = "text/html"),
        (status = 429, description = "Too many codes", body = String, content_type = "text/html"), BadBytes))]
pub(crate) async fn take_code(State(app): State<Shared>, reader: Reader, request: Request) -> Response {
    let bytes = match body::read_up_to(FORM_BYTES_MAX, request.into_body(), &app.settings).await {
        Ok(bytes) => bytes,
        Err(problem) => return problem.into_response(),
    };
    let fields = wish::fields(&bytes).unwrap_or_default();
    let field = |name: &str| fields.iter().find(|(field, _)| field == name).map_or("", |(_, text)| text.as_str());
    let (number, code) = (field("number"), field("code"));
    let again = |status, id: &str| page::code(&app, &reader, status, number, Some(&text(reader.lang, id)));
    let Ok(full) = sms::number(number) else {
        return again(StatusCode::UNPROCESSABLE_ENTITY, "subscribe-bad-sms");
    };
    if app.asked.codes.count(app.store.contact_digest(&format!("code {full}")), app.now()) != Flow::Good {
        return again(StatusCode::TOO_MANY_REQUESTS, "subscribe-too-many");
    }
    match by_code(&app, &full, code).await {
        Ok(None) => again(StatusCode::UNPROCESSABLE_ENTITY, "subscribe-bad-code"),
        confirmed => answer(&app, &reader, confirmed, (StatusCode::UNPROCESSABLE_ENTITY, "subscribe-bad-code")),
    }
}

async fn by_code(app: &App, number: &str, code: &str) -> Result<Option<Subscription>, StoreError> {
    let waiting = app.store.subscriptions_of(ChannelKind::Sms, number).await?;
    for one in waiting.iter().filter(|one| one.standing == Standing::Unconfirmed) {
        if let Some(confirmed) = app.store.confirm_by_code(&one.id, WAY, code, app.now()).await? {
            return Ok(Some(confirmed));
        }
    }
    Ok(None)
}

fn answer(
    app: &App,
    reader: &Reader,
    confirmed: Result<Option<Subscription>, StoreError>,
    (status, otherwise): (StatusCode, &str),
) -> Response {
    match confirmed {
        Ok(Some(subscription)) => {
            let manage = reader.subscribing.manage_url(app, &subscription.id);
            page::confirmed(app, reader.lang, &manage)
        }
        Ok(None) => page::notice(app, reader.lang, status, otherwise),
        Err(e) => Trouble::from(e).into_problem().into_response(),
    }
}
