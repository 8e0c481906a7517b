//! What a refusal says: to the person who was refused, and to support that reads the receipt.
//!
//! Plain words, no blame: most who are refused in a flood did nothing. No word names a defence or promises a time.

use crate::Rule;

/// A language that pages are written in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Lang {
    /// French.
    Fr,
    /// English.
    En,
}

/// What a page says of a refusal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Words {
    /// What happened.
    pub what: &'static str,
    /// What to do.
    pub todo: &'static str,
}

const fn words(what: &'static str, todo: &'static str) -> Words {
    Words { what, todo }
}

impl Lang {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Fr, Self::En];

    /// What happened and what to do, for the person who was refused.
    pub const fn words(self, rule: Rule) -> Words {
        match self {
            Self::Fr => in_french(rule),
            Self::En => in_english(rule),
        }
    }

    /// What the rule means, for support.
    pub const fn meaning(self, rule: Rule) -> &'static str {
        match self {
            Self::Fr => meaning_in_french(rule),
            Self::En => meaning_in_english(rule),
        }
    }

    /// What the number on a receipt counts, with its unit.
    pub const fn evidence(self, rule: Rule) -> &'static str {
        match (self, rule) {
            (Self::Fr, Rule::Rate | Rule::Budget) => "secondes d’avance sur le rythme permis",
            (Self::En, Rule::Rate | Rule::Budget) => "seconds ahead of the allowed pace",
            (Self::Fr, Rule::Overload | Rule::Waited) => "ms d’attente",
            (Self::En, Rule::Overload | Rule::Waited) => "ms of waiting",
            (Self::Fr, Rule::Signature | Rule::Forbidden) => "numéro de la règle",
            (Self::En, Rule::Signature | Rule::Forbidden) => "number of the rule",
            (Self::Fr, Rule::Connections) => "connexions ouvertes",
            (Self::En, Rule::Connections) => "open connections",
            (Self::Fr, Rule::Limits) => "octets reçus",
            (Self::En, Rule::Limits) => "bytes received",
            (Self::Fr, Rule::Token | Rule::NoSuchParcel | Rule::Upstream) => "sans mesure",
            (Self::En, Rule::Token | Rule::NoSuchParcel | Rule::Upstream) => "no measure",
        }
    }

    /// Of something that was sent to a server which took it and then gave no answer.
    pub const fn may_be_done(self) -> Words {
        match self {
            Self::Fr => words(
                "Le service demandé n’a pas répondu à temps. Ce que vous avez envoyé a peut-être été reçu.",
                "Vérifiez-le avant de l’envoyer de nouveau. Nous ne savons pas encore quand le service répondra.",
            ),
            Self::En => words(
                "The service that you asked for did not answer in time. What you sent may have been received.",
                "Check that before you send it again. We do not know yet when the service will answer.",
            ),
        }
    }

    /// What to do with a browser that keeps no cookies.
    pub const fn no_cookies(self) -> Words {
        match self {
            Self::Fr => words(
                "Votre navigateur ne garde pas les cookies de ce site. Il en faut un seul en ce moment, sans suivi, pour vous \
                 servir.",
                "Autorisez les cookies de ce site puis rechargez la page. Sinon, consultez la dernière copie de la page, \
                 appelez-nous ou passez au guichet.",
            ),
            Self::En => words(
                "Your browser does not keep this site’s cookies. Just now we need a single one, which does not track you, to \
                 serve you.",
                "Allow cookies for this site and reload the page. Or look at the last copy of the page, call us or come to a \
                 counter.",
            ),
        }
    }
}

const fn in_french(rule: Rule) -> Words {
    match rule {
        Rule::Rate => words(
            "Beaucoup de demandes sont arrivées de votre connexion en peu de temps. D’autres personnes la partagent peut-être.",
            "Attendez un peu, puis réessayez.",
        ),
        Rule::Budget => words(
            "Cette page est très demandée en ce moment.",
            "Réessayez plus tard. Le suivi d’un colis par son numéro a sa propre place.",
        ),
        Rule::Overload | Rule::Waited => words(
            "Nous recevons en ce moment plus de demandes que nous ne pouvons en servir.",
            "Réessayez dans un instant. Rien n’a été fait de votre demande.",
        ),
        Rule::Signature | Rule::Forbidden => words(
            "Votre demande ressemble à celles qui nous submergent en ce moment. Cela peut être une erreur de notre part.",
            "Rechargez la page depuis un navigateur. Si cela continue, donnez le code ci-dessous à notre assistance.",
        ),
        Rule::Token => words(
            "En ce moment, nous vérifions d’abord que la demande vient d’un navigateur.",
            "Rechargez la page et laissez-la se terminer. Aucun script n’est nécessaire.",
        ),
        Rule::Connections => words(
            "Trop de connexions sont ouvertes depuis votre réseau.",
            "Fermez les autres onglets de ce site, puis réessayez.",
        ),
        Rule::Limits => words(
            "Votre demande était trop longue ou arrivait trop lentement.",
            "Vérifiez votre connexion, puis réessayez. Un fichier joint doit peut-être être plus petit.",
        ),
        Rule::NoSuchParcel => words(
            "Nous ne connaissons pas de colis avec ce numéro.",
            "Vérifiez le numéro. Un colis tout juste annoncé peut mettre quelques heures à apparaître.",
        ),
        Rule::Upstream => words(
            "Le service demandé ne répond pas en ce moment.",
            "Réessayez plus tard. Nous ne savons pas encore quand il répondra.",
        ),
    }
}

const fn in_english(rule: Rule) -> Words {
    match rule {
        Rule::Rate => words(
            "Many requests came from your connection in a short time. Other people may share it.",
            "Wait a little, then try again.",
        ),
        Rule::Budget => words(
            "Very many people ask for this page just now.",
            "Try again later. Tracking a parcel by its number has a place of its own.",
        ),
        Rule::Overload | Rule::Waited => words(
            "Just now we receive more requests than we can serve.",
            "Try again in a moment. Nothing was done with your request.",
        ),
        Rule::Signature | Rule::Forbidden => words(
            "Your request looks like those that overwhelm us just now. That may be a mistake of ours.",
            "Reload the page in a browser. If it goes on, give the code below to our support.",
        ),
        Rule::Token => words(
            "Just now we first check that a request comes from a browser.",
            "Reload the page and let it finish. No script is needed.",
        ),
        Rule::Connections => {
            words("Too many connections are open from your network.", "Close other tabs of this site, then try again.")
        }
        Rule::Limits => words(
            "Your request was too long or came too slowly.",
            "Check your connection, then try again. An attached file may have to be smaller.",
        ),
        Rule::NoSuchParcel => words(
            "We know of no parcel with this number.",
            "Check the number. A parcel that was only just announced can take some hours to appear.",
        ),
        Rule::Upstream => words(
            "The service that you asked for does not answer just now.",
            "Try again later. We do not know yet when it will answer.",
        ),
    }
}

const fn meaning_in_french(rule: Rule) -> &'static str {
    match rule {
        Rule::Rate => "Sa source, sa clé ou son jeton demandait plus vite que permis. L’adresse peut être partagée.",
        Rule::Budget => "Le budget de la ressource demandée était épuisé, tous visiteurs confondus.",
        Rule::Overload => "Tout ce qui pouvait être traité l’était, par des demandes prioritaires.",
        Rule::Waited => "La demande a attendu aussi longtemps que sa classe le permet.",
        Rule::Signature => "La demande avait la forme du flot. Si la personne est de bonne foi, la règle est à lever.",
        Rule::Forbidden => "Un opérateur a interdit cette forme de demande.",
        Rule::Token => "Il fallait un jeton tant que durait le flot. Un navigateur avec cookies l’obtient tout seul.",
        Rule::Connections => "Sa source avait autant de connexions ouvertes que permis.",
        Rule::Limits => "L’en-tête ou le corps était trop long ou trop lent.",
        Rule::NoSuchParcel => "Le numéro demandé n’existe pas ici.",
        Rule::Upstream => "Le service derrière la protection ne répondait pas.",
    }
}

const fn meaning_in_english(rule: Rule) -> &'static str {
    match rule {
        Rule::Rate => "Its source, key or token asked faster than one may. The address may be shared.",
        Rule::Budget => "The budget of what was asked for was used up, by all visitors together.",
        Rule::Overload => "Everything that could be worked on was, by requests that come first.",
        Rule::Waited => "The request waited as long as its class may wait.",
        Rule::Signature => {
            "The request had the shape of the flood. If the person is honest, the rule should be lifted."
        }
        Rule::Forbidden => "An operator forbade this shape of request.",
        Rule::Token => "A token was needed while the flood lasted. A browser with cookies gets one by itself.",
        Rule::Connections => "Its source had as many connections open as it may.",
        Rule::Limits => "Its head or body was too long or too slow.",
        Rule::NoSuchParcel => "The number that it asked for does not exist here.",
        Rule::Upstream => "The service behind the shield did not answer.",
    }
}
