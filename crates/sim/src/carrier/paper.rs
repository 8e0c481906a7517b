//! Papers that go with parcels: deposit slips and customs forms, as small real PDFs that say plainly that they are
//! specimens.

use super::label::{SPECIMEN, written};
use bytes::Bytes;
use clock::Time;
use parcel::ParcelNumber;

/// An A4 page in points (1/72 inch).
const PAGE: (u32, u32) = (595, 842);
/// Lines of numbers on one page.
const PAGE_LINES: usize = 50;
/// From one line to the next, in points.
const LEADING: u32 = 14;

/// The deposit slip of this number, with these parcels of a client.
pub(super) fn slip(place: u64, client: &str, now: Time, numbers: &[ParcelNumber]) -> Bytes {
    let head = [
        SPECIMEN.to_owned(),
        format!("Bordereau de depot {place} - client {client} - {}", now.to_paris()),
        format!("{} colis", numbers.len()),
    ];
    let lines: Vec<String> = numbers.iter().map(ToString::to_string).collect();
    pdf(&format!("Deposit slip {place}"), &head, &lines)
}

/// The customs form (CN23) of a parcel.
pub(super) fn customs_form(number: &ParcelNumber) -> Bytes {
    let head = [SPECIMEN.to_owned(), "CN23 - declaration en douane".to_owned()];
    pdf(&format!("Customs form {number}"), &head, &[number.to_string()])
}

/// A PDF 1.4 of these lines under this head, on as many pages as they need.
fn pdf(title: &str, head: &[String], lines: &[String]) -> Bytes {
    let pages: Vec<&[String]> = lines.chunks(PAGE_LINES).collect();
    let kids: Vec<String> = (0..pages.len()).map(|page| format!("{} 0 R", 4 + 2 * page)).collect();
    let mut objects = vec![
        "<< /Type /Catalog /Pages 2 0 R >>".to_owned(),
        format!("<< /Type /Pages /Kids [{}] /Count {} >>", kids.join(" "), pages.len()),
        "<< /Type /Font /Subtype /Type1 /BaseFont /Courier >>".to_owned(),
    ];
    for (page, lines) in pages.iter().enumerate() {
        let content = page_content(head, lines);
        let (width, height) = PAGE;
        objects.push(format!(
            "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 {width} {height}] /Contents {} 0 R \
             /Resources << /Font << /F1 3 0 R >> >> >>",
            5 + 2 * page
        ));
        objects.push(format!("<< /Length {} >>\nstream\n{content}endstream", content.len()));
    }
    objects.push(format!("<< /Title ({}) /Producer (a simulated carrier) >>", plain(title)));
    written(&objects).into()
}

fn page_content(head: &[String], lines: &[String]) -> String {
    let top = PAGE.1 - 40;
    let mut content = format!("BT /F1 10 Tf {LEADING} TL 40 {top} Td\n");
    for line in head.iter().chain(lines) {
        content.push_str(&format!("({}) Tj T*\n", plain(line)));
    }
    content.push_str("ET\n");
    content
}

/// A text as it may stand between a PDF's parentheses.
fn plain(text: &str) -> String {
    text.chars().filter(|c| (' '..='~').contains(c) && !matches!(c, '(' | ')' | '\\')).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_has_a_page_for_every_fifty_parcels_and_names_each() {
        let number = |serial| ParcelNumber::from_serial("6A", serial).expect("a number");
        let numbers: Vec<ParcelNumber> = (0..101).map(number).collect();
        let paper = slip(7, "964744", Time::from_unix_ms(0), &numbers);
        let text = std::str::from_utf8(&paper).expect("plain text");
        assert!(text.starts_with("%PDF-1.4") && text.contains("/Count 3") && text.contains("Bordereau de depot 7"));
        assert!(numbers.iter().all(|number| text.contains(&format!("({number})"))));
        assert_eq!(text.matches("SPECIMEN").count(), 3);
    }
}
