//! Side-by-side measurements against peers.
//!
//! `cargo run --release -p bench -- NAME [--json FILE]`. Each bench runs us and the peer in one run on the same
//! machine and prints both with their ratio: machines are noisy, and only what ran side by side compares. Everything
//! goes over loopback, is bounded in count, and runs against data in a temporary directory.

mod batch;
mod cycle;
mod gateway;
mod hang;
mod intake;
mod karrio;
mod label;
mod load;
mod measure;
mod memory;
mod notices;
mod numbers;
mod overhead;
mod pickup;
mod raw_sqlite;
mod replay;
mod shield;
mod status;
mod tickets;
mod watch;
mod webhooks;

use clap::{Parser, ValueEnum};
use measure::Row;
use std::{path::PathBuf, process::ExitCode};

/// What can be measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Name {
    /// Durable intakes in process, beside raw SQLite.
    Intake,
    /// Durable intakes over HTTP, the generator on the same cores.
    Http,
    /// A batch of ten thousand rows, beside as many single requests.
    Batch,
    /// Whole label cycles against the simulated carrier, beside Karrio's SDK.
    Cycle,
    /// What we add to a label when the carrier takes 50 ms.
    Overhead,
    /// Reads while carrier calls hang.
    Hang,
    /// Memory and start-up with a million open intents.
    Memory,
    /// The 52 hours in simulated time, beside the client of the common shape.
    Replay,
    /// Local labels in PDF and ZPL, beside printpdf's plain page; numbers in blocks.
    Label,
    /// Numbers for local labels in durable blocks, beside one row per number.
    Numbers,
    /// Pickup points near a place, beside SQLite's R*Tree.
    Pickup,
    /// Signed webhooks of a shop, durable, at 500 a second and at as many as go.
    Webhooks,
    /// The status page and its JSON from memory with the database stopped, beside nginx with the same bytes as files.
    Status,
    /// One message to 10,000 subscribers, durable, to the channel.
    Notices,
    /// 800 support mails at once, to the answers at the channel.
    Tickets,
    /// Slow, dark, back and back for good, on histories of monitors, beside the rules of monitors, breakers and alerts.
    Watch,
    /// The relapse estimator fitted, and tested on the site that it did not see.
    WatchFit,
    /// Quarters without an outage: the false alarms that the thresholds give.
    WatchCalibrate,
    /// A flood and the innocent at nginx, HAProxy, Varnish and our shield in turn.
    Shield,
    /// All of them, but those of the watch and the shield, whose rows are others.
    All,
}

/// Side-by-side measurements against peers.
#[derive(Parser)]
struct Arguments {
    /// What to measure.
    name: Name,
    /// Writes the rows as JSON, an array of objects with the keys of the printed table.
    #[arg(long)]
    json: Option<PathBuf>,
    /// Divides every count, for a quick look.
    #[arg(long, default_value_t = 1)]
    quick: u32,
    /// A directory of histories (`at,series,state,http_status,latency_ms`, plain or gzip) for the watch; may be given again.
    #[arg(long)]
    traces: Vec<PathBuf>,
    /// Where watch-fit draws its reliability curve, as SVG.
    #[arg(long)]
    plot: Option<PathBuf>,
    /// Addresses that the flood on the shield comes from; without it, 1,000 strong ones and then 100,000 weak ones.
    #[arg(long)]
    sources: Option<u64>,
    /// Where the memory bench keeps its data; only used by the process that it starts itself.
    #[arg(long, hide = true)]
    memory_dir: Option<PathBuf>,
}

type Outcome = Result<Vec<Row>, Box<dyn std::error::Error>>;

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    if let Some(dir) = &arguments.memory_dir {
        return end(memory::child(dir));
    }
    end(run(&arguments))
}

#[expect(clippy::print_stderr, reason = "a bench speaks to the terminal")]
fn end(outcome: Result<(), Box<dyn std::error::Error>>) -> ExitCode {
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(e) => {
            eprintln!("bench: {e}");
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: &Arguments) -> Result<(), Box<dyn std::error::Error>> {
    let quick = arguments.quick.max(1);
    match arguments.name {
        Name::Watch => return watch::compare(&arguments.traces, arguments.json.as_deref(), quick),
        Name::WatchFit => return watch::fit(&arguments.traces, arguments.plot.as_deref()),
        Name::WatchCalibrate => {
            watch::calibrate(quick);
            return Ok(());
        }
        Name::Shield => {
            shield::compare(arguments.sources, arguments.json.as_deref(), quick)?;
            return Ok(());
        }
        _ => {}
    }
    let mut rows = Vec::new();
    for (name, bench) in BENCHES {
        if arguments.name == Name::All || arguments.name == *name {
            let measured = bench(quick)?;
            measure::print(&measured);
            rows.extend(measured);
        }
    }
    if let Some(file) = &arguments.json {
        measure::write(file, &rows)?;
    }
    Ok(())
}

/// Measures something; the count is divided by the number given.
type Bench = fn(u32) -> Outcome;

const BENCHES: &[(Name, Bench)] = &[
    (Name::Numbers, numbers::measure),
    (Name::Intake, intake::in_process),
    (Name::Http, intake::over_http),
    (Name::Batch, batch::measure),
    (Name::Cycle, cycle::measure),
    (Name::Overhead, overhead::measure),
    (Name::Hang, hang::measure),
    (Name::Memory, memory::measure),
    (Name::Replay, replay::measure),
    (Name::Label, label::measure),
    (Name::Pickup, pickup::measure),
    (Name::Webhooks, webhooks::measure),
    (Name::Status, status::measure),
    (Name::Notices, notices::measure),
    (Name::Tickets, tickets::measure),
];
