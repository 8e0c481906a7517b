//! API keys from the command line while the server runs: added, held to their scopes, rotated, revoked.

mod support;

use support::{Answer, Ended, Server, http, run, run_with_input, text};

fn ask(server: &Server, key: &str, method: &str, path: &str) -> Answer {
    http(&server.addr, method, path, &[("authorization", &format!("Bearer {key}"))], "{}")
}

fn said(ended: &Ended) -> &str {
    assert_eq!(ended.code, Some(0), "{ended:?}");
    &ended.stdout
}

/// The secret stands alone on the last line, the public id after the word `key` of the line before the last two.
fn secret(ended: &Ended) -> String {
    let secret = said(ended).lines().last().expect("a line");
    assert!(secret.starts_with("tk_"), "{ended:?}");
    secret.to_owned()
}

fn id_of(server: &Server, key: &str) -> String {
    ask(server, key, "GET", "/v1/keys/self").json()["id"].as_str().expect("an id").to_owned()
}

#[test]
fn a_key_lives_from_the_command_line_while_the_server_runs() {
    let dir = tempfile::tempdir().expect("a directory");
    let data = text(&dir.path().join("data")).to_owned();
    let config = support::file(dir.path(), "t.toml", "[server]\nkey_cache_ms = 0\n");
    let place = ["--config", config.as_str(), "--data", data.as_str()];
    let server = Server::start(&[&place[..], &["--listen", "127.0.0.1:0"]].concat());
    let key = |words: &[&str]| run(&[&["key"], words, &place[..]].concat());
    let merchant = [&["merchant", "add", "--name", "Shop", "--contract", "964744", "--password-stdin"], &place[..]];
    let first = secret(&run_with_input(&merchant.concat(), "hush\n"));

    let reader = secret(&key(&["add", "--merchant", "shop", "--name", "till", "--scopes", "read", "--expires", "90d"]));
    let own = ask(&server, &reader, "GET", "/v1/keys/self").json();
    assert_eq!((&own["name"], &own["scopes"]), (&"till".into(), &serde_json::json!(["read"])));
    assert!(own["expires_at"].is_string(), "{own}");
    assert_eq!(ask(&server, &reader, "GET", "/v1/shipments").status, 200);
    let refused = ask(&server, &reader, "POST", "/v1/shipments");
    assert_eq!((refused.status, &refused.json()["type"]), (403, &"/docs#problem-scope-missing".into()));

    let id = id_of(&server, &reader);
    let second = secret(&key(&["rotate", &id]));
    for key in [&reader, &second] {
        assert_eq!(ask(&server, key, "GET", "/v1/shipments").status, 200, "both are good for a while");
    }
    let third = secret(&key(&["rotate", &id_of(&server, &second), "--grace", "0s"]));
    assert_eq!(ask(&server, &second, "GET", "/v1/shipments").status, 401);
    said(&key(&["revoke", &id_of(&server, &third)]));
    let revoked = ask(&server, &third, "GET", "/v1/shipments");
    assert!(revoked.json()["detail"].as_str().is_some_and(|d| d.contains("was revoked")), "{}", revoked.json());
    assert_eq!(ask(&server, &first, "GET", "/v1/shipments").status, 200, "the others go on");

    let public = key(&["add", "--merchant", "shop", "--scopes", "pick"]);
    let public = said(&public).lines().last().expect("a line");
    assert!(public.starts_with("pk_"), "one sees that it may be in a page");
    let turned = key(&["rotate", &id_of(&server, public)]);
    assert!(said(&turned).lines().last().is_some_and(|line| line.starts_with("pk_")), "{turned:?}");

    let listed = key(&["list"]);
    let lines: Vec<_> = said(&listed).lines().collect();
    assert_eq!(lines.len(), 6, "{lines:?}");
    assert!(lines.iter().any(|line| line.contains("revoked")) && !listed.stdout.contains("tk_"), "{lines:?}");
}

#[test]
fn what_is_wrong_is_said_with_what_to_do() {
    let dir = tempfile::tempdir().expect("a directory");
    let data = text(&dir.path().join("data")).to_owned();
    let key = |words: &[&str]| run(&[&["key"], words, &["--data", data.as_str()]].concat());
    key(&["add", "--merchant", "nobody"]).refuses(64, &["no merchant nobody", "tournee merchant list"]);
    key(&["add", "--merchant", "x", "--scopes", "raed"])
        .refuses(64, &["\"raed\"", "read, ship, decide, hooks, pick, operate and support"]);
    key(&["add", "--merchant", "x", "--expires", "soon"]).refuses(64, &["for example 90d"]);
    key(&["rotate", "key_00"]).refuses(64, &["no API key key_00", "tournee key list"]);
    key(&["revoke", "key_00"]).refuses(64, &["no API key key_00"]);
}
