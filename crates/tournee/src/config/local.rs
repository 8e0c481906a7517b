//! `[local]`: local labels, when they are thought of and how the carrier is told of them.

use super::rules::Broken;
use crate::fault::Fault;
use carriers::announce::{Announcer, Fingerprint, FolderAnnouncer, SftpAnnouncer, SftpLogin, SftpOptions};
use runner::LocalSettings;
use serde::{Deserialize, Serialize};
use std::{
    env,
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

const PASSWORD: &str = "TOURNEE_SFTP_PASSWORD";
const PASSPHRASE: &str = "TOURNEE_SFTP_PASSPHRASE";

/// `[local]`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Local {
    /// For how long the carrier must not have been well before a local label is thought of, in milliseconds.
    pub after_ms: u64,
    /// Numbers taken from a range at once.
    pub block_count: u64,
    /// Time between two looks for what is to be announced, in milliseconds.
    pub announce_every_ms: u64,
    /// How long an announced parcel may be missing in the carrier's tracking before it is warned of, in milliseconds.
    pub seen_within_ms: u64,
    /// A folder into which announcements are written.
    pub folder: Option<PathBuf>,
    /// A server to which announcements are sent.
    pub sftp: Sftp,
}

/// `[local.sftp]`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Sftp {
    /// Name or address of the server; without it nothing is sent.
    pub host: Option<String>,
    /// Its port.
    pub port: u16,
    /// Who signs in.
    pub user: Option<String>,
    /// A file with a private key; without it the password in `TOURNEE_SFTP_PASSWORD` is used.
    pub key_file: Option<PathBuf>,
    /// The SHA-256 fingerprint of the server's key.
    pub host_key: Option<Fingerprint>,
    /// The directory in which files are put.
    pub directory: String,
    /// The longest that one delivery may take, in milliseconds.
    pub deadline_ms: u64,
}

impl Default for Local {
    fn default() -> Self {
        let LocalSettings { after_ms, block_count, announce_every_ms, seen_within_ms } = LocalSettings::default();
        Self { after_ms, block_count, announce_every_ms, seen_within_ms, folder: None, sftp: Sftp::default() }
    }
}

impl Default for Sftp {
    fn default() -> Self {
        Self {
            host: None,
            port: 22,
            user: None,
            key_file: None,
            host_key: None,
            directory: String::new(),
            deadline_ms: 60_000,
        }
    }
}

impl Local {
    /// The settings as the runner takes them.
    pub fn settings(&self) -> LocalSettings {
        LocalSettings {
            after_ms: self.after_ms,
            block_count: self.block_count,
            announce_every_ms: self.announce_every_ms,
            seen_within_ms: self.seen_within_ms,
        }
    }

    /// Where announcements go; nothing when no place is set.
    ///
    /// # Errors
    /// When the private key cannot be read or the password is missing.
    pub fn announcer(&self) -> Result<Option<Arc<dyn Announcer>>, Fault> {
        if let Some(folder) = &self.folder {
            return Ok(Some(Arc::new(FolderAnnouncer::new(folder))));
        }
        let (Some(host), Some(user), Some(host_key)) = (&self.sftp.host, &self.sftp.user, self.sftp.host_key) else {
            return Ok(None);
        };
        let options = SftpOptions {
            host: host.clone(),
            port: self.sftp.port,
            user: user.clone(),
            login: self.sftp.login()?,
            host_key,
            directory: self.sftp.directory.clone(),
            deadline: Duration::from_millis(self.sftp.deadline_ms),
        };
        let announcer = SftpAnnouncer::new(options).map_err(|e| Fault::usage(format!("local.sftp: {e}")))?;
        Ok(Some(Arc::new(announcer)))
    }
}

impl Sftp {
    fn login(&self) -> Result<SftpLogin, Fault> {
        match &self.key_file {
            Some(path) => Ok(SftpLogin::PrivateKey { pem: read(path)?, passphrase: env::var(PASSPHRASE).ok() }),
            None => env::var(PASSWORD).map(SftpLogin::Password).map_err(|_| {
                Fault::usage(format!(
                    "local.sftp.key_file: without a private key the password is needed; set {PASSWORD}"
                ))
            }),
        }
    }
}

#[expect(clippy::disallowed_methods, reason = "a key is configuration, not data")]
fn read(path: &Path) -> Result<String, Fault> {
    std::fs::read_to_string(path).map_err(|e| {
        Fault::usage(format!("cannot read local.sftp.key_file {}: {e}; give the right path", path.display()))
    })
}

/// Holds the section to its rules.
pub(super) fn check(local: &Local) -> Result<(), Broken> {
    let broken = |key: &'static str, problem: &str| Err(Broken { key: key.into(), problem: problem.into() });
    if local.block_count == 0 {
        return broken("local.block_count", "must be at least 1; leave the key out for its default");
    }
    if local.announce_every_ms == 0 {
        return broken("local.announce_every_ms", "must be at least 1; leave the key out for its default");
    }
    let sftp = &local.sftp;
    if sftp.host.is_none() {
        return Ok(());
    }
    if local.folder.is_some() {
        return broken("local.folder", "announcements go to one place; leave out local.folder or local.sftp.host");
    }
    if sftp.user.is_none() {
        return broken("local.sftp.user", "the server asks who signs in; add it");
    }
    if sftp.host_key.is_none() {
        return broken("local.sftp.host_key", "the server's key is not trusted unseen; add its fingerprint, SHA256:…");
    }
    Ok(())
}
