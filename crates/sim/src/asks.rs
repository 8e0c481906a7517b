//! People who ask for help on a bad day: when, about which of their parcels, and in which words.
//!
//! A pure function of the seed, the orders and the scenario. How many and by when is told by those who answered them;
//! who asks and in which words is assumed.

use crate::{dice::Dice, orders::SimOrder, scenario::Scenario};
use clock::Time;
use std::time::Duration;

/// Which stream of the seed's chance they are drawn from.
const ASKS_STREAM: u64 = 21;
/// Of a hundred, those who ask about something else altogether (assumed).
const OFF_TOPIC_PERCENT: u64 = 12;
/// Of a hundred, those who ask about several parcels at once (assumed).
const SEVERAL_PERCENT: u64 = 12;
/// Of a hundred, those who name no order and no parcel (assumed).
const NAMELESS_PERCENT: u64 = 6;
/// Of a hundred, buyers who write themselves; the others are the shops' own people (assumed).
const BUYERS_PERCENT: u64 = 30;
/// Of a hundred, those who write in English (assumed).
const ENGLISH_PERCENT: u64 = 10;
/// Somebody asks about an order that is at least so old: sooner nobody misses it.
const MISSED_AFTER: Duration = Duration::from_secs(600);
/// At noon and at this hour of the evening in Paris the two counts end: the morning's, and the day's.
const NIGHT_HOUR: u64 = 22;

/// Who asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Asker {
    /// The team of the shop in this place, with its API key.
    Shop(usize),
    /// The buyer of the order in this place, by mail.
    Buyer(usize),
}

/// What about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum About {
    /// The orders in these places; named by their numbers.
    Orders(Vec<usize>),
    /// Something that goes wrong, without a word on which parcel.
    Nothing,
    /// Something else.
    Else,
}

/// One question.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ask {
    /// When.
    pub at: Time,
    /// Who.
    pub asker: Asker,
    /// About what.
    pub about: About,
    /// Subject.
    pub subject: String,
    /// Text.
    pub text: String,
}

const FRENCH: [&str; 6] = [
    "Bonjour, l'étiquette de la commande {} n'arrive pas. Que se passe-t-il ?",
    "Toujours pas d'étiquette pour {}. Mon client attend, c'est Noël !!!",
    "C'est une HONTE. Commande {} bloquée, et personne ne répond. Où en est mon colis ?",
    "Bonjour,\nnous n'arrivons pas à imprimer l'étiquette de {}.\nFaut-il refaire la demande ?\nMerci",
    "La commande {} est en attente depuis ce matin, pouvez-vous me dire où elle en est ?",
    "étiquette colissimo {} svp urgent",
];
const ENGLISH: [&str; 3] = [
    "Hello, the label of order {} does not come. What is going on?",
    "Still no label for {}. Should I ask again? My customer is waiting.",
    "Could you tell me where order {} stands, please?",
];
const OFF_TOPIC: [(&str, &str); 6] = [
    ("Facture", "Bonjour, pouvez-vous m'envoyer la facture de novembre ?"),
    ("Remboursement", "Mon colis est arrivé cassé, je demande un remboursement."),
    ("Changement d'adresse", "Je déménage en janvier, comment changer l'adresse de mon compte ?"),
    ("Partenariat", "Bonjour, nous proposons des cartons à prix réduit. Êtes-vous intéressés ?"),
    ("Opening hours", "Hello, are you open on 26 December?"),
    ("Presse", "Bonjour, journaliste, je prépare un article sur la panne. Qui peut me répondre ?"),
];
const NAMELESS: [(&str, &str); 3] = [
    ("Rien ne marche", "Plus rien ne marche depuis ce matin, c'est quoi ce bazar ?"),
    ("Étiquettes", "Les étiquettes ne sortent plus."),
    ("Labels", "No labels at all since this morning. Is it you or them?"),
];

/// Everybody who asks, the earliest first; nobody where the scenario tells of nobody.
pub fn asks(seed: u64, orders: &[SimOrder], scenario: &Scenario) -> Vec<Ask> {
    let (Some(support), Some(first)) = (&scenario.support, scenario.phases.first()) else { return Vec::new() };
    let mut dice = Dice::stream(seed, ASKS_STREAM);
    let day = scenario.start.paris_date();
    let hour = |hour: u64| Time::from_paris(&format!("{day}T{hour:02}:00:00")).unwrap_or(scenario.end);
    let (noon, night) = (hour(12), hour(NIGHT_HOUR));
    let by_noon = u64::from(support.requests_by_noon);
    let after = u64::from(support.requests_over_the_day).saturating_sub(by_noon);
    let spans = [(first.at.plus(MISSED_AFTER), noon, by_noon), (noon, night, after)];
    let mut all = Vec::new();
    for (from, to, count) in spans {
        for _ in 0..count {
            let span = u64::try_from(to.since(from).as_millis()).unwrap_or(0);
            let at = from.plus(Duration::from_millis(dice.below(span.max(1))));
            all.extend(ask(at, orders, &mut dice));
        }
    }
    all.sort_by_key(|ask: &Ask| ask.at);
    all
}

fn ask(at: Time, orders: &[SimOrder], dice: &mut Dice) -> Option<Ask> {
    let missed = at.minus(MISSED_AFTER);
    let old = orders.partition_point(|order| order.at <= missed);
    // Somebody who has waited for long has asked already: the last few hundred orders are the ones that are missed.
    let recent = orders.get(old.saturating_sub(400)..old)?;
    let place = old.saturating_sub(400) + usize::try_from(dice.below(recent.len() as u64)).unwrap_or(0);
    let order = orders.get(place)?;
    let percent = dice.below(100);
    let (about, subject, text) = if percent < OFF_TOPIC_PERCENT {
        let (subject, text) = dice.pick(&OFF_TOPIC).copied()?;
        (About::Else, subject.to_owned(), text.to_owned())
    } else if percent < OFF_TOPIC_PERCENT + NAMELESS_PERCENT {
        let (subject, text) = dice.pick(&NAMELESS).copied()?;
        (About::Nothing, subject.to_owned(), text.to_owned())
    } else {
        let several = percent < OFF_TOPIC_PERCENT + NAMELESS_PERCENT + SEVERAL_PERCENT;
        let places = if several { with_siblings(place, order.merchant, orders, old) } else { vec![place] };
        let text = words(&names(&places, orders), dice)?;
        (About::Orders(places), "Colissimo".to_owned(), text)
    };
    let several = matches!(&about, About::Orders(places) if places.len() > 1);
    let buyer = dice.below(100) < BUYERS_PERCENT && !several;
    let asker = if buyer { Asker::Buyer(place) } else { Asker::Shop(order.merchant) };
    Some(Ask { at, asker, about, subject, text })
}

/// This order and up to two earlier ones of the same shop.
fn with_siblings(place: usize, merchant: usize, orders: &[SimOrder], before: usize) -> Vec<usize> {
    let others = (0..before).rev().filter(|other| *other != place && orders[*other].merchant == merchant);
    std::iter::once(place).chain(others.take(2)).collect()
}

fn names(places: &[usize], orders: &[SimOrder]) -> String {
    let number = |place: &usize| orders.get(*place)?.shipment.order_number.as_ref().map(ToString::to_string);
    places.iter().filter_map(number).collect::<Vec<_>>().join(", ")
}

fn words(names: &str, dice: &mut Dice) -> Option<String> {
    let english = dice.below(100) < ENGLISH_PERCENT;
    let template = if english { dice.pick(&ENGLISH) } else { dice.pick(&FRENCH) };
    template.map(|text| text.replace("{}", names))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::orders::orders;

    #[test]
    fn as_many_ask_as_were_told_of_and_about_what_they_had_asked_for() {
        let day = Scenario::builtin_day().expect("the built-in scenario");
        let orders = orders(1, 20_000, &day);
        let all = asks(1, &orders, &day);
        assert_eq!(all.len(), 800);
        let noon = Time::from_paris("2025-12-22T12:00:00").expect("a moment");
        assert_eq!(all.iter().filter(|ask| ask.at < noon).count(), 300);
        for ask in &all {
            let About::Orders(places) = &ask.about else { continue };
            assert!(places.iter().all(|place| orders[*place].at < ask.at), "{ask:?}");
            let Asker::Shop(shop) = ask.asker else { continue };
            assert!(places.iter().all(|place| orders[*place].merchant == shop), "{ask:?}");
        }
        assert_eq!(all, asks(1, &orders, &day));
        assert_ne!(all, asks(2, &orders, &day));
    }
}
