//! The life of incidents: opened, joined, split, restored only when all is proved, opened again, merged, and found again
//! after a restart.

use clock::Time;
use std::time::Duration;
use watch::{
    Carrier, Class, Condition, Control, Function, IncidentId, Observation, Outside, Reached, Settings, Source, Target,
    Transition, Verdict, Watch, What, Word,
};

/// A world of one carrier whose functions are up or down, and we who are well or not.
struct World {
    watch: Watch,
    now: Time,
    facts: Vec<Transition>,
    down: Vec<Function>,
    asked: Vec<Function>,
    canaries: bool,
    reached: Reached,
    bad_controls: Vec<Control>,
}

impl World {
    fn of(functions: &[Function]) -> Self {
        let mut world = Self {
            watch: Watch::new(Settings::default()),
            now: Time::from_unix_ms(1_766_000_000_000),
            facts: Vec::new(),
            down: Vec::new(),
            asked: functions.to_vec(),
            canaries: true,
            reached: Reached::Tls,
            bad_controls: Vec::new(),
        };
        world.minutes(60);
        assert_eq!(world.facts, [], "all is well at first");
        world
    }

    fn carrier() -> Carrier {
        Carrier::new("colissimo")
    }

    /// Lets so many minutes pass, each function asked every five seconds, half of the time by a canary.
    fn minutes(&mut self, minutes: u64) {
        for step in 0..minutes * 12 {
            self.now = self.now.plus(Duration::from_secs(5));
            for control in [Control::Loopback, Control::Disk, Control::OutsideName, Control::OutsideAddress] {
                let bad = self.bad_controls.contains(&control);
                let class = if bad { Class::Silent } else { Class::Answered };
                self.tell(Source::Control(control), class, Reached::Whole);
            }
            for function in self.asked.clone() {
                let target = Target { carrier: Self::carrier(), function };
                let source = if self.canaries && step % 2 == 0 { Source::Canary(target) } else { Source::Call(target) };
                let class = if self.down.contains(&function) { Class::Silent } else { Class::Answered };
                let reached = if class.is_well() { Reached::Whole } else { self.reached };
                self.tell(source, class, reached);
            }
            self.facts.extend(self.watch.tick(self.now));
        }
    }

    fn tell(&mut self, source: Source, class: Class, reached: Reached) {
        let latency = class.is_well().then_some(Duration::from_millis(50));
        let facts = self.watch.observe(&Observation { at: self.now, source, reached, class, latency });
        self.facts.extend(facts);
    }

    fn fall(&mut self, functions: &[Function], minutes: u64) {
        self.down = functions.to_vec();
        self.minutes(minutes);
    }

    /// What was said since the last time this was asked, one word each.
    fn said(&mut self) -> Vec<String> {
        let word = |fact: &Transition| match &fact.what {
            What::Opened { function, .. } => format!("{:?} opened {function:?}", fact.incident),
            What::Joined { function, .. } => format!("{:?} joined {function:?}", fact.incident),
            What::Reopened { function, .. } => format!("{:?} reopened {function:?}", fact.incident),
            What::Changed { function, condition, .. } => format!("{:?} {function:?} {condition:?}", fact.incident),
            What::Signs { function, .. } => format!("{:?} signs {function:?}", fact.incident),
            What::UnderWatch { function, .. } => format!("{:?} under watch {function:?}", fact.incident),
            What::Relapsed { function, .. } => format!("{:?} relapsed {function:?}", fact.incident),
            What::Returned { function, .. } => format!("{:?} returned {function:?}", fact.incident),
            What::Restored { .. } => format!("{:?} restored", fact.incident),
            What::Merged { from } => format!("{:?} takes in {from:?}", fact.incident),
            What::Attributed { verdict, .. } => format!("{:?} {verdict:?}", fact.incident),
            What::Remark { .. } => format!("{:?} remark", fact.incident),
        };
        std::mem::take(&mut self.facts).iter().map(word).collect()
    }

    fn verdict(&self) -> Verdict {
        self.watch.health(&Self::carrier(), self.now).expect("seen").verdict
    }
}

#[test]
fn an_outage_goes_through_the_three_words_and_is_restored_after_an_hour_and_a_half() {
    let mut world = World::of(&[Function::Label]);
    world.fall(&[Function::Label], 10);
    assert_eq!(world.said(), ["#0 opened Label", "#0 Carrier", "#0 Label Dark"]);
    world.fall(&[], 88);
    assert_eq!(world.said(), ["#0 signs Label", "#0 under watch Label"]);
    let health = world.watch.health(&World::carrier(), world.now).expect("seen");
    assert_eq!((health.condition, health.incident), (Condition::UnderWatch, Some(IncidentId(0))));
    assert!(health.functions[0].odds.expect("odds") < 0.03 && health.functions[0].canary_passes);
    world.minutes(2);
    assert_eq!(world.said(), ["#0 restored"]);
}

#[test]
fn nothing_is_restored_without_a_canary() {
    let mut world = World::of(&[Function::Label]);
    world.fall(&[Function::Label], 10);
    world.canaries = false;
    world.fall(&[], 6 * 60);
    assert!(!world.said().iter().any(|word| word.contains("under watch") || word.contains("restored")));
    world.canaries = true;
    world.minutes(10);
    assert_eq!(world.said(), ["#0 under watch Label", "#0 restored"]);
}

#[test]
fn canaries_that_stop_on_the_way_prove_nothing() {
    let mut world = World::of(&[Function::Label]);
    world.fall(&[Function::Label], 10);
    world.fall(&[], 60);
    world.canaries = false;
    world.minutes(60);
    assert_eq!(world.said().last().map(String::as_str), Some("#0 under watch Label"));
}

#[test]
fn a_function_that_is_proved_leaves_and_the_last_one_restores() {
    let mut world = World::of(&[Function::Label, Function::Pickup]);
    world.fall(&[Function::Label, Function::Pickup], 10);
    world.fall(&[Function::Pickup], 120);
    let said = world.said();
    assert!(said.contains(&"#0 returned Label".to_owned()) && !said.contains(&"#0 restored".to_owned()), "{said:?}");
    world.fall(&[], 120);
    assert!(world.said().contains(&"#0 restored".to_owned()));
}

#[test]
fn a_relapse_after_restored_opens_the_same_incident_again_and_is_trusted_later() {
    let mut world = World::of(&[Function::Label]);
    world.fall(&[Function::Label], 10);
    world.fall(&[], 95);
    assert_eq!(world.said().last().map(String::as_str), Some("#0 restored"));
    world.fall(&[Function::Label], 10);
    assert_eq!(world.said().first().map(String::as_str), Some("#0 reopened Label"));
    world.fall(&[], 4 * 60);
    assert!(!world.said().contains(&"#0 restored".to_owned()), "who fell twice proves more");
    assert_eq!(world.watch.incidents().map(|one| one.relapses).collect::<Vec<_>>(), [1]);
}

#[test]
fn incidents_that_turn_out_to_be_one_are_merged_and_keep_what_was_said() {
    let mut world = World::of(&[Function::Label, Function::Pickup]);
    world.fall(&[Function::Label], 10);
    let noted = world.watch.remark(world.now, IncidentId(0), "anna", Word::Note { text: "called them".into() });
    world.facts.push(noted.expect("it is open"));
    world.watch.hear(&world.facts[world.facts.len() - 1]);
    world.fall(&[], 95);
    world.fall(&[Function::Pickup], 10);
    world.fall(&[Function::Pickup, Function::Label], 10);
    let said = world.said();
    assert!(said.contains(&"#1 opened Pickup".to_owned()) && said.contains(&"#1 takes in #0".to_owned()), "{said:?}");
    let incidents: Vec<_> = world.watch.incidents().collect();
    assert_eq!(incidents.len(), 1);
    assert_eq!((incidents[0].remarks.len(), incidents[0].functions.len()), (1, 2));
}

#[test]
fn a_restart_keeps_the_incident_and_the_memory_of_falls_and_counts_the_time_up_anew() {
    let mut world = World::of(&[Function::Label]);
    let mut facts = Vec::new();
    for _ in 0..5 {
        world.fall(&[Function::Label], 10);
        world.fall(&[], 20);
    }
    facts.append(&mut world.facts);
    let before = world.watch.health(&World::carrier(), world.now).expect("seen");
    world.watch = Watch::new(Settings::default()).resume(&facts);
    world.minutes(1);
    let after = world.watch.health(&World::carrier(), world.now).expect("seen");
    assert_eq!((after.incident, after.condition), (before.incident, before.condition));
    assert_eq!(after.functions[0].bound, before.functions[0].bound);
    assert!(after.functions[0].up_s < 60 && before.functions[0].up_s > 1_000);
}

#[test]
fn time_that_nobody_watched_is_no_time_up() {
    let mut world = World::of(&[Function::Label]);
    world.fall(&[Function::Label], 10);
    world.fall(&[], 30);
    world.now = world.now.plus(Duration::from_secs(7_200));
    world.minutes(60);
    assert!(!world.said().contains(&"#0 restored".to_owned()));
    world.minutes(35);
    assert_eq!(world.said(), ["#0 restored"]);
}

#[test]
fn each_fault_is_told_or_left_open_but_never_wrongly() {
    use Control::{Disk, Loopback, OutsideAddress, OutsideName};
    let all = [Function::Label, Function::Pickup, Function::Tracking];
    let check = |down: &[Function], reached: Reached, bad: &[Control], expected: Verdict| {
        let mut world = World::of(&all);
        (world.reached, world.bad_controls) = (reached, bad.to_vec());
        world.fall(down, 10);
        assert_eq!(world.verdict(), expected, "{down:?} {reached:?} {bad:?}: {:?}", world.said());
    };
    check(&all, Reached::Nothing, &[OutsideName], Verdict::OurPath);
    check(&all, Reached::Dns, &[OutsideAddress], Verdict::OurPath);
    check(&all, Reached::Whole, &[Loopback, Disk], Verdict::Ours);
    check(&all, Reached::Nothing, &[], Verdict::Carrier);
    check(&all, Reached::Tcp, &[], Verdict::Carrier);
    check(&[Function::Pickup], Reached::Whole, &[], Verdict::OneFunction(Function::Pickup));
    check(&all, Reached::Dns, &[], Verdict::Unknown);
    check(&all, Reached::Kept, &[], Verdict::Unknown);
    check(&[Function::Pickup], Reached::Kept, &[], Verdict::OneFunction(Function::Pickup));
    check(&all, Reached::Whole, &[Disk], Verdict::Unknown);
}

#[test]
fn what_was_well_between_a_stray_failure_and_the_break_speaks_for_nobody() {
    let all = [Function::Label, Function::Pickup, Function::Tracking];
    let mut world = World::of(&all);
    for function in all {
        let target = Target { carrier: World::carrier(), function };
        world.tell(Source::Call(target), Class::Unavailable, Reached::Whole);
    }
    world.minutes(1);
    // Our names fail, and all calls with them: most probes since the stray failures were well all the same.
    (world.reached, world.bad_controls) = (Reached::Nothing, vec![Control::OutsideName]);
    world.fall(&all, 10);
    let verdicts = |fact: &Transition| match fact.what {
        What::Attributed { verdict, .. } => Some(verdict),
        _ => None,
    };
    assert_eq!(world.facts.iter().filter_map(verdicts).collect::<Vec<_>>(), [Verdict::OurPath]);
}

#[test]
fn three_users_reports_name_a_carrier_that_is_silent_and_a_health_page_does_not() {
    let mut world = World::of(&[Function::Label]);
    world.reached = Reached::Dns;
    world.fall(&[Function::Label], 5);
    for _ in 0..9 {
        world.tell(Source::Outside(World::carrier(), Outside::HealthPage), Class::Unavailable, Reached::Whole);
    }
    world.minutes(1);
    assert_eq!(world.verdict(), Verdict::Unknown);
    for _ in 0..3 {
        world.tell(Source::Outside(World::carrier(), Outside::Report), Class::Unavailable, Reached::Whole);
    }
    world.minutes(1);
    assert_eq!(world.verdict(), Verdict::Carrier);
}

#[test]
fn an_operators_correction_stands_and_erases_nothing() {
    let mut world = World::of(&[Function::Label]);
    world.fall(&[Function::Label], 10);
    let text = "their engineer says it is our certificate".to_owned();
    let said = Word::Correct { verdict: Verdict::Ours, text };
    let said = world.watch.remark(world.now, IncidentId(0), "anna", said).expect("it is open");
    world.watch.hear(&said);
    assert_eq!(world.verdict(), Verdict::Ours);
    assert_eq!(world.watch.incidents().next().map(|one| one.verdict), Some(Verdict::Carrier));
    let unknown = world.watch.remark(world.now, IncidentId(7), "anna", Word::Note { text: String::new() });
    assert_eq!(unknown.expect_err("no such").to_string(), "there is no incident #7");
}

#[test]
fn the_carriers_own_word_is_a_fact_even_where_the_verdict_stands() {
    let mut world = World::of(&[Function::Label]);
    world.fall(&[Function::Label], 10);
    assert_eq!((world.verdict(), world.said().len()), (Verdict::Carrier, 3));
    world.tell(Source::Outside(World::carrier(), Outside::Official), Class::Unavailable, Reached::Whole);
    world.minutes(10);
    assert_eq!(world.said(), ["#0 Carrier"], "once, with the word among the evidence");
}
