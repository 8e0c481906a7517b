//! The command line of local labels: what a merchant wants in the dark, and the numbers of its contract.

use super::Where;
use clap::{Args, Subcommand, ValueEnum};
use dispatch::InTheDark;
use parcel::{ClientNumber, ColissimoNumber, Product};
use std::path::PathBuf;

/// `tournee merchant set`.
#[derive(Args, Debug)]
#[command(group(clap::ArgGroup::new("what").required(true).multiple(true).args(["in_the_dark", "client", "site", "if_point_is_gone", "offer_home"])))]
pub struct MerchantSet {
    /// Configuration and data.
    #[command(flatten)]
    pub place: Where,
    /// The merchant's id, as `tournee merchant list` has it.
    #[arg(long, value_name = "ID")]
    pub id: String,
    /// What happens to an urgent label while the carrier is dark.
    #[arg(long, value_name = "POLICY")]
    pub in_the_dark: Option<Dark>,
    /// The merchant's number at the carrier, six digits: it stands on local labels and announcements.
    #[arg(long, value_name = "NUMBER")]
    pub client: Option<ClientNumber>,
    /// The code of the carrier's site that takes the parcels over.
    #[arg(long, value_name = "SITE", value_parser = site)]
    pub site: Option<String>,
    /// What happens when the pickup point that a buyer chose cannot be had.
    #[arg(long, value_name = "RULE")]
    pub if_point_is_gone: Option<IfGone>,
    /// With `--if-point-is-gone nearest`: how far the nearest point of the same kind may be, for example 500m or 2km.
    #[arg(long, value_name = "DISTANCE", value_parser = metres, required_if_eq("if_point_is_gone", "nearest"))]
    #[arg(requires = "if_point_is_gone")]
    pub nearest_within: Option<u32>,
    /// Whether a buyer who is asked may have the parcel brought home instead.
    #[arg(long, value_name = "YES_OR_NO")]
    pub offer_home: Option<YesOrNo>,
}

/// What a merchant can want when a pickup point cannot be had.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum IfGone {
    /// Somebody is asked: the merchant, or the buyer by a link.
    Ask,
    /// The nearest point of the same kind is taken, if it is near enough; otherwise somebody is asked.
    Nearest,
}

/// Yes or no.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum YesOrNo {
    /// Yes.
    Yes,
    /// No.
    No,
}

/// Metres, written with their unit.
fn metres(text: &str) -> Result<u32, String> {
    let wrong = || "a distance such as 500m or 2km, up to 100km".to_owned();
    let (digits, each) = match text.strip_suffix("km") {
        Some(digits) => (digits, 1_000),
        None => (text.strip_suffix('m').ok_or_else(wrong)?, 1),
    };
    let number: u32 = digits.trim().parse().map_err(|_| wrong())?;
    number.checked_mul(each).filter(|metres| (1..=100_000).contains(metres)).ok_or_else(wrong)
}

/// What a merchant can want in the dark.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Dark {
    /// The label waits for the carrier.
    Wait,
    /// A local label is printed from the contract's numbers.
    Local,
    /// A local label is offered, and a person decides.
    Ask,
}

impl From<Dark> for InTheDark {
    fn from(dark: Dark) -> Self {
        match dark {
            Dark::Wait => Self::Wait,
            Dark::Local => Self::Local,
            Dark::Ask => Self::Ask,
        }
    }
}

/// `tournee numbers …`.
#[derive(Debug, Subcommand)]
pub enum NumbersAction {
    /// Register a range that the carrier gave, or the part of one that was cut out for this site.
    Add(NumbersAdd),
    /// List all ranges, what is left of them, and when that ends.
    List(Where),
    /// Cut a part out for every site that prints by itself, and write one file for each.
    Split(NumbersSplit),
}

/// `tournee numbers add`.
#[derive(Args, Debug)]
#[command(group(clap::ArgGroup::new("from").required(true).args(["file", "first"])))]
pub struct NumbersAdd {
    /// Configuration and data.
    #[command(flatten)]
    pub place: Where,
    /// A file of `tournee numbers split`, for this site. It can be taken in once.
    #[arg(long, value_name = "FILE", conflicts_with_all = ["product", "last"])]
    pub file: Option<PathBuf>,
    /// The merchant's id; in a file it stands already.
    #[arg(long, value_name = "ID", required_unless_present = "file")]
    pub id: Option<String>,
    /// The merchant's account at the carrier, where it has several.
    #[arg(long, value_name = "ACCOUNT")]
    pub account: Option<String>,
    /// The product that the numbers are for.
    #[arg(long, value_name = "PRODUCT", required_unless_present = "file")]
    pub product: Option<Product>,
    /// The first number of the range, with its check digit.
    #[arg(long, value_name = "NUMBER", requires_all = ["last", "id"], value_parser = number)]
    pub first: Option<ColissimoNumber>,
    /// The last number of the range, with its check digit.
    #[arg(long, value_name = "NUMBER", requires = "first", value_parser = number)]
    pub last: Option<ColissimoNumber>,
}

/// `tournee numbers split`.
#[derive(Args, Debug)]
pub struct NumbersSplit {
    /// Configuration and data.
    #[command(flatten)]
    pub place: Where,
    /// The merchant's id.
    #[arg(long, value_name = "ID")]
    pub id: String,
    /// The merchant's account at the carrier, where it has several.
    #[arg(long, value_name = "ACCOUNT")]
    pub account: Option<String>,
    /// The product whose numbers are cut.
    #[arg(long, value_name = "PRODUCT")]
    pub product: Product,
    /// The sites, separated by commas.
    #[arg(long, value_name = "SITES", value_delimiter = ',', required = true, value_parser = site)]
    pub sites: Vec<String>,
    /// How many numbers each site gets.
    #[arg(long, value_name = "COUNT", value_parser = clap::value_parser!(u64).range(1..=9_999_999_999))]
    pub each: u64,
    /// The directory in which the files are written, one for each site; made when missing.
    #[arg(long, value_name = "DIR")]
    pub out: PathBuf,
}

/// A number as it is printed, with or without the spaces between its groups.
fn number(text: &str) -> Result<ColissimoNumber, String> {
    let plain: String = text.chars().filter(|c| !c.is_whitespace()).collect();
    plain.parse().map_err(|e: parcel::Invalid| e.to_string())
}

/// A site's code: it stands on labels, in announcements and in the names of files.
fn site(text: &str) -> Result<String, String> {
    let plain = |c: char| c.is_ascii_alphanumeric() || c == '-';
    let good = (1..=16).contains(&text.len()) && text.chars().all(plain);
    if good { Ok(text.to_owned()) } else { Err("1 to 16 letters, digits and hyphens, for example lyon".into()) }
}

#[cfg(test)]
mod tests {
    use crate::cli::Cli;
    use clap::Parser;

    fn parse(line: &str) -> Result<Cli, clap::Error> {
        Cli::try_parse_from(line.split(' '))
    }

    #[test]
    fn numbers_come_whole_or_from_a_file() {
        let range = "--first 9L00000100014 --last 9L00000150002";
        assert!(parse(&format!("tournee numbers add --id a --product DOM {range}")).is_ok());
        assert!(parse("tournee numbers add --file lyon.json").is_ok());
        assert!(parse("tournee numbers add --file lyon.json --product DOM").is_err());
        assert!(parse("tournee numbers add --id a --product DOM --first 9L00000100014").is_err());
        assert!(parse("tournee numbers add --id a --product DOM --first 9L00000100015 --last 9L00000150002").is_err());
        assert!(parse(&format!("tournee numbers add --product DOM {range}")).is_err(), "whose?");
    }

    #[test]
    fn sites_are_plain_words() {
        let split = |sites: &str| {
            parse(&format!("tournee numbers split --id a --product DOM --sites {sites} --each 10 --out d"))
        };
        assert!(split("lyon,lille").is_ok());
        for bad in ["", "lyon,", "../lyon", "a/b", "été"] {
            assert!(split(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_merchant_is_told_what_to_change() {
        assert!(parse("tournee merchant set --id a").is_err());
        assert!(parse("tournee merchant set --id a --in-the-dark local --client 900001 --site 75").is_ok());
        assert!(parse("tournee merchant set --id a --in-the-dark maybe").is_err());
        assert!(parse("tournee merchant set --id a --client 9000").is_err());
    }
}
