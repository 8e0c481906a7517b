//! What somebody wishes, as a form or JSON writes it, and what that comes to.

use crate::{
    body,
    lang::Lang,
    problem::{Kind, Problem},
};
use axum::extract::Query;
use http::Uri;
use notice::plan::{ChannelKind, Digest, Quiet, Subscription, Wants};
use serde::Deserialize;
use utoipa::ToSchema;
use watch::Function;

const HOURS: u8 = 24;
/// When a daily message comes where nothing is said.
const DAILY_HOUR: u8 = 8;

/// A wish to subscribe.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[schema(as = SubscriptionWish)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Wish {
    /// mail, sms, webhook or `web_push`.
    #[schema(example = "webhook", required = true)]
    pub(super) channel: String,
    /// The mail address, the telephone number or the URL.
    #[schema(example = "https://shop.example/incidents")]
    pub(super) address: Option<String>,
    /// With `web_push`: the browser's `PushSubscription` as it writes itself.
    #[schema(value_type = Option<Object>)]
    pub(super) subscription: Option<serde_json::Value>,
    /// fr or en; else by the header Accept-Language.
    pub(super) lang: Option<String>,
    /// When messages come: `at_once`, hourly or daily. At once where nothing is said.
    pub(super) digest: Option<String>,
    /// With daily: at which hour (0 to 23) by the clocks of Paris; 8 where nothing is said.
    #[schema(minimum = 0, maximum = 23)]
    pub(super) digest_hour: Option<u8>,
    /// From this hour (0 to 23) by the clocks of Paris nobody is woken. Together with `quiet_to`.
    #[schema(minimum = 0, maximum = 23)]
    pub(super) quiet_from: Option<u8>,
    /// To this hour.
    #[schema(minimum = 0, maximum = 23)]
    pub(super) quiet_to: Option<u8>,
    /// Of which functions: label, pickup, tracking, orders. All of them where none is named.
    pub(super) functions: Vec<String>,
}

/// How somebody wants to be told.
#[derive(Clone, Debug, Default)]
pub(super) struct Settings {
    pub(super) lang: Lang,
    pub(super) digest: Digest,
    pub(super) quiet: Option<Quiet>,
    pub(super) functions: Vec<Function>,
}

/// What is wrong with a wish: the field, and the name of the sentence that says it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Wrong {
    pub(super) field: &'static str,
    pub(super) text: &'static str,
}

const fn wrong(field: &'static str, text: &'static str) -> Wrong {
    Wrong { field, text }
}

/// The fields of a form, in their order; a form is written as a query is.
pub(super) fn fields(bytes: &[u8]) -> Option<Vec<(String, String)>> {
    let text = std::str::from_utf8(bytes).ok()?;
    let uri: Uri = format!("/?{}", text.trim()).parse().ok()?;
    Some(Query::<Vec<(String, String)>>::try_from_uri(&uri).ok()?.0)
}

impl Wish {
    /// From JSON.
    pub(super) fn from_json(bytes: &[u8]) -> Result<Self, Problem> {
        body::json(bytes)
    }

    /// From a form: the address is in the field that has the channel's name.
    pub(super) fn from_form(bytes: &[u8]) -> Result<Self, Problem> {
        let unreadable = "The form cannot be read; send it as application/x-www-form-urlencoded.";
        let fields = fields(bytes).ok_or_else(|| Problem::new(Kind::MediaType, unreadable))?;
        let last = |name: &str| fields.iter().rev().find(|(field, _)| field == name).map(|(_, text)| text.clone());
        let given = |name: &str| last(name).filter(|text| !text.trim().is_empty());
        // What is no hour becomes one that there is not, and is refused as such.
        let hour = |name: &str| given(name).map(|text| text.trim().parse().unwrap_or(u8::MAX));
        let channel = last("channel").unwrap_or_default();
        Ok(Self {
            address: given(&channel),
            subscription: None,
            lang: given("lang"),
            digest: given("digest"),
            digest_hour: hour("digest_hour"),
            quiet_from: hour("quiet_from"),
            quiet_to: hour("quiet_to"),
            functions: fields.iter().filter(|(name, _)| name == "functions").map(|(_, text)| text.clone()).collect(),
            channel,
        })
    }

    /// By which channel.
    pub(super) fn kind(&self) -> Result<ChannelKind, Wrong> {
        let kind = ChannelKind::ALL.into_iter().find(|kind| kind.name() == self.channel);
        kind.ok_or(wrong("channel", "subscribe-bad-channel"))
    }

    /// How, where this is what is said by default.
    pub(super) fn settings(&self, reader: Lang) -> Result<Settings, Wrong> {
        let lang = match &self.lang {
            Some(tag) => Lang::named(tag).ok_or(wrong("lang", "subscribe-bad-lang"))?,
            None => reader,
        };
        let functions: Option<Vec<Function>> =
            self.functions.iter().map(|name| Function::ALL.into_iter().find(|one| one.name() == name)).collect();
        let mut functions = functions.ok_or(wrong("functions", "subscribe-bad-functions"))?;
        functions.sort_unstable();
        functions.dedup();
        if functions.len() == Function::ALL.len() {
            // All of them also means those to come.
            functions.clear();
        }
        Ok(Settings { lang, digest: self.digest()?, quiet: self.quiet()?, functions })
    }

    fn digest(&self) -> Result<Digest, Wrong> {
        let hour = self.digest_hour.unwrap_or(DAILY_HOUR);
        match self.digest.as_deref() {
            None | Some("at_once") => Ok(Digest::AtOnce),
            Some("hourly") => Ok(Digest::Hourly),
            Some("daily") if hour < HOURS => Ok(Digest::Daily { hour }),
            Some("daily") => Err(wrong("digest_hour", "subscribe-bad-hour")),
            Some(_) => Err(wrong("digest", "subscribe-bad-digest")),
        }
    }

    fn quiet(&self) -> Result<Option<Quiet>, Wrong> {
        match (self.quiet_from, self.quiet_to) {
            (None, None) => Ok(None),
            (Some(from_hour), Some(to_hour)) if from_hour < HOURS && to_hour < HOURS => {
                Ok((from_hour != to_hour).then(|| Quiet { from_hour, to_hour, through: Vec::new() }))
            }
            _ => Err(wrong("quiet_from", "subscribe-bad-quiet")),
        }
    }
}

impl Settings {
    /// What the subscriber wants to be told of, with what is not asked for here left as it was.
    pub(super) fn wants(&self, before: &Wants) -> Wants {
        Wants { functions: self.functions.clone(), ..before.clone() }
    }

    /// Whether this function is told of.
    pub(super) fn has(&self, function: Function) -> bool {
        self.functions.is_empty() || self.functions.contains(&function)
    }
}

impl From<&Subscription> for Settings {
    fn from(of: &Subscription) -> Self {
        Self { lang: of.lang, digest: of.digest, quiet: of.quiet.clone(), functions: of.wants.functions.clone() }
    }
}
