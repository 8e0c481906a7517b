//! Announcements put on the carrier's SFTP server.
//!
//! Each delivery is a connection of its own, ended with it: announcements are few, and a connection that lingers is one
//! that hangs some day. The server's key is pinned by its SHA-256 fingerprint; there is no trust on first use. Keys are
//! Ed25519 or ECDSA: RSA is left out because the library's arithmetic for it is known to leak by its timing.

use super::{Announcer, Delivery, check_name, later, never};
use crate::{CarrierError, colissimo::edi::COMPLETE};
use russh::{
    Disconnect,
    client::{self, Handle},
    keys::{HashAlg, PrivateKey, PrivateKeyWithHashAlg, PublicKeyOrCertificate, decode_secret_key, ssh_key},
};
use russh_sftp::{
    client::{SftpSession, error::Error as SftpError},
    protocol::{OpenFlags, StatusCode},
};
use serde::{Deserialize, Serialize};
use std::{fmt, str::FromStr, sync::Arc, time::Duration};
use tokio::{io::AsyncWriteExt, time::timeout};

/// Where and as whom to deliver.
#[derive(Clone, Debug)]
pub struct SftpOptions {
    /// Name or address of the server.
    pub host: String,
    /// Its port, usually 22.
    pub port: u16,
    /// Who signs in.
    pub user: String,
    /// With what.
    pub login: SftpLogin,
    /// The server's key, by its fingerprint.
    pub host_key: Fingerprint,
    /// The directory in which files are put; empty for the one in which one lands.
    pub directory: String,
    /// The longest that one delivery may take, from the connection to the last rename.
    pub deadline: Duration,
}

/// How one signs in. `Debug` shows the kind alone.
#[derive(Clone)]
pub enum SftpLogin {
    /// With a password.
    Password(String),
    /// With a private key.
    PrivateKey {
        /// The key, as in its file (OpenSSH or PKCS#8).
        pem: String,
        /// What opens it, if it is sealed.
        passphrase: Option<String>,
    },
}

impl fmt::Debug for SftpLogin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Password(_) => "SftpLogin::Password(…)",
            Self::PrivateKey { .. } => "SftpLogin::PrivateKey(…)",
        })
    }
}

/// The SHA-256 fingerprint of a server's key, `SHA256:` and 43 characters, as `ssh-keygen -lf` prints it.
#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Fingerprint(ssh_key::Fingerprint);

impl FromStr for Fingerprint {
    type Err = BadSftp;

    fn from_str(s: &str) -> Result<Self, BadSftp> {
        let parsed: ssh_key::Fingerprint = s.trim().parse().map_err(|_| BadSftp::Fingerprint)?;
        if parsed.is_sha256() { Ok(Self(parsed)) } else { Err(BadSftp::Fingerprint) }
    }
}

impl TryFrom<String> for Fingerprint {
    type Error = BadSftp;
    fn try_from(s: String) -> Result<Self, BadSftp> {
        s.parse()
    }
}

impl From<Fingerprint> for String {
    fn from(fingerprint: Fingerprint) -> Self {
        fingerprint.to_string()
    }
}

impl fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl fmt::Debug for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// Why no announcer could be made from the configuration.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadSftp {
    /// The fingerprint is not one.
    #[error("host key: give SHA256: and 43 characters, as `ssh-keyscan HOST | ssh-keygen -lf -` prints them")]
    Fingerprint,
    /// The private key cannot be used.
    #[error("private key: give an Ed25519 or ECDSA key as OpenSSH writes it, with its passphrase if it has one")]
    PrivateKey,
}

/// Delivers announcements over SFTP.
pub struct SftpAnnouncer {
    options: SftpOptions,
    key: Option<Arc<PrivateKey>>,
}

impl SftpAnnouncer {
    /// An announcer to this server. Nothing is connected before the first delivery.
    ///
    /// # Errors
    /// When the private key cannot be read.
    pub fn new(options: SftpOptions) -> Result<Self, BadSftp> {
        let key = match &options.login {
            SftpLogin::Password(_) => None,
            SftpLogin::PrivateKey { pem, passphrase } => {
                let key = decode_secret_key(pem, passphrase.as_deref()).map_err(|_| BadSftp::PrivateKey)?;
                Some(Arc::new(key))
            }
        };
        Ok(Self { options, key })
    }

    async fn upload(&self, name: &str, bytes: &[u8]) -> Result<(), CarrierError> {
        let mut session = self.connect().await?;
        self.sign_in(&mut session).await?;
        let sftp = self.sftp(&session).await?;
        let done = put(&sftp, &self.path(name), bytes).await;
        // The file is safe or it is not; how the farewell goes changes neither.
        let _ = sftp.close().await;
        let _ = session.disconnect(Disconnect::ByApplication, "", "en").await;
        done
    }

    async fn connect(&self) -> Result<Handle<Pinned>, CarrierError> {
        let config = client::Config {
            inactivity_timeout: Some(self.options.deadline),
            nodelay: true,
            ..client::Config::default()
        };
        let address = (self.options.host.as_str(), self.options.port);
        client::connect(Arc::new(config), address, Pinned(self.options.host_key)).await.map_err(|e| unreachable(&e))
    }

    async fn sign_in(&self, session: &mut Handle<Pinned>) -> Result<(), CarrierError> {
        let user = &self.options.user;
        let answer = match (&self.key, &self.options.login) {
            (Some(key), _) => {
                session.authenticate_publickey(user, PrivateKeyWithHashAlg::new(Arc::clone(key), None)).await
            }
            (None, SftpLogin::Password(password)) => session.authenticate_password(user, password).await,
            (None, SftpLogin::PrivateKey { .. }) => return Err(refused()),
        };
        match answer {
            Ok(answer) if answer.success() => Ok(()),
            Ok(_) => Err(refused()),
            Err(e) => Err(unreachable(&e)),
        }
    }

    async fn sftp(&self, session: &Handle<Pinned>) -> Result<SftpSession, CarrierError> {
        let channel = session.channel_open_session().await.map_err(|e| unreachable(&e))?;
        channel.request_subsystem(true, "sftp").await.map_err(|e| unreachable(&e))?;
        let sftp = SftpSession::new(channel.into_stream()).await.map_err(|e| not_taken(&e))?;
        sftp.set_timeout(self.options.deadline.as_secs().max(1));
        Ok(sftp)
    }

    fn path(&self, name: &str) -> String {
        match self.options.directory.trim_end_matches('/') {
            "" if self.options.directory.starts_with('/') => format!("/{name}"),
            "" => name.to_owned(),
            directory => format!("{directory}/{name}"),
        }
    }
}

impl Announcer for SftpAnnouncer {
    fn deliver<'a>(&'a self, file_name: &'a str, bytes: &'a [u8]) -> Delivery<'a> {
        Box::pin(async move {
            check_name(file_name)?;
            let over = |_| later("sftp_timeout", "the SFTP server did not take the file in time");
            timeout(self.options.deadline, self.upload(file_name, bytes)).await.map_err(over)?
        })
    }
}

/// Trusts one key.
struct Pinned(Fingerprint);

impl client::Handler for Pinned {
    type Error = russh::Error;

    async fn check_server_key(&mut self, offered: &PublicKeyOrCertificate) -> Result<bool, russh::Error> {
        Ok(offered.public_key().fingerprint(HashAlg::Sha256) == self.0.0)
    }
}

/// Uploads under the plain name and renames, unless the whole file is there already.
async fn put(sftp: &SftpSession, plain: &str, bytes: &[u8]) -> Result<(), CarrierError> {
    let complete = format!("{plain}{COMPLETE}");
    if is_there(sftp, &complete, bytes.len()).await? {
        return Ok(());
    }
    write_whole(sftp, plain, bytes).await?;
    if !is_there(sftp, plain, bytes.len()).await? {
        return Err(later("sftp_short", "the SFTP server kept less than it was sent"));
    }
    sftp.rename(plain, &complete).await.map_err(|e| not_taken(&e))
}

/// Whether a file of this name and size is there. Another size is another file, which is not ours to write over.
async fn is_there(sftp: &SftpSession, path: &str, length: usize) -> Result<bool, CarrierError> {
    match sftp.metadata(path).await {
        Ok(there) if there.size == Some(length as u64) => Ok(true),
        Ok(_) => Err(never("sftp_other_file", "another file of this name lies on the SFTP server; have it looked at")),
        Err(SftpError::Status(status)) if status.status_code == StatusCode::NoSuchFile => Ok(false),
        Err(e) => Err(not_taken(&e)),
    }
}

async fn write_whole(sftp: &SftpSession, path: &str, bytes: &[u8]) -> Result<(), CarrierError> {
    let flags = OpenFlags::CREATE | OpenFlags::TRUNCATE | OpenFlags::WRITE;
    let mut file = sftp.open_with_flags(path, flags).await.map_err(|e| not_taken(&e))?;
    file.write_all(bytes).await.map_err(|e| not_taken(&e.into()))?;
    file.sync_all().await.map_err(|e| not_taken(&e))?;
    file.close().await.map_err(|e| not_taken(&e.into()))
}

fn refused() -> CarrierError {
    never("sftp_login", "the SFTP server refused user, password or key")
}

fn unreachable(error: &russh::Error) -> CarrierError {
    match error {
        russh::Error::UnknownKey => never(
            "sftp_host_key",
            "the SFTP server showed another key than the pinned one; ask the carrier before trusting it",
        ),
        russh::Error::NoCommonAlgo { .. } => never(
            "sftp_algorithms",
            "the SFTP server offers no key or cipher that is still good; Ed25519 or ECDSA is needed",
        ),
        _ => later("sftp_unreachable", "no SSH connection to the SFTP server"),
    }
}

/// Neither the path nor the server's own words are told on: both can name people.
fn not_taken(error: &SftpError) -> CarrierError {
    match error {
        SftpError::Status(status) if status.status_code == StatusCode::PermissionDenied => {
            never("sftp_permission", "the SFTP server does not let this user write in the directory")
        }
        SftpError::Status(status) if status.status_code == StatusCode::NoSuchFile => {
            never("sftp_directory", "the directory is not there on the SFTP server")
        }
        SftpError::Timeout => later("sftp_timeout", "the SFTP server did not take the file in time"),
        _ => later("sftp_failed", "the SFTP server did not take the file"),
    }
}
