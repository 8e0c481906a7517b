//! A label's PDF, read strictly and within bounds, and its pages as something that can be placed.

use lopdf::{Dictionary, Document, LoadOptions, Object, ObjectId, Stream, dictionary};
use std::collections::BTreeSet;

/// The longest PDF that is read, in bytes. Labels have some tens of thousands.
const BYTES_MAX: usize = 8 << 20;
/// What a compressed part may hold, in bytes.
const UNPACKED_BYTES_MAX: usize = 32 << 20;
const PAGES_COUNT_MAX: usize = 20;
/// How deep a tree of pages may be.
const TREE_DEPTH_MAX: usize = 32;
/// What a page has from the tree above it when it does not say so itself.
const INHERITED: [&[u8]; 4] = [b"Resources", b"MediaBox", b"CropBox", b"Rotate"];

/// Why a label cannot be placed, as the end of a sentence.
type Why = &'static str;

const UNREADABLE: Why = "cannot be read as a whole";

/// A label that was read, its objects numbered from where they were told to be.
pub(super) struct Source {
    document: Document,
    pages: Vec<ObjectId>,
}

/// A page as a form: the same content in a coordinate system of its own, upright, its lower left corner at the origin.
pub(super) struct Form {
    pub(super) stream: Stream,
    /// Width and height in points.
    pub(super) size: (f32, f32),
}

impl Source {
    pub(super) fn read(bytes: &[u8], first_id: u32) -> Result<Self, Why> {
        if bytes.len() > BYTES_MAX {
            return Err("is larger than 8 MiB");
        }
        let options =
            LoadOptions { strict: true, max_decompressed_size: Some(UNPACKED_BYTES_MAX), ..LoadOptions::default() };
        let mut document = Document::load_mem_with_options(bytes, options).map_err(|_| UNREADABLE)?;
        if document.is_encrypted() || document.was_encrypted() {
            return Err("is encrypted");
        }
        let catalog = document.catalog().map_err(|_| UNREADABLE)?;
        if catalog.has(b"OCProperties") || catalog.has(b"AcroForm") {
            return Err("has layers or fields, which would be lost");
        }
        document.renumber_objects_with(first_id);
        let pages: Vec<ObjectId> = document.page_iter().take(PAGES_COUNT_MAX + 1).collect();
        match pages.len() {
            0 => Err("has no page"),
            1..=PAGES_COUNT_MAX => Ok(Self { document, pages }),
            _ => Err("has more than 20 pages"),
        }
    }

    pub(super) fn version(&self) -> &str {
        &self.document.version
    }

    pub(super) fn pages(&self) -> &[ObjectId] {
        &self.pages
    }

    /// The highest number of its objects.
    pub(super) fn last_id(&self) -> u32 {
        self.document.max_id
    }

    /// The page with all that it has from above written into it, and without its place in the tree.
    pub(super) fn page(&self, id: ObjectId) -> Result<Dictionary, Why> {
        let mut page = self.document.get_dictionary(id).map_err(|_| UNREADABLE)?.clone();
        if page.get_deref(b"Annots", &self.document).is_ok_and(|annots| annots.as_array().is_ok_and(|a| !a.is_empty()))
        {
            return Err("has annotations, which would be lost");
        }
        let mut above = page.get(b"Parent").and_then(Object::as_reference).ok();
        for _ in 0..TREE_DEPTH_MAX {
            let Some(node) = above.and_then(|id| self.document.get_dictionary(id).ok()) else { break };
            for key in INHERITED.into_iter().filter(|key| node.has(key)) {
                if let (false, Ok(value)) = (page.has(key), node.get(key)) {
                    page.set(key, value.clone());
                }
            }
            above = node.get(b"Parent").and_then(Object::as_reference).ok();
        }
        for key in [b"Parent".as_slice(), b"Annots", b"StructParents", b"B"] {
            page.remove(key);
        }
        Ok(page)
    }

    /// The page as a form.
    pub(super) fn form(&self, id: ObjectId) -> Result<Form, Why> {
        let page = self.page(id)?;
        if page.has(b"UserUnit") {
            return Err("measures in units of its own");
        }
        let [left, bottom, right, top] = self.visible(&page)?;
        let (width, height) = (right - left, top - bottom);
        let turned = page.get_deref(b"Rotate", &self.document).and_then(Object::as_i64).unwrap_or(0);
        let (matrix, size) = match turned.rem_euclid(360) {
            0 => ([1.0, 0.0, 0.0, 1.0, -left, -bottom], (width, height)),
            90 => ([0.0, -1.0, 1.0, 0.0, -bottom, right], (height, width)),
            180 => ([-1.0, 0.0, 0.0, -1.0, right, top], (width, height)),
            270 => ([0.0, 1.0, -1.0, 0.0, top, -left], (height, width)),
            _ => return Err("is turned by something else than a right angle"),
        };
        let mut stream = self.content(id)?;
        let numbers = |numbers: &[f32]| Object::Array(numbers.iter().map(|number| (*number).into()).collect());
        let mut dict = dictionary! {
            "Type" => "XObject", "Subtype" => "Form", "FormType" => 1,
            "BBox" => numbers(&[left, bottom, right, top]), "Matrix" => numbers(&matrix),
        };
        for key in [b"Resources".as_slice(), b"Group"] {
            if let Ok(value) = page.get(key) {
                dict.set(key, value.clone());
            }
        }
        dict.extend(&stream.dict);
        stream.dict = dict;
        Ok(Form { stream, size })
    }

    /// The part of the page that is printed: left, bottom, right, top in points.
    fn visible(&self, page: &Dictionary) -> Result<[f32; 4], Why> {
        let media = self.rectangle(page, b"MediaBox").ok_or("has a page without a size")?;
        let [left, bottom, right, top] = match self.rectangle(page, b"CropBox") {
            Some(crop) => [media[0].max(crop[0]), media[1].max(crop[1]), media[2].min(crop[2]), media[3].min(crop[3])],
            None => media,
        };
        let is_sound = [left, bottom, right, top].iter().all(|edge| edge.is_finite()) && left < right && bottom < top;
        if is_sound { Ok([left, bottom, right, top]) } else { Err("has a page without a size") }
    }

    fn rectangle(&self, page: &Dictionary, key: &[u8]) -> Option<[f32; 4]> {
        let edges = page.get_deref(key, &self.document).ok()?.as_array().ok()?;
        let edge = |edge: &Object| self.document.dereference(edge).ok()?.1.as_float().ok();
        let edges: Vec<f32> = edges.iter().map(edge).collect::<Option<_>>()?;
        let [a, b, c, d] = edges[..] else { return None };
        Some([a.min(c), b.min(d), a.max(c), b.max(d)])
    }

    /// The content as it stands in the label, compression and all; several parts are joined as the standard says.
    fn content(&self, page: ObjectId) -> Result<Stream, Why> {
        let parts = self.document.get_page_contents(page);
        let parts: Result<Vec<&Stream>, _> =
            parts.iter().map(|id| self.document.get_object(*id).and_then(Object::as_stream)).collect();
        match &parts.map_err(|_| UNREADABLE)?[..] {
            [] => Err("has an empty page"),
            [only] => {
                let kept = only.dict.iter().filter(|(key, _)| matches!(key.as_slice(), b"Filter" | b"DecodeParms"));
                let dict = Dictionary::from_iter(kept.map(|(key, value)| (key.clone(), value.clone())));
                Ok(Stream::new(dict, only.content.clone()))
            }
            several => {
                let mut joined = Vec::new();
                for part in several {
                    let rest = UNPACKED_BYTES_MAX.saturating_sub(joined.len());
                    joined.extend(part.get_plain_content_with_limit(rest).map_err(|_| UNREADABLE)?);
                    joined.push(b'\n');
                }
                Ok(Stream::new(Dictionary::new(), joined))
            }
        }
    }

    /// Every object that this one speaks of, directly or not.
    pub(super) fn spoken_of(&self, object: &Object) -> Vec<(ObjectId, &Object)> {
        let (mut found, mut seen, mut open) = (Vec::new(), BTreeSet::new(), Vec::new());
        references(object, &mut open);
        while let Some(id) = open.pop() {
            if let (true, Ok(object)) = (seen.insert(id), self.document.get_object(id)) {
                references(object, &mut open);
                found.push((id, object));
            }
        }
        found
    }
}

fn references(object: &Object, found: &mut Vec<ObjectId>) {
    let mut within = |dict: &Dictionary| dict.iter().for_each(|(_, value)| references(value, found));
    match object {
        Object::Reference(id) => found.push(*id),
        Object::Array(items) => items.iter().for_each(|item| references(item, found)),
        Object::Dictionary(dict) => within(dict),
        Object::Stream(stream) => within(&stream.dict),
        _ => {}
    }
}
