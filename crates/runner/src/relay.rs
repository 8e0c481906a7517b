//! Calls that the server passes on to the carrier for somebody, within a bound of time and number.

use crate::{
    Context, Gate, Points, local,
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
        let exchange = match service {
            Service::Suivi => counted(context, &context.tracking, transport, request).await,
            Service::Timeline => counted(context, &context.timeline, transport, request).await,
            Service::Pickup(_) => counted(context, &context.pickup, transport, request).await,
            Service::Labels => return seen(context, &context.label, transport, request).await,
        };
        context.metrics.call(service.operation(), &exchange);
        exchange
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

    /// The operation's name among the metrics.
    fn operation(self) -> &'static str {
        match self {
            Self::Labels => "label",
            Self::Suivi => "idships",
            Self::Timeline => "timelineCompany",
            Self::Pickup(operation) => operation.name(),
        }
    }
}

/// These services have hardly any other callers: the relayed calls are what their pace goes by, canaries included.
pub(crate) async fn counted(
    context: &Context,
    gate: &Gate,
    transport: &Arc<dyn Transport>,
    request: Request,
) -> Exchange {
    let Some(call) = admitted(context, gate) else { return refused() };
    let exchange = transport.exchange(request, deadline(context), Box::new(|| {})).await;
    gate.ended(call, Some(signal(&exchange)), context.now());
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
pub(crate) async fn seen(context: &Context, gate: &Gate, transport: &Arc<dyn Transport>, request: Request) -> Exchange {
    if matches!(gate.health(), Health::Dark { .. }) {
        return refused();
    }
    let exchange = transport.exchange(request, deadline(context), Box::new(|| {})).await;
    gate.observed(signal(&exchange), context.now());
    exchange
}

fn signal(exchange: &Exchange) -> Signal {
    match &exchange.result {
        Ok(response) if response.status < 500 && !response.content_type.starts_with("text/html") => Signal::Answered,
        _ => Signal::Failed,
    }
}

fn refused() -> Exchange {
    Exchange { reached: Reached::Nothing, elapsed: Duration::ZERO, result: Err(Broken::NoConnection) }
}

fn deadline(context: &Context) -> Duration {
    Duration::from_millis(context.settings.relay_ms)
}
