use super::*;
use crate::{Counts, Method, Stage, UpdateId, Window};
use fluent_bundle::FluentResource;
use std::{collections::BTreeMap, time::Duration};
use watch::IncidentId;

fn at(paris: &str) -> Time {
    Time::from_paris(paris).expect("a moment")
}

fn claim(says: Says, function: Option<Function>, since: &str, now: &str) -> Claim {
    let (since, now) = (at(since), at(now));
    Claim {
        carrier: Carrier::new("colissimo"),
        function,
        says,
        since,
        seen_by: SeenBy::Ourselves,
        window: Window { from: now.minus(Duration::from_secs(900)), to: now },
        counts: Some(Counts { n: 1_040, bad: 1_038 }),
        method: Method::Calls,
        confidence: None,
        made: now,
        expires: now.plus(Duration::from_secs(12 * 3_600)),
    }
}

fn check(claim: &Claim, now: &str, french: &str, english: &str) {
    let said = |lang| Words::of(lang).claim(claim, at(now)).expect("a live claim");
    assert_eq!(said(Lang::French), french.replace('_', "\u{a0}").replace('~', "\u{202f}"));
    assert_eq!(said(Lang::English), english.replace('_', "\u{a0}"));
}

#[test]
fn the_same_is_said_in_both_languages() {
    let (morning, label) = ("2025-12-22T06:24:30", Some(Function::Label));
    let slow =
        Says::Failing { condition: Condition::Slow, seen_ms: Some(14_200), usual_ms: Some(880), ourselves_well: true };
    check(
        &claim(slow, label, morning, "2025-12-22T06:25:00"),
        "2025-12-22T06:25:00",
        "Depuis 6_h_24, nous constatons que les demandes d’étiquette vers Colissimo prennent beaucoup plus de temps que \
         d’habitude_: 14_s au lieu de 0,9_s. 1~038 sur 1~040 ont échoué au cours des 15 dernières minutes. Notre service \
         répond normalement.",
        "Since 06:24 we observe that label requests to Colissimo take much longer than usual: 14_s instead of 0.9_s. 1,038 of \
         1,040 failed in the last 15 minutes. Our own service answers normally.",
    );
    check(
        &claim(Says::Signs, label, "2025-12-22T16:00:10", "2025-12-22T16:20:00"),
        "2025-12-22T16:20:00",
        "Signes de retour_: une partie des demandes d’étiquette aboutit de nouveau depuis 16_h. Ce retour peut ne pas durer~; \
         vous n’avez rien à refaire.",
        "Signs of recovery: some label requests succeed again since 16:00. This may not last; there is nothing for you to redo.",
    );
    let relapsed = Says::Relapsed { seen_at: at("2025-12-22T16:00:10"), condition: Condition::Dark };
    check(
        &claim(relapsed, label, "2025-12-22T16:50:00", "2025-12-22T16:51:00"),
        "2025-12-23T00:10:00",
        "Le retour constaté le 22_décembre à 16_h n’a pas tenu_: depuis le 22_décembre à 16_h_50, les demandes d’étiquette \
         échouent de nouveau.",
        "The return seen at 16:00 on 22_December did not hold: since 16:50 on 22_December label requests fail again.",
    );
    let restored = Says::Restored { sent: Some(1_204), need_answer: Some(1) };
    check(
        &claim(restored, None, "2025-12-24T10:15:00", "2025-12-24T12:56:00"),
        "2025-12-24T12:56:00",
        "Rétabli depuis 10_h_15. Étiquettes en attente_: 1~204 émises, 1 attend votre réponse.",
        "Restored since 10:15. Delayed labels: 1,204 sent, 1 needs your answer.",
    );
}

#[test]
fn what_has_expired_is_not_said() {
    let old = claim(Says::UnderWatch, Some(Function::Pickup), "2025-12-22T06:24:00", "2025-12-22T06:25:00");
    let late = old.expires;
    assert_eq!(Words::of(Lang::French).claim(&old, late), None);
    let update = Update {
        id: UpdateId(1),
        incident: IncidentId(0),
        carrier: old.carrier.clone(),
        at: old.made,
        stage: Stage::Monitoring,
        verdict: Verdict::Carrier,
        claims: vec![old],
        remark: None,
        next_by: Some(late.minus(Duration::from_secs(60))),
    };
    let spoken = Words::of(Lang::English).update(&update, late);
    assert_eq!(spoken.level, None);
    assert_eq!(
        spoken.lines,
        [
            "Nothing newer is known at present.",
            "We do not know when it will be over. The message that was promised by 18:24 is late."
        ]
    );
}

/// The messages of a file, each with the names of what is put in.
fn messages(text: &str) -> BTreeMap<String, Vec<String>> {
    FluentResource::try_new(text.to_owned()).map_err(|(_, errors)| errors).expect("a file without faults");
    let mut all: BTreeMap<String, Vec<String>> = BTreeMap::new();
    let mut last = String::new();
    for line in text.lines().filter(|line| !line.starts_with('#')) {
        if let Some((id, _)) = line.split_once(" = ").filter(|_| !line.starts_with(' ')) {
            last = id.to_owned();
        }
        let names = all.entry(last.clone()).or_default();
        for piece in line.split('$').skip(1) {
            names.push(piece.chars().take_while(|c| c.is_ascii_alphanumeric() || *c == '-').collect());
        }
    }
    for names in all.values_mut() {
        // By which a form is chosen: one language may need it where the other does not.
        names.retain(|name| !matches!(name.as_str(), "bad" | "last" | "sent" | "need"));
        names.sort();
        names.dedup();
    }
    all
}

#[test]
fn both_files_have_the_same_texts_with_the_same_names_in_them() {
    assert_eq!(messages(include_str!("fr.ftl")), messages(include_str!("en.ftl")));
}

#[test]
fn a_text_message_is_one_and_in_its_own_alphabet() {
    let slow = Says::Failing { condition: Condition::Dark, seen_ms: None, usual_ms: None, ourselves_well: false };
    let claim = claim(slow, Some(Function::Pickup), "2025-12-22T06:24:00", "2025-12-22T23:50:00");
    for lang in Lang::ALL {
        let update = Update {
            id: UpdateId(1),
            incident: IncidentId(0),
            carrier: claim.carrier.clone(),
            at: claim.made,
            stage: Stage::Investigating,
            verdict: Verdict::Unknown,
            claims: vec![claim.clone()],
            remark: None,
            next_by: Some(claim.made.plus(Duration::from_secs(3_000))),
        };
        let text = Words::of(lang).short(&update, claim.made);
        assert!(text.chars().count() <= 160, "{text}");
        let basic = |c: char| c.is_ascii() || "èéùìòÇØøÅåÄÖÑÜäöñüà".contains(c);
        assert!(text.chars().all(basic), "{text}");
    }
}
