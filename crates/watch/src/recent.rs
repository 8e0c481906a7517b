//! The last few results of a probe or a function: what attribution looks at, and nothing else.

use crate::evidence::Count;
use clock::Time;
use std::collections::VecDeque;

/// Results that are kept.
const RECENT_COUNT_MAX: usize = 16;

/// The last few results.
#[derive(Clone, Debug, Default)]
pub(crate) struct Recent(VecDeque<(Time, bool)>);

impl Recent {
    pub(crate) fn take(&mut self, at: Time, bad: bool) {
        if self.0.len() >= RECENT_COUNT_MAX {
            self.0.pop_front();
        }
        self.0.push_back((at, bad));
    }

    /// What was seen since then.
    pub(crate) fn since(&self, since: Time) -> Count {
        self.0.iter().filter(|(at, _)| *at >= since).fold(Count::default(), |count, (at, bad)| Count {
            seen: count.seen + 1,
            bad: count.bad + u32::from(*bad),
            at: count.at.max(*at),
        })
    }
}

/// Both together.
pub(crate) fn together(a: Count, b: Count) -> Count {
    Count { seen: a.seen + b.seen, bad: a.bad + b.bad, at: a.at.max(b.at) }
}
