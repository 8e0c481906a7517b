//! Calls to a shop in simulated time, within this process: the same core as on the socket, without one.

use super::SharedShop;
use carriers::{Broken, Exchange, OnSent, Reached, Request, Transport};
use clock::Clock;
use std::{future::Future, pin::Pin, time::Duration};
use tokio::time::{Instant, sleep};

/// How long a request takes to reach a shop, and its answer to come (assumed).
const SENDING: Duration = Duration::from_millis(10);
const ANSWERING: Duration = Duration::from_millis(120);

/// Calls one shop, which always answers. Time is tokio's, paused or not.
#[derive(Clone, Debug)]
pub struct ShopTransport<C> {
    shop: SharedShop,
    clock: C,
}

impl<C: Clock> ShopTransport<C> {
    /// A transport to this shop, which lives by this clock.
    pub fn new(shop: SharedShop, clock: C) -> Self {
        Self { shop, clock }
    }

    async fn call(&self, request: Request, deadline: Duration, on_sent: OnSent) -> Exchange {
        let begun = Instant::now();
        let ended = |reached, result| Exchange { reached, kept: false, elapsed: begun.elapsed(), result };
        if deadline <= SENDING {
            sleep(deadline).await;
            return ended(Reached::Connected, Err(Broken::TimedOut));
        }
        sleep(SENDING).await;
        let answer = self.shop.handle(self.clock.now(), &request);
        on_sent();
        let left = deadline.saturating_sub(SENDING);
        if left < ANSWERING {
            sleep(left).await;
            return ended(Reached::WholeRequest, Err(Broken::TimedOut));
        }
        sleep(ANSWERING).await;
        ended(Reached::FirstByte, Ok(answer))
    }
}

impl<C: Clock> Transport for ShopTransport<C> {
    fn exchange(
        &self,
        request: Request,
        deadline: Duration,
        on_sent: OnSent,
    ) -> Pin<Box<dyn Future<Output = Exchange> + Send + '_>> {
        Box::pin(self.call(request, deadline, on_sent))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        shops::{Options, Platform, Shop},
        transport::SimClock,
    };
    use clock::Time;

    #[tokio::test(start_paused = true)]
    async fn a_call_takes_its_time_and_no_longer_than_its_deadline() {
        let shop = SharedShop::new(Shop::new(Platform::PrestaShop, Options::default(), 1));
        let transport = ShopTransport::new(shop, SimClock::starting(Time::from_unix_ms(0)));
        let request = Request {
            method: http::Method::GET,
            path_and_query: "/api/".into(),
            headers: Vec::new(),
            body: bytes::Bytes::new(),
        };
        for (deadline_ms, reached, took_ms) in
            [(5, Reached::Connected, 5), (50, Reached::WholeRequest, 50), (5_000, Reached::FirstByte, 130)]
        {
            let exchange =
                transport.exchange(request.clone(), Duration::from_millis(deadline_ms), Box::new(|| {})).await;
            assert_eq!((exchange.reached, exchange.elapsed), (reached, Duration::from_millis(took_ms)));
            assert_eq!(exchange.result.map(|answer| answer.status).ok(), (deadline_ms == 5_000).then_some(401));
        }
    }
}
