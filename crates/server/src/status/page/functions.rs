//! What works now: each function of each carrier with what may be said of it, the way round, its hour and its ninety days.

use super::{
    super::{View, say},
    evidence, plot, state,
};
use maud::{Markup, html};
use notice::{
    Claim,
    board::{CarrierBoard, FunctionBoard, Status},
};

pub(super) fn carriers(view: View<'_>) -> Markup {
    html! {
        @if !view.board.carriers.is_empty() {
            section aria-labelledby="works" {
                h2 id="works" { (say::label(view.lang, "status-works-now")) }
                @for carrier in &view.board.carriers { (one(view, carrier)) }
            }
        }
    }
}

fn one(view: View<'_>, of: &CarrierBoard) -> Markup {
    html! {
        section.carrier {
            h3 { (say::carrier(view.lang, &of.carrier)) }
            (evidence::sentences(view.lang, &unsaid(view, &of.claims), view.board.at))
            ul.cards { @for function in &of.functions { li.card { (function_of(view, function)) } } }
        }
    }
}

/// Claims that are not said above already, in the last message of an incident that goes on. Fresher counts alone are not
/// worth a second sentence: they are with the evidence.
fn unsaid(view: View<'_>, claims: &[Claim]) -> Vec<Claim> {
    let open = view.board.stories.iter().filter(|story| story.is_open());
    let said: Vec<&Claim> = open.filter_map(|story| story.told.first()).flat_map(|told| &told.update.claims).collect();
    let same = |a: &Claim, b: &Claim| (a.function, a.level(), a.since) == (b.function, b.level(), b.since);
    claims.iter().filter(|claim| !said.iter().any(|said| same(said, claim))).cloned().collect()
}

fn function_of(view: View<'_>, of: &FunctionBoard) -> Markup {
    let (lang, at) = (view.lang, view.board.at);
    let name = say::function(lang, of.function);
    let way_round = view.settings.ways_round.of(of.function).get(lang);
    let well = of.status == Status::Operational;
    html! {
        div.row {
            h4 { (say::capitalised(&name)) }
            (state(lang, of))
        }
        @if let Some(since) = of.since.filter(|_| !well) {
            p.soft { (say::label_with(lang, "status-since", &[("time", &say::near(lang, since, at))])) }
        }
        (evidence::sentences(lang, &unsaid(view, &of.claims), at))
        @if !well && !way_round.is_empty() {
            p.round { strong { (say::label(lang, "status-way-round")) } " " (way_round) }
        }
        (plot::days(lang, &of.days))
        @if !of.hour.is_empty() || !of.claims.is_empty() {
            details {
                summary { (say::label(lang, if of.claims.is_empty() { "status-last-hour" } else { "status-evidence" })) span.hidden { " – " (name) } }
                (plot::hour(lang, of))
                (evidence::lists(lang, &of.claims))
            }
        }
    }
}
