//! Made-up buyers: common French names put together by chance, streets that every town has, telephones from the block
//! that the regulator ARCEP keeps for fiction.

use crate::{dice::Dice, places::Commune};
use parcel::AddressFields;

const FIRST: [&str; 32] = [
    "Lucie",
    "Hugo",
    "Chloé",
    "Louis",
    "Inès",
    "Gabriel",
    "Manon",
    "Jules",
    "Zoé",
    "Adam",
    "Léa",
    "Raphaël",
    "Alice",
    "Arthur",
    "Jeanne",
    "Paul",
    "Nadia",
    "Karim",
    "Élodie",
    "Marc",
    "Françoise",
    "Gérard",
    "Monique",
    "Yann",
    "Anaïs",
    "Thomas",
    "Aïcha",
    "Benoît",
    "Camille",
    "Noël",
    "Solène",
    "Mehdi",
];
const LAST: [&str; 32] = [
    "Martin", "Bernard", "Thomas", "Petit", "Robert", "Richard", "Durand", "Dubois", "Moreau", "Laurent", "Simon",
    "Michel", "Lefèvre", "Leroy", "Roux", "David", "Bertrand", "Morel", "Fournier", "Girard", "Bonnet", "Dupont",
    "Lambert", "Fontaine", "Rousseau", "Vincent", "Muller", "Faure", "André", "Mercier", "Blanc", "Guérin",
];
const STREETS: [&str; 12] = [
    "rue des Lilas",
    "rue de l'Église",
    "place de la Mairie",
    "chemin du Moulin",
    "avenue de la Gare",
    "rue Pasteur",
    "impasse des Tilleuls",
    "route de la Forêt",
    "rue du Château",
    "allée des Chênes",
    "rue Victor Hugo",
    "quai du Port",
];

/// Somebody who lives in this commune.
pub(crate) fn buyer(dice: &mut Dice, commune: &Commune) -> AddressFields {
    let pick = |dice: &mut Dice, from: &[&str]| dice.pick(from).map(|s| (*s).to_owned());
    let street = pick(dice, &STREETS).unwrap_or_default();
    let number = dice.below(10_000);
    AddressFields {
        last_name: pick(dice, &LAST),
        first_name: pick(dice, &FIRST),
        street: Some(format!("{} {street}", 1 + dice.below(120))),
        floor: (dice.below(4) == 0).then(|| format!("Étage {}", 1 + dice.below(9))),
        postal_code: Some(commune.postal_code.into()),
        city: Some(commune.name.into()),
        country: Some("FR".into()),
        mobile: Some(format!("063998{number:04}")),
        email: Some(format!("client{number:04}@example.org")),
        door_code1: (dice.below(5) == 0).then(|| format!("{:04}", dice.below(10_000))),
        ..AddressFields::default()
    }
}
