//! Subscribing: the form, the question whether it was meant, the page that changes and ends it, receipts that come back.
//!
//! Nobody is told anything before the one at the other end has agreed. Nobody learns who is subscribed: the answer to a
//! wish is the same whatever is known of the address. No address is in a path, a log line or an error.

mod confirm;
mod enter;
mod manage;
mod page;
mod question;
mod receipts;
mod wish;

use crate::{
    flood::Flood,
    lang::{self, Lang},
    problem::{Kind, Problem},
    state::{App, Shared},
};
use axum::{
    extract::{FromRequestParts, RawPathParams},
    response::{IntoResponse, Response},
};
use channels::{Channel, webhook::Secret};
use http::{StatusCode, header, request::Parts};
use notice::{Arg, Words, plan::ChannelKind};
use std::{collections::BTreeMap, sync::Arc};
use utoipa_axum::{router::OpenApiRouter, routes};

/// Wishes for one address within an hour, at most: what is over that is answered alike and sends nothing.
const WISHES_OF_ONE_MAX: u32 = 4;
/// Wishes within a minute, at most, from everybody: each sends a message.
const WISHES_PER_MINUTE_MAX: u32 = 120;
/// Codes for one number within an hour, at most; the store allows fewer wrong ones.
const CODES_OF_ONE_MAX: u32 = 12;
/// Codes within a minute, at most, from everybody.
const CODES_PER_MINUTE_MAX: u32 = 300;
/// The longest form that is read, in bytes.
const FORM_BYTES_MAX: usize = 16 << 10;

/// What subscribing needs from the rest of the house.
pub struct Subscribing {
    /// Where readers reach this server, without a slash at the end: links in messages begin with it.
    pub url: String,
    /// The channels that there are; what is not here cannot be subscribed to.
    pub channels: BTreeMap<ChannelKind, Arc<dyn Channel>>,
    /// Our public key as browsers want it; without it no browser can subscribe.
    pub push_key: Option<String>,
    /// What the gateway of text messages signs its receipts with; without it none is taken.
    pub receipts_secret: Option<Secret>,
}

impl Subscribing {
    /// The channels that a reader may choose by the form.
    fn by_form(&self) -> impl Iterator<Item = ChannelKind> + '_ {
        let kinds = [ChannelKind::Mail, ChannelKind::Sms, ChannelKind::Webhook];
        kinds.into_iter().filter(|kind| self.channels.contains_key(kind))
    }

    /// The key for browsers, where they can be told.
    fn push_key(&self) -> Option<&str> {
        self.push_key.as_deref().filter(|_| self.channels.contains_key(&ChannelKind::WebPush))
    }

    /// Where a subscription is changed and ended.
    fn manage_url(&self, app: &App, id: &str) -> String {
        format!("{}/status/unsubscribe/{}", self.url, app.store.unsubscribe_token(id))
    }
}

/// What is kept in memory of those who ask.
pub(crate) struct Asked {
    wishes: Flood,
    codes: Flood,
}

impl Default for Asked {
    fn default() -> Self {
        Self {
            wishes: Flood::new(WISHES_OF_ONE_MAX, WISHES_PER_MINUTE_MAX),
            codes: Flood::new(CODES_OF_ONE_MAX, CODES_PER_MINUTE_MAX),
        }
    }
}

/// The routes with their documentation.
pub(crate) fn routes() -> OpenApiRouter<Shared> {
    OpenApiRouter::new()
        .routes(routes!(enter::show))
        .routes(routes!(enter::take))
        .routes(routes!(confirm::show, confirm::take))
        .routes(routes!(confirm::show_code, confirm::take_code))
        .routes(routes!(manage::show, manage::take))
        .routes(routes!(receipts::take))
        .routes(routes!(page::push_script))
        .routes(routes!(page::worker_script))
}

/// Who asks, in which language, and what there is to subscribe to.
pub(crate) struct Reader {
    lang: Lang,
    subscribing: Arc<Subscribing>,
    /// Whether the body says that it is JSON: a program, that is answered as one.
    is_program: bool,
}

impl FromRequestParts<Shared> for Reader {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, app: &Shared) -> Result<Self, Response> {
        let lang = lang::of(&parts.uri, &parts.headers);
        let kind = parts.headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
        let is_program = kind.to_ascii_lowercase().starts_with("application/json");
        match &app.subscribing {
            Some(subscribing) => Ok(Self { lang, subscribing: Arc::clone(subscribing), is_program }),
            None if is_program => Err(none_here().into_response()),
            None => Err(page::notice(app, lang, StatusCode::NOT_FOUND, "subscribe-none")),
        }
    }
}

fn none_here() -> Problem {
    Problem::new(Kind::NoSubscriptions, "Nobody can subscribe on this server; its feeds are at /history.atom.")
}

/// The token in the path.
pub(crate) struct Token(String);

impl FromRequestParts<Shared> for Token {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &Shared) -> Result<Self, Problem> {
        let params = RawPathParams::from_request_parts(parts, app).await;
        let params = params.map_err(|_| Problem::new(Kind::NoSuchPath, "The path is not written in UTF-8."))?;
        let token = params.iter().find(|(name, _)| *name == "token").map(|(_, text)| text.to_owned());
        Ok(Self(token.unwrap_or_default()))
    }
}

fn text(lang: Lang, id: &str) -> String {
    Words::of(lang).text(id, &[])
}

fn text_with(lang: Lang, id: &str, args: &[(&str, &str)]) -> String {
    let args: Vec<_> = args.iter().map(|(name, text)| (*name, Arg::Text(text))).collect();
    Words::of(lang).text(id, &args)
}
