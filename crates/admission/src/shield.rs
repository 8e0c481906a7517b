//! The shield: one verdict per request, from its class, its rate, the budget of what it asks for, and the gate.
//!
//! # What a caller does
//! - [`Shield::judge`] each request. `Go` carries a [`Place`]; give it back with [`Shield::leave`] when the work is done or
//!   was given up, exactly once. `Wait` carries a [`Ticket`].
//! - Every call that takes `calls` may decide about others who wait. Append to an empty [`Calls`], and pass each [`crate::Call`] on
//!   by its ticket. A call can come, on another thread, before the one who waits has left its waker: keep a map by
//!   ticket in which either finds what the other left. It never holds many more than `waiting_max`.
//! - [`Shield::give_up`] when one who waits goes away. `false` says that its call is under way: collect it, and leave its
//!   place if it is one.
//! - [`Shield::tick`] every 10 ms, or those who waited too long are not told.
//!
//! A place belongs to the shield that gave it: after new settings ([`Shield::renewed`]), places of the old shield are left
//! there, and the old one is ticked for as long as anybody waits in it.

use crate::{
    Asked, Calls, Class, Kind, Moment, Place, Prefix, Refusal, Resource, ResourceId, Resources, Rule, ShieldSettings,
    Ticket, Unfit, Verdict,
    cell::{Cell, Cells, Limit, seconds},
    counts::{Counters, Counts},
    gate::{Entered, Gate},
    handshakes::Handshakes,
    hash::Keyed,
    settings::{Rate, RateSettings},
    sketch::Sketch,
};
use std::{
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering::Relaxed},
    },
    time::Duration,
};

/// A budget is spent in so many parts: the last part by those alone who asked nothing lately, the one before it by those who
/// asked once as well, then up to three times, up to seven times, and so on.
const BUDGET_PARTS: u32 = 8;
/// How many sources around one may ask as much as it before it counts for them: a network of which every address floods.
const WIDE_SHARE: u32 = 8;

/// What a hash is of: one value in two domains has two cells. An id has one domain for each class, so that a device and a
/// token of one number are two.
const PREFIX: u8 = 0;
const TIGHT: u8 = 1;
const WIDE: u8 = 2;
const HANDSHAKE: u8 = 3;
const ID: u8 = 16;
const NO_ID: u8 = 32;

/// The limits of all, worked out once.
struct Limits {
    prefix: Limit,
    unknown: Limit,
    parcel: Limit,
    wide: Limit,
    handshake: Limit,
    handshake_pressed: Limit,
    citizen: Limit,
    scanner: Limit,
    partner: Limit,
}

impl Limits {
    fn of(rates: &RateSettings) -> Self {
        Self {
            prefix: Limit::of(rates.prefix),
            unknown: Limit::of(rates.unknown),
            parcel: Limit::of(rates.parcel),
            wide: Limit::of(rates.wide),
            handshake: Limit::of(rates.handshake),
            handshake_pressed: Limit::of(rates.handshake_pressed),
            citizen: Limit::of(rates.citizen),
            scanner: Limit::of(rates.scanner),
            partner: Limit::of(rates.partner),
        }
    }
}

/// The budget of one resource.
struct Budget {
    limit: Limit,
    part: u32,
    cell: Cell,
}

impl Budget {
    fn of(resource: &Resource) -> Option<Self> {
        let per_s = resource.budget_per_s?;
        // A second's worth at once, and at least one for each part.
        let burst = per_s.max(BUDGET_PARTS);
        Some(Self { limit: Limit::of(Rate::new(per_s, burst)), part: burst / BUDGET_PARTS, cell: Cell::default() })
    }

    /// Takes one for a source that asked so much lately, and leaves so many parts.
    fn take(&self, weight: u32, left: u32, now: Moment) -> Result<(), Duration> {
        let spared = ((weight + 1).ilog2() + left).min(BUDGET_PARTS - 1) * self.part;
        self.cell.take(self.limit, spared, now)
    }
}

/// The shield. Its memory is taken when it is made and does not grow.
pub struct Shield {
    dry_run: bool,
    resources: Resources,
    budgets: Box<[Option<Budget>]>,
    limits: Limits,
    keyed: Keyed,
    cells: Arc<Cells>,
    handshakes: Handshakes,
    sketch: Arc<Sketch>,
    gate: Mutex<Gate>,
    /// What the gate says, to be read without its lock.
    overloaded: AtomicBool,
    counters: Arc<Counters>,
}

impl Shield {
    /// A shield with these settings. `key` is secret and drawn anew at each start, so that nobody can choose sources that
    /// share a cell.
    ///
    /// # Errors
    /// The first setting that is out of its range.
    pub fn new(settings: &ShieldSettings, key: [u8; 16]) -> Result<Self, Unfit> {
        settings.check()?;
        let (cells, sketch) = (Cells::new(settings.cells_count), Sketch::new(settings.sketch_width));
        let resources = Resources::new(&settings.resources)?;
        let gate = Gate::new(settings, resources.len());
        let (cells, sketch, counters) = (Arc::new(cells), Arc::new(sketch), Arc::default());
        Ok(Self::of(settings, resources, Keyed::new(key), gate, (cells, sketch, counters)))
    }

    /// A shield with new settings that knows what this one knows: the rates of all, the counts, how long the work takes in
    /// quiet times, and whether there is an overload. It starts with no place taken and nobody waiting.
    ///
    /// # Errors
    /// The first setting that is out of its range.
    pub fn renewed(&self, settings: &ShieldSettings) -> Result<Self, Unfit> {
        settings.check()?;
        let resources = Resources::new(&settings.resources)?;
        let number = |name: &str| self.resources.all().iter().position(|before| before.name == name);
        let before: Vec<_> = resources.all().iter().map(|resource| number(&resource.name)).collect();
        let gate = self.gate().renewed(settings, &before);
        // Of another size they are other cells, and nobody asked anything of them.
        let cells = self.cells.resized(settings.cells_count).map_or_else(|| Arc::clone(&self.cells), Arc::new);
        let sketch = self.sketch.resized(settings.sketch_width).map_or_else(|| Arc::clone(&self.sketch), Arc::new);
        let counters = Arc::clone(&self.counters);
        Ok(Self::of(settings, resources, self.keyed.clone(), gate, (cells, sketch, counters)))
    }

    fn of(
        settings: &ShieldSettings,
        resources: Resources,
        keyed: Keyed,
        gate: Gate,
        (cells, sketch, counters): (Arc<Cells>, Arc<Sketch>, Arc<Counters>),
    ) -> Self {
        Self {
            dry_run: settings.dry_run,
            budgets: resources.all().iter().map(Budget::of).collect(),
            limits: Limits::of(&settings.rate),
            overloaded: AtomicBool::new(gate.is_overloaded()),
            gate: Mutex::new(gate),
            keyed,
            cells,
            sketch,
            counters,
            handshakes: Handshakes::new(settings.rate.handshakes_calm_per_s),
            resources,
        }
    }

    /// The resource of a path, without its query.
    pub fn resource(&self, path: &str) -> ResourceId {
        self.resources.find(path)
    }

    /// All resources.
    pub const fn resources(&self) -> &Resources {
        &self.resources
    }

    /// Whether there is an overload, as of the last request.
    pub fn is_overloaded(&self) -> bool {
        self.overloaded.load(Relaxed)
    }

    /// What becomes of a request. Others who wait may be refused for it: see `calls`.
    pub fn judge(&self, asked: &Asked, now: Moment, calls: &mut Calls) -> Verdict {
        self.counters.arrived(asked.class);
        let entered = match self.weigh(asked, now) {
            Ok(_) if !self.resources.get(asked.resource).kind.holds_place() => Entered::Go(free(asked)),
            Ok(weight) => self.enter(asked, weight, now, calls),
            Err(refusal) => Entered::Full(refusal),
        };
        match entered {
            Entered::Go(place) => {
                self.counters.served(asked.class);
                Verdict::Go(place)
            }
            Entered::Wait(waiting) => {
                self.counters.waited(asked.class);
                Verdict::Wait(waiting)
            }
            Entered::Full(refusal) => self.refuse(asked, refusal),
        }
    }

    /// Whether this network may cost one more TLS handshake. What is refused is counted as wanted all the same.
    pub fn handshake(&self, from: Prefix, now: Moment) -> bool {
        let second = u32::try_from(now.ns() / 1_000_000_000).unwrap_or(u32::MAX);
        let limit =
            if self.handshakes.are_many(second) { self.limits.handshake_pressed } else { self.limits.handshake };
        let is_let_in = self.take(HANDSHAKE, from.bits(), limit, now).is_ok();
        self.handshakes.count(second);
        is_let_in
    }

    /// A place that is given back. `delay` is how long the work behind kept the request waiting before it began, or for
    /// the first byte of its answer, whichever is always the same; `None` when that says nothing, as for a request that was
    /// given up early. A request that ran into its deadline has that as its delay.
    pub fn leave(&self, place: Place, delay: Option<Duration>, now: Moment, calls: &mut Calls) {
        if place.held.is_some() {
            self.with_gate(calls, |gate, calls| gate.leave(&place, delay, now, calls));
        }
    }

    /// One who waits went away. `false` when its call is under way already.
    pub fn give_up(&self, ticket: Ticket) -> bool {
        self.gate().give_up(ticket)
    }

    /// What comes with time: those who waited as long as they may, and the end of an overload.
    pub fn tick(&self, now: Moment, calls: &mut Calls) {
        let shed = self.counters.shed();
        self.with_gate(calls, |gate, calls| gate.tick(shed, now, calls));
    }

    /// What was counted, and how the gate stands.
    pub fn counts(&self) -> Counts {
        self.counters.told(self.gate().state())
    }

    /// What speaks against it before it comes to the gate; else how much its source asked lately, if that was looked at.
    fn weigh(&self, asked: &Asked, now: Moment) -> Result<Option<u32>, Refusal> {
        let (class, overloaded) = (asked.class, self.is_overloaded());
        match asked.suspect_rule {
            Some(Rule::NoSuchParcel) => return Err(self.no_such_parcel(asked, now)),
            Some(Rule::Forbidden) if class < Class::Operator => return Err(self.shed(Rule::Forbidden)),
            Some(rule) if overloaded && class < Class::Citizen => return Err(self.shed(rule)),
            _ => {}
        }
        if class >= Class::Citizen {
            self.known_rate(asked, now)?;
            return Ok(None);
        }
        let kind = self.resources.get(asked.resource).kind;
        if !overloaded || kind == Kind::Static {
            self.prefix_rate(asked, now)?;
            return Ok(None);
        }
        if class == Class::Suspect {
            return Err(self.shed(Rule::Overload));
        }
        self.low_in_overload(asked, now).map(Some)
    }

    /// What one is told who names a parcel that does not exist: so much, but no faster than others may ask.
    fn no_such_parcel(&self, asked: &Asked, now: Moment) -> Refusal {
        let asks_too_fast = match asked.class {
            class if class >= Class::Citizen => self.known_rate(asked, now).err(),
            _ if !self.is_overloaded() => self.prefix_rate(asked, now).err(),
            _ => self.tight_rates(asked, now).map_err(rate).err(),
        };
        asks_too_fast.unwrap_or(Refusal { rule: Rule::NoSuchParcel, retry_after_s: 1 })
    }

    /// The rate of one with a key or token, and of a prefix from which such a one came.
    fn known_rate(&self, asked: &Asked, now: Moment) -> Result<(), Refusal> {
        let limit = match asked.class {
            Class::Operator => return Ok(()),
            Class::Partner => self.limits.partner,
            Class::Scanner => self.limits.scanner,
            _ => self.limits.citizen,
        };
        self.cells.take(self.source(asked), limit, now).map_err(rate)
    }

    /// The rate of one that nothing is known of, in quiet times.
    fn prefix_rate(&self, asked: &Asked, now: Moment) -> Result<(), Refusal> {
        self.take(PREFIX, asked.prefix.bits(), self.limits.prefix, now).map_err(rate)
    }

    /// Its rates in an overload: its own, and that of the network around it. Else how long it is to wait.
    fn tight_rates(&self, asked: &Asked, now: Moment) -> Result<(), Duration> {
        let limit = if asked.class == Class::Parcel { self.limits.parcel } else { self.limits.unknown };
        self.take(TIGHT, asked.prefix.bits(), limit, now)?;
        self.take(WIDE, asked.prefix.wide().bits(), self.limits.wide, now)
    }

    /// The tight rates and the budget.
    fn low_in_overload(&self, asked: &Asked, now: Moment) -> Result<u32, Refusal> {
        let weight = self.weight(asked, now);
        // A person is asked for a token and has more with it; a program can only be slower.
        let told = |rule: Rule, wait: Duration| Refusal {
            rule: if asked.program { rule } else { Rule::Token },
            retry_after_s: seconds(wait),
        };
        self.tight_rates(asked, now).map_err(|wait| told(Rule::Rate, wait))?;
        if let Some(budget) = self.budgets.get(asked.resource.index()).and_then(Option::as_ref) {
            // Where numbers are asked for the last part is for those that exist, however light the others are.
            let left = u32::from(asked.class < Class::Parcel && self.resources.get(asked.resource).numbers);
            budget.take(weight, left, now).map_err(|wait| told(Rule::Budget, wait))?;
        }
        Ok(weight)
    }

    /// How much its source asked lately, and counts this request.
    fn weight(&self, asked: &Asked, now: Moment) -> u32 {
        if asked.class >= Class::Citizen {
            return self.sketch.add(self.source(asked), now);
        }
        let (prefix, wide) = (asked.prefix.bits(), asked.prefix.wide().bits());
        let own = self.sketch.add(self.keyed.of(TIGHT, prefix), now);
        own.max(self.sketch.add(self.keyed.of(WIDE, wide), now) / WIDE_SHARE)
    }

    fn source(&self, asked: &Asked) -> u64 {
        match asked.id {
            Some(id) => self.keyed.of(ID + asked.class as u8, id),
            None => self.keyed.of(NO_ID + asked.class as u8, asked.prefix.bits()),
        }
    }

    fn take(&self, domain: u8, value: u64, limit: Limit, now: Moment) -> Result<(), Duration> {
        self.cells.take(self.keyed.of(domain, value), limit, now)
    }

    fn enter(&self, asked: &Asked, weight: Option<u32>, now: Moment, calls: &mut Calls) -> Entered {
        if self.dry_run {
            let mut gate = self.gate();
            return match gate.try_enter(asked) {
                Some(place) => Entered::Go(place),
                None => Entered::Full(gate.refusal(Rule::Overload)),
            };
        }
        let weight = || weight.unwrap_or_else(|| self.weight(asked, now));
        self.with_gate(calls, |gate, calls| gate.enter(asked, weight, now, calls))
    }

    fn refuse(&self, asked: &Asked, refusal: Refusal) -> Verdict {
        if self.dry_run {
            self.counters.would_refuse(asked.class, refusal.rule);
            self.counters.served(asked.class);
            return Verdict::Go(free(asked));
        }
        self.counters.refused(asked.class, refusal.rule);
        Verdict::Refuse(refusal)
    }

    fn shed(&self, rule: Rule) -> Refusal {
        self.gate().refusal(rule)
    }

    fn gate(&self) -> MutexGuard<'_, Gate> {
        self.gate.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Does something at the gate, and counts what it decided about those who waited.
    fn with_gate<T>(&self, calls: &mut Calls, act: impl FnOnce(&mut Gate, &mut Calls) -> T) -> T {
        let before = calls.len();
        let mut gate = self.gate();
        let done = act(&mut gate, calls);
        self.overloaded.store(gate.is_overloaded(), Relaxed);
        drop(gate);
        for call in &calls[before..] {
            match &call.decided {
                Ok(_) => self.counters.served(call.class),
                Err(refusal) => self.counters.refused(call.class, refusal.rule),
            }
        }
        done
    }
}

/// A place that holds nothing.
const fn free(asked: &Asked) -> Place {
    Place { class: asked.class, resource: asked.resource, held: None }
}

fn rate(wait: Duration) -> Refusal {
    Refusal { rule: Rule::Rate, retry_after_s: seconds(wait) }
}
