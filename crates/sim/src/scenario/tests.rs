use super::*;
use proptest::prelude::*;

fn day() -> Scenario {
    Scenario::builtin_day().expect("the built-in scenario")
}

fn paris(text: &str) -> Time {
    Time::from_paris(text).expect("a moment")
}

/// `dark`, `slow ×20 10 %` or `fair`.
fn shown(weather: &Weather) -> String {
    match weather {
        w if w.dark => "dark".into(),
        w if w.latency_factor == 1.0 && w.error_rate == 0.0 => "fair".into(),
        w => format!("slow ×{} {:.0} %", w.latency_factor, w.error_rate * 100.0),
    }
}

#[test]
fn the_weather_at_each_told_moment() {
    let cases = [
        ("2025-12-22T05:00:00", "fair", "fair"),
        ("2025-12-22T06:23:59", "fair", "fair"),
        ("2025-12-22T06:24:00", "slow ×20 10 %", "fair"),
        ("2025-12-22T08:00:00", "slow ×40 60 %", "slow ×40 60 %"),
        ("2025-12-22T08:06:59", "slow ×40 60 %", "slow ×40 60 %"),
        ("2025-12-22T08:07:00", "dark", "dark"),
        ("2025-12-22T08:17:59", "dark", "dark"),
        ("2025-12-22T08:18:00", "slow ×40 60 %", "slow ×40 60 %"),
        ("2025-12-22T12:00:00", "dark", "dark"),
        ("2025-12-22T16:00:00", "slow ×3 25 %", "slow ×3 25 %"),
        ("2025-12-22T16:50:00", "dark", "dark"),
        ("2025-12-23T03:00:00", "dark", "dark"),
        ("2025-12-23T12:30:00", "slow ×8 35 %", "dark"),
        ("2025-12-23T12:50:00", "dark", "dark"),
        ("2025-12-24T09:40:00", "slow ×8 35 %", "dark"),
        ("2025-12-24T10:14:59", "dark", "dark"),
        ("2025-12-24T10:15:00", "fair", "fair"),
        ("2025-12-31T23:00:00", "fair", "fair"),
        ("2026-01-01T03:30:00", "dark", "dark"),
        ("2026-01-01T17:00:00", "fair", "fair"),
    ];
    let day = day();
    for (at, label, tracking) in cases {
        assert_eq!(shown(&day.at(paris(at), Function::Label)), label, "labels at {at}");
        assert_eq!(shown(&day.at(paris(at), Function::Tracking)), tracking, "tracking at {at}");
    }
}

#[test]
fn the_sections_about_people_are_kept() {
    let day = day();
    assert_eq!(day.support.map(|s| (s.requests_by_noon, s.requests_over_the_day)), Some((300, 800)));
    assert_eq!(day.official.map(|o| o.confirmed_at), Some(paris("2025-12-23T12:30:00")));
    assert_eq!(day.services.map(|s| (s.fell.len(), s.held.len())), Some((6, 6)));
    assert_eq!(day.baseline, Baseline::default());
}

const HEAD: &str =
    "name = \"x\"\nzone = \"Europe/Paris\"\nstart = \"2025-12-22T05:00:00\"\nend = \"2025-12-22T06:00:00\"\n";

#[track_caller]
fn refused(body: &str, line: usize, key: &str, says: &str) {
    let error = Scenario::parse("day.toml", &format!("{HEAD}{body}")).expect_err("a refusal");
    assert_eq!((error.file.as_str(), error.line, error.key.as_str()), ("day.toml", line, key), "{error}");
    assert!(error.problem.contains(says), "{error}");
}

#[test]
fn what_is_not_understood_is_refused_with_its_line() {
    let phase = "[[phase]]\nat = \"2025-12-22T05:10:00\"\nfunctions = [\"label\"]\n";
    refused("colour = 1\n", 5, "colour", "unknown field");
    refused(&format!("{phase}eror_rate = 0.1\n"), 8, "eror_rate", "error_rate");
    refused(&format!("{phase}error_rate = 1.5\n"), 8, "error_rate", "0.0 to 1.0");
    refused(&format!("{phase}error_rate = \"much\"\n"), 8, "error_rate", "invalid type");
    refused(&format!("{phase}latency_factor = -1.0\n"), 8, "latency_factor", "as in peace");
    refused(&format!("{phase}latency_factor = nan\n"), 8, "latency_factor", "as in peace");
    refused(&format!("{phase}dark_as = [\n \"reset\",\n \"dragon\",\n]\n"), 10, "dark_as", "dragon");
    refused(&format!("{phase}dark_as = []\n"), 8, "dark_as", "at least one");
    refused(&format!("{phase}alternate_minutes = [0, 5]\n"), 8, "alternate_minutes", "first slow, then dark");
    refused(&format!("{phase}alternate_minutes = [5]\n"), 8, "alternate_minutes", "");
    refused(
        &format!("{phase}dark = true\nalternate_minutes = [5, 5]\n"),
        9,
        "alternate_minutes",
        "dark or it alternates",
    );
    refused(
        &format!("{phase}[[phase]]\nat = \"2025-12-22T05:09:00\"\nfunctions = [\"label\"]\n"),
        9,
        "at",
        "order of time",
    );
    refused("[[phase]]\nat = \"6h24\"\nfunctions = [\"label\"]\n", 6, "at", "2025-12-22T06:24:00");
    refused("[[phase]]\nat = \"2025-12-22T05:10:00\"\nfunctions = []\n", 7, "functions", "at least one");
    refused("[[again]]\nfrom = \"2026-01-01T17:00:00\"\nuntil = \"2026-01-01T03:30:00\"\n", 7, "until", "after `from`");
    refused("[baseline]\nlatency_ms = 60001\n", 6, "latency_ms", "60000 ms");
    refused("[support]\nrequests = 3\n", 6, "requests", "unknown field");
}

#[test]
fn the_head_must_make_sense() {
    let swapped = HEAD.replace("2025-12-22T06:00:00", "2025-12-22T05:00:00");
    assert_eq!(Scenario::parse("d", &swapped).map_err(|e| (e.line, e.key)), Err((4, "end".into())));
    let elsewhere = HEAD.replace("Europe/Paris", "Europe/London");
    assert_eq!(Scenario::parse("d", &elsewhere).map_err(|e| (e.line, e.key)), Err((2, "zone".into())));
    assert!(Scenario::parse("d", "name = \n").is_err());
    assert!(Scenario::parse("d", "").is_err());
    let missing = Scenario::load(std::path::Path::new("/nowhere/at-all.toml")).expect_err("no such file");
    assert!(missing.to_string().contains("check the path"));
}

#[test]
fn a_demonstration_shows_every_phase() {
    let (day, start) = (day(), Time::from_unix_ms(1_000_000));
    let total = Duration::from_secs(45);
    let shown = day.compressed(total, start);
    assert_eq!(shown.at(start), day.start);
    assert_eq!(shown.at(Time::from_unix_ms(0)), day.start);
    assert_eq!(shown.at(start.plus(total)), day.end);
    assert_eq!(shown.at(start.plus(total + Duration::from_secs(60))), day.end.plus(Duration::from_secs(60)));
    let seen: Vec<Time> = day.turns().iter().filter_map(|t| shown.when(*t)).collect();
    for pair in seen.windows(2) {
        assert!(
            pair[1].since(pair[0]) >= Duration::from_millis(999),
            "a phase is shown for {:?}",
            pair[1].since(pair[0])
        );
    }
    let night = shown.when(paris("2025-12-23T12:30:00")).zip(shown.when(paris("2025-12-22T16:50:00")));
    let lull = shown.when(paris("2025-12-22T16:50:00")).zip(shown.when(paris("2025-12-22T16:00:00")));
    let long = |pair: Option<(Time, Time)>| pair.map(|(b, a)| b.since(a).as_secs_f64()).unwrap_or_default();
    assert!(long(night) > 3.0 * long(lull), "longer phases are shown for longer");
}

#[test]
fn too_little_time_is_shared_alike() {
    let (day, start) = (day(), Time::from_unix_ms(0));
    let shown = day.compressed(Duration::from_secs(4), start);
    assert_eq!(shown.at(start.plus(Duration::from_millis(500))), day.phases[0].at);
    assert_eq!(shown.at(start.plus(Duration::from_secs(4))), day.end);
}

#[test]
fn a_speed_is_a_speed() {
    let (day, start) = (day(), Time::from_unix_ms(5_000));
    let fast = day.speed(60.0, start);
    assert_eq!(fast.at(start.plus(Duration::from_secs(84))), paris("2025-12-22T06:24:00"));
    assert_eq!(fast.when(paris("2025-12-22T06:24:00")), Some(start.plus(Duration::from_secs(84))));
    assert_eq!(fast.pace(start), 60.0);
    assert_eq!(day.speed(0.0, start).when(day.end), None);
}

proptest! {
    #[test]
    fn scenario_time_never_runs_backwards(total_ms in 1u64..200_000, a in 0i64..300_000, b in 0i64..300_000) {
        let shown = day().compressed(Duration::from_millis(total_ms), Time::from_unix_ms(0));
        let (early, late) = (Time::from_unix_ms(a.min(b)), Time::from_unix_ms(a.max(b)));
        prop_assert!(shown.at(early) <= shown.at(late));
    }

    #[test]
    fn a_file_with_junk_never_panics(cut in 0usize..4_000, junk in "\\PC{0,20}") {
        let mut text: String = BUILTIN_DAY.chars().take(cut).collect();
        text.push_str(&junk);
        let _ = Scenario::parse("junk.toml", &text);
    }
}
