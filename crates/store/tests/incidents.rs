//! Facts of incidents on disk: appended in their order, read back as they were, also by the next process.

mod support;

use store::{Options, Store};
use support::*;
use watch::{Carrier, Condition, Function, IncidentId, Numbers, Settings, Transition, Verdict, Watch, What, Word};

fn fact(secs: u64, incident: u64, what: What) -> Transition {
    Transition { at: after(secs), incident: IncidentId(incident), carrier: Carrier::new("colissimo"), what }
}

fn story() -> Vec<Transition> {
    let numbers = Numbers { calls: 40, failed: 38, usual_ms: Some(51.25), odds: Some(0.44), ..Numbers::default() };
    let (function, condition) = (Function::Label, Condition::Dark);
    let said = Word::Correct { verdict: Verdict::Ours, text: "our certificate had ended; c'était l'été".into() };
    vec![
        fact(0, 0, What::Opened { function, condition, numbers }),
        fact(5, 0, What::Attributed { verdict: Verdict::Carrier, evidence: Vec::new() }),
        fact(60, 1, What::Opened { function: Function::Pickup, condition, numbers }),
        fact(90, 0, What::Remark { by: "key_1".into(), said }),
        fact(99, 0, What::Restored { odds: 0.01, bound: 0.02, up_min: 90.0 }),
    ]
}

#[test]
fn facts_read_back_in_their_order_and_by_incident() {
    on_both(|store| async move {
        let story = story();
        store.append_incident_facts(&story[..2]).await.expect("written");
        store.append_incident_facts(&[]).await.expect("nothing is written");
        store.append_incident_facts(&story[2..]).await.expect("written");
        assert_eq!(store.incident_facts().await.expect("read"), story);
        let first = store.facts_of_incident(IncidentId(0), 3).await.expect("read");
        assert_eq!(first.iter().map(|fact| fact.what.name()).collect::<Vec<_>>(), ["opened", "attributed", "remark"]);
        assert_eq!(store.facts_of_incident(IncidentId(7), 3).await.expect("read"), []);
        store.probe_disk(after(1)).await.expect("written");
        store.probe_disk(after(2)).await.expect("written again");
    });
}

#[tokio::test]
async fn the_next_process_takes_the_watch_up_where_it_ended() {
    let dir = tempfile::tempdir().expect("a directory");
    let store = open_with(Options::dir(dir.path(), key())).await;
    store.append_incident_facts(&story()[..2]).await.expect("written");
    store.close().await.expect("closed");
    let store = Store::open(Options::dir(dir.path(), key())).expect("opened again");
    let facts = store.incident_facts().await.expect("read");
    let watch = Watch::new(Settings::default()).resume(&facts);
    let condition = watch.condition(&Carrier::new("colissimo"), Function::Label);
    assert_eq!(condition, Some((Condition::Dark, START)));
    assert_eq!(watch.incidents().map(|one| one.verdict).collect::<Vec<_>>(), [Verdict::Carrier]);
}
