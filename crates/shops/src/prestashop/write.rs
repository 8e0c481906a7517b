//! What PrestaShop is told, in XML: a resource is written whole, for what is left out is emptied.

use crate::fields::Fields;
use quick_xml::escape::escape;
use serde_json::Value;

/// The row of `order_carriers` with another number.
pub(super) fn with_number(row: &Value, number: &str) -> String {
    let fields = Fields::new(row);
    let others = fields.keys().into_iter().filter(|name| *name != "tracking_number" && *name != "associations");
    let mut inner: String = others.map(|name| element(name, &fields.text(name).unwrap_or_default())).collect();
    inner.push_str(&element("tracking_number", number));
    document("order_carrier", &inner)
}

/// A new state of an order.
pub(super) fn history(order: &str, state: &str) -> String {
    document("order_history", &(element("id_order_state", state) + &element("id_order", order)))
}

fn document(name: &str, inner: &str) -> String {
    format!("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<prestashop><{name}>{inner}</{name}></prestashop>")
}

fn element(name: &str, text: &str) -> String {
    let held: String = text.chars().filter(|c| !c.is_control()).collect();
    format!("<{name}>{}</{name}>", escape(&held))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::prestashop::read::rows;
    use serde_json::json;

    #[test]
    fn what_is_written_reads_back_whole() {
        let row = json!({"id": 7, "id_order": "5", "weight": "0.350", "tracking_number": "old", "date_add": "a & <b>"});
        let body = with_number(&row, "6A15984040331");
        let back = rows(body.as_bytes(), "order_carriers").expect("an answer");
        let back = Fields::new(&back[0]);
        let texts =
            ["id", "id_order", "weight", "tracking_number", "date_add"].map(|name| back.text(name).expect("a text"));
        assert_eq!(texts, ["7", "5", "0.350", "6A15984040331", "a & <b>"]);
    }
}
