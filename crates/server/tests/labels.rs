//! Labels as they are kept, on a sheet, printed again, and many in one file.

mod support;

use carriers::colissimo::{LabelAnswer, LineEnds, write_label, write_refusal};
use dispatch::{By, Fact};
use http::{Method, StatusCode};
use lopdf::{Dictionary, Document, Object, Stream, dictionary};
use parcel::{LabelFormat, ShipmentId};
use serde_json::{Value, json};
use store::LabelBytes;
use support::{Answer, KEY, NUMBER, OTHER_KEY, OTHER_NUMBER, World};

const CONTENT: &[u8] = b"1 w 10 10 263 405 re S";

/// A label of 10 x 15 cm.
fn pdf() -> Vec<u8> {
    let mut document = Document::with_version("1.4");
    let pages = document.new_object_id();
    let content = document.add_object(Stream::new(Dictionary::new(), CONTENT.to_vec()));
    let size = vec![0.into(), 0.into(), 283.into(), 425.into()];
    let page = dictionary! { "Type" => "Page", "Parent" => pages, "MediaBox" => size, "Contents" => content };
    let kids: Vec<Object> = vec![document.add_object(page).into()];
    document.objects.insert(pages, dictionary! { "Type" => "Pages", "Count" => 1, "Kids" => kids }.into());
    let root = document.add_object(dictionary! { "Type" => "Catalog", "Pages" => pages });
    document.trailer.set("Root", root);
    let mut bytes = Vec::new();
    document.save_to(&mut bytes).expect("written");
    bytes
}

struct Desk {
    world: World,
}

impl Desk {
    async fn open() -> Self {
        Self { world: World::new().await }
    }

    /// A shipment whose label came with these bytes.
    async fn label(&self, order: &str, number: &str, format: &str, bytes: Vec<u8>) -> ShipmentId {
        let id = self.world.ship(order).await;
        self.world.claim().await;
        let fact = Fact::Confirmed {
            attempt: 1,
            number: number.parse().expect("a number"),
            partner_number: None,
            format: format.parse().expect("a format"),
            by: By::Answer,
        };
        let words = json!({"messages": [], "partnerNumber": null, "lineEnds": "lf"}).to_string();
        let label = LabelBytes { label: bytes.into(), cn23: None, answer_json: words };
        self.world.record(id, fact, Some(label)).await;
        id
    }

    async fn pdf(&self) -> ShipmentId {
        self.label("A", NUMBER, "PDF_10x15_300dpi", pdf()).await
    }

    async fn fetch(&self, id: ShipmentId, query: &str) -> Answer {
        self.world.get(&format!("/v1/shipments/{id}/label{query}")).await
    }

    async fn many(&self, body: &Value) -> Answer {
        self.world.post("/v1/labels", &[], body).await
    }

    /// Waits until the store has noted what was handed out: it does so behind the answer.
    async fn released(&self, id: ShipmentId) -> bool {
        let path = format!("/v1/shipments/{id}");
        for _ in 0..1_000 {
            if self.world.get(&path).await.json()["released"] == true {
                return true;
            }
            tokio::task::yield_now().await;
        }
        false
    }
}

fn pages(answer: &Answer) -> usize {
    assert_eq!(
        (answer.status, answer.header("content-type")),
        (StatusCode::OK, "application/pdf"),
        "{}",
        answer.text()
    );
    Document::load_mem(&answer.body).expect("a PDF").page_iter().count()
}

fn holds(answer: &Answer, bytes: &[u8]) -> bool {
    answer.body.windows(bytes.len()).any(|window| window == bytes)
}

#[tokio::test]
async fn a_label_is_given_as_it_is_kept_or_placed_on_a_sheet() {
    let desk = Desk::open().await;
    let id = desk.pdf().await;
    for query in ["", "?format=PDF_10x15_300dpi"] {
        assert_eq!(desk.fetch(id, query).await.body, pdf(), "{query}");
    }
    for query in ["?format=PDF_A4_300dpi", "?format=PDF_A4_300dpi&position=4"] {
        let sheet = desk.fetch(id, query).await;
        assert_eq!(pages(&sheet), 1);
        assert!(holds(&sheet, CONTENT), "the label's own content");
    }
    assert!(desk.world.carrier.calls().is_empty(), "nobody was asked");
    for (query, field) in [
        ("?format=A4", "format"),
        ("?position=1", "position"),
        ("?format=PDF_A4_300dpi&position=5", "position"),
        ("?x=1", ""),
    ] {
        let refused = desk.fetch(id, query).await;
        assert_eq!(refused.problem(), "bad-query", "{query}");
        assert_eq!(refused.json()["field"].as_str().unwrap_or_default(), field, "{query}");
    }
}

#[tokio::test]
async fn what_the_client_does_not_accept_is_not_sent() {
    let desk = Desk::open().await;
    let (id, bearer) = (desk.pdf().await, format!("Bearer {KEY}"));
    let path = format!("/v1/shipments/{id}/label");
    for (accept, status) in
        [("application/pdf", 200), ("application/x-zpl, */*;q=0.1", 200), ("application/x-zpl", 406)]
    {
        let headers = [("authorization", bearer.as_str()), ("accept", accept)];
        let answer = desk.world.send(Method::GET, &path, &headers, "").await;
        assert_eq!(answer.status, status, "{accept}");
        if status == 406 {
            assert_eq!(answer.problem(), "not-acceptable");
            assert!(answer.text().contains("PDF_10x15_300dpi or PDF_A4_300dpi"), "{}", answer.text());
        }
    }
}

#[tokio::test]
async fn another_format_is_printed_again_by_the_carrier_and_not_kept() {
    let desk = Desk::open().await;
    let id = desk.pdf().await;
    let answer = LabelAnswer {
        number: NUMBER.parse().expect("a number"),
        partner_number: None,
        pdf_url: None,
        label: "^XA again ^XZ".into(),
        cn23: None,
        messages: Vec::new(),
        line_ends: LineEnds::Crlf,
    };
    let (kind, body) = write_label(&answer, LineEnds::Crlf, "1234");
    desk.world.carrier.will_say(200, &kind, body);
    let again = desk.fetch(id, "?format=ZPL_10x15_300dpi").await;
    assert_eq!((again.header("content-type"), again.body.as_ref()), ("application/x-zpl", &b"^XA again ^XZ"[..]));
    assert_eq!(desk.fetch(id, "").await.body, pdf(), "the original stays");

    let (kind, refusal) = write_refusal("30404", "", LineEnds::Crlf, "1234");
    desk.world.carrier.will_say(400, &kind, refusal);
    let refused = desk.fetch(id, "?format=DPL_10x15_300dpi").await;
    assert_eq!((refused.problem().as_str(), &refused.json()["carrier_code"]), ("format-unavailable", &json!("30404")));

    let silent = desk.fetch(id, "?format=ZPL_10x15_300dpi").await;
    assert_eq!(silent.problem(), "carrier-unavailable");
    desk.world.carrier.goes_dark();
    let asked = desk.world.carrier.calls().len();
    let dark = desk.fetch(id, "?format=ZPL_10x15_300dpi").await;
    assert_eq!((dark.problem().as_str(), dark.header("retry-after")), ("carrier-unavailable", "30"));
    assert!(dark.text().contains("Now: PDF_10x15_300dpi or PDF_A4_300dpi."), "{}", dark.text());
    assert_eq!(desk.world.carrier.calls().len(), asked, "a dark carrier is left alone");
    assert_eq!(pages(&desk.fetch(id, "?format=PDF_A4_300dpi").await), 1, "this needs no carrier");
}

#[tokio::test]
async fn a_label_that_is_no_pdf_is_never_placed() {
    let desk = Desk::open().await;
    let id = desk.label("A", NUMBER, "PDF_10x15_300dpi", b"%PDF-1.4 and then nothing".to_vec()).await;
    let refused = desk.fetch(id, "?format=PDF_A4_300dpi").await;
    assert_eq!(refused.problem(), "format-unavailable");
    assert!(refused.text().contains("cannot be read"), "{}", refused.text());
    assert_eq!(desk.fetch(id, "").await.status, StatusCode::OK, "as it is it can be had");
    assert_eq!(desk.many(&json!({"shipments": [id]})).await.problem(), "format-unavailable");
}

#[tokio::test]
async fn many_labels_come_as_one_file_in_the_order_that_is_asked_for() {
    let desk = Desk::open().await;
    let (first, second) = (desk.pdf().await, desk.label("B", OTHER_NUMBER, "PDF_10x15_300dpi", pdf()).await);
    let ids = json!([second, first]);
    assert_eq!(pages(&desk.many(&json!({"shipments": ids})).await), 2);
    assert!(desk.released(first).await && desk.released(second).await, "they were handed out");
    for (position, sheets) in [(1, 1), (4, 2)] {
        let body = json!({"shipments": ids, "layout": "quarters", "position": position});
        assert_eq!(pages(&desk.many(&body).await), sheets);
    }
    assert_eq!(desk.many(&json!({"shipments": ids, "position": 2})).await.json()["field"], "position");
    for bad in [json!([]), json!(vec![first; 501]), json!([first, first])] {
        assert_eq!(desk.many(&json!({"shipments": bad})).await.json()["field"], "shipments");
    }
}

#[tokio::test]
async fn zpl_labels_follow_one_another() {
    let desk = Desk::open().await;
    let zpl = |order, number, text: &str| {
        desk.label(order, number, LabelFormat::ZPL_10X15_203DPI.as_str(), text.as_bytes().to_vec())
    };
    let ids = [zpl("A", NUMBER, "^XA1^XZ\n").await, zpl("B", OTHER_NUMBER, "^XA2^XZ\n").await];
    let all = desk.many(&json!({"shipments": ids})).await;
    assert_eq!((all.header("content-type"), all.body.as_ref()), ("application/x-zpl", &b"^XA1^XZ\n^XA2^XZ\n"[..]));
    assert_eq!(desk.many(&json!({"shipments": ids, "layout": "quarters"})).await.json()["field"], "layout");
}

#[tokio::test]
async fn all_labels_come_or_none_and_those_that_are_missing_are_named() {
    let desk = Desk::open().await;
    let ready = desk.pdf().await;
    let late = [desk.world.ship("B").await, desk.world.ship("C").await];
    let refused = desk.many(&json!({"shipments": [late[0], ready, late[1]]})).await;
    assert_eq!((refused.problem().as_str(), &refused.json()["shipments"]), ("not-ready", &json!(late)));
    let one = desk.many(&json!({"shipments": [ready, late[1]]})).await;
    assert_eq!((one.problem().as_str(), &one.json()["shipment"]), ("not-ready", &json!(late[1])));
    assert_eq!(desk.world.get(&format!("/v1/shipments/{ready}")).await.json()["released"], false);
    let other = [("authorization", format!("Bearer {OTHER_KEY}")), ("content-type", "application/json".into())];
    let other = other.each_ref().map(|(name, value)| (*name, value.as_str()));
    let body = json!({"shipments": [ready]}).to_string();
    let stranger = desk.world.send(Method::POST, "/v1/labels", &other, body).await;
    assert_eq!(stranger.problem(), "no-such-shipment");
}
