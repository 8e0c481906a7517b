//! The shop platforms' own clients as published, against the simulated shops: they list orders, read the buyer's pickup
//! point, write parcel numbers and states, and subscribe to webhooks; and the shop's book shows what they wrote.
//!
//! Wants a Python and a folder of Node packages with the clients, which `cargo xtask test` sets up and names in the
//! environment. Without one each test says that it was skipped, and why. For PrestaShop there is no client for Node
//! that anybody keeps.

use clock::{Clock, SystemClock, Time};
use serde_json::{Value, json};
use sim::shops::{BookedOrder, Buyers, Delivery, NewOrder, Options, Pickup, Platform, Shop, State, socket::ShopServer};
use std::{
    io::Write,
    path::Path,
    process::{Command, Stdio},
    sync::Arc,
    time::Duration,
};

/// Names the folder of the packages for Node.
const NODE_MODULES: &str = "TOURNEE_TEST_NODE_MODULES";
/// Names the Python to use.
const PYTHON: &str = "TOURNEE_TEST_PYTHON";
const SCRIPTS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/shop_clients");
/// The number that every client writes.
const NUMBER: &str = "6A15984040331";
const POINT: &str = "750021";
/// How many orders each shop has, a minute apart from noon.
const ORDERS: u64 = 3;

/// What the environment names, or a word on why the test is skipped.
fn named(variable: &str, what: &str) -> Option<String> {
    let found = std::env::var(variable).ok();
    if found.is_none() {
        let why = format!("skipped: {variable} names no {what}; run `cargo xtask test`, which sets one up");
        writeln!(std::io::stdout(), "{why}").expect("said");
    }
    found
}

fn noon() -> Time {
    Time::from_paris("2025-12-22T12:00:00").expect("a moment")
}

/// The first order goes to a pickup point; all are paid.
fn order(n: u64) -> NewOrder {
    let pickup = Pickup { id: POINT.parse().expect("a point"), label: "Paris Bourse".into(), product: "HD".into() };
    let pickup = (n == 0).then_some(pickup);
    NewOrder { pickup, paid: true, ..Buyers::new(n).next().expect("a buyer") }
}

/// A shop with its orders, on a socket.
async fn shop(platform: Platform) -> ShopServer {
    let open = |addr| {
        let mut shop = Shop::new(platform, Options { url: format!("http://{addr}"), ..Options::default() }, 7);
        for n in 0..ORDERS {
            shop.place_order(noon().plus(Duration::from_secs(n * 60)), order(n));
        }
        shop
    };
    let clock: Arc<dyn Clock> = Arc::new(SystemClock);
    ShopServer::start("127.0.0.1:0".parse().expect("an address"), clock, open).await.expect("a shop")
}

/// Runs a client at the shop; gives what it saw.
fn run(server: &ShopServer, program: &str, before: &[&str], script: &str, input: &str) -> Value {
    let access = server.shop().read(|shop| shop.access().clone());
    let mut command = Command::new(program);
    command.arg(Path::new(SCRIPTS).join(script)).args(before).arg(format!("http://{}", server.local_addr()));
    command.args([&access.key, &access.secret]).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().expect("it runs");
    // A client that does not read it is no reason to fail here.
    let _ = child.stdin.take().map(|mut stdin| stdin.write_all(input.as_bytes()));
    let output = child.wait_with_output().expect("it ends");
    let said = String::from_utf8_lossy(&output.stdout);
    let trouble = String::from_utf8_lossy(&output.stderr);
    let last = said.lines().last().and_then(|line| serde_json::from_str(line).ok());
    last.unwrap_or_else(|| panic!("{}: {said}\n{trouble}", output.status))
}

fn booked(server: &ShopServer) -> Vec<BookedOrder> {
    server.shop().read(Shop::orders)
}

/// Holds that this one order was told its number once, and no other was.
fn told_once(server: &ShopServer, place: usize) {
    let booked = booked(server);
    let told: Vec<usize> = (0..booked.len()).filter(|n| !booked[*n].pushes.is_empty()).collect();
    assert_eq!(told, [place]);
    let order = &booked[place];
    assert_eq!((order.parcel_number.as_deref(), order.pushes.len()), (Some(NUMBER), 1));
    assert_eq!(order.state, State::Shipped);
}

fn woocommerce(seen: &Value, server: &ShopServer) {
    let ids: Vec<u64> = booked(server).iter().map(|order| order.id).collect();
    assert_eq!((&seen["total"], &seen["pages"]), (&json!("3"), &json!("2")), "{seen}");
    assert_eq!(seen["ids"], json!(ids[..2]));
    assert_eq!(seen["since"], json!(ids[2..]));
    assert_eq!((&seen["status"], &seen["pickup"]), (&json!("completed"), &json!([POINT])));
    assert_eq!(seen["note"], "Colis remis à La Poste");
    assert_eq!(seen["hook"], json!(["active", "paused", true, 0]));
    assert_eq!(seen["stranger"], json!([401, "woocommerce_rest_authentication_error"]));
    assert_eq!(seen["missing"], json!([404, "woocommerce_rest_shop_order_invalid_id"]));
    told_once(server, 0);
    assert!(booked(server)[0].notes.iter().any(|note| note.text == "Colis remis à La Poste"));
}

#[tokio::test(flavor = "multi_thread")]
async fn woocommerces_client_for_python_reads_and_writes() {
    let Some(python) = named(PYTHON, "Python with WooCommerce's client") else { return };
    let server = shop(Platform::WooCommerce).await;
    woocommerce(&run(&server, &python, &[], "at_woocommerce.py", ""), &server);
    server.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn woocommerces_client_for_node_reads_and_writes() {
    let Some(modules) = named(NODE_MODULES, "Node packages with WooCommerce's client") else { return };
    let server = shop(Platform::WooCommerce).await;
    woocommerce(&run(&server, "node", &[&modules], "at_woocommerce.cjs", ""), &server);
    server.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn shopifys_client_for_python_reads_and_writes() {
    let Some(python) = named(PYTHON, "Python with Shopify's client") else { return };
    let server = shop(Platform::Shopify).await;
    let seen = run(&server, &python, &[], "at_shopify.py", "");
    assert_eq!((&seen["shop"], &seen["pages"]), (&json!("Atelier Garance"), &json!([2, 1])), "{seen}");
    assert_eq!((&seen["saved"], &seen["note"]), (&json!(true), &json!("Fragile")));
    let id = |n: usize| booked(&server)[n].id.to_string();
    // The note has dated the first one anew.
    assert_eq!(seen["since"], json!([id(0), id(2)]));
    assert_eq!(seen["made"]["fulfillment"], json!({ "status": "SUCCESS", "trackingInfo": [{ "number": NUMBER }] }));
    assert_eq!(seen["refused"], json!(["= closed."]));
    assert_eq!(seen["numbers"], json!([NUMBER]));
    assert_eq!(seen["hooks"], json!(["orders/create", 1, 0]));
    assert_eq!(seen["stranger"], 401);
    told_once(&server, 0);
    server.shutdown().await;
}

/// A webhook as a Shopify shop with the same secret sends it.
fn webhook(server: &ShopServer) -> Delivery {
    let mut twin = Shop::new(Platform::Shopify, Options::default(), 7);
    server.shop().read(|shop| assert_eq!(twin.access(), shop.access()));
    twin.subscribe(noon(), "orders/create", "http://127.0.0.1:9/hooks", "").expect("subscribed");
    twin.place_order(noon(), order(0));
    let mut due = twin.due(twin.next_due().expect("something is due"));
    due.remove(0)
}

#[tokio::test(flavor = "multi_thread")]
async fn shopifys_clients_for_node_read_and_write_and_trust_its_webhooks() {
    let Some(modules) = named(NODE_MODULES, "Node packages with Shopify's clients") else { return };
    let server = shop(Platform::Shopify).await;
    let sent = webhook(&server).request;
    let headers: serde_json::Map<String, Value> =
        sent.headers.iter().map(|(name, value)| (name.to_string(), value.clone().into())).collect();
    let body = String::from_utf8(sent.body.to_vec()).expect("text");
    let input = json!({ "headers": headers, "body": body }).to_string();
    let seen = run(&server, "node", &[&modules], "at_shopify.cjs", &input);
    assert_eq!(seen["pages"], json!([2, 1, false]), "{seen}");
    assert_eq!(seen["attributes"], json!(["pickup_point_id", "pickup_point_name", "pickup_point_product"]));
    assert_eq!(seen["cost"], 2 + 2 * 2);
    assert_eq!((&seen["number"], &seen["refused"]), (&json!(NUMBER), &json!(1)));
    assert_eq!(seen["hook"], "http://127.0.0.1:9/hooks");
    assert_eq!((&seen["stranger"], &seen["wrong"]), (&json!(401), &json!("undefinedField")));
    assert_eq!(seen["webhook"], json!([true, "ORDERS_CREATE", "shop.example", false]));
    told_once(&server, 2);
    assert_eq!(server.shop().read(|shop| shop.subscriptions().len()), 1);
    server.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn prestapyt_reads_and_writes() {
    let Some(python) = named(PYTHON, "Python with prestapyt") else { return };
    let server = shop(Platform::PrestaShop).await;
    let seen = run(&server, &python, &[], "at_prestashop.py", "");
    let ids: Vec<u64> = booked(&server).iter().map(|order| order.id).collect();
    assert_eq!(
        (&seen["every"], &seen["since"], &seen["newest"]),
        (&json!(ids), &json!(ids[2..]), &json!(ids[2..])),
        "{seen}"
    );
    assert!(seen["resources"].as_array().is_some_and(|all| all.len() == 8 && all.contains(&json!("order_carriers"))));
    assert_eq!((&seen["country"], &seen["has_email"]), (&json!("FR"), &json!(true)));
    assert_eq!(seen["other"], format!("Point de retrait {POINT}"));
    assert_eq!((&seen["written"], &seen["added"]), (&json!(NUMBER), &json!("4")));
    assert_eq!(seen["state"], json!(["4", "1"]));
    assert_eq!((&seen["refused"], &seen["stranger"]), (&json!([400, "32"]), &json!(401)));
    told_once(&server, 0);
    server.shutdown().await;
}
