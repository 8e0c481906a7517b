//! A page as PDF: text in Helvetica, bars as areas, no picture. A plain function.
//!
//! Bars stand on the dots of a 300 dpi printer, four to a module (0.339 mm), so that such a printer, which prints the
//! page at its own size, makes all modules of one width.

use crate::{
    bars::{self, Bars},
    metrics::Font,
    page::{Anchor, Area, HEIGHT, Mark, Page, RULE, Style, WIDTH},
    text::code,
};
use pdf_writer::{Content, Finish, Name, Pdf, Rect, Ref, Str, TextStr};

/// Points in a millimetre.
const POINTS: f32 = 72.0 / 25.4;
/// One dot at 300 dpi, in points.
const DOT: f32 = 72.0 / 300.0;
/// Dots to a module: 0.339 mm, of the 0.33 to 0.375 that the carrier's readers take.
const MODULE_DOTS: f32 = 4.0;

const CATALOG: Ref = Ref::new(1);
const TREE: Ref = Ref::new(2);
const PAGE: Ref = Ref::new(3);
const CONTENT: Ref = Ref::new(4);
const INFO: Ref = Ref::new(5);
const FONTS: [(Ref, Name<'_>, Name<'_>); 2] =
    [(Ref::new(6), Name(b"R"), Name(b"Helvetica")), (Ref::new(7), Name(b"B"), Name(b"Helvetica-Bold"))];

/// The page as a file of its own, under this title.
pub(crate) fn write(page: &Page, title: &str) -> Vec<u8> {
    let mut pdf = Pdf::with_capacity(16 * 1024);
    let mut catalog = pdf.catalog(CATALOG);
    catalog.pages(TREE).lang(TextStr("fr"));
    // Printed at its own size: a reader that fits it to the paper would spoil the modules.
    catalog.viewer_preferences().pair(Name(b"PrintScaling"), Name(b"None"));
    catalog.finish();
    pdf.document_info(INFO).title(TextStr(title));
    pdf.pages(TREE).kids([PAGE]).count(1);
    let mut leaf = pdf.page(PAGE);
    leaf.media_box(Rect::new(0.0, 0.0, WIDTH * POINTS, HEIGHT * POINTS)).parent(TREE).contents(CONTENT);
    leaf.resources().fonts().pairs(FONTS.map(|(id, name, _)| (name, id)));
    leaf.finish();
    for (id, _, base) in FONTS {
        pdf.type1_font(id).base_font(base).encoding_predefined(Name(b"WinAnsiEncoding"));
    }
    pdf.stream(CONTENT, &content(page));
    pdf.finish()
}

fn content(page: &Page) -> Vec<u8> {
    let mut content = Content::with_capacity(12 * 1024);
    content.set_line_width(RULE * POINTS);
    for mark in page.marks() {
        match mark {
            Mark::Text { style, x, baseline, text } => show(&mut content, *style, *x, *baseline, text),
            Mark::Fill(area) => {
                rectangle(&mut content, area).fill_nonzero();
            }
            Mark::Frame(area) => {
                rectangle(&mut content, area).stroke();
            }
            Mark::Bars { centre, top, bars } => draw(&mut content, *centre, *top, bars),
        }
    }
    content.finish().into_vec()
}

fn show(content: &mut Content, style: Style, x: f32, baseline: f32, text: &str) {
    let width = style.font.width(text) * style.size;
    let x = match style.anchor {
        Anchor::Left => x,
        Anchor::Centre => x - width / 2.0,
        Anchor::Right => x - width,
    };
    let codes: Vec<u8> = text.chars().filter_map(code).collect();
    let font = if style.font == Font::Bold { Name(b"B") } else { Name(b"R") };
    content.set_fill_gray(if style.white { 1.0 } else { 0.0 });
    content.begin_text().set_font(font, style.size * POINTS);
    content.next_line(x * POINTS, (HEIGHT - baseline) * POINTS).show(Str(&codes)).end_text();
    content.set_fill_gray(0.0);
}

fn rectangle<'a>(content: &'a mut Content, area: &Area) -> &'a mut Content {
    let bottom = HEIGHT - area.y - area.height;
    content.rect(area.x * POINTS, bottom * POINTS, area.width * POINTS, area.height * POINTS)
}

/// One area for each bar.
fn draw(content: &mut Content, centre: f32, top: f32, bars: &Bars) {
    let modules = bars.modules();
    let module = MODULE_DOTS * DOT;
    let left = ((centre * POINTS - modules.len() as f32 * module / 2.0) / DOT).round() * DOT;
    let (bottom, height) = ((HEIGHT - top - bars::HEIGHT) * POINTS, bars::HEIGHT * POINTS);
    let mut place = 0;
    for run in modules.chunk_by(|a, b| a == b) {
        if run[0] {
            content.rect(left + place as f32 * module, bottom, run.len() as f32 * module, height);
        }
        place += run.len();
    }
    content.fill_nonzero();
}
