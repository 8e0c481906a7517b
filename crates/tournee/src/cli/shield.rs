//! `tournee shield`.

use super::{Lang, Where};
use clap::{Args, Subcommand};
use std::net::SocketAddr;

/// `tournee shield`.
#[derive(Args, Debug)]
#[command(args_conflicts_with_subcommands = true, subcommand_negates_reqs = true)]
pub struct Shield {
    /// Something else than to run it.
    #[command(subcommand)]
    pub action: Option<ShieldAction>,
    /// The shield before another server.
    #[command(flatten)]
    pub run: RunShield,
}

/// `tournee shield --upstream URL`.
#[derive(Args, Debug)]
pub struct RunShield {
    /// Configuration and data; of the data, the key alone.
    #[command(flatten)]
    pub place: Where,
    /// The server behind, `http://host:port` or `https://host:port`, in place of the configured one.
    #[arg(long, value_name = "URL")]
    pub upstream: Option<String>,
    /// The address and port to listen on, in place of the configured ones.
    #[arg(long, value_name = "ADDRESS:PORT", env = "TOURNEE_LISTEN")]
    pub listen: Option<SocketAddr>,
    /// Refuse nothing, and count what would be refused.
    #[arg(long)]
    pub dry_run: bool,
}

/// What else can be done.
#[derive(Debug, Subcommand)]
pub enum ShieldAction {
    /// Say what a receipt means that somebody was given with a refusal.
    Explain(Explain),
}

/// `tournee shield explain`.
#[derive(Args, Debug)]
pub struct Explain {
    /// The receipt: 32 letters and digits, with or without dashes.
    #[arg(value_name = "RECEIPT", required = true)]
    pub receipt: Vec<String>,
    /// Configuration and data, for the key under which it was made.
    #[command(flatten)]
    pub place: Where,
    /// The language of the answer; without it that of the terminal.
    #[arg(long)]
    pub lang: Option<Lang>,
}
