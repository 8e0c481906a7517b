//! What the watch saw of the day, beside what the carrier really did.

use super::report::dark;
use crate::scenario::{Function as Served, Phase, Scenario};
use clock::Time;
use serde::Serialize;
use std::{fmt, time::Duration};
use watch::{Function, Transition, Verdict, What};

/// Of how many changes the story is told.
const STORY_COUNT_MAX: usize = 500;

/// What was seen, and how soon.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Watched {
    /// Incidents that were opened; those that turned out to be one count once.
    pub incidents: u64,
    /// From the first unwell phase of labels to the incident, in seconds.
    pub seen_after_s: Option<u64>,
    /// From the first phase in which labels answer again after a dark one to *signs*, in seconds.
    pub signs_after_s: Option<u64>,
    /// From the end of that return to its relapse, in seconds.
    pub relapse_after_s: Option<u64>,
    /// Returns of labels that did not hold.
    pub relapses: u64,
    /// *Returned* or *restored* said of labels before the lasting return.
    pub restored_early: u64,
    /// From the lasting return of labels to *returned* or *restored*, in minutes; none while it is not said yet.
    pub restored_after_min: Option<u64>,
    /// Verdicts that accuse ourselves or our way out, which were well all the time.
    pub wrong_verdicts: u64,
    /// From the incident to the verdict that names the carrier or one of its functions, in seconds.
    pub named_after_s: Option<u64>,
    /// The changes of labels, with their time in Paris.
    pub story: Vec<String>,
}

/// Counts what was said against what was.
pub(super) fn count(scenario: &Scenario, facts: &[Transition]) -> Watched {
    let (fell, returned) = dark(scenario);
    let first = |from: Time, is: &dyn Fn(&What) -> bool| {
        let found = facts.iter().find(|fact| fact.at >= from && is(&fact.what));
        found.map(|fact| fact.at)
    };
    let after = |from: Time, at: Option<Time>| at.map(|at| at.since(from).as_secs());
    let opened = first(fell, &|what| of_label(what) && is_fall(what));
    let window = false_return(scenario);
    let signs = window.and_then(|(from, _)| first(from, &|what| of_label(what) && matches!(what, What::Signs { .. })));
    let relapse = window.and_then(|(_, to)| first(to, &|what| of_label(what) && is_fall(what)));
    let named = opened.and_then(|opened| first(opened, &accuses_the_carrier));
    let restored = |fact: &&Transition| match fact.what {
        What::Restored { .. } => true,
        What::Returned { function, .. } => function == Function::Label,
        _ => false,
    };
    let merged = facts.iter().filter(|fact| matches!(fact.what, What::Merged { .. })).count();
    let begun = facts.iter().filter(|fact| matches!(fact.what, What::Opened { .. })).count();
    let relapses = facts.iter().filter(|fact| of_label(&fact.what) && matches!(fact.what, What::Relapsed { .. }));
    let said = facts.iter().filter(restored);
    let last = said.clone().map(|fact| fact.at).find(|at| *at >= returned);
    let ours = |fact: &&Transition| {
        let wrong = [Verdict::Ours, Verdict::OurPath];
        matches!(fact.what, What::Attributed { verdict, .. } if wrong.contains(&verdict))
    };
    Watched {
        incidents: begun.saturating_sub(merged) as u64,
        seen_after_s: after(fell, opened),
        signs_after_s: window.and_then(|(from, _)| after(from, signs)),
        relapse_after_s: window.and_then(|(_, to)| after(to, relapse)),
        relapses: relapses.count() as u64,
        restored_early: said.filter(|fact| fact.at < returned).count() as u64,
        restored_after_min: after(returned, last).map(|s| s / 60),
        wrong_verdicts: facts.iter().filter(ours).count() as u64,
        named_after_s: opened.and_then(|opened| after(opened, named)),
        story: story(facts),
    }
}

impl Watched {
    /// What must not have been said.
    pub(super) fn in_words(&self) -> Vec<String> {
        let counts = [
            ("restored was said before the lasting return", self.restored_early),
            ("we were accused though nothing was wrong with us", self.wrong_verdicts),
        ];
        let wrong = counts.into_iter().filter(|(_, count)| *count > 0);
        wrong.map(|(what, count)| format!("not_restored_by_one_success: {count} times {what}")).collect()
    }
}

impl fmt::Display for Watched {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut row = |name: &str, value: Option<u64>| {
            let value = value.map_or_else(|| "-".to_owned(), |value| value.to_string());
            writeln!(f, "  {name:<44} {value:>9}")
        };
        row("incidents", Some(self.incidents))?;
        row("  seen after, in seconds", self.seen_after_s)?;
        row("  the carrier named after that, in seconds", self.named_after_s)?;
        row("  signs of the first return, after, in seconds", self.signs_after_s)?;
        row("  its relapse, after, in seconds", self.relapse_after_s)?;
        row("  relapses in all", Some(self.relapses))?;
        row("  restored said too early", Some(self.restored_early))?;
        row("  restored said after, in minutes", self.restored_after_min)?;
        row("  we were accused", Some(self.wrong_verdicts))
    }
}

/// The first return of labels that does not last: from the end of a dark phase to the beginning of the next.
fn false_return(scenario: &Scenario) -> Option<(Time, Time)> {
    let labels: Vec<&Phase> = scenario.phases.iter().filter(|phase| phase.functions.contains(&Served::Label)).collect();
    let place = labels.windows(2).position(|pair| pair[0].dark && !pair[1].dark)?;
    let back = labels.get(place + 1)?;
    let again = labels.iter().skip(place + 1).find(|phase| phase.dark)?;
    (again.at.since(back.at) > Duration::ZERO).then_some((back.at, again.at))
}

fn of_label(what: &What) -> bool {
    what.function() == Some(Function::Label)
}

fn is_fall(what: &What) -> bool {
    matches!(what, What::Opened { .. } | What::Joined { .. } | What::Reopened { .. } | What::Relapsed { .. })
}

fn accuses_the_carrier(what: &What) -> bool {
    matches!(what, What::Attributed { verdict: Verdict::Carrier | Verdict::OneFunction(_), .. })
}

fn story(facts: &[Transition]) -> Vec<String> {
    let told = facts.iter().filter(|fact| fact.what.function().is_none_or(|function| function == Function::Label));
    let line = |fact: &Transition| {
        let condition = match &fact.what {
            What::Opened { condition, .. }
            | What::Joined { condition, .. }
            | What::Reopened { condition, .. }
            | What::Changed { condition, .. }
            | What::Relapsed { condition, .. } => format!(" {}", condition.name()),
            What::Attributed { verdict, .. } => format!(" {verdict:?}"),
            _ => String::new(),
        };
        format!("{} {}{condition}", fact.at.to_paris(), fact.what.name())
    };
    told.take(STORY_COUNT_MAX).map(line).collect()
}
