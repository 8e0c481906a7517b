//! The frames of HTTP/2, counted: a client pays for those that carry no work.
//!
//! The library that speaks HTTP/2 bounds streams, resets, header lists and CONTINUATION. Frames that are legal one by one
//! and cost as much as a request (PING, SETTINGS, WINDOW_UPDATE, PRIORITY, RST_STREAM, DATA of a few bytes) have one budget
//! here. Frame types and flags: RFC 9113 §6.

const PREFACE_BYTES: usize = 24;
const HEAD_BYTES: usize = 9;
const DATA: u8 = 0;
const HEADERS: u8 = 1;
const CONTINUATION: u8 = 9;
const END_STREAM: u8 = 1;
const END_HEADERS: u8 = 4;
/// CONTINUATION frames of one head. At 16 kB each, one is enough for any head that is allowed.
const CONTINUATIONS_MAX: u32 = 16;
/// DATA below it is small unless it ends the body, in bytes.
const SMALL_DATA_BYTES: usize = 64;
/// A frame that opens the window is paid by this much that was written, in bytes.
const WRITTEN_BYTES_PER_FRAME: u64 = 4_096;

/// Follows one connection.
#[derive(Debug)]
pub(crate) struct Frames {
    skip: usize,
    head: [u8; HEAD_BYTES],
    filled: usize,
    /// The frame whose payload is being skipped ends a head.
    ends_head: bool,
    in_head: bool,
    heads: u64,
    continuations: u32,
    credit: u64,
    most: u64,
    paid: (u64, u64),
}

/// Too many frames without work.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Flood;

impl Frames {
    /// With that many frames at once, and as many a second.
    pub(crate) fn new(most: u32, now_ms: u64) -> Self {
        let most = u64::from(most) * 1_000;
        Self {
            skip: PREFACE_BYTES,
            head: [0; HEAD_BYTES],
            filled: 0,
            ends_head: false,
            in_head: false,
            heads: 0,
            continuations: 0,
            credit: most,
            most,
            paid: (now_ms, 0),
        }
    }

    /// Whole heads so far.
    pub(crate) const fn heads(&self) -> u64 {
        self.heads
    }

    /// Whether a part of a head came.
    pub(crate) const fn in_head(&self) -> bool {
        self.in_head
    }

    /// Follows these bytes, of a connection to which so much has been written.
    ///
    /// # Errors
    /// The client sends frames without work.
    pub(crate) fn follow(&mut self, mut bytes: &[u8], now_ms: u64, written: u64) -> Result<(), Flood> {
        self.earn(now_ms, written);
        while !bytes.is_empty() {
            if self.skip > 0 {
                let skipped = self.skip.min(bytes.len());
                self.skip -= skipped;
                bytes = &bytes[skipped..];
            } else {
                let taken = (HEAD_BYTES - self.filled).min(bytes.len());
                self.head[self.filled..self.filled + taken].copy_from_slice(&bytes[..taken]);
                self.filled += taken;
                bytes = &bytes[taken..];
                if self.filled == HEAD_BYTES {
                    self.filled = 0;
                    self.frame()?;
                }
            }
            if self.skip == 0 && self.ends_head {
                (self.ends_head, self.in_head) = (false, false);
                self.heads += 1;
            }
        }
        Ok(())
    }

    /// Credit is in thousandths of a frame.
    fn earn(&mut self, now_ms: u64, written: u64) {
        let (then, before) = self.paid;
        let by_time = now_ms.saturating_sub(then).saturating_mul(self.most) / 1_000;
        let by_bytes = written.saturating_sub(before).saturating_mul(1_000) / WRITTEN_BYTES_PER_FRAME;
        self.credit = self.credit.saturating_add(by_time).saturating_add(by_bytes).min(self.most);
        self.paid = (now_ms, written);
    }

    fn frame(&mut self) -> Result<(), Flood> {
        let [a, b, c, kind, flags, ..] = self.head;
        let length = usize::from(a) << 16 | usize::from(b) << 8 | usize::from(c);
        self.skip = length;
        match kind {
            HEADERS => (self.in_head, self.continuations) = (true, 0),
            CONTINUATION => self.continuations += 1,
            _ => {}
        }
        self.ends_head = matches!(kind, HEADERS | CONTINUATION) && flags & END_HEADERS != 0;
        let works = match kind {
            HEADERS => true,
            DATA => flags & END_STREAM != 0 || length >= SMALL_DATA_BYTES,
            _ => false,
        };
        if !works {
            self.credit = self.credit.checked_sub(1_000).ok_or(Flood)?;
        }
        if self.continuations > CONTINUATIONS_MAX { Err(Flood) } else { Ok(()) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PING: u8 = 6;
    const WINDOW_UPDATE: u8 = 8;

    fn frame(kind: u8, flags: u8, length: usize) -> Vec<u8> {
        let [.., a, b, c] = length.to_be_bytes();
        [&[a, b, c, kind, flags, 0, 0, 0, 1][..], &vec![0; length]].concat()
    }

    fn begun(most: u32) -> Frames {
        let mut frames = Frames::new(most, 1);
        assert_eq!(frames.follow(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 1, 0), Ok(()));
        frames
    }

    #[test]
    fn frames_without_work_have_a_budget_that_comes_back() {
        for idle in [
            frame(PING, 0, 8),
            frame(4, 0, 0),
            frame(WINDOW_UPDATE, 0, 4),
            frame(DATA, 0, 1),
            frame(3, 0, 4),
            frame(2, 0, 5),
        ] {
            let mut frames = begun(3);
            assert_eq!(frames.follow(&idle.repeat(3), 1, 0), Ok(()));
            assert_eq!(frames.follow(&idle, 1, 0), Err(Flood), "{idle:?}");
            assert_eq!(begun(3).follow(&idle.repeat(3), 1, 0), Ok(()));
        }
        let mut frames = begun(3);
        assert_eq!(frames.follow(&frame(PING, 0, 8).repeat(3), 1, 0), Ok(()));
        assert_eq!(frames.follow(&frame(PING, 0, 8).repeat(3), 1_001, 0), Ok(()), "a second later");
        assert_eq!(frames.follow(&frame(PING, 0, 8).repeat(2), 1_001, 3 * WRITTEN_BYTES_PER_FRAME), Ok(()), "a reader");
    }

    #[test]
    fn work_costs_nothing_here() {
        let mut frames = begun(1);
        let work = [frame(HEADERS, END_HEADERS, 9), frame(DATA, 0, 64), frame(DATA, END_STREAM, 0)].concat();
        assert_eq!(frames.follow(&work.repeat(1_000), 1, 0), Ok(()));
        assert_eq!(frames.heads(), 1_000);
    }

    #[test]
    fn a_head_is_under_way_until_its_last_byte() {
        let mut frames = begun(100);
        let bytes = [frame(HEADERS, 0, 20), frame(CONTINUATION, END_HEADERS, 20)].concat();
        for (index, byte) in bytes.iter().enumerate() {
            assert_eq!(frames.in_head(), index >= HEAD_BYTES, "{index}");
            assert_eq!(frames.follow(&[*byte], 1, 0), Ok(()));
        }
        assert!(!frames.in_head() && frames.heads() == 1);
    }

    #[test]
    fn continuations_without_end_are_a_flood() {
        let mut frames = begun(1_000);
        assert_eq!(frames.follow(&frame(HEADERS, 0, 0), 1, 0), Ok(()));
        assert_eq!(frames.follow(&frame(CONTINUATION, 0, 0).repeat(16), 1, 0), Ok(()));
        assert_eq!(frames.follow(&frame(CONTINUATION, 0, 0), 1, 0), Err(Flood));
    }
}
