//! The way through the door: a verdict where the request arrives, a turn that is waited for, a place that is given back.

use super::{Core, Facts, Guard, operate, trouble::Person, waiting::Wait};
use crate::{Admitted, Answer, Door, Pass, Peeked, Peer, Told, Trouble};
use admission::{Asked, Calls, Client, Kind, Place, Prefix, Refusal, Rule, Verdict};
use http::{StatusCode, request::Parts};
use http_body_util::Full;
use std::{sync::Arc, time::Duration};
use tokio::time::Instant;

/// A request's turn that is yet to come.
pub struct Turn {
    wait: Wait<Core>,
    facts: Facts,
    began: Instant,
}

/// A place that is given back when the head of the answer is there, or the client went away.
pub struct GuardPass {
    core: Arc<Core>,
    place: Option<Place>,
    person: Option<Person>,
}

impl Pass for GuardPass {
    fn answered(&mut self, told: Told) {
        // Work that failed at once says nothing of how long work takes.
        let failed = told.status == StatusCode::BAD_GATEWAY || told.status == StatusCode::SERVICE_UNAVAILABLE;
        let took = (!failed).then_some(told.took);
        if let Some(place) = self.place.take() {
            self.core.leave(place, told.queued.or(took));
        }
    }

    fn about(&self, trouble: Trouble) -> Option<Answer> {
        self.core.about(trouble, self.person?)
    }
}

impl Drop for GuardPass {
    /// The client left before the answer. How long it had waited says nothing: who leaves at once, again and again, would
    /// make the work look quick and then slow.
    fn drop(&mut self) {
        if let Some(place) = self.place.take() {
            self.core.leave(place, None);
        }
    }
}

impl Door for Guard {
    type Pass = GuardPass;
    type Turn = Turn;

    fn hello(&self, wire: &[u8]) -> Peeked {
        match admission::peek(wire) {
            admission::Peeked::Hello(hello) => {
                Peeked { fingerprint: Some(hello.ja4), name: hello.sni, resumes: hello.resumes }
            }
            _ => Peeked::default(),
        }
    }

    fn handshake(&self, from: Prefix, peeked: &Peeked) -> bool {
        let core = self.core();
        peeked.resumes || core.shield.handshake(from, core.moment()) || core.settings.admission.dry_run
    }

    fn ahead(&self, _: &Peer, asked: &Parts) -> Option<Answer> {
        let core = self.core();
        if let Some(answer) = core.ahead.as_ref().and_then(|ahead| ahead(asked)) {
            return Some(answer);
        }
        let resource = core.shield.resource(asked.uri.path());
        if core.shield.resources().get(resource).kind != Kind::Static {
            return None;
        }
        let key = core.stale.key(asked)?;
        let fresh_for = Duration::from_secs(core.settings.static_s.into());
        core.stale.fresh(key, fresh_for, core.elapsed()).map(|kept| kept.map(Full::new))
    }

    fn admit(&self, peer: &Peer, asked: &Parts) -> Admitted<GuardPass, Turn> {
        let core = self.core();
        let (now, began) = (core.clock.now(), Instant::now());
        let facts = core.facts(peer, asked, now);
        if operate::is_for_operators(asked.uri.path()) {
            return Admitted::Refuse(core.operated(asked, facts.class, now));
        }
        core.hunt.show(&facts.shaped, facts.class, core.shield.is_overloaded(), (peer, asked, facts.resource), now);
        if let Some(answer) = core.returned(peer, asked, &facts, now) {
            return Admitted::Refuse(answer);
        }
        let judged = Asked {
            prefix: peer.prefix(),
            class: facts.class,
            id: facts.id,
            resource: facts.resource,
            suspect_rule: match facts.shaped.rule {
                _ if facts.no_such_parcel => Some(Rule::NoSuchParcel),
                shape => shape.map(|_| Rule::Signature),
            },
            program: facts.client == Client::Program || !core.challenges(),
        };
        let mut calls = Calls::new();
        let verdict = core.shield.judge(&judged, core.moment(), &mut calls);
        core.tell(calls);
        let decided = match verdict {
            Verdict::Go(place) => Ok(place),
            Verdict::Refuse(refusal) => Err(refusal),
            Verdict::Wait(waiting) => {
                return Admitted::Wait(Turn { wait: Wait::new(core, waiting.ticket), facts, began });
            }
        };
        match core.decided(peer, asked, &facts, decided, began) {
            Ok(pass) => Admitted::Go(pass),
            Err(answer) => Admitted::Refuse(answer),
        }
    }

    async fn called(&self, mut turn: Turn, peer: &Peer, asked: &Parts) -> Result<GuardPass, Answer> {
        let decided = (&mut turn.wait).await;
        turn.wait.gate().decided(peer, asked, &turn.facts, decided, turn.began)
    }
}

impl Core {
    /// What was decided about one who came at `began`: the place that it holds, or its answer.
    #[expect(clippy::result_large_err, reason = "an answer is no error here: in a flood most are given one")]
    fn decided(
        self: &Arc<Self>,
        peer: &Peer,
        asked: &Parts,
        facts: &Facts,
        decided: Result<Place, Refusal>,
        began: Instant,
    ) -> Result<GuardPass, Answer> {
        self.count(facts, decided.is_err(), self.clock.now());
        match decided {
            Ok(place) => {
                let person = Person::of(self, peer, asked, facts);
                Ok(GuardPass { core: Arc::clone(self), place: Some(place), person })
            }
            Err(refusal) => Err(self.refuse(peer, asked, facts, refusal, began.elapsed())),
        }
    }
}
