//! What makes a request recognisable when it comes again: digests that never let its content be read back.

use parcel::{Letter, Shipment};
use serde_json::Value;
use sha2::{Digest, Sha256};
use store::{Key, KeyScope};

type Print = [u8; 16];

fn short(hash: Sha256) -> Print {
    let whole: [u8; 32] = hash.finalize().into();
    let mut print = Print::default();
    print.copy_from_slice(&whole[..16]);
    print
}

/// The key of a request in our own words: the caller's own, or else what the request says.
///
/// The print is of what is asked, not of how it is written: another order of the fields or other blanks make the
/// same print.
pub(crate) fn of_request(idempotency_key: Option<&str>, shipment: &Shipment) -> Key {
    let text = serde_json::to_vec(shipment).unwrap_or_default();
    let body = short(Sha256::new_with_prefix(text));
    match idempotency_key {
        Some(key) => Key { scope: KeyScope::Idempotency, digest: short(Sha256::new_with_prefix(key.as_bytes())), body },
        None => Key { scope: KeyScope::Body, digest: body, body },
    }
}

/// The key of one row of a batch that was sent with a key of its own: this row of that batch, whenever it is sent.
pub(crate) fn of_row(batch_key: &str, row: u64, shipment: &Shipment) -> Key {
    let hash = Sha256::new_with_prefix(b"row of a batch\0").chain_update(row.to_be_bytes()).chain_update(batch_key);
    Key { scope: KeyScope::Idempotency, digest: short(hash), body: of_request(None, shipment).body }
}

/// The digest of a batch's own key.
pub(crate) fn of_batch(batch_key: &str) -> Print {
    short(Sha256::new_with_prefix(b"batch\0").chain_update(batch_key))
}

/// The keys of an order's parcels, by the caller's own key or else by the order's number. They stand together: with
/// any parcel changed, added or left out it is another order.
pub(crate) fn of_order(idempotency_key: Option<&str>, order_number: &str, parcels: &[Shipment]) -> Vec<Key> {
    let text = serde_json::to_vec(parcels).unwrap_or_default();
    let body = short(Sha256::new_with_prefix(text));
    let (kind, name): (&[u8], _) = match idempotency_key {
        Some(key) => (b"order by key\0", key),
        None => (b"order by number\0", order_number),
    };
    let key = |place: usize| {
        let hash = Sha256::new_with_prefix(kind).chain_update((place as u64).to_be_bytes()).chain_update(name);
        Key { scope: KeyScope::Idempotency, digest: short(hash), body }
    };
    (0..parcels.len()).map(key).collect()
}

/// The key of a request as the carrier's clients write it: its order, told from the order's other parcels by the
/// rest of the letter; where it names no order, everything it says.
///
/// An order asked again on another day or for another format of label is the same one.
pub(crate) fn of_letter(shipment: &Shipment) -> Key {
    let Letter::AsWritten(written) = &shipment.letter else { return of_request(None, shipment) };
    if names_an_order(shipment, written) {
        let mut hash = Sha256::new_with_prefix(b"order");
        for part in ["letter", "fields"] {
            feed(&mut hash, written.get(part).unwrap_or(&Value::Null), &[&["service", "depositDate"]]);
        }
        let digest = short(hash);
        return Key { scope: KeyScope::Order, digest, body: digest };
    }
    let mut hash = Sha256::new_with_prefix(b"body");
    feed(&mut hash, written, &[]);
    let digest = short(hash);
    Key { scope: KeyScope::Body, digest, body: digest }
}

fn names_an_order(shipment: &Shipment, written: &Value) -> bool {
    let named = |path| written.pointer(path).and_then(Value::as_str).is_some_and(|s| !s.trim().is_empty());
    shipment.order_number.is_some()
        || named("/letter/sender/senderParcelRef")
        || named("/letter/addressee/addresseeParcelRef")
}

/// Feeds a value to the hash in one way only, whatever the order of its keys; `without` are paths to leave out. A number
/// and the same number as text are one value, and what is blank is not there: the same order by REST and by SOAP, where
/// everything is text, is the same.
fn feed(hash: &mut Sha256, value: &Value, without: &[&[&str]]) {
    match value {
        Value::Object(map) => {
            let mut keys: Vec<&String> = map.iter().filter(|(_, value)| !is_blank(value)).map(|(key, _)| key).collect();
            keys.sort_unstable();
            hash.update(b"{");
            for key in keys {
                let below: Vec<&[&str]> =
                    without.iter().filter(|p| p.first() == Some(&key.as_str())).map(|p| &p[1..]).collect();
                if below.iter().any(|p| p.is_empty()) {
                    continue;
                }
                feed_text(hash, key);
                feed(hash, &map[key], &below);
            }
            hash.update(b"}");
        }
        Value::Array(items) => {
            hash.update(b"[");
            items.iter().for_each(|item| feed(hash, item, &[]));
            hash.update(b"]");
        }
        Value::String(text) => feed_text(hash, text),
        other => feed_text(hash, &other.to_string()),
    }
}

fn is_blank(value: &Value) -> bool {
    value.is_null() || value.as_str().is_some_and(|text| text.trim().is_empty())
}

/// Kind and length first, so that no two values can be taken for one another.
fn feed_text(hash: &mut Sha256, text: &str) {
    hash.update(b"s");
    hash.update((text.len() as u64).to_be_bytes());
    hash.update(text.as_bytes());
}

#[cfg(test)]
mod tests {
    use super::*;
    use parcel::{DeliveryMode, LabelFormat, Product, Weight};
    use serde_json::json;

    fn shipment(order: Option<&str>, written: Value) -> Shipment {
        Shipment {
            order_number: order.map(|o| o.parse().expect("an order number")),
            parcel_ref: None,
            parcel_number: None,
            product: Product::Dom,
            mode: DeliveryMode::Home,
            deposit_date: jiff::civil::date(2025, 12, 22),
            weight: Weight::from_grams(1000).expect("a weight"),
            format: LabelFormat::PDF_10X15,
            letter: Letter::AsWritten(Box::new(written)),
        }
    }

    fn letter(day: &str, weight: f64, reference: &str, format: &str) -> Value {
        json!({"outputFormat": {"outputPrintingType": format}, "letter": {
            "service": {"productCode": "DOM", "depositDate": day}, "parcel": {"weight": weight},
            "sender": {"senderParcelRef": reference}, "addressee": {"address": {"depositDate": "kept"}}}})
    }

    #[test]
    fn texts_and_numbers_say_the_same() {
        let by_rest = json!({"letter": {"parcel": {"weight": 1.5, "nonMachinable": false, "COD": null}}});
        let by_soap = json!({"letter": {"parcel": {"nonMachinable": "false", "weight": "1.5", "instructions": ""}}});
        let other = json!({"letter": {"parcel": {"nonMachinable": "false", "weight": "1.6"}}});
        let key = |written: Value| of_letter(&shipment(Some("A1"), written));
        assert_eq!(key(by_rest), key(by_soap.clone()));
        assert_ne!(key(other), key(by_soap));
    }

    #[test]
    fn the_same_order_asked_again_is_the_same() {
        let first = of_letter(&shipment(Some("A1"), letter("2025-12-22", 1.0, "", "PDF_10x15_300dpi")));
        assert_eq!(first.scope, KeyScope::Order);
        let again = of_letter(&shipment(Some("A1"), letter("2025-12-23", 1.0, "", "ZPL_10x15_203dpi")));
        assert_eq!(first, again);
        let other_parcel = of_letter(&shipment(Some("A1"), letter("2025-12-22", 2.0, "", "PDF_10x15_300dpi")));
        assert_ne!(first, other_parcel);
        let mut moved = letter("2025-12-22", 1.0, "", "PDF_10x15_300dpi");
        moved["letter"]["addressee"]["address"]["depositDate"] = json!("changed");
        assert_ne!(first, of_letter(&shipment(Some("A1"), moved)), "only the service's date is left out");
    }

    #[test]
    fn a_reference_names_an_order_too_and_without_one_everything_counts() {
        let with = |day, reference| of_letter(&shipment(None, letter(day, 1.0, reference, "PDF_10x15_300dpi")));
        assert_eq!(with("2025-12-22", "R1"), with("2025-12-23", "R1"));
        assert_eq!(with("2025-12-22", "R1").scope, KeyScope::Order);
        assert_eq!(with("2025-12-22", " ").scope, KeyScope::Body);
        assert_ne!(with("2025-12-22", ""), with("2025-12-23", ""));
    }

    #[test]
    fn values_are_not_taken_for_one_another() {
        let print = |value: Value| of_letter(&shipment(None, value)).digest;
        assert_ne!(print(json!({"a": "1"})), print(json!({"a": "10"})));
        assert_ne!(print(json!({"a": "b", "c": "d"})), print(json!({"a": "bc", "": "d"})));
        assert_ne!(print(json!([["a"], "b"])), print(json!([["a", "b"]])));
    }
}
