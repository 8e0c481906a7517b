//! The command line of what keeps the data and tells of it: backups, restores, compaction.

use super::Where;
use clap::{Args, Subcommand};
use std::path::PathBuf;

/// `tournee backup`.
#[derive(Args, Debug)]
#[command(args_conflicts_with_subcommands = true, subcommand_negates_reqs = true)]
pub struct Backup {
    /// Something else than taking one.
    #[command(subcommand)]
    pub action: Option<BackupAction>,
    /// Configuration and data.
    #[command(flatten)]
    pub place: Where,
    /// The backup's file, or a directory in which it is named after the moment. Its manifest lies beside it, with
    /// .json behind the name.
    #[arg(long, value_name = "FILE_OR_DIR", required = true)]
    pub to: Option<PathBuf>,
}

/// What can be done with a backup beside taking it.
#[derive(Debug, Subcommand)]
pub enum BackupAction {
    /// Read a backup whole and hold it to its manifest. Needs no key.
    Verify {
        /// The backup's database file.
        #[arg(value_name = "FILE")]
        file: PathBuf,
    },
}

/// `tournee restore`.
#[derive(Args, Debug)]
pub struct Restore {
    /// Configuration and data: where to.
    #[command(flatten)]
    pub place: Where,
    /// The backup's database file; its manifest has to lie beside it.
    #[arg(long, value_name = "FILE")]
    pub from: PathBuf,
    /// Move a store that is in the data directory aside, into a directory in it.
    #[arg(long)]
    pub replace: bool,
    /// No server ran on the data after the backup was taken: what waits may be sent without asking what became of it.
    #[arg(long)]
    pub nothing_ran_since: bool,
    /// How many numbers of each range of local numbers are left out, since the lost store may have given them out.
    #[arg(long, value_name = "N", conflicts_with = "nothing_ran_since")]
    pub skip_numbers: Option<u64>,
}

/// `tournee compact`.
#[derive(Args, Debug)]
pub struct Compact {
    /// Configuration and data.
    #[command(flatten)]
    pub place: Where,
    /// Only say how much is past its time.
    #[arg(long)]
    pub dry_run: bool,
    /// Also write how much it was to this file, as JSON.
    #[arg(long, value_name = "FILE")]
    pub json: Option<PathBuf>,
}
