//! The columns of a CSV batch: the plain fields of a shipment under their dotted names, with French names beside them.
//!
//! They are read off the description of the request itself, so that a field that is added there is a column here.

use crate::api::request::{AddressRequest, ShipmentRequest};
use serde::Serialize;
use serde_json::Value;
use std::{collections::HashMap, sync::LazyLock};
use utoipa::{PartialSchema, ToSchema};

/// What an address cannot do without, whatever else it has.
const ADDRESS_NEEDS: [&str; 3] = ["street", "postal_code", "city"];

/// French names, as they stand in exports: a shipment's fields, then an address's.
const FRENCH: [(&str, &str); 11] = [
    ("numero_commande", "order_number"),
    ("reference_colis", "parcel_ref"),
    ("numero_colis", "parcel_number"),
    ("produit", "product"),
    ("point_retrait", "pickup_point"),
    ("date_depot", "deposit_date"),
    ("poids_g", "weight_g"),
    ("format_etiquette", "label_format"),
    ("nom_commercial", "commercial_name"),
    ("assurance_centimes", "insurance_cents"),
    ("non_mecanisable", "non_machinable"),
];
const FRENCH_ADDRESS: [(&str, &str); 15] = [
    ("societe", "company"),
    ("nom", "last_name"),
    ("prenom", "first_name"),
    ("etage", "floor"),
    ("batiment", "building"),
    ("rue", "street"),
    ("adresse", "street"),
    ("lieu_dit", "locality"),
    ("code_postal", "postal_code"),
    ("ville", "city"),
    ("pays", "country"),
    ("telephone", "phone"),
    ("portable", "mobile"),
    ("courriel", "email"),
    ("interphone", "intercom"),
];
const FRENCH_ROLES: [(&str, &str); 2] = [("expediteur", "sender"), ("destinataire", "addressee")];

/// What a cell holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
#[schema(as = ColumnKind)]
pub(super) enum Kind {
    /// Text as it stands.
    Text,
    /// A whole number.
    Number,
    /// true, yes, oui, vrai, 1; or false, no, non, faux, 0.
    Flag,
}

/// A column of a CSV batch.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Column {
    /// Its name, as it stands in the first line of the file.
    #[schema(example = "addressee.postal_code")]
    pub(super) name: String,
    /// Other names that it can have there.
    aliases: Vec<String>,
    /// What its cells hold.
    pub(super) kind: Kind,
    /// Whether a file cannot do without it.
    pub(super) needed: bool,
    /// What it is.
    description: String,
    /// The object that it is part of.
    #[serde(skip)]
    pub(super) parent: Option<&'static str>,
    /// Its name within that object.
    #[serde(skip)]
    pub(super) field: String,
}

static ALL: LazyLock<Vec<Column>> = LazyLock::new(|| {
    let mut all = of_schema(&described::<ShipmentRequest>(), None);
    // Of a single shipment: see the field's description.
    all.retain(|column| column.name != "pickup_choice");
    for role in ["sender", "addressee"] {
        all.extend(of_schema(&described::<AddressRequest>(), Some(role)));
    }
    all
});

static BY_NAME: LazyLock<HashMap<&'static str, &'static Column>> = LazyLock::new(|| {
    let named = |column: &'static Column| {
        let aliases = column.aliases.iter().map(String::as_str);
        std::iter::once(column.name.as_str()).chain(aliases).map(move |name| (name, column))
    };
    ALL.iter().flat_map(named).collect()
});

/// Every column.
pub(super) fn all() -> &'static [Column] {
    &ALL
}

/// The column with this name, however its capitals, accents and blanks are written.
pub(super) fn named(name: &str) -> Option<&'static Column> {
    BY_NAME.get(plain(name).as_str()).copied()
}

/// The known name that is written most alike, if any is alike at all.
pub(super) fn nearest(name: &str) -> Option<&'static str> {
    let name = plain(name);
    let alike = |known: &&'static str| strsim::jaro_winkler(known, &name);
    let nearest = BY_NAME.keys().copied().max_by(|a, b| alike(a).total_cmp(&alike(b)))?;
    (alike(&nearest) > 0.8).then_some(nearest)
}

fn plain(name: &str) -> String {
    let one = |c: char| match c {
        ' ' | '-' => '_',
        'é' | 'è' | 'ê' => 'e',
        'à' | 'â' => 'a',
        'î' => 'i',
        'ô' => 'o',
        c => c,
    };
    name.trim().to_lowercase().chars().map(one).collect()
}

fn described<T: PartialSchema>() -> Value {
    serde_json::to_value(T::schema()).unwrap_or_default()
}

/// The plain fields of an object, in the order of its description.
fn of_schema(schema: &Value, parent: Option<&'static str>) -> Vec<Column> {
    let fields = schema.pointer("/properties").and_then(Value::as_object).into_iter().flatten();
    let needed = schema.pointer("/required").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
    let column = |(field, about): (&String, &Value)| {
        let named = needed.iter().any(|name| name == field);
        let always = parent.is_some() && ADDRESS_NEEDS.contains(&field.as_str());
        Some(Column {
            name: parent.map_or_else(|| field.clone(), |parent| format!("{parent}.{field}")),
            aliases: aliases(parent, field),
            kind: kind(about)?,
            needed: named || always,
            description: about["description"].as_str().unwrap_or_default().to_owned(),
            parent,
            field: field.clone(),
        })
    };
    fields.filter_map(column).collect()
}

fn kind(about: &Value) -> Option<Kind> {
    let of = |name: &Value| match name.as_str() {
        Some("string") => Some(Kind::Text),
        Some("integer" | "number") => Some(Kind::Number),
        Some("boolean") => Some(Kind::Flag),
        _ => None,
    };
    match &about["type"] {
        Value::Array(names) => names.iter().find_map(of),
        name => of(name),
    }
}

/// What a column can be called besides: French names, and the addressee's without saying whose.
fn aliases(parent: Option<&str>, field: &str) -> Vec<String> {
    let french = |names: &[(&'static str, &str)]| -> Vec<&'static str> {
        names.iter().filter(|(_, name)| *name == field).map(|(french, _)| *french).collect()
    };
    let Some(parent) = parent else { return french(&FRENCH).into_iter().map(str::to_owned).collect() };
    let mut fields = french(&FRENCH_ADDRESS);
    let roles = FRENCH_ROLES.iter().filter(|(_, role)| *role == parent).map(|(french, _)| *french);
    let mut aliases = Vec::new();
    if parent == "addressee" {
        aliases.push(field.to_owned());
        aliases.extend(fields.iter().map(|field| (*field).to_owned()));
    }
    aliases.extend(fields.iter().map(|name| format!("{parent}.{name}")));
    fields.push(field);
    for role in roles {
        aliases.extend(fields.iter().map(|name| format!("{role}.{name}")));
    }
    aliases
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn every_column_has_names_of_its_own() {
        let names: Vec<_> = ALL.iter().flat_map(|c| std::iter::once(&c.name).chain(&c.aliases)).collect();
        assert_eq!(names.iter().collect::<HashSet<_>>().len(), names.len());
        assert!(ALL.iter().all(|column| !column.description.is_empty()));
        let needed: Vec<_> = ALL.iter().filter(|c| c.needed).map(|c| c.name.as_str()).collect();
        assert!(needed.contains(&"weight_g") && needed.contains(&"addressee.city") && !needed.contains(&"sender"));
    }

    #[test]
    fn names_are_known_as_people_write_them() {
        for (written, name) in [
            ("weight_g", "weight_g"),
            (" Poids_g ", "weight_g"),
            ("Numéro commande", "order_number"),
            ("code_postal", "addressee.postal_code"),
            ("Ville", "addressee.city"),
            ("expéditeur.société", "sender.company"),
            ("sender.code_postal", "sender.postal_code"),
            ("destinataire.email", "addressee.email"),
        ] {
            assert_eq!(named(written).map(|column| column.name.as_str()), Some(name), "{written}");
        }
        assert!(named("poids").is_none() && named("sender").is_none() && named("").is_none());
        assert_eq!((nearest("wieght_g"), nearest("xyzzy")), (Some("weight_g"), None));
    }

    #[test]
    fn kinds_follow_the_request() {
        let kind = |name: &str| named(name).expect("a column").kind;
        assert_eq!((kind("weight_g"), kind("non_machinable"), kind("product")), (Kind::Number, Kind::Flag, Kind::Text));
        assert_eq!((kind("insurance_cents"), kind("order_number")), (Kind::Number, Kind::Text));
    }
}
