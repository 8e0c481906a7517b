//! A short rehearsal with nothing between the flood and the origin.

use rehearsal::{
    Capacity, Connections, Crowd, Door, Fared, Flood, Keys, Kind, Moment, Origin, Plan, Report, Requests, Seconds,
    Sources, rehearse,
};
use std::time::Duration;

const REQUESTS: u64 = 2_000;

fn plan() -> Plan {
    let flood = Flood {
        sources: Sources::at_most(4_096),
        connections: Connections::at_most(50),
        slow: Connections::at_most(6),
        per_s: 100_000,
        per_connection: 7,
        requests: Requests::at_most(REQUESTS),
        lasts: Seconds::at_most(30),
    };
    let crowd = Crowd { per_s: 100.0, shared_percent: 20, patience_ms: 30_000, keys: Keys::default() };
    let [unloaded, settle, counted] = [1, 0, 1].map(Seconds::at_most);
    Plan { seed: 4, flood, crowd, unloaded, settle, counted }
}

/// With patience enough, the origin serves everybody, whatever the machine; so every request is accounted for.
#[test]
fn everybody_is_served_and_every_request_is_accounted_for() {
    let capacity = Capacity { slots: 64, service: Duration::from_millis(1) };
    let origin = Origin::start(capacity, 4, 0).expect("an origin");
    let door = Door { http1: origin.address(), http2: Some(origin.address()), tls: None };
    let (mut moments, mut alone) = (Vec::new(), None);
    let outcome = rehearse(&plan(), &door, &origin, &mut |moment| {
        moments.push(moment);
        if moment == Moment::Flood {
            alone = Some(origin.reached());
        }
    });
    let outcome = outcome.expect("a rehearsal");
    assert_eq!(moments, [Moment::Unloaded, Moment::Flood, Moment::Counting, Moment::Over]);
    assert!(!outcome.interrupted);
    let asked = |fared: &[Fared]| fared.iter().map(|fared| fared.asked).sum::<u64>();
    for fared in outcome.unloaded.iter().chain(&outcome.loaded) {
        assert_eq!((fared.right, fared.wrong, fared.stale, fared.refused), (fared.asked, 0, 0, 0), "{fared:?}");
    }
    let innocents = |reached: rehearsal::Reached| Kind::INNOCENT.iter().map(|kind| reached.of(*kind)).sum::<u64>();
    assert_eq!(innocents(alone.expect("a moment")), asked(&outcome.unloaded));
    assert_eq!(alone.expect("a moment").of(Kind::Flood), 0);
    assert_eq!(innocents(outcome.reached), asked(&outcome.loaded));
    assert!(outcome.flood.sent <= REQUESTS && outcome.flood.passed > 0, "{:?}", outcome.flood);
    assert_eq!((outcome.flood.kept, outcome.flood.refused), (0, 0), "{:?}", outcome.flood);
    let report = Report::new(plan(), outcome);
    assert!((report.served_percent(&Kind::INNOCENT) - 100.0).abs() < 1e-9);
}
