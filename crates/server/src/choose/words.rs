//! The page's words in both languages. Plain, without blame: the reader has done nothing wrong.

use super::page::Notice;
use crate::lang::Lang;
use clock::Time;
use dispatch::Why;
use jiff::civil::DateTime;
use pickup::Day;

const DAYS_FR: [&str; 7] = ["lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche"];
const DAYS_EN: [&str; 7] = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];
const MONTHS_FR: [&str; 12] = [
    "janvier",
    "février",
    "mars",
    "avril",
    "mai",
    "juin",
    "juillet",
    "août",
    "septembre",
    "octobre",
    "novembre",
    "décembre",
];
const MONTHS_EN: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

/// Texts that are the same on every page.
pub(super) struct Words {
    pub(super) title: &'static str,
    pub(super) nothing_changes: &'static str,
    pub(super) legend: &'static str,
    pub(super) chosen: &'static str,
    pub(super) home: &'static str,
    pub(super) home_note: &'static str,
    pub(super) keep: &'static str,
    pub(super) keep_note: &'static str,
    pub(super) none_near: &'static str,
    pub(super) hours: &'static str,
    pub(super) accessible: &'static str,
    pub(super) confirm: &'static str,
    pub(super) noted: &'static str,
    pub(super) shop_said: &'static str,
    pub(super) goes_home: &'static str,
    pub(super) goes_to: &'static str,
    pub(super) kept: &'static str,
    pub(super) not_asked: &'static str,
    pub(super) not_asked_note: &'static str,
    pub(super) other_lang: &'static str,
}

const FR: Words = Words {
    title: "Où livrer votre colis ?",
    nothing_changes: "Rien ne change sans votre accord : dites-nous où votre colis doit aller.",
    legend: "Votre réponse",
    chosen: "Le point que vous avez choisi",
    home: "Livraison à mon adresse",
    home_note: "À l’adresse que vous avez donnée pour cette commande.",
    keep: "Garder mon point et attendre",
    keep_note: "Le transporteur a le dernier mot : s’il refuse encore ce point, la question vous sera posée à nouveau.",
    none_near: "Aucun autre point proche n’est connu pour le moment.",
    hours: "Horaires",
    accessible: "Accessible aux personnes à mobilité réduite",
    confirm: "Confirmer",
    noted: "C’est noté",
    shop_said: "Le lieu de livraison est confirmé",
    goes_home: "Votre colis sera livré à l’adresse que vous avez donnée pour cette commande.",
    goes_to: "Votre colis ira à ce point de retrait :",
    kept: "Vous gardez ce point de retrait :",
    not_asked: "Aucune réponse n’est attendue",
    not_asked_note: "Il n’y a plus de question ouverte pour ce colis. La boutique peut vous en dire plus.",
    other_lang: "English",
};

const EN: Words = Words {
    title: "Where should your parcel go?",
    nothing_changes: "Nothing changes without your consent: tell us where your parcel should go.",
    legend: "Your answer",
    chosen: "The point that you chose",
    home: "Delivery to my address",
    home_note: "To the address that you gave for this order.",
    keep: "Keep my point and wait",
    keep_note: "The carrier has the last word: if it refuses this point again, you will be asked once more.",
    none_near: "No other point nearby is known at the moment.",
    hours: "Opening hours",
    accessible: "Step-free access",
    confirm: "Confirm",
    noted: "Your answer is recorded",
    shop_said: "The place of delivery is confirmed",
    goes_home: "Your parcel will be delivered to the address that you gave for this order.",
    goes_to: "Your parcel will go to this pickup point:",
    kept: "You keep this pickup point:",
    not_asked: "No answer is needed",
    not_asked_note: "Nothing is asked about this parcel any more. The shop can tell you more.",
    other_lang: "Français",
};

impl Lang {
    pub(super) fn words(self) -> &'static Words {
        match self {
            Self::French => &FR,
            Self::English => &EN,
        }
    }
    /// Why the buyer is asked.
    pub(super) fn why(self, why: &Why) -> String {
        let text = match (self, why) {
            (Self::French, Why::DiffersFromChoice) => {
                "La livraison demandée pour votre colis n’est pas celle que vous avez choisie."
            }
            (Self::English, Why::DiffersFromChoice) => {
                "The delivery asked for your parcel is not the one that you chose."
            }
            (_, Why::PointClosed { until: Some(until) }) => return self.closed_until(*until),
            (Self::French, Why::PointClosed { until: None }) => {
                "Le point de retrait que vous avez choisi sera fermé quand votre colis arrivera."
            }
            (Self::English, Why::PointClosed { until: None }) => {
                "The pickup point that you chose will be shut when your parcel arrives."
            }
            (Self::French, Why::TooHeavy { .. }) => {
                "Le point de retrait que vous avez choisi n’accepte pas un colis de ce poids."
            }
            (Self::English, Why::TooHeavy { .. }) => {
                "The pickup point that you chose does not take a parcel of this weight."
            }
            (Self::French, Why::PointUnknown) => "Le point de retrait que vous avez choisi n’a pas pu être lu.",
            (Self::English, Why::PointUnknown) => "The pickup point that you chose could not be read.",
            (Self::French, Why::PointGone | Why::RefusedByCarrier { .. }) => {
                "Le point de retrait que vous avez choisi ne prend plus ce colis."
            }
            (Self::English, Why::PointGone | Why::RefusedByCarrier { .. }) => {
                "The pickup point that you chose does not take this parcel any more."
            }
        };
        text.to_owned()
    }

    fn closed_until(self, until: Time) -> String {
        let day = self.day(until.paris_datetime());
        match self {
            Self::French => format!("Le point de retrait que vous avez choisi sera fermé jusqu’au {day}."),
            Self::English => format!("The pickup point that you chose will be shut until {day}."),
        }
    }

    /// Which order in which shop; either can be missing.
    pub(super) fn of_order(self, shop: &str, order: Option<&str>) -> String {
        match (self, order) {
            (Self::French, Some(order)) => format!("Commande {order} chez {shop}"),
            (Self::English, Some(order)) => format!("Order {order} at {shop}"),
            (Self::French, None) => format!("Votre commande chez {shop}"),
            (Self::English, None) => format!("Your order at {shop}"),
        }
    }

    /// A title and a sentence.
    pub(super) fn notice(self, notice: Notice) -> (&'static str, &'static str) {
        match (self, notice) {
            (Self::French, Notice::Forged) => (
                "Ce lien n’est pas valable",
                "Vérifiez qu’il a été copié en entier, ou demandez-en un nouveau à la boutique.",
            ),
            (Self::English, Notice::Forged) => {
                ("This link is not valid", "Check that it was copied whole, or ask the shop for a new one.")
            }
            (Self::French, Notice::Expired) => {
                ("Ce lien n’est plus valable", "Son délai est passé. La boutique peut vous en donner un nouveau.")
            }
            (Self::English, Notice::Expired) => {
                ("This link is no longer valid", "Its time is over. The shop can give you a new one.")
            }
            (Self::French, Notice::Unavailable) => {
                ("Page indisponible pour le moment", "Rien n’a été enregistré. Réessayez dans quelques minutes.")
            }
            (Self::English, Notice::Unavailable) => {
                ("Not available at the moment", "Nothing was recorded. Please try again in a few minutes.")
            }
            (Self::French, Notice::NotOne) => {
                ("Rien n’a été enregistré", "Choisissez l’une des réponses proposées, puis confirmez.")
            }
            (Self::English, Notice::NotOne) => {
                ("Nothing was recorded", "Choose one of the answers below, then confirm.")
            }
            (Self::French, Notice::NotPossible) => {
                ("Rien n’a été enregistré", "Cette réponse n’est plus possible. Choisissez-en une autre.")
            }
            (Self::English, Notice::NotPossible) => {
                ("Nothing was recorded", "This answer is not possible any more. Please choose another one.")
            }
        }
    }

    /// How far it is from the point that was wanted.
    pub(super) fn distance(self, metres: u32) -> String {
        let rounded = if metres < 1_000 {
            format!("{} m", metres.div_ceil(10) * 10)
        } else {
            let tenths = metres.div_ceil(100);
            let mark = if self == Self::French { ',' } else { '.' };
            format!("{}{mark}{} km", tenths / 10, tenths % 10)
        };
        match self {
            Self::French => format!("à {rounded} du point choisi"),
            Self::English => format!("{rounded} from the point you chose"),
        }
    }

    /// When it was recorded, on the clocks of Paris.
    pub(super) fn recorded(self, at: Time) -> String {
        let at = at.paris_datetime();
        let (day, hour, minute) = (self.day(at), at.hour(), at.minute());
        match self {
            Self::French => format!("Enregistré le {day} à {hour:02}:{minute:02} (heure de Paris)."),
            Self::English => format!("Recorded on {day} at {hour:02}:{minute:02} (Paris time)."),
        }
    }

    fn day(self, at: DateTime) -> String {
        let months = if self == Self::French { MONTHS_FR } else { MONTHS_EN };
        let month =
            usize::try_from(at.month() - 1).ok().and_then(|place| months.get(place)).copied().unwrap_or_default();
        match (self, at.day()) {
            (Self::French, 1) => format!("1er {month} {}", at.year()),
            (_, day) => format!("{day} {month} {}", at.year()),
        }
    }

    pub(super) fn weekdays(self) -> &'static [&'static str; 7] {
        match self {
            Self::French => &DAYS_FR,
            Self::English => &DAYS_EN,
        }
    }

    /// The opening hours of one day.
    pub(super) fn hours(self, day: &Day) -> String {
        match (self, day.spans()) {
            (Self::French, None) => "non communiqué".into(),
            (Self::English, None) => "not known".into(),
            (Self::French, Some([])) => "fermé".into(),
            (Self::English, Some([])) => "closed".into(),
            (_, Some(spans)) => spans.iter().map(|span| span.text().replace('-', "–")).collect::<Vec<_>>().join(", "),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn distances_and_days_are_written_as_they_are_read() {
        assert_eq!(Lang::French.distance(318), "à 320 m du point choisi");
        assert_eq!(Lang::French.distance(1_240), "à 1,3 km du point choisi");
        assert_eq!(Lang::English.distance(995), "1000 m from the point you chose");
        let at = Time::from_paris("2026-01-01T09:05:00").expect("a time");
        assert_eq!(Lang::French.recorded(at), "Enregistré le 1er janvier 2026 à 09:05 (heure de Paris).");
        assert_eq!(Lang::English.recorded(at), "Recorded on 1 January 2026 at 09:05 (Paris time).");
        assert_eq!(Lang::English.hours(&Day::parse("09:00-12:00 14:00-18:30")), "09:00–12:00, 14:00–18:30");
        assert_eq!(Lang::French.hours(&Day::parse("?")), "non communiqué");
    }
}
