// The two calls to the server. The key travels in a header alone, never in an address that somebody writes down.

/** How long an answer is waited for, in milliseconds. */
const PATIENCE_MS = 20_000;

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

const refusal = async (answer) => {
  const problem = await answer.json().catch(() => null);
  const slug = String(problem?.type ?? "").split("#problem-").pop();
  const { status } = answer;
  return new Trouble(kindOf(status, slug), { status, retryAfterS: retryAfter(answer.headers), problem });
};

/** One call; what is not an answer becomes a `Trouble`, and what was called off an `AbortError`. */
const call = async (url, key, options, signal) => {
  const limit = AbortSignal.timeout(PATIENCE_MS);
  const both = new AbortController();
  for (const end of [limit, signal]) end.addEventListener("abort", () => both.abort(end.reason), { once: true });
  if (signal.aborted) both.abort(signal.reason);
  const headers = { ...options.headers, accept: "application/json", authorization: `Bearer ${key}` };
  try {
    const own = { credentials: "omit", referrerPolicy: "no-referrer", cache: "no-store", redirect: "error" };
    const answer = await fetch(url, { ...options, ...own, headers, signal: both.signal });
    if (!answer.ok) throw await refusal(answer);
    return await answer.json();
  } catch (error) {
    if (signal.aborted) throw signal.reason;
    if (error instanceof Trouble) throw error;
    if (limit.aborted) throw new Trouble("slow");
    if (error instanceof SyntaxError) throw new Trouble("fault");
    throw new Trouble(navigator.onLine === false ? "offline" : "network");
  }
};

/** What the server knows near this place. */
const findPoints = async (base, key, query, signal) => {
  const url = new URL("v1/pickup-points", base);
  for (const [name, value] of Object.entries(query)) {
    if (value !== null && value !== undefined && value !== "") url.searchParams.set(name, value);
  }
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
    const gone = error instanceof Trouble && [404, 409, 410, 422].includes(error.status);
    throw gone ? new Trouble("refused", error) : error;
  });
  if (typeof answer?.choice !== "string" || (answer.point?.id ?? wanted.point) !== wanted.point) {
    throw new Trouble("fault");
  }
  return answer;
};
