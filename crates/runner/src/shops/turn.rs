//! A turn with one shop: what it is to be asked and told, one call after the other, until there is nothing, until enough, or
//! until the first failure.

use super::{
    Context, client,
    client::OpenShop,
    paced::Pace,
    tell,
    watch::{self, Watched},
};
use ::shops::{Cursor, OrderPage, Retry, ShopError, Unread};
use clock::Time;
use sha2::{Digest, Sha256};
use std::{sync::Arc, time::Duration};
use store::{Came, Folded, SeenOrder, Shop, ShopEvent, Store, StoreError};

/// Pages that are read, orders asked for and numbers told in one turn, at most.
const PAGES_COUNT_MAX: u32 = 10;
const ASKS_COUNT_MAX: u32 = 20;
pub(super) const PUSHES_COUNT_MAX: u32 = 20;
/// Orders that one commit folds in.
const CHUNK_COUNT: usize = 200;
/// A change that a poll finds this long after it was made should have come by webhook.
const WEBHOOK_LATE: Duration = Duration::from_secs(180);

/// What a turn is for.
pub(super) struct Errand {
    pub(super) pace: Arc<Pace>,
    /// Where a poll that was not at its end goes on.
    pub(super) page: Option<Cursor>,
    pub(super) poll: bool,
    pub(super) watch: bool,
    pub(super) ask: bool,
    pub(super) push: bool,
}

/// How a turn ended.
#[derive(Default)]
pub(super) struct TurnEnd {
    /// Where the poll goes on, when it is not at its end.
    pub(super) page: Option<Cursor>,
    /// The subscriptions were looked at.
    pub(super) watched: bool,
    /// A subscription was missing or disabled: what it did not tell is to be read.
    pub(super) gap: bool,
    /// The poll found what a webhook should have told.
    pub(super) missed: bool,
    /// The shop failed, and how long it wants to be left alone at least.
    pub(super) failed: Option<Option<Duration>>,
}

/// Why a turn stops.
pub(super) enum Stop {
    Shop(ShopError),
    Store(StoreError),
}

impl From<ShopError> for Stop {
    fn from(e: ShopError) -> Self {
        Self::Shop(e)
    }
}

impl From<StoreError> for Stop {
    fn from(e: StoreError) -> Self {
        Self::Store(e)
    }
}

/// One turn with a shop.
pub(super) async fn turn(context: Arc<Context>, shop: Shop, errand: Errand) -> TurnEnd {
    let mut end = TurnEnd { page: errand.page.clone(), ..TurnEnd::default() };
    let pace = Arc::clone(&errand.pace);
    let metrics = Some(context.metrics.clone());
    let (clock, settings) = (Arc::clone(&context.clock), &context.settings);
    let (id, was_failing) = (shop.id.clone(), shop.failing.clone());
    let opened = client::open(&context.store, &context.dial, clock, settings, shop, pace, metrics).await;
    let done = match opened {
        Ok(open) => work(&context, &open, errand, &mut end).await,
        Err(why) => {
            end.failed = Some(None);
            return note(&context, &id, was_failing, &why, end).await;
        }
    };
    match done {
        Ok(()) if was_failing.is_some() => {
            tracing::info!(shop = id, "the shop answers again");
            if let Err(error) = context.store.shop_well(&id).await {
                tracing::error!(shop = id, %error, "it could not be noted that a shop is well");
            }
            end
        }
        Ok(()) => end,
        Err(Stop::Shop(error)) => {
            end.failed = Some(match error.retry {
                Retry::After(least) => Some(least),
                Retry::Never | Retry::Unknown => None,
            });
            note(&context, &id, was_failing, &error.to_string(), end).await
        }
        Err(Stop::Store(error)) => {
            tracing::error!(shop = id, %error, "the turn of a shop stopped at the store");
            end.failed = Some(None);
            end
        }
    }
}

/// Notes that a shop fails; once for each reason.
async fn note(context: &Context, shop: &str, before: Option<(Time, String)>, why: &str, end: TurnEnd) -> TurnEnd {
    if before.is_none_or(|(_, known)| known != why) {
        tracing::warn!(shop, why, "a shop does not do what it is asked; it is asked again later");
        if let Err(error) = context.store.shop_failed(shop, why, context.clock.now()).await {
            tracing::error!(shop, %error, "it could not be noted that a shop fails");
        }
    }
    end
}

async fn work(context: &Context, open: &OpenShop, errand: Errand, end: &mut TurnEnd) -> Result<(), Stop> {
    if errand.ask {
        ask(context, open).await?;
    }
    if errand.push {
        tell::turn(context, open).await?;
    }
    if errand.watch {
        let watched = watch::turn(context, open).await?;
        end.watched = true;
        if watched == Watched::Mended {
            // What was not told meanwhile is read in this very turn, or the next.
            end.gap = !errand.poll;
        }
    }
    if errand.poll {
        poll(context, open, end).await?;
    }
    Ok(())
}

/// Asks for orders of which a webhook could not be read.
async fn ask(context: &Context, open: &OpenShop) -> Result<(), Stop> {
    let shop = &open.shop.id;
    for order_id in context.store.orders_to_ask(shop, ASKS_COUNT_MAX).await? {
        match open.client.order(&order_id).await {
            Ok(Some(order)) => {
                let seen = seen(&order)?;
                context.store.fold_orders(shop, vec![seen], context.clock.now()).await?;
            }
            Ok(None) => {
                context.store.order_gone(shop, &order_id, context.clock.now()).await?;
                context.store.order_asked(shop, &order_id).await?;
            }
            // Asking again would say the same; a person sees it among what could not be read.
            Err(e) if e.retry == Retry::Never && e.code == "unreadable_order" => {
                context.store.order_asked(shop, &order_id).await?;
            }
            Err(e) => return Err(e.into()),
        }
    }
    Ok(())
}

/// The order as the store takes it.
pub(super) fn seen(order: &::shops::ShopOrder) -> Result<SeenOrder, StoreError> {
    let json = serde_json::to_string(order).map_err(|_| StoreError::Misused("an order that is not JSON"))?;
    SeenOrder::read(json)
}

/// Reads what changed in the shop, page by page, each on disk before the next is asked for.
async fn poll(context: &Context, open: &OpenShop, end: &mut TurnEnd) -> Result<(), Stop> {
    let mut cursor = end.page.take().unwrap_or_else(|| begin(&open.shop));
    for _ in 0..PAGES_COUNT_MAX {
        let page = open.client.orders_since(&cursor).await.inspect_err(|_| end.page = Some(cursor.clone()))?;
        let folded = fold_page(&context.store, &open.shop.id, &page, context.clock.now()).await?;
        context.metrics.polled(&folded);
        end.missed |= client::is_watched(&open.shop, &context.settings) && is_late(context, &page, &folded);
        let resume = page.resume(&cursor);
        let text = serde_json::to_string(&resume).map_err(|_| StoreError::Misused("a cursor that is not JSON"))?;
        context.store.shop_read_to(&open.shop.id, resume.from(), text).await?;
        match page.next {
            Some(next) => cursor = next,
            None => return Ok(context.store.shop_polled(&open.shop.id, context.clock.now()).await?),
        }
    }
    end.page = Some(cursor);
    Ok(())
}

/// Where a poll begins.
fn begin(shop: &Shop) -> Cursor {
    let kept = shop.cursor.as_deref().and_then(|text| serde_json::from_str(text).ok());
    kept.unwrap_or_else(|| Cursor::since(shop.read_to))
}

/// Folds a page in; what of it cannot be read is kept for a person.
pub(super) async fn fold_page(
    store: &Store,
    shop: &str,
    page: &OrderPage,
    at: Time,
) -> Result<Vec<Folded>, StoreError> {
    let mut folded = Vec::with_capacity(page.orders.len());
    for chunk in page.orders.chunks(CHUNK_COUNT) {
        let seen = chunk.iter().map(seen).collect::<Result<_, _>>()?;
        folded.extend(store.fold_orders(shop, seen, at).await?);
    }
    for unread in &page.unread {
        store.shop_event(unread_event(shop, unread, at)).await?;
    }
    Ok(folded)
}

/// The same order that cannot be read for the same reason is one event, however often it is read.
fn unread_event(shop: &str, unread: &Unread, at: Time) -> ShopEvent {
    let id = unread.id.clone().unwrap_or_default();
    let hash = Sha256::new_with_prefix(&id).chain_update([0]).chain_update(&unread.why).finalize();
    let name: String = hash.iter().take(8).map(|byte| format!("{byte:02x}")).collect();
    let what = Came::Unread { order_id: unread.id.clone(), why: unread.why.clone(), body: Vec::new() };
    ShopEvent { shop: shop.to_owned(), event: format!("poll/{name}"), what, at }
}

/// Whether something was found that a webhook should have told before.
fn is_late(context: &Context, page: &OrderPage, folded: &[Folded]) -> bool {
    let now = context.clock.now();
    page.orders.iter().zip(folded).any(|(order, folded)| {
        matches!(folded, Folded::New | Folded::Newer) && now.since(order.updated_at) > WEBHOOK_LATE
    })
}
