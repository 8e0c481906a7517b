//! The simulated carrier's label service beyond the plain label: abroad, customs, deposit slips, and the SOAP twin.

use carriers::{Exchange, Reached, Request, Response, colissimo};
use clock::Time;
use http::{HeaderName, Method, header};
use parcel::{
    Address, AddressFields, Article, Cents, Country, Customs, CustomsCategory, DeliveryMode, LabelFormat, Letter,
    Login, ParcelNumber, Product, Shipment, ShipmentParts, Weight,
};
use sim::{
    carrier::{Call, Carrier, Options, Wire},
    scenario::{Baseline, Scenario},
};
use std::{sync::Arc, time::Duration};

fn noon() -> Time {
    Time::from_paris("2025-12-22T12:00:00").expect("a moment")
}

fn carrier() -> Carrier {
    Carrier::new(Arc::new(Scenario::calm(noon(), Baseline::default())), Options::default())
}

fn login() -> Login {
    Login::Contract { number: "964744".into(), password: "hush".into() }
}

fn address(code: &str, country: &str) -> Address {
    Address::parse(AddressFields {
        last_name: Some("Martin".into()),
        street: Some("1 rue du Port".into()),
        postal_code: Some(code.into()),
        city: Some("Ville".into()),
        country: Some(country.into()),
        ..AddressFields::default()
    })
    .expect("an address")
}

fn customs() -> Customs {
    Customs {
        category: CustomsCategory::Goods,
        articles: vec![Article {
            description: "Livre".into(),
            quantity: 1,
            weight_g: 400,
            value: Cents(2_000),
            currency: "EUR".into(),
            origin: Country::FR,
            hs_code: Some("490199".into()),
        }],
        shipping_cost: Cents(1_500),
        invoice_number: None,
        licence_number: None,
        certificate_number: None,
        eori: None,
        importer_reference: None,
        importer_contact: None,
        comments: None,
        original: None,
    }
}

fn shipment(product: Product, to: Address, customs: Option<Customs>) -> Shipment {
    Shipment {
        order_number: Some("CMD-1".parse().expect("an order")),
        parcel_ref: None,
        parcel_number: None,
        product,
        mode: DeliveryMode::Home,
        deposit_date: noon().paris_date(),
        weight: Weight::from_grams(500).expect("a weight"),
        format: LabelFormat::PDF_10X15,
        letter: Letter::Parts(Box::new(ShipmentParts {
            sender: address("29200", "FR"),
            addressee: to,
            commercial_name: None,
            insurance: None,
            instructions: None,
            non_machinable: false,
            undeliverable: None,
            customs,
        })),
    }
}

fn ask(carrier: &mut Carrier, request: &Request) -> Exchange {
    let Wire::Answer(answer) = carrier.handle(noon(), request).wire else { panic!("an answer") };
    Exchange { reached: Reached::FirstByte, kept: false, elapsed: Duration::ZERO, result: Ok(answer) }
}

fn label(carrier: &mut Carrier, shipment: &Shipment) -> Result<colissimo::LabelAnswer, String> {
    let request = colissimo::encode_generate(shipment, &login(), noon().paris_date(), shipment.format);
    colissimo::decode_label(&ask(carrier, &request)).map_err(|e| e.code)
}

#[test]
fn a_parcel_to_abroad_has_a_number_of_the_postal_union() {
    let mut carrier = carrier();
    for (product, to, prefix) in [
        (Product::Dom, address("1000", "BE"), "CP"),
        (Product::Dos, address("10115", "DE"), "CP"),
        (Product::Coli, address("00184", "IT"), "CP"),
        (Product::Dom, address("75002", "FR"), "6A"),
    ] {
        let first = label(&mut carrier, &shipment(product.clone(), to.clone(), None)).expect("a label").number;
        let second = label(&mut carrier, &shipment(product, to, None)).expect("a label").number;
        assert_eq!((first.prefix(), first.serial() + 1), (prefix, second.serial()));
        assert_eq!(matches!(first, ParcelNumber::S10(_)), prefix == "CP");
        let again = colissimo::encode_get_label(&first, &login(), LabelFormat::PDF_10X15);
        assert_eq!(colissimo::decode_reprint(&ask(&mut carrier, &again), &first).map(|l| l.number), Ok(first));
    }
}

#[test]
fn beyond_the_union_a_parcel_is_declared_and_has_a_customs_form() {
    let mut carrier = carrier();
    let swiss = || address("1201", "CH");
    assert_eq!(label(&mut carrier, &shipment(Product::Dos, swiss(), None)).map(|_| ()), Err("30500".into()));
    let made = label(&mut carrier, &shipment(Product::Dos, swiss(), Some(customs()))).expect("a label");
    assert!(made.cn23.is_some_and(|form| form.starts_with(b"%PDF")));
    let overseas = label(&mut carrier, &shipment(Product::Com, address("97200", "FR"), Some(customs())));
    assert_eq!(overseas.map(|l| (l.number.prefix().to_owned(), l.cn23.is_some())), Ok(("8Q".to_owned(), true)));
}

#[test]
fn a_slip_is_made_of_the_clients_own_parcels() {
    let mut carrier = carrier();
    let home = shipment(Product::Dom, address("75002", "FR"), None);
    let numbers: Vec<ParcelNumber> = (0..2).map(|_| label(&mut carrier, &home).expect("a label").number).collect();
    let slip = |carrier: &mut Carrier, login: &Login| {
        colissimo::decode_slip(&ask(carrier, &colissimo::encode_slip(&numbers, login))).map_err(|e| e.code)
    };
    let made = slip(&mut carrier, &login()).expect("a slip");
    assert_eq!((made.header.number, made.header.parcels), (Some(1), Some(2)));
    assert!(made.paper.starts_with(b"%PDF") && made.header.published_ms == Some(noon().unix_ms()));
    assert_eq!(slip(&mut carrier, &Login::ApiKey("stranger".into())).map(|_| ()), Err("50031".into()));
    assert_eq!(carrier.book().calls().total(Call::Slip), 2);
}

fn soap(method: Method, query: &str, body: &str) -> Request {
    let headers: Vec<(HeaderName, String)> =
        vec![(header::CONTENT_TYPE, "text/xml; charset=utf-8".into()), (header::HOST, "carrier.test:80".into())];
    let path_and_query = format!("{}{query}", colissimo::SOAP);
    Request { method, path_and_query, headers, body: body.to_owned().into() }
}

fn told(exchange: Exchange) -> (Response, String) {
    let response = exchange.result.expect("an answer");
    let text = String::from_utf8_lossy(&response.body).into_owned();
    (response, text)
}

#[test]
fn the_soap_twin_makes_the_same_labels() {
    let mut carrier = carrier();
    let to = |name: &str, code: &str| {
        format!(
            "<address><lastName>{name}</lastName><line2>1 rue du Port</line2><countryCode>FR</countryCode>\
             <city>Ville</city><zipCode>{code}</zipCode></address>"
        )
    };
    let call = |weight: &str| {
        format!(
            "<s:Envelope xmlns:s=\"http://schemas.xmlsoap.org/soap/envelope/\"><s:Body>\
             <t:generateLabel xmlns:t=\"http://sls.ws.coliposte.fr\"><generateLabelRequest>\
             <contractNumber>964744</contractNumber><password>hush</password>\
             <outputFormat><outputPrintingType>PDF_10x15_300dpi</outputPrintingType></outputFormat><letter>\
             <service><productCode>DOM</productCode><depositDate>2025-12-22</depositDate></service>\
             <parcel><weight>{weight}</weight></parcel><sender>{}</sender><addressee>{}</addressee>\
             </letter></generateLabelRequest></t:generateLabel></s:Body></s:Envelope>",
            to("Boutique", "29200"),
            to("Martin", "75002"),
        )
    };
    let (answer, text) = told(ask(&mut carrier, &soap(Method::POST, "", &call("1.5"))));
    assert!(answer.status == 200 && answer.content_type.starts_with("multipart/related"), "{answer:?}");
    let made = carrier.book().entries().last().expect("an entry").number;
    assert!(text.contains(&format!("<parcelNumber>{made}</parcelNumber>")) && text.contains("%PDF"), "{text}");

    let (answer, text) = told(ask(&mut carrier, &soap(Method::POST, "", &call("31"))));
    assert!(answer.status == 200 && text.contains("<id>30301</id>"), "{text}");
    let (answer, text) = told(ask(&mut carrier, &soap(Method::POST, "", "<x/>")));
    assert!(answer.status == 500 && text.contains("soap:Fault"), "{text}");
    let (answer, text) = told(ask(&mut carrier, &soap(Method::GET, "?wsdl", "")));
    assert!(answer.status == 200 && text.contains("http://carrier.test:80/sls-ws/SlsServiceWS/2.0"), "{text}");
    assert_eq!(carrier.book().calls().total(Call::Generate), 2);
}
