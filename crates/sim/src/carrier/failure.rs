//! What a failing call looks like from outside.

use super::{Asked, Wire, desk::Desk, fate::Failure, form::Form, pickup, timeline};
use crate::scenario::Manner;
use bytes::Bytes;
use carriers::{
    Response,
    colissimo::{self, TimelineRefusal},
};
use std::time::Duration;

/// When a client that asks too often may come back.
const RETRY_AFTER: Duration = Duration::from_secs(30);
/// The page that stands before the services when they do not.
const SORRY: &str = "<!DOCTYPE html>\n<html lang=\"fr\"><head><meta charset=\"utf-8\"><title>Service indisponible</title>\
    </head>\n<body><h1>Service momentan\u{e9}ment indisponible</h1>\n<p>Merci de r\u{e9}essayer plus tard.</p></body></html>\n";

/// The failure as it shows on the connection; `done` is the answer that was ready, where the work was done.
pub(super) fn wire(failure: &Failure, asked: &Asked<'_>, done: Option<Response>, desk: &mut Desk) -> Wire {
    match failure.manner {
        Manner::NoAnswer => Wire::NoAnswer,
        Manner::Refused => Wire::Refused,
        Manner::Reset => Wire::Reset,
        Manner::Html503 => Wire::Answer(html(503)),
        Manner::Html200 => Wire::Answer(html(200)),
        Manner::Truncated => truncated(done.unwrap_or_else(|| html(503)), failure.cut),
        Manner::Empty => Wire::Answer(response(200, "", Bytes::new())),
        Manner::Gateway500 => Wire::Answer(gateway(500, "Internal Server Error")),
        Manner::Unavailable => Wire::Answer(unavailable(asked, failure.cut, desk)),
        Manner::TooMany => Wire::Answer(too_many(asked)),
    }
}

/// An answer with this body.
pub(super) fn response(status: u16, content_type: &str, body: impl Into<Bytes>) -> Response {
    Response::new(status, content_type, body)
}

/// What the gateway before the services says, in its JSON.
pub(super) fn gateway(status: u16, label: &str) -> Response {
    let body = serde_json::json!({ "errorCode": status.to_string(), "errorLabel": label });
    response(status, "application/json", body.to_string())
}

fn html(status: u16) -> Response {
    response(status, "text/html; charset=utf-8", Bytes::from_static(SORRY.as_bytes()))
}

/// At least one byte comes and at least one is missing; an answer without a body has nothing to cut.
fn truncated(answer: Response, share: f64) -> Wire {
    let length = answer.body.len();
    if length < 2 {
        return Wire::Reset;
    }
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        clippy::cast_precision_loss,
        reason = "bounded below"
    )]
    let keep = ((length as f64 * share) as usize).clamp(1, length - 1);
    Wire::Truncated { answer, keep }
}

/// The carrier's own word that it did nothing, in the protocol of what was asked.
fn unavailable(asked: &Asked<'_>, throw: f64, desk: &mut Desk) -> Response {
    match asked {
        Asked::Health => response(200, "text/html", colissimo::write_health(false)),
        Asked::Track { .. } => suivi_fault(503),
        Asked::Timeline => timeline::refused("", TimelineRefusal::Unavailable),
        Asked::Pickup(door) => pickup::unavailable(*door),
        _ => desk.refusal(Form::of(asked), 500, if throw < 0.5 { "40015" } else { "40018" }),
    }
}

fn too_many(asked: &Asked<'_>) -> Response {
    let answer = match asked {
        Asked::Track { .. } => suivi_fault(429),
        _ => gateway(429, "Too Many Requests"),
    };
    Response { retry_after: Some(RETRY_AFTER), ..answer }
}

fn suivi_fault(status: u16) -> Response {
    let (status, body) = colissimo::write_suivi_fault(status);
    response(status, "application/json", body)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_cut_off_lacks_at_least_one_byte_and_has_at_least_one() {
        for (length, share) in [(2, 0.0), (2, 1.0), (1_000, 0.0), (1_000, 0.999_99), (1_000, 1.0)] {
            let Wire::Truncated { keep, .. } = truncated(response(200, "", vec![b'x'; length]), share) else {
                panic!("an answer of {length} bytes can be cut")
            };
            assert!((1..length).contains(&keep), "{keep} of {length}");
        }
        assert_eq!(truncated(response(200, "", vec![b'x']), 0.5), Wire::Reset);
    }
}
