//! Canaries: harmless questions that work like real ones, one for each function, so that a carrier is seen also while
//! nobody asks it for anything, and a return is proved by every function.
//!
//! Each goes through the pace of its function like any other call. In the dark the pace has canaries of its own for
//! labels, and they are the ones that count.

use crate::{CARRIER, Context, call, canary, relay};
use carriers::colissimo::{
    self,
    pickup::{PickupAsk, PickupCall, PickupSearch, decode_pickup, encode_pickup},
};
use clock::Time;
use dispatch::Health;
use parcel::Country;
use std::{
    collections::BTreeMap,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};
use tokio::task::JoinSet;
use watch::Function;

/// A search that finds something everywhere in France on any day: the first arrondissement of Paris.
const WHERE: (&str, &str) = ("75001", "PARIS");

/// When each function was last asked, and whether that is still under way.
#[derive(Default)]
pub(crate) struct Canaries {
    last: BTreeMap<Function, Time>,
    out: BTreeMap<Function, Arc<AtomicBool>>,
}

impl Canaries {
    /// Sends the canaries that are due, one of each function at a time.
    pub(crate) fn turn(&mut self, context: &Arc<Context>, under_way: &mut JoinSet<()>) {
        if !context.lookout.0.settings.canaries {
            return;
        }
        let now = context.now();
        for function in [Function::Label, Function::Pickup, Function::Tracking] {
            let out = Arc::clone(self.out.entry(function).or_default());
            let every = context.lookout.watch().canary_interval(&context.lookout.0.carrier, function);
            let due = self.last.get(&function).is_none_or(|last| now.since(*last) >= every);
            if !due || out.swap(true, Ordering::Relaxed) {
                continue;
            }
            self.last.insert(function, now);
            let context = Arc::clone(context);
            under_way.spawn(async move {
                match function {
                    Function::Label => label(&context).await,
                    Function::Pickup => pickup(&context).await,
                    Function::Tracking | Function::Orders => tracking(&context).await,
                }
                out.store(false, Ordering::Relaxed);
            });
        }
    }
}

async fn label(context: &Arc<Context>) {
    let Some(sample) = context.sample.lock().await.clone() else { return };
    // In the dark the desk sends canaries of its own.
    if matches!(context.label.health(), Health::Dark { .. }) {
        return;
    }
    let Some(kind) = relay::admitted(context, &context.label) else { return };
    let signal = canary::check(context, &sample).await;
    context.label.ended(kind, Some(signal), context.now());
}

async fn pickup(context: &Arc<Context>) {
    let Ok(Some(account)) = context.store.account_after(CARRIER, None).await else { return };
    let Some(kind) = relay::admitted(context, &context.pickup) else { return };
    let (postal_code, city) = WHERE;
    let search = PickupSearch {
        address: None,
        international: false,
        postal_code: postal_code.to_owned(),
        city: city.to_owned(),
        country: Country::FR,
        weight_g: None,
        shipping_date: context.now().paris_date(),
        with_shops: true,
        request_id: None,
        lang: None,
    };
    let call = PickupCall { login: account.login, ask: PickupAsk::Search(search) };
    let request = encode_pickup(&call);
    let exchange = context.carrier.shipping.exchange(request, relay::deadline(context), Box::new(|| {})).await;
    let signal = call::signal(&decode_pickup(&exchange));
    context.pickup.ended(kind, Some(signal), context.now());
    context.saw(Function::Pickup, call.operation().name(), (&exchange, signal, true));
}

/// Asks about the parcel whose label came last: whatever tracking says of it, it has answered.
async fn tracking(context: &Arc<Context>) {
    let Some(known) = context.known.lock().await.clone() else { return };
    match known.okapi_key.as_deref() {
        Some(key) => {
            let Some(kind) = relay::admitted(context, &context.tracking) else { return };
            let request = colissimo::encode_track(&[known.number.to_string()], key, "fr_FR");
            let exchange = context.carrier.tracking.exchange(request, relay::deadline(context), Box::new(|| {})).await;
            let signal = call::signal(&colissimo::decode_track(&exchange));
            context.tracking.ended(kind, Some(signal), context.now());
            context.saw(Function::Tracking, "idships", (&exchange, signal, true));
        }
        None => {
            let Some(kind) = relay::admitted(context, &context.timeline) else { return };
            let request = colissimo::encode_timeline(&known.number, &known.login, "fr_FR");
            let exchange = context.carrier.shipping.exchange(request, relay::deadline(context), Box::new(|| {})).await;
            let signal = call::signal(&colissimo::decode_timeline(&exchange, &known.number));
            context.timeline.ended(kind, Some(signal), context.now());
            context.saw(Function::Tracking, "timelineCompany", (&exchange, signal, true));
        }
    }
}
