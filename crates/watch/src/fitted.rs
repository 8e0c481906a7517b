//! The numbers of the relapse estimator, and where they come from.

use serde::{Deserialize, Serialize};

/// The numbers of the relapse estimator.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Fitted {
    /// The scale of the law, in minutes.
    pub scale_min: f64,
    /// The logarithm of the exponent with nothing in memory.
    pub base: f64,
    /// What each input adds to it: falls over half a day, half a week, fifteen days; the logarithm of the outage's length.
    pub weights: [f64; 4],
    /// Remembered falls, as decaying counts, that are no flapping.
    pub calm_falls: [f64; 3],
    /// Outages up to this long say nothing, in minutes.
    pub long_down_min: f64,
    /// The bound of the odds while nothing but ordinary falls is remembered.
    pub bound_calm: f64,
    /// The bound of the odds once returns have failed.
    pub bound_flapping: f64,
    /// The least time up before the word *restored*, in minutes.
    pub hold_min: f64,
}

/// What the running program uses: what `cargo run --release -p bench -- watch-fit --traces DIR` printed for five public
/// monitoring histories (86 series, 245 returns, 2021 to 2026), with a pull towards the odds measured on 1,469 returns of
/// ten public histories.
///
/// - `base`, `weights`: by likelihood, over times up from 45 minutes to a day.
/// - `calm_falls`, `bound_flapping`: the least costly of a grid of 16, on these and on histories drawn from a seed.
/// - `scale_min`: from those 1,469 returns; with 8 minutes one law gives both their odds at the first success and after two
///   hours.
/// - `hold_min`: the median wait that is borne is 90 minutes, and waiting is what makes the word true.
/// - `bound_calm`: the odds of an ordinary first outage after that time.
/// - `long_down_min`: chosen; no history has enough outages of hours to fit it.
pub const FITTED: Fitted = Fitted {
    scale_min: 8.0,
    base: -3.147,
    weights: [1.154, 0.444, 0.152, 0.209],
    calm_falls: [0.6, 2.0, 6.0],
    long_down_min: 240.0,
    bound_calm: 0.022,
    bound_flapping: 0.0025,
    hold_min: 89.0,
};
