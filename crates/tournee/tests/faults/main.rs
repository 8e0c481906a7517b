//! Faults are made in namespaces of their own, and whose they are said to be is held against whose they are: our names,
//! our route, our disk, our machine, their names, their TLS, one of their functions, all of them, and a black hole between us and
//! them, of which nobody can know. Seeds decide how each comes.
//!
//! Each run is a world: network, mount and process namespaces, which end with it. In it are the built binary, a carrier
//! behind TLS, somebody elsewhere, a name service and clients; its load never leaves it. A world is lived through by a
//! child: this very test program, asked for [`the_world_that_breaks`] alone. Where namespaces cannot be made the test
//! says that it was skipped, and why.

mod fault;
mod front;
mod load;
mod names;
mod net;
mod world;

use fault::{Fault, Plan};
use std::{
    fmt::Write as _,
    io::{Read, Write},
    path::Path,
    process::{Child, Command, Stdio},
    sync::{
        Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
};
use world::Outcome;

const FAULT: &str = "TOURNEE_FAULT";
const SEED: &str = "TOURNEE_FAULT_SEED";
const PLACE: &str = "TOURNEE_FAULT_PLACE";
/// Seeds of each fault.
const SEEDS_COUNT: u64 = 5;
/// Worlds at a time: most of a world's time is waiting.
const AT_A_TIME: usize = 16;
/// Of a hundred runs, those that must end with the right word.
const RIGHT_PERCENT_MIN: usize = 95;

/// Not a test of its own: one world. Without its orders in the environment it does nothing.
#[test]
fn the_world_that_breaks() {
    let read = |name| std::env::var(name).ok();
    let (Some(fault), Some(seed), Some(place)) = (read(FAULT), read(SEED), read(PLACE)) else { return };
    let plan = Plan::new(fault.parse().expect("a fault"), seed.parse().expect("a seed"));
    // When nobody waits for it any more it ends, and everything in its namespaces with it.
    thread::spawn(|| {
        let _ = std::io::stdin().read_to_end(&mut Vec::new());
        std::process::exit(1);
    });
    world::live(plan, Path::new(&place));
}

#[test]
fn each_fault_is_laid_at_the_right_door() {
    let flags = match net::apart() {
        Ok(flags) => flags,
        Err(why) => return say(&format!("skipped: network namespaces cannot be made here: {why}")),
    };
    let plans: Vec<Plan> = (0..SEEDS_COUNT).flat_map(|seed| Fault::ALL.map(|fault| Plan::new(fault, seed))).collect();
    let plans: Vec<Plan> = plans.into_iter().filter(is_asked_for).collect();
    let (next, outcomes) = (AtomicUsize::new(0), Mutex::new(Vec::new()));
    thread::scope(|scope| {
        for _ in 0..AT_A_TIME.min(plans.len()) {
            scope.spawn(|| {
                while let Some(plan) = plans.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let outcome = run(&flags, plan);
                    let mut outcomes = outcomes.lock().expect("no other has failed");
                    say(&line(plan, &outcome, (outcomes.len() + 1, plans.len())));
                    outcomes.push(outcome);
                }
            });
        }
    });
    let outcomes = outcomes.into_inner().expect("nobody has failed");
    let right = outcomes.iter().filter(|one| one.right).count();
    let wrong: Vec<&String> = outcomes.iter().flat_map(|one| &one.wrong).collect();
    let percent = right * 100 / outcomes.len();
    say(&format!("{right} of {} right ({percent} %), {} wrong accusations", outcomes.len(), wrong.len()));
    assert!(wrong.is_empty(), "somebody innocent was accused: {wrong:#?}");
    assert!(percent >= RIGHT_PERCENT_MIN, "{percent} % are right; at least {RIGHT_PERCENT_MIN} % should be");
}

/// All are, unless the environment names a fault or a seed, by which one run can be looked at.
fn is_asked_for(plan: &Plan) -> bool {
    let is = |name, value: String| std::env::var(name).map_or(true, |asked| asked == value);
    is(FAULT, plan.fault.to_string()) && is(SEED, plan.seed.to_string())
}

/// Lives through one world.
fn run(flags: &[&str], plan: &Plan) -> Outcome {
    let place = tempfile::tempdir().expect("a directory");
    std::fs::create_dir(place.path().join("disk")).expect("a place for a disk");
    let mut command = Command::new("unshare");
    command.args(flags).arg(std::env::current_exe().expect("this test"));
    command.args(["the_world_that_breaks", "--exact", "--nocapture", "--test-threads=1"]);
    command.env(FAULT, plan.fault.to_string()).env(SEED, plan.seed.to_string()).env(PLACE, place.path());
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut world = Ends(command.spawn().expect("a world"));
    let mut complaints = world.0.stderr.take().expect("piped");
    let complaints = thread::spawn(move || {
        let mut all = Vec::new();
        let _ = complaints.read_to_end(&mut all);
        String::from_utf8_lossy(&all).into_owned()
    });
    let mut said = String::new();
    world.0.stdout.take().expect("piped").read_to_string(&mut said).expect("text");
    let outcome = said.lines().find_map(|line| serde_json::from_str(line).ok());
    drop(world);
    let complaints = complaints.join().expect("read");
    outcome.unwrap_or_else(|| panic!("{plan:?} did not come to an end: {said}{complaints}"))
}

/// A world that ends with the test, however that ends.
struct Ends(Child);

impl Drop for Ends {
    fn drop(&mut self) {
        // It has ended already where all went well.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn line(plan: &Plan, outcome: &Outcome, (nth, of): (usize, usize)) -> String {
    let expected = plan.named().unwrap_or("nobody");
    let mark = if outcome.right { "" } else { "  NOT RIGHT" };
    let Outcome { verdict, seconds, .. } = outcome;
    let mut line = format!(
        "{nth:>3}/{of} {:<13} seed {} expected {expected:<9} said {verdict:<9} {seconds:>5.1} s{mark}",
        plan.fault, plan.seed
    );
    if !outcome.right {
        write!(line, "\n{plan:?}\n{:#?}\n{:#}", outcome.wrong, outcome.evidence).expect("a text");
    }
    line
}

fn say(line: &str) {
    writeln!(std::io::stdout(), "{line}").expect("said");
}
