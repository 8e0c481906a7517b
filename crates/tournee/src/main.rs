//! Parses the command line, runs the command, turns what went wrong into a line and an exit code.

use clap::Parser;
use std::process::ExitCode;
use tikv_jemallocator::Jemalloc;
use tournee::{
    api_key,
    cli::{Cli, Command, SimPart},
    doctor,
    fault::{Exit, Fault},
    keep, merchant, numbers, pickup, publish_status, replay, say, serve, shield, shop, sim_carrier, sim_shop, watching,
};

/// A flood opens and closes connections by the thousand, each with buffers of some KiB, which the C library's allocator takes
/// from and gives back to its heap each time: an eighth of what a refusal costs.
#[global_allocator]
static ALLOCATOR: Jemalloc = Jemalloc;

fn main() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(e) => return usage(&e),
    };
    match run(&cli.command) {
        Ok(()) => ExitCode::SUCCESS,
        Err(fault) => {
            say::aside(&fault);
            ExitCode::from(fault.exit as u8)
        }
    }
}

fn run(command: &Command) -> Result<(), Fault> {
    match command {
        Command::Serve(args) => serve::run(args),
        Command::Sim { part: SimPart::Carrier(args) } => sim_carrier::run(args),
        Command::Sim { part: SimPart::Shop(args) } => sim_shop::run(args),
        Command::Replay(args) => replay::run(args),
        Command::Doctor(args) => doctor::run(args),
        Command::Shield(args) => shield::run(args),
        Command::Watch(args) => watching::run(args),
        Command::PublishStatus(args) => publish_status::run(args),
        Command::Merchant { action } => merchant::run(action),
        Command::Numbers { action } => numbers::run(action),
        Command::Pickup { action } => pickup::run(action),
        Command::Shop { action } => shop::run(action),
        Command::Resync(args) => shop::resync::run(args),
        Command::Key { action } => api_key::run(action),
        Command::Backup(args) => keep::backup::run(args),
        Command::Restore(args) => keep::restore::run(args),
        Command::Export(args) => keep::export::run(args),
        Command::Report(args) => keep::report::run(args),
        Command::Compact(args) => keep::compact::run(args),
        Command::Openapi => {
            say::line(server::openapi_json());
            Ok(())
        }
    }
}

/// Help and version are asked for; everything else is wrong usage.
fn usage(e: &clap::Error) -> ExitCode {
    let _ = e.print();
    if e.use_stderr() { ExitCode::from(Exit::Usage as u8) } else { ExitCode::SUCCESS }
}
