//! Which numbers were given out: told one by one, and read page by page.

mod support;

use dispatch::Fact;
use std::sync::{Arc, Mutex};
use store::Store;
use support::*;

async fn give_out(store: &Store, n: u64) {
    store.accept(intent(n, None, START)).await.expect("accepted");
    store.record(id(n), vec![claimed(1)], START, None).await.expect("claimed");
    store.record(id(n), vec![confirmed(1, n)], START, None).await.expect("confirmed");
}

#[test]
fn what_was_not_told_can_be_read_and_the_last_listener_is_told() {
    on_both(|store| async move {
        for n in [3, 1, 2] {
            give_out(&store, n).await;
        }
        let told = [(); 2].map(|()| Arc::<Mutex<Vec<_>>>::default());
        for (n, heard) in (4..).zip(&told) {
            let heard = Arc::clone(heard);
            store.tell_numbers(Arc::new(move |number| heard.lock().expect("lock").push(*number))).await.expect("taken");
            give_out(&store, n).await;
        }
        assert_eq!(*told[0].lock().expect("lock"), [number(4)]);
        assert_eq!(*told[1].lock().expect("lock"), [number(5)]);
        let after = async |last, count| store.numbers_after(last, count).await.expect("read");
        assert_eq!(after(None, 2).await, [number(1), number(2)]);
        assert_eq!(after(Some(number(2)), 9).await, [number(3), number(4), number(5)]);
        assert_eq!(after(Some(number(5)), 9).await, []);
    });
}

#[test]
fn every_fact_with_a_number_is_told() {
    on_both(|store| async move {
        let told = Arc::<Mutex<Vec<_>>>::default();
        let heard = Arc::clone(&told);
        store.tell_numbers(Arc::new(move |number| heard.lock().expect("lock").push(*number))).await.expect("taken");
        store.accept(intent(1, None, START)).await.expect("accepted");
        store.record(id(1), vec![claimed(1)], START, None).await.expect("claimed");
        let cut = Fact::Unknown { attempt: 1, cause: dispatch::Cause::NoAnswer, number: Some(number(7)) };
        store.record(id(1), vec![cut], START, None).await.expect("unknown");
        store.record(id(1), vec![Fact::Superseded { attempt: 1 }], START, None).await.expect("given up");
        let late = Fact::TurnedUp { attempt: 1, number: number(8) };
        store.record(id(1), vec![late], START, None).await.expect("turned up");
        assert_eq!(*told.lock().expect("lock"), [number(7), number(8)]);
    });
}
