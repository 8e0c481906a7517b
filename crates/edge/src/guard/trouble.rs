//! What people are told when the server behind gives no answer and no older one is in memory. Programs get the problem.

use super::{Core, Facts, challenge::shown, page, refuse::show_receipt};
use crate::{Answer, Peer, Trouble};
use admission::{Class, Client, Lang, Prefix, Receipt, Rule};
use http::request::Parts;
use std::time::Duration;

/// The person who asked, as far as the page and its receipt tell.
#[derive(Clone, Copy)]
pub(super) struct Person {
    lang: Lang,
    class: Class,
    prefix: Prefix,
    resource: u16,
    /// Whether something was sent, which it would be wrong to send twice.
    sends: bool,
}

impl Person {
    /// None for a program.
    pub(super) fn of(core: &Core, peer: &Peer, asked: &Parts, facts: &Facts) -> Option<Self> {
        (facts.client == Client::Person).then(|| Self {
            lang: page::lang(&asked.headers),
            class: facts.class,
            prefix: peer.prefix(),
            resource: core.shield.resources().get(facts.resource).mark,
            sends: !asked.method.is_safe(),
        })
    }
}

impl Core {
    /// The page about this trouble; none where it is the request's own.
    pub(super) fn about(&self, trouble: Trouble, person: Person) -> Option<Answer> {
        let rule = match trouble {
            Trouble::Unreachable | Trouble::Broken | Trouble::Late => Rule::Upstream,
            Trouble::Full => Rule::Overload,
            Trouble::Body { .. } | Trouble::Upgrade => return None,
        };
        let Person { lang, class, prefix, resource, sends } = person;
        let retry_after_s = trouble.retry_after_s();
        let lasts = Duration::from_secs(retry_after_s.unwrap_or(0).into());
        let receipt = Receipt { rule, class, prefix, resource, evidence: 0, at: self.clock.now(), lasts };
        let code = receipt.code(&self.ladder.keys);
        let words = if sends && trouble.may_be_done() { lang.may_be_done() } else { lang.words(rule) };
        // When a server answers again nobody knows; only a place comes free soon.
        let when = retry_after_s.filter(|_| rule == Rule::Overload);
        let told = page::Refused {
            retry_after_s: when,
            receipt: Some(&code),
            again: None,
            home: self.ladder.home.as_deref(),
            no_answer: true,
        };
        let mut answer = shown(lang, page::refused(lang, words, told), retry_after_s.map(u64::from));
        *answer.status_mut() = trouble.status();
        show_receipt(&mut answer, &code);
        Some(answer)
    }
}
