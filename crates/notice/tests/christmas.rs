//! The 52 hours of 22 to 24 December through watch and herald: what is said, when, in both languages.
//!
//! Every message of the first hours and the last is kept in `christmas.txt`, to be read by people. After a change of the
//! words the test says where the new text is; it is copied over the old one once somebody has read it.

#[path = "../../watch/tests/christmas/day.rs"]
mod day;

use clock::Time;
use day::{Day, paris};
use notice::{Herald, HeraldSettings, Lang, Level, Says, Update, Words, Work};
use std::{fmt::Write, time::Duration};
use watch::{Class, Control, Function, Observation, Outside, Reached, Source, Transition, Watch, What};

const PAGE: &str = "https://carrier.example/status";
/// What is kept of each language: from, to.
const KEPT: [(&str, &str); 3] = [
    ("2025-12-22T06:00:00", "2025-12-22T18:00:00"),
    ("2025-12-23T12:20:00", "2025-12-23T13:40:00"),
    ("2025-12-24T10:00:00", "2025-12-24T14:00:00"),
];

fn settings() -> HeraldSettings {
    HeraldSettings { official_url: Some(PAGE.into()), ..HeraldSettings::default() }
}

/// Facts and messages of the days. Our own loop-back is well all the time; the carrier's page confirms on the 23rd.
fn days(seed: u64) -> (Vec<Transition>, Vec<Update>) {
    let (mut herald, mut facts, mut said) = (Herald::new(settings()), Vec::new(), Vec::new());
    let functions = &[Function::Label, Function::Pickup];
    Day { seed, functions }.live(paris("2025-12-24T14:00:00"), |watch, now, new| {
        look_elsewhere(watch, now);
        for fact in new {
            if matches!(fact.what, What::Restored { .. }) {
                herald.work(&fact.carrier, Work { sent: 1_204, need_answer: 37 });
            }
            herald.take(fact);
        }
        facts.extend_from_slice(new);
        let health = watch.carriers().filter_map(|carrier| watch.health(carrier, now));
        if herald.is_busy() && now.unix_ms() % 10_000 == 0 {
            herald.seen(&health.collect::<Vec<_>>(), now);
        }
        said.extend(herald.due(now));
    });
    (facts, said)
}

fn look_elsewhere(watch: &mut Watch, now: Time) {
    let mut tell = |source, class| {
        let seen = Observation { at: now, source, reached: Reached::Whole, class, latency: None };
        watch.observe(&seen);
    };
    if now.unix_ms() % 10_000 == 0 {
        tell(Source::Control(Control::Loopback), Class::Answered);
        tell(Source::Control(Control::OutsideAddress), Class::Answered);
    }
    let confirms = now >= paris("2025-12-23T12:30:00") && now < paris("2025-12-24T10:15:00");
    if confirms && now.unix_ms() % 300_000 == 0 {
        tell(Source::Outside(watch::Carrier::new("colissimo"), Outside::Official), Class::Unavailable);
    }
}

fn text(update: &Update) -> String {
    Words::of(Lang::English).update(update, update.at).lines.join("\n")
}

#[test]
fn a_first_cautious_word_within_two_minutes_no_restored_before_it_is_and_every_promise_kept() {
    for seed in 0..3 {
        let (facts, said) = days(seed);
        let first = said.first().expect("a message");
        let after = first.at.since(paris("2025-12-22T06:24:00"));
        assert!(first.at > paris("2025-12-22T06:24:00") && after <= Duration::from_secs(120), "seed {seed}: {after:?}");
        assert_eq!(first.level(), Some(Level::Observed));
        assert!(text(first).contains("take much longer than usual"), "it is slow and not down: {}", text(first));

        let back = paris("2025-12-24T10:15:00");
        for update in said.iter().filter(|update| update.at < back) {
            let restored = Lang::ALL.iter().any(|lang| {
                let spoken = Words::of(*lang).update(update, update.at);
                let all = format!("{}\n{}", spoken.headline, spoken.lines.join("\n")).to_lowercase();
                all.contains("restored") || all.contains("rétabli ")
            });
            assert!(!restored, "seed {seed}: {}", text(update));
        }
        let last = said.last().expect("a message");
        assert!(matches!(last.claims.first().map(|claim| &claim.says), Some(Says::Restored { sent: Some(1_204), .. })));
        assert_eq!((last.level(), last.next_by), (Some(Level::Restored), None));

        let relapses: Vec<&Transition> = facts.iter().filter(|fact| is_relapse_of_what_was_said(fact, &said)).collect();
        assert!(relapses.len() > 10, "seed {seed}: {} relapses", relapses.len());
        for fact in relapses {
            let soon = |update: &&Update| update.at >= fact.at && update.at.since(fact.at) <= Duration::from_secs(5);
            let word = said.iter().find(soon).map(text).unwrap_or_default();
            assert!(word.contains("did not hold"), "seed {seed}: {fact:?} is not said: {word}");
        }
        for pair in said.windows(2) {
            let [before, after] = pair else { continue };
            assert!(before.next_by.is_some_and(|by| after.at <= by), "seed {seed}: late after {before:?}");
        }
    }
}

/// Whether a function fell again of which the last that was said is that it is on its way back.
fn is_relapse_of_what_was_said(fact: &Transition, said: &[Update]) -> bool {
    let What::Relapsed { function, .. } = fact.what else { return false };
    let before = said.iter().filter(|update| update.at < fact.at).rev();
    let mut claims = before.flat_map(|update| &update.claims).filter(|claim| claim.function == Some(function));
    claims.next().is_some_and(|last| matches!(last.says, Says::Signs | Says::UnderWatch))
}

/// A message as the file has it: sentence by sentence, French above English.
fn block(update: &Update) -> String {
    let [french, english] = Lang::ALL.map(|lang| Words::of(lang).update(update, update.at));
    let mut text = format!("{} {:?} {}\n", update.at.to_paris(), update.id, update.level().map_or("none", Level::name));
    let lines = french.lines.iter().zip(&english.lines);
    for (french, english) in std::iter::once((&french.headline, &english.headline)).chain(lines) {
        let _ = writeln!(text, "  {}\n  {}", shown(french), shown(english));
    }
    for lang in Lang::ALL {
        let _ = writeln!(text, "  SMS: {}", Words::of(lang).short(update, update.at));
    }
    text
}

/// With its no-break spaces in sight: `_` the wide ones, `~` the narrow ones.
fn shown(text: &str) -> String {
    text.replace('\u{a0}', "_").replace('\u{202f}', "~")
}

#[test]
#[expect(clippy::disallowed_methods, reason = "the new text is left for whoever reads it")]
fn the_messages_of_the_days_read_as_they_were_read_before() {
    let (_, said) = days(0);
    let is_kept = |update: &&Update| KEPT.iter().any(|(from, to)| update.at >= paris(from) && update.at < paris(to));
    let now: String = said.iter().filter(is_kept).map(|update| block(update) + "\n").collect();
    let before = include_str!("christmas.txt");
    if now != before {
        let path = concat!(env!("CARGO_TARGET_TMPDIR"), "/christmas.txt");
        std::fs::write(path, &now).expect("written");
        let line = now.lines().zip(before.lines()).find(|(now, before)| now != before);
        panic!("the words have changed, first at {line:#?}; all of them are in {path}");
    }
}
