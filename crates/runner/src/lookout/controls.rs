//! Probes of ourselves and of our way out: none of them touches the carrier.

use super::Lookout;
use crate::Context;
use carriers::{Broken, Request};
use clock::Time;
use http::{Method, Uri};
use std::{net::IpAddr, sync::Arc, time::Duration};
use tokio::{task::JoinSet, time::Instant};
use watch::{Class, Control, Observation, Reached, Source};

/// How long a probe may take.
const PATIENCE: Duration = Duration::from_secs(4);
/// In peace the probes are so many times as seldom.
const CALM_TIMES: u32 = 6;
/// What is asked of ourselves: an answer that needs the store.
const OURSELVES: &str = "/readyz";

/// When the next probes are due.
#[derive(Default)]
pub(crate) struct Controls {
    next: Time,
}

impl Controls {
    /// Tells how late the tick came, and begins the probes that are due.
    pub(crate) fn turn(&mut self, context: &Arc<Context>, late: Duration, under_way: &mut JoinSet<()>) {
        let now = context.now();
        tell(&context.lookout, Control::Lag, Class::Answered, Some(late), now);
        if now < self.next {
            return;
        }
        let every = context.lookout.0.settings.probe_every();
        // In peace it is enough to know that the probes themselves work.
        let calm = if context.lookout.watch().is_troubled() { 1 } else { CALM_TIMES };
        self.next = now.plus(every.saturating_mul(calm));
        under_way.spawn(disk(Arc::clone(context)));
        under_way.spawn(ourselves(Arc::clone(context)));
        under_way.spawn(way_out(Arc::clone(context)));
    }
}

fn tell(lookout: &Lookout, control: Control, class: Class, latency: Option<Duration>, at: Time) {
    let reached = if class.is_well() { Reached::Whole } else { Reached::Nothing };
    lookout.take(&Observation { at, source: Source::Control(control), reached, class, latency });
}

async fn disk(context: Arc<Context>) {
    let start = Instant::now();
    let written = tokio::time::timeout(PATIENCE, context.store.probe_disk(context.now())).await;
    let class = match written {
        Ok(Ok(())) => Class::Answered,
        Ok(Err(_)) => Class::Unavailable,
        Err(_) => Class::Silent,
    };
    tell(&context.lookout, Control::Disk, class, Some(start.elapsed()), context.now());
}

async fn ourselves(context: Arc<Context>) {
    let Some(way) = context.lookout.0.ourselves.get() else { return };
    let request = Request {
        method: Method::GET,
        path_and_query: OURSELVES.to_owned(),
        headers: Vec::new(),
        body: bytes::Bytes::new(),
    };
    let exchange = way.exchange(request, PATIENCE, Box::new(|| {})).await;
    let class = match &exchange.result {
        Ok(response) if response.status == 200 => Class::Answered,
        Ok(_) => Class::Unavailable,
        Err(Broken::TimedOut) => Class::Silent,
        Err(_) => Class::Refused,
    };
    tell(&context.lookout, Control::Loopback, class, Some(exchange.elapsed), context.now());
}

/// The name first: where it is not found, nothing is said of the address.
async fn way_out(context: Arc<Context>) {
    let Some(to) = &context.lookout.0.settings.control_url else { return };
    let probed = exchange::probe(to.clone(), PATIENCE).await;
    let (lookout, now) = (&context.lookout, context.now());
    let named = probed.reached >= exchange::Reached::Named;
    if has_name(to) {
        let class = if named { Class::Answered } else { Class::Silent };
        tell(lookout, Control::OutsideName, class, None, now);
    }
    if named {
        let taken = probed.reached >= exchange::Reached::Taken;
        let class = if taken { Class::Answered } else { Class::Silent };
        tell(lookout, Control::OutsideAddress, class, Some(probed.elapsed), now);
    }
}

fn has_name(to: &Uri) -> bool {
    to.host().is_some_and(|host| host.trim_matches(['[', ']']).parse::<IpAddr>().is_err())
}
