//! Keeps the directory fresh while the carrier is well: a few calls a minute, the most used areas first.
//!
//! It asks with the login of an account that the store holds, within a budget of its own and the carrier's pace, and never
//! while somebody's own search is under way or the carrier is not well. Half of its calls settle points that were missing
//! in an answer: asked for by their id, they are there or gone. When nothing of that is due it gets to know the country, the
//! largest towns first: nobody knows before the dark where buyers will look for points in it.
//!
//! State: whose turn it is, and which points were asked for lately. All of it may be lost.

use super::hedge;
use crate::{CARRIER, Context, relay};
use carriers::{
    Blame, CarrierError,
    colissimo::pickup::{PickupAsk, PickupById, PickupCall, PickupSearch},
};
use clock::Time;
use dispatch::{Call, Health};
use parcel::{Country, PickupPointId};
use pickup::{Area, Need, Query, Standing, places};
use std::{
    collections::HashMap,
    sync::{Arc, PoisonError},
    time::Duration,
};
use store::{Account, StoreError};
use tokio::{sync::watch, time::sleep};

/// How long it steps aside for a client's search.
const ASIDE: Duration = Duration::from_secs(1);
/// How long an answer by id that settled nothing is left alone.
const ASKED_AGAIN: Duration = Duration::from_secs(3_600);
const MINUTE: Duration = Duration::from_secs(60);

/// A town in which a point is known within this distance is not asked for to get to know it, metres.
const KNOWN_WITHIN_METRES: u32 = 1_500;
/// Towns looked at for one that is not known, in one turn.
const TOWNS_LOOKED_AT_MAX: usize = 500;

/// What is remembered from one call to the next.
#[derive(Default)]
struct Crawl {
    /// The account that was asked with last; a refused one is passed over.
    account: Option<String>,
    refused: bool,
    /// Whether an area comes next, else a point.
    area_next: bool,
    /// How many towns were looked at on the way through the country.
    towns: usize,
    /// The area that is asked for.
    area: Option<Area>,
    asked: HashMap<PickupPointId, Time>,
}

/// Asks until told to stop.
pub(crate) async fn run(context: Arc<Context>, mut stopped: watch::Receiver<bool>) {
    let settings = &context.settings.points;
    let every = MINUTE.checked_div(settings.crawl_per_minute).filter(|_| settings.enabled);
    let mut crawl = Crawl { area_next: true, ..Crawl::default() };
    let mut rest = every.unwrap_or(Duration::MAX);
    loop {
        tokio::select! {
            biased;
            _ = stopped.wait_for(|stop| *stop) => return,
            () = sleep(rest) => {}
        }
        let Some(every) = every else { continue };
        rest = match crawl.turn(&context).await {
            Ok(Turn::Aside) => ASIDE.min(every),
            Ok(Turn::Done) => every,
            Err(error) => {
                tracing::warn!(%error, "the store could not be asked for an account to look for pickup points with");
                every
            }
        };
    }
}

/// What became of a turn.
enum Turn {
    /// It made way for somebody's own search.
    Aside,
    /// It asked, or there was nothing to ask.
    Done,
}

/// What is asked for next.
enum Next {
    Area(Area),
    Point(PickupPointId),
}

impl Crawl {
    async fn turn(&mut self, context: &Context) -> Result<Turn, StoreError> {
        if context.pickup.health() != Health::Well {
            return Ok(Turn::Done);
        }
        if somebody_asks(context) {
            return Ok(Turn::Aside);
        }
        let Some(ask) = self.next(context) else { return Ok(Turn::Done) };
        let Some(account) = self.account(context).await? else { return Ok(Turn::Done) };
        let kind = match relay::admitted(context, &context.pickup) {
            Some(Call::First) => Call::First,
            None => return Ok(Turn::Aside),
            // It has just gone dark: the canary is left to somebody who waits for an answer.
            Some(canary) => {
                context.pickup.ended(canary, None, context.now());
                return Ok(Turn::Done);
            }
        };
        let call = PickupCall { login: account.login, ask };
        let said = hedge::carried_out(context, &call, kind).await;
        self.note(context, &call, said.err().as_ref());
        Ok(Turn::Done)
    }

    /// What to ask next: an area and a point in turn, as far as there are any.
    fn next(&mut self, context: &Context) -> Option<PickupAsk> {
        let now = context.now();
        let area = || context.points.next_area(now).map(Next::Area);
        let point = || self.unsettled(context, now).map(Next::Point);
        let next = if self.area_next { area().or_else(point) } else { point().or_else(area) };
        let next = next.or_else(|| self.unknown_town(context, now).map(Next::Area));
        self.area_next = !self.area_next;
        self.area = None;
        Some(match next? {
            Next::Area(area) => {
                self.area = Some(area.clone());
                search(area, now)
            }
            Next::Point(id) => look_up(id, now),
        })
    }

    /// The point that has been missing for longest and was not asked for lately.
    fn unsettled(&self, context: &Context, now: Time) -> Option<PickupPointId> {
        let lately = |id: &PickupPointId| self.asked.get(id).is_some_and(|at| now.since(*at) < ASKED_AGAIN);
        let directory = context.points.read();
        let missing = directory.iter().filter_map(|known| match known.standing {
            Standing::Unlisted { since } => Some((since, known.point.id)),
            Standing::Listed | Standing::Gone { .. } => None,
        });
        missing.filter(|(_, id)| !lately(id)).min().map(|(_, id)| id)
    }

    /// The next town near which no point is known.
    fn unknown_town(&mut self, context: &Context, now: Time) -> Option<Area> {
        let towns = places::largest_first();
        let directory = context.points.read();
        let need = Need::on(now.paris_date());
        for _ in 0..TOWNS_LOOKED_AT_MAX.min(towns.len()) {
            let town = towns.get(self.towns % towns.len())?;
            self.towns += 1;
            let query = Query { near: town.position, need: need.clone(), count: 1, metres_max: KNOWN_WITHIN_METRES };
            if directory.search(&query).is_empty() {
                let (postal_code, city) = (town.postal_code.to_owned(), town.name.to_owned());
                return Some(Area { country: Country::FR, postal_code, city });
            }
        }
        None
    }

    /// The account to ask with: the one from before, or the next when that one was refused.
    async fn account(&mut self, context: &Context) -> Result<Option<Account>, StoreError> {
        let before = self.account.clone();
        let same = match &before {
            Some(id) if !self.refused => context.store.account(id).await?,
            _ => None,
        };
        let found = match same {
            Some(account) => Some(account),
            None => match context.store.account_after(CARRIER, before.as_deref()).await? {
                Some(next) => Some(next),
                None => context.store.account_after(CARRIER, None).await?,
            },
        };
        (self.account, self.refused) = (found.as_ref().map(|account| account.id.clone()), false);
        Ok(found)
    }

    fn note(&mut self, context: &Context, call: &PickupCall, error: Option<&CarrierError>) {
        let now = context.now();
        let result = match error.map(|error| error.blame) {
            None => "answered",
            Some(Blame::Them) => "failed",
            Some(Blame::Us | Blame::Caller) => "refused",
        };
        context.point_metrics.crawled(result);
        self.refused = error.is_some_and(|error| error.blame == Blame::Us);
        match &call.ask {
            PickupAsk::ById(one) => {
                self.asked.retain(|_, at| now.since(*at) < ASKED_AGAIN);
                self.asked.insert(one.id, now);
            }
            PickupAsk::Search(_) => {
                let failed = self.area.take().filter(|_| error.is_some());
                failed.iter().for_each(|area| context.points.failed(area, now));
            }
        }
    }
}

/// Whether somebody's own search is under way.
fn somebody_asks(context: &Context) -> bool {
    let mut calls = context.background.lock().unwrap_or_else(PoisonError::into_inner);
    while calls.try_join_next().is_some() {}
    !calls.is_empty()
}

fn search(area: Area, now: Time) -> PickupAsk {
    PickupAsk::Search(PickupSearch {
        address: None,
        international: area.country != Country::FR,
        postal_code: area.postal_code,
        city: area.city,
        country: area.country,
        weight_g: None,
        shipping_date: now.paris_date(),
        with_shops: true,
        request_id: None,
        lang: None,
    })
}

fn look_up(id: PickupPointId, now: Time) -> PickupAsk {
    let date = now.paris_date();
    PickupAsk::ById(PickupById { id, date, weight_g: None, network: None, with_shops: true, lang: None })
}
