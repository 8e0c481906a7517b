//! What is said, in English and French. A name that is newer than these lists is shown as the server writes it.

use super::text::inert;
use crate::cli::Lang;

/// Everything that is said in one language.
pub(super) struct Words {
    pub(super) carriers: &'static str,
    pub(super) as_of: &'static str,
    pub(super) as_of_day: &'static str,
    pub(super) paris: &'static str,
    pub(super) nothing: &'static str,
    pub(super) not_well: &'static str,
    pub(super) incident: &'static str,
    pub(super) at_fault: &'static str,
    pub(super) since: &'static str,
    pub(super) usually: &'static str,
    pub(super) no_usual: &'static str,
    pub(super) up_for: &'static str,
    pub(super) relapse: &'static str,
    pub(super) bound: &'static str,
    pub(super) canary_passes: &'static str,
    pub(super) no_canary: &'static str,
    pub(super) latency: &'static str,
    pub(super) errors: &'static str,
    pub(super) calls: &'static str,
    pub(super) failed: &'static str,
    pub(super) evidence: &'static str,
    pub(super) no_evidence: &'static str,
    pub(super) ourselves: &'static str,
    pub(super) no_probe: &'static str,
    pub(super) colon: &'static str,
    pub(super) of: &'static str,
    pub(super) bad: &'static str,
    pub(super) seen: [&'static str; 2],
    pub(super) ever: &'static str,
    pub(super) scale: [&'static str; 3],
    pub(super) keys: &'static str,
    pub(super) again: &'static str,
    pub(super) key_needed: &'static str,
    pub(super) key_unreadable: &'static str,
    pub(super) key_wrong: &'static str,
    pub(super) day: &'static str,
    pub(super) decimal: char,
    months: [&'static str; 12],
    conditions: fn(&str) -> Option<&'static str>,
    functions: fn(&str) -> Option<&'static str>,
    verdicts: fn(&str) -> Option<&'static str>,
    kinds: fn(&str) -> Option<&'static str>,
    points: fn(&str) -> Option<&'static str>,
}

/// The words of a language.
pub(super) fn words(lang: Lang) -> &'static Words {
    match lang {
        Lang::En => &ENGLISH,
        Lang::Fr => &FRENCH,
    }
}

impl Words {
    pub(super) fn condition(&self, name: &str) -> String {
        said(self.conditions, name)
    }

    pub(super) fn function(&self, name: &str) -> String {
        said(self.functions, name)
    }

    pub(super) fn verdict(&self, name: &str) -> String {
        said(self.verdicts, name)
    }

    pub(super) fn kind(&self, name: &str) -> String {
        said(self.kinds, name)
    }

    pub(super) fn points(&self, name: &str) -> String {
        said(self.points, name)
    }

    /// A month, from 1.
    pub(super) fn month(&self, month: i8) -> &'static str {
        let place = usize::try_from(month).unwrap_or_default().saturating_sub(1);
        self.months.get(place).copied().unwrap_or_default()
    }
}

fn said(list: fn(&str) -> Option<&'static str>, name: &str) -> String {
    list(name).map_or_else(|| inert(name), str::to_owned)
}

const ENGLISH: Words = Words {
    carriers: "the carriers",
    as_of: "as of",
    as_of_day: "as of",
    paris: "Paris time",
    nothing: "No carrier has been called yet; the first label, search or question of tracking will show here.",
    not_well: "not well:",
    incident: "incident",
    at_fault: "at fault:",
    since: "since",
    usually: "usually",
    no_usual: "usual time not known yet",
    up_for: "up again for",
    relapse: "relapse within the hour",
    bound: "bound",
    canary_passes: "canary passes",
    no_canary: "no canary passed lately",
    latency: "latency",
    errors: "errors",
    calls: "calls in the hour",
    failed: "failed",
    evidence: "evidence",
    no_evidence: "none so far",
    ourselves: "ourselves",
    no_probe: "not probed in the last five minutes",
    colon: ":",
    of: "of",
    bad: "bad",
    seen: ["", " seen"],
    ever: "always so far",
    scale: ["the last hour by minute, blank without calls", "latency from ¼ of usual to ×32, log", "errors 0–100 %"],
    keys: "q quits · ↑↓ scrolls",
    again: "; asked again every",
    key_needed: "an API key is missing: set TOURNEE_API_KEY, or give a file that holds it with --key-file; \
        `tournee key add --scopes read` makes one",
    key_unreadable: "the key file cannot be read; give --key-file a file that can be",
    key_wrong: "the API key is not one line of letters, digits and signs; check TOURNEE_API_KEY or the key file",
    day: "d",
    decimal: '.',
    months: ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"],
    conditions: |name| {
        Some(match name {
            "well" => "well",
            "under_watch" => "under watch",
            "signs" => "signs of recovery",
            "slow" => "slow",
            "dark" => "dark",
            _ => return None,
        })
    },
    functions: |name| {
        Some(match name {
            "label" => "labels",
            "pickup" => "pickup",
            "tracking" => "tracking",
            "orders" => "orders",
            _ => return None,
        })
    },
    verdicts: |name| {
        Some(match name {
            "unknown" => "not known",
            "ours" => "ourselves",
            "our_path" => "our way out",
            "carrier" => "the carrier",
            "label" => "the carrier's labels alone",
            "pickup" => "the carrier's pickup points alone",
            "tracking" => "the carrier's tracking alone",
            "orders" => "the orders alone",
            _ => return None,
        })
    },
    kinds: |name| {
        Some(match name {
            "loopback" => "our loop-back",
            "disk" => "our disk",
            "lag" => "our timers",
            "outside_name" => "names outside",
            "outside_address" => "addresses outside",
            "layer" => "how far failed calls came",
            "other_functions" => "its other functions",
            "other_carriers" => "other carriers",
            "official" => "its official word",
            "health_page" => "its health page",
            "keyword" => "words on a page",
            "report" => "users' reports",
            _ => return None,
        })
    },
    points: |name| {
        Some(match name {
            "at_us" => "points at us",
            "at_our_path" => "points at our way out",
            "away_from_path" => "clears our way out",
            "away_from_us" => "clears us",
            "at_carrier" => "points at the carrier",
            "nowhere" => "points nowhere",
            _ => return None,
        })
    },
};

const FRENCH: Words = Words {
    carriers: "les transporteurs",
    as_of: "état à",
    as_of_day: "état du",
    paris: "heure de Paris",
    nothing: "Aucun transporteur n'a encore été appelé ; la première étiquette, recherche ou question de suivi se verra ici.",
    not_well: "ne va pas bien :",
    incident: "incident",
    at_fault: "en cause :",
    since: "depuis",
    usually: "d'habitude",
    no_usual: "durée habituelle pas encore connue",
    up_for: "de retour depuis",
    relapse: "rechute dans l'heure",
    bound: "borne",
    canary_passes: "le canari passe",
    no_canary: "aucun canari passé récemment",
    latency: "latence",
    errors: "erreurs",
    calls: "appels dans l'heure",
    failed: "en échec",
    evidence: "indices",
    no_evidence: "aucun pour l'instant",
    ourselves: "nous-mêmes",
    no_probe: "pas sondés dans les cinq dernières minutes",
    colon: " :",
    of: "sur",
    bad: "en défaut",
    seen: ["vu ", " fois"],
    ever: "toujours jusqu'ici",
    scale: [
        "la dernière heure par minute, vide sans appel",
        "latence de ¼ de l'habitude à ×32, log",
        "erreurs 0–100 %",
    ],
    keys: "q quitte · ↑↓ défile",
    again: " ; essai toutes les",
    key_needed: "il manque une clé d'API : mettez-la dans TOURNEE_API_KEY, ou donnez un fichier qui la contient avec \
        --key-file ; `tournee key add --scopes read` en fait une",
    key_unreadable: "le fichier de la clé est illisible ; donnez à --key-file un fichier lisible",
    key_wrong: "la clé d'API n'est pas une ligne de lettres, de chiffres et de signes ; vérifiez TOURNEE_API_KEY ou le \
        fichier de la clé",
    day: "j",
    decimal: ',',
    months: ["janv.", "févr.", "mars", "avr.", "mai", "juin", "juil.", "août", "sept.", "oct.", "nov.", "déc."],
    conditions: |name| {
        Some(match name {
            "well" => "va bien",
            "under_watch" => "sous surveillance",
            "signs" => "signes de reprise",
            "slow" => "lent",
            "dark" => "muet",
            _ => return None,
        })
    },
    functions: |name| {
        Some(match name {
            "label" => "étiquettes",
            "pickup" => "retrait",
            "tracking" => "suivi",
            "orders" => "commandes",
            _ => return None,
        })
    },
    verdicts: |name| {
        Some(match name {
            "unknown" => "inconnu",
            "ours" => "nous-mêmes",
            "our_path" => "notre accès au réseau",
            "carrier" => "le transporteur",
            "label" => "les seules étiquettes du transporteur",
            "pickup" => "les seuls points de retrait du transporteur",
            "tracking" => "le seul suivi du transporteur",
            "orders" => "les seules commandes",
            _ => return None,
        })
    },
    kinds: |name| {
        Some(match name {
            "loopback" => "notre propre adresse",
            "disk" => "notre disque",
            "lag" => "nos minuteries",
            "outside_name" => "les noms au dehors",
            "outside_address" => "les adresses au dehors",
            "layer" => "jusqu'où vont les appels en échec",
            "other_functions" => "ses autres fonctions",
            "other_carriers" => "les autres transporteurs",
            "official" => "sa parole officielle",
            "health_page" => "sa page de santé",
            "keyword" => "les mots d'une page",
            "report" => "des signalements",
            _ => return None,
        })
    },
    points: |name| {
        Some(match name {
            "at_us" => "contre nous",
            "at_our_path" => "contre notre accès",
            "away_from_path" => "hors de cause : notre accès",
            "away_from_us" => "hors de cause : nous",
            "at_carrier" => "contre le transporteur",
            "nowhere" => "contre personne",
            _ => return None,
        })
    },
};
