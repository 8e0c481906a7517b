//! Numbers of the wire and the clock as `f64`, and back, in one place.

/// Milliseconds or a count as a fraction; exact below 2^53.
#[expect(clippy::cast_precision_loss, reason = "beyond 2^53 ms nothing here depends on the last one")]
pub(crate) fn of(count: i64) -> f64 {
    count as f64
}

/// A small length as a signed number.
pub(crate) fn signed(length: usize) -> i64 {
    i64::try_from(length).unwrap_or(i64::MAX)
}

/// A span in minutes.
pub(crate) fn minutes(span: std::time::Duration) -> f64 {
    span.as_secs_f64() / 60.0
}
