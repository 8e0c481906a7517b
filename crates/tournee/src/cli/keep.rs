//! The command line of what keeps the data and tells of it: backups, restores, compaction, exports,
//! reports.

use super::Where;
use clap::{Args, Subcommand, ValueEnum};
use jiff::civil::Date;
use parcel::MerchantId;
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

/// Days in Paris, the first and the last included.
#[derive(Args, Debug)]
pub struct Days {
    /// The first day, for example 2025-12-01.
    #[arg(long, value_name = "DAY", value_parser = day)]
    pub from: Date,
    /// The last day.
    #[arg(long, value_name = "DAY", value_parser = day)]
    pub to: Date,
    /// Only of this merchant.
    #[arg(long, value_name = "ID", value_parser = merchant)]
    pub merchant: Option<MerchantId>,
}

/// `tournee export`.
#[derive(Args, Debug)]
pub struct Export {
    /// Configuration and data.
    #[command(flatten)]
    pub place: Where,
    /// What: the shipments accepted, the facts written or the numbers given out in these days.
    #[arg(long, value_enum)]
    pub what: What,
    /// Lines of JSON, or CSV with a head line.
    #[arg(long, value_enum, default_value_t = Format::Jsonl)]
    pub format: Format,
    /// Which days, and whose.
    #[command(flatten)]
    pub days: Days,
    /// The file to write; standard output when left out.
    #[arg(long, value_name = "FILE")]
    pub out: Option<PathBuf>,
    /// Also what is private: addresses, telephones, e-mail, the carrier's words in a refusal.
    #[arg(long)]
    pub with_addresses: bool,
}

/// What can be exported.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum What {
    /// One row per shipment.
    Shipments,
    /// One row per fact of the journal.
    Facts,
    /// One row per parcel number.
    Numbers,
}

/// How it is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// One JSON object per line.
    Jsonl,
    /// Comma-separated values.
    Csv,
}

/// `tournee report`.
#[derive(Args, Debug)]
pub struct Report {
    /// Configuration and data.
    #[command(flatten)]
    pub place: Where,
    /// Which days, and whose.
    #[command(flatten)]
    pub days: Days,
    /// Also write the report to this file, as JSON.
    #[arg(long, value_name = "FILE")]
    pub json: Option<PathBuf>,
    /// The language; that of LANG when left out, English where that is neither.
    #[arg(long, value_enum)]
    pub lang: Option<Lang>,
}

/// A language.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Lang {
    /// French.
    Fr,
    /// English.
    En,
}

fn day(text: &str) -> Result<Date, String> {
    text.parse().map_err(|_| "write a day as year-month-day, for example 2025-12-24".to_owned())
}

fn merchant(text: &str) -> Result<MerchantId, String> {
    text.parse().map_err(|e: parcel::Invalid| e.to_string())
}
