//! Whether a point is open at a moment, and when it opens next.

use crate::Point;
use clock::Time;

impl Point {
    /// Whether it is open at this moment; `None` where its hours of that day are not known.
    pub fn is_open_at(&self, at: Time) -> Option<bool> {
        let _ = at;
        None
    }

    /// When it opens next.
    pub fn opens_next(&self, at: Time) -> Option<Time> {
        let _ = at;
        None
    }
}
