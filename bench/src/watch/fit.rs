//! Fits the relapse estimator, tests it on the site that it did not see, and says how well its odds are calibrated.
//!
//! The law's exponent is fitted by likelihood, over times up beyond 45 minutes (nothing is announced before) and up to a day,
//! with a weak pull towards the figures of 1,469 returns of ten public histories (odds in the next hour after two hours up: 2, 4, 11
//! and 29 % with none, one, two to four and five or more earlier falls in 24 h). How much memory is no flapping and the stricter
//! bound are chosen from a small grid, on the same sites and on drawn histories.

use super::{
    drawn,
    input::{History, Series, returns},
    plot, put,
    replay::{Tally, ours, quantile},
};
use clock::Time;
use std::path::Path;
use watch::{FITTED, Fitted, Memory, Past, bound, hold, relapse_odds};

/// The likelihood looks at times up beyond this, in minutes, and up to a day.
const FROM_MIN: f64 = 45.0;
const UP_TO_MIN: f64 = 1_440.0;
/// The pull: the exponent of a calm function, and what each input adds.
const PRIOR: [f64; 5] = [-3.324, 1.2, 0.4, 0.1, 0.3];
/// How strongly, in pseudo-observations.
const PULL: [f64; 5] = [200.0, 30.0, 30.0, 30.0, 30.0];
/// The largest lets one fall of six hours ago pass, and no more: one in 24 h doubles the odds.
const CALM: [[f64; 3]; 4] = [[0.4, 1.0, 3.0], [0.5, 1.5, 4.0], [0.6, 2.0, 6.0], [0.7, 2.5, 8.0]];
const BOUND_FLAPPING: [f64; 4] = [0.02, 0.01, 0.005, 0.0025];
/// Seeds of drawn histories that take part in the choice; others are kept for the test.
const SEEDS: std::ops::Range<u64> = 0..12;

/// A return, and how long it lasted.
#[derive(Clone, Copy, Debug)]
struct Return {
    past: Past,
    up_min: f64,
    fell: bool,
}

impl Return {
    /// Whether it fell within the hour after so many minutes up, of those that lasted so long; nothing if that is not known.
    fn falls_after(&self, up_min: f64) -> Option<bool> {
        if self.up_min <= up_min {
            return None;
        }
        let falls = self.fell && self.up_min - up_min <= 60.0;
        (falls || self.up_min - up_min > 60.0).then_some(falls)
    }
}

/// Fits, tests and prints; the odds' calibration is drawn into the file.
pub(crate) fn run(histories: &[History], drawing: Option<&Path>) -> Result<(), String> {
    let sites: Vec<Vec<Return>> = histories.iter().map(|history| of(&history.series)).collect();
    if sites.iter().all(Vec::is_empty) {
        return Err("there is no return after an outage in these histories: nothing can be fitted".into());
    }
    let invented: Vec<Vec<Return>> =
        drawn::KINDS.iter().flat_map(|kind| SEEDS.map(|seed| of(&drawn::history(kind, seed).series))).collect();
    put("leave one site out: fitted on the others, replayed on this one");
    put(&format!("{:28} {}", "site", head()));
    let mut judged = Vec::new();
    for (index, history) in histories.iter().enumerate() {
        let others: Vec<&Vec<Return>> =
            sites.iter().enumerate().filter(|(other, _)| *other != index).map(|(_, site)| site).collect();
        let fitted = choose(&others, &invented);
        let mut tally = Tally::default();
        history.series.iter().for_each(|series| tally.add(ours(&fitted, series)));
        put(&format!(
            "{:28} {}   calm {:?} bound {}",
            history.name,
            line(&tally),
            fitted.calm_falls,
            fitted.bound_flapping
        ));
        if let Some(site) = sites.get(index) {
            judged.extend(odds_and_ends(site, &fitted));
        }
    }
    let calibration = Calibration::of(&judged);
    calibration.print();
    if let Some(file) = drawing {
        plot::reliability(file, &calibration).map_err(|error| format!("cannot write {}: {error}", file.display()))?;
        put(&format!("drawn into {}", file.display()));
    }
    let all: Vec<&Vec<Return>> = sites.iter().collect();
    let fitted = choose(&all, &invented);
    put(&format!("fitted on all: {fitted:#?}"));
    if fitted_differs(&fitted) {
        put("these differ from the constants that the program uses (crates/watch/src/fitted.rs)");
    }
    Ok(())
}

fn fitted_differs(fitted: &Fitted) -> bool {
    let near = |a: f64, b: f64| (a - b).abs() < 5e-3;
    let pairs = fitted.weights.iter().zip(FITTED.weights).chain(fitted.calm_falls.iter().zip(FITTED.calm_falls));
    !near(fitted.base, FITTED.base)
        || !near(fitted.bound_flapping, FITTED.bound_flapping)
        || pairs.into_iter().any(|(a, b)| !near(*a, b))
}

pub(crate) fn head() -> &'static str {
    "returns announced false  share  wait p50     p90  signs max"
}

pub(crate) fn line(tally: &Tally) -> String {
    let number =
        |values: &[f64], share| quantile(values, share).map_or_else(|| "–".into(), |value| format!("{value:.0}"));
    let share = 100.0 * tally.false_announced as f64 / tally.announced.max(1) as f64;
    format!(
        "{:7} {:9} {:5} {:5.1}% {:5} min {:>5} min {:>6} s",
        tally.returns,
        tally.announced,
        tally.false_announced,
        share,
        number(&tally.wait_min, 0.5),
        number(&tally.wait_min, 0.9),
        number(&tally.signs_s, 1.0),
    )
}

/// Every return of a history with its past.
fn of(all: &[Series]) -> Vec<Return> {
    let mut found = Vec::new();
    for series in all {
        let (mut memory, mut before, mut down) = (Memory::default(), Memory::default(), Time::default());
        let ups: Vec<usize> = returns(series).map(|(index, _)| index).collect();
        for (index, span) in series.spans.iter().enumerate() {
            let (from, minutes) = (Time::from_unix_ms(span.from), (span.to - span.from) as f64 / 60e3);
            if !span.up {
                (before, down) = (memory, from);
                memory.fell(from);
            } else if ups.contains(&index) {
                let fell = span.ended && series.spans.get(index + 1).is_some_and(|next| !next.up);
                found.push(Return { past: Past::new(&before, down, from), up_min: minutes, fell });
            }
        }
    }
    found
}

/// The best of the grid, each fitted by likelihood.
fn choose(sites: &[&Vec<Return>], invented: &[Vec<Return>]) -> Fitted {
    let mut best: Option<(f64, Fitted)> = None;
    for calm_falls in CALM {
        let fitted = likeliest(sites, &Fitted { calm_falls, ..FITTED });
        for bound_flapping in BOUND_FLAPPING {
            let candidate = Fitted { bound_flapping, ..fitted };
            let sum = loss(sites.iter().copied(), &candidate) + loss(invented.iter(), &candidate);
            if best.is_none_or(|(least, _)| sum < least) {
                best = Some((sum, candidate));
            }
        }
    }
    best.map_or(FITTED, |(_, fitted)| fitted)
}

/// What a rule costs: the percentage of false words over all sites, and for each site on average a median wait beyond 90
/// minutes (two to six) and the share that is never announced (up to one).
fn loss<'a>(sites: impl Iterator<Item = &'a Vec<Return>>, fitted: &Fitted) -> f64 {
    let (mut wrong, mut announced, mut by_site, mut count) = (0.5, 1.0, 0.0, 0.0);
    for site in sites.filter(|site| !site.is_empty()) {
        let mut waits = Vec::new();
        for one in site {
            let wait = hold(&one.past, fitted).as_secs_f64() / 60.0;
            if one.up_min > wait {
                waits.push(wait);
                wrong += if one.falls_after(wait) == Some(true) { 1.0 } else { 0.0 };
            }
        }
        announced += waits.len() as f64;
        let median = quantile(&waits, 0.5).unwrap_or(0.0);
        by_site += if median > 90.0 { 2.0 + (median - 90.0).min(400.0) / 100.0 } else { 0.0 };
        by_site += 1.0 - waits.len() as f64 / site.len() as f64;
        count += 1.0;
    }
    100.0 * wrong / announced + by_site / f64::max(count, 1.0)
}

/// The likeliest exponent, by damped Newton steps along each axis.
fn likeliest(sites: &[&Vec<Return>], shape: &Fitted) -> Fitted {
    let rows: Vec<([f64; 5], bool, f64)> = sites
        .iter()
        .flat_map(|site| site.iter())
        .filter(|one| one.up_min >= FROM_MIN)
        .map(|one| {
            let [day, week, month, long] = one.past.inputs(shape);
            let until = one.up_min.min(UP_TO_MIN);
            let exposed = ((shape.scale_min + until) / (shape.scale_min + FROM_MIN)).ln();
            ([1.0, day, week, month, long], one.fell && one.up_min < UP_TO_MIN, exposed)
        })
        .collect();
    let mut weights = PRIOR;
    for _ in 0..300 {
        let mut slope = [0.0; 5];
        let mut bend = PULL;
        for ((slope, weight), (prior, pull)) in slope.iter_mut().zip(weights).zip(PRIOR.iter().zip(PULL)) {
            *slope = (prior - weight) * pull;
        }
        for (inputs, fell, exposed) in &rows {
            let sum: f64 = inputs.iter().zip(weights).map(|(input, weight)| input * weight).sum();
            let expected = sum.exp() * exposed;
            let seen = if *fell { 1.0 } else { 0.0 };
            for ((slope, bend), input) in slope.iter_mut().zip(&mut bend).zip(inputs) {
                *slope += (seen - expected) * input;
                *bend += expected * input * input;
            }
        }
        for ((weight, slope), bend) in weights.iter_mut().zip(slope).zip(bend) {
            *weight += 0.3 * slope / bend;
        }
    }
    let [base, day, week, month, long] = weights;
    Fitted { base, weights: [day, week, month, long], ..*shape }
}

/// What was foretold at several times up, and what came.
fn odds_and_ends(site: &[Return], fitted: &Fitted) -> Vec<(f64, bool)> {
    let at = [5.0, 15.0, 30.0, 60.0, 90.0, 120.0, 180.0, 240.0, 360.0, 720.0];
    let pairs = site.iter().flat_map(|one| at.iter().filter_map(move |up| Some((*up, one, one.falls_after(*up)?))));
    pairs
        .map(|(up, one, fell)| (relapse_odds(&one.past, std::time::Duration::from_secs_f64(up * 60.0), fitted), fell))
        .collect()
}

/// How well odds are calibrated.
pub(crate) struct Calibration {
    /// Mean odds, share that fell, and how many.
    pub(crate) bins: Vec<(f64, f64, usize)>,
    pub(crate) brier: f64,
    /// The score of who always foretells the mean.
    pub(crate) brier_of_mean: f64,
}

impl Calibration {
    fn of(judged: &[(f64, bool)]) -> Self {
        let score = |odds: f64, fell: bool| (odds - if fell { 1.0 } else { 0.0 }).powi(2);
        let count = judged.len().max(1) as f64;
        let mean = judged.iter().filter(|(_, fell)| *fell).count() as f64 / count;
        let edges = [0.0, 0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 1.01];
        let bins = edges.iter().zip(edges.iter().skip(1)).filter_map(|(from, to)| {
            let inside: Vec<_> = judged.iter().filter(|(odds, _)| odds >= from && odds < to).collect();
            let of = inside.len() as f64;
            let fell = inside.iter().filter(|(_, fell)| *fell).count() as f64;
            (!inside.is_empty())
                .then(|| (inside.iter().map(|(odds, _)| odds).sum::<f64>() / of, fell / of, inside.len()))
        });
        Self {
            bins: bins.collect(),
            brier: judged.iter().map(|(odds, fell)| score(*odds, *fell)).sum::<f64>() / count,
            brier_of_mean: judged.iter().map(|(_, fell)| score(mean, *fell)).sum::<f64>() / count,
        }
    }

    fn print(&self) {
        put("calibration, each site by the estimator that did not see it:");
        put("  foretold    fell   looks");
        for (odds, fell, count) in &self.bins {
            put(&format!("  {:7.1}% {:6.1}% {count:7}", 100.0 * odds, 100.0 * fell));
        }
        put(&format!("  Brier score {:.4}; {:.4} for who always foretells the mean", self.brier, self.brier_of_mean));
    }
}

/// The bound and hold of an ordinary first outage, for the table's foot.
pub(crate) fn ordinary() -> String {
    let past = Past { falls: [0.0; 3], down_min: 10.0 };
    format!(
        "an ordinary first outage: {:.0} min, bound {:.1} %",
        hold(&past, &FITTED).as_secs_f64() / 60.0,
        100.0 * bound(&past, &FITTED)
    )
}
