//! Runs the built binary and talks to it: processes whose lines are waited for, and the smallest HTTP client there is.

#![allow(dead_code, reason = "each test program uses its part")]

use std::{
    io::{BufRead, BufReader, Read, Write},
    net::TcpStream,
    path::Path,
    process::{Child, Command, Output, Stdio},
    sync::mpsc::{Receiver, SyncSender, sync_channel},
    thread,
    time::Duration,
};

/// However slow the machine is, a line that has not come by then will not come.
const LINE_WAIT: Duration = Duration::from_secs(60);

/// The binary with these arguments, without the environment's word on anything.
pub(crate) fn tournee(args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_tournee"));
    for variable in
        ["TOURNEE_CONFIG", "TOURNEE_DATA", "TOURNEE_LISTEN", "TOURNEE_KEY", "TOURNEE_OKAPI_KEY", "TOURNEE_API_KEY"]
    {
        command.env_remove(variable);
    }
    command.args(args).stdin(Stdio::null());
    command
}

/// Runs it to its end.
pub(crate) fn run(args: &[&str]) -> Ended {
    Ended::of(tournee(args).output().expect("the binary runs"))
}

/// Runs it to its end with this on its standard input.
pub(crate) fn run_with_input(args: &[&str], input: &str) -> Ended {
    let mut command = tournee(args);
    let mut child =
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("the binary runs");
    let mut stdin = child.stdin.take().expect("its input");
    stdin.write_all(input.as_bytes()).expect("it reads");
    drop(stdin);
    Ended::of(child.wait_with_output().expect("it ends"))
}

/// How a run ended.
#[derive(Debug)]
pub(crate) struct Ended {
    pub(crate) code: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Ended {
    fn of(output: Output) -> Self {
        let text = |bytes: Vec<u8>| String::from_utf8_lossy(&bytes).into_owned();
        Self { code: output.status.code(), stdout: text(output.stdout), stderr: text(output.stderr) }
    }

    /// Panics unless it ended with this code and said all of this on standard error.
    pub(crate) fn refuses(&self, code: i32, says: &[&str]) {
        assert_eq!(self.code, Some(code), "{self:?}");
        for say in says {
            assert!(self.stderr.contains(say), "{say:?} is missing in {:?}", self.stderr);
        }
    }
}

/// A process that runs while a test talks to it; it ends with the test.
pub(crate) struct Running {
    child: Child,
    lines: Receiver<String>,
}

impl Running {
    pub(crate) fn start(args: &[&str]) -> Self {
        Self::of(tournee(args))
    }

    pub(crate) fn of(mut command: Command) -> Self {
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("the binary runs");
        let (tell, lines) = sync_channel(10_000);
        read_lines(child.stdout.take().expect("its output"), tell.clone());
        read_lines(child.stderr.take().expect("its errors"), tell);
        Self { child, lines }
    }

    /// Waits for a line of which something can be made.
    pub(crate) fn wait_for<T>(&self, mut wanted: impl FnMut(&str) -> Option<T>) -> T {
        let mut seen = Vec::new();
        loop {
            let line = self.lines.recv_timeout(LINE_WAIT).unwrap_or_else(|_| panic!("nothing of that came: {seen:#?}"));
            if let Some(found) = wanted(&line) {
                return found;
            }
            seen.push(line);
        }
    }

    pub(crate) fn pid(&self) -> u32 {
        self.child.id()
    }

    pub(crate) fn terminate(&self) {
        let pid = rustix::process::Pid::from_child(&self.child);
        rustix::process::kill_process(pid, rustix::process::Signal::TERM).expect("a signal");
    }

    /// Waits for its end; gives its code and the lines that were not waited for.
    pub(crate) fn end(&mut self) -> (Option<i32>, Vec<String>) {
        let code = self.child.wait().expect("it ends").code();
        (code, self.lines.iter().collect())
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // It has ended already where the test got so far.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn read_lines(from: impl Read + Send + 'static, tell: SyncSender<String>) {
    thread::spawn(move || {
        for line in BufReader::new(from).lines().map_while(Result::ok) {
            if tell.send(line).is_err() {
                return;
            }
        }
    });
}

/// A server on this data directory that has said where it listens.
pub(crate) struct Server {
    pub(crate) process: Running,
    pub(crate) addr: String,
}

impl Server {
    pub(crate) fn start(args: &[&str]) -> Self {
        let process = Running::start(&[&["serve"], args].concat());
        let addr = process.wait_for(|line| Some(line.split_once("serving addr=")?.1.split(' ').next()?.to_owned()));
        Self { process, addr }
    }
}

/// A simulated carrier that has said where it listens.
pub(crate) struct Carrier {
    pub(crate) process: Running,
    pub(crate) base: String,
}

impl Carrier {
    pub(crate) fn start() -> Self {
        let process = Running::start(&["sim", "carrier", "--listen", "127.0.0.1:0"]);
        let base = process.wait_for(|line| line.strip_prefix("listening on ").map(str::to_owned));
        Self { process, base }
    }
}

/// A carrier, a server in front of it, a merchant.
pub(crate) struct House {
    pub(crate) carrier: Carrier,
    pub(crate) server: Server,
    pub(crate) config: String,
    pub(crate) api_key: String,
    pub(crate) dir: tempfile::TempDir,
}

impl House {
    pub(crate) fn open() -> Self {
        Self::with("")
    }

    /// With this at the end of its configuration.
    pub(crate) fn with(settings: &str) -> Self {
        let dir = tempfile::tempdir().expect("a directory");
        let carrier = Carrier::start();
        let base = &carrier.base;
        let config = format!(
            "listen = \"127.0.0.1:0\"\ndata = \"data\"\n\
             [carrier.colissimo]\nshipping_url = {base:?}\ntracking_url = {base:?}\n{settings}"
        );
        let config = file(dir.path(), "t.toml", config);
        let server = Server::start(&["--config", &config]);
        let add = ["merchant", "add", "--config", &config, "--name", "Atelier Été", "--contract", "964744"];
        let added = run_with_input(&[&add[..], &["--password-stdin"]].concat(), "hush\n");
        assert_eq!(added.code, Some(0), "{added:?}");
        let api_key = added.stdout.lines().last().expect("a key").to_owned();
        Self { carrier, server, config, api_key, dir }
    }
}

/// An answer.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) head: String,
    pub(crate) body: Vec<u8>,
}

impl Answer {
    pub(crate) fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.body).expect("JSON")
    }
}

/// One request, one answer, one connection.
pub(crate) fn http(addr: &str, method: &str, path: &str, headers: &[(&str, &str)], body: &str) -> Answer {
    let mut stream = TcpStream::connect(addr).expect("connected");
    stream.set_read_timeout(Some(LINE_WAIT)).expect("a bound");
    let mut request = format!("{method} {path} HTTP/1.1\r\nhost: {addr}\r\nconnection: close\r\n");
    for (name, value) in headers {
        request += &format!("{name}: {value}\r\n");
    }
    request += &format!("content-length: {}\r\n\r\n{body}", body.len());
    stream.write_all(request.as_bytes()).expect("sent");
    let mut bytes = Vec::new();
    stream.read_to_end(&mut bytes).expect("an answer");
    let end = bytes.windows(4).position(|four| four == b"\r\n\r\n").expect("a head");
    let head = String::from_utf8_lossy(&bytes[..end]).into_owned();
    let status = head.split(' ').nth(1).and_then(|code| code.parse().ok()).expect("a status");
    Answer { status, head, body: bytes[end + 4..].to_vec() }
}

/// A path as text.
pub(crate) fn text(path: &Path) -> &str {
    path.to_str().expect("a path in UTF-8")
}

/// Writes a file in a directory and gives its path.
#[expect(clippy::disallowed_methods, reason = "a test makes its own files")]
pub(crate) fn file(dir: &Path, name: &str, content: impl AsRef<[u8]>) -> String {
    let path = dir.join(name);
    std::fs::write(&path, content).expect("written");
    text(&path).to_owned()
}
