//! The canary: one harmless question in the dark, to see whether the carrier is there again.

use crate::{Context, call};
use carriers::colissimo;
use dispatch::{Call, Signal};
use std::{sync::Arc, time::Duration};
use watch::{Function, Outside};

/// Asks the carrier to check a shipment it would be asked to label (`checkGenerateLabel` allocates nothing), or
/// its health page where no shipment was seen yet, and tells the gate what came of it.
pub(crate) async fn send(context: Arc<Context>) {
    let signal = match context.sample.lock().await.clone() {
        Some(sample) => check(&context, &sample).await,
        None => health_page(&context).await,
    };
    context.label.ended(Call::Canary, Some(signal), context.now());
}

/// Asks the carrier to check this shipment.
pub(crate) async fn check(context: &Context, sample: &store::Claimed) -> Signal {
    let shipment = &sample.shipment;
    let today = context.now().paris_date().max(shipment.deposit_date);
    let request = colissimo::encode_check(shipment, &sample.account.login, today, shipment.format);
    let exchange = context.carrier.shipping.exchange(request, patience(context), Box::new(|| {})).await;
    let signal = call::signal(&colissimo::decode_check(&exchange));
    context.saw(Function::Label, "checkGenerateLabel", (&exchange, signal, true));
    signal
}

async fn health_page(context: &Context) -> Signal {
    let request = colissimo::encode_health(colissimo::HEALTH_PAGES[2]);
    let exchange = context.carrier.shipping.exchange(request, patience(context), Box::new(|| {})).await;
    context.metrics.call("supervision", &exchange);
    let well = colissimo::decode_health(&exchange) == Some(true);
    context.lookout.outside(Outside::HealthPage, well, context.now());
    if well { Signal::Answered } else { Signal::Failed }
}

fn patience(context: &Context) -> Duration {
    Duration::from_millis(context.settings.patience_ms)
}
