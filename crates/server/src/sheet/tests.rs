//! Where labels come, that they are unchanged, and that nothing which is no label gets further than an error.

use super::*;
use lopdf::LoadOptions;
use proptest::prelude::*;

/// How a made-up label differs from the plainest one.
#[derive(Clone)]
struct Made {
    size: (u32, u32),
    /// Added to the page, which has its resources and size from the tree above it.
    page: &'static str,
    catalog: &'static str,
    contents: &'static [&'static str],
    pages: usize,
}

const LABEL: (u32, u32) = (283, 425);
const CONTENT: &str = "1 w 10 10 263 405 re S BT /F1 11 Tf 20 300 Td (6A15984040331) Tj ET";

impl Default for Made {
    fn default() -> Self {
        Self { size: LABEL, page: "", catalog: "", contents: &[CONTENT], pages: 1 }
    }
}

impl Made {
    fn sized(width: u32, height: u32) -> Self {
        Self { size: (width, height), ..Self::default() }
    }

    fn bytes(&self) -> Bytes {
        let (first_page, first_content) = (4, 4 + self.pages);
        let list = |from: usize, count: usize| {
            (from..from + count).map(|id| format!("{id} 0 R")).collect::<Vec<_>>().join(" ")
        };
        let (kids, contents) = (list(first_page, self.pages), list(first_content, self.contents.len()));
        let mut objects = vec![
            format!("<< /Type /Catalog /Pages 2 0 R {} >>", self.catalog),
            format!(
                "<< /Type /Pages /Kids [{kids}] /Count {} /MediaBox [0 0 {} {}] /Resources << /Font << /F1 3 0 R >> >> >>",
                self.pages, self.size.0, self.size.1
            ),
            "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>".to_owned(),
        ];
        let page = format!("<< /Type /Page /Parent 2 0 R /Contents [{contents}] {} >>", self.page);
        objects.extend(std::iter::repeat_n(page, self.pages));
        let stream = |content: &&str| format!("<< /Length {} >>\nstream\n{content}\nendstream", content.len());
        objects.extend(self.contents.iter().map(stream));
        file(&objects)
    }
}

fn file(objects: &[String]) -> Bytes {
    let mut file = String::from("%PDF-1.4\n");
    let mut table = format!("xref\n0 {}\n0000000000 65535 f \n", objects.len() + 1);
    for (object, number) in objects.iter().zip(1..) {
        table.push_str(&format!("{:010} 00000 n \n", file.len()));
        file.push_str(&format!("{number} 0 obj\n{object}\nendobj\n"));
    }
    let (start, size) = (file.len(), objects.len() + 1);
    file.push_str(&format!("{table}trailer\n<< /Size {size} /Root 1 0 R >>\nstartxref\n{start}\n%%EOF\n"));
    file.into()
}

/// What was made, read back.
struct Read(Document);

impl Read {
    fn of(labels: &[Bytes], layout: Layout) -> Self {
        let bytes = combine(labels, layout).expect("combined");
        let strict = LoadOptions { strict: true, ..LoadOptions::default() };
        Self(Document::load_mem_with_options(&bytes, strict).expect("a sound PDF"))
    }

    fn pages(&self) -> Vec<&Dictionary> {
        self.0.page_iter().map(|id| self.0.get_dictionary(id).expect("a page")).collect()
    }

    fn box_of(&self, page: &Dictionary) -> Vec<f32> {
        let edges = page.get(b"MediaBox").and_then(Object::as_array).expect("a size");
        edges.iter().map(|edge| edge.as_float().expect("a number")).collect()
    }

    fn content(&self, page: usize) -> String {
        let id = self.0.page_iter().nth(page).expect("a page");
        String::from_utf8(self.0.get_page_content(id)).expect("text")
    }

    /// Where each label of a sheet is moved to.
    fn corners(&self, page: usize) -> Vec<(f32, f32)> {
        let number = |word: &str| word.parse().expect("a number");
        let content = self.content(page);
        let words = content.lines().map(|line| line.split(' ').collect::<Vec<_>>());
        words.filter(|words| words.len() > 6).map(|words| (number(words[5]), number(words[6]))).collect()
    }

    fn forms(&self, page: usize) -> Vec<&Stream> {
        let resources = self.pages()[page].get(b"Resources").and_then(Object::as_dict).expect("resources");
        let forms = resources.get(b"XObject").and_then(Object::as_dict).expect("forms");
        let form = |form: &Object| form.as_reference().and_then(|id| self.0.get_object(id)?.as_stream());
        forms.iter().map(|(_, id)| form(id).expect("a form")).collect()
    }
}

fn quarters(position: u32) -> Layout {
    Layout::Quarters(Position::new(position).expect("a place"))
}

#[test]
fn a_label_comes_unscaled_into_the_quarter_that_is_asked_for() {
    let near = |found: (f32, f32), x: f32, y: f32| (found.0 - x).abs() < 0.01 && (found.1 - y).abs() < 0.01;
    // 10 x 15 cm: 7.3 points at each side, and to the sheet's edge. 10 x 10 cm: in the middle of its quarter.
    for (size, position, x, y) in [
        (LABEL, 1, 7.319, 416.89),
        (LABEL, 2, 304.957, 416.89),
        (LABEL, 3, 7.319, 0.0),
        (LABEL, 4, 304.957, 0.0),
        ((283, 283), 1, 7.319, 489.918),
        ((283, 283), 4, 304.957, 68.972),
    ] {
        let made = Read::of(&[Made::sized(size.0, size.1).bytes()], quarters(position));
        assert_eq!(made.box_of(made.pages()[0]), [0.0, 0.0, 595.276, 841.89]);
        let corners = made.corners(0);
        assert!(corners.len() == 1 && near(corners[0], x, y), "{size:?} at {position}: {corners:?}");
        let form = made.forms(0)[0];
        assert_eq!(form.content, CONTENT.as_bytes(), "the label's own content");
        let fonts = form.dict.get(b"Resources").and_then(Object::as_dict).and_then(|r| r.get(b"Font")?.as_dict());
        let font = fonts.and_then(|fonts| made.0.get_dictionary(fonts.get(b"F1")?.as_reference()?)).expect("its font");
        assert_eq!(font.get(b"BaseFont").and_then(Object::as_name).expect("a name"), b"Helvetica");
    }
    assert_eq!((Position::new(0), Position::new(5)), (None, None));
}

#[test]
fn a_page_that_is_turned_or_does_not_begin_at_zero_is_upright_at_its_corner() {
    let turned = |page: &'static str, matrix: [f32; 6], y: f32| {
        let label = Made { size: (425, 283), page, ..Made::default() };
        let made = Read::of(&[label.bytes()], quarters(1));
        let found = made.forms(0)[0].dict.get(b"Matrix").and_then(Object::as_array).expect("a matrix");
        assert_eq!(found.iter().map(|n| n.as_float().expect("a number")).collect::<Vec<_>>(), matrix, "{page}");
        assert!((made.corners(0)[0].1 - y).abs() < 0.01, "{page}: {:?}", made.corners(0));
    };
    turned("/Rotate 90", [0.0, -1.0, 1.0, 0.0, 0.0, 425.0], 416.89);
    turned("/Rotate -90", [0.0, 1.0, -1.0, 0.0, 283.0, 0.0], 416.89);
    turned("/Rotate 180 /CropBox [5 10 205 210]", [-1.0, 0.0, 0.0, -1.0, 205.0, 210.0], 531.418);
    turned("/CropBox [205 210 5 10]", [1.0, 0.0, 0.0, 1.0, -5.0, -10.0], 531.418);
}

#[test]
fn labels_fill_sheets_in_their_order_and_large_pages_have_their_own() {
    let (small, large) = (Made::default().bytes(), Made::sized(595, 842).bytes());
    let many = Read::of(&vec![small.clone(); 6], quarters(3));
    assert_eq!(
        (many.forms(0).len(), many.forms(1).len(), many.pages().len()),
        (2, 4, 2),
        "half a sheet was used before"
    );
    let two_pages = Made { pages: 2, ..Made::default() }.bytes();
    let mixed = Read::of(&[two_pages, large, small], quarters(1));
    assert_eq!((mixed.forms(0).len(), mixed.forms(2).len(), mixed.pages().len()), (2, 1, 3));
    assert_eq!(mixed.box_of(mixed.pages()[1]), [0.0, 0.0, 595.0, 842.0]);
    assert_eq!(mixed.content(1).trim_end(), CONTENT);
}

#[test]
fn pages_that_are_only_put_together_stay_as_they_are() {
    let other = Made { size: (283, 340), contents: &["0 0 m", "9 9 l S"], ..Made::default() };
    let made = Read::of(&[Made::default().bytes(), other.bytes()], Layout::AsKept);
    let sizes: Vec<_> = made.pages().iter().map(|page| made.box_of(page)).collect();
    assert_eq!(sizes, [[0.0, 0.0, 283.0, 425.0], [0.0, 0.0, 283.0, 340.0]]);
    assert_eq!(made.content(0).trim_end(), CONTENT);
    assert_eq!(made.content(1).split_whitespace().collect::<Vec<_>>().join(" "), "0 0 m 9 9 l S");
    let placed = Read::of(&[other.bytes()], quarters(1));
    assert_eq!(placed.forms(0)[0].content, b"0 0 m\n9 9 l S\n", "a form has one stream");
}

#[test]
fn what_would_lose_something_is_refused() {
    let refused = |label: Bytes, layout: Layout, why: &str| {
        let found = combine(&[Made::default().bytes(), label], layout).expect_err(why);
        assert!(found.index == 1 && found.why.contains(why), "{found:?}");
    };
    let page = |page| Made { page, ..Made::default() }.bytes();
    for layout in [Layout::AsKept, quarters(1)] {
        refused(Bytes::from_static(b"^XA^XZ"), layout, "cannot be read");
        refused(Bytes::new(), layout, "cannot be read");
        refused(page("/Annots [<< /Type /Annot >>]"), layout, "annotations");
        refused(Made { catalog: "/OCProperties << >>", ..Made::default() }.bytes(), layout, "layers");
        refused(Made { pages: 21, ..Made::default() }.bytes(), layout, "20 pages");
        refused(Made { pages: 0, ..Made::default() }.bytes(), layout, "no page");
        refused(vec![b' '; (8 << 20) + 1].into(), layout, "8 MiB");
    }
    refused(page("/Rotate 45"), quarters(1), "right angle");
    refused(page("/UserUnit 2"), quarters(1), "units of its own");
    refused(page("/CropBox [0 0 0 0]"), quarters(1), "without a size");
    refused(Made::sized(900, 900).bytes(), quarters(1), "larger than A4");
}

proptest! {
    #[test]
    fn no_bytes_are_fatal(bytes in prop::collection::vec(any::<u8>(), 0..2_000), begins in any::<bool>()) {
        let begin: &[u8] = if begins { b"%PDF-1.4\n" } else { b"" };
        _ = combine(&[[begin, &bytes].concat().into()], quarters(1));
    }

    #[test]
    fn a_label_with_wrong_bytes_in_it_is_no_worse_than_refused(
        wrong in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..20), cut in any::<prop::sample::Index>(),
    ) {
        let mut bytes = Made::default().bytes().to_vec();
        for (at, byte) in wrong {
            let at = at.index(bytes.len());
            bytes[at] = byte;
        }
        _ = combine(&[bytes.clone().into()], quarters(2));
        bytes.truncate(cut.index(bytes.len()));
        _ = combine(&[bytes.into()], Layout::AsKept);
    }
}
