//! An order as a file gives it, and what is held against it.

use super::country;
use crate::{OrderStatus, Pickup, ShopOrder, times};
use clock::Time;
use parcel::{Address, AddressFields, Invalid, OrderNumber, ParcelNumber, Product, Weight};
use serde::{Deserialize, Serialize};

/// An order as a file gives it. `Debug` is not there: it is all private.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ImportedOrder {
    /// The order's number, 1 to 30 printable characters; needed.
    pub number: String,
    /// The id by which the shop knows it; the number when absent.
    pub id: Option<String>,
    /// `pending`, `to_ship` (when absent), `shipped` or `cancelled`.
    pub status: Option<String>,
    /// When it was placed, for example `2025-12-22T06:24:00+01:00`; now when absent. Without an offset it is Paris time.
    pub placed_at: Option<String>,
    /// When it was changed last; when absent, when it was placed.
    pub updated_at: Option<String>,
    /// Where to send it.
    pub buyer: AddressFields,
    /// The id of the pickup point that the buyer chose.
    pub pickup_point: Option<String>,
    /// Its name as the buyer saw it.
    pub pickup_label: Option<String>,
    /// The product that goes there.
    pub pickup_product: Option<String>,
    /// Weight in grams.
    pub weight_g: Option<u32>,
    /// The delivery method as the shop names it.
    pub shipping_method: Option<String>,
    /// The shipment number that the order has already.
    pub parcel_number: Option<String>,
    /// The sum to pay.
    pub total: Option<String>,
    /// Its currency, three letters.
    pub currency: Option<String>,
}

impl ImportedOrder {
    /// The order, once everything in it is good.
    ///
    /// # Errors
    /// The first field that is missing or wrong, with what would be right.
    pub(super) fn into_order(self, now: Time) -> Result<ShopOrder, Invalid> {
        let number: OrderNumber = self.number.trim().parse().map_err(|e: Invalid| Invalid::new("number", e.problem))?;
        let number = number.as_str().to_owned();
        let placed = time("placed_at", self.placed_at)?;
        let updated = time("updated_at", self.updated_at)?;
        let pickup = pickup(self.pickup_point, self.pickup_label, self.pickup_product)?;
        if let Some(grams) = self.weight_g {
            Weight::from_grams(grams)?;
        }
        let parcel: Option<ParcelNumber> = filled(self.parcel_number)
            .map(|text| text.parse())
            .transpose()
            .map_err(|e: Invalid| Invalid::new("parcel_number", e.problem))?;
        Ok(ShopOrder {
            id: filled(self.id).unwrap_or_else(|| number.clone()),
            number,
            status: status(self.status)?,
            placed_at: placed.or(updated).unwrap_or(now),
            updated_at: updated.or(placed).unwrap_or(now),
            buyer: buyer(self.buyer)?,
            pickup,
            pickup_unread: false,
            weight_g: self.weight_g,
            shipping_method: filled(self.shipping_method),
            parcel_number: parcel.map(|number| number.as_str().to_owned()),
            total: filled(self.total),
            currency: currency(self.currency)?,
        })
    }
}

fn filled(text: Option<String>) -> Option<String> {
    text.map(|text| text.trim().to_owned()).filter(|text| !text.is_empty())
}

fn buyer(mut fields: AddressFields) -> Result<AddressFields, Invalid> {
    fields.country = filled(fields.country).map(|code| code.to_uppercase());
    if let Some(code) = &fields.country
        && !country::is_known(code)
    {
        return Err(Invalid::new(
            "buyer.country",
            "no country has this code; two letters as in ISO 3166-1, for example FR, BE, DE",
        ));
    }
    Ok(Address::parse(fields).map_err(|invalid| invalid.within("buyer"))?.into())
}

fn status(text: Option<String>) -> Result<OrderStatus, Invalid> {
    match filled(text).as_deref() {
        None | Some("to_ship") => Ok(OrderStatus::ToShip),
        Some("pending") => Ok(OrderStatus::Pending),
        Some("shipped") => Ok(OrderStatus::Shipped),
        Some("cancelled") => Ok(OrderStatus::Cancelled),
        Some(_) => Err(Invalid::new("status", "one of pending, to_ship, shipped, cancelled")),
    }
}

fn time(field: &str, text: Option<String>) -> Result<Option<Time>, Invalid> {
    let Some(text) = filled(text) else { return Ok(None) };
    let moment = if has_offset(&text) { times::utc(&text) } else { Time::from_paris(&text).ok() };
    let bad =
        || Invalid::new(field, "date and time, for example 2025-12-22T06:24:00+01:00, or 2025-12-22T06:24:00 in Paris");
    moment.map(Some).ok_or_else(bad)
}

/// Whether the time of day is followed by a zone.
fn has_offset(text: &str) -> bool {
    let time = text.split_once(['T', ' ', 't']).map_or("", |(_, time)| time);
    time.contains(['Z', 'z', '+', '-'])
}

fn pickup(id: Option<String>, label: Option<String>, product: Option<String>) -> Result<Option<Pickup>, Invalid> {
    let Some(id) = filled(id) else {
        return match filled(label).or_else(|| filled(product)) {
            None => Ok(None),
            Some(_) => {
                Err(Invalid::new("pickup_point", "missing: the id of the pickup point whose name or product is given"))
            }
        };
    };
    let product = filled(product).map(Product::from);
    Ok(Some(Pickup { id: id.to_uppercase().parse()?, label: filled(label), product }))
}

fn currency(text: Option<String>) -> Result<Option<String>, Invalid> {
    let Some(code) = filled(text).map(|code| code.to_uppercase()) else { return Ok(None) };
    let good = code.len() == 3 && code.bytes().all(|b| b.is_ascii_uppercase());
    if good { Ok(Some(code)) } else { Err(Invalid::new("currency", "three letters, for example EUR")) }
}
