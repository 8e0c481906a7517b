//! Whether a parcel can go where its request says, and what to offer where it cannot.

use crate::{Directory, Fit, Found, Known, Need, Position};
use clock::Time;
use dispatch::{ALTERNATIVES_COUNT_MAX, Alternative, Question, Why};
use parcel::{DeliveryMode, PickupPointId, Shipment};

/// What speaks against a point, as far as is known. A point that the directory does not know, or misses for now, is not
/// accused: the carrier decides.
pub fn against(fit: Fit) -> Option<Why> {
    match fit {
        Fit::Fits | Fit::NotKnown | Fit::Unlisted => None,
        Fit::Gone => Some(Why::PointGone),
        Fit::Closed { until } => Some(Why::PointClosed { until }),
        Fit::TooHeavy { max_g } => Some(Why::TooHeavy { max_g }),
    }
}

/// What a shipment that is handed over on its day, or today if that is later, needs of a point.
pub fn need_of(shipment: &Shipment, now: Time) -> Need {
    Need { weight_g: Some(shipment.weight.grams()), ..Need::on(shipment.deposit_date.max(now.paris_date())) }
}

impl Directory {
    /// What is to be asked before this shipment's point is used; nothing where it can be, or where it goes home.
    pub fn question(&self, shipment: &Shipment, now: Time) -> Option<Question> {
        let point = shipment.mode.pickup_point()?;
        let need = need_of(shipment, now);
        let why = against(self.fit(point, &need))?;
        Some(self.ask(why, point, &need))
    }

    /// The question about this point for this reason, with what would do instead.
    pub fn ask(&self, why: Why, point: PickupPointId, need: &Need) -> Question {
        let known = self.get(point);
        let near = known.and_then(|known| known.point.position);
        Question {
            kind: known.map(|known| known.point.kind.clone()),
            alternatives: near.map(|near| self.instead_of(point, near, need)).unwrap_or_default(),
            ..Question::new(why, DeliveryMode::PickupPoint(point))
        }
    }

    fn instead_of(&self, point: PickupPointId, near: Position, need: &Need) -> Vec<Alternative> {
        let found = self.alternatives(near, need, ALTERNATIVES_COUNT_MAX, Some(point));
        found.into_iter().map(|found| alternative(&found)).collect()
    }
}

fn alternative(found: &Found<'_>) -> Alternative {
    let Known { point, .. } = found.known;
    Alternative {
        point: point.id,
        name: point.name.clone(),
        place: format!("{} {}", point.postal_code, point.city).trim().to_owned(),
        kind: point.kind.clone(),
        metres: Some(found.metres),
    }
}
