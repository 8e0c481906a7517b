//! The way in: the form, and a wish that is taken in, asked about, or refused.

use super::{
    FORM_BYTES_MAX, Reader, Subscribing, page,
    question::{self, Saying, WAY},
    text,
    wish::{Settings, Wish, Wrong},
};
use crate::{
    body, failure,
    flood::Flow,
    lang::Lang,
    problem::{Kind, Problem},
    refusals::BadBody,
    state::{App, Shared},
};
use axum::{
    Json,
    extract::{Request, State},
    response::{IntoResponse, Response},
};
use channels::{
    Report, mail, sms,
    webhook::{Endpoint, Refused, Secret},
    webpush,
};
use http::StatusCode;
use notice::plan::{ChannelKind, Subscription, Wants};
use serde::Serialize;
use store::{NewSubscription, NewWay, StoreError, Subscribed};
use utoipa::ToSchema;
use zeroize::Zeroizing;

/// When who asks too fast may come back, in seconds.
const TOO_MANY_RETRY_S: u64 = 60;

/// What became of a wish. It is the same whether or not the address is known here.
#[derive(Debug, Default, Serialize, ToSchema)]
#[schema(as = SubscriptionTaken)]
pub(crate) struct Entered {
    /// asked: a message is on its way to the address, and nothing more is sent before that is confirmed. subscribed: it
    /// counts from now on.
    #[schema(example = "subscribed")]
    pub(super) outcome: &'static str,
    /// With a webhook: what messages are signed with (Standard Webhooks), shown this once.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) secret: Option<String>,
    /// Where it can be changed and ended; a secret of the subscriber's. Absent while it is not confirmed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) manage_url: Option<String>,
}

/// Why a wish is not taken.
pub(super) enum Trouble {
    /// Something in it is wrong.
    Wrong(Wrong),
    /// The URL is not one that is called.
    Url(Refused),
    /// The endpoint did not take the test message.
    Ping(String),
    /// The message could not be sent.
    NotSent,
    /// Too many wishes at once.
    TooMany,
    /// The server's own.
    Own(Problem),
}

impl From<Wrong> for Trouble {
    fn from(wrong: Wrong) -> Self {
        Self::Wrong(wrong)
    }
}

impl From<StoreError> for Trouble {
    fn from(e: StoreError) -> Self {
        Self::Own(failure::of_store(e))
    }
}

impl Trouble {
    /// In words for a reader.
    pub(super) fn words(&self, lang: Lang) -> String {
        match self {
            Self::Wrong(wrong) => text(lang, wrong.text),
            Self::Url(_) => text(lang, "subscribe-bad-url"),
            Self::Ping(_) => text(lang, "subscribe-bad-ping"),
            Self::NotSent => text(lang, "subscribe-not-sent"),
            Self::TooMany => text(lang, "subscribe-too-many"),
            Self::Own(_) => text(lang, "subscribe-unavailable"),
        }
    }

    /// For a program.
    pub(super) fn into_problem(self) -> Problem {
        let english = self.words(Lang::English);
        match self {
            Self::Wrong(wrong) => Problem::invalid(wrong.field, english),
            Self::Url(refused) => Problem::new(Kind::UrlRefused, format!("address: {refused}.")).field("address"),
            Self::Ping(why) => {
                Problem::new(Kind::UrlRefused, format!("address: the test message was not taken: {why}. {english}"))
                    .field("address")
            }
            Self::NotSent => Problem::new(Kind::NotSent, english).retry_after(TOO_MANY_RETRY_S),
            Self::TooMany => Problem::new(Kind::TooMany, english).retry_after(TOO_MANY_RETRY_S),
            Self::Own(problem) => problem,
        }
    }

    fn status(&self) -> StatusCode {
        match self {
            Self::Wrong(_) | Self::Url(_) | Self::Ping(_) => StatusCode::UNPROCESSABLE_ENTITY,
            Self::TooMany => StatusCode::TOO_MANY_REQUESTS,
            Self::NotSent => StatusCode::SERVICE_UNAVAILABLE,
            Self::Own(problem) => StatusCode::from_u16(problem.kind().status()).unwrap_or_default(),
        }
    }
}

/// Subscribe page
///
/// A form in French or English by which anybody asks to be told of incidents. Needs no key and no script.
#[utoipa::path(get, path = "/status/subscribe", operation_id = "subscribe_page", tag = "status", security(()),
    params(("lang" = Option<String>, Query, description = "fr or en; else by the header Accept-Language")),
    responses((status = 200, description = "The form", body = String, content_type = "text/html"),
        (status = 404, description = "Nobody can subscribe here", body = String, content_type = "text/html")))]
pub(crate) async fn show(State(app): State<Shared>, reader: Reader) -> Response {
    let settings = Settings { lang: reader.lang, ..Settings::default() };
    page::form(&app, &reader, StatusCode::OK, (&Wish::default(), &settings), None)
}

/// Subscribe
///
/// As a form or as JSON. To a mail address or a telephone a question is sent first, and the answer does not say whether
/// they are known. A webhook is sent a signed test message, `subscription.ping`, that it has to take; its secret is shown
/// once. A browser's subscription counts at once.
#[utoipa::path(post, path = "/status/subscriptions", operation_id = "subscribe", tag = "status", security(()),
    params(("lang" = Option<String>, Query, description = "fr or en; else by the header Accept-Language")),
    request_body(content((Wish = "application/json"), (String = "application/x-www-form-urlencoded"))),
    responses((status = 201, description = "It counts", body = Entered), (status = 202, description = "Asked", body = Entered),
        (status = 404, description = "Nobody can subscribe here"),
        (status = 422, description = "Something in it is wrong, or the endpoint did not take the test message"),
        (status = 429, description = "Too many wishes; see Retry-After"),
        (status = 503, description = "The message could not be sent, and nothing is kept"), BadBody))]
pub(crate) async fn take(State(app): State<Shared>, reader: Reader, request: Request) -> Response {
    let bytes = match body::read_up_to(FORM_BYTES_MAX, request.into_body(), &app.settings).await {
        Ok(bytes) => bytes,
        Err(problem) => return problem.into_response(),
    };
    let wish = if reader.is_program { Wish::from_json(&bytes) } else { Wish::from_form(&bytes) };
    let wish = match wish {
        Ok(wish) => wish,
        Err(problem) => return problem.into_response(),
    };
    match enter(&app, &reader, &wish).await {
        Ok(entered) => {
            let status = if entered.outcome == "asked" { StatusCode::ACCEPTED } else { StatusCode::CREATED };
            if reader.is_program {
                return (status, [(http::header::CACHE_CONTROL, "no-store")], Json(entered)).into_response();
            }
            page::entered(&app, &reader, status, (&wish, &entered))
        }
        Err(trouble) if reader.is_program => trouble.into_problem().into_response(),
        Err(trouble) => {
            let settings = wish.settings(reader.lang).unwrap_or(Settings { lang: reader.lang, ..Settings::default() });
            let words = trouble.words(reader.lang);
            page::form(&app, &reader, trouble.status(), (&wish, &settings), Some(&words))
        }
    }
}

async fn enter(app: &App, reader: &Reader, wish: &Wish) -> Result<Entered, Trouble> {
    let (subscribing, kind) = (&*reader.subscribing, wish.kind()?);
    let offered = match kind {
        ChannelKind::WebPush => subscribing.push_key().is_some(),
        kind => subscribing.channels.contains_key(&kind),
    };
    if !offered {
        return Err(Wrong { field: "channel", text: "subscribe-bad-channel" }.into());
    }
    let settings = wish.settings(reader.lang)?;
    let way = Way::of(app, kind, wish)?;
    // A digest under the sealing key: what is in memory says nothing about the address.
    let digest = app.store.contact_digest(&format!("{} {}", kind.name(), way.plain.as_str()));
    match app.asked.wishes.count(digest, app.now()) {
        Flow::Good => {}
        Flow::OneTooMany if matches!(kind, ChannelKind::Mail | ChannelKind::Sms) => return Ok(asked()),
        Flow::OneTooMany | Flow::AllTooMany => return Err(Trouble::TooMany),
    }
    if let (ChannelKind::Webhook | ChannelKind::WebPush, Some(sender)) = (kind, &app.webhooks) {
        sender.check(&way.plain).await.map_err(Trouble::Url)?;
    }
    let subscribed = app.store.subscribe(new(app, kind, &settings, &way)).await?;
    match kind {
        ChannelKind::Mail | ChannelKind::Sms => ask(app, subscribing, kind, &way, subscribed).await,
        ChannelKind::Webhook => ping(app, subscribing, &way, subscribed).await,
        ChannelKind::WebPush => Ok(counts(app, subscribing, &way, &subscribed)),
    }
}

/// Where to.
struct Way {
    /// In the channel's own form.
    address: Zeroizing<String>,
    /// Without keys and secrets: the same for the same recipient.
    plain: Zeroizing<String>,
    secret: Option<Secret>,
}

impl Way {
    fn of(app: &App, kind: ChannelKind, wish: &Wish) -> Result<Self, Wrong> {
        let text = wish.address.as_deref().unwrap_or_default();
        let bad = |text| Wrong { field: "address", text };
        let simple = |address: String| Self { address: address.clone().into(), plain: address.into(), secret: None };
        match kind {
            ChannelKind::Mail => mail::address(text).map(simple).map_err(|_| bad("subscribe-bad-mail")),
            ChannelKind::Sms => sms::number(text).map(simple).map_err(|_| bad("subscribe-bad-sms")),
            ChannelKind::Webhook => {
                let secret = Secret::from_bytes(&app.chance());
                let url = text.trim().to_owned();
                let address = Endpoint { url: url.clone(), secret: secret.clone() }.to_address().into();
                Ok(Self { address, plain: url.into(), secret: Some(secret) })
            }
            ChannelKind::WebPush => {
                let bad = Wrong { field: "subscription", text: "subscribe-bad-push" };
                let written = wish.subscription.as_ref().ok_or(bad)?.to_string();
                let browser: webpush::Subscription = written.parse().map_err(|_| bad)?;
                Ok(Self { address: browser.to_address().into(), plain: browser.endpoint.clone().into(), secret: None })
            }
        }
    }
}

fn new(app: &App, kind: ChannelKind, settings: &Settings, way: &Way) -> NewSubscription {
    // A browser agrees by making the subscription: nobody else has its keys.
    let confirmed = kind == ChannelKind::WebPush;
    NewSubscription {
        id: format!("sub_{:032x}", u128::from_be_bytes(app.chance())),
        lang: settings.lang,
        ways: vec![NewWay { channel: kind, address: way.address.clone(), confirmed }],
        wants: settings.wants(&Wants::default()),
        budget_per_day: None,
        quiet: settings.quiet.clone(),
        digest: settings.digest,
        at: app.now(),
    }
}

fn asked() -> Entered {
    Entered { outcome: "asked", ..Entered::default() }
}

/// Sends the question. Where it could not be sent nothing is kept.
async fn ask(
    app: &App,
    subscribing: &Subscribing,
    kind: ChannelKind,
    way: &Way,
    subscribed: Subscribed,
) -> Result<Entered, Trouble> {
    let (subscription, saying) = match &subscribed {
        Subscribed::New(one) | Subscribed::Again(one) => (one, Saying::Question),
        Subscribed::Known(one) => (one, Saying::Known),
        Subscribed::Enough => return Ok(asked()),
    };
    match question::send(app, subscribing, (subscription, &way.address), (kind, saying)).await {
        Report::Delivered | Report::Accepted { .. } | Report::Unknown { .. } => Ok(asked()),
        Report::NotNow { .. } | Report::Refused { .. } => {
            if saying == Saying::Question {
                app.store.end_subscription(&subscription.id, app.now()).await?;
            }
            Err(Trouble::NotSent)
        }
    }
}

/// Sends the test message: who takes it has agreed.
async fn ping(app: &App, subscribing: &Subscribing, way: &Way, subscribed: Subscribed) -> Result<Entered, Trouble> {
    // Its secret is fresh, so nobody can have had this address before.
    let (Subscribed::New(subscription) | Subscribed::Again(subscription) | Subscribed::Known(subscription)) =
        &subscribed
    else {
        return Err(Trouble::TooMany);
    };
    let sent = question::send(app, subscribing, (subscription, &way.address), (ChannelKind::Webhook, Saying::Ping));
    match sent.await {
        Report::Delivered => {
            app.store.confirm(&app.store.confirm_token(&subscription.id, WAY), app.now()).await?;
            Ok(counts(app, subscribing, way, &subscribed))
        }
        Report::Accepted { .. } => Err(refuse(app, subscription, "it was taken, but not by the endpoint").await),
        Report::NotNow { why } | Report::Refused { why } | Report::Unknown { why } => {
            Err(refuse(app, subscription, &why).await)
        }
    }
}

async fn refuse(app: &App, subscription: &Subscription, why: &str) -> Trouble {
    match app.store.end_subscription(&subscription.id, app.now()).await {
        Ok(_) => Trouble::Ping(why.to_owned()),
        Err(e) => e.into(),
    }
}

fn counts(app: &App, subscribing: &Subscribing, way: &Way, subscribed: &Subscribed) -> Entered {
    let manage_url = match subscribed {
        Subscribed::New(one) | Subscribed::Again(one) | Subscribed::Known(one) => {
            Some(subscribing.manage_url(app, &one.id))
        }
        Subscribed::Enough => None,
    };
    let secret = way.secret.as_ref().map(|secret| secret.as_str().to_owned());
    Entered { outcome: "subscribed", secret, manage_url }
}
