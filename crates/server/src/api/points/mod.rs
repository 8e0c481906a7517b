//! Pickup points: near a place, or one by its id. Always as the directory judges them, brought up to date by the carrier
//! where it answers in time.

mod answer;
mod query;

use super::path::PointPath;
use crate::{
    auth::Signed,
    failure,
    problem::{Kind, Problem},
    refusals::{Always, BadQuery, NoPoints, NoSuchPoint},
    state::{App, Caller, Shared},
};
use answer::{Near, OneAnswer, PointAnswer, PointsAnswer};
use axum::{Json, extract::State};
use carriers::colissimo::pickup::{PickupAsk, PickupById, PickupCall};
use clock::Time;
use http::Uri;
use parcel::PickupPointId;
use pickup::{Directory, METRES_USUAL, Position, Query, Source, Standing, places::Place};
use query::{PointsQuery, Wanted, Where};
use std::{
    sync::{PoisonError, RwLockReadGuard},
    time::Duration,
};
use store::Scope;

/// Who may look for points.
const LOOKS: [Scope; 2] = [Scope::Read, Scope::Pick];
/// How long what the carrier said of the points around is taken at its word: a map that is moved asks often.
const FRESH: Duration = Duration::from_secs(10 * 60);
/// With fewer points than this around, there may be more that the directory does not know.
const FRESH_COUNT_MIN: usize = 10;
/// When the carrier said what is answered.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Heard {
    JustNow,
    Lately,
    /// It did not answer.
    Once,
}

impl Heard {
    fn now(answered: bool) -> Self {
        if answered { Self::JustNow } else { Self::Once }
    }

    fn source(self) -> Source {
        if self == Self::Once { Source::Directory } else { Source::Carrier }
    }
}

/// Seconds after which it is worth asking again for points that nobody knows.
const AGAIN_S: u64 = 30;

/// Find pickup points
///
/// Pickup points near a postal code and city, or near a position, the nearest first. No point that is gone, shut while
/// the parcel would arrive, or too weak for it is among them. While the carrier is slow or does not answer, they are as
/// they were last known: `source` and `as_of` say so. What the carrier said within the last ten minutes is taken at its
/// word. The list is empty only where there is nothing to be found, and
/// never because the carrier does not answer.
///
/// A key with nothing but the scope `pick` may stand in a public page: every origin may ask.
#[utoipa::path(get, path = "/v1/pickup-points", tag = "pickup-points", operation_id = "pickup_points",
    params(PointsQuery),
    responses((status = 200, description = "The points", body = PointsAnswer), Always, BadQuery, NoPoints),
    security(("api_key" = [])))]
pub(crate) async fn search(
    State(app): State<Shared>,
    Signed(caller): Signed,
    uri: Uri,
) -> Result<Json<PointsAnswer>, Problem> {
    caller.require_one(&LOOKS)?;
    let now = app.now();
    let wanted = query::read(&uri, now)?;
    let heard = if is_fresh(&read(&app.carrier.points()), &wanted, now) {
        Heard::Lately
    } else {
        Heard::now(refreshed(&app, &caller, &wanted).await?)
    };
    answered(&read(&app.carrier.points()), &wanted, heard, app.now()).map(Json)
}

/// Read a pickup point
///
/// One pickup point, how it stands and how old that is; also of a point that is gone, once it was known.
#[utoipa::path(get, path = "/v1/pickup-points/{id}", tag = "pickup-points", operation_id = "pickup_point",
    params(("id" = String, Path, description = "The point's id at the carrier, six characters")),
    responses((status = 200, description = "The point", body = OneAnswer), Always, NoSuchPoint),
    security(("api_key" = [])))]
pub(crate) async fn one(
    State(app): State<Shared>,
    Signed(caller): Signed,
    PointPath(id): PointPath,
) -> Result<Json<OneAnswer>, Problem> {
    caller.require_one(&LOOKS)?;
    let (id, now) = (id.ok_or_else(no_point)?, app.now());
    let fresh = read(&app.carrier.points())
        .get(id)
        .is_some_and(|known| known.standing == Standing::Listed && now.since(known.seen_at) < FRESH);
    let heard = if fresh { Heard::Lately } else { Heard::now(looked_up(&app, &caller, id, now).await?) };
    let points = app.carrier.points();
    let directory = read(&points);
    let known = directory.get(id).ok_or_else(|| if heard == Heard::JustNow { no_point() } else { nobody_knows() })?;
    let (standing, since) = answer::standing(known.standing);
    Ok(Json(OneAnswer {
        point: PointAnswer::of(known, None, now),
        standing,
        since: since.map(|at| at.to_string()),
        source: heard.source().name(),
    }))
}

fn read(points: &crate::carrier::Points) -> RwLockReadGuard<'_, Directory> {
    points.read().unwrap_or_else(PoisonError::into_inner)
}

/// Whether everything around was seen only a moment ago.
fn is_fresh(directory: &Directory, wanted: &Wanted, now: Time) -> bool {
    let Some(near) = wanted.near() else { return false };
    let around = directory.search(&Query { count: FRESH_COUNT_MIN, ..Query::new(near, wanted.need.clone()) });
    around.len() >= FRESH_COUNT_MIN && around.iter().all(|found| now.since(found.known.seen_at) < FRESH)
}

/// Asks the carrier for what is around; whether it answered in time.
async fn refreshed(app: &App, caller: &Caller, wanted: &Wanted) -> Result<bool, Problem> {
    match wanted.search() {
        Some(search) => asked(app, caller, PickupAsk::Search(search)).await,
        None => Ok(false),
    }
}

async fn looked_up(app: &App, caller: &Caller, id: PickupPointId, now: Time) -> Result<bool, Problem> {
    let date = now.paris_date();
    let one = PickupById { id, date, weight_g: None, network: None, with_shops: true, lang: None };
    asked(app, caller, PickupAsk::ById(one)).await
}

/// Asks the carrier with the login of the caller's account, which learns what it says into the directory.
async fn asked(app: &App, caller: &Caller, ask: PickupAsk) -> Result<bool, Problem> {
    let account = app.store.account(&caller.account).await.map_err(failure::of_store)?;
    let Some(account) = account else { return Ok(false) };
    let found = app.carrier.pickup(PickupCall { login: account.login, ask }).await;
    Ok(found.source == Source::Carrier && found.answer.is_ok())
}

/// What the directory has for it.
fn answered(directory: &Directory, wanted: &Wanted, heard: Heard, now: Time) -> Result<PointsAnswer, Problem> {
    let place = wanted.near().or_else(|| middle(directory, wanted));
    let Some(from) = place else {
        return if heard == Heard::JustNow { Ok(nothing(heard, None, now)) } else { Err(nobody_knows()) };
    };
    let found = directory.search(&Query { count: wanted.limit, ..Query::new(from, wanted.need.clone()) });
    let near = Some(near(from, &wanted.place));
    if found.is_empty() {
        let known = heard != Heard::Once || is_at_sea(&wanted.place) || fits_without_wishes(directory, from, wanted);
        return if known { Ok(nothing(heard, near, now)) } else { Err(nobody_knows()) };
    }
    let oldest = found.iter().map(|found| found.known.seen_at).min();
    Ok(PointsAnswer {
        source: heard.source().name(),
        as_of: if heard == Heard::JustNow { Some(now) } else { oldest }.map(|at| at.to_string()),
        near,
        points: found.iter().map(|found| PointAnswer::of(found.known, Some(found.metres), now)).collect(),
    })
}

fn nothing(heard: Heard, near: Option<Near>, now: Time) -> PointsAnswer {
    let as_of = (heard == Heard::JustNow).then(|| now.to_string());
    PointsAnswer { source: heard.source().name(), as_of, near, points: Vec::new() }
}

fn middle(directory: &Directory, wanted: &Wanted) -> Option<Position> {
    match &wanted.place {
        Where::Abroad(country, postal_code, _) => directory.middle_of(*country, postal_code),
        Where::At(..) | Where::In(..) => None,
    }
}

/// Whether there are points, and only the wishes (kind, access, open now) rule them out.
fn fits_without_wishes(directory: &Directory, from: Position, wanted: &Wanted) -> bool {
    !directory.search(&Query { count: 1, ..Query::new(from, wanted.without_wishes()) }).is_empty()
}

/// Whether it is further from every commune than a point may be.
fn is_at_sea(place: &Where) -> bool {
    match place {
        Where::At(position, nearest) => {
            nearest.is_none_or(|nearest| position.metres_to(nearest.position) > METRES_USUAL)
        }
        Where::In(..) | Where::Abroad(..) => false,
    }
}

fn near(from: Position, place: &Where) -> Near {
    let known = |place: &Place| (place.name.to_owned(), place.postal_code.to_owned(), from.metres_to(place.position));
    let known = match place {
        Where::At(_, nearest) => nearest.as_ref().map(known),
        Where::In(_, place) => Some(known(place)),
        Where::Abroad(_, postal_code, city) => Some((city.clone(), postal_code.clone(), 0)),
    };
    let (name, postal_code, metres) = known.map_or((None, None, None), |(n, p, m)| (Some(n), Some(p), Some(m)));
    Near { latitude: from.latitude(), longitude: from.longitude(), place: name, postal_code, place_distance_m: metres }
}

fn nobody_knows() -> Problem {
    let detail = "The carrier does not answer, and no pickup point around was ever seen here. Try again later.";
    Problem::new(Kind::NoPointsKnown, detail).retry_after(AGAIN_S)
}

/// No such point, as far as the carrier knows.
fn no_point() -> Problem {
    Problem::new(Kind::NoSuchPoint, "The carrier has no pickup point with this id; ids have six characters.")
}
