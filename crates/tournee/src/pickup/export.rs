//! `tournee pickup export`.

use super::{csv, geojson};
use crate::{
    cli::{PickupExport, PointsFormat},
    fault::Fault,
    merchant::open,
    say,
    serve::settle,
};
use pickup::Known;
use std::{
    fs,
    io::{self, BufWriter, Write},
    path::{Path, PathBuf},
};

pub(super) async fn run(args: &PickupExport) -> Result<(), Fault> {
    let store = open(&settle(&args.place, None)?)?;
    let mut points = store.points().await?;
    store.close().await?;
    points.sort_unstable_by_key(|known| known.point.id);
    match &args.out {
        None => match write(io::stdout().lock(), args.format, &points) {
            // A reader that has gone away (`| head`) is no error.
            Err(e) if e.kind() == io::ErrorKind::BrokenPipe => Ok(()),
            done => Ok(done.map(drop)?),
        },
        Some(path) => {
            let count = to_file(path, args.format, &points)
                .map_err(|e| Fault::cant_create(format!("cannot write {}: {e}; give another --out", path.display())))?;
            say::line(format_args!("{count} pickup points in {}", path.display()));
            Ok(())
        }
    }
}

/// Writes under another name, and gives the file its own when it is whole.
#[expect(clippy::disallowed_methods, reason = "a file that its user names is not one of our data files")]
fn to_file(path: &Path, format: PointsFormat, points: &[Known]) -> io::Result<u64> {
    let mut name = path.as_os_str().to_owned();
    name.push(".part");
    let part = PathBuf::from(name);
    let written = fs::File::create(&part).and_then(|file| write(BufWriter::new(file), format, points));
    let named = written.and_then(|count| fs::rename(&part, path).map(|()| count));
    if named.is_err() {
        // What was begun is of no use; that it could not be made is said already.
        let _ = fs::remove_file(&part);
    }
    named
}

fn write(out: impl Write, format: PointsFormat, points: &[Known]) -> io::Result<u64> {
    match format {
        PointsFormat::Csv => csv::write(out, points.iter()),
        PointsFormat::Geojson => geojson::write(out, points.iter()),
    }
}
