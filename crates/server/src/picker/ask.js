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

/** The kinds by which a refused search is told. */
const kindOf = (status, slug) => {
  if (status === 401 || status === 403) return "key";
  if (slug === "unknown-place") return "place";
  if (slug === "no-pickup-points-known") return "dark";
  if (status === 429) return "rate";
  if (status === 503) return "busy";
  return status >= 500 ? "fault" : "input";
};

/** `Retry-After`: seconds, or a date. */
const retryAfter = (headers) => {
  const text = headers.get("retry-after");
  if (!text) return null;
  const seconds = /^\d+$/.test(text) ? Number(text) : (new Date(text) - Date.now()) / 1000;
  return seconds > 0 ? Math.min(seconds, 86_400) : null;
};

/** The kind of a problem of the API: what stands behind its place in the documentation. */
const slugOf = (problem) => String(problem?.type ?? "").split("#problem-").pop();

const refusal = async (answer) => {
  const problem = await answer.json().catch(() => null);
  const { status } = answer;
  return new Trouble(kindOf(status, slugOf(problem)), { status, retryAfterS: retryAfter(answer.headers), problem });
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

const countryOf = (element) => (element.getAttribute("country") || "FR").toUpperCase();

/** Only what is there. */
const given = (all) => Object.fromEntries(Object.entries(all).filter(([, value]) => (value ?? "") !== ""));

/** What is asked for: the position, else what was typed. The page's address counts while its town is what is typed. */
const queryOf = (element, { code, city }, position) => {
  const attribute = (name) => (element.getAttribute(name) ?? "").trim();
  const asGiven = code === attribute("postal-code") && city === attribute("city");
  const exactly = { address: attribute("address"), latitude: numberOf(element, "latitude"), longitude: numberOf(element, "longitude") };
  return given({
    ...(position ?? { postal_code: code, city, ...(asGiven && exactly) }),
    country: countryOf(element),
    weight_g: numberOf(element, "weight-g"),
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
    weight_g: numberOf(element, "weight-g"),
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
  const answer = await call(url, key, { method: "POST", headers, body }, signal).catch((error) => {
    const refused = error instanceof Trouble && [404, 409, 410, 422].includes(error.status);
    if (!refused) throw error;
    throw new Trouble(slugOf(error.problem) === "choice-taken" ? "taken" : "refused", error);
  });
  if (typeof answer?.choice !== "string" || (answer.point?.id ?? wanted.point) !== wanted.point) {
    throw new Trouble("fault");
  }
  return answer;
};
