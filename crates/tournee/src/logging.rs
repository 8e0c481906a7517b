//! The log: one event per line on standard error, as text or as JSON.

use crate::config::{Log, LogFormat, LogLevel};
use std::io::IsTerminal;
use tracing_subscriber::{Layer, filter::Targets, fmt, layer::SubscriberExt, registry, util::SubscriberInitExt};

/// Libraries that talk much and say little.
const QUIET: [&str; 4] = ["hyper", "hyper_util", "rustls", "h2"];

/// Starts logging. A second call changes nothing, so that a gateway can be started inside another program.
pub fn start(log: Log) {
    let level = level(log.level);
    let quiet = level.min(tracing::Level::WARN);
    let targets = Targets::new().with_default(level).with_targets(QUIET.map(|name| (name, quiet)));
    let lines = fmt::layer().with_writer(std::io::stderr).with_target(false);
    let lines = match log.format {
        LogFormat::Text => lines.with_ansi(std::io::stderr().is_terminal()).boxed(),
        LogFormat::Json => lines.json().flatten_event(true).with_current_span(false).with_span_list(false).boxed(),
    };
    let _ = registry().with(lines.with_filter(targets)).try_init();
}

fn level(level: LogLevel) -> tracing::Level {
    match level {
        LogLevel::Error => tracing::Level::ERROR,
        LogLevel::Warn => tracing::Level::WARN,
        LogLevel::Info => tracing::Level::INFO,
        LogLevel::Debug => tracing::Level::DEBUG,
        LogLevel::Trace => tracing::Level::TRACE,
    }
}
