//! The resources of the web service: which fields each has, and what the key may do with it.

/// One field of a resource.
#[derive(Debug)]
pub(super) struct Field {
    pub(super) name: &'static str,
    /// Which resource its value is an id of.
    pub(super) link: Option<&'static str>,
    pub(super) kind: Kind,
    pub(super) required: bool,
}

/// What a field holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// Text or a number that nobody looks at closely.
    Plain,
    /// An unsigned number.
    Id,
    /// A date, which filters may only name with `date=1`.
    Date,
    /// A text per language.
    Translated,
    /// Made from something else: no filter takes it.
    Made,
    /// A parcel's number.
    Tracking,
}

/// A resource.
#[derive(Debug)]
pub(super) struct Spec {
    pub(super) resource: &'static str,
    pub(super) node: &'static str,
    pub(super) class: &'static str,
    pub(super) about: &'static str,
    pub(super) methods: &'static [&'static str],
    pub(super) fields: &'static [Field],
}

impl Spec {
    pub(super) fn field(&self, name: &str) -> Option<&'static Field> {
        self.fields.iter().find(|field| field.name == name)
    }

    pub(super) fn field_names(&self) -> String {
        let names: Vec<&str> = std::iter::once("id").chain(self.fields.iter().map(|field| field.name)).collect();
        names.join(", ")
    }
}

/// The resource with this name.
pub(super) fn find(resource: &str) -> Option<&'static Spec> {
    SPECS.iter().find(|spec| spec.resource == resource)
}

const fn plain(name: &'static str) -> Field {
    Field { name, link: None, kind: Kind::Plain, required: false }
}

const fn must(name: &'static str) -> Field {
    Field { name, link: None, kind: Kind::Plain, required: true }
}

const fn link(name: &'static str, to: &'static str) -> Field {
    Field { name, link: Some(to), kind: Kind::Id, required: false }
}

const fn must_link(name: &'static str, to: &'static str) -> Field {
    Field { name, link: Some(to), kind: Kind::Id, required: true }
}

const fn of(kind: Kind, name: &'static str) -> Field {
    Field { name, link: None, kind, required: false }
}

const READ: &[&str] = &["GET", "HEAD"];
const CHANGE: &[&str] = &["GET", "HEAD", "PUT", "PATCH"];
const ADD: &[&str] = &["GET", "HEAD", "POST"];
const ALL: &[&str] = &["GET", "HEAD", "PUT", "PATCH", "POST", "DELETE"];

/// All resources that the key may see.
pub(super) const SPECS: &[Spec] = &[
    Spec {
        resource: "addresses",
        node: "address",
        class: "Address",
        about: "The Customer, Brand and Customer addresses",
        methods: ALL,
        fields: &[
            link("id_customer", "customers"),
            link("id_manufacturer", "manufacturers"),
            link("id_supplier", "suppliers"),
            link("id_warehouse", "warehouse"),
            must_link("id_country", "countries"),
            link("id_state", "states"),
            must("alias"),
            plain("company"),
            must("lastname"),
            must("firstname"),
            plain("vat_number"),
            must("address1"),
            plain("address2"),
            plain("postcode"),
            must("city"),
            plain("other"),
            plain("phone"),
            plain("phone_mobile"),
            plain("dni"),
            plain("deleted"),
            of(Kind::Date, "date_add"),
            of(Kind::Date, "date_upd"),
        ],
    },
    Spec {
        resource: "carriers",
        node: "carrier",
        class: "Carrier",
        about: "The Carriers that perform deliveries",
        methods: READ,
        fields: &[
            plain("deleted"),
            plain("is_module"),
            link("id_tax_rules_group", "tax_rule_groups"),
            of(Kind::Id, "id_reference"),
            must("name"),
            must("active"),
            plain("is_free"),
            plain("url"),
            plain("shipping_handling"),
            plain("shipping_external"),
            plain("range_behavior"),
            plain("shipping_method"),
            plain("max_width"),
            plain("max_height"),
            plain("max_depth"),
            plain("max_weight"),
            plain("grade"),
            plain("external_module_name"),
            plain("need_range"),
            plain("position"),
            of(Kind::Translated, "delay"),
        ],
    },
    Spec {
        resource: "countries",
        node: "country",
        class: "Country",
        about: "The countries available on the shop",
        methods: READ,
        fields: &[
            must_link("id_zone", "zones"),
            link("id_currency", "currencies"),
            plain("call_prefix"),
            must("iso_code"),
            plain("active"),
            must("contains_states"),
            must("need_identification_number"),
            plain("need_zip_code"),
            plain("zip_code_format"),
            must("display_tax_label"),
            of(Kind::Translated, "name"),
        ],
    },
    Spec {
        resource: "customers",
        node: "customer",
        class: "Customer",
        about: "The e-shop's customers",
        methods: CHANGE,
        fields: &[
            link("id_default_group", "groups"),
            link("id_lang", "languages"),
            plain("newsletter_date_add"),
            plain("secure_key"),
            plain("deleted"),
            must("passwd"),
            must("lastname"),
            must("firstname"),
            must("email"),
            plain("id_gender"),
            plain("birthday"),
            plain("newsletter"),
            plain("optin"),
            plain("company"),
            plain("active"),
            plain("is_guest"),
            plain("id_shop"),
            of(Kind::Date, "date_add"),
            of(Kind::Date, "date_upd"),
        ],
    },
    Spec {
        resource: "order_carriers",
        node: "order_carrier",
        class: "OrderCarrier",
        about: "The Order carriers",
        methods: CHANGE,
        fields: &[
            must_link("id_order", "orders"),
            must_link("id_carrier", "carriers"),
            link("id_order_invoice", "order_invoices"),
            plain("weight"),
            plain("shipping_cost_tax_excl"),
            plain("shipping_cost_tax_incl"),
            of(Kind::Tracking, "tracking_number"),
            of(Kind::Date, "date_add"),
        ],
    },
    Spec {
        resource: "order_histories",
        node: "order_history",
        class: "OrderHistory",
        about: "The Order histories",
        methods: ADD,
        fields: &[
            link("id_employee", "employees"),
            must_link("id_order_state", "order_states"),
            must_link("id_order", "orders"),
            of(Kind::Date, "date_add"),
        ],
    },
    Spec {
        resource: "order_states",
        node: "order_state",
        class: "OrderState",
        about: "The Order statuses",
        methods: READ,
        fields: &[
            plain("unremovable"),
            plain("delivery"),
            plain("hidden"),
            plain("send_email"),
            plain("module_name"),
            plain("invoice"),
            plain("color"),
            plain("logable"),
            plain("shipped"),
            plain("paid"),
            plain("pdf_delivery"),
            plain("pdf_invoice"),
            plain("deleted"),
            of(Kind::Translated, "name"),
            of(Kind::Translated, "template"),
        ],
    },
    Spec {
        resource: "orders",
        node: "order",
        class: "Order",
        about: "The Customers orders",
        methods: CHANGE,
        fields: &[
            must_link("id_address_delivery", "addresses"),
            must_link("id_address_invoice", "addresses"),
            must_link("id_cart", "carts"),
            must_link("id_currency", "currencies"),
            must_link("id_lang", "languages"),
            must_link("id_customer", "customers"),
            must_link("id_carrier", "carriers"),
            link("current_state", "order_states"),
            must("module"),
            plain("invoice_number"),
            plain("invoice_date"),
            plain("delivery_number"),
            plain("delivery_date"),
            plain("valid"),
            of(Kind::Date, "date_add"),
            of(Kind::Date, "date_upd"),
            of(Kind::Made, "shipping_number"),
            plain("note"),
            plain("id_shop_group"),
            plain("id_shop"),
            plain("secure_key"),
            must("payment"),
            plain("recyclable"),
            plain("gift"),
            plain("gift_message"),
            plain("mobile_theme"),
            plain("total_discounts"),
            must("total_paid"),
            plain("total_paid_tax_incl"),
            plain("total_paid_tax_excl"),
            must("total_paid_real"),
            must("total_products"),
            must("total_products_wt"),
            plain("total_shipping"),
            plain("carrier_tax_rate"),
            plain("total_wrapping"),
            plain("round_mode"),
            plain("round_type"),
            must("conversion_rate"),
            plain("reference"),
        ],
    },
];
