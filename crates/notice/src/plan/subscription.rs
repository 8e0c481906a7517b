//! A subscription: who wants to be told of what, by which ways, and when not. Addresses are not here: the store seals them.

use crate::{Lang, Level, Update};
use clock::Time;
use serde::{Deserialize, Serialize};
use std::time::Duration;
use watch::{Carrier, Function};

/// Ways of one subscription, at most.
pub const WAYS_COUNT_MAX: usize = 4;
/// Messages per 24 hours that a subscriber can wish for, at most.
pub const BUDGET_PER_DAY_MAX: u16 = 1_000;

const HOUR: Duration = Duration::from_secs(3_600);

/// A kind of channel.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ChannelKind {
    /// E-mail.
    Mail,
    /// Text messages to a telephone.
    Sms,
    /// An HTTP request to a program.
    Webhook,
    /// A message that a browser shows.
    WebPush,
}

impl ChannelKind {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Mail, Self::Sms, Self::Webhook, Self::WebPush];

    /// Its name outside.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Mail => "mail",
            Self::Sms => "sms",
            Self::Webhook => "webhook",
            Self::WebPush => "web_push",
        }
    }

    /// Messages per 24 hours where the subscriber says nothing: a bad day has about twenty messages, a telephone is not to
    /// ring for all of them, and a program takes what comes.
    pub const fn default_budget_per_day(self) -> u16 {
        match self {
            Self::Mail => 24,
            Self::Sms => 8,
            Self::Webhook => BUDGET_PER_DAY_MAX,
            Self::WebPush => 16,
        }
    }

    /// How long a receipt is waited for before the next way is taken. A gateway of text messages reports within seconds
    /// when it does at all; a mail server's report may take minutes.
    pub(super) const fn receipt_wait(self) -> Duration {
        match self {
            Self::Mail => Duration::from_secs(900),
            Self::Sms => Duration::from_secs(90),
            Self::Webhook | Self::WebPush => Duration::from_secs(60),
        }
    }

    /// Whether several updates may be one message: a program is told of each by itself.
    pub const fn gathers(self) -> bool {
        !matches!(self, Self::Webhook)
    }
}

/// One way to a subscriber.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Way {
    /// By which channel.
    pub channel: ChannelKind,
    /// Whether the one at the other end agreed to be told. Before that nothing but the question goes there.
    pub confirmed: bool,
}

/// Of what a subscriber wants to be told.
///
/// It decides where an incident begins for a subscriber: who was told of an incident, or was to be told, is told everything
/// that follows of it. Otherwise somebody who was told *restored* would not hear of the relapse.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Wants {
    /// Of which carriers; empty for all there are and will be.
    pub carriers: Vec<Carrier>,
    /// Of which functions; empty for all.
    pub functions: Vec<Function>,
    /// From which level on, in the order of [`Level`].
    pub least: Level,
}

impl Default for Wants {
    fn default() -> Self {
        Self { carriers: Vec::new(), functions: Vec::new(), least: Level::Observed }
    }
}

impl Wants {
    /// Whether this update begins its incident for the subscriber. An update without a claim begins nothing.
    pub fn begins_with(&self, update: &Update) -> bool {
        let carrier = self.carriers.is_empty() || self.carriers.contains(&update.carrier);
        carrier
            && update.claims.iter().any(|claim| {
                let wanted = |function| self.functions.is_empty() || self.functions.contains(&function);
                claim.function.is_none_or(wanted) && claim.level() >= self.least
            })
    }
}

/// Hours in which nobody is woken, by the clocks of Paris.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Quiet {
    /// From this hour (0 to 23).
    pub from_hour: u8,
    /// To this hour (0 to 23); across midnight where it is the smaller one. The same hour twice is no quiet at all.
    pub to_hour: u8,
    /// What is told even so; by default nothing.
    #[serde(default)]
    pub through: Vec<Level>,
}

impl Quiet {
    /// When the quiet ends that reigns at this time; nothing where none does.
    pub fn ends(&self, now: Time) -> Option<Time> {
        let hour = u8::try_from(now.paris_datetime().hour()).unwrap_or_default();
        let (from, to) = (self.from_hour, self.to_hour);
        let quiet = if from <= to { (from..to).contains(&hour) } else { hour >= from || hour < to };
        quiet.then(|| next_hour(now, to))
    }

    /// When this is held back until; nothing where it goes through.
    pub(super) fn holds(&self, level: Option<Level>, now: Time) -> Option<Time> {
        let through = level.is_some_and(|level| self.through.contains(&level));
        self.ends(now).filter(|_| !through)
    }
}

/// When a subscriber is told.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "when")]
pub enum Digest {
    /// Of everything at once.
    #[default]
    AtOnce,
    /// At each full hour, of how things stand then.
    Hourly,
    /// Once a day.
    Daily {
        /// At this hour (0 to 23) by the clocks of Paris.
        hour: u8,
    },
}

impl Digest {
    /// When what happened then is told.
    pub fn after(self, at: Time) -> Time {
        match self {
            Self::AtOnce => at,
            Self::Hourly => {
                let hour_ms = i64::try_from(HOUR.as_millis()).unwrap_or(i64::MAX);
                Time::from_unix_ms((at.unix_ms().div_euclid(hour_ms) + 1).saturating_mul(hour_ms))
            }
            Self::Daily { hour } => next_hour(at, hour),
        }
    }
}

/// The next moment after this one at which the clocks of Paris show this full hour.
fn next_hour(now: Time, hour: u8) -> Time {
    let today = now.paris_date();
    let shown = |day| Time::from_paris(&format!("{day}T{:02}:00:00", hour.min(23))).ok();
    let days = [Some(today), today.tomorrow().ok()];
    days.into_iter().flatten().filter_map(shown).find(|at| *at > now).unwrap_or_else(|| now.plus(24 * HOUR))
}

/// Whether a subscription counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Standing {
    /// Nobody agreed yet: nothing is sent but the question.
    Unconfirmed,
    /// It counts.
    Confirmed,
    /// It has ended; its addresses are erased.
    Ended,
}

/// A subscription, without its addresses.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Subscription {
    /// Its id. Not a secret, and no proof of anything.
    pub id: String,
    /// In which language.
    pub lang: Lang,
    /// By which ways, the preferred first.
    pub ways: Vec<Way>,
    /// Of what.
    pub wants: Wants,
    /// Messages per 24 hours, at most. What is over it is gathered into one message as soon as there is room again. *Restored*
    /// and *relapsed* always go out: nobody is left with a word that no longer holds.
    pub budget_per_day: u16,
    /// When nobody is woken.
    pub quiet: Option<Quiet>,
    /// When it is told.
    pub digest: Digest,
    /// Whether it counts.
    pub standing: Standing,
    /// When it was made.
    pub created_at: Time,
    /// When it was confirmed.
    pub confirmed_at: Option<Time>,
    /// When it ended.
    pub ended_at: Option<Time>,
}
