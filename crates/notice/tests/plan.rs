//! The life of notices: whatever happens in whatever order, what was sent to a recipient holds to what must always hold.

use clock::Time;
use notice::{
    Claim, Lang, Level, Method, Says, SeenBy, Stage, Update, UpdateId, Window,
    plan::{
        Around, ChannelHealth, ChannelKind, ChannelState, Decision, Digest, End, Fact, Held, Notice, Quiet, Reason,
        Retries, Standing, State, Subscription, TRIES_PER_WAY_MAX, Wants, Way, decide,
    },
};
use proptest::prelude::*;
use std::time::Duration;
use watch::{Carrier, Condition, Function, IncidentId};

fn paris(text: &str) -> Time {
    Time::from_paris(text).expect("a time")
}

fn start() -> Time {
    paris("2025-12-22T06:24:00")
}

const fn secs(secs: u64) -> Duration {
    Duration::from_secs(secs)
}

fn says(level: Level, at: Time) -> Says {
    match level {
        Level::Observed => {
            Says::Failing { condition: Condition::Dark, seen_ms: None, usual_ms: None, ourselves_well: true }
        }
        Level::Confirmed => Says::Confirmed { source: "https://carrier.example/status".into(), at },
        Level::Signs => Says::Signs,
        Level::UnderWatch => Says::UnderWatch,
        Level::Relapsed => Says::Relapsed { seen_at: at, condition: Condition::Dark },
        Level::Restored => Says::Restored { sent: None, need_answer: None },
    }
}

fn update(id: u64, at: Time, level: Level) -> Update {
    let claim = Claim {
        carrier: Carrier::new("colissimo"),
        function: Some(Function::Label),
        says: says(level, at),
        since: at,
        seen_by: SeenBy::Ourselves,
        window: Window { from: at, to: at },
        counts: None,
        method: Method::Calls,
        confidence: None,
        made: at,
        expires: at.plus(secs(1_800)),
    };
    Update {
        id: UpdateId(id),
        incident: IncidentId(1),
        carrier: claim.carrier.clone(),
        at,
        stage: Stage::Investigating,
        verdict: watch::Verdict::Unknown,
        claims: vec![claim],
        remark: None,
        next_by: (level != Level::Restored).then(|| at.plus(secs(3_600))),
    }
}

fn subscriber(ways: &[ChannelKind]) -> Subscription {
    Subscription {
        id: "s".into(),
        lang: Lang::French,
        ways: ways.iter().map(|channel| Way { channel: *channel, confirmed: true }).collect(),
        wants: Wants::default(),
        budget_per_day: 100,
        quiet: None,
        digest: Digest::AtOnce,
        standing: Standing::Confirmed,
        created_at: start(),
        confirmed_at: Some(start()),
        ended_at: None,
    }
}

const fn around(now: Time) -> Around<'static> {
    Around { now, newer: false, in_flight: false, spent: 0, room_at: None, down: &[] }
}

fn begun(notice: &mut Notice, subscription: &Subscription, now: Time) -> u8 {
    let Decision::Send { way } = decide(notice, subscription, &around(now)) else { panic!("{notice:?}") };
    notice.step(Fact::Claimed { way }, now, &subscription.ways).expect("claimed");
    way
}

#[test]
fn a_missing_receipt_takes_the_next_way_before_the_message_is_too_late() {
    let subscription = subscriber(&[ChannelKind::WebPush, ChannelKind::Sms]);
    let mut notice = Notice::new(&update(1, start(), Level::Observed));
    assert_eq!(begun(&mut notice, &subscription, start()), 0);
    notice.step(Fact::Ended(End::Accepted { receipt: true }), start(), &subscription.ways).expect("taken");
    let due = notice.due.expect("a receipt is awaited until then");
    assert!(due > start() && due < notice.useful_until());
    assert_eq!(begun(&mut notice, &subscription, due), 1, "the next way");
    assert!(notice.ambiguous, "it may come twice, and that is known");
    // The receipt for the first way comes while the second is under way: it is at its end, whatever becomes of that.
    notice.step(Fact::Receipt { delivered: true, latest: false }, due, &subscription.ways).expect("heard");
    notice.step(Fact::Ended(End::NotNow), due, &subscription.ways).expect("ended");
    assert_eq!(notice.state, State::Delivered);
}

#[test]
fn what_may_have_been_sent_goes_by_the_same_way_once_more_and_only_while_it_is_the_newest() {
    let subscription = subscriber(&[ChannelKind::Mail, ChannelKind::Sms]);
    let mut notice = Notice::new(&update(1, start(), Level::Observed));
    begun(&mut notice, &subscription, start());
    notice.step(Fact::Stopped, start(), &subscription.ways).expect("stopped");
    let due = notice.due.expect("it is looked at again");
    let newer = Around { newer: true, ..around(due) };
    assert_eq!(decide(&notice, &subscription, &newer), Decision::Drop(Reason::Superseded));
    assert_eq!(decide(&notice, &subscription, &around(due)), Decision::Send { way: 0 });
    let down = Around { down: &[ChannelKind::Mail], ..around(due) };
    assert_eq!(
        decide(&notice, &subscription, &down),
        Decision::Send { way: 1 },
        "a channel that is down is passed over"
    );
    let late = around(notice.useful_until());
    assert_eq!(decide(&notice, &subscription, &late), Decision::Drop(Reason::Late));
}

#[test]
fn quiet_hours_hold_back_until_they_end_and_a_last_word_is_still_told_then() {
    let quiet = Quiet { from_hour: 22, to_hour: 7, through: vec![Level::Observed] };
    let subscription = Subscription { quiet: Some(quiet), ..subscriber(&[ChannelKind::Sms]) };
    let (night, morning) = (paris("2025-12-22T23:30:00"), paris("2025-12-23T07:00:00"));
    let through = Notice::new(&update(1, night, Level::Observed));
    assert_eq!(decide(&through, &subscription, &around(night)), Decision::Send { way: 0 });
    let mut last = Notice::new(&update(2, night, Level::Restored));
    assert_eq!(decide(&last, &subscription, &around(night)), Decision::Hold { why: Held::Quiet, until: morning });
    last.step(Fact::Held { why: Held::Quiet, until: morning }, night, &subscription.ways).expect("held");
    assert_eq!(last.due, Some(morning));
    assert_eq!(decide(&last, &subscription, &around(morning)), Decision::Send { way: 0 });
}

#[test]
fn a_digest_gathers_and_a_budget_holds_back_but_never_what_takes_a_word_back() {
    let at = paris("2025-12-22T10:10:00");
    let daily = Subscription { digest: Digest::Daily { hour: 18 }, ..subscriber(&[ChannelKind::Mail]) };
    let evening = paris("2025-12-22T18:00:00");
    let notice = Notice::new(&update(1, at, Level::Observed));
    assert_eq!(decide(&notice, &daily, &around(at)), Decision::Hold { why: Held::Digest, until: evening });
    let poor = Subscription { budget_per_day: 2, ..subscriber(&[ChannelKind::Mail]) };
    let room_at = Some(at.plus(secs(60)));
    let spent = Around { spent: 2, room_at, ..around(at) };
    let held = Decision::Hold { why: Held::Budget, until: at.plus(secs(60)) };
    assert_eq!(decide(&notice, &poor, &spent), held);
    for level in [Level::Restored, Level::Relapsed] {
        let notice = Notice::new(&update(2, at, level));
        assert_eq!(decide(&notice, &poor, &spent), Decision::Send { way: 0 }, "{level:?}");
    }
    let ended = Subscription { standing: Standing::Ended, ..poor };
    assert_eq!(decide(&notice, &ended, &around(at)), Decision::Drop(Reason::Unsubscribed));
}

#[test]
fn only_canaries_take_a_channel_down_and_bring_it_back() {
    let mut health = ChannelHealth::new(start());
    health.canary(true, start());
    assert_eq!(health.state, ChannelState::Up);
    for _ in 0..10 {
        health.message(false, start());
    }
    assert_eq!(health.state, ChannelState::Doubtful, "messages alone prove nothing");
    health.canary(false, start());
    assert_eq!(health.state, ChannelState::Down);
    health.message(true, start());
    assert_eq!(health.state, ChannelState::Down);
    health.canary(true, start());
    assert_eq!(health.state, ChannelState::Doubtful);
    health.message(true, start());
    assert_eq!(health.state, ChannelState::Up);
}

#[test]
fn what_failed_together_does_not_come_back_as_a_storm() {
    let mut retries = Retries::new(start());
    assert_eq!(retries.left(start()), 50);
    retries.sent(0, 50);
    assert_eq!(retries.left(start()), 0);
    assert_eq!(retries.left(start().plus(secs(2))), 10);
    retries.sent(100, 10);
    assert_eq!(retries.left(start().plus(secs(2))), 20, "first tries pay for retries");
    assert_eq!(retries.left(start().plus(secs(3_600))), 50, "and no more are saved up");
}

/// What may happen between two looks.
#[derive(Clone, Copy, Debug)]
enum Event {
    News(Level),
    Ends(End),
    Stops,
    Receipt(bool),
    Down(ChannelKind),
    Up,
    Pass(u64),
}

fn events() -> impl Strategy<Value = Vec<Event>> {
    let level = prop_oneof![
        Just(Level::Observed),
        Just(Level::Signs),
        Just(Level::UnderWatch),
        Just(Level::Relapsed),
        Just(Level::Restored)
    ];
    let end = prop_oneof![
        Just(End::Delivered),
        Just(End::Accepted { receipt: true }),
        Just(End::Accepted { receipt: false }),
        Just(End::NotNow),
        Just(End::Refused),
        Just(End::Unknown)
    ];
    let channel = prop_oneof![Just(ChannelKind::Mail), Just(ChannelKind::Sms), Just(ChannelKind::WebPush)];
    let event = prop_oneof![
        2 => level.prop_map(Event::News),
        4 => end.prop_map(Event::Ends),
        1 => Just(Event::Stops),
        1 => any::<bool>().prop_map(Event::Receipt),
        1 => channel.prop_map(Event::Down),
        1 => Just(Event::Up),
        4 => (1u64..1_200).prop_map(Event::Pass),
    ];
    proptest::collection::vec(event, 1..120)
}

/// One recipient and one incident, as the store keeps them: every notice there was, and what was begun in which order.
struct Recipient {
    subscription: Subscription,
    notices: Vec<Notice>,
    begun: Vec<usize>,
    down: Vec<ChannelKind>,
    now: Time,
}

impl Recipient {
    fn happens(&mut self, event: Event) {
        let ways = self.subscription.ways.clone();
        let claimed = self.notices.iter().position(|notice| notice.state == State::Claimed);
        match (event, claimed) {
            (Event::News(level), _) => {
                let update = update(self.notices.len() as u64, self.now, level);
                for notice in &mut self.notices {
                    if matches!(notice.state, State::Due | State::Unknown) {
                        notice.step(Fact::Dropped(Reason::Superseded), self.now, &ways).expect("superseded");
                    }
                }
                self.notices.push(Notice::new(&update));
            }
            (Event::Ends(end), Some(n)) => self.notices[n].step(Fact::Ended(end), self.now, &ways).expect("ended"),
            (Event::Stops, Some(n)) => self.notices[n].step(Fact::Stopped, self.now, &ways).expect("stopped"),
            (Event::Receipt(delivered), _) => {
                let accepted = self.notices.iter_mut().find(|notice| notice.state == State::Accepted);
                let fact = Fact::Receipt { delivered, latest: true };
                accepted.into_iter().for_each(|notice| notice.step(fact, self.now, &ways).expect("heard"));
            }
            (Event::Down(channel), _) => self.down.push(channel),
            (Event::Up, _) => self.down.clear(),
            (Event::Pass(s), _) => self.now = self.now.plus(secs(s)),
            (Event::Ends(_) | Event::Stops, None) => {}
        }
        self.look();
    }

    fn look(&mut self) {
        let count = self.notices.len();
        for n in 0..count {
            if self.notices[n].due.is_none_or(|due| due > self.now) {
                continue;
            }
            let in_flight = self.notices.iter().any(|notice| notice.state == State::Claimed);
            let around = Around { newer: n + 1 < count, in_flight, down: &self.down, ..around(self.now) };
            let decision = decide(&self.notices[n], &self.subscription, &around);
            let fact = match decision {
                Decision::Send { way } => {
                    assert!(
                        !self.down.contains(&self.subscription.ways[usize::from(way)].channel),
                        "by a way that is down"
                    );
                    assert!(self.now < self.notices[n].useful_until(), "too late");
                    self.begun.push(n);
                    Fact::Claimed { way }
                }
                Decision::Hold { why, until } => Fact::Held { why, until },
                Decision::Rest { until } => Fact::Rest { until },
                Decision::Drop(reason) => Fact::Dropped(reason),
            };
            let after = self.notices[n].step(fact, self.now, &self.subscription.ways);
            after.expect("what was decided can happen");
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2_000, ..ProptestConfig::default() })]

    #[test]
    fn whatever_happens_order_holds_tries_are_bounded_and_everything_ends(events in events(), ways in 1usize..=3) {
        let kinds = [ChannelKind::WebPush, ChannelKind::Sms, ChannelKind::Mail];
        let subscription = subscriber(&kinds[..ways]);
        let mut one = Recipient { subscription, notices: vec![], begun: vec![], down: vec![], now: start() };
        events.into_iter().for_each(|event| one.happens(event));
        // Nothing older was begun after something newer.
        prop_assert!(one.begun.is_sorted(), "{:?}", one.begun);
        let most = ways * usize::from(TRIES_PER_WAY_MAX);
        for n in 0..one.notices.len() {
            let tries = one.begun.iter().filter(|begun| **begun == n).count();
            prop_assert!(tries <= most, "{tries} tries");
        }
        // With the last one taken, or time enough, every notice comes to its end and says why.
        one.happens(Event::Up);
        one.happens(Event::Ends(End::Delivered));
        for _ in 0..200 {
            one.happens(Event::Pass(600));
            one.happens(Event::Ends(End::Delivered));
        }
        for notice in &one.notices {
            prop_assert!(notice.state.is_final(), "{notice:?}");
            prop_assert_eq!(notice.state == State::Dropped, notice.reason.is_some());
        }
    }
}
