//! A labelled set of tickets, written by us: each is read and decided against a small world of known facts.

use clock::Time;
use notice::{
    Lang,
    ticket::{self, Asker, Decision, Facts, FoundBy, Inbound, Line, Parcel, Right, State, Trouble, words},
};
use parcel::{MerchantId, ParcelNumber, ShipmentId};
use std::{collections::BTreeMap, time::Duration};
use watch::{Function, IncidentId};

const FILES: [&str; 4] = [
    include_str!("tickets/merchants.txt"),
    include_str!("tickets/buyers.txt"),
    include_str!("tickets/people.txt"),
    include_str!("tickets/machines.txt"),
];
/// The share of the tickets about a parcel's state that must be answered with it.
const ANSWERED_SHARE_MIN: f64 = 0.7;
const TICKETS_COUNT_MIN: usize = 120;

struct Known {
    name: &'static str,
    parcel: Parcel,
    parties: Vec<&'static str>,
}

fn at(hour: &str) -> Time {
    Time::from_paris(&format!("2025-12-22T{hour}:00")).expect("a moment")
}

/// The world: three merchants; labels fail since 06:24, and it is 11:00.
fn world() -> Vec<Known> {
    let mut known = Vec::new();
    let mut put = |name, merchant: &str, accepted, number: bool, state, parties: &[&'static str]| {
        let nth = u64::try_from(known.len()).expect("few");
        let merchant: MerchantId = merchant.parse().expect("an id");
        let order = name_of_order(name);
        let parcel = Parcel {
            id: ShipmentId::new(1_000 + nth, [0; 10]),
            merchant,
            order: order.map(|order| order.parse().expect("an order")),
            parcel_no: None,
            number: number.then(|| ParcelNumber::from_serial("6A", 4_000_000_000 + nth * 977).expect("a number")),
            accepted: at(accepted),
            state,
            by: FoundBy::Number,
            right: Right::None,
        };
        known.push(Known { name, parcel, parties: parties.to_vec() });
    };
    let ready = |hour| State::Ready { at: at(hour), local: false, announced: true };
    let waiting = |hour| State::Waiting { since: at(hour), attempts: 1 };
    let anne = ["anne@mail.example"].as_slice();
    put("A-1001", "atelier", "05:40", true, ready("05:41"), anne);
    put("A-1002", "atelier", "06:30", false, waiting("06:30"), anne);
    put(
        "A-1003",
        "atelier",
        "06:41",
        false,
        State::Unknown { since: at("06:41"), asked: at("06:42") },
        &["bob@mail.example"],
    );
    let link = Some("https://tournee.example/choose/abc".to_owned());
    put("A-1004", "atelier", "07:02", false, State::Question { since: at("07:05"), link }, &["chloe@mail.example"]);
    put(
        "A-1005",
        "atelier",
        "07:10",
        true,
        State::Ready { at: at("07:31"), local: true, announced: false },
        &["dan@mail.example"],
    );
    put("A-1006", "atelier", "07:15", true, ready("09:12"), &["eve@mail.example"]);
    put("A-1006 (2)", "atelier", "07:15", false, waiting("07:15"), &["eve@mail.example"]);
    put("4711", "atelier", "08:00", false, waiting("08:00"), &["fred@mail.example"]);
    put(
        "A-1007",
        "atelier",
        "08:20",
        false,
        State::Rejected { at: at("08:21"), code: "30109".into() },
        &["gus@mail.example"],
    );
    put("B-77", "brune", "09:01", false, waiting("09:01"), &["hana@mail.example"]);
    put("B-78", "brune", "06:50", true, ready("09:40"), anne);
    put("4712", "brune", "05:00", true, ready("05:01"), &["ines@mail.example"]);
    known
}

fn name_of_order(name: &str) -> Option<&str> {
    name.split(' ').next()
}

fn trouble() -> Trouble {
    Trouble {
        id: IncidentId(1),
        carrier: "colissimo".into(),
        functions: vec![Function::Label],
        opened: at("06:24"),
        restored: None,
        next_by: Some(at("11:30")),
    }
}

struct Ticket {
    name: String,
    from: String,
    expected: String,
    subject: String,
    body: String,
}

/// Tickets begin with a line `=== name | who | what is expected`; `{A-1001}` stands for a parcel's number, `{A-1001!}` for
/// the same with a digit mistyped, `{A-1001 }` for it in groups and small letters.
fn tickets(known: &[Known]) -> Vec<Ticket> {
    let mut all: Vec<Ticket> = Vec::new();
    for line in FILES.iter().flat_map(|file| file.lines()) {
        if line.starts_with("#!") {
            continue;
        }
        if let Some(head) = line.strip_prefix("=== ") {
            let parts: Vec<&str> = head.split('|').map(str::trim).collect();
            let [name, from, expected] = parts[..] else { panic!("{line}") };
            let owned = |text: &str| text.to_owned();
            all.push(Ticket {
                name: owned(name),
                from: owned(from),
                expected: owned(expected),
                subject: String::new(),
                body: String::new(),
            });
            continue;
        }
        let ticket = all.last_mut().expect("a ticket");
        let text = filled(line, known);
        match text.strip_prefix("Subject: ") {
            Some(subject) if ticket.body.is_empty() => ticket.subject = subject.to_owned(),
            _ => ticket.body.push_str(&(text + "\n")),
        }
    }
    all
}

fn filled(line: &str, known: &[Known]) -> String {
    let mut text = line.to_owned();
    for one in known {
        let Some(number) = one.parcel.number else { continue };
        let number = number.to_string();
        let last = number.as_bytes()[12];
        let wrong = format!("{}{}", &number[..12], char::from(b'0' + (last - b'0' + 1) % 10));
        let grouped = format!("{} {} {} {}", &number[..2], &number[2..7], &number[7..12], &number[12..]).to_lowercase();
        let name = one.name;
        text = text.replace(&format!("{{{name}}}"), &number).replace(&format!("{{{name}!}}"), &wrong);
        text = text.replace(&format!("{{{name} }}"), &grouped);
    }
    text
}

/// What the store would look up for this ticket.
fn facts(known: &[Known], from: &str, reading: &ticket::Reading) -> Facts {
    let (kind, who) = from.split_once(':').unwrap_or((from, ""));
    let merchant: Option<MerchantId> = (kind == "key").then(|| who.parse().expect("a merchant"));
    let mut parcels: Vec<Parcel> = Vec::new();
    for one in known {
        let mine = merchant.as_ref() == Some(&one.parcel.merchant);
        let by_number = one.parcel.number.is_some_and(|number| reading.numbers.contains(&number));
        let order = one.parcel.order.as_ref().map(|order| order.as_str().to_owned());
        let by_order = order.is_some_and(|order| reading.tokens.contains(&order)) && (merchant.is_none() || mine);
        let held =
            mine && matches!(one.parcel.state, State::Waiting { .. } | State::Unknown { .. } | State::Question { .. });
        let by = match (by_number, by_order, held) {
            (true, _, _) => FoundBy::Number,
            (_, true, _) => FoundBy::Order,
            (_, _, true) => FoundBy::Time,
            _ => continue,
        };
        let right = match () {
            () if mine => Right::Merchant,
            () if kind == "mail" && one.parties.contains(&who) => Right::Party,
            () => Right::None,
        };
        parcels.push(Parcel { by, right, ..one.parcel.clone() });
    }
    let asker = match merchant {
        Some(merchant) => Asker::Merchant(merchant),
        None if kind == "mail" => Asker::Address,
        None => Asker::Unknown,
    };
    Facts { at: at("11:00"), now: at("11:00"), asker, parcels, troubles: vec![trouble()] }
}

/// What became of it, in the words of the files.
fn outcome(known: &[Known], decision: &Decision) -> String {
    let name = |parcel: &Parcel| known.iter().find(|one| one.parcel.id == parcel.id).expect("known").name.to_owned();
    match decision {
        Decision::Nothing(_) => "nothing".into(),
        Decision::Person { reason, .. } => format!("person {}", reason.name()),
        Decision::Answer(answer) => {
            let public = answer.lines.iter().any(|line| matches!(line, Line::Public(_)));
            let mut names: Vec<String> = answer.parcels().map(name).collect();
            names.sort();
            format!("{} {}", if public { "public" } else { "answer" }, names.join(", "))
        }
    }
}

#[test]
fn the_labelled_set_is_decided_as_it_is_labelled() {
    let known = world();
    let tickets = tickets(&known);
    assert!(tickets.len() >= TICKETS_COUNT_MIN, "{} tickets", tickets.len());
    let (mut in_scope, mut answered, mut wrong_links, mut differ) = (0u32, 0u32, 0u32, Vec::new());
    let mut by_outcome: BTreeMap<String, u32> = BTreeMap::new();
    for one in &tickets {
        let inbound = Inbound { subject: &one.subject, body: &one.body, is_automatic: one.from == "program" };
        let reading = ticket::read(&inbound);
        let facts = facts(&known, &one.from, &reading);
        let decision = ticket::decide(&reading, &facts);
        let is = outcome(&known, &decision);
        // `in` marks tickets about a parcel's state that a person has to answer all the same.
        let (about_state, expected) = match one.expected.strip_prefix("in ") {
            Some(expected) => (true, expected),
            None => (one.expected.starts_with("answer") || one.expected.starts_with("public"), one.expected.as_str()),
        };
        in_scope += u32::from(about_state);
        answered += u32::from(about_state && matches!(decision, Decision::Answer(_)));
        wrong_links += wrong(&known, &decision, one);
        *by_outcome.entry(is.split_whitespace().take(2).collect::<Vec<_>>().join(" ")).or_default() += 1;
        if is != expected {
            differ.push(format!("{}: expected {expected:?}, is {is:?} ({reading:?})", one.name));
        }
    }
    let share = f64::from(answered) / f64::from(in_scope);
    let measured = format!(
        "{} tickets, {in_scope} about a parcel's state, {answered} answered ({:.0} %)",
        tickets.len(),
        share * 100.0
    );
    std::io::Write::write_fmt(&mut std::io::stdout(), format_args!("{measured}\n")).expect("said");
    assert!(differ.is_empty(), "{}", differ.join("\n"));
    assert_eq!(wrong_links, 0);
    assert!(share >= ANSWERED_SHARE_MIN, "{share}");
}

/// Links to parcels that the label does not name, or that the sender has no right to.
fn wrong(known: &[Known], decision: &Decision, ticket: &Ticket) -> u32 {
    let Decision::Answer(answer) = decision else { return 0 };
    let bad = answer.parcels().filter(|parcel| {
        let one = known.iter().find(|one| one.parcel.id == parcel.id).expect("known");
        let mine = ticket.from == format!("key:{}", one.parcel.merchant)
            || one.parties.iter().any(|party| ticket.from == format!("mail:{party}"));
        let named = ticket.expected.contains(one.name);
        !named || !mine && !ticket.expected.starts_with("public")
    });
    u32::try_from(bad.count()).expect("few")
}

/// An answer says the same in both languages, names no return and blames nobody.
#[test]
fn answers_say_what_is_known_and_no_more() {
    let known = world();
    let lines = known
        .iter()
        .map(|one| Line::State(Box::new(Parcel { right: Right::Merchant, ..one.parcel.clone() })))
        .collect();
    let answer = ticket::Answer { lines, more: 3, trouble: trouble() };
    let french = words::answer(Lang::French, &answer, "T0123456789", at("11:00"));
    let english = words::answer(Lang::English, &answer, "T0123456789", at("11:00"));
    assert_eq!(french.body.lines().count(), english.body.lines().count());
    for part in [
        "6\u{a0}h\u{a0}24",
        "Prochain message avant 11\u{a0}h\u{a0}30",
        "T0123456789",
        "https://tournee.example/choose/abc\n",
        "3 autres",
    ] {
        assert!(french.body.contains(part), "{part}\n{}", french.body);
    }
    for part in [
        "Since 06:24 we observe",
        "Next message by 11:30",
        "T0123456789",
        "https://tournee.example/choose/abc\n",
        "3 more",
    ] {
        assert!(english.body.contains(part), "{part}\n{}", english.body);
    }
    for word in ["bientôt", "attaque", "faute", "shortly", "attack", "fault", "sorry", "désolé"] {
        assert!(!french.body.contains(word) && !english.body.contains(word), "{word}");
    }
}

#[test]
fn the_closing_message_says_how_each_parcel_stands_now() {
    let known = world();
    let lines: Vec<Line> = known
        .iter()
        .take(4)
        .map(|one| Line::State(Box::new(Parcel { right: Right::Merchant, ..one.parcel.clone() })))
        .collect();
    let restored = at("10:15").plus(Duration::from_secs(2 * 86_400));
    let over = Trouble { restored: Some(restored), ..trouble() };
    let now = restored.plus(Duration::from_secs(60));
    let text = words::closing(Lang::French, &lines, &over, "T0123456789", now).body;
    assert!(
        text.contains("rétabli depuis 10\u{a0}h\u{a0}15") && text.contains("le 22\u{a0}décembre à 6\u{a0}h\u{a0}30"),
        "{text}"
    );
    let text = words::closing(Lang::English, &lines, &over, "T0123456789", now).body;
    assert!(text.contains("restored since 10:15") && text.contains("at 06:30 on 22\u{a0}December"), "{text}");
}

/// A number that somebody found gives away nothing but what tracking does.
#[test]
fn a_stranger_is_told_nothing_of_the_order() {
    let known = world();
    let lines = vec![Line::Public(Box::new(known[5].parcel.clone()))];
    let answer = ticket::Answer { lines, more: 0, trouble: trouble() };
    for lang in Lang::ALL {
        let text = words::answer(lang, &answer, "T0123456789", at("11:00")).body;
        assert!(!text.contains("A-1006") && text.contains("6A4"), "{text}");
    }
}

#[test]
fn without_an_incident_a_parcel_is_a_persons() {
    let known = world();
    let reading = ticket::read(&Inbound { subject: "", body: "Où en est la commande A-1001 ?", is_automatic: false });
    let mut facts = facts(&known, "key:atelier", &reading);
    facts.troubles.clear();
    assert_eq!(outcome(&known, &ticket::decide(&reading, &facts)), "person not_explained");
    facts.troubles = vec![Trouble { restored: Some(at("07:00")), ..trouble() }];
    facts.at = at("11:00").plus(Duration::from_secs(86_400));
    assert_eq!(outcome(&known, &ticket::decide(&reading, &facts)), "person not_explained");
}

#[test]
fn a_reply_has_one_mark_and_one_line() {
    assert_eq!(words::reply_subject("Re: Étiquette\r\nBcc: x", "T0123456789"), "Re: Étiquette Bcc: x [T0123456789]");
    assert_eq!(words::reply_subject("Re: a [T0123456789]", "T0123456789"), "Re: a [T0123456789]");
    assert_eq!(words::reply_subject("", "T0123456789"), "Re: [T0123456789]");
}
