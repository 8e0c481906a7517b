//! The tables behind the web service: rows of text by id, and what a new French shop has in them.

use super::spec::{SPECS, Spec};
use std::collections::BTreeMap;

/// The fields of a row beside its id.
pub(super) type Row = BTreeMap<&'static str, String>;

/// All tables, by the name of their resource.
#[derive(Debug)]
pub(super) struct Tables(BTreeMap<&'static str, Table>);

#[derive(Debug, Default)]
struct Table {
    last: u64,
    rows: BTreeMap<u64, Row>,
}

/// Countries by PrestaShop's own numbers.
const COUNTRIES: [(u64, &str, &str); 8] = [
    (1, "DE", "Allemagne"),
    (3, "BE", "Belgique"),
    (6, "ES", "Espagne"),
    (8, "FR", "France"),
    (10, "IT", "Italie"),
    (12, "LU", "Luxembourg"),
    (15, "PT", "Portugal"),
    (19, "CH", "Suisse"),
];

/// Number, name, mail template, then whether an order in it is paid for and whether it is on its way.
const STATES: [(u64, &str, &str, bool, bool); 10] = [
    (1, "En attente du paiement par chèque", "cheque", false, false),
    (2, "Paiement accepté", "payment", true, false),
    (3, "En cours de préparation", "preparation", true, false),
    (4, "Expédié", "shipped", true, true),
    (5, "Livré", "", true, true),
    (6, "Annulé", "order_canceled", false, false),
    (7, "Remboursé", "refund", false, false),
    (8, "Erreur de paiement", "payment_error", false, false),
    (9, "En attente de réapprovisionnement (payé)", "outofstock", true, false),
    (10, "En attente de virement bancaire", "bankwire", false, false),
];

const CARRIERS: [(u64, &str); 3] =
    [(1, "Retrait en magasin"), (2, "Colissimo - À domicile"), (3, "Colissimo - Point de retrait")];

/// The number of a country; France's when it is none that the shop sends to.
pub(super) fn country_id(iso: &str) -> u64 {
    COUNTRIES.iter().find(|(_, code, _)| *code == iso).map_or(8, |(id, _, _)| *id)
}

impl Tables {
    /// A new shop, whose first order gets this number.
    pub(super) fn new(first_order: u64) -> Self {
        let mut tables = Self(SPECS.iter().map(|spec| (spec.resource, Table::default())).collect());
        for (id, iso, name) in COUNTRIES {
            let fields = [("id_zone", "1"), ("iso_code", iso), ("active", "1"), ("name", name), ("need_zip_code", "1")];
            tables.put("countries", id, &fields);
        }
        for (id, name, template, paid, shipped) in STATES {
            let flag = |flag: bool| if flag { "1" } else { "0" };
            let fields = [
                ("name", name),
                ("template", template),
                ("paid", flag(paid)),
                ("shipped", flag(shipped)),
                ("delivery", flag(shipped)),
                ("logable", flag(paid)),
                ("deleted", "0"),
                ("hidden", "0"),
            ];
            tables.put("order_states", id, &fields);
        }
        for (id, name) in CARRIERS {
            let module = if id == 1 { "" } else { "colissimo" };
            let fields = [
                ("name", name),
                ("active", "1"),
                ("deleted", "0"),
                ("external_module_name", module),
                ("url", "https://www.laposte.fr/outils/suivre-vos-envois?code=@"),
            ];
            tables.put("carriers", id, &fields);
        }
        if let Some(orders) = tables.0.get_mut("orders") {
            orders.last = first_order.saturating_sub(1);
        }
        tables
    }

    fn put(&mut self, table: &str, id: u64, fields: &[(&'static str, &str)]) {
        if let Some(table) = self.0.get_mut(table) {
            table.last = table.last.max(id);
            table.rows.insert(id, fields.iter().map(|(name, text)| (*name, (*text).to_owned())).collect());
        }
    }

    /// The number that the next row of this table gets.
    pub(super) fn next(&self, table: &str) -> u64 {
        self.0.get(table).map_or(1, |table| table.last + 1)
    }

    pub(super) fn add(&mut self, table: &str, row: Row) -> u64 {
        let id = self.next(table);
        if let Some(table) = self.0.get_mut(table) {
            table.last = id;
            table.rows.insert(id, row);
        }
        id
    }

    pub(super) fn remove(&mut self, table: &str, id: u64) -> bool {
        self.0.get_mut(table).is_some_and(|table| table.rows.remove(&id).is_some())
    }

    pub(super) fn row(&self, table: &str, id: u64) -> Option<&Row> {
        self.0.get(table)?.rows.get(&id)
    }

    pub(super) fn rows(&self, spec: &Spec) -> impl Iterator<Item = (u64, &Row)> {
        self.0.get(spec.resource).into_iter().flat_map(|table| &table.rows).map(|(id, row)| (*id, row))
    }

    /// A field of a row; empty when there is none.
    pub(super) fn text(&self, table: &str, id: u64, field: &str) -> &str {
        self.row(table, id).and_then(|row| row.get(field)).map_or("", String::as_str)
    }

    pub(super) fn number(&self, table: &str, id: u64, field: &str) -> u64 {
        self.text(table, id, field).parse().unwrap_or(0)
    }

    pub(super) fn set(&mut self, table: &str, id: u64, field: &'static str, text: String) {
        if let Some(row) = self.0.get_mut(table).and_then(|table| table.rows.get_mut(&id)) {
            row.insert(field, text);
        }
    }
}
