//! Reads a batch to its end or to a limit, and takes its rows in by chunks while more arrive.
//!
//! What is held at any time is one chunk and what is not yet cut into rows. A chunk is on disk, with the result of each
//! of its rows, before the next is begun; whatever ends the reading, every whole row that was read is taken in.

use super::{
    csv::Wishes,
    form::{Form, Read, refusal},
};
use crate::{
    api::request::deposit_past,
    failure, fingerprint, points,
    problem::{Kind, Problem},
    state::{App, Caller},
};
use axum::body::Body;
use bytes::Bytes;
use dispatch::Via;
use http_body_util::BodyExt;
use parcel::{BatchId, Shipment};
use store::{Accepted, Ending, LineWork, NewBatch, NewIntent, NewLine, NotTaken, Refusal};
use tokio::time::{Instant, timeout_at};

/// Rows that one commit takes in: enough to share a sync of the disk, few enough that others hardly wait.
const CHUNK_ROWS: usize = 500;
/// Bytes of rows after which a chunk is taken in however few it has.
const CHUNK_BYTES: usize = 4 << 20;
/// Errors that are told at once; the others are read from the batch.
pub(super) const ERRORS_COUNT: usize = 100;

/// What a batch is read with.
pub(super) struct Intake<'a> {
    pub(super) app: &'a App,
    pub(super) caller: &'a Caller,
    /// The caller's own key of the batch.
    pub(super) key: Option<&'a str>,
    pub(super) wishes: Wishes<'a>,
    /// Whether rows are only looked at.
    pub(super) dry_run: bool,
    pub(super) form: Form,
}

/// How far it got.
#[derive(Debug, Default)]
pub(super) struct Progress {
    /// The batch and whether it was there before; none as long as nothing was taken in.
    pub(super) batch: Option<(BatchId, bool)>,
    /// Rows that were read.
    pub(super) rows: u64,
    /// The line of the file on which the last of them begins.
    pub(super) last_line: u64,
    /// Rows that were refused in a dry run.
    pub(super) refused: u64,
    /// The first of them.
    pub(super) errors: Vec<(u64, u64, Refusal)>,
    pending: Vec<NewLine>,
    pending_bytes: usize,
}

/// Why reading stopped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stopped {
    AtTheEnd,
    AtBytes,
    AtRows,
    TooSlow,
    Cut,
}

impl Stopped {
    pub(super) fn ending(self) -> Ending {
        match self {
            Self::AtTheEnd => Ending::Complete,
            Self::AtBytes | Self::AtRows => Ending::TooLarge,
            Self::TooSlow | Self::Cut => Ending::BrokenOff,
        }
    }
}

/// What came of waiting for more.
enum Piece {
    Some(Bytes),
    End(Stopped),
}

impl Intake<'_> {
    /// Reads everything that may be read. `progress` is right whatever this returns.
    ///
    /// # Errors
    /// The file is none of its form, or the store fails; what was taken in before stays.
    pub(super) async fn read(&mut self, body: &mut Body, progress: &mut Progress) -> Result<Stopped, Problem> {
        let deadline = Instant::now() + self.app.settings.batch_time_max;
        let mut left = self.app.settings.batch_bytes_max;
        let stopped = loop {
            let piece = match self.piece(body, deadline).await {
                Piece::Some(piece) => piece,
                Piece::End(stopped) => break stopped,
            };
            let fits = piece.len().min(usize::try_from(left).unwrap_or(usize::MAX));
            left -= fits as u64;
            self.form.push(&piece[..fits]);
            if !self.take_rows(progress).await? {
                break Stopped::AtRows;
            }
            if fits < piece.len() {
                break Stopped::AtBytes;
            }
        };
        let mut stopped = stopped;
        if stopped == Stopped::AtTheEnd {
            self.form.end();
            if !self.take_rows(progress).await? {
                stopped = Stopped::AtRows;
            }
        }
        self.flush(progress).await?;
        Ok(stopped)
    }

    async fn piece(&self, body: &mut Body, deadline: Instant) -> Piece {
        let soon = Instant::now() + self.app.settings.body_time_max;
        match timeout_at(deadline.min(soon), body.frame()).await {
            Err(_) => Piece::End(Stopped::TooSlow),
            Ok(None) => Piece::End(Stopped::AtTheEnd),
            Ok(Some(Err(_))) => Piece::End(Stopped::Cut),
            Ok(Some(Ok(frame))) => Piece::Some(frame.into_data().unwrap_or_default()),
        }
    }

    /// Takes in what is whole; false when there are more rows than may be.
    async fn take_rows(&mut self, progress: &mut Progress) -> Result<bool, Problem> {
        while let Some(read) = self.form.next(self.wishes)? {
            if progress.rows == self.app.settings.batch_rows_max {
                return Ok(false);
            }
            progress.rows += 1;
            progress.last_line = read.line;
            progress.pending_bytes += read.bytes;
            self.take(read, progress).await?;
            if progress.pending.len() >= CHUNK_ROWS || progress.pending_bytes >= CHUNK_BYTES {
                self.flush(progress).await?;
            }
        }
        Ok(true)
    }

    async fn take(&self, read: Read, progress: &mut Progress) -> Result<(), Problem> {
        let (row, line) = (progress.rows, read.line);
        let work = match read.shipment {
            Ok(shipment) => self.work(row, *shipment).await?,
            Err(refusal) => LineWork::Refuse(refusal),
        };
        if !self.dry_run {
            progress.pending.push(NewLine { row, line, work });
        } else if let LineWork::Refuse(refusal) = work {
            progress.refused += 1;
            if progress.errors.len() < ERRORS_COUNT {
                progress.errors.push((row, line, refusal));
            }
        }
        Ok(())
    }

    /// What is to be done with a good row. One for a day that is past is no new one: it finds the shipment that it made.
    async fn work(&self, row: u64, shipment: Shipment) -> Result<LineWork, Problem> {
        let at = self.app.now();
        let key = match self.key {
            Some(key) => fingerprint::of_row(key, row, &shipment),
            None => fingerprint::of_request(None, &shipment),
        };
        if shipment.deposit_date >= at.paris_date() {
            let id = self.app.new_id(at);
            let (merchant, account) = (self.caller.merchant.clone(), self.caller.account.clone());
            let pickup = points::known_of(self.app, &shipment, None, at);
            let new = NewIntent { id, merchant, account, shipment, via: Via::Api, key: Some(key), pickup, at };
            return Ok(LineWork::Accept(Box::new(new)));
        }
        let known = self.app.store.known(&self.caller.merchant, key, at).await.map_err(failure::of_store)?;
        Ok(match known {
            Some(Accepted::Known(view) | Accepted::New(view)) => LineWork::Known(view.intent.id),
            Some(Accepted::Conflict { existing }) => LineWork::Refuse(explain(&NotTaken::Conflict { existing })),
            None => LineWork::Refuse(refusal(self.form.place_of("deposit_date"), &deposit_past(at.paris_date()))),
        })
    }

    /// Has the chunk written, and begins the batch with the first.
    async fn flush(&self, progress: &mut Progress) -> Result<(), Problem> {
        progress.pending_bytes = 0;
        let lines = std::mem::take(&mut progress.pending);
        if lines.is_empty() {
            return Ok(());
        }
        let batch = match progress.batch {
            Some((batch, _)) => batch,
            None => {
                let begun = self.begin().await?;
                progress.batch = Some(begun);
                begun.0
            }
        };
        self.app.store.accept_lines(batch, lines, explain).await.map_err(|e| failure::of_store(e).batch(batch))
    }

    async fn begin(&self) -> Result<(BatchId, bool), Problem> {
        let (at, merchant) = (self.app.now(), self.caller.merchant.clone());
        let new = NewBatch { id: self.app.new_batch_id(at), merchant, key: self.key.map(fingerprint::of_batch), at };
        self.app.store.begin_batch(new).await.map_err(failure::of_store)
    }
}

/// What the store does not take in, in words.
fn explain(why: &NotTaken) -> Refusal {
    let problem = match why {
        NotTaken::Conflict { existing } => Problem::new(
            Kind::KeyReused,
            format!(
                "With this Idempotency-Key this row was something else and made shipment {existing}: put it back as it \
                 was, or send what changed as a batch with a new key."
            ),
        )
        .field("Idempotency-Key"),
        NotTaken::Refused(e) => {
            tracing::error!(error = %e, "the store refused a row of a batch");
            Problem::new(Kind::Internal, "The server made a mistake with this row: send it again alone.")
        }
    };
    refusal(None, &problem)
}
