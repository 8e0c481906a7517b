//! What is asked when the buyer's choice cannot be honoured, and what is agreed to instead.
//!
//! Nothing here decides by itself that a parcel goes elsewhere. A question stands until somebody answers it: the buyer,
//! the merchant, or a rule that the merchant set beforehand. The answer is a fact like every other.

use clock::Time;
use parcel::{DeliveryMode, PickupPointId, PointKind, Product};
use serde::{Deserialize, Serialize};

/// Points that a question is written down with, at most.
pub const ALTERNATIVES_COUNT_MAX: usize = 5;

/// Why the parcel cannot simply go where the request says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Why {
    /// It is not known which point the buyer chose.
    PointUnknown,
    /// The carrier said that the point is gone.
    PointGone,
    /// The point is shut while the parcel would come.
    PointClosed {
        /// When it opens again, where that is known.
        #[serde(skip_serializing_if = "Option::is_none", default)]
        until: Option<Time>,
    },
    /// The point does not take so heavy a parcel.
    TooHeavy {
        /// The heaviest that it takes, grams.
        max_g: u32,
    },
    /// The request says something else than the buyer chose.
    DiffersFromChoice,
    /// The carrier refused the point.
    RefusedByCarrier {
        /// Its error id: 30400 to 30403.
        code: String,
    },
}

impl Why {
    /// The word for programs.
    pub fn code(&self) -> &'static str {
        match self {
            Self::PointUnknown => "point_unknown",
            Self::PointGone => "point_gone",
            Self::PointClosed { .. } => "point_closed",
            Self::TooHeavy { .. } => "too_heavy",
            Self::DiffersFromChoice => "differs_from_choice",
            Self::RefusedByCarrier { .. } => "refused_by_carrier",
        }
    }

    fn is_the_carriers(&self) -> bool {
        matches!(self, Self::RefusedByCarrier { .. })
    }
}

/// A point that would do instead, as it was known when the question was asked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Alternative {
    /// Its id.
    pub point: PickupPointId,
    /// Its name.
    pub name: String,
    /// Its postal code and city.
    pub place: String,
    /// What kind of place it is.
    pub kind: PointKind,
    /// How far it is from the point that was wanted, metres, where both places are known.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub metres: Option<u32>,
}

/// What is asked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Question {
    /// Why.
    pub why: Why,
    /// What the request says.
    pub wanted: DeliveryMode,
    /// What the buyer chose, where that is another point than the request says.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub chosen: Option<PickupPointId>,
    /// What kind of place the wanted point is, where that is known.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub kind: Option<PointKind>,
    /// Points that would do, the nearest first; up to [`ALTERNATIVES_COUNT_MAX`].
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub alternatives: Vec<Alternative>,
}

impl Question {
    /// A question with nothing to offer.
    pub fn new(why: Why, wanted: DeliveryMode) -> Self {
        Self { why, wanted, chosen: None, kind: None, alternatives: Vec::new() }
    }

    /// The question of a request that says something else than the buyer chose.
    pub fn of_choice(wanted: DeliveryMode, chosen: PickupPointId) -> Self {
        Self { chosen: Some(chosen), ..Self::new(Why::DiffersFromChoice, wanted) }
    }

    /// Whether it may be asked of an attempt that was begun: of one whose request left only if the carrier itself said
    /// in its answer that it did nothing.
    pub(crate) fn may_follow_an_attempt(&self, sent: bool) -> bool {
        !sent || self.why.is_the_carriers()
    }

    /// What the merchant's rule agrees to in the buyer's place, if anything: the nearest point of the same kind, within
    /// the bound. Never where the request and the buyer's choice differ: then the request itself may be wrong, and no
    /// rule can know which of the two was meant.
    pub fn by_rule(&self, rule: IfPointIsGone, product: &Product) -> Option<Consent> {
        let IfPointIsGone::Nearest { within_m } = rule else { return None };
        if matches!(self.why, Why::DiffersFromChoice | Why::PointUnknown) || self.chosen.is_some() {
            return None;
        }
        let kind = self.kind.as_ref()?;
        let same = self.alternatives.iter().filter(|a| a.kind == *kind);
        let (metres, nearest) = same.filter_map(|a| Some((a.metres?, a.point))).min()?;
        (metres <= within_m).then(|| Consent {
            by: ConsentBy::Rule,
            product: product.clone(),
            mode: DeliveryMode::PickupPoint(nearest),
            kept: false,
            not_before: None,
        })
    }
}

/// What a merchant wants when a point that a buyer chose cannot be had.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum IfPointIsGone {
    /// Somebody is asked.
    #[default]
    Ask,
    /// The nearest point of the same kind is taken, if it is near enough; otherwise somebody is asked.
    Nearest {
        /// How far it may be from the point that was wanted, metres.
        within_m: u32,
    },
}

/// Who agreed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ConsentBy {
    /// A rule that the merchant set beforehand.
    Rule,
    /// The merchant.
    Merchant,
    /// The buyer, by a signed link or by choosing what was requested.
    Buyer,
}

/// What was agreed to. From here on the carrier is asked for this.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Consent {
    /// By whom.
    pub by: ConsentBy,
    /// The product.
    pub product: Product,
    /// Where the parcel is to end.
    pub mode: DeliveryMode,
    /// Whether what was requested is kept, whatever is said against it here: the carrier has the last word.
    #[serde(skip_serializing_if = "std::ops::Not::not", default)]
    pub kept: bool,
    /// Before when the carrier is not asked, where what is kept must be waited for.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub not_before: Option<Time>,
}

/// A parcel that is not where its buyer chose, found out when its label was under way or made.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Mismatch {
    /// The carrier says that the parcel waits at another point than the one chosen.
    Elsewhere {
        /// The carrier's event code.
        code: String,
        /// When it was seen here.
        seen_at: Time,
    },
    /// The buyer chose another point after the carrier had been asked.
    Rechosen {
        /// Which.
        chosen: PickupPointId,
        /// When.
        at: Time,
    },
}
