//! What stands in an inbound text: its language, its numbers, what it asks about and what kind of text it is.

use super::{fold, numbers, parts, rules};
use crate::Lang;
use parcel::ParcelNumber;
use serde::{Deserialize, Serialize};
use watch::Function;

/// The most of a body that is looked at, in characters.
const BODY_CHARS_MAX: usize = 40_000;

/// A text that came in.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Inbound<'a> {
    /// Its subject; empty where there is none.
    pub subject: &'a str,
    /// Its body, plain.
    pub body: &'a str,
    /// Whether its headers say that no person wrote it (RFC 3834), or that it is a bounce or a list's.
    pub is_automatic: bool,
}

/// What kind of text it is. Each comes of a line in the rules.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// Written by a program.
    Automatic,
    /// A lawyer, a court or a formal notice is named.
    Legal,
    /// A journalist asks.
    Press,
    /// Money is wanted back, or damages.
    Refund,
    /// The parcel or what is in it is broken.
    Damaged,
    /// The parcel is said to be lost, stolen or delivered to nobody.
    Lost,
    /// The address is to be changed.
    AddressChange,
    /// A contract, an invoice, a printer, a login: something that is not the state of a parcel.
    Other,
    /// Advertising, or nothing of ours at all.
    OffTopic,
    /// Thanks, and nothing asked.
    Thanks,
    /// Angry. It changes nothing in what is answered.
    Angry,
}

/// What was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reading {
    /// The language to answer in.
    pub lang: Lang,
    /// Parcel numbers with the right check digit.
    pub numbers: Vec<ParcelNumber>,
    /// What looks like a parcel number and has a wrong check digit.
    pub mistyped: Vec<String>,
    /// What may be order numbers, to be looked up exactly.
    pub tokens: Vec<String>,
    /// What it asks about.
    pub function: Option<Function>,
    /// Whether it asks about all of the sender's labels and not about one.
    pub about_all: bool,
    /// What kind of text it is; several may be true.
    pub kinds: Vec<Kind>,
}

impl Reading {
    /// Whether it is of this kind.
    pub fn is(&self, kind: Kind) -> bool {
        self.kinds.contains(&kind)
    }
}

/// Reads a text.
pub fn read(inbound: &Inbound<'_>) -> Reading {
    let body: String = inbound.body.chars().take(BODY_CHARS_MAX).collect();
    let parts = parts::split(&body);
    let own = fold::fold(&format!("{}\n{}", inbound.subject, parts.own));
    let content = format!("{}\n{}\n{}", inbound.subject, parts.own, parts.forwarded);
    let folded = fold::fold(&content);
    // What is only quoted counts where nothing else names a parcel: a reply is about what it replies to.
    let mut found = numbers::find(&content);
    let quoted = numbers::find(&parts.quoted);
    if found.numbers.is_empty() && found.mistyped.is_empty() {
        (found.numbers, found.mistyped) = (quoted.numbers, quoted.mistyped);
    }
    let spare = numbers::TOKENS_COUNT_MAX.saturating_sub(found.tokens.len());
    let more: Vec<String> = quoted.tokens.into_iter().filter(|one| !found.tokens.contains(one)).take(spare).collect();
    found.tokens.extend(more);
    Reading {
        lang: lang(&own).or_else(|| lang(&folded)).unwrap_or_default(),
        numbers: found.numbers,
        mistyped: found.mistyped,
        tokens: found.tokens,
        function: function(&folded),
        about_all: fold::says(&folded, rules::ABOUT_ALL),
        kinds: kinds(inbound, &folded, &own, parts.own.contains('?') || inbound.subject.contains('?')),
    }
}

/// The language with more of its own words; none where there are as many of each.
fn lang(folded: &str) -> Option<Lang> {
    let hits = |words: &[&str]| words.iter().map(|word| fold::count(folded, word)).sum::<usize>();
    let (french, english) = (hits(rules::FRENCH), hits(rules::ENGLISH));
    match french.cmp(&english) {
        std::cmp::Ordering::Greater => Some(Lang::French),
        std::cmp::Ordering::Less => Some(Lang::English),
        std::cmp::Ordering::Equal => None,
    }
}

fn function(folded: &str) -> Option<Function> {
    rules::FUNCTIONS.iter().find(|(_, words)| fold::says(folded, words)).map(|(function, _)| *function)
}

fn kinds(inbound: &Inbound<'_>, folded: &str, own: &str, has_question: bool) -> Vec<Kind> {
    let mut kinds: Vec<Kind> =
        rules::KINDS.iter().filter(|(_, words)| fold::says(folded, words)).map(|(kind, _)| *kind).collect();
    if inbound.is_automatic || fold::says(&fold::fold(inbound.subject), rules::AUTOMATIC_SUBJECTS) {
        kinds.insert(0, Kind::Automatic);
    }
    let asks = has_question || fold::says(own, rules::ASKS);
    if fold::says(own, rules::THANKS) && !asks {
        kinds.push(Kind::Thanks);
    }
    kinds
}
