//! The labels' bytes: small, real files of each format that say plainly that they are specimens.
//!
//! Each format is laid out once with a number of thirteen zeros; a label is that file with its own number in the place
//! of the zeros, which moves nothing else (a PDF's table of offsets stays right).

use bytes::Bytes;
use parcel::{LabelFormat, ParcelNumber};
use std::collections::HashMap;

/// What stands where the number will be.
const NUMBER_SPACE: &str = "0000000000000";
/// What every label says.
pub(super) const SPECIMEN: &str = "SPECIMEN - simulated, not valid for posting";

/// Makes labels.
#[derive(Debug, Default)]
pub(super) struct Labels {
    forms: HashMap<LabelFormat, Form>,
}

#[derive(Debug)]
struct Form {
    bytes: Vec<u8>,
    places: Vec<usize>,
}

impl Labels {
    /// The label of this number in this format.
    pub(super) fn make(&mut self, format: LabelFormat, number: &ParcelNumber) -> Bytes {
        let form = self.forms.entry(format).or_insert_with(|| Form::of(format));
        let mut label = form.bytes.clone();
        for place in &form.places {
            label[*place..*place + NUMBER_SPACE.len()].copy_from_slice(number.as_str().as_bytes());
        }
        label.into()
    }
}

impl Form {
    fn of(format: LabelFormat) -> Self {
        let text = match &format.as_str()[..3] {
            "PDF" => pdf(page_size(format)),
            "ZPL" => zpl(format),
            _ => dpl(),
        };
        Self { places: text.match_indices(NUMBER_SPACE).map(|(place, _)| place).collect(), bytes: text.into_bytes() }
    }
}

/// Width and height in points (1/72 inch).
fn page_size(format: LabelFormat) -> (u32, u32) {
    match format.as_str() {
        f if f.contains("A4") => (595, 842),
        f if f.contains("10x10") => (283, 283),
        f if f.contains("10x12") => (283, 340),
        _ => (283, 425),
    }
}

/// A one-page PDF 1.4 with a frame, the number and the word that it is a specimen.
fn pdf((width, height): (u32, u32)) -> String {
    let (right, top) = (width - 20, height - 20);
    let content = format!(
        "1 w 10 10 {right} {top} re S\n\
         BT /F1 11 Tf 20 {} Td ({SPECIMEN}) Tj ET\n\
         BT /F2 24 Tf 20 {} Td ({NUMBER_SPACE}) Tj ET\n\
         BT /F1 9 Tf 20 {} Td (Colissimo - made by a simulated carrier) Tj ET\n",
        height - 40,
        height - 90,
        height - 115,
    );
    let objects = [
        "<< /Type /Catalog /Pages 2 0 R >>".to_owned(),
        "<< /Type /Pages /Kids [3 0 R] /Count 1 >>".to_owned(),
        format!(
            "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 {width} {height}] /Contents 4 0 R \
             /Resources << /Font << /F1 5 0 R /F2 6 0 R >> >> >>"
        ),
        format!("<< /Length {} >>\nstream\n{content}endstream", content.len()),
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>".to_owned(),
        "<< /Type /Font /Subtype /Type1 /BaseFont /Courier-Bold >>".to_owned(),
        format!("<< /Title (Specimen label {NUMBER_SPACE}) /Producer (a simulated carrier) >>"),
    ];
    written(&objects)
}

/// The objects as a file: each with its number, then the table of their offsets.
pub(super) fn written(objects: &[String]) -> String {
    let mut file = String::from("%PDF-1.4\n");
    let mut table = format!("xref\n0 {}\n0000000000 65535 f \n", objects.len() + 1);
    for (object, number) in objects.iter().zip(1..) {
        table.push_str(&format!("{:010} 00000 n \n", file.len()));
        file.push_str(&format!("{number} 0 obj\n{object}\nendobj\n"));
    }
    let start = file.len();
    let (size, info) = (objects.len() + 1, objects.len());
    file.push_str(&table);
    file.push_str(&format!("trailer\n<< /Size {size} /Root 1 0 R /Info {info} 0 R >>\nstartxref\n{start}\n%%EOF\n"));
    file
}

/// ZPL II: a frame, the words, the number as Code 128.
fn zpl(format: LabelFormat) -> String {
    let dots_per_mm = if format.as_str().contains("300dpi") { 12 } else { 8 };
    let (width, height) = (100 * dots_per_mm, if format.as_str().contains("10x10") { 100 } else { 150 } * dots_per_mm);
    format!(
        "^XA^CI28^PW{width}^LL{height}\n^FO20,20^GB{},{},3^FS\n^FO50,60^A0N,36,36^FD{SPECIMEN}^FS\n\
         ^FO50,160^BY3^BCN,160,Y,N,N^FD{NUMBER_SPACE}^FS\n^XZ\n",
        width - 40,
        height - 40,
    )
}

/// DPL (Datamax): the words and the number as Code 128.
fn dpl() -> String {
    format!("\x02L\rD11\r191100301500050{SPECIMEN}\r1e2104000900050{NUMBER_SPACE}\rE\r")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn number() -> ParcelNumber {
        "6A15984040331".parse().expect("a number")
    }

    fn has(label: &[u8], text: &str) -> bool {
        label.windows(text.len()).any(|w| w == text.as_bytes())
    }

    #[test]
    fn every_format_shows_its_number_and_that_it_is_a_specimen() {
        let mut labels = Labels::default();
        for format in LabelFormat::all() {
            let label = labels.make(format, &number());
            assert!(has(&label, "6A15984040331") && has(&label, "SPECIMEN") && !has(&label, NUMBER_SPACE), "{format}");
            let begins: &[u8] = match format.media_type() {
                "application/pdf" => b"%PDF-1.4",
                "application/x-zpl" => b"^XA",
                _ => b"\x02L",
            };
            assert!(label.starts_with(begins), "{format}");
        }
    }

    #[test]
    fn the_offsets_of_a_pdf_are_right() {
        let label = Labels::default().make(LabelFormat::PDF_10X15, &number());
        let text = std::str::from_utf8(&label).expect("plain text");
        let start: usize = text
            .rsplit("startxref\n")
            .next()
            .and_then(|t| t.lines().next())
            .and_then(|n| n.parse().ok())
            .expect("an offset");
        let table = text.get(start..).expect("a table");
        assert!(table.starts_with("xref\n0 8\n"));
        for (line, object) in table.lines().skip(3).take(7).zip(1..) {
            let offset: usize = line[..10].parse().expect("an offset");
            assert!(text[offset..].starts_with(&format!("{object} 0 obj")), "object {object}");
        }
        let stream = text.split("stream\n").nth(1).expect("a stream");
        let length = text.split("/Length ").nth(1).and_then(|t| t.split(' ').next()).and_then(|n| n.parse().ok());
        assert_eq!(length, Some(stream.len() - "end".len()));
    }
}
