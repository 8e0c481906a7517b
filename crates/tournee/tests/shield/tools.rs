//! Tools of others, as they are, at the running door.

use crate::door::{Door, skipped, there_is};
use std::{
    io,
    net::SocketAddr,
    path::Path,
    process::{Command, Stdio},
    time::Duration,
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpSocket,
    task::JoinSet,
};

const CONNECTIONS: u64 = 4_000;
/// How long one mode of slowhttptest lasts, in seconds: more than the deadline of a head and of a body that stalls.
const SLOW_S: &str = "12";
const INNOCENT_EVERY: Duration = Duration::from_millis(100);
/// A person waits so long for a page.
const INNOCENT_WITHIN: Duration = Duration::from_secs(3);

#[test]
fn what_varnishtest_expects_comes_back() {
    if !there_is("varnishtest") {
        return;
    }
    let door = Door::open();
    let scripts = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/shield/vtc");
    let mut scripts: Vec<_> = scripts.read_dir().expect("scripts").map(|one| one.expect("a script").path()).collect();
    scripts.sort();
    assert!(scripts.len() >= 10, "{scripts:?}");
    let mut failed = Vec::new();
    for script in scripts {
        let ran = Command::new("varnishtest")
            .args([
                "-v",
                "-b",
                "16M",
                "-t",
                "30",
                "-D",
                &format!("door={}", door.addr),
                "-D",
                &format!("tmp={}", door.place()),
            ])
            .arg(&script)
            .output()
            .expect("it runs");
        if !ran.status.success() {
            failed.push(format!("{}\n{}", script.display(), String::from_utf8_lossy(&ran.stdout)));
        }
    }
    assert!(failed.is_empty(), "{}", failed.join("\n"));
    assert!(door.serves());
}

/// The four modes are one after another: each has all its connections.
#[tokio::test(flavor = "multi_thread")]
async fn slow_connections_by_the_thousand_keep_nobody_waiting() {
    if !there_is("slowhttptest") {
        return;
    }
    if !may_open(CONNECTIONS * 2 + 1_000) {
        return skipped("this user may not open files for 4,000 connections; raise `ulimit -n`");
    }
    let mut door = Door::open();
    let url = format!("http://{}/", door.addr);
    let modes: [&[&str]; 4] = [
        &["-H", "-i", "2"],
        &["-B", "-i", "2", "-s", "100000"],
        &["-R", "-t", "HEAD", "-a", "10", "-b", "3000"],
        &["-X", "-w", "10", "-y", "20", "-n", "5", "-z", "32", "-k", "3"],
    ];
    for mode in modes {
        let target = if mode[0] == "-X" { format!("{url}big") } else { url.clone() };
        let mut tool = Command::new("slowhttptest")
            .args(mode)
            .args(["-c", &CONNECTIONS.to_string(), "-r", "1000", "-l", SLOW_S, "-p", "3", "-v", "1", "-u", &target])
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("it runs");
        let (mut asked, mut every) = (JoinSet::new(), tokio::time::interval(INNOCENT_EVERY));
        while tool.try_wait().expect("its state").is_none() {
            every.tick().await;
            let addr = door.addr.parse().expect("an address");
            asked.spawn(tokio::time::timeout(INNOCENT_WITHIN, innocent(addr)));
        }
        let answers = asked.join_all().await;
        assert!(answers.len() > 10, "{mode:?} ended at once");
        let bad: Vec<_> =
            answers.iter().filter(|one| !matches!(one, Ok(Ok(said)) if said.starts_with("HTTP/1.1 200 "))).collect();
        if !bad.is_empty() {
            door.process.terminate();
            panic!(
                "{mode:?}: of {} answers to the innocent these {} are bad: {:?} {:#?}",
                answers.len(),
                bad.len(),
                &bad[..bad.len().min(9)],
                door.process.end()
            );
        }
    }
}

/// What somebody is answered who comes from another address than the tool.
async fn innocent(addr: SocketAddr) -> io::Result<String> {
    let socket = TcpSocket::new_v4()?;
    socket.bind(SocketAddr::from(([127, 9, 9, 9], 0)))?;
    let mut stream = socket.connect(addr).await?;
    stream.write_all(b"GET /innocent HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n").await?;
    let mut said = String::new();
    stream.read_to_string(&mut said).await?;
    Ok(said)
}

/// Whether so many files may be open, after the soft limit was raised as far as it goes.
fn may_open(files: u64) -> bool {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
    let maximum = getrlimit(Resource::Nofile).maximum;
    let raised = setrlimit(Resource::Nofile, Rlimit { current: maximum, maximum }).is_ok();
    raised && maximum.is_none_or(|most| most >= files)
}

#[test]
fn load_that_is_no_attack_gets_what_the_origin_gives() {
    if !there_is("h2load") {
        return;
    }
    let door = Door::with("[shield.admission.rate]\nprefix = { per_s = 0, burst = 1 }\n");
    for protocol in [&["--h1"][..], &[]] {
        let url = format!("http://{}/load", door.addr);
        let ran = Command::new("h2load").args(protocol).args(["-n", "3000", "-c", "4", "-m", "2", &url]).output();
        let said = String::from_utf8_lossy(&ran.expect("it runs").stdout).into_owned();
        assert!(said.contains("3000 succeeded, 0 failed"), "{said}");
        assert!(said.contains("3000 2xx"), "{said}");
    }
    assert_eq!(door.origin.heard().matches("GET /load HTTP/1.1\r\n").count(), 6_000);
}
