//! Delivery of announcements: a folder, and a real OpenSSH server on the loopback interface where there is one.

#![allow(
    clippy::disallowed_methods,
    clippy::print_stderr,
    reason = "a test keeps house for the servers that it starts"
)]

mod announce_support;

use announce_support::Sshd;
use carriers::{
    Blame, Retry,
    announce::{Announcer, BadSftp, Fingerprint, FolderAnnouncer, SftpAnnouncer, SftpLogin, SftpOptions},
};
use std::{fs, time::Duration};

const NAME: &str = "964744.20251222.090507_001";
const BYTES: &[u8] = b"BBB001;1;964744\r\n";

#[tokio::test]
async fn a_folder_takes_a_file_whole_and_once() {
    let folder = tempfile::tempdir().expect("a folder");
    let announcer = FolderAnnouncer::new(folder.path().join("drop"));
    let there = folder.path().join("drop").join(format!("{NAME}.ok"));
    for _ in 0..2 {
        announcer.deliver(NAME, BYTES).await.expect("delivered");
        assert_eq!(fs::read(&there).expect("there"), BYTES);
    }
    assert_eq!(fs::read_dir(folder.path().join("drop")).expect("a folder").count(), 1, "nothing else is left");
    for bad in ["../x", "", ".x", "a/b", "a\0b"] {
        assert_eq!(announcer.deliver(bad, BYTES).await.expect_err(bad).retry, Retry::Never);
    }
}

#[tokio::test]
async fn a_folder_that_cannot_be_written_is_tried_again_later() {
    let file = tempfile::NamedTempFile::new().expect("a file");
    let error = FolderAnnouncer::new(file.path()).deliver(NAME, BYTES).await.expect_err("not a folder");
    assert!(matches!(error.retry, Retry::After(_)), "{error:?}");
}

#[test]
fn a_fingerprint_is_as_openssh_prints_it() {
    let good = "SHA256:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
    assert_eq!(good.parse::<Fingerprint>().map(|f| f.to_string()).as_deref(), Ok(good));
    for bad in ["", "SHA256:", "MD5:aa:bb", "SHA256:AAAA", "ssh-ed25519 AAAA"] {
        assert_eq!(bad.parse::<Fingerprint>(), Err(BadSftp::Fingerprint), "{bad}");
    }
}

fn options(server: &Sshd) -> SftpOptions {
    SftpOptions {
        host: "127.0.0.1".into(),
        port: server.port,
        user: server.user.clone(),
        login: SftpLogin::PrivateKey { pem: server.client_key(), passphrase: None },
        host_key: server.fingerprint.parse().expect("a fingerprint"),
        directory: server.drop_folder().to_string_lossy().into_owned(),
        deadline: Duration::from_secs(20),
    }
}

async fn deliver(options: SftpOptions) -> Result<(), carriers::CarrierError> {
    SftpAnnouncer::new(options).expect("an announcer").deliver(NAME, BYTES).await
}

#[tokio::test]
async fn openssh_takes_a_file_whole_and_once() {
    let Some(server) = Sshd::start() else { return };
    let there = server.drop_folder().join(format!("{NAME}.ok"));
    for _ in 0..2 {
        deliver(options(&server)).await.expect("delivered");
        assert_eq!(fs::read(&there).expect("there"), BYTES);
    }
    fs::write(&there, b"something else").expect("written");
    assert_eq!(deliver(options(&server)).await.expect_err("another file").code, "sftp_other_file");
}

#[tokio::test]
async fn openssh_is_trusted_by_its_key_and_nothing_else() {
    let Some(server) = Sshd::start() else { return };
    let other = "SHA256:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA".parse().expect("a fingerprint");
    let error = deliver(SftpOptions { host_key: other, ..options(&server) }).await.expect_err("another key");
    assert_eq!((error.code.as_str(), error.blame, error.retry), ("sftp_host_key", Blame::Us, Retry::Never));
    let stranger = SftpOptions { user: "nobody-of-that-name".into(), ..options(&server) };
    assert_eq!(deliver(stranger).await.expect_err("a stranger").code, "sftp_login");
    let nowhere = SftpOptions { directory: "/no/such/folder".into(), ..options(&server) };
    assert_eq!(deliver(nowhere).await.expect_err("nowhere").code, "sftp_directory");
    assert_eq!(fs::read_dir(server.drop_folder()).expect("a folder").count(), 0);
}

#[tokio::test]
async fn a_server_that_is_not_there_or_mute_is_tried_again_later() {
    let mute = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let options = SftpOptions {
        host: "127.0.0.1".into(),
        port: mute.local_addr().expect("an address").port(),
        user: "somebody".into(),
        login: SftpLogin::Password("hush".into()),
        host_key: "SHA256:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA".parse().expect("a fingerprint"),
        directory: String::new(),
        deadline: Duration::from_millis(300),
    };
    assert!(!format!("{options:?}").contains("hush"));
    let error = deliver(options.clone()).await.expect_err("mute");
    assert_eq!(error.code, "sftp_timeout");
    drop(mute);
    let error = deliver(options).await.expect_err("nobody");
    assert!(matches!(error.retry, Retry::After(_)) && error.code == "sftp_unreachable", "{error:?}");
}
