//! Sparklines out of blocks: an eighth of a line is the smallest step.

use server::MinuteAnswer;

const BLOCKS: [char; 9] = [' ', '▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];
/// Minutes that are shown at most.
pub(super) const MINUTES: usize = 60;
/// Powers of two under and above the usual time that are shown.
const UNDER: f64 = 2.0;
const ABOVE: f64 = 5.0;

/// The newest minutes, as many as there is room for.
pub(super) fn newest(hour: &[MinuteAnswer], room: usize) -> &[MinuteAnswer] {
    hour.get(hour.len().saturating_sub(room.min(MINUTES))..).unwrap_or_default()
}

/// What latencies are measured by: the usual time, or the middle of what was seen where none is known.
pub(super) fn measure(usual_ms: Option<f64>, hour: &[MinuteAnswer]) -> Option<f64> {
    let usable = |ms: &f64| ms.is_finite() && *ms > 0.0;
    if let Some(usual) = usual_ms.filter(usable) {
        return Some(usual);
    }
    let mut seen: Vec<f64> = hour.iter().filter_map(|minute| minute.typical_ms).filter(usable).collect();
    seen.sort_by(f64::total_cmp);
    seen.get(seen.len() / 2).copied()
}

/// Where a minute's latency stands between a quarter of the usual (0) and 32 times it (1), on a log scale.
pub(super) fn slowness(minute: &MinuteAnswer, usual_ms: f64) -> Option<f64> {
    let ms = minute.typical_ms.filter(|ms| ms.is_finite() && *ms > 0.0 && minute.calls > 0)?;
    Some((((ms / usual_ms).log2() + UNDER) / (UNDER + ABOVE)).clamp(0.0, 1.0))
}

/// The share of a minute's calls that failed.
pub(super) fn failing(minute: &MinuteAnswer) -> Option<f64> {
    (minute.calls > 0).then(|| (f64::from(minute.failed) / f64::from(minute.calls)).min(1.0))
}

/// Bars of so many lines, the highest line first; what has no height is blank, and a height of nothing one eighth.
pub(super) fn bars(heights: &[Option<f64>], lines: usize) -> Vec<String> {
    let eighths: Vec<usize> = heights.iter().map(|height| height.map_or(0, |height| eighths(height, lines))).collect();
    let line = |below: usize| {
        eighths.iter().filter_map(|all| BLOCKS.get(all.saturating_sub(below * 8).min(8))).collect::<String>()
    };
    (0..lines).rev().map(line).collect()
}

/// From 1 to eight times the lines; only nothing is 1.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "both are bounded by the lines of a screen"
)]
fn eighths(height: f64, lines: usize) -> usize {
    let steps = (lines * 8).saturating_sub(1);
    // A hair less, so that what is a whole step does not become the next by rounding.
    1 + (height.clamp(0.0, 1.0) * steps as f64 - 1e-9).ceil().max(0.0) as usize
}

#[cfg(test)]
mod tests {
    use super::*;

    fn minute(calls: u32, failed: u32, typical_ms: Option<f64>) -> MinuteAnswer {
        MinuteAnswer { calls, failed, typical_ms }
    }

    #[test]
    fn watching_bars_tell_nothing_from_none() {
        let heights = [None, Some(0.0), Some(0.01), Some(0.5), Some(1.0)];
        assert_eq!(bars(&heights, 1), [" ▁▂▅█"]);
        assert_eq!(bars(&heights, 2), ["   ▁█", " ▁▂██"]);
        assert!(bars(&heights, 0).is_empty());
    }

    #[test]
    fn watching_latencies_stand_on_a_log_scale_around_the_usual() {
        let at = |ms| slowness(&minute(1, 0, Some(ms)), 200.0);
        assert_eq!([at(25.0), at(50.0), at(6_400.0), at(1e9)], [Some(0.0), Some(0.0), Some(1.0), Some(1.0)]);
        let heights = [50.0, 100.0, 200.0, 400.0, 800.0, 1_600.0, 3_200.0, 6_400.0].map(at);
        assert_eq!(bars(&heights, 1), ["▁▂▃▄▅▆▇█"], "each doubling is one step");
        assert_eq!([at(0.0), at(f64::NAN), at(-1.0)], [None; 3]);
        assert_eq!(slowness(&minute(0, 0, None), 200.0), None);
    }

    #[test]
    fn watching_errors_are_shares() {
        assert_eq!(failing(&minute(0, 0, None)), None);
        assert_eq!(
            [minute(4, 0, None), minute(4, 1, None), minute(4, 9, None)].map(|m| failing(&m)),
            [Some(0.0), Some(0.25), Some(1.0)]
        );
    }

    #[test]
    fn watching_without_a_usual_time_the_middle_stands_for_it() {
        let hour = [5.0, 1.0, 3.0].map(|ms| minute(1, 0, Some(ms)));
        assert_eq!(measure(Some(7.0), &hour), Some(7.0));
        assert_eq!(measure(None, &hour), Some(3.0));
        assert_eq!(measure(Some(0.0), &[]), None);
    }
}
