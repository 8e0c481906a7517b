//! The child: the gateway as it ships, with short times, and with an order to kill itself.
//!
//! It says its address on its standard output and lives until its standard input ends, so that it never outlives the
//! test. Its end is SIGKILL, sent to itself from the thread that commits or by its parent.

use crate::death::{Death, Moment};
use dispatch::Limits;
use std::{
    io::{Read, Write},
    net::{Ipv4Addr, SocketAddr},
    path::Path,
    process::{Child, Command, Stdio},
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};
use store::{BoundaryHook, SealingKey};
use tournee::{
    Config, Gateway,
    config::{BaseUrl, Carriers, Colissimo, DropIn, PolicySection},
    gateway::Parts,
};

const DIR: &str = "TOURNEE_CRASH_DIR";
const CARRIER: &str = "TOURNEE_CRASH_CARRIER";
const DEATH: &str = "TOURNEE_CRASH_DEATH";
/// What stands before the address on the line that says it.
pub(crate) const LISTENING: &str = "listening on ";

/// The key under which the logins of all these worlds are sealed.
pub(crate) fn key() -> SealingKey {
    SealingKey::from_bytes([7; 32])
}

/// Starts a gateway on this directory in front of this carrier, to die then if it is to die by its own hand.
pub(crate) fn spawn(dir: &Path, carrier: SocketAddr, death: Option<Death>) -> Child {
    let mut command = Command::new(std::env::current_exe().expect("this test"));
    command.args(["the_gateway_that_is_killed", "--exact", "--nocapture", "--test-threads=1"]);
    command.env(DIR, dir).env(CARRIER, format!("http://{carrier}"));
    if let Some(death) = death {
        command.env(DEATH, death.to_string());
    }
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("a child")
}

/// The child's life.
pub(crate) fn live() {
    let (Ok(dir), Ok(carrier)) = (std::env::var(DIR), std::env::var(CARRIER)) else { return };
    let death = std::env::var(DEATH).ok().map(|text| text.parse().expect("a death"));
    let carrier: BaseUrl = carrier.parse().expect("a base");
    let mut parts = Parts::new(config(Path::new(&dir), carrier), key()).expect("parts");
    parts.boundary = death.and_then(own_hand);
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
    runtime.expect("a runtime").block_on(async {
        let gateway = Gateway::of(parts).await.expect("a gateway");
        writeln!(std::io::stdout(), "{LISTENING}{}", gateway.addr()).expect("heard");
        let parent_gone = tokio::task::spawn_blocking(|| std::io::stdin().read_to_end(&mut Vec::new()));
        let _ = parent_gone.await;
        gateway.shutdown().await.expect("closed");
    });
}

/// The hook by which the process kills itself, where it is to die around a commit.
fn own_hand(death: Death) -> Option<BoundaryHook> {
    let Moment::Journal(kind) = death.at else { return None };
    let passed = AtomicU64::new(0);
    Some(Arc::new(move |boundary| {
        if boundary == kind && passed.fetch_add(1, Ordering::SeqCst) + 1 == death.nth {
            kill_me();
        }
    }))
}

/// Never returns: the signal cannot be caught.
fn kill_me() {
    let myself = rustix::process::getpid();
    rustix::process::kill_process(myself, rustix::process::Signal::KILL).expect("sent");
    loop {
        std::thread::park();
    }
}

/// The gateway as configured by its operator, with times that fit a life of a tenth of a second.
fn config(dir: &Path, carrier: BaseUrl) -> Config {
    Config {
        listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
        data: dir.to_path_buf(),
        carrier: Carriers {
            colissimo: Colissimo { shipping_url: carrier.clone(), tracking_url: carrier, ..Colissimo::default() },
        },
        runner: runner::Settings {
            patience_ms: 60,
            late_ms: 30,
            relay_ms: 200,
            label: hasty(),
            tracking: hasty(),
            ..runner::Settings::default()
        },
        policy: PolicySection {
            settle_ms: 40,
            backoff_first_ms: 4,
            backoff_max_ms: 30,
            // However often it is killed, no order is left to a person here.
            probes_max: u32::MAX,
            unknowns_max: u32::MAX,
            ..PolicySection::default()
        },
        dropin: DropIn { wait_ms: 300, ..DropIn::default() },
        ..Config::default()
    }
}

fn hasty() -> Limits {
    Limits {
        in_flight_max: 16,
        per_second_max: 2_000.0,
        failures_to_dark: 6,
        silence_ms_max: 500,
        canary_first_ms: 5,
        canary_every_ms: 5,
        ramp_per_second: 20_000.0,
        retry_share: 1.0,
        retry_per_second: 1_000.0,
        retry_burst: 100.0,
    }
}
