//! Backups and restores as an operator sees them, with a server beside them, and what each mistake is told.

mod support;

use std::{fs, path::Path};
use support::{Answer, Carrier, Server, file, http, run, run_with_input, text};

const USAGE: i32 = 64;
const UNAVAILABLE: i32 = 69;
const CANT_CREATE: i32 = 73;

/// A place with a configuration whose carrier is at this address, and a merchant.
struct House {
    dir: tempfile::TempDir,
    config: String,
    api_key: String,
}

impl House {
    fn new(carrier: &str) -> Self {
        let dir = tempfile::tempdir().expect("a directory");
        let config = configured(dir.path(), carrier);
        let add = ["merchant", "add", "--config", &config, "--name", "S", "--contract", "964744", "--password-stdin"];
        let added = run_with_input(&add, "hush\n");
        assert_eq!(added.code, Some(0), "{added:?}");
        let api_key = added.stdout.lines().last().expect("a key").to_owned();
        Self { dir, config, api_key }
    }

    fn path(&self, name: &str) -> String {
        text(&self.dir.path().join(name)).to_owned()
    }

    fn serve(&self, data: &str) -> Server {
        Server::start(&["--config", &self.config, "--data", data])
    }

    fn ask(&self, server: &Server, method: &str, path: &str, body: &str) -> Answer {
        let bearer = format!("Bearer {}", self.api_key);
        let headers = [("authorization", bearer.as_str()), ("content-type", "application/json"), ("prefer", "wait=20")];
        http(&server.addr, method, path, &headers, body)
    }
}

/// Little is waited for: an unknown is asked about at once.
fn configured(dir: &Path, carrier: &str) -> String {
    let text = format!(
        "listen = \"127.0.0.1:0\"\ndata = \"data\"\n[carrier.colissimo]\nshipping_url = {carrier:?}\n\
         tracking_url = {carrier:?}\n[runner]\nlate_ms = 10\n[policy]\nsettle_ms = 20\n"
    );
    file(dir, "t.toml", text)
}

fn shipment(order: &str) -> String {
    serde_json::json!({
        "order_number": order, "product": "DOM", "deposit_date": "2099-12-22", "weight_g": 500,
        "sender": {"company": "S", "street": "1 rue du Commerce", "postal_code": "75001", "city": "Paris"},
        "addressee": {"last_name": "M", "street": "12 rue des Lilas", "postal_code": "63000", "city": "Clermont"},
    })
    .to_string()
}

#[test]
fn what_waited_in_a_backup_is_a_persons_and_the_restored_gateway_works() {
    // Nobody listens there: the carrier is dark.
    let mut house = House::new("http://127.0.0.1:9");
    let server = house.serve(&house.path("data"));
    let kept = http_without_waiting(&house, &server, "A-1");
    let backed = run(&["backup", "--config", &house.config, "--to", &house.path("b.db")]);
    assert_eq!(backed.code, Some(0), "{backed:?}");
    assert!(backed.stdout.contains("mark    fact ") && backed.stdout.contains("holds   1 shipments"), "{backed:?}");
    let verified = run(&["backup", "verify", &house.path("b.db")]);
    assert_eq!(verified.code, Some(0), "{verified:?}");
    assert!(verified.stdout.contains("whole and as it was written"), "{verified:?}");
    assert_eq!(http_without_waiting(&house, &server, "A-1"), kept, "the same order is the same shipment");
    drop(server);

    let carrier = Carrier::start();
    let key = house.path("data/sealing.key");
    house.config = configured(house.dir.path(), &carrier.base);
    fs::create_dir(house.path("new")).expect("made");
    fs::copy(key, house.path("new/sealing.key")).expect("the key is brought");
    let (from, new) = (house.path("b.db"), house.path("new"));
    let restored = run(&["restore", "--config", &house.config, "--data", &new, "--from", &from]);
    assert_eq!(restored.code, Some(0), "{restored:?}");
    for says in ["mark      fact ", "holds     1 shipments", "none is sent again blindly", "revoke them"] {
        assert!(restored.stdout.contains(says), "{says:?} is missing in {}", restored.stdout);
    }
    let server = house.serve(&new);
    let until_human = || loop {
        let now = house.ask(&server, "GET", &format!("/v1/shipments/{kept}"), "").json();
        if now["state"] == "human" {
            return now;
        }
        assert!(now["state"] == "unknown", "{now}");
        std::thread::yield_now();
    };
    assert!(until_human()["human_reason"].as_str().is_some_and(|said| said.contains("backup")));
    let fresh = house.ask(&server, "POST", "/v1/shipments", &shipment("A-2")).json();
    assert_eq!(fresh["state"], "confirmed", "{fresh}");
    let decided = house.ask(&server, "POST", &format!("/v1/shipments/{kept}/resolve"), "{\"action\":\"retry\"}");
    assert_eq!(decided.status, 200, "{decided:?}");
    let again = http_without_waiting(&house, &server, "A-1");
    assert_eq!(again, kept, "a key of before the backup still counts");
}

/// Asks for a label and gives the shipment's id.
fn http_without_waiting(house: &House, server: &Server, order: &str) -> String {
    let bearer = format!("Bearer {}", house.api_key);
    let headers = [("authorization", bearer.as_str()), ("content-type", "application/json")];
    let answer = http(&server.addr, "POST", "/v1/shipments", &headers, &shipment(order));
    answer.json()["id"].as_str().expect("an id").to_owned()
}

#[test]
fn exports_and_reports_beside_the_server() {
    let house = House::new("http://127.0.0.1:9");
    let server = house.serve(&house.path("data"));
    for order in ["=HYPERLINK(1)", "A-2"] {
        http_without_waiting(&house, &server, order);
    }
    let export = |args: &[&str]| {
        let period = ["export", "--config", &house.config, "--from", "2020-01-01", "--to", "2099-01-01", "--what"];
        run(&[&period[..], args].concat())
    };
    let rows = export(&["shipments"]).stdout;
    let first: serde_json::Value = serde_json::from_str(rows.lines().next().expect("a row")).expect("JSON");
    assert_eq!((rows.lines().count(), &first["order_number"]), (2, &"=HYPERLINK(1)".into()), "{rows}");
    assert!(!rows.contains("Lilas") && first.get("letter").is_none(), "{rows}");
    let sheet = export(&["shipments", "--format", "csv", "--with-addresses"]).stdout;
    assert!(sheet.starts_with("id,merchant,") && sheet.contains(",'=HYPERLINK(1),") && sheet.contains("Lilas"));
    let out = house.path("facts.jsonl");
    let told = export(&["facts", "--out", &out]);
    assert!(told.stdout.contains("rows in") && told.stdout.contains("without addresses"), "{told:?}");
    let facts = fs::read(&out).expect("written");
    assert!(facts.starts_with(b"{") && !facts.windows(5).any(|window| window == b"Lilas"));
    assert_eq!(export(&["numbers"]).stdout, "");
    export(&["facts", "--out", &house.path("no/f")]).refuses(CANT_CREATE, &["no/f", "--out"]);

    let json = house.path("report.json");
    let report = |args: &[&str]| run(&[&["report", "--config", &house.config], args].concat());
    let said = report(&["--from", "2020-01-01", "--to", "2099-01-01", "--lang", "fr", "--json", &json]);
    assert!(said.stdout.contains("2  demandées — s") && said.stdout.contains("2  en attente"), "{said:?}");
    let written: serde_json::Value = serde_json::from_slice(&fs::read(&json).expect("written")).expect("JSON");
    assert_eq!(written["total"]["asked"], 2, "{written}");
    let none = report(&["--from", "2020-01-01", "--to", "2020-01-02", "--lang", "en"]);
    assert!(none.stdout.contains("nothing was asked for"), "{none:?}");
    report(&["--from", "2020-01-02", "--to", "2020-01-01"]).refuses(USAGE, &["--to 2020-01-01 is before"]);
    report(&["--from", "01/12/2025", "--to", "2020-01-01"]).refuses(USAGE, &["2025-12-24"]);
    let stranger = ["--from", "2020-01-01", "--to", "2020-01-01", "--merchant", "nobody"];
    report(&stranger).refuses(USAGE, &["there is no merchant nobody", "merchant list"]);
    let compact = run(&["compact", "--config", &house.config, "--dry-run"]);
    assert!(compact.code == Some(0) && compact.stdout.contains("would be taken out:"), "{compact:?}");
    run(&["compact", "--data", &house.path("none")]).refuses(USAGE, &["there is no database"]);
}

#[test]
fn each_mistake_is_named_with_what_to_do() {
    let house = House::new("http://127.0.0.1:9");
    let (config, b, data) = (house.config.as_str(), house.path("b.db"), house.path("data"));
    run(&["backup", "--config", config]).refuses(USAGE, &["--to"]);
    run(&["backup", "--data", &house.path("no"), "--to", &b]).refuses(USAGE, &["there is no database in", "--data"]);
    run(&["backup", "--config", config, "--to", &house.path("no/b.db")]).refuses(CANT_CREATE, &["no/b.db"]);
    run(&["backup", "verify", &b]).refuses(USAGE, &["there is no file", "b.db"]);
    assert_eq!(run(&["backup", "--config", config, "--to", &b]).code, Some(0));
    run(&["backup", "--config", config, "--to", &b]).refuses(CANT_CREATE, &["exists already"]);
    let restore = |args: &[&str]| run(&[&["restore", "--config", config, "--from", &b], args].concat());
    restore(&[]).refuses(CANT_CREATE, &["is not empty", "--replace"]);
    restore(&["--data", &house.path("new")]).refuses(USAGE, &["sealed under the key", "sealing.key", "TOURNEE_KEY"]);
    let other = file(house.dir.path(), "other", "0".repeat(64));
    let wrong = file(house.dir.path(), "w.toml", format!("key_file = {other:?}\n"));
    let said = run(&["restore", "--config", &wrong, "--data", &house.path("new"), "--from", &b]);
    said.refuses(USAGE, &["sealed under the key", &other, "give the key that belonged"]);
    let server = house.serve(&data);
    restore(&["--replace"]).refuses(UNAVAILABLE, &["a server works on", "stop it first"]);
    drop(server);
    let replaced = restore(&["--replace", "--nothing-ran-since"]);
    assert_eq!(replaced.code, Some(0), "{replaced:?}");
    assert!(replaced.stdout.contains("aside     what was there lies in"), "{replaced:?}");
    let whole = fs::read(&b).expect("read");
    file(house.dir.path(), "b.db", &whole[..whole.len() / 2]);
    run(&["backup", "verify", &b]).refuses(1, &["cut or changed", "use another backup"]);
}
