//! What holds of any sequence of observations.

use clock::Time;
use proptest::prelude::*;
use std::time::Duration;
use watch::{
    Carrier, Class, Condition, Control, Function, Observation, Outside, Reached, Settings, Source, Stream, Target,
    Transition, Watch, What, Word,
};

fn target(function: Function) -> Target {
    Target { carrier: Carrier::new("colissimo"), function }
}

fn source() -> impl Strategy<Value = Source> {
    prop_oneof![
        4 => prop::sample::select(Function::ALL.to_vec()).prop_map(|f| Source::Call(target(f))),
        4 => prop::sample::select(Function::ALL.to_vec()).prop_map(|f| Source::Canary(target(f))),
        1 => prop::sample::select(vec![Control::Loopback, Control::Disk, Control::OutsideName]).prop_map(Source::Control),
        1 => Just(Source::Outside(Carrier::new("colissimo"), Outside::Report)),
    ]
}

fn observation() -> impl Strategy<Value = Observation> {
    let class =
        prop::sample::select(vec![Class::Answered, Class::Declined, Class::Unavailable, Class::Refused, Class::Silent]);
    let reached = prop::sample::select(vec![Reached::Nothing, Reached::Dns, Reached::Tcp, Reached::Whole]);
    // Any moment at all, or one of a busy day, in no order.
    let at = prop_oneof![1 => any::<i64>(), 9 => 0..86_400_000_i64];
    let latency = prop::option::of(prop_oneof![
        any::<u64>().prop_map(Duration::from_millis),
        (0..2_000_u64).prop_map(Duration::from_millis)
    ]);
    (at, source(), reached, class, latency).prop_map(|(at, source, reached, class, latency)| Observation {
        at: Time::from_unix_ms(at),
        source,
        reached,
        class,
        latency,
    })
}

fn stream_of(calls: &[(bool, u64)], gap_ms: i64) -> Stream {
    let mut watch = Watch::new(Settings::default());
    let of = target(Function::Label);
    for (i, (well, ms)) in calls.iter().enumerate() {
        let at = Time::from_unix_ms(gap_ms * i64::try_from(i).expect("small"));
        let class = if *well { Class::Answered } else { Class::Silent };
        let latency = Some(Duration::from_millis(*ms));
        watch.observe(&Observation { at, source: Source::Call(of.clone()), reached: Reached::Whole, class, latency });
    }
    watch.stream(&of).cloned().unwrap_or_default()
}

fn merged(a: &Stream, b: &Stream) -> Stream {
    let mut sum = a.clone();
    sum.merge(b);
    sum
}

/// Equal up to the rounding of sums: every number of both within a billionth.
fn alike(a: &Stream, b: &Stream) -> bool {
    fn numbers(value: &serde_json::Value, all: &mut Vec<f64>) {
        match value {
            serde_json::Value::Number(number) => all.extend(number.as_f64()),
            serde_json::Value::Array(list) => list.iter().for_each(|one| numbers(one, all)),
            serde_json::Value::Object(map) => map.values().for_each(|one| numbers(one, all)),
            _ => {}
        }
    }
    let of = |stream: &Stream| {
        let mut all = Vec::new();
        numbers(&serde_json::to_value(stream).expect("json"), &mut all);
        all
    };
    let (a, b) = (of(a), of(b));
    a.len() == b.len() && a.iter().zip(&b).all(|(x, y)| (x - y).abs() <= 1e-9 * x.abs().max(1.0))
}

fn calls() -> impl Strategy<Value = Vec<(bool, u64)>> {
    prop::collection::vec((prop::bool::weighted(0.9), 20..2_000_u64), 0..80)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, ..ProptestConfig::default() })]

    #[test]
    fn nothing_panics_and_a_restart_folds_to_the_same_incidents(seen in prop::collection::vec(observation(), 0..300)) {
        let mut watch = Watch::new(Settings::default());
        let mut facts: Vec<Transition> = Vec::new();
        for one in &seen {
            facts.extend(watch.observe(one));
            facts.extend(watch.tick(one.at));
            watch.canary_interval(&Carrier::new("colissimo"), Function::Label);
            watch.health(&Carrier::new("colissimo"), one.at);
        }
        let first = watch.incidents().next().map(|one| one.id);
        if let Some(id) = first {
            let said = Word::Note { text: "seen".into() };
            facts.push(watch.remark(Time::default(), id, "anna", said).expect("it is there"));
            watch.hear(&facts[facts.len() - 1]);
        }
        let resumed = Watch::new(Settings::default()).resume(&facts);
        prop_assert!(watch.incidents().eq(resumed.incidents()));
        let written = serde_json::to_string(&facts).expect("json");
        let read: Vec<Transition> = serde_json::from_str(&written).expect("the same facts");
        prop_assert_eq!(read.len(), facts.len());
    }

    #[test]
    fn restored_is_never_the_next_word_after_a_fall(seen in prop::collection::vec(observation(), 0..300)) {
        let mut watch = Watch::new(Settings::default());
        let mut down = false;
        for fact in seen.iter().flat_map(|one| watch.observe(one)).collect::<Vec<_>>() {
            match fact.what {
                What::Opened { .. } | What::Joined { .. } | What::Reopened { .. } | What::Relapsed { .. } => down = true,
                What::Signs { .. } => down = false,
                What::Restored { .. } => prop_assert!(!down),
                _ => {}
            }
        }
    }

    #[test]
    fn merging_does_not_ask_who_came_first(a in calls(), b in calls(), c in calls()) {
        let (a, b, c) = (stream_of(&a, 1_000), stream_of(&b, 7_000), stream_of(&c, 60_000));
        prop_assert!(alike(&merged(&a, &b), &merged(&b, &a)));
        prop_assert!(alike(&merged(&merged(&a, &b), &c), &merged(&a, &merged(&b, &c))));
    }
}

#[test]
fn a_stream_is_at_most_512_bytes() {
    assert!(size_of::<Stream>() <= 512);
}

#[test]
fn a_function_that_nobody_has_seen_is_not_called_down() {
    let watch = Watch::new(Settings::default());
    assert!(watch.health(&Carrier::new("colissimo"), Time::default()).is_none());
    assert_eq!(Condition::default(), Condition::Well);
}
