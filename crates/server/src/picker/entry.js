// One point in the list: a radio button with what the buyer needs to know, and its week once it is selected.

const ICONS = {
  accessible: "M10 4.5a1.5 1.5 0 1 0 3 0 1.5 1.5 0 1 0-3 0M11.5 8v6h5l2.5 5M11.5 10.5h4M9 11.5a5 5 0 1 0 6 6.5",
  done: "M5 13l4.5 4.5L19 7",
};

/** The table of the week, with today marked. */
const weekTable = (words, point, now) => {
  const today = WEEK.indexOf(inParis(now).weekday);
  const rows = WEEK.map((day, index) => {
    const name = words.weekday(index);
    const note = index === today ? el("span", { class: "hidden-text" }, ` (${words.say("today")})`) : null;
    const hours = words.ranges(point.hours?.[day]);
    return el(
      "tr",
      { class: index === today ? "today" : null },
      el("th", { scope: "row" }, name, note),
      el("td", {}, hours),
    );
  });
  const caption = el("caption", { class: "hidden-text" }, words.say("hours"));
  return el("table", { class: "week" }, caption, el("tbody", {}, ...rows));
};

const addressOf = (point) => {
  const lines = Array.isArray(point.address) ? point.address : [point.address];
  const town = [plain(point.postal_code), plain(point.city)].filter(Boolean).join(" ");
  return [...lines.map(plain).filter(Boolean), town].filter(Boolean);
};

/** What is said of a point beside its name: address, whether it is open, closures, access, how fresh this is. */
const factsOf = (words, point, { now, fromDirectory }) => {
  const open = point.open_now === true ? "open" : point.open_now === false ? "shut" : "unsure";
  const closures = words.closures(point, now);
  const partly = point.partly_closed === true && closures.length === 0;
  const seen = fromDirectory && Number.isFinite(point.age_s);
  const access = point.accessible === true;
  return [
    el("span", { class: "fact carrier-text" }, addressOf(point).join(", ")),
    el("span", { class: `fact state ${open}` }, words.state(point, now)),
    ...closures.map((text) => el("span", { class: "fact closure" }, text)),
    partly ? el("span", { class: "fact closure" }, words.say("partly")) : null,
    access ? el("span", { class: "fact access" }, icon(ICONS.accessible), words.say("accessible")) : null,
    seen ? el("span", { class: "fact seen" }, words.say("seen", words.ago(point.age_s))) : null,
  ];
};

const nameOf = (words, point) => plain(point.name).trim() || words.kind(point.kind);

/** An entry of the list. `number` is the one that the map shows. */
class Entry {
  #words;
  #now;
  #week = null;

  constructor(words, point, number, context) {
    this.#words = words;
    this.#now = context.now;
    this.point = point;
    const { id } = context;
    const metres = point.distance_m;
    this.input = el("input", {
      type: "radio",
      name: "point",
      value: point.id,
      id,
      "aria-labelledby": `${id}-name`,
      "aria-describedby": `${id}-facts`,
    });
    const distance = Number.isFinite(metres) ? el("span", { class: "distance" }, words.distance(metres)) : null;
    const name = el("span", { class: "name carrier-text" }, nameOf(words, point));
    const head = el("span", { class: "head", id: `${id}-name` }, name, distance ? " " : null, distance);
    const kind = el("span", { class: "fact kind" }, words.kind(point.kind));
    const facts = el("span", { class: "facts", id: `${id}-facts` }, kind, ...factsOf(words, point, context));
    const badge = el("span", { class: "badge", "aria-hidden": "true" }, String(number));
    this.more = el("div", { class: "more", hidden: true });
    const label = el(
      "label",
      { class: "label", for: id },
      this.input,
      badge,
      el("span", { class: "body" }, head, facts),
    );
    this.element = el("li", { class: "entry", part: "point" }, label, this.more);
  }

  /** Shows or hides the week; `actions` follow the selected entry. */
  select(on, actions, hoursOpen) {
    this.input.checked = on;
    this.element.classList.toggle("selected", on);
    this.element.setAttribute("part", on ? "point point-selected" : "point");
    this.more.hidden = !on;
    if (!on) return;
    this.#week ??= el(
      "details",
      { class: "hours" },
      el("summary", {}, this.#words.say("hours")),
      weekTable(this.#words, this.point, this.#now),
    );
    this.#week.open = hoursOpen;
    this.more.append(actions, this.#week);
  }

  /** Whether its week is unfolded. */
  get hoursOpen() {
    return this.#week?.open ?? false;
  }
}
