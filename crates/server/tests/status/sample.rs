//! A board as a bad day makes it: labels dark, pickup points on the way back, tracking well, and incidents that are over.

use clock::Time;
use notice::{
    Board, Claim, Counts, Method, Remark, Says, SeenBy, Stage, StatusSettings, Update, UpdateId, Window,
    board::{Both, OfficialLink, Seen, Service, ServiceState},
};
use std::time::Duration;
use watch::{
    Carrier, Condition, Function, FunctionHealth, Health, IncidentId, Minute, Numbers, Transition, Verdict, What,
};

/// What a carrier or a person may be called to break the page.
pub const HOSTILE: &str = "<script>alert(1)</script>\"'&]]>";

pub fn at(time: &str) -> Time {
    Time::from_paris(time).expect("a time")
}

pub fn now() -> Time {
    at("2025-12-22T11:07:30")
}

pub fn settings() -> StatusSettings {
    let service = |fr, en, state, alternative_fr, alternative_en| Service {
        name: Both::new(fr, en),
        state,
        alternative: Both::new(alternative_fr, alternative_en),
    };
    StatusSettings {
        name: "Atelier Été".into(),
        url: "https://status.example".into(),
        report_url: "mailto:aide@example.org".into(),
        services: vec![
            service("Dépôt au guichet", "Drop-off at the counter", ServiceState::Works, "", ""),
            service(
                "Application mobile",
                "Mobile app",
                ServiceState::Down,
                "Demandez le suivi par SMS : envoyez le numéro du colis au 36 31.",
                "Ask for tracking by SMS: send the parcel’s number to 36 31.",
            ),
            service("Paiement par carte", "Card payment", ServiceState::Unknown, "", ""),
        ],
        links: vec![OfficialLink {
            name: Both::new("Infos trafic du transporteur", "The carrier’s own page"),
            url: "https://carrier.example/status".into(),
        }],
        ..StatusSettings::default()
    }
}

pub struct Sample {
    pub updates: Vec<Update>,
    pub facts: Vec<Transition>,
    pub health: Vec<Health>,
    pub carrier: Carrier,
}

impl Sample {
    pub fn new(carrier: &str) -> Self {
        let carrier = Carrier::new(carrier);
        let mut sample = Self { updates: Vec::new(), facts: Vec::new(), health: vec![health(&carrier)], carrier };
        sample.earlier();
        sample.today();
        sample
    }

    pub fn board(&self, now: Time) -> Board {
        let seen = Seen {
            updates: &self.updates,
            facts: &self.facts,
            health: &self.health,
            watched_since: Some(at("2025-10-12T08:00:00")),
            ..Seen::default()
        };
        Board::new(&settings(), &seen, now)
    }

    fn fact(&mut self, incident: u64, time: &str, what: What) {
        self.facts.push(Transition {
            at: at(time),
            incident: IncidentId(incident),
            carrier: self.carrier.clone(),
            what,
        });
    }

    fn update(&mut self, incident: u64, time: &str, stage: Stage, claims: Vec<Claim>, next_by: Option<&str>) {
        let id = UpdateId(self.updates.len() as u64 + 1);
        let (incident, carrier) = (IncidentId(incident), self.carrier.clone());
        let next_by = next_by.map(at);
        self.updates.push(Update {
            id,
            incident,
            carrier,
            at: at(time),
            stage,
            verdict: Verdict::Unknown,
            claims,
            remark: None,
            next_by,
        });
    }

    fn claim(&self, function: Option<Function>, says: Says, since: &str, made: &str, counts: Option<Counts>) -> Claim {
        let made = at(made);
        let (seen_by, method, confidence) = match &says {
            Says::Confirmed { .. } => (SeenBy::Carrier, Method::Source, None),
            Says::Restored { .. } => (SeenBy::Ourselves, Method::Odds, Some(0.97)),
            _ => (SeenBy::Ourselves, Method::Calls, Some(0.999)),
        };
        let window = Window { from: made.minus(Duration::from_secs(900)), to: made };
        let expires = made.plus(Duration::from_secs(1_800));
        Claim {
            carrier: self.carrier.clone(),
            function,
            says,
            since: at(since),
            seen_by,
            window,
            counts,
            method,
            confidence,
            made,
            expires,
        }
    }

    fn earlier(&mut self) {
        let numbers = Numbers { calls: 40, failed: 12, ..Numbers::default() };
        let function = Function::Label;
        self.fact(3, "2025-12-10T14:05:00", What::Opened { function, condition: Condition::Slow, numbers });
        self.fact(3, "2025-12-10T15:10:00", What::Signs { function, numbers });
        self.fact(3, "2025-12-10T15:20:00", What::UnderWatch { function, numbers });
        self.fact(3, "2025-12-10T17:05:00", What::Restored { odds: 0.03, bound: 0.05, up_min: 115.0 });
        let slow = Says::Failing {
            condition: Condition::Slow,
            seen_ms: Some(9_400),
            usual_ms: Some(420),
            ourselves_well: true,
        };
        let claim = self.claim(
            Some(function),
            slow,
            "2025-12-10T14:05:00",
            "2025-12-10T14:06:00",
            Some(Counts { n: 40, bad: 12 }),
        );
        self.update(3, "2025-12-10T14:06:00", Stage::Investigating, vec![claim], Some("2025-12-10T15:06:00"));
        let says = Says::Restored { sent: Some(1_204), need_answer: Some(37) };
        let claim = self.claim(Some(function), says, "2025-12-10T17:05:00", "2025-12-10T17:05:00", None);
        self.update(3, "2025-12-10T17:05:30", Stage::Resolved, vec![claim], None);
    }

    fn today(&mut self) {
        let dark = Numbers { calls: 40, failed: 38, ..Numbers::default() };
        let back = Numbers { calls: 61, failed: 2, ..Numbers::default() };
        let (label, pickup) = (Function::Label, Function::Pickup);
        self.fact(
            7,
            "2025-12-22T06:24:00",
            What::Opened { function: label, condition: Condition::Dark, numbers: dark },
        );
        self.fact(
            7,
            "2025-12-22T06:31:00",
            What::Joined { function: pickup, condition: Condition::Dark, numbers: dark },
        );
        self.fact(7, "2025-12-22T10:40:00", What::Signs { function: pickup, numbers: back });
        self.fact(7, "2025-12-22T10:55:00", What::UnderWatch { function: pickup, numbers: back });
        let failing = |ourselves_well| Says::Failing {
            condition: Condition::Dark,
            seen_ms: Some(21_000),
            usual_ms: Some(420),
            ourselves_well,
        };
        let counts = Some(Counts { n: 40, bad: 38 });
        let first = self.claim(Some(label), failing(true), "2025-12-22T06:24:00", "2025-12-22T06:26:00", counts);
        self.update(7, "2025-12-22T06:26:00", Stage::Investigating, vec![first], Some("2025-12-22T07:00:00"));
        let confirmed =
            Says::Confirmed { source: "https://carrier.example/status".into(), at: at("2025-12-22T09:10:00") };
        let confirmed = self.claim(None, confirmed, "2025-12-22T06:24:00", "2025-12-22T09:12:00", None);
        let both = [label, pickup]
            .map(|one| self.claim(Some(one), failing(true), "2025-12-22T06:24:00", "2025-12-22T09:12:00", counts));
        self.update(
            7,
            "2025-12-22T09:12:00",
            Stage::Identified,
            [vec![confirmed], both.to_vec()].concat(),
            Some("2025-12-22T10:00:00"),
        );
        let mut last = vec![
            self.claim(
                Some(pickup),
                Says::UnderWatch,
                "2025-12-22T10:40:00",
                "2025-12-22T10:56:00",
                Some(Counts { n: 61, bad: 2 }),
            ),
            self.claim(Some(label), failing(true), "2025-12-22T06:24:00", "2025-12-22T10:56:00", counts),
        ];
        last.push(Claim { function: None, ..self.updates.last().expect("one").claims[0].clone() });
        let until = now().plus(Duration::from_secs(600));
        last.iter_mut().for_each(|claim| claim.expires = until);
        self.update(7, "2025-12-22T10:56:00", Stage::Identified, last, Some("2025-12-22T11:30:00"));
        let remark = Remark {
            by: "Camille, exploitation".into(),
            text: "Les étiquettes demandées ce matin sont toutes enregistrées.\nLes dépôts au guichet restent ouverts."
                .into(),
            at: at("2025-12-22T10:56:00"),
        };
        self.updates.last_mut().expect("one").remark = Some(remark);
    }
}

fn health(carrier: &Carrier) -> Health {
    let minutes = |make: &dyn Fn(u32) -> Minute| (0..60).map(make).collect();
    let one = |function, condition, since: Option<&str>, hour| FunctionHealth {
        function,
        condition,
        since: since.map(at),
        odds: None,
        bound: None,
        up_s: 0,
        canary_passes: condition == Condition::UnderWatch,
        usual_ms: Some(420.0),
        hour,
    };
    let wave = |n: u32| f64::from(n * 37 % 23) * 9.0;
    let dark = minutes(&|n| Minute { calls: 3, failed: 3, typical_ms: (n % 9 < 4).then(|| 20_000.0 + wave(n)) });
    let back = minutes(&|n| match n {
        0..33 => Minute { calls: 2, failed: 2, typical_ms: None },
        _ => Minute {
            calls: 4,
            failed: u32::from(n % 11 == 0),
            typical_ms: Some(9_000.0 / f64::from(n - 30) + 380.0 + wave(n)),
        },
    });
    let well = minutes(&|n| Minute { calls: 12 + n * 7 % 5, failed: 0, typical_ms: Some(180.0 + wave(n)) });
    let functions = vec![
        one(Function::Label, Condition::Dark, Some("2025-12-22T06:24:00"), dark),
        one(Function::Pickup, Condition::UnderWatch, Some("2025-12-22T10:55:00"), back),
        one(Function::Tracking, Condition::Well, None, well),
    ];
    Health {
        carrier: carrier.clone(),
        condition: Condition::Dark,
        incident: Some(IncidentId(7)),
        verdict: Verdict::Unknown,
        evidence: Vec::new(),
        functions,
    }
}
