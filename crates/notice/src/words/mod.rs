//! The words: sentences in French and English from a claim, so that both say the same.
//!
//! Texts are Fluent messages (`fr.ftl`, `en.ftl`). Times are those of Paris on a 24-hour clock; French gets its no-break
//! spaces here, so that the files can be read and written by people.

mod short;
mod times;

use crate::{Claim, Lang, Level, Says, SeenBy, Update};
use clock::Time;
use fluent_bundle::{FluentArgs, FluentResource, FluentValue, concurrent::FluentBundle};
use std::{sync::LazyLock, time::Duration};
use times::{number, seconds};
use watch::{Carrier, Condition, Function, Verdict};

static FRENCH: LazyLock<Words> = LazyLock::new(|| Words::read(Lang::French, include_str!("fr.ftl")));
static ENGLISH: LazyLock<Words> = LazyLock::new(|| Words::read(Lang::English, include_str!("en.ftl")));

/// The words of one language.
pub struct Words {
    lang: Lang,
    bundle: FluentBundle<FluentResource>,
}

/// What is put into a text.
#[derive(Clone, Copy, Debug)]
pub enum Arg<'a> {
    /// As it is.
    Text(&'a str),
    /// A number by which the text chooses its forms; it is not shown.
    Count(u64),
}

/// A message in words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Spoken {
    /// How much its news claims; nothing where nothing is known.
    pub level: Option<Level>,
    /// The whole in a line.
    pub headline: String,
    /// Sentences, the news first; the last one says when the next message comes, where one does.
    pub lines: Vec<String>,
}

impl Words {
    /// The words of this language.
    pub fn of(lang: Lang) -> &'static Self {
        match lang {
            Lang::French => &FRENCH,
            Lang::English => &ENGLISH,
        }
    }

    fn read(lang: Lang, text: &str) -> Self {
        let mut bundle = FluentBundle::new_concurrent(vec![lang.code().parse().unwrap_or_default()]);
        bundle.set_use_isolating(false);
        // What cannot be read is found by the tests; what is left is used.
        let resource = FluentResource::try_new(text.to_owned()).unwrap_or_else(|(resource, _)| resource);
        bundle.add_resource_overriding(resource);
        Self { lang, bundle }
    }

    /// The text of this name; empty where there is none.
    pub fn text(&self, id: &str, args: &[(&str, Arg<'_>)]) -> String {
        let Some(pattern) = self.bundle.get_message(id).and_then(|message| message.value()) else {
            return String::new();
        };
        let mut given = FluentArgs::with_capacity(args.len());
        for (name, arg) in args {
            let value = match *arg {
                Arg::Text(text) => FluentValue::from(text),
                Arg::Count(count) => FluentValue::from(count),
            };
            given.set(*name, value);
        }
        let mut errors = Vec::new();
        let text = self.bundle.format_pattern(pattern, Some(&given), &mut errors);
        debug_assert!(errors.is_empty(), "{id}: {errors:?}");
        times::typeset(self.lang, &text)
    }

    /// A carrier's name as people write it.
    pub fn carrier(&self, carrier: &Carrier) -> String {
        let mut letters = carrier.name().chars();
        letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
    }

    /// A function's name.
    pub fn function(&self, function: Function) -> String {
        self.text(&format!("function-{}", function.name()), &[])
    }

    /// A level in a few words; of nothing, that nothing is known.
    pub fn level(&self, level: Option<Level>) -> String {
        self.text(&format!("level-{}", level.map_or("none", Level::name)), &[])
    }

    /// The sentence of a claim, as it may be said at this time; nothing once it has expired.
    pub fn claim(&self, claim: &Claim, now: Time) -> Option<String> {
        self.claim_after(claim, true, now)
    }

    /// With the word on ourselves, or where that was said in the sentence before, without.
    fn claim_after(&self, claim: &Claim, of_ourselves: bool, now: Time) -> Option<String> {
        if !claim.is_live(now) {
            return None;
        }
        let text = match &claim.says {
            Says::Failing { condition, seen_ms, usual_ms, ourselves_well } => {
                let times = seen_ms.zip(*usual_ms).filter(|(seen, usual)| seen > usual);
                self.failing(claim, *condition, times, *ourselves_well && of_ourselves, now)
            }
            Says::Confirmed { source, at } => self.confirmed(claim, source, *at, now),
            Says::Signs => self.signs(claim, now),
            Says::UnderWatch => self.of_calls("under-watch", claim, &[], now),
            Says::Relapsed { seen_at, condition } => {
                let (seen, condition) = (self.at(*seen_at, now), condition_key(*condition));
                self.of_calls(
                    "relapsed",
                    claim,
                    &[("seen", Arg::Text(&seen)), ("condition", Arg::Text(condition))],
                    now,
                )
            }
            Says::Restored { sent, need_answer } => self.restored(claim, sent.zip(*need_answer), now),
        };
        Some(text)
    }

    fn failing(
        &self,
        claim: &Claim,
        condition: Condition,
        times: Option<(u64, u64)>,
        ourselves_well: bool,
        now: Time,
    ) -> String {
        let mut text = match (condition, times) {
            (Condition::Slow, Some((seen, usual))) => {
                let (seen, usual) = (seconds(self.lang, seen), seconds(self.lang, usual));
                let times = [("seen", Arg::Text(&seen)), ("usual", Arg::Text(&usual))];
                self.of_calls("failing-slow-times", claim, &times, now)
            }
            (Condition::Slow, None) => self.of_calls("failing-slow", claim, &[], now),
            _ => self.of_calls("failing-dark", claim, &[], now),
        };
        if let Some(counts) = claim.counts.filter(|counts| counts.bad > 0) {
            let (failed, all) = (self.count(counts.bad), self.count(counts.n));
            let (minutes, last) = (minutes(claim).to_string(), minutes(claim));
            let args = [
                ("failed", Arg::Text(&failed)),
                ("all", Arg::Text(&all)),
                ("bad", Arg::Count(counts.bad.into())),
                ("minutes", Arg::Text(&minutes)),
                ("last", Arg::Count(last)),
            ];
            text = text + " " + &self.text("failing-counts", &args);
        }
        if ourselves_well {
            text = text + " " + &self.text("ourselves-well", &[]);
        }
        text
    }

    fn confirmed(&self, claim: &Claim, source: &str, at: Time, now: Time) -> String {
        let (carrier, at) = (self.carrier(&claim.carrier), self.at(at, now));
        let id = if claim.seen_by == SeenBy::Operator { "confirmed-operator" } else { "confirmed-carrier" };
        self.text(id, &[("carrier", Arg::Text(&carrier)), ("at", Arg::Text(&at)), ("source", Arg::Text(source))])
    }

    fn signs(&self, claim: &Claim, now: Time) -> String {
        // Only of what was counted since it returned; before, all failed.
        let since = claim.since.minus(Duration::from_secs(60));
        let counts = claim.counts.filter(|_| claim.window.from >= since).unwrap_or_default();
        let share = u64::from(counts.n.saturating_sub(counts.bad)) * 100 / u64::from(counts.n.max(1));
        if share == 0 {
            return self.of_calls("signs", claim, &[], now);
        }
        let (share, minutes) = (share.to_string(), minutes(claim).to_string());
        let args = [("share", Arg::Text(&share)), ("minutes", Arg::Text(&minutes))];
        self.of_calls("signs-share", claim, &args, now)
    }

    fn restored(&self, claim: &Claim, work: Option<(u64, u64)>, now: Time) -> String {
        let since = self.when(claim.since, now);
        let mut text = match claim.function {
            Some(function) => {
                let calls = self.text(&format!("Calls-{}", function.name()), &[]);
                self.text("restored-function", &[("calls", Arg::Text(&calls)), ("since", Arg::Text(&since))])
            }
            None => self.text("restored", &[("since", Arg::Text(&since))]),
        };
        if let Some((sent, need)) = work {
            let (sent_shown, need_shown) = (number(self.lang, sent), number(self.lang, need));
            let args = [
                ("sent", Arg::Count(sent)),
                ("sent-shown", Arg::Text(&sent_shown)),
                ("need", Arg::Count(need)),
                ("need-shown", Arg::Text(&need_shown)),
            ];
            text = text + " " + &self.text("restored-work", &args);
        }
        text
    }

    /// A text about the calls to one function, since when it is so.
    fn of_calls(&self, id: &str, claim: &Claim, more: &[(&str, Arg<'_>)], now: Time) -> String {
        let function = claim.function.map_or("label", Function::name);
        let calls = self.text(&format!("calls-{function}"), &[]);
        let (carrier, since) = (self.carrier(&claim.carrier), self.when(claim.since, now));
        let mut args =
            vec![("calls", Arg::Text(&calls)), ("carrier", Arg::Text(&carrier)), ("since", Arg::Text(&since))];
        args.extend_from_slice(more);
        self.text(id, &args)
    }

    /// A message in words as of this time: what has expired by then is not said.
    pub fn update(&self, update: &Update, now: Time) -> Spoken {
        let live: Vec<&Claim> = update.claims.iter().filter(|claim| claim.is_live(now)).collect();
        let well = |claim: &&Claim| matches!(claim.says, Says::Failing { ourselves_well: true, .. });
        let first = live.iter().position(well);
        let said =
            |(place, claim): (usize, &&Claim)| self.claim_after(claim, first.is_none_or(|one| one == place), now);
        let mut lines: Vec<String> = live.iter().enumerate().filter_map(said).collect();
        let is_over = live.iter().any(|claim| matches!(claim.says, Says::Restored { .. }) && claim.function.is_none());
        if lines.is_empty() {
            lines.push(self.text("nothing-known", &[]));
        } else if !is_over {
            lines.extend(self.fault(update.verdict));
            if !live.iter().any(|claim| claim.level() == Level::Confirmed) {
                lines.push(self.text("unconfirmed", &[]));
            }
        }
        if let Some(remark) = &update.remark {
            let args = [("by", Arg::Text(&remark.by)), ("text", Arg::Text(&remark.text))];
            lines.push(self.text("remark", &args));
        }
        if !is_over {
            let next = update.next_by.map(|by| self.next(by, now));
            lines.push([Some(self.text("not-known", &[])), next].into_iter().flatten().collect::<Vec<_>>().join(" "));
        }
        Spoken { level: live.first().map(|claim| claim.level()), headline: self.headline(update, now), lines }
    }

    fn fault(&self, verdict: Verdict) -> Option<String> {
        let id = match verdict {
            Verdict::Unknown => return None,
            Verdict::Ours => "fault-ours",
            Verdict::OurPath => "fault-our_path",
            Verdict::Carrier | Verdict::OneFunction(_) => "fault-carrier",
        };
        Some(self.text(id, &[]))
    }

    /// By when the next message comes, or that it is late.
    pub fn next(&self, by: Time, now: Time) -> String {
        let id = if by < now { "next-message-late" } else { "next-message" };
        self.text(id, &[("at", Arg::Text(&self.when(by, now)))])
    }

    /// A message in a line: whose, which functions, and what its news claims. Also a mail's subject.
    pub fn headline(&self, update: &Update, now: Time) -> String {
        let news = update.claims.iter().find(|claim| claim.is_live(now));
        let (carrier, level) = (self.carrier(&update.carrier), self.level(news.map(Claim::level)));
        let same = |claim: &&Claim| Some(claim.level()) == news.map(Claim::level);
        let functions: Vec<String> = update
            .claims
            .iter()
            .filter(same)
            .filter_map(|claim| claim.function)
            .map(|one| self.function(one))
            .collect();
        let (functions, mut args) =
            (functions.join(", "), vec![("carrier", Arg::Text(&carrier)), ("level", Arg::Text(&level))]);
        if functions.is_empty() {
            return self.text("headline-whole", &args);
        }
        args.push(("functions", Arg::Text(&functions)));
        self.text("headline", &args)
    }

    fn count(&self, count: u32) -> String {
        number(self.lang, count.into())
    }
}

const fn condition_key(condition: Condition) -> &'static str {
    match condition {
        Condition::Slow => "slow",
        _ => "dark",
    }
}

fn minutes(claim: &Claim) -> u64 {
    ((claim.window.to.since(claim.window.from).as_secs() + 30) / 60).max(1)
}

#[cfg(test)]
mod tests;
