//! The file of `tournee shield` that says which parcels' numbers exist: one on a line.

use crate::fault::Fault;
use admission::Numbers;
use edge::NumbersSettings;
use parcel::ParcelNumber;
use server::KnownNumbers;
use std::{
    fs::File,
    io::{BufRead, BufReader},
    path::Path,
    sync::Arc,
};

/// The longest file that is read, in bytes: three hundred million numbers, for which 400 MB of memory are taken.
const FILE_BYTES_MAX: u64 = 4 << 30;
/// The bytes of a number and the end of its line.
const LINE_BYTES: u64 = 14;
/// The longest line that is read, in bytes.
const LINE_BYTES_MAX: u64 = 1_024;

/// The numbers of the file, on a thread of its own; without a file numbers of which nothing is known.
///
/// # Errors
/// When the file cannot be read or has a line that is not a number, with what to do.
pub(crate) async fn read(settings: &NumbersSettings, known: &Arc<KnownNumbers>) -> Result<Arc<Numbers>, Fault> {
    let Some(path) = settings.file.clone() else { return Ok(Arc::new(known.with_room(0))) };
    let known = Arc::clone(known);
    let reading = tokio::task::spawn_blocking(move || read_whole(&path, &known));
    reading.await.map_err(|e| Fault::failed(format!("shield.numbers.file: the reading ended badly: {e}")))?
}

#[expect(clippy::disallowed_methods, reason = "the numbers are configuration, not data")]
fn read_whole(path: &Path, known: &KnownNumbers) -> Result<Arc<Numbers>, Fault> {
    let place = path.display();
    let cannot =
        |e: std::io::Error| Fault::usage(format!("cannot read shield.numbers.file {place}: {e}; give the right path"));
    let file = File::open(path).map_err(cannot)?;
    let bytes = file.metadata().map_err(cannot)?.len();
    if bytes > FILE_BYTES_MAX {
        let much = format!("shield.numbers.file {place}: {bytes} bytes are too many; keep at most {FILE_BYTES_MAX}");
        return Err(Fault::usage(much));
    }
    let room = usize::try_from(bytes / LINE_BYTES + 1).unwrap_or(usize::MAX);
    let numbers = known.with_room(room);
    let (mut lines, mut line, mut count) = (BufReader::new(file), Vec::new(), 0_u64);
    loop {
        line.clear();
        let read = std::io::Read::take(&mut lines, LINE_BYTES_MAX).read_until(b'\n', &mut line).map_err(cannot)?;
        if read == 0 {
            break;
        }
        count += 1;
        let number = on_line(&line).map_err(|why| Fault::usage(format!("{place}:{count}: {why}")))?;
        number.iter().for_each(|number| numbers.insert(number.as_str()));
    }
    if numbers.is_over() {
        return Err(Fault::usage(format!(
            "shield.numbers.file {place}: it grew while it was read; write it under another name and rename it"
        )));
    }
    numbers.all_in();
    tracing::info!(file = %place, numbers = numbers.held(), "the shield knows which numbers exist");
    Ok(Arc::new(numbers))
}

/// The number on a line, if there is one: empty lines and comments have none.
fn on_line(line: &[u8]) -> Result<Option<ParcelNumber>, String> {
    let todo = "write one number on each line, of Colissimo or the UPU (S10), without spaces; # begins a comment";
    let text = str::from_utf8(line).map_err(|_| format!("this is not text (UTF-8); {todo}"))?.trim();
    if text.is_empty() || text.starts_with('#') {
        return Ok(None);
    }
    text.parse().map(Some).map_err(|e: parcel::Invalid| format!("not a parcel's number: {}; {todo}", e.problem))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_a_number_or_says_what_to_do() {
        let number =
            |line: &str| on_line(line.as_bytes()).map(|number| number.map(|number| number.as_str().to_owned()));
        assert_eq!(number("6A15984040331\r\n"), Ok(Some("6A15984040331".into())));
        assert_eq!(number(" EW112720413FR\n"), Ok(Some("EW112720413FR".into())));
        assert_eq!((number("\n"), number("# those of today\n")), (Ok(None), Ok(None)));
        for (line, says) in
            [("6A15984040332", "check digit"), ("6A159", "13 characters"), ("6A15984040331;x", "13 characters")]
        {
            let said = number(line).expect_err(line);
            assert!(said.contains(says) && said.contains("one number on each line"), "{said}");
        }
        assert!(on_line(b"6A\xff").expect_err("not text").contains("UTF-8"));
    }
}
