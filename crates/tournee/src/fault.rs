//! Why a command ends badly: an exit code for programs and a sentence for people that says what to do.

use std::{fmt, io};
use store::StoreError;

/// The exit codes, after BSD's `sysexits.h`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exit {
    /// Anything else, an invariant that failed among it.
    Failed = 1,
    /// Wrong usage or configuration.
    Usage = 64,
    /// Something that is needed is not available: a port, the data directory of a running server.
    Unavailable = 69,
    /// A file or directory cannot be made or written.
    CantCreate = 73,
}

/// The end of a command that could not do what it was asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// The exit code.
    pub exit: Exit,
    /// What is wrong and what to do.
    pub message: String,
}

impl Fault {
    /// Wrong usage or configuration.
    pub fn usage(message: impl Into<String>) -> Self {
        Self { exit: Exit::Usage, message: message.into() }
    }

    /// Something that is needed is not available.
    pub fn unavailable(message: impl Into<String>) -> Self {
        Self { exit: Exit::Unavailable, message: message.into() }
    }

    /// A file or directory cannot be made or written.
    pub fn cant_create(message: impl Into<String>) -> Self {
        Self { exit: Exit::CantCreate, message: message.into() }
    }

    /// Anything else.
    pub fn failed(message: impl Into<String>) -> Self {
        Self { exit: Exit::Failed, message: message.into() }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Fault {}

impl From<StoreError> for Fault {
    fn from(e: StoreError) -> Self {
        let exit = match &e {
            StoreError::InUse { .. } => Exit::Unavailable,
            StoreError::WrongKey { .. } | StoreError::BadKey => Exit::Usage,
            StoreError::Directory { .. } => Exit::CantCreate,
            _ => Exit::Failed,
        };
        Self { exit, message: e.to_string() }
    }
}

impl From<io::Error> for Fault {
    fn from(e: io::Error) -> Self {
        Self::failed(format!("input or output failed: {e}"))
    }
}
