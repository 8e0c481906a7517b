//! The page of a subscription, by its secret link: how it is told, changed, and ended with one click.

use super::{
    FORM_BYTES_MAX, Reader, Token,
    enter::Trouble,
    page, text,
    wish::{self, Settings, Wish},
};
use crate::{
    body,
    refusals::BadBytes,
    state::{App, Shared},
};
use axum::{
    extract::{Request, State},
    response::{IntoResponse, Response},
};
use http::{StatusCode, header};
use notice::plan::{Standing, Subscription};
use store::{StoreError, SubscriptionChange};

/// What a mail program posts for its user (RFC 8058).
const ONE_CLICK: (&str, &str) = ("List-Unsubscribe", "One-Click");

/// Subscription page
///
/// How the subscription is told, to be changed or ended. Looking at it changes nothing.
#[utoipa::path(get, path = "/status/unsubscribe/{token}", operation_id = "subscription_page", tag = "status", security(()),
    params(("token" = String, Path, description = "From the message"),
        ("lang" = Option<String>, Query, description = "fr or en; else by the header Accept-Language")),
    responses((status = 200, description = "The page", body = String, content_type = "text/html"),
        (status = 404, description = "No such subscription", body = String, content_type = "text/html")))]
pub(crate) async fn show(State(app): State<Shared>, reader: Reader, Token(token): Token) -> Response {
    match app.store.subscription_of_token(&token).await {
        Ok(Some(one)) => page_of(&app, &reader, &one, None),
        Ok(None) => page::notice(&app, reader.lang, StatusCode::NOT_FOUND, "subscribe-bad-link"),
        Err(e) => unavailable(e),
    }
}

/// Change or end a subscription
///
/// `List-Unsubscribe=One-Click` ends it (RFC 8058), and so does `end`; other fields change it.
#[utoipa::path(post, path = "/status/unsubscribe/{token}", operation_id = "change_subscription", tag = "status", security(()),
    params(("token" = String, Path, description = "From the message"),
        ("lang" = Option<String>, Query, description = "fr or en; else by the header Accept-Language")),
    request_body(content((String = "application/x-www-form-urlencoded"), (String = "multipart/form-data"))),
    responses((status = 200, description = "Changed, or ended", body = String, content_type = "text/html"),
        (status = 404, description = "No such subscription", body = String, content_type = "text/html"),
        (status = 422, description = "A field is wrong", body = String, content_type = "text/html"), BadBytes))]
pub(crate) async fn take(State(app): State<Shared>, reader: Reader, Token(token): Token, request: Request) -> Response {
    let (head, body) = request.into_parts();
    let bytes = match body::read_up_to(FORM_BYTES_MAX, body, &app.settings).await {
        Ok(bytes) => bytes,
        Err(problem) => return problem.into_response(),
    };
    let one = match app.store.subscription_of_token(&token).await {
        Ok(Some(one)) => one,
        Ok(None) => return page::notice(&app, reader.lang, StatusCode::NOT_FOUND, "subscribe-bad-link"),
        Err(e) => return unavailable(e),
    };
    let kind = head.headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    if ends(kind, &bytes) {
        return match app.store.unsubscribe(&token, app.now()).await {
            Ok(_) => page::notice(&app, reader.lang, StatusCode::OK, "subscribe-ended"),
            Err(e) => unavailable(e),
        };
    }
    change(&app, &reader, &one, &bytes).await
}

fn ends(kind: &str, bytes: &[u8]) -> bool {
    if kind.to_ascii_lowercase().starts_with("multipart/form-data") {
        let text = String::from_utf8_lossy(bytes);
        return text.contains(&format!("name=\"{}\"", ONE_CLICK.0)) && text.contains(ONE_CLICK.1);
    }
    let fields = wish::fields(bytes).unwrap_or_default();
    fields.iter().any(|(name, value)| name == "end" || (name == ONE_CLICK.0 && value == ONE_CLICK.1))
}

async fn change(app: &App, reader: &Reader, one: &Subscription, bytes: &[u8]) -> Response {
    let wish = match Wish::from_form(bytes) {
        Ok(wish) => wish,
        Err(problem) => return problem.into_response(),
    };
    let settings = match wish.settings(one.lang) {
        Ok(settings) => settings,
        Err(wrong) => {
            let words = text(reader.lang, wrong.text);
            return page::manage(
                app,
                reader,
                StatusCode::UNPROCESSABLE_ENTITY,
                &Settings::from(one),
                (Some(&words), true),
            );
        }
    };
    let change = SubscriptionChange {
        lang: Some(settings.lang),
        wants: Some(settings.wants(&one.wants)),
        budget_per_day: None,
        quiet: Some(settings.quiet.clone()),
        digest: Some(settings.digest),
    };
    match app.store.change_subscription(&one.id, change).await {
        Ok(Some(one)) => page_of(app, reader, &one, Some("subscribe-changed")),
        Ok(None) => page::notice(app, reader.lang, StatusCode::OK, "subscribe-ended"),
        Err(e) => unavailable(e),
    }
}

fn page_of(app: &App, reader: &Reader, one: &Subscription, said: Option<&str>) -> Response {
    if one.standing == Standing::Ended {
        return page::notice(app, reader.lang, StatusCode::OK, "subscribe-ended");
    }
    let words = said.map(|id| text(reader.lang, id));
    page::manage(app, reader, StatusCode::OK, &Settings::from(one), (words.as_deref(), false))
}

fn unavailable(e: StoreError) -> Response {
    Trouble::from(e).into_problem().into_response()
}
