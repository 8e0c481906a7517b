//! Answers of the label service in all the shapes in which they come.

use crate::support::{MULTIPART, NUMBER, answered, broken, cut_answer, infos, multipart, refusal};
use carriers::{
    Blame, Broken, CarrierError, Exchange, Kind, Reached, Response, Retry,
    colissimo::{
        LineEnds, decode_check, decode_health, decode_label, decode_reprint, write_health, write_label, write_refusal,
    },
};
use serde_json::{Value, json};
use std::time::Duration;

const LABEL: &[u8] = b"%PDF-1.4\n\x00\xff\r\n--uuid\n--\r\n%%EOF\n";

fn with_label(json: &Value, line_end: &str) -> Vec<u8> {
    multipart(&[("jsonInfos", json.to_string().as_bytes()), ("label", LABEL)], line_end)
}

fn failed(exchange: &Exchange) -> CarrierError {
    decode_label(exchange).expect_err("no label")
}

fn check(exchange: &Exchange, kind: Kind, blame: Blame, retry: Retry, code: &str) {
    let error = failed(exchange);
    assert_eq!((error.kind, error.blame, error.retry, error.code.as_str()), (kind, blame, retry, code));
}

const UNKNOWN: (Blame, Retry) = (Blame::Them, Retry::Unknown);

#[test]
fn a_label_with_either_line_end() {
    for (line_end, line_ends) in [("\r\n", LineEnds::Crlf), ("\n", LineEnds::Lf)] {
        let answer = decode_label(&answered(200, MULTIPART, with_label(&infos(), line_end))).expect("a label");
        assert_eq!(answer.number.as_str(), NUMBER);
        assert_eq!(answer.partner_number.as_deref(), Some("0075001116A1598404033801250L"));
        assert_eq!((answer.label.as_ref(), answer.line_ends), (LABEL, line_ends));
        assert_eq!((answer.pdf_url, answer.cn23), (None, None));
        assert_eq!(answer.messages.len(), 1);
    }
}

#[test]
fn a_customs_form_comes_along_in_any_order() {
    let json = infos().to_string();
    let parts = [("cn23", &b"form"[..]), ("label", LABEL), ("jsonInfos", json.as_bytes())];
    let answer = decode_label(&answered(200, MULTIPART, multipart(&parts, "\r\n"))).expect("a label");
    assert_eq!((answer.cn23.as_deref(), answer.label.as_ref()), (Some(&b"form"[..]), LABEL));
}

#[test]
fn json_of_other_shapes_is_read() {
    let shapes = [
        json!({ "messages": { "id": 0, "type": "INFOS" }, "labelV2Response": [{ "parcelNumber": NUMBER }] }),
        json!({ "messages": null, "labelXmlV2Reponse": { "parcelNumber": NUMBER }, "labelV2Response": null }),
        json!({ "messages": [{ "id": "0" }], "labelV2Response": { "parcelNumber": [NUMBER], "pdfUrl": {} } }),
        json!([{ "labelV2Response": { "parcelNumber": format!(" {NUMBER} ") } }]),
        json!({ "messages": [{ "id": 5, "type": "WARNING" }], "labelV2Response": { "parcelNumber": NUMBER } }),
    ];
    for json in shapes {
        let answer = decode_label(&answered(200, MULTIPART, with_label(&json, "\n"))).expect("a label");
        assert_eq!((answer.number.as_str(), answer.label.as_ref()), (NUMBER, LABEL), "{json}");
    }
}

#[test]
fn a_whole_label_is_never_lost() {
    let whole = with_label(&infos(), "\r\n");
    let text = String::from_utf8_lossy(&infos().to_string().into_bytes()).into_owned();
    let broken_json = multipart(&[("jsonInfos", format!("{text},]").as_bytes()), ("label", LABEL)], "\r\n");
    let unreadable = text.replace("\"fait\"", "\"fai\nt\"");
    let broken_text = multipart(&[("jsonInfos", unreadable.as_bytes()), ("label", LABEL)], "\r\n");
    let latin1 = [&b"{\"x\":\"\xe9\","[..], &text.as_bytes()[1..]].concat();
    let cases: [(&str, u16, &str, Vec<u8>); 8] = [
        ("no boundary in the type", 200, "multipart/mixed", whole.clone()),
        ("no type at all", 200, "", whole.clone()),
        ("another boundary in the type", 200, "multipart/mixed; boundary=\"uuid:9\"", whole.clone()),
        ("another type and status", 500, "text/html", whole.clone()),
        ("words before", 200, MULTIPART, [b"some words\r\n", &whole[..]].concat()),
        ("JSON with something behind", 200, MULTIPART, broken_json),
        ("JSON that is broken in a message", 200, MULTIPART, broken_text),
        ("JSON in ISO-8859-1", 200, MULTIPART, multipart(&[("jsonInfos", &latin1), ("label", LABEL)], "\n")),
    ];
    for (what, status, content_type, body) in cases {
        let answer = decode_label(&answered(status, content_type, body)).expect(what);
        assert_eq!((answer.number.as_str(), answer.label.as_ref()), (NUMBER, LABEL), "{what}");
    }
}

#[test]
fn a_wrong_end_is_forgiven_when_the_body_came_complete() {
    let whole = with_label(&infos(), "\r\n");
    let body = &whole[..whole.len() - "--uuid:0-1--\r\n".len()];
    for end in ["--uuid:0-1", "--uuid:0-", "--uuid:", "--uuid:zz--", "--uuid:0-1--\r\n\r\n\r\n"] {
        let answer = decode_label(&answered(200, MULTIPART, [body, end.as_bytes()].concat())).expect(end);
        assert_eq!(answer.label.as_ref(), LABEL, "{end}");
    }
}

#[test]
fn wherever_an_answer_is_cut_there_is_a_label_or_a_class() {
    let whole = with_label(&infos(), "\r\n");
    let label_at = whole.windows(4).position(|w| w == b"%PDF").expect("it is there");
    let number_at = whole.windows(13).position(|w| w == NUMBER.as_bytes()).expect("it is there");
    let label_end = label_at + LABEL.len();
    for cut in 0..whole.len() {
        let piece = whole[..cut].to_vec();
        let complete = (answered(200, MULTIPART, piece.clone()), "\r\n--uuid:".len());
        let cut_off = (cut_answer(200, MULTIPART, piece), "\r\n--uuid:0-1".len());
        for (exchange, clear_after) in [complete, cut_off] {
            let end_is_clear = label_end + clear_after;
            match decode_label(&exchange) {
                Ok(answer) => assert!(cut >= end_is_clear && answer.label.as_ref() == LABEL, "{cut}"),
                Err(error) => {
                    assert_eq!((error.blame, error.retry), UNKNOWN, "{cut}");
                    assert!(cut < end_is_clear, "{cut}: {error:?}");
                    assert_eq!(error.number.is_some(), cut > number_at + 13, "{cut}: {error:?}");
                    assert!(cut <= label_at || error.code == "label_cut", "{cut}: {error:?}");
                }
            }
        }
    }
}

#[test]
fn a_number_without_its_label_is_kept() {
    let json = infos().to_string();
    for parts in [vec![("jsonInfos", json.as_bytes())], vec![("jsonInfos", json.as_bytes()), ("label", b"")]] {
        let error = failed(&answered(200, MULTIPART, multipart(&parts, "\r\n")));
        assert_eq!((error.code.as_str(), error.retry), ("label_missing", Retry::Unknown));
        assert_eq!(error.number.map(|n| n.to_string()).as_deref(), Some(NUMBER));
    }
}

#[test]
fn a_label_whose_number_is_no_help_is_kept() {
    let cases = [
        (json!({ "messages": [] }), "number_missing"),
        (json!({ "labelV2Response": { "parcelNumber": "CP123456784FR" } }), "number_unread"),
        (json!({ "labelV2Response": { "parcelNumber": "6A15984040332" } }), "number_unread"),
    ];
    for (json, code) in cases {
        let error = failed(&answered(200, MULTIPART, with_label(&json, "\r\n")));
        assert_eq!((error.code.as_str(), error.retry), (code, Retry::Unknown));
        assert_eq!(error.label.as_deref().map(AsRef::as_ref), Some(LABEL));
    }
}

#[test]
fn a_reprint_need_not_repeat_its_number() {
    let asked = NUMBER.parse().expect("a good number");
    for json in [infos(), json!({ "messages": [{ "id": "0", "type": "INFOS" }] }), json!({})] {
        let answer = decode_reprint(&answered(200, MULTIPART, with_label(&json, "\n")), &asked).expect("a label");
        assert_eq!((answer.number, answer.label.as_ref()), (asked, LABEL));
    }
    let other = "6C14363208744".parse().expect("a good number");
    let error = decode_reprint(&answered(200, MULTIPART, with_label(&infos(), "\n")), &other).expect_err("another");
    assert_eq!((error.code.as_str(), error.retry, error.number), ("number_differs", Retry::Unknown, Some(asked)));
}

#[test]
fn refusals_by_their_id() {
    let unavailable = Retry::After(Duration::from_secs(30));
    let cases = [
        ("30000", Kind::Refused, Blame::Us, Retry::Never),
        ("40014", Kind::Refused, Blame::Us, Retry::Never),
        ("30221", Kind::Refused, Blame::Caller, Retry::Never),
        ("30702", Kind::Refused, Blame::Caller, Retry::Never),
        ("40017", Kind::Refused, Blame::Caller, Retry::Never),
        ("40015", Kind::Unavailable, Blame::Them, unavailable),
        ("40018", Kind::Unavailable, Blame::Them, unavailable),
        ("ROUTING_23", Kind::Unavailable, Blame::Them, unavailable),
        ("1", Kind::Unavailable, Blame::Them, Retry::Unknown),
    ];
    for (id, kind, blame, retry) in cases {
        let json = refusal(id).to_string();
        let bodies = [
            (MULTIPART, multipart(&[("jsonInfos", json.as_bytes())], "\r\n")),
            (MULTIPART, multipart(&[("jsonInfos", json.as_bytes())], "\n")),
            ("application/json", json.clone().into_bytes()),
        ];
        for (content_type, body) in bodies {
            for status in [200, 400, 500] {
                check(&answered(status, content_type, body.clone()), kind, blame, retry, id);
            }
        }
    }
}

#[test]
fn a_refusal_without_replacement_values_or_type_is_one() {
    let shapes = [
        json!({ "messages": [{ "id": 30301, "messageContent": null }] }),
        json!({ "messages": { "id": "30301", "type": "error", "messageContent": "Le poids\u{7} est faux" } }),
        json!({ "messages": [{ "id": "0", "type": "INFOS" }, { "id": "30301", "type": "ERROR" }], "labelV2Response": null }),
    ];
    for json in shapes {
        let error = failed(&answered(400, MULTIPART, multipart(&[("jsonInfos", json.to_string().as_bytes())], "\r\n")));
        assert_eq!((error.code.as_str(), error.blame), ("30301", Blame::Caller), "{json}");
        assert!(!error.message.is_empty() && !error.message.contains('\u{7}'));
    }
}

#[test]
fn what_is_not_the_protocol_may_have_happened() {
    let page = "<!DOCTYPE html><html><body>Service indisponible</body></html>";
    let cases: [(u16, &str, &str); 10] = [
        (200, "text/html", page),
        (503, "text/html; charset=utf-8", page),
        (403, "text/html", page),
        (401, "text/html", page),
        (200, MULTIPART, ""),
        (200, "", "{}"),
        (200, MULTIPART, "--uuid:0-1--"),
        (500, "application/json", r#"{"error":"Internal Server Error","message":"x"}"#),
        (504, "application/json", r#"{"errorCode":"GW","errorLabel":"timeout"}"#),
        (302, "", ""),
    ];
    for (status, content_type, body) in cases {
        let exchange = answered(status, content_type, body);
        check(&exchange, Kind::NotTheProtocol(status), Blame::Them, Retry::Unknown, "not_the_protocol");
        assert!(!failed(&exchange).to_string().contains("indisponible"));
    }
}

#[test]
fn statuses_that_say_what_they_mean() {
    let gateway = r#"{"error":"Unauthorized","message":"bad key"}"#;
    let cases: [(u16, &str, Blame, &str); 7] = [
        (401, gateway, Blame::Us, "Unauthorized"),
        (403, r#"{"errorCode":"403","errorLabel":"no"}"#, Blame::Us, "403"),
        (401, "", Blame::Us, "401"),
        (422, "", Blame::Caller, "422"),
        (422, r#"{"error":"Unprocessable","message":"x"}"#, Blame::Caller, "Unprocessable"),
        (400, r#"{"errorCode":"BAD_JSON","errorLabel":"x"}"#, Blame::Caller, "BAD_JSON"),
        (500, r#"{"errorCode":"30000","errorLabel":"login"}"#, Blame::Us, "30000"),
    ];
    for (status, body, blame, code) in cases {
        check(&answered(status, "application/json", body), Kind::Refused, blame, Retry::Never, code);
    }
}

#[test]
fn too_many_calls_wait_as_long_as_they_are_told() {
    for (told, waits_s) in [(None, 30), (Some(Duration::from_secs(7)), 7)] {
        let mut exchange = answered(429, "text/html", "<html>");
        exchange.result = exchange.result.map(|r| Response { retry_after: told, ..r });
        check(&exchange, Kind::TooMany, Blame::Them, Retry::After(Duration::from_secs(waits_s)), "429");
    }
}

#[test]
fn what_was_not_sent_whole_may_be_sent_again() {
    let again = Retry::After(Duration::from_secs(1));
    for how in [Broken::NoConnection, Broken::TimedOut, Broken::Cut] {
        check(&broken(Reached::Nothing, how.clone()), Kind::NoConnection, Blame::Them, again, "no_connection");
        for reached in [Reached::Connected, Reached::PartOfRequest] {
            check(&broken(reached, how.clone()), Kind::CutWhileSending, Blame::Them, again, "cut_while_sending");
        }
    }
    for reached in [Reached::WholeRequest, Reached::FirstByte] {
        let unknown = |how, kind, code| check(&broken(reached, how), kind, Blame::Them, Retry::Unknown, code);
        unknown(Broken::TimedOut, Kind::NoAnswer, "no_answer");
        unknown(Broken::Cut, Kind::CutWhileWaiting, "cut_while_waiting");
        unknown(Broken::TooLarge, Kind::NotTheProtocol(0), "too_large");
    }
    check(
        &cut_answer(200, "text/html", "<ht"),
        Kind::CutWhileWaiting,
        Blame::Them,
        Retry::Unknown,
        "cut_while_waiting",
    );
}

#[test]
fn a_check_says_yes_or_why_not_and_is_never_unknown() {
    let (content_type, body) = write_refusal("0", "", LineEnds::Crlf, "1");
    assert_eq!(decode_check(&answered(200, &content_type, body.clone())), Ok(()));
    assert!(decode_check(&answered(500, &content_type, body)).is_err());
    let no = decode_check(&answered(400, "application/json", refusal("30000").to_string())).expect_err("refused");
    assert_eq!((no.code.as_str(), no.retry), ("30000", Retry::Never));
    for exchange in [answered(200, "text/html", "<html>"), broken(Reached::WholeRequest, Broken::TimedOut)] {
        assert!(matches!(decode_check(&exchange).expect_err("no yes").retry, Retry::After(_)));
    }
}

#[test]
fn health_pages_say_what_they_say() {
    let cases = [
        (200, write_health(true), Some(true)),
        (200, write_health(false), Some(false)),
        (500, "[KO]".to_owned(), Some(false)),
        (503, "[OK]".to_owned(), None),
        (200, "<html>OK</html>".to_owned(), None),
        (200, "[OK][KO]".to_owned(), Some(false)),
        (200, String::new(), None),
    ];
    for (status, body, expected) in cases {
        assert_eq!(decode_health(&answered(status, "text/html", body.clone())), expected, "{status} {body}");
    }
    assert_eq!(decode_health(&broken(Reached::Nothing, Broken::NoConnection)), None);
}

#[test]
fn written_answers_have_the_shape_that_narrow_clients_look_for() {
    let read = decode_label(&answered(200, MULTIPART, with_label(&infos(), "\r\n"))).expect("a label");
    let (content_type, body) = write_label(&read, LineEnds::Lf, "0-1");
    assert_eq!(content_type, MULTIPART);
    let text = String::from_utf8_lossy(&body);
    assert!(text.contains("Content-ID: <jsonInfos>\n\n{\"messages\":[{"), "{text}");
    assert!(text.contains("\"replacementValues\":[]") && text.contains("\"labelXmlV2Reponse\":null"), "{text}");
    assert!(text.contains("}\n--uuid:0-1\n") && text.contains("Content-ID: <label>\n\n%PDF"), "{text}");
    assert!(text.ends_with("\n--uuid:0-1--\n") && !text.contains("mixed\r\n"), "{text}");
}

#[test]
fn debug_tells_nothing_private() {
    let answer = decode_label(&answered(200, MULTIPART, with_label(&infos(), "\r\n"))).expect("a label");
    assert!(!format!("{answer:?}").contains("PDF"));
    let error = failed(&answered(200, MULTIPART, with_label(&json!({}), "\r\n")));
    assert!(!format!("{error:?} {error}").contains("PDF"));
}
