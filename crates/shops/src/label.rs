//! What a label is made with of an order: the shop's own settings, and what somebody wants otherwise this time.
//!
//! A plain function from an order to a shipment. Nothing is guessed: a pickup point that the buyer chose is never left
//! out, and what is missing is named.

use crate::{Reading, ShopOrder};
use jiff::civil::Date;
use parcel::{
    Address, AddressFields, Cents, DeliveryMode, Invalid, LabelFormat, Letter, OrderNumber, PickupPointId, Product,
    Shipment, ShipmentParts, Weight,
};
use serde::{Deserialize, Serialize};
use std::fmt;

/// The longest line of an address at the carrier, in characters.
const LINE_CHARS_MAX: usize = 35;

/// How a shop's orders are read and become labels. `Debug` shows no address.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ShopSettings {
    /// The product to the buyer's address.
    pub product: Product,
    /// The product to a pickup point, where the buyer's choice does not name one.
    pub pickup_product: Product,
    /// The weight of an order that says none, in grams.
    pub weight_g: Option<u32>,
    /// What the packing weighs, in grams: added to the weight that the shop says.
    pub packing_g: u32,
    /// The shop's name as the buyer knows it; needed for a pickup point.
    pub commercial_name: Option<String>,
    /// The format of its labels; `PDF_10x15_300dpi` when absent.
    pub format: Option<LabelFormat>,
    /// Who sends.
    pub sender: Option<AddressFields>,
    /// Labels are made unasked only of orders whose delivery method holds one of these texts; of all when empty.
    pub methods: Vec<String>,
    /// Whether the order is marked as sent when the shop is told its number.
    pub mark_shipped: bool,
    /// How its orders are read.
    pub reading: Reading,
}

impl Default for ShopSettings {
    fn default() -> Self {
        Self {
            product: Product::Dom,
            pickup_product: Product::Hd,
            weight_g: None,
            packing_g: 0,
            commercial_name: None,
            format: None,
            sender: None,
            methods: Vec::new(),
            mark_shipped: true,
            reading: Reading::default(),
        }
    }
}

impl fmt::Debug for ShopSettings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ShopSettings").field("product", &self.product).finish_non_exhaustive()
    }
}

/// What somebody wants otherwise of one label. `Debug` shows nothing.
#[derive(Clone, Default)]
pub struct Wishes {
    /// The product.
    pub product: Option<Product>,
    /// The pickup point.
    pub pickup_point: Option<PickupPointId>,
    /// The weight, packing included, in grams.
    pub weight_g: Option<u32>,
    /// The day of deposit; today when absent.
    pub deposit_date: Option<Date>,
    /// The format.
    pub format: Option<LabelFormat>,
    /// The merchant's name of the parcel.
    pub parcel_ref: Option<String>,
    /// The insured value.
    pub insurance: Option<Cents>,
    /// Instructions to the postman.
    pub instructions: Option<String>,
    /// The buyer's address in the place of the order's.
    pub addressee: Option<AddressFields>,
}

impl fmt::Debug for Wishes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Wishes(…)")
    }
}

impl ShopSettings {
    /// Whether labels are made unasked of orders with this delivery method.
    pub fn covers(&self, method: Option<&str>) -> bool {
        let method = method.unwrap_or_default().to_lowercase();
        self.methods.is_empty() || self.methods.iter().any(|text| method.contains(&text.to_lowercase()))
    }

    /// The order as a shipment.
    ///
    /// # Errors
    /// Names the first thing that is missing or wrong, in the words of the API's shipments.
    pub fn shipment(&self, order: &ShopOrder, wishes: Wishes, today: Date) -> Result<Shipment, Invalid> {
        let (product, mode) = self.delivery(order, &wishes)?;
        let sender = self.sender.clone().ok_or_else(|| {
            Invalid::new("sender", "missing: the shop's own address was not given; add it with `tournee shop set`")
        })?;
        let parts = ShipmentParts {
            sender: Address::parse(sender).map_err(|e| e.within("sender"))?,
            addressee: Address::parse(fitted(wishes.addressee.unwrap_or_else(|| order.buyer.clone())))
                .map_err(|e| e.within("addressee"))?,
            commercial_name: self.commercial_name.clone(),
            insurance: wishes.insurance,
            instructions: wishes.instructions,
            non_machinable: false,
            undeliverable: None,
            customs: None,
        };
        let shipment = Shipment {
            order_number: Some(order_number(order)?),
            parcel_ref: wishes.parcel_ref,
            parcel_number: None,
            product,
            mode,
            deposit_date: wishes.deposit_date.unwrap_or(today),
            weight: self.weight(order, wishes.weight_g)?,
            format: wishes.format.or(self.format).unwrap_or(LabelFormat::PDF_10X15),
            letter: Letter::Parts(Box::new(parts)),
        };
        shipment.check()?;
        Ok(shipment)
    }

    fn delivery(&self, order: &ShopOrder, wishes: &Wishes) -> Result<(Product, DeliveryMode), Invalid> {
        let chosen = order.pickup.as_ref();
        if order.pickup_unread && wishes.product.is_none() && wishes.pickup_point.is_none() {
            let why = "the buyer chose a pickup point whose id could not be read: give pickup_point, or a product to the address";
            return Err(Invalid::new("pickup_point", why));
        }
        let point = wishes.pickup_point.or(chosen.map(|pickup| pickup.id));
        let of_the_choice = chosen.and_then(|pickup| pickup.product.clone());
        let product = match (&wishes.product, point) {
            (Some(product), _) => product.clone(),
            (None, Some(_)) => of_the_choice.unwrap_or_else(|| self.pickup_product.clone()),
            (None, None) => self.product.clone(),
        };
        // Somebody who wants the label to the address says so with a product; the point then goes no further.
        let to_the_address = wishes.product.is_some() && wishes.pickup_point.is_none() && !product.is_out_of_home();
        let mode = DeliveryMode::of(&product, point.filter(|_| !to_the_address))?;
        Ok((product, mode))
    }

    fn weight(&self, order: &ShopOrder, wished_g: Option<u32>) -> Result<Weight, Invalid> {
        let goods_g = order.weight_g.filter(|grams| *grams > 0);
        let known_g = goods_g.map(|grams| grams.saturating_add(self.packing_g));
        let missing =
            || Invalid::new("weight_g", "missing: the shop does not say what the order weighs; give a weight");
        Weight::from_grams(wished_g.or(known_g).or(self.weight_g).ok_or_else(missing)?)
    }
}

/// The carrier takes fewer characters than shops do: the number as it is, or the shop's own id.
fn order_number(order: &ShopOrder) -> Result<OrderNumber, Invalid> {
    order.number.trim().parse().or_else(|_| order.id.parse())
}

/// A street that is longer than the carrier's line goes on in the next, where that is free. A company's name is cut at the
/// end of the line, as the carrier itself cuts it: PrestaShop's checkouts write the whole name of a pickup point there.
fn fitted(mut fields: AddressFields) -> AddressFields {
    fields.company = fields.company.map(|name| name.trim().chars().take(LINE_CHARS_MAX).collect());
    let street = fields.street.clone().unwrap_or_default();
    let street = street.trim();
    let free = fields.locality.as_deref().is_none_or(|text| text.trim().is_empty());
    if free
        && street.chars().count() > LINE_CHARS_MAX
        && let Some((line, rest)) = split(street)
    {
        (fields.street, fields.locality) = (Some(line.to_owned()), Some(rest.to_owned()));
    }
    fields
}

/// Splits at the last blank before the end of the line, if the rest fits into another.
fn split(text: &str) -> Option<(&str, &str)> {
    let (end, _) = text.char_indices().nth(LINE_CHARS_MAX)?;
    let at = text[..end].rfind(' ').filter(|at| *at > 0)?;
    let (line, rest) = (text[..at].trim_end(), text[at..].trim_start());
    (rest.chars().count() <= LINE_CHARS_MAX).then_some((line, rest))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{OrderStatus, Pickup};
    use clock::Time;

    fn order() -> ShopOrder {
        let text = |text: &str| Some(text.to_owned());
        let buyer = AddressFields {
            last_name: text("Martin"),
            street: text("12 rue des Lilas"),
            postal_code: text("75020"),
            city: text("Paris"),
            mobile: text("0612345678"),
            email: text("lucie@example.org"),
            ..AddressFields::default()
        };
        let at = Time::from_unix_ms(1_766_381_040_000);
        let json = serde_json::json!({"id": "77", "number": "CMD-77", "status": OrderStatus::ToShip, "placed_at": at,
            "updated_at": at, "buyer": buyer, "weight_g": 800});
        serde_json::from_value(json).expect("an order")
    }

    fn settings() -> ShopSettings {
        let sender = order().buyer;
        ShopSettings {
            sender: Some(sender),
            commercial_name: Some("Les Lilas".into()),
            packing_g: 150,
            ..ShopSettings::default()
        }
    }

    fn today() -> Date {
        jiff::civil::date(2025, 12, 22)
    }

    fn refused(settings: &ShopSettings, order: &ShopOrder) -> String {
        settings.shipment(order, Wishes::default(), today()).expect_err("refused").field
    }

    #[test]
    fn an_order_becomes_what_the_buyer_bought() {
        let made = settings().shipment(&order(), Wishes::default(), today()).expect("a shipment");
        assert_eq!((made.product, made.mode, made.weight.grams()), (Product::Dom, DeliveryMode::Home, 950));
        let point: PickupPointId = "006254".parse().expect("an id");
        let chosen = |product| ShopOrder { pickup: Some(Pickup { id: point, label: None, product }), ..order() };
        let made = settings().shipment(&chosen(None), Wishes::default(), today()).expect("a shipment");
        assert_eq!((made.product, made.mode), (Product::Hd, DeliveryMode::PickupPoint(point)));
        let made = settings().shipment(&chosen(Some(Product::Bpr)), Wishes::default(), today()).expect("a shipment");
        assert_eq!(made.product, Product::Bpr);
        let home = Wishes { product: Some(Product::Dos), ..Wishes::default() };
        let made = settings().shipment(&chosen(None), home, today()).expect("a shipment");
        assert_eq!(made.mode, DeliveryMode::Home, "because somebody said so");
    }

    #[test]
    fn what_is_missing_is_named() {
        assert_eq!(refused(&ShopSettings { sender: None, ..settings() }, &order()), "sender");
        assert_eq!(refused(&settings(), &ShopOrder { weight_g: None, ..order() }), "weight_g");
        assert_eq!(refused(&settings(), &ShopOrder { weight_g: Some(31_000), ..order() }), "weight_g");
        let nowhere = ShopOrder { buyer: AddressFields { city: None, ..order().buyer }, ..order() };
        assert_eq!(refused(&settings(), &nowhere), "addressee.city");
        let pickup = Some(Pickup { id: "006254".parse().expect("an id"), label: None, product: None });
        let silent = ShopOrder { pickup, buyer: AddressFields { mobile: None, ..order().buyer }, ..order() };
        assert_eq!(refused(&settings(), &silent), "addressee.mobile");
        assert_eq!(refused(&settings(), &ShopOrder { pickup_unread: true, ..order() }), "pickup_point");
        let weighed = ShopSettings { weight_g: Some(500), ..settings() };
        assert!(weighed.shipment(&ShopOrder { weight_g: None, ..order() }, Wishes::default(), today()).is_ok());
    }

    #[test]
    fn a_long_street_goes_on_in_the_next_line() {
        let street = "147 bis avenue du Maréchal de Lattre de Tassigny";
        let company = Some("RELAIS FICTIF SAINT-SYMPHORIEN-DE-MARMAGNE".into());
        let long = AddressFields { street: Some(street.into()), company, ..order().buyer };
        let fitted = fitted(long);
        assert_eq!(fitted.street.as_deref(), Some("147 bis avenue du Maréchal de"));
        assert_eq!(fitted.locality.as_deref(), Some("Lattre de Tassigny"));
        assert_eq!(fitted.company.as_deref(), Some("RELAIS FICTIF SAINT-SYMPHORIEN-DE-M"));
        assert_eq!(split(&"x".repeat(80)), None, "nothing is cut");
    }

    #[test]
    fn only_the_methods_that_are_named_are_covered() {
        let some = ShopSettings { methods: vec!["colissimo".into()], ..settings() };
        assert!(settings().covers(None) && some.covers(Some("Colissimo domicile")) && !some.covers(Some("Retrait")));
        assert!(!format!("{some:?}").contains("Martin"));
    }
}
