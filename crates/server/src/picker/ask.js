// The two calls to the server. The key travels in a header alone, never in an address that somebody writes down.

/** How long an answer is waited for, in milliseconds. */
const PATIENCE_MS = 20_000;
/** What is asked for where the page does not say: any pickup point or post office. */
const PRODUCT = "HD";

/** Why there is no answer, as one of the kinds that the texts know. */
class Trouble extends Error {
  constructor(kind, { status = null, retryAfterS = null, problem = null } = {}) {
    super(problem?.detail ?? kind);
    Object.assign(this, { kind, status, retryAfterS, problem });
  }
}

/** Problems of the API that have sentences of their own. */
const KNOWN = {
  "unknown-place": "place",
  "no-pickup-points-known": "dark",
  "choice-taken": "taken",
  "point-unavailable": "refused",
  "no-such-pickup-point": "refused",
};
/** What the buyer can put right; everything else that is asked comes from the page's settings. */
const TYPED = ["postal_code", "city"];

/** The kind by which a refusal is told. */
const kindOf = (status, problem) => {
  const slug = String(problem?.type ?? "")
    .split("#problem-")
    .pop();
  if (Object.hasOwn(KNOWN, slug)) return KNOWN[slug];
  if (status === 401 || status === 403) return "key";
  if (status === 429) return "rate";
  if (status === 503) return "busy";
  if (status >= 500) return "fault";
  return TYPED.includes(problem?.field) ? "input" : "setup";
};

/** `Retry-After`: seconds, or a date. */
const retryAfter = (headers) => {
  const text = headers.get("retry-after");
  if (!text) return null;
  const seconds = /^\d+$/.test(text) ? Number(text) : (new Date(text) - Date.now()) / 1000;
  return seconds > 0 ? Math.min(seconds, 86_400) : null;
};

const refusal = async (answer) => {
  const problem = await answer.json().catch(() => null);
  const { status } = answer;
  return new Trouble(kindOf(status, problem), { status, retryAfterS: retryAfter(answer.headers), problem });
};

/** One call; what is not an answer becomes a `Trouble`, and what was called off says why it was. */
const call = async (url, key, options, signal) => {
  const end = new AbortController();
  const late = setTimeout(() => end.abort(new Trouble("slow")), PATIENCE_MS);
  const calledOff = () => end.abort(signal.reason);
  signal.addEventListener("abort", calledOff);
  if (signal.aborted) calledOff();
  const headers = { ...options.headers, accept: "application/json", authorization: `Bearer ${key}` };
  const own = { credentials: "omit", referrerPolicy: "no-referrer", cache: "no-store", redirect: "error" };
  try {
    const answer = await fetch(url, { ...options, ...own, headers, signal: end.signal });
    if (!answer.ok) throw await refusal(answer);
    return await answer.json();
  } catch (error) {
    if (end.signal.aborted) throw end.signal.reason;
    if (error instanceof Trouble) throw error;
    if (error instanceof SyntaxError) throw new Trouble("fault");
    throw new Trouble(navigator.onLine === false ? "offline" : "network");
  } finally {
    clearTimeout(late);
    signal.removeEventListener("abort", calledOff);
  }
};

const numberOf = (element, name) => {
  const value = Number.parseFloat(element.getAttribute(name) ?? "");
  return Number.isFinite(value) ? value : null;
};

/** Grams are whole, and a parcel is not made lighter than it is. */
const gramsOf = (element) => {
  const grams = numberOf(element, "weight-g");
  return grams === null ? null : Math.ceil(grams);
};

const countryOf = (element) => (element.getAttribute("country") || "FR").toUpperCase();

/** Only what is there. */
const given = (all) => Object.fromEntries(Object.entries(all).filter(([, value]) => (value ?? "") !== ""));

/** What is asked for: the position, else what was typed. The page's address counts while its town is what is typed. */
const queryOf = (element, { code, city }, position) => {
  const attribute = (name) => (element.getAttribute(name) ?? "").trim();
  const asGiven = code === attribute("postal-code") && city === attribute("city");
  const exactly = {
    address: attribute("address"),
    latitude: numberOf(element, "latitude"),
    longitude: numberOf(element, "longitude"),
  };
  return given({
    ...(position ?? { postal_code: code, city, ...(asGiven && exactly) }),
    country: countryOf(element),
    weight_g: gramsOf(element),
    date: attribute("date"),
    kind: attribute("kind"),
    accessible: element.hasAttribute("accessible") ? "true" : null,
    limit: numberOf(element, "limit"),
  });
};

/** What is to be signed: the point, what it was chosen for, and the buyer's choice before, whose place it takes. */
const wantedOf = (element, point, near, before) =>
  given({
    point: point.id,
    replaces: before ?? element.getAttribute("choice"),
    product: element.getAttribute("product") || PRODUCT,
    order_number: element.getAttribute("order-number"),
    latitude: near?.latitude,
    longitude: near?.longitude,
    distance_m: point.distance_m,
    weight_g: gramsOf(element),
    date: element.getAttribute("date"),
  });

/** What the server knows near this place. */
const findPoints = async (base, key, query, signal) => {
  const url = new URL("v1/pickup-points", base);
  for (const [name, value] of Object.entries(query)) url.searchParams.set(name, value);
  const answer = await call(url, key, { method: "GET" }, signal);
  if (!Array.isArray(answer?.points)) throw new Trouble("fault");
  return { ...answer, points: answer.points.filter((point) => typeof point?.id === "string") };
};

/** Has the choice signed. An answer about another point than the one asked for is no answer. */
const signChoice = async (base, key, wanted, signal) => {
  const headers = { "content-type": "application/json" };
  const body = JSON.stringify(wanted);
  const url = new URL("v1/pickup-choices", base);
  const answer = await call(url, key, { method: "POST", headers, body }, signal);
  if (typeof answer?.choice !== "string" || (answer.point?.id ?? wanted.point) !== wanted.point) {
    throw new Trouble("fault");
  }
  return answer;
};
