//! `tournee sim carrier`: the simulated carrier as a process of its own.

use crate::{
    cli::SimCarrier,
    fault::Fault,
    say,
    serve::{StopSignal, runtime},
};
use carriers::colissimo::LineEnds;
use clock::{Clock, SystemClock, Time};
use sim::{
    carrier::{Carrier, Options, SharedCarrier},
    drop::DropServer,
    scenario::Scenario,
    timeline::Timeline,
    wire::{Setup, WireError, WireServer},
};
use std::{path::Path, sync::Arc};

/// Runs the command until it is told to stop.
///
/// # Errors
/// When the scenario is wrong or the address cannot be listened on.
pub fn run(args: &SimCarrier) -> Result<(), Fault> {
    let scenario = Arc::new(scenario(args.scenario.as_deref())?);
    let line_ends = if args.line_ends == "lf" { LineEnds::Lf } else { LineEnds::Crlf };
    let options = Options { seed: args.seed, line_ends, ..Options::default() };
    let carrier = SharedCarrier::new(Carrier::new(Arc::clone(&scenario), options));
    let clock: Arc<dyn Clock> = Arc::new(ScenarioClock::new(scenario.speed(args.speed, SystemClock.now())));
    runtime()?.block_on(async {
        let mut stop = StopSignal::listen()?;
        let setup = Setup { carrier, clock: Arc::clone(&clock), on_exchange: None };
        let server = WireServer::start(args.listen, setup).await.map_err(cannot_listen)?;
        let files = match args.sftp {
            None => None,
            Some(addr) => {
                let started = DropServer::start(addr, server.carrier().clone(), Arc::clone(&clock), args.seed).await;
                Some(started.map_err(cannot_listen)?)
            }
        };
        if let Some(files) = &files {
            tell_sftp(files);
        }
        tell(&server, &scenario, clock.now(), args.speed);
        stop.wait().await;
        let made = server.carrier().read(|book| book.entries().len());
        server.shutdown().await;
        say::line(format_args!("stopped at {}; {made} labels were made", clock.now().to_paris()));
        Ok(())
    })
}

/// The scenario of this file, or the built-in one.
///
/// # Errors
/// When the file cannot be read or is wrong.
pub fn scenario(path: Option<&Path>) -> Result<Scenario, Fault> {
    path.map_or_else(Scenario::builtin_day, Scenario::load).map_err(|e| Fault::usage(e.to_string()))
}

/// A clock that shows scenario time.
pub(crate) struct ScenarioClock {
    timeline: Timeline,
}

impl ScenarioClock {
    pub(crate) fn new(timeline: Timeline) -> Self {
        Self { timeline }
    }
}

impl Clock for ScenarioClock {
    fn now(&self) -> Time {
        self.timeline.at(SystemClock.now())
    }
}

pub(crate) fn cannot_listen(e: WireError) -> Fault {
    match e {
        WireError::NotLoopback(_) => Fault::usage(e.to_string()),
        WireError::Bind { .. } => Fault::unavailable(e.to_string()),
    }
}

fn tell_sftp(files: &DropServer) {
    let addr = files.local_addr();
    say::line("to announce local labels to it, with any user and TOURNEE_SFTP_PASSWORD, whatever it says:");
    say::line("  [local.sftp]");
    say::line(format_args!("  host = \"{}\"", addr.ip()));
    say::line(format_args!("  port = {}", addr.port()));
    say::line("  user = \"shop\"");
    say::line(format_args!("  host_key = {:?}", files.fingerprint()));
}

fn tell(server: &WireServer, scenario: &Scenario, now: Time, speed: f64) {
    let base = format!("http://{}", server.local_addr());
    say::line(format_args!("the simulated carrier lives through {:?} at {speed} times real time", scenario.name));
    say::line(format_args!("on its clock it is {}; it ends at {}", now.to_paris(), scenario.end.to_paris()));
    say::line("to point a gateway at it, write in its configuration:");
    say::line("  [carrier.colissimo]");
    say::line(format_args!("  shipping_url = {base:?}"));
    say::line(format_args!("  tracking_url = {base:?}"));
    say::line("a client of Colissimo takes this in the place of https://ws.colissimo.fr; any credentials will do");
    say::line(format_args!("listening on {base}"));
}
