//! Reading: one thing or a list of them, with filters, order, limits, and the fields that are wanted.

use super::{
    Format, Presta, PrestaError,
    spec::{Field, Kind, Spec},
    store::Row,
    xml,
};
use crate::shops::call::Call;
use carriers::Response;
use serde_json::{Map, Value, json};
use std::cmp::Ordering;

/// Which fields are wanted.
pub(super) enum Display {
    /// None but the id.
    Ids,
    /// All.
    Full,
    /// These.
    Some(Vec<String>),
}

impl Display {
    fn of(call: &Call<'_>, spec: &Spec) -> Result<Option<Self>, PrestaError> {
        let Some(text) = call.get("display") else { return Ok(None) };
        match text {
            "full" => return Ok(Some(Self::Full)),
            "minimum" => return Ok(Some(Self::Ids)),
            _ => {}
        }
        let Some(list) = text.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) else {
            let message = format!(
                "The 'display' syntax is wrong. You can set 'full' or '[field_1,field_2,field_3,...]'. These are available: {}",
                spec.field_names()
            );
            return Err(PrestaError::new(400, 36, message));
        };
        let names: Vec<String> = list.split(',').map(|name| name.trim().to_owned()).collect();
        if let Some(wrong) = names.iter().find(|name| *name != "id" && spec.field(name).is_none()) {
            let names = spec.field_names();
            let message = format!("Unable to display this field \"{wrong}\". However, these are available: {names}");
            return Err(PrestaError::new(400, 35, message));
        }
        Ok(Some(Self::Some(names)))
    }

    pub(super) fn has(&self, name: &str) -> bool {
        match self {
            Self::Ids => name == "id",
            Self::Full => true,
            Self::Some(names) => names.iter().any(|wanted| wanted == name),
        }
    }

    /// Whether what belongs to the thing is shown too.
    pub(super) fn whole(&self) -> bool {
        matches!(self, Self::Full)
    }
}

impl Presta {
    pub(super) fn read(
        &self,
        spec: &'static Spec,
        id: Option<&str>,
        call: &Call<'_>,
        format: Format,
    ) -> Result<Response, PrestaError> {
        if let Some(schema) = call.get("schema") {
            return schema_of(spec, schema, format);
        }
        let display = Display::of(call, spec)?;
        match id {
            Some(id) => Ok(self.read_one(spec, id, display, format)),
            None => self.read_list(spec, display.unwrap_or(Display::Ids), call, format),
        }
    }

    fn read_one(&self, spec: &'static Spec, id: &str, display: Option<Display>, format: Format) -> Response {
        let found = id.parse().ok().and_then(|id| Some((id, self.tables.row(spec.resource, id)?)));
        let Some((id, row)) = found else { return Response::new(404, "", "") };
        let in_list = display.is_some();
        let display = display.unwrap_or(Display::Full);
        let json = || {
            let one = self.json(spec, id, row, &display);
            // With `display` the web service writes even one thing as a list.
            if in_list { json!({ spec.resource: [one] }) } else { json!({ spec.node: one }) }
        };
        format.answer(200, || self.xml(spec, id, row, &display), json)
    }

    fn read_list(
        &self,
        spec: &'static Spec,
        display: Display,
        call: &Call<'_>,
        format: Format,
    ) -> Result<Response, PrestaError> {
        let filters = filters(spec, call)?;
        let sorts = sorts(spec, call)?;
        let limits = limits(call)?;
        let value = |id: u64, row: &Row, name: &str| self.value(spec, id, row, name);
        let mut found: Vec<(u64, &Row)> = self.tables.rows(spec).collect();
        found.retain(|(id, row)| filters.iter().all(|(name, filter)| filter.takes(&value(*id, row, name))));
        found.sort_by(|a, b| {
            let by = |(name, down): &(String, bool)| {
                let order = compare(&value(a.0, a.1, name), &value(b.0, b.1, name));
                if *down { order.reverse() } else { order }
            };
            sorts.iter().map(by).find(|order| order.is_ne()).unwrap_or_else(|| a.0.cmp(&b.0))
        });
        let found: Vec<(u64, &Row)> = found.into_iter().skip(limits.0).take(limits.1).collect();
        let xml = || {
            let one = |(id, row): &(u64, &Row)| match display {
                Display::Ids => format!(
                    "<{} id=\"{id}\" xlink:href=\"{}/api/{}/{id}\"/>\n",
                    spec.node, self.options.url, spec.resource
                ),
                _ => self.xml(spec, *id, row, &display),
            };
            let list: String = found.iter().map(one).collect();
            format!("<{0}>\n{list}</{0}>\n", spec.resource)
        };
        let json = || match found.as_slice() {
            // PrestaShop writes a list of nothing without its name.
            [] => json!([]),
            found => {
                let list: Value = found.iter().map(|(id, row)| self.json(spec, *id, row, &display)).collect();
                json!({ spec.resource: list })
            }
        };
        Ok(format.answer(200, xml, json))
    }

    /// A field of a row, those that are made from others included.
    pub(super) fn value(&self, spec: &Spec, id: u64, row: &Row, name: &str) -> String {
        match (spec.resource, name) {
            (_, "id") => id.to_string(),
            ("orders", "shipping_number") => {
                let row = self.extras.get(&id).map_or(0, |extra| extra.carrier_row);
                self.tables.text("order_carriers", row, "tracking_number").to_owned()
            }
            _ => row.get(name).cloned().unwrap_or_default(),
        }
    }

    fn json(&self, spec: &Spec, id: u64, row: &Row, display: &Display) -> Value {
        let mut made = Map::new();
        if display.has("id") {
            made.insert("id".into(), id.into());
        }
        for field in spec.fields.iter().filter(|field| display.has(field.name)) {
            made.insert(field.name.into(), self.value(spec, id, row, field.name).into());
        }
        if display.whole() && spec.resource == "orders" {
            let rows: Map<String, Value> =
                order_row(id, row).into_iter().map(|(name, text)| (name.into(), text.into())).collect();
            made.insert("associations".into(), json!({ "order_rows": [rows] }));
        }
        made.into()
    }

    pub(super) fn xml(&self, spec: &Spec, id: u64, row: &Row, display: &Display) -> String {
        let mut made = format!("<{}>\n", spec.node);
        if display.has("id") {
            made.push_str(&xml::text_element("id", &id.to_string()));
        }
        for field in spec.fields.iter().filter(|field| display.has(field.name)) {
            made.push_str(&xml::field(field, &self.value(spec, id, row, field.name), &self.options.url));
        }
        if display.whole() && spec.resource == "orders" {
            let fields: String = order_row(id, row).iter().map(|(name, text)| xml::text_element(name, text)).collect();
            made.push_str(&format!(
                "<associations>\n<order_rows nodeType=\"order_row\" virtualEntity=\"true\">\n<order_row>\n{fields}</order_row>\n</order_rows>\n</associations>\n"
            ));
        }
        made.push_str(&format!("</{}>\n", spec.node));
        made
    }
}

/// The one thing that was bought with an order.
fn order_row(id: u64, row: &Row) -> Vec<(&'static str, String)> {
    let price = row.get("total_products_wt").cloned().unwrap_or_default();
    vec![
        ("id", id.to_string()),
        ("product_id", "12".into()),
        ("product_attribute_id", "0".into()),
        ("product_quantity", "1".into()),
        ("product_name", "Article".into()),
        ("product_reference", "ART-12".into()),
        ("product_ean13", String::new()),
        ("product_price", price.clone()),
        ("id_customization", "0".into()),
        ("unit_price_tax_incl", price.clone()),
        ("unit_price_tax_excl", price),
    ]
}

fn schema_of(spec: &Spec, schema: &str, format: Format) -> Result<Response, PrestaError> {
    let blank = match schema {
        "blank" => true,
        "synopsis" => false,
        _ => {
            let message = "Please select a schema of type 'synopsis' to get the whole schema informations (which fields are required, which kind of content...) or 'blank' to get an empty schema to fill before using POST request";
            return Err(PrestaError::new(400, 28, message));
        }
    };
    let json = || {
        let fields: Map<String, Value> = spec.fields.iter().map(|field| (field.name.into(), "".into())).collect();
        json!({ spec.node: fields })
    };
    Ok(format.answer(200, || xml::schema(spec, blank), json))
}

/// One condition on one field.
enum Filter {
    Between(String, String),
    OneOf(Vec<String>),
    Not(Vec<String>),
    Above(String),
    Below(String),
    Begins(String),
    Ends(String),
    Holds(String),
}

impl Filter {
    fn of(text: &str) -> Self {
        let bracketed = text.split_once('[').and_then(|(before, rest)| {
            let (inside, after) = rest.rsplit_once(']')?;
            Some((before, inside, after))
        });
        let Some((before, inside, after)) = bracketed else { return Self::OneOf(vec![text.to_owned()]) };
        let list = || inside.split('|').map(str::to_owned).collect();
        match (before, after) {
            ("%", "%") => Self::Holds(inside.to_lowercase()),
            ("%", _) => Self::Ends(inside.to_lowercase()),
            (_, "%") => Self::Begins(inside.to_lowercase()),
            (">", _) => Self::Above(inside.to_owned()),
            ("<", _) => Self::Below(inside.to_owned()),
            ("!", _) => Self::Not(list()),
            _ => match inside.split_once(',') {
                Some((from, to)) => Self::Between(from.trim().to_owned(), to.trim().to_owned()),
                None => Self::OneOf(list()),
            },
        }
    }

    fn takes(&self, value: &str) -> bool {
        let is = |other: &String| compare(value, other).is_eq();
        match self {
            Self::Between(from, to) => compare(value, from).is_ge() && compare(value, to).is_le(),
            Self::OneOf(list) => list.iter().any(is),
            Self::Not(list) => !list.iter().any(is),
            Self::Above(from) => compare(value, from).is_gt(),
            Self::Below(to) => compare(value, to).is_lt(),
            Self::Begins(text) => value.to_lowercase().starts_with(text),
            Self::Ends(text) => value.to_lowercase().ends_with(text),
            Self::Holds(text) => value.to_lowercase().contains(text),
        }
    }
}

/// As MySQL compares: numbers by their size, dates by their moment, texts without case.
fn compare(a: &str, b: &str) -> Ordering {
    if let (Ok(a), Ok(b)) = (a.parse::<f64>(), b.parse::<f64>()) {
        return a.partial_cmp(&b).unwrap_or(Ordering::Equal);
    }
    whole_date(a).cmp(&whole_date(b))
}

/// A date alone is its midnight.
fn whole_date(text: &str) -> String {
    let is_date = text.len() == 10
        && text.bytes().enumerate().all(|(i, b)| if i == 4 || i == 7 { b == b'-' } else { b.is_ascii_digit() });
    if is_date { format!("{text} 00:00:00") } else { text.to_lowercase() }
}

fn filters(spec: &'static Spec, call: &Call<'_>) -> Result<Vec<(String, Filter)>, PrestaError> {
    let dates = call.get("date").is_some_and(|on| !matches!(on, "" | "0"));
    let named = call.query.iter().filter_map(|(name, value)| {
        let field = name.strip_prefix("filter[")?.strip_suffix(']')?;
        Some((field, value))
    });
    let mut made = Vec::new();
    for (name, value) in named {
        match spec.field(name) {
            Some(Field { kind: Kind::Made, .. }) => {
                let message =
                    format!("The field \"{name}\" is dynamic. It is not possible to filter GET query with this field.");
                return Err(PrestaError::new(400, 34, message));
            }
            Some(Field { kind: Kind::Date, .. }) if !dates => return Err(no_filter(spec)),
            None if name != "id" => return Err(no_filter(spec)),
            _ if value.is_empty() => {
                return Err(PrestaError::new(400, 33, format!("The filter \"{name}\" is malformed.")));
            }
            _ => made.push((name.to_owned(), Filter::of(value))),
        }
    }
    Ok(made)
}

fn no_filter(spec: &Spec) -> PrestaError {
    let names: Vec<&str> = spec.fields.iter().filter(|f| f.kind != Kind::Date).map(|field| field.name).collect();
    let list = names.join("\", \"");
    PrestaError::new(
        400,
        32,
        format!("This filter does not exist. Did you mean: \"id\"? The full list is: \"id\", \"{list}\""),
    )
}

/// Each field to sort by, and whether downwards.
fn sorts(spec: &'static Spec, call: &Call<'_>) -> Result<Vec<(String, bool)>, PrestaError> {
    let Some(text) = call.get("sort") else { return Ok(Vec::new()) };
    let list = text.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or(text);
    let dates = call.get("date").is_some_and(|on| !matches!(on, "" | "0"));
    let mut made = Vec::new();
    for part in list.split(',') {
        let Some((name, down)) =
            part.rsplit_once('_').and_then(|(name, way)| match way.to_ascii_uppercase().as_str() {
                "ASC" => Some((name, false)),
                "DESC" => Some((name, true)),
                _ => None,
            })
        else {
            let message = "The \"sort\" value has to be formed as this example: \"field_ASC\" or '[field_1_DESC,field_2_ASC,field_3_ASC,...]' (\"field\" has to be an available field)";
            return Err(PrestaError::new(400, 37, message));
        };
        let known = match spec.field(name) {
            Some(field) => field.kind != Kind::Made && (field.kind != Kind::Date || dates),
            None => name == "id",
        };
        if !known {
            let message =
                format!("Unable to filter by this field. However, these are available: {}", spec.field_names());
            return Err(PrestaError::new(400, 38, message));
        }
        made.push((name.to_owned(), down));
    }
    Ok(made)
}

/// How many to leave out, and how many to show.
fn limits(call: &Call<'_>) -> Result<(usize, usize), PrestaError> {
    let Some(text) = call.get("limit") else { return Ok((0, usize::MAX)) };
    let parts: Vec<usize> = text.split(',').map(|part| part.trim().parse().unwrap_or(0)).collect();
    match parts.as_slice() {
        [count] => Ok((0, *count)),
        [start, count] => Ok((*start, *count)),
        _ => {
            let message = "The \"limit\" value has to be formed as this example: \"5,25\" or \"10\"";
            Err(PrestaError::new(400, 39, message))
        }
    }
}
