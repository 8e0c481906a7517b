//! A page as ZPL II, for label printers of 203 and 300 dpi. A plain function.
//!
//! Everything is ASCII: what is not, and what ZPL would take for a command, is written by its bytes (`^FH`), in UTF-8
//! (`^CI28`). Settings that an earlier label may have left behind are set again. Text is set in font 0, which every
//! printer has.

use crate::{
    bars::{self, Bars},
    page::{Anchor, Area, HEIGHT, Mark, Page, RULE, Style, WIDTH},
};
use std::fmt::Write;

/// How wide font 0 is, as a share of Helvetica's widths.
const FONT_0: f32 = 0.85;

/// A printer's density.
#[derive(Clone, Copy)]
pub(crate) struct Density {
    per_mm: f32,
    /// Dots to a module of a barcode: what gives 0.33 to 0.375 mm.
    module: u32,
}

/// 203 dpi: eight dots to the millimetre, modules of 0.375 mm.
pub(crate) const DPI_203: Density = Density { per_mm: 8.0, module: 3 };
/// 300 dpi: modules of 0.339 mm.
pub(crate) const DPI_300: Density = Density { per_mm: 300.0 / 25.4, module: 4 };

impl Density {
    fn dots(self, mm: f32) -> u32 {
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a length on the page")]
        let dots = (mm * self.per_mm).round() as u32;
        dots
    }
}

/// The page as one label.
pub(crate) fn write(page: &Page, density: Density) -> String {
    let mut zpl = String::with_capacity(6 * 1024);
    let (width, length) = (density.dots(WIDTH), density.dots(HEIGHT));
    put(&mut zpl, format_args!("^XA\n^CI28\n^PW{width}\n^LL{length}\n^LH0,0\n^LS0\n^PON\n^FWN\n^LRN\n"));
    for mark in page.marks() {
        match mark {
            Mark::Text { style, x, baseline, text } => show(&mut zpl, density, *style, (*x, *baseline), text),
            Mark::Fill(area) => rectangle(&mut zpl, density, area, area.width.min(area.height)),
            Mark::Frame(area) => rectangle(&mut zpl, density, area, RULE),
            Mark::Bars { centre, top, bars } => draw(&mut zpl, density, (*centre, *top), bars),
        }
    }
    zpl.push_str("^PQ1\n^XZ\n");
    zpl
}

/// Writing to a text cannot fail.
fn put(zpl: &mut String, what: std::fmt::Arguments<'_>) {
    let _ = zpl.write_fmt(what);
}

fn show(zpl: &mut String, density: Density, style: Style, (x, baseline): (f32, f32), text: &str) {
    let width = style.font.width(text) * style.size * FONT_0;
    let x = match style.anchor {
        Anchor::Left => x,
        Anchor::Centre => x - width / 2.0,
        Anchor::Right => x - width,
    };
    let (x, y, size) = (density.dots(x), density.dots(baseline), density.dots(style.size));
    let reverse = if style.white { "^FR" } else { "" };
    put(zpl, format_args!("^FT{x},{y}{reverse}^A0N,{size},{size}^FH^FD"));
    data(zpl, text);
    zpl.push_str("^FS\n");
}

/// The data of a field: `_` and two hexadecimal digits for each byte that is not plain.
fn data(zpl: &mut String, text: &str) {
    for byte in text.bytes() {
        match byte {
            b'^' | b'~' | b'_' | b'\\' => put(zpl, format_args!("_{byte:02X}")),
            b' '..=b'~' => zpl.push(char::from(byte)),
            _ => put(zpl, format_args!("_{byte:02X}")),
        }
    }
}

fn rectangle(zpl: &mut String, density: Density, area: &Area, thickness: f32) {
    let [x, y, width, height] = [area.x, area.y, area.width, area.height].map(|mm| density.dots(mm));
    let thickness = density.dots(thickness).max(1);
    let (width, height) = (width.max(thickness), height.max(thickness));
    put(zpl, format_args!("^FO{x},{y}^GB{width},{height},{thickness}^FS\n"));
}

fn draw(zpl: &mut String, density: Density, (centre, top): (f32, f32), bars: &Bars) {
    let module = density.module;
    let width = u32::try_from(bars.len()).unwrap_or_default() * module;
    let x = density.dots(centre).saturating_sub(width / 2);
    let (y, height) = (density.dots(top), density.dots(bars::HEIGHT));
    put(zpl, format_args!("^BY{module}^FO{x},{y}^BCN,{height},N,N,N,N^FD{}^FS\n", bars.zpl()));
}
