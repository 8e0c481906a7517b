//! What a shop asks about its webhook endpoints.

use crate::problem::Problem;
use channels::webhook::place_of_event;
use clock::Time;
use serde::Deserialize;
use std::time::Duration;
use store::{HookChange, HookEvent, HookEvents, HookState, JournalPoint};
use utoipa::ToSchema;

/// How long the secret before goes on when nothing is said, in seconds.
const GRACE_S: u64 = 24 * 60 * 60;
/// The longest it can.
const GRACE_S_MAX: u64 = 30 * GRACE_S;

/// An endpoint to be added.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewWebhook)]
pub(crate) struct HookRequest {
    /// Where messages are sent: https, a public host, port 443 or one from 1024 on.
    #[schema(example = "https://shop.example/webhooks/tournee")]
    pub(super) url: String,
    /// Of which events it is told; of all, also of those to come, when left out.
    #[schema(example = json!(["shipment.confirmed", "shipment.rejected"]))]
    events: Option<Vec<String>>,
}

/// What is to be changed of an endpoint.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = WebhookPatch)]
pub(crate) struct HookPatch {
    /// Where messages are sent.
    url: Option<String>,
    /// Of which events it is told; an empty list for all, also for those to come.
    events: Option<Vec<String>>,
    /// enabled or paused.
    state: Option<Wanted>,
}

/// enabled: what waits is sent at once. paused: nothing is sent, nothing is lost.
#[derive(Clone, Copy, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
#[schema(as = WebhookState)]
enum Wanted {
    Enabled,
    Paused,
}

/// A new secret.
#[derive(Default, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
#[schema(as = WebhookRotation)]
pub(crate) struct RotateRequest {
    /// For how many seconds messages are signed with the secret before as well; a day when left out.
    #[schema(example = 86400, maximum = 2_592_000)]
    grace_s: Option<u64>,
}

/// A stretch of what happened. From `since` or `from_event`, to `to` or until now.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = WebhookReplay)]
pub(crate) struct ReplayRequest {
    /// From about this moment on, RFC 3339; a minute more may be sent on either side.
    #[schema(format = DateTime, example = "2025-12-22T06:00:00Z")]
    since: Option<String>,
    /// From this event on: the webhook-id of a message.
    #[schema(example = "evt_4711_1766383440000")]
    from_event: Option<String>,
    /// To about this moment, RFC 3339, or to this event; until now when left out.
    #[schema(example = "2025-12-22T18:00:00Z")]
    to: Option<String>,
}

impl HookRequest {
    /// # Errors
    /// A problem that names the event that is not known.
    pub(super) fn events(&self) -> Result<Option<HookEvents>, Problem> {
        self.events.as_deref().map_or(Ok(None), events)
    }
}

impl HookPatch {
    /// # Errors
    /// A problem that names the event that is not known.
    pub(super) fn change(self) -> Result<HookChange, Problem> {
        let state = self.state.map(|wanted| match wanted {
            Wanted::Enabled => HookState::Enabled,
            Wanted::Paused => HookState::Paused,
        });
        Ok(HookChange { url: self.url, events: self.events.as_deref().map(events).transpose()?, state })
    }
}

fn events(names: &[String]) -> Result<Option<HookEvents>, Problem> {
    let known = || HookEvent::names().collect::<Vec<_>>().join(", ");
    let wrong = |_| Problem::invalid("events", format!("events: a name is not known; the events are {}.", known()));
    let events: HookEvents =
        names.iter().map(|name| name.parse::<HookEvent>()).collect::<Result<_, _>>().map_err(wrong)?;
    Ok(Some(events).filter(|_| !names.is_empty()))
}

impl RotateRequest {
    /// # Errors
    /// Longer than a month.
    pub(super) fn grace(&self) -> Result<Duration, Problem> {
        let grace_s = self.grace_s.unwrap_or(GRACE_S);
        if grace_s > GRACE_S_MAX {
            let detail = format!("grace_s is at most {GRACE_S_MAX}, which is 30 days.");
            return Err(Problem::invalid("grace_s", detail));
        }
        Ok(Duration::from_secs(grace_s))
    }
}

impl ReplayRequest {
    /// # Errors
    /// No beginning or two, or a moment or event that cannot be read.
    pub(super) fn stretch(&self) -> Result<(JournalPoint, Option<JournalPoint>), Problem> {
        let from = match (&self.since, &self.from_event) {
            (Some(since), None) => moment(since).ok_or_else(|| not_read("since"))?,
            (None, Some(id)) => event(id).ok_or_else(|| not_read("from_event"))?,
            _ => {
                let detail = "Say where to begin, once: since (a moment) or from_event (a webhook-id).";
                return Err(Problem::invalid("since", detail));
            }
        };
        let to = self.to.as_ref().map(|to| event(to).or_else(|| moment(to)).ok_or_else(|| not_read("to")));
        Ok((from, to.transpose()?))
    }
}

fn not_read(field: &str) -> Problem {
    let detail = format!(
        "{field}: write a moment such as 2025-12-22T06:00:00Z, or a webhook-id such as evt_4711_1766383440000."
    );
    Problem::invalid(field, detail)
}

fn moment(text: &str) -> Option<JournalPoint> {
    let at: jiff::Timestamp = text.parse().ok()?;
    Some(JournalPoint::Moment(Time::from_unix_ms(at.as_millisecond())))
}

fn event(id: &str) -> Option<JournalPoint> {
    place_of_event(id).map(JournalPoint::Fact)
}
