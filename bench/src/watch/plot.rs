//! The reliability curve as an SVG of its own, without any library.

use super::fit::Calibration;
use std::{fmt::Write as _, path::Path};

const SIDE: f64 = 360.0;
const MARGIN: f64 = 50.0;
/// The axes' end: odds above a half are rare, and the small ones matter.
const END: f64 = 0.6;

/// Draws what was foretold against what came; a good curve lies on the diagonal.
#[expect(clippy::disallowed_methods, reason = "a bench writes the file that it is asked for")]
pub(crate) fn reliability(file: &Path, calibration: &Calibration) -> std::io::Result<()> {
    std::fs::write(file, svg(calibration))
}

fn svg(calibration: &Calibration) -> String {
    let place =
        |x: f64, y: f64| (MARGIN + SIDE * (x / END).min(1.0).sqrt(), MARGIN + SIDE * (1.0 - (y / END).min(1.0).sqrt()));
    let whole = SIDE + 2.0 * MARGIN;
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {whole} {whole}\" font-family=\"sans-serif\" font-size=\"12\">\n\
         <rect width=\"{whole}\" height=\"{whole}\" fill=\"white\"/>\n\
         <title>Odds of a relapse within the hour: foretold and come (Brier {:.4})</title>\n",
        calibration.brier
    );
    let ((x0, y0), (x1, y1)) = (place(0.0, 0.0), place(END, END));
    let _ = writeln!(svg, "<path d=\"M{x0} {y1}V{y0}H{x1}\" fill=\"none\" stroke=\"black\"/>");
    let _ = writeln!(svg, "<path d=\"M{x0} {y0}L{x1} {y1}\" stroke=\"grey\" stroke-dasharray=\"4\"/>");
    for tick in [0.01, 0.05, 0.1, 0.2, 0.4] {
        let ((x, _), (_, y)) = (place(tick, 0.0), place(0.0, tick));
        let percent = 100.0 * tick;
        let _ = writeln!(svg, "<text x=\"{x:.0}\" y=\"{:.0}\" text-anchor=\"middle\">{percent:.0} %</text>", y0 + 18.0);
        let _ = writeln!(svg, "<text x=\"{:.0}\" y=\"{y:.0}\" text-anchor=\"end\">{percent:.0} %</text>", x0 - 6.0);
    }
    let points: Vec<(f64, f64)> = calibration.bins.iter().map(|(odds, fell, _)| place(*odds, *fell)).collect();
    let line: Vec<String> = points.iter().map(|(x, y)| format!("{x:.1},{y:.1}")).collect();
    let _ =
        writeln!(svg, "<polyline points=\"{}\" fill=\"none\" stroke=\"#0b63a5\" stroke-width=\"2\"/>", line.join(" "));
    for ((x, y), (_, _, count)) in points.iter().zip(&calibration.bins) {
        let _ = writeln!(
            svg,
            "<circle cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"4\" fill=\"#0b63a5\"/><text x=\"{:.0}\" y=\"{:.0}\">{count}</text>",
            x + 6.0,
            y + 14.0
        );
    }
    let middle = whole / 2.0;
    let _ = writeln!(
        svg,
        "<text x=\"{middle}\" y=\"{:.0}\" text-anchor=\"middle\">foretold (square-root scale; numbers: looks)</text>",
        whole - 10.0
    );
    let _ = writeln!(
        svg,
        "<text x=\"14\" y=\"{middle}\" text-anchor=\"middle\" transform=\"rotate(-90 14 {middle})\">fell within the hour</text>\n</svg>"
    );
    svg
}
