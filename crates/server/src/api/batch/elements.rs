//! Cuts a JSON list into its elements without reading what is in them: only brackets and quotes are followed.
//!
//! The list stands by itself, or as the only field `shipments` of an object. Commas between elements are passed over
//! like blanks; what an element holds is for others to judge.

use super::text::{Fault, ROW_BYTES_MAX, Row, Text};

/// The longest text before the list, in bytes.
const HEAD_BYTES_MAX: usize = 4096;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    BeforeList,
    Between,
    Within,
    AfterList,
    Done,
}

/// A file that is one list.
#[derive(Debug)]
pub(super) struct Elements {
    text: Text,
    place: Place,
    /// How much of the rest was looked at.
    seen: usize,
    depth: u32,
    quoted: bool,
    escaped: bool,
    /// Whether the current element is too long and left out.
    skipping: bool,
    /// Whether the list is the field of an object.
    in_object: bool,
}

impl Elements {
    pub(super) fn new() -> Self {
        Self {
            text: Text::default(),
            place: Place::BeforeList,
            seen: 0,
            depth: 0,
            quoted: false,
            escaped: false,
            skipping: false,
            in_object: false,
        }
    }

    pub(super) fn push(&mut self, piece: &[u8]) {
        self.text.push(piece);
    }

    pub(super) fn end(&mut self) {
        self.text.end();
    }

    /// The next element; nothing when it is not whole yet, or at the end.
    pub(super) fn next(&mut self) -> Option<Row> {
        loop {
            let before = self.place;
            let row = match self.place {
                Place::BeforeList => self.head(),
                Place::Between => self.between(),
                Place::Within => self.within(),
                Place::AfterList => self.after(),
                Place::Done => return None,
            };
            if row.is_some() || self.place == before {
                return row.or_else(|| self.unfinished());
            }
        }
    }

    /// What is missing when nothing more will come.
    fn unfinished(&mut self) -> Option<Row> {
        let cut_short = match self.place {
            Place::BeforeList => !self.text.rest().trim_ascii().is_empty(),
            Place::Between => true,
            Place::Within => !self.skipping,
            Place::AfterList | Place::Done => false,
        };
        if !self.text.is_ended() {
            return None;
        }
        let fault = if self.place == Place::BeforeList { Fault::NoList } else { Fault::NoEnd };
        self.place = Place::Done;
        cut_short.then(|| self.text.cut(0, false, Some(fault)))
    }

    fn head(&mut self) -> Option<Row> {
        let rest = self.text.rest();
        let Some(open) = rest.iter().position(|b| *b == b'[') else {
            let too_long = rest.len() > HEAD_BYTES_MAX;
            return too_long.then(|| self.no_list());
        };
        let head: Vec<u8> = rest[..open].iter().copied().filter(|b| !b.is_ascii_whitespace()).collect();
        match head.as_slice() {
            b"" => self.in_object = false,
            b"{\"shipments\":" => self.in_object = true,
            _ => return Some(self.no_list()),
        }
        self.text.skip(open + 1);
        self.place = Place::Between;
        None
    }

    fn no_list(&mut self) -> Row {
        self.place = Place::Done;
        self.text.cut(0, false, Some(Fault::NoList))
    }

    fn between(&mut self) -> Option<Row> {
        let blank = |b: &&u8| b.is_ascii_whitespace() || **b == b',';
        let count = self.text.rest().iter().take_while(blank).count();
        self.text.skip(count);
        match self.text.rest().first() {
            Some(b']') => {
                self.text.skip(1);
                self.place = Place::AfterList;
            }
            Some(_) => {
                (self.place, self.seen, self.depth) = (Place::Within, 0, 0);
                (self.quoted, self.escaped, self.skipping) = (false, false, false);
            }
            None => {}
        }
        None
    }

    fn within(&mut self) -> Option<Row> {
        while let Some(byte) = self.text.rest().get(self.seen).copied() {
            let ends = !self.quoted && self.depth == 0 && (byte.is_ascii_whitespace() || b",]}".contains(&byte));
            if ends && self.seen > 0 {
                return self.element();
            }
            self.step(byte);
            self.seen += 1;
            if !self.quoted && self.depth == 0 && b"]}".contains(&byte) {
                return self.element();
            }
            if self.seen > ROW_BYTES_MAX && !self.skipping {
                self.skipping = true;
                return Some(self.text.cut(0, false, Some(Fault::TooLong)));
            }
        }
        if self.skipping {
            self.text.skip(self.seen);
            self.seen = 0;
        }
        None
    }

    fn step(&mut self, byte: u8) {
        match byte {
            _ if self.escaped => self.escaped = false,
            b'\\' if self.quoted => self.escaped = true,
            b'"' => self.quoted = !self.quoted,
            b'[' | b'{' if !self.quoted => self.depth += 1,
            b']' | b'}' if !self.quoted => self.depth = self.depth.saturating_sub(1),
            _ => {}
        }
    }

    /// The element is whole.
    fn element(&mut self) -> Option<Row> {
        self.place = Place::Between;
        if self.skipping {
            self.text.skip(self.seen);
            return None;
        }
        Some(self.text.cut(self.seen, false, None))
    }

    fn after(&mut self) -> Option<Row> {
        let count = self.text.rest().iter().take_while(|b| b.is_ascii_whitespace()).count();
        self.text.skip(count);
        match self.text.rest().first() {
            None => None,
            Some(b'}') if self.in_object => {
                self.in_object = false;
                self.text.skip(1);
                self.after()
            }
            Some(_) => {
                self.place = Place::Done;
                Some(self.text.cut(0, false, Some(Fault::AfterTheEnd)))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(file: &str, expected: &[(u64, &str, Option<Fault>)]) {
        for size in [1, 2, 5, 1000] {
            let mut elements = Elements::new();
            let mut rows = Vec::new();
            let mut take = |elements: &mut Elements| {
                while let Some(row) = elements.next() {
                    rows.push((row.line, String::from_utf8(row.text).expect("text"), row.fault));
                }
            };
            for piece in file.as_bytes().chunks(size) {
                elements.push(piece);
                take(&mut elements);
            }
            elements.end();
            take(&mut elements);
            let rows: Vec<_> = rows.iter().map(|(line, text, fault)| (*line, text.as_str(), *fault)).collect();
            assert_eq!(rows, expected, "{file:?} in pieces of {size}");
        }
    }

    #[test]
    fn elements_are_cut_out_whole() {
        let file = "\u{FEFF}[\n {\"a\": \"]}\\\"\", \"b\": [1, {}]},\n\n{},3 , \"x\"]\n";
        let first = "{\"a\": \"]}\\\"\", \"b\": [1, {}]}";
        check(file, &[(2, first, None), (4, "{}", None), (4, "3", None), (4, "\"x\"", None)]);
        check("{ \"shipments\" :\n[ {} ] }", &[(2, "{}", None)]);
        check("[]", &[]);
        check("  ", &[]);
    }

    #[test]
    fn what_is_no_list_is_said() {
        for file in ["{\"orders\": [{}]}", "x", "{}", "{\"shipments\": 3}", "\"[\""] {
            check(file, &[(1, "", Some(Fault::NoList))]);
        }
        check("[{}", &[(1, "{}", None), (1, "", Some(Fault::NoEnd))]);
        check("[{},\n{\"a\":", &[(1, "{}", None), (2, "", Some(Fault::NoEnd))]);
        check("[{}]\n[{}]", &[(1, "{}", None), (2, "", Some(Fault::AfterTheEnd))]);
        check("[{}]}", &[(1, "{}", None), (1, "", Some(Fault::AfterTheEnd))]);
    }

    #[test]
    fn an_element_too_long_is_left_out_and_named() {
        let mut elements = Elements::new();
        elements.push(b"[1,\n{\"a\": \"");
        let mut rows = Vec::new();
        for _ in 0..40 {
            elements.push(&[b'x'; 8192]);
            rows.extend(std::iter::from_fn(|| elements.next()));
        }
        elements.push(b"\"}, 2]");
        rows.extend(std::iter::from_fn(|| elements.next()));
        let rows: Vec<_> = rows.into_iter().map(|row| (row.line, row.text, row.fault)).collect();
        let too_long = (2, Vec::new(), Some(Fault::TooLong));
        assert_eq!(rows, [(1, b"1".to_vec(), None), too_long, (2, b"2".to_vec(), None)]);
    }
}
