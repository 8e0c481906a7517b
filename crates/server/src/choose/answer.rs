//! What can be answered to a question, and what each answer comes to.

use crate::{
    failure,
    points::looked_up,
    problem::{Kind, Problem},
    state::App,
};
use carriers::colissimo;
use clock::Time;
use dispatch::{Consent, ConsentBy, Question, Why};
use parcel::{DeliveryMode, OrderNumber, PickupPointId, PointKind, Product, Shipment, Zone};
use pickup::{Choice, Chosen, Fit, against, need_of};
use std::time::Duration;
use store::{IntentView, OpenQuestion};

/// How long a point that the carrier has refused is left alone before it is asked for once more because somebody wants
/// to keep it.
const KEPT_WAIT: Duration = Duration::from_secs(12 * 3_600);

/// An answer to a question.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Answer {
    /// The parcel goes to this point.
    Point(PickupPointId),
    /// It is brought to the buyer.
    Home,
    /// It goes where the buyer chose, whatever is said against it: the carrier has the last word.
    Keep,
}

/// A shipment that is asked about, with all that an answer needs.
pub(crate) struct AskedAbout<'a> {
    pub(crate) view: &'a IntentView,
    pub(crate) open: &'a OpenQuestion,
    pub(crate) shipment: &'a Shipment,
}

impl<'a> AskedAbout<'a> {
    /// Nothing where nothing is asked (any more).
    pub(crate) fn of(view: &'a IntentView, shipment: &'a Shipment) -> Option<Self> {
        let open = view.question.as_deref()?;
        Some(Self { view, open, shipment })
    }

    pub(crate) fn question(&self) -> &Question {
        &self.open.question
    }

    /// Where the buyer wanted the parcel: what she chose, or else what the request said.
    pub(crate) fn kept(&self) -> DeliveryMode {
        let question = self.question();
        question.chosen.map_or_else(|| question.wanted.clone(), DeliveryMode::PickupPoint)
    }

    /// Whether it can be brought home at all: within France, by a product that is known.
    pub(crate) fn can_go_home(&self) -> bool {
        self.question().wanted == DeliveryMode::Home || colissimo::destination(self.shipment) == Some(Zone::France)
    }

    /// What this answer comes to, and the point as it is known, where it is one.
    ///
    /// # Errors
    /// When the parcel cannot go there, in words.
    pub(crate) fn consent(
        &self,
        app: &App,
        answer: Answer,
        by: ConsentBy,
        now: Time,
    ) -> Result<(Consent, Option<Choice>), Problem> {
        let kept = answer == Answer::Keep;
        let mode = match answer {
            Answer::Point(point) => DeliveryMode::PickupPoint(point),
            Answer::Home => DeliveryMode::Home,
            Answer::Keep => self.kept(),
        };
        let chosen = match &mode {
            DeliveryMode::Home => None,
            DeliveryMode::PickupPoint(point) => {
                self.is_told_of_its_coming()?;
                self.looked_at(app, *point, kept, now)?
            }
        };
        if mode == DeliveryMode::Home && !self.can_go_home() {
            return Err(cannot(
                "home",
                "Abroad and overseas the product has to be named: give the shipment up and create it anew.",
            ));
        }
        let product = self.product(&mode, chosen.as_ref());
        let not_before = self.not_before(now).filter(|_| kept);
        let choice = chosen.map(|point| self.choice(point, product.clone(), now));
        Ok((Consent { by, product, mode, kept, not_before }, choice))
    }

    /// The point as the directory knows it, unless that speaks against it and it is not to be kept all the same.
    fn looked_at(&self, app: &App, point: PickupPointId, kept: bool, now: Time) -> Result<Option<Chosen>, Problem> {
        let (fit, known) = looked_up(app, |directory| {
            (directory.fit(point, &need_of(self.shipment, now)), directory.get(point).map(Chosen::from))
        });
        if !kept && let Some(why) = refusal(fit) {
            return Err(cannot("pickup_point", why));
        }
        Ok(known)
    }

    /// The buyer is told by message when a parcel is at a point: without an address for it the carrier takes none.
    fn is_told_of_its_coming(&self) -> Result<(), Problem> {
        let parts = colissimo::letter_parts(self.shipment).map_err(|_| failure::defect("a letter cannot be read"))?;
        let to = parts.addressee.fields();
        let lacks = match () {
            () if to.mobile.is_none() => "a mobile telephone of the addressee",
            () if to.email.is_none() => "an e-mail address of the addressee",
            () if parts.commercial_name.is_none() => "the shop's name (commercial_name)",
            () => return Ok(()),
        };
        let why = format!("A parcel to a pickup point needs {lacks}, and the shipment has none: create it anew.");
        Err(cannot("pickup_point", why))
    }

    fn product(&self, mode: &DeliveryMode, chosen: Option<&Chosen>) -> Product {
        let asked = &self.shipment.product;
        match mode {
            DeliveryMode::Home if asked.is_out_of_home() => Product::Dom,
            DeliveryMode::Home => asked.clone(),
            DeliveryMode::PickupPoint(_) => out_of_home(asked, chosen.map(|chosen| &chosen.kind)),
        }
    }

    /// When a point that is kept can be asked for: once it is open again, or some hours after it was refused.
    fn not_before(&self, now: Time) -> Option<Time> {
        match self.question().why {
            Why::PointClosed { until } => until,
            Why::RefusedByCarrier { .. } => Some(now.plus(KEPT_WAIT)),
            Why::PointUnknown | Why::PointGone | Why::TooHeavy { .. } | Why::DiffersFromChoice => None,
        }
    }

    fn choice(&self, point: Chosen, product: Product, chosen_at: Time) -> Choice {
        let (merchant, order_number): (_, Option<OrderNumber>) =
            (self.view.merchant.clone(), self.view.order_number.clone());
        Choice { merchant, order_number, point, distance_m: None, product, chosen_at }
    }
}

/// The product to a point of this kind: the one that was asked for where it goes to such points, else the one that goes to
/// all of them; abroad the one that is named as the kind is.
fn out_of_home(asked: &Product, kind: Option<&PointKind>) -> Product {
    let abroad = |product: &Product| matches!(product, Product::Cmt | Product::Bdp | Product::Pcs);
    match kind {
        Some(kind) if Product::from(kind.code().to_owned()) == *asked => asked.clone(),
        Some(kind) if abroad(asked) => match Product::from(kind.code().to_owned()) {
            named if abroad(&named) => named,
            _ => asked.clone(),
        },
        None if asked.is_out_of_home() => asked.clone(),
        _ => Product::Hd,
    }
}

fn refusal(fit: Fit) -> Option<&'static str> {
    against(fit)?;
    Some(match fit {
        Fit::Gone => "The carrier takes no parcels at this point any more.",
        Fit::TooHeavy { .. } => "The point does not take so heavy a parcel.",
        _ => "The point is shut while the parcel would come.",
    })
}

fn cannot(field: &str, why: impl Into<String>) -> Problem {
    Problem::new(Kind::PointUnavailable, why.into()).field(field)
}
