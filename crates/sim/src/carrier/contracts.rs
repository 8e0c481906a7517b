//! Who may ask the carrier, and which numbers it gives them.
//!
//! Numbers are consecutive by contract and product prefix, each with its check digit; a range that is used up is never
//! begun again.

use crate::merchants::Merchant;
use parcel::{Login, ParcelNumber, Product, Series};
use sha2::{Digest, Sha256};
use std::{collections::HashMap, sync::Arc};

/// The first serial of the first contract's range.
const SERIAL_FIRST: u64 = 1_000_000_000;
/// From the start of one contract's range to the next, and the most numbers in one.
const RANGE_NUMBERS_MAX: u64 = 10_000_000;
/// The same of a series of the postal union, which has two digits less.
const SERIAL_FIRST_ABROAD: u64 = 10_000_000;
const RANGE_NUMBERS_MAX_ABROAD: u64 = 100_000;
/// As many contracts as have a range of their own below the numbers that merchants choose.
const CONTRACTS_MAX: u64 = 600;

/// Who may ask.
#[derive(Clone, Debug, Default)]
pub enum Contracts {
    /// Whoever brings any credentials; what they may do is not limited.
    #[default]
    Any,
    /// These.
    Only(Vec<Contract>),
}

impl Contracts {
    /// The contracts of these merchants, each for every product.
    pub fn of(merchants: &[Merchant]) -> Self {
        let contract = |m: &Merchant| Contract { chooses_numbers: m.chooses_numbers, ..Contract::new(m.login.clone()) };
        Self::Only(merchants.iter().map(contract).collect())
    }
}

/// One client's contract.
#[derive(Clone, Debug)]
pub struct Contract {
    /// Its credentials.
    pub login: Login,
    /// What it may send; `None` for everything.
    pub products: Option<Vec<Product>>,
    /// Whether it chooses its parcels' numbers itself. A request must then bring one, and must not otherwise.
    pub chooses_numbers: bool,
    /// How many numbers each product's range holds, at most ten million.
    pub range_numbers: u64,
}

impl Contract {
    /// A contract for every product, with numbers chosen by the carrier.
    pub fn new(login: Login) -> Self {
        Self { login, products: None, chooses_numbers: false, range_numbers: RANGE_NUMBERS_MAX }
    }
}

/// Why somebody was not let in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum NotAdmitted {
    /// No credentials, or a contract or password that is not known: error id 30000.
    Login,
    /// An API key that is not known: the gateway answers 401.
    ApiKey,
}

/// Somebody who was let in.
#[derive(Clone, Debug)]
pub(super) struct Client {
    /// The contract's name: its number, or a fingerprint of the key.
    pub(super) name: Arc<str>,
    /// The contract, where they are limited.
    contract: Option<Contract>,
}

impl Client {
    /// Why this client may not ask for this product, numbered in this series, with or without a number of its own: an
    /// error id.
    pub(super) fn refusal(
        &self,
        product: &Product,
        series: Option<Series>,
        chosen: Option<&ParcelNumber>,
    ) -> Option<&'static str> {
        let Some(series) = series else { return Some("30015") };
        if chosen.is_some_and(|number| number.prefix() != series.prefix()) {
            return Some("30701");
        }
        let contract = self.contract.as_ref()?;
        if contract.products.as_ref().is_some_and(|sold| !sold.contains(product)) {
            return Some("30009");
        }
        (contract.chooses_numbers != chosen.is_some()).then_some("30703")
    }

    fn range_numbers(&self) -> u64 {
        self.contract.as_ref().map_or(RANGE_NUMBERS_MAX, |c| c.range_numbers.min(RANGE_NUMBERS_MAX))
    }
}

/// The carrier's list of clients with their ranges.
#[derive(Debug)]
pub(super) struct Clients {
    contracts: Contracts,
    ranges: HashMap<Arc<str>, Ranges>,
}

/// A client's place among the clients, from 0, and the numbers it has used of each series.
#[derive(Debug)]
struct Ranges {
    place: u64,
    used: HashMap<Series, u64>,
}

impl Clients {
    pub(super) fn new(contracts: Contracts) -> Self {
        Self { contracts, ranges: HashMap::new() }
    }

    /// The client with these credentials.
    pub(super) fn admit(&self, login: Option<&Login>) -> Result<Client, NotAdmitted> {
        let Some(login) = login else { return Err(NotAdmitted::Login) };
        let contract = match &self.contracts {
            Contracts::Any => None,
            Contracts::Only(list) => Some(list.iter().find(|c| c.login == *login).cloned().ok_or(match login {
                Login::Contract { .. } => NotAdmitted::Login,
                Login::ApiKey(_) => NotAdmitted::ApiKey,
            })?),
        };
        Ok(Client { name: name_of(login), contract })
    }

    /// The client's next number of this series; `None` when its range is used up.
    pub(super) fn next_number(&mut self, client: &Client, series: Series) -> Option<ParcelNumber> {
        let place = self.ranges.len() as u64;
        if place >= CONTRACTS_MAX && !self.ranges.contains_key(&client.name) {
            return None;
        }
        let ranges =
            self.ranges.entry(Arc::clone(&client.name)).or_insert_with(|| Ranges { place, used: HashMap::new() });
        let (first, most) = match series {
            Series::Colissimo(_) => (SERIAL_FIRST + ranges.place * RANGE_NUMBERS_MAX, RANGE_NUMBERS_MAX),
            Series::S10(_) => (SERIAL_FIRST_ABROAD + ranges.place * RANGE_NUMBERS_MAX_ABROAD, RANGE_NUMBERS_MAX_ABROAD),
        };
        let used = ranges.used.entry(series).or_default();
        if *used >= client.range_numbers().min(most) {
            return None;
        }
        *used += 1;
        series.number(first + *used - 1).ok()
    }
}

/// A contract's number is its name; a key is a secret, so a fingerprint of it must do.
fn name_of(login: &Login) -> Arc<str> {
    match login {
        Login::Contract { number, .. } => number.as_str().into(),
        Login::ApiKey(key) => {
            let digest = Sha256::digest(key.as_bytes());
            let hex: String = digest.iter().take(6).map(|byte| format!("{byte:02x}")).collect();
            format!("key-{hex}").into()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use parcel::Zone;

    fn login(number: &str) -> Login {
        Login::Contract { number: number.into(), password: "hush".into() }
    }

    #[test]
    fn numbers_are_consecutive_by_contract_and_prefix() {
        let mut clients = Clients::new(Contracts::Any);
        let (a, b) = (login("1"), login("2"));
        let (a, b) = (clients.admit(Some(&a)).expect("in"), clients.admit(Some(&b)).expect("in"));
        let mut next = |client: &Client, series| clients.next_number(client, series).expect("a number").serial();
        let own = Series::Colissimo;
        assert_eq!(next(&a, own("6A")) + 1, next(&a, own("6A")));
        assert_eq!(next(&a, own("6M")), next(&a, own("6C")));
        assert!(next(&b, own("6A")) >= SERIAL_FIRST + RANGE_NUMBERS_MAX);
        assert_eq!(next(&b, Series::S10("CP")), SERIAL_FIRST_ABROAD + RANGE_NUMBERS_MAX_ABROAD);
    }

    #[test]
    fn a_range_ends_and_does_not_begin_again() {
        let small = Contract { range_numbers: 2, ..Contract::new(login("1")) };
        let mut clients = Clients::new(Contracts::Only(vec![small]));
        let client = clients.admit(Some(&login("1"))).expect("in");
        let made = (0..4).filter_map(|_| clients.next_number(&client, Series::Colissimo("6A"))).count();
        assert_eq!(made, 2);
        assert!(clients.next_number(&client, Series::Colissimo("6C")).is_some());
    }

    #[test]
    fn only_who_is_known_comes_in() {
        let clients = Clients::new(Contracts::Only(vec![Contract::new(login("1"))]));
        let refused = |login: Option<Login>| clients.admit(login.as_ref()).err();
        assert_eq!(refused(None), Some(NotAdmitted::Login));
        assert_eq!(refused(Some(login("2"))), Some(NotAdmitted::Login));
        let wrong = Login::Contract { number: "1".into(), password: "guess".into() };
        assert_eq!(refused(Some(wrong)), Some(NotAdmitted::Login));
        assert_eq!(refused(Some(Login::ApiKey("k".into()))), Some(NotAdmitted::ApiKey));
        assert_eq!(refused(Some(login("1"))), None);
    }

    #[test]
    fn products_and_chosen_numbers_follow_the_contract() {
        let chooser =
            Contract { chooses_numbers: true, products: Some(vec![Product::Dom]), ..Contract::new(login("1")) };
        let clients = Clients::new(Contracts::Only(vec![chooser]));
        let client = clients.admit(Some(&login("1"))).expect("in");
        let number: ParcelNumber = "6A15984040331".parse().expect("a number");
        let refusal = |product: Product, chosen| client.refusal(&product, product.series(Zone::France), chosen);
        assert_eq!(refusal(Product::Dom, Some(&number)), None);
        assert_eq!(refusal(Product::Dom, None), Some("30703"));
        assert_eq!(refusal(Product::Dos, None), Some("30009"));
        assert_eq!(refusal(Product::Dos, Some(&number)), Some("30701"));
        assert_eq!(refusal(Product::Other("X".into()), None), Some("30015"));
    }

    #[test]
    fn the_name_of_a_key_does_not_tell_the_key() {
        assert!(!name_of(&Login::ApiKey("my-own-key".into())).contains("my-own"));
    }
}
