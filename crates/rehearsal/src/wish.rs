//! What the innocent ask for, each kind its own things.

use crate::{dice::Dice, mark::Kind, parcels::Parcels};
use http::Method;

/// Words that people search for.
const WORDS: [&str; 8] = ["enveloppe", "timbre", "carton", "lettre", "affranchir", "tarif", "suivi", "retour"];

/// One thing that is wanted, and words that the right answer holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Wish {
    pub(crate) method: Method,
    pub(crate) target: String,
    pub(crate) body: String,
    pub(crate) content_type: &'static str,
    pub(crate) expects: String,
}

impl Wish {
    /// To see a page.
    pub(crate) fn page(target: impl Into<String>, expects: impl Into<String>) -> Self {
        let [target, expects] = [target.into(), expects.into()];
        Self { method: Method::GET, target, body: String::new(), content_type: "", expects }
    }

    fn post(target: &str, content_type: &'static str, body: String) -> Self {
        Self { method: Method::POST, target: target.to_owned(), expects: body.clone(), body, content_type }
    }

    /// What this kind wants next.
    pub(crate) fn of(kind: Kind, n: u64, parcels: &Parcels, dice: &mut Dice) -> Self {
        match kind {
            Kind::App => {
                let order = format!(r#"{{"order_number":"R-{n:09}","weight_g":{}}}"#, dice.between(100, 30_000));
                Self::post("/v1/labels", "application/json", order)
            }
            Kind::Scanner => {
                let scan = format!(r#"{{"parcel":"{}","scan":{n}}}"#, parcels.any(dice));
                Self::post("/v1/scans", "application/json", scan)
            }
            Kind::Feed => Self::page("/status.atom", "<title>Status</title>"),
            Kind::Probe => Self::page("/v1/health", "well"),
            Kind::Anonymous | Kind::Browser | Kind::Flood => Self::shopper(n, parcels, dice),
        }
    }

    /// Half look for their parcel; the others search, read, or register.
    fn shopper(n: u64, parcels: &Parcels, dice: &mut Dice) -> Self {
        match dice.below(10) {
            0..5 => {
                let number = parcels.any(dice);
                Self::page(format!("/track/{number}"), number)
            }
            5..8 => {
                let word = dice.pick(&WORDS);
                Self::page(format!("/search?q={word}"), format!("q={word}"))
            }
            8 => Self::page("/legal", "Page /legal"),
            _ => {
                let form = "application/x-www-form-urlencoded";
                Self::post("/account/register", form, format!("email=person{n}@example.fr"))
            }
        }
    }
}
