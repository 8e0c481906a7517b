//! Certificates: read from PEM files, read again when the files change, and the one with the cheaper key taken first.
//!
//! A handshake by an ECDSA key costs a quarter of one by RSA-2048 and less. Session tickets are sealed by keys that all threads
//! share and that change by themselves, so that who comes back costs no signature on any thread.

use crate::TlsFiles;
use admission::Unfit;
use rustls::{
    ServerConfig, SignatureAlgorithm,
    crypto::ring,
    pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject},
    server::{ClientHello, ResolvesServerCert},
    sign::CertifiedKey,
};
use std::{
    fmt::Display,
    io,
    path::Path,
    sync::{Arc, PoisonError, RwLock},
    time::SystemTime,
};

/// The protocols that are offered, the better first.
const ALPN: [&[u8]; 2] = [b"h2", b"http/1.1"];

/// When a file was changed, and how long it is.
type Stamp = (Option<SystemTime>, u64);

/// The certificates of the door.
#[derive(Debug)]
pub struct Certificates {
    files: Vec<TlsFiles>,
    now: RwLock<Loaded>,
}

#[derive(Debug)]
struct Loaded {
    stamps: Vec<Stamp>,
    keys: Vec<Arc<CertifiedKey>>,
}

impl Certificates {
    /// Reads the files.
    ///
    /// # Errors
    /// No file, or one that can't be read or whose key doesn't belong to its certificate: by its key, `tls[0].certificate`
    /// or `tls[0].key` for the first; the message names the file.
    pub fn read(files: Vec<TlsFiles>) -> Result<Self, Unfit> {
        if files.is_empty() {
            return Err(Unfit::new("tls", "TLS needs a certificate and its key"));
        }
        let now = RwLock::new(Loaded { stamps: stamps(&files), keys: load(&files)? });
        Ok(Self { files, now })
    }

    /// Reads the files again if one of them changed, and says whether it did. What can't be read changes nothing: the
    /// certificates of before go on, and the files are looked at again when they change again.
    pub fn reload_if_changed(&self) -> bool {
        let stamps = stamps(&self.files);
        if self.now.read().unwrap_or_else(PoisonError::into_inner).stamps == stamps {
            return false;
        }
        let keys = load(&self.files);
        let mut now = self.now.write().unwrap_or_else(PoisonError::into_inner);
        now.stamps = stamps;
        match keys {
            Ok(keys) => {
                now.keys = keys;
                tracing::info!("the certificates changed and were read again");
                true
            }
            Err(e) => {
                tracing::warn!(error = %e, "the certificates changed and can't be read: the earlier ones go on");
                false
            }
        }
    }

    /// The configuration that all threads share.
    pub(crate) fn config(self: &Arc<Self>) -> io::Result<Arc<ServerConfig>> {
        let provider = Arc::new(ring::default_provider());
        let versions = ServerConfig::builder_with_provider(provider).with_safe_default_protocol_versions();
        let mut config =
            versions.map_err(io::Error::other)?.with_no_client_auth().with_cert_resolver(Arc::clone(self) as _);
        config.alpn_protocols = ALPN.map(<[u8]>::to_vec).to_vec();
        config.ticketer = ring::Ticketer::new().map_err(io::Error::other)?;
        // What a session is stands in its ticket: nothing is kept here.
        config.session_storage = Arc::new(rustls::server::NoServerSessionStorage {});
        // One ticket is enough to come back with, and each costs an encryption.
        config.send_tls13_tickets = 1;
        Ok(Arc::new(config))
    }
}

impl ResolvesServerCert for Certificates {
    fn resolve(&self, hello: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        let now = self.now.read().unwrap_or_else(PoisonError::into_inner);
        let fits = |key: &&Arc<CertifiedKey>| key.key.choose_scheme(hello.signature_schemes()).is_some();
        now.keys.iter().find(fits).or(now.keys.first()).cloned()
    }
}

fn stamps(files: &[TlsFiles]) -> Vec<Stamp> {
    let stamp = |path: &Path| std::fs::metadata(path).map_or((None, 0), |meta| (meta.modified().ok(), meta.len()));
    files.iter().flat_map(|pair| [stamp(&pair.certificate), stamp(&pair.key)]).collect()
}

/// The keys, ECDSA before RSA.
fn load(files: &[TlsFiles]) -> Result<Vec<Arc<CertifiedKey>>, Unfit> {
    let below = |(n, files)| read(files).map_err(|unfit| unfit.below(&format!("tls[{n}]")));
    let mut keys: Vec<_> = files.iter().enumerate().map(below).collect::<Result<_, _>>()?;
    keys.sort_by_key(|key| key.key.algorithm() == SignatureAlgorithm::RSA);
    Ok(keys)
}

fn read(files: &TlsFiles) -> Result<Arc<CertifiedKey>, Unfit> {
    let TlsFiles { certificate, key } = files;
    let chain: Vec<_> = CertificateDer::pem_file_iter(certificate).and_then(Iterator::collect).map_err(|e| {
        unusable("certificate", certificate, e, "give the file of a certificate, in PEM, that we may read")
    })?;
    if chain.is_empty() {
        return Err(unusable("certificate", certificate, "no certificate is in it", "give the file of one, in PEM"));
    }
    let key_der = PrivateKeyDer::from_pem_file(key)
        .map_err(|e| unusable("key", key, e, "give the file of a private key, in PEM, that we may read"))?;
    let certified = CertifiedKey::from_der(chain, key_der, &ring::default_provider());
    certified.map(Arc::new).map_err(|e| unusable("key", key, e, "give the private key of this certificate"))
}

fn unusable(setting: &str, path: &Path, why: impl Display, todo: &str) -> Unfit {
    Unfit::new(setting, format!("{} can't be used: {why}; {todo}", path.display()))
}
