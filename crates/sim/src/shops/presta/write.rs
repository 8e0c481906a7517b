//! Writing: PUT replaces a whole thing, PATCH some of its fields, POST adds one.

use super::{
    Format, Presta, PrestaError,
    list::Display,
    spec::{Field, Kind, Spec},
    store::Row,
    xml::{self, Element},
};
use crate::shops::{call::Call, order::Push, text::paris_sql};
use carriers::Response;
use clock::Time;
use serde_json::json;

/// The longest parcel number, in characters.
const TRACKING_MAX: usize = 64;

impl Presta {
    pub(super) fn write(
        &mut self,
        now: Time,
        spec: &'static Spec,
        call: &Call<'_>,
        format: Format,
    ) -> Result<Response, PrestaError> {
        let body = &call.request.body;
        let root = xml::read(body).map_err(|why| {
            PrestaError::new(500, 127, format!("XML error : {why}\nXML length : {}\nOriginal XML : …", body.len()))
        })?;
        let adds = call.method() == http::Method::POST;
        let given = ids(&root, adds)?;
        let mut last = None;
        for (element, id) in root.children.iter().zip(given) {
            last = Some(match id {
                None => self.add(now, spec, element)?,
                Some(id) => self.replace(now, spec, element, id, call.method() == http::Method::PATCH)?,
            });
        }
        let Some(id) = last else { return Ok(Response::new(200, "", "")) };
        let Some(row) = self.tables.row(spec.resource, id) else { return Ok(Response::new(404, "", "")) };
        let status = if adds { 201 } else { 200 };
        let json = || json!({ spec.node: self.value_map(spec, id, row) });
        Ok(format.answer(status, || self.xml(spec, id, row, &Display::Full), json))
    }

    fn value_map(&self, spec: &Spec, id: u64, row: &Row) -> serde_json::Value {
        let fields =
            spec.fields.iter().map(|field| (field.name.to_owned(), self.value(spec, id, row, field.name).into()));
        std::iter::once(("id".to_owned(), id.into())).chain(fields).collect::<serde_json::Map<_, _>>().into()
    }

    fn add(&mut self, now: Time, spec: &'static Spec, element: &Element) -> Result<u64, PrestaError> {
        let mut row = Row::new();
        for field in spec.fields {
            take(spec, field, element, &mut row, false)?;
        }
        for field in spec.fields.iter().filter(|field| field.kind == Kind::Date) {
            row.insert(field.name, paris_sql(now));
        }
        let changed = (spec.resource == "order_histories").then(|| self.state_change(&row)).transpose()?;
        let id = self.tables.add(spec.resource, row);
        if let Some((order, state)) = changed {
            self.take_state(now, order, state);
        }
        Ok(id)
    }

    /// A line in an order's history is how its state is changed.
    fn state_change(&self, row: &Row) -> Result<(u64, u64), PrestaError> {
        let number = |name: &str| row.get(name).and_then(|text| text.parse().ok()).unwrap_or(0);
        let (order, state) = (number("id_order"), number("id_order_state"));
        for (there, field) in [
            (self.extras.contains_key(&order), "id_order"),
            (self.tables.row("order_states", state).is_some(), "id_order_state"),
        ] {
            if !there {
                return Err(invalid("OrderHistory", field));
            }
        }
        Ok((order, state))
    }

    fn replace(
        &mut self,
        now: Time,
        spec: &'static Spec,
        element: &Element,
        id: u64,
        partly: bool,
    ) -> Result<u64, PrestaError> {
        let old = self.tables.row(spec.resource, id).ok_or_else(|| PrestaError::new(404, 92, "Invalid ID"))?;
        let mut row = old.clone();
        for field in spec.fields {
            take(spec, field, element, &mut row, partly)?;
        }
        let changed = |name: &str| row.get(name) != old.get(name);
        let state = changed("current_state").then(|| row.get("current_state").cloned()).flatten();
        let shipping = element.child("shipping_number").map(Element::value).filter(|_| spec.resource == "orders");
        let (shipping, tracking) = (shipping.map(str::to_owned), element.child("tracking_number").is_some());
        let names: Vec<&'static str> = spec.fields.iter().map(|field| field.name).collect();
        for name in names.into_iter().filter(|name| *name != "current_state" || spec.resource != "orders") {
            let text = row.get(name).cloned().unwrap_or_default();
            self.tables.set(spec.resource, id, name, text);
        }
        match spec.resource {
            "order_carriers" if tracking => self.pushed(now, id),
            "orders" => self.order_written(now, id, state, shipping),
            _ => {}
        }
        Ok(id)
    }

    fn order_written(&mut self, now: Time, id: u64, state: Option<String>, shipping: Option<String>) {
        self.touch(now, id);
        if let Some(state) = state.and_then(|state| state.parse().ok()) {
            self.set_state(now, id, state);
        }
        let Some(carrier_row) = self.extras.get(&id).map(|extra| extra.carrier_row) else { return };
        if let Some(number) = shipping.filter(|number| !number.is_empty()) {
            let known = self.tables.text("order_carriers", carrier_row, "tracking_number") == number;
            self.tables.set("order_carriers", carrier_row, "tracking_number", number);
            // A client that writes an order back as it read it pushes nothing.
            if !known {
                self.pushed(now, carrier_row);
            }
        }
    }

    /// Notes the number that a client wrote; the order itself is not dated anew by it, as in PrestaShop.
    fn pushed(&mut self, now: Time, carrier_row: u64) {
        let order = self.tables.number("order_carriers", carrier_row, "id_order");
        let number = self.tables.text("order_carriers", carrier_row, "tracking_number").to_owned();
        if let Some(extra) = self.extras.get_mut(&order).filter(|_| !number.is_empty()) {
            extra.pushes.push(Push { at: now, number });
        }
    }

    pub(super) fn delete(&mut self, spec: &Spec, id: Option<&str>, call: &Call<'_>) -> Result<Response, PrestaError> {
        let list = call.get("id").map(|text| text.trim_matches(['[', ']']));
        let ids: Vec<&str> = list.or(id).unwrap_or_default().split(',').map(str::trim).collect();
        let known = |id: &&&str| id.parse().ok().and_then(|id| self.tables.row(spec.resource, id)).is_some();
        let unknown: Vec<&str> = ids.iter().filter(|id| !known(id)).copied().collect();
        if !unknown.is_empty() {
            return Err(PrestaError::new(404, 87, format!("Id(s) not exists: {}", unknown.join(", "))));
        }
        for id in ids.iter().filter_map(|id| id.parse().ok()) {
            self.tables.remove(spec.resource, id);
        }
        Ok(Response::new(200, "", ""))
    }
}

/// The ids of what is sent; a new thing has none.
fn ids(root: &Element, adds: bool) -> Result<Vec<Option<u64>>, PrestaError> {
    let given = |element: &Element| element.child("id").map(|id| id.value().to_owned()).filter(|id| !id.is_empty());
    let ids: Vec<Option<String>> = root.children.iter().map(given).collect();
    if adds {
        return match ids.iter().all(Option::is_none) {
            true => Ok(ids.iter().map(|_| None).collect()),
            false => Err(PrestaError::new(400, 91, "id is forbidden when adding a new resource")),
        };
    }
    let known: Vec<&String> = ids.iter().flatten().collect();
    if known.len() != ids.len() || ids.is_empty() {
        return Err(PrestaError::new(400, 90, "id is required when modifying a resource"));
    }
    let mut once = known.clone();
    once.sort();
    once.dedup();
    if once.len() != known.len() {
        return Err(PrestaError::new(400, 89, "id is duplicate in request"));
    }
    Ok(known.into_iter().map(|id| Some(id.parse().unwrap_or(0))).collect())
}

/// Takes one field of what is sent. What is not sent is emptied, unless only a part is to be changed.
fn take(spec: &Spec, field: &'static Field, element: &Element, row: &mut Row, partly: bool) -> Result<(), PrestaError> {
    let Some(text) = element.child(field.name).map(Element::value) else {
        let dated = field.kind == Kind::Date || field.name == "current_state";
        if partly || dated || field.kind == Kind::Made {
            return Ok(());
        }
        if field.required {
            return Err(PrestaError::new(400, 41, format!("parameter \"{}\" required", field.name)));
        }
        row.insert(field.name, String::new());
        return Ok(());
    };
    if field.required && text.is_empty() {
        let message = format!("Validation error: \"Property {}->{} is empty\"", spec.class, field.name);
        return Err(PrestaError::new(400, 85, message));
    }
    let good = match field.kind {
        Kind::Id => text.is_empty() || text.parse::<u64>().is_ok(),
        Kind::Tracking => text.chars().count() <= TRACKING_MAX && text.chars().all(is_tracking),
        _ => true,
    };
    if !good {
        return Err(invalid(spec.class, field.name));
    }
    if field.kind != Kind::Made {
        row.insert(field.name, text.to_owned());
    }
    Ok(())
}

fn invalid(class: &str, field: &str) -> PrestaError {
    PrestaError::new(400, 85, format!("Validation error: \"Property {class}->{field} is not valid\""))
}

/// What a parcel's number may hold (PrestaShop's `isTrackingNumber`).
fn is_tracking(c: char) -> bool {
    c.is_ascii_alphanumeric() || "~:#,%&_=()[].? +-@/".contains(c)
}
