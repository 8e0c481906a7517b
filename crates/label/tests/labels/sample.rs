//! Labels of every kind, from chance with a seed: short and long names, accents, other scripts, control characters.

use jiff::civil::{Date, date};
use label::LocalLabel;
use parcel::{
    Address, AddressFields, Cents, ClientNumber, ColissimoNumber, OrderNumber, PickupPointId, Product, Weight,
};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

/// What a label borrows.
pub(crate) struct Sample {
    pub(crate) number: ColissimoNumber,
    pub(crate) client: ClientNumber,
    pub(crate) product: Product,
    pub(crate) sender: Address,
    pub(crate) addressee: Address,
    pub(crate) weight: Weight,
    pub(crate) deposit_date: Date,
    pub(crate) order_number: Option<OrderNumber>,
    pub(crate) parcel_ref: Option<String>,
    pub(crate) pickup_point: Option<PickupPointId>,
    pub(crate) commercial_name: Option<String>,
    pub(crate) insurance: Option<Cents>,
    pub(crate) instructions: Option<String>,
    pub(crate) non_machinable: bool,
    pub(crate) site: String,
}

impl Sample {
    /// The label of the carrier's published example: a range for tests, `9L1 72240 900001 0860 000037`.
    pub(crate) fn published() -> Self {
        let addressee = AddressFields {
            last_name: Some("Bérénice Lefèvre-Hœgel".into()),
            street: Some("12 rue de l'Église".into()),
            postal_code: Some("72240".into()),
            city: Some("Conlie".into()),
            ..AddressFields::default()
        };
        let sender = AddressFields {
            company: Some("Les Tournesols".into()),
            street: Some("3 quai des Brumes".into()),
            postal_code: Some("35400".into()),
            city: Some("Saint-Malo".into()),
            ..AddressFields::default()
        };
        Self {
            number: ColissimoNumber::from_serial("9L", 13).expect("a number"),
            client: "900001".parse().expect("a client"),
            product: Product::Dom,
            sender: Address::parse(sender).expect("an address"),
            addressee: Address::parse(addressee).expect("an address"),
            weight: Weight::from_grams(8_600).expect("a weight"),
            deposit_date: date(2025, 12, 22),
            order_number: Some("CMD-2025/0042".parse().expect("an order")),
            parcel_ref: None,
            pickup_point: None,
            commercial_name: None,
            insurance: None,
            instructions: None,
            non_machinable: false,
            site: "Rennes PFC".into(),
        }
    }

    /// What must be on the page, whatever else is long.
    pub(crate) fn shown(&self) -> Vec<String> {
        let date = self.deposit_date.strftime("%d/%m/%Y").to_string();
        let mut shown = vec![self.number.to_string(), self.client.to_string(), date, "LOCAL LABEL".into()];
        shown.extend([self.product.code().to_owned(), "Étiquette locale, imprimée par l’expéditeur".into()]);
        for address in [&self.sender, &self.addressee] {
            shown.extend(lines(address));
            shown.push(city(address));
        }
        shown.extend(self.pickup_point.map(|point| point.to_string()));
        shown.extend(self.order_number.as_ref().map(ToString::to_string));
        shown
    }

    pub(crate) fn label(&self) -> LocalLabel<'_> {
        LocalLabel {
            number: self.number,
            client: self.client,
            product: &self.product,
            sender: &self.sender,
            addressee: &self.addressee,
            weight: self.weight,
            deposit_date: self.deposit_date,
            order_number: self.order_number.as_ref(),
            parcel_ref: self.parcel_ref.as_deref(),
            pickup_point: self.pickup_point,
            commercial_name: self.commercial_name.as_deref(),
            insurance: self.insurance,
            instructions: self.instructions.as_deref(),
            non_machinable: self.non_machinable,
            site: &self.site,
        }
    }
}

/// The lines of an address as they are shown, but for its city.
fn lines(address: &Address) -> Vec<String> {
    let parts = address.fields();
    let name = [&parts.first_name, &parts.last_name].into_iter().flatten().cloned().collect::<Vec<_>>().join(" ");
    let lines = [&parts.company, &Some(name), &parts.floor, &parts.building, &parts.street, &parts.locality];
    lines.into_iter().flatten().map(|line| shown(line)).collect()
}

/// A text of these words as it is shown.
fn shown(text: &str) -> String {
    let shown = |word| WORDS.iter().find(|(raw, _)| *raw == word).map_or(word, |(_, shown)| *shown);
    text.split(' ').map(shown).collect::<Vec<_>>().join(" ")
}

/// Postal code and city as they are shown.
fn city(address: &Address) -> String {
    let capitals = CITIES.iter().find(|(raw, _)| *raw == address.city()).map(|(_, capitals)| (*capitals).to_owned());
    format!("{} {}", address.postal_code(), capitals.unwrap_or_else(|| address.city().to_uppercase()))
}

/// Words that a line of an address can be made of, the awkward ones among them, each with how it is shown.
const WORDS: &[(&str, &str)] = &[
    ("de", "de"),
    ("Martin", "Martin"),
    ("Lefèvre", "Lefèvre"),
    ("Hœgel", "Hœgel"),
    ("ÎLE", "ÎLE"),
    ("Çelik", "Çelik"),
    ("WWWWWWWWWWWW", "WWWWWWWWWWWW"),
    ("iiiiiiiiiiii", "iiiiiiiiiiii"),
    ("Łukasz", "Lukasz"),
    ("Győző", "Gyozo"),
    ("Ωμέγα", "Omega"),
    ("Иванов", "Ivanov"),
    ("東京", "DongJing"),
    ("e\u{301}te\u{301}", "été"),
    ("(2^e)", "(2^e)"),
    ("~n_1", "~n_1"),
    ("A\\B", "A\\B"),
    ("^XZ", "^XZ"),
    ("~JA", "~JA"),
    (">:9L>5", ">:9L>5"),
    ("5€", "5€"),
    ("“guillemets”", "“guillemets”"),
    ("l’escalier", "l’escalier"),
    ("n°", "n°"),
    ("_41", "_41"),
    ("a\u{a0}b", "a b"),
    ("<b>&", "<b>&"),
];

/// Places, as an address has them and in capitals.
const CITIES: &[(&str, &str)] = &[
    ("Paris", "PARIS"),
    ("Saint-Rémy-en-Bouzemont", "SAINT-RÉMY-EN-BOUZEMONT"),
    ("L'Haÿ-les-Roses", "L'HAŸ-LES-ROSES"),
    ("Œuilly", "ŒUILLY"),
    ("Bès e\u{301}te\u{301}", "BÈS ÉTÉ"),
];

/// Endless labels, the same for the same seed.
pub(crate) struct Samples(ChaCha8Rng);

impl Samples {
    pub(crate) fn new(seed: u64) -> Self {
        Self(ChaCha8Rng::seed_from_u64(seed))
    }

    fn up_to(&mut self, n: u64) -> u64 {
        self.0.random_range(0..n)
    }

    fn often(&mut self) -> bool {
        self.0.random_bool(0.5)
    }

    fn maybe<T>(&mut self, value: impl FnOnce(&mut Self) -> T) -> Option<T> {
        self.often().then(|| value(self))
    }

    /// Whole words up to so many characters; one time in eight the longest and widest there can be.
    fn text(&mut self, max: usize) -> String {
        if self.up_to(8) == 0 {
            return "W".repeat(max);
        }
        let mut text = String::new();
        for _ in 0..=self.up_to(4) {
            let (word, _) = WORDS[self.0.random_range(0..WORDS.len())];
            if text.chars().count() + 1 + word.chars().count() <= max {
                text = format!("{text} {word}");
            }
        }
        if text.is_empty() { "X".into() } else { text.trim().to_owned() }
    }

    fn postal_code(&mut self) -> String {
        format!("{:05}", 1_000 + self.up_to(97_999))
    }

    fn city(&mut self) -> String {
        CITIES[self.0.random_range(0..CITIES.len())].0.into()
    }

    fn address(&mut self) -> Address {
        let fields = AddressFields {
            company: self.maybe(|s| s.text(35)),
            last_name: Some(self.text(35)),
            first_name: self.maybe(|s| s.text(29)),
            floor: self.maybe(|s| s.text(35)),
            building: self.maybe(|s| s.text(35)),
            street: Some(self.text(35)),
            locality: self.maybe(|s| s.text(35)),
            postal_code: Some(self.postal_code()),
            city: Some(self.city()),
            country: self.maybe(|s| if s.up_to(6) == 0 { "MC".into() } else { "FR".into() }),
            door_code1: self.maybe(|s| s.text(8)),
            door_code2: self.maybe(|s| s.text(8)),
            intercom: self.maybe(|s| s.text(30)),
            ..AddressFields::default()
        };
        Address::parse(fields).expect("an address")
    }

    fn pickup_point(&mut self, product: &Product) -> Option<PickupPointId> {
        product.is_out_of_home().then(|| format!("{:06}", self.up_to(1_000_000)).parse().expect("a point"))
    }

    /// A text that no rule of an address holds, with control characters in it.
    fn rough(&mut self) -> String {
        let text = self.text(60);
        if self.often() { format!("{text}\n^XZ\u{7}\u{1b}{text}") } else { text }
    }
}

impl Iterator for Samples {
    type Item = Sample;

    fn next(&mut self) -> Option<Sample> {
        let prefixes = ["9L", "9V", "6A", "6C", "6M", "8Q"];
        let prefix = prefixes[self.0.random_range(0..prefixes.len())];
        let product = Product::KNOWN[self.0.random_range(0..Product::KNOWN.len())].clone();
        Some(Sample {
            number: ColissimoNumber::from_serial(prefix, self.up_to(10_000_000_000)).expect("a number"),
            client: format!("{:06}", self.up_to(1_000_000)).parse().expect("a client"),
            sender: self.address(),
            addressee: self.address(),
            weight: Weight::from_grams(self.0.random_range(10..=30_000)).expect("a weight"),
            deposit_date: date(2025, 1, 1)
                .checked_add(jiff::Span::new().days(self.0.random_range(0..700)))
                .expect("a day"),
            order_number: self.maybe(|s| format!("CMD-{:026}", s.up_to(u64::MAX)).parse().expect("an order")),
            parcel_ref: self.maybe(|s| format!("P{}", s.up_to(100))),
            pickup_point: self.pickup_point(&product),
            commercial_name: self.maybe(Self::rough),
            insurance: self.maybe(|s| Cents(s.0.random_range(0..=150_000))),
            instructions: self.maybe(Self::rough),
            non_machinable: self.often(),
            site: self.rough(),
            product,
        })
    }
}
