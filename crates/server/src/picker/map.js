// The map: rings of distance around the place that was asked for, and the points as numbers, drawn here without tiles.
//
// It shows what the list says (number, distance) in another way, so the drawing itself is hidden from screen readers. Its
// buttons are not: whoever sees the map may have no mouse. Points are chosen on it by keys through the list, whose arrows
// move the mark on the map.

/** The mean radius of the earth, in metres (IUGG). */
const EARTH_M = 6_371_008.8;
/** Half of a mark that is not chosen, and of one that is, in pixels. */
const MARK_PX = 13;
const CHOSEN_PX = 17;
/** What is kept free at the edge when everything is shown, in pixels. */
const EDGE_PX = 44;
/** How near a mark may come to another one, in pixels. */
const APART_PX = 2 * MARK_PX + 2;
/** The closest and the widest view, in pixels per metre. */
const SCALE_MAX = 2;
const SCALE_MIN = 0.001;

const radians = (degrees) => (degrees * Math.PI) / 180;
const isPlace = (place) => Number.isFinite(place?.latitude) && Number.isFinite(place?.longitude);

/** 1, 2 or 5 times a power of ten, and not more than that. */
const roundBelow = (value) => {
  const power = 10 ** Math.floor(Math.log10(value));
  return power * [5, 2, 1].find((step) => step * power <= value);
};

/** Metres east and south of the origin: flat, which is true enough for the reach of a search. */
const flatten = (origin, { latitude, longitude }) => ({
  x: radians(longitude - origin.longitude) * Math.cos(radians(origin.latitude)) * EARTH_M,
  y: -radians(latitude - origin.latitude) * EARTH_M,
});

/** Moves marks that cover each other apart, a little in each round; `fixed` ones stay. */
const spread = (marks) => {
  for (let round = 0; round < 60; round += 1) {
    let moved = false;
    for (let i = 0; i < marks.length; i += 1) {
      for (let j = i + 1; j < marks.length; j += 1) moved = push(marks[i], marks[j], i + j) || moved;
    }
    if (!moved) return;
  }
};

const push = (a, b, turn) => {
  const [dx, dy] = [b.x - a.x, b.y - a.y];
  const apart = Math.hypot(dx, dy);
  if (apart >= APART_PX) return false;
  // Two at one place part in a direction that their numbers give.
  const [ux, uy] = apart > 0.01 ? [dx / apart, dy / apart] : [Math.cos(turn), Math.sin(turn)];
  const step = (APART_PX - apart) / (a.fixed || b.fixed ? 1 : 2);
  if (!a.fixed) [a.x, a.y] = [a.x - ux * step, a.y - uy * step];
  if (!b.fixed) [b.x, b.y] = [b.x + ux * step, b.y + uy * step];
  return true;
};

/** The map's element and what is on it. */
class PickupMap {
  #words;
  #onchoose;
  #points = [];
  #origin = null;
  #label = "";
  #chosen = null;
  #size = { width: 0, height: 0 };
  /** The middle in metres from the origin, and pixels per metre. */
  #view = { x: 0, y: 0, scale: 1 };
  #moved = false;

  constructor(words, onchoose) {
    this.#words = words;
    this.#onchoose = onchoose;
    this.drawing = svg("svg", { class: "drawing", "aria-hidden": "true", onpointerdown: (event) => this.#drag(event) });
    this.empty = el("p", { class: "map-empty", hidden: true }, words.say("mapEmpty"));
    this.pans = this.#panButtons();
    this.element = el("div", { class: "map", part: "map" }, this.drawing, this.empty, this.#zoomButtons(), this.pans);
    this.resized = new ResizeObserver(() => this.#resize());
  }

  /** Measures itself while it is on a page. */
  watch(on) {
    if (on) this.resized.observe(this.element);
    else this.resized.disconnect();
  }

  /** Shows these points around this place. */
  show(place, label, points) {
    this.#points = points.map((point, index) => ({ point, number: index + 1 })).filter(({ point }) => isPlace(point));
    this.#origin = isPlace(place) ? place : (this.#points[0]?.point ?? null);
    this.#label = isPlace(place) ? label : "";
    this.#chosen = null;
    this.empty.hidden = this.#points.length > 0;
    this.#fit();
  }

  /** Marks the chosen point, and brings it into view when it is outside. */
  choose(id) {
    this.#chosen = id;
    const found = this.#points.find(({ point }) => point.id === id);
    if (found && this.#size.width > 0) {
      const at = flatten(this.#origin, found.point);
      const { x, y } = this.#onScreen(at);
      const inside =
        x > EDGE_PX / 2 && y > EDGE_PX / 2 && x < this.#size.width - EDGE_PX / 2 && y < this.#size.height - EDGE_PX / 2;
      if (!inside) Object.assign(this.#view, at);
    }
    this.#draw();
  }

  #button(name, path, onclick) {
    const label = this.#words.say(name);
    return el(
      "button",
      { type: "button", class: `tool ${name}`, "aria-label": label, title: label, onclick },
      icon(path),
    );
  }

  #zoomButtons() {
    const zoom = (by) => () => this.#move({ scale: this.#view.scale * by });
    return el(
      "div",
      { class: "tools", role: "group", "aria-label": this.#words.say("map") },
      this.#button("zoomIn", "M12 5v14M5 12h14", zoom(1.6)),
      this.#button("zoomOut", "M5 12h14", zoom(1 / 1.6)),
      this.#button("fit", "M4 9V4h5M15 4h5v5M20 15v5h-5M9 20H4v-5", () => this.#fit()),
    );
  }

  #panButtons() {
    const pan = (dx, dy) => () => {
      const step = Math.min(this.#size.width, this.#size.height) / 3 / this.#view.scale;
      this.#move({ x: this.#view.x + dx * step, y: this.#view.y + dy * step });
    };
    return el(
      "div",
      { class: "pans", hidden: true },
      this.#button("panUp", "M6 15l6-6 6 6", pan(0, -1)),
      this.#button("panLeft", "M15 6l-6 6 6 6", pan(-1, 0)),
      this.#button("panRight", "M9 6l6 6-6 6", pan(1, 0)),
      this.#button("panDown", "M6 9l6 6 6-6", pan(0, 1)),
    );
  }

  #resize() {
    const { clientWidth: width, clientHeight: height } = this.element;
    if (width === this.#size.width && height === this.#size.height) return;
    this.#size = { width, height };
    if (this.#moved) this.#draw();
    else this.#fit();
  }

  /** Everything in view, the place in question among it. */
  #fit() {
    this.#moved = false;
    this.pans.hidden = true;
    if (this.#origin) {
      const all = [{ x: 0, y: 0 }, ...this.#points.map(({ point }) => flatten(this.#origin, point))];
      const [xs, ys] = [all.map(({ x }) => x), all.map(({ y }) => y)];
      const [left, right, top, bottom] = [Math.min(...xs), Math.max(...xs), Math.min(...ys), Math.max(...ys)];
      const room = (size) => Math.max(size - 2 * EDGE_PX, 40);
      const { width, height } = this.#size;
      const scale = Math.min(room(width) / Math.max(right - left, 100), room(height) / Math.max(bottom - top, 100));
      this.#view = { x: (left + right) / 2, y: (top + bottom) / 2, scale: this.#bounded(scale) };
    }
    this.#draw();
  }

  #bounded(scale) {
    return Math.min(SCALE_MAX, Math.max(SCALE_MIN, scale));
  }

  #move(change) {
    this.#view = { ...this.#view, ...change };
    this.#view.scale = this.#bounded(this.#view.scale);
    this.#moved = true;
    this.pans.hidden = false;
    this.#draw();
  }

  /** A mouse may drag the map; a finger scrolls the page, and has the buttons. */
  #drag(event) {
    if (event.pointerType !== "mouse" || event.button !== 0 || event.target.closest(".mark")) return;
    const { x, y, scale } = this.#view;
    const end = new AbortController();
    const follow = (now) =>
      this.#move({ x: x - (now.clientX - event.clientX) / scale, y: y - (now.clientY - event.clientY) / scale });
    this.drawing.setPointerCapture(event.pointerId);
    this.drawing.addEventListener("pointermove", follow, { signal: end.signal });
    for (const name of ["pointerup", "pointercancel"]) {
      this.drawing.addEventListener(name, () => end.abort(), { signal: end.signal });
    }
  }

  #onScreen({ x, y }) {
    const { width, height } = this.#size;
    return {
      x: (x - this.#view.x) * this.#view.scale + width / 2,
      y: (y - this.#view.y) * this.#view.scale + height / 2,
    };
  }

  #draw() {
    const { width, height } = this.#size;
    if (width === 0 || !this.#origin) {
      this.drawing.replaceChildren();
      return;
    }
    this.drawing.setAttribute("viewBox", `0 0 ${width} ${height}`);
    const marks = this.#spreadMarks();
    const drawn = marks.map((mark) => this.#mark(mark));
    this.drawing.replaceChildren(...this.#rings(), ...this.#place(marks), ...drawn, this.#scaleBar(), this.#north());
  }

  #rings() {
    const { width, height } = this.#size;
    const middle = this.#onScreen({ x: 0, y: 0 });
    const step = roundBelow(Math.max(Math.min(width, height) / 2.6 / this.#view.scale, 10));
    const reach = Math.hypot(Math.max(middle.x, width - middle.x), Math.max(middle.y, height - middle.y));
    const count = Math.min(12, Math.ceil(reach / (step * this.#view.scale)));
    return Array.from({ length: count }, (_, index) => this.#ring(middle, (count - index) * step)).flat();
  }

  #ring(middle, metres) {
    const r = metres * this.#view.scale;
    const name = this.#words.distance(metres);
    return [
      svg("circle", { class: "ring", cx: middle.x, cy: middle.y, r }),
      svg("text", { class: "ring-name", x: middle.x, y: middle.y - r + 4 }, name),
    ];
  }

  /** Where distances are counted from, with its name where no mark covers it. */
  #place(marks) {
    if (!this.#label) return [];
    const { x, y } = this.#onScreen({ x: 0, y: 0 });
    const half = this.#label.length * 4 + MARK_PX;
    const free = ({ dx, dy }) =>
      marks.every((mark) => Math.abs(mark.x - x - dx) > half || Math.abs(mark.y - y - dy) > 2 * MARK_PX - 4);
    const places = [
      { dx: 0, dy: 25 },
      { dx: 0, dy: -17 },
      { dx: half, dy: 5 },
      { dx: -half, dy: 5 },
    ];
    const at = places.find(free) ?? places[0];
    return [
      svg("circle", { class: "place-halo", cx: x, cy: y, r: 11 }),
      svg("circle", { class: "place", cx: x, cy: y, r: 5 }),
      svg("text", { class: "place-name", x: x + at.dx, y: y + at.dy }, this.#label),
    ];
  }

  /** The marks where they are drawn. The last one lies on top: the nearest, or above all the chosen one. */
  #spreadMarks() {
    const marks = this.#points.map(({ point, number }) => {
      const from = this.#onScreen(flatten(this.#origin, point));
      return { ...from, from, point, number };
    });
    const place = this.#label ? [{ ...this.#onScreen({ x: 0, y: 0 }), fixed: true }] : [];
    spread([...place, ...marks]);
    const rank = ({ point, number }) => (point.id === this.#chosen ? -1 : number);
    return marks.sort((a, b) => rank(b) - rank(a));
  }

  #mark({ x, y, from, point, number }) {
    const chosen = point.id === this.#chosen;
    const away = Math.hypot(x - from.x, y - from.y) > MARK_PX;
    const lead = away ? svg("path", { class: "lead", d: `M${from.x} ${from.y}L${x} ${y}` }) : null;
    return svg(
      "g",
      { class: chosen ? "mark chosen-mark" : "mark", "data-point": point.id, onclick: () => this.#onchoose(point.id) },
      lead,
      svg("circle", { class: "touch", cx: x, cy: y, r: 20 }),
      svg("circle", { class: "dot", cx: x, cy: y, r: chosen ? CHOSEN_PX : MARK_PX }),
      svg("text", { class: "number", x, y: y + 4.5 }, String(number)),
    );
  }

  #scaleBar() {
    const metres = roundBelow(96 / this.#view.scale);
    const [length, y] = [metres * this.#view.scale, this.#size.height - 14];
    return svg(
      "g",
      { class: "scale" },
      svg("path", { d: `M14 ${y - 5}v5h${length}v-5` }),
      svg("text", { x: 14 + length / 2, y: y - 8 }, this.#words.distance(metres)),
    );
  }

  #north() {
    return svg(
      "g",
      { class: "north", transform: "translate(24 34)" },
      svg("path", { d: "M0-18L5-4H-5Z" }),
      svg("text", { y: 9 }, "N"),
    );
  }
}
