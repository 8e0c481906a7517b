//! What the directory says to a search, in the carrier's form.
//!
//! Never an empty list: where the directory has nothing to offer it says nothing, and the one who asked is told that
//! there is no answer.

use super::{Points, convert};
use carriers::colissimo::pickup::{
    PICKUP_POINTS_MAX, PickupAnswer, PickupAsk, PickupById, PickupCall, PickupSearch, pickup_text,
};
use clock::Time;
use pickup::{COUNT_MAX, Directory, Fit, Known, Need, Position, Query, places};

/// How well the place was found (`qualiteReponse`): by its postal code and commune, not by its street.
const BY_COMMUNE: &str = "1";
/// The service's ids: no point fits, no such point.
const NONE_FITS: u16 = 300;

/// An answer of the directory's, and when the carrier last said the oldest part of it.
pub(super) struct Local {
    pub(super) answer: PickupAnswer,
    pub(super) as_of: Time,
}

/// What the directory says to this call, if it can say anything.
pub(super) fn answer(points: &Points, call: &PickupCall) -> Option<Local> {
    let directory = points.read();
    match &call.ask {
        PickupAsk::Search(search) => near(&directory, search),
        PickupAsk::ById(one) => by_id(&directory, one),
    }
}

/// What a search needs a point to be.
pub(super) fn need(search: &PickupSearch) -> Need {
    Need { weight_g: search.weight_g, post_offices_only: !search.with_shops, ..Need::on(search.shipping_date) }
}

fn near(directory: &Directory, search: &PickupSearch) -> Option<Local> {
    let near = place(directory, search)?;
    // More than are given: some may stand in another country than the one that was asked for.
    let query = Query { count: COUNT_MAX, ..Query::new(near, need(search)) };
    let wanted = |known: &Known| search.international || known.point.country == search.country.as_str();
    let found = directory.search(&query);
    let found: Vec<_> = found.into_iter().filter(|found| wanted(found.known)).take(PICKUP_POINTS_MAX).collect();
    let as_of = found.iter().map(|found| found.known.seen_at).min()?;
    let points = found.iter().map(|found| convert::written(&found.known.point, Some(found.metres))).collect();
    let answer = PickupAnswer {
        code: 0,
        message: pickup_text(0).to_owned(),
        quality: Some(BY_COMMUNE.to_owned()),
        request_id: search.request_id.clone(),
        points,
    };
    Some(Local { answer, as_of })
}

/// Where the search is from: the commune, or the middle of the points that have its postal code.
fn place(directory: &Directory, search: &PickupSearch) -> Option<Position> {
    let commune = places::find(search.country, &search.postal_code, &search.city).map(|place| place.position);
    commune.or_else(|| directory.middle_of(search.country, &search.postal_code))
}

fn by_id(directory: &Directory, asked: &PickupById) -> Option<Local> {
    let known = directory.get(asked.id)?;
    let need = Need { weight_g: asked.weight_g, ..Need::on(asked.date) };
    let (code, points) = match directory.fit(asked.id, &need) {
        Fit::Fits => (0, vec![convert::written(&known.point, None)]),
        Fit::Gone | Fit::Closed { .. } | Fit::TooHeavy { .. } => (NONE_FITS, Vec::new()),
        Fit::NotKnown | Fit::Unlisted => return None,
    };
    let answer = PickupAnswer { code, message: pickup_text(code).to_owned(), quality: None, request_id: None, points };
    Some(Local { answer, as_of: known.seen_at })
}
