//! A body taken apart: what its sender wrote, what is forwarded, what is only quoted.

use super::rules::{FORWARDS, QUOTES};

/// The parts of a body.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Parts {
    /// What the sender wrote.
    pub own: String,
    /// What the sender forwards: content, though not the sender's words.
    pub forwarded: String,
    /// What was said before and stands here once more.
    pub quoted: String,
}

/// Takes a body apart. From the line that begins a forwarded mail on everything is forwarded; from the line that begins a
/// quotation on, or on any line behind `>`, it is quoted; what follows `-- ` is a signature and nobody's words.
pub(super) fn split(body: &str) -> Parts {
    let mut parts = Parts::default();
    let mut place = Place::Own;
    for line in body.lines() {
        let bare = line.trim().trim_start_matches(['>', ' ', '\u{a0}']);
        let marked = bare.to_lowercase();
        if FORWARDS.iter().any(|mark| marked.contains(mark)) {
            place = Place::Forwarded;
            continue;
        }
        if place == Place::Own && is_quote(&marked) {
            place = Place::Quoted;
            continue;
        }
        if line.trim_end_matches(['\r', '\n']) == "-- " && place == Place::Own {
            place = Place::Signature;
        }
        let to = match place {
            Place::Forwarded => &mut parts.forwarded,
            Place::Signature => continue,
            _ if line.trim_start().starts_with('>') => &mut parts.quoted,
            Place::Quoted => &mut parts.quoted,
            Place::Own => &mut parts.own,
        };
        to.push_str(if place == Place::Own { line } else { bare });
        to.push('\n');
    }
    parts
}

fn is_quote(line: &str) -> bool {
    QUOTES.iter().any(|(begins, ends)| line.starts_with(begins) && line.ends_with(ends))
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    Own,
    Quoted,
    Forwarded,
    Signature,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quotation_is_kept_apart_and_a_forwarded_mail_is_content() {
        let reply = split("Et alors ?\n\nLe lun. 22 déc. 2025 à 09:10, Support <s@x.example> a écrit :\n> Colis 1\n");
        assert_eq!((reply.own.trim(), reply.quoted.trim(), reply.forwarded.as_str()), ("Et alors ?", "Colis 1", ""));
        let sent_on = split("Voir ci-dessous.\n---------- Forwarded message ---------\nFrom: a\nWhere is it?\n");
        assert_eq!((sent_on.own.trim(), sent_on.forwarded.trim()), ("Voir ci-dessous.", "From: a\nWhere is it?"));
        assert_eq!(split("Hello\n-- \nParcel Ltd, refunds department").own, "Hello\n");
        assert_eq!(split("a\n> b\nc").own, "a\nc\n", "answers between the lines are the sender's");
    }
}
