//! Calls that the server passes on to the carrier for somebody, within a bound of time and number.

use crate::{
    Context, Gate, Lookout, Points, local,
    points::hedge::{self, Answer},
};
use carriers::{
    Broken, Exchange, Reached, Request, Transport,
    colissimo::{
        self,
        pickup::{PICKUP_REST, PickupCall, PickupOperation},
    },
};
use dispatch::{Call, Health, Permit, Signal};
use parcel::{MerchantId, ShipmentId};
use std::{sync::Arc, time::Duration};
use store::{IntentView, Looked, StoreError};
use watch::Function;

/// The door to the carrier for calls that are not label attempts: checks, reprints, tracking, pickup searches, health
/// pages.
///
/// A call is refused at once, as if there were no connection, when that function of the carrier is dark or too
/// many calls are under way; so a carrier that hangs holds up none but its own callers, and those not for long.
#[derive(Clone)]
pub struct Relay {
    context: Arc<Context>,
}

impl Relay {
    pub(crate) fn new(context: Arc<Context>) -> Self {
        Self { context }
    }

    /// How the carrier's label service looks.
    pub fn health(&self) -> Health {
        self.context.label.health()
    }

    /// Prints a local label because a person decided so. The inner error is what is in its way.
    ///
    /// # Errors
    /// [`StoreError::NoShipment`]; [`StoreError::Illegal`] when an attempt is under way or all is settled; the store's own.
    pub async fn print_locally(
        &self,
        merchant: &MerchantId,
        id: ShipmentId,
    ) -> Result<Result<IntentView, Looked>, StoreError> {
        local::print_for(&self.context, merchant, id).await
    }

    /// Searches pickup points: the carrier's answer when it comes in time, else the directory's. Never an empty list where
    /// the carrier does not answer.
    pub async fn pickup(&self, call: PickupCall) -> Answer {
        hedge::ask(&self.context, call).await
    }

    /// The watch over the carrier.
    pub fn lookout(&self) -> Lookout {
        self.context.lookout.clone()
    }

    /// The directory of pickup points.
    pub fn points(&self) -> Points {
        self.context.points.clone()
    }

    /// Passes the request on and gives what came of it.
    pub async fn relay(&self, request: Request) -> Exchange {
        let context = &*self.context;
        let Ok(_place) = context.relays.try_acquire() else { return refused() };
        let service = Service::of(&request.path_and_query);
        let transport = match service {
            Service::Suivi => &context.carrier.tracking,
            _ => &context.carrier.shipping,
        };
        match service {
            Service::Suivi => counted(context, &context.tracking, (transport, request), SUIVI).await,
            Service::Timeline => counted(context, &context.timeline, (transport, request), TIMELINE).await,
            Service::Pickup(operation) => {
                let seen_as = (Function::Pickup, operation.name());
                counted(context, &context.pickup, (transport, request), seen_as).await
            }
            Service::Labels => beside_labels(context, transport, request).await,
        }
    }
}

/// Which of the carrier's services a relayed call is for: each is slow or dark by itself.
#[derive(Clone, Copy)]
enum Service {
    Labels,
    Suivi,
    Timeline,
    Pickup(PickupOperation),
}

impl Service {
    fn of(path: &str) -> Self {
        let pickup = path.strip_prefix(PICKUP_REST).and_then(PickupOperation::of);
        match pickup {
            Some(operation) => Self::Pickup(operation),
            None if path.starts_with(colissimo::SUIVI) => Self::Suivi,
            None if path == colissimo::TIMELINE => Self::Timeline,
            None => Self::Labels,
        }
    }
}

/// What calls to tracking count as: the function, and the operation's name among the metrics.
pub(crate) const SUIVI: (Function, &str) = (Function::Tracking, "idships");
/// The same for the timeline of a parcel.
pub(crate) const TIMELINE: (Function, &str) = (Function::Tracking, "timelineCompany");

/// These services have hardly any other callers: the relayed calls are what their pace goes by, canaries included.
pub(crate) async fn counted(
    context: &Context,
    gate: &Gate,
    (transport, request): (&Arc<dyn Transport>, Request),
    (function, operation): (Function, &'static str),
) -> Exchange {
    let Some(call) = admitted(context, gate) else { return refused() };
    let exchange = transport.exchange(request, deadline(context), Box::new(|| {})).await;
    let signal = signal(&exchange);
    context.saw(function, operation, (&exchange, signal, call == Call::Canary));
    gate.ended(call, Some(signal), context.now());
    exchange
}

/// Begins a call, where the pace allows one now. Whoever has it says how it ended.
pub(crate) fn admitted(context: &Context, gate: &Gate) -> Option<Call> {
    let now = context.now();
    let call = match gate.permit(now) {
        Permit::Calls { .. } => Call::First,
        Permit::Canary => Call::Canary,
        Permit::Wait(_) => return None,
    };
    gate.began(call, now);
    Some(call)
}

/// Beside labels a relayed call is let by while the carrier is not dark, and what is seen of it counts.
async fn beside_labels(context: &Context, transport: &Arc<dyn Transport>, request: Request) -> Exchange {
    if matches!(context.label.health(), Health::Dark { .. }) {
        return refused();
    }
    let exchange = transport.exchange(request, deadline(context), Box::new(|| {})).await;
    let signal = signal(&exchange);
    context.saw(Function::Label, "label", (&exchange, signal, false));
    context.label.observed(signal, context.now());
    exchange
}

fn signal(exchange: &Exchange) -> Signal {
    match &exchange.result {
        Ok(response) if response.status < 500 && !response.content_type.starts_with("text/html") => Signal::Answered,
        _ => Signal::Failed,
    }
}

fn refused() -> Exchange {
    Exchange { reached: Reached::Nothing, kept: false, elapsed: Duration::ZERO, result: Err(Broken::NoConnection) }
}

/// How long a relayed call may take.
pub(crate) fn deadline(context: &Context) -> Duration {
    Duration::from_millis(context.settings.relay_ms)
}
