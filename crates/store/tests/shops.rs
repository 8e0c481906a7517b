//! Shops and their orders: each counts once, by whatever way and in whatever order it comes; no order has two labels; what a
//! shop is to be told stays due until it has it.

mod support;

use dispatch::{Fact, Job, State, Why};
use parcel::{DeliveryMode, Product, Shipment};
use proptest::prelude::*;
use serde_json::json;
use std::time::Duration;
use store::{
    Came, CompactPlace, DuePush, Folded, Heard, Keep, LabelBytes, NewIntent, NewShop, OnOrder, OrderFilter,
    OrderShipment, OrderStep, PushEnd, SeenOrder, ShopEvent, ShopSecrets, Standing, Store, StoreError, StoredOrder,
};
use support::*;

fn new_shop(id: &str, on_order: OnOrder) -> NewShop {
    NewShop {
        id: id.into(),
        merchant: merchant(),
        account: ACCOUNT.into(),
        platform: "woocommerce".into(),
        url: "https://shop.example".into(),
        secrets: ShopSecrets { credentials: "{\"key\":\"hush\"}".into(), webhook: Some("hush-webhook".into()) },
        on_order,
        settings: "{}".into(),
        read_from: START,
        at: START,
    }
}

struct Order<'a> {
    id: &'a str,
    status: &'a str,
    updated: u64,
    city: &'a str,
    parcel: Option<&'a str>,
    point: Option<&'a str>,
}

impl Default for Order<'_> {
    fn default() -> Self {
        Self { id: "77", status: "to_ship", updated: 0, city: "Paris", parcel: None, point: None }
    }
}

impl Order<'_> {
    fn seen(&self) -> SeenOrder {
        let text = json!({"id": self.id, "number": format!("CMD-{}", self.id), "status": self.status,
            "placed_at": START, "updated_at": after(self.updated), "buyer": {"last_name": "Martin", "city": self.city},
            "parcel_number": self.parcel, "pickup": self.point.map(|id| json!({"id": id, "label": "TABAC"}))});
        SeenOrder::read(text.to_string()).expect("an order")
    }
}

fn event(event: &str, what: Came) -> ShopEvent {
    ShopEvent { shop: "one".into(), event: event.into(), what, at: after(1) }
}

async fn heard(store: &Store, name: &str, order: Order<'_>) -> Heard {
    let came = Came::Order(Box::new(order.seen()));
    store.shop_event(event(name, came)).await.expect("taken")
}

async fn fold(store: &Store, order: Order<'_>) -> Folded {
    store.fold_orders("one", vec![order.seen()], after(1)).await.expect("folded")[0]
}

async fn the_order(store: &Store) -> StoredOrder {
    let page = store.shop_orders(&merchant(), OrderFilter::default(), None, 10).await.expect("read");
    assert_eq!(page.items.len(), 1, "one order");
    page.items.into_iter().next().expect("one")
}

fn wanted(order: &StoredOrder, n: u64) -> NewIntent {
    NewIntent { shipment: shipment(Some(&order.number), today()), ..intent(n, None, after(2)) }
}

/// Makes the order's shipment, as the runner does.
async fn ship(store: &Store, n: u64) -> Option<OrderShipment> {
    let order = the_order(store).await;
    store.ship_order(&order.id, order.print(), true, wanted(&order, n)).await.expect("asked")
}

async fn confirm(store: &Store, n: u64) {
    store.claim(&[Job::Submit], 10, 0, after(3)).await.expect("claimed");
    let label = LabelBytes { label: b"%PDF".as_slice().into(), cn23: None, answer_json: "{}".into() };
    store.record(id(n), vec![confirmed(1, n)], after(4), Some(label)).await.expect("recorded");
}

async fn pushes(store: &Store, at: u64) -> Vec<DuePush> {
    store.take_pushes("one", after(at), 10).await.expect("taken")
}

#[test]
fn secrets_open_for_their_shop_alone_and_are_shown_nowhere() {
    on_both(|store| async move {
        store.put_shop(new_shop("one", OnOrder::Keep)).await.expect("added");
        let secrets = store.shop_secrets("one").await.expect("read").expect("there");
        assert_eq!(secrets.webhook.as_deref(), Some("hush-webhook"));
        let shown = format!("{secrets:?} {:?} {:?}", new_shop("one", OnOrder::Keep), store.shops().await);
        assert!(!shown.contains("hush"), "{shown}");
        assert_eq!(store.shop_secrets("two").await.expect("read"), None);
        let theirs = NewShop { account: "theirs".into(), ..new_shop("one", OnOrder::Keep) };
        assert!(matches!(store.put_shop(theirs).await, Err(StoreError::NoAccount(_))));
    });
}

#[test]
fn an_event_counts_once_and_what_is_older_never_overwrites() {
    on_both(|store| async move {
        store.put_shop(new_shop("one", OnOrder::Keep)).await.expect("added");
        assert_eq!(heard(&store, "e1", Order::default()).await, Heard::Folded(Folded::New));
        assert_eq!(heard(&store, "e1", Order::default()).await, Heard::Replayed);
        let newer = || Order { status: "cancelled", updated: 20, ..Order::default() };
        assert_eq!(heard(&store, "e3", newer()).await, Heard::Folded(Folded::Newer));
        let late = Order { status: "pending", updated: 10, ..Order::default() };
        assert_eq!(heard(&store, "e2", late).await, Heard::Folded(Folded::Older));
        assert_eq!(fold(&store, newer()).await, Folded::Same);
        let order = the_order(&store).await;
        assert_eq!((order.status, order.updated_at), (Standing::Cancelled, after(20)));
        assert!(!format!("{order:?}").contains("Martin"));
        let unknown = ShopEvent { shop: "two".into(), ..event("e1", Came::Nothing) };
        assert!(matches!(store.shop_event(unknown).await, Err(StoreError::NoShop(_))));
    });
}

#[test]
fn what_cannot_be_read_is_kept_until_its_order_comes_by_another_way() {
    on_both(|store| async move {
        store.put_shop(new_shop("one", OnOrder::Keep)).await.expect("added");
        let came = || Came::Unread { order_id: Some("77".into()), why: "no date".into(), body: b"{}".to_vec() };
        assert_eq!(store.shop_event(event("e1", came())).await.expect("taken"), Heard::Unread);
        assert_eq!(store.shop_event(event("e1", came())).await.expect("taken"), Heard::Replayed);
        assert_eq!(store.unread_events(9).await.expect("read").len(), 1);
        assert_eq!(store.unread_body("one", "e1").await.expect("read"), Some(b"{}".to_vec()));
        assert_eq!(store.orders_to_ask("one", 9).await.expect("read"), ["77"], "the shop is asked for it");
        fold(&store, Order::default()).await;
        assert!(store.unread_events(9).await.expect("read").is_empty());
        assert!(store.orders_to_ask("one", 9).await.expect("read").is_empty());
    });
}

#[test]
fn an_order_has_one_shipment_whoever_asks_and_however_often() {
    on_both(|store| async move {
        store.put_shop(new_shop("one", OnOrder::Label)).await.expect("added");
        fold(&store, Order::default()).await;
        let due = store.orders_to_look_at("one", 10).await.expect("read");
        assert_eq!(due.len(), 1);
        let first = ship(&store, 1).await.expect("asked");
        assert!(matches!(&first, OrderShipment::New(view) if view.intent.id == id(1)));
        assert!(store.orders_to_look_at("one", 10).await.expect("read").is_empty());
        // The webhook, the poll and somebody at the API, all late.
        fold(&store, Order { updated: 30, ..Order::default() }).await;
        for n in 2..5 {
            let order = the_order(&store).await;
            let again = store.ship_order(&order.id, order.print(), n == 2, wanted(&order, n)).await.expect("asked");
            assert!(matches!(again, Some(OrderShipment::Known(view)) if view.intent.id == id(1)));
        }
        assert_eq!(the_order(&store).await.step, OrderStep::Asked);
    });
}

#[test]
fn a_label_that_was_asked_for_by_another_door_is_the_orders() {
    on_both(|store| async move {
        store.put_shop(new_shop("one", OnOrder::Label)).await.expect("added");
        let by_the_module = NewIntent { shipment: shipment(Some("CMD-77"), today()), ..intent(9, None, START) };
        new(store.accept(by_the_module).await.expect("accepted"));
        fold(&store, Order::default()).await;
        let found = ship(&store, 1).await.expect("asked");
        assert!(matches!(found, OrderShipment::Known(view) if view.intent.id == id(9)));
        // Of an order that is only kept, the label's own order number says whose it is.
        fold(&store, Order { id: "78", status: "pending", ..Order::default() }).await;
        let other = NewIntent { shipment: shipment(Some("CMD-78"), today()), ..intent(10, None, START) };
        new(store.accept(other).await.expect("accepted"));
        confirm(&store, 10).await;
        let due: Vec<_> = pushes(&store, 5).await.into_iter().map(|push| push.order_id).collect();
        assert_eq!(due, ["78"]);
    });
}

#[test]
fn with_two_shops_a_number_alone_says_nothing() {
    on_both(|store| async move {
        store.put_shop(new_shop("one", OnOrder::Label)).await.expect("added");
        store.put_shop(new_shop("two", OnOrder::Label)).await.expect("added");
        let of_the_other = NewIntent { shipment: shipment(Some("CMD-77"), today()), ..intent(9, None, START) };
        new(store.accept(of_the_other).await.expect("accepted"));
        fold(&store, Order::default()).await;
        assert!(matches!(ship(&store, 1).await, Some(OrderShipment::New(_))));
    });
}

#[test]
fn the_shop_is_told_until_it_has_the_number() {
    on_both(|store| async move {
        store.put_shop(new_shop("one", OnOrder::Label)).await.expect("added");
        fold(&store, Order::default()).await;
        ship(&store, 1).await.expect("asked");
        assert!(pushes(&store, 3).await.is_empty());
        confirm(&store, 1).await;
        let due = pushes(&store, 5).await;
        assert_eq!((due[0].order_id.as_str(), due[0].parcel_number, due[0].attempts), ("77", number(1), 0));
        assert!(pushes(&store, 6).await.is_empty(), "nobody else tells it meanwhile");
        let order = the_order(&store).await;
        let again = PushEnd::Again { at: after(60), why: "no answer".into() };
        store.settle_push(&order.id, number(1), again, after(7)).await.expect("settled");
        assert!(the_order(&store).await.is_out_of_step());
        let refused = PushEnd::Refused { at: after(90), why: "no right to write".into() };
        assert_eq!(pushes(&store, 60).await[0].attempts, 1);
        store.settle_push(&order.id, number(1), refused, after(61)).await.expect("settled");
        let told = the_order(&store).await;
        assert!(told.step == OrderStep::Person && told.why.is_some_and(|why| why.contains("no right")));
        assert_eq!(pushes(&store, 90).await.len(), 1, "it is never given up");
        store.settle_push(&order.id, number(1), PushEnd::Told, after(91)).await.expect("settled");
        let told = the_order(&store).await;
        assert_eq!((told.step, told.told_number, told.push), (OrderStep::Told, Some(number(1)), None));
        store.push_again(&order.id, after(92)).await.expect("asked");
        assert_eq!(pushes(&store, 92).await.len(), 1);
        let counts = store.shop_counts().await.expect("read");
        assert_eq!((counts[0].untold, counts[0].steps.iter().map(|(_, n)| n).sum::<u64>()), (1, 1));
    });
}

#[test]
fn a_number_that_the_module_wrote_itself_is_not_told_again() {
    on_both(|store| async move {
        store.put_shop(new_shop("one", OnOrder::Label)).await.expect("added");
        fold(&store, Order::default()).await;
        ship(&store, 1).await.expect("asked");
        confirm(&store, 1).await;
        let with_number = number(1).to_string();
        fold(&store, Order { updated: 9, parcel: Some(&with_number), status: "shipped", ..Order::default() }).await;
        assert!(pushes(&store, 99).await.is_empty());
        assert_eq!(the_order(&store).await.step, OrderStep::Told);
    });
}

#[test]
fn what_changes_in_the_shop_after_the_label_needs_a_person() {
    on_both(|store| async move {
        store.put_shop(new_shop("one", OnOrder::Label)).await.expect("added");
        fold(&store, Order::default()).await;
        ship(&store, 1).await.expect("asked");
        fold(&store, Order { updated: 10, city: "Lyon", ..Order::default() }).await;
        let order = the_order(&store).await;
        assert!(order.step == OrderStep::Person && order.why.as_ref().is_some_and(|why| why.contains("address")));
        assert_eq!(store.let_stand(&order.id, after(11)).await.expect("there").step, OrderStep::Asked);
        fold(&store, Order { updated: 12, city: "Lyon", status: "cancelled", ..Order::default() }).await;
        assert!(the_order(&store).await.why.is_some_and(|why| why.contains("given up in the shop")));
        store.record(id(1), vec![Fact::Voided], after(13), None).await.expect("recorded");
        let order = the_order(&store).await;
        assert_eq!((order.step, order.shipment), (OrderStep::Kept, None));
        fold(&store, Order { updated: 14, city: "Lyon", ..Order::default() }).await;
        assert_eq!(the_order(&store).await.step, OrderStep::Kept, "nobody asked for another label");
        let order = the_order(&store).await;
        let asked = store.ship_order(&order.id, order.print(), false, wanted(&order, 2)).await.expect("asked");
        assert!(matches!(asked, Some(OrderShipment::New(_))), "until somebody does");
    });
}

#[test]
fn what_no_label_can_be_made_of_waits_for_a_person_or_a_change() {
    on_both(|store| async move {
        store.put_shop(new_shop("one", OnOrder::Label)).await.expect("added");
        fold(&store, Order { city: "", ..Order::default() }).await;
        let order = the_order(&store).await;
        let corrected = || Order { updated: 5, ..Order::default() };
        store.cannot_ship(&order.id, order.print(), "addressee.city: missing".into()).await.expect("noted");
        assert_eq!(the_order(&store).await.step, OrderStep::Person);
        fold(&store, corrected()).await;
        assert_eq!(the_order(&store).await.step, OrderStep::New);
        let late = store.ship_order(&order.id, order.print(), true, wanted(&order, 1)).await.expect("asked");
        assert_eq!(late, None, "made of the order as it was before");
        store.cannot_ship(&order.id, order.print(), "said of the one before".into()).await.expect("noted");
        assert_eq!(the_order(&store).await.step, OrderStep::New);
    });
}

#[test]
fn a_refusal_of_the_carrier_reaches_the_order() {
    on_both(|store| async move {
        store.put_shop(new_shop("one", OnOrder::Label)).await.expect("added");
        fold(&store, Order::default()).await;
        ship(&store, 1).await.expect("asked");
        store.claim(&[Job::Submit], 10, 0, after(3)).await.expect("claimed");
        store.record(id(1), vec![rejected(1)], after(4), None).await.expect("recorded");
        let order = the_order(&store).await;
        assert!(order.step == OrderStep::Person && order.why.as_ref().is_some_and(|why| why.contains("30221")));
        let heavier = parcel::Weight::from_grams(2_000).expect("a weight");
        let wanted = wanted(&order, 2);
        let corrected = NewIntent { shipment: parcel::Shipment { weight: heavier, ..wanted.shipment }, ..wanted };
        let again = store.ship_order(&order.id, order.print(), false, corrected).await.expect("asked");
        assert!(matches!(again, Some(OrderShipment::New(view)) if view.intent.id == id(2)));
    });
}

#[test]
fn a_deleted_order_stays_here() {
    on_both(|store| async move {
        store.put_shop(new_shop("one", OnOrder::Label)).await.expect("added");
        fold(&store, Order::default()).await;
        let deleted = Came::Deleted { order_id: "77".into() };
        assert_eq!(store.shop_event(event("e1", deleted)).await.expect("taken"), Heard::Folded(Folded::Newer));
        let order = the_order(&store).await;
        assert_eq!((order.status, order.step), (Standing::Gone, OrderStep::Kept));
        assert!(!store.order_gone("one", "77", after(9)).await.expect("noted"));
    });
}

#[test]
fn lists_are_filtered_and_paged() {
    on_both(|store| async move {
        store.put_shop(new_shop("one", OnOrder::Label)).await.expect("added");
        for n in 1..=7 {
            let status = if n % 2 == 0 { "shipped" } else { "to_ship" };
            fold(&store, Order { id: &n.to_string(), status, ..Order::default() }).await;
        }
        let list = |filter, after, limit| {
            let store = store.clone();
            async move { store.shop_orders(&merchant(), filter, after, limit).await.expect("read") }
        };
        let (mut seen, mut place) = (Vec::new(), None);
        loop {
            let page = list(OrderFilter::default(), place, 3).await;
            seen.extend(page.items.into_iter().map(|order| order.number));
            place = page.next;
            if place.is_none() {
                break;
            }
        }
        seen.sort();
        assert_eq!(seen, (1..=7).map(|n| format!("CMD-{n}")).collect::<Vec<_>>());
        let shipped = OrderFilter { status: Some(Standing::Shipped), ..OrderFilter::default() };
        assert_eq!(list(shipped, None, 10).await.items.len(), 3);
        let one = OrderFilter { number: Some("CMD-5".into()), ..OrderFilter::default() };
        assert_eq!(list(one, None, 10).await.items.len(), 1);
        let elsewhere = OrderFilter { shop: Some("two".into()), ..OrderFilter::default() };
        assert!(list(elsewhere, None, 10).await.items.is_empty());
        let out = || OrderFilter { out_of_step: true, ..OrderFilter::default() };
        assert!(list(out(), None, 10).await.items.is_empty());
        let all = store.orders_of_shop("one", "", 10).await.expect("read");
        store.cannot_ship(&all[0].id, all[0].print(), "weight: missing".into()).await.expect("noted");
        assert_eq!(list(out(), None, 10).await.items.len(), 1);
    });
}

#[test]
fn what_is_past_its_time_loses_its_text_and_nothing_else() {
    on_both(|store| async move {
        store.put_shop(new_shop("one", OnOrder::Label)).await.expect("added");
        fold(&store, Order { status: "shipped", ..Order::default() }).await;
        fold(&store, Order { id: "78", ..Order::default() }).await;
        heard(&store, "e1", Order { status: "shipped", ..Order::default() }).await;
        let (mut place, later) = (Some(CompactPlace::default()), after(500 * 86_400));
        while let Some(here) = place {
            place = store.compact(Keep::default(), here, later, false).await.expect("compacted").1;
        }
        let texts: Vec<_> =
            store.orders_of_shop("one", "", 9).await.expect("read").into_iter().map(|o| o.json.is_some()).collect();
        assert_eq!(texts, [false, true], "the one that waits for its label keeps its address");
        assert_eq!(fold(&store, Order { status: "shipped", ..Order::default() }).await, Folded::Same);
        assert_eq!(store.clear_shop_events(later).await.expect("cleared"), 1);
        assert_eq!(
            heard(&store, "e1", Order { status: "shipped", ..Order::default() }).await,
            Heard::Folded(Folded::Same)
        );
    });
}

#[test]
fn a_shop_that_is_dropped_is_told_nothing_more() {
    on_both(|store| async move {
        store.put_shop(new_shop("one", OnOrder::Label)).await.expect("added");
        fold(&store, Order::default()).await;
        ship(&store, 1).await.expect("asked");
        assert!(store.drop_shop("one").await.expect("dropped") && !store.drop_shop("one").await.expect("asked"));
        confirm(&store, 1).await;
        assert!(pushes(&store, 99).await.is_empty());
        assert_eq!(the_order(&store).await.our_number, Some(number(1)));
    });
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    /// Whatever comes twice, late or never, by webhook or poll: the newest stands, and there is one label at most.
    #[test]
    fn any_order_of_arrival_ends_the_same(arrivals in prop::collection::vec((0_u64..6, prop::bool::ANY, 0_u8..4), 1..24)) {
        let dir = tempfile::tempdir().expect("a directory");
        let [_, options] = kinds(dir.path());
        run(async {
            let store = open_with(options).await;
            store.put_shop(new_shop("one", OnOrder::Label)).await.expect("added");
            let newest = arrivals.iter().map(|(updated, ..)| *updated).max().expect("some");
            for (n, (updated, by_webhook, tries)) in (1..).zip(&arrivals) {
                let order = Order { updated: *updated, ..Order::default() };
                if *by_webhook {
                    heard(&store, &format!("e{updated}"), order).await;
                } else {
                    fold(&store, order).await;
                }
                for _ in 0..*tries {
                    ship(&store, n).await;
                }
            }
            let order = the_order(&store).await;
            assert_eq!(order.updated_at, after(newest));
            let made = store.counts().await.expect("read").by_state.iter().map(|(_, n)| n).sum::<u64>();
            assert!(made <= 1, "{made} labels of one order");
        });
    }
}

#[test]
fn nothing_is_due_for_longer_than_it_is_taken() {
    on_both(|store| async move {
        store.put_shop(new_shop("one", OnOrder::Label)).await.expect("added");
        fold(&store, Order::default()).await;
        ship(&store, 1).await.expect("asked");
        confirm(&store, 1).await;
        assert_eq!(pushes(&store, 5).await.len(), 1, "and then the process dies");
        let again = store.next_push_due("one").await.expect("read").expect("due");
        assert!(again.since(after(5)) <= Duration::from_secs(600));
        assert_eq!(store.take_pushes("one", again, 10).await.expect("taken")[0].attempts, 1);
    });
}

/// The point that counts for the order, as the choice on record says it.
async fn chosen(store: &Store) -> Option<String> {
    let order = "CMD-77".parse().expect("an order");
    store.choice_of(&merchant(), &order).await.expect("read").map(|choice| choice.point.id.to_string())
}

#[test]
fn the_point_that_a_shop_noted_is_the_buyers_choice_and_a_label_elsewhere_is_asked_about() {
    on_both(|store| async move {
        store.put_shop(new_shop("one", OnOrder::Keep)).await.expect("added");
        let at = |updated, point| Order { updated, point, ..Order::default() };
        fold(&store, at(0, Some("750001"))).await;
        assert_eq!(chosen(&store).await.as_deref(), Some("750001"));
        fold(&store, at(5, Some("750002"))).await;
        fold(&store, at(3, Some("750001"))).await;
        assert_eq!(chosen(&store).await.as_deref(), Some("750002"), "the newest by the shop's own clock");

        let to = |n, point: &str| NewIntent {
            shipment: Shipment {
                product: Product::Hd,
                mode: DeliveryMode::PickupPoint(point.parse().expect("a point")),
                ..shipment(Some("CMD-77"), today())
            },
            ..intent(n, None, after(6))
        };
        let elsewhere = new(store.accept(to(1, "750001")).await.expect("accepted"));
        assert_eq!(elsewhere.intent.state, State::Question);
        let asked = elsewhere.question.expect("asked").question;
        assert_eq!((asked.why, asked.chosen), (Why::DiffersFromChoice, "750002".parse().ok()));
        let there = new(store.accept(to(2, "750002")).await.expect("accepted"));
        assert_eq!(there.intent.state, State::Waiting);
    });
}

#[test]
fn a_point_that_the_shop_takes_back_is_chosen_no_more_and_a_cancelled_order_changes_nothing() {
    on_both(|store| async move {
        store.put_shop(new_shop("one", OnOrder::Keep)).await.expect("added");
        let at = |updated, point, status| Order { updated, point, status, ..Order::default() };
        fold(&store, at(0, Some("750001"), "to_ship")).await;
        fold(&store, at(1, None, "cancelled")).await;
        assert_eq!(chosen(&store).await.as_deref(), Some("750001"), "the record of what was chosen stays");
        fold(&store, at(2, Some("750001"), "to_ship")).await;
        fold(&store, at(3, None, "to_ship")).await;
        assert_eq!(chosen(&store).await, None);
        fold(&store, at(4, Some("750003"), "to_ship")).await;
        assert_eq!(chosen(&store).await.as_deref(), Some("750003"));
    });
}

#[test]
fn an_order_of_which_no_label_could_be_made_is_looked_at_again_when_its_shop_is_changed() {
    on_both(|store| async move {
        store.put_shop(new_shop("one", OnOrder::Label)).await.expect("added");
        fold(&store, Order::default()).await;
        let order = the_order(&store).await;
        store.cannot_ship(&order.id, order.print(), "sender: missing".into()).await.expect("noted");
        assert!(store.orders_to_look_at("one", 9).await.expect("read").is_empty());
        store.put_shop(new_shop("one", OnOrder::Keep)).await.expect("changed");
        assert_eq!(the_order(&store).await.step, OrderStep::Person, "nobody asked for labels");
        store.put_shop(NewShop { at: after(9), ..new_shop("one", OnOrder::Label) }).await.expect("changed");
        let again = store.orders_to_look_at("one", 9).await.expect("read");
        assert_eq!(
            again.iter().map(|order| (order.step, order.why.clone())).collect::<Vec<_>>(),
            [(OrderStep::New, None)]
        );

        ship(&store, 1).await.expect("asked");
        confirm(&store, 1).await;
        store.put_shop(new_shop("one", OnOrder::Label)).await.expect("changed");
        assert!(store.orders_to_look_at("one", 9).await.expect("read").is_empty(), "one label is enough");
    });
}
