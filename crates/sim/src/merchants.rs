//! The simulated merchants: made-up shops with contracts at the simulated carrier.

use crate::places::communes;
use parcel::{Address, AddressFields, Login, MerchantId};

const SHOPS: [&str; 8] = [
    "Atelier Garance",
    "La Lanterne Bleue",
    "Maison Poirier",
    "Le Comptoir du Grain",
    "Librairie des Sources",
    "Fil et Laine",
    "Jouets de la Colline",
    "Les Savons de Lise",
];

/// A shop that has parcels to send.
#[derive(Clone, Debug)]
pub struct Merchant {
    /// Its id in the gateway.
    pub id: MerchantId,
    /// Its name, as buyers know it.
    pub name: &'static str,
    /// Its contract with the carrier.
    pub login: Login,
    /// Whether the contract lets it choose its parcels' numbers from a range of its own.
    pub chooses_numbers: bool,
    /// Where it sends from.
    pub sender: Address,
    /// Its share of the orders, against the others'.
    pub weight: u64,
}

/// The merchants of the simulated world, the same for every seed. The third chooses its own parcel numbers.
pub fn merchants() -> Vec<Merchant> {
    (0..SHOPS.len()).filter_map(merchant).collect()
}

fn merchant(index: usize) -> Option<Merchant> {
    let name = *SHOPS.get(index)?;
    let home = communes().get(index * 331 + 97)?;
    let sender = AddressFields {
        company: Some(name.into()),
        street: Some(format!("{} rue du Commerce", index * 7 + 1)),
        postal_code: Some(home.postal_code.into()),
        city: Some(home.name.into()),
        country: Some("FR".into()),
        email: Some(format!("expedition-{}@example.org", index + 1)),
        ..AddressFields::default()
    };
    Some(Merchant {
        id: format!("shop-{}", index + 1).parse().ok()?,
        name,
        login: Login::Contract { number: format!("{}", 900_001 + index), password: format!("simulated-{}", index + 1) },
        chooses_numbers: index == 2,
        sender: Address::parse(sender).ok()?,
        weight: 24 / (index as u64 + 1),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_shop_is_a_merchant() {
        let all = merchants();
        assert_eq!(all.len(), SHOPS.len());
        assert_eq!(all.iter().filter(|m| m.chooses_numbers).count(), 1);
        assert!(all.windows(2).all(|w| w[0].weight >= w[1].weight && w[1].weight > 0));
    }
}
