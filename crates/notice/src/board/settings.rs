//! What the operator sets about the status page: its name, other services and the ways round.

use crate::Lang;
use serde::{Deserialize, Serialize};
use watch::Function;

/// Settings of the status page.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct StatusSettings {
    /// Whose page it is, as its title says it.
    pub name: String,
    /// Where the public reads it, without a slash at the end; links in feeds, notices and JSON begin with it.
    pub url: String,
    /// Where a reader can report a trouble: a web or mail address. Empty: the desk's form, where there is one.
    pub report_url: String,
    /// Services beside the carriers that readers ask about, with what they can do instead.
    pub services: Vec<Service>,
    /// What works instead while a carrier's function is down.
    pub ways_round: WaysRound,
    /// Pages of others that readers may want, the carriers' own for example.
    pub links: Vec<OfficialLink>,
}

impl Default for StatusSettings {
    fn default() -> Self {
        Self {
            name: "Tournée".into(),
            url: "http://127.0.0.1:8080".into(),
            report_url: String::new(),
            services: Vec::new(),
            ways_round: WaysRound::default(),
            links: Vec::new(),
        }
    }
}

/// A text in both languages.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Both {
    /// In French.
    pub fr: String,
    /// In English.
    pub en: String,
}

impl Both {
    /// The two texts.
    pub fn new(fr: &str, en: &str) -> Self {
        Self { fr: fr.into(), en: en.into() }
    }

    /// The text in this language; the other's where this one is empty.
    pub fn get(&self, lang: Lang) -> &str {
        let (own, other) = match lang {
            Lang::French => (&self.fr, &self.en),
            Lang::English => (&self.en, &self.fr),
        };
        if own.is_empty() { other } else { own }
    }
}

/// A service beside the carriers: the counter, messages by SMS, the app.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Service {
    /// What it is called.
    pub name: Both,
    /// How it is, by the operator's word: nobody watches it here.
    #[serde(default)]
    pub state: ServiceState,
    /// What can be done instead.
    #[serde(default)]
    pub alternative: Both,
}

/// How a service is, by the operator's word.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ServiceState {
    /// It works.
    Works,
    /// It does not.
    Down,
    /// Nobody has said.
    #[default]
    Unknown,
}

/// A page of somebody else's.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OfficialLink {
    /// What it is called.
    pub name: Both,
    /// Its address.
    pub url: String,
}

/// What works instead of each function. An empty text is not shown.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct WaysRound {
    /// Of labels.
    pub label: Both,
    /// Of searches of pickup points.
    pub pickup: Both,
    /// Of tracking.
    pub tracking: Both,
    /// Of the exchange of orders.
    pub orders: Both,
}

impl Default for WaysRound {
    fn default() -> Self {
        Self {
            label: Both::new(
                "Les demandes d’étiquette sont acceptées et conservées ; elles partent dès que le transporteur répond. \
                 Rien n’est à refaire.",
                "Requests for labels are accepted and kept; they go out as soon as the carrier answers. Nothing needs to \
                 be done again.",
            ),
            pickup: Both::new(
                "Les points de retrait sont donnés par notre annuaire, avec la date de ce que nous en savons.",
                "Pickup points are given from our directory, with the date of what we know of them.",
            ),
            tracking: Both::new(
                "Le dernier état connu de chaque colis est affiché, avec son heure.",
                "The last known state of each parcel is shown, with its time.",
            ),
            orders: Both::new(
                "Les commandes sont conservées et transmises dès que l’échange reprend.",
                "Orders are kept and passed on as soon as the exchange resumes.",
            ),
        }
    }
}

impl WaysRound {
    /// Of this function.
    pub const fn of(&self, function: Function) -> &Both {
        match function {
            Function::Label => &self.label,
            Function::Pickup => &self.pickup,
            Function::Tracking => &self.tracking,
            Function::Orders => &self.orders,
        }
    }
}
