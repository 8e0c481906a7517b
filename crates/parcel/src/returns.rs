//! The way back: the shipment with which a buyer sends a parcel back to the shop.

use crate::{
    Customs, CustomsCategory, DeliveryMode, LabelFormat, Letter, Original, ParcelNumber, Product, Shipment,
    ShipmentParts, Weight, Zone,
};
use jiff::civil::Date;

/// What is particular to the way back of one parcel.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WayBack {
    /// The number of the parcel that was sent.
    pub first: ParcelNumber,
    /// The day of its invoice, for customs.
    pub invoice_date: Date,
    /// When the buyer hands the parcel over.
    pub deposit_date: Date,
    /// The weight, where it is another than that of the first parcel.
    pub weight: Option<Weight>,
    /// The format of the label, where it is another.
    pub format: Option<LabelFormat>,
}

impl WayBack {
    /// The return of a shipment that was sent with these parts: the addresses change places, CORE brings it back within
    /// France and CORI from anywhere else, and customs are told what comes back.
    pub fn of(&self, sent: &Shipment, parts: &ShipmentParts) -> Shipment {
        let (buyer, shop) = (&parts.addressee, &parts.sender);
        let within = buyer.zone() == Zone::France && shop.zone() == Zone::France;
        Shipment {
            order_number: sent.order_number.clone(),
            parcel_ref: sent.parcel_ref.clone(),
            parcel_number: None,
            product: if within { Product::Core } else { Product::Cori },
            mode: DeliveryMode::Home,
            deposit_date: self.deposit_date,
            weight: self.weight.unwrap_or(sent.weight),
            format: self.format.unwrap_or(sent.format),
            letter: Letter::Parts(Box::new(ShipmentParts {
                sender: buyer.clone(),
                addressee: shop.clone(),
                commercial_name: parts.commercial_name.clone(),
                insurance: None,
                instructions: None,
                non_machinable: parts.non_machinable,
                undeliverable: None,
                customs: parts.customs.as_ref().map(|customs| self.customs(sent, customs)),
            })),
        }
    }

    fn customs(&self, sent: &Shipment, customs: &Customs) -> Customs {
        let by_order = || sent.order_number.as_ref().map(ToString::to_string);
        let invoice_number = customs.invoice_number.clone().or_else(by_order);
        let original = Original {
            invoice_number: invoice_number.unwrap_or_else(|| self.first.to_string()),
            invoice_date: self.invoice_date,
            parcel_number: self.first,
        };
        Customs { category: CustomsCategory::Returned, original: Some(original), ..customs.clone() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Address, AddressFields, Article, Cents, Country};
    use jiff::civil::date;

    fn address(name: &str, code: &str, country: &str) -> Address {
        Address::parse(AddressFields {
            last_name: Some(name.into()),
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

    fn sent(to: Address, customs: Option<Customs>) -> (Shipment, ShipmentParts) {
        let parts = ShipmentParts {
            sender: address("Boutique", "29200", "FR"),
            addressee: to,
            commercial_name: Some("La Boutique".into()),
            insurance: Some(Cents(10_000)),
            instructions: Some("2e étage".into()),
            non_machinable: false,
            undeliverable: None,
            customs,
        };
        let shipment = Shipment {
            order_number: Some("CMD-7".parse().expect("an order")),
            parcel_ref: None,
            parcel_number: None,
            product: Product::Dos,
            mode: DeliveryMode::Home,
            deposit_date: date(2025, 12, 1),
            weight: Weight::from_grams(500).expect("a weight"),
            format: LabelFormat::PDF_10X15,
            letter: Letter::Parts(Box::new(parts.clone())),
        };
        (shipment, parts)
    }

    fn back(to: Address, customs: Option<Customs>) -> Shipment {
        let (shipment, parts) = sent(to, customs);
        let way = WayBack {
            first: "6C14363208744".parse().expect("a number"),
            invoice_date: date(2025, 11, 30),
            deposit_date: date(2025, 12, 20),
            weight: None,
            format: None,
        };
        way.of(&shipment, &parts)
    }

    #[test]
    fn the_addresses_change_places_and_the_product_is_that_of_the_way() {
        for (to, product) in
            [(address("Martin", "75002", "FR"), Product::Core), (address("Janssens", "1000", "BE"), Product::Cori)]
        {
            let back = back(to, None);
            assert_eq!((&back.product, back.check()), (&product, Ok(())));
            let Letter::Parts(parts) = &back.letter else { panic!("parts") };
            assert_eq!(parts.addressee.fields().last_name.as_deref(), Some("Boutique"));
            assert_eq!((parts.insurance, &parts.instructions), (None, &None));
        }
    }

    #[test]
    fn customs_are_told_what_comes_back() {
        let to = || address("Rochat", "1201", "CH");
        let Letter::Parts(parts) = back(to(), Some(customs())).letter else { panic!("parts") };
        let declared = parts.customs.expect("a declaration");
        let original = declared.original.expect("the first parcel");
        assert_eq!(declared.category, CustomsCategory::Returned);
        assert_eq!((original.invoice_number.as_str(), original.invoice_date), ("CMD-7", date(2025, 11, 30)));
        assert_eq!(back(to(), Some(customs())).check(), Ok(()));
        assert_eq!(back(to(), None).check().map_err(|e| e.field), Err("customs".to_owned()));
    }

    #[test]
    fn a_return_of_the_wrong_way_is_refused() {
        let abroad = address("Janssens", "1000", "BE");
        let refused = |mut shipment: Shipment, product| {
            shipment.product = product;
            shipment.check().expect_err("the wrong way").field
        };
        assert_eq!(refused(back(abroad.clone(), None), Product::Core), "product");
        assert_eq!(refused(back(address("Martin", "75002", "FR"), None), Product::Cori), "product");
        assert_eq!(refused(sent(abroad, None).0, Product::Cori), "addressee.country");
    }

    #[test]
    fn overseas_and_beyond_the_union_need_customs() {
        for (code, country, needed) in [
            ("75002", "FR", false),
            ("1000", "BE", false),
            ("97200", "FR", true),
            ("97110", "GP", true),
            ("1201", "CH", true),
        ] {
            let (shipment, _) = sent(address("Martin", code, country), None);
            assert_eq!(shipment.check().is_err(), needed, "{country} {code}");
        }
    }
}
