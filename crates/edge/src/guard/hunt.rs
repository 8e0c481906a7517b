//! Requests held against the shapes that the flood has, and shown to the hunter that looks for them.

use crate::Peer;
use admission::{
    Change, Class, Feature, HuntLimits, Hunter, Listed, ResourceId, RuleId, Seen, Shape, Shaper, Signatures, in_words,
};
use clock::Time;
use http::{HeaderName, HeaderValue, Version, header, request::Parts};
use std::sync::{
    Arc, Mutex, MutexGuard, PoisonError,
    atomic::{AtomicU32, Ordering::Relaxed},
};

/// Of requests in an overload, one in so many is told of in words, for the lists that operators read.
const NAMED_ONE_IN: u32 = 64;

/// The hunt for signatures.
pub(super) struct Hunt {
    shaper: Shaper,
    applied: Arc<Signatures>,
    hunter: Mutex<Hunter>,
    told: AtomicU32,
}

/// A request with its shape.
pub(super) struct Shaped {
    pub(super) shape: Shape,
    /// The rule whose shape it has.
    pub(super) rule: Option<RuleId>,
}

/// What an operator can say of a rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order {
    /// Apply it, and leave it on.
    Pin,
    /// Never apply it.
    Forbid,
    /// Take it away; it may be found again.
    Lift,
}

impl Order {
    /// The order of this word.
    pub fn of(word: &str) -> Option<Self> {
        match word {
            "pin" => Some(Self::Pin),
            "forbid" => Some(Self::Forbid),
            "lift" => Some(Self::Lift),
            _ => None,
        }
    }
}

impl Hunt {
    pub(super) fn new(limits: HuntLimits, key: [u8; 16], seed: u64) -> Self {
        let hunter = Hunter::new(limits, seed);
        Self {
            shaper: Shaper::new(key),
            applied: hunter.signatures(),
            hunter: Mutex::new(hunter),
            told: AtomicU32::new(0),
        }
    }

    pub(super) fn shaped(&self, peer: &Peer, asked: &Parts, resource: ResourceId) -> Shaped {
        let shape = self.shaper.shape(seen(peer, asked, resource));
        Shaped { shape, rule: self.applied.matches(&shape) }
    }

    /// Shows a request to the hunter, if it has time: it looks at samples.
    pub(super) fn show(
        &self,
        shaped: &Shaped,
        class: Class,
        overloaded: bool,
        (peer, asked, resource): (&Peer, &Parts, ResourceId),
        now: Time,
    ) {
        let Ok(mut hunter) = self.hunter.try_lock() else { return };
        if !overloaded {
            return hunter.in_peace(shaped.shape, class, now);
        }
        hunter.in_overload(shaped.shape, class, now);
        if self.told.fetch_add(1, Relaxed).is_multiple_of(NAMED_ONE_IN) {
            for feature in Feature::ALL {
                let words = match feature {
                    Feature::Path => asked.uri.path().to_owned(),
                    feature => in_words(seen(peer, asked, resource), feature),
                };
                hunter.name(&shaped.shape, feature, &words);
            }
        }
    }

    /// Once a second.
    pub(super) fn tick(&self, overloaded: bool, now: Time) {
        for change in self.hunter().tick(overloaded, now) {
            match change {
                Change::Applied(rule) => tracing::warn!(rule = rule.0, "a shape of the flood was found and is refused"),
                Change::Proposed(rule) => {
                    tracing::info!(rule = rule.0, "a shape was found that is not refused by itself")
                }
                change => tracing::info!(?change, "a rule went"),
            }
        }
    }

    pub(super) fn list(&self) -> Vec<Listed> {
        self.hunter().list()
    }

    /// Carries out an order. `false` when there is no such rule, or no room.
    pub(super) fn order(&self, rule: RuleId, order: Order) -> bool {
        let mut hunter = self.hunter();
        match order {
            Order::Pin => hunter.pin(rule),
            Order::Forbid => hunter.forbid(rule),
            Order::Lift => hunter.lift(rule),
        }
    }

    fn hunter(&self) -> MutexGuard<'_, Hunter> {
        self.hunter.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn seen<'a>(peer: &'a Peer, asked: &'a Parts, resource: ResourceId) -> Seen<'a, impl Iterator<Item = &'a str>> {
    let text = |name: HeaderName| {
        asked.headers.get(name).map(HeaderValue::as_bytes).and_then(|bytes| str::from_utf8(bytes).ok())
    };
    Seen {
        method: asked.method.as_str(),
        version: match asked.version {
            Version::HTTP_10 => "HTTP/1.0",
            Version::HTTP_2 => "HTTP/2.0",
            _ => "HTTP/1.1",
        },
        path: u16::try_from(resource.index()).unwrap_or(u16::MAX),
        query: asked.uri.query().unwrap_or_default(),
        form: "",
        headers: asked.headers.keys().map(HeaderName::as_str),
        agent: text(header::USER_AGENT).unwrap_or_default(),
        ja4: peer.peeked.as_deref().and_then(|peeked| peeked.fingerprint.as_deref()).unwrap_or_default(),
        prefix: peer.prefix(),
    }
}
