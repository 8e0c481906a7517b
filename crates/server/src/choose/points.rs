//! Which points a buyer is offered, as the directory knows them at this moment, and which answers are good.

use super::{Answer, AskedAbout};
use crate::{points::looked_up, state::App};
use carriers::colissimo;
use clock::Time;
use dispatch::{Alternative, Question, Why};
use parcel::{DeliveryMode, PickupPointId};
use pickup::{Directory, Fit, Found, Hours, Known, Position, need_of, places};

/// Points that are offered, at most: as many as can be looked through on a telephone.
const OFFERED_COUNT_MAX: usize = 8;

/// A point as it is shown.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct PointShown {
    pub(super) id: PickupPointId,
    pub(super) name: String,
    /// Without empty lines, the city last.
    pub(super) address: Vec<String>,
    pub(super) metres: Option<u32>,
    pub(super) hours: Option<Hours>,
    pub(super) accessible: bool,
}

/// All that a buyer can choose from.
pub(super) struct Choices {
    pub(super) why: Why,
    /// Where she wanted it: a point, or none when it was the home.
    pub(super) kept: Option<PointShown>,
    /// Whether the point that she wanted is offered first, since nothing is known against it.
    pub(super) kept_first: bool,
    pub(super) points: Vec<PointShown>,
    pub(super) home: bool,
}

/// What is offered now.
pub(super) fn choices(app: &App, about: &AskedAbout<'_>, home_offered: bool, now: Time) -> Choices {
    let question = about.question();
    let kept = about.kept().pickup_point();
    let points = offered(app, about, now);
    Choices {
        why: question.why.clone(),
        kept: kept.map(|kept| named(app, kept)),
        kept_first: question.why == Why::DiffersFromChoice,
        points: points.into_iter().filter(|point| Some(point.id) != kept).take(OFFERED_COUNT_MAX).collect(),
        home: offers_home(about, home_offered),
    }
}

fn offers_home(about: &AskedAbout<'_>, home_offered: bool) -> bool {
    about.can_go_home() && (home_offered || about.question().wanted == DeliveryMode::Home)
}

/// The points that fit, the nearest first; those that were written down with the question where the directory has none.
fn offered(app: &App, about: &AskedAbout<'_>, now: Time) -> Vec<PointShown> {
    let question = about.question();
    let need = need_of(about.shipment, now);
    let found: Vec<PointShown> = looked_up(app, |directory| {
        let Some(near) = middle(directory, about) else { return Vec::new() };
        let but_not = about.kept().pickup_point();
        directory.alternatives(near, &need, OFFERED_COUNT_MAX, but_not).iter().map(PointShown::from).collect()
    });
    if !found.is_empty() {
        return found;
    }
    let fits = |alternative: &&Alternative| {
        let fit = looked_up(app, |directory| directory.fit(alternative.point, &need));
        matches!(fit, Fit::Fits | Fit::NotKnown)
    };
    question.alternatives.iter().filter(fits).map(PointShown::from).collect()
}

/// Around where points are looked for: the point that was wanted, else the place in the address.
fn middle(directory: &Directory, about: &AskedAbout<'_>) -> Option<Position> {
    let Question { wanted, chosen, .. } = about.question();
    let point = chosen.or(wanted.pickup_point());
    let of_point = point.and_then(|point| directory.get(point)?.point.position);
    of_point.or_else(|| {
        let parts = colissimo::letter_parts(about.shipment).ok()?;
        let to = &parts.addressee;
        places::find(to.country(), to.postal_code(), to.city()).map(|place| place.position)
    })
}

/// Whether an answer is one of those that the page offers.
pub(super) fn is_offered(app: &App, about: &AskedAbout<'_>, home_offered: bool, answer: Answer) -> bool {
    match answer {
        Answer::Keep => true,
        Answer::Home => offers_home(about, home_offered),
        Answer::Point(point) => {
            let known = looked_up(app, |directory| directory.get(point).is_some());
            let written = about.question().alternatives.iter().any(|alternative| alternative.point == point);
            known || written || about.kept().pickup_point() == Some(point)
        }
    }
}

/// The point as it is known; by its id alone where it is not.
pub(super) fn named(app: &App, point: PickupPointId) -> PointShown {
    let known = looked_up(app, |directory| directory.get(point).map(PointShown::from));
    known.unwrap_or_else(|| PointShown {
        id: point,
        name: point.to_string(),
        address: Vec::new(),
        metres: None,
        hours: None,
        accessible: false,
    })
}

impl From<&Known> for PointShown {
    fn from(known: &Known) -> Self {
        let point = &known.point;
        let city = format!("{} {}", point.postal_code, point.city);
        let lines = point.address.iter().map(String::as_str).chain([city.trim()]).filter(|line| !line.is_empty());
        Self {
            id: point.id,
            name: point.name.clone(),
            address: lines.map(str::to_owned).collect(),
            metres: None,
            hours: Some(point.hours.clone()),
            accessible: point.accessible,
        }
    }
}

impl From<&Found<'_>> for PointShown {
    fn from(found: &Found<'_>) -> Self {
        Self { metres: Some(found.metres), ..Self::from(found.known) }
    }
}

impl From<&Alternative> for PointShown {
    fn from(alternative: &Alternative) -> Self {
        Self {
            id: alternative.point,
            name: alternative.name.clone(),
            address: vec![alternative.place.clone()],
            metres: alternative.metres,
            hours: None,
            accessible: false,
        }
    }
}
