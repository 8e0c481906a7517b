//! How a store is opened: where, in which mode, under which key.

use crate::SealingKey;
use std::{fmt, path::PathBuf, sync::Arc};

/// Where the data lives.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// In `tournee.db` in this directory, which is made when missing.
    Dir(PathBuf),
    /// In memory, for simulations and tests: gone with the store. Only with [`Mode::Inline`].
    Memory,
}

/// Who does the work.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// One writer thread that commits in groups and two reader threads: for the server.
    Threads,
    /// The caller's own thread, one commit per call; every future is ready at once: for simulated time.
    Inline,
}

/// A moment around a commit, at which a crash test may end the process.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Boundary {
    /// Everything is written and nothing is durable.
    BeforeCommit,
    /// Everything is durable and nobody knows.
    AfterCommit,
    /// Watchers were woken; the callers are told next.
    BeforeReply,
}

/// Called around each commit, in the thread that commits.
pub type BoundaryHook = Arc<dyn Fn(Boundary) + Send + Sync>;

/// How to open a store.
#[derive(Clone)]
pub struct Options {
    /// Where.
    pub dir: Place,
    /// In which mode.
    pub mode: Mode,
    /// Under which key the secrets are sealed.
    pub key: SealingKey,
    /// The numbers by which intents are folded.
    pub policy: dispatch::Policy,
    /// For crash tests.
    pub boundary: Option<BoundaryHook>,
    /// Whether this is the server: at most one exclusive store per directory. A command that runs beside the
    /// server opens without it.
    pub exclusive: bool,
}

impl Options {
    /// The server's options for this directory.
    pub fn dir(dir: impl Into<PathBuf>, key: SealingKey) -> Self {
        let policy = dispatch::Policy::default();
        Self { dir: Place::Dir(dir.into()), mode: Mode::Threads, key, policy, boundary: None, exclusive: true }
    }

    /// A store in memory, inline.
    pub fn memory(key: SealingKey) -> Self {
        let policy = dispatch::Policy::default();
        Self { dir: Place::Memory, mode: Mode::Inline, key, policy, boundary: None, exclusive: true }
    }
}

impl fmt::Debug for Options {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Options")
            .field("dir", &self.dir)
            .field("mode", &self.mode)
            .field("policy", &self.policy)
            .field("exclusive", &self.exclusive)
            .finish_non_exhaustive()
    }
}
