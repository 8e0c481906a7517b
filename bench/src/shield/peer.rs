//! What stands between the flood and the origin: nothing, a peer or we, each a process on a core of its own.

use super::usage::Usage;
use rehearsal::{Door, Keys, Loopback};
use sha2::{Digest, Sha256};
use std::{
    net::{Ipv4Addr, SocketAddr},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::Duration,
};
use tokio::{net::TcpStream, time::timeout};

const START_MAX: Duration = Duration::from_secs(20);

pub(super) type Failure = Box<dyn std::error::Error>;

/// Who stands there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Peer {
    Nothing,
    Nginx,
    HaproxyTables,
    HaproxyQueue,
    Varnish,
    Ours,
    /// nginx without limits, its cache only: for pages that are the same for everybody.
    NginxPages,
    /// HAProxy with a certificate, as it comes.
    HaproxyTls,
    /// The same, with a limit on new connections by address before TLS.
    HaproxyTlsRate,
    /// Ours with a certificate.
    OursTls,
}

impl Peer {
    pub(super) const ALL: [Self; 6] =
        [Self::Nothing, Self::Nginx, Self::HaproxyTables, Self::HaproxyQueue, Self::Varnish, Self::Ours];

    pub(super) const fn as_str(self) -> &'static str {
        match self {
            Self::Nothing => "nothing",
            Self::Nginx => "nginx",
            Self::HaproxyTables => "HAProxy tables",
            Self::HaproxyQueue => "HAProxy queue",
            Self::Varnish => "Varnish",
            Self::Ours | Self::OursTls => "Tournée",
            Self::NginxPages => "nginx, cache only",
            Self::HaproxyTls => "HAProxy",
            Self::HaproxyTlsRate => "HAProxy, connection rate by address",
        }
    }

    /// The program, or how to get it.
    fn program(self) -> Result<PathBuf, String> {
        match self {
            Self::Nothing => Err("it has no program".to_owned()),
            Self::Nginx | Self::NginxPages => installed("nginx", "nginx-light"),
            Self::HaproxyTables | Self::HaproxyQueue | Self::HaproxyTls | Self::HaproxyTlsRate => {
                installed("haproxy", "haproxy")
            }
            Self::Varnish => installed("varnishd", "varnish"),
            Self::Ours | Self::OursTls => ours(),
        }
    }

    fn settings(self) -> (&'static str, &'static str) {
        match self {
            Self::Nothing => ("", ""),
            Self::Nginx => ("nginx.conf", include_str!("peers/nginx.conf")),
            Self::HaproxyTables => ("haproxy.cfg", include_str!("peers/haproxy-tables.cfg")),
            Self::HaproxyQueue => ("haproxy.cfg", include_str!("peers/haproxy-queue.cfg")),
            Self::Varnish => ("varnish.vcl", include_str!("peers/varnish.vcl")),
            Self::Ours => ("ours.toml", include_str!("peers/ours.toml")),
            Self::OursTls => ("ours.toml", include_str!("peers/ours-tls.toml")),
            Self::NginxPages => ("nginx.conf", include_str!("peers/nginx-pages.conf")),
            Self::HaproxyTls => ("haproxy.cfg", include_str!("peers/haproxy-tls.cfg")),
            Self::HaproxyTlsRate => ("haproxy.cfg", include_str!("peers/haproxy-tls-rate.cfg")),
        }
    }

    fn arguments(self, at: &Places, settings: &Path) -> Vec<String> {
        let (dir, settings) = (at.dir.display().to_string(), settings.display().to_string());
        let all: &[&str] = match self {
            Self::Nothing => &[],
            Self::Nginx | Self::NginxPages => &["-p", &dir, "-c", &settings, "-e", "/dev/null"],
            Self::HaproxyTables | Self::HaproxyQueue | Self::HaproxyTls | Self::HaproxyTlsRate => {
                &["-f", &settings, "-db", "-q"]
            }
            Self::Varnish => &[
                "-F",
                "-j",
                "none",
                "-n",
                &dir,
                "-f",
                &settings,
                "-s",
                "malloc,64m",
                "-p",
                "feature=+http2",
                "-p",
                "listen_depth=4096",
                "-p",
                "timeout_idle=5",
                "-a",
                &at.listen.to_string(),
            ],
            Self::Ours | Self::OursTls => &[
                "shield",
                "--upstream",
                &format!("http://{}", at.origin),
                "--listen",
                &at.listen.to_string(),
                "--config",
                &settings,
            ],
        };
        all.iter().map(|argument| (*argument).to_owned()).collect()
    }

    /// Starts it on this core in front of the origin; or says why it is skipped.
    pub(super) fn start(self, origin: Loopback, core: Option<usize>, keys: &Keys) -> Result<Running, Failure> {
        if self == Self::Nothing {
            let door = Door { http1: origin, http2: Some(origin), tls: None };
            return Ok(Running { door, process: None, _dir: None });
        }
        let program = self.program()?;
        let dir = tempfile::tempdir()?;
        let places = Places { listen: free()?, http2: free()?, origin, dir: dir.path().to_owned() };
        let (name, text) = self.settings();
        let settings = dir.path().join(name);
        write(&settings, &places.filled(text, keys))?;
        if matches!(self, Self::HaproxyTls | Self::HaproxyTlsRate | Self::OursTls) {
            certificate(dir.path())?;
        }
        let mut command = pinned(&program, core);
        command.args(self.arguments(&places, &settings)).stdin(Stdio::null()).stdout(Stdio::null());
        let process = Process(command.stderr(Stdio::null()).spawn()?);
        let http2 = if self == Self::Nginx { places.http2 } else { places.listen };
        let door = Door { http1: places.listen, http2: Some(http2), tls: None };
        listens(places.listen).map_err(|_| format!("{} does not start", program.display()))?;
        Ok(Running { door, process: Some(process), _dir: Some(dir) })
    }
}

/// What the settings are filled with.
struct Places {
    listen: Loopback,
    http2: Loopback,
    origin: Loopback,
    dir: PathBuf,
}

impl Places {
    fn filled(&self, text: &str, keys: &Keys) -> String {
        let key = |keys: &[String]| keys.first().cloned().unwrap_or_default();
        let origin = self.origin.address();
        [
            ("@LISTEN@", self.listen.to_string()),
            ("@HTTP2@", self.http2.to_string()),
            ("@ORIGIN@", self.origin.to_string()),
            ("@ORIGIN_IP@", origin.ip().to_string()),
            ("@ORIGIN_PORT@", origin.port().to_string()),
            ("@DIR@", self.dir.display().to_string()),
            ("@APP_SHA256@", sha256(&key(&keys.app))),
            ("@SCANNER_SHA256@", sha256(&key(&keys.scanner))),
            ("@PROBE_SHA256@", sha256(&key(&keys.probe))),
            ("@APP_KEY@", key(&keys.app)),
            ("@SCANNER_KEY@", key(&keys.scanner)),
            ("@PROBE_KEY@", key(&keys.probe)),
        ]
        .iter()
        .fold(text.to_owned(), |text, (name, value)| text.replace(name, value))
    }
}

fn sha256(key: &str) -> String {
    Sha256::digest(key).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// What stands there now; ends with this.
pub(super) struct Running {
    pub(super) door: Door,
    process: Option<Process>,
    _dir: Option<tempfile::TempDir>,
}

impl Running {
    /// What it takes by now; nothing where nothing stands.
    pub(super) fn usage(&self) -> Option<Usage> {
        self.process.as_ref().map(|process| Usage::of(process.0.id()))
    }
}

struct Process(Child);

impl Drop for Process {
    /// Asks it to end, which ends its workers.
    fn drop(&mut self) {
        let _ = Command::new("kill").arg(self.0.id().to_string()).status();
        let _ = self.0.wait();
    }
}

/// This program on this core, if there is more than one.
fn pinned(program: &Path, core: Option<usize>) -> Command {
    let Some(core) = core else { return Command::new(program) };
    let mut command = Command::new("taskset");
    command.args(["-c", &core.to_string()]).arg(program);
    command
}

pub(super) fn installed(name: &str, package: &str) -> Result<PathBuf, String> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let places = std::env::split_paths(&path).chain(["/usr/sbin".into()]);
    let found = places.map(|place| place.join(name)).find(|place| place.is_file());
    found.ok_or_else(|| format!("{name} is not installed here (apt-get install {package})"))
}

/// Our program, which is built beside this one.
fn ours() -> Result<PathBuf, String> {
    let beside = std::env::current_exe().ok().map(|bench| bench.with_file_name("tournee"));
    let program = beside.filter(|program| program.is_file()).ok_or("tournee is not built (cargo build --release)")?;
    let knows = Command::new(&program).args(["shield", "--help"]).stdout(Stdio::null()).stderr(Stdio::null()).status();
    if knows.is_ok_and(|status| status.success()) { Ok(program) } else { Err("this tournee has no shield".to_owned()) }
}

/// An ECDSA certificate for localhost with its key, in `door.pem` and `door.pem.key`, as HAProxy looks for them.
fn certificate(dir: &Path) -> Result<(), Failure> {
    let mut openssl = Command::new("openssl");
    openssl.args(["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]);
    openssl.args(["-days", "2", "-subj", "/CN=localhost", "-out"]).arg(dir.join("door.pem"));
    openssl.arg("-keyout").arg(dir.join("door.pem.key")).stdout(Stdio::null()).stderr(Stdio::null());
    if openssl.status()?.success() { Ok(()) } else { Err("openssl makes no certificate".into()) }
}

/// A port of 127.0.0.1 that is free now.
#[expect(clippy::disallowed_methods, reason = "asks the kernel for a port and gives it up at once")]
fn free() -> std::io::Result<Loopback> {
    let listener = std::net::TcpListener::bind(SocketAddr::from((Ipv4Addr::LOCALHOST, 0)))?;
    Ok(Loopback::port(listener.local_addr()?.port()))
}

fn listens(at: Loopback) -> Result<(), Failure> {
    let connects = async {
        while TcpStream::connect(at.address()).await.is_err() {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    Ok(runtime.block_on(async { timeout(START_MAX, connects).await })?)
}

#[expect(clippy::disallowed_methods, reason = "the peer's settings")]
fn write(path: &Path, text: &str) -> std::io::Result<()> {
    std::fs::write(path, text)
}
