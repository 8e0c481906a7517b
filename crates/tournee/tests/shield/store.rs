//! The gateway's door with its database locked and its disk full: what is in memory, refusals and receipts go on, and nothing
//! acknowledged is lost.

use crate::{
    door::skipped,
    support::{Answer, House, Running, file, http, text, tournee},
};
use std::{
    fs::File,
    io::Write,
    path::PathBuf,
    process::{Command, Stdio},
    thread,
};

fn shipment(order: &str) -> String {
    serde_json::json!({
        "order_number": order, "product": "DOM", "deposit_date": "2099-12-22", "weight_g": 500,
        "sender": {"company": "Atelier Été", "street": "1 rue du Commerce", "postal_code": "75001", "city": "Paris"},
        "addressee": {"last_name": "Martin", "first_name": "Lucie", "street": "12 rue des Lilas",
            "postal_code": "63000", "city": "Clermont-Ferrand"},
    })
    .to_string()
}

/// One program asks more than its rate allows: a refusal with a receipt.
fn is_refused_with_a_receipt(addr: &str) -> bool {
    let refused = |answer: &Answer| answer.status == 429 && answer.head.to_lowercase().contains("tournee-receipt: ");
    (0..200).any(|_| refused(&http(addr, "GET", "/no-such-page", &[], "")))
}

/// What works without the store.
fn goes_on(addr: &str) {
    for path in ["/status", "/status?lang=en", "/api/v2/summary.json"] {
        assert_eq!(http(addr, "GET", path, &[], "").status, 200, "{path}");
    }
    assert!(is_refused_with_a_receipt(addr));
}

#[test]
fn with_the_database_locked() {
    let house = House::with("[shield.admission.rate]\nprefix = { per_s = 1, burst = 20 }\n");
    let addr = house.server.addr.clone();
    let bearer = format!("Bearer {}", house.api_key);
    let post = |order: &str| {
        let headers = [("authorization", &*bearer), ("content-type", "application/json"), ("idempotency-key", order)];
        http(&addr, "POST", "/v1/shipments", &headers, &shipment(order))
    };
    let has = |id: &str| http(&addr, "GET", &format!("/v1/shipments/{id}"), &[("authorization", &*bearer)], "").status;
    let id = |answer: &Answer| answer.json()["id"].as_str().expect("an id").to_owned();
    let before = post("before");
    assert!(before.status / 100 == 2, "{before:?}");
    let database = rusqlite::Connection::open(house.dir.path().join("data/tournee.db")).expect("the database");
    database.busy_timeout(std::time::Duration::from_secs(20)).expect("patience");
    database.execute_batch("BEGIN EXCLUSIVE").expect("a lock");
    thread::scope(|scope| {
        let meanwhile = scope.spawn(|| post("meanwhile"));
        goes_on(&addr);
        database.execute_batch("ROLLBACK").expect("the end of it");
        let answer = meanwhile.join().expect("an answer");
        // It was not acknowledged, or it is kept.
        if answer.status / 100 == 2 {
            assert_eq!(has(&id(&answer)), 200, "{answer:?}");
        }
    });
    assert_eq!(has(&id(&before)), 200);
    let after = post("after");
    assert!(after.status / 100 == 2, "{after:?}");
}

/// Its data on a disk of its own of four mebibytes, which ends with it; or why not.
fn on_a_small_disk(disk: &str, config: &str) -> Result<Running, String> {
    let mounting = format!("mount -t tmpfs -o size=4m none {disk}");
    for apart in [&["--mount"][..], &["--map-root-user", "--mount"]] {
        let tried = Command::new("unshare").args(apart).args(["sh", "-c", &mounting]).stderr(Stdio::null()).status();
        if tried.is_ok_and(|status| status.success()) {
            let serve = tournee(&["serve", "--config", config]);
            let mut command = Command::new("unshare");
            command.args(apart).args(["sh", "-c", &format!("{mounting} && exec \"$@\"")]).arg("sh");
            command.arg(serve.get_program()).args(serve.get_args()).stdin(Stdio::null());
            return Ok(Running::of(command));
        }
    }
    Err("a disk of its own cannot be mounted here".into())
}

#[test]
#[expect(clippy::disallowed_methods, reason = "a test fills a disk of its own")]
fn with_the_disk_full() {
    let dir = tempfile::tempdir().expect("a directory");
    let disk = dir.path().join("disk");
    std::fs::create_dir(&disk).expect("a place for a disk");
    let config = file(
        dir.path(),
        "t.toml",
        "listen = \"127.0.0.1:0\"\ndata = \"disk\"\n[shield.admission.rate]\nprefix = { per_s = 1, burst = 20 }\n",
    );
    let process = match on_a_small_disk(text(&disk), &config) {
        Ok(process) => process,
        Err(why) => return skipped(&why),
    };
    let addr = process.wait_for(|line| Some(line.split_once("serving addr=")?.1.split(' ').next()?.to_owned()));
    let inside: PathBuf = [format!("/proc/{}/root", process.pid()), text(&disk).to_owned()].concat().into();
    let Ok(mut filling) = File::create(inside.join("filling")) else {
        return skipped("another process's disk cannot be reached here");
    };
    let block = [0_u8; 4096];
    while filling.write(&block).is_ok_and(|written| written > 0) {}
    goes_on(&addr);
    // What needs the disk is refused in words, never acknowledged.
    let headers = [("content-type", "application/json"), ("x-forwarded-for", "203.0.113.9")];
    let help = http(&addr, "POST", "/v1/shipments", &headers, &shipment("full"));
    assert!(help.status >= 400, "{help:?}");
    drop(filling);
    std::fs::remove_file(inside.join("filling")).expect("room again");
    assert_eq!(http(&addr, "GET", "/status", &[], "").status, 200);
}
