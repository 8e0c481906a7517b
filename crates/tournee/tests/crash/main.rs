//! The process is killed with SIGKILL at every boundary of the journal and in the middle of every part of an exchange,
//! a thousand seeded times, over real sockets and a real file. What it had promised must hold each time.
//!
//! Each test lives through some worlds of its own seed. A world is one data directory, one simulated carrier with its
//! faults, and clients that want labels; in it the gateway lives and is killed again and again, then lives to the end.
//! The carrier and the clients are in the test's own process. The gateway is a child: this very test program, asked
//! for [`the_gateway_that_is_killed`] alone, so that nothing of this stands in the program that ships.

mod audit;
mod carrier;
mod child;
mod clients;
mod death;
mod http;
mod tally;
mod world;

use audit::Ways;
use death::Deaths;
use std::io::Write;

/// Deaths per world; the directory grows old enough for earlier deaths to matter to later ones.
const DEATHS_PER_WORLD: u64 = 25;
/// Worlds per test: with eight tests, a thousand deaths.
const WORLDS_PER_TEST: u64 = 5;

/// Not a test of its own: the process that is killed. Without its orders in the environment it does nothing.
#[test]
fn the_gateway_that_is_killed() {
    child::live();
}

macro_rules! a_thousand_deaths {
    ($($name:ident: $part:literal,)*) => {$(
        #[test]
        fn $name() {
            die($part);
        }
    )*};
}

a_thousand_deaths! {
    deaths_1_to_125: 0,
    deaths_126_to_250: 1,
    deaths_251_to_375: 2,
    deaths_376_to_500: 3,
    deaths_501_to_625: 4,
    deaths_626_to_750: 5,
    deaths_751_to_875: 6,
    deaths_876_to_1000: 7,
}

/// Lives through the worlds of one part, and holds that every kind of death was died.
fn die(part: u64) {
    let (mut died, mut ways) = (Deaths::default(), Ways::default());
    for seed in part * WORLDS_PER_TEST..(part + 1) * WORLDS_PER_TEST {
        ways += world::live_through(seed, DEATHS_PER_WORLD, &mut died);
    }
    let missing = died.missing();
    assert!(missing.is_empty(), "never died at {missing:?}");
    assert_eq!(died.total(), WORLDS_PER_TEST * DEATHS_PER_WORLD);
    assert!(ways.all().iter().all(|count| *count > 0), "a way was never gone: {ways:?}");
    writeln!(std::io::stdout(), "{died}; {ways:?}").expect("said");
}
