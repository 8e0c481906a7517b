// The element itself: what is asked, what is shown, and what the page is told.

/** After this the search is said to take longer, in milliseconds. */
const LONG_MS = 4_000;
/** So many points are shown at first where there is no room for a map beside them. */
const FIRST_COUNT = 6;
/** Attributes that make another search. */
const ASKED = [
  "base-url",
  "key",
  "postal-code",
  "city",
  "address",
  "country",
  "latitude",
  "longitude",
  "weight-g",
  "date",
  "kind",
  "accessible",
  "limit",
];

const SHEET = new CSSStyleSheet();
SHEET.replaceSync(STYLE);

/** Where this very file came from. */
const OWN_BASE = new URL(".", import.meta.url).href;

/** `<tournee-pickup-picker>`: finds pickup points and has the buyer's choice signed. */
export class PickupPicker extends FormField {
  static observedAttributes = [...ASKED, "lang", "required", "use-position"];

  #words = null;
  /** The parts of the page inside. */
  #parts = {};
  #map = null;
  #entries = [];
  #answer = null;
  #selected = null;
  /** The point and its signed choice, once there is one. */
  #chosen = null;
  #trouble = null;
  /** What ends the call under way. */
  #search = new AbortController();
  #signing = null;
  #position = null;
  #due = new Set();
  #online = () => this.#trouble?.kind === "offline" && this.#find();

  constructor() {
    super();
    this.attachShadow({ mode: "open" }).adoptedStyleSheets = [SHEET];
  }

  connectedCallback() {
    window.addEventListener("online", this.#online);
    // Whoever moved the element while it searched took the search away from it.
    if (!this.#answer && !this.#trouble) this.#change("postal-code");
    this.#map?.watch(true);
  }

  disconnectedCallback() {
    window.removeEventListener("online", this.#online);
    this.#map?.watch(false);
    this.#search.abort();
    this.#signing?.abort();
  }

  attributeChangedCallback(name, before, after) {
    if (this.isConnected && before !== after) this.#change(name);
  }

  formResetCallback() {
    this.reset();
  }

  formDisabledCallback(disabled) {
    this.shadowRoot.querySelector(".frame")?.toggleAttribute("inert", disabled);
  }

  /** The signed choice; empty until the buyer has chosen. */
  get value() {
    return this.#chosen?.choice ?? "";
  }

  /** The point that was chosen; null until then. */
  get point() {
    return this.#chosen?.point ?? null;
  }

  /** Searches anew, as if the attributes had changed. */
  search() {
    this.#change("postal-code");
  }

  /** Forgets the choice and shows the list again. */
  reset() {
    this.#signing?.abort();
    this.#chosen = null;
    if (this.#words) this.#showChosen();
  }

  /** Several attributes that change at once are one change. */
  #change(name) {
    if (this.#due.size === 0) queueMicrotask(() => this.#apply());
    this.#due.add(name);
  }

  #apply() {
    const due = this.#due;
    this.#due = new Set();
    if (!this.isConnected) return;
    const first = !this.#words;
    if (first || due.has("lang") || due.has("use-position")) this.#build();
    const asked = first || ASKED.some((name) => due.has(name));
    if (asked) this.#takePlace();
    if (asked && this.#hasPlace()) this.#find();
    else if (due.has("required") && due.size === 1) this.#tellForm();
    else this.#showAll();
  }

  #takePlace() {
    this.#position = null;
    this.#parts.postalCode.value = this.getAttribute("postal-code") ?? "";
    this.#parts.city.value = this.getAttribute("city") ?? "";
  }

  #hasPlace() {
    return ["postal-code", "latitude"].some((name) => this.getAttribute(name));
  }

  #build() {
    const own = this.getAttribute("lang") || this.closest("[lang]")?.lang || navigator.language || "en";
    const typed = this.#words ? this.#typed() : { code: "", city: "" };
    this.#words = new Words(/^fr\b/i.test(own) ? "fr" : "en");
    this.#map?.watch(false);
    this.#map = new PickupMap(this.#words, (id) => this.#choose(id, true));
    const on = {
      submit: (event) => this.#submit(event),
      locate: () => this.#locate(),
      view: (name) => this.#view(name),
      choose: (id) => this.#choose(id),
      more: () => this.#showMore(),
      confirm: (event) => this.#confirm(event),
      change: () => this.#reopen(),
    };
    const options = { numeric: countryOf(this) === "FR", locates: this.#mayLocate() };
    this.#parts = buildFrame(this.#words, this.#map.element, on, options);
    this.#parts.postalCode.value = typed.code;
    this.#parts.city.value = typed.city;
    // An unfolded week is seen whole, as far as the list has room.
    this.#parts.list.addEventListener("toggle", ({ target }) => this.#bringIntoView(target.closest(".entry")), true);
    this.shadowRoot.replaceChildren(this.#parts.frame);
    this.#map.watch(true);
    this.formDisabledCallback(this.matches(":disabled"));
  }

  // ── the search ──

  #typed() {
    return { code: this.#parts.postalCode.value.trim(), city: this.#parts.city.value.trim() };
  }

  /** Where the page allows it in its attributes, and the browser allows the page. */
  #mayLocate() {
    return this.hasAttribute("use-position") && window.isSecureContext && "geolocation" in navigator;
  }

  #locate() {
    const found = ({ coords }) => {
      // Ten metres are enough, and more need not leave this machine.
      const rounded = (degrees) => Math.round(degrees * 10_000) / 10_000;
      this.#position = { latitude: rounded(coords.latitude), longitude: rounded(coords.longitude) };
      this.#parts.postalCode.value = "";
      this.#parts.city.value = "";
      this.#find();
    };
    this.#complain("");
    navigator.geolocation.getCurrentPosition(found, () => this.#complain("positionRefused"), {
      timeout: 15_000,
      maximumAge: 300_000,
    });
  }

  #submit(event) {
    event.preventDefault();
    const { code } = this.#typed();
    const wrong = !code
      ? "postalCodeMissing"
      : countryOf(this) === "FR" && !/^\d{5}$/.test(code)
        ? "postalCodeWrong"
        : "";
    this.#complain(wrong);
    if (wrong) {
      this.#parts.postalCode.focus();
      return;
    }
    this.#position = null;
    this.#find();
  }

  #complain(name) {
    this.#parts.wrong.textContent = name ? this.#words.say(name) : "";
    const invalid = name.startsWith("postalCode");
    if (invalid) this.#parts.postalCode.setAttribute("aria-invalid", "true");
    else this.#parts.postalCode.removeAttribute("aria-invalid");
  }

  #base() {
    const base = this.getAttribute("base-url") || OWN_BASE;
    return new URL(base.endsWith("/") ? base : `${base}/`, document.baseURI);
  }

  async #find({ refocus = false } = {}) {
    this.#search.abort();
    this.#search = new AbortController();
    const { signal } = this.#search;
    const query = queryOf(this, this.#typed(), this.#position);
    this.#begin();
    const late = setTimeout(() => this.#say("searchingLong"), LONG_MS);
    try {
      const key = this.getAttribute("key");
      if (!key) throw new Trouble("setup");
      if (!key.startsWith("pk_"))
        console.warn("tournee-pickup-picker: everybody can read this key; use one that begins with pk_");
      this.#answer = await findPoints(this.#base(), key, query, signal);
    } catch (error) {
      if (signal.aborted) return;
      this.#fail(error);
    } finally {
      clearTimeout(late);
    }
    if (signal.aborted) return;
    this.#showAll();
    if (refocus) this.#refocus();
  }

  #begin() {
    this.#answer = null;
    this.#trouble = null;
    this.#selected = null;
    this.#showAll();
    this.#say("searching");
    this.#parts.frame.setAttribute("aria-busy", "true");
  }

  #fail(error) {
    this.#trouble = this.#told(error);
  }

  /** What is not a `Trouble` is a mistake in the page's settings or in here; the page is told of either. */
  #told(error) {
    const trouble = error instanceof Trouble ? error : new Trouble("setup");
    if (trouble !== error) console.error("tournee-pickup-picker:", error);
    const { kind, status, problem } = trouble;
    this.#tell("pickup-error", { kind, status, problem });
    return trouble;
  }

  #tell(name, detail) {
    this.dispatchEvent(new CustomEvent(name, { bubbles: true, composed: true, detail }));
  }

  // ── what is shown ──

  #say(name, ...gaps) {
    this.#parts.status.textContent = name ? this.#words.say(name, ...gaps) : "";
  }

  #showAll() {
    const points = this.#answer?.points ?? [];
    this.#parts.frame.removeAttribute("aria-busy");
    this.#showStatus(points);
    this.#showTrouble();
    this.#showNotice();
    this.#showPoints(points);
    this.#showChosen();
  }

  #showStatus(points) {
    if (!this.#answer) this.#say(null);
    else if (points.length === 0)
      this.#parts.status.textContent = `${this.#words.say("empty")} ${this.#words.say("emptyWhat")}`;
    else this.#say("count", points.length, this.#placeName());
  }

  #placeName() {
    const { near } = this.#answer;
    return [plain(near?.postal_code), plain(near?.place)].filter(Boolean).join("\u00a0");
  }

  #showTrouble() {
    const { trouble } = this.#parts;
    trouble.replaceChildren();
    if (!this.#trouble) return;
    const { what, advice } = this.#words.trouble(this.#trouble);
    trouble.append(el("p", {}, el("strong", {}, what), ` ${advice}`));
    if (!["setup", "key", "place", "input"].includes(this.#trouble.kind)) {
      const again = () => this.#find({ refocus: true });
      trouble.append(
        el(
          "button",
          { type: "button", class: "button retry", part: "button", onclick: again },
          this.#words.say("retry"),
        ),
      );
    }
  }

  #showNotice() {
    const fromDirectory = this.#answer?.source === "directory" && this.#answer.points.length > 0;
    this.#parts.notice.hidden = !fromDirectory;
    const asOf = fromDirectory ? instantOf(this.#answer.as_of) : null;
    const ago = asOf ? this.#words.ago((Date.now() - asOf) / 1000) : "";
    this.#parts.notice.textContent = fromDirectory ? this.#words.say("fromDirectory", ago) : "";
  }

  #showPoints(points) {
    const { results, list, more, actions } = this.#parts;
    const context = { now: new Date(), fromDirectory: this.#answer?.source === "directory" };
    actions.remove();
    this.#entries = points.map(
      (point, index) => new Entry(this.#words, point, index + 1, { ...context, id: `point-${index + 1}` }),
    );
    list.replaceChildren(...this.#entries.map(({ element }) => element));
    results.hidden = points.length === 0;
    const left = points.length - FIRST_COUNT;
    more.hidden = left <= 0;
    more.textContent = left > 0 ? this.#words.say("more", left) : "";
    results.toggleAttribute("data-all", left <= 0);
    this.#map.show(this.#answer?.near, this.#placeLabel(), points);
    if (this.#selected) this.#choose(this.#selected);
  }

  #placeLabel() {
    if (this.#position) return this.#words.say("herePosition");
    return queryOf(this, this.#typed(), null).address ? this.#words.say("here") : plain(this.#answer?.near?.place);
  }

  #showMore() {
    this.#unfold();
    this.#entries[FIRST_COUNT]?.input.focus();
  }

  #unfold() {
    this.#parts.results.toggleAttribute("data-all", true);
    this.#parts.more.hidden = true;
  }

  #view(name) {
    this.#parts.frame.dataset.view = name;
    for (const button of this.#parts.views.children)
      button.setAttribute("aria-pressed", String(button.dataset.name === name));
  }

  #entry(id) {
    return this.#entries.find(({ point }) => point.id === id);
  }

  /** The list says which, the map marks it; a choice on the map is brought into view in the list. */
  #choose(id, fromMap = false) {
    const [before, entry] = [this.#entry(this.#selected), this.#entry(id)];
    if (!entry) return;
    const hoursOpen = before?.hoursOpen ?? false;
    // Who selects another one meanwhile does not want the one that is being signed.
    if (before !== entry) this.#signing?.abort();
    this.#selected = id;
    this.#parts.refused.textContent = "";
    for (const each of this.#entries) if (each !== entry) each.select(false);
    entry.select(true, this.#parts.actions, hoursOpen);
    this.#parts.hint.hidden = true;
    this.#map.choose(id);
    if (this.#entries.indexOf(entry) >= FIRST_COUNT) this.#unfold();
    if (fromMap) entry.input.focus({ preventScroll: true });
    this.#bringIntoView(entry.element);
  }

  /** Scrolls the list alone, never the page: down to the button, but not past the name. */
  #bringIntoView(element) {
    const { list } = this.#parts;
    const [outer, inner] = [list.getBoundingClientRect(), element.getBoundingClientRect()];
    const [above, below] = [inner.top - outer.top - 8, inner.bottom - outer.bottom + 8];
    if (above < 0) list.scrollTop += above;
    else if (below > 0) list.scrollTop += Math.min(above, below);
  }

  /** After a retry the button that was pressed is gone: what came of it is where one goes on. */
  #refocus() {
    const retry = this.#parts.trouble.querySelector("button");
    (retry ?? this.#entries[0]?.input ?? this.#parts.postalCode).focus();
  }

  // ── the choice ──

  async #confirm(event) {
    event.preventDefault();
    const entry = this.#entry(this.#selected);
    if (!entry || this.#signing) return;
    const signing = new AbortController();
    this.#signing = signing;
    this.#showSigning(true);
    try {
      const [base, key, wanted] = [
        this.#base(),
        this.getAttribute("key"),
        wantedOf(this, entry.point, this.#answer?.near, this.#chosen?.choice),
      ];
      this.#chose(entry.point, await signChoice(base, key, wanted, signing.signal));
    } catch (error) {
      if (!signing.signal.aborted) this.#refuse(error);
    }
    this.#signing = null;
    this.#showSigning(false);
  }

  #showSigning(on) {
    const { confirm, refused } = this.#parts;
    confirm.setAttribute("aria-disabled", String(on));
    if (on) refused.textContent = "";
    confirm.textContent = this.#words.say(on ? "choosing" : "choose");
  }

  #refuse(error) {
    const { what, advice } = this.#words.trouble(this.#told(error));
    this.#parts.refused.textContent = `${what} ${advice}`;
  }

  #chose(point, { choice }) {
    this.#chosen = { point, choice };
    this.#showChosen();
    this.#parts.chosenTitle.focus();
    this.#tell("pickup-chosen", { point, choice });
    this.dispatchEvent(new Event("change", { bubbles: true }));
  }

  /** The list again; the choice stays until another one is made. */
  #reopen() {
    const { frame } = this.#parts;
    frame.removeAttribute("data-chosen");
    this.#parts.chosen.hidden = true;
    const entry = this.#entry(this.#selected) ?? this.#entries[0];
    (entry?.input ?? this.#parts.postalCode).focus();
  }

  #showChosen() {
    const { frame, chosen, chosenWhat } = this.#parts;
    const point = this.#chosen?.point;
    chosen.hidden = !point;
    frame.toggleAttribute("data-chosen", Boolean(point));
    chosenWhat.replaceChildren();
    if (point) {
      const [now, words] = [new Date(), this.#words];
      const hours = el(
        "details",
        { class: "hours" },
        el("summary", {}, words.say("hours")),
        weekTable(words, point, now),
      );
      const facts = el(
        "p",
        { class: "facts" },
        ...factsOf(words, point, { now, fromDirectory: false }).filter(Boolean),
      );
      chosenWhat.append(el("p", { class: "name carrier-text" }, nameOf(words, point)), facts, hours);
    }
    this.#tellForm();
  }

  #tellForm() {
    this.tellForm(this.#chosen?.choice ?? null, this.#words.say("mustChoose"), this.#parts.postalCode);
  }
}

if (!customElements.get("tournee-pickup-picker")) customElements.define("tournee-pickup-picker", PickupPicker);
