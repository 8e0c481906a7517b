//! The gateway and the simulated carrier as two processes: a label by HTTP, the commands beside the server, the drain.

mod support;

use std::thread;
use support::{Answer, House, http, run, run_with_input, text};

impl House {
    fn ask(&self, method: &str, path: &str, headers: &[(&str, &str)], body: &str) -> Answer {
        self.shop().ask(method, path, headers, body)
    }

    fn shop(&self) -> Shop {
        Shop { addr: self.server.addr.clone(), api_key: self.api_key.clone() }
    }
}

/// The merchant's program.
struct Shop {
    addr: String,
    api_key: String,
}

impl Shop {
    fn ask(&self, method: &str, path: &str, headers: &[(&str, &str)], body: &str) -> Answer {
        let bearer = format!("Bearer {}", self.api_key);
        let own = [("authorization", bearer.as_str()), ("content-type", "application/json")];
        http(&self.addr, method, path, &[&own, headers].concat(), body)
    }
}

fn shipment() -> String {
    // Far enough ahead not to lie in the past whenever this test runs.
    serde_json::json!({
        "order_number": "CMD-42", "product": "DOM", "deposit_date": "2099-12-22", "weight_g": 500,
        "sender": {"company": "Atelier Été", "street": "1 rue du Commerce", "postal_code": "75001", "city": "Paris"},
        "addressee": {"last_name": "Martin", "first_name": "Lucie", "street": "12 rue des Lilas",
            "postal_code": "63000", "city": "Clermont-Ferrand"},
    })
    .to_string()
}

#[test]
fn a_label_by_http_through_two_processes() {
    let mut house = House::open();
    let headers = [("prefer", "wait=30"), ("idempotency-key", "one")];
    let made = house.ask("POST", "/v1/shipments", &headers, &shipment());
    assert_eq!(made.status, 201, "{made:?}");
    let (id, number) = (made.json()["id"].clone(), made.json()["parcel_number"].clone());
    let label = house.ask("GET", &format!("/v1/shipments/{}/label", id.as_str().expect("an id")), &[], "");
    assert_eq!(label.status, 200);
    assert!(label.head.contains("application/pdf"), "{}", label.head);
    assert!(label.body.starts_with(b"%PDF"), "a label is a PDF");

    let again = house.ask("POST", "/v1/shipments", &headers, &shipment());
    assert_eq!(
        (again.json()["id"].clone(), again.json()["parcel_number"].clone()),
        (id, number),
        "asked twice, made once"
    );

    house.server.process.terminate();
    let (code, lines) = house.server.process.end();
    assert_eq!(code, Some(0), "{lines:?}");
    assert!(lines.iter().any(|line| line.contains("stopped")), "{lines:?}");
    assert!(lines.iter().all(|line| !line.contains("Lilas") && !line.contains("hush")), "nothing private is logged");

    house.carrier.process.terminate();
    let (code, lines) = house.carrier.process.end();
    assert_eq!(code, Some(0));
    assert!(lines.last().is_some_and(|line| line.ends_with("1 labels were made")), "{lines:?}");
}

#[test]
fn merchants_are_listed_beside_the_server_and_shown_without_secrets() {
    let house = House::open();
    assert!(house.api_key.starts_with("tk_") && house.api_key.len() == 46, "{}", house.api_key);
    let listed = run(&["merchant", "list", "--config", &house.config]);
    assert_eq!(listed.code, Some(0), "{listed:?}");
    assert_eq!(listed.stdout.trim_end(), "atelier-ete\tAtelier Été\tcolissimo\tcontract 964744\tno tracking key");
    let add = ["merchant", "add", "--config", &house.config, "--name", "Atelier Été", "--api-key-stdin"];
    run_with_input(&add, "k\n").refuses(64, &["atelier-ete", "--id"]);
    run_with_input(&[&add[..], &["--id", "other"]].concat(), "").refuses(64, &["--api-key-stdin"]);
    let other = run_with_input(&[&add[..], &["--id", "other", "--okapi-key-stdin"]].concat(), "k\no\n");
    assert_eq!(other.code, Some(0), "{other:?}");
    let listed = run(&["merchant", "list", "--config", &house.config]);
    assert!(listed.stdout.contains("other\tAtelier Été\tcolissimo\tAPI key\ttracking"), "{listed:?}");
}

#[test]
fn the_doctor_finds_the_house_in_order_and_its_carrier_gone() {
    let mut house = House::open();
    let report = text(&house.dir.path().join("report.json")).to_owned();
    let doctor = ["doctor", "--config", &house.config, "--json", &report];
    let well = run(&doctor);
    assert_eq!(well.code, Some(0), "{well:?}");
    for says in ["a server works on it now", "every page reads well", "name found", "it says [OK]", "sealing key"] {
        assert!(well.stdout.contains(says), "{says:?} is missing in {}", well.stdout);
    }
    let written = read(&report);
    assert_eq!(written["verdict"], "warn", "the key lies beside the data: {written}");

    house.carrier.process.terminate();
    assert_eq!(house.carrier.process.end().0, Some(0));
    let gone = run(&doctor);
    assert_eq!(gone.code, Some(1), "{gone:?}");
    assert!(gone.stdout.contains("connecting failed"), "{}", gone.stdout);
    assert!(read(&report)["findings"].as_array().is_some_and(|all| all.len() > 8));
}

#[expect(clippy::disallowed_methods, reason = "a test reads what was written for it")]
fn read(path: &str) -> serde_json::Value {
    serde_json::from_str(&std::fs::read_to_string(path).expect("written")).expect("JSON")
}

#[test]
fn a_request_under_way_is_answered_before_the_end() {
    let mut house = House::open();
    house.carrier.process.terminate();
    assert_eq!(house.carrier.process.end().0, Some(0));
    let shop = house.shop();
    let waiting = thread::spawn(move || shop.ask("POST", "/v1/shipments", &[("prefer", "wait=2")], &shipment()));
    // Only when the order stands in the list is the process told to stop.
    while shipments(&house) == 0 {
        thread::yield_now();
    }
    house.server.process.terminate();
    let answer = waiting.join().expect("answered");
    assert_eq!(answer.status, 202, "the order is in hand: {answer:?}");
    assert_eq!(house.server.process.end().0, Some(0));
}

/// How many shipments the merchant has.
fn shipments(house: &House) -> usize {
    house.ask("GET", "/v1/shipments", &[], "").json()["shipments"].as_array().map_or(0, Vec::len)
}

#[test]
fn the_api_describes_itself() {
    let printed = run(&["openapi"]);
    let description: serde_json::Value = serde_json::from_str(&printed.stdout).expect("JSON");
    assert!(description["paths"]["/v1/shipments"].is_object());
}
