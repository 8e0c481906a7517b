//! Whether our facts answer a ticket, and with what; else why it is a person's.

use super::{
    facts::{Asker, Facts, FoundBy, Parcel, Right, State, Trouble},
    read::{Kind, Reading},
};
use serde::{Deserialize, Serialize};
use watch::{Function, IncidentId};

/// Parcels whose state is told in one answer, at most; of more it is said how many there are.
pub const SHOWN_PARCELS_MAX: usize = 20;
/// Parcels that one ticket may name before a person looks at it.
const NAMED_PARCELS_MAX: usize = 50;

/// Why a ticket is a person's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reason {
    /// A lawyer, a court or a formal notice is named.
    Legal,
    /// A journalist asks.
    Press,
    /// Money is wanted back.
    Refund,
    /// Something is broken.
    Damaged,
    /// A parcel is said to be lost.
    Lost,
    /// An address is to be changed.
    AddressChange,
    /// It is about something else than the state of a parcel.
    OtherMatter,
    /// It is not about us.
    OffTopic,
    /// Thanks; nothing is asked.
    Thanks,
    /// No parcel of ours is named, and none can be told from the rest.
    NoMatch,
    /// Several parcels fit and nothing says which is meant.
    Ambiguous,
    /// The parcel is somebody else's.
    NotTheirs,
    /// Parcels of several people are named.
    SeveralPeople,
    /// A number is mistyped.
    Mistyped,
    /// Too many parcels are named.
    TooMany,
    /// The parcel is known, and no incident explains the question.
    NotExplained,
    /// The text could not be read whole.
    Unreadable,
    /// The asker wrote again after an answer.
    WroteAgain,
}

impl Reason {
    /// All of them.
    pub const ALL: [Self; 18] = [
        Self::Legal,
        Self::Press,
        Self::Refund,
        Self::Damaged,
        Self::Lost,
        Self::AddressChange,
        Self::OtherMatter,
        Self::OffTopic,
        Self::Thanks,
        Self::NoMatch,
        Self::Ambiguous,
        Self::NotTheirs,
        Self::SeveralPeople,
        Self::Mistyped,
        Self::TooMany,
        Self::NotExplained,
        Self::Unreadable,
        Self::WroteAgain,
    ];

    /// Its name outside.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Legal => "legal",
            Self::Press => "press",
            Self::Refund => "refund",
            Self::Damaged => "damaged",
            Self::Lost => "lost",
            Self::AddressChange => "address_change",
            Self::OtherMatter => "other_matter",
            Self::OffTopic => "off_topic",
            Self::Thanks => "thanks",
            Self::NoMatch => "no_match",
            Self::Ambiguous => "ambiguous",
            Self::NotTheirs => "not_theirs",
            Self::SeveralPeople => "several_people",
            Self::Mistyped => "mistyped",
            Self::TooMany => "too_many",
            Self::NotExplained => "not_explained",
            Self::Unreadable => "unreadable",
            Self::WroteAgain => "wrote_again",
        }
    }

    /// The reason of this name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|reason| reason.name() == name)
    }
}

/// Why a ticket is answered by nobody.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NotAnswered {
    /// No person wrote it: an answer could go round for ever.
    Automatic,
}

/// One line of an answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Line {
    /// How a parcel stands, to one who may know.
    State(Box<Parcel>),
    /// What tracking tells anybody: there is a label under this number.
    Public(Box<Parcel>),
    /// A number that nobody here has.
    NotHere(String),
    /// A number whose check digit does not fit.
    Mistyped(String),
}

/// An answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answer {
    /// What is said of each parcel.
    pub lines: Vec<Line>,
    /// How many parcels more there are of which nothing is said.
    pub more: usize,
    /// The incident that it is answered by.
    pub trouble: Trouble,
}

impl Answer {
    /// The parcels that the ticket is linked to.
    pub fn parcels(&self) -> impl Iterator<Item = &Parcel> {
        self.lines.iter().filter_map(|line| match line {
            Line::State(parcel) | Line::Public(parcel) => Some(&**parcel),
            _ => None,
        })
    }
}

/// What becomes of a ticket.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Decision {
    /// It is answered.
    Answer(Box<Answer>),
    /// A person looks at it.
    Person {
        /// Why.
        reason: Reason,
        /// The parcels it is about, as far as that is certain: for the person to see.
        parcels: Vec<Parcel>,
        /// The incident it may come of.
        incident: Option<IncidentId>,
    },
    /// Nobody answers it.
    Nothing(NotAnswered),
}

/// What makes a ticket a person's, whatever parcel it names; the first counts.
const PERSONS: [(Kind, Reason); 9] = [
    (Kind::Legal, Reason::Legal),
    (Kind::Press, Reason::Press),
    (Kind::Refund, Reason::Refund),
    (Kind::Damaged, Reason::Damaged),
    (Kind::Lost, Reason::Lost),
    (Kind::AddressChange, Reason::AddressChange),
    (Kind::Other, Reason::OtherMatter),
    (Kind::OffTopic, Reason::OffTopic),
    (Kind::Thanks, Reason::Thanks),
];

/// Decides.
pub fn decide(reading: &Reading, facts: &Facts) -> Decision {
    if reading.is(Kind::Automatic) {
        return Decision::Nothing(NotAnswered::Automatic);
    }
    let linked = linked(reading, facts);
    let all = linked.as_ref().map(|links| links.parcels.as_slice()).unwrap_or_default();
    let trouble = explained_by(reading, facts, all);
    let parcels = linked.as_ref().map(Links::with_right).unwrap_or_default();
    let person = |reason, parcels| Decision::Person { reason, parcels, incident: trouble.map(|one| one.id) };
    if let Some((_, reason)) = PERSONS.iter().find(|(kind, _)| reading.is(*kind)) {
        return person(*reason, parcels);
    }
    let links = match linked {
        Ok(links) => links,
        Err(reason) => return person(reason, Vec::new()),
    };
    let Some(trouble) = trouble else { return person(Reason::NotExplained, parcels) };
    let (lines, more) = links.lines(reading);
    Decision::Answer(Box::new(Answer { lines, more, trouble: trouble.clone() }))
}

/// The parcels of a ticket, each certain.
struct Links<'a> {
    parcels: Vec<&'a Parcel>,
}

fn linked<'a>(reading: &Reading, facts: &'a Facts) -> Result<Links<'a>, Reason> {
    let named: Vec<&Parcel> = facts.parcels.iter().filter(|one| one.by != FoundBy::Time).collect();
    if named.len() > NAMED_PARCELS_MAX || reading.numbers.len() > NAMED_PARCELS_MAX {
        return Err(Reason::TooMany);
    }
    if named.is_empty() {
        return by_time(reading, facts);
    }
    let theirs: Vec<&Parcel> = named.iter().copied().filter(|one| one.right != Right::None).collect();
    if theirs.is_empty() {
        // A word that happens to be somebody's order number says nothing; a whole number says what tracking says.
        let public: Vec<&Parcel> = named.into_iter().filter(|one| one.by == FoundBy::Number).collect();
        let told = |one: &&Parcel| matches!(one.state, State::Ready { announced: true, .. });
        return match public.is_empty() || !public.iter().all(told) {
            true => Err(Reason::NotTheirs),
            false => Ok(Links { parcels: public }),
        };
    }
    let stranger = named.iter().any(|one| one.right == Right::None && one.by == FoundBy::Number);
    let merchants = theirs.iter().any(|one| one.merchant != theirs[0].merchant);
    if stranger || merchants && !same_party(&theirs, reading) {
        return Err(Reason::SeveralPeople);
    }
    Ok(Links { parcels: theirs })
}

/// A buyer may have parcels of several shops; an order number, however, that two shops know is nobody's in particular.
fn same_party(theirs: &[&Parcel], reading: &Reading) -> bool {
    theirs
        .iter()
        .all(|one| one.right == Right::Party && one.number.is_some_and(|number| reading.numbers.contains(&number)))
}

/// By the account, the function and the time: for a merchant that names no parcel.
fn by_time<'a>(reading: &Reading, facts: &'a Facts) -> Result<Links<'a>, Reason> {
    if !reading.mistyped.is_empty() {
        return Err(Reason::Mistyped);
    }
    let nothing_named = reading.numbers.is_empty();
    let about_labels = reading.function == Some(Function::Label);
    if !nothing_named || !about_labels || !matches!(facts.asker, Asker::Merchant(_)) {
        return Err(Reason::NoMatch);
    }
    let held: Vec<&Parcel> =
        facts.parcels.iter().filter(|one| one.by == FoundBy::Time && one.right == Right::Merchant).collect();
    match held.len() {
        0 => Err(Reason::NoMatch),
        1 => Ok(Links { parcels: held }),
        _ if reading.about_all => Ok(Links { parcels: held }),
        _ => Err(Reason::Ambiguous),
    }
}

impl Links<'_> {
    fn with_right(&self) -> Vec<Parcel> {
        self.parcels.iter().filter(|one| one.right != Right::None).map(|one| (*one).clone()).collect()
    }

    fn lines(&self, reading: &Reading) -> (Vec<Line>, usize) {
        let more = self.parcels.len().saturating_sub(SHOWN_PARCELS_MAX);
        let mut lines: Vec<Line> = self
            .parcels
            .iter()
            .take(SHOWN_PARCELS_MAX)
            .map(|one| match one.right {
                Right::None => Line::Public(Box::new((*one).clone())),
                Right::Merchant | Right::Party => Line::State(Box::new((*one).clone())),
            })
            .collect();
        let is_here = |number| self.parcels.iter().any(|one| one.number == Some(number));
        let not_here = reading.numbers.iter().filter(|number| !is_here(**number));
        lines.extend(not_here.map(|number| Line::NotHere(number.to_string())).take(SHOWN_PARCELS_MAX));
        lines.extend(reading.mistyped.iter().cloned().map(Line::Mistyped).take(SHOWN_PARCELS_MAX));
        (lines, more)
    }
}

/// The latest incident that explains the question: it was there, and it is about the function that is asked about, or a
/// parcel that is asked about has no label and labels are what fails, or got it while they failed.
fn explained_by<'a>(reading: &Reading, facts: &'a Facts, parcels: &[&Parcel]) -> Option<&'a Trouble> {
    let asked = |trouble: &&Trouble| match reading.function {
        None => true,
        Some(function) => trouble.functions.contains(&function),
    };
    let holds_up = |trouble: &&Trouble| {
        trouble.functions.contains(&Function::Label) && parcels.iter().any(|one| touches(trouble, one))
    };
    let mut reaching: Vec<&Trouble> = facts.troubles.iter().filter(|one| one.reaches(facts.at)).collect();
    reaching.sort_by_key(|one| one.opened);
    reaching.into_iter().rev().find(|one| asked(one) || holds_up(one))
}

fn touches(trouble: &Trouble, parcel: &Parcel) -> bool {
    let asked_before_its_end = trouble.restored.is_none_or(|end| parcel.accepted <= end);
    match parcel.state {
        State::Ready { at, .. } => asked_before_its_end && at >= trouble.opened,
        _ => asked_before_its_end && !parcel.state.is_settled(),
    }
}
