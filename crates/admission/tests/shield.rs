//! The shield's contract, verdict by verdict.

use admission::{
    Asked, Call, Calls, Class, Kind, Moment, Place, Prefix, ResourceSettings, Rule, Shield, ShieldSettings, Ticket,
    Verdict,
};
use proptest::prelude::*;
use std::{net::IpAddr, time::Duration};

fn settings() -> ShieldSettings {
    let resource = |name: &str, kind, path: &str| ResourceSettings::new(name, kind, &[path]);
    ShieldSettings {
        resources: vec![
            resource("label", Kind::Label, "/label"),
            resource("search", Kind::Search, "/search/{text}"),
            resource("legal", Kind::Static, "/legal"),
            resource("events", Kind::Long, "/events"),
        ],
        places_min: 4,
        places_start: 4,
        reserve_percent: 25,
        waiting_max: 4,
        ..ShieldSettings::default()
    }
}

fn shield() -> Shield {
    Shield::new(&settings(), [1; 16]).expect("settings")
}

fn asked(shield: &Shield, class: Class, source: u64, path: &str) -> Asked {
    let id = (class >= Class::Citizen).then_some(source);
    let resource = shield.resource(path);
    Asked { prefix: Prefix::from_bits(source << 8), class, id, resource, suspect_rule: None, program: true }
}

fn judge(shield: &Shield, asked: &Asked, now: Moment) -> (Verdict, Calls) {
    let mut calls = Calls::new();
    (shield.judge(asked, now, &mut calls), calls)
}

fn go(shield: &Shield, class: Class, source: u64) -> Place {
    match judge(shield, &asked(shield, class, source, "/x"), Moment::default()).0 {
        Verdict::Go(place) => place,
        other => panic!("{other:?}"),
    }
}

fn wait(shield: &Shield, class: Class, source: u64) -> (Ticket, Calls) {
    match judge(shield, &asked(shield, class, source, "/x"), Moment::default()) {
        (Verdict::Wait(waiting), calls) => (waiting.ticket, calls),
        other => panic!("{other:?}"),
    }
}

fn rule_of(verdict: &Verdict) -> Option<Rule> {
    match verdict {
        Verdict::Refuse(refusal) => Some(refusal.rule),
        _ => None,
    }
}

/// Somebody who always waits makes an overload.
fn overloaded() -> (Shield, Vec<Place>, Moment) {
    overload_of(&settings())
}

fn overload_of(settings: &ShieldSettings) -> (Shield, Vec<Place>, Moment) {
    let shield = Shield::new(settings, [1; 16]).expect("settings");
    let places = (0..4).map(|n| go(&shield, Class::Operator, n)).collect();
    let _ = wait(&shield, Class::Operator, 9);
    let later = Moment::from_ms(300);
    shield.tick(later, &mut Calls::new());
    assert!(shield.is_overloaded());
    (shield, places, later)
}

#[test]
fn a_part_of_the_places_is_for_those_who_are_known() {
    let shield = shield();
    let places: Vec<_> = (0..3).map(|n| go(&shield, Class::Unknown, n)).collect();
    let (waits, _) = wait(&shield, Class::Parcel, 3);
    let last = go(&shield, Class::Citizen, 4);
    let mut calls = Calls::new();
    shield.leave(last, None, Moment::default(), &mut calls);
    assert!(calls.is_empty(), "the reserve is not given to who waits below");
    for place in places {
        shield.leave(place, None, Moment::default(), &mut calls);
    }
    assert!(matches!(&calls[..], [Call { ticket, decided: Ok(_), .. }] if *ticket == waits));
}

#[test]
fn who_is_suspect_never_waits() {
    let shield = shield();
    let _places: Vec<_> = (0..3).map(|n| go(&shield, Class::Suspect, n)).collect();
    let verdict = judge(&shield, &asked(&shield, Class::Suspect, 9, "/x"), Moment::default()).0;
    assert_eq!(rule_of(&verdict), Some(Rule::Overload));
}

#[test]
fn a_higher_class_displaces_a_lower_and_never_the_reverse() {
    let shield = shield();
    let _places: Vec<_> = (0..4).map(|n| go(&shield, Class::Operator, n)).collect();
    let unknown = wait(&shield, Class::Unknown, 10).0;
    let citizen = wait(&shield, Class::Citizen, 11).0;
    let _others = (wait(&shield, Class::Partner, 12), wait(&shield, Class::Partner, 13));
    let (_, calls) = wait(&shield, Class::Scanner, 14);
    assert!(
        matches!(&calls[..], [Call { ticket, class: Class::Unknown, decided: Err(r) }] if *ticket == unknown && r.rule == Rule::Overload)
    );
    let verdict = judge(&shield, &asked(&shield, Class::Unknown, 15, "/x"), Moment::default()).0;
    assert_eq!(rule_of(&verdict), Some(Rule::Overload));
    assert!(shield.give_up(citizen) && !shield.give_up(citizen) && !shield.give_up(unknown));
    let counts = shield.counts();
    assert_eq!((counts.refused_of(Class::Unknown), counts.waited[Class::Unknown.index()]), (2, 1));
}

#[test]
fn who_waited_too_long_is_told_and_gets_no_place() {
    let shield = shield();
    let mut places: Vec<_> = (0..4).map(|n| go(&shield, Class::Operator, n)).collect();
    let (slow, _) = wait(&shield, Class::Citizen, 10);
    let mut calls = Calls::new();
    shield.tick(Moment::from_ms(2_999), &mut calls);
    assert!(calls.is_empty());
    shield.leave(places.remove(0), None, Moment::from_ms(3_000), &mut calls);
    assert!(matches!(&calls[..], [Call { ticket, decided: Err(r), .. }] if *ticket == slow && r.rule == Rule::Waited));
    let (_late, _) = (go(&shield, Class::Operator, 1), wait(&shield, Class::Citizen, 11));
    calls.clear();
    shield.tick(Moment::from_ms(3_000), &mut calls);
    assert!(matches!(&calls[..], [Call { decided: Err(r), .. }] if r.rule == Rule::Waited && r.retry_after_s >= 5));
}

#[test]
fn what_is_static_or_lasts_holds_no_place() {
    let (shield, _places, now) = overloaded();
    for n in 0..100 {
        let verdict = judge(&shield, &asked(&shield, Class::Unknown, n, "/legal"), now).0;
        assert!(matches!(verdict, Verdict::Go(_)), "{verdict:?}");
        let verdict = judge(&shield, &asked(&shield, Class::Partner, n, "/events"), now).0;
        assert!(matches!(verdict, Verdict::Go(_)), "{verdict:?}");
    }
    assert_eq!(shield.counts().gate.taken, 4);
}

#[test]
fn made_up_searches_are_one_budget() {
    let (shield, _places, now) = overloaded();
    let ask =
        |n: u64, program| Asked { program, ..asked(&shield, Class::Unknown, 1_000 + 300 * n, &format!("/search/{n}")) };
    let rules: Vec<_> = (0..100).map(|n| rule_of(&judge(&shield, &ask(n, true), now).0)).collect();
    assert_eq!(rules.iter().filter(|rule| **rule == Some(Rule::Budget)).count(), 80, "{rules:?}");
    assert_eq!(rule_of(&judge(&shield, &ask(200, false), now).0), Some(Rule::Token), "a person can do something");
    let known = judge(&shield, &asked(&shield, Class::Citizen, 7, "/search/1"), now).0;
    assert!(matches!(known, Verdict::Wait(_)), "{known:?}");
}

#[test]
fn made_up_numbers_are_answered_no_faster_than_others() {
    let no_such = |shield: &Shield, class, times, now| {
        let asked = Asked { suspect_rule: Some(Rule::NoSuchParcel), ..asked(shield, class, 5, "/x") };
        let rules: Vec<_> = (0..times).map(|_| rule_of(&judge(shield, &asked, now).0)).collect();
        let of = |rule| rules.iter().filter(|said| **said == Some(rule)).count();
        assert_eq!(of(Rule::NoSuchParcel) + of(Rule::Rate), rules.len(), "{class:?}: {rules:?}");
        of(Rule::NoSuchParcel)
    };
    let peace = shield();
    assert_eq!(no_such(&peace, Class::Unknown, 1_500, Moment::default()), 1_000);
    assert_eq!(peace.counts().gate.taken, 0, "no place is taken for them");
    let (shield, _places, now) = overloaded();
    assert_eq!(no_such(&shield, Class::Unknown, 100, now), 20);
    assert_eq!(no_such(&shield, Class::Citizen, 100, now), 60);
    assert_eq!(rule_of(&judge(&shield, &asked(&shield, Class::Unknown, 5, "/x"), now).0), Some(Rule::Rate), "one rate");
    let of_the_network = |n: u8| {
        let prefix = Prefix::of(IpAddr::from([203, 0, 113, n]));
        let suspect_rule = Some(Rule::NoSuchParcel);
        let asked = Asked { prefix, suspect_rule, ..asked(&shield, Class::Unknown, 1, "/x") };
        rule_of(&judge(&shield, &asked, now).0) == Some(Rule::NoSuchParcel)
    };
    assert_eq!(
        (0..250).cycle().take(4_000).filter(|n| of_the_network(*n)).count(),
        400,
        "nor from all addresses of a network"
    );
    let settings = ShieldSettings { dry_run: true, ..settings() };
    let dry = Shield::new(&settings, [1; 16]).expect("settings");
    let asked = Asked { suspect_rule: Some(Rule::NoSuchParcel), ..asked(&dry, Class::Unknown, 5, "/x") };
    assert!(matches!(judge(&dry, &asked, Moment::default()).0, Verdict::Go(_)));
}

#[test]
fn numbers_that_exist_find_a_budget_whatever_others_make_up() {
    let settings = ShieldSettings {
        resources: vec![ResourceSettings {
            numbers: Some(true),
            ..ResourceSettings::new("tracking", Kind::Long, &["/track/{number}"])
        }],
        ..settings()
    };
    let (shield, _places, now) = overload_of(&settings);
    let goes = |class, n: u64, now| {
        let asked = asked(&shield, class, 1_000 + 300 * n, "/track/1");
        matches!(judge(&shield, &asked, now).0, Verdict::Go(_))
    };
    // A hundred thousand sources, each new, ten times as fast as the budget of ten a second, for ten seconds.
    let mut existing = 0;
    for n in 0..1_000 {
        let now = now.plus(Duration::from_millis(10 * n));
        goes(Class::Unknown, n, now);
        if n % 20 == 19 {
            existing += u32::from(goes(Class::Parcel, 100_000 + n, now));
        }
    }
    assert_eq!(existing, 50, "five a second of fifty in all");
}

#[test]
fn rates_are_wide_in_peace_and_tight_for_the_unknown_in_an_overload() {
    let served = |shield: &Shield, class, now| {
        let asked = asked(shield, class, 5, "/legal/none");
        let of = |_: &i32| match judge(shield, &asked, now).0 {
            Verdict::Go(place) => {
                shield.leave(place, None, now, &mut Calls::new());
                true
            }
            Verdict::Wait(waiting) => shield.give_up(waiting.ticket),
            Verdict::Refuse(_) => false,
        };
        (0..6_000).filter(of).count()
    };
    assert_eq!(served(&shield(), Class::Unknown, Moment::default()), 1_000);
    let (shield, _places, now) = overloaded();
    assert_eq!(served(&shield, Class::Unknown, now), 20);
    assert_eq!(served(&shield, Class::Citizen, now), 60);
    assert_eq!(served(&shield, Class::Scanner, now), 500, "an id of another class is another id");
    assert_eq!(served(&shield, Class::Operator, now), 6_000);
}

#[test]
fn a_signature_is_for_the_unknown_in_an_overload_and_what_is_forbidden_for_all() {
    let with = |shield: &Shield, class, rule, now| {
        let asked = Asked { suspect_rule: Some(rule), ..asked(shield, class, 5, "/x") };
        rule_of(&judge(shield, &asked, now).0)
    };
    let peace = shield();
    assert_eq!(with(&peace, Class::Unknown, Rule::Signature, Moment::default()), None);
    assert_eq!(with(&peace, Class::Partner, Rule::Forbidden, Moment::default()), Some(Rule::Forbidden));
    assert_eq!(with(&peace, Class::Operator, Rule::Forbidden, Moment::default()), None);
    let (shield, _places, now) = overloaded();
    assert_eq!(with(&shield, Class::Unknown, Rule::Signature, now), Some(Rule::Signature));
    assert_eq!(with(&shield, Class::Citizen, Rule::Signature, now), None);
}

#[test]
fn slow_work_is_no_overload_while_everybody_finds_a_place() {
    let settings = ShieldSettings { places_start: 16, places_max: 16, ..settings() };
    let shield = Shield::new(&settings, [1; 16]).expect("settings");
    let round = |ms| {
        let places: Vec<_> = (0..14).map(|n| go(&shield, Class::Citizen, n)).collect();
        let delay = Some(Duration::from_millis(ms));
        places.into_iter().for_each(|place| shield.leave(place, delay, Moment::default(), &mut Calls::new()));
    };
    (0..3).for_each(|_| round(20));
    (0..9).take_while(|_| shield.counts().gate.places == 16).for_each(|_| round(60));
    let gate = shield.counts().gate;
    assert!(gate.places < 16 && !gate.overloaded, "{gate:?}");
}

#[test]
fn a_setting_out_of_range_makes_no_shield() {
    let settings = ShieldSettings { waiting_max: 0, ..settings() };
    assert_eq!(Shield::new(&settings, [1; 16]).err().map(|e| e.key), Some("waiting_max".into()));
    let unnamed =
        ShieldSettings { resources: vec![ResourceSettings::new("", Kind::Page, &["/"])], ..ShieldSettings::default() };
    assert_eq!(Shield::new(&unnamed, [1; 16]).err().map(|e| e.key), Some("resource.name".into()));
}

#[test]
fn threads_lose_no_place_and_no_ticket() {
    let shield = shield();
    let work = |thread: u64| {
        for n in 0..5_000 {
            let now = Moment::from_ms(n);
            let mut calls = Calls::new();
            let asked = asked(&shield, Class::ALL[1 + (n % 6) as usize], thread * 7 + n % 5, "/x");
            let place = match shield.judge(&asked, now, &mut calls) {
                Verdict::Go(place) => Some(place),
                // Its call went to another thread, which leaves the place there.
                Verdict::Wait(waiting) => {
                    _ = n % 3 == 0 && shield.give_up(waiting.ticket);
                    None
                }
                Verdict::Refuse(_) => None,
            };
            let mut left: Vec<_> = place.into_iter().collect();
            loop {
                left.extend(calls.drain(..).filter_map(|call| call.decided.ok()));
                let Some(place) = left.pop() else { break };
                shield.leave(place, Some(Duration::from_millis(5)), now, &mut calls);
            }
        }
    };
    std::thread::scope(|s| (0..4).for_each(|thread| _ = s.spawn(move || work(thread))));
    let mut calls = Calls::new();
    shield.tick(Moment::from_ms(1_000_000), &mut calls);
    let gate = shield.counts().gate;
    assert_eq!((gate.taken, gate.waiting), (0, [0; Class::COUNT]), "{calls:?}");
}

#[derive(Clone, Copy, Debug)]
enum Step {
    Ask(usize, u64),
    Leave(usize, Option<u64>),
    GiveUp(usize),
    Tick,
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        5 => (0..Class::COUNT, 0_u64..20).prop_map(|(class, source)| Step::Ask(class, source)),
        3 => (any::<usize>(), prop::option::of(0_u64..200)).prop_map(|(n, ms)| Step::Leave(n, ms)),
        1 => any::<usize>().prop_map(Step::GiveUp),
        1 => Just(Step::Tick),
    ]
}

proptest! {
    /// Whatever happens in whatever order: every place that is out is counted, everybody who waits is called once, and nobody
    /// waits beside a place that is free for them.
    #[test]
    fn places_and_tickets_are_conserved(steps in prop::collection::vec(step(), 1..400)) {
        let shield = shield();
        let (mut out, mut waiting): (Vec<Place>, Vec<(Ticket, Class)>) = (Vec::new(), Vec::new());
        for (at, step) in (0_u64..).zip(steps) {
            let now = Moment::from_ms(at * 20);
            let mut calls = Calls::new();
            match step {
                Step::Ask(class, source) => match shield.judge(&asked(&shield, Class::ALL[class], source, "/x"), now, &mut calls) {
                    Verdict::Go(place) => out.push(place),
                    Verdict::Wait(new) => waiting.push((new.ticket, Class::ALL[class])),
                    Verdict::Refuse(refusal) => prop_assert!(refusal.retry_after_s > 0),
                },
                Step::Leave(n, ms) if !out.is_empty() => {
                    let place = out.swap_remove(n % out.len());
                    shield.leave(place, ms.map(Duration::from_millis), now, &mut calls);
                }
                Step::GiveUp(n) if !waiting.is_empty() => {
                    let (ticket, _) = waiting.swap_remove(n % waiting.len());
                    prop_assert!(shield.give_up(ticket));
                }
                Step::Tick => shield.tick(now, &mut calls),
                _ => {}
            }
            for call in calls {
                let found = waiting.iter().position(|(ticket, class)| *ticket == call.ticket && *class == call.class);
                waiting.swap_remove(found.expect("one call for one who waits"));
                out.extend(call.decided.ok());
            }
            let gate = shield.counts().gate;
            prop_assert_eq!(gate.taken as usize, out.len());
            prop_assert_eq!(gate.waiting.iter().sum::<u32>() as usize, waiting.len());
            prop_assert!(waiting.len() <= 4);
            // After a tick nobody who is known waits beside a free place.
            if matches!(step, Step::Tick) && waiting.iter().any(|(_, class)| *class >= Class::Citizen) {
                prop_assert!(gate.taken >= gate.places);
            }
        }
    }
}

#[test]
fn new_settings_take_over_in_an_overload_and_forget_nobody() {
    let (shield, mut places, now) = overloaded();
    let flood = asked(&shield, Class::Unknown, 77, "/search/x");
    let refused = (0..40).filter(|_| rule_of(&judge(&shield, &flood, now).0) == Some(Rule::Rate)).count();
    assert!(refused > 0, "the flood has used up its rate");
    let mut settings = settings();
    settings.resources.swap(0, 1);
    settings.places_max = 5;
    let renewed = shield.renewed(&settings).expect("settings");
    assert!(renewed.is_overloaded(), "an overload is not over because somebody wrote a file");
    let again = asked(&renewed, Class::Unknown, 77, "/search/x");
    assert_eq!(rule_of(&judge(&renewed, &again, now).0), Some(Rule::Rate), "nor has the flood its rate anew");
    let counts = renewed.counts();
    assert_eq!((counts.gate.taken, counts.gate.overloads), (0, 1));
    assert_eq!(counts.refused_of(Class::Unknown), shield.counts().refused_of(Class::Unknown), "they go on");
    // Who waits in the old one is called there, and its places are left there.
    let mut calls = Calls::new();
    shield.leave(places.pop().expect("a place"), None, now, &mut calls);
    assert!(matches!(&calls[..], [Call { decided: Ok(_), .. }]), "{calls:?}");
    assert_eq!(renewed.counts().gate.taken, 0);
    settings.places_min = 0;
    assert_eq!(shield.renewed(&settings).err().expect("unfit").key, "places_min");
}

#[test]
fn how_long_the_work_takes_is_known_of_a_resource_by_its_name() {
    let shield = shield();
    for n in 0..32 {
        let asked = asked(&shield, Class::Operator, n, "/label");
        let Verdict::Go(place) = judge(&shield, &asked, Moment::default()).0 else { panic!("no place") };
        shield.leave(place, Some(Duration::from_millis(30)), Moment::default(), &mut Calls::new());
    }
    let mut settings = settings();
    settings.resources.rotate_left(1);
    let floors = shield.renewed(&settings).expect("settings").counts().gate.floors_us;
    assert_eq!(floors, [None, None, None, None, Some(30_000)]);
}
