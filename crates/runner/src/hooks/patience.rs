//! How often and when a message is sent again: the waits that Standard Webhooks recommends, three days in all.

use channels::webhook::Report;
use clock::Time;
use std::time::Duration;
use store::Settled;

const M: u64 = 60;
const H: u64 = 60 * M;

/// The wait after each attempt that failed, in seconds.
const WAITS_S: [u64; 9] = [5, 5 * M, 30 * M, 2 * H, 5 * H, 10 * H, 14 * H, 20 * H, 24 * H];
/// The receiver's own wish counts up to this.
const WISH_MAX: Duration = Duration::from_secs(24 * H);
/// By how much of itself a wait grows by chance, at most: messages that failed together come back apart.
const JITTER: f64 = 0.1;

/// What becomes of a message that was sent `before` times before this.
pub(super) fn verdict(report: &Report, before: u32, now: Time, chance: u32) -> Settled {
    if report.is_delivered() {
        return Settled::Delivered;
    }
    if report.is_gone() {
        return Settled::Gone;
    }
    let wait = usize::try_from(before).ok().and_then(|before| WAITS_S.get(before));
    let Some(wait_s) = wait else { return Settled::Exhausted };
    let grown = 1.0 + JITTER * f64::from(chance) / f64::from(u32::MAX);
    let wait = Duration::from_secs(*wait_s).mul_f64(grown);
    Settled::Again(now.plus(wait.max(report.retry_after.unwrap_or_default().min(WISH_MAX))))
}

#[cfg(test)]
mod tests {
    use super::*;
    use channels::webhook::Failure;

    const NOW: Time = Time::from_unix_ms(1_000);

    fn report(result: Result<u16, Failure>, retry_after_s: Option<u64>) -> Report {
        Report { result, retry_after: retry_after_s.map(Duration::from_secs), took: Duration::ZERO }
    }

    #[test]
    fn what_is_not_delivered_comes_again_ever_later_and_then_no_more() {
        let failed = report(Ok(500), None);
        for (before, wait_s) in (0..).zip(WAITS_S) {
            let soonest = NOW.plus(Duration::from_secs(wait_s));
            assert_eq!(verdict(&failed, before, NOW, 0), Settled::Again(soonest));
            let latest = NOW.plus(Duration::from_secs(wait_s).mul_f64(1.1));
            assert_eq!(verdict(&failed, before, NOW, u32::MAX), Settled::Again(latest));
        }
        assert_eq!(verdict(&failed, 9, NOW, 0), Settled::Exhausted);
        assert_eq!(verdict(&failed, u32::MAX, NOW, 0), Settled::Exhausted);
    }

    #[test]
    fn every_end_has_its_verdict() {
        for (result, settled) in
            [(Ok(200), Settled::Delivered), (Ok(204), Settled::Delivered), (Ok(410), Settled::Gone)]
        {
            assert_eq!(verdict(&report(result, None), 0, NOW, 0), settled, "{result:?}");
        }
        for result in [Ok(302), Ok(400), Ok(503), Err(Failure::NoAnswer), Err(Failure::NoConnection)] {
            assert!(matches!(verdict(&report(result, None), 0, NOW, 0), Settled::Again(_)), "{result:?}");
        }
    }

    #[test]
    fn the_receivers_wish_counts_within_a_day() {
        let again = |wish| verdict(&report(Ok(503), Some(wish)), 0, NOW, 0);
        assert_eq!(again(60), Settled::Again(NOW.plus(Duration::from_secs(60))));
        assert_eq!(again(1), Settled::Again(NOW.plus(Duration::from_secs(5))), "never sooner than ours");
        assert_eq!(again(u64::MAX), Settled::Again(NOW.plus(WISH_MAX)));
    }
}
