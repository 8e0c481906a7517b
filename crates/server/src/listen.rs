//! Behind the door: what of the listener's own a guard needs to know, all of it in memory.

use crate::{auth::Digest32, numbers::KnownNumbers, status::StatusPages};
use admission::{Class, Keys, Kind, Rate, ResourceSettings, Unfit};
use axum::Router;
use clock::Clock;
use edge::{Ahead, Chance, Existence, Guard, GuardSettings, InProcess, Known, Makings, Who, id_of, key_shown};
use http::{header, request::Parts};
use std::{
    collections::HashMap,
    sync::{Arc, PoisonError, RwLock},
};
use store::{ApiKey, Scope};
use tokio::runtime::Handle;

/// Keys whose class is known, at most; more begin anew.
const KEYS_COUNT_MAX: usize = 10_000;

/// API keys that were found good, by their digests: who shows one comes before others in an overload. What such a request may
/// do is looked up all the same.
#[derive(Default)]
pub struct KnownKeys(RwLock<HashMap<Digest32, Class>>);

impl KnownKeys {
    /// Remembers a good key. One that stands in public pages says nothing of who shows it.
    pub fn learn(&self, digest: Digest32, key: &ApiKey) {
        let class = match () {
            () if key.scopes.contains(Scope::Operate) => Class::Operator,
            () if [Scope::Read, Scope::Ship, Scope::Decide, Scope::Hooks, Scope::Support]
                .into_iter()
                .any(|scope| key.scopes.contains(scope)) =>
            {
                Class::Partner
            }
            () => return,
        };
        if self.0.read().unwrap_or_else(PoisonError::into_inner).get(&digest) == Some(&class) {
            return;
        }
        let mut keys = self.0.write().unwrap_or_else(PoisonError::into_inner);
        if keys.len() >= KEYS_COUNT_MAX {
            keys.clear();
        }
        keys.insert(digest, class);
    }

    /// Forgets a key that is good no more.
    pub(crate) fn forget(&self, digest: &Digest32) {
        if self.0.read().unwrap_or_else(PoisonError::into_inner).contains_key(digest) {
            self.0.write().unwrap_or_else(PoisonError::into_inner).remove(digest);
        }
    }
}

/// Who asks, and for what, as far as we know: our keys and our numbers.
struct Ours {
    keys: Arc<KnownKeys>,
    numbers: Arc<KnownNumbers>,
}

impl Who for Ours {
    fn known(&self, asked: &Parts) -> Option<Known> {
        let digest: Digest32 = key_shown(&asked.headers, &header::AUTHORIZATION)?;
        let class = *self.keys.0.read().unwrap_or_else(PoisonError::into_inner).get(&digest)?;
        Some(Known { class, id: id_of(&digest) })
    }

    /// A number that is not ours may be one of the carrier's that another made: that is for the carrier to say.
    fn parcel(&self, number: &str) -> Existence {
        match self.numbers.parcel(number) {
            Existence::Exists => Existence::Exists,
            Existence::Not | Existence::Unsure => Existence::Unsure,
        }
    }
}

/// The guard of our own endpoints, which answers with the forms of the status page whoever asks.
///
/// # Errors
/// The first setting that cannot be, by its key.
pub fn guard(
    settings: GuardSettings,
    keys: Keys,
    known: (Arc<KnownKeys>, Arc<KnownNumbers>),
    status: Arc<StatusPages>,
    clock: Arc<dyn Clock>,
    chance: Chance,
) -> Result<Guard, Unfit> {
    let ahead: Ahead = Arc::new(move |asked: &Parts| status.answer(&asked.method, &asked.uri, &asked.headers));
    let who = Arc::new(Ours { keys: known.0, numbers: known.1 });
    Guard::new(Makings { settings, keys, who, ahead: Some(ahead), clock, chance })
}

/// The router behind the door, run where this is called.
pub fn behind(app: Router) -> InProcess<Router> {
    InProcess::new(app, Handle::current())
}

/// The settings of a guard before our own endpoints: what nobody set otherwise is as fits them. The delay that is measured is
/// that of our own threads, of which a busy machine has some milliseconds in peace; the rates of keys are kept where they are
/// told of; and who waits for the carrier holds no place.
pub fn own(settings: &GuardSettings) -> GuardSettings {
    let mut own = settings.clone();
    if own.status_url.is_empty() {
        own.status_url = "/status".to_owned();
    }
    let (admission, general) = (&mut own.admission, GuardSettings::default().admission);
    let free = Rate::new(0, 1);
    for (rate, general) in
        [(&mut admission.rate.prefix, general.rate.prefix), (&mut admission.rate.partner, general.rate.partner)]
    {
        if *rate == general {
            *rate = free;
        }
    }
    for (value, general, fits) in [
        (&mut admission.delay_over_us_min, general.delay_over_us_min, 50_000),
        (&mut admission.places_start, general.places_start, 256),
    ] {
        if *value == general {
            *value = fits;
        }
    }
    let limits = edge::Limits::default();
    if own.limits.body_ms_max == limits.body_ms_max {
        // A batch may take a quarter of an hour, as long as it never stands still; the others have bounds of their own.
        own.limits.body_ms_max = 900_000;
    }
    let admission = &mut own.admission;
    if admission.resources.is_empty() {
        admission.resources = resources();
    }
    own
}

fn resources() -> Vec<ResourceSettings> {
    vec![
        ResourceSettings::new("status", Kind::Page, &["/status", "/status/{*page}", "/history", "/api/v2/{*form}"]),
        ResourceSettings::new("choice", Kind::Page, &["/choose/{*question}"]),
        ResourceSettings::new("help", Kind::Form, &["/status/help"]),
        ResourceSettings::new("subscribe", Kind::Form, &["/status/subscribe", "/status/subscriptions"]),
        ResourceSettings::new("api", Kind::Long, &["/v1/{*path}"]),
        ResourceSettings::new("shop-webhooks", Kind::Other, &["/hooks/{*shop}"]),
        ResourceSettings::new(
            "carrier-compatible",
            Kind::Long,
            &[
                "/sls-ws/{*path}",
                "/{ends}/sls-ws/{*path}",
                "/pointretrait-ws-cxf/{*path}",
                "/suivi/{*path}",
                "/tracking-timeline-ws/{*path}",
            ],
        ),
        // It waits for the carrier, and what it answers is for one key at the carrier alone.
        ResourceSettings {
            budget_per_s: Kind::Tracking.budget_per_s(),
            numbers: Some(true),
            ..ResourceSettings::new("tracking", Kind::Long, &["/suivi/v2/idships/{number}"])
        },
        // Probes and monitoring: cheap, and wanted most when all else fails.
        ResourceSettings {
            budget_per_s: Some(0),
            ..ResourceSettings::new("probes", Kind::Long, &["/healthz", "/readyz", "/metrics"])
        },
    ]
}
