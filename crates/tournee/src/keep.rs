//! What keeps the data and tells of it: backups, restores, compaction, exports, reports. All of it works on the data
//! directory itself and, but for a restore, beside a running server.

pub mod backup;
pub mod compact;
pub mod export;
mod period;
pub mod report;
pub mod restore;

use crate::{
    config::Config,
    fault::{Exit, Fault},
    key,
    progress::Progress,
    serve::{StopSignal, runtime},
};
use std::{
    ops::ControlFlow,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};
use store::{BackupError, Step};

/// Runs long work in a thread of its own, tells how far it has come, and breaks it off at a signal.
fn run<T, E>(work: impl FnOnce(store::Teller<'_>) -> Result<T, E> + Send + 'static) -> Result<T, Fault>
where
    T: Send + 'static,
    E: Into<Fault> + Send + 'static,
{
    let mut progress = Progress::default();
    let watched = move |stopped: Arc<AtomicBool>| {
        let done = work(&mut |come| {
            tell(&mut progress, come);
            go_on(&stopped)
        });
        progress.end();
        done
    };
    until_stopped(watched)?.map_err(Into::into)
}

/// The same without a word: what it writes goes where words would go.
fn run_quietly<T, E>(
    work: impl FnOnce(store::Teller<'_>) -> Result<T, E> + Send + 'static,
) -> Result<Result<T, E>, Fault>
where
    T: Send + 'static,
    E: Send + 'static,
{
    until_stopped(move |stopped| work(&mut |_| go_on(&stopped)))
}

fn go_on(stopped: &AtomicBool) -> ControlFlow<()> {
    if stopped.load(Ordering::Relaxed) { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
}

/// Runs work in a thread of its own; a signal is told to it.
fn until_stopped<T: Send + 'static>(work: impl FnOnce(Arc<AtomicBool>) -> T + Send + 'static) -> Result<T, Fault> {
    runtime()?.block_on(async {
        let mut signal = StopSignal::listen()?;
        let stop = Arc::new(AtomicBool::new(false));
        let stopped = Arc::clone(&stop);
        let mut work = tokio::task::spawn_blocking(move || work(stopped));
        loop {
            tokio::select! {
                done = &mut work => return done.map_err(|e| Fault::failed(format!("the work ended in a panic: {e}"))),
                _ = signal.wait() => stop.store(true, Ordering::Relaxed),
            }
        }
    })
}

#[expect(clippy::cast_precision_loss, reason = "a bar needs no more")]
fn tell(progress: &mut Progress, come: store::Progress) {
    let step = match come.step {
        Step::Copying => "copying",
        Step::Reading => "reading back",
        Step::Checking => "checking the structure",
        Step::Writing => "writing",
    };
    let share = come.done as f64 / come.total.max(1) as f64;
    match come.step {
        Step::Checking => progress.tell(step, 0.999, step),
        Step::Writing => progress.tell(step, share, format_args!("{step}: {} of {} rows", come.done, come.total)),
        _ => progress.tell(step, share, format_args!("{step}: {} of {}", size(come.done), size(come.total))),
    }
}

/// That there is a database: a command that only looks makes none.
fn need_data(config: &Config) -> Result<(), Fault> {
    if config.data.join(key::DATABASE).exists() {
        return Ok(());
    }
    Err(BackupError::NothingThere { dir: config.data.clone() }.into())
}

/// A size for people.
#[expect(clippy::cast_precision_loss, reason = "one digit behind the point")]
fn size(bytes: u64) -> String {
    format!("{:.1} MiB", bytes as f64 / f64::from(1 << 20))
}

impl From<BackupError> for Fault {
    fn from(e: BackupError) -> Self {
        let exit = match e {
            BackupError::Store(e) => return Self::from(e),
            BackupError::Exists { .. } | BackupError::NotWritten { .. } | BackupError::NotEmpty { .. } => {
                Exit::CantCreate
            }
            BackupError::NothingThere { .. }
            | BackupError::NoFile { .. }
            | BackupError::NoManifest { .. }
            | BackupError::OtherKey { .. }
            | BackupError::NumbersAtRisk { .. } => Exit::Usage,
            _ => Exit::Failed,
        };
        Self { exit, message: e.to_string() }
    }
}
