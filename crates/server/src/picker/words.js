// Every text in French and English, and how each language writes distances, times and dates.

/** Opening hours are those of France, whatever clock the buyer's machine shows. */
const ZONE = "Europe/Paris";
const WEEK = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];
const DAY_MS = 86_400_000;

const TEXTS = {
  fr: {
    search: "Chercher un point de retrait",
    postalCode: "Code postal",
    city: "Ville",
    find: "Chercher",
    position: "Utiliser ma position",
    positionRefused: "Votre position n’est pas disponible. Indiquez un code postal.",
    postalCodeWrong: "Indiquez un code postal de 5 chiffres.",
    postalCodeMissing: "Indiquez un code postal.",
    listView: "Liste",
    mapView: "Carte",
    views: "Affichage",
    points: "Points de retrait",
    choose: "Choisir ce point",
    choosing: "Enregistrement…",
    chosen: "Votre point de retrait",
    change: "Choisir un autre point",
    retry: "Réessayer",
    searching: "Recherche des points de retrait…",
    searchingLong: "La recherche prend plus de temps que d’habitude…",
    count: (n, place) => `${n} ${n === 1 ? "point" : "points"} de retrait${place ? ` près de ${place}` : ""}`,
    more: (n) => (n === 1 ? "Afficher l’autre point" : `Afficher les ${n} autres points`),
    kinds: { post_office: "Bureau de poste", shop: "Commerce", locker: "Consigne", other: "Point de retrait" },
    open: "Ouvert",
    openUntil: (time) => `Ouvert jusqu’à ${time}`,
    openAlways: "Ouvert 24 h sur 24",
    closed: "Fermé pour le moment",
    opens: (moment) => `Fermé, ouvre ${moment}`,
    hoursUnknown: "Horaires non connus",
    at: (time) => `à ${time}`,
    tomorrow: (time) => `demain à ${time}`,
    onWeekday: (day, time) => `${day} à ${time}`,
    onDate: (date, time) => `le ${date} à ${time}`,
    hours: "Horaires d’ouverture",
    day: "Jour",
    closedDay: "fermé",
    unknownDay: "non connus",
    today: "aujourd’hui",
    closure: (from, until) => `Fermé du ${from} au ${until}`,
    closureDay: (day) => `Fermé le ${day}`,
    partly: "Fermetures ponctuelles possibles",
    accessible: "Accessible à mobilité réduite",
    seen: (ago) => `Vérifié ${ago}`,
    fromDirectory: (ago) =>
      "Le transporteur ne répond pas pour le moment. Voici les points que nous connaissons" +
      `${ago ? `, vérifiés ${ago}` : ""} : leurs horaires ont pu changer depuis.`,
    map: "Carte",
    zoomIn: "Agrandir",
    zoomOut: "Réduire",
    fit: "Tout afficher",
    panUp: "Vers le nord",
    panDown: "Vers le sud",
    panLeft: "Vers l’ouest",
    panRight: "Vers l’est",
    here: "Votre adresse",
    herePosition: "Votre position",
    mapHint: "Touchez un numéro pour voir le point.",
    mapEmpty: "La position de ces points n’est pas connue : voyez la liste.",
    mustChoose: "Choisissez un point de retrait.",
    empty: "Aucun point de retrait ne convient ici à ce colis.",
    emptyWhat: "Cherchez dans une autre ville, ou choisissez un autre mode de livraison.",
    again: (wait) => `Réessayez ${wait}.`,
    againSoon: "Réessayez dans un moment.",
    trouble: {
      setup: [
        "Le choix d’un point de retrait n’est pas possible ici.",
        "Un réglage de cette page est à corriger : merci de prévenir la boutique.",
      ],
      key: [
        "Le choix d’un point de retrait n’est pas possible ici.",
        "La clé de la boutique n’est pas acceptée : merci de prévenir la boutique.",
      ],
      place: ["Ce lieu n’est pas connu.", "Vérifiez le code postal et la ville."],
      input: ["Cette recherche n’est pas possible.", "Vérifiez le code postal et la ville."],
      rate: ["Trop de recherches en même temps.", null],
      dark: ["Le transporteur ne répond pas, et nous ne connaissons pas encore de point de retrait ici.", null],
      busy: ["Le service des points de retrait est très demandé.", null],
      fault: ["Le service des points de retrait est en panne.", null],
      offline: ["Vous êtes hors ligne.", "La recherche reprendra dès que la connexion sera rétablie."],
      network: [
        "Le service des points de retrait ne peut pas être joint.",
        "Vérifiez votre connexion, puis réessayez.",
      ],
      slow: ["Le service des points de retrait tarde à répondre.", null],
      taken: [
        "Un point de retrait est déjà choisi pour cette commande.",
        "Rechargez la page, ou prévenez la boutique si vous voulez en changer.",
      ],
      refused: ["Ce point ne peut plus recevoir votre colis.", "Choisissez-en un autre dans la liste."],
    },
  },
  en: {
    search: "Find a pickup point",
    postalCode: "Postal code",
    city: "Town",
    find: "Search",
    position: "Use my position",
    positionRefused: "Your position is not available. Enter a postal code.",
    postalCodeWrong: "Enter a postal code of 5 digits.",
    postalCodeMissing: "Enter a postal code.",
    listView: "List",
    mapView: "Map",
    views: "View",
    points: "Pickup points",
    choose: "Choose this point",
    choosing: "Saving…",
    chosen: "Your pickup point",
    change: "Choose another point",
    retry: "Try again",
    searching: "Looking for pickup points…",
    searchingLong: "The search is taking longer than usual…",
    count: (n, place) => `${n} pickup ${n === 1 ? "point" : "points"}${place ? ` near ${place}` : ""}`,
    more: (n) => (n === 1 ? "Show the other point" : `Show the ${n} other points`),
    kinds: { post_office: "Post office", shop: "Shop", locker: "Parcel locker", other: "Pickup point" },
    open: "Open now",
    openUntil: (time) => `Open until ${time}`,
    openAlways: "Open 24 hours a day",
    closed: "Closed now",
    opens: (moment) => `Closed, opens ${moment}`,
    hoursUnknown: "Opening hours not known",
    at: (time) => `at ${time}`,
    tomorrow: (time) => `tomorrow at ${time}`,
    onWeekday: (day, time) => `on ${day} at ${time}`,
    onDate: (date, time) => `on ${date} at ${time}`,
    hours: "Opening hours",
    day: "Day",
    closedDay: "closed",
    unknownDay: "not known",
    today: "today",
    closure: (from, until) => `Closed from ${from} to ${until}`,
    closureDay: (day) => `Closed on ${day}`,
    partly: "May be closed on some days",
    accessible: "Accessible with reduced mobility",
    seen: (ago) => `Checked ${ago}`,
    fromDirectory: (ago) =>
      "The carrier does not answer at the moment. These are the points that we know" +
      `${ago ? `, checked ${ago}` : ""}: their hours may have changed since.`,
    map: "Map",
    zoomIn: "Zoom in",
    zoomOut: "Zoom out",
    fit: "Show all",
    panUp: "Move north",
    panDown: "Move south",
    panLeft: "Move west",
    panRight: "Move east",
    here: "Your address",
    herePosition: "Your position",
    mapHint: "Tap a number to see the point.",
    mapEmpty: "Where these points are is not known: see the list.",
    mustChoose: "Choose a pickup point.",
    empty: "No pickup point here suits this parcel.",
    emptyWhat: "Search in another town, or choose another way of delivery.",
    again: (wait) => `Try again ${wait}.`,
    againSoon: "Try again in a moment.",
    trouble: {
      setup: [
        "A pickup point cannot be chosen here.",
        "A setting of this page needs to be corrected: please tell the shop.",
      ],
      key: ["A pickup point cannot be chosen here.", "The shop’s key is not accepted: please tell the shop."],
      place: ["This place is not known.", "Check the postal code and the town."],
      input: ["This search is not possible.", "Check the postal code and the town."],
      rate: ["Too many searches at once.", null],
      dark: ["The carrier does not answer, and we do not know a pickup point here yet.", null],
      busy: ["The pickup service is very busy.", null],
      fault: ["The pickup service is not working.", null],
      offline: ["You are offline.", "The search goes on as soon as the connection is back."],
      network: ["The pickup service cannot be reached.", "Check your connection, then try again."],
      slow: ["The pickup service takes too long to answer.", null],
      taken: [
        "A pickup point is already chosen for this order.",
        "Reload the page, or tell the shop if you want to change it.",
      ],
      refused: ["This point can no longer take your parcel.", "Choose another one from the list."],
    },
  },
};

/** French puts a space that does not break before : ; ! ? and inside « ». */
const typeset = (text) => text.replace(/ ([:;!?»])/g, "\u00a0$1").replace(/« /g, "«\u00a0");

/** `"09:30"` as minutes of the day; nothing when it is no time. */
const minutesOf = (text) => {
  const found = /^(\d{1,2}):(\d{2})$/.exec(text);
  return found ? Number(found[1]) * 60 + Number(found[2]) : null;
};

/** A day's ranges as pairs of minutes; nothing when the day is not known. */
const rangesOf = (day) => {
  if (!Array.isArray(day)) return null;
  const ranges = day.map((range) => String(range).split("-").map(minutesOf));
  return ranges.every((r) => r.length === 2 && r.every((minutes) => minutes !== null)) ? ranges : null;
};

const isAllDay = (ranges) => ranges?.length === 1 && ranges[0][0] === 0 && ranges[0][1] >= 1439;

const PARIS = new Intl.DateTimeFormat("en-GB", {
  timeZone: ZONE,
  hourCycle: "h23",
  weekday: "long",
  year: "numeric",
  month: "2-digit",
  day: "2-digit",
  hour: "2-digit",
  minute: "2-digit",
});

/** An instant as Paris sees it: its weekday, minute of the day, and the day as a number that grows by one each day. */
const inParis = (instant) => {
  const part = Object.fromEntries(PARIS.formatToParts(instant).map(({ type, value }) => [type, value]));
  return {
    weekday: part.weekday.toLowerCase(),
    minutes: Number(part.hour) * 60 + Number(part.minute),
    day: Date.UTC(Number(part.year), Number(part.month) - 1, Number(part.day)) / DAY_MS,
  };
};

/** The instant that a text of the answer names; nothing when it names none. */
const instantOf = (text) => {
  const instant = typeof text === "string" ? new Date(text) : null;
  return instant && !Number.isNaN(instant.getTime()) ? instant : null;
};

/** Where the clock is not that of Paris, so that hours cannot be compared with it. */
const keepsParisTime = (point) => point.country === "FR" && !/^9[78]/.test(point.postal_code ?? "");

/** One language: its texts, and how it writes what is measured. */
class Words {
  constructor(language) {
    this.language = language;
    this.french = language === "fr";
    this.locale = this.french ? "fr-FR" : "en-GB";
    const dates = (options) => new Intl.DateTimeFormat(this.locale, { timeZone: ZONE, ...options });
    this.dates = dates({ day: "numeric", month: "long" });
    this.weekdays = dates({ weekday: "long" });
    this.ages = new Intl.RelativeTimeFormat(this.locale, { numeric: "always" });
  }

  /** The text of this name, with its gaps filled. */
  say(name, ...gaps) {
    const text = TEXTS[this.language][name];
    return this.set(typeof text === "function" ? text(...gaps) : text);
  }

  set(text) {
    return this.french ? typeset(text) : text;
  }

  kind(kind) {
    const { kinds } = TEXTS[this.language];
    const known = { PCS: "locker", pcs: "locker" }[kind] ?? kind;
    return Object.hasOwn(kinds, known) ? kinds[known] : kinds.other;
  }

  /** What went wrong, and what to do. */
  trouble({ kind, retryAfterS }) {
    const { trouble } = TEXTS[this.language];
    const [what, advice] = Object.hasOwn(trouble, kind) ? trouble[kind] : trouble.fault;
    const wait = retryAfterS ? this.say("again", this.from(retryAfterS)) : this.say("againSoon");
    return { what: this.set(what), advice: this.set(advice ?? wait) };
  }

  /** Metres, to the nearest ten; kilometres from one on. */
  distance(metres) {
    const far = metres >= 995;
    const value = far ? metres / 1000 : Math.max(10, Math.round(metres / 10) * 10);
    const unit = { style: "unit", unit: far ? "kilometer" : "meter", unitDisplay: "short" };
    return new Intl.NumberFormat(this.locale, { ...unit, maximumFractionDigits: value < 10 ? 1 : 0 }).format(value);
  }

  /** `9 h 30` or `09:30`. */
  clock(minutes) {
    const [hour, rest] = [Math.floor(minutes / 60), String(minutes % 60).padStart(2, "0")];
    if (!this.french) return `${String(hour).padStart(2, "0")}:${rest}`;
    return rest === "00" ? `${hour}\u00a0h` : `${hour}\u00a0h\u00a0${rest}`;
  }

  /** A day's hours. */
  ranges(day) {
    const ranges = rangesOf(day);
    if (!ranges) return this.say("unknownDay");
    if (ranges.length === 0) return this.say("closedDay");
    return ranges.map(([from, until]) => `${this.clock(from)}–${this.clock(until)}`).join(", ");
  }

  /** `24 décembre`, `24 December`. */
  date(instant) {
    const text = this.dates.format(instant).replace(" ", "\u00a0");
    return this.french ? text.replace(/^1\u00a0/, "1er\u00a0") : text;
  }

  /** How long ago that was. */
  ago(seconds) {
    return this.span(-seconds);
  }

  /** From now on in so many seconds. */
  from(seconds) {
    return this.span(seconds);
  }

  span(seconds) {
    const size = Math.abs(seconds);
    if (size >= 2 * 86_400) return this.ages.format(Math.round(seconds / 86_400), "day");
    if (size >= 5_400) return this.ages.format(Math.round(seconds / 3_600), "hour");
    if (size >= 90) return this.ages.format(Math.round(seconds / 60), "minute");
    return seconds < 0 ? this.ages.format(-1, "minute") : this.ages.format(Math.ceil(seconds), "second");
  }

  /** Whether it is open, and until when it is or is not. */
  state(point, now) {
    if (point.open_now === true) return this.openState(point, inParis(now));
    if (point.open_now !== false) return this.say("hoursUnknown");
    const opens = instantOf(point.opens_at);
    return opens ? this.say("opens", this.moment(opens, now)) : this.say("closed");
  }

  openState(point, { weekday, minutes }) {
    const ranges = rangesOf(point.hours?.[weekday]) ?? [];
    if (isAllDay(ranges)) return this.say("openAlways");
    const range = ranges.find(([from, until]) => from <= minutes && minutes < until);
    return range && keepsParisTime(point) ? this.say("openUntil", this.clock(range[1])) : this.say("open");
  }

  moment(instant, now) {
    const [then, today] = [inParis(instant), inParis(now)];
    const [days, time] = [then.day - today.day, this.clock(then.minutes)];
    if (days <= 0) return this.say("at", time);
    if (days === 1) return this.say("tomorrow", time);
    return days < 7
      ? this.say("onWeekday", this.weekdays.format(instant), time)
      : this.say("onDate", this.date(instant), time);
  }

  /** The closures that are not over, each in words, the soonest first. */
  closures(point, now) {
    const all = Array.isArray(point.closures) ? point.closures : [];
    const known = all.map(({ from, until }) => [instantOf(from), instantOf(until)]);
    const ahead = known.filter(([from, until]) => from && until && until > now);
    return ahead.sort(([a], [b]) => a - b).map(([from, until]) => this.closure(from, until));
  }

  /** The end is the first moment at which it is over, so the last closed day is the one before. */
  closure(from, until) {
    const last = new Date(Math.max(from.getTime(), until.getTime() - 1));
    const same = inParis(from).day === inParis(last).day;
    return same ? this.say("closureDay", this.date(from)) : this.say("closure", this.date(from), this.date(last));
  }

  /** The weekday's own name, as the week's table writes it. */
  weekday(index) {
    // 1 January 2024 was a Monday.
    return this.weekdays.format(new Date(Date.UTC(2024, 0, 1 + index, 12)));
  }
}
