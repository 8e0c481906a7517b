//! Where everything stands on a local label, from the top: what it is; who sends, and the parcel's facts; the tracking
//! barcode; who receives; the take-over barcode; why the label looks as it does. A plain function.
//!
//! Lengths are in millimetres. The barcodes have their bands to themselves: no text reaches into them or into their quiet
//! zones, however long it is.

use crate::{
    LocalLabel, TakeOver,
    bars::Bars,
    page::{Anchor, Area, Mark, Page, RULE, Style, WIDTH},
};
use parcel::{Address, AddressFields, Cents, Country, Product, Weight};

const MARGIN: f32 = 4.0;
const LEFT: f32 = MARGIN;
const RIGHT: f32 = WIDTH - MARGIN;
const INNER: f32 = RIGHT - LEFT;
/// Where the parcel's facts begin, and their values.
const FACTS: f32 = 51.0;
const FACT_VALUES: f32 = 64.0;

/// The names of parts.
const TITLE: Style = Style::regular(2.1);

const TOLD_FR: &str = "Étiquette locale, imprimée par l’expéditeur avec ses propres numéros : le service du transporteur \
                       n’était pas joignable.";
const TOLD_EN: &str = "Local label, printed by the shop itself from its own numbers: the carrier’s service was not \
                       reachable.";

/// The page of a label.
pub(crate) fn compose(label: &LocalLabel<'_>, take_over: &TakeOver) -> Page {
    let mut page = Page::default();
    head(&mut page, label.product);
    sender(&mut page, label);
    facts(&mut page, label);
    page.rule(35.0, MARGIN);
    tracking(&mut page, label);
    page.rule(72.0, MARGIN);
    addressee(&mut page, label);
    page.rule(104.5, MARGIN);
    page.put(Mark::Bars { centre: WIDTH / 2.0, top: 106.3, bars: Bars::take_over(take_over) });
    let below = Style::regular(3.8).anchored(Anchor::Centre);
    page.line(below, (WIDTH / 2.0, 138.2), INNER, &take_over.to_string());
    page.rule(140.0, MARGIN);
    page.paragraph(Style::regular(2.05), (LEFT, 140.9), 44.5, TOLD_FR);
    page.paragraph(Style::regular(2.05), (LEFT + 47.5, 140.9), 44.5, TOLD_EN);
    page
}

/// What it is, in white on black.
fn head(page: &mut Page, product: &Product) {
    page.put(Mark::Fill(Area { x: LEFT, y: 3.0, width: INNER, height: 10.5 }));
    let code = Style::bold(7.2).white();
    page.line(code, (LEFT + 2.0, 10.8), 21.0, product.code());
    let after = LEFT + 4.2 + (code.font.width(product.code()) * code.size).min(21.0);
    let (french, english) = words(product);
    page.line(Style::bold(2.8).white(), (after, 7.6), 32.5, french);
    page.line(Style::regular(2.6).white(), (after, 11.1), 32.5, english);
    let right = RIGHT - 2.0;
    page.line(Style::bold(2.9).white().anchored(Anchor::Right), (right, 7.6), 30.0, "ÉTIQUETTE LOCALE");
    page.line(Style::regular(2.6).white().anchored(Anchor::Right), (right, 11.1), 30.0, "LOCAL LABEL");
}

/// What a product is called, in French and in English.
fn words(product: &Product) -> (&'static str, &'static str) {
    match product {
        Product::Dom => ("Domicile sans signature", "Home, no signature"),
        Product::Dos => ("Domicile avec signature", "Home, signature"),
        Product::Hd => ("Point de retrait", "Pickup point"),
        Product::Bpr => ("Bureau de poste", "Post office"),
        Product::A2p => ("Relais commerçant", "Pickup shop"),
        Product::Core | Product::Cori => ("Retour", "Return"),
        Product::Com | Product::Cold => ("Outre-mer sans signature", "Overseas, no signature"),
        Product::Cds | Product::Col => ("Outre-mer avec signature", "Overseas, signature"),
        Product::Coli | Product::Cmt | Product::Bdp | Product::Pcs | Product::Other(_) => ("Colis", "Parcel"),
    }
}

fn sender(page: &mut Page, label: &LocalLabel<'_>) {
    page.line(TITLE, (LEFT, 16.7), 46.0, "EXPÉDITEUR");
    let shop = label.commercial_name.map(str::to_owned);
    let address = address(label.sender).into_iter().filter(|line| Some(line) != shop.as_ref());
    let lines: Vec<_> = shop.iter().cloned().chain(address).collect();
    let area = Area { x: LEFT, y: 17.6, width: FACTS - LEFT - 3.0, height: 16.6 };
    page.block(Style::regular(3.1), area, &lines);
    page.put(Mark::Fill(Area { x: FACTS - 1.8, y: 14.7, width: RULE, height: 19.2 }));
}

/// The parcel's facts, one below the other.
fn facts(page: &mut Page, label: &LocalLabel<'_>) {
    let facts = [
        ("Client", Some(label.client.to_string())),
        ("Site", Some(label.site.to_owned())),
        ("Dépôt", Some(label.deposit_date.strftime("%d/%m/%Y").to_string())),
        ("Poids", Some(kilograms(label.weight))),
        ("Commande", label.order_number.map(|number| number.to_string())),
        ("Réf. colis", label.parcel_ref.map(str::to_owned)),
        ("Assurance", label.insurance.filter(|value| value.0 > 0).map(euros)),
    ];
    let mut baseline = 16.9;
    for (name, value) in facts {
        let Some(value) = value.filter(|value| !value.is_empty()) else { continue };
        page.line(TITLE, (FACTS, baseline), FACT_VALUES - FACTS, name);
        page.line(Style::bold(2.7), (FACT_VALUES, baseline), RIGHT - FACT_VALUES, &value);
        baseline += 2.85;
    }
}

fn tracking(page: &mut Page, label: &LocalLabel<'_>) {
    page.line(TITLE, (LEFT, 38.2), 15.0, "N° DE COLIS");
    page.put(Mark::Bars { centre: WIDTH / 2.0, top: 37.3, bars: Bars::tracking(&label.number) });
    let number = label.number.as_str();
    let grouped = format!("{} {} {} {}", &number[..2], &number[2..7], &number[7..12], &number[12..]);
    page.line(Style::bold(5.4).anchored(Anchor::Centre), (WIDTH / 2.0, 70.4), INNER, &grouped);
    if label.non_machinable {
        let area = Area { x: RIGHT - 14.0, y: 37.3, width: 14.0, height: 11.0 };
        let centre = area.x + area.width / 2.0;
        page.put(Mark::Frame(area));
        page.line(Style::bold(6.0).anchored(Anchor::Centre), (centre, 43.4), 13.0, "NM");
        page.line(Style::regular(1.9).anchored(Anchor::Centre), (centre, 46.7), 13.0, "Hors machine");
    }
}

fn addressee(page: &mut Page, label: &LocalLabel<'_>) {
    page.line(TITLE, (LEFT, 75.1), 50.0, "DESTINATAIRE");
    let notes = notes(label);
    let mut width = RIGHT - LEFT - 4.0;
    if let Some(point) = label.pickup_point {
        pickup_point(page, point.as_str());
        width -= 33.0;
    }
    let mut height = 27.2;
    for note in notes.iter().rev() {
        page.line(Style::regular(2.6), (LEFT + 4.0, 76.2 + height), INNER - 4.0, note);
        height -= 3.1;
    }
    let area = Area { x: LEFT + 4.0, y: 76.4, width, height: height - 0.6 };
    page.block(Style::bold(4.7), area, &address(label.addressee));
}

/// Where the addressee fetches the parcel: as large as the carrier's people need it.
fn pickup_point(page: &mut Page, id: &str) {
    let area = Area { x: RIGHT - 31.0, y: 74.0, width: 31.0, height: 18.0 };
    let centre = area.x + area.width / 2.0;
    page.put(Mark::Frame(area));
    page.line(Style::bold(2.7).anchored(Anchor::Centre), (centre, 78.2), 29.0, "POINT DE RETRAIT");
    page.line(Style::regular(2.2).anchored(Anchor::Centre), (centre, 81.1), 29.0, "PICKUP POINT");
    page.line(Style::bold(7.5).anchored(Anchor::Centre), (centre, 89.4), 29.0, id);
}

/// How to get in, and what the postman is asked to do.
fn notes(label: &LocalLabel<'_>) -> Vec<String> {
    let to = label.addressee.fields();
    let codes: Vec<_> = [&to.door_code1, &to.door_code2].into_iter().flatten().map(String::as_str).collect();
    let door = (!codes.is_empty()).then(|| format!("Code porte : {}", codes.join(" / ")));
    let bell = to.intercom.as_ref().map(|name| format!("Interphone : {name}"));
    let access: Vec<_> = door.into_iter().chain(bell).collect();
    let asked = label.instructions.filter(|text| !text.is_empty()).map(|text| format!("Consigne : {text}"));
    (!access.is_empty()).then(|| access.join(" · ")).into_iter().chain(asked).collect()
}

/// The lines of an address in the order of La Poste (NF Z10-011): from who, through where within the building and the
/// street, to the postal code with the city in capitals, and the country when it is not France.
fn address(address: &Address) -> Vec<String> {
    let AddressFields { company, last_name, first_name, floor, building, street, locality, .. } = address.fields();
    let name: Vec<_> = [first_name, last_name].into_iter().flatten().map(String::as_str).collect();
    let city = format!("{} {}", address.postal_code(), address.city().to_uppercase());
    let country = (address.country() != Country::FR).then(|| country(address.country()));
    let parts = [company, &Some(name.join(" ")), floor, building, street, locality, &Some(city), &country];
    parts.into_iter().flatten().filter(|part| !part.is_empty()).cloned().collect()
}

fn country(country: Country) -> String {
    if country.as_str() == "MC" { "MONACO".to_owned() } else { country.to_string() }
}

/// For example `8,60 kg`, to the gram where there are grams.
fn kilograms(weight: Weight) -> String {
    let (kg, grams) = (weight.grams() / 1000, weight.grams() % 1000);
    if grams % 10 == 0 { format!("{kg},{:02} kg", grams / 10) } else { format!("{kg},{grams:03} kg") }
}

fn euros(Cents(cents): Cents) -> String {
    format!("{},{:02} €", cents / 100, cents % 100)
}
