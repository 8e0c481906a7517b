//! nginx with files in a directory, and wrk that asks either server: both as they come from their packages.

use std::{
    net::{Ipv4Addr, SocketAddr},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::Duration,
};
use tokio::{net::TcpStream, time::timeout};

const CONNECTIONS: u32 = 64;
const THREADS: u32 = 2;
const START_MAX: Duration = Duration::from_secs(5);

type Failure = Box<dyn std::error::Error>;

/// Where a program is; a word on how to get it where it is not.
#[expect(clippy::print_stderr, reason = "a bench speaks to the terminal")]
pub(super) fn found(name: &str, package: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let places = std::env::split_paths(&path).chain(["/usr/sbin".into()]);
    let found = places.map(|place| place.join(name)).find(|place| place.is_file());
    if found.is_none() {
        eprintln!("status: without {name}, which is not installed here (apt-get install {package})");
    }
    found
}

/// What one round gave.
pub(super) struct Loaded {
    pub(super) n: u64,
    pub(super) per_s: f64,
    pub(super) p50_ms: f64,
    pub(super) p99_ms: f64,
}

/// Asks for one path for so long, over connections that are kept.
pub(super) async fn load(wrk: &Path, addr: SocketAddr, path: &str, round: Duration) -> Result<Loaded, Failure> {
    if !addr.ip().is_loopback() {
        return Err("the generator sends to loopback addresses only".into());
    }
    let mut command = Command::new(wrk);
    command.args([&format!("-t{THREADS}"), &format!("-c{CONNECTIONS}"), &format!("-d{}s", round.as_secs())]);
    command.args(["--latency", "-H", "accept-encoding: gzip"]).arg(format!("http://{addr}{path}"));
    let output = tokio::task::spawn_blocking(move || command.stdin(Stdio::null()).output()).await??;
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    if said.contains("Non-2xx") || said.contains("Socket errors") {
        return Err(format!("not every request was answered: {said}").into());
    }
    read(&said).ok_or_else(|| format!("wrk said {said}").into())
}

fn read(said: &str) -> Option<Loaded> {
    let after = |label: &str| said.lines().find_map(|line| line.trim().strip_prefix(label)).map(str::trim);
    let n = said.lines().find(|line| line.contains(" requests in "))?.split_whitespace().next()?.parse().ok()?;
    let [p50_ms, p99_ms] = [after("50%").and_then(ms)?, after("99%").and_then(ms)?];
    Some(Loaded { n, per_s: after("Requests/sec:")?.parse().ok()?, p50_ms, p99_ms })
}

/// A time as wrk writes it.
fn ms(text: &str) -> Option<f64> {
    let of = |unit: &str| text.strip_suffix(unit).and_then(|number| number.parse::<f64>().ok());
    of("us").map(|us| us / 1e3).or_else(|| of("ms")).or_else(|| of("s").map(|s| s * 1e3))
}

/// A running nginx; ends with this.
pub(super) struct Nginx {
    process: Child,
    addr: SocketAddr,
    _dir: tempfile::TempDir,
}

impl Nginx {
    /// Serves the files of this directory.
    #[expect(clippy::disallowed_methods, reason = "the peer's configuration")]
    pub(super) async fn start(program: &Path, files: &Path) -> Result<Self, Failure> {
        let addr = edge::bind(SocketAddr::from((Ipv4Addr::LOCALHOST, 0)), 1, &edge::Limits::default())?.local_addr();
        let dir = tempfile::tempdir()?;
        let settings = dir.path().join("nginx.conf");
        std::fs::write(&settings, configuration(addr, dir.path(), files))?;
        let mut command = Command::new(program);
        command.arg("-p").arg(dir.path()).arg("-c").arg(&settings).args(["-e", "stderr"]);
        let process = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn()?;
        let nginx = Self { process, addr, _dir: dir };
        timeout(START_MAX, nginx.listens()).await.map_err(|_| "nginx does not start")?;
        Ok(nginx)
    }

    async fn listens(&self) {
        while TcpStream::connect(self.addr).await.is_err() {
            tokio::task::yield_now().await;
        }
    }

    pub(super) fn addr(&self) -> SocketAddr {
        self.addr
    }
}

impl Drop for Nginx {
    /// Asks the master to end, which ends its workers.
    fn drop(&mut self) {
        let _ = Command::new("kill").arg(self.process.id().to_string()).status();
        let _ = self.process.wait();
    }
}

fn configuration(addr: SocketAddr, dir: &Path, files: &Path) -> String {
    let (dir, files) = (dir.display(), files.display());
    format!(
        "daemon off; worker_processes {THREADS}; pid {dir}/nginx.pid; error_log /dev/null;\n\
         user root; events {{ worker_connections 1024; multi_accept on; }}\n\
         http {{ access_log off; sendfile on; tcp_nopush on; tcp_nodelay on; keepalive_requests 100000000;\n\
         open_file_cache max=100 inactive=60s; open_file_cache_valid 60s; open_file_cache_min_uses 1;\n\
         client_body_temp_path {dir}/b; proxy_temp_path {dir}/p; fastcgi_temp_path {dir}/f; uwsgi_temp_path {dir}/u;\n\
         scgi_temp_path {dir}/s; default_type text/html;\n\
         server {{ listen {addr}; root {files}; gzip_static on; }} }}\n"
    )
}
