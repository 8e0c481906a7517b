//! `tournee watch` as whoever runs it sees it: a server that tells, and each way in which one does not.

mod support;

use std::{
    io::{Read, Write},
    net::TcpListener,
    process::Output,
    thread,
};
use support::{House, file, http, run, tournee};

/// Runs `tournee watch` with a key in the environment.
fn watch(key: &str, args: &[&str]) -> (Option<i32>, String, String) {
    let mut command = tournee(&[&["watch"], args].concat());
    let Output { status, stdout, stderr } = command.env("TOURNEE_API_KEY", key).output().expect("the binary runs");
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("UTF-8");
    (status.code(), text(stdout), text(stderr))
}

#[track_caller]
fn refuses(ended: (Option<i32>, String, String), code: i32, says: &[&str]) {
    assert_eq!((ended.0, ended.1.as_str()), (Some(code), ""), "{ended:?}");
    for say in says {
        assert!(ended.2.contains(say), "{say:?} is missing in {:?}", ended.2);
    }
}

/// Somebody who answers every request with this.
#[expect(clippy::disallowed_methods, reason = "a server of a test")]
fn answering(answer: String) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let url = format!("http://{}", listener.local_addr().expect("an address"));
    thread::spawn(move || {
        for mut stream in listener.incoming().map_while(Result::ok) {
            let mut request = Vec::new();
            let mut byte = [0];
            while !request.ends_with(b"\r\n\r\n") && stream.read(&mut byte).is_ok_and(|read| read > 0) {
                request.extend_from_slice(&byte);
            }
            let _ = stream.write_all(answer.as_bytes());
        }
    });
    url
}

fn page(status: &str, kind: &str, body: &str) -> String {
    let length = body.len();
    format!("HTTP/1.1 {status}\r\ncontent-type: {kind}\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n{body}")
}

#[test]
fn watching_a_server_tells_how_its_carrier_is() {
    let house = House::open();
    let url = format!("http://{}", house.server.addr);
    let (code, told, _) = watch(&house.api_key, &["--url", &url, "--lang", "en"]);
    assert_eq!(code, Some(0), "{told}");
    assert!(told.contains("the carriers, as of") && told.contains("No carrier has been called yet"), "{told}");

    // Far enough ahead not to lie in the past whenever this test runs.
    let body = serde_json::json!({
        "order_number": "CMD-42", "product": "DOM", "deposit_date": "2099-12-22", "weight_g": 500,
        "sender": {"company": "Atelier Été", "street": "1 rue du Commerce", "postal_code": "75001", "city": "Paris"},
        "addressee": {"last_name": "Martin", "first_name": "Lucie", "street": "12 rue des Lilas",
            "postal_code": "63000", "city": "Clermont-Ferrand"},
    });
    let bearer = format!("Bearer {}", house.api_key);
    let headers = [("authorization", bearer.as_str()), ("idempotency-key", "one"), ("prefer", "wait=30")];
    let headers = [&headers[..], &[("content-type", "application/json")]].concat();
    let made = http(&house.server.addr, "POST", "/v1/shipments", &headers, &body.to_string());
    assert_eq!(made.status, 201, "{made:?}");
    let key_file = file(house.dir.path(), "key", format!("{}\n", house.api_key));
    let (code, seen, said) = watch("", &["--url", &url, "--key-file", &key_file, "--lang", "fr", "--once"]);
    assert_eq!(code, Some(0), "{said}");
    for says in [" colissimo   va bien", " étiquettes  va bien", "latence", "erreurs", "▁ 0 %"] {
        assert!(seen.contains(says), "{says:?} is missing in {seen}");
    }
    let (code, json, _) = watch(&house.api_key, &["--url", &url, "--json"]);
    let json: serde_json::Value = serde_json::from_str(&json).expect("JSON as it came");
    assert_eq!((code, &json["carriers"][0]["carrier"]), (Some(0), &"colissimo".into()));

    let unknown = "tk_aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";
    refuses(watch(unknown, &["--url", &url, "--lang", "en"]), 64, &["does not know this API key", "tournee key list"]);
    refuses(watch(unknown, &["--url", &url, "--lang", "fr"]), 64, &["ne connaît pas cette clé", "tournee key list"]);
    let narrow = run(&["key", "add", "--merchant", "atelier-ete", "--scopes", "pick", "--config", &house.config]);
    let narrow = narrow.stdout.lines().last().expect("a key").to_owned();
    refuses(watch(&narrow, &["--url", &url, "--lang", "en"]), 64, &["may not read", "--scopes read"]);
}

#[test]
fn watching_a_carrier_that_is_not_well_ends_with_one() {
    let dark = r#"{"at":"2025-12-22T11:40:07.000Z","ourselves":[],"carriers":[{"carrier":"colissimo","condition":"dark",
        "verdict":"unknown","evidence":[],"functions":[]}]}"#;
    let url = answering(page("200 OK", "application/json", dark));
    let (code, told, said) = watch("tk_1", &["--url", &url, "--lang", "en"]);
    assert_eq!((code, said.as_str()), (Some(1), "tournee: not well: colissimo (dark)\n"), "{told}");
    let (code, told, _) = watch("tk_1", &["--url", &url, "--json"]);
    assert_eq!((code, told), (Some(1), format!("{dark}\n")), "as it came");
}

#[test]
fn watching_nobody_or_a_stranger_says_what_to_do() {
    let url = answering(page("200 OK", "text/html; charset=utf-8", "<h1>hello</h1>"));
    refuses(watch("tk_1", &["--url", &url, "--lang", "en"]), 69, &["is not Tournée", "text/html", "--url"]);
    refuses(watch("tk_1", &["--url", &url, "--lang", "fr"]), 69, &["n'est pas Tournée", "--url"]);
    let url = answering(page("200 OK", "application/json", r#"{"at":1}"#));
    refuses(watch("tk_1", &["--url", &url, "--lang", "en"]), 69, &["cannot be understood from line 1, column 7"]);
    let url = answering(page("502 Bad Gateway", "text/html", ""));
    refuses(watch("tk_1", &["--url", &url, "--lang", "en"]), 69, &["answers 502"]);
    let url = answering(String::new());
    refuses(watch("tk_1", &["--url", &url, "--lang", "en"]), 69, &["gives no answer"]);
    #[expect(clippy::disallowed_methods, reason = "an address at which nobody listens any more")]
    let gone = TcpListener::bind("127.0.0.1:0").expect("a port").local_addr().expect("an address");
    let url = format!("http://{gone}");
    refuses(watch("tk_1", &["--url", &url, "--lang", "en"]), 69, &["nobody answers at", "tournee serve", "--url"]);
    refuses(watch("tk_1", &["--url", &url, "--lang", "fr"]), 69, &["personne ne répond", "tournee serve"]);
}

#[test]
fn watching_without_a_key_says_where_it_comes_from() {
    refuses(watch("", &["--lang", "en"]), 64, &["TOURNEE_API_KEY", "--key-file"]);
    refuses(watch("", &["--lang", "fr"]), 64, &["il manque une clé", "--key-file"]);
    refuses(watch("tk_hush hush", &["--lang", "en"]), 64, &["not one line"]);
    refuses(watch("", &["--key-file", "/nowhere/key", "--lang", "en"]), 64, &["/nowhere/key", "cannot be read"]);
    refuses(watch("tk_1", &["--url", "ftp://x"]), 64, &["http://127.0.0.1:8080"]);
    refuses(watch("tk_1", &["--every", "0"]), 64, &["--every"]);
}
