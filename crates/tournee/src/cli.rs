//! The command line.

mod keep;
mod local;
mod pickup;
mod shield;
mod shops;
mod status;
mod watching;

pub use keep::{Backup, BackupAction, Compact, Days, Export, Format, Lang, Report, Restore, What};
pub use local::{Dark, IfGone, MerchantSet, NumbersAction, NumbersAdd, NumbersSplit, YesOrNo};
pub use pickup::{PickupAction, PickupExport, PickupImport, PointsFormat};
pub use shield::{Explain, RunShield, Shield, ShieldAction};
pub use shops::{Labels, OnOrder, Resync, ShopAction, ShopAdd, ShopCheck, ShopDrop, ShopPlatform, ShopSet};
pub use status::{Destination, PublishStatus};
pub use watching::Watch;

use clap::{Args, Parser, Subcommand};
use jiff::{Span, SpanRelativeTo};
use std::{net::SocketAddr, path::PathBuf, time::Duration};
use store::Scopes;

/// Keeps a parcel service working while its carrier does not.
#[derive(Debug, Parser)]
#[command(name = "tournee", version, about, subcommand_required = true, arg_required_else_help = true)]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// What can be done.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Run the gateway. Needs no configuration.
    Serve(Serve),
    /// Run a part of the simulated world.
    Sim {
        /// Which.
        #[command(subcommand)]
        part: SimPart,
    },
    /// Live through a scenario in simulated time and count what was lost and what was doubled.
    Replay(Replay),
    /// Check everything that the gateway needs, without asking for a label.
    Doctor(Doctor),
    /// Stand before another server: refuse the flood, serve the innocent. Or explain a receipt.
    Shield(Shield),
    /// Show live how the carriers of a running server are.
    Watch(Watch),
    /// Keep a twin of the status page elsewhere, as files in a directory or in a store of the S3 kind.
    PublishStatus(PublishStatus),
    /// Add, list and change merchants; works while the server runs.
    Merchant {
        /// What.
        #[command(subcommand)]
        action: MerchantAction,
    },
    /// The numbers of local labels; works while the server runs.
    Numbers {
        /// What.
        #[command(subcommand)]
        action: NumbersAction,
    },
    /// The directory of pickup points: import, export, status; works while the server runs.
    Pickup {
        /// What.
        #[command(subcommand)]
        action: PickupAction,
    },
    /// Add, list, change and check shops; works while the server runs.
    Shop {
        /// What.
        #[command(subcommand)]
        action: ShopAction,
    },
    /// Make a shop's book and ours equal from a moment on, and say what differed; works while the server runs.
    Resync(Resync),
    /// Add, list, rotate and revoke API keys; works while the server runs.
    Key {
        /// What.
        #[command(subcommand)]
        action: KeyAction,
    },
    /// Take a backup of the data, while the server runs.
    Backup(Backup),
    /// Make a backup the data of a server.
    Restore(Restore),
    /// Write shipments, facts or numbers of a period for other programs; works while the server runs.
    Export(Export),
    /// Say what became of the labels of a period, by merchant; works while the server runs.
    Report(Report),
    /// Take out what is past its time, as the server does once a day; works while the server runs.
    Compact(Compact),
    /// Print the API's description (OpenAPI, JSON).
    Openapi,
}

/// Where the configuration and the data are.
#[derive(Args, Clone, Debug, Default)]
pub struct Where {
    /// The configuration file (TOML); without one, every key has its default.
    #[arg(long, value_name = "FILE", env = "TOURNEE_CONFIG")]
    pub config: Option<PathBuf>,
    /// The data directory, in place of the configured one.
    #[arg(long, value_name = "DIR", env = "TOURNEE_DATA")]
    pub data: Option<PathBuf>,
}

/// `tournee serve`.
#[derive(Args, Debug)]
pub struct Serve {
    /// Configuration and data.
    #[command(flatten)]
    pub place: Where,
    /// The address and port to listen on, in place of the configured ones.
    #[arg(long, value_name = "ADDRESS:PORT", env = "TOURNEE_LISTEN")]
    pub listen: Option<SocketAddr>,
    /// Show the gateway through the outage of Christmas 2025 in less than a minute, with a simulated carrier.
    #[arg(long)]
    pub demo: bool,
    /// Keep serving when the demonstration is over.
    #[arg(long, requires = "demo")]
    pub keep_running: bool,
    /// How long the demonstration takes, in seconds.
    #[arg(long, requires = "demo", hide = true, default_value_t = 45, value_parser = clap::value_parser!(u64).range(3..=3600))]
    pub demo_seconds: u64,
}

/// `tournee sim …`.
#[derive(Debug, Subcommand)]
pub enum SimPart {
    /// The simulated carrier as a process, on this machine only.
    Carrier(SimCarrier),
    /// A simulated shop as a process, on this machine only.
    Shop(SimShop),
}

/// `tournee sim carrier`.
#[derive(Args, Debug)]
pub struct SimCarrier {
    /// The scenario (TOML); without one, the outage of Christmas 2025.
    #[arg(long, value_name = "FILE")]
    pub scenario: Option<PathBuf>,
    /// The loopback address and port to listen on; port 0 takes a free one.
    #[arg(long, value_name = "ADDRESS:PORT", default_value = "127.0.0.1:8090")]
    pub listen: SocketAddr,
    /// Also take announcements of local labels by SFTP at this loopback address and port.
    #[arg(long, value_name = "ADDRESS:PORT")]
    pub sftp: Option<SocketAddr>,
    /// How many times as fast as it was the scenario runs.
    #[arg(long, value_name = "X", default_value_t = 1.0, value_parser = speed)]
    pub speed: f64,
    /// The seed of its chance.
    #[arg(long, value_name = "N", default_value_t = 1)]
    pub seed: u64,
    /// The line ends of its multipart answers.
    #[arg(long, value_name = "ENDS", default_value = "crlf", value_parser = ["crlf", "lf"])]
    pub line_ends: String,
}

/// `tournee sim shop`.
#[derive(Args, Debug)]
pub struct SimShop {
    /// The platform: woocommerce, shopify or prestashop.
    #[arg(long, value_name = "PLATFORM")]
    pub platform: sim::shops::Platform,
    /// The loopback address and port to listen on; port 0 takes a free one.
    #[arg(long, value_name = "ADDRESS:PORT", default_value = "127.0.0.1:8091")]
    pub listen: SocketAddr,
    /// Send webhooks of orders to this address of this machine.
    #[arg(long, value_name = "URL")]
    pub webhook_to: Option<String>,
    /// How many orders are placed in a minute.
    #[arg(long, value_name = "N", default_value_t = 6, value_parser = clap::value_parser!(u32).range(0..=60_000))]
    pub orders_per_minute: u32,
    /// The shop stands behind a proxy that ends TLS, and says so: WooCommerce then takes Basic sign-in.
    #[arg(long)]
    pub behind_tls: bool,
    /// The seed of keys and orders.
    #[arg(long, value_name = "N", default_value_t = 1)]
    pub seed: u64,
}

/// `tournee replay`.
#[derive(Args, Debug)]
pub struct Replay {
    /// The scenario (TOML); without one, the outage of Christmas 2025.
    #[arg(value_name = "FILE")]
    pub scenario: Option<PathBuf>,
    /// How many parcels are asked for.
    #[arg(long, value_name = "N", default_value_t = 10_000, value_parser = clap::value_parser!(u32).range(1..=10_000_000))]
    pub orders: u32,
    /// The seed of all chance.
    #[arg(long, value_name = "N", default_value_t = 1)]
    pub seed: u64,
    /// Also write the report to this file, as JSON.
    #[arg(long, value_name = "FILE")]
    pub json: Option<PathBuf>,
    /// What every merchant wants for urgent labels in the dark.
    #[arg(long, value_name = "POLICY", default_value = "wait")]
    pub policy: Dark,
    /// Also live through it with another client, to compare.
    #[arg(long, value_name = "WHO", value_parser = ["naive"])]
    pub versus: Option<String>,
}

/// `tournee doctor`.
#[derive(Args, Debug)]
pub struct Doctor {
    /// Configuration and data.
    #[command(flatten)]
    pub place: Where,
    /// Also write the findings to this file, as JSON.
    #[arg(long, value_name = "FILE")]
    pub json: Option<PathBuf>,
}

/// `tournee merchant …`.
#[derive(Debug, Subcommand)]
pub enum MerchantAction {
    /// Add a merchant and print its API key, once.
    Add(MerchantAdd),
    /// List the merchants and their accounts.
    List(Where),
    /// Say what happens to a merchant's urgent labels while the carrier is dark.
    Set(MerchantSet),
}

/// `tournee merchant add`. Secrets come from the environment or, one per line, from standard input in the order in
/// which they stand here; never from the command line, where every process of the machine can read them.
#[derive(Args, Debug)]
#[command(group(clap::ArgGroup::new("login").required(true).args(["contract", "api_key_stdin", "api_key_env"])))]
pub struct MerchantAdd {
    /// Configuration and data.
    #[command(flatten)]
    pub place: Where,
    /// The merchant's name, for people.
    #[arg(long, value_name = "NAME")]
    pub name: String,
    /// Its id: a–z, 0–9, - and _; made from the name when left out.
    #[arg(long, value_name = "ID")]
    pub id: Option<String>,
    /// The carrier.
    #[arg(long, value_name = "CARRIER", default_value = "colissimo", value_parser = ["colissimo"])]
    pub carrier: String,
    /// The contract number at the carrier; its password comes from TOURNEE_CARRIER_PASSWORD or --password-stdin.
    #[arg(long, value_name = "NUMBER")]
    pub contract: Option<String>,
    /// Read the contract's password from standard input.
    #[arg(long, requires = "contract", conflicts_with_all = ["api_key_stdin", "api_key_env"])]
    pub password_stdin: bool,
    /// Sign in at the carrier with an API key, read from standard input.
    #[arg(long)]
    pub api_key_stdin: bool,
    /// Sign in at the carrier with the API key in TOURNEE_CARRIER_API_KEY.
    #[arg(long)]
    pub api_key_env: bool,
    /// Read the key for La Poste's tracking (Okapi) from standard input; TOURNEE_OKAPI_KEY is used without this.
    #[arg(long)]
    pub okapi_key_stdin: bool,
}

/// `tournee key …`.
#[derive(Debug, Subcommand)]
pub enum KeyAction {
    /// Add an API key to a merchant and print it, once.
    Add(KeyAdd),
    /// List all API keys, without their secrets.
    List(Where),
    /// Replace a key: print its successor, once, and let the old one go on for a while.
    Rotate(KeyRotate),
    /// End a key now.
    Revoke(KeyRevoke),
}

/// `tournee key add`.
#[derive(Args, Debug)]
pub struct KeyAdd {
    /// Configuration and data.
    #[command(flatten)]
    pub place: Where,
    /// The merchant's id, as `tournee merchant list` has it; also one that enrolled by itself.
    #[arg(long, value_name = "ID")]
    pub merchant: String,
    /// What the key is for, for people.
    #[arg(long, value_name = "NAME", default_value = "")]
    pub name: String,
    /// What it may do: read (shipments, labels), ship (create shipments), decide (void, resolve), hooks (webhooks), pick
    /// (pickup points and the buyer's choice, nothing else: for a key that stands in a public page).
    #[arg(long, value_name = "SCOPES", default_value = "read,ship,decide,hooks")]
    pub scopes: Scopes,
    /// How long it lives, for example 90d; without this, until it is revoked.
    #[arg(long, value_name = "TIME", value_parser = lifetime)]
    pub expires: Option<Duration>,
}

/// `tournee key rotate`.
#[derive(Args, Debug)]
pub struct KeyRotate {
    /// Configuration and data.
    #[command(flatten)]
    pub place: Where,
    /// The key's id, as `tournee key list` has it.
    #[arg(value_name = "KEY")]
    pub id: String,
    /// How long the old key goes on.
    #[arg(long, value_name = "TIME", default_value = "24h", value_parser = grace)]
    pub grace: Duration,
}

/// `tournee key revoke`.
#[derive(Args, Debug)]
pub struct KeyRevoke {
    /// Configuration and data.
    #[command(flatten)]
    pub place: Where,
    /// The key's id, as `tournee key list` has it.
    #[arg(value_name = "KEY")]
    pub id: String,
}

/// A time as people write it, `90d`, `36h` or `1d 12h`; a day has 24 hours.
pub(crate) fn grace(text: &str) -> Result<Duration, String> {
    let wrong = || "write a time, for example 90d, 24h or 30m".to_owned();
    let span: Span = text.parse().map_err(|_| wrong())?;
    let time = span.to_duration(SpanRelativeTo::days_are_24_hours()).map_err(|_| wrong())?;
    Duration::try_from(time).map_err(|_| wrong())
}

fn lifetime(text: &str) -> Result<Duration, String> {
    let time = grace(text)?;
    if time.is_zero() { Err("a key lives longer than that; write a time, for example 90d".into()) } else { Ok(time) }
}

fn speed(text: &str) -> Result<f64, String> {
    let speed: f64 = text.parse().map_err(|_| "write a number, for example 60".to_owned())?;
    if speed.is_finite() && speed > 0.0 { Ok(speed) } else { Err("write a number above 0, for example 60".into()) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_command_line_is_consistent() {
        Cli::command().debug_assert();
    }

    #[test]
    fn what_belongs_to_the_demonstration_needs_it() {
        assert!(Cli::try_parse_from(["tournee", "serve", "--keep-running"]).is_err());
        assert!(Cli::try_parse_from(["tournee", "serve", "--demo", "--keep-running"]).is_ok());
    }

    #[test]
    fn lifetimes_are_written_as_people_do() {
        assert_eq!(lifetime("90d"), Ok(Duration::from_secs(90 * 86_400)));
        assert_eq!(grace("1d 12h"), Ok(Duration::from_secs(36 * 3_600)));
        assert_eq!(grace("0s"), Ok(Duration::ZERO));
        for bad in ["", "soon", "90", "-1d", "1 month", "0s"] {
            assert!(lifetime(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_merchant_needs_one_way_to_sign_in() {
        let add = |args: &[&str]| Cli::try_parse_from([&["tournee", "merchant", "add", "--name", "x"], args].concat());
        assert!(add(&[]).is_err());
        assert!(add(&["--contract", "1", "--api-key-stdin"]).is_err());
        assert!(add(&["--contract", "1", "--password-stdin"]).is_ok());
        assert!(add(&["--api-key-stdin", "--okapi-key-stdin"]).is_ok());
        assert!(add(&["--api-key-stdin", "--password-stdin"]).is_err());
    }
}
