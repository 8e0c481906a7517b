//! The desk's page and the help form in a real browser: by keys alone, in both languages, with nothing found by axe.
//!
//! What the tests do with it stands in `desk_page/`. Wants a Node with playwright-core and axe-core, and a Chromium, which
//! `cargo xtask test` sets up and names in the environment. Without one the test says that it was skipped, and why.

mod support;

use clock::Clock;
use edge::GuardSettings;
use serde_json::json;
use sha2::{Digest, Sha256};
use std::{
    io::Write,
    path::Path,
    process::{Command, Output, Stdio},
};
use store::{NewApiKey, NewTicket, ReplyTo, Scope, TicketAct, TicketSource, TicketText};
use support::{World, door};
use tokio::sync::oneshot;

const KEY: &str = "tk_of_the_desk";
/// Tests in the file.
const TESTS_COUNT: u32 = 5;

fn is_equipped() -> bool {
    for (variable, what) in [
        ("TOURNEE_TEST_NODE_MODULES", "Node packages with playwright-core and axe-core"),
        ("TOURNEE_TEST_CHROMIUM", "Chromium"),
    ] {
        if std::env::var(variable).is_err() {
            let why = format!("skipped: {variable} names no {what}; run `cargo xtask test`, which sets one up");
            writeln!(std::io::stdout(), "{why}").expect("said");
            return false;
        }
    }
    true
}

async fn with_tickets() -> World {
    let world = World::new().await;
    let key = NewApiKey {
        digest: Sha256::digest(KEY).into(),
        merchant: "two".parse().expect("an id"),
        name: "desk".into(),
        scopes: Scope::Support.into(),
        at: world.clock.now(),
        expires_at: None,
    };
    world.store.add_api_key(key).await.expect("a key");
    for nth in 0..6 {
        let id = format!("T000000000{nth}");
        let subject = format!("<img src=x onerror=alert({nth})> Où est mon colis ?");
        let new = NewTicket {
            id: id.clone(),
            source: TicketSource::Mail,
            external: id.clone(),
            thread: None,
            replies_to: None,
            merchant: None,
            reply_to: ReplyTo {
                address: Some(format!("p{nth}@mail.example")),
                subject: subject.clone(),
                ..ReplyTo::default()
            },
            text: TicketText { subject, body: "<script>alert(1)</script>\n\nJe veux un remboursement.".into() },
            is_automatic: false,
            is_unreadable: false,
            files: Vec::new(),
            at: world.clock.now(),
        };
        world.store.add_ticket(new).await.expect("taken in");
        world.store.act_on_ticket(&id, "key_x", TicketAct::Take, world.clock.now()).await.expect("taken");
    }
    world
}

fn run(url: &str) -> Output {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/desk_page/journey.test.mjs");
    let mut node = Command::new("node");
    node.args(["--test", "--test-reporter=tap"]).arg(file).stdin(Stdio::null());
    node.env("TOURNEE_TEST_URL", url).env("TOURNEE_TEST_KEY", KEY).output().expect("Node runs")
}

#[tokio::test(flavor = "multi_thread")]
async fn people_work_by_keys_alone() {
    if !is_equipped() {
        return;
    }
    let world = with_tickets().await;
    assert_eq!(world.post("/v1/tickets", &[], &json!({"text": "A-1 ?"})).await.status, 201);
    let listener = door::bind();
    let url = format!("http://{}", listener.local_addr());
    let (stop, stopped) = oneshot::channel::<()>();
    let mut settings = GuardSettings::default();
    settings.limits.drain_ms_max = 1_000;
    let serve = door::serve(&world, listener, &settings, async {
        stopped.await.ok();
    });
    let browse = async {
        let output = tokio::task::spawn_blocking(move || run(&url)).await.expect("ended");
        drop(stop);
        output
    };
    let (output, ()) = tokio::join!(browse, serve);
    let said = format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{}\n{said}", output.status);
    assert!(said.contains(&format!("# pass {TESTS_COUNT}\n")) && said.contains("# skipped 0\n"), "{said}");
}
