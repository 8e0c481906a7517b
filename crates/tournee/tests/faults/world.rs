//! One world, lived through in a process of its own: all is well for a while, then the fault comes, and what is said
//! about it is watched the whole time.

use crate::{
    fault::{Crowd, Disk, Door, Fault, Function, Manner, Names, Plan, Way},
    front::{Conduct, Front, Papers},
    load::{Clients, health},
    names::{self, Says},
    net::{self, CARRIER, ELSEWHERE, US, Us},
};
use clock::{Clock, SystemClock};
use rustix::process::{Pid, Signal, kill_process};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use sim::{
    carrier::{Carrier, Options, SharedCarrier},
    dice::Dice,
    scenario::{Baseline, Scenario},
};
use std::{
    io::Write,
    net::SocketAddr,
    path::{Path, PathBuf},
    sync::{Arc, atomic::Ordering},
    time::Duration,
};
use tokio::{
    net::TcpListener,
    sync::watch,
    task::JoinSet,
    time::{Instant, interval, timeout},
};

/// Room for the data.
const DISK_MIB: u32 = 48;
/// How often is asked what is said.
const LOOK_EVERY: Duration = Duration::from_millis(200);
/// How long the start and the time in which all is well may take.
const START_MAX: Duration = Duration::from_secs(120);
/// How long after a fault the right word may be waited for.
const VERDICT_MAX: Duration = Duration::from_secs(90);
/// How long the right word must stand: longer than the time between two judgements.
const STANDS_FOR: Duration = Duration::from_secs(7);
/// How long nothing may be said where there is nothing to say.
const NOTHING_FOR: Duration = Duration::from_secs(30);
/// Calls of a crowd.
const CROWD_COUNT: u32 = 12;
/// How long somebody else's write lasts where ours are slow, and the room between two.
const WRITE_LASTS: Duration = Duration::from_millis(900);
const WRITE_RESTS: Duration = Duration::from_millis(30);
/// How long the carrier may take to close what was kept.
const CLOSING_MAX: Duration = Duration::from_secs(2);
/// Calls of each function before the fault, at least.
const CALLS_MIN: u64 = 4;

/// What came of a run.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Outcome {
    /// What was said at the end.
    pub(crate) verdict: String,
    /// How long after the fault that was first said; for the whole watch where nothing was to be said.
    pub(crate) seconds: f64,
    pub(crate) right: bool,
    /// Everything that was said on the way that accuses the innocent.
    pub(crate) wrong: Vec<String>,
    /// The last health, where something was not right.
    pub(crate) evidence: Value,
}

/// Lives through it; the outcome is the last line that is said.
pub(crate) fn live(plan: Plan, dir: &Path) {
    let data = dir.join("disk");
    net::disk(&data, DISK_MIB);
    let mut us = Us::connect(dir);
    let (papers, roots) = Papers::make();
    let (gateway, api_key) = move_in(&mut us, dir, &plan, &roots);
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
    let outcome = runtime.expect("a runtime").block_on(async {
        let (conduct, behaves) = watch::channel(Conduct::default());
        let (says, said) = watch::channel(Says { carrier: Names::Found, others: Names::Found });
        let options = Options { seed: plan.seed, tracking_lag: Duration::ZERO, ..Options::default() };
        let scenario = Scenario::calm(SystemClock.now(), Baseline::default());
        let carrier = SharedCarrier::new(Carrier::new(Arc::new(scenario), options));
        let front = Arc::new(Front {
            papers,
            carrier,
            conduct: behaves,
            stumbles: Default::default(),
            open: watch::Sender::new(0),
        });
        let mut running = JoinSet::new();
        running.spawn(names::serve(said));
        running.spawn(Arc::clone(&front).serve());
        running.spawn(elsewhere());
        let clients = Clients::new(api_key.clone(), plan.seed);
        let world = World { plan, dir, us, gateway, conduct, says, front, api_key: api_key.into(), running };
        world.run(clients).await
    });
    let told = serde_json::to_string(&outcome).expect("an outcome");
    writeln!(std::io::stdout(), "\n{told}").expect("said");
}

/// Writes the configuration, takes the merchant in and starts the gateway.
#[expect(clippy::disallowed_methods, reason = "a test makes its own files")]
fn move_in(us: &mut Us, dir: &Path, plan: &Plan, roots: &str) -> (Pid, String) {
    let probes = plan.probe_every_ms.map_or_else(String::new, |every| format!("probe_every_ms = {every}\n"));
    let (listen, place) = (US.port(), dir.display());
    let config = format!(
        "listen = \"0.0.0.0:{listen}\"\ndata = \"{place}/disk/data\"\n\
         [carrier.colissimo]\nshipping_url = \"https://ws.{carriers}\"\ntracking_url = \"https://api.{carriers}\"\n\
         extra_roots_pem = \"{place}/roots.pem\"\n\
         [watch]\ncontrol_url = \"https://control.elsewhere.test\"\n{probes}",
        carriers = names::CARRIERS,
    );
    std::fs::write(dir.join("t.toml"), config).expect("written");
    std::fs::write(dir.join("roots.pem"), roots).expect("written");
    let tournee = env!("CARGO_BIN_EXE_tournee");
    let added = us.order(&format!(
        "echo hush | {tournee} merchant add --config {place}/t.toml --name Shop --contract 964744 --password-stdin"
    ));
    let started =
        us.order(&format!("{{ {tournee} serve --config {place}/t.toml > {place}/log 2>&1 < /dev/null & }} && echo $!"));
    let gateway = started.trim().parse().ok().and_then(Pid::from_raw).expect("a process");
    (gateway, added.lines().last().expect("a key").to_owned())
}

#[expect(clippy::disallowed_methods, reason = "somebody elsewhere, in a namespace of these tests")]
async fn elsewhere() {
    let listener = TcpListener::bind(SocketAddr::from((ELSEWHERE, 443))).await.expect("a port elsewhere");
    loop {
        drop(listener.accept().await);
    }
}

struct World<'a> {
    plan: Plan,
    dir: &'a Path,
    us: Us,
    gateway: Pid,
    conduct: watch::Sender<Conduct>,
    says: watch::Sender<Says>,
    front: Arc<Front>,
    api_key: Arc<str>,
    running: JoinSet<()>,
}

impl World<'_> {
    async fn run(mut self, mut clients: Clients) -> Outcome {
        let rate = self.plan.rate;
        tokio::select! {
            () = clients.go_on(rate) => unreachable!("they go on for ever"),
            () = self.warm_up() => {}
        }
        if self.plan.crowd != Crowd::None {
            (0..CROWD_COUNT).for_each(|_| clients.send());
        }
        if self.plan.crowd == Crowd::Served {
            clients.are_served().await;
        }
        self.inject().await;
        tokio::select! {
            () = clients.go_on(rate) => unreachable!("they go on for ever"),
            outcome = self.watch() => outcome,
        }
    }

    /// Until every function was called and every probe made, and for as long as was planned.
    async fn warm_up(&self) {
        let all_well = async {
            let mut looks = interval(LOOK_EVERY);
            loop {
                looks.tick().await;
                if health(&self.api_key).await.is_some_and(|health| is_known(&health)) {
                    return;
                }
            }
        };
        if timeout(START_MAX, all_well).await.is_err() {
            panic!("all is never well: {:#}", self.told(health(&self.api_key).await.unwrap_or_default()));
        }
        pass(self.plan.warm_up).await;
        if let Some(before) = self.plan.hiccup {
            self.front.stumbles.iter().for_each(|one| one.store(true, Ordering::Relaxed));
            pass(before).await;
        }
    }

    /// The fault comes.
    async fn inject(&mut self) {
        let close = |conduct: &mut Conduct| conduct.round += 1;
        match self.plan.way {
            Way::Names { carrier, others } => {
                self.says.send_replace(Says { carrier, others });
                self.conduct.send_modify(close);
            }
            Way::Route(how) => self.us.break_route(how),
            Way::Disk(Disk::Filled) => fill(&self.dir.join("disk/filler")),
            Way::Disk(Disk::Shrunk) => net::shrink(&self.dir.join("disk")),
            Way::Disk(Disk::Slow) => drop(self.running.spawn(write_long(self.dir.join("disk/data/tournee.db")))),
            Way::StopAndGo(stop, go) => drop(self.running.spawn(stop_and_go(self.gateway, self.plan.seed, (stop, go)))),
            Way::Door(door) => self.behave(door, [Manner::Well; 3], true),
            Way::Function(function, manner) => {
                let mut manners = [Manner::Well; 3];
                manners[function as usize] = manner;
                self.behave(Door::Open, manners, false);
            }
            Way::Everything(door, manner) => self.behave(door, [manner; 3], false),
            Way::BlackHole { closed_first } => {
                if closed_first {
                    self.conduct.send_modify(close);
                    // A canary may have made a new one meanwhile, which is kept.
                    let mut open = self.front.open.subscribe();
                    let _ = timeout(CLOSING_MAX, open.wait_for(|open| *open == 0)).await;
                }
                net::swallow(CARRIER);
            }
        }
    }

    fn behave(&self, door: Door, manners: [Manner; 3], close: bool) {
        self.conduct.send_modify(|now| *now = Conduct { door, manners, round: now.round + u64::from(close) });
    }

    /// Until the right word has stood long enough, or the time is over.
    async fn watch(&self) -> Outcome {
        let begun = Instant::now();
        let (mut looks, mut wrong, mut last) = (interval(LOOK_EVERY), Vec::new(), Value::Null);
        let (mut verdict, mut since, mut sign) = ("unknown".to_owned(), 0.0, None);
        loop {
            looks.tick().await;
            let spent = begun.elapsed();
            if let Some(health) = health(&self.api_key).await {
                let said = word(&health);
                if said != verdict {
                    (verdict, since) = (said, spent.as_secs_f64());
                    if self.plan.is_wrong_accusation(&verdict) {
                        wrong.push(format!("{verdict} after {since:.1} s: {}", health["carriers"][0]["evidence"]));
                    }
                }
                if self.is_seen(&health) {
                    sign.get_or_insert(spent);
                }
                last = health;
            }
            let right = self.plan.is_right(&verdict);
            let stands = match self.plan.named() {
                Some(_) => right && spent.as_secs_f64() - since > STANDS_FOR.as_secs_f64(),
                None => sign.is_some_and(|sign| spent > sign + NOTHING_FOR),
            };
            if !stands && spent < VERDICT_MAX {
                continue;
            }
            let right = right && sign.is_some() && wrong.is_empty();
            let seconds = if self.plan.named().is_some() { since } else { spent.as_secs_f64() };
            let evidence = if right { Value::Null } else { self.told(last) };
            return Outcome { verdict, seconds, right, wrong, evidence };
        }
    }

    /// Whether the fault was seen at all, so that a word about it could be said.
    fn is_seen(&self, health: &Value) -> bool {
        match self.plan.fault {
            Fault::OurDisk => own(health, "disk").is_some_and(|bad| bad > 0),
            Fault::OurMachine => ["loopback", "lag"].iter().any(|kind| own(health, kind).is_some_and(|bad| bad > 0)),
            _ => matches!(health["carriers"][0]["condition"].as_str(), Some("slow" | "dark")),
        }
    }

    fn told(&self, mut health: Value) -> Value {
        for one in health["carriers"][0]["functions"].as_array_mut().into_iter().flatten() {
            one["hour"].as_array_mut().into_iter().for_each(|hour| drop(hour.drain(..hour.len().saturating_sub(2))));
        }
        health["log"] = self.log().into();
        health
    }

    /// The end of what the gateway said.
    #[expect(clippy::disallowed_methods, reason = "a test reads what it had written")]
    fn log(&self) -> String {
        let log = std::fs::read_to_string(self.dir.join("log")).unwrap_or_default();
        let lines: Vec<&str> = log.lines().collect();
        lines[lines.len().saturating_sub(12)..].join("\n")
    }
}

/// What is said of the carrier.
fn word(health: &Value) -> String {
    health["carriers"][0]["verdict"].as_str().unwrap_or("unknown").to_owned()
}

/// Whether everything was seen that can be, and all of it is well.
fn is_known(health: &Value) -> bool {
    let probes = ["loopback", "disk", "outside_name", "outside_address"];
    let called = Function::ALL.iter().all(|one| calls(health, *one) >= CALLS_MIN);
    // One of the first may have been slow for the start of all the others.
    called && probes.iter().all(|kind| own(health, kind).is_some_and(|bad| bad <= 1))
}

/// How many calls of this function there were.
fn calls(health: &Value, function: Function) -> u64 {
    let functions = health["carriers"][0]["functions"].as_array().into_iter().flatten();
    let ours = functions.filter(|one| one["function"] == function.name());
    ours.flat_map(|one| one["hour"].as_array().into_iter().flatten())
        .filter_map(|minute| minute["calls"].as_u64())
        .sum()
}

/// How many of these probes of ourselves were bad lately; nothing where there were none.
fn own(health: &Value, kind: &str) -> Option<u64> {
    health["ourselves"].as_array()?.iter().find(|one| one["kind"] == kind)?["bad"].as_u64()
}

/// Lets so much real time pass: a fault lasts, and an answer takes, as long as was drawn.
pub(crate) async fn pass(span: Duration) {
    let _ = timeout(span, std::future::pending::<()>()).await;
}

/// Writes until nothing more has room.
#[expect(clippy::disallowed_methods, reason = "a test fills a disk of its own")]
fn fill(path: &Path) {
    let mut file = std::fs::File::create(path).expect("a file");
    let block = [0_u8; 4096];
    while file.write(&block).is_ok_and(|written| written > 0) {}
}

/// Writes for ever, so long each time that everybody else's writes wait.
async fn write_long(database: PathBuf) {
    let writer = rusqlite::Connection::open(database).expect("the database");
    writer.busy_timeout(VERDICT_MAX).expect("patience");
    loop {
        writer.execute_batch("BEGIN IMMEDIATE").expect("a turn to write");
        pass(WRITE_LASTS).await;
        writer.execute_batch("ROLLBACK").expect("the end of it");
        pass(WRITE_RESTS).await;
    }
}

/// Stops the gateway and lets it go on, for ever; never twice alike, or its timers would come to fire in step.
async fn stop_and_go(gateway: Pid, seed: u64, (stop_ms_max, go_ms_max): (u64, u64)) {
    let mut dice = Dice::new(seed);
    loop {
        kill_process(gateway, Signal::STOP).expect("stopped");
        pass(Duration::from_millis(dice.below(stop_ms_max))).await;
        kill_process(gateway, Signal::CONT).expect("going on");
        pass(Duration::from_millis(dice.below(go_ms_max))).await;
    }
}
