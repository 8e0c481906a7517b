//! `tournee pickup import`.

use super::{described, read};
use crate::{
    cli::{PickupImport, PointsFormat},
    fault::Fault,
    merchant::open,
    progress::Progress,
    say,
    serve::settle,
};
use clock::{Clock, SystemClock, Time};
use parcel::PickupPointId;
use pickup::{Known, Standing};
use std::{collections::HashMap, fs, path::Path};
use store::Store;

/// The largest file that is read, in bytes.
const FILE_BYTES_MAX: u64 = 256 << 20;
/// Points in one write: a running server gets its turn between.
const BATCH_COUNT: usize = 1_000;

/// How many points were what.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Taken {
    new: usize,
    newer: usize,
    older: usize,
}

pub(super) async fn run(args: &PickupImport) -> Result<(), Fault> {
    let format = format(args)?;
    let (name, text) = (args.file.display().to_string(), text(&args.file)?);
    let now = SystemClock.now();
    let points = read::points(&text, format, args.seen_at.unwrap_or(now)).map_err(|m| read::fault(&name, &m))?;
    if let Some(ahead) = points.iter().find(|known| told_at(known) > now) {
        let id = ahead.point.id;
        return Err(Fault::usage(format!("{name} was not taken in: {id} was seen in the future; correct seen_at")));
    }
    let store = open(&settle(&args.place, None)?)?;
    let taken = compared(&points, store.points().await?);
    write(&store, points).await?;
    let Taken { new, newer, older } = taken;
    say::line(format_args!(
        "{name}: {new} new pickup points, {newer} known and newer now, {older} known better already"
    ));
    say::line(described(&store.points_kept().await?, now));
    Ok(store.close().await?)
}

fn format(args: &PickupImport) -> Result<PointsFormat, Fault> {
    let ending = args.file.extension().and_then(|ending| ending.to_str()).map(str::to_ascii_lowercase);
    match (args.format, ending.as_deref()) {
        (Some(format), _) => Ok(format),
        (None, Some("csv")) => Ok(PointsFormat::Csv),
        (None, Some("geojson" | "json")) => Ok(PointsFormat::Geojson),
        (None, _) => Err(Fault::usage("the file's ending is neither .csv nor .geojson; give --format")),
    }
}

#[expect(clippy::disallowed_methods, reason = "a file that its user names is not one of our data files")]
fn text(path: &Path) -> Result<String, Fault> {
    let cannot = |why: String| Fault::usage(format!("cannot read {}: {why}", path.display()));
    let bytes = fs::metadata(path).map_err(|e| cannot(format!("{e}; give the right path")))?.len();
    if bytes > FILE_BYTES_MAX {
        return Err(cannot(format!("it has {bytes} bytes, at most {FILE_BYTES_MAX} are read; split it")));
    }
    fs::read_to_string(path).map_err(|e| cannot(format!("{e}; give the right path, and save it as UTF-8")))
}

/// When the latest of what is said of a point was learned.
fn told_at(known: &Known) -> Time {
    match known.standing {
        Standing::Listed => known.seen_at,
        Standing::Unlisted { since } | Standing::Gone { since } => known.seen_at.max(since),
    }
}

fn compared(points: &[Known], before: Vec<Known>) -> Taken {
    let before: HashMap<PickupPointId, Time> = before.iter().map(|known| (known.point.id, told_at(known))).collect();
    points.iter().fold(Taken::default(), |mut taken, known| {
        match before.get(&known.point.id) {
            None => taken.new += 1,
            Some(at) if told_at(known) >= *at => taken.newer += 1,
            Some(_) => taken.older += 1,
        }
        taken
    })
}

#[expect(clippy::cast_precision_loss, reason = "a bar needs no more")]
async fn write(store: &Store, points: Vec<Known>) -> Result<(), Fault> {
    let (total, mut done, mut progress) = (points.len(), 0, Progress::default());
    for batch in points.chunks(BATCH_COUNT) {
        store.keep_points(batch.to_vec()).await?;
        done += batch.len();
        progress.tell("import", done as f64 / total as f64, format_args!("{done} of {total} points"));
    }
    progress.end();
    Ok(())
}
