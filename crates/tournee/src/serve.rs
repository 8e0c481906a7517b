//! `tournee serve`: read everything, start, say where, wait for the signal, drain.

use crate::{
    cli::{self, Where},
    config::Config,
    demo,
    fault::Fault,
    gateway::Gateway,
    key, logging,
    reload::{self, Hangup},
};
use std::net::SocketAddr;
use tokio::signal::unix::{SignalKind, signal};

/// Runs the command.
///
/// # Errors
/// When the configuration is wrong or the gateway cannot start.
pub fn run(args: &cli::Serve) -> Result<(), Fault> {
    let config = settle(&args.place, args.listen)?;
    if args.demo {
        return demo::run(args, config);
    }
    logging::start(config.log);
    runtime()?.block_on(serve(config, || settle(&args.place, args.listen)))
}

/// The configuration with what the command line says instead.
///
/// # Errors
/// When the file cannot be read or is wrong.
pub fn settle(place: &Where, listen: Option<SocketAddr>) -> Result<Config, Fault> {
    let mut config = Config::load(place.config.as_deref())?;
    if let Some(data) = &place.data {
        config.data.clone_from(data);
    }
    if let Some(listen) = listen {
        config.listen = listen;
    }
    Ok(config)
}

/// The runtime of everything that waits.
///
/// # Errors
/// When the system gives no threads.
pub fn runtime() -> Result<tokio::runtime::Runtime, Fault> {
    let built = tokio::runtime::Builder::new_multi_thread().enable_all().build();
    built.map_err(|e| Fault::unavailable(format!("the system gives no threads: {e}; raise the limit of processes")))
}

async fn serve(config: Config, read: impl Fn() -> Result<Config, Fault>) -> Result<(), Fault> {
    // Listened for before anything starts, so that a signal during the start is not lost.
    let (mut stop, mut hangup) = (StopSignal::listen()?, Hangup::listen()?);
    let found = key::find_or_make(&config)?;
    if let Some(warning) = found.warning() {
        tracing::warn!("{warning}");
    }
    let (data, colissimo) = (config.data.clone(), config.carrier.colissimo.clone());
    let dropin = config.dropin.enabled;
    let gateway = Gateway::start(config.clone(), found.key).await?;
    tracing::info!(
        data = %data.display(),
        shipping_url = %colissimo.shipping_url,
        tracking_url = %colissimo.tracking_url,
        "wired"
    );
    tell_addresses(gateway.addr(), dropin);
    let taken = async |config: &Config| reload::renew(gateway.guard(), config, server::own(&config.shield));
    let signal = tokio::select! {
        signal = stop.wait() => signal,
        never = hangup.renew(&config, read, taken) => match never {},
    };
    tracing::info!(signal, "stopping: nothing new is accepted, what is under way may end");
    tokio::select! {
        ended = gateway.shutdown() => ended?,
        _ = stop.wait() => return Err(Fault::failed(
            "stopped by a second signal in the middle of the drain; what was acknowledged is on disk"
        )),
    }
    tracing::info!("stopped");
    Ok(())
}

/// Says where everything is. The line that says `serving` comes last, when all of it answers.
pub(crate) fn tell_addresses(addr: SocketAddr, dropin: bool) {
    let base = format!("http://{}", reachable(addr));
    tracing::info!(
        docs = format!("{base}/docs"),
        health = format!("{base}/readyz"),
        metrics = format!("{base}/metrics"),
        status = format!("{base}/status"),
        desk = format!("{base}/desk"),
        "for people and probes"
    );
    if dropin {
        tracing::info!(
            base_url = base,
            "in a shop's Colissimo module, put this in the place of https://ws.colissimo.fr"
        );
    }
    tracing::info!(addr = %addr, api = format!("{base}/v1"), "serving");
}

/// An address that listens on all interfaces is reached by one of them.
fn reachable(addr: SocketAddr) -> SocketAddr {
    let mut reached = addr;
    if addr.ip().is_unspecified() {
        let loopback = if addr.is_ipv4() { [127, 0, 0, 1].into() } else { std::net::Ipv6Addr::LOCALHOST.into() };
        reached.set_ip(loopback);
    }
    reached
}

/// SIGINT and SIGTERM.
pub(crate) struct StopSignal {
    interrupt: tokio::signal::unix::Signal,
    terminate: tokio::signal::unix::Signal,
}

impl StopSignal {
    pub(crate) fn listen() -> Result<Self, Fault> {
        Ok(Self { interrupt: signal(SignalKind::interrupt())?, terminate: signal(SignalKind::terminate())? })
    }

    /// Waits for either; gives its name.
    pub(crate) async fn wait(&mut self) -> &'static str {
        tokio::select! {
            _ = self.interrupt.recv() => "SIGINT",
            _ = self.terminate.recv() => "SIGTERM",
        }
    }
}
