//! Histories of monitors, read from CSV: `at,series,state,http_status,latency_ms`.
//!
//! A history is what some monitor wrote down over years, so it has gaps, repeated lines, lines out of order and lines cut in
//! the middle. None of these stops the reading. Each is told with its line number, and what can be used is.

use clock::Time;
use std::{borrow::Cow, collections::BTreeMap, fmt, time::Duration};

/// The columns, in their order.
pub const COLUMNS: [&str; 5] = ["at", "series", "state", "http_status", "latency_ms"];
/// A silence that is longer is a gap: most histories have a row a day at least, and a day's row may be an hour late.
pub const GAP: Duration = Duration::from_secs(26 * 3_600);
/// Warnings that are kept; the rest are counted.
pub const WARNINGS_COUNT_MAX: usize = 200;
/// The most series of one history.
pub const SERIES_COUNT_MAX: usize = 10_000;

/// What a monitor saw.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// It answered.
    Up,
    /// It answered, but slowly by the monitor's own measure.
    Degraded,
    /// It did not.
    Down,
}

/// One check, or one change of state where a history has only those.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Row {
    /// When.
    pub at: Time,
    /// What was seen; it lasts until the next row.
    pub state: State,
    /// The status of HTTP, where there was one.
    pub http_status: Option<u16>,
    /// How long the answer took.
    pub latency: Option<Duration>,
    /// The line of the file, from 1.
    pub line: usize,
}

/// Something odd in a history.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Warning {
    /// The line of the file, from 1.
    pub line: usize,
    /// What is odd and what was done about it.
    pub what: String,
}

impl fmt::Display for Warning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}: {}", self.line, self.what)
    }
}

/// Why a file is no history.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotATrace {
    /// There is nothing in it.
    #[error("the file is empty")]
    Empty,
    /// The first line names other columns.
    #[error("the first line is {0:?}; expected the columns at, series, state, http_status, latency_ms")]
    Columns(String),
    /// No line could be used.
    #[error("none of {0} lines can be used; the first: {1}")]
    NoRow(usize, Warning),
}

/// A history.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Trace {
    /// Rows by series, in the order of time, no two at one time.
    pub series: BTreeMap<String, Vec<Row>>,
    /// What was odd, in the order of lines; at most [`WARNINGS_COUNT_MAX`].
    pub warnings: Vec<Warning>,
    /// How much more was odd.
    pub warnings_beyond: usize,
}

/// Reads a history.
///
/// # Errors
/// When the file is empty, names other columns, or has no line that can be used.
pub fn read(bytes: &[u8]) -> Result<Trace, NotATrace> {
    let mut lines = bytes.split(|byte| *byte == b'\n').enumerate().map(|(index, line)| (index + 1, text(line)));
    let Some((_, head)) = lines.find(|(_, line)| !line.is_empty()) else { return Err(NotATrace::Empty) };
    let head = head.trim_start_matches('\u{feff}');
    if fields(head).iter().map(|field| field.trim()).ne(COLUMNS) {
        return Err(NotATrace::Columns(head.chars().take(80).collect()));
    }
    let (mut trace, mut count) = (Trace::default(), 0);
    for (line, text) in lines.filter(|(_, line)| !line.is_empty()) {
        count += 1;
        match row(line, &text) {
            Ok((series, _)) if !trace.series.contains_key(&series) && trace.series.len() >= SERIES_COUNT_MAX => {
                trace.warn(line, format!("more than {SERIES_COUNT_MAX} series; left out"));
            }
            Ok((series, row)) => trace.series.entry(series).or_default().push(row),
            Err(why) => trace.warn(line, format!("{why}; left out")),
        }
    }
    if trace.series.is_empty() {
        let first = trace.warnings.into_iter().next();
        return Err(first.map_or(NotATrace::Empty, |first| NotATrace::NoRow(count, first)));
    }
    put_in_order(&mut trace);
    Ok(trace)
}

impl Trace {
    fn warn(&mut self, line: usize, what: String) {
        if self.warnings.len() < WARNINGS_COUNT_MAX {
            self.warnings.push(Warning { line, what });
        } else {
            self.warnings_beyond += 1;
        }
    }
}

fn put_in_order(trace: &mut Trace) {
    let mut odd = Vec::new();
    for (name, rows) in &mut trace.series {
        let mut latest = Time::from_unix_ms(i64::MIN);
        for row in rows.iter() {
            if row.at < latest {
                let back = latest.since(row.at).as_secs();
                odd.push((row.line, format!("{name} goes back by {back} s; put in its place")));
            }
            latest = latest.max(row.at);
        }
        rows.sort_by_key(|row| row.at);
        let mut kept: Vec<Row> = Vec::with_capacity(rows.len());
        for row in rows.drain(..) {
            match kept.last_mut() {
                Some(last) if last.at == row.at => {
                    odd.push((
                        row.line,
                        format!("{name} at the same time as line {}; the later line counts", last.line),
                    ));
                    *last = row;
                }
                Some(last) if row.at.since(last.at) > GAP => {
                    let hours = row.at.since(last.at).as_secs() / 3_600;
                    odd.push((row.line, format!("{name} was not seen for {hours} h; taken as not watched")));
                    kept.push(row);
                }
                _ => kept.push(row),
            }
        }
        *rows = kept;
    }
    odd.sort();
    for (line, what) in odd {
        trace.warn(line, what);
    }
    trace.warnings.sort_by_key(|warning| warning.line);
}

fn row(line: usize, text: &str) -> Result<(String, Row), String> {
    let fields = fields(text);
    let [at, series, state, status, latency] = fields.as_slice() else {
        return Err(format!("{} fields where five belong", fields.len()));
    };
    let series = series.trim();
    if series.is_empty() {
        return Err("no name of a series".into());
    }
    let moment: jiff::Timestamp = at.trim().parse().map_err(|_| format!("{at:?} is no time"))?;
    let state = match state.trim().to_ascii_lowercase().as_str() {
        "up" => State::Up,
        "degraded" => State::Degraded,
        "down" => State::Down,
        _ => return Err(format!("{state:?} is none of up, degraded, down")),
    };
    let (http_status, latency) = (status.trim().parse().ok().filter(|status| *status > 0), millis(latency));
    Ok((series.into(), Row { at: Time::from_unix_ms(moment.as_millisecond()), state, http_status, latency, line }))
}

/// What is no number of milliseconds, or zero or less, or more than an hour, was not measured.
fn millis(text: &str) -> Option<Duration> {
    let ms: f64 = text.trim().parse().ok()?;
    (ms > 0.0 && ms < 3_600_000.0).then(|| Duration::from_secs_f64(ms / 1e3))
}

fn text(line: &[u8]) -> Cow<'_, str> {
    String::from_utf8_lossy(line.strip_suffix(b"\r").unwrap_or(line))
}

/// The fields of one line. A quote that is never closed ends with its line: it costs that line and not the file.
fn fields(line: &str) -> Vec<String> {
    let mut reader = csv_core::Reader::new();
    let (mut fields, mut field, mut input) = (Vec::new(), Vec::new(), line.as_bytes());
    loop {
        let mut part = [0; 256];
        let (result, read, written) = reader.read_field(input, &mut part);
        field.extend_from_slice(part.get(..written).unwrap_or_default());
        input = input.get(read..).unwrap_or_default();
        match result {
            csv_core::ReadFieldResult::InputEmpty | csv_core::ReadFieldResult::OutputFull => {}
            csv_core::ReadFieldResult::Field { record_end } => {
                fields.push(String::from_utf8_lossy(&std::mem::take(&mut field)).into_owned());
                if record_end {
                    return fields;
                }
            }
            csv_core::ReadFieldResult::End => return fields,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEAD: &str = "at,series,state,http_status,latency_ms\n";

    fn check(rows: &str, expected: &[&str]) -> Trace {
        let trace = read(format!("{HEAD}{rows}").as_bytes()).expect("a trace");
        let warnings: Vec<String> = trace.warnings.iter().map(ToString::to_string).collect();
        assert_eq!(warnings, expected);
        trace
    }

    #[test]
    fn good_rows_are_read_with_quotes_and_crlf() {
        let trace = check(
            "2025-01-01T00:00:00Z,\"Labels, all\",up,200,51\r\n2025-01-01T00:05:00Z,\"Labels, all\",down,0,\n",
            &[],
        );
        let rows = trace.series.get("Labels, all").expect("the series");
        assert_eq!(
            rows.iter().map(|row| (row.state, row.http_status)).collect::<Vec<_>>(),
            [(State::Up, Some(200)), (State::Down, None)]
        );
        assert_eq!(rows.first().and_then(|row| row.latency), Some(Duration::from_millis(51)));
    }

    #[test]
    fn what_is_odd_is_told_with_its_line_and_the_rest_is_read() {
        let trace = check(
            "2025-01-01T00:10:00Z,a,up,200,51\n\
             2025-01-01T00:05:00Z,a,down,500,60000\n\
             \u{1}\u{2}garbage\n\
             2025-01-01T00:10:00Z,a,down,500,1\n\
             yesterday,a,up,200,1\n\
             2025-01-01T00:11:00Z,a,sideways,200,1\n\
             2025-01-01T00:12:00Z,\"a,up,200,1\n\
             2025-01-03T00:12:00Z,a,up,200,-7\n",
            &[
                "line 3: a goes back by 300 s; put in its place",
                "line 4: 1 fields where five belong; left out",
                "line 5: a at the same time as line 2; the later line counts",
                "line 6: \"yesterday\" is no time; left out",
                "line 7: \"sideways\" is none of up, degraded, down; left out",
                "line 8: 2 fields where five belong; left out",
                "line 9: a was not seen for 48 h; taken as not watched",
            ],
        );
        let lines: Vec<usize> = trace.series.get("a").into_iter().flatten().map(|row| row.line).collect();
        assert_eq!(lines, [3, 5, 9]);
    }

    #[test]
    fn a_file_that_is_no_history_says_what_it_is() {
        let of = |bytes: &[u8]| read(bytes).expect_err("no trace").to_string();
        assert_eq!(of(b"\n\n"), "the file is empty");
        assert!(of(b"<html>").starts_with("the first line is \"<html>\""));
        assert!(
            of(format!("{HEAD}x\n").as_bytes()).starts_with("none of 1 lines can be used; the first: line 2: 1 fields")
        );
        assert_eq!(of(HEAD.as_bytes()), "the file is empty");
    }

    #[test]
    fn warnings_are_bounded() {
        let rows = "x\n".repeat(WARNINGS_COUNT_MAX + 50);
        let trace = read(format!("{HEAD}2025-01-01T00:00:00Z,a,up,200,1\n{rows}").as_bytes()).expect("a trace");
        assert_eq!((trace.warnings.len(), trace.warnings_beyond), (WARNINGS_COUNT_MAX, 50));
    }
}
