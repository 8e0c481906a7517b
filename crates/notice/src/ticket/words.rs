//! What an answer to a ticket says, in French and English: calm, without blame, only what is known.
//!
//! The sentences stand with all the others, in the files of [`crate::Words`] under *support desk*. No time of return is
//! ever said, and nobody is named at fault: what fails is named as it is observed.

use super::{
    decide::{Answer, Line},
    facts::{Parcel, State, Trouble},
};
use crate::{Arg, Lang, Words};
use clock::Time;
use watch::Carrier;

/// The longest subject that is taken into a reply, in characters.
const SUBJECT_CHARS_MAX: usize = 120;

/// A text to be sent.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Text {
    /// One line.
    pub subject: String,
    /// Plain text.
    pub body: String,
}

/// The answer to a ticket. `reference` is the ticket's id, `now` when it is written.
pub fn answer(lang: Lang, answer: &Answer, reference: &str, now: Time) -> Text {
    let say = Say { words: Words::of(lang), now };
    let mut body = vec![say.text("desk-known", &[("at", &say.at(now))]), String::new()];
    body.extend(answer.lines.iter().map(|line| format!("- {}", say.line(line))));
    if let Ok(count @ 1..) = u64::try_from(answer.more) {
        let (shown, count) = (count.to_string(), Arg::Count(count));
        let more = say.words.text("desk-more", &[("count", count), ("shown", Arg::Text(&shown))]);
        body.push(format!("- {more}"));
    }
    body.extend([String::new(), say.trouble(&answer.trouble)]);
    say.letter(&body, reference)
}

/// The closing message, once the incident is restored: how the ticket's parcels stand now.
pub fn closing(lang: Lang, lines: &[Line], trouble: &Trouble, reference: &str, now: Time) -> Text {
    let say = Say { words: Words::of(lang), now };
    let since = say.since(trouble.restored.unwrap_or(now));
    let mut body = vec![
        say.text("desk-restored", &[("since", &since)]),
        String::new(),
        say.text("desk-your-request", &[]),
        String::new(),
    ];
    body.extend(lines.iter().map(|line| format!("- {}", say.line(line))));
    say.letter(&body, reference)
}

/// The subject of a reply to this subject: one line, with one mark.
pub fn reply_subject(subject: &str, reference: &str) -> String {
    let subject: String =
        subject.chars().map(|c| if c.is_control() { ' ' } else { c }).take(SUBJECT_CHARS_MAX).collect();
    let subject = subject.split_whitespace().collect::<Vec<_>>().join(" ");
    let bare = subject.strip_prefix("Re: ").or_else(|| subject.strip_prefix("RE: ")).unwrap_or(&subject);
    let bare = bare.replace(&format!(" [{reference}]"), "");
    let space = if bare.is_empty() { "" } else { " " };
    format!("Re: {bare}{space}[{reference}]")
}

struct Say {
    words: &'static Words,
    now: Time,
}

impl Say {
    fn text(&self, id: &str, args: &[(&str, &str)]) -> String {
        let args: Vec<(&str, Arg<'_>)> = args.iter().map(|(name, text)| (*name, Arg::Text(text))).collect();
        self.words.text(id, &args)
    }

    fn since(&self, time: Time) -> String {
        self.words.when(time, self.now)
    }

    fn at(&self, time: Time) -> String {
        self.words.at(time, self.now)
    }

    fn letter(&self, body: &[String], reference: &str) -> Text {
        let reference = [("reference", reference)];
        let (hello, end) = (self.text("desk-hello", &[]), self.text("desk-reference", &reference));
        let reply = self.text("desk-reply", &[]);
        let body = format!("{hello}\n\n{}\n\n{end}\n{reply}\n", body.join("\n"));
        Text { subject: self.text("desk-subject", &reference), body }
    }

    fn line(&self, line: &Line) -> String {
        match line {
            Line::State(parcel) => self.named(parcel, &self.state(parcel)),
            Line::Public(parcel) => {
                let State::Ready { at, .. } = parcel.state else { return self.named(parcel, "") };
                self.named(parcel, &self.text("desk-public", &[("since", &self.since(at))]))
            }
            Line::NotHere(number) => self.text("desk-not-here", &[("number", number)]),
            Line::Mistyped(number) => self.text("desk-mistyped", &[("number", number)]),
        }
    }

    /// A parcel by the names that its asker may know it by, and how it stands. To a stranger only its number is told.
    fn named(&self, parcel: &Parcel, state: &str) -> String {
        let is_known = parcel.right != super::Right::None;
        let order = parcel.order.as_ref().filter(|_| is_known).map(|order| match parcel.parcel_no {
            None => order.as_str().to_owned(),
            Some(part) => self.text("desk-order-part", &[("order", order.as_str()), ("part", &part.to_string())]),
        });
        match (parcel.number, order) {
            (Some(number), Some(order)) => {
                let args = [("number", number.as_str()), ("order", &order), ("state", state)];
                self.text("desk-parcel-of-order", &args)
            }
            (Some(number), None) => self.text("desk-parcel", &[("number", number.as_str()), ("state", state)]),
            (None, Some(order)) => self.text("desk-order", &[("order", &order), ("state", state)]),
            (None, None) => self.text("desk-shipment", &[("shipment", &parcel.id.to_string()), ("state", state)]),
        }
    }

    fn state(&self, parcel: &Parcel) -> String {
        match &parcel.state {
            State::Ready { at, local: false, .. } => self.text("desk-ready", &[("since", &self.since(*at))]),
            State::Ready { at, announced: true, .. } => self.text("desk-ready-local", &[("at", &self.at(*at))]),
            State::Ready { at, .. } => self.text("desk-ready-local-unannounced", &[("at", &self.at(*at))]),
            State::Waiting { since, attempts: 0 } => self.text("desk-waiting", &[("at", &self.at(*since))]),
            State::Waiting { since, .. } => self.text("desk-waiting-again", &[("at", &self.at(*since))]),
            State::Unknown { since, asked } => {
                self.text("desk-unknown", &[("at", &self.at(*since)), ("asked", &self.at(*asked))])
            }
            State::Question { since, link: None } => self.text("desk-question", &[("since", &self.since(*since))]),
            State::Question { since, link: Some(link) } => {
                self.text("desk-question-link", &[("since", &self.since(*since)), ("link", link)])
            }
            State::Rejected { at, code } => self.text("desk-rejected", &[("at", &self.at(*at)), ("code", code)]),
            State::Human { since } => self.text("desk-human", &[("since", &self.since(*since))]),
            State::Void { at } => self.text("desk-void", &[("at", &self.at(*at))]),
        }
    }

    /// The incident, as it is observed.
    fn trouble(&self, trouble: &Trouble) -> String {
        if let Some(restored) = trouble.restored {
            return self.text("desk-restored", &[("since", &self.since(restored))]);
        }
        let functions: Vec<String> = trouble.functions.iter().map(|one| self.words.function(*one)).collect();
        let (since, functions) = (self.since(trouble.opened), functions.join(", "));
        let carrier = self.words.carrier(&Carrier::new(&trouble.carrier));
        let id = if carrier.is_empty() { "desk-trouble-ours" } else { "desk-trouble" };
        let args = [("since", since.as_str()), ("functions", &functions), ("carrier", &carrier)];
        let mut text = format!("{} {}", self.text(id, &args), self.text("not-known", &[]));
        if let Some(next) = trouble.next_by.filter(|next| *next > self.now) {
            text = format!("{text}\n{}", self.words.next(next, self.now));
        }
        text
    }
}
