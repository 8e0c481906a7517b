//! No sentence is stronger than its evidence, whatever happens in whatever order, and both languages say the same.
//!
//! Random sequences of facts, looks at the carriers, operators' words, stops and jumps of the clock go through the herald.
//! [`oracle`] judges what was said by the facts and the rendered text alone: it knows nothing of how the herald works.
//! `NOTICE_FUZZ_SEQUENCES` says how many sequences; without it a share that the suite can bear.

mod oracle;

use clock::Time;
use notice::{Herald, HeraldSettings, Update};
use oracle::Oracle;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use std::{thread, time::Duration};
use watch::{
    Carrier, Condition, Control, Evidence, Function, FunctionHealth, Health, IncidentId, Kind, Minute, Numbers,
    Outside, Points, Transition, Verdict, What, Word,
};

/// Sequences in the suite.
const SEQUENCES: usize = 40_000;
/// Threads that share them.
const THREADS: usize = 2;
/// Steps of one.
const STEPS: u32 = 14;

fn start() -> Time {
    Time::from_paris("2025-12-31T21:40:00").expect("a moment")
}

fn settings() -> HeraldSettings {
    HeraldSettings { official_url: Some("https://carrier.example/status".into()), ..HeraldSettings::default() }
}

/// A made-up history with the herald that hears of it.
struct Story {
    dice: ChaCha8Rng,
    herald: Herald,
    facts: Vec<Transition>,
    said: Vec<Update>,
    oracle: Oracle,
    now: Time,
    was_set_back: bool,
}

impl Story {
    fn new(seed: u64) -> Self {
        Self {
            dice: ChaCha8Rng::seed_from_u64(seed),
            herald: Herald::new(settings()),
            facts: Vec::new(),
            said: Vec::new(),
            oracle: Oracle::default(),
            now: start(),
            was_set_back: false,
        }
    }

    fn step(&mut self) {
        match self.dice.random_range(0..20) {
            0..=9 => self.fact(),
            // Several at once, before anybody can speak.
            10 => (0..self.dice.random_range(2..5)).for_each(|_| self.fact()),
            11 if self.dice.random_bool(0.1) => self.set_back(),
            11 => self.fact(),
            12..=13 => self.look(),
            14 => self.stop(),
            15 => {
                let span = self.dice_span(7_200_000);
                self.pass(span, true);
            }
            _ => {
                let span = self.dice_span(90_000);
                self.pass(span, false);
            }
        }
        self.speak();
    }

    fn dice_span(&mut self, most_ms: u64) -> Duration {
        Duration::from_millis(self.dice.random_range(1..most_ms))
    }

    /// Time passes: in small steps while the process is there, at once where it was not.
    fn pass(&mut self, span: Duration, away: bool) {
        let end = self.now.plus(span);
        if away {
            self.oracle.away();
        }
        while !away && self.now < end {
            self.now = self.now.plus(Duration::from_secs(20)).min(end);
            self.speak();
        }
        self.now = end;
    }

    /// The clock is set back. From then on times no longer say what came first, so that nothing could take up from them.
    fn set_back(&mut self) {
        self.now = self.now.minus(Duration::from_secs(1_800));
        self.was_set_back = true;
    }

    fn stop(&mut self) {
        if self.was_set_back {
            return;
        }
        self.herald = Herald::new(settings()).resume(&self.facts, &self.said);
    }

    fn speak(&mut self) {
        let updates = self.herald.due(self.now);
        for update in &updates {
            self.oracle.said(update, &self.facts);
        }
        self.said.extend(updates);
        self.oracle.after(self.now, &self.facts, &self.said);
        let standing = self.herald.standing(self.now);
        self.oracle.standing(&standing, self.now, &self.facts);
    }

    fn look(&mut self) {
        let conditions = Condition::ALL;
        let carrier = self.carrier(0);
        let functions = Function::ALL.into_iter().map(|function| FunctionHealth {
            function,
            condition: conditions[self.dice.random_range(0..conditions.len())],
            since: None,
            odds: self.dice.random_bool(0.5).then_some(0.2),
            bound: None,
            up_s: 0,
            canary_passes: true,
            usual_ms: Some(700.0),
            hour: vec![Minute { calls: self.dice.random_range(0..9), failed: 0, typical_ms: Some(3_000.0) }; 3],
        });
        let health = Health {
            carrier,
            condition: Condition::Slow,
            incident: None,
            verdict: Verdict::Unknown,
            evidence: Vec::new(),
            functions: functions.collect(),
        };
        self.herald.seen(&[health], self.now);
    }

    fn carrier(&self, incident: u64) -> Carrier {
        Carrier::new(if incident == 2 { "chronopost" } else { "colissimo" })
    }

    fn fact(&mut self) {
        self.now = self.now.plus(Duration::from_millis(self.dice.random_range(0..30_000)));
        let function = Function::ALL[self.dice.random_range(0..3)];
        let drawn = self.dice.random_range(0..3_u64);
        // A function is in one open incident of its carrier at most.
        let owner = self.oracle.owner(function).filter(|_| drawn < 2);
        let incident = owner.map_or(drawn, |owner| owner.0);
        let down = [Condition::Slow, Condition::Dark][self.dice.random_range(0..2)];
        let calls = self.dice.random_range(0..200);
        let failed = self.dice.random_range(0..=calls);
        let numbers = Numbers {
            calls,
            failed,
            usual_ms: self.dice.random_bool(0.9).then_some(700.0),
            seen_ms: self.dice.random_bool(0.9).then_some(14_000.0),
            odds: self.dice.random_bool(0.5).then_some(0.1),
            ..Numbers::default()
        };
        let open = self.oracle.is_open(IncidentId(incident));
        let what = match self.dice.random_range(0..if open { 22 } else { 4 }) {
            0..=2 if !open => What::Opened { function, condition: down, numbers },
            0 => What::Joined { function, condition: down, numbers },
            1..=2 => What::Changed { function, condition: down, numbers },
            3 => What::Reopened { function, condition: down, numbers },
            4..=7 => What::Signs { function, numbers },
            8..=10 => What::UnderWatch { function, numbers },
            11..=13 => What::Relapsed { function, condition: down, numbers },
            14 => What::Returned { function, numbers },
            15 => What::Restored { odds: 0.01, bound: 0.02, up_min: 120.0 },
            16 => What::Merged { from: IncidentId((incident + 1) % 2) },
            17..=18 => self.attributed(function),
            _ => self.remark(function),
        };
        let fact = Transition { at: self.now, incident: IncidentId(incident), carrier: self.carrier(incident), what };
        // The same carrier's incidents can become one, not two carriers'.
        if matches!(fact.what, What::Merged { .. }) && incident == 2 {
            return;
        }
        self.herald.take(&fact);
        self.oracle.heard(&fact);
        self.facts.push(fact);
    }

    fn attributed(&mut self, function: Function) -> What {
        let verdicts =
            [Verdict::Unknown, Verdict::Ours, Verdict::OurPath, Verdict::Carrier, Verdict::OneFunction(function)];
        let kinds = [
            (Kind::Control(Control::Loopback), Points::AwayFromUs),
            (Kind::Control(Control::Loopback), Points::AtUs),
            (Kind::Outside(Outside::Official), Points::AtCarrier),
            (Kind::Outside(Outside::Official), Points::Nowhere),
            (Kind::Outside(Outside::Report), Points::AtCarrier),
        ];
        let (kind, points) = kinds[self.dice.random_range(0..kinds.len())];
        let evidence = vec![Evidence { kind, points, at: self.now, seen: 3, bad: 2 }];
        What::Attributed { verdict: verdicts[self.dice.random_range(0..verdicts.len())], evidence }
    }

    fn remark(&mut self, function: Function) -> What {
        let text = "Un mot de notre équipe".to_owned();
        let said = match self.dice.random_range(0..4) {
            0 => Word::Note { text },
            1 => Word::Confirm { text, source: None },
            2 => Word::Confirm { text, source: Some("https://press.example/1".into()) },
            _ => Word::Correct { verdict: Verdict::OneFunction(function), text },
        };
        What::Remark { by: "key_1".into(), said }
    }
}

/// A fact in a line, for whoever reads a failure.
fn short(fact: &Transition) -> String {
    format!("{} {:?} {} {:?}", fact.at, fact.incident, fact.what.name(), fact.what.function())
}

/// Lives through the history of a seed; gives how many messages it had.
fn live(seed: u64) -> usize {
    let mut story = Story::new(seed);
    for _ in 0..STEPS {
        story.step();
    }
    let facts: Vec<String> = story.facts.iter().map(short).collect();
    assert_eq!(story.oracle.wrong, Vec::<String>::new(), "seed {seed}\n{}", facts.join("\n"));
    story.said.len()
}

#[test]
fn no_sentence_is_stronger_than_its_evidence_and_both_languages_say_the_same() {
    let asked = std::env::var("NOTICE_FUZZ_SEQUENCES").ok().and_then(|text| text.parse().ok());
    let sequences: usize = asked.unwrap_or(SEQUENCES);
    let messages: usize = thread::scope(|scope| {
        let of_thread = |first: usize| (first..sequences).step_by(THREADS).map(|seed| live(seed as u64)).sum::<usize>();
        let threads: Vec<_> = (0..THREADS).map(|first| scope.spawn(move || of_thread(first))).collect();
        threads.into_iter().map(|one| one.join().expect("nothing wrong")).sum()
    });
    assert!(messages > sequences, "so few messages prove nothing: {messages}");
}
