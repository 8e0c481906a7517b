//! One point's place in the directory: what is known of it follows from when it was seen, missed and called gone.

use crate::{Known, Point, SEEN_KEPT_EVERY, Standing};
use clock::Time;

#[derive(Clone, Debug)]
pub(super) struct Slot {
    pub(super) known: Known,
    /// The sighting that was last said to be worth keeping.
    kept_at: Time,
    missed: Option<Absence>,
    gone: Option<Absence>,
}

/// The first and the last time since the last sighting that a point was not there.
#[derive(Clone, Copy, Debug)]
struct Absence {
    first: Time,
    last: Time,
}

impl Absence {
    fn and(before: Option<Self>, at: Time) -> Self {
        before.map_or(Self { first: at, last: at }, |b| Self { first: b.first.min(at), last: b.last.max(at) })
    }

    /// What is left of it when the point turns out to have been seen at this moment. What was noted between the first
    /// and the last time is not remembered, so the last one stands for the first after the sighting.
    fn after(self, holds: impl Fn(Time) -> bool) -> Option<Self> {
        holds(self.last).then(|| if holds(self.first) { self } else { Self { first: self.last, ..self } })
    }
}

impl Slot {
    /// One that was kept.
    pub(super) fn kept(known: Known) -> Self {
        let since = |since| Some(Absence { first: since, last: since });
        let (missed, gone) = match known.standing {
            Standing::Listed => (None, None),
            Standing::Unlisted { since: at } => (since(at), None),
            Standing::Gone { since: at } => (None, since(at)),
        };
        Self { kept_at: known.seen_at, known, missed, gone }
    }

    /// The carrier told of the point at this moment: whether that is worth keeping.
    pub(super) fn seen(&mut self, point: &Point, at: Time) -> bool {
        if at < self.known.seen_at {
            return false;
        }
        let told_new = self.known.point != *point;
        if told_new {
            self.known.point = point.clone();
        }
        self.known.seen_at = at;
        let stands_new = self.settle();
        let worth = told_new || stands_new || at.since(self.kept_at) >= SEEN_KEPT_EVERY;
        if worth {
            self.kept_at = at;
        }
        worth
    }

    /// It was missing from an answer that had to hold it: whether that changed anything.
    pub(super) fn missed(&mut self, at: Time) -> bool {
        self.missed = Some(Absence::and(self.missed, at));
        self.settle()
    }

    /// The carrier said that it is gone: whether that changed anything.
    pub(super) fn gone(&mut self, at: Time) -> bool {
        self.gone = Some(Absence::and(self.gone, at));
        self.settle()
    }

    /// Whether the standing is another one now. At one and the same moment, what was said of the point by its id counts
    /// more than a list that it stands in, and that list more than one that it is missing from.
    fn settle(&mut self) -> bool {
        let seen_at = self.known.seen_at;
        self.gone = self.gone.and_then(|gone| gone.after(|at| at >= seen_at));
        self.missed = self.missed.and_then(|missed| missed.after(|at| at > seen_at));
        let standing = match (self.gone, self.missed) {
            (Some(gone), _) => Standing::Gone { since: gone.first },
            (None, Some(missed)) => Standing::Unlisted { since: missed.first },
            (None, None) => Standing::Listed,
        };
        std::mem::replace(&mut self.known.standing, standing) != standing
    }
}
