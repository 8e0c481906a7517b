//! Local labels: in the dark, what a merchant's wish makes of its urgent jobs.
//!
//! The desk looks at the urgent jobs of merchants that do not simply wait, a few at a time, and leaves each looked at:
//! printed, offered, or with the reason why neither. A label is rendered before anything is written; the facts that
//! make it the shipment's label and its bytes go in by one commit. When something else was quicker (an answer that
//! came late, a decision), that commit is refused, the number stays unused, and nobody was given anything.
//!
//! State: the blocks of numbers that were reserved and not used yet. What is in them when the process ends is lost, as
//! numbers may be.

use crate::{Context, question};
use carriers::colissimo::{self, LabelAnswer, LineEnds, Message};
use clock::Time;
use dispatch::{Fact, Illegal, InTheDark, Mismatch, Moment, Question, State, Stopgap};
use label::{Block, LocalLabel};
use parcel::{ClientNumber, ColissimoNumber, MerchantId, Product, Shipment, ShipmentId, ShipmentParts};
use std::{borrow::Cow, collections::HashMap, sync::Arc, time::Duration};
use store::{AccountId, Candidate, IntentView, LabelBytes, Looked, StoreError};
use tokio::{sync::Mutex, task::JoinSet};

/// How many jobs are looked at in one turn of the desk: their labels share a commit, and the canary goes out between.
const LOOK_COUNT: usize = 32;
/// What the one who asks for a local label is told beside it.
const NOTICE: &str = "Étiquette locale : imprimée sans le transporteur, numéro de la plage du contrat, annoncée à son retour \
    (local label: printed without the carrier, announced when it is back)";

/// The numbers at hand, by account and product.
#[derive(Default)]
pub(crate) struct Numbers {
    blocks: Mutex<HashMap<(AccountId, Product), Block>>,
}

impl Numbers {
    /// The next number, from the block at hand or from a new one; nothing when the ranges are used up.
    async fn take(&self, context: &Context, view: &IntentView) -> Result<Option<ColissimoNumber>, StoreError> {
        let key = (view.account.clone(), view.product.clone());
        let mut blocks = self.blocks.lock().await;
        if let Some(number) = blocks.get_mut(&key).and_then(Iterator::next) {
            return Ok(Some(number));
        }
        let count = context.settings.local.block_count;
        let block = context.store.reserve(&view.account, &view.product, count, context.now()).await?;
        let Some(mut block) = block else { return Ok(None) };
        let number = block.next();
        blocks.insert(key, block);
        Ok(number)
    }

    /// Whether there is one at hand.
    async fn any(&self, view: &IntentView) -> bool {
        let key = (view.account.clone(), view.product.clone());
        self.blocks.lock().await.get(&key).is_some_and(|block| !block.is_empty())
    }
}

/// When the desk is to look at urgent jobs: nothing in the light, and otherwise the moment from which on.
pub(crate) fn looks_from(context: &Context) -> Option<Time> {
    context.label.dark_since().map(|since| since.plus(after(context)))
}

fn after(context: &Context) -> Duration {
    Duration::from_millis(context.settings.local.after_ms)
}

/// Looks at some urgent jobs; whether there may be more.
pub(crate) async fn look(context: &Arc<Context>) -> Result<bool, StoreError> {
    let today = context.now().paris_date();
    let candidates = context.store.candidates(today, LOOK_COUNT).await?;
    let more = candidates.len() == LOOK_COUNT;
    let mut work = JoinSet::new();
    for candidate in candidates {
        work.spawn(settle(Arc::clone(context), candidate));
    }
    let mut left = Vec::new();
    while let Some(done) = work.join_next().await {
        // A task that panicked left its job as it was; the panic was said when it happened.
        if let Ok(looked) = done {
            left.extend(looked?);
        }
    }
    if !left.is_empty() {
        context.store.looked_at(left).await?;
    }
    Ok(more)
}

/// Does what is to be done about one job; says how it was left, where it is still there.
async fn settle(context: Arc<Context>, candidate: Candidate) -> Result<Option<(ShipmentId, Looked)>, StoreError> {
    let id = candidate.view.intent.id;
    if candidate.view.intent.state == State::Waiting
        && let Some(question) = question::before(&context, &candidate.view, &candidate.shipment)
    {
        return ask(&context, id, question).await;
    }
    let looked = match ready(&context, &candidate).await {
        Err(looked) => Some(looked),
        Ok(ready) => match decide(&context, &candidate) {
            Stopgap::PrintLocally => match print(&context, &candidate, &ready).await {
                Ok(printed) => printed.err(),
                Err(error) => late(id, error)?,
            },
            Stopgap::Offer => offer(&context, id).await?,
            Stopgap::Wait => waits(&candidate),
        },
    };
    Ok(looked.map(|looked| (id, looked)))
}

/// Nothing is to be done about it, now or until its merchant wants otherwise.
fn waits(candidate: &Candidate) -> Option<Looked> {
    match candidate.wish.in_the_dark {
        InTheDark::Ask => Some(Looked::Offered),
        InTheDark::Wait => Some(Looked::Lacks("your labels wait for the carrier".into())),
        // The light came between: looked at again when it is dark again.
        InTheDark::Local => None,
    }
}

/// Something else settled the shipment between: nothing was written, nothing is left to do.
fn late(id: ShipmentId, error: StoreError) -> Result<Option<Looked>, StoreError> {
    match error {
        StoreError::Illegal(illegal) => {
            tracing::info!(shipment = %id, %illegal, "a local label came too late to count; its number stays unused");
            Ok(None)
        }
        error => Err(error),
    }
}

fn decide(context: &Context, candidate: &Candidate) -> Stopgap {
    candidate.view.intent.stopgap(&Moment {
        now: context.now(),
        dark_since: context.label.dark_since(),
        local_after: after(context),
        policy: candidate.wish.in_the_dark,
        has_numbers: true,
        can_print: true,
    })
}

/// What waits in the dark for a point that is not to be had is asked now, not when the light is back.
async fn ask(
    context: &Context,
    id: ShipmentId,
    question: Question,
) -> Result<Option<(ShipmentId, Looked)>, StoreError> {
    let asked = Fact::Asked { attempt: None, question };
    match context.store.record(id, vec![asked.clone()], context.now(), None).await {
        Ok(_) => {
            context.metrics.fact(&asked);
            Ok(None)
        }
        Err(error) => Ok(late(id, error)?.map(|looked| (id, looked))),
    }
}

async fn offer(context: &Context, id: ShipmentId) -> Result<Option<Looked>, StoreError> {
    match context.store.record(id, vec![Fact::LocalOffered], context.now(), None).await {
        Ok(_) => {
            context.metrics.fact(&Fact::LocalOffered);
            Ok(Some(Looked::Offered))
        }
        Err(error) => late(id, error),
    }
}

/// What a label of this shipment needs, all of it there.
struct Ready<'a> {
    client: ClientNumber,
    parts: Cow<'a, ShipmentParts>,
}

/// What is needed for a local label, or what is in its way.
async fn ready<'a>(context: &Context, candidate: &'a Candidate) -> Result<Ready<'a>, Looked> {
    let (view, shipment) = (&candidate.view, &candidate.shipment);
    let Some(client) = candidate.wish.client else {
        return Err(Looked::Lacks("your client number at the carrier is not known here".into()));
    };
    if view.intent.label_may_be_out() {
        return Err(Looked::Cannot("after a restore a label of it may be in somebody's hand already".into()));
    }
    if let Some(question) = question::against(context, shipment) {
        let why = question.why.code();
        return Err(Looked::Cannot(format!("its pickup point cannot be had ({why}), and nothing is printed for it")));
    }
    if matches!(view.intent.mismatch, Some(Mismatch::Rechosen { .. })) {
        return Err(Looked::Cannot("its buyer chose another point meanwhile, and nobody has agreed to it yet".into()));
    }
    let ready = Ready { client, parts: printable(shipment, client).map_err(Looked::Cannot)? };
    if !candidate.numbers_left && !context.numbers.any(view).await {
        let why = format!("no number is left in your ranges for {}", view.product);
        return Err(Looked::Lacks(why));
    }
    Ok(ready)
}

/// The shipment in our words, if it can be printed here; no number is needed to know.
fn printable(shipment: &Shipment, client: ClientNumber) -> Result<Cow<'_, ShipmentParts>, String> {
    if let Some(service) = colissimo::special_service(shipment) {
        return Err(format!("a local label cannot carry {service}"));
    }
    let parts = colissimo::letter_parts(shipment).map_err(|e| e.to_string())?;
    if parts.customs.is_some() {
        return Err("a parcel with a customs declaration needs the carrier's own label".into());
    }
    let number = ColissimoNumber::from_serial("9L", 0).map_err(|e| e.to_string())?;
    label::take_over(&describe(shipment, &parts, client, number, "", shipment.deposit_date))
        .map_err(|e| e.to_string())?;
    if !label::formats().contains(&shipment.format) {
        return Err(label::CannotPrint::Format(shipment.format).to_string());
    }
    Ok(parts)
}

fn describe<'a>(
    shipment: &'a Shipment,
    parts: &'a ShipmentParts,
    client: ClientNumber,
    number: ColissimoNumber,
    site: &'a str,
    deposit_date: jiff::civil::Date,
) -> LocalLabel<'a> {
    LocalLabel {
        number,
        client,
        product: &shipment.product,
        sender: &parts.sender,
        addressee: &parts.addressee,
        weight: shipment.weight,
        deposit_date,
        order_number: shipment.order_number.as_ref(),
        parcel_ref: shipment.parcel_ref.as_deref(),
        pickup_point: shipment.mode.pickup_point(),
        commercial_name: parts.commercial_name.as_deref(),
        insurance: parts.insurance,
        instructions: parts.instructions.as_deref(),
        non_machinable: parts.non_machinable,
        site,
    }
}

/// Takes a number, renders, and writes the label down. The inner error is what is in the way.
async fn print(
    context: &Context,
    candidate: &Candidate,
    ready: &Ready<'_>,
) -> Result<Result<IntentView, Looked>, StoreError> {
    let (view, shipment) = (&candidate.view, &candidate.shipment);
    let Some(number) = context.numbers.take(context, view).await? else {
        return Ok(Err(Looked::Lacks(format!("no number is left in your ranges for {}", view.product))));
    };
    let now = context.now();
    let (site, deposit_date) = (candidate.wish.site.as_deref().unwrap_or_default(), now.paris_date());
    let deposit_date = shipment.deposit_date.max(deposit_date);
    let described = describe(shipment, &ready.parts, ready.client, number, site, deposit_date);
    let bytes = match label::render(&described, shipment.format) {
        Ok(bytes) => bytes,
        Err(cannot) => return Ok(Err(Looked::Cannot(cannot.to_string()))),
    };
    let Some(facts) = view.intent.local_label(number.into(), shipment.format) else {
        let (state, attempt) = (view.intent.state, view.intent.attempt);
        return Err(StoreError::Illegal(Illegal { state, attempt, fact: "confirmed" }));
    };
    let label = LabelBytes { answer_json: words(number), label: bytes.into(), cn23: None };
    let view = context.store.record(view.intent.id, facts.clone(), now, Some(label)).await?;
    facts.iter().for_each(|fact| context.metrics.fact(fact));
    tracing::info!(shipment = %view.intent.id, %number, "printed a local label: the carrier is dark");
    Ok(Ok(view))
}

/// What a module that fetches the label is told beside it.
fn words(number: ColissimoNumber) -> String {
    let message = |content: &str| Message { id: "0".into(), kind: "INFOS".into(), content: content.into() };
    let done = colissimo::error_text("0").unwrap_or_default();
    let answer = LabelAnswer {
        number: number.into(),
        partner_number: None,
        pdf_url: None,
        label: bytes::Bytes::new(),
        cn23: None,
        messages: vec![message(done), message(NOTICE)],
        line_ends: LineEnds::default(),
    };
    answer.words()
}

/// Prints a local label because a person decided so, whatever the policy and however the carrier looks. The inner error
/// is what is in the way.
pub(crate) async fn print_for(
    context: &Context,
    merchant: &MerchantId,
    id: ShipmentId,
) -> Result<Result<IntentView, Looked>, StoreError> {
    let candidate = context.store.candidate(merchant, id).await?.ok_or(StoreError::NoShipment(id))?;
    match ready(context, &candidate).await {
        Ok(ready) => print(context, &candidate, &ready).await,
        Err(looked) => Ok(Err(looked)),
    }
}
