//! Counts what one connection writes and reads, so that a call knows exactly how far it got.
//!
//! The meter sits between HTTP and TLS (or TCP): it sees plain bytes, and only those that the layer below has taken.
//! It is set to zero at the start of each call; a connection carries one call at a time, so what it counts is
//! that call's. Bytes that TLS has taken count as handed over: where the meter errs, it errs towards *sent*.

use crate::{OnSent, Reached};
use std::{
    io::{self, IoSlice},
    pin::Pin,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    task::{Context, Poll},
};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

/// How many of the four bytes that end a head (CR LF CR LF) must be seen.
const HEAD_END_BYTES: u8 = 4;

/// The count of one connection; clones share it.
#[derive(Clone)]
pub(crate) struct Meter(Arc<Mutex<Count>>);

struct Count {
    reached: Reached,
    /// How many bytes of the end of a head stand at the end of what was written.
    head_end_seen: u8,
    body_left: usize,
    on_sent: Option<OnSent>,
}

impl Meter {
    pub(crate) fn new() -> Self {
        Self(Arc::new(Mutex::new(Count { reached: Reached::Connected, head_end_seen: 0, body_left: 0, on_sent: None })))
    }

    /// Starts the count of a call whose body has this many bytes.
    pub(crate) fn start(&self, body_bytes: usize, on_sent: OnSent) {
        let fresh =
            Count { reached: Reached::Connected, head_end_seen: 0, body_left: body_bytes, on_sent: Some(on_sent) };
        *self.lock() = fresh;
    }

    /// How far the call has got.
    pub(crate) fn reached(&self) -> Reached {
        self.lock().reached
    }

    fn wrote<'a>(&self, pieces: impl Iterator<Item = &'a [u8]>) {
        let on_sent = {
            let mut count = self.lock();
            pieces.for_each(|piece| count.wrote(piece));
            if count.reached >= Reached::WholeRequest { count.on_sent.take() } else { None }
        };
        if let Some(tell) = on_sent {
            tell();
        }
    }

    fn read(&self) {
        self.lock().reached = Reached::FirstByte;
    }

    fn lock(&self) -> MutexGuard<'_, Count> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Count {
    fn wrote(&mut self, piece: &[u8]) {
        if piece.is_empty() {
            return;
        }
        let in_head = self.rest_of_head(piece);
        self.body_left = self.body_left.saturating_sub(piece.len() - in_head);
        let whole = self.head_end_seen == HEAD_END_BYTES && self.body_left == 0;
        let now = if whole { Reached::WholeRequest } else { Reached::PartOfRequest };
        self.reached = self.reached.max(now);
    }

    /// How many bytes at the start of `piece` still belong to the head.
    fn rest_of_head(&mut self, piece: &[u8]) -> usize {
        for (at, byte) in piece.iter().enumerate() {
            if self.head_end_seen == HEAD_END_BYTES {
                return at;
            }
            self.head_end_seen = match (self.head_end_seen, byte) {
                (0 | 2, b'\r') | (1 | 3, b'\n') => self.head_end_seen + 1,
                (_, b'\r') => 1,
                _ => 0,
            };
        }
        piece.len()
    }
}

/// A stream whose bytes a [`Meter`] counts.
pub(crate) struct Metered<S> {
    stream: S,
    meter: Meter,
}

impl<S> Metered<S> {
    pub(crate) fn new(stream: S, meter: Meter) -> Self {
        Self { stream, meter }
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Metered<S> {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let before = buf.filled().len();
        let outcome = Pin::new(&mut self.stream).poll_read(cx, buf);
        if buf.filled().len() > before {
            self.meter.read();
        }
        outcome
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Metered<S> {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        let outcome = Pin::new(&mut self.stream).poll_write(cx, buf);
        if let Poll::Ready(Ok(taken)) = outcome {
            self.meter.wrote(buf.get(..taken).into_iter());
        }
        outcome
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let outcome = Pin::new(&mut self.stream).poll_write_vectored(cx, bufs);
        if let Poll::Ready(Ok(mut left)) = outcome {
            self.meter.wrote(bufs.iter().map(|piece| {
                let taken = piece.len().min(left);
                left -= taken;
                &piece[..taken]
            }));
        }
        outcome
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicU32, Ordering};

    fn started(body_bytes: usize) -> (Meter, Arc<AtomicU32>) {
        let (meter, told) = (Meter::new(), Arc::new(AtomicU32::new(0)));
        let teller = Arc::clone(&told);
        meter.start(body_bytes, Box::new(move || _ = teller.fetch_add(1, Ordering::SeqCst)));
        (meter, told)
    }

    #[test]
    fn whole_is_said_at_the_last_byte_and_once() {
        let request = b"POST / HTTP/1.1\r\nhost: a\r\n\r\nabc\r\n\r\n";
        for cut in 1..request.len() {
            let (meter, told) = started(7);
            meter.wrote([&request[..cut]].into_iter());
            assert_eq!((meter.reached(), told.load(Ordering::SeqCst)), (Reached::PartOfRequest, 0), "{cut}");
            meter.wrote([&request[cut..]].into_iter());
            assert_eq!((meter.reached(), told.load(Ordering::SeqCst)), (Reached::WholeRequest, 1), "{cut}");
        }
        let (meter, _) = started(7);
        request.iter().for_each(|b| meter.wrote([std::slice::from_ref(b)].into_iter()));
        assert_eq!(meter.reached(), Reached::WholeRequest);
    }

    #[test]
    fn a_head_alone_is_whole_when_there_is_no_body() {
        let (meter, told) = started(0);
        meter.wrote([&b"GET / HTTP/1.1\r\nhost: a\r\n\r"[..]].into_iter());
        assert_eq!(meter.reached(), Reached::PartOfRequest);
        meter.wrote([&b"\n"[..]].into_iter());
        assert_eq!((meter.reached(), told.load(Ordering::SeqCst)), (Reached::WholeRequest, 1));
    }

    #[test]
    fn reading_never_goes_back_and_a_new_call_starts_anew() {
        let (meter, _) = started(3);
        meter.wrote([&b"P"[..]].into_iter());
        meter.read();
        meter.wrote([&b"OST"[..]].into_iter());
        assert_eq!(meter.reached(), Reached::FirstByte);
        meter.start(0, Box::new(|| ()));
        assert_eq!(meter.reached(), Reached::Connected);
    }
}
