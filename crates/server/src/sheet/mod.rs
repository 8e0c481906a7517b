//! Several labels in one PDF, or one on a larger sheet, with nothing of them changed: pages are copied as they are, or
//! placed unscaled as vector forms whose content is the label's own, byte for byte. Nothing is drawn anew.
//!
//! Pure. A label that would lose something on the way (it is encrypted, damaged, has annotations) is refused.

mod source;
#[cfg(test)]
mod tests;

use bytes::Bytes;
use lopdf::{Dictionary, Document, Object, ObjectId, Stream, dictionary};
use source::{Form, Source};

/// A4 in points (1/72 inch): 210 by 297 mm.
const A4: (f32, f32) = (595.276, 841.890);
const QUARTER: (f32, f32) = (A4.0 / 2.0, A4.1 / 2.0);
/// By how much a label may be taller than a quarter of A4: a label of 150 mm is, by 1.5 mm (4.252 points).
const OVER_QUARTER_PT: f32 = 4.5;
/// For the rounding of sizes in labels.
const SIZE_SLACK_PT: f32 = 1.0;

/// How labels are put together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Layout {
    /// Each page as it is, one after the other.
    AsKept,
    /// Four to a sheet of A4, the first at this place. A page too large for a quarter has a sheet of its own.
    Quarters(Position),
}

/// A quarter of a sheet: 1 top left, 2 top right, 3 bottom left, 4 bottom right.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Position(u8);

impl Position {
    pub(crate) const FIRST: Self = Self(1);

    /// The place of this number, if there is one.
    pub(crate) fn new(number: u32) -> Option<Self> {
        u8::try_from(number).ok().filter(|number| (1..=4).contains(number)).map(Self)
    }

    fn next(self) -> Option<Self> {
        Self::new(u32::from(self.0) + 1)
    }

    /// Where the lower left corner of a label of this size comes, in points: in the middle of the quarter. A label
    /// taller than that begins at the sheet's own edge and reaches over the middle line, where labels are blank.
    fn corner(self, (width, height): (f32, f32)) -> (f32, f32) {
        let (column, upper) = (f32::from((self.0 - 1) % 2), self.0 <= 2);
        let rest = QUARTER.1 - height;
        let y = match (upper, rest >= 0.0) {
            (true, true) => QUARTER.1 + rest / 2.0,
            (true, false) => A4.1 - height,
            (false, true) => rest / 2.0,
            (false, false) => 0.0,
        };
        (column * QUARTER.0 + (QUARTER.0 - width) / 2.0, y)
    }
}

/// Why labels cannot be put together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct CannotPlace {
    /// Which of the labels it is, from 0.
    pub(crate) index: usize,
    /// Why, as the end of a sentence that begins with *its PDF*.
    pub(crate) why: &'static str,
}

/// Puts the labels together, in this order.
///
/// # Errors
/// When one of them cannot be read, or would lose something.
pub(crate) fn combine(labels: &[Bytes], layout: Layout) -> Result<Vec<u8>, CannotPlace> {
    let mut book = Book::new(layout);
    for (index, label) in labels.iter().enumerate() {
        let source = Source::read(label, book.document.max_id + 1);
        source.and_then(|source| book.add(&source)).map_err(|why| CannotPlace { index, why })?;
    }
    book.finish().ok_or(CannotPlace { index: labels.len(), why: "cannot be written" })
}

/// The PDF that is made.
struct Book {
    document: Document,
    pages: ObjectId,
    kids: Vec<ObjectId>,
    layout: Layout,
    sheet: Option<Sheet>,
}

/// A sheet of A4 with free places.
struct Sheet {
    /// The next free one.
    free: Position,
    forms: Dictionary,
    content: String,
}

impl Book {
    fn new(layout: Layout) -> Self {
        let mut document = Document::with_version("1.4");
        let pages = document.new_object_id();
        let sheet = match layout {
            Layout::AsKept => None,
            Layout::Quarters(first) => Some(Sheet::beginning_at(first)),
        };
        Self { document, pages, kids: Vec::new(), layout, sheet }
    }

    fn add(&mut self, source: &Source) -> Result<(), &'static str> {
        self.document.version = self.document.version.clone().max(source.version().to_owned());
        for &page in source.pages() {
            match self.layout {
                Layout::AsKept => self.copy(source, page)?,
                Layout::Quarters(_) => {
                    let form = source.form(page)?;
                    if form.size.0 <= QUARTER.0 && form.size.1 <= QUARTER.1 + OVER_QUARTER_PT {
                        self.place(source, form);
                    } else if form.size.0 <= A4.0 + SIZE_SLACK_PT && form.size.1 <= A4.1 + SIZE_SLACK_PT {
                        self.end_sheet();
                        self.copy(source, page)?;
                    } else {
                        return Err("has a page larger than A4");
                    }
                }
            }
        }
        Ok(())
    }

    fn copy(&mut self, source: &Source, page: ObjectId) -> Result<(), &'static str> {
        let mut copied = source.page(page)?;
        self.take_along(source, &Object::Dictionary(copied.clone()));
        copied.set("Parent", self.pages);
        self.document.max_id = self.document.max_id.max(source.last_id());
        self.kids.push(self.document.add_object(copied));
        Ok(())
    }

    fn place(&mut self, source: &Source, form: Form) {
        self.take_along(source, &Object::Dictionary(form.stream.dict.clone()));
        self.document.max_id = self.document.max_id.max(source.last_id());
        let id = self.document.add_object(form.stream);
        let sheet = self.sheet.get_or_insert_with(|| Sheet::beginning_at(Position::FIRST));
        sheet.put(id, sheet.free.corner(form.size));
        match sheet.free.next() {
            Some(free) => sheet.free = free,
            None => self.end_sheet(),
        }
    }

    /// Copies all that this speaks of.
    fn take_along(&mut self, source: &Source, object: &Object) {
        for (id, object) in source.spoken_of(object) {
            self.document.objects.insert(id, object.clone());
        }
    }

    /// Makes a page of the sheet, if anything is on it.
    fn end_sheet(&mut self) {
        let Some(sheet) = self.sheet.take_if(|sheet| !sheet.forms.is_empty()) else { return };
        let content = self.document.add_object(Stream::new(Dictionary::new(), sheet.content.into_bytes()));
        let page = dictionary! {
            "Type" => "Page",
            "Parent" => self.pages,
            "MediaBox" => vec![0.into(), 0.into(), A4.0.into(), A4.1.into()],
            "Resources" => dictionary! { "XObject" => sheet.forms },
            "Contents" => content,
        };
        self.kids.push(self.document.add_object(page));
    }

    fn finish(mut self) -> Option<Vec<u8>> {
        self.end_sheet();
        let kids: Vec<Object> = self.kids.iter().map(|id| (*id).into()).collect();
        let pages = dictionary! { "Type" => "Pages", "Count" => i64::try_from(kids.len()).ok()?, "Kids" => kids };
        self.document.objects.insert(self.pages, pages.into());
        let catalog = self.document.add_object(dictionary! { "Type" => "Catalog", "Pages" => self.pages });
        self.document.trailer.set("Root", catalog);
        let mut bytes = Vec::new();
        self.document.save_to(&mut bytes).ok()?;
        Some(bytes)
    }
}

impl Sheet {
    fn beginning_at(position: Position) -> Self {
        Self { free: position, forms: Dictionary::new(), content: String::new() }
    }

    fn put(&mut self, form: ObjectId, (x, y): (f32, f32)) {
        let name = format!("Label{}", self.forms.len() + 1);
        self.content.push_str(&format!("q 1 0 0 1 {x:.3} {y:.3} cm /{name} Do Q\n"));
        self.forms.set(name, form);
    }
}
