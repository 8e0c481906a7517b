//! The command line of what shows how the carriers are.

use super::Lang;
use crate::config::BaseUrl;
use clap::Args;
use std::path::PathBuf;

/// `tournee watch`. The key comes from TOURNEE_API_KEY or a file; never from the command line, where every process of
/// the machine can read it.
#[derive(Args, Debug)]
#[command(after_help = "The API key comes from TOURNEE_API_KEY or --key-file; it needs the scope read.\n\n\
    Exit codes with --once, --json or without a terminal: 0 all carriers are well, 1 one of them is not, 64 wrong usage \
    or key, 69 the server does not answer as it should.")]
pub struct Watch {
    /// Where the server is.
    #[arg(long, value_name = "URL", default_value = "http://127.0.0.1:8080", value_parser = server)]
    pub url: BaseUrl,
    /// A file with the API key on its first line, in place of TOURNEE_API_KEY.
    #[arg(long, value_name = "FILE")]
    pub key_file: Option<PathBuf>,
    /// How often the server is asked, in seconds.
    #[arg(long, value_name = "SECONDS", default_value_t = 2, value_parser = clap::value_parser!(u64).range(1..=3_600))]
    pub every: u64,
    /// Print once how everything is, and end.
    #[arg(long)]
    pub once: bool,
    /// Print the server's answer as it came (JSON), and end.
    #[arg(long)]
    pub json: bool,
    /// The language; that of LANG when left out, English where that is neither.
    #[arg(long, value_enum)]
    pub lang: Option<Lang>,
}

fn server(text: &str) -> Result<BaseUrl, String> {
    let wrong = || "write where the server is, without credentials, for example http://127.0.0.1:8080".to_owned();
    text.parse().map_err(|_| wrong())
}
