//! Cuts a file into rows by its lines. In CSV a row goes on while a quote is open; elsewhere a row is a line.
//!
//! A quote that was opened by mistake would swallow the rows after it. So a row over several lines is believed only
//! while its quotes make sense; where they do not, the first line alone is at fault and the next line begins a row.

use super::text::{Fault, ROW_BYTES_MAX, Row, Text};

/// Lines of the file that one row can go over, at most: what one open quote can make us read twice.
const ROW_LINES_MAX: u32 = 50;

/// Where in a row of CSV a byte stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    CellStart,
    Plain,
    Quoted,
    /// After a quote that closes, unless another follows.
    Closed,
}

/// What a byte means to the row that it stands in.
enum Means {
    More,
    RowEnd,
    Nonsense,
}

/// A file of lines.
#[derive(Debug)]
pub(super) struct Lines {
    text: Text,
    /// What separates cells, where quotes count.
    delimiter: Option<u8>,
    /// How much of the rest was looked at.
    seen: usize,
    place: Place,
    /// Lines of the current row that are over.
    lines: u32,
    /// Whether the rest of a line that was too long is left out.
    skipping: bool,
}

impl Lines {
    /// Rows that are lines.
    pub(super) fn new() -> Self {
        let text = Text::default();
        Self { text, delimiter: None, seen: 0, place: Place::CellStart, lines: 0, skipping: false }
    }

    /// From the next row on, cells are separated so and can be quoted.
    pub(super) fn separate_by(&mut self, delimiter: u8) {
        self.delimiter = Some(delimiter);
    }

    pub(super) fn push(&mut self, piece: &[u8]) {
        self.text.push(piece);
    }

    pub(super) fn end(&mut self) {
        self.text.end();
    }

    /// Takes a row over several lines back but for its first line, which is at fault.
    pub(super) fn only_its_first_line(&mut self, row: &Row) {
        self.text.back_to_first_line(row);
    }

    /// The next row; nothing when it is not whole yet, or at the end.
    pub(super) fn next(&mut self) -> Option<Row> {
        if self.seen == 0 {
            self.leave_out();
        }
        while let Some(byte) = self.text.rest().get(self.seen).copied() {
            match self.step(byte) {
                Means::RowEnd => return Some(self.cut()),
                Means::Nonsense => return Some(self.first_line(Fault::OpenQuote)),
                Means::More => self.seen += 1,
            }
            if self.seen > ROW_BYTES_MAX || self.lines > ROW_LINES_MAX {
                return Some(self.too_long());
            }
        }
        let left = self.text.is_ended() && self.seen > 0;
        left.then(|| if self.place == Place::Quoted { self.first_line(Fault::OpenQuote) } else { self.cut() })
    }

    /// Leaves out what stands before a row: line ends, and the rest of a line that was too long.
    fn leave_out(&mut self) {
        let skipping = self.skipping;
        let is_left_out = |b: &&u8| skipping != matches!(b, b'\r' | b'\n');
        let count = self.text.rest().iter().take_while(is_left_out).count();
        self.text.skip(count);
        if skipping && !self.text.rest().is_empty() {
            self.skipping = false;
            self.leave_out();
        }
    }

    fn step(&mut self, byte: u8) -> Means {
        let line_end = matches!(byte, b'\r' | b'\n');
        let Some(delimiter) = self.delimiter else { return if line_end { Means::RowEnd } else { Means::More } };
        self.place = match (self.place, byte) {
            (Place::Quoted, b'"') => Place::Closed,
            (Place::Quoted, _) => {
                self.lines += u32::from(line_end);
                Place::Quoted
            }
            (Place::Closed | Place::CellStart, b'"') => Place::Quoted,
            _ if line_end => return Means::RowEnd,
            (_, byte) if byte == delimiter => Place::CellStart,
            (Place::Closed, _) if self.lines > 0 => return Means::Nonsense,
            _ => Place::Plain,
        };
        Means::More
    }

    fn cut(&mut self) -> Row {
        let row = self.text.cut(self.seen, self.lines > 0, None);
        self.begin_anew();
        row
    }

    /// Cuts the first line of the row alone: the next line begins a row.
    fn first_line(&mut self, fault: Fault) -> Row {
        let rest = &self.text.rest()[..self.seen];
        let first = rest.iter().position(|b| matches!(b, b'\r' | b'\n')).unwrap_or(self.seen);
        let row = self.text.cut(first, false, Some(fault));
        self.begin_anew();
        row
    }

    fn too_long(&mut self) -> Row {
        if self.lines > 0 {
            return self.first_line(Fault::OpenQuote);
        }
        self.skipping = true;
        self.first_line(Fault::TooLong)
    }

    fn begin_anew(&mut self) {
        (self.seen, self.place, self.lines) = (0, Place::CellStart, 0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Line, text and fault of every row, the file given in pieces of this size.
    fn cut(file: &str, delimiter: Option<u8>, size: usize) -> Vec<(u64, String, Option<Fault>)> {
        let mut lines = Lines::new();
        lines.delimiter = delimiter;
        let mut rows = Vec::new();
        let mut take = |lines: &mut Lines| {
            while let Some(row) = lines.next() {
                rows.push((row.line, String::from_utf8_lossy(&row.text).into_owned(), row.fault));
            }
        };
        for piece in file.as_bytes().chunks(size) {
            lines.push(piece);
            take(&mut lines);
        }
        lines.end();
        take(&mut lines);
        rows
    }

    fn check(file: &str, expected: &[(u64, &str, Option<Fault>)]) {
        let expected: Vec<_> = expected.iter().map(|(line, text, fault)| (*line, (*text).to_owned(), *fault)).collect();
        for size in [1, 2, 3, 7, 1000] {
            assert_eq!(cut(file, Some(b','), size), expected, "{file:?} in pieces of {size}");
        }
    }

    #[test]
    fn every_line_end_is_one() {
        for ends in ["\n", "\r\n", "\r"] {
            let file = format!("\u{FEFF}a{ends}{ends}b{ends}c");
            check(&file, &[(1, "a", None), (3, "b", None), (4, "c", None)]);
        }
        check("", &[]);
        check("\n\r\n", &[]);
    }

    #[test]
    fn a_quoted_cell_can_go_over_lines() {
        check("a,\"x\r\ny \"\"z\"\"\",b\nc,d", &[(1, "a,\"x\r\ny \"\"z\"\"\",b", None), (3, "c,d", None)]);
        check("a \"b\nc", &[(1, "a \"b", None), (2, "c", None)]);
    }

    #[test]
    fn an_open_quote_costs_its_own_line_alone() {
        let open = Some(Fault::OpenQuote);
        check("a,\"b\nc,d\ne,f", &[(1, "a,\"b", open), (2, "c,d", None), (3, "e,f", None)]);
        check("a,\"b\nc,d\ne,\"f\"\ng", &[(1, "a,\"b", open), (2, "c,d", None), (3, "e,\"f\"", None), (4, "g", None)]);
        check("a\n\"b", &[(1, "a", None), (2, "\"b", open)]);
        let far = format!("a,\"b\n{}", "c\n".repeat(200));
        assert_eq!(cut(&far, Some(b','), 64).len(), 201);
    }

    #[test]
    fn a_line_too_long_is_left_out_and_named() {
        let file = format!("a\n{}\nb", "x".repeat(3 * ROW_BYTES_MAX));
        let rows: Vec<_> = cut(&file, None, 4096).into_iter().map(|(line, _, fault)| (line, fault)).collect();
        assert_eq!(rows, [(1, None), (2, Some(Fault::TooLong)), (3, None)]);
    }
}
