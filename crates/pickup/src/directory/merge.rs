//! Takes an answer in: what it tells, and what it is silent about although it had to tell it.

use super::{Directory, slot::Slot, stand};
use crate::{
    Fit, Known, Need, Point, Position, Standing,
    fit::{Abilities, Judge},
    index::Ask,
    position,
};
use clock::Time;
use parcel::PickupPointId;
use std::{collections::HashSet, time::Duration};

/// A sighting alone is worth keeping once it is so much later than the one that was kept.
pub const SEEN_KEPT_EVERY: Duration = Duration::from_secs(3_600);

/// How far the carrier looks at least where it has room for more points (assumed; observed answers reach much further).
const WHOLE_METRES: u32 = 5_000;
/// What lies so near to an answer's edge may be beyond it: places are rounded, and the carrier measures on its own Earth.
const EDGE_METRES: u32 = 100;
const EDGE_PER_CENT: u32 = 3;

/// An answer of the carrier, to be merged.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Seen {
    /// The points that it told of.
    pub points: Vec<Point>,
    /// What was asked, where the answer may be taken to say what is no longer there.
    pub asked: Option<Asked>,
}

/// What a search was asked for. Only for an answer of which all of this is known: what is missing from it is no longer
/// offered.
#[derive(Clone, PartialEq, Debug)]
pub struct Asked {
    /// Where the carrier measured from ([`crate::measured_from`]).
    pub from: Position,
    /// What was needed.
    pub need: Need,
    /// Whether it had room for more: everything within the carrier's reach was listed.
    pub whole: bool,
}

impl Directory {
    /// Takes in what an answer told at this moment: ids whose [`Known`] changed in a way worth keeping. An answer that
    /// is older than what is known of a point changes nothing of it.
    ///
    /// Of a search, a point is missing when it is nearer than the farthest one listed (or within the carrier's reach,
    /// where there was room for more) by a margin, is in a country of those listed, and is known to fit what was asked,
    /// no closure being near. An answer without any point accuses none.
    pub fn merge(&mut self, seen: &Seen, at: Time) -> Vec<PickupPointId> {
        let mut changed: Vec<PickupPointId> =
            seen.points.iter().filter(|point| self.sight(point, at)).map(|point| point.id).collect();
        for number in seen.asked.iter().flat_map(|asked| self.missing(&seen.points, asked)).collect::<Vec<_>>() {
            if let Some(slot) = self.slots.get_mut(number as usize) {
                changed.extend(slot.missed(at).then_some(slot.known.point.id));
            }
        }
        changed.sort_unstable();
        changed.dedup();
        changed
    }

    fn sight(&mut self, point: &Point, at: Time) -> bool {
        let Some(number) = self.numbers.get(&point.id).copied() else {
            let known = Known { point: point.clone(), seen_at: at, standing: Standing::Listed };
            if let (Some((position, offer)), Some(number)) = (stand(point), self.push(Slot::kept(known))) {
                self.index.insert(position, number, offer);
            }
            return true;
        };
        let Some(slot) = self.slots.get_mut(number as usize) else { return false };
        let before = stand(&slot.known.point);
        let worth = slot.seen(point, at);
        let after = stand(&slot.known.point);
        if before != after {
            if let Some((position, _)) = before {
                self.index.remove(position, number);
            }
            if let Some((position, offer)) = after {
                self.index.insert(position, number, offer);
            }
        }
        worth
    }

    /// The points that this answer had to list and did not.
    fn missing(&self, listed: &[Point], asked: &Asked) -> Vec<u32> {
        let Some(squared_max) = reach(listed, asked).map(position::squared_of) else { return Vec::new() };
        let ids: HashSet<PickupPointId> = listed.iter().map(|point| point.id).collect();
        let countries: HashSet<&str> = listed.iter().map(|point| point.country.as_str()).collect();
        let judge = Judge::new(&asked.need);
        let had_to = |known: &Known| {
            !ids.contains(&known.point.id)
                && countries.contains(known.point.country.as_str())
                && judge.is_wished(&known.point)
                && !judge.is_touched(&known.point)
                && judge.takes(&known.point) == Fit::Fits
        };
        let does = |n: u32| self.slots.get(n as usize).is_some_and(|slot| had_to(&slot.known)).then_some(());
        let may = |offer: &Abilities| judge.may(offer);
        let ask = Ask { from: asked.from.unit(), count: usize::MAX, squared_max, may, does };
        self.index.nearest(&ask).into_iter().map(|(number, _)| number).collect()
    }
}

/// How far from where the carrier measured an answer had to list everything, metres.
fn reach(listed: &[Point], asked: &Asked) -> Option<u32> {
    let farthest = listed.iter().filter_map(|point| Some(asked.from.metres_to(point.position?))).max()?;
    let within = farthest.saturating_sub(EDGE_METRES + farthest / 100 * EDGE_PER_CENT);
    Some(if asked.whole { within.max(WHOLE_METRES) } else { within })
}
