//! Whose fault it is: ours, our way out, the carrier's, one function of it, or not known.
//!
//! Nobody is named on one kind of evidence, and never on evidence from before the trouble began: a probe of ourselves that
//! was well a minute ago says nothing of now. It began where failures came in a row, not at a stray one before: between
//! the two all may have been well, and nothing of that counts. To name the carrier, our own loop-back must be well, and
//! something must prove the way to the carrier itself: its connection, its other functions, or somebody who stands
//! elsewhere. A carrier whose connections silently come to nothing could as well be a broken route between us; that is
//! *not known*.

use crate::observation::{Control, Function, Outside};
use clock::Time;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// Reports of users within the window that count as a kind of evidence.
const REPORTS_MIN: u32 = 3;
/// Failed calls before it says anything where they stop.
const FAILED_MIN: u32 = 3;
/// Calls of others before they say anything.
const OTHERS_MIN: u32 = 2;

/// Whose fault it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// Nothing is proved.
    Unknown,
    /// Our own machine or program.
    Ours,
    /// Our names or our route.
    OurPath,
    /// The carrier.
    Carrier,
    /// One function of the carrier; the others work.
    OneFunction(Function),
}

/// A kind of evidence; two of one kind are one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// A probe of ourselves or of our way out.
    Control(Control),
    /// How far the failed calls came.
    Layer,
    /// The carrier's other functions.
    OtherFunctions,
    /// The other carriers.
    OtherCarriers,
    /// Somebody else's word.
    Outside(Outside),
}

/// Where a piece of evidence points.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Points {
    /// At us.
    AtUs,
    /// At our way out.
    AtOurPath,
    /// Away from our way out, and so at the carrier.
    AwayFromPath,
    /// Away from ourselves.
    AwayFromUs,
    /// At the carrier, by what only the carrier can do or somebody else saw.
    AtCarrier,
    /// Nowhere: it goes with more than one cause.
    Nowhere,
}

/// A piece of evidence with its numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Evidence {
    /// Its kind.
    pub kind: Kind,
    /// Where it points.
    pub points: Points,
    /// When the last of it was seen.
    pub at: Time,
    /// How much was seen.
    pub seen: u32,
    /// How much of it failed or was slow.
    pub bad: u32,
}

/// What a probe or a group of calls last showed, since the trouble began.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Count {
    pub(crate) seen: u32,
    pub(crate) bad: u32,
    pub(crate) at: Time,
}

/// What is known since the trouble began.
#[derive(Clone, Debug, Default)]
pub(crate) struct Scene {
    pub(crate) function: Option<Function>,
    pub(crate) controls: Vec<(Control, Count)>,
    /// Failed calls that did not find the name, found no connection, came further, or were answered slowly.
    pub(crate) stopped: [u32; 3],
    pub(crate) stopped_at: Time,
    pub(crate) functions: Count,
    pub(crate) carriers: Count,
    pub(crate) outside: Vec<(Outside, Count)>,
}

/// Everything that speaks, and what follows from it.
pub(crate) fn judge(scene: &Scene) -> (Verdict, Vec<Evidence>) {
    let mut evidence: Vec<Evidence> =
        scene.controls.iter().map(|(control, count)| of_control(*control, *count)).collect();
    evidence.extend(of_layer(scene));
    evidence.extend(of_others(Kind::OtherFunctions, scene.functions, Points::AtCarrier));
    evidence.extend(of_others(Kind::OtherCarriers, scene.carriers, Points::AwayFromPath));
    evidence.extend(scene.outside.iter().map(|(outside, count)| of_outside(*outside, *count)));
    (verdict(scene, &evidence), evidence)
}

fn verdict(scene: &Scene, evidence: &[Evidence]) -> Verdict {
    let kinds = |wanted: &[Points]| {
        let kinds: BTreeSet<Kind> =
            evidence.iter().filter(|one| wanted.contains(&one.points)).map(|one| one.kind).collect();
        kinds.len()
    };
    let others_fail = scene.carriers.seen >= OTHERS_MIN && scene.carriers.bad * 2 > scene.carriers.seen;
    let (us, path) = (kinds(&[Points::AtUs]), kinds(&[Points::AtOurPath]));
    if us > 0 {
        return if us + usize::from(others_fail) >= 2 { Verdict::Ours } else { Verdict::Unknown };
    }
    if path > 0 {
        return if path + usize::from(others_fail) >= 2 { Verdict::OurPath } else { Verdict::Unknown };
    }
    let we_are_well =
        evidence.iter().any(|one| one.kind == Kind::Control(Control::Loopback) && one.points == Points::AwayFromUs);
    let at_carrier = kinds(&[Points::AtCarrier]);
    if others_fail || !we_are_well || at_carrier == 0 || at_carrier + kinds(&[Points::AwayFromPath]) < 2 {
        return Verdict::Unknown;
    }
    let others_work = evidence.iter().any(|one| one.kind == Kind::OtherFunctions && one.points == Points::AtCarrier);
    match scene.function {
        Some(function) if others_work => Verdict::OneFunction(function),
        _ => Verdict::Carrier,
    }
}

/// What the probes of one kind say.
pub(crate) fn of_control(control: Control, count: Count) -> Evidence {
    let bad = count.bad * 2 > count.seen;
    let points = match (control, bad) {
        (Control::Loopback | Control::Disk | Control::Lag, true) => Points::AtUs,
        (Control::Loopback | Control::Disk | Control::Lag, false) => Points::AwayFromUs,
        (Control::OutsideName | Control::OutsideAddress, true) => Points::AtOurPath,
        (Control::OutsideName | Control::OutsideAddress, false) => Points::AwayFromPath,
    };
    Evidence { kind: Kind::Control(control), points, at: count.at, seen: count.seen, bad: count.bad }
}

/// Where the failed calls stop, of those that tried a new connection. A name that is not found is the carrier's fault only
/// while other names are, a connection that comes to nothing nobody's; what is taken up and then fails is the carrier's.
fn of_layer(scene: &Scene) -> Option<Evidence> {
    let [nothing, dns, further] = scene.stopped;
    let all = nothing + dns + further;
    if all < FAILED_MIN {
        return None;
    }
    let control =
        |wanted: Control| scene.controls.iter().find(|(control, _)| *control == wanted).map(|(_, count)| *count);
    let is_bad = |wanted: Control| control(wanted).map(|count| count.bad * 2 > count.seen);
    let (bad, points) = if nothing * 2 > all {
        match is_bad(Control::OutsideName) {
            Some(true) => (nothing, Points::AtOurPath),
            Some(false) => (nothing, Points::AtCarrier),
            None => (nothing, Points::Nowhere),
        }
    } else if further * 2 >= all {
        (further, Points::AtCarrier)
    } else if is_bad(Control::OutsideAddress) == Some(true) {
        (dns, Points::AtOurPath)
    } else {
        (dns, Points::Nowhere)
    };
    Some(Evidence { kind: Kind::Layer, points, at: scene.stopped_at, seen: all, bad })
}

fn of_others(kind: Kind, count: Count, if_well: Points) -> Option<Evidence> {
    let points = match count {
        Count { seen, .. } if seen < OTHERS_MIN => return None,
        Count { seen, bad, .. } if bad * 4 <= seen => if_well,
        _ => Points::Nowhere,
    };
    Some(Evidence { kind, points, at: count.at, seen: count.seen, bad: count.bad })
}

fn of_outside(outside: Outside, count: Count) -> Evidence {
    let enough = match outside {
        Outside::Official => 1,
        Outside::Report => REPORTS_MIN,
        Outside::HealthPage | Outside::Keyword => u32::MAX,
    };
    let points = if count.bad >= enough { Points::AtCarrier } else { Points::Nowhere };
    Evidence { kind: Kind::Outside(outside), points, at: count.at, seen: count.seen, bad: count.bad }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn count(seen: u32, bad: u32) -> Count {
        Count { seen, bad, at: Time::default() }
    }

    fn scene(stopped: [u32; 3], bad: &[Control]) -> Scene {
        let controls = [Control::Loopback, Control::Disk, Control::OutsideName, Control::OutsideAddress];
        let controls = controls.map(|one| (one, count(3, if bad.contains(&one) { 3 } else { 0 }))).to_vec();
        Scene { function: Some(Function::Label), controls, stopped, ..Scene::default() }
    }

    fn check(scene: &Scene, expected: Verdict) {
        let (verdict, evidence) = judge(scene);
        assert_eq!(verdict, expected, "{evidence:#?}");
    }

    #[test]
    fn each_fault_is_told_by_two_kinds_or_not_at_all() {
        use Control::{Disk, Loopback, OutsideAddress, OutsideName};
        check(&scene([5, 0, 0], &[OutsideName]), Verdict::OurPath);
        check(&scene([0, 5, 0], &[OutsideAddress]), Verdict::OurPath);
        check(&scene([0, 0, 5], &[Disk, Loopback]), Verdict::Ours);
        check(&scene([0, 0, 5], &[Disk]), Verdict::Unknown);
        check(&scene([5, 0, 0], &[]), Verdict::Carrier);
        check(&scene([0, 0, 5], &[]), Verdict::Carrier);
        check(&scene([0, 5, 0], &[]), Verdict::Unknown);
    }

    #[test]
    fn one_function_is_named_while_the_others_work() {
        let others = Scene { functions: count(4, 0), ..scene([0, 0, 5], &[]) };
        check(&others, Verdict::OneFunction(Function::Label));
    }

    #[test]
    fn without_a_look_at_ourselves_nobody_is_named() {
        check(&Scene { controls: Vec::new(), functions: count(9, 0), ..scene([0, 0, 5], &[]) }, Verdict::Unknown);
    }

    #[test]
    fn other_carriers_that_fail_too_take_the_blame_off_this_one() {
        check(&Scene { carriers: count(4, 4), ..scene([0, 0, 5], &[]) }, Verdict::Unknown);
    }

    #[test]
    fn silence_at_the_door_is_the_carriers_only_by_an_outside_word() {
        let told = Scene { outside: vec![(Outside::Report, count(3, 3))], ..scene([0, 5, 0], &[]) };
        check(&told, Verdict::Carrier);
        let few = Scene { outside: vec![(Outside::Report, count(2, 2))], ..scene([0, 5, 0], &[]) };
        check(&few, Verdict::Unknown);
    }
}
