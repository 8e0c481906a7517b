//! What is seen: on a screen of two widths, in both languages, on paper.

use super::{
    paper,
    screen::{Picture, draw},
    text::{inert, span},
    verdict,
    words::words,
};
use crate::cli::Lang;
use ratatui::{Terminal, backend::TestBackend};
use server::HealthAnswer;
use std::time::Duration;

/// A carrier whose labels went slow and then dark, and whose tracking is on its way back.
fn dark() -> HealthAnswer {
    let minute = |place: u32| match place {
        0..20 => serde_json::json!({"calls": 10, "failed": 0, "typical_ms": 200.0}),
        20..30 => serde_json::json!({"calls": 10, "failed": 1, "typical_ms": 1_600.0}),
        30..40 => serde_json::json!({"calls": 0, "failed": 0}),
        _ => serde_json::json!({"calls": 4, "failed": 4, "typical_ms": 12_340.0}),
    };
    let label: Vec<_> = (0..60).map(minute).collect();
    let tracking: Vec<_> = (0..60).map(|_| serde_json::json!({"calls": 1, "failed": 0, "typical_ms": 90.0})).collect();
    let at = "2025-12-22T11:39:00.000Z";
    let answer = serde_json::json!({
        "at": "2025-12-22T11:40:07.000Z",
        "carriers": [{
            "carrier": "colissimo", "condition": "dark", "incident": 7, "verdict": "carrier",
            "evidence": [
                {"kind": "loopback", "points": "away_from_us", "at": at, "seen": 12, "bad": 0},
                {"kind": "layer", "points": "at_carrier", "at": at, "seen": 15, "bad": 12},
                {"kind": "telepathy", "points": "nowhere", "at": at, "seen": 1, "bad": 1},
            ],
            "functions": [
                {"function": "label", "condition": "dark", "since": "2025-12-22T11:20:00.000Z", "up_s": 0,
                 "canary_passes": false, "usual_ms": 200.0, "hour": label},
                {"function": "tracking", "condition": "under_watch", "since": "2025-12-21T09:00:00.000Z",
                 "relapse_odds": 0.12, "odds_bound": 0.022, "up_s": 4_320, "canary_passes": true,
                 "hour": tracking},
            ],
        }],
        "ourselves": [
            {"kind": "disk", "points": "away_from_us", "at": at, "seen": 30, "bad": 0},
            {"kind": "lag", "points": "at_us", "at": at, "seen": 30, "bad": 29},
        ],
    });
    serde_json::from_value(answer).expect("an answer")
}

fn empty() -> HealthAnswer {
    HealthAnswer { at: "2025-12-22T11:40:07.000Z".into(), carriers: Vec::new(), ourselves: Vec::new() }
}

fn drawn(health: HealthAnswer, stale: Option<&str>, lang: Lang, (width, height): (u16, u16)) -> String {
    let (stale, url) = (stale.map(str::to_owned), "http://127.0.0.1:8080".to_owned());
    let picture = Picture { health, stale, url, every: Duration::from_secs(2), lang };
    let mut terminal = Terminal::new(TestBackend::new(width, height)).expect("a terminal");
    terminal.draw(|frame| draw(frame, &picture, &mut 0)).expect("drawn");
    terminal.backend().to_string()
}

fn says(screen: &str, all: &[&str]) {
    for one in all {
        assert!(screen.contains(one), "{one:?} is missing in\n{screen}");
    }
}

#[test]
fn a_dark_function_is_told_at_80_columns_in_both_languages() {
    let screen = drawn(dark(), None, Lang::En, (80, 24));
    let latency = format!("latency {}{}{}{} 12.3 s", " ".repeat(20), "▄".repeat(10), " ".repeat(10), "█".repeat(20));
    let errors = format!("{}{}{}{}", "▁".repeat(20), "▃".repeat(10), " ".repeat(10), "█".repeat(20));
    says(
        &screen,
        &[
            " Tournée  the carriers, as of 12:40:07 (Paris time)",
            " colissimo   dark  · incident 7 · at fault: the carrier",
            " labels      dark               since 12:20 (20 min) · usually 200 ms",
            "no canary passed lately",
            &latency,
            "errors                                          ████████████████████ 100 %",
            &errors,
            " tracking    under watch        since 21 Dec 10:00 (1 d 02 h)",
            "up again for 1 h 12 min · canary passes",
            "relapse within the hour 12 % ≥ bound 2.20 %",
            "evidence our loop-back · clears us · 12 seen · 12:39",
            "how far failed calls came · points at the carrier · 12 of 15 bad",
            "telepathy · points nowhere",
            "ourselves our disk: ok · our timers: 29 of 30 bad",
            "blank without calls",
            "q quits",
        ],
    );
    let screen = drawn(dark(), None, Lang::Fr, (80, 24));
    says(
        &screen,
        &[
            " Tournée  les transporteurs, état à 12:40:07 (heure de Paris)",
            " colissimo   muet  · incident 7 · en cause : le transporteur",
            " étiquettes  muet               depuis 12:20 (20 min) · d'habitude 200 ms",
            " suivi       sous surveillance  depuis 21 déc. 10:00 (1 j 02 h)",
            "latence                     ▄▄▄▄▄▄▄▄▄▄          ████████████████████ 12,3 s",
            "rechute dans l'heure 12 % ≥ borne 2,20 %",
            "indices  notre propre adresse · hors de cause : nous · vu 12 fois",
            "nous-mêmes notre disque : ok · nos minuteries : 29 sur 30 en défaut",
            "vide sans appel",
            "q quitte",
        ],
    );
}

#[test]
fn a_wide_screen_has_the_evidence_beside_the_functions_and_the_counts() {
    for (lang, beside, count) in [
        (Lang::En, "usually 200 ms              evidence our loop-back", "calls in the hour: 380, failed: 90"),
        (
            Lang::Fr,
            "d'habitude 200 ms          indices  notre propre adresse",
            "appels dans l'heure : 380, en échec : 90",
        ),
    ] {
        let screen = drawn(dark(), None, lang, (140, 30));
        says(&screen, &[beside, count, "█".repeat(20).as_str()]);
        assert!(screen.lines().count() >= 30 && screen.contains("telepathy"), "{screen}");
    }
}

#[test]
fn where_nothing_was_called_that_is_said() {
    says(&drawn(empty(), None, Lang::En, (80, 24)), &["No carrier has been called yet", "not probed in the last five"]);
    says(&drawn(empty(), None, Lang::Fr, (80, 24)), &["Aucun transporteur n'a encore été appelé", "pas sondés dans"]);
    assert_eq!(verdict(&empty(), Lang::En), Ok(()));
    let mut never = dark();
    never.carriers[0].functions[0].since = None;
    says(&paper(&never, Lang::En, 80), &["dark               always so far · usually 200 ms"]);
}

#[test]
fn what_is_no_longer_fresh_says_so_and_stays() {
    let screen = drawn(dark(), Some("the server does not answer"), Lang::En, (80, 24));
    says(&screen, &["as of 12:40:07, the server does not answer; asked again every 2 s", "labels      dark"]);
    let screen = drawn(dark(), Some("le serveur ne répond pas"), Lang::Fr, (80, 24));
    says(&screen, &["état à 12:40:07, le serveur ne répond pas ; essai toutes les 2 s", "étiquettes  muet"]);
}

#[test]
fn hostile_text_is_inert() {
    let evil = "co\u{1b}[2J\u{9b}31m\r\n\u{202e}li\u{200b}ssimo";
    let mut health = dark();
    let carrier = &mut health.carriers[0];
    for text in [&mut carrier.carrier, &mut carrier.condition, &mut carrier.verdict] {
        *text = evil.into();
    }
    let function = &mut carrier.functions[0];
    (function.function, function.since, function.condition) = (evil.into(), Some(evil.into()), "x".repeat(100_000));
    function.usual_ms = Some(f64::INFINITY);
    function.hour[59].typical_ms = Some(-1.0);
    let one = &mut health.carriers[0].evidence[0];
    (one.kind, one.points, one.at) = (evil.into(), evil.into(), evil.into());
    health.ourselves[0].kind = evil.into();
    let text = paper(&health, Lang::En, 80);
    assert!(text.contains("co�[2J�31m���li�ssimo"), "{text}");
    let foul = |c: char| (c.is_control() && c != '\n') || matches!(c, '\u{200b}' | '\u{202e}');
    assert!(!text.contains(foul), "{text:?}");
    assert!(text.lines().all(|line| line.chars().count() < 200), "{text}");
    health.at = evil.into();
    for (width, height) in [(1, 1), (3, 2), (20, 5), (80, 24), (140, 60)] {
        assert!(!drawn(health_again(&health), Some(&inert(evil)), Lang::Fr, (width, height)).contains(foul));
    }
    assert!(verdict(&health, Lang::En).is_err_and(|fault| !fault.message.contains(foul)));
}

/// The same answer once more.
fn health_again(health: &HealthAnswer) -> HealthAnswer {
    let mut value = serde_json::to_value(health).expect("JSON");
    value["carriers"][0]["functions"][0]["usual_ms"] = serde_json::json!(1e300);
    serde_json::from_value(value).expect("an answer")
}

#[test]
fn on_paper_it_is_one_plain_table() {
    let text = paper(&dark(), Lang::En, 80);
    let latency =
        format!("\n   latency {}{}{}{} 12.3 s\n", "▃".repeat(20), "▆".repeat(10), " ".repeat(10), "█".repeat(20));
    says(
        &text,
        &[
            " the carriers, as of 22 Dec 12:40 (Paris time)\n\n colissimo   dark  · incident 7",
            &latency,
            "\n tracking    under watch        since 21 Dec 10:00 (1 d 02 h)\n",
        ],
    );
    assert!(text.lines().all(|line| line.chars().count() <= 80 && line.trim_end() == line), "{text}");
    says(&paper(&dark(), Lang::Fr, 80), &["les transporteurs, état du 22 déc. 12:40 (heure de Paris)"]);
    let fault = verdict(&dark(), Lang::Fr).expect_err("dark");
    assert_eq!((fault.exit as u8, fault.message.as_str()), (1, "ne va pas bien : colissimo (muet)"));
}

#[test]
fn spans_are_for_people() {
    let said = [(59, Lang::En), (3_599, Lang::En), (3_720, Lang::Fr), (90_000, Lang::Fr)];
    assert_eq!(said.map(|(s, lang)| span(s, words(lang))), ["59 s", "59 min", "1 h 02 min", "1 j 01 h"]);
}

#[test]
fn what_does_not_fit_can_be_scrolled_to_and_no_further() {
    let url = "http://127.0.0.1:8080".to_owned();
    let picture = Picture { health: dark(), stale: None, url, every: Duration::from_secs(2), lang: Lang::En };
    let mut terminal = Terminal::new(TestBackend::new(80, 10)).expect("a terminal");
    let mut above = u16::MAX;
    terminal.draw(|frame| draw(frame, &picture, &mut above)).expect("drawn");
    says(&terminal.backend().to_string(), &["errors 0–100 %", "q quits · ↑↓ scrolls 18/18"]);
    assert_eq!(above, 10);
}
