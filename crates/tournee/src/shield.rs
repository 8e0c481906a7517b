//! `tournee shield`: the door before another server, and what its receipts mean.

use crate::{
    cli::{self, ShieldAction},
    config::Config,
    fault::Fault,
    gateway::{cannot_listen, chance},
    key, logging, number_file,
    reload::{self, Hangup},
    say,
    serve::{StopSignal, runtime},
};
use admission::{Class, Key, Keys, explain};
use clock::{Clock, SystemClock};
use edge::{Certificates, Counts, Guard, GuardSettings, Makings, Upstream, UpstreamSettings};
use server::KnownNumbers;
use std::sync::Arc;
use store::SealingKey;

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
    certificates(&settings)?;
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
    .map_err(|unfit| Fault::usage(format!("shield.{unfit}")))?;
    let behind = Upstream::new(upstream.clone(), None).map_err(|e| Fault::usage(format!("shield.upstream: {e}")))?;
    let listener = edge::bind(config.listen, 0, &settings.limits).map_err(cannot_listen)?;
    tracing::info!(addr = %listener.local_addr(), upstream = upstream.url, dry_run = settings.admission.dry_run, "shielding");
    let counts = Arc::<Counts>::default();
    let until = async {
        let signal = stop.wait().await;
        tracing::info!(signal, "stopping: nothing new is accepted, what is under way may end");
    };
    let taken = async |config: &Config| {
        let read = number_file::read(&config.shield.numbers, &known).await?;
        let waits = reload::renew(&guard, config.shield.clone())?;
        known.replace(read);
        Ok(waits)
    };
    let served = tokio::select! {
        served = guard.serve(listener, behind, counts, until) => served,
        never = hangup.renew(&config, read, taken) => match never {},
    };
    served.map_err(|e| Fault::unavailable(format!("cannot serve: {e}")))?;
    tracing::info!("stopped");
    Ok(())
}

/// Whether the certificates can be used, before anything is bound.
fn certificates(settings: &GuardSettings) -> Result<(), Fault> {
    if !settings.tls.is_empty() {
        let unusable = |e| Fault::usage(format!("shield.tls: {e}; give the right files, in PEM, that we may read"));
        Certificates::read(settings.tls.clone()).map_err(unusable)?;
    }
    Ok(())
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
    let settings = if config.shield.upstream.is_some() { config.shield } else { server::own(&config.shield) };
    let resource = resource(&settings, told.resource);
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

/// The name of a resource by its number; 0 is every path that no template takes.
fn resource(settings: &GuardSettings, number: u16) -> String {
    let named = usize::from(number).checked_sub(1).and_then(|place| settings.admission.resources.get(place));
    named.map_or_else(|| "other".to_owned(), |resource| resource.name.clone())
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
    certificates(&settings)?;
    let (status, clock) = (Arc::clone(status), Arc::clone(clock));
    let guard = server::guard(settings, keys(sealing), known, status, clock, Arc::new(chance));
    guard.map_err(|unfit| Fault::usage(format!("shield.{unfit}")))
}
