//! The JSON, held to the fields of the published API: each there, each of its type, and nothing else but `x_…`.

use super::{
    pages::{get, world},
    tools,
};
use serde_json::{Map, Value, json};

/// A type as the published API describes it.
#[derive(Clone, Copy, Debug)]
enum Is {
    Text,
    TextOrNull,
    Moment,
    MomentOrNull,
    Day,
    Flag,
    Number,
    One(&'static [&'static str]),
    Each(Fields),
    OneOf(Fields),
    Texts,
    Null,
    Empty,
}

type Fields = &'static [(&'static str, Is)];

const PAGE: Fields =
    &[("id", Is::Text), ("name", Is::Text), ("url", Is::Text), ("time_zone", Is::Text), ("updated_at", Is::Moment)];
const STATUS: Fields = &[("indicator", Is::One(&["none", "minor", "major", "critical"])), ("description", Is::Text)];
const STATES: Is =
    Is::One(&["operational", "degraded_performance", "partial_outage", "major_outage", "under_maintenance"]);
const STAGES: Is = Is::One(&["investigating", "identified", "monitoring", "resolved", "postmortem"]);
const COMPONENT: Fields = &[
    ("id", Is::Text),
    ("name", Is::Text),
    ("status", STATES),
    ("created_at", Is::Moment),
    ("updated_at", Is::Moment),
    ("position", Is::Number),
    ("description", Is::TextOrNull),
    ("showcase", Is::Flag),
    ("start_date", Is::Day),
    ("group_id", Is::TextOrNull),
    ("page_id", Is::Text),
    ("group", Is::Flag),
    ("only_show_if_degraded", Is::Flag),
    ("components?", Is::Texts),
];
const AFFECTED: Fields = &[("code", Is::Text), ("name", Is::Text), ("old_status", STATES), ("new_status", STATES)];
const UPDATE: Fields = &[
    ("id", Is::Text),
    ("status", STAGES),
    ("body", Is::Text),
    ("incident_id", Is::Text),
    ("created_at", Is::Moment),
    ("updated_at", Is::Moment),
    ("display_at", Is::Moment),
    ("affected_components", Is::Each(AFFECTED)),
    ("deliver_notifications", Is::Flag),
    ("custom_tweet", Is::Null),
    ("tweet_id", Is::Null),
];
const INCIDENT: Fields = &[
    ("id", Is::Text),
    ("name", Is::Text),
    ("status", STAGES),
    ("created_at", Is::Moment),
    ("updated_at", Is::Moment),
    ("monitoring_at", Is::MomentOrNull),
    ("resolved_at", Is::MomentOrNull),
    ("impact", Is::One(&["none", "minor", "major", "critical"])),
    ("shortlink", Is::Text),
    ("started_at", Is::Moment),
    ("page_id", Is::Text),
    ("incident_updates", Is::Each(UPDATE)),
    ("components", Is::Each(COMPONENT)),
];
const DOCUMENTS: &[(&str, Fields)] = &[
    (
        "/api/v2/summary.json",
        &[
            ("page", Is::OneOf(PAGE)),
            ("status", Is::OneOf(STATUS)),
            ("components", Is::Each(COMPONENT)),
            ("incidents", Is::Each(INCIDENT)),
            ("scheduled_maintenances", Is::Empty),
        ],
    ),
    ("/api/v2/status.json", &[("page", Is::OneOf(PAGE)), ("status", Is::OneOf(STATUS))]),
    ("/api/v2/components.json", &[("page", Is::OneOf(PAGE)), ("components", Is::Each(COMPONENT))]),
    ("/api/v2/incidents.json", &[("page", Is::OneOf(PAGE)), ("incidents", Is::Each(INCIDENT))]),
    ("/api/v2/incidents/unresolved.json", &[("page", Is::OneOf(PAGE)), ("incidents", Is::Each(INCIDENT))]),
    ("/api/v2/scheduled-maintenances.json", &[("page", Is::OneOf(PAGE)), ("scheduled_maintenances", Is::Empty)]),
    (
        "/api/v2/scheduled-maintenances/upcoming.json",
        &[("page", Is::OneOf(PAGE)), ("scheduled_maintenances", Is::Empty)],
    ),
    ("/api/v2/scheduled-maintenances/active.json", &[("page", Is::OneOf(PAGE)), ("scheduled_maintenances", Is::Empty)]),
];

fn fits(value: &Value, is: Is, place: &str) {
    let moment = |text: &str| text.ends_with('Z') && text.parse::<jiff::Timestamp>().is_ok();
    let good = match is {
        Is::Text => value.as_str().is_some_and(|text| !text.is_empty()),
        Is::TextOrNull => value.is_null() || value.is_string(),
        Is::Moment => value.as_str().is_some_and(moment),
        Is::MomentOrNull => value.is_null() || value.as_str().is_some_and(moment),
        Is::Day => value.is_null() || value.as_str().is_some_and(|day| day.parse::<jiff::civil::Date>().is_ok()),
        Is::Flag => value.is_boolean(),
        Is::Number => value.is_u64(),
        Is::One(of) => value.as_str().is_some_and(|text| of.contains(&text)),
        Is::Texts => value.as_array().is_some_and(|all| all.iter().all(Value::is_string)),
        Is::Null => value.is_null(),
        Is::Empty => *value == json!([]),
        Is::OneOf(fields) => return whole(value.as_object().expect(place), fields, place),
        Is::Each(fields) => {
            for (n, one) in value.as_array().expect(place).iter().enumerate() {
                whole(one.as_object().expect(place), fields, &format!("{place}/{n}"));
            }
            return;
        }
    };
    assert!(good, "{place}: {value} is not {is:?}");
}

fn whole(object: &Map<String, Value>, fields: Fields, place: &str) {
    for (name, is) in fields {
        let (name, may_lack) = name.strip_suffix('?').map_or((*name, false), |name| (name, true));
        match object.get(name) {
            Some(value) => fits(value, *is, &format!("{place}/{name}")),
            None => assert!(may_lack, "{place}/{name} is missing"),
        }
    }
    let known = |key: &str| key.starts_with("x_") || fields.iter().any(|(name, _)| name.trim_end_matches('?') == key);
    assert!(object.keys().all(|key| known(key)), "{place}: {:?}", object.keys());
}

#[tokio::test]
async fn every_document_has_every_field_of_the_published_schema() {
    let world = world().await;
    for (path, fields) in DOCUMENTS {
        for lang in ["fr", "en"] {
            let answer = get(&world, &format!("{path}?lang={lang}"), &[("origin", "https://elsewhere.example")]).await;
            whole(answer.json().as_object().expect("an object"), fields, path);
            assert_eq!(answer.header("access-control-allow-origin"), "*");
            assert_eq!(answer.header("content-type"), "application/json; charset=utf-8");
        }
    }
}

#[tokio::test]
async fn the_summary_says_what_the_board_says() {
    let summary = get(&world().await, "/api/v2/summary.json?lang=en", &[]).await.json();
    let component = |id: &str| {
        let all = summary["components"].as_array().expect("components");
        all.iter().find(|one| one["id"] == id).unwrap_or_else(|| panic!("{id}: {all:?}")).clone()
    };
    assert_eq!(summary["status"]["indicator"], "major");
    assert_eq!(component("colissimo-label")["status"], "major_outage");
    assert_eq!(component("colissimo-pickup")["status"], "degraded_performance", "under watch is not restored");
    assert_eq!(component("colissimo-tracking")["status"], "operational");
    assert_eq!(
        component("colissimo")["components"],
        json!(["colissimo-label", "colissimo-pickup", "colissimo-tracking"])
    );
    assert_eq!(component("colissimo-label")["x_claims"][0]["counts"], json!({"n": 40, "bad": 38}));
    assert!(component("colissimo-label")["x_way_round"].as_str().is_some_and(|text| text.contains("kept")));
    let incidents = summary["incidents"].as_array().expect("incidents");
    assert_eq!(incidents.len(), 1, "the one that is over is not in the summary");
    assert_eq!((&incidents[0]["id"], &incidents[0]["status"]), (&json!("7"), &json!("identified")));
    assert_eq!(incidents[0]["incident_updates"][0]["x_remark"]["by"], "Camille, exploitation");
    let affected = &incidents[0]["incident_updates"][0]["affected_components"];
    let pickup =
        affected.as_array().expect("some").iter().find(|one| one["code"] == "colissimo-pickup").expect("pickup");
    assert_eq!(
        (&pickup["old_status"], &pickup["new_status"]),
        (&json!("major_outage"), &json!("degraded_performance"))
    );
    assert_eq!(summary["x_next_message_by"], "2025-12-22T10:30:00.000Z");
}

#[tokio::test]
async fn the_public_client_reads_the_api_unchanged() {
    let Some(modules) = tools::named(tools::NODE_MODULES, "Node packages with statuspage.io") else { return };
    let world = world().await;
    let said = tools::serving(&world, move |addr| {
        tools::node("client.test.mjs")
            .env("TOURNEE_TEST_URL", format!("http://{addr}"))
            .env(tools::NODE_MODULES, &modules)
            .output()
    });
    tools::passed(&said.await, 4);
}
