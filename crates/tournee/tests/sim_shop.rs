//! `tournee sim shop`: says how to call the shop that it opens, and carries its webhooks.

mod support;

use std::{
    io::{Read, Write},
    net::TcpListener,
};
use support::{Running, http, run};

/// What stands behind this word in a line.
fn after(line: &str, word: &str) -> Option<String> {
    line.trim().strip_prefix(word).map(|rest| rest.trim().to_owned())
}

#[test]
fn a_shop_says_how_to_call_it_and_answers() {
    let mut shop =
        Running::start(&["sim", "shop", "--platform", "prestashop", "--listen", "127.0.0.1:0", "--seed", "3"]);
    let key = shop.wait_for(|line| after(line, "key"));
    let addr = shop.wait_for(|line| line.split_once("listening on http://").map(|(_, addr)| addr.to_owned()));
    let path = format!("/api/order_states/4?output_format=JSON&ws_key={key}");
    let state = http(&addr, "GET", &path, &[], "").json();
    assert_eq!(state["order_state"]["name"], "Expédié");
    shop.terminate();
    let (code, lines) = shop.end();
    assert_eq!(code, Some(0), "{lines:?}");
    assert!(lines.iter().any(|line| line.starts_with("stopped; ")), "{lines:?}");
}

#[test]
#[expect(clippy::disallowed_methods, reason = "the receiver of a test")]
fn a_shop_tells_of_its_orders() {
    let receiver = TcpListener::bind("127.0.0.1:0").expect("a port");
    let url = format!("http://{}/hooks/shopify/a", receiver.local_addr().expect("an address"));
    let shop = Running::start(&[
        "sim",
        "shop",
        "--platform",
        "shopify",
        "--listen",
        "127.0.0.1:0",
        "--orders-per-minute",
        "600",
        "--webhook-to",
        &url,
    ]);
    shop.wait_for(|line| line.contains("listening on").then_some(()));
    let (mut stream, _) = receiver.accept().expect("a webhook");
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        let mut byte = [0];
        stream.read_exact(&mut byte).expect("a whole head");
        head.extend(byte);
    }
    let text = String::from_utf8_lossy(&head).to_lowercase();
    assert!(text.starts_with("post /hooks/shopify/a http/1.1"), "{text}");
    assert!(text.contains("x-shopify-topic: orders/create"), "{text}");
    stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n").expect("answered");
}

#[test]
fn what_cannot_be_is_refused_with_a_reason() {
    let shop = |args: &[&str]| run(&[&["sim", "shop", "--listen", "127.0.0.1:0"], args].concat());
    shop(&["--platform", "magento"]).refuses(64, &["woocommerce, shopify and prestashop"]);
    run(&["sim", "shop", "--platform", "shopify", "--listen", "0.0.0.0:0"]).refuses(64, &["is not a loopback address"]);
    shop(&["--platform", "prestashop", "--webhook-to", "http://127.0.0.1:9/"])
        .refuses(64, &["PrestaShop has no webhooks"]);
    shop(&["--platform", "shopify", "--webhook-to", "http://shop.example/"]).refuses(64, &["does not take"]);
}
