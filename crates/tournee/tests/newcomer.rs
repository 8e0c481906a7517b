//! What a newcomer can get wrong: each mistake ends with its exit code and a sentence that says what to do.

mod support;

use std::{fs, net::TcpListener, path::Path};
use support::{Server, file, run, text, tournee};

const USAGE: i32 = 64;
const UNAVAILABLE: i32 = 69;
const CANT_CREATE: i32 = 73;

/// A directory for one test, and a data directory in it.
fn place() -> (tempfile::TempDir, String) {
    let dir = tempfile::tempdir().expect("a directory");
    let data = text(&dir.path().join("data")).to_owned();
    (dir, data)
}

/// A server that ran once here and made its key and its database.
fn used(data: &str) {
    let mut server = Server::start(&["--data", data, "--listen", "127.0.0.1:0"]);
    server.process.terminate();
    assert_eq!(server.process.end().0, Some(0));
}

#[test]
fn an_unknown_subcommand_or_flag_is_wrong_usage() {
    run(&["serv"]).refuses(USAGE, &["serve"]);
    run(&["serve", "--lisen", "x"]).refuses(USAGE, &["--listen"]);
    run(&["serve", "--listen", "8080"]).refuses(USAGE, &["--listen"]);
    run(&[]).refuses(USAGE, &["Usage"]);
    assert_eq!(run(&["--version"]).code, Some(0));
    assert_eq!(run(&["serve", "--help"]).code, Some(0));
}

#[test]
fn an_unknown_key_is_named_with_its_line() {
    let (dir, data) = place();
    let config = file(dir.path(), "t.toml", "# mine\n[runner]\npatience = 3\n");
    let ended = run(&["serve", "--config", &config, "--data", &data]);
    ended.refuses(USAGE, &[&format!("{config}:3:1: runner.patience"), "did you mean patience_ms?"]);
    assert!(!Path::new(&data).exists(), "nothing was made before the configuration was understood");
}

#[test]
fn an_unknown_value_is_named_with_what_may_stand_there() {
    let (dir, data) = place();
    let config = file(dir.path(), "t.toml", "[policy]\non_unknown = \"retry\"\n");
    run(&["serve", "--config", &config, "--data", &data])
        .refuses(USAGE, &[":2:14: policy.on_unknown", "\"retry\" is not a value here", "supersede, ask"]);
}

#[test]
fn a_missing_configuration_is_named() {
    run(&["serve", "--config", "/nowhere/t.toml"]).refuses(USAGE, &["/nowhere/t.toml", "--config"]);
}

#[test]
fn a_port_that_is_taken_is_named() {
    let (_dir, data) = place();
    #[expect(clippy::disallowed_methods, reason = "the test is the other process that has the port")]
    let taken = TcpListener::bind("127.0.0.1:0").expect("a port");
    let addr = taken.local_addr().expect("an address").to_string();
    run(&["serve", "--data", &data, "--listen", &addr]).refuses(UNAVAILABLE, &[&addr, "choose another", "--listen"]);
    run(&["sim", "carrier", "--listen", &addr]).refuses(UNAVAILABLE, &[&addr, "choose another port"]);
}

#[test]
fn a_data_directory_that_cannot_be_made_is_named() {
    let (dir, _) = place();
    let in_the_way = file(dir.path(), "data", "a file");
    run(&["serve", "--data", &in_the_way]).refuses(CANT_CREATE, &[&in_the_way, "--data"]);
    let below = format!("{in_the_way}/deeper");
    run(&["serve", "--data", &below]).refuses(CANT_CREATE, &[&below, "--data"]);
}

#[test]
fn a_data_directory_without_permission_is_named() {
    if rustix::process::geteuid().is_root() {
        // Root may write everywhere; the test above stands for this one.
        return;
    }
    let (dir, data) = place();
    let mut closed = fs::metadata(dir.path()).expect("there").permissions();
    closed.set_readonly(true);
    fs::set_permissions(dir.path(), closed).expect("closed");
    run(&["serve", "--data", &data]).refuses(CANT_CREATE, &[&data, "--data"]);
}

#[test]
fn a_database_that_is_none_is_named() {
    let (_dir, data) = place();
    used(&data);
    for leftover in ["tournee.db-wal", "tournee.db-shm"] {
        let _ = fs::remove_file(Path::new(&data).join(leftover));
    }
    file(Path::new(&data), "tournee.db", "this is no database, but it is long enough to be looked at".repeat(20));
    run(&["serve", "--data", &data, "--listen", "127.0.0.1:0"]).refuses(1, &[&data, "not a database"]);
}

#[test]
fn another_sealing_key_is_refused() {
    let (dir, data) = place();
    used(&data);
    let key = file(dir.path(), "key", "0".repeat(64));
    let config = file(dir.path(), "t.toml", format!("key_file = {key:?}\n"));
    run(&["serve", "--config", &config, "--data", &data, "--listen", "127.0.0.1:0"])
        .refuses(USAGE, &[&key, "give the original key"]);
}

#[test]
fn a_lost_sealing_key_is_not_made_anew() {
    let (_dir, data) = place();
    used(&data);
    fs::remove_file(Path::new(&data).join("sealing.key")).expect("removed");
    run(&["serve", "--data", &data]).refuses(USAGE, &["sealing.key", "bring that key back"]);
}

#[test]
fn a_key_that_is_none_is_refused_and_not_repeated() {
    let (_dir, data) = place();
    let output = tournee(&["serve", "--data", &data]).env("TOURNEE_KEY", "hush").output().expect("the binary runs");
    assert_eq!(output.status.code(), Some(USAGE));
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(said.contains("TOURNEE_KEY") && said.contains("openssl rand -hex 32") && !said.contains("hush"), "{said}");
}

#[test]
fn a_second_server_on_the_same_data_is_refused() {
    let (_dir, data) = place();
    let first = Server::start(&["--data", &data, "--listen", "127.0.0.1:0"]);
    let pid = first.process.pid().to_string();
    run(&["serve", "--data", &data, "--listen", "127.0.0.1:0"]).refuses(UNAVAILABLE, &[&data, &pid, "stop that one"]);
}

#[test]
fn a_simulated_carrier_is_for_this_machine_only() {
    run(&["sim", "carrier", "--listen", "0.0.0.0:0"]).refuses(USAGE, &["not a loopback address"]);
    run(&["sim", "carrier", "--listen", "127.0.0.1:0", "--speed", "0"]).refuses(USAGE, &["above 0"]);
}

#[test]
fn a_scenario_that_is_wrong_is_named_with_its_line() {
    let (dir, _) = place();
    let scenario = file(dir.path(), "s.toml", "name = \"x\"\nerror_rat = 3\n");
    run(&["replay", &scenario]).refuses(USAGE, &["s.toml", "2"]);
    run(&["sim", "carrier", "--scenario", "/nowhere/s.toml"]).refuses(USAGE, &["/nowhere/s.toml"]);
}

#[test]
fn a_demonstration_wants_an_empty_directory() {
    let (_dir, data) = place();
    used(&data);
    run(&["serve", "--demo", "--data", &data]).refuses(USAGE, &[&data, "leave --data out"]);
}
