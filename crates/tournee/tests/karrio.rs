//! Karrio's Colissimo client as published, with nothing changed but where its carrier is, against the carrier-compatible
//! endpoint: labels while the carrier is well, the same label for the same order after a timeout, and tracking.
//!
//! Wants a Python with Karrio in it, which `cargo xtask test` sets up and names in the environment. Without one each
//! test says that it was skipped, and why.

use clock::{Clock, ManualClock, SystemClock, Time};
use dispatch::{Limits, Via};
use parcel::ParcelNumber;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use sim::{
    carrier::{Carrier, Entry, Options, SharedCarrier},
    scenario::{Baseline, Function, Manner, Phase, Scenario},
    wire::{Setup, WireServer},
};
use std::{
    io::Write,
    net::{Ipv4Addr, SocketAddr},
    path::Path,
    process::{Command, Stdio},
    sync::Arc,
    time::Duration,
};
use store::{Filter, SealingKey};
use tempfile::TempDir;
use tournee::{
    Config, Gateway,
    config::{BaseUrl, Carriers, Colissimo, DropIn, PolicySection},
};

/// Names the Python to use.
const PYTHON: &str = "TOURNEE_TEST_PYTHON";
const SCRIPT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/karrio/make_label.py");
/// How long the gateway waits for the carrier before the attempt counts as unknown, in milliseconds.
const PATIENCE_MS: u64 = 200;
/// For how long the gateway keeps its client waiting, in milliseconds. Karrio itself would wait for ever.
const DROP_IN_WAIT_MS: u64 = 400;
/// What a client may wait for its answer at most, on a machine that has much else to do.
const IN_TIME_S: f64 = 10.0;
/// How long the gateway may take to find a label by itself.
const FOUND_WITHIN: Duration = Duration::from_secs(60);
/// The carrier's error id of *service unavailable*.
const UNAVAILABLE: &str = "40015";

/// The Python, or a word on why the test is skipped.
fn python() -> Option<String> {
    let python = std::env::var(PYTHON).ok();
    if python.is_none() {
        let why =
            format!("skipped: {PYTHON} names no Python with Karrio in it; run `cargo xtask test`, which sets one up");
        writeln!(std::io::stdout(), "{why}").expect("said");
    }
    python
}

/// How the carrier is ill.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Illness {
    /// It makes each label and never says so.
    Mute,
    /// It answers after more than its client's patience, and less than a minute.
    Late,
}

impl Illness {
    fn phase(self, at: Time) -> Phase {
        Phase {
            at,
            functions: vec![Function::Label],
            // From half the middle time to five and a half times it: more than both waits and less than `late_ms`.
            latency_factor: if self == Self::Late { 250.0 } else { 1.0 },
            error_rate: if self == Self::Mute { 1.0 } else { 0.0 },
            alternate: None,
            dark: false,
            dark_as: [Manner::NoAnswer].into(),
        }
    }
}

/// What the script said.
#[derive(Debug)]
struct Answer(Value);

impl Answer {
    /// Number and digest of a label that Karrio took as one.
    fn label(&self) -> (ParcelNumber, String) {
        assert!(self.messages().is_empty(), "{self:?}");
        assert_eq!(self.0["label_begins"], "%PDF-", "{self:?}");
        let text = |name: &str| self.0[name].as_str().unwrap_or_default().to_owned();
        (text("tracking_number").parse().expect("a number"), text("label_sha256"))
    }

    fn messages(&self) -> &[Value] {
        self.0["messages"].as_array().map_or(&[], Vec::as_slice)
    }

    /// Holds that Karrio was told in the carrier's words, and soon, that there is no label yet.
    fn is_told_to_ask_again(&self) {
        assert!(self.0["tracking_number"].is_null(), "{self:?}");
        let message = self.messages().first().and_then(|message| message["message"].as_str()).unwrap_or_default();
        assert!(message.starts_with("Service momentanément indisponible"), "{self:?}");
        let answer = self.0["answers"][0].as_str().unwrap_or_default();
        assert!(answer.contains(&format!("\"id\":\"{UNAVAILABLE}\"")), "{answer}");
        let seconds = self.0["seconds"].as_f64().expect("a time");
        assert!(seconds < IN_TIME_S, "told after {seconds} s");
    }
}

/// A gateway in front of a carrier that is ill at first, where it is to be, until it is healed.
struct House {
    gateway: Gateway,
    carrier: WireServer,
    clock: Arc<ManualClock>,
    well: Time,
    _data: TempDir,
}

impl House {
    /// The carrier lives in a time of illness first, when there is one.
    async fn with(illness: Option<Illness>) -> Self {
        let well = SystemClock.now();
        let ill = well.plus(Duration::from_secs(3_600));
        let baseline = Baseline { latency: Duration::from_millis(5), worked_share_slow: 1.0, ..Baseline::default() };
        let mut scenario = Scenario::calm(well, baseline);
        scenario.phases.extend(illness.map(|illness| illness.phase(ill)));
        let clock = Arc::new(ManualClock::at(if illness.is_some() { ill } else { well }));
        let carrier = carrier(scenario, Arc::clone(&clock)).await;
        let data = tempfile::tempdir().expect("a directory");
        let config = config(data.path(), carrier.local_addr(), illness);
        let gateway = Gateway::start(config, SealingKey::from_bytes([7; 32])).await.expect("a gateway");
        Self { gateway, carrier, clock, well, _data: data }
    }

    /// From now on the carrier is well.
    fn heal(&self) {
        self.clock.set(self.well);
    }

    /// Asks Karrio for a label for this order, as a shop does.
    fn label(&self, python: &str, order: &str) -> Answer {
        // The day after tomorrow, so that a midnight in between makes no order late.
        let day = self.well.plus(Duration::from_secs(2 * 86_400)).paris_date().to_string();
        self.karrio(python, &["label", order, &day])
    }

    fn karrio(&self, python: &str, what: &[&str]) -> Answer {
        let base = format!("http://{}", self.gateway.addr());
        let mut command = Command::new(python);
        command.arg(SCRIPT).args([format!("{base}/lf/sls-ws/SlsServiceWSRest/2.0"), format!("{base}/suivi/v2")]);
        let output = command.args(what).stdin(Stdio::null()).output().expect("the Python runs");
        let said = String::from_utf8_lossy(&output.stdout);
        let trouble = String::from_utf8_lossy(&output.stderr);
        let last = said.lines().last().and_then(|line| serde_json::from_str(line).ok());
        Answer(last.unwrap_or_else(|| panic!("{}: {said}\n{trouble}", output.status)))
    }

    fn numbers_made(&self) -> Vec<ParcelNumber> {
        self.book().iter().map(|entry| entry.number).collect()
    }

    fn book(&self) -> Vec<Entry> {
        self.carrier.carrier().read(|book| book.entries().to_vec())
    }

    /// The labels that the gateway holds, each with the digest of its bytes, once it has one for every shipment.
    async fn held(&self) -> Vec<(ParcelNumber, String)> {
        tokio::time::timeout(FOUND_WITHIN, self.settled()).await.expect("every shipment has its label in time")
    }

    async fn settled(&self) -> Vec<(ParcelNumber, String)> {
        let store = self.gateway.store();
        let mut held = Vec::new();
        for merchant in store.merchants().await.expect("read") {
            for view in store.list(&merchant.id, Filter::default(), None, 100).await.expect("read").items {
                assert_eq!(view.via, Via::DropIn);
                let id = view.intent.id;
                let mut watch = store.watch(id);
                let label = loop {
                    match store.label(&merchant.id, id).await.expect("read") {
                        Some(label) => break label,
                        None => watch.changed().await,
                    }
                };
                held.push((label.number, digest(&label.bytes)));
            }
        }
        held
    }

    async fn end(self) {
        self.gateway.shutdown().await.expect("closed");
        self.carrier.shutdown().await;
    }
}

fn digest(label: &[u8]) -> String {
    Sha256::digest(label).iter().map(|byte| format!("{byte:02x}")).collect()
}

async fn carrier(scenario: Scenario, clock: Arc<ManualClock>) -> WireServer {
    let options = Options { tracking_lag: Duration::ZERO, ..Options::default() };
    let carrier = SharedCarrier::new(Carrier::new(Arc::new(scenario), options));
    let setup = Setup { carrier, clock, on_exchange: None };
    WireServer::start(loopback(), setup).await.expect("a carrier")
}

fn loopback() -> SocketAddr {
    SocketAddr::from((Ipv4Addr::LOCALHOST, 0))
}

fn config(data: &Path, carrier: SocketAddr, illness: Option<Illness>) -> Config {
    let carrier: BaseUrl = format!("http://{carrier}").parse().expect("a base");
    let late_ms = if illness == Some(Illness::Late) { 60_000 } else { 100 };
    let label = Limits { canary_first_ms: 50, canary_every_ms: 50, ..Limits::default() };
    Config {
        listen: loopback(),
        data: data.to_path_buf(),
        carrier: Carriers {
            colissimo: Colissimo { shipping_url: carrier.clone(), tracking_url: carrier, ..Colissimo::default() },
        },
        runner: runner::Settings { patience_ms: PATIENCE_MS, late_ms, label, ..runner::Settings::default() },
        policy: PolicySection { settle_ms: late_ms + 100, backoff_first_ms: 100, ..PolicySection::default() },
        dropin: DropIn { wait_ms: DROP_IN_WAIT_MS, ..DropIn::default() },
        ..Config::default()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_well_carrier_gives_a_label_and_a_track() {
    let Some(python) = python() else { return };
    let house = House::with(None).await;
    let label = house.label(&python, "K-1001").label();
    assert_eq!(house.held().await, std::slice::from_ref(&label), "byte for byte as the gateway holds it");
    assert_eq!(house.label(&python, "K-1001").label(), label, "the same order again");
    let other = house.label(&python, "K-1002").label();
    assert_ne!(other.0, label.0, "another order");
    assert_eq!(house.numbers_made(), [label.0, other.0]);

    let number = label.0.to_string();
    let track = house.karrio(&python, &["track", &number]);
    assert_eq!(track.0["tracks"], json!([{"tracking_number": number, "delivered": false, "events": ["DR1"]}]));
    assert!(track.messages().is_empty(), "{track:?}");
    house.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_label_that_was_made_and_never_told_is_made_up_for_once() {
    let Some(python) = python() else { return };
    let house = House::with(Some(Illness::Mute)).await;
    house.label(&python, "K-2001").is_told_to_ask_again();
    house.heal();
    let held = house.held().await;
    for _ in 0..2 {
        assert_eq!([house.label(&python, "K-2001").label()], *held, "one label for one order");
    }
    let (lost, told): (Vec<Entry>, Vec<Entry>) = house.book().into_iter().partition(|entry| entry.lost);
    assert!(!lost.is_empty(), "the carrier had made a label before");
    assert_eq!(told.iter().map(|entry| entry.number).collect::<Vec<_>>(), [held[0].0]);
    house.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_late_answer_is_the_label_of_its_order() {
    let Some(python) = python() else { return };
    let house = House::with(Some(Illness::Late)).await;
    house.label(&python, "K-3001").is_told_to_ask_again();
    let held = house.held().await;
    house.heal();
    for _ in 0..2 {
        assert_eq!([house.label(&python, "K-3001").label()], *held, "one label for one order");
    }
    assert_eq!(house.numbers_made(), [held[0].0], "the carrier was asked once");
    house.end().await;
}
