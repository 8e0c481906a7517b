//! What follows a local label when the carrier is back: it is told of the parcel, then seen to know it.
//!
//! A round every few minutes. While the carrier's label service is not dark, each account's labels go out in files of up
//! to a thousand parcels. A file is written down with its name before it is delivered and noted after, so that a crash
//! in between delivers the same file under the same name again. Then the carrier's tracking is asked, within its own
//! pace, for the parcels that it was told of and is not known to know.
//!
//! State: where the questions to tracking stopped, and what was warned of today. Both may be lost.

use crate::{
    Context,
    relay::{self, SUIVI, TIMELINE},
};
use carriers::{announce::Announcer, colissimo};
use clock::Time;
use colissimo::{
    Tracked,
    edi::{self, AnnouncedParcel, Announcement},
};
use dispatch::Fact;
use jiff::civil::Date;
use parcel::{ClientNumber, Login, ParcelNumber, Product, Shipment, ShipmentId};
use std::{
    collections::{BTreeMap, HashMap},
    sync::Arc,
    time::Duration,
};
use store::{AccountId, Numbers, OpenAnnouncement, StoreError, Unseen};
use tokio::sync::watch;

/// Parcels in one file, at most.
const PARCELS_COUNT_MAX: u32 = 1_000;
/// Parcels that tracking is asked about in one round, at most.
const QUESTIONS_COUNT_MAX: usize = 500;
/// Parcels in one question: what one request takes.
const QUESTION_COUNT: usize = 10;

/// Why a round ended before its end. The next one takes up what is left.
#[derive(Debug, thiserror::Error)]
enum Stopped {
    #[error("the store failed: {0}")]
    Store(#[from] StoreError),
    #[error("the file {file} was not taken: {error}")]
    NotTaken { file: String, error: carriers::CarrierError },
    #[error("the file {file} cannot be written: {error}")]
    NotWritten { file: String, error: edi::EdiError },
    #[error("{0} is no number of Colissimo's")]
    Foreign(ParcelNumber),
    #[error("the addresses of shipment {0} cannot be read")]
    Unreadable(ShipmentId),
}

/// What is remembered from one round to the next.
#[derive(Default)]
struct Memory {
    asked_to: Option<ShipmentId>,
    warned: HashMap<(AccountId, Product), Date>,
    missed: Option<Date>,
}

/// Makes a round now and then until told to stop.
pub(crate) async fn run(context: Arc<Context>, mut stopped: watch::Receiver<bool>) {
    let every = Duration::from_millis(context.settings.local.announce_every_ms);
    let mut memory = Memory::default();
    while !*stopped.borrow() {
        if let Err(stopped) = round(&context, &mut memory).await {
            tracing::warn!(%stopped, "a round of announcements ended early; the next one goes on");
        }
        tokio::select! {
            biased;
            _ = stopped.wait_for(|stop| *stop) => break,
            () = tokio::time::sleep(every) => {}
        }
    }
}

async fn round(context: &Context, memory: &mut Memory) -> Result<(), Stopped> {
    if let Some(announcer) = &context.carrier.announcements
        && context.label.dark_since().is_none()
    {
        deliver_all(context, announcer.as_ref()).await?;
    }
    ask_tracking(context, memory).await?;
    tell(context, memory).await
}

/// Delivers what is to be announced. What one account cannot announce holds up no other.
async fn deliver_all(context: &Context, announcer: &dyn Announcer) -> Result<(), Stopped> {
    for account in context.store.accounts_to_announce().await? {
        if let Err(stopped) = deliver(context, announcer, &account).await {
            tracing::warn!(account, %stopped, "an account's local labels could not be announced; tried again");
        }
    }
    Ok(())
}

async fn deliver(context: &Context, announcer: &dyn Announcer, account: &str) -> Result<(), Stopped> {
    let (store, most) = (&context.store, PARCELS_COUNT_MAX);
    while let Some(open) = store.next_announcement(account, most, file_name, context.now()).await? {
        let bytes = edi::write(&announcement(&open)?)
            .map_err(|error| Stopped::NotWritten { file: open.file.clone(), error })?;
        let taken = announcer.deliver(&open.file, &bytes).await;
        taken.map_err(|error| Stopped::NotTaken { file: open.file.clone(), error })?;
        store.announced(open.client, open.bordereau, context.now()).await?;
        tracing::info!(account, file = open.file, parcels = open.parcels.len(), "announced local labels");
    }
    Ok(())
}

fn file_name(client: ClientNumber, at: Time, counter: u32) -> String {
    edi::file_name(client, at.paris_datetime(), counter)
}

/// The same bytes whenever it is made: nothing of it is from now.
fn announcement(open: &OpenAnnouncement) -> Result<Announcement, Stopped> {
    let made_at = open.made_at.paris_datetime();
    let parcels = open.parcels.iter().map(|(id, number, shipment)| parcel(*id, *number, shipment));
    Ok(Announcement {
        bordereau: open.bordereau,
        client: open.client,
        handed_over: made_at,
        issued: made_at,
        site: open.site.clone(),
        site_name: open.site.clone(),
        parcels: parcels.collect::<Result<_, _>>()?,
    })
}

fn parcel(id: ShipmentId, number: ParcelNumber, shipment: &Shipment) -> Result<AnnouncedParcel, Stopped> {
    let ParcelNumber::Colissimo(number) = number else { return Err(Stopped::Foreign(number)) };
    let parts = colissimo::letter_parts(shipment).map_err(|_| Stopped::Unreadable(id))?.into_owned();
    Ok(AnnouncedParcel {
        number,
        product: shipment.product.clone(),
        weight: shipment.weight,
        addressee: parts.addressee,
        pickup_point: shipment.mode.pickup_point(),
        order_number: shipment.order_number.clone(),
        parcel_ref: shipment.parcel_ref.clone(),
        insurance: parts.insurance,
        non_machinable: parts.non_machinable,
        instructions: parts.instructions,
    })
}

/// Asks tracking for announced parcels, from where the last round stopped, as long as its pace lets us.
async fn ask_tracking(context: &Context, memory: &mut Memory) -> Result<(), Stopped> {
    let unseen = context.store.unseen(memory.asked_to, QUESTIONS_COUNT_MAX).await?;
    let whole = unseen.len() < QUESTIONS_COUNT_MAX;
    let last = unseen.last().map(|last| last.id);
    for (account, labels) in by_account(unseen) {
        let Some(account) = context.store.account(&account).await? else { continue };
        for question in labels.chunks(QUESTION_COUNT) {
            let answered = match &account.okapi_key {
                Some(key) => ask_suivi(context, key, question).await?,
                None => ask_timeline(context, &account.login, question).await?,
            };
            if !answered {
                return Ok(());
            }
        }
    }
    memory.asked_to = last.filter(|_| !whole);
    Ok(())
}

fn by_account(unseen: Vec<Unseen>) -> BTreeMap<AccountId, Vec<Unseen>> {
    let mut by_account = BTreeMap::<_, Vec<_>>::new();
    for label in unseen {
        by_account.entry(label.account.clone()).or_default().push(label);
    }
    by_account
}

/// Asks La Poste's Suivi for these and notes those that it knows; false when it is not to be asked now.
async fn ask_suivi(context: &Context, okapi_key: &str, labels: &[Unseen]) -> Result<bool, Stopped> {
    let ids: Vec<String> = labels.iter().map(|label| label.number.to_string()).collect();
    let request = colissimo::encode_track(&ids, okapi_key, "fr_FR");
    let exchange = relay::counted(context, &context.tracking, (&context.carrier.tracking, request), SUIVI).await;
    let Ok(tracks) = colissimo::decode_track(&exchange) else { return Ok(false) };
    for tracked in &tracks {
        if let Some(label) = labels.iter().find(|label| label.number.as_str() == tracked.id) {
            note(context, label, tracked).await?;
        }
    }
    Ok(true)
}

/// Asks Colissimo's own timeline, one by one, where the account has no key for Suivi; else as [`ask_suivi`].
async fn ask_timeline(context: &Context, login: &Login, labels: &[Unseen]) -> Result<bool, Stopped> {
    for label in labels {
        let request = colissimo::encode_timeline(&label.number, login, "fr_FR");
        let exchange = relay::counted(context, &context.timeline, (&context.carrier.shipping, request), TIMELINE).await;
        match colissimo::decode_timeline(&exchange, &label.number) {
            Ok(tracked) => note(context, label, &tracked).await?,
            Err(_) => return Ok(false),
        }
    }
    Ok(true)
}

/// Any event of a parcel says that the carrier has taken its announcement in.
async fn note(context: &Context, label: &Unseen, tracked: &Tracked) -> Result<(), Stopped> {
    match &tracked.result {
        Ok(track) if !track.events.is_empty() => integrated(context, label.id).await,
        _ => Ok(()),
    }
}

async fn integrated(context: &Context, id: ShipmentId) -> Result<(), Stopped> {
    match context.store.record(id, vec![Fact::Integrated], context.now(), None).await {
        Ok(_) => context.metrics.fact(&Fact::Integrated),
        Err(StoreError::Illegal(illegal)) => tracing::info!(shipment = %id, %illegal, "known already"),
        Err(error) => return Err(error.into()),
    }
    Ok(())
}

/// Shows what is under way and what runs out, and says it in the log, once a day each.
async fn tell(context: &Context, memory: &mut Memory) -> Result<(), Stopped> {
    let now = context.now();
    let today = now.paris_date();
    let announcing = context.store.announcing().await?;
    let missed_from = announcing.unseen_since.filter(|since| now.since(*since) > seen_within(context));
    if let Some(since) = missed_from.filter(|_| memory.missed != Some(today)) {
        memory.missed = Some(today);
        let waiting = announcing.unseen;
        tracing::warn!(waiting, announced_at = %since, "announced parcels are still missing in the carrier's tracking");
    }
    context.metrics.announcing(&announcing, now);
    for numbers in context.store.numbers(today).await? {
        context.metrics.numbers(&numbers, today);
        warn_of_end(&numbers, today, memory);
    }
    Ok(())
}

fn seen_within(context: &Context) -> Duration {
    Duration::from_millis(context.settings.local.seen_within_ms)
}

fn warn_of_end(numbers: &Numbers, today: Date, memory: &mut Memory) {
    let key = (numbers.account.clone(), numbers.product.clone());
    if !numbers.forecast.warn || memory.warned.insert(key, today) == Some(today) {
        return;
    }
    tracing::warn!(
        account = numbers.account,
        product = %numbers.product,
        left = numbers.left,
        ends_on = numbers.forecast.ends_on.map(|day| day.to_string()),
        "the numbers for local labels run out: ask the carrier for another range"
    );
}
