//! Tickets at rest: sealed while they are kept, erased when their time is over, and there once.

use clock::Time;
use std::time::Duration;
use store::{
    NewTicket, Options, ReplyTo, SealingKey, Store, TICKET_KEPT_FOR, TicketAct, TicketCame, TicketFile, TicketSource,
    TicketText,
};

const START: Time = Time::from_unix_ms(1_766_381_040_000);

fn ticket(id: &str) -> NewTicket {
    NewTicket {
        id: id.into(),
        source: TicketSource::Mail,
        external: format!("{id}@mail.example"),
        thread: None,
        replies_to: None,
        merchant: None,
        reply_to: ReplyTo { address: Some("anne@mail.example".into()), ..ReplyTo::default() },
        text: TicketText { subject: "s".into(), body: "a secret word".into() },
        is_automatic: false,
        is_unreadable: false,
        files: vec![TicketFile { name: "a".into(), media_type: "text/plain".into(), bytes: b"a secret file".to_vec() }],
        at: START,
    }
}

#[tokio::test]
async fn nothing_that_people_wrote_lies_open_on_the_disk() {
    let dir = tempfile::tempdir().expect("a directory");
    let store = Store::open(Options::dir(dir.path(), SealingKey::from_bytes([7; 32]))).expect("a store");
    assert_eq!(store.add_ticket(ticket("T1")).await.expect("taken"), TicketCame::New("T1".into()));
    let again = NewTicket { id: "T2".into(), ..ticket("T1") };
    assert_eq!(store.add_ticket(again).await.expect("taken"), TicketCame::Known("T1".into()));
    store.close().await.expect("closed");
    let bytes = std::fs::read(dir.path().join("tournee.db")).expect("the database");
    for word in ["anne@mail", "secret word", "secret file"] {
        assert!(!bytes.windows(word.len()).any(|part| part == word.as_bytes()), "{word}");
    }
}

#[tokio::test]
async fn what_is_over_is_erased_and_what_a_person_has_is_kept() {
    let store = Store::open(Options::memory(SealingKey::from_bytes([7; 32]))).expect("a store");
    for id in ["T1", "T2"] {
        store.add_ticket(ticket(id)).await.expect("taken");
        store.act_on_ticket(id, "key_x", TicketAct::Take, START).await.expect("taken");
    }
    store.act_on_ticket("T1", "key_x", TicketAct::Close, START).await.expect("closed");
    assert_eq!(store.erase_tickets(START, 10).await.expect("erased"), 0);
    let later = START.plus(TICKET_KEPT_FOR + Duration::from_secs(1));
    assert_eq!(store.erase_tickets(later.minus(TICKET_KEPT_FOR), 10).await.expect("erased"), 1);
    let gone = store.ticket("T1", None).await.expect("read").expect("still counted");
    assert_eq!((gone.messages.len(), gone.files.len(), gone.ticket.address), (0, 0, None));
    let kept = store.ticket("T2", None).await.expect("read").expect("kept");
    assert_eq!((kept.messages.len(), kept.files.len()), (1, 1));
    assert!(store.act_on_ticket("T1", "key_x", TicketAct::Reopen, later).await.is_err(), "nothing is left to work on");
}
