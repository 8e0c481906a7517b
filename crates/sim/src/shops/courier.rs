//! Carries a shop's webhooks over real connections: to receivers on this machine's loopback interface, and to no others.

use super::{Delivery, Outcome, socket::SharedShop};
use carriers::{HttpOptions, HttpTransport, Transport};
use clock::Clock;
use http::Uri;
use std::{net::IpAddr, sync::Arc, time::Duration};
use tokio::{task::JoinSet, time::Instant};

/// Webhooks on their way at once, at most; more wait.
const UNDER_WAY_MAX: usize = 8;
/// How long to wait at most before the clock is looked at again: it may have been set.
const LOOK_AGAIN: Duration = Duration::from_millis(250);

/// Carries what is due, until its task ends.
pub(super) async fn carry(shop: SharedShop, clock: Arc<dyn Clock>) {
    let mut waiting: Vec<Delivery> = Vec::new();
    let mut under_way = JoinSet::new();
    loop {
        if waiting.is_empty() {
            waiting = shop.with_quietly(|shop| shop.due(clock.now()));
            waiting.reverse();
        }
        while under_way.len() < UNDER_WAY_MAX {
            let Some(delivery) = waiting.pop() else { break };
            under_way.spawn(async move {
                let outcome = deliver(&delivery).await;
                (delivery, outcome)
            });
        }
        let now = clock.now();
        let pause = shop.read(super::Shop::next_due).map_or(LOOK_AGAIN, |due| due.since(now).min(LOOK_AGAIN));
        tokio::select! {
            Some(done) = under_way.join_next() => {
                if let Ok((delivery, outcome)) = done {
                    shop.with_quietly(|shop| shop.delivered(clock.now(), &delivery, outcome));
                }
            }
            () = shop.changed(), if waiting.is_empty() => {}
            () = tokio::time::sleep(pause.max(Duration::from_millis(1))), if waiting.is_empty() => {}
        }
    }
}

async fn deliver(delivery: &Delivery) -> Outcome {
    let begun = Instant::now();
    let status = send(delivery).await;
    Outcome { status, took: begun.elapsed() }
}

/// The status that the receiver answers; nothing where it is no receiver of this machine.
async fn send(delivery: &Delivery) -> Option<u16> {
    let options = HttpOptions { connect: delivery.connect_patience, idle_max: 0, ..HttpOptions::default() };
    let transport = HttpTransport::new(loopback_base(&delivery.url)?, options).ok()?;
    let exchange = transport.exchange(delivery.request.clone(), delivery.patience, Box::new(|| {})).await;
    exchange.result.ok().map(|answer| answer.status)
}

/// Scheme, host and port of an address on the loopback interface.
fn loopback_base(url: &str) -> Option<Uri> {
    let url: Uri = url.parse().ok()?;
    let (authority, scheme) = (url.authority()?, url.scheme_str()?);
    let host = match authority.host() {
        "localhost" => "127.0.0.1",
        host => host,
    };
    let ip: IpAddr = host.trim_matches(['[', ']']).parse().ok()?;
    let port = authority.port_u16().unwrap_or(if scheme == "https" { 443 } else { 80 });
    ip.is_loopback().then(|| format!("{scheme}://{host}:{port}").parse().ok())?
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_this_machine_is_called() {
        for (url, base) in [
            ("http://127.0.0.1:8080/hooks/woocommerce/a?x=1", Some("http://127.0.0.1:8080/")),
            ("http://localhost/hooks", Some("http://127.0.0.1:80/")),
            ("http://[::1]:9/h", Some("http://[::1]:9/")),
            ("http://127.0.0.1.example.com/", None),
            ("http://10.0.0.1/", None),
            ("https://gateway.example/hooks", None),
            ("127.0.0.1:80", None),
            ("", None),
        ] {
            assert_eq!(loopback_base(url).map(|uri| uri.to_string()).as_deref(), base, "{url}");
        }
    }
}
