//! A seeded world in simulated time: an origin with so many slots, the innocent who come as chance has it, and a flood.
//! The shield under test is the only thing between them.

use admission::{
    Asked, Call, Calls, Class, Kind, Moment, Place, Prefix, ResourceSettings, Shield, ShieldSettings, Ticket, Verdict,
};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use std::{
    cmp::Reverse,
    collections::{BinaryHeap, HashMap, VecDeque},
    time::Duration,
};

pub(crate) const MS: u64 = 1_000_000;
pub(crate) const S: u64 = 1_000 * MS;

/// How long the origin works on one request.
#[derive(Clone, Copy)]
pub(crate) enum Work {
    Fixed,
    /// Around the same mean, by an exponential distribution.
    Exponential,
}

/// How bots come.
#[derive(Clone, Copy)]
pub(crate) enum Flood {
    /// So many connections, each with a request under way always; who is refused comes back after 50 ms.
    Waiting(u64),
    /// So many requests per second, whatever becomes of them.
    Open(u64),
}

#[derive(Clone, Copy)]
pub(crate) struct Bots {
    pub(crate) flood: Flood,
    pub(crate) prefixes: u64,
    pub(crate) class: Class,
    /// So many tokens; 0 for none.
    pub(crate) tokens: u64,
    pub(crate) path: &'static str,
    pub(crate) from_ns: u64,
    pub(crate) until_ns: u64,
}

impl Bots {
    pub(crate) fn unknown(flood: Flood, prefixes: u64) -> Self {
        Self { flood, prefixes, class: Class::Unknown, tokens: 0, path: "/page", from_ns: 2 * S, until_ns: u64::MAX }
    }
}

/// Innocents of one class.
#[derive(Clone, Copy)]
struct Innocents {
    class: Class,
    per_s: u64,
    sources: u64,
    path: &'static str,
}

/// A quarter of what 16 slots of 20 ms can do.
const INNOCENTS: [Innocents; 5] = [
    Innocents { class: Class::Operator, per_s: 2, sources: 1, path: "/health" },
    Innocents { class: Class::Partner, per_s: 40, sources: 20, path: "/labels" },
    Innocents { class: Class::Scanner, per_s: 60, sources: 200, path: "/scans" },
    Innocents { class: Class::Citizen, per_s: 80, sources: 2_000, path: "/page" },
    Innocents { class: Class::Unknown, per_s: 20, sources: 5_000, path: "/page" },
];

pub(crate) struct World {
    pub(crate) settings: ShieldSettings,
    pub(crate) slots: usize,
    /// Mean time of work.
    pub(crate) work_ns: u64,
    pub(crate) work: Work,
    /// From when on the origin works so many times as long.
    pub(crate) slower: Option<(u64, u64)>,
    pub(crate) bots: Vec<Bots>,
    pub(crate) until_ns: u64,
    pub(crate) seed: u64,
}

impl World {
    pub(crate) fn new(bots: Vec<Bots>) -> Self {
        Self {
            settings: settings(),
            slots: 16,
            work_ns: 20 * MS,
            work: Work::Fixed,
            slower: None,
            bots,
            until_ns: 12 * S,
            seed: 1,
        }
    }

    pub(crate) fn run(self) -> Seen {
        Run::new(self).run()
    }
}

pub(crate) fn settings() -> ShieldSettings {
    let resources = [
        ("labels", Kind::Label, "/labels"),
        ("scans", Kind::Scan, "/scans"),
        ("page", Kind::Page, "/page"),
        ("search", Kind::Search, "/search/{text}"),
    ];
    let resources =
        resources.into_iter().map(|(name, kind, path)| ResourceSettings::new(name, kind, &[path])).collect();
    ShieldSettings { resources, ..ShieldSettings::default() }
}

/// The gate alone: no tight rates, no budgets.
pub(crate) fn only_the_gate() -> ShieldSettings {
    let mut settings = settings();
    for resource in &mut settings.resources {
        resource.budget_per_s = Some(0);
    }
    for rate in [&mut settings.rate.unknown, &mut settings.rate.prefix, &mut settings.rate.wide] {
        rate.per_s = 0;
    }
    settings
}

/// One request and what became of it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Done {
    pub(crate) class: Class,
    pub(crate) bot: bool,
    pub(crate) came_ns: u64,
    /// How long it took; nothing when it was refused.
    pub(crate) took: Option<u64>,
}

/// A look at the gate, once in 10 ms.
#[derive(Clone, Debug)]
pub(crate) struct Look {
    pub(crate) at_ns: u64,
    pub(crate) overloaded: bool,
    pub(crate) places: u32,
    pub(crate) taken: u32,
    pub(crate) waiting: u32,
    pub(crate) floor_us: Option<u32>,
}

pub(crate) struct Seen {
    pub(crate) done: Vec<Done>,
    pub(crate) looks: Vec<Look>,
    pub(crate) shield: Shield,
    /// How many the origin worked on.
    pub(crate) origin_done: u64,
}

impl Seen {
    pub(crate) fn innocent(&self, class: Class, from_ns: u64, until_ns: u64) -> Share {
        let of = |d: &&Done| !d.bot && d.class == class && (from_ns..until_ns).contains(&d.came_ns);
        Share::of(self.done.iter().filter(of))
    }

    pub(crate) fn bots(&self, from_ns: u64, until_ns: u64) -> Share {
        Share::of(self.done.iter().filter(|d| d.bot && (from_ns..until_ns).contains(&d.came_ns)))
    }

    pub(crate) fn looks(&self, from_ns: u64, until_ns: u64) -> impl Iterator<Item = &Look> {
        self.looks.iter().filter(move |l| (from_ns..until_ns).contains(&l.at_ns))
    }

    /// A table of it, for who looks at a failure.
    pub(crate) fn table(&self, from_ns: u64, until_ns: u64) -> String {
        let mut lines: Vec<String> = Class::ALL
            .into_iter()
            .map(|c| (c, self.innocent(c, from_ns, until_ns)))
            .filter(|(_, s)| s.asked > 0)
            .map(|(c, s)| format!("{:9} {s:?}", c.as_str()))
            .collect();
        lines.push(format!("bots      {:?}", self.bots(from_ns, until_ns)));
        let every = self.looks.iter().step_by(50).map(|l| {
            let (on, floor) = (if l.overloaded { "over" } else { "" }, l.floor_us.unwrap_or(0));
            format!("{:5} ms {:3}/{:3} waiting {:4} floor {floor} {on}", l.at_ns / MS, l.taken, l.places, l.waiting)
        });
        lines.extend(every);
        lines.join("\n")
    }
}

/// What share was served, and how fast.
#[derive(Clone, Debug)]
pub(crate) struct Share {
    pub(crate) asked: usize,
    pub(crate) served: usize,
    pub(crate) p99_ms: f64,
    pub(crate) max_ms: f64,
}

impl Share {
    fn of<'a>(done: impl Iterator<Item = &'a Done>) -> Self {
        let all: Vec<_> = done.collect();
        let mut took: Vec<u64> = all.iter().filter_map(|d| d.took).collect();
        took.sort_unstable();
        let at = |per_mille: usize| {
            took.get((took.len() * per_mille / 1_000).min(took.len().max(1) - 1)).map_or(0.0, |ns| *ns as f64 / 1e6)
        };
        Self { asked: all.len(), served: took.len(), p99_ms: at(990), max_ms: at(1_000) }
    }

    pub(crate) fn percent(&self) -> f64 {
        self.served as f64 * 100.0 / self.asked.max(1) as f64
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Event {
    Tick,
    Innocent(usize),
    /// A connection of these bots asks.
    Bot(usize, u64),
    /// The next of these bots comes.
    Open(usize),
    /// A slot has done its work.
    Done(usize),
}

struct Request {
    class: Class,
    /// Whose it is: of these bots, on that connection.
    bot: Option<(usize, u64)>,
    came_ns: u64,
    began_ns: u64,
    place: Option<Place>,
}

struct Run {
    world: World,
    shield: Shield,
    chance: ChaCha8Rng,
    now: u64,
    events: BinaryHeap<Reverse<(u64, u64, Event)>>,
    order: u64,
    requests: Vec<Request>,
    waiting: HashMap<Ticket, usize>,
    busy: usize,
    queue: VecDeque<usize>,
    seen: Vec<Done>,
    looks: Vec<Look>,
    origin_done: u64,
}

impl Run {
    fn new(world: World) -> Self {
        let shield = Shield::new(&world.settings, [9; 16]).expect("settings");
        let chance = ChaCha8Rng::seed_from_u64(world.seed);
        Self {
            world,
            shield,
            chance,
            now: 0,
            events: BinaryHeap::new(),
            order: 0,
            requests: Vec::new(),
            waiting: HashMap::new(),
            busy: 0,
            queue: VecDeque::new(),
            seen: Vec::new(),
            looks: Vec::new(),
            origin_done: 0,
        }
    }

    fn run(mut self) -> Seen {
        self.at(0, Event::Tick);
        for which in 0..INNOCENTS.len() {
            self.next_innocent(which);
        }
        for which in 0..self.world.bots.len() {
            let bots = self.world.bots[which];
            match bots.flood {
                Flood::Waiting(count) => (0..count).for_each(|n| self.at(bots.from_ns, Event::Bot(which, n))),
                Flood::Open(_) => self.at(bots.from_ns, Event::Open(which)),
            }
        }
        while let Some(Reverse((at, _, event))) = self.events.pop() {
            if at >= self.world.until_ns {
                break;
            }
            self.now = at;
            self.happen(event);
        }
        Seen { done: self.seen, looks: self.looks, shield: self.shield, origin_done: self.origin_done }
    }

    fn at(&mut self, at: u64, event: Event) {
        self.order += 1;
        self.events.push(Reverse((at, self.order, event)));
    }

    fn exponential(&mut self, mean_ns: u64) -> u64 {
        let chance: f64 = self.chance.random_range(1e-9..1.0);
        u64::try_from(Duration::from_nanos(mean_ns).mul_f64(-chance.ln()).as_nanos()).unwrap_or(u64::MAX)
    }

    fn next_innocent(&mut self, which: usize) {
        let gap = self.exponential(S / INNOCENTS[which].per_s);
        self.at(self.now + gap, Event::Innocent(which));
    }

    fn happen(&mut self, event: Event) {
        match event {
            Event::Tick => self.tick(),
            Event::Innocent(which) => {
                self.next_innocent(which);
                let Innocents { class, sources, path, .. } = INNOCENTS[which];
                let source = self.chance.random_range(0..sources);
                let prefix = Prefix::from_bits(0x0a00_0000 + source * 7_919);
                let id = (class > Class::Unknown).then_some((source << 8) | which as u64);
                self.ask(class, prefix, id, path, None);
            }
            Event::Bot(which, n) => self.bot(which, n),
            Event::Open(which) => {
                let Flood::Open(per_s) = self.world.bots[which].flood else { return };
                let gap = self.exponential(S / per_s);
                self.at(self.now + gap, Event::Open(which));
                let n = self.chance.random_range(0..1 << 40);
                self.bot(which, n);
            }
            Event::Done(request) => self.worked(request),
        }
    }

    fn bot(&mut self, which: usize, n: u64) {
        let bots = self.world.bots[which];
        if self.now >= bots.until_ns {
            return;
        }
        // With more sources than connections, a connection is another source each time.
        let source = if bots.prefixes > 4_096 { self.chance.random_range(0..bots.prefixes) } else { n % bots.prefixes };
        let prefix = Prefix::from_bits(0xc000_0000 + source * 257);
        let id = (bots.tokens > 0).then(|| (1 << 50) | (n % bots.tokens));
        self.ask(bots.class, prefix, id, bots.path, Some((which, n)));
    }

    fn tick(&mut self) {
        self.at(self.now + 10 * MS, Event::Tick);
        let mut calls = Calls::new();
        self.shield.tick(Moment::from_ns(self.now), &mut calls);
        self.pass_on(calls);
        let gate = self.shield.counts().gate;
        self.looks.push(Look {
            at_ns: self.now,
            overloaded: gate.overloaded,
            places: gate.places,
            taken: gate.taken,
            waiting: gate.waiting.iter().sum(),
            floor_us: gate.floors_us[self.shield.resource("/page").index()],
        });
    }

    fn ask(&mut self, class: Class, prefix: Prefix, id: Option<u64>, path: &str, bot: Option<(usize, u64)>) {
        let request = self.requests.len();
        self.requests.push(Request { class, bot, came_ns: self.now, began_ns: 0, place: None });
        let resource = self.shield.resource(path);
        let asked = Asked { prefix, class, id, resource, suspect_rule: None, program: true };
        let mut calls = Calls::new();
        match self.shield.judge(&asked, Moment::from_ns(self.now), &mut calls) {
            Verdict::Go(place) => self.begin(request, place),
            Verdict::Wait(waiting) => {
                self.waiting.insert(waiting.ticket, request);
            }
            Verdict::Refuse(_) => self.end(request, false),
        }
        self.pass_on(calls);
    }

    fn pass_on(&mut self, calls: Calls) {
        for call in calls {
            self.called(call);
        }
    }

    fn called(&mut self, call: Call) {
        let request = self.waiting.remove(&call.ticket).expect("a call is for one who waits");
        match call.decided {
            Ok(place) => self.begin(request, place),
            Err(_) => self.end(request, false),
        }
    }

    fn begin(&mut self, request: usize, place: Place) {
        self.requests[request].place = Some(place);
        self.requests[request].began_ns = self.now;
        self.queue.push_back(request);
        self.work();
    }

    fn work(&mut self) {
        while self.busy < self.world.slots {
            let Some(request) = self.queue.pop_front() else { return };
            self.busy += 1;
            let times = self.world.slower.filter(|(from, _)| self.now >= *from).map_or(1, |(_, times)| times);
            let mean = self.world.work_ns * times;
            let took = match self.world.work {
                Work::Fixed => mean,
                Work::Exponential => self.exponential(mean),
            };
            self.at(self.now + took, Event::Done(request));
        }
    }

    fn worked(&mut self, request: usize) {
        self.busy -= 1;
        self.origin_done += 1;
        self.work();
        let done = &mut self.requests[request];
        let (place, began) = (done.place.take().expect("a place"), done.began_ns);
        self.end(request, true);
        let mut calls = Calls::new();
        let delay = Duration::from_nanos(self.now - began);
        self.shield.leave(place, Some(delay), Moment::from_ns(self.now), &mut calls);
        self.pass_on(calls);
    }

    fn end(&mut self, request: usize, served: bool) {
        let Request { class, bot, came_ns, .. } = self.requests[request];
        let took = served.then_some(self.now - came_ns);
        self.seen.push(Done { class, bot: bot.is_some(), came_ns, took });
        let Some((which, n)) = bot else { return };
        if matches!(self.world.bots[which].flood, Flood::Waiting(_)) {
            let pause = if served { 0 } else { 50 * MS };
            self.at(self.now + pause, Event::Bot(which, n));
        }
    }
}
