//! The health pages: a text that holds `[OK]` or `[KO]`. An input among others, never the verdict.

use crate::Exchange;

/// What a health page says: well, unwell, or neither (no answer, an error page, both words at once count as unwell).
pub fn decode_health(exchange: &Exchange) -> Option<bool> {
    let response = exchange.result.as_ref().ok()?;
    let says = |word: &[u8]| response.body.windows(word.len()).any(|w| w == word);
    if says(b"[KO]") {
        return Some(false);
    }
    ((200..300).contains(&response.status) && says(b"[OK]")).then_some(true)
}

/// A health page, as a server writes it.
pub fn write_health(ok: bool) -> String {
    let word = if ok { "OK" } else { "KO" };
    format!("<html><head><title>Supervision</title></head><body>[{word}]</body></html>\n")
}
