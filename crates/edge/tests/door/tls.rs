//! TLS: which key, which protocol, and what happens before a key works.

use crate::support::{GET, Gate, Running, at_once, limits, open, settings};
use edge::{Certificates, Counts, Cut, Limits, Refused, Settings, TlsFiles};
use rustls::{
    ClientConfig, HandshakeKind, RootCertStore,
    crypto::ring,
    pki_types::{CertificateDer, ServerName, pem::PemObject},
};
use std::{
    path::Path,
    sync::{Arc, atomic::Ordering::SeqCst},
};
use tempfile::TempDir;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};
use tokio_rustls::{TlsConnector, client::TlsStream};

#[expect(clippy::disallowed_methods, reason = "makes the files that the door reads")]
fn make(folder: &Path) -> TlsFiles {
    let made = rcgen::generate_simple_self_signed(vec!["door.example".to_owned()]).expect("a certificate");
    let files = TlsFiles { certificate: folder.join("cert.pem"), key: folder.join("key.pem") };
    std::fs::write(&files.certificate, made.cert.pem()).expect("written");
    std::fs::write(&files.key, made.signing_key.serialize_pem()).expect("written");
    files
}

fn client(files: &TlsFiles, alpn: &[&str]) -> Arc<ClientConfig> {
    let mut roots = RootCertStore::empty();
    roots.add(CertificateDer::from_pem_file(&files.certificate).expect("a certificate")).expect("a root");
    let builder = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()));
    let versions = builder.with_safe_default_protocol_versions().expect("versions");
    let mut config = versions.with_root_certificates(roots).with_no_client_auth();
    config.alpn_protocols = alpn.iter().map(|name| name.as_bytes().to_vec()).collect();
    Arc::new(config)
}

fn door(gate: Gate, certificates: Arc<Certificates>, limits: Limits) -> Running {
    let settings = Settings { certificates: Some(certificates), ..settings(limits) };
    open(gate, at_once(), settings)
}

async fn connect(door: &Running, config: Arc<ClientConfig>) -> std::io::Result<TlsStream<TcpStream>> {
    let name = ServerName::try_from("door.example").expect("a name");
    TlsConnector::from(config).connect(name, door.connect().await).await
}

async fn get(stream: &mut TlsStream<TcpStream>) -> String {
    stream.write_all(GET.as_bytes()).await.expect("written");
    let mut bytes = Vec::new();
    while !bytes.ends_with(b"ok") {
        assert_ne!(stream.read_buf(&mut bytes).await.expect("more"), 0);
    }
    String::from_utf8(bytes).expect("text")
}

#[tokio::test(flavor = "multi_thread")]
async fn requests_come_by_tls_and_who_comes_back_costs_no_signature() {
    let folder = TempDir::new().expect("a folder");
    let files = make(folder.path());
    let certificates = Arc::new(Certificates::read(vec![files.clone()]).expect("certificates"));
    let door = door(Gate::default(), certificates, limits());
    let config = client(&files, &["http/1.1"]);
    for kind in [HandshakeKind::Full, HandshakeKind::Resumed] {
        let mut stream = connect(&door, Arc::clone(&config)).await.expect("a handshake");
        assert!(get(&mut stream).await.starts_with("HTTP/1.1 200 "));
        assert_eq!(stream.get_ref().1.handshake_kind(), Some(kind));
    }
    let stream = connect(&door, client(&files, &["h2", "http/1.1"])).await.expect("a handshake");
    assert_eq!(stream.get_ref().1.alpn_protocol(), Some(&b"h2"[..]));
    // The client is done with it before the door is.
    while door.counts.handshakes() < 3 {
        tokio::task::yield_now().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn without_credit_no_key_works() {
    let folder = TempDir::new().expect("a folder");
    let files = make(folder.path());
    let certificates = Arc::new(Certificates::read(vec![files.clone()]).expect("certificates"));
    let door = door(Gate { refuse_handshakes: true, ..Gate::default() }, certificates, limits());
    assert!(connect(&door, client(&files, &[])).await.is_err());
    assert_eq!((door.counts.refused_for(Refused::HandshakeCredit), door.counts.handshakes()), (1, 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_handshake_has_a_deadline_and_nonsense_an_end() {
    let folder = TempDir::new().expect("a folder");
    let files = make(folder.path());
    let certificates = Arc::new(Certificates::read(vec![files.clone()]).expect("certificates"));
    let door = door(Gate::default(), certificates, Limits { head_ms_max: 100, ..limits() });
    door.say([0x16, 3, 1, 0, 200, 1]).await;
    assert_eq!(door.counts.cut_for(Cut::SlowHead), 1);
    assert!(!door.say(GET).await.contains("HTTP"));
    // The client sees the end before the door has counted it.
    while door.counts.cut_for(Cut::Handshake) == 0 {
        tokio::task::yield_now().await;
    }
    assert_eq!(door.counts.cut_for(Cut::SlowHead), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn certificates_change_while_the_door_is_open() {
    let folder = TempDir::new().expect("a folder");
    let files = make(folder.path());
    let certificates = Arc::new(Certificates::read(vec![files.clone()]).expect("certificates"));
    let door = door(Gate::default(), Arc::clone(&certificates), limits());
    let before = client(&files, &[]);
    assert!(!certificates.reload_if_changed(), "nothing changed");
    #[expect(clippy::disallowed_methods, reason = "breaks a file that the door reads")]
    std::fs::write(&files.key, "no key").expect("written");
    assert!(!certificates.reload_if_changed(), "a bad file changes nothing");
    connect(&door, Arc::clone(&before)).await.expect("the certificate of before");
    make(folder.path());
    assert!(certificates.reload_if_changed());
    connect(&door, client(&files, &[])).await.expect("the new certificate");
    let mut afresh = (*before).clone();
    afresh.resumption = rustls::client::Resumption::disabled();
    assert!(connect(&door, Arc::new(afresh)).await.is_err());
}

#[test]
fn files_that_cannot_be_used_are_named() {
    let folder = TempDir::new().expect("a folder");
    let other = TempDir::new().expect("a folder");
    let (files, others) = (make(folder.path()), make(other.path()));
    let mixed = TlsFiles { certificate: files.certificate.clone(), key: others.key };
    let missing = TlsFiles { certificate: folder.path().join("missing.pem"), key: files.key.clone() };
    for (bad, key, word) in [(mixed, "tls[1].key", "key.pem"), (missing, "tls[1].certificate", "missing.pem")] {
        let said = Certificates::read(vec![files.clone(), bad]).expect_err("unusable");
        assert!(said.key == key && said.message.contains(word), "{said}");
    }
    assert!(Certificates::read(vec![]).is_err());
    assert_eq!(Counts::default().connections(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_hello_is_shown_before_the_key_works() {
    let folder = TempDir::new().expect("a folder");
    let files = make(folder.path());
    let certificates = Arc::new(Certificates::read(vec![files.clone()]).expect("certificates"));
    let gate = Arc::new(Gate { refuse_handshakes: true, ..Gate::default() });
    let listener = edge::bind("127.0.0.1:0".parse().expect("an address"), 1, &limits()).expect("a port");
    let address = listener.local_addr();
    let settings = Settings { certificates: Some(certificates), ..settings(limits()) };
    let serving = edge::serve(listener, Arc::clone(&gate), at_once(), settings, async {
        let name = ServerName::try_from("door.example").expect("a name");
        let stream = TcpStream::connect(address).await.expect("a connection");
        assert!(TlsConnector::from(client(&files, &[])).connect(name, stream).await.is_err());
    });
    serving.await.expect("served");
    assert_eq!(gate.hellos.load(SeqCst), 1);
}
