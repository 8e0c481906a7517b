//! What can go wrong with a backup or a restore, each with what to do about it.

use crate::StoreError;
use clock::Time;
use std::path::{Path, PathBuf};

/// Why a backup was not taken, is not good, or was not restored.
#[derive(Clone, Debug, thiserror::Error)]
pub enum BackupError {
    /// The store, its directory or its disk.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// There is no database.
    #[error("there is no database in {dir}: give the data directory with --data or in the configuration", dir = .dir.display())]
    NothingThere {
        /// The directory.
        dir: PathBuf,
    },
    /// Something has the name already.
    #[error("{path} exists already: give another name, or a directory", path = .path.display())]
    Exists {
        /// What is there.
        path: PathBuf,
    },
    /// It was broken off.
    #[error("broken off; nothing was left behind")]
    Stopped,
    /// SQLite could not write the copy.
    #[error("cannot write {path}: {source}; choose a place that is writable and has space", path = .path.display())]
    NotWritten {
        /// The copy.
        path: PathBuf,
        /// What SQLite said.
        source: StoreError,
    },
    /// There is no such backup.
    #[error("there is no file {path}: give the backup's database file", path = .path.display())]
    NoFile {
        /// The file.
        path: PathBuf,
    },
    /// The manifest is missing: the backup was broken off, or only half of it was brought here.
    #[error("{file} has no manifest {manifest}: bring that file too, or take another backup", file = .file.display(), manifest = .manifest.display())]
    NoManifest {
        /// The backup.
        file: PathBuf,
        /// Where its manifest should be.
        manifest: PathBuf,
    },
    /// The manifest cannot be understood.
    #[error("{path}:{line}:{column}: not the manifest of a backup; bring the one that was written with it", path = .path.display())]
    BadManifest {
        /// The manifest.
        path: PathBuf,
        /// The line.
        line: usize,
        /// The column.
        column: usize,
    },
    /// The backup was made by a later program.
    #[error("{path} was made by a later program ({program}): run that one", path = .path.display())]
    Later {
        /// The manifest.
        path: PathBuf,
        /// The program that made it.
        program: String,
    },
    /// The file is not the one that the manifest describes.
    #[error("{path} is cut or changed: its {what} is {found}, the manifest says {wanted}; use another backup", path = .path.display())]
    NotAsWritten {
        /// The file.
        path: PathBuf,
        /// What of it differs.
        what: &'static str,
        /// What it is.
        found: String,
        /// What the manifest says.
        wanted: String,
    },
    /// The database's structure is damaged.
    #[error("{path} is damaged ({said}): run `tournee doctor` on the data it was taken of, and use an earlier backup", path = .path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What SQLite said.
        said: String,
    },
    /// The backup was sealed under another key.
    #[error(
        "the backup was sealed under the key {wanted}, the one from {key_source} is {given}: give the key that belonged \
         to the data when the backup was taken"
    )]
    OtherKey {
        /// The id of the backup's key.
        wanted: String,
        /// The id of the key that was given.
        given: String,
        /// Where that one came from.
        key_source: String,
    },
    /// The lost store may have printed local labels after the backup, and nobody said how many numbers it may have used.
    #[error(
        "the data has ranges of local numbers, and the lost store may have given some out after {mark}: say with \
         --skip-numbers how many of each range are to be left out (the busiest day before took {per_day}), or with \
         --nothing-ran-since that it did nothing after the backup"
    )]
    NumbersAtRisk {
        /// The backup's mark.
        mark: Time,
        /// How many numbers the busiest day of an account and product took.
        per_day: u64,
    },
    /// There is a store in the directory already.
    #[error("{dir} is not empty: choose another directory, or move what is there aside with --replace", dir = .dir.display())]
    NotEmpty {
        /// The directory.
        dir: PathBuf,
    },
}

impl BackupError {
    /// A failure of the database while it wrote this copy.
    pub(crate) fn of_writing(self, path: &Path) -> Self {
        match self {
            Self::Store(source @ StoreError::Database { .. }) => Self::NotWritten { path: path.to_path_buf(), source },
            other => other,
        }
    }
}

impl From<rusqlite::Error> for BackupError {
    fn from(source: rusqlite::Error) -> Self {
        Self::Store(source.into())
    }
}
