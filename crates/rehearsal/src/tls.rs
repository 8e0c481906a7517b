//! TLS as whoever attacks speaks it: no certificate is looked at, which spares the generator the work.

use crate::{
    background::Background,
    bounded::{Connections, Requests, Seconds, Sources},
    loopback::{Loopback, flood_source},
    tally::add,
    wire::{Failure, HOST, dial},
};
use rustls::{
    ClientConfig, DigitallySignedStruct, Error, SignatureScheme,
    client::{
        Resumption,
        danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier},
    },
    crypto::ring,
    pki_types::{CertificateDer, ServerName, UnixTime},
};
use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
        mpsc,
    },
    time::Duration,
};
use tokio::{
    task::JoinSet,
    time::{sleep, timeout},
};
use tokio_rustls::TlsConnector;

/// How long one handshake may take.
const PATIENCE: Duration = Duration::from_secs(5);
/// After one that failed.
const PAUSE: Duration = Duration::from_millis(5);

/// A client that believes every server; it only ever talks to loopback addresses.
///
/// # Errors
/// When the library refuses its own defaults.
pub fn believing() -> Result<ClientConfig, Error> {
    let provider = Arc::new(ring::default_provider());
    let builder = ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions()?;
    Ok(builder.dangerous().with_custom_certificate_verifier(Arc::new(Believer)).with_no_client_auth())
}

/// Full handshakes one after the other, each on a connection of its own that is closed at once.
#[derive(Clone, Copy, Debug)]
pub struct Handshakes {
    /// Addresses that they come from.
    pub sources: Sources,
    /// At once.
    pub connections: Connections,
    /// In all, at most.
    pub count: Requests,
    /// How long, at most.
    pub lasts: Seconds,
}

/// What came of handshakes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shaken {
    /// Completed.
    pub done: u64,
    /// Refused, cut or too slow.
    pub refused: u64,
}

impl Handshakes {
    /// Shakes hands with this door until the count or the time is over.
    ///
    /// # Errors
    /// When no thread is to be had.
    pub fn shake(self, to: Loopback) -> Result<Shaken, Failure> {
        let mut config = believing()?;
        config.resumption = Resumption::disabled();
        let tls = TlsConnector::from(Arc::new(config));
        let [begun, done, refused] = [0; 3].map(AtomicU64::new);
        let shared = Arc::new(Shared { plan: self, to, tls, begun, done, refused });
        let (over, wait) = mpsc::sync_channel::<()>(1);
        let inside = Arc::clone(&shared);
        let background = Background::start("handshakes", move || async move {
            let _over = over;
            let _ = timeout(self.lasts.duration(), all(inside)).await;
        })?;
        let _ = wait.recv();
        drop(background);
        let read = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        Ok(Shaken { done: read(&shared.done), refused: read(&shared.refused) })
    }
}

struct Shared {
    plan: Handshakes,
    to: Loopback,
    tls: TlsConnector,
    begun: AtomicU64,
    done: AtomicU64,
    refused: AtomicU64,
}

async fn all(shared: Arc<Shared>) {
    let mut all = JoinSet::new();
    for _ in 0..shared.plan.connections.get() {
        all.spawn(Arc::clone(&shared).again());
    }
    while all.join_next().await.is_some() {}
}

impl Shared {
    async fn again(self: Arc<Self>) {
        loop {
            let n = add(&self.begun);
            if n >= self.plan.count.get() {
                return;
            }
            if let Ok(Ok(())) = timeout(PATIENCE, self.once(n)).await {
                add(&self.done);
            } else {
                add(&self.refused);
                sleep(PAUSE).await;
            }
        }
    }

    async fn once(&self, n: u64) -> Result<(), Failure> {
        let stream = dial(self.to, flood_source(n % self.plan.sources.get().max(1))).await?;
        self.tls.connect(ServerName::try_from(HOST)?, stream).await?;
        Ok(())
    }
}

#[derive(Debug)]
struct Believer;

impl ServerCertVerifier for Believer {
    fn verify_server_cert(
        &self,
        _: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        _: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        _: &[u8],
        _: &CertificateDer<'_>,
        _: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        Ok(HandshakeSignatureValid::assertion())
    }

    fn verify_tls13_signature(
        &self,
        _: &[u8],
        _: &CertificateDer<'_>,
        _: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        Ok(HandshakeSignatureValid::assertion())
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        ring::default_provider().signature_verification_algorithms.supported_schemes()
    }
}
