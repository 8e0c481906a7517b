//! A twin of the status page: in a directory, and in a store of the S3 kind.

mod support;

use admission::{Key, Keys};
use clock::{Clock, SystemClock, Time};
use edge::GuardSettings;
use notice::{
    Board, Claim, Counts, Method, Says, SeenBy, Stage, StatusSettings, Update, UpdateId, Window, board::Seen,
};
use server::StatusPages;
use std::{
    collections::BTreeMap,
    fs,
    io::{BufRead, BufReader, Read, Write},
    net::{SocketAddr, TcpListener, TcpStream},
    path::Path,
    sync::{Arc, Mutex},
    thread,
    time::Duration,
};
use support::{Running, tournee};
use tokio::sync::oneshot;
use watch::{Carrier, Condition, Function, IncidentId, Verdict};

/// The page of a bad hour.
fn pages() -> Arc<StatusPages> {
    let settings = StatusSettings { url: "https://status.example".into(), ..StatusSettings::default() };
    let now = SystemClock.now();
    let updates = [update(now)];
    let board = Board::new(&settings, &Seen { updates: &updates, ..Seen::default() }, now);
    let pages = StatusPages::new(settings, Arc::new(SystemClock));
    pages.publish(&board);
    Arc::new(pages)
}

fn update(now: Time) -> Update {
    let carrier = Carrier::new("colissimo");
    let claim = Claim {
        carrier: carrier.clone(),
        function: Some(Function::Label),
        says: Says::Failing { condition: Condition::Dark, seen_ms: None, usual_ms: None, ourselves_well: true },
        since: now,
        seen_by: SeenBy::Ourselves,
        window: Window { from: now, to: now },
        counts: Some(Counts { n: 40, bad: 38 }),
        method: Method::Calls,
        confidence: None,
        made: now,
        expires: now.plus(Duration::from_secs(3_600)),
    };
    Update {
        id: UpdateId(1),
        incident: IncidentId(7),
        carrier,
        at: now,
        stage: Stage::Investigating,
        verdict: Verdict::Unknown,
        claims: vec![claim],
        remark: None,
        next_by: Some(now.plus(Duration::from_secs(1_800))),
    }
}

/// A server that has the page and nothing else, until it is dropped.
struct Server {
    addr: SocketAddr,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<thread::JoinHandle<()>>,
}

impl Server {
    fn start() -> Self {
        let (tell, told) = std::sync::mpsc::sync_channel(1);
        let (stop, stopped) = oneshot::channel::<()>();
        let thread = thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
            runtime.block_on(async {
                let settings = server::own(&GuardSettings::default());
                let listener = edge::bind(SocketAddr::from(([127, 0, 0, 1], 0)), 1, &settings.limits).expect("a port");
                tell.send(listener.local_addr()).expect("heard");
                let end = async { drop(stopped.await) };
                let (keys, chance) = (Keys::new(Key::new(1, &[7; 32])), Arc::new(|bytes: &mut [u8]| bytes.fill(7)));
                let known = (Arc::default(), Arc::new(server::KnownNumbers::new(chance.clone())));
                let guard = server::guard(settings.clone(), keys, known, pages(), Arc::new(SystemClock), chance);
                let behind = server::behind(axum::Router::new());
                let guard = guard.expect("good settings");
                guard.serve(listener, behind, Arc::default(), end).await.expect("it serves");
            });
        });
        Self { addr: told.recv().expect("it listens"), stop: Some(stop), thread: Some(thread) }
    }

    fn url(&self) -> String {
        format!("http://{}", self.addr)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        drop(self.stop.take());
        self.thread.take().expect("once").join().expect("no panic");
    }
}

#[expect(clippy::disallowed_methods, reason = "a test reads what was written for it")]
fn read(dir: &Path, name: &str) -> String {
    fs::read_to_string(dir.join(name)).unwrap_or_else(|e| panic!("{name}: {e}"))
}

#[test]
fn a_directory_has_every_form_and_its_links_lead_to_files() {
    let (server, dir) = (Server::start(), tempfile::tempdir().expect("a directory"));
    let to = dir.path().join("www").display().to_string();
    let output = tournee(&["publish-status", "--to", &to, "--from", &server.url()]).output().expect("it runs");
    assert!(output.status.success(), "{output:?}");
    assert!(String::from_utf8_lossy(&output.stdout).starts_with("published 26 files, as of 20"), "{output:?}");
    let www = Path::new(&to);
    let files =
        ["index.html", "history.html", "incidents/7.html", "history.atom", "history.rss", "api/v2/summary.json"];
    for name in files.into_iter().chain(["api/v2/scheduled-maintenances/active.json"]) {
        assert!(read(www, name) != read(www, &format!("en/{name}")) || name.contains("maintenances"), "{name}");
    }
    let page = read(www, "en/incidents/7.html");
    assert!(
        page.contains("href=\"../../en/index.html\"") && page.contains("href=\"../../incidents/7.html\""),
        "{page}"
    );
    assert!(page.contains("href=\"https://status.example/status/subscribe?lang=en\"") && !page.contains("href=\"/"));
    assert!(read(www, "index.html").contains("n’est plus à jour"), "a file cannot know how old it is, and says so");
    let summary: serde_json::Value = serde_json::from_str(&read(www, "api/v2/summary.json")).expect("JSON");
    assert_eq!(summary["components"][1]["status"], serde_json::Value::Null, "nobody watches here");
    let left: Vec<_> = fs::read_dir(www).expect("a directory").map(|one| one.expect("one").file_name()).collect();
    assert!(left.iter().all(|name| !name.to_string_lossy().starts_with('.')), "{left:?}");
}

#[test]
fn when_the_server_is_gone_the_twin_says_that_nothing_is_known() {
    let (server, dir) = (Server::start(), tempfile::tempdir().expect("a directory"));
    let to = dir.path().display().to_string();
    let running = Running::start(&["publish-status", "--to", &to, "--from", &server.url(), "--every", "5"]);
    running.wait_for(|line| line.starts_with("published").then_some(()));
    assert!(!read(dir.path(), "en/index.html").contains("How things are now is not known"));
    drop(server);
    running.wait_for(|line| line.contains("the twin says now that nothing is known").then_some(()));
    assert!(read(dir.path(), "en/index.html").contains("How things are now is not known"));
    assert!(read(dir.path(), "api/v2/summary.json").contains("\"x_known\":false"));
    running.terminate();
}

/// What a store was sent: by path, the query, the headers and the body.
type Kept = Arc<Mutex<BTreeMap<String, (String, String, Vec<u8>)>>>;

/// The smallest store of the S3 kind: takes what is put, and refuses what is not signed.
#[expect(clippy::disallowed_methods, reason = "the test is the store")]
fn store() -> (SocketAddr, Kept) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let (addr, kept) = (listener.local_addr().expect("an address"), Kept::default());
    let taken = Arc::clone(&kept);
    thread::spawn(move || listener.incoming().flatten().for_each(|stream| take(stream, &taken)));
    (addr, kept)
}

fn take(stream: TcpStream, kept: &Kept) {
    let mut reader = BufReader::new(stream);
    loop {
        let mut head = String::new();
        while !head.ends_with("\r\n\r\n") {
            if reader.read_line(&mut head).unwrap_or(0) == 0 {
                return;
            }
        }
        let length = |line: &str| line.strip_prefix("content-length: ").and_then(|n| n.parse().ok());
        let mut body = vec![0; head.to_lowercase().lines().find_map(length).unwrap_or(0)];
        reader.read_exact(&mut body).expect("a body");
        let target = head.split(' ').nth(1).expect("a target").to_owned();
        let (path, query) = target.split_once('?').unwrap_or((&target, ""));
        let signed = head.starts_with("PUT ") && query.contains("X-Amz-Signature=");
        let said = if signed { "200 OK" } else { "403 Forbidden" };
        kept.lock().expect("lock").insert(path.into(), (query.into(), head.to_lowercase(), body));
        write!(reader.get_mut(), "HTTP/1.1 {said}\r\ncontent-length: 0\r\n\r\n").expect("sent");
    }
}

#[test]
fn a_store_is_sent_every_form_signed() {
    let (server, (addr, kept)) = (Server::start(), store());
    let mut command = tournee(&["publish-status", "--to", "s3://pages/status/", "--from", &server.url()]);
    command.env("AWS_ENDPOINT_URL", format!("http://{addr}")).env("AWS_REGION", "eu-west-3");
    command.env("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE").env("AWS_SECRET_ACCESS_KEY", "hush-hush");
    let output = command.output().expect("it runs");
    assert!(output.status.success(), "{output:?}");
    let kept = kept.lock().expect("lock");
    assert_eq!(kept.len(), 26, "{:?}", kept.keys());
    let (query, head, body) = &kept["/pages/status/en/index.html"];
    assert!(query.contains("X-Amz-Credential=AKIDEXAMPLE%2F") && query.contains("eu-west-3%2Fs3"), "{query}");
    assert!(query.contains("X-Amz-SignedHeaders=cache-control%3Bcontent-type%3Bhost"), "{query}");
    assert!(
        head.contains("content-type: text/html; charset=utf-8") && head.contains("cache-control: public"),
        "{head}"
    );
    assert!(!head.contains("hush-hush") && String::from_utf8_lossy(body).contains("</html>"));
    let (_, _, summary) = &kept["/pages/status/api/v2/summary.json"];
    assert!(serde_json::from_slice::<serde_json::Value>(summary).expect("JSON")["x_known"] == true);
}

#[test]
fn what_cannot_be_done_is_said() {
    let server = Server::start();
    let refuses = |args: &[&str], code: i32, says: &str| {
        let mut command = tournee(args);
        command.env_remove("AWS_ENDPOINT_URL").env_remove("AWS_ACCESS_KEY_ID").env_remove("AWS_SECRET_ACCESS_KEY");
        let output = command.output().expect("it runs");
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(output.status.code() == Some(code) && said.contains(says), "{args:?}: {said}");
    };
    let url = server.url();
    refuses(&["publish-status", "--to", "s3://pages", "--from", &url], 64, "AWS_ACCESS_KEY_ID is not set");
    refuses(&["publish-status", "--to", "/proc/nowhere", "--from", &url], 73, "cannot write /proc/nowhere");
    refuses(&["publish-status", "--to", "ftp://x", "--from", &url], 64, "write a directory, or s3://");
    drop(server);
    let dir = tempfile::tempdir().expect("a directory");
    refuses(&["publish-status", "--to", &dir.path().display().to_string(), "--from", &url], 69, "no answer from");
}
