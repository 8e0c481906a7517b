//! `tournee resync`: makes a shop's book and ours equal, and says what differed. May be broken off and run again.

use super::{moment, open};
use crate::{
    cli::Resync,
    fault::Fault,
    merchant,
    progress::Progress,
    say,
    serve::{StopSignal, runtime, settle},
};
use clock::{Clock, SystemClock};
use runner::ResyncReport;

/// Differences that are printed; the file of `--json` has more.
const PRINTED_COUNT: usize = 20;

/// Runs the command.
///
/// # Errors
/// When the shop cannot be asked, or the store fails.
pub fn run(args: &Resync) -> Result<(), Fault> {
    runtime()?.block_on(resync(args))
}

async fn resync(args: &Resync) -> Result<(), Fault> {
    let mut stop = StopSignal::listen()?;
    let config = settle(&args.place, None)?;
    let store = merchant::open(&config)?;
    let open = open(&config, &store, &args.shop).await?;
    let since = moment(&args.since, SystemClock.now())?;
    let mut progress = Progress::default();
    let mut tell = |part: &'static str, share: f64, report: &ResyncReport| {
        progress.tell(part, share, format_args!("{part}: {} orders read", report.read));
    };
    let work = runner::Resync { store: &store, open: &open, clock: &SystemClock, since };
    let report = tokio::select! {
        report = runner::resync(&work, &mut tell) => report?,
        _ = stop.wait() => {
            progress.end();
            return Err(Fault::failed("broken off; what was read until then is on disk. Run it again to go through to the end"));
        }
    };
    progress.end();
    store.close().await?;
    if let Some(path) = &args.json {
        say::report(path, &report)?;
    }
    print(&report);
    match &report.stopped {
        None => Ok(()),
        Some(why) => {
            Err(Fault::unavailable(format!("stopped before its end: {why}; run it again when the shop answers")))
        }
    }
}

fn print(report: &ResyncReport) {
    say::line(format_args!("{} since {}: {} orders read", report.shop, report.since, report.read));
    if report.is_equal() {
        say::line("nothing differed");
        return;
    }
    for (count, what) in [
        (report.missing_here, "were missing here and are taken in"),
        (report.older_here, "were older here and are brought up to date"),
        (report.gone_there, "are no longer in the shop"),
        (report.numbers_missing_there, "lacked the number of their parcel in the shop"),
        (report.numbers_differ, "have another parcel's number in the shop: look at them"),
        (report.unreadable, "cannot be read and are kept for a person"),
    ] {
        if count > 0 {
            say::line(format_args!("{count} {what}"));
        }
    }
    if report.numbers_told > 0 {
        say::line(format_args!("{} numbers told", report.numbers_told));
    }
    for difference in report.differences.iter().take(PRINTED_COUNT) {
        say::line(format_args!("  {}: {}; {}", difference.order, difference.what, difference.done));
    }
    if report.differences.len() > PRINTED_COUNT {
        say::line(format_args!("  … and {} more; --json FILE has them", report.differences.len() - PRINTED_COUNT));
    }
}
