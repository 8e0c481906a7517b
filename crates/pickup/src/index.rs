//! Where things stand on the sphere, to be found from the nearest on.
//!
//! Places are unit vectors in space, so that there is no edge at ±180° and none at the poles; the straight line through
//! Earth orders them as the way over the ground does. They stand in a balanced k-d tree in one flat array. Every branch
//! knows the box around its places and what they can do at most ([`Offer`]), so that a branch without anything that is
//! wanted is not entered. That, and no queue of everything seen so far, is why this is not a general R-tree.
//!
//! What comes in later is kept beside the tree and looked through one by one; the tree is made anew once that is much.

use crate::{Position, position::squared};

/// What a thing offers, or several together at most.
pub(crate) trait Offer: Copy {
    /// What the two offer together.
    fn or(self, other: Self) -> Self;
}

impl Offer for () {
    fn or(self, (): Self) -> Self {}
}

/// Numbered things by where they stand.
#[derive(Clone, Debug)]
pub(crate) struct Index<O> {
    pins: Vec<Pin<O>>,
    /// Branches before what they are divided into; the first is the whole.
    branches: Vec<Branch<O>>,
    /// What came in since the tree was made.
    fresh: Vec<Pin<O>>,
    /// How many pins of the tree were taken out since.
    taken_count: usize,
}

#[derive(Clone, Copy, Debug)]
struct Pin<O> {
    unit: [f64; 3],
    /// `None` when it was taken out.
    number: Option<u32>,
    offer: O,
}

#[derive(Clone, Copy, Debug)]
struct Branch<O> {
    low: [f64; 3],
    high: [f64; 3],
    offer: O,
    from: usize,
    until: usize,
    /// The second of the two branches that this one is divided into; the first follows it. `None` in a leaf.
    second: Option<usize>,
}

/// Pins in a leaf at most.
const LEAF_COUNT_MAX: usize = 12;
/// The tree is made anew when so many pins are beside it or taken out of it, and one for each so many that it has.
const BESIDE_COUNT_MAX: usize = 256;
const BESIDE_ONE_OF: usize = 128;

impl<O> Default for Index<O> {
    fn default() -> Self {
        Self { pins: Vec::new(), branches: Vec::new(), fresh: Vec::new(), taken_count: 0 }
    }
}

impl<O: Offer> Index<O> {
    /// All of them at once.
    pub(crate) fn of(things: impl IntoIterator<Item = (Position, u32, O)>) -> Self {
        let pin = |(position, number, offer): (Position, u32, O)| Pin::new(position, number, offer);
        Self::made(things.into_iter().map(pin).collect())
    }

    pub(crate) fn insert(&mut self, position: Position, number: u32, offer: O) {
        self.fresh.push(Pin::new(position, number, offer));
        self.keep_small();
    }

    pub(crate) fn remove(&mut self, position: Position, number: u32) {
        if let Some(at) = self.fresh.iter().position(|pin| pin.number == Some(number)) {
            self.fresh.swap_remove(at);
        } else if let Some(pin) = self.find(position.unit(), number) {
            pin.number = None;
            self.taken_count += 1;
            self.keep_small();
        }
    }

    /// The nearest things with the square of the straight line to each ([`crate::position::metres_of`]), as many as
    /// asked for. Only what `may` do by its offer and then `does` counts; of those equally far the lower key comes first.
    pub(crate) fn nearest<K: Ord>(&self, ask: &Ask<impl Fn(&O) -> bool, impl Fn(u32) -> Option<K>>) -> Vec<(u32, f64)> {
        let mut best = Best { ask, found: Vec::with_capacity(ask.count.min(self.pins.len() + self.fresh.len()) + 1) };
        if ask.count > 0 {
            best.look_at(&self.fresh);
            self.enter(0, &mut best);
        }
        best.found.into_iter().map(|(squared, _, number)| (number, squared)).collect()
    }

    fn enter<K: Ord>(&self, branch: usize, best: &mut Best<'_, impl Fn(&O) -> bool, impl Fn(u32) -> Option<K>, K>) {
        let Some(at) = self.branches.get(branch) else { return };
        if !best.wants(at) {
            return;
        }
        let Some(second) = at.second else {
            best.look_at(self.pins.get(at.from..at.until).unwrap_or_default());
            return;
        };
        let first = branch + 1;
        let far = |branch: usize| self.branches.get(branch).map_or(f64::INFINITY, |b| b.squared_to(best.ask.from));
        let (nearer, other) = if far(second) < far(first) { (second, first) } else { (first, second) };
        self.enter(nearer, best);
        self.enter(other, best);
    }

    fn find(&mut self, unit: [f64; 3], number: u32) -> Option<&mut Pin<O>> {
        let holds = |b: &&Branch<O>| b.second.is_none() && b.squared_to(unit) == 0.0;
        let leaves: Vec<_> = self.branches.iter().filter(holds).map(|b| b.from..b.until).collect();
        let at =
            leaves.into_iter().flatten().find(|at| self.pins.get(*at).is_some_and(|p| p.number == Some(number)))?;
        self.pins.get_mut(at)
    }

    fn keep_small(&mut self) {
        if self.fresh.len() + self.taken_count > BESIDE_COUNT_MAX + self.pins.len() / BESIDE_ONE_OF {
            let pins = std::mem::take(&mut self.pins).into_iter().chain(std::mem::take(&mut self.fresh));
            *self = Self::made(pins.filter(|pin| pin.number.is_some()).collect());
        }
    }

    fn made(pins: Vec<Pin<O>>) -> Self {
        let mut index = Self { pins, ..Self::default() };
        index.divide(0, index.pins.len());
        index
    }

    /// Makes the branch of these pins, and those below it.
    fn divide(&mut self, from: usize, until: usize) {
        let Some(branch) = self.pins.get(from..until).and_then(|pins| Branch::around(pins, from)) else { return };
        let (at, widest) = (self.branches.len(), branch.widest());
        self.branches.push(branch);
        if until - from <= LEAF_COUNT_MAX {
            return;
        }
        let middle = from + (until - from) / 2;
        if let Some(pins) = self.pins.get_mut(from..until) {
            pins.select_nth_unstable_by(middle - from, |a, b| a.unit[widest].total_cmp(&b.unit[widest]));
        }
        self.divide(from, middle);
        let second = self.branches.len();
        self.divide(middle, until);
        if let Some(branch) = self.branches.get_mut(at) {
            branch.second = Some(second);
        }
    }
}

/// What is looked for.
pub(crate) struct Ask<M, D> {
    pub(crate) from: [f64; 3],
    pub(crate) count: usize,
    pub(crate) squared_max: f64,
    /// Whether what is offered may do; of several things together, whether one of them may.
    pub(crate) may: M,
    /// Whether the thing of this number does, and by which key it comes before others equally far.
    pub(crate) does: D,
}

/// The nearest found so far.
struct Best<'a, M, D, K> {
    ask: &'a Ask<M, D>,
    /// In order.
    found: Vec<(f64, K, u32)>,
}

impl<M, D, K: Ord> Best<'_, M, D, K> {
    fn look_at<O>(&mut self, pins: &[Pin<O>])
    where
        M: Fn(&O) -> bool,
        D: Fn(u32) -> Option<K>,
    {
        for pin in pins {
            let squared = squared(self.ask.from, pin.unit);
            // What is as far as the last one may still come before it by its key.
            if squared > self.squared_max() || !(self.ask.may)(&pin.offer) {
                continue;
            }
            let Some((number, key)) = pin.number.and_then(|number| Some((number, (self.ask.does)(number)?))) else {
                continue;
            };
            let before = |f: &(f64, K, u32)| f.0.total_cmp(&squared).then_with(|| f.1.cmp(&key)).is_le();
            self.found.insert(self.found.partition_point(before), (squared, key, number));
            self.found.truncate(self.ask.count);
        }
    }

    fn wants<O>(&self, branch: &Branch<O>) -> bool
    where
        M: Fn(&O) -> bool,
    {
        branch.squared_to(self.ask.from) <= self.squared_max() && (self.ask.may)(&branch.offer)
    }

    fn squared_max(&self) -> f64 {
        match self.found.last() {
            Some((last, ..)) if self.found.len() >= self.ask.count => *last,
            _ => self.ask.squared_max,
        }
    }
}

impl<O> Pin<O> {
    fn new(position: Position, number: u32, offer: O) -> Self {
        Self { unit: position.unit(), number: Some(number), offer }
    }
}

impl<O: Offer> Branch<O> {
    /// The leaf of these pins, the first of which is the tree's `from`th; `None` for none.
    fn around(pins: &[Pin<O>], from: usize) -> Option<Self> {
        let first = pins.first()?;
        let (unit, until) = (first.unit, from + pins.len());
        let leaf = Self { low: unit, high: unit, offer: first.offer, from, until, second: None };
        Some(pins.iter().fold(leaf, |mut leaf, pin| {
            for axis in 0..3 {
                leaf.low[axis] = leaf.low[axis].min(pin.unit[axis]);
                leaf.high[axis] = leaf.high[axis].max(pin.unit[axis]);
            }
            leaf.offer = leaf.offer.or(pin.offer);
            leaf
        }))
    }
}

impl<O> Branch<O> {
    fn widest(&self) -> usize {
        let width = |axis: usize| self.high[axis] - self.low[axis];
        (1..3).fold(0, |widest, axis| if width(axis) > width(widest) { axis } else { widest })
    }

    /// The square of the straight line to the nearest corner, side or inside of the box: never more than that to a pin
    /// in it, for it is computed in the same steps.
    fn squared_to(&self, from: [f64; 3]) -> f64 {
        squared(from, std::array::from_fn(|axis| from[axis].clamp(self.low[axis], self.high[axis])))
    }
}
