//! `tournee compact`: takes out now what the server would take out within a day, or says how much that is.

use super::size;
use crate::{
    cli::Compact,
    fault::Fault,
    merchant,
    progress::Progress,
    say,
    serve::{StopSignal, runtime, settle},
};
use clock::{Clock, SystemClock};
use store::{CompactPlace, Keep, Removed, Store};

/// Runs the command.
///
/// # Errors
/// When the configuration or the store is wrong, or it was broken off; what was taken out by then is out.
pub fn run(args: &Compact) -> Result<(), Fault> {
    runtime()?.block_on(async {
        let config = settle(&args.place, None)?;
        super::need_data(&config)?;
        let store = merchant::open(&config)?;
        let mut stop = StopSignal::listen()?;
        let removed = tokio::select! {
            removed = pass(&store, config.keep.keep(), args.dry_run) => removed?,
            _ = stop.wait() => {
                store.close().await?;
                let said = "broken off; what was taken out is out, and the next time goes on with the rest";
                return Err(Fault::failed(said));
            }
        };
        tell(&removed, args.dry_run);
        if let Some(path) = &args.json {
            say::report(path, &removed)?;
        }
        Ok(store.close().await?)
    })
}

async fn pass(store: &Store, keep: Keep, rehearsal: bool) -> Result<Removed, Fault> {
    let (mut place, mut all) = (Some(CompactPlace::default()), Removed::default());
    let mut progress = Progress::default();
    while let Some(here) = place {
        let share = here.share();
        let (removed, next) = store.compact(keep, here, SystemClock.now(), rehearsal).await?;
        all += removed;
        progress.tell("compact", share, format_args!("{} labels, {} shipments", all.labels, all.shipments));
        place = next;
    }
    progress.end();
    Ok(all)
}

fn tell(removed: &Removed, rehearsal: bool) {
    let Removed { labels, label_bytes, shipments, facts, keys, numbers, tracked, batch_lines, choices, orders, unread } =
        removed;
    let bytes = size(*label_bytes);
    say::line(if rehearsal { "would be taken out:" } else { "taken out:" });
    say::line(format_args!("  {labels} labels ({bytes})"));
    say::line(format_args!("  the addresses of {shipments} shipments, with {facts} facts folded into one each"));
    say::line(format_args!("  {keys} keys of requests and {numbers} numbers, past thirteen months"));
    say::line(format_args!(
        "  what tracking said of {tracked} parcels, {batch_lines} lines of batches, and {choices} choices of pickup points"
    ));
    say::line(format_args!("  the texts of {orders} orders in shops, and {unread} webhooks that nobody could read"));
}
