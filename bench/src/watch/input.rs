//! Histories from a directory: what is read, what is odd in it, and what cannot be read.

use flate2::read::MultiGzDecoder;
use std::{
    io::Read,
    path::{Path, PathBuf},
};
use watch::trace::{self, State, Trace};

/// The most bytes of one history, unpacked.
const BYTES_MAX: u64 = 512 * 1024 * 1024;
/// Warnings of one file that are printed.
const WARNINGS_SHOWN: usize = 5;

/// One file's history.
pub(crate) struct History {
    /// The file's name.
    pub(crate) name: String,
    pub(crate) series: Vec<Series>,
}

/// What one series was, as spans.
#[derive(Clone, Debug, Default)]
pub(crate) struct Series {
    pub(crate) spans: Vec<Span>,
    /// Moments and milliseconds of measured latency.
    pub(crate) latency: Vec<(i64, f64)>,
}

/// A time in one state, in milliseconds since 1970.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Span {
    pub(crate) from: i64,
    pub(crate) to: i64,
    pub(crate) up: bool,
    /// It ended by a change that was seen, not by a gap or the end of the history.
    pub(crate) ended: bool,
}

/// Reads every `.csv` and `.csv.gz` of a directory, and tells what is odd.
pub(crate) fn directory(dir: &Path) -> Result<Vec<History>, String> {
    let entries =
        std::fs::read_dir(dir).map_err(|error| format!("cannot read the directory {}: {error}", dir.display()))?;
    let mut files: Vec<PathBuf> =
        entries.filter_map(|entry| Some(entry.ok()?.path())).filter(|path| is_history(path)).collect();
    files.sort();
    if files.is_empty() {
        return Err(format!("there is no file *.csv or *.csv.gz in {}", dir.display()));
    }
    let mut read = Vec::new();
    let mut unread = Vec::new();
    for file in &files {
        match history(file) {
            Ok(history) => read.push(history),
            Err(why) => unread.push(format!("{}: {why}", file.display())),
        }
    }
    for why in &unread {
        crate::measure::say(&format!("left out: {why}"));
    }
    if read.is_empty() {
        return Err(format!(
            "none of {} files in {} can be read; the first: {}",
            files.len(),
            dir.display(),
            unread.join("; ")
        ));
    }
    Ok(read)
}

fn is_history(path: &Path) -> bool {
    let name = path.file_name().unwrap_or_default().to_string_lossy().to_ascii_lowercase();
    path.is_file() && (name.ends_with(".csv") || name.ends_with(".csv.gz"))
}

#[expect(clippy::disallowed_methods, reason = "a bench reads the histories that it is given")]
fn history(file: &Path) -> Result<History, String> {
    let opened = std::fs::File::open(file).map_err(|error| error.to_string())?;
    let packed = file.extension().is_some_and(|end| end.eq_ignore_ascii_case("gz"));
    let mut bytes = Vec::new();
    let read = if packed {
        MultiGzDecoder::new(opened).take(BYTES_MAX + 1).read_to_end(&mut bytes)
    } else {
        opened.take(BYTES_MAX + 1).read_to_end(&mut bytes)
    };
    let name = file.file_name().unwrap_or_default().to_string_lossy().into_owned();
    match read {
        Err(error) if bytes.is_empty() => return Err(error.to_string()),
        Err(error) => {
            crate::measure::say(&format!("{name}: breaks off after {} bytes ({error}); read so far", bytes.len()))
        }
        Ok(_) if bytes.len() as u64 > BYTES_MAX => return Err(format!("more than {BYTES_MAX} bytes")),
        Ok(_) => {}
    }
    let trace = trace::read(&bytes).map_err(|error| error.to_string())?;
    for warning in trace.warnings.iter().take(WARNINGS_SHOWN) {
        crate::measure::say(&format!("{name}: {warning}"));
    }
    let more = trace.warnings.len().saturating_sub(WARNINGS_SHOWN) + trace.warnings_beyond;
    if more > 0 {
        crate::measure::say(&format!("{name}: and {more} more"));
    }
    Ok(History { series: series(&trace), name })
}

/// The spans of each series: a state lasts until the next row, but no longer than a gap begins.
pub(crate) fn series(trace: &Trace) -> Vec<Series> {
    let gap = i64::try_from(trace::GAP.as_millis()).unwrap_or(i64::MAX);
    let of = |rows: &Vec<trace::Row>| {
        let mut series = Series::default();
        for (row, next) in rows.iter().zip(rows.iter().skip(1).map(Some).chain([None])) {
            let (from, up) = (row.at.unix_ms(), row.state != State::Down);
            if let (true, Some(spent)) = (up, row.latency) {
                series.latency.push((from, spent.as_secs_f64() * 1e3));
            }
            let to = next.map_or(from, |next| next.at.unix_ms().min(from + gap));
            let whole = next.is_some_and(|next| next.at.unix_ms() == to);
            match series.spans.last_mut() {
                Some(last) if last.to == from && last.up == up => (last.to, last.ended) = (to, whole),
                _ => series.spans.push(Span { from, to, up, ended: whole }),
            }
        }
        series
    };
    trace.series.values().map(of).collect()
}

/// The length of each up-time that followed an outage, in minutes, whether it ended by a fall, and the span's place.
pub(crate) fn returns(series: &Series) -> impl Iterator<Item = (usize, Span)> {
    let follows = |index: usize| {
        let before = index.checked_sub(1).and_then(|index| series.spans.get(index));
        let here = series.spans.get(index);
        matches!((before, here), (Some(before), Some(here)) if !before.up && before.ended && here.up && before.to == here.from)
    };
    series.spans.iter().copied().enumerate().filter(move |(index, _)| follows(*index))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn states_last_until_the_next_row_and_not_across_a_gap() {
        let text = "at,series,state,http_status,latency_ms\n\
            2025-01-01T00:00:00Z,a,up,200,50\n2025-01-01T00:10:00Z,a,down,500,9\n2025-01-01T00:12:00Z,a,up,200,51\n\
            2025-01-01T00:20:00Z,a,up,200,52\n2025-01-05T00:00:00Z,a,down,500,9\n";
        let all = series(&trace::read(text.as_bytes()).expect("a trace"));
        let minutes: Vec<_> =
            all[0].spans.iter().map(|span| ((span.to - span.from) / 60_000, span.up, span.ended)).collect();
        assert_eq!(minutes, [(10, true, true), (2, false, true), (8 + 26 * 60, true, false), (0, false, false)]);
        assert_eq!(returns(&all[0]).count(), 1);
    }
}
