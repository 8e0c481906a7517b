"use strict";
// The words of the desk's page, in both languages.
const WORDS = {
  fr: {
    key: "Votre clé d’API (droit support)", enter: "Ouvrir", badKey: "Cette clé n’ouvre pas les demandes.", leave: "Fermer la session",
    show: "Montrer", with_person: "à traiter", answered: "répondues", new: "nouvelles", closed: "closes", merged: "fusionnées", all: "toutes",
    reason: "Motif", anyReason: "tous", queue: "File des demandes", none: "Aucune demande ici.", more: "Plus de demandes",
    noSubject: "(sans objet)", taken: "prise par", parcels: "Colis", messages: "Échanges", files: "Pièces jointes", log: "Historique",
    take: "Prendre", answer: "Répondre", merge: "Fusionner", hand_over: "Transmettre", close: "Clore", reopen: "Rouvrir", back: "Retour à la file", help: "Aide clavier",
    bulk: "Répondre aux demandes choisies", select: "Choisir", cancel: "Annuler", send: "Envoyer", ok: "Valider",
    text: "Réponse", note: "Note pour la personne suivante", to: "Clé de la personne (facultatif)", into: "Référence de la demande principale",
    done: "C’est fait.", failed: "Cela n’a pas abouti :", chosen: "demandes choisies", from: "De", came: "Reçue le", state: "État", save: "Enregistrer",
    in: "reçu", answer_kind: "réponse automatique", closing: "message de clôture", person_answer: "réponse d’une personne", note_kind: "note interne",
    sending: { waiting: "en attente d’envoi", claimed: "envoi en cours", sent: "envoyé", unknown: "envoi incertain : à vérifier", refused: "envoi refusé" },
    keys: [["j / k", "demande suivante, précédente"], ["Entrée", "ouvrir"], ["t", "prendre"], ["a", "répondre"], ["m", "fusionner"], ["h", "transmettre"], ["c", "clore"], ["r", "rouvrir"], ["x", "choisir"], ["b", "répondre aux demandes choisies"], ["Échap", "retour"], ["?", "cette aide"]],
    reasons: { legal: "juridique", press: "presse", refund: "remboursement", damaged: "endommagé", lost: "perdu", address_change: "changement d’adresse", other_matter: "autre sujet", off_topic: "hors sujet", thanks: "remerciement", no_match: "aucun colis reconnu", ambiguous: "plusieurs colis possibles", not_theirs: "colis d’autrui", several_people: "plusieurs personnes", mistyped: "numéro erroné", too_many: "trop de colis", not_explained: "pas expliqué par l’incident", unreadable: "illisible", wrote_again: "a réécrit", automatic: "automatique" },
    parcel: { ready: "étiquette prête", waiting: "en attente", unknown: "sans réponse du transporteur", question: "réponse attendue", rejected: "refusé", human: "chez une personne", void: "annulé" },
  },
  en: {
    key: "Your API key (scope support)", enter: "Open", badKey: "This key does not open the desk.", leave: "End the session",
    show: "Show", with_person: "to do", answered: "answered", new: "new", closed: "closed", merged: "merged", all: "all",
    reason: "Reason", anyReason: "any", queue: "Queue", none: "No tickets here.", more: "More tickets",
    noSubject: "(no subject)", taken: "taken by", parcels: "Parcels", messages: "Messages", files: "Files", log: "History",
    take: "Take", answer: "Answer", merge: "Merge", hand_over: "Hand over", close: "Close", reopen: "Reopen", back: "Back to the queue", help: "Keyboard help",
    bulk: "Answer the selected tickets", select: "Select", cancel: "Cancel", send: "Send", ok: "Confirm",
    text: "Answer", note: "Note for the next person", to: "Key of the person (optional)", into: "Reference of the main ticket",
    done: "Done.", failed: "That did not work:", chosen: "tickets selected", from: "From", came: "Came", state: "State", save: "Save",
    in: "received", answer_kind: "automatic answer", closing: "closing message", person_answer: "a person’s answer", note_kind: "note among people",
    sending: { waiting: "waiting to be sent", claimed: "being sent", sent: "sent", unknown: "not known to have arrived: please check", refused: "refused" },
    keys: [["j / k", "next, previous ticket"], ["Enter", "open"], ["t", "take"], ["a", "answer"], ["m", "merge"], ["h", "hand over"], ["c", "close"], ["r", "reopen"], ["x", "select"], ["b", "answer the selected tickets"], ["Esc", "back"], ["?", "this help"]],
    reasons: { legal: "legal", press: "press", refund: "refund", damaged: "damaged", lost: "lost", address_change: "address change", other_matter: "another matter", off_topic: "off topic", thanks: "thanks", no_match: "no parcel recognised", ambiguous: "several parcels fit", not_theirs: "somebody else’s parcel", several_people: "several people", mistyped: "mistyped number", too_many: "too many parcels", not_explained: "not explained by the incident", unreadable: "unreadable", wrote_again: "wrote again", automatic: "automatic" },
    parcel: { ready: "label ready", waiting: "waiting", unknown: "no answer of the carrier", question: "answer awaited", rejected: "refused", human: "with a person", void: "cancelled" },
  },
};
const LANG = document.documentElement.lang === "en" ? "en" : "fr";
const W = WORDS[LANG];
