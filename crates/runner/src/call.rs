//! One attempt to get a label: send, wait with patience, listen a little longer, write down what came of it.

use crate::{Context, Known, outcome, question};
use carriers::{CarrierError, Exchange, OnSent, colissimo};
use colissimo::LabelAnswer;
use dispatch::{By, Call, Cause, Fact, Question, Signal};
use std::{sync::Arc, time::Duration};
use store::{Claimed, LabelBytes, Late, StoreError};
use watch::Function;

/// How long to wait before a result that could not be written is tried again.
const WRITE_AGAIN: Duration = Duration::from_secs(1);

/// Makes the attempt that was claimed and records how it ended. Never returns before that is on disk.
pub(crate) async fn submit(context: Arc<Context>, claimed: Arc<Claimed>, kind: Call) {
    let attempt = claimed.attempt;
    let shipment = &claimed.shipment;
    let request = colissimo::encode_generate(shipment, &claimed.account.login, claimed.deposit_date, shipment.format);
    let (patience, late) = (context.settings.patience_ms, context.settings.late_ms);
    let deadline = Duration::from_millis(patience + late);
    let mut exchange = context.carrier.shipping.exchange(request, deadline, note_sent(&context, &claimed));

    let in_time = tokio::time::timeout(Duration::from_millis(patience), &mut exchange).await;
    if let Ok(exchange) = in_time {
        let answer = colissimo::decode_label(&exchange);
        let signal = signal(&answer);
        context.saw(Function::Label, "generateLabel", (&exchange, signal, false));
        context.label.ended(kind, Some(signal), context.now());
        conclude(&context, &claimed, answer).await;
        return;
    }
    context.lookout.gave_up(Function::Label, Duration::from_millis(patience), context.now());
    context.label.ended(kind, Some(Signal::Failed), context.now());
    let unknown = Fact::Unknown { attempt, cause: Cause::NoAnswer, number: None };
    record(&context, &claimed, vec![unknown], None).await;
    listen_on(&context, &claimed, exchange.await).await;
}

/// Asks instead of sending what was claimed: its point is known not to be had.
pub(crate) async fn ask(context: Arc<Context>, claimed: Arc<Claimed>, question: Question) {
    let asked = Fact::Asked { attempt: Some(claimed.attempt), question };
    record(&context, &claimed, vec![asked], None).await;
}

/// The answer came after patience had ended: a label in it settles the unknown, anything else leaves it as it is.
async fn listen_on(context: &Context, claimed: &Claimed, exchange: Exchange) {
    context.metrics.call("generateLabel", &exchange);
    if let Ok(answer) = colissimo::decode_label(&exchange) {
        confirm(context, claimed, answer, By::Answer).await;
    }
}

async fn conclude(context: &Context, claimed: &Claimed, answer: Result<LabelAnswer, CarrierError>) {
    match answer {
        Ok(answer) => confirm(context, claimed, answer, By::Answer).await,
        Err(error) => {
            let facts = match question::refused(context, claimed, &error) {
                Some(question) => vec![Fact::Asked { attempt: Some(claimed.attempt), question }],
                None => outcome::facts(&error, claimed.attempt, claimed.view.via),
            };
            record(context, claimed, facts, None).await;
        }
    }
}

/// Writes the label down. Only then may anyone be told of it.
pub(crate) async fn confirm(context: &Context, claimed: &Claimed, answer: LabelAnswer, by: By) {
    let (attempt, number) = (claimed.attempt, answer.number);
    let confirmed = Fact::Confirmed {
        attempt,
        number,
        partner_number: answer.partner_number.clone(),
        format: claimed.shipment.format,
        by,
    };
    let account = &claimed.account;
    let known = Known { number, login: account.login.clone(), okapi_key: account.okapi_key.clone() };
    *context.known.lock().await = Some(Arc::new(known));
    let label = LabelBytes { answer_json: answer.words(), label: answer.label, cn23: answer.cn23 };
    if !record(context, claimed, vec![confirmed], Some(label)).await {
        // Given up meanwhile: the number is kept, so that somebody can void it, and the label is never handed out.
        record(context, claimed, vec![Fact::TurnedUp { attempt, number }], None).await;
    }
}

/// Appends what happened, as often as it takes: a result that we hold in our hands is not let go for a full disk.
/// False when it came too late to follow what is known.
pub(crate) async fn record(context: &Context, claimed: &Claimed, facts: Vec<Fact>, label: Option<LabelBytes>) -> bool {
    let id = claimed.view.intent.id;
    loop {
        match context.store.record(id, facts.clone(), context.now(), label.clone()).await {
            Ok(_) => {
                facts.iter().for_each(|fact| context.metrics.fact(fact));
                return true;
            }
            Err(StoreError::Illegal(illegal)) => {
                tracing::info!(shipment = %id, %illegal, "a result came too late to count");
                return false;
            }
            // The process ends: the next start takes what was under way for unknown.
            Err(StoreError::Closed) => return true,
            Err(error) => tracing::error!(shipment = %id, %error, "a result could not be written; trying again"),
        }
        tokio::time::sleep(WRITE_AGAIN).await;
    }
}

fn note_sent(context: &Arc<Context>, claimed: &Arc<Claimed>) -> OnSent {
    let (context, claimed) = (Arc::clone(context), Arc::clone(claimed));
    Box::new(move || {
        let sent = Late::Sent { attempt: claimed.attempt };
        context.store.record_later(claimed.view.intent.id, sent, context.now());
    })
}

/// An answer in the protocol is a sign of health, whatever it says to the one who asked.
pub(crate) fn signal<T>(answer: &Result<T, CarrierError>) -> Signal {
    answer.as_ref().map_or_else(outcome::signal, |_| Signal::Answered)
}
