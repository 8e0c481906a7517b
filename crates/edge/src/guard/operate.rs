//! What whoever runs the shield sees and says: its state as JSON, and orders about rules, for requests of the operator class.
//!
//! - `GET /.tournee/shield`: counts, pressure, rules with their measured harm, and how many of the innocent were refused.
//! - `POST /.tournee/shield/rules/{id}/{pin|forbid|lift}`.

use super::{Core, hunt::Order};
use crate::{Answer, problem};
use admission::{
    Class, Feature, INNOCENTS_WINDOW_S_MAX, Innocents, Known, Listed, Refused, Rule, RuleId, Share, State,
};
use bytes::Bytes;
use clock::Time;
use http::{HeaderValue, Method, Response, StatusCode, header, request::Parts};
use http_body_util::Full;
use serde_json::{Map, Value, json};
use std::sync::PoisonError;

const STATE: &str = "/.tournee/shield";
const RULES: &str = "/.tournee/shield/rules/";

/// Whether the path is the operators' own.
pub(super) fn is_for_operators(path: &str) -> bool {
    path == STATE || path.starts_with(RULES)
}

impl Core {
    /// The answer to an operator.
    pub(super) fn operated(&self, asked: &Parts, class: Class, now: Time) -> Answer {
        let path = asked.uri.path();
        if class != Class::Operator {
            return problem::answer(StatusCode::FORBIDDEN, "This is for keys of the class operator.", None);
        }
        match (&asked.method, path.strip_prefix(RULES)) {
            (&Method::GET, None) => self.state(now),
            (&Method::POST, Some(rest)) => self.ordered(rest),
            (_, rule) => {
                let said = "GET the state, or POST an order about a rule.";
                let mut answer = problem::answer(StatusCode::METHOD_NOT_ALLOWED, said, None);
                let allowed = HeaderValue::from_static(if rule.is_none() { "GET" } else { "POST" });
                answer.headers_mut().insert(header::ALLOW, allowed);
                answer
            }
        }
    }

    fn ordered(&self, rest: &str) -> Answer {
        let found = rest.split_once('/').and_then(|(id, word)| Some((RuleId(id.parse().ok()?), Order::of(word)?)));
        let Some((rule, order)) = found else {
            return problem::answer(StatusCode::NOT_FOUND, "Orders are {id}/pin, {id}/forbid and {id}/lift.", None);
        };
        if !self.hunt.order(rule, order) {
            return problem::answer(StatusCode::CONFLICT, "There is no such rule, or no room for one more.", None);
        }
        tracing::info!(rule = rule.0, ?order, "an operator's order about a rule");
        json_answer(&json!({ "rules": self.hunt.list().iter().map(rule_told).collect::<Vec<_>>() }))
    }

    fn state(&self, now: Time) -> Answer {
        let counts = self.shield.counts();
        let by_rule = |refused: &[u64; Rule::ALL.len()]| -> Map<String, Value> {
            let some = Rule::ALL.iter().zip(refused).filter(|(_, n)| **n > 0);
            some.map(|(rule, n)| (rule.as_str().to_owned(), (*n).into())).collect()
        };
        let classes: Map<String, Value> = Class::ALL
            .iter()
            .map(|class| {
                let n = class.index();
                let told = json!({
                    "arrived": counts.arrived[n],
                    "served": counts.served[n],
                    "waited": counts.waited[n],
                    "refused": by_rule(&counts.refused[n]),
                    "would_refuse": by_rule(&counts.would_refuse[n]),
                    "waiting": counts.gate.waiting[n],
                });
                (class.as_str().to_owned(), told)
            })
            .collect();
        let innocents = innocents_told(&self.innocents.lock().unwrap_or_else(PoisonError::into_inner), now);
        json_answer(&json!({
            "overloaded": counts.gate.overloaded,
            "pressure": format!("{:?}", self.pressure()).to_lowercase(),
            "places": counts.gate.places,
            "taken": counts.gate.taken,
            "delay_over_us": counts.gate.over_us,
            "classes": classes,
            "rules": self.hunt.list().iter().map(rule_told).collect::<Vec<_>>(),
            "innocents_refused": innocents,
        }))
    }
}

fn innocents_told(innocents: &Innocents, now: Time) -> Map<String, Value> {
    let told = |known| match innocents.refused(known, INNOCENTS_WINDOW_S_MAX, now) {
        Refused::NotKnown { counted } => json!({ "known": false, "counted": counted }),
        Refused::Known(share) => share_told(share),
    };
    Known::ALL.into_iter().map(|known| (known.as_str().to_owned(), told(known))).collect()
}

fn share_told(share: Share) -> Value {
    json!({ "known": true, "part": share.part, "of": share.of, "share": share.seen(), "at_most": share.at_most() })
}

fn rule_told(rule: &Listed) -> Value {
    let state = match rule.state {
        State::Proposed => "proposed",
        State::Active => "active",
        State::Pinned => "pinned",
        State::Forbidden => "forbidden",
    };
    let shape: Map<String, Value> = rule
        .shape
        .iter()
        .map(|(feature, words): &(Feature, String)| (feature.as_str().to_owned(), words.as_str().into()))
        .collect();
    json!({
        "id": rule.id.0,
        "state": state,
        "shape": shape,
        "arriving": share_told(rule.arriving),
        "innocent": share_told(rule.innocent),
        "signed": share_told(rule.signed),
        "posing": share_told(rule.posing),
        "since": rule.since.to_paris(),
        "until": rule.until.to_paris(),
    })
}

fn json_answer(value: &Value) -> Answer {
    let mut answer = Response::new(Full::new(Bytes::from(value.to_string())));
    answer.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    answer.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    answer
}
