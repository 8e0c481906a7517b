//! The command line of pickup points: the directory out of a file and into one.

use super::Where;
use clap::{Args, Subcommand, ValueEnum};
use clock::Time;
use jiff::Timestamp;
use std::path::PathBuf;

/// `tournee pickup …`.
#[derive(Debug, Subcommand)]
pub enum PickupAction {
    /// Take pickup points in from a CSV or GeoJSON file; what is known better already stays.
    Import(PickupImport),
    /// Write every pickup point that is known, as CSV or GeoJSON.
    Export(PickupExport),
    /// Say how large and how old the directory is, and what keeps it fresh.
    Status(Where),
}

/// `tournee pickup import`.
#[derive(Args, Debug)]
pub struct PickupImport {
    /// Configuration and data.
    #[command(flatten)]
    pub place: Where,
    /// The file.
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
    /// Its format; by its ending when left out.
    #[arg(long, value_name = "FORMAT")]
    pub format: Option<PointsFormat>,
    /// When the points were listed by the carrier, for those of which the file does not say (RFC 3339); now when left
    /// out.
    #[arg(long, value_name = "TIME", value_parser = moment)]
    pub seen_at: Option<Time>,
}

/// `tournee pickup export`.
#[derive(Args, Debug)]
pub struct PickupExport {
    /// Configuration and data.
    #[command(flatten)]
    pub place: Where,
    /// The format.
    #[arg(long, value_name = "FORMAT", default_value = "csv")]
    pub format: PointsFormat,
    /// The file; standard output when left out.
    #[arg(long, value_name = "FILE")]
    pub out: Option<PathBuf>,
}

/// The formats of pickup points.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum PointsFormat {
    /// Comma-separated values with the names of their columns in the first line.
    Csv,
    /// GeoJSON (RFC 7946): a collection of points.
    Geojson,
}

fn moment(text: &str) -> Result<Time, String> {
    let at: Timestamp = text.parse().map_err(|_| "write a moment, for example 2025-12-22T06:24:00Z".to_owned())?;
    Ok(Time::from_unix_ms(at.as_millisecond()))
}
