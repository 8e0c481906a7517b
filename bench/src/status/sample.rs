//! A quarter with many incidents: 20 of them with 10 messages each, the last one open.

use clock::Time;
use notice::{
    Board, Claim, Counts, Method, Says, SeenBy, Stage, StatusSettings, Update, UpdateId, Window, board::Seen,
};
use std::time::Duration;
use watch::{
    Carrier, Condition, Function, FunctionHealth, Health, IncidentId, Minute, Numbers, Transition, Verdict, What,
};

const INCIDENTS: u64 = 20;
const MESSAGES: u64 = 10;
const DAY: Duration = Duration::from_secs(86_400);
const STEP: Duration = Duration::from_secs(20 * 60);

pub(super) struct Sample {
    now: Time,
    updates: Vec<Update>,
    facts: Vec<Transition>,
    health: Vec<Health>,
}

impl Sample {
    pub(super) fn new(now: Time) -> Self {
        let carrier = Carrier::new("colissimo");
        let mut sample = Self { now, updates: Vec::new(), facts: Vec::new(), health: vec![health(&carrier, now)] };
        for incident in 0..INCIDENTS {
            let last = incident + 1 == INCIDENTS;
            let began = if last { now.minus(STEP * 10) } else { now.minus(DAY * days_ago(incident)) };
            sample.incident(&carrier, incident, began, last);
        }
        sample
    }

    pub(super) fn board(&self) -> Board {
        let watched_since = Some(self.now.minus(DAY * 100));
        let seen =
            Seen { updates: &self.updates, facts: &self.facts, health: &self.health, watched_since, ..Seen::default() };
        Board::new(&StatusSettings::default(), &seen, self.now)
    }

    /// Ten seconds later, with a message more in the incident that is open.
    pub(super) fn one_more_message(&mut self) {
        self.now = self.now.plus(Duration::from_secs(10));
        let last = self.updates.last().cloned();
        self.updates.extend(last.map(|last| {
            let claims = last.claims.iter().map(|claim| Claim { made: self.now, ..claim.clone() }).collect();
            Update { id: UpdateId(last.id.0 + 1), at: self.now, claims, ..last }
        }));
    }

    fn incident(&mut self, carrier: &Carrier, incident: u64, began: Time, open: bool) {
        let functions = [Function::Label, Function::Pickup];
        let numbers = Numbers { calls: 40, failed: 38, ..Numbers::default() };
        let id = IncidentId(incident);
        let mut fact = |at, what| self.facts.push(Transition { at, incident: id, carrier: carrier.clone(), what });
        fact(began, What::Opened { function: functions[0], condition: Condition::Dark, numbers });
        fact(began, What::Joined { function: functions[1], condition: Condition::Dark, numbers });
        if !open {
            fact(began.plus(STEP * 9), What::Restored { odds: 0.03, bound: 0.05, up_min: 60.0 });
        }
        for n in 0..MESSAGES {
            let at = began.plus(STEP * u32::try_from(n).unwrap_or(0));
            let resolved = !open && n + 1 == MESSAGES;
            let claims = functions.map(|function| claim(carrier, function, began, at, resolved));
            self.updates.push(Update {
                id: UpdateId(incident * MESSAGES + n),
                incident: id,
                carrier: carrier.clone(),
                at,
                stage: if resolved { Stage::Resolved } else { Stage::Identified },
                verdict: Verdict::Carrier,
                claims: claims.to_vec(),
                remark: None,
                next_by: (!resolved).then(|| at.plus(STEP)),
            });
        }
    }
}

fn days_ago(incident: u64) -> u32 {
    u32::try_from((INCIDENTS - incident) * 4).unwrap_or(0)
}

fn claim(carrier: &Carrier, function: Function, since: Time, made: Time, restored: bool) -> Claim {
    let failing =
        Says::Failing { condition: Condition::Dark, seen_ms: Some(21_000), usual_ms: Some(420), ourselves_well: true };
    Claim {
        carrier: carrier.clone(),
        function: Some(function),
        says: if restored { Says::Restored { sent: Some(1_204), need_answer: Some(37) } } else { failing },
        since,
        seen_by: SeenBy::Ourselves,
        window: Window { from: made.minus(STEP), to: made },
        counts: Some(Counts { n: 40, bad: 38 }),
        method: Method::Calls,
        confidence: Some(0.999),
        made,
        expires: made.plus(STEP * 4),
    }
}

fn health(carrier: &Carrier, now: Time) -> Health {
    let minute = |n: u32| Minute { calls: 3, failed: n % 3, typical_ms: Some(400.0 + f64::from(n * 37 % 100)) };
    let functions = Function::ALL.map(|function| FunctionHealth {
        function,
        condition: if function < Function::Tracking { Condition::Dark } else { Condition::Well },
        since: Some(now.minus(STEP * 10)),
        odds: None,
        bound: None,
        up_s: 0,
        canary_passes: false,
        usual_ms: Some(420.0),
        hour: (0..60).map(minute).collect(),
    });
    Health {
        carrier: carrier.clone(),
        condition: Condition::Dark,
        incident: Some(IncidentId(INCIDENTS - 1)),
        verdict: Verdict::Unknown,
        evidence: Vec::new(),
        functions: functions.to_vec(),
    }
}
