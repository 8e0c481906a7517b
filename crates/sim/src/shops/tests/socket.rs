use super::*;
use crate::{shops::socket::ShopServer, wire::WireError};
use carriers::{HttpOptions, HttpTransport, Transport};
use clock::{Clock, SystemClock};
use http_body_util::{BodyExt, Empty};
use hyper::{server::conn::http1, service::service_fn};
use std::{convert::Infallible, net::SocketAddr, sync::Arc};
use tokio::{net::TcpListener, sync::mpsc, task::JoinSet};

fn any_port() -> SocketAddr {
    "127.0.0.1:0".parse().expect("an address")
}

async fn server(platform: Platform) -> ShopServer {
    let open = |addr| {
        Shop::new(
            platform,
            Options { url: format!("http://{addr}"), hook_lag: Duration::ZERO, ..Options::default() },
            7,
        )
    };
    ShopServer::start(any_port(), Arc::new(SystemClock), open).await.expect("a server")
}

/// A receiver that answers with this status, and what it got.
async fn receiver(status: u16) -> (SocketAddr, mpsc::Receiver<(String, Bytes)>, JoinSet<()>) {
    #[expect(clippy::disallowed_methods, reason = "the receiver of a test")]
    let listener = TcpListener::bind(any_port()).await.expect("a port");
    let addr = listener.local_addr().expect("an address");
    let (tell, told) = mpsc::channel(64);
    let mut running = JoinSet::new();
    running.spawn(async move {
        let mut connections = JoinSet::new();
        while let Ok((stream, _)) = listener.accept().await {
            let tell = tell.clone();
            connections.spawn(async move {
                let service = service_fn(move |request: http::Request<hyper::body::Incoming>| {
                    let tell = tell.clone();
                    async move {
                        let topic =
                            request.headers().get("x-shopify-topic").or(request.headers().get("x-wc-webhook-topic"));
                        let topic = topic.map_or("", |topic| topic.to_str().expect("text")).to_owned();
                        let body = request.into_body().collect().await.expect("a body").to_bytes();
                        tell.send((topic, body)).await.expect("heard");
                        let answer = http::Response::builder().status(status).body(Empty::<Bytes>::new());
                        Ok::<_, Infallible>(answer.expect("an answer"))
                    }
                });
                let _ = http1::Builder::new().serve_connection(hyper_util::rt::TokioIo::new(stream), service).await;
            });
        }
    });
    (addr, told, running)
}

#[tokio::test]
async fn only_the_loopback_interface_is_listened_on() {
    let open = |_| shop(Platform::Shopify);
    let refused = ShopServer::start("0.0.0.0:0".parse().expect("an address"), Arc::new(SystemClock), open).await;
    assert!(matches!(refused, Err(WireError::NotLoopback(_))));
}

#[tokio::test]
async fn requests_are_answered_over_a_socket() {
    let server = server(Platform::PrestaShop).await;
    let id = server.shop().with(|shop| shop.place_order(noon(), new_order()));
    let base = format!("http://{}", server.local_addr()).parse().expect("a base");
    let transport = HttpTransport::new(base, HttpOptions::default()).expect("a transport");
    let asked =
        server.shop().read(|shop| request(shop, Method::GET, &format!("/api/orders/{id}?output_format=JSON"), ""));
    let exchange = transport.exchange(asked, Duration::from_secs(5), Box::new(|| {})).await;
    let answer = exchange.result.expect("an answer");
    assert_eq!((answer.status, read(&answer)["order"]["id"].as_u64()), (200, Some(id)));
    assert!(answer.content_type.starts_with("application/json"));
    assert_eq!(answer.headers["psws-version"], "8.2.1");
    server.shutdown().await;
}

#[tokio::test]
async fn webhooks_are_carried_to_a_receiver_on_this_machine() {
    let server = server(Platform::Shopify).await;
    let (addr, mut told, _running) = receiver(200).await;
    let url = format!("http://{addr}/hooks/a");
    let id = server.shop().with(|shop| {
        shop.subscribe(noon(), "orders/create", &url, "").expect("subscribed");
        shop.place_order(SystemClock.now(), new_order())
    });
    let (topic, body) = told.recv().await.expect("a webhook");
    let told: Value = serde_json::from_slice(&body).expect("JSON");
    assert_eq!((topic.as_str(), told["id"].as_u64()), ("orders/create", Some(id)));
    server.shutdown().await;
}

#[tokio::test]
async fn a_webhook_abroad_fails_at_once() {
    let server = server(Platform::WooCommerce).await;
    let (addr, mut told, _running) = receiver(500).await;
    server.shop().with(|shop| {
        shop.subscribe(noon(), "order.created", "http://192.0.2.1/hooks", "").expect("subscribed");
        shop.subscribe(noon(), "order.created", &format!("http://{addr}/"), "").expect("subscribed");
        for _ in 0..5 {
            shop.place_order(SystemClock.now(), new_order());
        }
    });
    // A ping and five webhooks reach the receiver, the other address none.
    for _ in 0..6 {
        told.recv().await.expect("a webhook");
    }
    while server.shop().read(|shop| shop.subscriptions().iter().any(|one| one.standing == Standing::Active)) {
        tokio::task::yield_now().await;
    }
    let failures: Vec<u32> = server.shop().read(|shop| shop.subscriptions().iter().map(|one| one.failures).collect());
    assert_eq!(failures, [5, 5]);
    server.shutdown().await;
}
