//! Pickup points: what one end writes the other reads, by every door; refusals by the service's ids.

use crate::support::{answered, silent};
use carriers::{
    Blame, Retry,
    colissimo::pickup::{
        self, Closure, PickupAnswer, PickupAsk, PickupById, PickupCall, PickupOperation, PickupPoint, PickupSearch,
        decode_pickup, encode_pickup, read_pickup_get, read_pickup_json, read_pickup_soap, write_pickup_json,
        write_pickup_soap,
    },
};
use http::HeaderMap;
use jiff::civil::date;
use parcel::{Country, Login, PointKind};
use proptest::prelude::*;

const SEARCH: PickupOperation = PickupOperation::Search;

fn search() -> PickupCall {
    PickupCall {
        login: Login::Contract { number: "964744".into(), password: "hush".into() },
        ask: PickupAsk::Search(PickupSearch {
            address: Some("12 rue de l'Église".into()),
            postal_code: "29200".into(),
            city: "Brest".into(),
            country: Country::FR,
            weight_g: Some(1_250),
            shipping_date: date(2025, 12, 22),
            with_shops: true,
            international: false,
            request_id: Some("r-1".into()),
            lang: Some("FR".into()),
        }),
    }
}

fn by_id() -> PickupCall {
    PickupCall {
        login: Login::ApiKey("hush".into()),
        ask: PickupAsk::ById(PickupById {
            id: "006254".parse().expect("an id"),
            date: date(2025, 12, 22),
            weight_g: None,
            network: Some("R03".into()),
            with_shops: false,
            lang: None,
        }),
    }
}

fn point(id: &str) -> PickupPoint {
    PickupPoint {
        id: id.parse().expect("an id"),
        name: "Épicerie <du> Port & fils".into(),
        address: ["1 rue du Port".into(), String::new(), String::new()],
        postal_code: "29200".into(),
        city: "Brest".into(),
        country: "FR".into(),
        latitude: Some(48.39),
        longitude: Some(-4.486),
        distance_m: Some(420),
        kind: PointKind::Shop,
        network: "R03".into(),
        hours: std::array::from_fn(
            |day| if day == 6 { "00:00-00:00".into() } else { "09:00-12:00 14:00-18:30".into() },
        ),
        closures: vec![Closure { from_ms: 1_766_534_400_000, until_ms: 1_766_707_200_000 }],
        closed: false,
        partly_closed: true,
        weight_max_g: Some(20_000),
        accessible: true,
        language: "FR".into(),
        sorting: ["1".into(), "".into(), "2".into()],
    }
}

fn answer(points: Vec<PickupPoint>) -> PickupAnswer {
    PickupAnswer {
        code: 0,
        message: "Code retour OK".into(),
        quality: Some("2".into()),
        request_id: Some("r-1".into()),
        points,
    }
}

#[test]
fn a_call_reads_back_by_rest() {
    for call in [search(), by_id()] {
        let request = encode_pickup(&call);
        assert!(request.path_and_query.ends_with(call.operation().name()));
        assert!(!format!("{request:?}{call:?}").contains("hush"));
        let headers: HeaderMap =
            request.headers.iter().map(|(n, v)| (n.clone(), v.parse().expect("a value"))).collect();
        assert_eq!(read_pickup_json(call.operation(), &headers, &request.body), Ok(call));
    }
}

#[test]
fn a_call_is_read_by_get_and_by_soap() {
    let query = "accountNumber=964744&password=hush&address=12+rue+de+l%27%C3%89glise&zipCode=29200&city=Brest&countryCode=FR\
        &weight=1250&shippingDate=22%2F12%2F2025&filterRelay=1&requestId=r-1&lang=FR&optionInter=0";
    assert_eq!(read_pickup_get(SEARCH, &HeaderMap::new(), query), Ok(search()));
    let soap = "<e:Envelope xmlns:e='http://schemas.xmlsoap.org/soap/envelope/'><e:Body>\
        <v:findPointRetraitAcheminementByID xmlns:v='http://v2.pointretrait.geopost.com/'><apikey>hush</apikey><id>006254</id>\
        <date>22/12/2025</date><filterRelay>0</filterRelay><reseau>R03</reseau></v:findPointRetraitAcheminementByID></e:Body></e:Envelope>";
    let read = read_pickup_soap(&HeaderMap::new(), soap.as_bytes());
    assert_eq!(read, Ok((PickupOperation::ById, Ok(by_id()))));
    assert!(read_pickup_soap(&HeaderMap::new(), &soap.replace("findPoint", "losePoint").into_bytes()).is_err());
}

#[test]
fn an_answer_reads_back_by_both_forms() {
    let two = answer(vec![point("006254"), PickupPoint { kind: PointKind::Other("XYZ".into()), ..point("A12345") }]);
    for said in [two, answer(vec![])] {
        let json = answered(200, "application/json", write_pickup_json(SEARCH, Ok(&said)));
        assert_eq!(decode_pickup(&json), Ok(said.clone()));
        let soap = answered(200, "text/xml", write_pickup_soap(SEARCH, Ok(&said)));
        assert_eq!(decode_pickup(&soap), Ok(said));
    }
    let one = answer(vec![point("006254")]);
    for body in [write_pickup_json(PickupOperation::ById, Ok(&one)), write_pickup_soap(PickupOperation::ById, Ok(&one))]
    {
        assert_eq!(decode_pickup(&answered(200, "", body)), Ok(one.clone()));
    }
}

#[test]
fn what_breaks_a_rule_is_refused_by_its_id() {
    let good = "accountNumber=1&password=p&zipCode=29200&city=Brest&countryCode=FR&shippingDate=22/12/2025";
    let cases = [
        ("accountNumber=1&", "", 101),
        ("password=p&", "", 102),
        ("zipCode=29200&", "", 104),
        ("city=Brest&", "", 105),
        ("&shippingDate=22/12/2025", "", 106),
        ("countryCode=FR", "", 117),
        ("countryCode=FR", "countryCode=France", 146),
        ("29200", "2920", 125),
        ("22/12/2025", "2025-12-22", 122),
        ("22/12/2025", "31/02/2026", 122),
        ("22/12/2025", "22/12/2025&weight=1.5", 120),
        ("22/12/2025", "22/12/2025&weight=100000", 121),
        ("22/12/2025", "22/12/2025&filterRelay=2", 123),
        ("22/12/2025", "22/12/2025&optionInter=oui", 145),
    ];
    assert!(read_pickup_get(SEARCH, &HeaderMap::new(), good).is_ok());
    for (from, to, code) in cases {
        let refusal = read_pickup_get(SEARCH, &HeaderMap::new(), &good.replace(from, to)).expect_err(to);
        assert_eq!(refusal.code, code, "{from} -> {to}");
        let told = decode_pickup(&answered(200, "application/json", write_pickup_json(SEARCH, Err(&refusal))));
        let error = told.expect_err("refused");
        assert_eq!((error.code.as_str(), error.blame), (code.to_string().as_str(), Blame::Caller));
    }
    for (query, code) in [("", 107), ("&id=12&date=22/12/2025", 124), ("&id=006254", 106)] {
        let refused = read_pickup_get(PickupOperation::ById, &HeaderMap::new(), &format!("apikey=k{query}"));
        assert_eq!(refused.map_err(|e| e.code), Err(code), "{query}");
    }
}

#[test]
fn none_found_is_an_answer_and_silence_is_none() {
    for code in [300, 301] {
        let none = PickupAnswer { code, message: pickup::pickup_text(code).into(), ..PickupAnswer::default() };
        assert_eq!(decode_pickup(&answered(200, "", write_pickup_json(SEARCH, Ok(&none)))), Ok(none));
    }
    for odd in ["", "<html>maintenance</html>", "{}", "[]", "{\"errorCode\":1000}"] {
        let error = decode_pickup(&answered(200, "text/html", odd)).expect_err(odd);
        assert!(error.blame == Blame::Them && error.retry != Retry::Unknown, "{error:?}");
    }
    assert!(matches!(decode_pickup(&silent()).expect_err("silence").retry, Retry::After(_)));
}

#[test]
fn the_description_names_its_own_address() {
    let wsdl = pickup::pickup_wsdl("http://127.0.0.1:8080/a?b&c");
    let text = String::from_utf8_lossy(&wsdl);
    assert!(text.contains("location=\"http://127.0.0.1:8080/a?b&amp;c\"") && !text.contains("{address}"));
}

proptest! {
    #[test]
    fn any_bytes_are_read_or_refused(text in "\\PC{0,120}", bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        let _ = read_pickup_get(SEARCH, &HeaderMap::new(), &text);
        let _ = read_pickup_json(SEARCH, &HeaderMap::new(), &bytes);
        let _ = read_pickup_soap(&HeaderMap::new(), &bytes);
        let _ = decode_pickup(&answered(200, "", bytes));
    }
}
