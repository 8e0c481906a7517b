//! Text that arrives in pieces and is cut into rows from its front; knows on which line of the file it stands.
//!
//! Only what is not yet cut is held, and a row has a longest length: what is held stays small however long the file.

use std::mem;

/// The longest row, in bytes.
pub(super) const ROW_BYTES_MAX: usize = 128 << 10;

const BOM: &[u8] = b"\xEF\xBB\xBF";

/// One row of the file as it was cut out.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Row {
    /// On which line of the file it begins, from 1.
    pub(super) line: u64,
    /// Its bytes, without the line end.
    pub(super) text: Vec<u8>,
    /// Whether it goes over several lines of the file.
    pub(super) spans_lines: bool,
    /// Why it is no row, where it is none.
    pub(super) fault: Option<Fault>,
}

/// Why something is no row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fault {
    /// Longer than a row may be.
    TooLong,
    /// A quote that is opened on this line is not closed, or closed where it makes no sense.
    OpenQuote,
    /// The file ends before this does.
    NoEnd,
    /// Something stands after the end of the list.
    AfterTheEnd,
    /// The file is not a list at all.
    NoList,
}

/// What has arrived and is not yet cut.
#[derive(Debug, Default)]
pub(super) struct Text {
    bytes: Vec<u8>,
    begin: usize,
    line_ends: u64,
    after_return: bool,
    begun: bool,
    ended: bool,
}

impl Text {
    /// Adds a piece. Lets go of what was cut.
    pub(super) fn push(&mut self, piece: &[u8]) {
        self.bytes.drain(..mem::take(&mut self.begin));
        self.bytes.extend_from_slice(piece);
    }

    /// Says that nothing more will come.
    pub(super) fn end(&mut self) {
        self.ended = true;
    }

    pub(super) fn is_ended(&self) -> bool {
        self.ended
    }

    /// What is not yet cut. Empty until the start is known to be no byte order mark.
    pub(super) fn rest(&mut self) -> &[u8] {
        if !self.begun {
            if self.bytes.len() < BOM.len() && !self.ended {
                return &[];
            }
            self.begun = true;
            self.begin = if self.bytes.starts_with(BOM) { BOM.len() } else { 0 };
        }
        &self.bytes[self.begin..]
    }

    /// The line on which the rest begins, from 1.
    pub(super) fn line(&self) -> u64 {
        self.line_ends + 1
    }

    /// Goes on by so many bytes, counting lines: CR LF, CR and LF are one line end each.
    pub(super) fn skip(&mut self, count: usize) {
        for byte in &self.bytes[self.begin..self.begin + count] {
            self.line_ends += u64::from(*byte == b'\r' || (*byte == b'\n' && !self.after_return));
            self.after_return = *byte == b'\r';
        }
        self.begin += count;
    }

    /// Cuts a row of so many bytes off the front.
    pub(super) fn cut(&mut self, count: usize, spans_lines: bool, fault: Option<Fault>) -> Row {
        let text = self.bytes[self.begin..self.begin + count].to_vec();
        let row = Row { line: self.line(), text, spans_lines, fault };
        self.skip(count);
        row
    }

    /// Goes back to the end of the first line of a row that was just cut.
    pub(super) fn back_to_first_line(&mut self, row: &Row) {
        let first = row.text.iter().position(|b| matches!(b, b'\r' | b'\n')).unwrap_or(row.text.len());
        self.begin -= row.text.len();
        (self.line_ends, self.after_return) = (row.line - 1, false);
        self.skip(first);
    }
}
