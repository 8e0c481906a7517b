//! An OpenSSH server of our own for a test: its keys, its configuration and its port live in one temporary folder.

use std::{
    fs,
    io::{BufRead, BufReader},
    net::TcpListener,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
};
use tempfile::TempDir;

const SSHD: &str = "/usr/sbin/sshd";

/// A running server; it ends with its owner.
pub(crate) struct Sshd {
    pub(crate) port: u16,
    pub(crate) user: String,
    pub(crate) fingerprint: String,
    folder: TempDir,
    process: Child,
}

impl Sshd {
    /// Starts one, or says why it is left out.
    pub(crate) fn start() -> Option<Self> {
        let started = Self::try_start();
        if started.is_none() {
            eprintln!("left out: no OpenSSH server could be started here (package openssh-server)");
        }
        started
    }

    fn try_start() -> Option<Self> {
        if !Path::new(SSHD).exists() {
            return None;
        }
        let folder = tempfile::tempdir().ok()?;
        let at = |name: &str| folder.path().join(name);
        for name in ["host", "client"] {
            run("ssh-keygen", &["-q", "-t", "ed25519", "-N", "", "-f", &text(&at(name))])?;
        }
        fs::copy(at("client.pub"), at("authorized")).ok()?;
        fs::create_dir(at("drop")).ok()?;
        // Run by root, the server wants this folder for its unprivileged half.
        let _ = fs::create_dir_all("/run/sshd");
        let port = TcpListener::bind("127.0.0.1:0").ok()?.local_addr().ok()?.port();
        fs::write(at("config"), configuration(port, folder.path())).ok()?;
        let fingerprint = run("ssh-keygen", &["-lf", &text(&at("host.pub"))])?.split(' ').nth(1)?.to_owned();
        let user = run("id", &["-un"])?.trim().to_owned();
        let process = listening(&at("config"))?;
        Some(Self { port, user, fingerprint, folder, process })
    }

    /// The private key that it lets in.
    pub(crate) fn client_key(&self) -> String {
        fs::read_to_string(self.folder.path().join("client")).expect("a key")
    }

    /// Where files are to be put.
    pub(crate) fn drop_folder(&self) -> PathBuf {
        self.folder.path().join("drop")
    }
}

impl Drop for Sshd {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

fn configuration(port: u16, folder: &Path) -> String {
    let folder = text(folder);
    format!(
        "Port {port}\nListenAddress 127.0.0.1\nHostKey {folder}/host\nAuthorizedKeysFile {folder}/authorized\n\
         PidFile none\nStrictModes no\nUsePAM no\nPasswordAuthentication no\nPermitRootLogin prohibit-password\n\
         Subsystem sftp internal-sftp\n"
    )
}

/// Starts the server and waits for its own word that it listens.
fn listening(config: &Path) -> Option<Child> {
    let mut process = Command::new(SSHD)
        .args(["-D", "-e", "-f", &text(config)])
        .stdin(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .ok()?;
    let said = BufReader::new(process.stderr.take()?);
    let listens = said.lines().map_while(Result::ok).any(|line| line.contains("Server listening"));
    listens.then_some(process)
}

fn run(program: &str, arguments: &[&str]) -> Option<String> {
    let output = Command::new(program).args(arguments).stdin(Stdio::null()).output().ok()?;
    output.status.success().then(|| String::from_utf8_lossy(&output.stdout).into_owned())
}

fn text(path: &Path) -> String {
    path.to_string_lossy().into_owned()
}
