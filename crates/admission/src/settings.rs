//! What an operator may set about the shield. Plain data; nothing needs to be set, and each value says its unit.

use crate::{Class, route::Kind};
use serde::{Deserialize, Serialize};
use std::{fmt, time::Duration};

/// Settings of the shield.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ShieldSettings {
    /// Only count what would be refused, and refuse nothing.
    pub dry_run: bool,
    /// How many requests the work behind is given at once, at the least.
    pub places_min: u32,
    /// How many at the start, before anything was measured; and what a quiet time goes back to.
    pub places_start: u32,
    /// How many at the most.
    pub places_max: u32,
    /// How much of the places only [`Class::Citizen`] and higher can take, in percent.
    pub reserve_percent: u32,
    /// How many requests can wait, in all.
    pub waiting_max: u32,
    /// How long who may wait.
    pub wait: WaitSettings,
    /// By how much the delay may be over that of quiet times, in percent of it.
    pub delay_over_percent: u32,
    /// By how much it may be over at least, in microseconds: less than this is noise.
    pub delay_over_us_min: u32,
    /// For how long it must be quiet before an overload is over, in seconds.
    pub calm_s: u32,
    /// When those refused in an overload may ask again, in seconds. Each gets this and a share of as much again, so that
    /// they don't come together.
    pub retry_after_s: u32,
    /// How fast who may ask.
    pub rate: RateSettings,
    /// How many cells of 8 bytes the rates are kept in; a power of two. All that are asked for in the time of their burst
    /// should have room.
    pub cells_count: u32,
    /// How wide each of the four rows of the sketch of heavy sources is, in cells of 4 bytes; a power of two.
    pub sketch_width: u32,
    /// What is served, by templates of paths. What is not named is one resource, `other`.
    #[serde(rename = "resource")]
    pub resources: Vec<ResourceSettings>,
}

impl Default for ShieldSettings {
    fn default() -> Self {
        Self {
            dry_run: false,
            places_min: 4,
            places_start: 16,
            places_max: 4_096,
            reserve_percent: 20,
            waiting_max: 2_048,
            wait: WaitSettings::default(),
            delay_over_percent: 25,
            delay_over_us_min: 2_000,
            calm_s: 10,
            retry_after_s: 5,
            rate: RateSettings::default(),
            cells_count: 1 << 18,
            sketch_width: 1 << 16,
            resources: Vec::new(),
        }
    }
}

/// How long a request of each class may wait for a place, in milliseconds. Who is suspect never waits.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct WaitSettings {
    /// Nothing is known of it.
    pub unknown_ms: u32,
    /// It names a parcel that exists.
    pub parcel_ms: u32,
    /// A browser with a token: a person waits about three seconds for a page.
    pub citizen_ms: u32,
    /// A device that scans.
    pub scanner_ms: u32,
    /// A shop: its own deadlines are 10 s and longer.
    pub partner_ms: u32,
    /// Whoever runs the service.
    pub operator_ms: u32,
}

impl Default for WaitSettings {
    fn default() -> Self {
        Self {
            unknown_ms: 1_000,
            parcel_ms: 1_500,
            citizen_ms: 3_000,
            scanner_ms: 5_000,
            partner_ms: 8_000,
            operator_ms: 8_000,
        }
    }
}

impl WaitSettings {
    /// How long a request of this class may wait.
    pub fn of(&self, class: Class) -> Duration {
        Duration::from_millis(u64::from(match class {
            Class::Suspect => 0,
            Class::Unknown => self.unknown_ms,
            Class::Parcel => self.parcel_ms,
            Class::Citizen => self.citizen_ms,
            Class::Scanner => self.scanner_ms,
            Class::Partner => self.partner_ms,
            Class::Operator => self.operator_ms,
        }))
    }
}

/// A rate.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rate {
    /// How many per second in the long run; 0 for no limit.
    pub per_s: u32,
    /// How many at once after a quiet time.
    pub burst: u32,
}

impl Rate {
    /// So many per second, so many at once.
    pub const fn new(per_s: u32, burst: u32) -> Self {
        Self { per_s, burst }
    }
}

/// How fast who may ask.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct RateSettings {
    /// An IPv4 address or IPv6 /64 without key or token. It may be an office or a carrier's whole network.
    pub prefix: Rate,
    /// The same, in an overload, where nothing is known of the request.
    pub unknown: Rate,
    /// The same, in an overload, where it names a parcel that exists.
    pub parcel: Rate,
    /// The IPv4 /24 or IPv6 /48 around it, in an overload, for both.
    pub wide: Rate,
    /// TLS handshakes of one network. Those that resume an earlier session don't count.
    pub handshake: Rate,
    /// The same, while there are more of them in all than [`RateSettings::handshakes_calm_per_s`].
    pub handshake_pressed: Rate,
    /// How many TLS handshakes in all, per second, are no pressure. A thousand take a core a quarter of its time.
    pub handshakes_calm_per_s: u32,
    /// One token of a browser.
    pub citizen: Rate,
    /// One device that scans.
    pub scanner: Rate,
    /// One key of a shop or an app.
    pub partner: Rate,
}

impl Default for RateSettings {
    fn default() -> Self {
        Self {
            prefix: Rate::new(200, 1_000),
            unknown: Rate::new(2, 20),
            parcel: Rate::new(5, 30),
            wide: Rate::new(40, 400),
            handshake: Rate::new(20, 200),
            handshake_pressed: Rate::new(1, 10),
            handshakes_calm_per_s: 1_000,
            citizen: Rate::new(10, 60),
            scanner: Rate::new(50, 500),
            partner: Rate::new(500, 5_000),
        }
    }
}

/// One resource: what is served under some templates of paths.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ResourceSettings {
    /// Its name in metrics.
    pub name: String,
    /// What work it makes.
    pub kind: Kind,
    /// Templates of its paths: `/track/{number}`, `/assets/{*file}`.
    pub paths: Vec<String>,
    /// How many per second everybody below a token together may ask for in an overload; 0 for no budget. Not set: by kind.
    #[serde(default)]
    pub budget_per_s: Option<u32>,
    /// Whether a `GET` may be answered with an older answer that tells its age. Not set: by kind.
    #[serde(default)]
    pub stale: Option<bool>,
    /// Whether what stands for `{number}` in its paths is a parcel's number. Not set: by kind.
    #[serde(default)]
    pub numbers: Option<bool>,
}

impl ResourceSettings {
    /// A resource with the budget of its kind.
    pub fn new(name: &str, kind: Kind, paths: &[&str]) -> Self {
        let paths = paths.iter().map(ToString::to_string).collect();
        Self { name: name.into(), kind, paths, budget_per_s: None, stale: None, numbers: None }
    }

    /// Whether what stands for `{number}` in its paths is a parcel's number, as set or by kind.
    pub fn has_numbers(&self) -> bool {
        self.numbers.unwrap_or_else(|| self.kind.numbers())
    }
}

/// A setting that cannot be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unfit {
    /// Its key, below the shield's own section.
    pub key: String,
    /// What is wrong and what to do.
    pub message: String,
}

impl Unfit {
    /// What is wrong with the value of this key.
    pub fn new(key: &str, message: impl Into<String>) -> Self {
        Self { key: key.into(), message: message.into() }
    }

    /// The same, of a section within another.
    #[must_use]
    pub fn below(mut self, section: &str) -> Self {
        self.key = format!("{section}.{}", self.key);
        self
    }
}

impl fmt::Display for Unfit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.key, self.message)
    }
}

impl std::error::Error for Unfit {}

impl ShieldSettings {
    /// Whether each value is within its range. The resources are checked when they are made.
    ///
    /// # Errors
    /// The first value that is not, by its key.
    pub fn check(&self) -> Result<(), Unfit> {
        within("places_min", self.places_min, 1, 65_536)?;
        within("places_max", self.places_max, self.places_min, 65_536)?;
        within("places_start", self.places_start, self.places_min, self.places_max)?;
        within("reserve_percent", self.reserve_percent, 0, 90)?;
        within("waiting_max", self.waiting_max, 1, 1 << 20)?;
        within("delay_over_percent", self.delay_over_percent, 1, 1_000)?;
        within("delay_over_us_min", self.delay_over_us_min, 1, 10_000_000)?;
        within("calm_s", self.calm_s, 1, 3_600)?;
        within("retry_after_s", self.retry_after_s, 1, 3_600)?;
        self.wait.check()?;
        self.rate.check()?;
        power_of_two("cells_count", self.cells_count, 1 << 8, 1 << 28)?;
        power_of_two("sketch_width", self.sketch_width, 1 << 8, 1 << 26)
    }
}

impl WaitSettings {
    fn check(&self) -> Result<(), Unfit> {
        let all = [
            ("wait.unknown_ms", self.unknown_ms),
            ("wait.parcel_ms", self.parcel_ms),
            ("wait.citizen_ms", self.citizen_ms),
            ("wait.scanner_ms", self.scanner_ms),
            ("wait.partner_ms", self.partner_ms),
            ("wait.operator_ms", self.operator_ms),
        ];
        all.into_iter().try_for_each(|(key, ms)| within(key, ms, 0, 60_000))
    }
}

impl RateSettings {
    fn check(&self) -> Result<(), Unfit> {
        let all = [
            ("rate.prefix", self.prefix),
            ("rate.unknown", self.unknown),
            ("rate.parcel", self.parcel),
            ("rate.wide", self.wide),
            ("rate.handshake", self.handshake),
            ("rate.handshake_pressed", self.handshake_pressed),
            ("rate.citizen", self.citizen),
            ("rate.scanner", self.scanner),
            ("rate.partner", self.partner),
        ];
        within("rate.handshakes_calm_per_s", self.handshakes_calm_per_s, 1, 1_000_000)?;
        all.into_iter().try_for_each(|(key, rate)| {
            within(&format!("{key}.per_s"), rate.per_s, 0, 50_000)?;
            within(&format!("{key}.burst"), rate.burst, 1, 1_000_000)
        })
    }
}

fn within(key: &str, value: u32, least: u32, most: u32) -> Result<(), Unfit> {
    if (least..=most).contains(&value) {
        return Ok(());
    }
    Err(Unfit::new(key, format!("{value} is not between {least} and {most}")))
}

fn power_of_two(key: &str, value: u32, least: u32, most: u32) -> Result<(), Unfit> {
    within(key, value, least, most)?;
    if value.is_power_of_two() {
        return Ok(());
    }
    Err(Unfit::new(key, format!("{value} is not a power of two; take {}", value.next_power_of_two().min(most))))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_needs_to_be_set() {
        assert_eq!(ShieldSettings::default().check(), Ok(()));
    }

    #[test]
    fn what_is_out_of_range_is_told_by_its_key() {
        let key = |change: fn(&mut ShieldSettings)| {
            let mut settings = ShieldSettings::default();
            change(&mut settings);
            settings.check().expect_err("out of range").key
        };
        assert_eq!(key(|s| s.places_start = 1), "places_start");
        assert_eq!(key(|s| s.places_max = 3), "places_max");
        assert_eq!(key(|s| s.cells_count = 1_000), "cells_count");
        assert_eq!(key(|s| s.rate.wide.burst = 0), "rate.wide.burst");
        assert_eq!(key(|s| s.wait.citizen_ms = 70_000), "wait.citizen_ms");
    }
}
