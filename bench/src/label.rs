//! Local labels: how long one takes as PDF and as ZPL, how many two cores make, and how fast numbers are given out; the PDF
//! beside a common library's plain page with the same words and no barcodes.

use crate::{
    Outcome,
    measure::{Row, Started},
};
use ::label::{Allocator, LocalLabel, Range, render};
use jiff::civil::date;
use parcel::{
    Address, AddressFields, Cents, ClientNumber, ColissimoNumber, LabelFormat, OrderNumber, PickupPointId, Product,
    Weight,
};
use printpdf::{BuiltinFont, Mm, Op, PdfDocument, PdfFontHandle, PdfPage, PdfSaveOptions, Point, Pt, TextItem};
use std::hint::black_box;

/// Numbers in one block.
const BLOCK: u64 = 1_000;

/// What a label borrows.
struct Parts {
    client: ClientNumber,
    sender: Address,
    addressee: Address,
    order: OrderNumber,
    point: PickupPointId,
    weight: Weight,
}

impl Parts {
    fn new() -> Result<Self, parcel::Invalid> {
        let address = |name: &str, street: &str, postal_code: &str, city: &str| {
            Address::parse(AddressFields {
                last_name: Some(name.into()),
                building: Some("Résidence des Tilleuls, bâtiment B".into()),
                street: Some(street.into()),
                postal_code: Some(postal_code.into()),
                city: Some(city.into()),
                intercom: Some("LEFÈVRE".into()),
                ..AddressFields::default()
            })
        };
        Ok(Self {
            client: "900001".parse()?,
            sender: address("Les Tournesols", "3 quai des Brumes", "35400", "Saint-Malo")?,
            addressee: address("Bérénice Lefèvre-Hœgel", "12 rue de l'Église", "72240", "Conlie")?,
            order: "CMD-2025/0042".parse()?,
            point: "722401".parse()?,
            weight: Weight::from_grams(8_600)?,
        })
    }

    fn label(&self, number: ColissimoNumber) -> LocalLabel<'_> {
        LocalLabel {
            number,
            client: self.client,
            product: &Product::Hd,
            sender: &self.sender,
            addressee: &self.addressee,
            weight: self.weight,
            deposit_date: date(2025, 12, 22),
            order_number: Some(&self.order),
            parcel_ref: Some("P1"),
            pickup_point: Some(self.point),
            commercial_name: Some("Les Tournesols"),
            insurance: Some(Cents(25_000)),
            instructions: Some("Sonner deux fois"),
            non_machinable: true,
            site: "Rennes PFC",
        }
    }
}

/// All of it.
pub(crate) fn measure(quick: u32) -> Outcome {
    let n = 20_000 / u64::from(quick);
    let parts = Parts::new()?;
    let pdf = one_core(&parts, LabelFormat::PDF_10X15, n)?;
    let plain = PdfSaveOptions { optimize: false, ..PdfSaveOptions::default() };
    Ok(vec![
        pdf.clone().beside("printpdf, a plain page, no bars", peer(n, &PdfSaveOptions::default())),
        pdf.beside("printpdf, the same, not compressed", peer(n, &plain)),
        two_cores(&parts, n)?,
        one_core(&parts, LabelFormat::ZPL_10X15_203DPI, n)?,
        one_core(&parts, LabelFormat::ZPL_10X15_300DPI, n)?,
        numbers(100 * n)?,
    ])
}

/// Labels on one core, in milliseconds each.
fn one_core(parts: &Parts, format: LabelFormat, n: u64) -> Result<Row, Box<dyn std::error::Error>> {
    let started = Started::now();
    make(parts, format, range(0, n)?)?;
    let spent = started.spent();
    let each = spent.wall.as_secs_f64() * 1e3 / n as f64;
    Ok(Row::new("label", format!("{format}, one core"), each, "ms", n).costing(&spent))
}

/// Labels in PDF on two cores, per second.
fn two_cores(parts: &Parts, n: u64) -> Result<Row, Box<dyn std::error::Error>> {
    let ranges = [range(0, n / 2)?, range(n / 2, n / 2)?];
    let started = Started::now();
    std::thread::scope(|scope| {
        let cores = ranges.map(|range| scope.spawn(move || make(parts, LabelFormat::PDF_10X15, range)));
        cores.into_iter().try_for_each(|core| core.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)))
    })?;
    let spent = started.spent();
    Ok(Row::new("label", "PDF_10x15_300dpi, two cores", spent.per_second(n), "/s", n).costing(&spent))
}

fn range(after: u64, len: u64) -> Result<Range, parcel::Invalid> {
    let number = |serial| ColissimoNumber::from_serial("9L", serial);
    Range::new(number(after + 1)?, number(after + len)?)
}

/// A label for every number of a range.
fn make(parts: &Parts, format: LabelFormat, range: Range) -> Result<(), ::label::CannotPrint> {
    let numbers = Allocator::new(range).take(u64::MAX).into_iter().flatten();
    for number in numbers {
        black_box(render(&parts.label(number), format)?);
    }
    Ok(())
}

/// Numbers given out in blocks, per second; nothing is written down.
fn numbers(n: u64) -> Result<Row, parcel::Invalid> {
    let mut allocator = Allocator::new(range(0, n)?);
    let started = Started::now();
    while let Some(block) = allocator.take(BLOCK) {
        for number in block {
            black_box(number);
        }
    }
    let spent = started.spent();
    let what = format!("numbers in blocks of {BLOCK}, in memory, one core");
    Ok(Row::new("label", what, spent.per_second(n), "/s", n).costing(&spent))
}

/// What the label says, a line each.
const WORDS: &str = "HD\nPoint de retrait\nPickup point\nÉTIQUETTE LOCALE\nLOCAL LABEL\nEXPÉDITEUR\nLes Tournesols\n\
    Résidence des Tilleuls, bâtiment B\n3 quai des Brumes\n35400 SAINT-MALO\nClient\n900001\nSite\nRennes PFC\nDépôt\n\
    22/12/2025\nPoids\n8,60 kg\nCommande\nCMD-2025/0042\nRéf. colis\nP1\nAssurance\n250,00 €\nN° DE COLIS\n\
    9L 00000 00001 7\nNM\nHors machine\nDESTINATAIRE\nPOINT DE RETRAIT\nPICKUP POINT\n722401\nSonner deux fois\n\
    Interphone : LEFÈVRE\nBérénice Lefèvre-Hœgel\n12 rue de l'Église\n72240 CONLIE\n9L1 72240 900001 0860 021016\n\
    Étiquette locale, imprimée par l’expéditeur avec\nses propres numéros : le service du transporteur\n\
    n’était pas joignable.\nLocal label, printed by the shop itself from its\nown numbers: the carrier’s service was \
    not reachable.";

/// The same words on a page of the same size by printpdf, in milliseconds each.
fn peer(n: u64, options: &PdfSaveOptions) -> f64 {
    let n = (n / 20).max(1);
    let started = Started::now();
    for _ in 0..n {
        black_box(plain_page(options));
    }
    started.spent().wall.as_secs_f64() * 1e3 / n as f64
}

fn plain_page(options: &PdfSaveOptions) -> Vec<u8> {
    let mut operations = Vec::new();
    for (line, y) in WORDS.lines().zip(1_u16..) {
        operations.extend([
            Op::StartTextSection,
            Op::SetTextCursor { pos: Point::new(Mm(5.0), Mm(148.0 - 3.3 * f32::from(y))) },
            Op::SetFont { font: PdfFontHandle::Builtin(BuiltinFont::Helvetica), size: Pt(8.0) },
            Op::ShowText { items: vec![TextItem::Text(line.into())] },
            Op::EndTextSection,
        ]);
    }
    let mut document = PdfDocument::new("label");
    document.with_pages(vec![PdfPage::new(Mm(100.0), Mm(150.0), operations)]);
    document.save(options, &mut Vec::new())
}
