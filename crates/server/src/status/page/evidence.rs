//! What a claim stands on, laid out: who saw it, when, on how much, by which method, how sure, until when.

use super::super::say;
use clock::Time;
use maud::{Markup, html};
use notice::{Claim, Lang, Method, Says, SeenBy};

/// The sentences that may be said at this time.
pub(super) fn sentences(lang: Lang, claims: &[Claim], at: Time) -> Markup {
    html! { @for claim in claims { @if let Some(text) = say::claim(lang, claim, at) { (sentence(&text, claims)) } } }
}

/// A sentence; where it cites a source of one of the claims that can be followed, that is a link.
pub(super) fn sentence(text: &str, claims: &[Claim]) -> Markup {
    let cited = claims.iter().filter_map(source).find_map(|source| Some((source, text.split_once(source)?)));
    html! {
        p {
            @if let Some((source, (before, after))) = cited {
                (before) a href=(source) rel="noreferrer nofollow" { (source) } (after)
            } @else { (text) }
        }
    }
}

/// What they stand on, a list for each.
pub(super) fn lists(lang: Lang, claims: &[Claim]) -> Markup {
    html! { @for claim in claims { (list(lang, claim)) } }
}

fn list(lang: Lang, claim: &Claim) -> Markup {
    let label = |id: &str| say::label(lang, id);
    let (window, hour) = (claim.window, |time| say::near(lang, time, claim.made));
    let function = claim.function.map(|one| say::function(lang, one));
    html! {
        dl.evidence {
            dt { (label(&format!("status-level-{}", claim.level().name()))) }
            dd { (function.unwrap_or_else(|| say::carrier(lang, &claim.carrier))) }
            dt { (label("status-who")) }
            dd { (label(seen_by(claim.seen_by))) }
            dt { (label("status-window")) }
            dd { (say::label_with(lang, "status-window-of", &[("from", &hour(window.from)), ("to", &hour(window.to))])) }
            @if let Some(counts) = claim.counts {
                dt { (label("status-counts")) }
                dd { (say::label_with(lang, "status-counts-of", &[("bad", &counts.bad.to_string()), ("n", &counts.n.to_string())])) }
            }
            dt { (label("status-method")) }
            dd { (label(method(claim.method))) }
            @if let Some(confidence) = claim.confidence {
                dt { (label("status-confidence")) }
                dd { (say::percent(lang, confidence)) }
            }
            dt { (label("status-expires")) }
            dd { (hour(claim.expires)) }
        }
    }
}

/// The address of the source, where it is one that a reader can follow.
fn source(claim: &Claim) -> Option<&str> {
    match &claim.says {
        Says::Confirmed { source, .. } => {
            Some(source.as_str()).filter(|source| source.starts_with("https://") || source.starts_with("http://"))
        }
        _ => None,
    }
}

const fn seen_by(who: SeenBy) -> &'static str {
    match who {
        SeenBy::Ourselves => "status-who-ourselves",
        SeenBy::Carrier => "status-who-carrier",
        SeenBy::Operator => "status-who-operator",
    }
}

const fn method(method: Method) -> &'static str {
    match method {
        Method::Calls => "status-method-calls",
        Method::Odds => "status-method-odds",
        Method::Source => "status-method-source",
    }
}
