/** How a gateway is reached. */
export interface Options {
  /** Where it listens, for example `http://127.0.0.1:8080`. */
  baseUrl: string;
  /** The API key of your shop, `tk_…`. */
  apiKey: string;
  /** For how long a call may wait in all when the gateway says `Retry-After`; 30 when absent, 0 for never. */
  patienceSeconds?: number | undefined;
  /** How long one request may take; 90 when absent. */
  timeoutSeconds?: number | undefined;
  /** What makes the requests; the global `fetch` when absent. */
  fetch?: typeof fetch | undefined;
}

/** What can be said with every call. */
export interface CallOptions {
  /** Ends the call early. */
  signal?: AbortSignal | undefined;
}

/** A body that is sent as it is, with its media type. */
export class Raw<Media extends string = string> {
  constructor(
    readonly mediaType: Media,
    readonly content: string | Uint8Array<ArrayBuffer>,
  ) {}
}

/** What the gateway refused, or could not do. */
export class ProblemError extends Error {
  override readonly name = "ProblemError";
  /** Which kind of problem, a word for programs such as `invalid-field`; `foreign-answer` when it is not the gateway's. */
  readonly kind: string;

  constructor(
    /** The problem as it was answered. */
    readonly problem: Problem,
    /** When to ask again, where the gateway says so. */
    readonly retryAfterSeconds: number | undefined,
  ) {
    super(`${problem.title}: ${problem.detail}`);
    this.kind = /#problem-([a-z0-9-]+)$/.exec(problem.type)?.[1] ?? "foreign-answer";
  }

  /** The HTTP status. */
  get status(): number {
    return this.problem.status;
  }

  /** What is wrong this time, and what to do. */
  get detail(): string {
    return this.problem.detail;
  }

  /** The field that it is about, dotted. */
  get field(): string | undefined {
    return this.problem.field ?? undefined;
  }
}

/** A webhook that was found to be from the gateway. */
export interface VerifiedWebhook {
  /** Its id, the same each time it is sent. */
  id: string;
  /** What it says, as it was sent. */
  payload: unknown;
}

/** How far the clock of a webhook's sender may be from ours, in seconds. */
const WEBHOOK_SKEW_SECONDS_MAX = 300;

/**
 * Believes a webhook only with its signature (Standard Webhooks, HMAC-SHA256); throws when it is not the gateway's, or
 * is older or newer than five minutes.
 *
 * @param payload The body exactly as it came, before any parsing.
 * @param headers The request's headers, by any spelling.
 * @param secret The secret of your endpoint, `whsec_…`.
 */
export async function verifyWebhook(
  payload: string | Uint8Array,
  headers: Headers | Record<string, string | string[] | undefined>,
  secret: string,
): Promise<VerifiedWebhook> {
  const named = new Headers();
  for (const [name, value] of headers instanceof Headers ? headers : Object.entries(headers)) {
    if (value !== undefined) named.set(name, String(value));
  }
  const [id, sentAt, signatures] = ["webhook-id", "webhook-timestamp", "webhook-signature"].map((n) => named.get(n) ?? "");
  const skew = Math.abs(Date.now() / 1000 - Number(sentAt || "NaN"));
  if (!id || !(skew <= WEBHOOK_SKEW_SECONDS_MAX)) throw new Error("The webhook has no id, or is not of this moment.");
  const body = typeof payload === "string" ? new TextEncoder().encode(payload) : payload;
  const signed = joined(new TextEncoder().encode(`${id}.${sentAt}.`), body);
  const key = await crypto.subtle.importKey(
    "raw",
    unbase64(secret.replace(/^whsec_/, "")),
    { name: "HMAC", hash: "SHA-256" },
    false,
    ["verify"],
  );
  for (const signature of (signatures ?? "").split(" ")) {
    const bytes = signature.startsWith("v1,") ? unbase64(signature.slice(3)) : undefined;
    if (bytes && (await crypto.subtle.verify("HMAC", key, bytes, signed))) {
      return { id, payload: JSON.parse(new TextDecoder().decode(body)) };
    }
  }
  throw new Error("The webhook is not signed with this secret.");
}

function unbase64(text: string): Uint8Array<ArrayBuffer> {
  try {
    return Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
  } catch {
    return new Uint8Array();
  }
}

function joined(first: Uint8Array, second: Uint8Array): Uint8Array<ArrayBuffer> {
  const all = new Uint8Array(first.length + second.length);
  all.set(first);
  all.set(second, first.length);
  return all;
}

/** One request, as a method of the client describes it. */
interface Call {
  method: string;
  path: string;
  /** The media types that are wanted; JSON when absent. */
  accept?: string;
  query?: Record<string, unknown>;
  headers?: Record<string, string | undefined>;
  body?: unknown;
  /** The media type of a body that is neither JSON nor {@link Raw}. */
  mediaType?: string;
  options: CallOptions;
}

/** Makes the requests. */
class Caller {
  readonly #base: string;
  readonly #options: Options;

  constructor(options: Options) {
    if (!/^https?:\/\/[^/?#]+[^?#]*$/.test(options.baseUrl)) {
      throw new TypeError("baseUrl is an address such as http://127.0.0.1:8080, without a query");
    }
    this.#base = options.baseUrl.replace(/\/+$/, "");
    this.#options = options;
  }

  async json<T>(call: Call): Promise<T> {
    const response = await this.#answered(call);
    const text = await response.text();
    try {
      return JSON.parse(text) as T;
    } catch {
      throw foreign(response);
    }
  }

  async text(call: Call): Promise<string> {
    return (await this.#answered(call)).text();
  }

  async bytes(call: Call): Promise<Uint8Array<ArrayBuffer>> {
    return new Uint8Array(await (await this.#answered(call)).arrayBuffer());
  }

  async nothing(call: Call): Promise<void> {
    await (await this.#answered(call)).body?.cancel();
  }

  /** Asks, and asks again while the gateway says when to and asking twice does no harm. */
  async #answered(call: Call): Promise<Response> {
    const harmless = call.method === "GET" || call.headers?.["Idempotency-Key"] !== undefined;
    let patience = harmless ? (this.#options.patienceSeconds ?? 30) : 0;
    for (;;) {
      const response = await this.#once(call);
      if (response.ok) return response;
      const error = await refused(response);
      const wait = Math.max(1, error.retryAfterSeconds ?? Infinity);
      if (wait > patience) throw error;
      patience -= wait;
      await pause(wait, call.options.signal);
    }
  }

  #once(call: Call): Promise<Response> {
    const query = new URLSearchParams();
    for (const [name, value] of Object.entries(call.query ?? {})) {
      for (const one of Array.isArray(value) ? value : [value]) {
        if (one !== undefined && one !== null) query.append(name, String(one));
      }
    }
    const timeout = AbortSignal.timeout((this.#options.timeoutSeconds ?? 90) * 1000);
    const signal = call.options.signal ? AbortSignal.any([timeout, call.options.signal]) : timeout;
    const search = query.size > 0 ? `?${query}` : "";
    const { body, mediaType } = written(call);
    const headers: Record<string, string> = {
      Accept: `${call.accept ?? "application/json"}, application/problem+json`,
      Authorization: `Bearer ${this.#options.apiKey}`,
    };
    if (mediaType !== undefined) headers["Content-Type"] = mediaType;
    for (const [name, value] of Object.entries(call.headers ?? {})) {
      if (value !== undefined) headers[name] = value;
    }
    // A redirect is answered to the caller: the key goes to the gateway and to nobody else.
    const request = { method: call.method, headers, body: body ?? null, redirect: "manual", signal } as const;
    return (this.#options.fetch ?? fetch)(this.#base + call.path + search, request);
  }
}

function written(call: Call): { body?: string | Uint8Array<ArrayBuffer>; mediaType?: string } {
  if (call.body === undefined) return {};
  if (call.body instanceof Raw) return { body: call.body.content, mediaType: call.body.mediaType };
  if (call.mediaType !== undefined) {
    return { body: call.body as string | Uint8Array<ArrayBuffer>, mediaType: call.mediaType };
  }
  return { body: JSON.stringify(call.body), mediaType: "application/json" };
}

async function refused(response: Response): Promise<ProblemError> {
  const text = await response.text();
  if (response.headers.get("content-type") !== "application/problem+json") return foreign(response);
  const seconds = Number(response.headers.get("retry-after") ?? "NaN");
  return new ProblemError(JSON.parse(text) as Problem, Number.isFinite(seconds) ? seconds : undefined);
}

function foreign(response: Response): ProblemError {
  const media = response.headers.get("content-type") ?? "no media type";
  const detail = `Status ${response.status} with ${media}: something between you and the gateway answered.`;
  const problem = { type: "about:blank", title: "Not an answer of the gateway", status: response.status, detail };
  return new ProblemError(problem, undefined);
}

function pause(seconds: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    const end = () => reject(signal?.reason);
    if (signal?.aborted) return end();
    const timer = setTimeout(() => {
      signal?.removeEventListener("abort", end);
      resolve();
    }, seconds * 1000);
    signal?.addEventListener("abort", () => (clearTimeout(timer), end()), { once: true });
  });
}

/** A part of a path, which stays one part whatever it holds. */
function part(value: string | number): string {
  const text = String(value);
  if (text === "" || text === "." || text === "..") throw new TypeError("an id can't be empty, . or ..");
  return encodeURIComponent(text);
}

function waiting(seconds: number | undefined): string | undefined {
  return seconds === undefined ? undefined : `wait=${seconds}`;
}
