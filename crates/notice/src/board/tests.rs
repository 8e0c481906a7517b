//! What the board says, and what it never says.

use super::*;
use crate::{Counts, Method, SeenBy, Stage, UpdateId, Window};
use watch::{IncidentId, Numbers, Verdict, What};

fn at(paris: &str) -> Time {
    Time::from_paris(paris).expect("a moment")
}

fn fact(paris: &str, what: What) -> Transition {
    Transition { at: at(paris), incident: IncidentId(1), carrier: Carrier::new("colissimo"), what }
}

fn health(condition: Condition) -> Health {
    let function = FunctionHealth {
        function: Function::Label,
        condition,
        since: None,
        odds: None,
        bound: None,
        up_s: 0,
        canary_passes: true,
        usual_ms: None,
        hour: Vec::new(),
    };
    let carrier = Carrier::new("colissimo");
    Health {
        carrier,
        condition,
        incident: None,
        verdict: Verdict::Unknown,
        evidence: Vec::new(),
        functions: vec![function],
    }
}

fn claim(says: Says, made: &str, lives_s: u64) -> Claim {
    let made = at(made);
    Claim {
        carrier: Carrier::new("colissimo"),
        function: Some(Function::Label),
        says,
        since: made,
        seen_by: SeenBy::Ourselves,
        window: Window { from: made, to: made },
        counts: Some(Counts { n: 40, bad: 38 }),
        method: Method::Calls,
        confidence: None,
        made,
        expires: made.plus(Duration::from_secs(lives_s)),
    }
}

fn update(id: u64, paris: &str, stage: Stage, claims: Vec<Claim>) -> Update {
    let (carrier, at) = (Carrier::new("colissimo"), at(paris));
    let (incident, verdict) = (IncidentId(1), Verdict::Unknown);
    Update { id: UpdateId(id), incident, carrier, at, stage, verdict, claims, remark: None, next_by: None }
}

fn dark() -> Says {
    Says::Failing { condition: Condition::Dark, seen_ms: None, usual_ms: None, ourselves_well: true }
}

fn label(seen: &Seen<'_>, now: &str) -> FunctionBoard {
    let board = Board::new(&StatusSettings::default(), seen, at(now));
    board.carriers[0].functions[0].clone()
}

fn opened(paris: &str) -> Transition {
    let (condition, numbers) = (Condition::Dark, Numbers { calls: 40, failed: 38, ..Numbers::default() });
    fact(paris, What::Opened { function: Function::Label, condition, numbers })
}

fn back(paris: &str, watched: bool) -> Transition {
    let (function, numbers) = (Function::Label, Numbers::default());
    fact(paris, if watched { What::UnderWatch { function, numbers } } else { What::Signs { function, numbers } })
}

const RESTORED: What = What::Restored { odds: 0.01, bound: 0.05, up_min: 120.0 };

#[test]
fn what_is_on_the_way_back_is_not_operational() {
    let (health, claims) = ([health(Condition::Well)], [claim(dark(), "2025-12-22T06:25:00", 600)]);
    let seen = Seen { health: &health, ..Seen::default() };
    assert_eq!(label(&seen, "2025-12-22T06:30:00").status, Status::Operational);
    let facts = [
        opened("2025-12-22T06:24:00"),
        back("2025-12-22T07:00:00", false),
        back("2025-12-22T07:10:00", true),
        fact("2025-12-22T09:00:00", RESTORED),
    ];
    let expected = [Status::MajorOutage, Status::PartialOutage, Status::Degraded, Status::Operational];
    for (count, status) in expected.into_iter().enumerate() {
        let seen = Seen { facts: &facts[..=count], ..seen };
        assert_eq!(label(&seen, "2025-12-22T10:00:00").status, status, "by {} facts alone", count + 1);
    }
    let seen = Seen { claims: &claims, ..seen };
    assert_eq!(label(&seen, "2025-12-22T06:30:00").status, Status::MajorOutage, "by a claim alone");
    assert_eq!(
        label(&seen, "2025-12-22T07:00:00").status,
        Status::Operational,
        "a claim that has expired says nothing"
    );
}

#[test]
fn a_board_ends_before_what_it_says() {
    let now = "2025-12-22T06:30:00";
    let good_for = |lives_s| {
        let claims = [claim(dark(), now, lives_s)];
        let health = [health(Condition::Dark)];
        let board = Board::new(
            &StatusSettings::default(),
            &Seen { claims: &claims, health: &health, ..Seen::default() },
            at(now),
        );
        (board.good_until.since(board.at), board.carriers[0].functions[0].claims.len())
    };
    assert_eq!(good_for(600), (BOARD_GOOD_FOR, 1));
    assert_eq!(good_for(40), (Duration::from_secs(40), 1));
    assert_eq!(good_for(20), (BOARD_GOOD_FOR, 0), "it ends too soon to be said at all");
}

#[test]
fn an_incident_is_told_by_its_messages_and_not_ended_by_one() {
    let facts = [opened("2025-12-22T06:24:00")];
    let none =
        Board::new(&StatusSettings::default(), &Seen { facts: &facts, ..Seen::default() }, at("2025-12-22T06:25:00"));
    assert!(none.stories.is_empty(), "nothing was said of it");
    let updates = [
        update(1, "2025-12-22T06:26:00", Stage::Investigating, vec![claim(dark(), "2025-12-22T06:26:00", 600)]),
        update(2, "2025-12-22T08:00:00", Stage::Resolved, Vec::new()),
    ];
    let seen = Seen { facts: &facts, updates: &updates, ..Seen::default() };
    let story = Board::new(&StatusSettings::default(), &seen, at("2025-12-22T08:01:00")).stories.remove(0);
    assert_eq!((story.stage, story.resolved), (Stage::Investigating, None), "the facts say that it goes on");
    assert_eq!(story.impact, Indicator::Critical);
    let facts = [opened("2025-12-22T06:24:00"), fact("2025-12-22T07:59:00", RESTORED)];
    let seen = Seen { facts: &facts, ..seen };
    let story = Board::new(&StatusSettings::default(), &seen, at("2025-12-22T08:01:00")).stories.remove(0);
    assert_eq!((story.is_open(), story.resolved), (false, Some(at("2025-12-22T08:00:00"))));
    assert_eq!(story.told[0].affected[0].old, Status::MajorOutage);
    assert_eq!(story.told[0].affected[0].new, Status::Operational);
}

#[test]
fn a_merged_incident_goes_on_in_the_other() {
    let mut other = opened("2025-12-22T06:30:00");
    other.incident = IncidentId(2);
    let facts =
        [opened("2025-12-22T06:24:00"), other, fact("2025-12-22T06:40:00", What::Merged { from: IncidentId(2) })];
    let mut said = update(2, "2025-12-22T06:31:00", Stage::Investigating, Vec::new());
    said.incident = IncidentId(2);
    let updates = [update(1, "2025-12-22T06:26:00", Stage::Investigating, Vec::new()), said];
    let seen = Seen { facts: &facts, updates: &updates, ..Seen::default() };
    let stories = Board::new(&StatusSettings::default(), &seen, at("2025-12-22T07:00:00")).stories;
    assert_eq!((stories.len(), stories[0].told.len()), (1, 2));
}

#[test]
fn days_have_their_worst_and_their_minutes() {
    let facts =
        [opened("2025-12-20T23:30:00"), back("2025-12-21T01:00:00", true), fact("2025-12-21T03:00:00", RESTORED)];
    let watched_since = Some(at("2025-12-19T12:00:00"));
    let days = label(&Seen { facts: &facts, watched_since, ..Seen::default() }, "2025-12-22T10:00:00").days;
    assert_eq!(days.len(), DAYS);
    let last: Vec<_> = days[DAYS - 5..].iter().map(|day| (day.worst, day.down_min)).collect();
    let well = Some(Status::Operational);
    let down = Some(Status::MajorOutage);
    assert_eq!(last, [(None, 0), (well, 0), (down, 30), (down, 60), (well, 0)]);
}

/// The clocks of Paris are set back in the night: that day has 25 hours.
#[test]
fn a_long_day_is_one_day() {
    let facts = [opened("2025-10-26T00:00:00"), fact("2025-10-27T00:00:00", RESTORED)];
    let days = label(&Seen { facts: &facts, ..Seen::default() }, "2025-10-28T10:00:00").days;
    assert_eq!(days[DAYS - 3].down_min, 25 * 60);
    assert_eq!(days[DAYS - 2].down_min, 0);
}

#[test]
fn the_indicator_is_as_bad_as_it_is() {
    let indicator = |health: &[Health]| {
        Board::new(&StatusSettings::default(), &Seen { health, ..Seen::default() }, at("2025-12-22T10:00:00")).indicator
    };
    let mut other = health(Condition::Well);
    other.carrier = Carrier::new("chronopost");
    assert_eq!(indicator(&[health(Condition::Well)]), Indicator::None);
    assert_eq!(indicator(&[health(Condition::Slow)]), Indicator::Minor);
    assert_eq!(indicator(&[health(Condition::Dark), other]), Indicator::Major);
    assert_eq!(indicator(&[health(Condition::Dark)]), Indicator::Critical);
}
