//! What the fuzz targets share: bytes made into an exchange.

use bytes::Bytes;
use carriers::{Broken, Exchange, Reached, Response};
use std::time::Duration;

/// An exchange whose answer is `data`: two bytes choose the status and whether it came whole, a first line is the
/// content type, the rest is the body.
pub fn exchange(data: &[u8]) -> Exchange {
    let (choice, rest) = data.split_at(data.len().min(2));
    let line = rest.iter().position(|b| *b == b'\n').unwrap_or(0);
    let status = [200, 200, 400, 401, 403, 422, 429, 500, 503][choice.first().map_or(0, |b| usize::from(*b) % 9)];
    let body = Bytes::copy_from_slice(rest.get(line + 1..).unwrap_or_default());
    let response = Response::new(status, String::from_utf8_lossy(&rest[..line]), body);
    let whole = choice.get(1).is_none_or(|b| b % 4 != 0);
    let result = if whole { Ok(response) } else { Err(Broken::AnswerCut(Box::new(response))) };
    Exchange { reached: Reached::FirstByte, kept: false, elapsed: Duration::ZERO, result }
}
