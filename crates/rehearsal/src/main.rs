//! `rehearsal`: the flood and the innocent against a door on this machine, and what came of them on one page.
//!
//! It starts the simulated origin, waits until the door answers, lets the innocent come alone and then beside the flood, and
//! prints the page. Without `--door` the origin itself is the door: what happens with nothing in front.

use clap::{Parser, ValueEnum};
use rehearsal::{
    Capacity, Connections, Crowd, Door, Flood, Keys, Loopback, Moment, Origin, Plan, Report, Requests, Seconds,
    Sources, believing, rehearse,
};
use std::{
    path::{Path, PathBuf},
    process::ExitCode,
    sync::Arc,
    time::Duration,
};

/// How long the door may take to start.
const DOOR_START_MAX: Duration = Duration::from_secs(60);

/// Who the flood is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Model {
    /// 1,000 sources that keep their connections for 50 requests.
    Strong,
    /// 100,000 sources with a connection for every request.
    Weak,
}

/// A seeded flood with the innocent beside it, to loopback alone.
#[derive(Parser)]
struct Arguments {
    /// What is rehearsed: an address in 127.0.0.0/8 or ::1, with its port. Without it, the origin itself.
    #[arg(long)]
    door: Option<Loopback>,
    /// Where the door speaks HTTP/2 with prior knowledge, if it does.
    #[arg(long)]
    http2: Option<Loopback>,
    /// The door speaks TLS; its certificate is not looked at.
    #[arg(long, requires = "door")]
    tls: bool,
    /// The port of 127.0.0.1 on which the simulated origin listens: the door's upstream.
    #[arg(long, default_value_t = 9_000)]
    origin_port: u16,
    /// Who the flood is.
    #[arg(long, value_enum, default_value = "strong")]
    model: Model,
    /// Addresses that the flood comes from, instead of the model's.
    #[arg(long)]
    sources: Option<Sources>,
    /// Connections of the flood that ask and wait: few make a closed loop, many an open one.
    #[arg(long, default_value = "2000")]
    connections: Connections,
    /// Connections of the flood that are slow.
    #[arg(long, default_value = "500")]
    slow: Connections,
    /// The flood's requests a second, as a multiple of what the origin can do.
    #[arg(long, default_value_t = 10)]
    times: u32,
    /// Requests of the flood, at most.
    #[arg(long, default_value = "5000000")]
    requests: Requests,
    /// How long the innocent are alone, in seconds.
    #[arg(long, default_value = "5")]
    unloaded_s: Seconds,
    /// How long the flood is on before the innocent are counted, in seconds.
    #[arg(long, default_value = "2")]
    settle_s: Seconds,
    /// How long the innocent are counted beside the flood, in seconds.
    #[arg(long, default_value = "20")]
    seconds: Seconds,
    /// Of a hundred people, how many share an address with the flood.
    #[arg(long, default_value_t = 10)]
    shared_percent: u64,
    /// Requests of the innocent a second.
    #[arg(long, default_value_t = 160.0)]
    innocents_per_s: f64,
    /// How long the innocent wait for an answer, in milliseconds.
    #[arg(long, default_value_t = 2_000)]
    patience_ms: u64,
    /// A key of a shop's program; may be given again.
    #[arg(long)]
    app_key: Vec<String>,
    /// A key of a scanning device; may be given again.
    #[arg(long)]
    scanner_key: Vec<String>,
    /// The key of the operator's probes.
    #[arg(long)]
    probe_key: Vec<String>,
    /// What everything is drawn from.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Writes the report as JSON.
    #[arg(long)]
    json: Option<PathBuf>,
}

fn main() -> ExitCode {
    match run(&Arguments::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(e) => {
            say(&format!("rehearsal: {e}"));
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: &Arguments) -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
    let capacity = Capacity::default();
    let origin = Origin::start(capacity, arguments.seed, arguments.origin_port)?;
    say(&format!("origin: {} on {}", capacity_text(capacity), origin.address()));
    let http1 = arguments.door.unwrap_or(origin.address());
    let http2 = arguments.http2.or(arguments.door.is_none().then_some(http1));
    wait_for(http1)?;
    let plan = plan(arguments, capacity);
    let tls = if arguments.tls { Some(Arc::new(believing()?)) } else { None };
    let http2 = http2.or(arguments.tls.then_some(http1));
    let outcome = rehearse(&plan, &Door { http1, http2, tls }, &origin, &mut |moment| say(progress(moment)))?;
    let report = Report::new(plan, outcome);
    print(&report.page());
    arguments.json.as_deref().map_or(Ok(()), |file| write(file, &report))
}

fn capacity_text(capacity: Capacity) -> String {
    format!("{} at once, {} ms each, {:.0}/s", capacity.slots, capacity.service.as_millis(), capacity.per_s())
}

fn plan(arguments: &Arguments, capacity: Capacity) -> Plan {
    let (sources, per_connection) = match arguments.model {
        Model::Strong => (1_000, 50),
        Model::Weak => (100_000, 1),
    };
    let flood = Flood {
        sources: arguments.sources.unwrap_or(Sources::at_most(sources)),
        connections: arguments.connections,
        slow: arguments.slow,
        per_s: u64::from(arguments.times) * capacity.slots as u64 * 1_000
            / u64::from(capacity.service.subsec_millis().max(1)),
        per_connection,
        requests: arguments.requests,
        lasts: Seconds::at_most(u64::MAX),
    };
    let or = |given: &[String], default: Vec<String>| if given.is_empty() { default } else { given.to_vec() };
    let keys = Keys::default();
    let keys = Keys {
        app: or(&arguments.app_key, keys.app),
        scanner: or(&arguments.scanner_key, keys.scanner),
        probe: or(&arguments.probe_key, keys.probe),
    };
    let crowd = Crowd {
        per_s: arguments.innocents_per_s,
        shared_percent: arguments.shared_percent,
        patience_ms: arguments.patience_ms,
        keys,
    };
    let Arguments { seed, unloaded_s, settle_s, seconds, .. } = *arguments;
    Plan { seed, flood, crowd, unloaded: unloaded_s, settle: settle_s, counted: seconds }
}

fn progress(moment: Moment) -> &'static str {
    match moment {
        Moment::Unloaded => "the innocent come, alone",
        Moment::Flood => "the flood begins",
        Moment::Counting => "the innocent are counted",
        Moment::Over => "over",
    }
}

/// Waits until something listens there.
fn wait_for(door: Loopback) -> std::io::Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    say(&format!("door: {door}"));
    let listens = async {
        while tokio::net::TcpStream::connect(door.address()).await.is_err() {
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    };
    runtime.block_on(async { tokio::time::timeout(DOOR_START_MAX, listens).await })?;
    Ok(())
}

#[expect(clippy::disallowed_methods, reason = "the report goes where the caller says")]
fn write(file: &Path, report: &Report) -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
    Ok(std::fs::write(file, serde_json::to_string_pretty(report)?)?)
}

#[expect(clippy::print_stdout, reason = "the page is what a rehearsal is run for")]
fn print(page: &str) {
    println!("{page}");
}

#[expect(clippy::print_stderr, reason = "progress goes beside the page")]
fn say(text: &str) {
    eprintln!("{text}");
}
