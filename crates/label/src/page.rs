//! A page before it is written: marks at their places, in millimetres from the top left. Both formats are written from it,
//! so that they say the same.

use crate::{
    bars::Bars,
    metrics::Font,
    text::{self, printable},
};

/// The width of the page, in millimetres.
pub(crate) const WIDTH: f32 = 100.0;
/// The height of the page, in millimetres.
pub(crate) const HEIGHT: f32 = 150.0;
/// No line of text is looked at beyond so many characters: more than fit, whatever they are.
const LINE_CHARACTERS_MAX: usize = 200;
/// No line of a block has more: what the carrier's limits let into one line (both names of a person). Letters of other
/// scripts become several.
const BLOCK_LINE_CHARACTERS_MAX: usize = 66;
/// The thickness of a rule, in millimetres.
pub(crate) const RULE: f32 = 0.25;

/// Which part of a text stands at its place.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Anchor {
    Left,
    Centre,
    Right,
}

/// How a text is set.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Style {
    pub(crate) font: Font,
    /// In millimetres.
    pub(crate) size: f32,
    pub(crate) anchor: Anchor,
    /// White, for a black ground.
    pub(crate) white: bool,
}

impl Style {
    pub(crate) const fn regular(size: f32) -> Self {
        Self { font: Font::Regular, size, anchor: Anchor::Left, white: false }
    }

    pub(crate) const fn bold(size: f32) -> Self {
        Self { font: Font::Bold, ..Self::regular(size) }
    }

    pub(crate) const fn anchored(self, anchor: Anchor) -> Self {
        Self { anchor, ..self }
    }

    pub(crate) const fn white(self) -> Self {
        Self { white: true, ..self }
    }
}

/// A rectangle.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Area {
    pub(crate) x: f32,
    pub(crate) y: f32,
    pub(crate) width: f32,
    pub(crate) height: f32,
}

/// One thing on the page.
pub(crate) enum Mark {
    /// A line of text; `x` is the place of its anchor, `baseline` where its letters stand.
    Text { style: Style, x: f32, baseline: f32, text: String },
    /// A black area.
    Fill(Area),
    /// The outline of an area.
    Frame(Area),
    /// A barcode around the middle `centre`.
    Bars { centre: f32, top: f32, bars: Bars },
}

/// A page that is being filled.
#[derive(Default)]
pub(crate) struct Page(Vec<Mark>);

impl Page {
    pub(crate) fn marks(&self) -> &[Mark] {
        &self.0
    }

    pub(crate) fn put(&mut self, mark: Mark) {
        self.0.push(mark);
    }

    /// A line of text within `room`, smaller or cut where it must be.
    pub(crate) fn line(&mut self, style: Style, (x, baseline): (f32, f32), room: f32, text: &str) {
        let (size, text) = text::fit(style.font, style.size, room, printable(text, LINE_CHARACTERS_MAX));
        self.put(Mark::Text { style: Style { size, ..style }, x, baseline, text });
    }

    /// Lines of text within an area, as large as they can be up to the style's size.
    pub(crate) fn block(&mut self, style: Style, area: Area, lines: &[String]) {
        let shown = |line: &String| printable(line, BLOCK_LINE_CHARACTERS_MAX);
        let lines: Vec<_> = lines.iter().map(shown).filter(|line| !line.is_empty()).collect();
        let (size, lines) = text::block(style.font, style.size, (area.width, area.height), &lines);
        self.lines(Style { size, ..style }, (area.x, area.y), lines);
    }

    /// A text broken into as many lines as it takes.
    pub(crate) fn paragraph(&mut self, style: Style, (x, y): (f32, f32), width: f32, text: &str) {
        self.lines(style, (x, y), text::wrap(style.font, style.size, width, text));
    }

    fn lines(&mut self, style: Style, (x, y): (f32, f32), lines: Vec<String>) {
        let mut baseline = y + style.size * 0.8;
        for text in lines {
            self.put(Mark::Text { style, x, baseline, text });
            baseline += style.size * text::LEADING;
        }
    }

    /// A rule across the page.
    pub(crate) fn rule(&mut self, y: f32, margin: f32) {
        self.put(Mark::Fill(Area { x: margin, y, width: WIDTH - 2.0 * margin, height: RULE }));
    }
}
