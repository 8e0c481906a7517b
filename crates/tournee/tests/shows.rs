//! The demonstration and the replay, as whoever runs them sees them.

mod support;

use support::{file, run, text};

#[test]
fn the_demonstration_ends_by_itself_with_nothing_lost_and_nothing_doubled() {
    let dir = tempfile::tempdir().expect("a directory");
    #[expect(clippy::disallowed_methods, reason = "the test is another process that has the port")]
    let taken = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let listen = taken.local_addr().expect("an address").to_string();
    let config = file(dir.path(), "t.toml", format!("listen = {listen:?}\n"));
    let ended = run(&["serve", "--demo", "--demo-seconds", "6", "--config", &config]);
    assert_eq!(ended.code, Some(0), "{}\n{}", ended.stdout, ended.stderr);
    for says in [
        "The day is over: 54 labels were asked for, 54 came out of a printer.",
        "lost 0 · doubled 0",
        "every invariant holds",
    ] {
        assert!(ended.stdout.contains(says), "{says:?} is missing in {}", ended.stdout);
    }
    for phase in ["well", "slow", "dark", "signs of recovery (false)", "returned"] {
        assert!(ended.stdout.lines().any(|line| line.contains(&format!("  {phase} "))), "{phase}: {}", ended.stdout);
    }
}

#[test]
fn a_replay_reports_for_people_and_for_programs() {
    let dir = tempfile::tempdir().expect("a directory");
    let json = text(&dir.path().join("report.json")).to_owned();
    let ended = run(&["replay", "--orders", "60", "--seed", "5", "--json", &json]);
    assert_eq!(ended.code, Some(0), "{}\n{}", ended.stdout, ended.stderr);
    #[expect(clippy::disallowed_methods, reason = "a test reads what was written for it")]
    let report = std::fs::read_to_string(&json).expect("written");
    let report: serde_json::Value = serde_json::from_str(&report).expect("JSON");
    assert_eq!((&report["orders"], &report["orders_lost"]), (&60.into(), &0.into()), "{report}");
    let in_the_way = file(dir.path(), "file", "");
    run(&["replay", "--orders", "1", "--json", &format!("{in_the_way}/deeper.json")]).refuses(73, &["--json"]);
}
