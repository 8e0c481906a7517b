//! Those who wait: a fixed number of slots, in order of class, and within a class the lightest source first.
//!
//! Each class has a list per level of weight. Who is served next is the head of the lowest level of the highest class;
//! who makes room when all slots are taken is the tail of the highest level of the lowest class. Both are found in a few steps,
//! however many wait. All of a class wait equally long, so that a second list per class, by age, has the next to expire at its
//! head.

use crate::{Class, Moment, ResourceId, Ticket};

/// Levels of weight: up to 31 each its own, then one for each doubling.
const LEVELS: usize = 64;
const EXACT: u32 = 32;
const NONE: u32 = u32::MAX;

/// The lists that a slot is in.
const BY_LEVEL: usize = 0;
const BY_AGE: usize = 1;

/// One who waits.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Waiter {
    pub(crate) class: Class,
    pub(crate) resource: ResourceId,
    /// When it is refused at the latest.
    pub(crate) until: Moment,
    /// How much its source asked lately.
    pub(crate) weight: u32,
}

impl Waiter {
    fn level(&self) -> usize {
        let log = if self.weight < EXACT { self.weight } else { EXACT - 5 + self.weight.ilog2() };
        (log as usize).min(LEVELS - 1)
    }
}

#[derive(Clone, Copy)]
struct Slot {
    turn: u32,
    waiter: Option<Waiter>,
    /// Before and after it, in each list; a free slot's next free one is in the first.
    links: [[u32; 2]; 2],
}

#[derive(Clone, Copy)]
struct List {
    head: u32,
    tail: u32,
}

const EMPTY: List = List { head: NONE, tail: NONE };

struct Line {
    levels: [List; LEVELS],
    /// One bit for each level in which somebody waits.
    taken: u64,
    by_age: List,
    count: u32,
}

/// The queue.
pub(crate) struct Queue {
    slots: Box<[Slot]>,
    free: u32,
    lines: [Line; Class::COUNT],
    count: u32,
}

impl Queue {
    /// A queue of so many slots.
    pub(crate) fn new(count: u32) -> Self {
        let free = |n: u32| Slot {
            turn: 0,
            waiter: None,
            links: [[NONE, if n + 1 < count { n + 1 } else { NONE }], [NONE, NONE]],
        };
        let line = |_| Line { levels: [EMPTY; LEVELS], taken: 0, by_age: EMPTY, count: 0 };
        let free_head = if count == 0 { NONE } else { 0 };
        Self { slots: (0..count).map(free).collect(), free: free_head, lines: std::array::from_fn(line), count: 0 }
    }

    /// How many wait.
    pub(crate) const fn len(&self) -> u32 {
        self.count
    }

    /// How many of this class wait.
    pub(crate) const fn len_of(&self, class: Class) -> u32 {
        self.lines[class.index()].count
    }

    /// The highest class of which somebody waits.
    pub(crate) fn highest(&self) -> Option<Class> {
        Class::ALL.into_iter().rev().find(|class| self.len_of(*class) > 0)
    }

    /// Lets one wait; nothing when all slots are taken.
    pub(crate) fn push(&mut self, waiter: Waiter) -> Option<Ticket> {
        let at = self.free;
        let slot = self.slots.get_mut(at as usize)?;
        self.free = slot.links[BY_LEVEL][1];
        slot.turn = slot.turn.wrapping_add(1);
        slot.waiter = Some(waiter);
        let ticket = Ticket { slot: at, turn: slot.turn };
        let (line, level) = (&mut self.lines[waiter.class.index()], waiter.level());
        append(&mut self.slots, &mut line.levels[level], at, BY_LEVEL);
        append(&mut self.slots, &mut line.by_age, at, BY_AGE);
        line.taken |= 1 << level;
        line.count += 1;
        self.count += 1;
        Some(ticket)
    }

    /// The next of this class: the first of the lightest.
    pub(crate) fn pop(&mut self, class: Class) -> Option<(Ticket, Waiter)> {
        let line = &self.lines[class.index()];
        let level = line.taken.trailing_zeros() as usize;
        self.take(line.levels.get(level)?.head)
    }

    /// The one who makes room for `waiter`: the last of the heaviest of the lowest class, if that is below it.
    pub(crate) fn displace(&mut self, waiter: &Waiter) -> Option<(Ticket, Waiter)> {
        let class = Class::ALL.into_iter().find(|class| self.len_of(*class) > 0)?;
        let line = &self.lines[class.index()];
        let level = 63_usize.checked_sub(line.taken.leading_zeros() as usize)?;
        let lower = class < waiter.class || class == waiter.class && level > waiter.level();
        if lower { self.take(line.levels[level].tail) } else { None }
    }

    /// The next who waited as long as it may.
    pub(crate) fn expired(&mut self, now: Moment) -> Option<(Ticket, Waiter)> {
        let due = |list: &List| {
            let waiter = self.slots.get(list.head as usize)?.waiter?;
            (waiter.until <= now).then_some(list.head)
        };
        let at = self.lines.iter().find_map(|line| due(&line.by_age))?;
        self.take(at)
    }

    /// Takes one out who went away.
    pub(crate) fn remove(&mut self, ticket: Ticket) -> Option<Waiter> {
        let slot = self.slots.get(ticket.slot as usize)?;
        if slot.turn != ticket.turn {
            return None;
        }
        self.take(ticket.slot).map(|(_, waiter)| waiter)
    }

    fn take(&mut self, at: u32) -> Option<(Ticket, Waiter)> {
        let slot = self.slots.get_mut(at as usize)?;
        let waiter = slot.waiter.take()?;
        let turn = slot.turn;
        let (line, level) = (&mut self.lines[waiter.class.index()], waiter.level());
        unlink(&mut self.slots, &mut line.levels[level], at, BY_LEVEL);
        unlink(&mut self.slots, &mut line.by_age, at, BY_AGE);
        if line.levels[level].head == NONE {
            line.taken &= !(1 << level);
        }
        line.count -= 1;
        self.count -= 1;
        self.slots[at as usize].links[BY_LEVEL] = [NONE, self.free];
        self.free = at;
        Some((Ticket { slot: at, turn }, waiter))
    }
}

fn append(slots: &mut [Slot], list: &mut List, at: u32, which: usize) {
    slots[at as usize].links[which] = [list.tail, NONE];
    match slots.get_mut(list.tail as usize) {
        Some(tail) => tail.links[which][1] = at,
        None => list.head = at,
    }
    list.tail = at;
}

fn unlink(slots: &mut [Slot], list: &mut List, at: u32, which: usize) {
    let [before, after] = slots[at as usize].links[which];
    match slots.get_mut(before as usize) {
        Some(slot) => slot.links[which][1] = after,
        None => list.head = after,
    }
    match slots.get_mut(after as usize) {
        Some(slot) => slot.links[which][0] = before,
        None => list.tail = before,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn waiter(class: Class, weight: u32, at: u64) -> Waiter {
        Waiter { class, resource: ResourceId::OTHER, until: Moment::from_ms(at + 100), weight }
    }

    #[test]
    fn the_highest_class_and_the_lightest_source_come_first() {
        let mut queue = Queue::new(8);
        for (class, weight) in [(Class::Unknown, 3), (Class::Unknown, 0), (Class::Partner, 9), (Class::Unknown, 900)] {
            queue.push(waiter(class, weight, 0)).expect("room");
        }
        assert_eq!(queue.highest(), Some(Class::Partner));
        assert_eq!(queue.pop(Class::Unknown).map(|(_, w)| w.weight), Some(0));
        let light = waiter(Class::Unknown, 5, 0);
        assert_eq!(queue.displace(&light).map(|(_, w)| w.weight), Some(900));
        assert!(queue.displace(&light).is_none(), "nobody is heavier");
        assert_eq!(queue.displace(&waiter(Class::Citizen, 5, 0)).map(|(_, w)| w.weight), Some(3));
        assert!(queue.displace(&waiter(Class::Citizen, 5, 0)).is_none(), "a partner is not displaced by a citizen");
    }

    #[test]
    fn a_ticket_of_an_earlier_turn_takes_nobody_out() {
        let mut queue = Queue::new(1);
        let first = queue.push(waiter(Class::Unknown, 0, 0)).expect("room");
        assert!(queue.push(waiter(Class::Partner, 0, 0)).is_none(), "full");
        assert!(queue.remove(first).is_some() && queue.remove(first).is_none());
        let second = queue.push(waiter(Class::Partner, 0, 0)).expect("room");
        assert_eq!(second.slot, first.slot);
        assert!(queue.remove(first).is_none() && queue.len() == 1);
    }

    #[derive(Clone, Copy, Debug)]
    enum Step {
        Push(usize, u32),
        Pop,
        Displace(usize, u32),
        Expire,
        Remove(usize),
    }

    fn step() -> impl Strategy<Value = Step> {
        let (class, weight) = (1..Class::COUNT, prop_oneof![0_u32..5, 0_u32..100_000]);
        prop_oneof![
            4 => (class.clone(), weight.clone()).prop_map(|(c, w)| Step::Push(c, w)),
            1 => Just(Step::Pop),
            1 => (class, weight).prop_map(|(c, w)| Step::Displace(c, w)),
            1 => Just(Step::Expire),
            1 => any::<usize>().prop_map(Step::Remove),
        ]
    }

    proptest! {
        /// Against a plain list: nobody is lost, twice in it, or out of order.
        #[test]
        fn it_is_a_list_in_order(steps in prop::collection::vec(step(), 1..300)) {
            let mut queue = Queue::new(16);
            let mut model: Vec<(Ticket, Waiter)> = Vec::new();
            for (at, step) in (0_u64..).zip(steps) {
                let now = Moment::from_ms(at * 5);
                let gone = match step {
                    Step::Push(class, weight) => {
                        let one = waiter(Class::ALL[class], weight, at * 5);
                        let ticket = queue.push(one);
                        prop_assert_eq!(ticket.is_some(), model.len() < 16);
                        model.extend(ticket.map(|t| (t, one)));
                        None
                    }
                    Step::Pop => {
                        let next = model.iter().map(|(t, w)| (w.class, w.level(), w.until, *t))
                            .min_by_key(|(class, level, until, _)| (std::cmp::Reverse(*class), *level, *until));
                        let got = queue.highest().and_then(|class| queue.pop(class));
                        prop_assert_eq!(got.map(|(t, _)| t), next.map(|n| n.3));
                        got
                    }
                    Step::Displace(class, weight) => {
                        let one = waiter(Class::ALL[class], weight, at * 5);
                        let last = model.iter().min_by_key(|(_, w)| (w.class, std::cmp::Reverse((w.level(), w.until))))
                            .filter(|(_, w)| (w.class, std::cmp::Reverse(w.level())) < (one.class, std::cmp::Reverse(one.level())));
                        let got = queue.displace(&one);
                        prop_assert_eq!(got.map(|(t, _)| t), last.map(|(t, _)| *t));
                        got
                    }
                    Step::Expire => {
                        let got = queue.expired(now);
                        prop_assert_eq!(got.is_some(), model.iter().any(|(_, w)| w.until <= now));
                        prop_assert!(got.is_none_or(|(_, w)| w.until <= now));
                        got
                    }
                    Step::Remove(which) => {
                        let ticket = (!model.is_empty()).then(|| model[which % model.len()].0);
                        ticket.map(|t| (t, queue.remove(t).expect("it waits")))
                    }
                };
                model.retain(|(ticket, _)| gone.is_none_or(|(g, _)| g != *ticket));
                prop_assert_eq!(queue.len() as usize, model.len());
            }
        }
    }
}
