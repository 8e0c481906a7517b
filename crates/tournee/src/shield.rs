//! `tournee shield`: the door before another server, and what its receipts mean.

use crate::{
    cli::{self, ShieldAction},
    config::Config,
    fault::Fault,
    gateway::{cannot_listen, chance, door_counts},
    key, logging, number_file,
    reload::{self, Hangup},
    say,
    serve::{StopSignal, runtime},
};
use admission::{Class, Key, Keys, Unfit, explain, resource_mark};
use clock::{Clock, SystemClock};
use edge::{Certificates, Guard, GuardSettings, Limits, Makings, Upstream, UpstreamSettings};
use prometheus_client::registry::Registry;
use server::KnownNumbers;
use std::{
    io,
    sync::{Arc, Mutex},
};
use store::SealingKey;

/// Prometheus needs one, and a person who looks another.
const METRICS_CONNECTIONS_COUNT_MAX: u32 = 64;

/// Runs the command.
///
/// # Errors
/// When the configuration is wrong, the address is taken, or a receipt cannot be explained.
pub fn run(args: &cli::Shield) -> Result<(), Fault> {
    match &args.action {
        Some(ShieldAction::Explain(args)) => explained(args),
        None => {
            let config = settle(&args.run)?;
            logging::start(config.log);
            runtime()?.block_on(serve(config, || settle(&args.run)))
        }
    }
}

/// The configuration with what the command line says instead.
fn settle(args: &cli::RunShield) -> Result<Config, Fault> {
    let mut config = crate::serve::settle(&args.place, args.listen)?;
    if let Some(url) = &args.upstream {
        let upstream = config.shield.upstream.take();
        config.shield.upstream = Some(match upstream {
            Some(before) => UpstreamSettings { url: url.clone(), ..before },
            None => UpstreamSettings::at(url),
        });
        config.shield.check().map_err(|unfit| Fault::usage(format!("--upstream: {}", unfit.message)))?;
    }
    config.shield.admission.dry_run |= args.dry_run;
    Ok(config)
}

async fn serve(config: Config, read: impl Fn() -> Result<Config, Fault>) -> Result<(), Fault> {
    let (mut stop, mut hangup) = (StopSignal::listen()?, Hangup::listen()?);
    let settings = config.shield.clone();
    let Some(upstream) = settings.upstream.clone() else {
        return Err(Fault::usage(
            "no server to stand before; give --upstream http://host:port, or shield.upstream.url",
        ));
    };
    let found = key::find_or_make(&config)?;
    if let Some(warning) = found.warning() {
        tracing::warn!("{warning}");
    }
    certificates(&config)?;
    let known = Arc::new(KnownNumbers::new(Arc::new(chance)));
    known.replace(number_file::read(&settings.numbers, &known).await?);
    let guard = Guard::new(Makings {
        settings: settings.clone(),
        keys: keys(&found.key),
        who: Arc::clone(&known) as Arc<dyn edge::Who>,
        ahead: None,
        clock: Arc::new(SystemClock),
        chance: Arc::new(chance),
    })
    .map_err(|unfit| unfit_for(&config, &unfit))?;
    let behind = Upstream::new(upstream.clone()).map_err(|unfit| unfit_for(&config, &unfit))?;
    let mut registry = Registry::default();
    guard.register(&mut registry);
    let counts = door_counts(&mut registry);
    let metrics = metrics(&config, registry)?;
    let listener = edge::bind(config.listen, 0, &settings.limits).map_err(cannot_listen)?;
    tracing::info!(addr = %listener.local_addr(), upstream = upstream.url, dry_run = settings.admission.dry_run, "shielding");
    let until = async {
        let signal = stop.wait().await;
        tracing::info!(signal, "stopping: nothing new is accepted, what is under way may end");
    };
    let taken = async |config: &Config| {
        let read = number_file::read(&config.shield.numbers, &known).await?;
        let waits = reload::renew(&guard, config, config.shield.clone())?;
        known.replace(read);
        Ok(waits)
    };
    let served = tokio::select! {
        served = guard.serve(listener, behind, counts, until) => served,
        failed = metrics => failed,
        never = hangup.renew(&config, read, taken) => match never {},
    };
    served.map_err(|e| Fault::unavailable(format!("cannot serve: {e}")))?;
    tracing::info!("stopped");
    Ok(())
}

/// Shows the metrics at an address of their own, where there is one, for as long as it is polled.
fn metrics(config: &Config, registry: Registry) -> Result<impl Future<Output = io::Result<()>> + use<>, Fault> {
    let limits = Limits { connections_count_max: METRICS_CONNECTIONS_COUNT_MAX, ..Limits::default() };
    let taken = |e: io::Error| Fault::unavailable(format!("{e} (`shield.metrics_listen` in the configuration)"));
    let listener = config.shield.metrics_listen.map(|address| edge::bind(address, 1, &limits)).transpose();
    let listener = listener.map_err(taken)?;
    if let Some(listener) = &listener {
        tracing::info!(addr = %listener.local_addr(), "metrics at /metrics");
    }
    let app = server::exposed(Arc::new(Mutex::new(registry)));
    Ok(async move {
        let Some(listener) = listener else { return std::future::pending().await };
        let settings = edge::Settings { limits, ..edge::Settings::default() };
        edge::serve(listener, Arc::new(edge::Open), server::behind(app), settings, std::future::pending()).await
    })
}

/// Whether the certificates can be used, before anything is bound.
fn certificates(config: &Config) -> Result<(), Fault> {
    if !config.shield.tls.is_empty() {
        Certificates::read(config.shield.tls.clone()).map_err(|unfit| unfit_for(config, &unfit))?;
    }
    Ok(())
}

pub(crate) fn unfit_for(config: &Config, unfit: &Unfit) -> Fault {
    config.mistake(&format!("shield.{}", unfit.key), &unfit.message)
}

/// The keys of tokens and receipts, made from the sealing key.
pub(crate) fn keys(sealing: &SealingKey) -> Keys {
    let secret = sealing.of_the_shield();
    // One byte of it says which key made what, so that what another key made is told from what nobody did.
    Keys::new(Key::new(secret[0], &secret))
}

fn explained(args: &cli::Explain) -> Result<(), Fault> {
    let config = crate::serve::settle(&args.place, None)?;
    let keys = keys(&key::find(&config)?.key);
    let code = args.receipt.concat();
    let told = explain(&code, &keys).map_err(|bad| Fault::usage(format!("this receipt cannot be explained: {bad}")))?;
    let lang = match args.lang.unwrap_or_else(say::spoken) {
        cli::Lang::Fr => admission::Lang::Fr,
        cli::Lang::En => admission::Lang::En,
    };
    // What nobody named is named after our own endpoints. No receipt from before another server has these names.
    let resource = resource(&server::own(&config.shield), told.resource, lang);
    let [when, until, from, what, class, rule, evidence] = match lang {
        admission::Lang::Fr => ["Refusé", "Jusqu’à", "Réseau", "Demandé", "Classe", "Règle", "Mesuré"],
        admission::Lang::En => ["Refused", "Until", "Network", "Asked for", "Class", "Rule", "Measured"],
    };
    for (label, value) in [
        (when, told.at.to_paris()),
        (until, told.until.to_paris()),
        (from, told.prefix.to_string()),
        (what, resource),
        (class, Class::as_str(told.class).to_owned()),
        (rule, format!("{}: {}", told.rule.as_str(), lang.meaning(told.rule))),
        (evidence, format!("{} {}", told.evidence, lang.evidence(told.rule))),
    ] {
        say::line(format!("{label:<10} {value}"));
    }
    Ok(())
}

/// The name of the resource with this mark; of two, both.
fn resource(settings: &GuardSettings, mark: u16, lang: admission::Lang) -> String {
    let names = settings.admission.resources.iter().map(|resource| resource.name.as_str()).chain(["other"]);
    let named: Vec<&str> = names.filter(|name| resource_mark(name) == mark).collect();
    let (or, gone) = match lang {
        admission::Lang::Fr => (" ou ", "une ressource qui n’est plus dans la configuration"),
        admission::Lang::En => (" or ", "a resource that is not in the configuration any more"),
    };
    if named.is_empty() { gone.to_owned() } else { named.join(or) }
}

/// The guard of the gateway's own door.
pub(crate) fn guard(
    config: &Config,
    sealing: &SealingKey,
    known: (Arc<server::KnownKeys>, Arc<KnownNumbers>),
    status: &Arc<server::StatusPages>,
    clock: &Arc<dyn Clock>,
) -> Result<Guard, Fault> {
    let settings = server::own(&config.shield);
    if settings.numbers.file.is_some() {
        tracing::warn!(
            "shield.numbers.file is for `tournee shield`: `tournee serve` knows the numbers of its own store"
        );
    }
    certificates(config)?;
    let (status, clock) = (Arc::clone(status), Arc::clone(clock));
    let guard = server::guard(settings, keys(sealing), known, status, clock, Arc::new(chance));
    guard.map_err(|unfit| unfit_for(config, &unfit))
}
