//! What an answer to a ticket says, in French and English: calm, without blame, only what is known.
//!
//! No time of return is ever said, and nobody is named at fault: what fails is named as it is observed. The sentences
//! stand here together, so that both languages are read side by side.

use super::{
    decide::{Answer, Line},
    facts::{Parcel, State, Trouble},
};
use crate::Lang;
use clock::Time;
use jiff::civil::Date;
use watch::Function;

/// A text to be sent.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Text {
    /// One line.
    pub subject: String,
    /// Plain text.
    pub body: String,
}

/// Both languages of one sentence: French, then English.
const fn both(lang: Lang, french: &'static str, english: &'static str) -> &'static str {
    match lang {
        Lang::French => french,
        Lang::English => english,
    }
}

/// The answer to a ticket. `reference` is the ticket's id, `now` when it is written.
pub fn answer(lang: Lang, answer: &Answer, reference: &str, now: Time) -> Text {
    let mut body = String::from(both(lang, "Bonjour,\n\n", "Hello,\n\n"));
    body.push_str(both(lang, "Voici ce que nous savons à ", "This is what we know at "));
    body.push_str(&clock(lang, now));
    body.push_str(both(lang, "\u{a0}:\n\n", ":\n\n"));
    for line in &answer.lines {
        body.push_str("- ");
        body.push_str(&told(lang, line, now));
        body.push('\n');
    }
    if answer.more > 0 {
        let more = answer.more;
        body.push_str(&match lang {
            Lang::French => format!("- et {more} autres envois, que vous retrouvez dans votre espace.\n"),
            Lang::English => format!("- and {more} more shipments, which your account lists.\n"),
        });
    }
    body.push('\n');
    body.push_str(&trouble(lang, &answer.trouble, now));
    finish(lang, body, reference)
}

/// The closing message, once the incident is restored: how the ticket's parcels stand now.
pub fn closing(lang: Lang, lines: &[Line], trouble: &Trouble, reference: &str, now: Time) -> Text {
    let mut body = String::from(both(lang, "Bonjour,\n\n", "Hello,\n\n"));
    let since = trouble.restored.unwrap_or(now);
    body.push_str(&match lang {
        Lang::French => format!("Le service est rétabli depuis {}.\n", moment(lang, since, now)),
        Lang::English => format!("The service has been restored since {}.\n", moment(lang, since, now)),
    });
    body.push_str(both(lang, "Pour votre demande\u{a0}:\n\n", "For your request:\n\n"));
    for line in lines {
        body.push_str("- ");
        body.push_str(&told(lang, line, now));
        body.push('\n');
    }
    finish(lang, body, reference)
}

/// The subject of a reply to this subject: one line, with one mark.
pub fn reply_subject(subject: &str, reference: &str) -> String {
    let subject: String = subject.chars().map(|c| if c.is_control() { ' ' } else { c }).take(120).collect();
    let subject = subject.split_whitespace().collect::<Vec<_>>().join(" ");
    let bare = subject.strip_prefix("Re: ").or_else(|| subject.strip_prefix("RE: ")).unwrap_or(&subject);
    let bare = bare.replace(&format!(" [{reference}]"), "");
    let space = if bare.is_empty() { "" } else { " " };
    format!("Re: {bare}{space}[{reference}]")
}

fn finish(lang: Lang, mut body: String, reference: &str) -> Text {
    body.push_str(&match lang {
        Lang::French => format!("\nRéférence de votre demande\u{a0}: {reference}\n"),
        Lang::English => format!("\nReference of your request: {reference}\n"),
    });
    body.push_str(both(
        lang,
        "Répondez à ce message si votre question est une autre\u{a0}: une personne la lira.\n",
        "Reply to this message if your question is another one: a person will read it.\n",
    ));
    let subject = match lang {
        Lang::French => format!("Votre demande [{reference}]"),
        Lang::English => format!("Your request [{reference}]"),
    };
    Text { subject, body }
}

fn told(lang: Lang, line: &Line, now: Time) -> String {
    match line {
        Line::State(parcel) => format!("{}{}", name(lang, parcel), state(lang, parcel, now)),
        Line::Public(parcel) => {
            let State::Ready { at, .. } = parcel.state else { return name(lang, parcel) };
            let made = moment(lang, at, now);
            match lang {
                Lang::French => format!(
                    "{}l’étiquette existe depuis {made}. Pour en savoir plus, suivez le colis sous ce numéro.",
                    name(lang, parcel)
                ),
                Lang::English => format!(
                    "{}there has been a label since {made}. To know more, track the parcel by this number.",
                    name(lang, parcel)
                ),
            }
        }
        Line::NotHere(number) => match lang {
            Lang::French => format!("Colis {number}\u{a0}: ce numéro ne nous est pas connu."),
            Lang::English => format!("Parcel {number}: this number is not known to us."),
        },
        Line::Mistyped(number) => match lang {
            Lang::French => format!(
                "{number}\u{a0}: ce n’est pas un numéro de colis, un caractère est faux. Vérifiez-le sur l’étiquette."
            ),
            Lang::English => {
                format!("{number}: this is not a parcel number, one character is wrong. Please check it on the label.")
            }
        },
    }
}

fn name(lang: Lang, parcel: &Parcel) -> String {
    let number = parcel.number.map(|number| number.to_string());
    let order = parcel.order.as_ref().map(|order| {
        let part = parcel.parcel_no.map(|no| both(lang, ", colis ", ", parcel ").to_owned() + &no.to_string());
        format!("{} {}{}", both(lang, "commande", "order"), order.as_str(), part.unwrap_or_default())
    });
    let named = match (number, order) {
        (Some(number), Some(order)) => format!("{} {number} ({order})", both(lang, "Colis", "Parcel")),
        (Some(number), None) => format!("{} {number}", both(lang, "Colis", "Parcel")),
        (None, Some(order)) => first_large(&order),
        (None, None) => format!("{} {}", both(lang, "Envoi", "Shipment"), parcel.id),
    };
    format!("{named}{} ", both(lang, "\u{a0}:", ":"))
}

fn first_large(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

fn state(lang: Lang, parcel: &Parcel, now: Time) -> String {
    let at = |time| moment(lang, time, now);
    match (&parcel.state, lang) {
        (State::Ready { at: made, local: false, .. }, Lang::French) => {
            format!("l’étiquette est prête depuis {}.", at(*made))
        }
        (State::Ready { at: made, local: false, .. }, Lang::English) => {
            format!("the label has been ready since {}.", at(*made))
        }
        (State::Ready { at: made, local: true, announced }, Lang::French) => format!(
            "une étiquette locale valable a été imprimée {}{}.",
            le(*made, now),
            if *announced { "" } else { " ; le transporteur en sera informé dès qu’il répond" }
        ),
        (State::Ready { at: made, local: true, announced }, Lang::English) => format!(
            "a valid local label was printed {}{}.",
            on(*made, now),
            if *announced { "" } else { "; the carrier is told of it as soon as it answers" }
        ),
        (State::Waiting { since, attempts: 0 }, Lang::French) => {
            format!(
                "demande reçue {}, enregistrée ; l’étiquette n’a pas encore pu être demandée. Vous n’avez rien à refaire.",
                le(*since, now)
            )
        }
        (State::Waiting { since, attempts: 0 }, Lang::English) => {
            format!(
                "request received {} and kept; the label could not be asked for yet. There is nothing for you to redo.",
                on(*since, now)
            )
        }
        (State::Waiting { since, .. }, Lang::French) => {
            format!(
                "demande reçue {}, enregistrée ; elle a été présentée au transporteur et n’a pas abouti, elle le sera de nouveau. Vous n’avez rien à refaire.",
                le(*since, now)
            )
        }
        (State::Waiting { since, .. }, Lang::English) => {
            format!(
                "request received {} and kept; it was put to the carrier without success and will be put again. There is nothing for you to redo.",
                on(*since, now)
            )
        }
        (State::Unknown { since, asked }, Lang::French) => format!(
            "demande reçue {}, présentée au transporteur {} sans réponse. Nous vérifions si l’étiquette a été créée ; ne la redemandez pas.",
            le(*since, now),
            le(*asked, now)
        ),
        (State::Unknown { since, asked }, Lang::English) => format!(
            "request received {}, put to the carrier {} without an answer. We are finding out whether the label was made; please do not ask for it again.",
            on(*since, now),
            on(*asked, now)
        ),
        (State::Question { since, link }, Lang::French) => {
            let link = link.as_ref().map_or(".".to_owned(), |link| format!("\u{a0}: {link}"));
            format!("une réponse est attendue depuis {}{link}", at(*since))
        }
        (State::Question { since, link }, Lang::English) => {
            let link = link.as_ref().map_or(".".to_owned(), |link| format!(": {link}"));
            format!("an answer has been waited for since {}{link}", at(*since))
        }
        (State::Rejected { at: when, code }, Lang::French) => format!(
            "le transporteur a refusé la demande {} (code {code}). Corrigez-la et présentez-la de nouveau.",
            le(*when, now)
        ),
        (State::Rejected { at: when, code }, Lang::English) => format!(
            "the carrier refused the request {} (code {code}). Please correct it and ask again.",
            on(*when, now)
        ),
        (State::Human { since }, Lang::French) => format!("une personne s’en occupe depuis {}.", at(*since)),
        (State::Human { since }, Lang::English) => format!("a person has been looking at it since {}.", at(*since)),
        (State::Void { at: when }, Lang::French) => format!("l’envoi a été annulé {}.", le(*when, now)),
        (State::Void { at: when }, Lang::English) => format!("the shipment was cancelled {}.", on(*when, now)),
    }
}

/// The incident, as it is observed.
fn trouble(lang: Lang, trouble: &Trouble, now: Time) -> String {
    let carrier = first_large(&trouble.carrier);
    let to = |to: &str| if carrier.is_empty() { String::new() } else { format!(" {to} {carrier}") };
    let what = functions(lang, &trouble.functions);
    let since = moment(lang, trouble.opened, now);
    if let Some(restored) = trouble.restored {
        let end = moment(lang, restored, now);
        return match lang {
            Lang::French => format!("Le service est rétabli depuis {end}.\n"),
            Lang::English => format!("The service has been restored since {end}.\n"),
        };
    }
    let mut text = match lang {
        Lang::French => format!(
            "Depuis {since}, nous constatons des échecs ou des lenteurs{} ({what}). Nous ne connaissons pas l’heure de rétablissement.\n",
            to("vers")
        ),
        Lang::English => format!(
            "Since {since} we observe failures or delays{} ({what}). We do not know when it will be restored.\n",
            to("with")
        ),
    };
    if let Some(next) = trouble.next_by.filter(|next| *next > now) {
        let next = moment(lang, next, now);
        text.push_str(&match lang {
            Lang::French => format!("Prochain message avant {next}.\n"),
            Lang::English => format!("Next message by {next}.\n"),
        });
    }
    text
}

fn functions(lang: Lang, all: &[Function]) -> String {
    let named: Vec<&str> = all
        .iter()
        .map(|function| match function {
            Function::Label => both(lang, "demandes d’étiquette", "label requests"),
            Function::Pickup => both(lang, "recherche de points de retrait", "pickup point searches"),
            Function::Tracking => both(lang, "suivi", "tracking"),
            Function::Orders => both(lang, "échange de commandes", "the exchange of orders"),
        })
        .collect();
    named.join(", ")
}

/// A time of day, `6 h 24` or `06:24`.
fn clock(lang: Lang, time: Time) -> String {
    let at = time.paris_datetime();
    match lang {
        Lang::French => format!("{}\u{a0}h\u{a0}{:02}", at.hour(), at.minute()),
        Lang::English => format!("{:02}:{:02}", at.hour(), at.minute()),
    }
}

/// A moment behind *depuis* or *since*: the day is said where it is not today.
fn moment(lang: Lang, time: Time, now: Time) -> String {
    let (day, hour) = (time.paris_date(), clock(lang, time));
    match lang {
        _ if day == now.paris_date() => hour,
        Lang::French => format!("le {} à {hour}", date(lang, day)),
        Lang::English => format!("{hour} on {}", date(lang, day)),
    }
}

/// When something happened, in French: *à 6 h 24*, *le 22 décembre à 6 h 24*.
fn le(time: Time, now: Time) -> String {
    let hour = clock(Lang::French, time);
    let day = time.paris_date();
    if day == now.paris_date() { format!("à {hour}") } else { format!("le {} à {hour}", date(Lang::French, day)) }
}

/// When something happened, in English: *at 06:24*, *on 22 December at 06:24*.
fn on(time: Time, now: Time) -> String {
    let hour = clock(Lang::English, time);
    let day = time.paris_date();
    if day == now.paris_date() { format!("at {hour}") } else { format!("on {} at {hour}", date(Lang::English, day)) }
}

fn date(lang: Lang, day: Date) -> String {
    const MONTHS: [(&str, &str); 12] = [
        ("janvier", "January"),
        ("février", "February"),
        ("mars", "March"),
        ("avril", "April"),
        ("mai", "May"),
        ("juin", "June"),
        ("juillet", "July"),
        ("août", "August"),
        ("septembre", "September"),
        ("octobre", "October"),
        ("novembre", "November"),
        ("décembre", "December"),
    ];
    let month = usize::try_from(day.month() - 1).ok().and_then(|place| MONTHS.get(place)).copied().unwrap_or_default();
    match (lang, day.day()) {
        (Lang::French, 1) => format!("1er\u{a0}{}", month.0),
        (Lang::French, day) => format!("{day}\u{a0}{}", month.0),
        (Lang::English, day) => format!("{day}\u{a0}{}", month.1),
    }
}
