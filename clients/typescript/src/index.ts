/*
 * The client of Tournée 0.1.0: a typed method for each operation of its API.
 *
 * Written by `cargo xtask clients` from docs/openapi.json: to change it, change that, or xtask/src/clients.
 */

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

/**
 * retry: no label was made, ask the carrier again (only in the state human). confirm: the label was made, this is
 * its number (in the states human and unknown).
 */
export type Action = "retry" | "confirm";

/** A postal address. */
export interface Address {
  /** Building, entrance; up to 35 characters. */
  building?: string | null | undefined;
  /** City, up to 35 characters; needed. */
  city?: string | null | undefined;
  /** Company, up to 35 characters. */
  company?: string | null | undefined;
  /** Country, two upper-case letters; FR when absent. */
  country?: string | null | undefined;
  /** Door code, up to 8 characters. */
  door_code1?: string | null | undefined;
  /** Second door code, up to 8 characters. */
  door_code2?: string | null | undefined;
  /** E-mail. */
  email?: string | null | undefined;
  /** First name, up to 29 characters. */
  first_name?: string | null | undefined;
  /** Floor, corridor, door; up to 35 characters. */
  floor?: string | null | undefined;
  /** Intercom, up to 30 characters. */
  intercom?: string | null | undefined;
  /** Last name, up to 35 characters; needed where there is no company. */
  last_name?: string | null | undefined;
  /** Locality, up to 35 characters. */
  locality?: string | null | undefined;
  /** Mobile telephone, digits with an optional leading +. */
  mobile?: string | null | undefined;
  /** Fixed telephone. */
  phone?: string | null | undefined;
  /** Postal code, needed; five digits in France. */
  postal_code?: string | null | undefined;
  /** Number and street, up to 35 characters; needed. */
  street?: string | null | undefined;
}

/** Why an attempt ended without a label. */
export interface Cause {
  /** A word for programs. */
  code: string;
  /** A sentence for people. */
  text: string;
}

/** A decision on a shipment. */
export interface Decision {
  /** What to do. */
  action: Action;
  /** With `confirm`: the number on the label that the carrier made. */
  parcel_number?: string | null | undefined;
}

/** Where the parcel is to end: what the buyer chose. */
export interface Delivery {
  /** home or pickup_point. */
  mode: string;
  /** The pickup point's id. */
  pickup_point?: string | null | undefined;
}

/** One thing that happened. */
export interface Fact {
  /** When, RFC 3339. */
  at: string;
  /** Which request to the carrier it is about. */
  attempt?: number | null | undefined;
  /** Why. */
  cause?: Cause | null | undefined;
  /**
   * accepted, claimed, sent, not_done, confirmed, rejected, unknown, probed, superseded, turned_up, left_to_human,
   * reopened, released or voided.
   */
  fact: string;
  /** Anything else worth knowing, in a few words. */
  note?: string | null | undefined;
  /** The parcel number. */
  parcel_number?: string | null | undefined;
  /** The partner's number. */
  partner_number?: string | null | undefined;
  /** What the carrier refused. */
  reject?: Reject | null | undefined;
  /** Its place in the journal. */
  seq: number;
}

/** A problem as RFC 9457 lays it out. */
export interface Problem {
  /** The carrier's own error id, where the carrier refused. */
  carrier_code?: string | null | undefined;
  /** The carrier's own text, in French. */
  carrier_message?: string | null | undefined;
  /** Column of that line, from 1. */
  column?: number | null | undefined;
  /** What is wrong this time, and what to do. */
  detail: string;
  /** The field, dotted, in this API's own words. */
  field?: string | null | undefined;
  /** Line of the body at which reading stopped, from 1. */
  line?: number | null | undefined;
  /** The shipment that it is about. */
  shipment?: string | null | undefined;
  /** The HTTP status, once more. */
  status: number;
  /** The kind in a few words, the same each time. */
  title: string;
  /** Which kind of problem, as a place in the documentation: `/docs#problem-…`. */
  type: string;
}

/** What the carrier refused, in its own words. */
export interface Reject {
  /** The carrier's error id. */
  code: string;
  /** The carrier's text, in French. */
  message: string;
}

/** A shipment as it stands. */
export interface Shipment {
  /** When it was accepted, RFC 3339. */
  accepted_at: string;
  /** How many requests were begun at the carrier. */
  attempts: number;
  /** Why the last attempt ended without a label. */
  cause?: Cause | null | undefined;
  /** When it last changed, RFC 3339. */
  changed_at: string;
  /** How the label came to be known: answer, anchor, tracking or human. */
  confirmed_by?: string | null | undefined;
  /** Where the parcel is to end. */
  delivery: Delivery;
  /** The day on which you mean to hand the parcel over. */
  deposit_date: string;
  /** Why a person has to decide. */
  human_reason?: string | null | undefined;
  /** Its id, a UUID. */
  id: string;
  /** Where the label can be fetched, once it is there. */
  label_url?: string | null | undefined;
  /** What will happen next, or what you can do, in a sentence. */
  next_step: string;
  /** Your order number. */
  order_number?: string | null | undefined;
  /** Which parcel of its order it is, from 1. */
  parcel_no: number;
  /** The carrier's parcel number, once the label is there. */
  parcel_number?: string | null | undefined;
  /** The number at the partner that delivers, where there is one. Only when one shipment is read. */
  partner_number?: string | null | undefined;
  /** The carrier's product. */
  product: string;
  /** What the carrier refused. */
  reject?: Reject | null | undefined;
  /** Whether the label was handed out. */
  released: boolean;
  /** waiting, in_flight, unknown, confirmed, rejected, human or void. */
  state: string;
  /** By which door it came: api or drop_in. */
  via: string;
}

/** A page of shipments, the newest first. */
export interface ShipmentList {
  /** The path of the next page; absent on the last. */
  next?: string | null | undefined;
  /** The shipments. */
  shipments: Array<Shipment>;
}

/** One parcel to be labelled, in this API's words. */
export interface ShipmentRequest {
  /** Who receives. A pickup point needs `mobile` and `email`. */
  addressee: Address;
  /** Your shop's name as the buyer knows it, up to 38 characters. Needed for a pickup point. */
  commercial_name?: string | null | undefined;
  /** The day on which you hand the parcel over, today in Paris or later. */
  deposit_date: string;
  /** Instructions to the postman, up to 35 characters. */
  instructions?: string | null | undefined;
  /** Insured value in euro cents. */
  insurance_cents?: number | null | undefined;
  /** The label's format; `PDF_10x15_300dpi` when absent. */
  label_format?: string | null | undefined;
  /** The parcel's shape is too odd for the sorting machines. */
  non_machinable?: boolean | undefined;
  /**
   * Your order number, 1 to 30 printable characters without accents. The carrier gives it back in tracking, so it
   * helps to find out what became of a request whose answer was lost.
   */
  order_number?: string | null | undefined;
  /** The parcel number, where your contract gives you a range of numbers to choose from. */
  parcel_number?: string | null | undefined;
  /** Your name for this parcel of the order, 1 to 17 characters without accents. */
  parcel_ref?: string | null | undefined;
  /** The pickup point that the buyer chose: six characters. Needed for HD, BPR and A2P, not allowed for the others. */
  pickup_point?: string | null | undefined;
  /**
   * The carrier's product: DOM (home), DOS (home, signed for), HD, BPR, A2P (pickup point), CORE, CORI (returns),
   * COM, CDS (overseas).
   */
  product: string;
  /** Who sends. */
  sender: Address;
  /** Weight in grams, 10 to 30,000. */
  weight_g: number;
}

/** What happened to a shipment, oldest first. */
export interface Timeline {
  /** What happened. */
  facts: Array<Fact>;
  /** The shipment. */
  id: string;
}

/** A gateway: one method for each operation. What it refuses is thrown as a {@link ProblemError}. */
export class Tournee {
  readonly #caller: Caller;

  constructor(options: Options) {
    this.#caller = new Caller(options);
  }

  /**
   * List shipments.
   *
   * `GET /v1/shipments`
   */
  list(options: CallOptions & {
    /** Only those in this state: waiting, in_flight, unknown, confirmed, rejected, human or void. */
    state?: string | undefined;
    /** Only those of this order. */
    order_number?: string | undefined;
    /** How many on a page, 1 to 200; 50 when absent. */
    limit?: number | undefined;
    /** Where the page begins: taken from `next` of the page before, and otherwise a secret of this server's. */
    cursor?: string | undefined;
  } = {}): Promise<ShipmentList> {
    return this.#caller.json<ShipmentList>({
      method: "GET",
      path: "/v1/shipments",
      query: { state: options.state, order_number: options.order_number, limit: options.limit, cursor: options.cursor },
      options,
    });
  }

  /** What {@link Tournee.list} gives, all pages of it, each fetched when it is reached. */
  async *listAll(options: NonNullable<Parameters<Tournee["list"]>[0]> = {}): AsyncGenerator<Shipment> {
    let page = await this.list(options);
    for (;;) {
      yield* page.shipments;
      if (!page.next) return;
      page = await this.#caller.json({ method: "GET", path: page.next, options });
    }
  }

  /**
   * Create a shipment.
   *
   * The same `Idempotency-Key` with the same shipment always gives the first shipment. Without a key, the same
   * shipment sent again is the first one only until the first was answered.
   *
   * `POST /v1/shipments`
   */
  submit(body: ShipmentRequest, options: CallOptions & {
    /**
     * Your own key of this request, 1 to 255 printable characters; with it the request can be sent again without
     * harm for 13 months
     */
    idempotencyKey?: string | undefined;
    /** wait up to N seconds (0 to 60) for the label */
    waitSeconds?: number | undefined;
  } = {}): Promise<Shipment> {
    return this.#caller.json<Shipment>({
      method: "POST",
      path: "/v1/shipments",
      headers: { "Idempotency-Key": options.idempotencyKey, Prefer: waiting(options.waitSeconds) },
      body,
      options,
    });
  }

  /**
   * Read a shipment.
   *
   * `GET /v1/shipments/{id}`
   */
  shipment(id: string, options: CallOptions = {}): Promise<Shipment> {
    return this.#caller.json<Shipment>({
      method: "GET",
      path: `/v1/shipments/${part(id)}`,
      options,
    });
  }

  /**
   * Read a shipment's timeline.
   *
   * `GET /v1/shipments/{id}/facts`
   */
  facts(id: string, options: CallOptions = {}): Promise<Timeline> {
    return this.#caller.json<Timeline>({
      method: "GET",
      path: `/v1/shipments/${part(id)}/facts`,
      options,
    });
  }

  /**
   * Fetch the label.
   *
   * `GET /v1/shipments/{id}/label`
   */
  label(id: string, options: CallOptions & {
    /** Which of the media types is wanted. */
    accept?: "application/pdf" | "application/x-dpl" | "application/x-zpl" | undefined;
  } = {}): Promise<Uint8Array<ArrayBuffer>> {
    return this.#caller.bytes({
      method: "GET",
      path: `/v1/shipments/${part(id)}/label`,
      accept: options.accept ?? "application/pdf, application/x-dpl, application/x-zpl",
      options,
    });
  }

  /**
   * Decide about a shipment.
   *
   * `POST /v1/shipments/{id}/resolve`
   */
  resolve(id: string, body: Decision, options: CallOptions = {}): Promise<Shipment> {
    return this.#caller.json<Shipment>({
      method: "POST",
      path: `/v1/shipments/${part(id)}/resolve`,
      body,
      options,
    });
  }

  /**
   * Give a shipment up.
   *
   * `POST /v1/shipments/{id}/void`
   */
  void(id: string, options: CallOptions = {}): Promise<Shipment> {
    return this.#caller.json<Shipment>({
      method: "POST",
      path: `/v1/shipments/${part(id)}/void`,
      options,
    });
  }
}
