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
 * its number (in the states human and unknown). local: print a label without the carrier, with a number from your
 * range (in the states waiting, unknown and human).
 */
export type Action = "retry" | "confirm" | "local";

/** A webhook endpoint that was just added. */
export interface AddedWebhook {
  /** When it was added, RFC 3339. */
  created_at: string;
  /** When a message last got through, RFC 3339. */
  delivered_at?: string | null | undefined;
  /** Of which events it is told; absent for all, also for those to come. */
  events?: Array<string> | null | undefined;
  /** Its id. */
  id: string;
  /** Messages that are under way or wait for another attempt; more may wait behind them. */
  pending: number;
  /** Why it is paused. */
  reason?: string | null | undefined;
  /** Whether a replay is under way. */
  replaying: boolean;
  /** enabled or paused. A paused one loses nothing: what happens waits until it is resumed. */
  state: string;
  /** Where messages are sent. */
  url: string;
  /** What its messages are signed with. Shown this once: keep it where your receiver reads it. */
  secret: string;
}

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

/** A pickup point that would do. */
export interface Alternative {
  /** How far it is from the point that was wanted, in metres. */
  distance_m?: number | null | undefined;
  /** What kind of place it is, by the carrier's code. */
  kind: string;
  /** Its name. */
  name: string;
  /** Its id. */
  pickup_point: string;
  /** Its postal code and city. */
  place: string;
}

/** An API key, without the secret itself. */
export interface ApiKey {
  /** When it was made, RFC 3339. */
  created_at?: string | null | undefined;
  /** When it ends by itself, RFC 3339. */
  expires_at?: string | null | undefined;
  /** Its public id, by which whoever runs the server rotates or revokes it. */
  id: string;
  /** The shop's id. */
  merchant: string;
  /** What it is called; may be empty. */
  name: string;
  /** The requests that may be sent per second in the long run; absent when there is no limit. */
  rate_per_s?: number | null | undefined;
  /**
   * What it may do: read (shipments, timelines, labels), ship (create shipments), decide (void, resolve), hooks
   * (webhooks), pick (pickup points and the buyer's choice), operate (an operator's word about an incident).
   */
  scopes: Array<string>;
}

/**
 * as_kept: each label as it is, one after the other. quarters: PDF labels unscaled on A4, four to a sheet (1 top
 * left, 2 top right, 3 bottom left, 4 bottom right).
 */
export type Arrangement = "as_kept" | "quarters";

/** One kind of thing in a parcel. */
export interface Article {
  /** The currency, three letters; EUR when absent. */
  currency?: string | null | undefined;
  /** What it is, up to 64 characters. */
  description: string;
  /** Its number in the customs tariff (HS), 6 to 10 digits; needed with category 3. */
  hs_code?: string | null | undefined;
  /** Where it was made, two letters; FR when absent. */
  origin_country?: string | null | undefined;
  /** How many pieces, 1 to 9999. */
  quantity: number;
  /** Value of one piece in hundredths of the currency. */
  value_cents: number;
  /** Weight of one piece in grams. */
  weight_g: number;
}

/** A batch as it stands. */
export interface Batch {
  /** How many made a new shipment; in a dry run, how many are good. */
  accepted: number;
  /** When it began, RFC 3339. */
  began_at?: string | null | undefined;
  /** When it ended, RFC 3339. */
  ended_at?: string | null | undefined;
  /** The first of the rows that were refused, up to 100. */
  errors?: Array<LineError> | null | undefined;
  /** Its id, a UUID; absent in a dry run, which keeps nothing. */
  id?: string | null | undefined;
  /** How many are shipments that were there already. */
  known: number;
  /** Where the result of every row is. */
  lines_url?: string | null | undefined;
  /** How many were refused. */
  refused: number;
  /** How many rows were read. */
  rows: number;
  /** How many of its shipments are in each state now. Only when the batch is read. */
  shipments?: Record<string, number> | null | undefined;
  /**
   * complete, too_large (it was read up to a limit), broken_off, dry_run; or receiving, while rows come in and for
   * good when this server was stopped meanwhile. What broke off can be sent again with the same Idempotency-Key.
   */
  state: string;
}

/** One row of a batch with what became of it. */
export interface BatchLine {
  /** Why it was refused. */
  error?: LineProblem | null | undefined;
  /** On which line of the file it begins, from 1. */
  line: number;
  /** Your order number. */
  order_number?: string | null | undefined;
  /** The carrier's parcel number, once the label is there. */
  parcel_number?: string | null | undefined;
  /** Your name for this parcel of the order. */
  parcel_ref?: string | null | undefined;
  /** Which row, from 1. */
  row: number;
  /** The shipment. */
  shipment?: string | null | undefined;
  /** The shipment's state now. */
  state?: string | null | undefined;
  /** accepted, known or refused. */
  status: string;
}

/** A page of the rows of a batch, in their order. */
export interface BatchLines {
  /** The rows. */
  lines: Array<BatchLine>;
  /** The path of the next page; absent on the last. */
  next?: string | null | undefined;
}

/** How one carrier is. */
export interface CarrierHealth {
  /** Its name. */
  carrier: string;
  /** The worst condition of its functions: well, under_watch, signs, slow or dark. */
  condition: string;
  /** What was seen on which that stands. */
  evidence: Array<Evidence>;
  /** Each function that was ever called. */
  functions: Array<FunctionHealth>;
  /** The number of the incident that is open. */
  incident?: number | null | undefined;
  /** Whose fault it is: unknown, ours, our_path, carrier, or the one function that does not work. */
  verdict: string;
}

/** Why an attempt ended without a label. */
export interface Cause {
  /** A word for programs. */
  code: string;
  /** A sentence for people. */
  text: string;
}

/** A pickup point, as the buyer saw it when she chose it. */
export interface ChosenPoint {
  /** Its address, without empty lines. */
  address: Array<string>;
  /** Its city. */
  city: string;
  /** Its country, two letters. */
  country: string;
  /** Its opening hours from Monday to Sunday, as the carrier writes them. */
  hours: Array<string>;
  /** Its id. */
  id: string;
  /** What kind of place it is, by the carrier's code. */
  kind: string;
  /** Its name. */
  name: string;
  /** Its postal code. */
  postal_code: string;
}

/** A time during which a point is shut. */
export interface ClosureAnswer {
  /** From when, RFC 3339. */
  from: string;
  /** Until when. */
  until: string;
}

/** A column of a CSV batch. */
export interface Column {
  /** Other names that it can have there. */
  aliases: Array<string>;
  /** What it is. */
  description: string;
  /** What its cells hold. */
  kind: ColumnKind;
  /** Its name, as it stands in the first line of the file. */
  name: string;
  /** Whether a file cannot do without it. */
  needed: boolean;
}

/** What a cell holds. */
export type ColumnKind = "text" | "number" | "flag";

/** The columns that a CSV batch can have. */
export interface Columns {
  /** The columns. */
  columns: Array<Column>;
}

/** What was agreed to in the place of what the request says. */
export interface Consent {
  /** When, RFC 3339. */
  at: string;
  /** rule, merchant or buyer. */
  by: string;
  /** Whether the buyer's point is kept, whatever is said against it: the carrier has the last word. */
  kept: boolean;
  /** Before when the carrier is not asked, RFC 3339. */
  not_before?: string | null | undefined;
}

/** Where a parcel is to go: exactly one of the three. */
export interface ConsentRequest {
  /** true: to the buyer's address. */
  home?: boolean | null | undefined;
  /**
   * true: where the buyer chose, whatever is said against it here. The carrier has the last word; where it has
   * refused the point, or the point is shut, it is asked later.
   */
  keep?: boolean | null | undefined;
  /** To this pickup point. */
  pickup_point?: string | null | undefined;
}

/** A customs declaration (form CN23); needed where a parcel crosses a border of the European Union, or goes overseas. */
export interface Customs {
  /** What is in the parcel, 1 to 100 articles of one currency. Together they weigh no more than the parcel. */
  articles: Array<Article>;
  /**
   * Why the goods cross the border: 1 gift, 2 commercial sample, 3 goods sold, 4 documents, 5 other, 6 goods
   * returned.
   */
  category: number;
  /** The certificate's number, up to 35 characters. */
  certificate_number?: string | null | undefined;
  /** A note to the customs, up to 35 characters. */
  comments?: string | null | undefined;
  /** Your number as an economic operator (EORI): two letters, then up to 15 letters and digits. */
  eori?: string | null | undefined;
  /** The importer's telephone or e-mail, up to 35 characters. */
  importer_contact?: string | null | undefined;
  /** The importer's tax number or code at the customs, up to 35 characters. */
  importer_reference?: string | null | undefined;
  /** The invoice's number, up to 35 characters. */
  invoice_number?: string | null | undefined;
  /** The export licence's number, up to 35 characters. */
  licence_number?: string | null | undefined;
  /** With category 6: the parcel in which the goods were sent. */
  original?: OriginalParcel | null | undefined;
  /** What the transport costs, in euro cents; customs take no free transport. */
  shipping_cost_cents: number;
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

/** Which parcels are handed over together. */
export interface DepositSlip {
  /** Numbers of labels of yours, 1 to 50, each once. */
  parcel_numbers: Array<string>;
}

/** A piece of evidence. */
export interface Evidence {
  /** When the last of it was seen, RFC 3339. */
  at: string;
  /** How much of it failed or was slow. */
  bad: number;
  /**
   * loopback, disk, lag, outside_name, outside_address: probes of ours; layer: how far failed calls came;
   * other_functions, other_carriers; official, health_page, keyword, report: somebody else's word.
   */
  kind: string;
  /** Where it points: at_us, at_our_path, away_from_path, away_from_us, at_carrier or nowhere. */
  points: string;
  /** How much was seen. */
  seen: number;
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
   * reopened, released, voided, asked, consented, rechosen, elsewhere, local_offered, announced, integrated,
   * restored or compacted.
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

/** How one function of a carrier is. */
export interface FunctionHealth {
  /** Whether its canary passed within the last ten minutes and not failed since. */
  canary_passes: boolean;
  /**
   * well; slow: answers, but much later than usual or with many errors; dark: nearly everything fails; signs: some
   * requests succeed again, which may not last; under_watch: calls and canaries have passed for some minutes.
   */
  condition: string;
  /** label, pickup, tracking or orders. */
  function: string;
  /** The last hour by minute, the oldest first. */
  hour: Array<Minute>;
  /** The bound under which the odds must be before *restored* is said. */
  odds_bound?: number | null | undefined;
  /** The odds that it falls within the next hour, while it is up again; from 0 to 1. */
  relapse_odds?: number | null | undefined;
  /** Since when, RFC 3339; absent while it was never otherwise. */
  since?: string | null | undefined;
  /** How long it is up again, in seconds of time that was watched. */
  up_s: number;
  /** The usual time of an answer at this time of day, in milliseconds. */
  usual_ms?: number | null | undefined;
}

/** How everything is. */
export interface Health {
  /** As of when, RFC 3339. */
  at: string;
  /** Every carrier that was ever called. */
  carriers: Array<CarrierHealth>;
  /** The probes of ourselves and of our way out, in the last five minutes. */
  ourselves: Array<Evidence>;
}

/** What becomes of a parcel that cannot be delivered. */
export type IfUndeliverable = "return" | "abandon";

/** What became of a file of orders. */
export interface ImportAnswer {
  /** How many of them were new, changed, known, older (what is known is newer) or refused. */
  counts: Record<string, number>;
  /** Each row with its result, in the order of the file. */
  results: Array<ImportedRow>;
  /** Rows that were read. */
  rows: number;
}

/** What became of a row. */
export interface ImportedRow {
  /** The column that is wrong. */
  column?: number | null | undefined;
  /** What is wrong and what to do. */
  detail?: string | null | undefined;
  /** The field that is wrong. */
  field?: string | null | undefined;
  /** On which line of the file it begins, from 1; in a JSON list, its place. */
  line: number;
  /** The order's number. */
  number?: string | null | undefined;
  /** new, changed, known, older or refused; read in a dry run. */
  result: string;
}

/** A function in an incident. */
export interface InIncident {
  /** well, slow, dark, signs or under_watch. */
  condition: string;
  /** label, pickup, tracking or orders. */
  function: string;
}

/** An incident. */
export interface Incident {
  /** Which carrier. */
  carrier: string;
  /** The evidence. */
  evidence: Array<Evidence>;
  /** The functions that were in it, with their present condition. */
  functions: Array<InIncident>;
  /** Its number. */
  id: number;
  /** When it began to be one, RFC 3339. */
  opened_at: string;
  /** How often a return did not hold. */
  relapses: number;
  /** When everything was restored, RFC 3339; absent while it goes on. */
  restored_at?: string | null | undefined;
  /** Whose fault it is, an operator's correction before the evidence. */
  verdict: string;
}

/** One change of an incident. */
export interface IncidentFact {
  /** When, RFC 3339. */
  at: string;
  /** With `remark`: the id of the key by which it was said. */
  by?: string | null | undefined;
  /** Its condition from then on. */
  condition?: string | null | undefined;
  /** With `attributed`: the evidence. */
  evidence?: Array<Evidence> | null | undefined;
  /** With `merged`: the incident that turned out to be the same. */
  from?: number | null | undefined;
  /** Of which function, where it is one's. */
  function?: string | null | undefined;
  /** The numbers that caused it. */
  numbers?: Numbers | null | undefined;
  /** With `remark` and `confirm`: where it can be read. */
  source?: string | null | undefined;
  /** With `remark`: what was said. */
  text?: string | null | undefined;
  /** With `attributed` and a correction: whose fault it is. */
  verdict?: string | null | undefined;
  /**
   * opened, joined, reopened, changed, signs, under_watch, relapsed, returned, restored, merged, attributed or
   * remark.
   */
  what: string;
  /** With `remark`: note, confirm or correct. */
  word?: string | null | undefined;
}

/** What happened to an incident. */
export interface IncidentFacts {
  /** The oldest first. */
  facts: Array<IncidentFact>;
}

/** The incidents. */
export interface IncidentList {
  /** The newest first. */
  incidents: Array<Incident>;
}

/** Which labels are wanted, and how. */
export interface LabelsRequest {
  /** How they are put together; `as_kept` when absent. */
  layout?: Arrangement | null | undefined;
  /** With `quarters`: the first free place of the first sheet, 1 (when absent) to 4. */
  position?: number | null | undefined;
  /** The shipments' ids, 1 to 500, in the order in which their labels are to come. */
  shipments: Array<string>;
}

/** Why a row was refused. */
export interface LineError {
  /** What is wrong. */
  error: LineProblem;
  /** On which line of the file it begins, from 1. */
  line: number;
  /** Which row, from 1. */
  row: number;
}

/** What is wrong with a row. */
export interface LineProblem {
  /** A word for programs: the last part of the problem's type, as for single shipments. */
  code: string;
  /** CSV: the column of the file, from 1. JSON: the character of the line at which reading stopped. */
  column?: number | null | undefined;
  /** What is wrong and what to do. */
  detail: string;
  /** The field, dotted, in this API's own words. */
  field?: string | null | undefined;
}

/** One minute of calls and canaries. */
export interface Minute {
  /** Those that ended. */
  calls: number;
  /** Of these, failed. */
  failed: number;
  /** Their typical time in milliseconds. */
  typical_ms?: number | null | undefined;
}

/** A parcel that is not, or may not be, where its buyer chose. */
export interface Mismatch {
  /** When it was seen, RFC 3339. */
  at: string;
  /** The point that the buyer chose. */
  chosen?: string | null | undefined;
  /** The carrier's event code. */
  code?: string | null | undefined;
  /**
   * elsewhere: the carrier says that the parcel waits at another point. rechosen: the buyer chose another point
   * after the carrier had been asked.
   */
  why: string;
}

/** A place on the map. */
export interface Near {
  /** Degrees north. */
  latitude: number;
  /** Degrees east. */
  longitude: number;
  /** The commune there, or the nearest. */
  place?: string | null | undefined;
  /** How far that commune's middle is, metres: far at sea. */
  place_distance_m?: number | null | undefined;
  /** Its postal code. */
  postal_code?: string | null | undefined;
}

/** An endpoint to be added. */
export interface NewWebhook {
  /** Of which events it is told; of all, also of those to come, when left out. */
  events?: Array<string> | null | undefined;
  /** Where messages are sent: https, a public host, port 443 or one from 1024 on. */
  url: string;
}

/** The numbers at the moment of a change. */
export interface Numbers {
  /** Calls of the last fifteen minutes. */
  calls?: number | null | undefined;
  /** What speaks for errors, in units of log likelihood. */
  error_sum?: number | null | undefined;
  /** Of these, failed. */
  failed?: number | null | undefined;
  /** The bound under which they must be. */
  odds_bound?: number | null | undefined;
  /** The odds that it falls within the next hour. */
  relapse_odds?: number | null | undefined;
  /** The typical time of an answer in the last minute, in milliseconds. */
  seen_ms?: number | null | undefined;
  /** What speaks for slowness, in units of log likelihood. */
  slow_sum?: number | null | undefined;
  /** The threshold of both that the budget of false alarms sets. */
  threshold?: number | null | undefined;
  /** For how long it has been up again, in minutes. */
  up_minutes: number;
  /** The usual time of an answer, in milliseconds. */
  usual_ms?: number | null | undefined;
}

/** A pickup point with how it stands. */
export interface OnePickupPoint {
  /** Whether it can be entered with reduced mobility. */
  accessible: boolean;
  /** The lines of its address. */
  address: Array<string>;
  /** How long ago that is, seconds. */
  age_s: number;
  /** Its city. */
  city: string;
  /** When it is shut for longer. */
  closures: Array<ClosureAnswer>;
  /** Its country, two letters. */
  country: string;
  /** How far it is, metres. */
  distance_m?: number | null | undefined;
  /** Its opening hours. */
  hours: Week;
  /** Its id at the carrier, six characters. */
  id: string;
  /** post_office, shop, or the carrier's own code of another kind. */
  kind: string;
  /** Degrees north, where known. */
  latitude?: number | null | undefined;
  /** Degrees east. */
  longitude?: number | null | undefined;
  /** Its name. */
  name: string;
  /** Whether it is open now; null where its hours are not known. */
  open_now?: boolean | null | undefined;
  /** When it opens next, RFC 3339; null while it is open, or where that is not known. */
  opens_at?: string | null | undefined;
  /** Whether it is shut during a part of the time for which parcels are held: a parcel then waits. */
  partly_closed: boolean;
  /** Its postal code. */
  postal_code: string;
  /** When the carrier last told of it, RFC 3339. */
  seen_at: string;
  /** The heaviest parcel that it takes, grams; null where that is not known. */
  weight_max_g?: number | null | undefined;
  /** Since when it stands so, RFC 3339; null while it is listed. */
  since?: string | null | undefined;
  /** carrier: it said so within the last ten minutes. directory: it does not answer; the point as it was last known. */
  source: string;
  /**
   * listed; unlisted: it was missing where the carrier had to list it, and is not offered; gone: the carrier said
   * so.
   */
  standing: string;
}

/** An order with its parcels as they stand. */
export interface Order {
  /** Whether every parcel that was not given up has its label. */
  complete: boolean;
  /** How many parcels there are, those given up included. */
  count: number;
  /** What will happen next, or what you can do, in a sentence. */
  next_step: string;
  /** Your order number. */
  order_number: string;
  /** The parcels, in their order. */
  parcels: Array<Shipment>;
  /** How many are in each state. */
  states: Record<string, number>;
}

/**
 * An order of several parcels. Fields that stand here hold for every parcel; a parcel's own weight, insurance,
 * instructions and the like go before.
 */
export interface OrderRequest {
  /** Who receives. A pickup point needs `mobile` and `email`. */
  addressee: Address;
  /** Your shop's name as the buyer knows it, up to 38 characters. Needed for a pickup point. */
  commercial_name?: string | null | undefined;
  /** What customs are told. */
  customs?: Customs | null | undefined;
  /** The day on which you hand the parcel over, today in Paris or later. */
  deposit_date: string;
  /**
   * What becomes of a parcel to abroad that cannot be delivered: `return` (at your expense) or `abandon`. Some
   * destinations need it.
   */
  if_undeliverable?: IfUndeliverable | null | undefined;
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
  order_number: string | null;
  /** The parcels. */
  parcels: Array<Parcel>;
  /**
   * The signed record of what the buyer chose, as `POST /v1/pickup-choices` gave it. Where the point that you ask
   * for is another one, the shipment becomes a question. Only for a single shipment: in an order or a batch the
   * choice that was recorded for the order's number counts.
   */
  pickup_choice?: string | null | undefined;
  /**
   * The pickup point that the buyer chose: six characters. Needed for products to a pickup point, not allowed for
   * the others.
   */
  pickup_point?: string | null | undefined;
  /**
   * The carrier's product: DOM (home), DOS (home, signed for), HD, BPR, A2P (pickup point), CORE, CORI (returns,
   * where the buyer is the sender), COM, CDS (overseas), COL, COLD (within one territory overseas), COLI
   * (international), CMT, BDP, PCS (pickup point abroad).
   */
  product: string;
  /** Who sends. */
  sender: Address;
  /** Weight in grams, 10 to 30,000. */
  weight_g?: number | undefined;
}

/** The parcel in which goods that come back were sent. */
export interface OriginalParcel {
  /** The day of the invoice, YYYY-MM-DD. */
  invoice_date: string;
  /** The invoice of the sale. */
  invoice_number: string;
  /** The parcel's number. */
  parcel_number: string;
}

/** One parcel of an order: what is its own. Without `parcel_ref` it is called by its place, such as 1/3. */
export interface Parcel {
  /** What customs are told. */
  customs?: Customs | null | undefined;
  /**
   * What becomes of a parcel to abroad that cannot be delivered: `return` (at your expense) or `abandon`. Some
   * destinations need it.
   */
  if_undeliverable?: IfUndeliverable | null | undefined;
  /** Instructions to the postman, up to 35 characters. */
  instructions?: string | null | undefined;
  /** Insured value in euro cents. */
  insurance_cents?: number | null | undefined;
  /** The label's format; `PDF_10x15_300dpi` when absent. */
  label_format?: string | null | undefined;
  /** The parcel's shape is too odd for the sorting machines. */
  non_machinable?: boolean | undefined;
  /** The parcel number, where your contract gives you a range of numbers to choose from. */
  parcel_number?: string | null | undefined;
  /** Your name for this parcel of the order, 1 to 17 characters without accents. */
  parcel_ref?: string | null | undefined;
  /** Weight in grams, 10 to 30,000. */
  weight_g?: number | undefined;
}

/** A choice as it was recorded. */
export interface PickupChoice {
  /** The signed record. Send it as `pickup_choice` with the shipment. */
  choice: string;
  /** When it was chosen, RFC 3339. */
  chosen_at: string;
  /** How far it was, in metres. */
  distance_m?: number | null | undefined;
  /** When another took its place, RFC 3339; absent while it counts. */
  ended_at?: string | null | undefined;
  /** The order. */
  order_number?: string | null | undefined;
  /** The point, as the buyer saw it. */
  point: ChosenPoint;
  /** The product that goes there. */
  product: string;
}

/** What a buyer chose. */
export interface PickupChoiceRequest {
  /** The day on which the parcel is handed over; today when absent. */
  date?: string | null | undefined;
  /** How far the point was shown to be, in metres; for those who give no latitude and longitude. */
  distance_m?: number | null | undefined;
  /** Where the buyer searched, for the distance. */
  latitude?: number | null | undefined;
  /** Where the buyer searched, for the distance. */
  longitude?: number | null | undefined;
  /** The order, where it has a number already: then what the label is asked for is held to this choice. */
  order_number?: string | null | undefined;
  /** The pickup point's id. */
  point: string;
  /** The product that goes there; HD when absent. */
  product?: string | null | undefined;
  /**
   * The `choice` that this one takes the place of. Needed for a key with the scope pick alone when the order has
   * another choice already.
   */
  replaces?: string | null | undefined;
  /** The parcel's weight in grams: a point that does not take it is refused. */
  weight_g?: number | null | undefined;
}

/** The choices of an order, the latest first. */
export interface PickupChoices {
  choices: Array<PickupChoice>;
}

/** A pickup point. */
export interface PickupPoint {
  /** Whether it can be entered with reduced mobility. */
  accessible: boolean;
  /** The lines of its address. */
  address: Array<string>;
  /** How long ago that is, seconds. */
  age_s: number;
  /** Its city. */
  city: string;
  /** When it is shut for longer. */
  closures: Array<ClosureAnswer>;
  /** Its country, two letters. */
  country: string;
  /** How far it is, metres. */
  distance_m?: number | null | undefined;
  /** Its opening hours. */
  hours: Week;
  /** Its id at the carrier, six characters. */
  id: string;
  /** post_office, shop, or the carrier's own code of another kind. */
  kind: string;
  /** Degrees north, where known. */
  latitude?: number | null | undefined;
  /** Degrees east. */
  longitude?: number | null | undefined;
  /** Its name. */
  name: string;
  /** Whether it is open now; null where its hours are not known. */
  open_now?: boolean | null | undefined;
  /** When it opens next, RFC 3339; null while it is open, or where that is not known. */
  opens_at?: string | null | undefined;
  /** Whether it is shut during a part of the time for which parcels are held: a parcel then waits. */
  partly_closed: boolean;
  /** Its postal code. */
  postal_code: string;
  /** When the carrier last told of it, RFC 3339. */
  seen_at: string;
  /** The heaviest parcel that it takes, grams; null where that is not known. */
  weight_max_g?: number | null | undefined;
}

/** Pickup points near a place, the nearest first. */
export interface PickupPoints {
  /** When the carrier said the oldest part of this, RFC 3339; null where there is nothing. */
  as_of?: string | null | undefined;
  /** Where it is measured from. */
  near?: Near | null | undefined;
  /** The points. */
  points: Array<PickupPoint>;
  /**
   * carrier: it said so within the last ten minutes. directory: it does not answer; the points as they were last
   * known.
   */
  source: string;
}

/** A problem as RFC 9457 lays it out. */
export interface Problem {
  /** The batch that it is about. */
  batch?: string | null | undefined;
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
  /** The shipments that it is about, where there are several. */
  shipments?: Array<string> | undefined;
  /** The HTTP status, once more. */
  status: number;
  /** The kind in a few words, the same each time. */
  title: string;
  /** Which kind of problem, as a place in the documentation: `/docs#problem-…`. */
  type: string;
}

/** What is asked: the buyer's choice cannot be honoured as the request has it. */
export interface Question {
  /** Points that would do, as they were known when it was asked, the nearest first. */
  alternatives: Array<Alternative>;
  /** When it was asked, RFC 3339. */
  asked_at: string;
  /** The carrier's error id, where it refused the point. */
  carrier_code?: string | null | undefined;
  /** The pickup point that the buyer chose, where that is another. */
  chosen?: string | null | undefined;
  /**
   * The path of a page on which the buyer can answer, in French or English; it needs no key. Only when one shipment
   * is read with a key that may decide.
   */
  link?: string | null | undefined;
  /** The same in a sentence. */
  text: string;
  /** What the request says. */
  wanted: Delivery;
  /** point_unknown, point_gone, point_closed, too_heavy, differs_from_choice or refused_by_carrier. */
  why: string;
}

/** What the carrier refused, in its own words. */
export interface Reject {
  /** The carrier's error id. */
  code: string;
  /** The carrier's text, in French. */
  message: string;
}

/** An operator's word about an incident. */
export interface Remark {
  /** With `confirm`: where everybody can read it, an https address. The status page cites it. */
  source?: string | null | undefined;
  /** The word itself, or the reason of a correction; up to 2000 characters. */
  text: string;
  /**
   * With `correct`: whose fault it is: unknown, ours, our_path, carrier, or one of the functions label, pickup,
   * tracking and orders.
   */
  verdict?: string | null | undefined;
  /** What kind of word it is. */
  word: WordKind;
}

/** What is particular to the way back; all of it can be left out. */
export interface Return {
  /** The day on which the buyer hands the parcel over, today in Paris or later; today when absent. */
  deposit_date?: string | null | undefined;
  /**
   * With a customs declaration: the day of the sale's invoice; the day on which the first shipment was accepted when
   * absent.
   */
  invoice_date?: string | null | undefined;
  /** The label's format; that of the first label when absent. */
  label_format?: string | null | undefined;
  /** Weight in grams, 10 to 30,000; that of the parcel that was sent when absent. */
  weight_g?: number | null | undefined;
}

/** A new secret. */
export interface RotatedWebhook {
  /** Until when they are signed with the one before as well, RFC 3339. */
  old_until: string;
  /** What messages are signed with from now on. Shown this once. */
  secret: string;
}

/** A shipment as it stands. */
export interface Shipment {
  /** When it was accepted, RFC 3339. */
  accepted_at: string;
  /** When the carrier was told of a local label, RFC 3339. */
  announced_at?: string | null | undefined;
  /** How many requests were begun at the carrier. */
  attempts: number;
  /** Why the last attempt ended without a label. */
  cause?: Cause | null | undefined;
  /** When it last changed, RFC 3339. */
  changed_at: string;
  /** Where the customs form (CN23) can be fetched, where there is one. Only when one shipment is read. */
  cn23_url?: string | null | undefined;
  /** How the label came to be known: answer, anchor, tracking, human or local. */
  confirmed_by?: string | null | undefined;
  /** What was agreed to last, where something was. */
  consent?: Consent | null | undefined;
  /** Where the parcel is to end: as you asked for it, or as was agreed to since. */
  delivery: Delivery;
  /** The day on which you mean to hand the parcel over. */
  deposit_date: string;
  /** Why a person has to decide. */
  human_reason?: string | null | undefined;
  /** Its id, a UUID. */
  id: string;
  /** When the carrier's tracking was seen to know a local label, RFC 3339. */
  integrated_at?: string | null | undefined;
  /** Where the label comes from, once it is there: carrier, or local when it was printed without the carrier. */
  label_source?: string | null | undefined;
  /** Where the label can be fetched, once it is there. */
  label_url?: string | null | undefined;
  /** Why the parcel is not, or may not be, where its buyer chose. */
  mismatch?: Mismatch | null | undefined;
  /** What will happen next, or what you can do, in a sentence. */
  next_step: string;
  /** Why no local label was printed where you wanted one. Only when one shipment is read. */
  no_local_label?: string | null | undefined;
  /** Your order number. */
  order_number?: string | null | undefined;
  /** Which parcel of its order it is, from 1. */
  parcel_no: number;
  /** The carrier's parcel number, once the label is there. */
  parcel_number?: string | null | undefined;
  /** Your name for this parcel of the order. */
  parcel_ref?: string | null | undefined;
  /** The number at the partner that delivers, where there is one. Only when one shipment is read. */
  partner_number?: string | null | undefined;
  /** The carrier's product. */
  product: string;
  /** What is asked, in the state question: where the parcel goes, since the buyer's choice cannot be honoured. */
  question?: Question | null | undefined;
  /** What the carrier refused. */
  reject?: Reject | null | undefined;
  /** Whether the label was handed out. */
  released: boolean;
  /** waiting, in_flight, unknown, confirmed, rejected, human, question or void. */
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
  /** What customs are told. */
  customs?: Customs | null | undefined;
  /** The day on which you hand the parcel over, today in Paris or later. */
  deposit_date: string;
  /**
   * What becomes of a parcel to abroad that cannot be delivered: `return` (at your expense) or `abandon`. Some
   * destinations need it.
   */
  if_undeliverable?: IfUndeliverable | null | undefined;
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
  /**
   * The signed record of what the buyer chose, as `POST /v1/pickup-choices` gave it. Where the point that you ask
   * for is another one, the shipment becomes a question. Only for a single shipment: in an order or a batch the
   * choice that was recorded for the order's number counts.
   */
  pickup_choice?: string | null | undefined;
  /**
   * The pickup point that the buyer chose: six characters. Needed for products to a pickup point, not allowed for
   * the others.
   */
  pickup_point?: string | null | undefined;
  /**
   * The carrier's product: DOM (home), DOS (home, signed for), HD, BPR, A2P (pickup point), CORE, CORI (returns,
   * where the buyer is the sender), COM, CDS (overseas), COL, COLD (within one territory overseas), COLI
   * (international), CMT, BDP, PCS (pickup point abroad).
   */
  product: string;
  /** Who sends. */
  sender: Address;
  /** Weight in grams, 10 to 30,000. */
  weight_g: number;
}

/** An order of a shop. */
export interface ShopOrder {
  /** What the buyer ordered of the delivery. Only when one order is read, and while it is kept whole. */
  delivery?: ShopOrderDelivery | null | undefined;
  /** Its id here. */
  id: string;
  /** The number that the buyer knows. */
  number: string;
  /** The platform's own id. */
  order_id: string;
  /** Whether the shop is still to be told something, or a person has to decide something. */
  out_of_step: boolean;
  /** The parcel's number on the label. */
  parcel_number?: string | null | undefined;
  /** When it was placed, RFC 3339. */
  placed_at: string;
  /** When it last came here with something new, RFC 3339. */
  seen_at: string;
  /** The shipment that was made of it. */
  shipment?: string | null | undefined;
  /** Its shop. */
  shop: string;
  /** The parcel's number as the shop has it. */
  shop_parcel_number?: string | null | undefined;
  /** Where it stands in the shop: pending, to_ship, shipped, cancelled, other or deleted. */
  status: string;
  /**
   * How far it has come here: kept, new (its label is about to be asked for), asked, told (the shop has the number)
   * or person.
   */
  step: string;
  /** What the shop is still to be told. */
  telling?: ShopOrderTelling | null | undefined;
  /** When the shop was told the number, RFC 3339. */
  told_at?: string | null | undefined;
  /** When the shop last changed it, by the shop's own clock, RFC 3339. */
  updated_at: string;
  /** What a person has to decide. */
  why?: string | null | undefined;
}

/** What the buyer ordered of the delivery. */
export interface ShopOrderDelivery {
  /** Its currency. */
  currency?: string | null | undefined;
  /** The delivery method as the shop names it. */
  method?: string | null | undefined;
  /** The pickup point that the buyer chose. */
  pickup_point?: string | null | undefined;
  /** The sum to pay, as the shop writes it. */
  total?: string | null | undefined;
  /** What the goods weigh, in grams. */
  weight_g?: number | null | undefined;
}

/** A page of orders. */
export interface ShopOrderList {
  /** The path of the next page; absent on the last. */
  next?: string | null | undefined;
  /** Those placed last first. */
  orders: Array<ShopOrder>;
}

/** What is wanted otherwise of one order's label. */
export interface ShopOrderShipmentRequest {
  /** The buyer's address, in the place of the order's. */
  addressee?: Address | null | undefined;
  /** The day on which you hand the parcel over; today when absent. */
  deposit_date?: string | null | undefined;
  /** Instructions to the postman, up to 35 characters. */
  instructions?: string | null | undefined;
  /** Insured value in euro cents. */
  insurance_cents?: number | null | undefined;
  /** true: let the shipment stand as it is, although the order was changed in the shop since. */
  keep?: boolean | undefined;
  /** The label's format. */
  label_format?: string | null | undefined;
  /** Your name for this parcel, 1 to 17 characters without accents. */
  parcel_ref?: string | null | undefined;
  /** The pickup point. */
  pickup_point?: string | null | undefined;
  /** The carrier's product, in the place of the shop's. */
  product?: string | null | undefined;
  /** The parcel's weight in grams, packing included. */
  weight_g?: number | null | undefined;
}

/** The news that a shop is still to be told. */
export interface ShopOrderTelling {
  /** How often it was tried. */
  attempts: number;
  /** When it is told, or told again, RFC 3339. */
  due_at: string;
  /** Why the last attempt did not do. */
  error?: string | null | undefined;
}

/** An address from which a merchant asks for help. */
export interface SupportContact {
  /** The address. Only a digest of it is kept. */
  mail: string;
  /** The merchant. */
  merchant: string;
}

/** A ticket. */
export interface Ticket {
  /** The address of who asks; for those who work at the desk. */
  address?: string | null | undefined;
  /** When it came. */
  at: string;
  /** When it last changed. */
  changed_at: string;
  /** Which function it asks about: label, pickup, tracking or orders. */
  function?: string | null | undefined;
  /** Its id. */
  id: string;
  /** The incident that explains it. */
  incident?: number | null | undefined;
  /** The language that it is answered in: fr or en. */
  lang: string;
  /** The merchant. */
  merchant?: string | null | undefined;
  /** The ticket in which it goes on. */
  merged_into?: string | null | undefined;
  /** The parcels that it is linked to, as they stood when it was decided. */
  parcels: Array<TicketParcel>;
  /** Why it is a person's, or over without an answer. */
  reason?: string | null | undefined;
  /** Where it came from: api, mail, chatwoot, zammad or form. */
  source: string;
  /** new, answered, with_person, merged or closed. */
  state: string;
  /** Its subject, as text. */
  subject: string;
  /** The key of who has taken it. */
  taken_by?: string | null | undefined;
}

export type TicketActKind = "take" | "hand_over" | "merge" | "answer" | "close" | "reopen";

/** What a person does with a ticket. */
export interface TicketActRequest {
  /** What: take, hand_over, merge, answer, close or reopen. */
  act: TicketActKind;
  /** With `merge`: the ticket in which it goes on. */
  into?: string | null | undefined;
  /** With `hand_over`: what the next one has to know. */
  note?: string | null | undefined;
  /** With `answer`: the text, which is sent where the ticket came from. */
  text?: string | null | undefined;
  /** With `hand_over`: the key of who is to have it; nobody in particular where it is left out. */
  to?: string | null | undefined;
}

/** One answer for several tickets. */
export interface TicketBulkAnswer {
  /** The tickets, up to 200: all for the same reason, and of the same incident. */
  ids: Array<string>;
  /** The text, which is sent where each came from. */
  text: string;
}

/** What became of each. */
export interface TicketBulkAnswered {
  /** Those that were answered. */
  answered: Array<string>;
  /** Those that were not: they are gone, or stand where they cannot be answered. */
  left: Array<string>;
}

/** Something that happened to a ticket. */
export interface TicketEvent {
  /** When. */
  at: string;
  /** By whose key; none for the program. */
  by?: string | null | undefined;
  /** What. */
  what: string;
}

/** A file of a ticket. */
export interface TicketFile {
  /** What its sender says that it is. */
  media_type: string;
  /** As its sender calls it. */
  name: string;
  /** Its number, from 1. */
  no: number;
}

/** Tickets, the oldest first. */
export interface TicketList {
  /** What to send as `after` for those behind them; none at the end. */
  next?: number | null | undefined;
  /** The tickets. */
  tickets: Array<Ticket>;
}

/** A message of a ticket. */
export interface TicketMessage {
  /** When. */
  at: string;
  /** The key of the person who wrote it. */
  by?: string | null | undefined;
  /** in, answer, closing, person_answer or note. */
  kind: unknown;
  /** Its number, from 1. */
  no: number;
  /** waiting, claimed, sent, unknown or refused; none where it is read here. */
  sending?: string | null | undefined;
  /** A line. */
  subject: string;
  /** Plain text, as it came or as it was sent. */
  text: string;
}

/** A parcel that a ticket is linked to. */
export interface TicketParcel {
  /** By what it was found: number, order or time. */
  found_by: unknown;
  /** Its number. */
  number?: string | null | undefined;
  /** Its order; only where who asked has a right to it. */
  order_number?: string | null | undefined;
  /** The shipment; only where who asked has a right to it. */
  shipment?: string | null | undefined;
  /** ready, waiting, unknown, question, rejected, human or void. */
  state: string;
}

/** A ticket to be opened. */
export interface TicketRequest {
  /** Your own name for it, up to 100 bytes: the same again is the same ticket. */
  reference?: string | null | undefined;
  /** A line. */
  subject?: string | undefined;
  /** What is asked, in plain text, up to 100,000 characters. */
  text: string;
}

/** What became of a message that came in. */
export interface TicketTaken {
  /** The ticket; none where there was nothing to take in. */
  id?: string | null | undefined;
  /** new, known, added or nothing. */
  outcome: string;
}

/** A ticket with all that belongs to it. */
export interface TicketWhole {
  /** The address of who asks; for those who work at the desk. */
  address?: string | null | undefined;
  /** When it came. */
  at: string;
  /** When it last changed. */
  changed_at: string;
  /** Which function it asks about: label, pickup, tracking or orders. */
  function?: string | null | undefined;
  /** Its id. */
  id: string;
  /** The incident that explains it. */
  incident?: number | null | undefined;
  /** The language that it is answered in: fr or en. */
  lang: string;
  /** The merchant. */
  merchant?: string | null | undefined;
  /** The ticket in which it goes on. */
  merged_into?: string | null | undefined;
  /** The parcels that it is linked to, as they stood when it was decided. */
  parcels: Array<TicketParcel>;
  /** Why it is a person's, or over without an answer. */
  reason?: string | null | undefined;
  /** Where it came from: api, mail, chatwoot, zammad or form. */
  source: string;
  /** new, answered, with_person, merged or closed. */
  state: string;
  /** Its subject, as text. */
  subject: string;
  /** The key of who has taken it. */
  taken_by?: string | null | undefined;
  /** What came with it; for those who work at the desk. */
  files: Array<TicketFile>;
  /** What happened to it; for those who work at the desk. */
  log: Array<TicketEvent>;
  /** Its messages, the oldest first; notes are for those who work at the desk. */
  messages: Array<TicketMessage>;
}

/** What happened to a shipment, oldest first. */
export interface Timeline {
  /** What happened. */
  facts: Array<Fact>;
  /** The shipment. */
  id: string;
}

/** A report that something does not work. */
export interface TroubleReport {
  /**
   * Who says so, in your own words: a customer's number, a ticket's account. Only a digest is remembered, so that
   * the same account counts once an hour.
   */
  account: string;
  /** Which carrier. */
  carrier: string;
}

/** What became of a report. */
export interface TroubleReported {
  /** Whether it counts: the first of its account within an hour does. */
  counted: boolean;
}

/** A webhook endpoint. */
export interface Webhook {
  /** When it was added, RFC 3339. */
  created_at: string;
  /** When a message last got through, RFC 3339. */
  delivered_at?: string | null | undefined;
  /** Of which events it is told; absent for all, also for those to come. */
  events?: Array<string> | null | undefined;
  /** Its id. */
  id: string;
  /** Messages that are under way or wait for another attempt; more may wait behind them. */
  pending: number;
  /** Why it is paused. */
  reason?: string | null | undefined;
  /** Whether a replay is under way. */
  replaying: boolean;
  /** enabled or paused. A paused one loses nothing: what happens waits until it is resumed. */
  state: string;
  /** Where messages are sent. */
  url: string;
}

/** A page of messages, the newest first. */
export interface WebhookDeliveries {
  /** The messages. */
  deliveries: Array<WebhookDelivery>;
  /** The path of the next page; absent on the last. */
  next?: string | null | undefined;
}

/** One message to one endpoint. */
export interface WebhookDelivery {
  /** How often it was sent. */
  attempts: number;
  /** When it is sent again, RFC 3339. */
  due_at?: string | null | undefined;
  /** Why there was no answer. */
  failure?: string | null | undefined;
  /** The webhook-id; absent when the records of the event were let go. */
  id?: string | null | undefined;
  /** The shipment. */
  shipment: string;
  /** pending, delivered, or failed: it alone was refused to the end, while others got through. It can be replayed. */
  state: string;
  /** The status of the last answer. */
  status?: number | null | undefined;
  /** When it was last sent, RFC 3339. */
  tried_at?: string | null | undefined;
  /** What happened. */
  type: string;
}

/** All webhook endpoints of a shop. */
export interface WebhookList {
  /** The oldest first. */
  webhooks: Array<Webhook>;
}

/** What is to be changed of an endpoint. */
export interface WebhookPatch {
  /** Of which events it is told; an empty list for all, also for those to come. */
  events?: Array<string> | null | undefined;
  /** enabled or paused. */
  state?: WebhookState | null | undefined;
  /** Where messages are sent. */
  url?: string | null | undefined;
}

/** A stretch of what happened. From `since` or `from_event`, to `to` or until now. */
export interface WebhookReplay {
  /** From this event on: the webhook-id of a message. */
  from_event?: string | null | undefined;
  /** From about this moment on, RFC 3339; a minute more may be sent on either side. */
  since?: string | null | undefined;
  /** To about this moment, RFC 3339, or to this event; until now when left out. */
  to?: string | null | undefined;
}

/** A new secret. */
export interface WebhookRotation {
  /** For how many seconds messages are signed with the secret before as well; a day when left out. */
  grace_s?: number | null | undefined;
}

/** enabled: what waits is sent at once. paused: nothing is sent, nothing is lost. */
export type WebhookState = "enabled" | "paused";

/** What came of a test message. */
export interface WebhookTest {
  /** Whether the receiver answered 2xx. */
  delivered: boolean;
  /** Why there was no answer, and what to do. */
  failure?: string | null | undefined;
  /** The status of its answer. */
  status?: number | null | undefined;
  /** How long it took, in milliseconds. */
  took_ms: number;
}

/** A week of opening hours; a day without any is shut, null is not known. */
export interface Week {
  friday?: Array<string> | null | undefined;
  monday?: Array<string> | null | undefined;
  saturday?: Array<string> | null | undefined;
  sunday?: Array<string> | null | undefined;
  thursday?: Array<string> | null | undefined;
  tuesday?: Array<string> | null | undefined;
  wednesday?: Array<string> | null | undefined;
}

/**
 * note: to be known. confirm: it is as it is said, at a source that is cited. correct: it is somebody else's fault.
 * Each is shown on the status page, signed with the id of the key.
 */
export type WordKind = "note" | "confirm" | "correct";

/** A gateway: one method for each operation. What it refuses is thrown as a {@link ProblemError}. */
export class Tournee {
  readonly #caller: Caller;

  constructor(options: Options) {
    this.#caller = new Caller(options);
  }

  /**
   * Create many shipments.
   *
   * Accepts many shipments at once. Each row is taken in or refused by itself, by the same rules as a shipment that
   * comes alone: one bad row harms no other. Rows are read as they arrive, so that a file can be large; what stands
   * before a limit, or before the connection breaks, is taken in.
   *
   * `application/json`: a list of shipments, or an object whose only field `shipments` is one.
   * `application/x-ndjson`: a shipment a line. `text/csv`: the first line names the columns (`GET
   * /v1/batches/columns` lists them), which are separated by comma, semicolon or tab; in UTF-8, or in what
   * `charset=` says (`iso-8859-1`, `windows-1252`).
   *
   * With an `Idempotency-Key` the batch can be sent again without harm, whole or corrected: rows that were taken in
   * are found again, whatever broke off, and rows that were refused are tried anew. Rows keep their places in the
   * file. Without a key each row is judged by what it says, as a single shipment without a key.
   *
   * `POST /v1/batches`
   */
  submitBatch(body: Array<ShipmentRequest> | Raw<"application/x-ndjson" | "text/csv">, options: CallOptions & {
    /** true: look at every row and say what is wrong; take nothing in and keep nothing. */
    dry_run?: boolean | undefined;
    /** true: leave out columns of CSV that are not known, instead of refusing the file. */
    ignore_unknown_columns?: boolean | undefined;
    /**
     * Your own key of this batch, 1 to 255 printable characters; with it the batch can be sent again without harm
     * for 13 months
     */
    idempotencyKey?: string | undefined;
    /**
     * Fields for every row that does not have them itself, as a JSON object, for example `{"sender": {…}, "product":
     * "DOM"}`
     */
    batchDefaults?: string | undefined;
  } = {}): Promise<Batch> {
    return this.#caller.json<Batch>({
      method: "POST",
      path: "/v1/batches",
      query: { dry_run: options.dry_run, ignore_unknown_columns: options.ignore_unknown_columns },
      headers: { "Idempotency-Key": options.idempotencyKey, "Batch-Defaults": options.batchDefaults },
      body,
      options,
    });
  }

  /**
   * List the columns of a CSV batch.
   *
   * The columns of a CSV batch: the plain fields of a shipment, with the other names that they can have.
   *
   * `GET /v1/batches/columns`
   */
  batchColumns(options: CallOptions = {}): Promise<Columns> {
    return this.#caller.json<Columns>({
      method: "GET",
      path: "/v1/batches/columns",
      options,
    });
  }

  /**
   * Read a batch.
   *
   * Where a batch stands, with the present states of its shipments.
   *
   * `GET /v1/batches/{id}`
   */
  batch(id: string, options: CallOptions = {}): Promise<Batch> {
    return this.#caller.json<Batch>({
      method: "GET",
      path: `/v1/batches/${part(id)}`,
      options,
    });
  }

  /**
   * Read the results of a batch.
   *
   * What became of each row, in the order of the file, page by page; as CSV with `Accept: text/csv`.
   *
   * `GET /v1/batches/{id}/lines`
   */
  batchLines(id: string, options: CallOptions & {
    /** Only rows after this one. */
    after?: number | undefined;
    /** Only rows with this result: accepted, known or refused. */
    status?: string | undefined;
    /** How many on a page, 1 to 1,000 (100 when absent); as CSV 1 to 10,000 (10,000 when absent). */
    limit?: number | undefined;
  } = {}): Promise<BatchLines> {
    return this.#caller.json<BatchLines>({
      method: "GET",
      path: `/v1/batches/${part(id)}/lines`,
      query: { after: options.after, status: options.status, limit: options.limit },
      options,
    });
  }

  /**
   * Read the results of a batch.
   *
   * What became of each row, in the order of the file, page by page; as CSV with `Accept: text/csv`.
   *
   * `GET /v1/batches/{id}/lines`
   */
  batchLinesAs(accept: "text/csv", id: string, options: CallOptions & {
    /** Only rows after this one. */
    after?: number | undefined;
    /** Only rows with this result: accepted, known or refused. */
    status?: string | undefined;
    /** How many on a page, 1 to 1,000 (100 when absent); as CSV 1 to 10,000 (10,000 when absent). */
    limit?: number | undefined;
  } = {}): Promise<string> {
    return this.#caller.text({
      method: "GET",
      path: `/v1/batches/${part(id)}/lines`,
      accept,
      query: { after: options.after, status: options.status, limit: options.limit },
      options,
    });
  }

  /**
   * Make a deposit slip.
   *
   * Makes the deposit slip (bordereau) of parcels that you hand over together. Only the carrier can make it: while
   * it does not answer, ask again later; nothing is lost, and a slip asked for twice is two papers of which one is
   * thrown away.
   *
   * `POST /v1/deposit-slips`
   */
  makeSlip(body: DepositSlip, options: CallOptions = {}): Promise<Uint8Array<ArrayBuffer>> {
    return this.#caller.bytes({
      method: "POST",
      path: "/v1/deposit-slips",
      accept: "application/pdf",
      body,
      options,
    });
  }

  /**
   * Read how the carriers are.
   *
   * How each carrier and each of its functions is as we see it: its condition, whose fault a trouble is and the
   * evidence of that, the odds that a return does not hold, and the last hour by minute. Beside it the probes of
   * ourselves.
   *
   * `GET /v1/health/carriers`
   */
  carrierHealth(options: CallOptions = {}): Promise<Health> {
    return this.#caller.json<Health>({
      method: "GET",
      path: "/v1/health/carriers",
      options,
    });
  }

  /**
   * Report a trouble.
   *
   * A user or a ticket says that a carrier does not work. It is evidence beside our own calls, never instead of
   * them.
   *
   * `POST /v1/health/reports`
   */
  reportTrouble(body: TroubleReport, options: CallOptions = {}): Promise<TroubleReported> {
    return this.#caller.json<TroubleReported>({
      method: "POST",
      path: "/v1/health/reports",
      body,
      options,
    });
  }

  /**
   * List incidents.
   *
   * The incidents that are open or not long over, the newest first.
   *
   * `GET /v1/incidents`
   */
  listIncidents(options: CallOptions = {}): Promise<IncidentList> {
    return this.#caller.json<IncidentList>({
      method: "GET",
      path: "/v1/incidents",
      options,
    });
  }

  /**
   * Read what happened to an incident.
   *
   * Everything that happened to it, the oldest first, each change with the numbers that caused it.
   *
   * `GET /v1/incidents/{id}/facts`
   */
  incidentFacts(id: number, options: CallOptions = {}): Promise<IncidentFacts> {
    return this.#caller.json<IncidentFacts>({
      method: "GET",
      path: `/v1/incidents/${part(id)}/facts`,
      options,
    });
  }

  /**
   * Add a word to an incident.
   *
   * Adds an operator's note, confirmation or correction. It stands beside what was found and is signed with the
   * key's id; nothing is erased, and nothing can be taken back. Needs the scope `operate`.
   *
   * `POST /v1/incidents/{id}/remarks`
   */
  remarkIncident(id: number, body: Remark, options: CallOptions = {}): Promise<IncidentFact> {
    return this.#caller.json<IncidentFact>({
      method: "POST",
      path: `/v1/incidents/${part(id)}/remarks`,
      body,
      options,
    });
  }

  /**
   * Read what your key may do.
   *
   * What the key of this request may do, and until when. Needs no scope.
   *
   * `GET /v1/keys/self`
   */
  ownKey(options: CallOptions = {}): Promise<ApiKey> {
    return this.#caller.json<ApiKey>({
      method: "GET",
      path: "/v1/keys/self",
      options,
    });
  }

  /**
   * Fetch many labels in one file.
   *
   * Fetches many labels as one file: all of them, or none and a problem that names the shipments that have no label.
   * PDF labels become one PDF, ZPL or DPL labels one after the other; each is as the carrier made it. Fetching them
   * counts as handing them out.
   *
   * `POST /v1/labels`
   */
  labels(body: LabelsRequest, options: CallOptions & {
    /** Which of the media types is wanted. */
    accept?: "application/pdf" | "application/x-dpl" | "application/x-zpl" | undefined;
  } = {}): Promise<Uint8Array<ArrayBuffer>> {
    return this.#caller.bytes({
      method: "POST",
      path: "/v1/labels",
      accept: options.accept ?? "application/pdf, application/x-dpl, application/x-zpl",
      body,
      options,
    });
  }

  /**
   * Create an order of several parcels.
   *
   * Accepts an order of several parcels: all of them by one write to the disk, or none. From then on each parcel is
   * a shipment of its own.
   *
   * The same order sent again is the first one. An order is known by its `Idempotency-Key`, or without one by its
   * order number; another order under the same key or number is refused.
   *
   * `POST /v1/orders`
   */
  submitOrder(body: OrderRequest, options: CallOptions & {
    /** Your own key of this order, 1 to 255 printable characters; the order number stands for it when absent */
    idempotencyKey?: string | undefined;
  } = {}): Promise<Order> {
    return this.#caller.json<Order>({
      method: "POST",
      path: "/v1/orders",
      headers: { "Idempotency-Key": options.idempotencyKey },
      body,
      options,
    });
  }

  /**
   * Read an order.
   *
   * The parcels of an order with the state of each, and a summary.
   *
   * `GET /v1/orders/{order_number}`
   */
  order(orderNumber: string, options: CallOptions = {}): Promise<Order> {
    return this.#caller.json<Order>({
      method: "GET",
      path: `/v1/orders/${part(orderNumber)}`,
      options,
    });
  }

  /**
   * Read what was chosen for an order.
   *
   * The choices that were recorded for an order, the latest first; the first one counts unless it has ended.
   *
   * `GET /v1/pickup-choices`
   */
  pickupChoices(options: CallOptions & {
    /** The order's number. */
    order_number: string;
  }): Promise<PickupChoices> {
    return this.#caller.json<PickupChoices>({
      method: "GET",
      path: "/v1/pickup-choices",
      query: { order_number: options.order_number },
      options,
    });
  }

  /**
   * Record what a buyer chose.
   *
   * Takes down the pickup point that a buyer chose, as the directory knows it, and signs it. With an order number
   * the record is on disk before this is answered, and nothing changes it silently: a label that is asked for
   * another point, or for the home, becomes a question. A second choice for the same order takes the place of the
   * first, which is kept.
   *
   * `POST /v1/pickup-choices`
   */
  choosePickupPoint(body: PickupChoiceRequest, options: CallOptions = {}): Promise<PickupChoice> {
    return this.#caller.json<PickupChoice>({
      method: "POST",
      path: "/v1/pickup-choices",
      body,
      options,
    });
  }

  /**
   * Find pickup points.
   *
   * Pickup points near a postal code and city, or near a position, the nearest first. No point that is gone, shut
   * while the parcel would arrive, or too weak for it is among them. While the carrier is slow or does not answer,
   * they are as they were last known: `source` and `as_of` say so. What the carrier said within the last ten minutes
   * is taken at its word. The list is empty only where there is nothing to be found, and never because the carrier
   * does not answer.
   *
   * A key with nothing but the scope `pick` may stand in a public page: every origin may ask.
   *
   * `GET /v1/pickup-points`
   */
  pickupPoints(options: CallOptions & {
    /** The postal code of the place; with `city`. */
    postal_code?: string | undefined;
    /** The city; may be left out in France. */
    city?: string | undefined;
    /** Number and street: the carrier then measures from there. */
    address?: string | undefined;
    /** The country, two letters; FR when absent. */
    country?: string | undefined;
    /** Degrees north, in the place of a postal code; with `longitude`. */
    latitude?: string | undefined;
    /** Degrees east. */
    longitude?: string | undefined;
    /** Only points that take a parcel of so many grams, 1 to 30000. */
    weight_g?: number | undefined;
    /** The day on which the parcel is handed over, as 2025-12-22; today in Paris when absent. */
    date?: string | undefined;
    /** Only post offices (post_office) or only shops (shop). */
    kind?: string | undefined;
    /** true: only points that can be entered with reduced mobility. */
    accessible?: string | undefined;
    /** true: only points that are open now. */
    open_now?: string | undefined;
    /** How many points at most, 1 to 50; 20 when absent. */
    limit?: number | undefined;
  } = {}): Promise<PickupPoints> {
    return this.#caller.json<PickupPoints>({
      method: "GET",
      path: "/v1/pickup-points",
      query: { postal_code: options.postal_code, city: options.city, address: options.address, country: options.country, latitude: options.latitude, longitude: options.longitude, weight_g: options.weight_g, date: options.date, kind: options.kind, accessible: options.accessible, open_now: options.open_now, limit: options.limit },
      options,
    });
  }

  /**
   * Read a pickup point.
   *
   * One pickup point, how it stands and how old that is; also of a point that is gone, once it was known.
   *
   * `GET /v1/pickup-points/{id}`
   */
  pickupPoint(id: string, options: CallOptions = {}): Promise<OnePickupPoint> {
    return this.#caller.json<OnePickupPoint>({
      method: "GET",
      path: `/v1/pickup-points/${part(id)}`,
      options,
    });
  }

  /**
   * Receipts of text messages.
   *
   * What the gateway of text messages says about messages that it took: `{"id": …, "status": "delivered"}` or a list
   * of up to 1000 of them, signed as Standard Webhooks are with `TOURNEE_SMS_RECEIPT_SECRET`. The same receipt again
   * changes nothing.
   *
   * `POST /v1/receipts/sms`
   */
  takeSmsReceipts(body: unknown, options: CallOptions = {}): Promise<void> {
    return this.#caller.nothing({
      method: "POST",
      path: "/v1/receipts/sms",
      body,
      options,
    });
  }

  /**
   * List shipments.
   *
   * Your shipments, the newest first. A page can hold fewer than were asked for although there are more: go on as
   * long as there is a `next`.
   *
   * `GET /v1/shipments`
   */
  list(options: CallOptions & {
    /** Only those in this state: waiting, in_flight, unknown, confirmed, rejected, human, question or void. */
    state?: string | undefined;
    /** true: only those of which it is known that the parcel is not, or may not be, where its buyer chose. */
    mismatch?: string | undefined;
    /** Only those of this order. */
    order_number?: string | undefined;
    /** Only those whose order number begins so, or whose parcel reference or parcel number is just this. */
    q?: string | undefined;
    /** Only those that the carrier gave this parcel number. */
    parcel_number?: string | undefined;
    /** Only those that this batch made or found. */
    batch?: string | undefined;
    /** Only those of this product. */
    product?: string | undefined;
    /** Only those accepted on this day (in Paris) or at this moment (RFC 3339), or later. */
    created_from?: string | undefined;
    /** Only those accepted on this day or before it, or before this moment. */
    created_to?: string | undefined;
    /** How many on a page, 1 to 200; 50 when absent. */
    limit?: number | undefined;
    /** Where the page begins: taken from `next` of the page before, and otherwise a secret of this server's. */
    cursor?: string | undefined;
  } = {}): Promise<ShipmentList> {
    return this.#caller.json<ShipmentList>({
      method: "GET",
      path: "/v1/shipments",
      query: { state: options.state, mismatch: options.mismatch, order_number: options.order_number, q: options.q, parcel_number: options.parcel_number, batch: options.batch, product: options.product, created_from: options.created_from, created_to: options.created_to, limit: options.limit, cursor: options.cursor },
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
   * Accepts one parcel to be labelled. The answer comes from this server's own disk within milliseconds, also while
   * the carrier is down; from then on the shipment is followed until its label is there.
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
   * Where a shipment stands.
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
   * Fetch the customs form.
   *
   * The customs form (CN23) that came with the label. Print it and put it on the parcel.
   *
   * `GET /v1/shipments/{id}/cn23`
   */
  cn23(id: string, options: CallOptions = {}): Promise<Uint8Array<ArrayBuffer>> {
    return this.#caller.bytes({
      method: "GET",
      path: `/v1/shipments/${part(id)}/cn23`,
      accept: "application/pdf",
      options,
    });
  }

  /**
   * Answer a shipment's question.
   *
   * Agrees to where a parcel goes whose buyer's choice cannot be honoured. It is written down with who agreed, and
   * the carrier is asked for it; the request itself stays as it was. The same answer twice is the same as once.
   *
   * `POST /v1/shipments/{id}/consent`
   */
  consent(id: string, body: ConsentRequest, options: CallOptions = {}): Promise<Shipment> {
    return this.#caller.json<Shipment>({
      method: "POST",
      path: `/v1/shipments/${part(id)}/consent`,
      body,
      options,
    });
  }

  /**
   * Read a shipment's timeline.
   *
   * What happened to a shipment, from its acceptance on. Holds no private data.
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
   * The label's bytes, as the carrier made them; with `format` in another format, where that loses nothing. Fetching
   * it counts as handing it out.
   *
   * `GET /v1/shipments/{id}/label`
   */
  label(id: string, options: CallOptions & {
    /**
     * The format, as in `label_format`; that in which the label is kept when absent. A smaller PDF is placed
     * unscaled on PDF_A4_300dpi here; any other change is a reprint by the carrier.
     */
    format?: string | undefined;
    /**
     * Where on the sheet a smaller label is placed: 1 top left (also when absent), 2 top right, 3 bottom left, 4
     * bottom right. A label of 10x15 is 1.5 mm taller than a quarter of A4 and reaches that far over the middle
     * line.
     */
    position?: number | undefined;
    /** Which of the media types is wanted. */
    accept?: "application/pdf" | "application/x-dpl" | "application/x-zpl" | undefined;
  } = {}): Promise<Uint8Array<ArrayBuffer>> {
    return this.#caller.bytes({
      method: "GET",
      path: `/v1/shipments/${part(id)}/label`,
      accept: options.accept ?? "application/pdf, application/x-dpl, application/x-zpl",
      query: { format: options.format, position: options.position },
      options,
    });
  }

  /**
   * Decide about a shipment.
   *
   * Settles a shipment that the engine left to a person, or whose label was found at the carrier by other means. A
   * number is believed only when the carrier itself gives the label of that number.
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
   * Make a return.
   *
   * Makes the return of a parcel: sender and addressee change places; CORE brings it back within France, CORI from
   * anywhere else, with the first parcel's customs declaration as goods returned. Also for a shipment that came
   * through the carrier-compatible endpoints.
   *
   * `POST /v1/shipments/{id}/return`
   */
  makeReturn(id: string, body: Return | null | undefined, options: CallOptions & {
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
      path: `/v1/shipments/${part(id)}/return`,
      headers: { "Idempotency-Key": options.idempotencyKey, Prefer: waiting(options.waitSeconds) },
      body,
      options,
    });
  }

  /**
   * Give a shipment up.
   *
   * Gives a shipment up: its label, made or still to come, is not to be used. Giving it up twice is the same as
   * once.
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

  /**
   * List orders of shops.
   *
   * The orders of your shops, those placed last first. A page can hold fewer than were asked for although there are
   * more: go on as long as there is a `next`.
   *
   * `GET /v1/shop-orders`
   */
  listShopOrders(options: CallOptions & {
    /** Only of this shop. */
    shop?: string | undefined;
    /** Only those that stand so in their shop: pending, to_ship, shipped, cancelled, other or deleted. */
    status?: string | undefined;
    /** Only those with this number. */
    number?: string | undefined;
    /** true: only those of which the shop is still to be told something, or a person has to decide something. */
    out_of_step?: boolean | undefined;
    /** How many on a page, 1 to 200; 50 when absent. */
    limit?: number | undefined;
    /** Where the page begins: taken from `next` of the page before, and otherwise a secret of this server's. */
    cursor?: string | undefined;
  } = {}): Promise<ShopOrderList> {
    return this.#caller.json<ShopOrderList>({
      method: "GET",
      path: "/v1/shop-orders",
      query: { shop: options.shop, status: options.status, number: options.number, out_of_step: options.out_of_step, limit: options.limit, cursor: options.cursor },
      options,
    });
  }

  /** What {@link Tournee.listShopOrders} gives, all pages of it, each fetched when it is reached. */
  async *listShopOrdersAll(options: NonNullable<Parameters<Tournee["listShopOrders"]>[0]> = {}): AsyncGenerator<ShopOrder> {
    let page = await this.listShopOrders(options);
    for (;;) {
      yield* page.orders;
      if (!page.next) return;
      page = await this.#caller.json({ method: "GET", path: page.next, options });
    }
  }

  /**
   * Read an order of a shop.
   *
   * An order as its shop has it and how far it has come here. The buyer's address is not in it.
   *
   * `GET /v1/shop-orders/{id}`
   */
  readShopOrder(id: string, options: CallOptions = {}): Promise<ShopOrder> {
    return this.#caller.json<ShopOrder>({
      method: "GET",
      path: `/v1/shop-orders/${part(id)}`,
      options,
    });
  }

  /**
   * Ask for the label of an order.
   *
   * Makes a shipment of the order, with the shop's settings and what the body wants otherwise. Asked again, it is
   * the same shipment, also when the label was asked for by another way meanwhile; only when that was given up, or
   * the carrier refused it, is there another.
   *
   * `POST /v1/shop-orders/{id}/shipment`
   */
  shipShopOrder(id: string, body: ShopOrderShipmentRequest | null | undefined, options: CallOptions & {
    /** wait up to N seconds (0 to 60) for the label */
    waitSeconds?: number | undefined;
  } = {}): Promise<Shipment> {
    return this.#caller.json<Shipment>({
      method: "POST",
      path: `/v1/shop-orders/${part(id)}/shipment`,
      headers: { Prefer: waiting(options.waitSeconds) },
      body,
      options,
    });
  }

  /**
   * Take in a file of orders.
   *
   * Takes in the orders of a shop from JSON (a list, or an object whose only field `orders` is one), NDJSON or CSV.
   * A row that is wrong harms no other; an order that is known just so, or newer, stays as it is, so a file may be
   * sent again.
   *
   * `POST /v1/shops/{shop}/orders`
   */
  importShopOrders(shop: string, body: Array<unknown> | Raw<"application/x-ndjson" | "text/csv">, options: CallOptions & {
    /** true: look at every row and say what is wrong; take nothing in. */
    dry_run?: boolean | undefined;
  } = {}): Promise<ImportAnswer> {
    return this.#caller.json<ImportAnswer>({
      method: "POST",
      path: `/v1/shops/${part(shop)}/orders`,
      query: { dry_run: options.dry_run },
      body,
      options,
    });
  }

  /**
   * List support tickets.
   *
   * The queue, the oldest first. Needs the scope `support` or `operate`.
   *
   * `GET /v1/tickets`
   */
  listTickets(options: CallOptions & {
    /** Only in this state: new, answered, with_person, merged or closed. */
    state?: string | undefined;
    /** Only for this reason. */
    reason?: string | undefined;
    /** Only of this incident. */
    incident?: number | undefined;
    /** Only behind this place: the `next` of the page before. */
    after?: number | undefined;
    /** How many, up to 200. */
    limit?: number | undefined;
  } = {}): Promise<TicketList> {
    return this.#caller.json<TicketList>({
      method: "GET",
      path: "/v1/tickets",
      query: { state: options.state, reason: options.reason, incident: options.incident, after: options.after, limit: options.limit },
      options,
    });
  }

  /**
   * Open a support ticket.
   *
   * Asks about your parcels in your own words, in French or English: name a parcel or an order. It is answered from
   * what is known of that parcel, or goes to a person; read the answer with GET /v1/tickets/{id}. Taken in when it
   * is on disk.
   *
   * `POST /v1/tickets`
   */
  createTicket(body: TicketRequest, options: CallOptions = {}): Promise<TicketTaken> {
    return this.#caller.json<TicketTaken>({
      method: "POST",
      path: "/v1/tickets",
      body,
      options,
    });
  }

  /**
   * Answer several support tickets.
   *
   * The same answer to tickets that are with people for the same reason and of the same incident. Needs the scope
   * `support` or `operate`.
   *
   * `POST /v1/tickets/answers`
   */
  answerTickets(body: TicketBulkAnswer, options: CallOptions = {}): Promise<TicketBulkAnswered> {
    return this.#caller.json<TicketBulkAnswered>({
      method: "POST",
      path: "/v1/tickets/answers",
      body,
      options,
    });
  }

  /**
   * Take a webhook of Chatwoot.
   *
   * Takes in what a contact writes (`message_created`), signed with the webhook's secret (`X-Chatwoot-Signature`).
   * The answer goes into the conversation. What agents and bots write is left alone.
   *
   * `POST /v1/tickets/chatwoot`
   */
  chatwootWebhook(body: unknown, options: CallOptions = {}): Promise<TicketTaken> {
    return this.#caller.json<TicketTaken>({
      method: "POST",
      path: "/v1/tickets/chatwoot",
      body,
      options,
    });
  }

  /**
   * Register an address of a merchant.
   *
   * From now on who writes from this address is that merchant, as with its key: the answer goes there. Needs the
   * scope `support` or `operate`.
   *
   * `POST /v1/tickets/contacts`
   */
  registerSupportContact(body: SupportContact, options: CallOptions = {}): Promise<void> {
    return this.#caller.nothing({
      method: "POST",
      path: "/v1/tickets/contacts",
      body,
      options,
    });
  }

  /**
   * Hand a mail in.
   *
   * The raw bytes of a mail (RFC 5322) to the support address, as a mail server pipes it: `curl --data-binary @- -H
   * 'Content-Type: message/rfc822'`. The answer goes by mail to its From; Reply-To is not followed. One that cannot
   * be read whole goes to a person with what could be read; the same mail again is the same ticket. A delivery
   * report of a message of ours becomes no ticket: where the message is lost for good, that is noted. Needs the
   * scope `support`.
   *
   * `POST /v1/tickets/mail`
   */
  handInMail(body: Uint8Array<ArrayBuffer>, options: CallOptions = {}): Promise<TicketTaken> {
    return this.#caller.json<TicketTaken>({
      method: "POST",
      path: "/v1/tickets/mail",
      body,
      mediaType: "message/rfc822",
      options,
    });
  }

  /**
   * Take a webhook of Zammad.
   *
   * Takes in what a customer writes in a ticket, signed with the webhook's token (`X-Hub-Signature`, HMAC-SHA1). The
   * answer goes into the ticket. What agents write is left alone.
   *
   * `POST /v1/tickets/zammad`
   */
  zammadWebhook(body: unknown, options: CallOptions = {}): Promise<TicketTaken> {
    return this.#caller.json<TicketTaken>({
      method: "POST",
      path: "/v1/tickets/zammad",
      body,
      options,
    });
  }

  /**
   * Read a support ticket.
   *
   * A ticket of yours with its messages and its answer; with the scope `support` or `operate` any ticket, with its
   * files, the notes among people and what happened to it.
   *
   * `GET /v1/tickets/{id}`
   */
  readTicket(id: string, options: CallOptions = {}): Promise<TicketWhole> {
    return this.#caller.json<TicketWhole>({
      method: "GET",
      path: `/v1/tickets/${part(id)}`,
      options,
    });
  }

  /**
   * Act on a support ticket.
   *
   * Takes a ticket, hands it over with a note, merges it into another, answers it, closes it or takes it up once
   * more. Each act is written down with the key's id. Needs the scope `support` or `operate`.
   *
   * `POST /v1/tickets/{id}/acts`
   */
  actOnTicket(id: string, body: TicketActRequest, options: CallOptions = {}): Promise<TicketWhole> {
    return this.#caller.json<TicketWhole>({
      method: "POST",
      path: `/v1/tickets/${part(id)}/acts`,
      body,
      options,
    });
  }

  /**
   * Read a file of a support ticket.
   *
   * A file that came with a ticket, as it came: to be looked at with care. Needs the scope `support` or `operate`.
   *
   * `GET /v1/tickets/{id}/files/{no}`
   */
  readTicketFile(id: string, no: number, options: CallOptions = {}): Promise<Uint8Array<ArrayBuffer>> {
    return this.#caller.bytes({
      method: "GET",
      path: `/v1/tickets/${part(id)}/files/${part(no)}`,
      accept: "application/octet-stream",
      options,
    });
  }

  /**
   * List webhook endpoints.
   *
   * Your webhook endpoints, the oldest first.
   *
   * `GET /v1/webhooks`
   */
  listWebhooks(options: CallOptions = {}): Promise<WebhookList> {
    return this.#caller.json<WebhookList>({
      method: "GET",
      path: "/v1/webhooks",
      options,
    });
  }

  /**
   * Add a webhook endpoint.
   *
   * Adds an endpoint, which is told of everything that happens from now on. The answer holds the secret that its
   * messages are signed with, this once: verify them with a library of Standard Webhooks (standardwebhooks.com).
   *
   * A message comes at least once and roughly in order; `webhook-id` stays the same when it comes again. Answer 2xx
   * within 15 s. What is not answered so is sent again for three days, then the endpoint is paused and nothing is
   * lost: resume it with PATCH, or have a stretch sent once more with `…/replay`.
   *
   * `POST /v1/webhooks`
   */
  addWebhook(body: NewWebhook, options: CallOptions = {}): Promise<AddedWebhook> {
    return this.#caller.json<AddedWebhook>({
      method: "POST",
      path: "/v1/webhooks",
      body,
      options,
    });
  }

  /**
   * Drop a webhook endpoint.
   *
   * Drops an endpoint. What is on its way to it is not sent any more.
   *
   * `DELETE /v1/webhooks/{id}`
   */
  dropWebhook(id: string, options: CallOptions = {}): Promise<void> {
    return this.#caller.nothing({
      method: "DELETE",
      path: `/v1/webhooks/${part(id)}`,
      options,
    });
  }

  /**
   * Read a webhook endpoint.
   *
   * A webhook endpoint, as it stands.
   *
   * `GET /v1/webhooks/{id}`
   */
  readWebhook(id: string, options: CallOptions = {}): Promise<Webhook> {
    return this.#caller.json<Webhook>({
      method: "GET",
      path: `/v1/webhooks/${part(id)}`,
      options,
    });
  }

  /**
   * Change, pause or resume a webhook endpoint.
   *
   * Changes an endpoint; what is left out stays. Resumed (`"state": "enabled"`), everything that waits is sent at
   * once.
   *
   * `PATCH /v1/webhooks/{id}`
   */
  changeWebhook(id: string, body: WebhookPatch, options: CallOptions = {}): Promise<Webhook> {
    return this.#caller.json<Webhook>({
      method: "PATCH",
      path: `/v1/webhooks/${part(id)}`,
      body,
      options,
    });
  }

  /**
   * List messages to an endpoint.
   *
   * What was sent to an endpoint and what came of it, the newest first. What was delivered is kept for some weeks.
   *
   * `GET /v1/webhooks/{id}/deliveries`
   */
  listWebhookDeliveries(id: string, options: CallOptions & {
    /** Only those in this state: pending, delivered or failed. */
    state?: string | undefined;
    /** How many on a page, 1 to 200; 50 when absent. */
    limit?: number | undefined;
    /** Where the page begins: `next` of the page before. */
    before?: number | undefined;
  } = {}): Promise<WebhookDeliveries> {
    return this.#caller.json<WebhookDeliveries>({
      method: "GET",
      path: `/v1/webhooks/${part(id)}/deliveries`,
      query: { state: options.state, limit: options.limit, before: options.before },
      options,
    });
  }

  /**
   * Send a stretch of events once more.
   *
   * Has the endpoint told once more of a part of what happened, from the records themselves, also of what it was
   * told before and of what was before it. Sent beside what is new.
   *
   * `POST /v1/webhooks/{id}/replay`
   */
  replayWebhook(id: string, body: WebhookReplay, options: CallOptions = {}): Promise<Webhook> {
    return this.#caller.json<Webhook>({
      method: "POST",
      path: `/v1/webhooks/${part(id)}/replay`,
      body,
      options,
    });
  }

  /**
   * Rotate a webhook secret.
   *
   * Gives an endpoint a new secret, shown this once. For a while messages are signed with the one before as well, so
   * that the receiver can change over without missing any.
   *
   * `POST /v1/webhooks/{id}/rotate`
   */
  rotateWebhook(id: string, body: WebhookRotation | null | undefined, options: CallOptions = {}): Promise<RotatedWebhook> {
    return this.#caller.json<RotatedWebhook>({
      method: "POST",
      path: `/v1/webhooks/${part(id)}/rotate`,
      body,
      options,
    });
  }

  /**
   * Send a test message.
   *
   * Sends a message of the type `webhook.ping` now, also to a paused endpoint, and says what came of it.
   *
   * `POST /v1/webhooks/{id}/test`
   */
  testWebhook(id: string, options: CallOptions = {}): Promise<WebhookTest> {
    return this.#caller.json<WebhookTest>({
      method: "POST",
      path: `/v1/webhooks/${part(id)}/test`,
      options,
    });
  }
}
