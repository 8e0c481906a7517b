//! One connection: its stream with the two things that HTTP alone cannot do, a reset, and knowing when the last byte of
//! an answer was handed to the network.

use super::{ExchangePhase, OnExchange};
use crate::carrier::SharedCarrier;
use hyper::rt::{Read, ReadBufCursor, Write};
use hyper_util::rt::TokioIo;
use parcel::ParcelNumber;
use std::{
    io,
    pin::Pin,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    task::{Context, Poll},
};
use tokio::net::TcpStream;

/// What the exchanges of a connection and its stream know of each other.
pub(super) struct Line {
    carrier: SharedCarrier,
    on_exchange: Option<OnExchange>,
    reset: AtomicBool,
    handed_over: AtomicBool,
    owed: Mutex<Option<ParcelNumber>>,
}

impl Line {
    pub(super) fn new(carrier: SharedCarrier, on_exchange: Option<OnExchange>) -> Self {
        let (reset, handed_over) = (AtomicBool::new(false), AtomicBool::new(false));
        Self { carrier, on_exchange, reset, handed_over, owed: Mutex::new(None) }
    }

    /// Whether somebody wants to know of every phase.
    pub(super) fn is_watched(&self) -> bool {
        self.on_exchange.is_some()
    }

    pub(super) fn tell(&self, phase: ExchangePhase) {
        if let Some(on_exchange) = &self.on_exchange {
            on_exchange(phase);
        }
    }

    /// The connection is to end with a reset.
    pub(super) fn reset(&self) {
        self.reset.store(true, Ordering::Release);
    }

    /// The answer about this label is on its way; should the connection end first, it is lost.
    pub(super) fn owes(&self, number: Option<ParcelNumber>) {
        *self.owed.lock().unwrap_or_else(PoisonError::into_inner) = number;
    }

    /// The last byte of the answer stands in the buffer: the next flush sends it.
    pub(super) fn hand_over(&self) {
        self.handed_over.store(true, Ordering::Release);
    }

    fn flushed(&self) {
        if self.handed_over.swap(false, Ordering::AcqRel) {
            self.owes(None);
            self.tell(ExchangePhase::Answered);
        }
    }

    fn end(&self) {
        let owed = self.owed.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(number) = owed {
            self.carrier.answer_lost(&number);
        }
    }
}

/// The stream of a connection.
pub(super) struct Tap {
    stream: TokioIo<TcpStream>,
    line: Arc<Line>,
}

impl Tap {
    pub(super) fn new(stream: TcpStream, line: Arc<Line>) -> Self {
        Self { stream: TokioIo::new(stream), line }
    }
}

impl Drop for Tap {
    fn drop(&mut self) {
        if self.line.reset.load(Ordering::Acquire) {
            // Closing with no time to linger sends a reset instead of a farewell.
            let _ = self.stream.inner().set_zero_linger();
        }
        self.line.end();
    }
}

impl Read for Tap {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: ReadBufCursor<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(cx, buf)
    }
}

impl Write for Tap {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(cx, buf)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write_vectored(cx, bufs)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let flushed = Pin::new(&mut self.stream).poll_flush(cx);
        if matches!(flushed, Poll::Ready(Ok(()))) {
            self.line.flushed();
        }
        flushed
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        if self.line.reset.load(Ordering::Acquire) {
            return Poll::Ready(Ok(()));
        }
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}
