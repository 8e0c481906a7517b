//! The stream of a connection, watched while HTTP is spoken over it: heads, ambiguities, frames without work, slow readers.

use crate::{
    Cut, Limits,
    frames::Frames,
    seat::{Held, Seat},
    strict::Strict,
};
use std::{
    io,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll, ready},
};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

/// A line that no head and no chunk may hold, so that the parser answers 400 and closes. It looks for a fault at the end of a
/// head only.
const POISON: &[u8] = b"\0\r\n\r\n";
/// What is read of a client that goes on after its last answer, in bytes.
const LINGER_BYTES_MAX: usize = 256 << 10;

#[derive(Debug)]
enum Spoken {
    One(Strict),
    Two(Box<Frames>),
    /// Nothing more is read but this.
    Over(&'static [u8]),
}

/// A stream that is watched.
#[derive(Debug)]
pub(crate) struct Watched<S> {
    stream: S,
    seat: Arc<Seat>,
    spoken: Spoken,
    unread: Option<Held>,
    /// Bytes that were read and thrown away after the last answer.
    lingered: usize,
}

impl<S> Watched<S> {
    pub(crate) fn new(stream: S, seat: Arc<Seat>, h2: bool, limits: &Limits) -> Self {
        let spoken = if h2 {
            Spoken::Two(Box::new(Frames::new(limits.h2_idle_frames_count_max, seat.now())))
        } else {
            Spoken::One(Strict::new())
        };
        Self { stream, seat, spoken, unread: None, lingered: 0 }
    }

    /// Whether the client is in the middle of something. Closing then would reset the connection, and the answer that says
    /// why could be lost with it.
    fn is_mid_message(&self) -> bool {
        match &self.spoken {
            Spoken::One(strict) => strict.is_mid_message(),
            Spoken::Two(_) => false,
            Spoken::Over(_) => true,
        }
    }

    fn follow(&mut self, buffer: &mut ReadBuf<'_>, before: usize) -> io::Result<()> {
        let bytes = &buffer.filled()[before..];
        self.seat.read(bytes.len());
        match &mut self.spoken {
            Spoken::One(strict) => {
                let heads = strict.heads();
                if let Err(line) = strict.follow(bytes) {
                    self.seat.counts().cut(Cut::Ambiguous);
                    buffer.set_filled(before + line);
                    self.spoken = Spoken::Over(put(buffer, POISON));
                    return Ok(());
                }
                tell(&self.seat, heads, strict.heads(), strict.in_head());
            }
            Spoken::Two(frames) => {
                let heads = frames.heads();
                if frames.follow(bytes, self.seat.now(), self.seat.written()).is_err() {
                    self.seat.counts().cut(Cut::Frames);
                    self.spoken = Spoken::Over(&[]);
                    return Err(io::Error::new(io::ErrorKind::InvalidData, "too many frames without work"));
                }
                tell(&self.seat, heads, frames.heads(), frames.in_head());
            }
            Spoken::Over(_) => buffer.set_filled(before),
        }
        Ok(())
    }

    fn wrote<T>(&mut self, written: Poll<io::Result<T>>, bytes: impl Fn(&T) -> usize) -> Poll<io::Result<T>> {
        match &written {
            Poll::Ready(Ok(n)) => self.seat.wrote(bytes(n)),
            Poll::Ready(Err(_)) => {}
            Poll::Pending if self.unread.is_none() => self.unread = Some(Held::unread(&self.seat)),
            Poll::Pending => {}
        }
        written
    }
}

/// Puts what fits, and says what is left.
fn put(buffer: &mut ReadBuf<'_>, bytes: &'static [u8]) -> &'static [u8] {
    let (now, later) = bytes.split_at(bytes.len().min(buffer.remaining()));
    buffer.put_slice(now);
    later
}

fn tell(seat: &Seat, before: u64, heads: u64, in_head: bool) {
    if heads > before {
        seat.head_ends();
    }
    if in_head {
        seat.head_begins();
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Watched<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        if let Spoken::Over(left) = self.spoken {
            self.spoken = Spoken::Over(put(buffer, left));
            return Poll::Ready(Ok(()));
        }
        let before = buffer.filled().len();
        ready!(Pin::new(&mut self.stream).poll_read(context, buffer))?;
        Poll::Ready(self.follow(buffer, before))
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> AsyncWrite for Watched<S> {
    fn poll_write(mut self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write(context, bytes);
        self.wrote(written, |n| *n)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write_vectored(context, bytes);
        self.wrote(written, |n| *n)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let flushed = Pin::new(&mut self.stream).poll_flush(context);
        if flushed.is_ready() {
            self.unread = None;
        }
        self.wrote(flushed, |()| 0)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        ready!(Pin::new(&mut self.stream).poll_shutdown(context))?;
        if self.is_mid_message() {
            self.seat.head_begins();
            let mut thrown = [0; 4 << 10];
            while self.lingered < LINGER_BYTES_MAX {
                let mut buffer = ReadBuf::new(&mut thrown);
                ready!(Pin::new(&mut self.stream).poll_read(context, &mut buffer))?;
                if buffer.filled().is_empty() {
                    break;
                }
                self.lingered += buffer.filled().len();
            }
        }
        Poll::Ready(Ok(()))
    }
}
