//! The command line of what keeps a twin of the status page elsewhere.

use crate::config::BaseUrl;
use clap::Args;
use std::{path::PathBuf, str::FromStr};

/// `tournee publish-status`. The keys of a store come from the environment; never from the command line, where every
/// process of the machine can read them.
#[derive(Args, Debug)]
#[command(after_help = "To a store of the S3 kind: the keys come from AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY \
    (AWS_SESSION_TOKEN beside them where they are lent), the store's address from AWS_ENDPOINT_URL, its region from \
    AWS_REGION (us-east-1 when left out).\n\n\
    Exit codes: 0 published, 64 wrong usage, 69 the server or the store does not answer as it should, 73 a file cannot be \
    written. With --every it goes on until it is told to stop.")]
pub struct PublishStatus {
    /// Where to: a directory, or s3://BUCKET/PREFIX.
    #[arg(long, value_name = "DIR|s3://BUCKET/PREFIX")]
    pub to: Destination,
    /// The server whose page it is.
    #[arg(long, value_name = "URL", default_value = "http://127.0.0.1:8080")]
    pub from: BaseUrl,
    /// Do it again every so many seconds, until told to stop.
    #[arg(long, value_name = "SECONDS", value_parser = clap::value_parser!(u64).range(5..=3_600))]
    pub every: Option<u64>,
}

/// Where the twin is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Destination {
    /// In a directory.
    Dir(PathBuf),
    /// In a store of the S3 kind.
    Bucket {
        /// Its name.
        name: String,
        /// What goes before every name; empty, or with a slash at its end.
        prefix: String,
    },
}

impl FromStr for Destination {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let Some(rest) = text.strip_prefix("s3://") else {
            return if text.contains("://") || text.is_empty() {
                Err("write a directory, or s3://BUCKET/PREFIX".into())
            } else {
                Ok(Self::Dir(text.into()))
            };
        };
        let (name, prefix) = rest.split_once('/').unwrap_or((rest, ""));
        if name.is_empty() {
            return Err("name the bucket: s3://BUCKET/PREFIX".into());
        }
        let prefix = prefix.trim_matches('/');
        let prefix = if prefix.is_empty() { String::new() } else { format!("{prefix}/") };
        Ok(Self::Bucket { name: name.into(), prefix })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn destinations_are_told_apart() {
        let bucket = |name: &str, prefix: &str| Ok(Destination::Bucket { name: name.into(), prefix: prefix.into() });
        assert_eq!("s3://pages".parse(), bucket("pages", ""));
        assert_eq!("s3://pages/a/b/".parse(), bucket("pages", "a/b/"));
        assert_eq!("out/status".parse(), Ok(Destination::Dir("out/status".into())));
        for bad in ["", "s3:///x", "https://pages.example"] {
            assert!(bad.parse::<Destination>().is_err(), "{bad}");
        }
    }
}
