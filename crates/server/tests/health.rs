//! How the carriers are, as the API tells it; users' reports and operators' words.

mod support;

use axum::body::Body;
use clock::{Clock, Time};
use http::{Method, StatusCode};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use std::{sync::MutexGuard, time::Duration};
use store::{NewApiKey, Scopes};
use support::{Answer, World};
use watch::{Carrier, Class, Control, Function, Observation, Reached, Source, Target, Transition, Watch};

impl World {
    fn watch(&self) -> MutexGuard<'_, Watch> {
        self.watch.lock().expect("the watch")
    }

    /// The carrier is seen well for ten minutes, then labels fail for one while pickup points are found.
    async fn labels_fail(&self) {
        let mut facts: Vec<Transition> = Vec::new();
        for second in (0..660).step_by(3) {
            let at = self.clock.now();
            let class = if second < 600 { Class::Answered } else { Class::Unavailable };
            for (function, class) in [(Function::Label, class), (Function::Pickup, Class::Answered)] {
                facts.extend(self.watch().observe(&seen(at, Source::Call(target(function)), class)));
            }
            for control in [Control::Loopback, Control::Disk, Control::OutsideAddress] {
                facts.extend(self.watch().observe(&seen(at, Source::Control(control), Class::Answered)));
            }
            facts.extend(self.watch().tick(at));
            self.clock.set(at.plus(Duration::from_secs(3)));
        }
        self.store.append_incident_facts(&facts).await.expect("written");
    }

    /// A key that may do what this text says.
    async fn key_for(&self, secret: &str, scopes: Scopes) -> String {
        let digest = Sha256::digest(secret.as_bytes()).into();
        let (merchant, name) = ("one".parse().expect("an id"), String::new());
        let new = NewApiKey { digest, merchant, name, scopes, at: self.clock.now(), expires_at: None };
        self.store.add_api_key(new).await.expect("added").id
    }

    async fn say(&self, path: &str, body: &Value) -> Answer {
        let headers = [("authorization", "Bearer tk_operator"), ("content-type", "application/json")];
        self.send(Method::POST, path, &headers, body.to_string()).await
    }
}

fn target(function: Function) -> Target {
    Target { carrier: Carrier::new("colissimo"), function }
}

fn seen(at: Time, source: Source, class: Class) -> Observation {
    Observation { at, source, reached: Reached::Whole, class, latency: Some(Duration::from_millis(50)) }
}

#[tokio::test]
async fn before_anything_was_called_there_is_nothing_to_tell() {
    let world = World::new().await;
    let health = world.get("/v1/health/carriers").await;
    assert_eq!((health.status, &health.json()["carriers"]), (StatusCode::OK, &json!([])));
    assert_eq!(world.get("/v1/incidents").await.json(), json!({"incidents": []}));
    let none = world.get("/v1/incidents/0/facts").await;
    assert_eq!((none.status, none.problem()), (StatusCode::NOT_FOUND, "no-such-incident".into()));
    let unsigned = world.send(Method::GET, "/v1/health/carriers", &[], Body::empty()).await;
    assert_eq!(unsigned.status, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn the_function_that_does_not_work_is_named_with_the_evidence() {
    let world = World::new().await;
    world.labels_fail().await;
    let health = world.get("/v1/health/carriers").await.json();
    let carrier = &health["carriers"][0];
    assert_eq!((&carrier["condition"], &carrier["verdict"]), (&json!("dark"), &json!("label")), "{carrier}");
    let kinds: Vec<&str> =
        carrier["evidence"].as_array().expect("evidence").iter().filter_map(|one| one["kind"].as_str()).collect();
    assert!(kinds.contains(&"other_functions") && kinds.contains(&"loopback") && kinds.contains(&"layer"), "{kinds:?}");
    let functions = carrier["functions"].as_array().expect("functions");
    let conditions: Vec<_> = functions.iter().map(|one| (&one["function"], &one["condition"])).collect();
    assert_eq!(conditions, [(&json!("label"), &json!("dark")), (&json!("pickup"), &json!("well"))]);
    assert_eq!(functions[0]["hour"].as_array().map(Vec::len), Some(60));
    assert_eq!(health["ourselves"].as_array().map(Vec::len), Some(3));

    let incidents = world.get("/v1/incidents").await.json();
    assert_eq!(incidents["incidents"][0]["functions"], json!([{"function": "label", "condition": "dark"}]));
    let facts = world.get("/v1/incidents/0/facts").await.json();
    let first = &facts["facts"][0];
    assert_eq!((&first["what"], &first["function"]), (&json!("opened"), &json!("label")));
    assert!(first["numbers"]["error_sum"].as_f64() >= first["numbers"]["threshold"].as_f64(), "{first}");
}

#[tokio::test]
async fn an_operators_word_is_added_and_erases_nothing() {
    let world = World::new().await;
    world.labels_fail().await;
    let path = "/v1/incidents/0/remarks";
    let shop = world.post(path, &[], &json!({"word": "note", "text": "a"})).await;
    assert_eq!((shop.status, shop.problem()), (StatusCode::FORBIDDEN, "scope-missing".into()));
    let by = world.key_for("tk_operator", Scopes::all()).await;
    let text = "Our certificate had ended.";
    let said = world.say(path, &json!({"word": "correct", "text": text, "verdict": "ours"})).await;
    assert_eq!((said.status, &said.json()["by"]), (StatusCode::CREATED, &json!(by)));
    assert_eq!(world.get("/v1/health/carriers").await.json()["carriers"][0]["verdict"], "ours");
    let facts = world.get("/v1/incidents/0/facts").await.json();
    let facts = facts["facts"].as_array().expect("facts");
    let last = facts.last().expect("a fact");
    assert_eq!((&last["word"], &last["text"], &last["verdict"]), (&json!("correct"), &json!(text), &json!("ours")));
    assert!(facts.iter().any(|fact| fact["what"] == "attributed" && fact["verdict"] == "label"));
}

#[tokio::test]
async fn a_confirmation_cites_its_source() {
    let world = World::new().await;
    world.labels_fail().await;
    world.key_for("tk_operator", Scopes::all()).await;
    let source = "https://status.carrier.example/incidents/1";
    let word = json!({"word": "confirm", "text": "They say so on their page.", "source": source});
    let said = world.say("/v1/incidents/0/remarks", &word).await;
    assert_eq!((said.status, &said.json()["source"]), (StatusCode::CREATED, &json!(source)));
}

#[tokio::test]
async fn a_bad_word_is_refused_with_the_field() {
    let world = World::new().await;
    world.labels_fail().await;
    world.key_for("tk_operator", Scopes::all()).await;
    let before = world.get("/v1/incidents/0/facts").await.text();
    for (path, body, problem) in [
        ("/v1/incidents/0/remarks", json!({"word": "note", "text": " "}), "invalid-field"),
        ("/v1/incidents/0/remarks", json!({"word": "note", "text": "a".repeat(2_001)}), "invalid-field"),
        ("/v1/incidents/0/remarks", json!({"word": "erase", "text": "a"}), "invalid-field"),
        ("/v1/incidents/0/remarks", json!({"word": "correct", "text": "a"}), "missing-field"),
        ("/v1/incidents/0/remarks", json!({"word": "correct", "text": "a", "verdict": "theirs"}), "invalid-field"),
        ("/v1/incidents/0/remarks", json!({"word": "note", "text": "a", "verdict": "ours"}), "invalid-field"),
        ("/v1/incidents/0/remarks", json!({"word": "confirm", "text": "a"}), "missing-field"),
        ("/v1/incidents/0/remarks", json!({"word": "confirm", "text": "a", "source": "by telephone"}), "invalid-field"),
        (
            "/v1/incidents/0/remarks",
            json!({"word": "confirm", "text": "a", "source": "http://c.example/"}),
            "invalid-field",
        ),
        (
            "/v1/incidents/0/remarks",
            json!({"word": "note", "text": "a", "source": "https://c.example/"}),
            "invalid-field",
        ),
        ("/v1/incidents/7/remarks", json!({"word": "note", "text": "a"}), "no-such-incident"),
        ("/v1/incidents/x/remarks", json!({"word": "note", "text": "a"}), "no-such-incident"),
        ("/v1/health/reports", json!({"carrier": "chronopost", "account": "a"}), "invalid-field"),
        ("/v1/health/reports", json!({"carrier": "colissimo", "account": ""}), "invalid-field"),
    ] {
        let refused = world.say(path, &body).await;
        assert_eq!(refused.problem(), problem, "{path} {body}: {}", refused.text());
    }
    assert_eq!(world.get("/v1/incidents/0/facts").await.text(), before);
}

#[tokio::test]
async fn the_first_report_of_an_account_counts_once_an_hour() {
    let world = World::new().await;
    world.labels_fail().await;
    let report = async |account: &str| {
        let answer = world.post("/v1/health/reports", &[], &json!({"carrier": "colissimo", "account": account})).await;
        assert_eq!(answer.status, StatusCode::ACCEPTED, "{}", answer.text());
        answer.json()["counted"] == json!(true)
    };
    assert_eq!((report("anna").await, report("anna").await, report("paul").await), (true, false, true));
    world.clock.set(world.clock.now().plus(Duration::from_secs(3_600)));
    assert!(report("anna").await);
}

#[tokio::test]
async fn the_health_page_of_a_function_that_is_down_says_so_whatever_the_carrier_says_of_itself() {
    let world = World::new().await;
    world.labels_fail().await;
    world.carrier.will_say(200, "text/html", "<html>[OK]</html>");
    for (page, word) in
        [("/supervisionWSShipping/supervision.jsp", "[KO]"), ("/supervision-wspudo/supervision.jsp", "[OK]")]
    {
        let said = world.get(page).await;
        assert!(said.text().contains(word), "{page}: {}", said.text());
    }
}
