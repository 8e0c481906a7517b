//! The rows that an order brings with it.

use super::store::{Row, country_id};
use crate::shops::{
    order::{Pickup, country, part, second_line},
    text::paris_sql,
};
use clock::Time;
use parcel::AddressFields;

pub(super) fn history(order: u64, state: u64, now: Time) -> Row {
    [
        ("id_employee", "0".into()),
        ("id_order_state", state.to_string()),
        ("id_order", order.to_string()),
        ("date_add", paris_sql(now)),
    ]
    .into()
}

pub(super) fn customer(buyer: &AddressFields, now: Time) -> Row {
    [
        ("id_default_group", "3".into()),
        ("id_lang", "1".into()),
        ("deleted", "0".into()),
        ("passwd", "not shown".into()),
        ("lastname", part(buyer.last_name.as_ref()).to_owned()),
        ("firstname", part(buyer.first_name.as_ref()).to_owned()),
        ("email", part(buyer.email.as_ref()).to_owned()),
        ("active", "1".into()),
        ("is_guest", "1".into()),
        ("id_shop", "1".into()),
        ("date_add", paris_sql(now)),
        ("date_upd", paris_sql(now)),
    ]
    .into()
}

pub(super) fn address(buyer: &AddressFields, customer: u64, now: Time) -> Row {
    let text = |field: &Option<String>| part(field.as_ref()).to_owned();
    [
        ("id_customer", customer.to_string()),
        ("id_manufacturer", "0".into()),
        ("id_supplier", "0".into()),
        ("id_warehouse", "0".into()),
        ("id_country", country_id(country(buyer)).to_string()),
        ("id_state", "0".into()),
        ("alias", "Mon adresse".into()),
        ("company", text(&buyer.company)),
        ("lastname", text(&buyer.last_name)),
        ("firstname", text(&buyer.first_name)),
        ("address1", text(&buyer.street)),
        ("address2", second_line(buyer)),
        ("postcode", text(&buyer.postal_code)),
        ("city", text(&buyer.city)),
        ("phone", text(&buyer.phone)),
        ("phone_mobile", text(&buyer.mobile)),
        ("deleted", "0".into()),
        ("date_add", paris_sql(now)),
        ("date_upd", paris_sql(now)),
    ]
    .into()
}

/// The point's own address, under the buyer's name, as the module writes it.
pub(super) fn point_address(buyer: &AddressFields, pickup: &Pickup, noted: bool, customer: u64, now: Time) -> Row {
    let mut row = address(buyer, customer, now);
    row.insert("alias", "Colissimo - Point de retrait".into());
    row.insert("company", pickup.label.clone());
    row.insert("address1", "1 place du Marché".into());
    row.insert("address2", String::new());
    if noted {
        row.insert("other", format!("Point de retrait {}", pickup.id));
    }
    row
}
