//! Deposit slips: what is asked, what is answered, and what a client sees when the carrier is ill.

use crate::support::{MULTIPART, NUMBER, answered, broken, contract, cut_answer, multipart};
use carriers::{
    Blame, Broken, Reached, Retry,
    colissimo::{
        LineEnds, Message, SLIP, SlipAnswer, SlipHeader, decode_slip, encode_slip, read_slip, write_refusal, write_slip,
    },
};
use http::HeaderMap;
use parcel::{Login, ParcelNumber};
use proptest::prelude::*;
use serde_json::{Value, json};

const ABROAD: &str = "EW112720413FR";

fn number(text: &str) -> ParcelNumber {
    text.parse().expect("a good number")
}

pub(crate) fn slip() -> SlipAnswer {
    SlipAnswer {
        header: SlipHeader {
            number: Some(201_234),
            parcels: Some(2),
            published_ms: Some(1_766_390_000_000),
            client: Some("964744".into()),
            company: Some("La Boutique".into()),
            address: Some("12 rue de l’Église 75002 Paris".into()),
            site: Some("29200".into()),
            site_name: Some("BREST PFC".into()),
        },
        paper: "%PDF paper".into(),
        messages: vec![Message { id: "0".into(), kind: "INFOS".into(), content: "fait".into() }],
        line_ends: LineEnds::Lf,
    }
}

#[test]
fn a_request_goes_there() {
    let request = encode_slip(&[number(NUMBER), number(ABROAD)], &contract());
    assert_eq!(request.path_and_query, SLIP);
    let json: Value = serde_json::from_slice(&request.body).expect("JSON");
    assert_eq!(
        json,
        json!({ "contractNumber": "964744", "password": "hush",
            "generateBordereauParcelNumberList": { "parcelsNumbers": [NUMBER, ABROAD] } })
    );
    let read = read_slip(&HeaderMap::new(), &request.body).expect("a good request");
    assert_eq!((read.login, read.numbers), (Some(contract()), vec![number(NUMBER), number(ABROAD)]));
    let by_key = encode_slip(&[number(NUMBER)], &Login::ApiKey("k".into()));
    assert!(!String::from_utf8_lossy(&by_key.body).contains("contractNumber"));
}

#[test]
fn what_is_no_request_is_refused() {
    let list = |numbers: Value| json!({ "generateBordereauParcelNumberList": { "parcelsNumbers": numbers } });
    for (body, id) in [
        (json!({}), "30327"),
        (list(json!([])), "30327"),
        (list(json!([NUMBER, "unknown"])), "50031"),
        (list(json!([NUMBER, null])), "50031"),
    ] {
        let refused = read_slip(&HeaderMap::new(), body.to_string().as_bytes()).expect_err(id);
        assert_eq!((refused.status, refused.id.as_str()), (400, id), "{body}");
    }
    assert_eq!(read_slip(&HeaderMap::new(), b"<xml/>").map_err(|e| e.status).err(), Some(422));
    assert!(read_slip(&HeaderMap::new(), list(json!(NUMBER)).to_string().as_bytes()).is_ok(), "one without a list");
}

#[test]
fn the_answer_comes_back() {
    let (kind, body) = write_slip(&slip(), LineEnds::Lf, "1-2");
    assert!(String::from_utf8_lossy(&body).contains("\"bordereauHeader\":{\"bordereauNumber\":201234"));
    assert_eq!(decode_slip(&answered(200, &kind, body)), Ok(slip()));
    let bare = [("jsonInfos", &b"{\"messages\":[{\"id\":\"0\",\"type\":\"INFOS\"}]}"[..]), ("other", b"%PDF x")];
    let read = decode_slip(&answered(200, MULTIPART, multipart(&bare, "\r\n"))).expect("a paper");
    assert_eq!((read.paper.as_ref(), read.header), (&b"%PDF x"[..], SlipHeader::default()));
}

#[test]
fn a_slip_can_always_be_asked_for_again() {
    let refused = |status, id: &str| {
        let (kind, body) = write_refusal(id, "", LineEnds::Crlf, "1-2");
        decode_slip(&answered(status, &kind, body)).expect_err(id)
    };
    assert_eq!((refused(400, "50031").blame, refused(400, "50031").retry), (Blame::Caller, Retry::Never));
    assert_eq!(refused(400, "30000").blame, Blame::Us);
    assert!(matches!(refused(500, "40015").retry, Retry::After(_)));
    let (kind, body) = write_slip(&slip(), LineEnds::Crlf, "1-2");
    let half = body.slice(..body.len() - 20);
    for exchange in [
        broken(Reached::WholeRequest, Broken::TimedOut),
        broken(Reached::Nothing, Broken::NoConnection),
        answered(200, "text/html", "<html>"),
        answered(503, "text/html", "<html>"),
        answered(
            200,
            MULTIPART,
            multipart(&[("jsonInfos", b"{\"messages\":[{\"id\":\"0\",\"type\":\"INFOS\"}]}")], "\n"),
        ),
        cut_answer(200, &kind, half),
    ] {
        let error = decode_slip(&exchange).expect_err("no paper");
        assert!(error.blame == Blame::Them && matches!(error.retry, Retry::After(_)), "{error:?}");
    }
}

proptest! {
    #[test]
    fn what_is_written_is_read(number in any::<u64>(), parcels in any::<u32>(), name in "[!-~][ -~]{0,20}[!-~]", paper in prop::collection::vec(any::<u8>(), 1..200)) {
        let header = SlipHeader { number: Some(number), parcels: Some(parcels), company: Some(name), ..slip().header };
        let answer = SlipAnswer { header, paper: paper.into(), ..slip() };
        let (kind, body) = write_slip(&answer, LineEnds::Lf, "5f2d-77aa");
        prop_assert_eq!(decode_slip(&answered(200, &kind, body)), Ok(answer));
    }
}
