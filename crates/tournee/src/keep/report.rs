//! `tournee report`: what became of the labels that were asked for in a period, by merchant, in French or English.

use super::period;
use crate::{
    cli::{self, Lang},
    fault::Fault,
    say,
    serve::settle,
};
use serde::Serialize;
use std::{collections::BTreeMap, fmt::Write};
use store::{Report, Snapshot, Tally, Waited};

/// Runs the command.
///
/// # Errors
/// When the period is wrong, the store cannot be read or the report cannot be written.
pub fn run(args: &cli::Report) -> Result<(), Fault> {
    let config = settle(&args.place, None)?;
    super::need_data(&config)?;
    let snapshot = Snapshot::open(&config.data)?;
    let period = period::of(&args.days, &snapshot)?;
    let report = snapshot.report(&period)?;
    if let Some(path) = &args.json {
        say::report(path, &Sheet { from: args.days.from, to: args.days.to, report: &report })?;
    }
    let words = words(args.lang.unwrap_or_else(say::spoken));
    say::line(format_args!("{} {} {} {}", words.from, args.days.from, words.to, args.days.to));
    say::line(table(&report, words).trim_end());
    Ok(())
}

/// What `--json` writes.
#[derive(Serialize)]
struct Sheet<'a> {
    from: jiff::civil::Date,
    to: jiff::civil::Date,
    #[serde(flatten)]
    report: &'a Report,
}

/// What is written in one language.
struct Words {
    from: &'static str,
    to: &'static str,
    total: &'static str,
    none: &'static str,
    asked: &'static str,
    confirmed: &'static str,
    waiting: &'static str,
    unknown: &'static str,
    human: &'static str,
    rejected: &'static str,
    void: &'static str,
    waited: &'static str,
    met: &'static str,
    open: &'static str,
    local: &'static str,
    names: fn(&str) -> Option<&'static str>,
}

fn words(lang: Lang) -> &'static Words {
    match lang {
        Lang::En => &ENGLISH,
        Lang::Fr => &FRENCH,
    }
}

const ENGLISH: Words = Words {
    from: "Labels asked for from",
    to: "to",
    total: "all together",
    none: "nothing was asked for",
    asked: "asked for",
    confirmed: "have their label",
    waiting: "wait",
    unknown: "unknown: it is being found out whether the label was made",
    human: "wait for a person's decision",
    rejected: "refused by the carrier",
    void: "given up by the merchant",
    waited: "from request to label (half, nine of ten, all)",
    met: "attempts that may have happened",
    open: "not settled yet",
    local: "local labels announced, seen at the carrier",
    names: |name| {
        Some(match name {
            "answer" => "by the carrier's answer",
            "anchor" => "by a reprint of the chosen number",
            "tracking" => "found in tracking",
            "local" => "printed here",
            "human" => "by a person",
            "confirmed_answer" => "the label came all the same",
            "confirmed_anchor" => "made: reprinted by the chosen number",
            "confirmed_tracking" => "made: found in tracking",
            "confirmed_human" => "made: a person found it",
            "probed_not_made" => "proved not made",
            "superseded" => "given up for another attempt",
            "rejected" => "refused by the carrier",
            "left_to_human" => "left to a person",
            "voided" => "given up by the merchant",
            _ => return None,
        })
    },
};

const FRENCH: Words = Words {
    from: "Étiquettes demandées du",
    to: "au",
    total: "ensemble",
    none: "aucune demande",
    asked: "demandées",
    confirmed: "ont leur étiquette",
    waiting: "en attente",
    unknown: "inconnues : on cherche si l'étiquette a été faite",
    human: "attendent la décision d'une personne",
    rejected: "refusées par le transporteur",
    void: "abandonnées par le marchand",
    waited: "de la demande à l'étiquette (la moitié, neuf sur dix, toutes)",
    met: "tentatives qui ont pu aboutir",
    open: "pas encore élucidées",
    local: "étiquettes locales annoncées, vues chez le transporteur",
    names: |name| {
        Some(match name {
            "answer" => "par la réponse du transporteur",
            "anchor" => "par réimpression du numéro choisi",
            "tracking" => "retrouvées dans le suivi",
            "local" => "imprimées ici",
            "human" => "par une personne",
            "confirmed_answer" => "l'étiquette est venue malgré tout",
            "confirmed_anchor" => "faites : réimprimées par le numéro choisi",
            "confirmed_tracking" => "faites : retrouvées dans le suivi",
            "confirmed_human" => "faites : retrouvées par une personne",
            "probed_not_made" => "prouvées non faites",
            "superseded" => "abandonnées pour une autre tentative",
            "rejected" => "refusées par le transporteur",
            "left_to_human" => "laissées à une personne",
            "voided" => "abandonnées par le marchand",
            _ => return None,
        })
    },
};

fn table(report: &Report, words: &Words) -> String {
    let mut text = String::new();
    if report.merchants.is_empty() {
        return words.none.to_owned();
    }
    for (merchant, tally) in &report.merchants {
        block(&mut text, merchant.as_str(), tally, words);
    }
    if report.merchants.len() > 1 {
        block(&mut text, words.total, &report.total, words);
    }
    text
}

/// One merchant's numbers; what there was none of is left out.
fn block(text: &mut String, name: &str, tally: &Tally, words: &Words) {
    let mut line = |depth: usize, count: u64, what: &str| {
        if count > 0 {
            let _ = writeln!(text, "{:depth$}{count:>8}  {what}", "");
        }
    };
    line(0, tally.asked, &format!("{} — {name}", words.asked));
    line(2, tally.confirmed, words.confirmed);
    parts(&mut line, &tally.confirmed_by, words);
    for (count, what) in [
        (tally.waiting, words.waiting),
        (tally.unknown, words.unknown),
        (tally.human, words.human),
        (tally.rejected, words.rejected),
        (tally.void, words.void),
    ] {
        line(2, count, what);
    }
    line(2, tally.unknowns.met, words.met);
    parts(&mut line, &tally.unknowns.settled, words);
    line(4, tally.unknowns.open, words.open);
    let local = tally.local;
    if local.announced > 0 {
        let _ = writeln!(text, "  {:>8}  {}", format!("{}, {}", local.announced, local.integrated), words.local);
    }
    if let Some(Waited { p50, p90, max }) = tally.waited_ms {
        let _ = writeln!(text, "  {}, {}, {}  {}", span(p50), span(p90), span(max), words.waited);
    }
    text.push('\n');
}

fn parts(line: &mut impl FnMut(usize, u64, &str), parts: &BTreeMap<String, u64>, words: &Words) {
    for (name, count) in parts {
        line(4, *count, (words.names)(name).unwrap_or(name));
    }
}

/// A span of time for people: the two greatest units.
fn span(ms: u64) -> String {
    let s = ms / 1_000;
    match s {
        0..60 => format!("{}.{} s", s, ms % 1_000 / 100),
        60..3_600 => format!("{} min {:02} s", s / 60, s % 60),
        3_600..86_400 => format!("{} h {:02} min", s / 3_600, s % 3_600 / 60),
        _ => format!("{} d {:02} h", s / 86_400, s % 86_400 / 3_600),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_are_for_people() {
        let said = [950, 61_000, 3_720_000, 90_000_000].map(span);
        assert_eq!(said, ["0.9 s", "1 min 01 s", "1 h 02 min", "1 d 01 h"]);
    }

    #[test]
    fn what_there_was_is_said_in_either_language_and_new_names_are_said_as_they_are() {
        let tally = Tally {
            asked: 3,
            confirmed: 2,
            confirmed_by: BTreeMap::from([("answer".into(), 1), ("telepathy".into(), 1)]),
            waiting: 1,
            waited_ms: Some(Waited { p50: 1_000, p90: 2_000, max: 3_000 }),
            ..Tally::default()
        };
        let merchant: parcel::MerchantId = "shop".parse().expect("an id");
        let report = Report { merchants: BTreeMap::from([(merchant, tally)]), ..Report::default() };
        let (en, fr) = (table(&report, words(Lang::En)), table(&report, words(Lang::Fr)));
        for says in ["3  asked for — shop", "1  by the carrier's answer", "1  telepathy", "1.0 s, 2.0 s, 3.0 s"] {
            assert!(en.contains(says), "{says:?} is missing in {en}");
        }
        assert!(fr.contains("3  demandées — shop") && fr.contains("1  en attente"), "{fr}");
        assert!(!en.contains("given up"), "what there was none of is left out: {en}");
    }
}
