//! What the values must be to one another and to the machine, beyond their types.

use super::{BaseUrl, Colissimo, Config};
use dispatch::Limits;
use std::borrow::Cow;

/// A rule that is broken, at the key to change.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Broken {
    pub(super) key: Cow<'static, str>,
    pub(super) problem: String,
}

/// Holds the configuration to the rules.
pub(super) fn check(config: &Config) -> Result<(), Broken> {
    let runner = &config.runner;
    at_least_one("runner.patience_ms", runner.patience_ms)?;
    at_least_one("runner.relay_ms", runner.relay_ms)?;
    at_least_one("runner.relays_max", runner.relays_max as u64)?;
    at_least_one("carrier.colissimo.connect_ms", config.carrier.colissimo.connect_ms)?;
    limits(&runner.label, &LABEL)?;
    limits(&runner.tracking, &TRACKING)?;
    policy(config)?;
    super::local::check(&config.local)?;
    super::pickup::check(&config.pickup, runner.relay_ms)?;
    super::watch::check(&config.watch)?;
    super::notices::check(&config.notices)?;
    status(config)?;
    control(config)?;
    keep(config)?;
    webhooks(config)?;
    shops(config)?;
    listener(config)?;
    shield(config)
}

/// A look at the carrier itself tells nothing of the way to everybody else.
fn control(config: &Config) -> Result<(), Broken> {
    let Colissimo { shipping_url, tracking_url, .. } = &config.carrier.colissimo;
    let host = |url: &BaseUrl| url.uri().host().map(str::to_ascii_lowercase);
    let control = config.watch.control_url.as_ref().map(host);
    if [shipping_url, tracking_url].into_iter().any(|url| control == Some(host(url))) {
        let problem =
            "is the carrier's own host: give an address of nobody whom you judge, such as your provider's".into();
        return Err(Broken { key: "watch.control_url".into(), problem });
    }
    Ok(())
}

fn shield(config: &Config) -> Result<(), Broken> {
    config
        .shield
        .check()
        .map_err(|unfit| Broken { key: format!("shield.{}", unfit.key).into(), problem: unfit.message })?;
    if config.listen.port() != 0 && config.shield.metrics_listen == Some(config.listen) {
        let problem = "is the address that is listened on already; write another port".into();
        return Err(Broken { key: "shield.metrics_listen".into(), problem });
    }
    Ok(())
}

/// Readers follow these links: only web addresses.
fn status(config: &Config) -> Result<(), Broken> {
    let is_web = |url: &str| url.starts_with("https://") || url.starts_with("http://");
    if !is_web(&config.status.url) || config.status.url.ends_with('/') {
        let problem = "must be an http:// or https:// address without a slash at its end, as readers reach it".into();
        return Err(Broken { key: "status.url".into(), problem });
    }
    let report = &config.status.report_url;
    if !report.is_empty() && !is_web(report) && !report.starts_with("mailto:") {
        let problem = "must be an http://, https:// or mailto: address; leave it out for no link".into();
        return Err(Broken { key: "status.report_url".into(), problem });
    }
    if config.status.links.iter().any(|link| !is_web(&link.url)) {
        return Err(Broken { key: "status.links".into(), problem: "must have http:// or https:// addresses".into() });
    }
    Ok(())
}

fn policy(config: &Config) -> Result<(), Broken> {
    let (policy, late_ms) = (&config.policy, config.runner.late_ms);
    at_least_one("policy.backoff_first_ms", policy.backoff_first_ms)?;
    if policy.settle_ms <= late_ms {
        let problem = format!(
            "{} must be more than runner.late_ms ({late_ms}): while a late answer is listened for, nothing is asked \
             about it; raise it, or lower runner.late_ms",
            policy.settle_ms
        );
        return Err(Broken { key: "policy.settle_ms".into(), problem });
    }
    if policy.backoff_max_ms < policy.backoff_first_ms {
        let problem = format!("must be at least policy.backoff_first_ms ({}); raise it", policy.backoff_first_ms);
        return Err(Broken { key: "policy.backoff_max_ms".into(), problem });
    }
    Ok(())
}

fn keep(config: &Config) -> Result<(), Broken> {
    let keep = &config.keep;
    at_least_one("keep.label_days", keep.label_days)?;
    if keep.personal_days < keep.label_days {
        let days = keep.label_days;
        let problem = format!("must be at least keep.label_days ({days}): a label bears the address; raise it");
        return Err(Broken { key: "keep.personal_days".into(), problem });
    }
    Ok(())
}

fn webhooks(config: &Config) -> Result<(), Broken> {
    let webhooks = &config.webhooks;
    at_least_one("webhooks.timeout_ms", webhooks.timeout_ms)?;
    at_least_one("webhooks.in_flight_max", webhooks.in_flight_max as u64)?;
    at_least_one("webhooks.per_endpoint_max", webhooks.per_endpoint_max.into())
}

fn shops(config: &Config) -> Result<(), Broken> {
    let shops = &config.shops;
    at_least_one("shops.poll_every_ms", shops.poll_every_ms)?;
    at_least_one("shops.poll_fast_ms", shops.poll_fast_ms)?;
    at_least_one("shops.watch_every_ms", shops.watch_every_ms)?;
    at_least_one("shops.calls_per_minute", shops.calls_per_minute.into())?;
    at_least_one("shops.call_ms", shops.call_ms)?;
    at_least_one("shops.in_flight_max", shops.in_flight_max as u64)
}

fn listener(config: &Config) -> Result<(), Broken> {
    let server = &config.server;
    at_least_one("server.body_bytes_max", server.body_bytes_max as u64)?;
    at_least_one("server.shop_hook_bytes_max", server.shop_hook_bytes_max as u64)?;
    at_least_one("server.import_bytes_max", server.import_bytes_max as u64)?;
    at_least_one("server.body_ms_max", server.body_ms_max)?;
    at_least_one("server.rate_burst", server.rate_burst.into())
}

/// The keys of one function's limits.
struct LimitKeys {
    in_flight_max: &'static str,
    per_second_max: &'static str,
    failures_to_dark: &'static str,
    canary_first_ms: &'static str,
    canary_every_ms: &'static str,
    ramp_per_second: &'static str,
    retry_share: &'static str,
    retry_per_second: &'static str,
    retry_burst: &'static str,
}

macro_rules! limit_keys {
    ($section:literal) => {
        LimitKeys {
            in_flight_max: concat!($section, ".in_flight_max"),
            per_second_max: concat!($section, ".per_second_max"),
            failures_to_dark: concat!($section, ".failures_to_dark"),
            canary_first_ms: concat!($section, ".canary_first_ms"),
            canary_every_ms: concat!($section, ".canary_every_ms"),
            ramp_per_second: concat!($section, ".ramp_per_second"),
            retry_share: concat!($section, ".retry_share"),
            retry_per_second: concat!($section, ".retry_per_second"),
            retry_burst: concat!($section, ".retry_burst"),
        }
    };
}

const LABEL: LimitKeys = limit_keys!("runner.label");
const TRACKING: LimitKeys = limit_keys!("runner.tracking");

fn limits(limits: &Limits, keys: &LimitKeys) -> Result<(), Broken> {
    at_least_one(keys.in_flight_max, limits.in_flight_max.into())?;
    at_least_one(keys.failures_to_dark, limits.failures_to_dark.into())?;
    at_least_one(keys.canary_first_ms, limits.canary_first_ms)?;
    at_least_one(keys.canary_every_ms, limits.canary_every_ms)?;
    more_than_nothing(keys.per_second_max, limits.per_second_max)?;
    more_than_nothing(keys.ramp_per_second, limits.ramp_per_second)?;
    more_than_nothing(keys.retry_per_second, limits.retry_per_second)?;
    if limits.retry_burst.is_nan() || limits.retry_burst < 1.0 {
        return Err(Broken {
            key: keys.retry_burst.into(),
            problem: "must be at least 1: a retry is saved up whole".into(),
        });
    }
    if !(0.0..=1.0).contains(&limits.retry_share) {
        return Err(Broken { key: keys.retry_share.into(), problem: "must be from 0 to 1; 0.2 is one in five".into() });
    }
    Ok(())
}

fn at_least_one(key: &'static str, value: u64) -> Result<(), Broken> {
    let problem = || "must be at least 1; leave the key out for its default".into();
    if value == 0 { Err(Broken { key: key.into(), problem: problem() }) } else { Ok(()) }
}

fn more_than_nothing(key: &'static str, value: f64) -> Result<(), Broken> {
    let good = value.is_finite() && value > 0.0;
    let problem = || "must be a number above 0, or nothing would ever be sent; leave it out for its default".into();
    if good { Ok(()) } else { Err(Broken { key: key.into(), problem: problem() }) }
}
