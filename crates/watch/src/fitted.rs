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

/// What the running program uses.
pub const FITTED: Fitted = Fitted {
    scale_min: 8.0,
    base: -3.19,
    weights: [1.2, 0.5, 0.2, 0.3],
    calm_falls: [0.6, 2.0, 6.0],
    long_down_min: 240.0,
    bound_calm: 0.02,
    bound_flapping: 0.005,
    hold_min: 89.0,
};
