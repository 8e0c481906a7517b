//! Properties: what is written is read back byte for byte, and no bytes make a parser panic.

use crate::slips::slip;
use crate::soap::{elements, envelope};
use crate::support::{MULTIPART, NUMBER, TODAY, answered, contract, cut_answer, infos, multipart, shipment, written};
use bytes::Bytes;
use carriers::{
    Exchange,
    colissimo::{
        LabelAnswer, LineEnds, Message, class_of, decode_check, decode_health, decode_label, decode_reprint,
        decode_slip, decode_track, encode_generate, error_text, read_generate, read_get_label, read_slip, read_soap,
        read_track, write_label, write_refusal, write_slip,
    },
};
use http::HeaderMap;
use parcel::{LabelFormat, ParcelNumber, Product};
use proptest::prelude::*;

/// Everything that reads bytes, on these bytes.
fn read_all(exchange: &Exchange, bytes: &[u8]) {
    let number = NUMBER.parse().expect("a good number");
    let _ = (decode_label(exchange), decode_reprint(exchange, &number), decode_check(exchange));
    let _ = (decode_track(exchange), decode_health(exchange), decode_slip(exchange));
    for content_type in ["text/xml", MULTIPART] {
        let Ok(call) = read_soap(content_type, bytes) else { continue };
        let none = HeaderMap::new();
        let _ = (call.clone().generate(&none, TODAY), call.clone().reprint(&none), call.slip(&none));
    }
    let _ = read_slip(&HeaderMap::new(), bytes);
    let _ = (read_generate(&HeaderMap::new(), bytes, TODAY), read_get_label(&HeaderMap::new(), bytes));
    let text = String::from_utf8_lossy(bytes);
    let _ = (read_track(&text, Some(&text)), error_text(&text), class_of(&text));
}

fn read_all_of(status: u16, content_type: &str, bytes: &[u8]) {
    read_all(&answered(status, content_type, bytes.to_vec()), bytes);
    read_all(&cut_answer(status, content_type, bytes.to_vec()), bytes);
}

/// Good bytes of each protocol, to be spoiled.
fn fixtures() -> Vec<Vec<u8>> {
    let json = infos().to_string();
    let parts = [("jsonInfos", json.as_bytes()), ("label", &b"%PDF \n--uuid:0\r\n"[..]), ("cn23", b"form")];
    vec![
        multipart(&parts, "\r\n"),
        multipart(&parts, "\n"),
        written().to_string().into_bytes(),
        write_refusal("30301", "", LineEnds::Crlf, "0-1").1.to_vec(),
        write_slip(&slip(), LineEnds::Crlf, "0-1").1.to_vec(),
        envelope("generateLabel", &elements(&written())).into_bytes(),
        br#"{"returnCode":200,"shipment":{"idShip":"A1","event":[{"code":"DI1"}],"isFinal":true}}"#.to_vec(),
    ]
}

/// One change to a run of bytes.
#[derive(Clone, Debug)]
enum Spoil {
    Set(usize, u8),
    Remove(usize, usize),
    Repeat(usize, usize),
    Cut(usize),
}

fn spoils() -> impl Strategy<Value = Vec<Spoil>> {
    let at = any::<usize>;
    let odd = prop_oneof![
        Just(b'\n'),
        Just(b'\r'),
        Just(b'-'),
        Just(b'"'),
        Just(b'{'),
        Just(b'['),
        Just(b'<'),
        Just(b'&'),
        any::<u8>()
    ];
    let one = prop_oneof![
        (at(), odd).prop_map(|(a, b)| Spoil::Set(a, b)),
        (at(), 1..40usize).prop_map(|(a, n)| Spoil::Remove(a, n)),
        (at(), 1..40usize).prop_map(|(a, n)| Spoil::Repeat(a, n)),
        at().prop_map(Spoil::Cut),
    ];
    prop::collection::vec(one, 1..6)
}

fn spoil(bytes: &mut Vec<u8>, how: &Spoil) {
    if bytes.is_empty() {
        return;
    }
    let len = bytes.len();
    let range = |at: usize, n: usize| at % len..(at % len + n).min(len);
    match *how {
        Spoil::Set(at, byte) => bytes[at % len] = byte,
        Spoil::Remove(at, n) => drop(bytes.drain(range(at, n))),
        Spoil::Repeat(at, n) => bytes.extend_from_within(range(at, n)),
        Spoil::Cut(at) => bytes.truncate(at % len),
    }
}

fn content_types() -> impl Strategy<Value = String> {
    prop_oneof![Just(MULTIPART.to_owned()), Just(String::new()), Just("text/html".to_owned()), "[ -~]{0,40}"]
}

fn answers() -> impl Strategy<Value = LabelAnswer> {
    let bytes = prop::collection::vec(
        prop_oneof![4 => any::<u8>(), 1 => Just(b'\n'), 1 => Just(b'\r'), 1 => Just(b'-')],
        1..300,
    );
    let text = "[^\\x00-\\x1f\\x7f-\\x9f]{0,30}";
    (0u64..10_000_000_000, bytes.clone(), prop::option::of(bytes), prop::option::of("[!-~]{1,28}"), text, any::<bool>())
        .prop_map(|(serial, label, cn23, partner_number, content, crlf)| LabelAnswer {
            number: ParcelNumber::from_serial("6A", serial).expect("a good serial"),
            partner_number,
            pdf_url: None,
            label: label.into(),
            cn23: cn23.map(Bytes::from),
            messages: vec![Message { id: "0".into(), kind: "INFOS".into(), content: content.trim().to_owned() }],
            line_ends: if crlf { LineEnds::Crlf } else { LineEnds::Lf },
        })
}

proptest! {
    #[test]
    fn what_is_written_is_read(answer in answers()) {
        let (content_type, body) = write_label(&answer, answer.line_ends, "5f2d-77aa");
        let read = decode_label(&answered(200, &content_type, body));
        prop_assert_eq!(read, Ok(answer));
    }

    #[test]
    fn what_is_sent_is_served(grams in 1u32..3_000, product in 0usize..Product::KNOWN.len(), contract_login in any::<bool>()) {
        let sent = shipment(Product::KNOWN[product].clone(), grams * 10);
        let login = if contract_login { contract() } else { parcel::Login::ApiKey("k".into()) };
        let request = encode_generate(&sent, &login, TODAY, LabelFormat::PDF_10X15);
        let headers = request.headers.iter().map(|(k, v)| (k.clone(), v.parse().expect("a value"))).collect();
        let read = read_generate(&headers, &request.body, TODAY).expect("a good request");
        prop_assert_eq!(read.login, Some(login));
        let letter = read.shipment.letter.clone();
        prop_assert_eq!(parcel::Shipment { letter: sent.letter.clone(), ..read.shipment }, sent);
        prop_assert!(matches!(letter, parcel::Letter::AsWritten(_)));
    }

    #[test]
    fn spoiled_bytes_never_panic(which in 0usize..7, how in spoils(), status in 100u16..600, content_type in content_types()) {
        let mut bytes = fixtures().swap_remove(which);
        how.iter().for_each(|h| spoil(&mut bytes, h));
        read_all_of(status, &content_type, &bytes);
    }

    #[test]
    fn random_bytes_never_panic(bytes in prop::collection::vec(any::<u8>(), 0..400), content_type in content_types()) {
        read_all_of(200, &content_type, &bytes);
    }

    #[test]
    fn random_text_in_parts_never_panics(json in "\\PC{0,120}", label in "\\PC{0,40}") {
        read_all_of(200, MULTIPART, &multipart(&[("jsonInfos", json.as_bytes()), ("label", label.as_bytes())], "\n"));
    }
}
