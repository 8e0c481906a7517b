//! The faults, the ways in which a seed lets each come, and what may be said of them.

use carriers::colissimo::{SUIVI, TIMELINE, pickup::PICKUP_REST};
use sim::dice::Dice;
use std::{fmt, str::FromStr, time::Duration};

/// Which stream of the seed's chance decides the manner of a fault.
const FAULT_STREAM: u64 = 7;

/// What breaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Fault {
    /// No name is found at all.
    OurNames,
    /// Nothing comes through between us and everybody.
    OurRoute,
    /// Nothing can be written.
    OurDisk,
    /// Our machine stops and goes, so that everybody seems slow.
    OurMachine,
    /// The carrier's names alone are not found.
    TheirNames,
    /// No encrypted channel to the carrier can be had.
    TheirTls,
    /// One function of the carrier fails.
    OneFunction,
    /// Every function of the carrier fails.
    Everything,
    /// Nothing comes through between us and the carrier alone: nobody can know whose fault that is.
    BlackHole,
}

impl Fault {
    pub(crate) const ALL: [Self; 9] = [
        Self::OurNames,
        Self::OurRoute,
        Self::OurDisk,
        Self::OurMachine,
        Self::TheirNames,
        Self::TheirTls,
        Self::OneFunction,
        Self::Everything,
        Self::BlackHole,
    ];

    const fn name(self) -> &'static str {
        match self {
            Self::OurNames => "our_names",
            Self::OurRoute => "our_route",
            Self::OurDisk => "our_disk",
            Self::OurMachine => "our_machine",
            Self::TheirNames => "their_names",
            Self::TheirTls => "their_tls",
            Self::OneFunction => "one_function",
            Self::Everything => "everything",
            Self::BlackHole => "black_hole",
        }
    }

    /// Whether it is the carrier's: then nothing of ours may be accused, and else neither the carrier nor a function.
    pub(crate) const fn is_theirs(self) -> bool {
        matches!(self, Self::TheirNames | Self::TheirTls | Self::OneFunction | Self::Everything)
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl FromStr for Fault {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        Self::ALL.into_iter().find(|one| one.name() == text).ok_or_else(|| format!("no fault {text:?}"))
    }
}

/// One of the carrier's functions, by the path of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Function {
    Label,
    Pickup,
    Tracking,
}

impl Function {
    pub(crate) const ALL: [Self; 3] = [Self::Label, Self::Pickup, Self::Tracking];

    pub(crate) fn of(path: &str) -> Self {
        match path {
            _ if path.starts_with(PICKUP_REST) => Self::Pickup,
            _ if path.starts_with(SUIVI) || path == TIMELINE => Self::Tracking,
            _ => Self::Label,
        }
    }

    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Label => "label",
            Self::Pickup => "pickup",
            Self::Tracking => "tracking",
        }
    }
}

/// What is said to a question for a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Names {
    Found,
    Silent,
    Refused,
    Failed,
    NoSuchName,
}

/// How the carrier takes a new connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Door {
    Open,
    /// Its certificate is of an authority that nobody trusts.
    OtherAuthority,
    /// Its certificate is somebody else's.
    OtherName,
    /// It answers in plain text.
    Plain,
    /// It hangs up at once.
    Closed,
    /// It takes the connection and says nothing.
    Mute,
}

/// How a function answers a request that it has read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Manner {
    Well,
    Html503,
    Hang,
    HangUp,
    Html200,
}

/// How the route breaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Route {
    /// The cable is out at the other end.
    Unplugged,
    /// We know no way out any more.
    Forgotten,
    /// Somewhere on the way everything is swallowed.
    Swallowed,
}

/// How the disk breaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Disk {
    /// Somebody else fills it.
    Filled,
    /// It is made as small as what is on it.
    Shrunk,
    /// Every write waits long for somebody else's.
    Slow,
}

/// How many calls come at once just before the fault; they leave as many connections behind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Crowd {
    None,
    /// All of them are answered before.
    Served,
    /// They are under way when it comes.
    UnderWay,
}

/// The fault as this seed wants it.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Way {
    Names {
        carrier: Names,
        others: Names,
    },
    Route(Route),
    Disk(Disk),
    /// For how many milliseconds it stands still at most, and for how many it goes on then.
    StopAndGo(u64, u64),
    Door(Door),
    Function(Function, Manner),
    Everything(Door, Manner),
    /// Whether the connections that were kept are closed first, so that nothing but new ones is tried.
    BlackHole {
        closed_first: bool,
    },
}

/// One run, as its seed wants it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Plan {
    pub(crate) fault: Fault,
    pub(crate) seed: u64,
    pub(crate) way: Way,
    /// How long all is well, at least.
    pub(crate) warm_up: Duration,
    /// Calls a second.
    pub(crate) rate: u64,
    /// So long before, one call of each function fails: trouble seems to begin earlier than it does.
    pub(crate) hiccup: Option<Duration>,
    pub(crate) crowd: Crowd,
    /// As configured, or as usual.
    pub(crate) probe_every_ms: Option<u64>,
}

impl Plan {
    pub(crate) fn new(fault: Fault, seed: u64) -> Self {
        let mut dice = Dice::stream(seed.wrapping_mul(16).wrapping_add(fault as u64), FAULT_STREAM);
        // Of the ways of a fault each seed takes the next, so that a few seeds see all of them.
        let turn = seed;
        Self {
            fault,
            seed,
            way: way(fault, turn),
            warm_up: Duration::from_millis(4_000 + dice.below(4_000)),
            rate: 3 + dice.below(4),
            hiccup: dice.chance(0.5).then(|| Duration::from_millis(2_000 + dice.below(12_000))),
            crowd: *dice.pick(&[Crowd::None, Crowd::Served, Crowd::UnderWay]).expect("one"),
            probe_every_ms: dice.chance(0.5).then_some(1_000),
        }
    }

    /// The verdicts that are right; none where there is nobody to be named.
    pub(crate) fn named(&self) -> Option<&'static str> {
        match (self.fault, self.way) {
            (Fault::OurNames | Fault::OurRoute, _) => Some("our_path"),
            (_, Way::Function(function, _)) => Some(function.name()),
            (Fault::OurDisk | Fault::OurMachine | Fault::BlackHole, _) => None,
            _ => Some("carrier"),
        }
    }

    const fn is_ours(&self) -> bool {
        matches!(self.fault, Fault::OurDisk | Fault::OurMachine)
    }

    /// Whether this verdict is right at the end.
    pub(crate) fn is_right(&self, verdict: &str) -> bool {
        match self.named() {
            Some(named) => verdict == named,
            None if self.is_ours() => matches!(verdict, "unknown" | "ours"),
            None => verdict == "unknown",
        }
    }

    /// Whether this verdict accuses somebody who is innocent.
    pub(crate) fn is_wrong_accusation(&self, verdict: &str) -> bool {
        match verdict {
            "unknown" => false,
            "ours" => !self.is_ours(),
            "our_path" => !matches!(self.fault, Fault::OurNames | Fault::OurRoute),
            _ => !self.fault.is_theirs(),
        }
    }
}

fn way(fault: Fault, turn: u64) -> Way {
    let unheard = [Names::Silent, Names::Failed, Names::NoSuchName, Names::Refused];
    match fault {
        Fault::OurNames => {
            let says = next(turn, &unheard);
            Way::Names { carrier: says, others: says }
        }
        Fault::TheirNames => Way::Names { carrier: next(turn, &unheard), others: Names::Found },
        Fault::OurRoute => Way::Route(next(turn, &[Route::Unplugged, Route::Swallowed, Route::Forgotten])),
        Fault::OurDisk => Way::Disk(next(turn, &[Disk::Filled, Disk::Slow, Disk::Shrunk])),
        Fault::OurMachine => {
            let (stop, go) = next(turn, &[(1_500, 200), (1_000, 600), (3_000, 1_500), (800, 100)]);
            Way::StopAndGo(stop, go)
        }
        Fault::TheirTls => {
            let doors = [Door::OtherAuthority, Door::Plain, Door::Mute, Door::Closed, Door::OtherName];
            Way::Door(next(turn, &doors))
        }
        Fault::OneFunction => {
            let ways = [
                (Function::Label, Manner::Html503),
                (Function::Label, Manner::Hang),
                (Function::Pickup, Manner::Hang),
                (Function::Label, Manner::HangUp),
                (Function::Tracking, Manner::Html503),
                (Function::Label, Manner::Html200),
            ];
            let (function, manner) = next(turn, &ways);
            Way::Function(function, manner)
        }
        Fault::Everything => {
            let ways = [
                (Door::Mute, Manner::Hang),
                (Door::Open, Manner::Html503),
                (Door::Open, Manner::Hang),
                (Door::Closed, Manner::HangUp),
            ];
            let (door, manner) = next(turn, &ways);
            Way::Everything(door, manner)
        }
        Fault::BlackHole => Way::BlackHole { closed_first: !turn.is_multiple_of(2) },
    }
}

fn next<T: Copy>(turn: u64, all: &[T]) -> T {
    let at = usize::try_from(turn).unwrap_or_default() % all.len();
    all[at]
}
