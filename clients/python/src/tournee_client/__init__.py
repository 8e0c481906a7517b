"""The client of Tournée 0.1.0: a typed method for each operation of its API.

Written by `cargo xtask clients` from docs/openapi.json: to change it, change that, or xtask/src/clients.
"""

from __future__ import annotations

import base64
import hmac
import json
import re
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Dict, List, Literal, NotRequired, Optional, TypeAlias, TypedDict, Union, cast


Action: TypeAlias = "Literal['retry', 'confirm', 'local']"
"""retry: no label was made, ask the carrier again (only in the state human). confirm: the label was made, this is
its number (in the states human and unknown). local: print a label without the carrier, with a number from your
range (in the states waiting, unknown and human).
"""


class AddedWebhook(TypedDict):
    """A webhook endpoint that was just added."""

    created_at: str
    """When it was added, RFC 3339."""
    delivered_at: NotRequired[Optional[str]]
    """When a message last got through, RFC 3339."""
    events: NotRequired[Optional[List[str]]]
    """Of which events it is told; absent for all, also for those to come."""
    id: str
    """Its id."""
    pending: int
    """Messages that are under way or wait for another attempt; more may wait behind them."""
    reason: NotRequired[Optional[str]]
    """Why it is paused."""
    replaying: bool
    """Whether a replay is under way."""
    state: str
    """enabled or paused. A paused one loses nothing: what happens waits until it is resumed."""
    url: str
    """Where messages are sent."""
    secret: str
    """What its messages are signed with. Shown this once: keep it where your receiver reads it."""


class Address(TypedDict):
    """A postal address."""

    building: NotRequired[Optional[str]]
    """Building, entrance; up to 35 characters."""
    city: NotRequired[Optional[str]]
    """City, up to 35 characters; needed."""
    company: NotRequired[Optional[str]]
    """Company, up to 35 characters."""
    country: NotRequired[Optional[str]]
    """Country, two upper-case letters; FR when absent."""
    door_code1: NotRequired[Optional[str]]
    """Door code, up to 8 characters."""
    door_code2: NotRequired[Optional[str]]
    """Second door code, up to 8 characters."""
    email: NotRequired[Optional[str]]
    """E-mail."""
    first_name: NotRequired[Optional[str]]
    """First name, up to 29 characters."""
    floor: NotRequired[Optional[str]]
    """Floor, corridor, door; up to 35 characters."""
    intercom: NotRequired[Optional[str]]
    """Intercom, up to 30 characters."""
    last_name: NotRequired[Optional[str]]
    """Last name, up to 35 characters; needed where there is no company."""
    locality: NotRequired[Optional[str]]
    """Locality, up to 35 characters."""
    mobile: NotRequired[Optional[str]]
    """Mobile telephone, digits with an optional leading +."""
    phone: NotRequired[Optional[str]]
    """Fixed telephone."""
    postal_code: NotRequired[Optional[str]]
    """Postal code, needed; five digits in France."""
    street: NotRequired[Optional[str]]
    """Number and street, up to 35 characters; needed."""


class Alternative(TypedDict):
    """A pickup point that would do."""

    distance_m: NotRequired[Optional[int]]
    """How far it is from the point that was wanted, in metres."""
    kind: str
    """What kind of place it is, by the carrier's code."""
    name: str
    """Its name."""
    pickup_point: str
    """Its id."""
    place: str
    """Its postal code and city."""


class ApiKey(TypedDict):
    """An API key, without the secret itself."""

    created_at: NotRequired[Optional[str]]
    """When it was made, RFC 3339."""
    expires_at: NotRequired[Optional[str]]
    """When it ends by itself, RFC 3339."""
    id: str
    """Its public id, by which whoever runs the server rotates or revokes it."""
    merchant: str
    """The shop's id."""
    name: str
    """What it is called; may be empty."""
    rate_per_s: NotRequired[Optional[int]]
    """The requests that may be sent per second in the long run; absent when there is no limit."""
    scopes: List[str]
    """What it may do: read (shipments, timelines, labels), ship (create shipments), decide (void, resolve), hooks
    (webhooks), pick (pickup points and the buyer's choice), operate (an operator's word about an incident).
    """

Arrangement: TypeAlias = "Literal['as_kept', 'quarters']"
"""as_kept: each label as it is, one after the other. quarters: PDF labels unscaled on A4, four to a sheet (1 top
left, 2 top right, 3 bottom left, 4 bottom right).
"""


class Article(TypedDict):
    """One kind of thing in a parcel."""

    currency: NotRequired[Optional[str]]
    """The currency, three letters; EUR when absent."""
    description: str
    """What it is, up to 64 characters."""
    hs_code: NotRequired[Optional[str]]
    """Its number in the customs tariff (HS), 6 to 10 digits; needed with category 3."""
    origin_country: NotRequired[Optional[str]]
    """Where it was made, two letters; FR when absent."""
    quantity: int
    """How many pieces, 1 to 9999."""
    value_cents: int
    """Value of one piece in hundredths of the currency."""
    weight_g: int
    """Weight of one piece in grams."""


class Batch(TypedDict):
    """A batch as it stands."""

    accepted: int
    """How many made a new shipment; in a dry run, how many are good."""
    began_at: NotRequired[Optional[str]]
    """When it began, RFC 3339."""
    ended_at: NotRequired[Optional[str]]
    """When it ended, RFC 3339."""
    errors: NotRequired[Optional[List[LineError]]]
    """The first of the rows that were refused, up to 100."""
    id: NotRequired[Optional[str]]
    """Its id, a UUID; absent in a dry run, which keeps nothing."""
    known: int
    """How many are shipments that were there already."""
    lines_url: NotRequired[Optional[str]]
    """Where the result of every row is."""
    refused: int
    """How many were refused."""
    rows: int
    """How many rows were read."""
    shipments: NotRequired[Optional[Dict[str, int]]]
    """How many of its shipments are in each state now. Only when the batch is read."""
    state: str
    """complete, too_large (it was read up to a limit), broken_off, dry_run; or receiving, while rows come in and
    for good when this server was stopped meanwhile. What broke off can be sent again with the same
    Idempotency-Key.
    """


class BatchLine(TypedDict):
    """One row of a batch with what became of it."""

    error: NotRequired[Optional[LineProblem]]
    """Why it was refused."""
    line: int
    """On which line of the file it begins, from 1."""
    order_number: NotRequired[Optional[str]]
    """Your order number."""
    parcel_number: NotRequired[Optional[str]]
    """The carrier's parcel number, once the label is there."""
    parcel_ref: NotRequired[Optional[str]]
    """Your name for this parcel of the order."""
    row: int
    """Which row, from 1."""
    shipment: NotRequired[Optional[str]]
    """The shipment."""
    state: NotRequired[Optional[str]]
    """The shipment's state now."""
    status: str
    """accepted, known or refused."""


class BatchLines(TypedDict):
    """A page of the rows of a batch, in their order."""

    lines: List[BatchLine]
    """The rows."""
    next: NotRequired[Optional[str]]
    """The path of the next page; absent on the last."""


class CarrierHealth(TypedDict):
    """How one carrier is."""

    carrier: str
    """Its name."""
    condition: str
    """The worst condition of its functions: well, under_watch, signs, slow or dark."""
    evidence: List[Evidence]
    """What was seen on which that stands."""
    functions: List[FunctionHealth]
    """Each function that was ever called."""
    incident: NotRequired[Optional[int]]
    """The number of the incident that is open."""
    verdict: str
    """Whose fault it is: unknown, ours, our_path, carrier, or the one function that does not work."""


class Cause(TypedDict):
    """Why an attempt ended without a label."""

    code: str
    """A word for programs."""
    text: str
    """A sentence for people."""


class ChosenPoint(TypedDict):
    """A pickup point, as the buyer saw it when she chose it."""

    address: List[str]
    """Its address, without empty lines."""
    city: str
    """Its city."""
    country: str
    """Its country, two letters."""
    hours: List[str]
    """Its opening hours from Monday to Sunday, as the carrier writes them."""
    id: str
    """Its id."""
    kind: str
    """What kind of place it is, by the carrier's code."""
    name: str
    """Its name."""
    postal_code: str
    """Its postal code."""

ClosureAnswer = TypedDict(
    "ClosureAnswer",
    {
        "from": "str",
        "until": "str",
    },
)
"""A time during which a point is shut."""


class Column(TypedDict):
    """A column of a CSV batch."""

    aliases: List[str]
    """Other names that it can have there."""
    description: str
    """What it is."""
    kind: ColumnKind
    """What its cells hold."""
    name: str
    """Its name, as it stands in the first line of the file."""
    needed: bool
    """Whether a file cannot do without it."""

ColumnKind: TypeAlias = "Literal['text', 'number', 'flag']"
"""What a cell holds."""


class Columns(TypedDict):
    """The columns that a CSV batch can have."""

    columns: List[Column]
    """The columns."""


class Consent(TypedDict):
    """What was agreed to in the place of what the request says."""

    at: str
    """When, RFC 3339."""
    by: str
    """rule, merchant or buyer."""
    kept: bool
    """Whether the buyer's point is kept, whatever is said against it: the carrier has the last word."""
    not_before: NotRequired[Optional[str]]
    """Before when the carrier is not asked, RFC 3339."""


class ConsentRequest(TypedDict):
    """Where a parcel is to go: exactly one of the three."""

    home: NotRequired[Optional[bool]]
    """true: to the buyer's address."""
    keep: NotRequired[Optional[bool]]
    """true: where the buyer chose, whatever is said against it here. The carrier has the last word; where it has
    refused the point, or the point is shut, it is asked later.
    """
    pickup_point: NotRequired[Optional[str]]
    """To this pickup point."""


class Customs(TypedDict):
    """A customs declaration (form CN23); needed where a parcel crosses a border of the European Union, or goes
    overseas.
    """

    articles: List[Article]
    """What is in the parcel, 1 to 100 articles of one currency. Together they weigh no more than the parcel."""
    category: int
    """Why the goods cross the border: 1 gift, 2 commercial sample, 3 goods sold, 4 documents, 5 other, 6 goods
    returned.
    """
    certificate_number: NotRequired[Optional[str]]
    """The certificate's number, up to 35 characters."""
    comments: NotRequired[Optional[str]]
    """A note to the customs, up to 35 characters."""
    eori: NotRequired[Optional[str]]
    """Your number as an economic operator (EORI): two letters, then up to 15 letters and digits."""
    importer_contact: NotRequired[Optional[str]]
    """The importer's telephone or e-mail, up to 35 characters."""
    importer_reference: NotRequired[Optional[str]]
    """The importer's tax number or code at the customs, up to 35 characters."""
    invoice_number: NotRequired[Optional[str]]
    """The invoice's number, up to 35 characters."""
    licence_number: NotRequired[Optional[str]]
    """The export licence's number, up to 35 characters."""
    original: NotRequired[Optional[OriginalParcel]]
    """With category 6: the parcel in which the goods were sent."""
    shipping_cost_cents: int
    """What the transport costs, in euro cents; customs take no free transport."""


class Decision(TypedDict):
    """A decision on a shipment."""

    action: Action
    """What to do."""
    parcel_number: NotRequired[Optional[str]]
    """With `confirm`: the number on the label that the carrier made."""


class Delivery(TypedDict):
    """Where the parcel is to end: what the buyer chose."""

    mode: str
    """home or pickup_point."""
    pickup_point: NotRequired[Optional[str]]
    """The pickup point's id."""


class DepositSlip(TypedDict):
    """Which parcels are handed over together."""

    parcel_numbers: List[str]
    """Numbers of labels of yours, 1 to 50, each once."""


class Evidence(TypedDict):
    """A piece of evidence."""

    at: str
    """When the last of it was seen, RFC 3339."""
    bad: int
    """How much of it failed or was slow."""
    kind: str
    """loopback, disk, lag, outside_name, outside_address: probes of ours; layer: how far failed calls came;
    other_functions, other_carriers; official, health_page, keyword, report: somebody else's word.
    """
    points: str
    """Where it points: at_us, at_our_path, away_from_path, away_from_us, at_carrier or nowhere."""
    seen: int
    """How much was seen."""


class Fact(TypedDict):
    """One thing that happened."""

    at: str
    """When, RFC 3339."""
    attempt: NotRequired[Optional[int]]
    """Which request to the carrier it is about."""
    cause: NotRequired[Optional[Cause]]
    """Why."""
    fact: str
    """accepted, claimed, sent, not_done, confirmed, rejected, unknown, probed, superseded, turned_up,
    left_to_human, reopened, released, voided, asked, consented, rechosen, elsewhere, local_offered, announced,
    integrated, restored or compacted.
    """
    note: NotRequired[Optional[str]]
    """Anything else worth knowing, in a few words."""
    parcel_number: NotRequired[Optional[str]]
    """The parcel number."""
    partner_number: NotRequired[Optional[str]]
    """The partner's number."""
    reject: NotRequired[Optional[Reject]]
    """What the carrier refused."""
    seq: int
    """Its place in the journal."""


class FunctionHealth(TypedDict):
    """How one function of a carrier is."""

    canary_passes: bool
    """Whether its canary passed within the last ten minutes and not failed since."""
    condition: str
    """well; slow: answers, but much later than usual or with many errors; dark: nearly everything fails; signs:
    some requests succeed again, which may not last; under_watch: calls and canaries have passed for some
    minutes.
    """
    function: str
    """label, pickup, tracking or orders."""
    hour: List[Minute]
    """The last hour by minute, the oldest first."""
    odds_bound: NotRequired[Optional[float]]
    """The bound under which the odds must be before *restored* is said."""
    relapse_odds: NotRequired[Optional[float]]
    """The odds that it falls within the next hour, while it is up again; from 0 to 1."""
    since: NotRequired[Optional[str]]
    """Since when, RFC 3339; absent while it was never otherwise."""
    up_s: int
    """How long it is up again, in seconds of time that was watched."""
    usual_ms: NotRequired[Optional[float]]
    """The usual time of an answer at this time of day, in milliseconds."""


class Health(TypedDict):
    """How everything is."""

    at: str
    """As of when, RFC 3339."""
    carriers: List[CarrierHealth]
    """Every carrier that was ever called."""
    ourselves: List[Evidence]
    """The probes of ourselves and of our way out, in the last five minutes."""

IfUndeliverable: TypeAlias = "Literal['return', 'abandon']"
"""What becomes of a parcel that cannot be delivered."""


class ImportAnswer(TypedDict):
    """What became of a file of orders."""

    counts: Dict[str, int]
    """How many of them were new, changed, known, older (what is known is newer) or refused."""
    results: List[ImportedRow]
    """Each row with its result, in the order of the file."""
    rows: int
    """Rows that were read."""


class ImportedRow(TypedDict):
    """What became of a row."""

    column: NotRequired[Optional[int]]
    """The column that is wrong."""
    detail: NotRequired[Optional[str]]
    """What is wrong and what to do."""
    field: NotRequired[Optional[str]]
    """The field that is wrong."""
    line: int
    """On which line of the file it begins, from 1; in a JSON list, its place."""
    number: NotRequired[Optional[str]]
    """The order's number."""
    result: str
    """new, changed, known, older or refused; read in a dry run."""


class InIncident(TypedDict):
    """A function in an incident."""

    condition: str
    """well, slow, dark, signs or under_watch."""
    function: str
    """label, pickup, tracking or orders."""


class Incident(TypedDict):
    """An incident."""

    carrier: str
    """Which carrier."""
    evidence: List[Evidence]
    """The evidence."""
    functions: List[InIncident]
    """The functions that were in it, with their present condition."""
    id: int
    """Its number."""
    opened_at: str
    """When it began to be one, RFC 3339."""
    relapses: int
    """How often a return did not hold."""
    restored_at: NotRequired[Optional[str]]
    """When everything was restored, RFC 3339; absent while it goes on."""
    verdict: str
    """Whose fault it is, an operator's correction before the evidence."""

IncidentFact = TypedDict(
    "IncidentFact",
    {
        "at": "str",
        "by": "NotRequired[Optional[str]]",
        "condition": "NotRequired[Optional[str]]",
        "evidence": "NotRequired[Optional[List[Evidence]]]",
        "from": "NotRequired[Optional[int]]",
        "function": "NotRequired[Optional[str]]",
        "numbers": "NotRequired[Optional[Numbers]]",
        "source": "NotRequired[Optional[str]]",
        "text": "NotRequired[Optional[str]]",
        "verdict": "NotRequired[Optional[str]]",
        "what": "str",
        "word": "NotRequired[Optional[str]]",
    },
)
"""One change of an incident."""


class IncidentFacts(TypedDict):
    """What happened to an incident."""

    facts: List[IncidentFact]
    """The oldest first."""


class IncidentList(TypedDict):
    """The incidents."""

    incidents: List[Incident]
    """The newest first."""


class LabelsRequest(TypedDict):
    """Which labels are wanted, and how."""

    layout: NotRequired[Optional[Arrangement]]
    """How they are put together; `as_kept` when absent."""
    position: NotRequired[Optional[int]]
    """With `quarters`: the first free place of the first sheet, 1 (when absent) to 4."""
    shipments: List[str]
    """The shipments' ids, 1 to 500, in the order in which their labels are to come."""


class LineError(TypedDict):
    """Why a row was refused."""

    error: LineProblem
    """What is wrong."""
    line: int
    """On which line of the file it begins, from 1."""
    row: int
    """Which row, from 1."""


class LineProblem(TypedDict):
    """What is wrong with a row."""

    code: str
    """A word for programs: the last part of the problem's type, as for single shipments."""
    column: NotRequired[Optional[int]]
    """CSV: the column of the file, from 1. JSON: the character of the line at which reading stopped."""
    detail: str
    """What is wrong and what to do."""
    field: NotRequired[Optional[str]]
    """The field, dotted, in this API's own words."""


class Minute(TypedDict):
    """One minute of calls and canaries."""

    calls: int
    """Those that ended."""
    failed: int
    """Of these, failed."""
    typical_ms: NotRequired[Optional[float]]
    """Their typical time in milliseconds."""


class Mismatch(TypedDict):
    """A parcel that is not, or may not be, where its buyer chose."""

    at: str
    """When it was seen, RFC 3339."""
    chosen: NotRequired[Optional[str]]
    """The point that the buyer chose."""
    code: NotRequired[Optional[str]]
    """The carrier's event code."""
    why: str
    """elsewhere: the carrier says that the parcel waits at another point. rechosen: the buyer chose another point
    after the carrier had been asked.
    """


class Near(TypedDict):
    """A place on the map."""

    latitude: float
    """Degrees north."""
    longitude: float
    """Degrees east."""
    place: NotRequired[Optional[str]]
    """The commune there, or the nearest."""
    place_distance_m: NotRequired[Optional[int]]
    """How far that commune's middle is, metres: far at sea."""
    postal_code: NotRequired[Optional[str]]
    """Its postal code."""


class NewWebhook(TypedDict):
    """An endpoint to be added."""

    events: NotRequired[Optional[List[str]]]
    """Of which events it is told; of all, also of those to come, when left out."""
    url: str
    """Where messages are sent: https, a public host, port 443 or one from 1024 on."""


class Numbers(TypedDict):
    """The numbers at the moment of a change."""

    calls: NotRequired[Optional[int]]
    """Calls of the last fifteen minutes."""
    error_sum: NotRequired[Optional[float]]
    """What speaks for errors, in units of log likelihood."""
    failed: NotRequired[Optional[int]]
    """Of these, failed."""
    odds_bound: NotRequired[Optional[float]]
    """The bound under which they must be."""
    relapse_odds: NotRequired[Optional[float]]
    """The odds that it falls within the next hour."""
    seen_ms: NotRequired[Optional[float]]
    """The typical time of an answer in the last minute, in milliseconds."""
    slow_sum: NotRequired[Optional[float]]
    """What speaks for slowness, in units of log likelihood."""
    threshold: NotRequired[Optional[float]]
    """The threshold of both that the budget of false alarms sets."""
    up_minutes: float
    """For how long it has been up again, in minutes."""
    usual_ms: NotRequired[Optional[float]]
    """The usual time of an answer, in milliseconds."""


class OnePickupPoint(TypedDict):
    """A pickup point with how it stands."""

    accessible: bool
    """Whether it can be entered with reduced mobility."""
    address: List[str]
    """The lines of its address."""
    age_s: int
    """How long ago that is, seconds."""
    city: str
    """Its city."""
    closures: List[ClosureAnswer]
    """When it is shut for longer."""
    country: str
    """Its country, two letters."""
    distance_m: NotRequired[Optional[int]]
    """How far it is, metres."""
    hours: Week
    """Its opening hours."""
    id: str
    """Its id at the carrier, six characters."""
    kind: str
    """post_office, shop, or the carrier's own code of another kind."""
    latitude: NotRequired[Optional[float]]
    """Degrees north, where known."""
    longitude: NotRequired[Optional[float]]
    """Degrees east."""
    name: str
    """Its name."""
    open_now: NotRequired[Optional[bool]]
    """Whether it is open now; null where its hours are not known."""
    opens_at: NotRequired[Optional[str]]
    """When it opens next, RFC 3339; null while it is open, or where that is not known."""
    partly_closed: bool
    """Whether it is shut during a part of the time for which parcels are held: a parcel then waits."""
    postal_code: str
    """Its postal code."""
    seen_at: str
    """When the carrier last told of it, RFC 3339."""
    weight_max_g: NotRequired[Optional[int]]
    """The heaviest parcel that it takes, grams; null where that is not known."""
    since: NotRequired[Optional[str]]
    """Since when it stands so, RFC 3339; null while it is listed."""
    source: str
    """carrier: it said so within the last ten minutes. directory: it does not answer; the point as it was last
    known.
    """
    standing: str
    """listed; unlisted: it was missing where the carrier had to list it, and is not offered; gone: the carrier
    said so.
    """


class Order(TypedDict):
    """An order with its parcels as they stand."""

    complete: bool
    """Whether every parcel that was not given up has its label."""
    count: int
    """How many parcels there are, those given up included."""
    next_step: str
    """What will happen next, or what you can do, in a sentence."""
    order_number: str
    """Your order number."""
    parcels: List[Shipment]
    """The parcels, in their order."""
    states: Dict[str, int]
    """How many are in each state."""


class OrderRequest(TypedDict):
    """An order of several parcels. Fields that stand here hold for every parcel; a parcel's own weight, insurance,
    instructions and the like go before.
    """

    addressee: Address
    """Who receives. A pickup point needs `mobile` and `email`."""
    commercial_name: NotRequired[Optional[str]]
    """Your shop's name as the buyer knows it, up to 38 characters. Needed for a pickup point."""
    customs: NotRequired[Optional[Customs]]
    """What customs are told."""
    deposit_date: str
    """The day on which you hand the parcel over, today in Paris or later."""
    if_undeliverable: NotRequired[Optional[IfUndeliverable]]
    """What becomes of a parcel to abroad that cannot be delivered: `return` (at your expense) or `abandon`. Some
    destinations need it.
    """
    instructions: NotRequired[Optional[str]]
    """Instructions to the postman, up to 35 characters."""
    insurance_cents: NotRequired[Optional[int]]
    """Insured value in euro cents."""
    label_format: NotRequired[Optional[str]]
    """The label's format; `PDF_10x15_300dpi` when absent."""
    non_machinable: NotRequired[bool]
    """The parcel's shape is too odd for the sorting machines."""
    order_number: Optional[str]
    """Your order number, 1 to 30 printable characters without accents. The carrier gives it back in tracking, so
    it helps to find out what became of a request whose answer was lost.
    """
    parcels: List[Parcel]
    """The parcels."""
    pickup_choice: NotRequired[Optional[str]]
    """The signed record of what the buyer chose, as `POST /v1/pickup-choices` gave it. Where the point that you
    ask for is another one, the shipment becomes a question. Only for a single shipment: in an order or a batch
    the choice that was recorded for the order's number counts.
    """
    pickup_point: NotRequired[Optional[str]]
    """The pickup point that the buyer chose: six characters. Needed for products to a pickup point, not allowed
    for the others.
    """
    product: str
    """The carrier's product: DOM (home), DOS (home, signed for), HD, BPR, A2P (pickup point), CORE, CORI (returns,
    where the buyer is the sender), COM, CDS (overseas), COL, COLD (within one territory overseas), COLI
    (international), CMT, BDP, PCS (pickup point abroad).
    """
    sender: Address
    """Who sends."""
    weight_g: NotRequired[int]
    """Weight in grams, 10 to 30,000."""


class OriginalParcel(TypedDict):
    """The parcel in which goods that come back were sent."""

    invoice_date: str
    """The day of the invoice, YYYY-MM-DD."""
    invoice_number: str
    """The invoice of the sale."""
    parcel_number: str
    """The parcel's number."""


class Parcel(TypedDict):
    """One parcel of an order: what is its own. Without `parcel_ref` it is called by its place, such as 1/3."""

    customs: NotRequired[Optional[Customs]]
    """What customs are told."""
    if_undeliverable: NotRequired[Optional[IfUndeliverable]]
    """What becomes of a parcel to abroad that cannot be delivered: `return` (at your expense) or `abandon`. Some
    destinations need it.
    """
    instructions: NotRequired[Optional[str]]
    """Instructions to the postman, up to 35 characters."""
    insurance_cents: NotRequired[Optional[int]]
    """Insured value in euro cents."""
    label_format: NotRequired[Optional[str]]
    """The label's format; `PDF_10x15_300dpi` when absent."""
    non_machinable: NotRequired[bool]
    """The parcel's shape is too odd for the sorting machines."""
    parcel_number: NotRequired[Optional[str]]
    """The parcel number, where your contract gives you a range of numbers to choose from."""
    parcel_ref: NotRequired[Optional[str]]
    """Your name for this parcel of the order, 1 to 17 characters without accents."""
    weight_g: NotRequired[int]
    """Weight in grams, 10 to 30,000."""


class PickupChoice(TypedDict):
    """A choice as it was recorded."""

    choice: str
    """The signed record. Send it as `pickup_choice` with the shipment."""
    chosen_at: str
    """When it was chosen, RFC 3339."""
    distance_m: NotRequired[Optional[int]]
    """How far it was, in metres."""
    ended_at: NotRequired[Optional[str]]
    """When another took its place, RFC 3339; absent while it counts."""
    order_number: NotRequired[Optional[str]]
    """The order."""
    point: ChosenPoint
    """The point, as the buyer saw it."""
    product: str
    """The product that goes there."""


class PickupChoiceRequest(TypedDict):
    """What a buyer chose."""

    date: NotRequired[Optional[str]]
    """The day on which the parcel is handed over; today when absent."""
    distance_m: NotRequired[Optional[int]]
    """How far the point was shown to be, in metres; for those who give no latitude and longitude."""
    latitude: NotRequired[Optional[float]]
    """Where the buyer searched, for the distance."""
    longitude: NotRequired[Optional[float]]
    """Where the buyer searched, for the distance."""
    order_number: NotRequired[Optional[str]]
    """The order, where it has a number already: then what the label is asked for is held to this choice."""
    point: str
    """The pickup point's id."""
    product: NotRequired[Optional[str]]
    """The product that goes there; HD when absent."""
    replaces: NotRequired[Optional[str]]
    """The `choice` that this one takes the place of. Needed for a key with the scope pick alone when the order has
    another choice already.
    """
    weight_g: NotRequired[Optional[int]]
    """The parcel's weight in grams: a point that does not take it is refused."""


class PickupChoices(TypedDict):
    """The choices of an order, the latest first."""

    choices: List[PickupChoice]


class PickupPoint(TypedDict):
    """A pickup point."""

    accessible: bool
    """Whether it can be entered with reduced mobility."""
    address: List[str]
    """The lines of its address."""
    age_s: int
    """How long ago that is, seconds."""
    city: str
    """Its city."""
    closures: List[ClosureAnswer]
    """When it is shut for longer."""
    country: str
    """Its country, two letters."""
    distance_m: NotRequired[Optional[int]]
    """How far it is, metres."""
    hours: Week
    """Its opening hours."""
    id: str
    """Its id at the carrier, six characters."""
    kind: str
    """post_office, shop, or the carrier's own code of another kind."""
    latitude: NotRequired[Optional[float]]
    """Degrees north, where known."""
    longitude: NotRequired[Optional[float]]
    """Degrees east."""
    name: str
    """Its name."""
    open_now: NotRequired[Optional[bool]]
    """Whether it is open now; null where its hours are not known."""
    opens_at: NotRequired[Optional[str]]
    """When it opens next, RFC 3339; null while it is open, or where that is not known."""
    partly_closed: bool
    """Whether it is shut during a part of the time for which parcels are held: a parcel then waits."""
    postal_code: str
    """Its postal code."""
    seen_at: str
    """When the carrier last told of it, RFC 3339."""
    weight_max_g: NotRequired[Optional[int]]
    """The heaviest parcel that it takes, grams; null where that is not known."""


class PickupPoints(TypedDict):
    """Pickup points near a place, the nearest first."""

    as_of: NotRequired[Optional[str]]
    """When the carrier said the oldest part of this, RFC 3339; null where there is nothing."""
    near: NotRequired[Optional[Near]]
    """Where it is measured from."""
    points: List[PickupPoint]
    """The points."""
    source: str
    """carrier: it said so within the last ten minutes. directory: it does not answer; the points as they were last
    known.
    """


class Problem(TypedDict):
    """A problem as RFC 9457 lays it out."""

    batch: NotRequired[Optional[str]]
    """The batch that it is about."""
    carrier_code: NotRequired[Optional[str]]
    """The carrier's own error id, where the carrier refused."""
    carrier_message: NotRequired[Optional[str]]
    """The carrier's own text, in French."""
    column: NotRequired[Optional[int]]
    """Column of that line, from 1."""
    detail: str
    """What is wrong this time, and what to do."""
    field: NotRequired[Optional[str]]
    """The field, dotted, in this API's own words."""
    line: NotRequired[Optional[int]]
    """Line of the body at which reading stopped, from 1."""
    shipment: NotRequired[Optional[str]]
    """The shipment that it is about."""
    shipments: NotRequired[List[str]]
    """The shipments that it is about, where there are several."""
    status: int
    """The HTTP status, once more."""
    title: str
    """The kind in a few words, the same each time."""
    type: str
    """Which kind of problem, as a place in the documentation: `/docs#problem-…`."""


class Question(TypedDict):
    """What is asked: the buyer's choice cannot be honoured as the request has it."""

    alternatives: List[Alternative]
    """Points that would do, as they were known when it was asked, the nearest first."""
    asked_at: str
    """When it was asked, RFC 3339."""
    carrier_code: NotRequired[Optional[str]]
    """The carrier's error id, where it refused the point."""
    chosen: NotRequired[Optional[str]]
    """The pickup point that the buyer chose, where that is another."""
    link: NotRequired[Optional[str]]
    """The path of a page on which the buyer can answer, in French or English; it needs no key. Only when one
    shipment is read with a key that may decide.
    """
    text: str
    """The same in a sentence."""
    wanted: Delivery
    """What the request says."""
    why: str
    """point_unknown, point_gone, point_closed, too_heavy, differs_from_choice or refused_by_carrier."""


class Reject(TypedDict):
    """What the carrier refused, in its own words."""

    code: str
    """The carrier's error id."""
    message: str
    """The carrier's text, in French."""


class Remark(TypedDict):
    """An operator's word about an incident."""

    source: NotRequired[Optional[str]]
    """With `confirm`: where everybody can read it, an https address. The status page cites it."""
    text: str
    """The word itself, or the reason of a correction; up to 2000 characters."""
    verdict: NotRequired[Optional[str]]
    """With `correct`: whose fault it is: unknown, ours, our_path, carrier, or one of the functions label, pickup,
    tracking and orders.
    """
    word: WordKind
    """What kind of word it is."""


class Return(TypedDict):
    """What is particular to the way back; all of it can be left out."""

    deposit_date: NotRequired[Optional[str]]
    """The day on which the buyer hands the parcel over, today in Paris or later; today when absent."""
    invoice_date: NotRequired[Optional[str]]
    """With a customs declaration: the day of the sale's invoice; the day on which the first shipment was accepted
    when absent.
    """
    label_format: NotRequired[Optional[str]]
    """The label's format; that of the first label when absent."""
    weight_g: NotRequired[Optional[int]]
    """Weight in grams, 10 to 30,000; that of the parcel that was sent when absent."""


class RotatedWebhook(TypedDict):
    """A new secret."""

    old_until: str
    """Until when they are signed with the one before as well, RFC 3339."""
    secret: str
    """What messages are signed with from now on. Shown this once."""


class Shipment(TypedDict):
    """A shipment as it stands."""

    accepted_at: str
    """When it was accepted, RFC 3339."""
    announced_at: NotRequired[Optional[str]]
    """When the carrier was told of a local label, RFC 3339."""
    attempts: int
    """How many requests were begun at the carrier."""
    cause: NotRequired[Optional[Cause]]
    """Why the last attempt ended without a label."""
    changed_at: str
    """When it last changed, RFC 3339."""
    cn23_url: NotRequired[Optional[str]]
    """Where the customs form (CN23) can be fetched, where there is one. Only when one shipment is read."""
    confirmed_by: NotRequired[Optional[str]]
    """How the label came to be known: answer, anchor, tracking, human or local."""
    consent: NotRequired[Optional[Consent]]
    """What was agreed to last, where something was."""
    delivery: Delivery
    """Where the parcel is to end: as you asked for it, or as was agreed to since."""
    deposit_date: str
    """The day on which you mean to hand the parcel over."""
    human_reason: NotRequired[Optional[str]]
    """Why a person has to decide."""
    id: str
    """Its id, a UUID."""
    integrated_at: NotRequired[Optional[str]]
    """When the carrier's tracking was seen to know a local label, RFC 3339."""
    label_source: NotRequired[Optional[str]]
    """Where the label comes from, once it is there: carrier, or local when it was printed without the carrier."""
    label_url: NotRequired[Optional[str]]
    """Where the label can be fetched, once it is there."""
    mismatch: NotRequired[Optional[Mismatch]]
    """Why the parcel is not, or may not be, where its buyer chose."""
    next_step: str
    """What will happen next, or what you can do, in a sentence."""
    no_local_label: NotRequired[Optional[str]]
    """Why no local label was printed where you wanted one. Only when one shipment is read."""
    order_number: NotRequired[Optional[str]]
    """Your order number."""
    parcel_no: int
    """Which parcel of its order it is, from 1."""
    parcel_number: NotRequired[Optional[str]]
    """The carrier's parcel number, once the label is there."""
    parcel_ref: NotRequired[Optional[str]]
    """Your name for this parcel of the order."""
    partner_number: NotRequired[Optional[str]]
    """The number at the partner that delivers, where there is one. Only when one shipment is read."""
    product: str
    """The carrier's product."""
    question: NotRequired[Optional[Question]]
    """What is asked, in the state question: where the parcel goes, since the buyer's choice cannot be honoured."""
    reject: NotRequired[Optional[Reject]]
    """What the carrier refused."""
    released: bool
    """Whether the label was handed out."""
    state: str
    """waiting, in_flight, unknown, confirmed, rejected, human, question or void."""
    via: str
    """By which door it came: api or drop_in."""


class ShipmentList(TypedDict):
    """A page of shipments, the newest first."""

    next: NotRequired[Optional[str]]
    """The path of the next page; absent on the last."""
    shipments: List[Shipment]
    """The shipments."""


class ShipmentRequest(TypedDict):
    """One parcel to be labelled, in this API's words."""

    addressee: Address
    """Who receives. A pickup point needs `mobile` and `email`."""
    commercial_name: NotRequired[Optional[str]]
    """Your shop's name as the buyer knows it, up to 38 characters. Needed for a pickup point."""
    customs: NotRequired[Optional[Customs]]
    """What customs are told."""
    deposit_date: str
    """The day on which you hand the parcel over, today in Paris or later."""
    if_undeliverable: NotRequired[Optional[IfUndeliverable]]
    """What becomes of a parcel to abroad that cannot be delivered: `return` (at your expense) or `abandon`. Some
    destinations need it.
    """
    instructions: NotRequired[Optional[str]]
    """Instructions to the postman, up to 35 characters."""
    insurance_cents: NotRequired[Optional[int]]
    """Insured value in euro cents."""
    label_format: NotRequired[Optional[str]]
    """The label's format; `PDF_10x15_300dpi` when absent."""
    non_machinable: NotRequired[bool]
    """The parcel's shape is too odd for the sorting machines."""
    order_number: NotRequired[Optional[str]]
    """Your order number, 1 to 30 printable characters without accents. The carrier gives it back in tracking, so
    it helps to find out what became of a request whose answer was lost.
    """
    parcel_number: NotRequired[Optional[str]]
    """The parcel number, where your contract gives you a range of numbers to choose from."""
    parcel_ref: NotRequired[Optional[str]]
    """Your name for this parcel of the order, 1 to 17 characters without accents."""
    pickup_choice: NotRequired[Optional[str]]
    """The signed record of what the buyer chose, as `POST /v1/pickup-choices` gave it. Where the point that you
    ask for is another one, the shipment becomes a question. Only for a single shipment: in an order or a batch
    the choice that was recorded for the order's number counts.
    """
    pickup_point: NotRequired[Optional[str]]
    """The pickup point that the buyer chose: six characters. Needed for products to a pickup point, not allowed
    for the others.
    """
    product: str
    """The carrier's product: DOM (home), DOS (home, signed for), HD, BPR, A2P (pickup point), CORE, CORI (returns,
    where the buyer is the sender), COM, CDS (overseas), COL, COLD (within one territory overseas), COLI
    (international), CMT, BDP, PCS (pickup point abroad).
    """
    sender: Address
    """Who sends."""
    weight_g: int
    """Weight in grams, 10 to 30,000."""


class ShopOrder(TypedDict):
    """An order of a shop."""

    delivery: NotRequired[Optional[ShopOrderDelivery]]
    """What the buyer ordered of the delivery. Only when one order is read, and while it is kept whole."""
    id: str
    """Its id here."""
    number: str
    """The number that the buyer knows."""
    order_id: str
    """The platform's own id."""
    out_of_step: bool
    """Whether the shop is still to be told something, or a person has to decide something."""
    parcel_number: NotRequired[Optional[str]]
    """The parcel's number on the label."""
    placed_at: str
    """When it was placed, RFC 3339."""
    seen_at: str
    """When it last came here with something new, RFC 3339."""
    shipment: NotRequired[Optional[str]]
    """The shipment that was made of it."""
    shop: str
    """Its shop."""
    shop_parcel_number: NotRequired[Optional[str]]
    """The parcel's number as the shop has it."""
    status: str
    """Where it stands in the shop: pending, to_ship, shipped, cancelled, other or deleted."""
    step: str
    """How far it has come here: kept, new (its label is about to be asked for), asked, told (the shop has the
    number) or person.
    """
    telling: NotRequired[Optional[ShopOrderTelling]]
    """What the shop is still to be told."""
    told_at: NotRequired[Optional[str]]
    """When the shop was told the number, RFC 3339."""
    updated_at: str
    """When the shop last changed it, by the shop's own clock, RFC 3339."""
    why: NotRequired[Optional[str]]
    """What a person has to decide."""


class ShopOrderDelivery(TypedDict):
    """What the buyer ordered of the delivery."""

    currency: NotRequired[Optional[str]]
    """Its currency."""
    method: NotRequired[Optional[str]]
    """The delivery method as the shop names it."""
    pickup_point: NotRequired[Optional[str]]
    """The pickup point that the buyer chose."""
    total: NotRequired[Optional[str]]
    """The sum to pay, as the shop writes it."""
    weight_g: NotRequired[Optional[int]]
    """What the goods weigh, in grams."""


class ShopOrderList(TypedDict):
    """A page of orders."""

    next: NotRequired[Optional[str]]
    """The path of the next page; absent on the last."""
    orders: List[ShopOrder]
    """Those placed last first."""


class ShopOrderShipmentRequest(TypedDict):
    """What is wanted otherwise of one order's label."""

    addressee: NotRequired[Optional[Address]]
    """The buyer's address, in the place of the order's."""
    deposit_date: NotRequired[Optional[str]]
    """The day on which you hand the parcel over; today when absent."""
    instructions: NotRequired[Optional[str]]
    """Instructions to the postman, up to 35 characters."""
    insurance_cents: NotRequired[Optional[int]]
    """Insured value in euro cents."""
    keep: NotRequired[bool]
    """true: let the shipment stand as it is, although the order was changed in the shop since."""
    label_format: NotRequired[Optional[str]]
    """The label's format."""
    parcel_ref: NotRequired[Optional[str]]
    """Your name for this parcel, 1 to 17 characters without accents."""
    pickup_point: NotRequired[Optional[str]]
    """The pickup point."""
    product: NotRequired[Optional[str]]
    """The carrier's product, in the place of the shop's."""
    weight_g: NotRequired[Optional[int]]
    """The parcel's weight in grams, packing included."""


class ShopOrderTelling(TypedDict):
    """The news that a shop is still to be told."""

    attempts: int
    """How often it was tried."""
    due_at: str
    """When it is told, or told again, RFC 3339."""
    error: NotRequired[Optional[str]]
    """Why the last attempt did not do."""


class SupportContact(TypedDict):
    """An address from which a merchant asks for help."""

    mail: str
    """The address. Only a digest of it is kept."""
    merchant: str
    """The merchant."""


class Ticket(TypedDict):
    """A ticket."""

    address: NotRequired[Optional[str]]
    """The address of who asks; for those who work at the desk."""
    at: str
    """When it came."""
    changed_at: str
    """When it last changed."""
    function: NotRequired[Optional[str]]
    """Which function it asks about: label, pickup, tracking or orders."""
    id: str
    """Its id."""
    incident: NotRequired[Optional[int]]
    """The incident that explains it."""
    lang: str
    """The language that it is answered in: fr or en."""
    merchant: NotRequired[Optional[str]]
    """The merchant."""
    merged_into: NotRequired[Optional[str]]
    """The ticket in which it goes on."""
    parcels: List[TicketParcel]
    """The parcels that it is linked to, as they stood when it was decided."""
    reason: NotRequired[Optional[str]]
    """Why it is a person's, or over without an answer."""
    source: str
    """Where it came from: api, mail, chatwoot, zammad or form."""
    state: str
    """new, answered, with_person, merged or closed."""
    subject: str
    """Its subject, as text."""
    taken_by: NotRequired[Optional[str]]
    """The key of who has taken it."""

TicketActKind: TypeAlias = "Literal['take', 'hand_over', 'merge', 'answer', 'close', 'reopen']"


class TicketActRequest(TypedDict):
    """What a person does with a ticket."""

    act: TicketActKind
    """What: take, hand_over, merge, answer, close or reopen."""
    into: NotRequired[Optional[str]]
    """With `merge`: the ticket in which it goes on."""
    note: NotRequired[Optional[str]]
    """With `hand_over`: what the next one has to know."""
    text: NotRequired[Optional[str]]
    """With `answer`: the text, which is sent where the ticket came from."""
    to: NotRequired[Optional[str]]
    """With `hand_over`: the key of who is to have it; nobody in particular where it is left out."""


class TicketBulkAnswer(TypedDict):
    """One answer for several tickets."""

    ids: List[str]
    """The tickets, up to 200: all for the same reason, and of the same incident."""
    text: str
    """The text, which is sent where each came from."""


class TicketBulkAnswered(TypedDict):
    """What became of each."""

    answered: List[str]
    """Those that were answered."""
    left: List[str]
    """Those that were not: they are gone, or stand where they cannot be answered."""


class TicketEvent(TypedDict):
    """Something that happened to a ticket."""

    at: str
    """When."""
    by: NotRequired[Optional[str]]
    """By whose key; none for the program."""
    what: str
    """What."""


class TicketFile(TypedDict):
    """A file of a ticket."""

    media_type: str
    """What its sender says that it is."""
    name: str
    """As its sender calls it."""
    no: int
    """Its number, from 1."""


class TicketList(TypedDict):
    """Tickets, the oldest first."""

    next: NotRequired[Optional[int]]
    """What to send as `after` for those behind them; none at the end."""
    tickets: List[Ticket]
    """The tickets."""


class TicketMessage(TypedDict):
    """A message of a ticket."""

    at: str
    """When."""
    by: NotRequired[Optional[str]]
    """The key of the person who wrote it."""
    kind: Any
    """in, answer, closing, person_answer or note."""
    no: int
    """Its number, from 1."""
    sending: NotRequired[Optional[str]]
    """waiting, claimed, sent, unknown or refused; none where it is read here."""
    subject: str
    """A line."""
    text: str
    """Plain text, as it came or as it was sent."""


class TicketParcel(TypedDict):
    """A parcel that a ticket is linked to."""

    found_by: Any
    """By what it was found: number, order or time."""
    number: NotRequired[Optional[str]]
    """Its number."""
    order_number: NotRequired[Optional[str]]
    """Its order; only where who asked has a right to it."""
    shipment: NotRequired[Optional[str]]
    """The shipment; only where who asked has a right to it."""
    state: str
    """ready, waiting, unknown, question, rejected, human or void."""


class TicketRequest(TypedDict):
    """A ticket to be opened."""

    reference: NotRequired[Optional[str]]
    """Your own name for it, up to 100 bytes: the same again is the same ticket."""
    subject: NotRequired[str]
    """A line."""
    text: str
    """What is asked, in plain text, up to 100,000 characters."""


class TicketTaken(TypedDict):
    """What became of a message that came in."""

    id: NotRequired[Optional[str]]
    """The ticket; none where there was nothing to take in."""
    outcome: str
    """new, known, added or nothing."""


class TicketWhole(TypedDict):
    """A ticket with all that belongs to it."""

    address: NotRequired[Optional[str]]
    """The address of who asks; for those who work at the desk."""
    at: str
    """When it came."""
    changed_at: str
    """When it last changed."""
    function: NotRequired[Optional[str]]
    """Which function it asks about: label, pickup, tracking or orders."""
    id: str
    """Its id."""
    incident: NotRequired[Optional[int]]
    """The incident that explains it."""
    lang: str
    """The language that it is answered in: fr or en."""
    merchant: NotRequired[Optional[str]]
    """The merchant."""
    merged_into: NotRequired[Optional[str]]
    """The ticket in which it goes on."""
    parcels: List[TicketParcel]
    """The parcels that it is linked to, as they stood when it was decided."""
    reason: NotRequired[Optional[str]]
    """Why it is a person's, or over without an answer."""
    source: str
    """Where it came from: api, mail, chatwoot, zammad or form."""
    state: str
    """new, answered, with_person, merged or closed."""
    subject: str
    """Its subject, as text."""
    taken_by: NotRequired[Optional[str]]
    """The key of who has taken it."""
    files: List[TicketFile]
    """What came with it; for those who work at the desk."""
    log: List[TicketEvent]
    """What happened to it; for those who work at the desk."""
    messages: List[TicketMessage]
    """Its messages, the oldest first; notes are for those who work at the desk."""


class Timeline(TypedDict):
    """What happened to a shipment, oldest first."""

    facts: List[Fact]
    """What happened."""
    id: str
    """The shipment."""


class TroubleReport(TypedDict):
    """A report that something does not work."""

    account: str
    """Who says so, in your own words: a customer's number, a ticket's account. Only a digest is remembered, so
    that the same account counts once an hour.
    """
    carrier: str
    """Which carrier."""


class TroubleReported(TypedDict):
    """What became of a report."""

    counted: bool
    """Whether it counts: the first of its account within an hour does."""


class Webhook(TypedDict):
    """A webhook endpoint."""

    created_at: str
    """When it was added, RFC 3339."""
    delivered_at: NotRequired[Optional[str]]
    """When a message last got through, RFC 3339."""
    events: NotRequired[Optional[List[str]]]
    """Of which events it is told; absent for all, also for those to come."""
    id: str
    """Its id."""
    pending: int
    """Messages that are under way or wait for another attempt; more may wait behind them."""
    reason: NotRequired[Optional[str]]
    """Why it is paused."""
    replaying: bool
    """Whether a replay is under way."""
    state: str
    """enabled or paused. A paused one loses nothing: what happens waits until it is resumed."""
    url: str
    """Where messages are sent."""


class WebhookDeliveries(TypedDict):
    """A page of messages, the newest first."""

    deliveries: List[WebhookDelivery]
    """The messages."""
    next: NotRequired[Optional[str]]
    """The path of the next page; absent on the last."""


class WebhookDelivery(TypedDict):
    """One message to one endpoint."""

    attempts: int
    """How often it was sent."""
    due_at: NotRequired[Optional[str]]
    """When it is sent again, RFC 3339."""
    failure: NotRequired[Optional[str]]
    """Why there was no answer."""
    id: NotRequired[Optional[str]]
    """The webhook-id; absent when the records of the event were let go."""
    shipment: str
    """The shipment."""
    state: str
    """pending, delivered, or failed: it alone was refused to the end, while others got through. It can be
    replayed.
    """
    status: NotRequired[Optional[int]]
    """The status of the last answer."""
    tried_at: NotRequired[Optional[str]]
    """When it was last sent, RFC 3339."""
    type: str
    """What happened."""


class WebhookList(TypedDict):
    """All webhook endpoints of a shop."""

    webhooks: List[Webhook]
    """The oldest first."""


class WebhookPatch(TypedDict):
    """What is to be changed of an endpoint."""

    events: NotRequired[Optional[List[str]]]
    """Of which events it is told; an empty list for all, also for those to come."""
    state: NotRequired[Optional[WebhookState]]
    """enabled or paused."""
    url: NotRequired[Optional[str]]
    """Where messages are sent."""


class WebhookReplay(TypedDict):
    """A stretch of what happened. From `since` or `from_event`, to `to` or until now."""

    from_event: NotRequired[Optional[str]]
    """From this event on: the webhook-id of a message."""
    since: NotRequired[Optional[str]]
    """From about this moment on, RFC 3339; a minute more may be sent on either side."""
    to: NotRequired[Optional[str]]
    """To about this moment, RFC 3339, or to this event; until now when left out."""


class WebhookRotation(TypedDict):
    """A new secret."""

    grace_s: NotRequired[Optional[int]]
    """For how many seconds messages are signed with the secret before as well; a day when left out."""

WebhookState: TypeAlias = "Literal['enabled', 'paused']"
"""enabled: what waits is sent at once. paused: nothing is sent, nothing is lost."""


class WebhookTest(TypedDict):
    """What came of a test message."""

    delivered: bool
    """Whether the receiver answered 2xx."""
    failure: NotRequired[Optional[str]]
    """Why there was no answer, and what to do."""
    status: NotRequired[Optional[int]]
    """The status of its answer."""
    took_ms: int
    """How long it took, in milliseconds."""


class Week(TypedDict):
    """A week of opening hours; a day without any is shut, null is not known."""

    friday: NotRequired[Optional[List[str]]]
    monday: NotRequired[Optional[List[str]]]
    saturday: NotRequired[Optional[List[str]]]
    sunday: NotRequired[Optional[List[str]]]
    thursday: NotRequired[Optional[List[str]]]
    tuesday: NotRequired[Optional[List[str]]]
    wednesday: NotRequired[Optional[List[str]]]

WordKind: TypeAlias = "Literal['note', 'confirm', 'correct']"
"""note: to be known. confirm: it is as it is said, at a source that is cited. correct: it is somebody else's
fault. Each is shown on the status page, signed with the id of the key.
"""


class Raw:
    """A body that is sent as it is, with its media type."""

    def __init__(self, media_type: str, content: str | bytes) -> None:
        self.media_type = media_type
        self.content = content.encode() if isinstance(content, str) else content


class ProblemError(Exception):
    """What the gateway refused, or could not do."""

    def __init__(self, problem: Problem, retry_after_seconds: int | None = None) -> None:
        super().__init__(f"{problem['title']}: {problem['detail']}")
        #: The problem as it was answered.
        self.problem = problem
        #: When to ask again, where the gateway says so.
        self.retry_after_seconds = retry_after_seconds

    @property
    def kind(self) -> str:
        """Which kind, a word for programs such as ``invalid-field``; ``foreign-answer`` when it is not the gateway's."""
        _, mark, kind = self.problem["type"].partition("#problem-")
        return kind if mark else "foreign-answer"

    @property
    def status(self) -> int:
        """The HTTP status."""
        return self.problem["status"]

    @property
    def detail(self) -> str:
        """What is wrong this time, and what to do."""
        return self.problem["detail"]

    @property
    def field(self) -> str | None:
        """The field that it is about, dotted."""
        return self.problem.get("field")


class WebhookError(Exception):
    """A webhook that is not to be believed."""


class VerifiedWebhook(TypedDict):
    """A webhook that was found to be from the gateway."""

    id: str
    """Its id, the same each time it is sent."""
    payload: Any
    """What it says, as it was sent."""


#: How far the clock of a webhook's sender may be from ours.
_WEBHOOK_SKEW_SECONDS_MAX = 300


def verify_webhook(payload: bytes, headers: Mapping[str, str], secret: str) -> VerifiedWebhook:
    """Believes a webhook only with its signature (Standard Webhooks, HMAC-SHA256).

    ``payload`` is the body exactly as it came, ``headers`` those of the request by any spelling, ``secret`` that of your
    endpoint, ``whsec_…``. Raises :class:`WebhookError` when it is not the gateway's, or is older or newer than five
    minutes.
    """
    named = {name.lower(): value for name, value in headers.items()}
    identity, sent_at = named.get("webhook-id", ""), named.get("webhook-timestamp", "")
    is_time = sent_at.isascii() and sent_at.isdigit()
    if not identity or not is_time or abs(time.time() - int(sent_at)) > _WEBHOOK_SKEW_SECONDS_MAX:
        raise WebhookError("The webhook has no id, or is not of this moment.")
    key = base64.b64decode(secret.removeprefix("whsec_"))
    signed = hmac.digest(key, f"{identity}.{sent_at}.".encode() + payload, "sha256")
    expected = b"v1," + base64.b64encode(signed)
    signatures = named.get("webhook-signature", "").encode().split(b" ")
    if not any(hmac.compare_digest(expected, signature) for signature in signatures):
        raise WebhookError("The webhook is not signed with this secret.")
    return {"id": identity, "payload": json.loads(payload)}


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """A redirect is answered to the caller: the key goes to the gateway and to nobody else."""

    def redirect_request(self, *_: Any, **__: Any) -> None:
        return None


class _Caller:
    """Makes the requests."""

    def __init__(self, base_url: str, api_key: str, patience_seconds: float, timeout_seconds: float) -> None:
        if not re.fullmatch(r"https?://[^/?#]+[^?#]*", base_url):
            raise ValueError("base_url is an address such as http://127.0.0.1:8080, without a query")
        self._base = base_url.rstrip("/")
        self._api_key = api_key
        self._patience_seconds = patience_seconds
        self._timeout_seconds = timeout_seconds
        self._opener = urllib.request.build_opener(_NoRedirect)

    def ask_json(self, method: str, path: str, **call: Any) -> Any:
        status, media, body = self._answered(method, path, **call)
        try:
            return json.loads(body)
        except ValueError:
            raise _foreign(status, media) from None

    def ask_text(self, method: str, path: str, **call: Any) -> str:
        return self.ask_bytes(method, path, **call).decode()

    def ask_bytes(self, method: str, path: str, **call: Any) -> bytes:
        return self._answered(method, path, **call)[2]

    def _answered(self, method: str, path: str, **call: Any) -> tuple[int, str, bytes]:
        """Asks, and asks again while the gateway says when to and asking twice does no harm."""
        harmless = method == "GET" or call.get("headers", {}).get("Idempotency-Key") is not None
        patience = self._patience_seconds if harmless else 0.0
        while True:
            try:
                return self._once(method, path, **call)
            except urllib.error.HTTPError as answer:
                with answer:
                    error = _refused(answer)
            wait = max(1, error.retry_after_seconds) if error.retry_after_seconds is not None else None
            if wait is None or wait > patience:
                raise error
            patience -= wait
            time.sleep(wait)

    def _once(
        self,
        method: str,
        path: str,
        *,
        accept: str = "application/json",
        query: Mapping[str, Any] | None = None,
        headers: Mapping[str, str | None] | None = None,
        body: Any = None,
    ) -> tuple[int, str, bytes]:
        url = self._base + path
        pairs = [(name, _word(one)) for name, value in (query or {}).items() for one in _several(value)]
        if pairs:
            url = f"{url}?{urllib.parse.urlencode(pairs)}"
        request = urllib.request.Request(url, method=method)
        request.add_header("Accept", f"{accept}, application/problem+json")
        request.add_header("Authorization", f"Bearer {self._api_key}")
        if body is not None:
            raw = body if isinstance(body, Raw) else Raw("application/json", json.dumps(body))
            request.data = raw.content
            request.add_header("Content-Type", raw.media_type)
        for name, value in (headers or {}).items():
            if value is not None:
                request.add_header(name, value)
        with self._opener.open(request, timeout=self._timeout_seconds) as answer:
            return answer.status, answer.headers.get("Content-Type", ""), answer.read()


def _refused(answer: urllib.error.HTTPError) -> ProblemError:
    media = answer.headers.get("Content-Type", "")
    if media != "application/problem+json":
        return _foreign(answer.code, media)
    after = answer.headers.get("Retry-After", "")
    return ProblemError(json.loads(answer.read()), int(after) if after.isascii() and after.isdigit() else None)


def _foreign(status: int, media: str) -> ProblemError:
    said = media or "no media type"
    detail = f"Status {status} with {said}: something between you and the gateway answered."
    return ProblemError(
        {"type": "about:blank", "title": "Not an answer of the gateway", "status": status, "detail": detail}
    )


def _part(value: str | int) -> str:
    """A part of a path, which stays one part whatever it holds."""
    text = str(value)
    if text in ("", ".", ".."):
        raise ValueError("an id can't be empty, . or ..")
    return urllib.parse.quote(text, safe="")


def _several(value: Any) -> Sequence[Any]:
    if value is None:
        return ()
    return value if isinstance(value, (list, tuple)) else (value,)


def _word(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _waiting(seconds: int | None) -> str | None:
    return None if seconds is None else f"wait={seconds}"


class Tournee:
    """A gateway: one method for each operation. What it refuses is raised as a :class:`ProblemError`."""

    def __init__(
        self, base_url: str, api_key: str, *, patience_seconds: float = 30, timeout_seconds: float = 90
    ) -> None:
        """A gateway at ``base_url``, for example ``http://127.0.0.1:8080``, for the shop of this key (``tk_…``).

        ``patience_seconds`` is for how long a call may wait in all when the gateway says ``Retry-After``, 0 for never;
        ``timeout_seconds`` how long one request may take.
        """
        self._caller = _Caller(base_url, api_key, patience_seconds, timeout_seconds)

    def submit_batch(
        self,
        body: Union[List[ShipmentRequest], Raw],
        *,
        dry_run: Optional[bool] = None,
        ignore_unknown_columns: Optional[bool] = None,
        idempotency_key: Optional[str] = None,
        batch_defaults: Optional[str] = None,
    ) -> Batch:
        """Create many shipments.

        Accepts many shipments at once. Each row is taken in or refused by itself, by the same rules as a
        shipment that comes alone: one bad row harms no other. Rows are read as they arrive, so that a file can
        be large; what stands before a limit, or before the connection breaks, is taken in.

        `application/json`: a list of shipments, or an object whose only field `shipments` is one.
        `application/x-ndjson`: a shipment a line. `text/csv`: the first line names the columns (`GET
        /v1/batches/columns` lists them), which are separated by comma, semicolon or tab; in UTF-8, or in what
        `charset=` says (`iso-8859-1`, `windows-1252`).

        With an `Idempotency-Key` the batch can be sent again without harm, whole or corrected: rows that were
        taken in are found again, whatever broke off, and rows that were refused are tried anew. Rows keep their
        places in the file. Without a key each row is judged by what it says, as a single shipment without a
        key.

        ``POST /v1/batches``

        ``dry_run``: true: look at every row and say what is wrong; take nothing in and keep nothing.

        ``ignore_unknown_columns``: true: leave out columns of CSV that are not known, instead of refusing the
        file.

        ``idempotency_key``: Your own key of this batch, 1 to 255 printable characters; with it the batch can be
        sent again without harm for 13 months

        ``batch_defaults``: Fields for every row that does not have them itself, as a JSON object, for example
        `{"sender": {…}, "product": "DOM"}`
        """
        return cast("Batch", self._caller.ask_json(
            "POST",
            "/v1/batches",
            query={"dry_run": dry_run, "ignore_unknown_columns": ignore_unknown_columns},
            headers={"Idempotency-Key": idempotency_key, "Batch-Defaults": batch_defaults},
            body=body,
        ))

    def batch_columns(self) -> Columns:
        """List the columns of a CSV batch.

        The columns of a CSV batch: the plain fields of a shipment, with the other names that they can have.

        ``GET /v1/batches/columns``
        """
        return cast("Columns", self._caller.ask_json(
            "GET",
            "/v1/batches/columns",
        ))

    def batch(self, id: str) -> Batch:
        """Read a batch.

        Where a batch stands, with the present states of its shipments.

        ``GET /v1/batches/{id}``
        """
        return cast("Batch", self._caller.ask_json(
            "GET",
            f"/v1/batches/{_part(id)}",
        ))

    def batch_lines(
        self,
        id: str,
        *,
        after: Optional[int] = None,
        status: Optional[str] = None,
        limit: Optional[int] = None,
    ) -> BatchLines:
        """Read the results of a batch.

        What became of each row, in the order of the file, page by page; as CSV with `Accept: text/csv`.

        ``GET /v1/batches/{id}/lines``

        ``after``: Only rows after this one.

        ``status``: Only rows with this result: accepted, known or refused.

        ``limit``: How many on a page, 1 to 1,000 (100 when absent); as CSV 1 to 10,000 (10,000 when absent).
        """
        return cast("BatchLines", self._caller.ask_json(
            "GET",
            f"/v1/batches/{_part(id)}/lines",
            query={"after": after, "status": status, "limit": limit},
        ))

    def batch_lines_as(
        self,
        accept: Literal["text/csv"],
        id: str,
        *,
        after: Optional[int] = None,
        status: Optional[str] = None,
        limit: Optional[int] = None,
    ) -> str:
        """Read the results of a batch.

        What became of each row, in the order of the file, page by page; as CSV with `Accept: text/csv`.

        ``GET /v1/batches/{id}/lines``

        ``after``: Only rows after this one.

        ``status``: Only rows with this result: accepted, known or refused.

        ``limit``: How many on a page, 1 to 1,000 (100 when absent); as CSV 1 to 10,000 (10,000 when absent).
        """
        return self._caller.ask_text(
            "GET",
            f"/v1/batches/{_part(id)}/lines",
            accept=accept,
            query={"after": after, "status": status, "limit": limit},
        )

    def make_slip(self, body: DepositSlip) -> bytes:
        """Make a deposit slip.

        Makes the deposit slip (bordereau) of parcels that you hand over together. Only the carrier can make it:
        while it does not answer, ask again later; nothing is lost, and a slip asked for twice is two papers of
        which one is thrown away.

        ``POST /v1/deposit-slips``
        """
        return self._caller.ask_bytes(
            "POST",
            "/v1/deposit-slips",
            accept="application/pdf",
            body=body,
        )

    def carrier_health(self) -> Health:
        """Read how the carriers are.

        How each carrier and each of its functions is as we see it: its condition, whose fault a trouble is and
        the evidence of that, the odds that a return does not hold, and the last hour by minute. Beside it the
        probes of ourselves.

        ``GET /v1/health/carriers``
        """
        return cast("Health", self._caller.ask_json(
            "GET",
            "/v1/health/carriers",
        ))

    def report_trouble(self, body: TroubleReport) -> TroubleReported:
        """Report a trouble.

        A user or a ticket says that a carrier does not work. It is evidence beside our own calls, never instead
        of them.

        ``POST /v1/health/reports``
        """
        return cast("TroubleReported", self._caller.ask_json(
            "POST",
            "/v1/health/reports",
            body=body,
        ))

    def list_incidents(self) -> IncidentList:
        """List incidents.

        The incidents that are open or not long over, the newest first.

        ``GET /v1/incidents``
        """
        return cast("IncidentList", self._caller.ask_json(
            "GET",
            "/v1/incidents",
        ))

    def incident_facts(self, id: int) -> IncidentFacts:
        """Read what happened to an incident.

        Everything that happened to it, the oldest first, each change with the numbers that caused it.

        ``GET /v1/incidents/{id}/facts``
        """
        return cast("IncidentFacts", self._caller.ask_json(
            "GET",
            f"/v1/incidents/{_part(id)}/facts",
        ))

    def remark_incident(self, id: int, body: Remark) -> IncidentFact:
        """Add a word to an incident.

        Adds an operator's note, confirmation or correction. It stands beside what was found and is signed with
        the key's id; nothing is erased, and nothing can be taken back. Needs the scope `operate`.

        ``POST /v1/incidents/{id}/remarks``
        """
        return cast("IncidentFact", self._caller.ask_json(
            "POST",
            f"/v1/incidents/{_part(id)}/remarks",
            body=body,
        ))

    def own_key(self) -> ApiKey:
        """Read what your key may do.

        What the key of this request may do, and until when. Needs no scope.

        ``GET /v1/keys/self``
        """
        return cast("ApiKey", self._caller.ask_json(
            "GET",
            "/v1/keys/self",
        ))

    def labels(
        self,
        body: LabelsRequest,
        *,
        accept: Optional[Literal["application/pdf", "application/x-dpl", "application/x-zpl"]] = None,
    ) -> bytes:
        """Fetch many labels in one file.

        Fetches many labels as one file: all of them, or none and a problem that names the shipments that have
        no label. PDF labels become one PDF, ZPL or DPL labels one after the other; each is as the carrier made
        it. Fetching them counts as handing them out.

        ``POST /v1/labels``
        """
        return self._caller.ask_bytes(
            "POST",
            "/v1/labels",
            accept=accept or "application/pdf, application/x-dpl, application/x-zpl",
            body=body,
        )

    def submit_order(self, body: OrderRequest, *, idempotency_key: Optional[str] = None) -> Order:
        """Create an order of several parcels.

        Accepts an order of several parcels: all of them by one write to the disk, or none. From then on each
        parcel is a shipment of its own.

        The same order sent again is the first one. An order is known by its `Idempotency-Key`, or without one
        by its order number; another order under the same key or number is refused.

        ``POST /v1/orders``

        ``idempotency_key``: Your own key of this order, 1 to 255 printable characters; the order number stands
        for it when absent
        """
        return cast("Order", self._caller.ask_json(
            "POST",
            "/v1/orders",
            headers={"Idempotency-Key": idempotency_key},
            body=body,
        ))

    def order(self, order_number: str) -> Order:
        """Read an order.

        The parcels of an order with the state of each, and a summary.

        ``GET /v1/orders/{order_number}``
        """
        return cast("Order", self._caller.ask_json(
            "GET",
            f"/v1/orders/{_part(order_number)}",
        ))

    def pickup_choices(self, *, order_number: str) -> PickupChoices:
        """Read what was chosen for an order.

        The choices that were recorded for an order, the latest first; the first one counts unless it has ended.

        ``GET /v1/pickup-choices``

        ``order_number``: The order's number.
        """
        return cast("PickupChoices", self._caller.ask_json(
            "GET",
            "/v1/pickup-choices",
            query={"order_number": order_number},
        ))

    def choose_pickup_point(self, body: PickupChoiceRequest) -> PickupChoice:
        """Record what a buyer chose.

        Takes down the pickup point that a buyer chose, as the directory knows it, and signs it. With an order
        number the record is on disk before this is answered, and nothing changes it silently: a label that is
        asked for another point, or for the home, becomes a question. A second choice for the same order takes
        the place of the first, which is kept.

        ``POST /v1/pickup-choices``
        """
        return cast("PickupChoice", self._caller.ask_json(
            "POST",
            "/v1/pickup-choices",
            body=body,
        ))

    def pickup_points(
        self,
        *,
        postal_code: Optional[str] = None,
        city: Optional[str] = None,
        address: Optional[str] = None,
        country: Optional[str] = None,
        latitude: Optional[str] = None,
        longitude: Optional[str] = None,
        weight_g: Optional[int] = None,
        date: Optional[str] = None,
        kind: Optional[str] = None,
        accessible: Optional[str] = None,
        open_now: Optional[str] = None,
        limit: Optional[int] = None,
    ) -> PickupPoints:
        """Find pickup points.

        Pickup points near a postal code and city, or near a position, the nearest first. No point that is gone,
        shut while the parcel would arrive, or too weak for it is among them. While the carrier is slow or does
        not answer, they are as they were last known: `source` and `as_of` say so. What the carrier said within
        the last ten minutes is taken at its word. The list is empty only where there is nothing to be found,
        and never because the carrier does not answer.

        A key with nothing but the scope `pick` may stand in a public page: every origin may ask.

        ``GET /v1/pickup-points``

        ``postal_code``: The postal code of the place; with `city`.

        ``city``: The city; may be left out in France.

        ``address``: Number and street: the carrier then measures from there.

        ``country``: The country, two letters; FR when absent.

        ``latitude``: Degrees north, in the place of a postal code; with `longitude`.

        ``longitude``: Degrees east.

        ``weight_g``: Only points that take a parcel of so many grams, 1 to 30000.

        ``date``: The day on which the parcel is handed over, as 2025-12-22; today in Paris when absent.

        ``kind``: Only post offices (post_office) or only shops (shop).

        ``accessible``: true: only points that can be entered with reduced mobility.

        ``open_now``: true: only points that are open now.

        ``limit``: How many points at most, 1 to 50; 20 when absent.
        """
        return cast("PickupPoints", self._caller.ask_json(
            "GET",
            "/v1/pickup-points",
            query={"postal_code": postal_code, "city": city, "address": address, "country": country, "latitude": latitude, "longitude": longitude, "weight_g": weight_g, "date": date, "kind": kind, "accessible": accessible, "open_now": open_now, "limit": limit},
        ))

    def pickup_point(self, id: str) -> OnePickupPoint:
        """Read a pickup point.

        One pickup point, how it stands and how old that is; also of a point that is gone, once it was known.

        ``GET /v1/pickup-points/{id}``
        """
        return cast("OnePickupPoint", self._caller.ask_json(
            "GET",
            f"/v1/pickup-points/{_part(id)}",
        ))

    def take_sms_receipts(self, body: Any) -> None:
        """Receipts of text messages.

        What the gateway of text messages says about messages that it took: `{"id": …, "status": "delivered"}`
        or a list of up to 1000 of them, signed as Standard Webhooks are with `TOURNEE_SMS_RECEIPT_SECRET`. The
        same receipt again changes nothing.

        ``POST /v1/receipts/sms``
        """
        self._caller.ask_bytes(
            "POST",
            "/v1/receipts/sms",
            body=body,
        )

    def list(
        self,
        *,
        state: Optional[str] = None,
        mismatch: Optional[str] = None,
        order_number: Optional[str] = None,
        q: Optional[str] = None,
        parcel_number: Optional[str] = None,
        batch: Optional[str] = None,
        product: Optional[str] = None,
        created_from: Optional[str] = None,
        created_to: Optional[str] = None,
        limit: Optional[int] = None,
        cursor: Optional[str] = None,
    ) -> ShipmentList:
        """List shipments.

        Your shipments, the newest first. A page can hold fewer than were asked for although there are more: go
        on as long as there is a `next`.

        ``GET /v1/shipments``

        ``state``: Only those in this state: waiting, in_flight, unknown, confirmed, rejected, human, question
        or void.

        ``mismatch``: true: only those of which it is known that the parcel is not, or may not be, where its
        buyer chose.

        ``order_number``: Only those of this order.

        ``q``: Only those whose order number begins so, or whose parcel reference or parcel number is just this.

        ``parcel_number``: Only those that the carrier gave this parcel number.

        ``batch``: Only those that this batch made or found.

        ``product``: Only those of this product.

        ``created_from``: Only those accepted on this day (in Paris) or at this moment (RFC 3339), or later.

        ``created_to``: Only those accepted on this day or before it, or before this moment.

        ``limit``: How many on a page, 1 to 200; 50 when absent.

        ``cursor``: Where the page begins: taken from `next` of the page before, and otherwise a secret of this
        server's.
        """
        return cast("ShipmentList", self._caller.ask_json(
            "GET",
            "/v1/shipments",
            query={"state": state, "mismatch": mismatch, "order_number": order_number, "q": q, "parcel_number": parcel_number, "batch": batch, "product": product, "created_from": created_from, "created_to": created_to, "limit": limit, "cursor": cursor},
        ))

    def list_all(
        self,
        *,
        state: Optional[str] = None,
        mismatch: Optional[str] = None,
        order_number: Optional[str] = None,
        q: Optional[str] = None,
        parcel_number: Optional[str] = None,
        batch: Optional[str] = None,
        product: Optional[str] = None,
        created_from: Optional[str] = None,
        created_to: Optional[str] = None,
        limit: Optional[int] = None,
        cursor: Optional[str] = None,
    ) -> Iterator[Shipment]:
        """What :meth:`list` gives, all pages of it, each fetched when it is reached."""
        page = self.list(state=state, mismatch=mismatch, order_number=order_number, q=q, parcel_number=parcel_number, batch=batch, product=product, created_from=created_from, created_to=created_to, limit=limit, cursor=cursor)
        while True:
            yield from page["shipments"]
            following = page.get("next")
            if following is None:
                return
            page = cast("ShipmentList", self._caller.ask_json("GET", following))

    def submit(
        self,
        body: ShipmentRequest,
        *,
        idempotency_key: Optional[str] = None,
        wait_seconds: Optional[int] = None,
    ) -> Shipment:
        """Create a shipment.

        Accepts one parcel to be labelled. The answer comes from this server's own disk within milliseconds,
        also while the carrier is down; from then on the shipment is followed until its label is there.

        The same `Idempotency-Key` with the same shipment always gives the first shipment. Without a key, the
        same shipment sent again is the first one only until the first was answered.

        ``POST /v1/shipments``

        ``idempotency_key``: Your own key of this request, 1 to 255 printable characters; with it the request
        can be sent again without harm for 13 months

        ``wait_seconds``: wait up to N seconds (0 to 60) for the label
        """
        return cast("Shipment", self._caller.ask_json(
            "POST",
            "/v1/shipments",
            headers={"Idempotency-Key": idempotency_key, "Prefer": _waiting(wait_seconds)},
            body=body,
        ))

    def shipment(self, id: str) -> Shipment:
        """Read a shipment.

        Where a shipment stands.

        ``GET /v1/shipments/{id}``
        """
        return cast("Shipment", self._caller.ask_json(
            "GET",
            f"/v1/shipments/{_part(id)}",
        ))

    def cn23(self, id: str) -> bytes:
        """Fetch the customs form.

        The customs form (CN23) that came with the label. Print it and put it on the parcel.

        ``GET /v1/shipments/{id}/cn23``
        """
        return self._caller.ask_bytes(
            "GET",
            f"/v1/shipments/{_part(id)}/cn23",
            accept="application/pdf",
        )

    def consent(self, id: str, body: ConsentRequest) -> Shipment:
        """Answer a shipment's question.

        Agrees to where a parcel goes whose buyer's choice cannot be honoured. It is written down with who
        agreed, and the carrier is asked for it; the request itself stays as it was. The same answer twice is
        the same as once.

        ``POST /v1/shipments/{id}/consent``
        """
        return cast("Shipment", self._caller.ask_json(
            "POST",
            f"/v1/shipments/{_part(id)}/consent",
            body=body,
        ))

    def facts(self, id: str) -> Timeline:
        """Read a shipment's timeline.

        What happened to a shipment, from its acceptance on. Holds no private data.

        ``GET /v1/shipments/{id}/facts``
        """
        return cast("Timeline", self._caller.ask_json(
            "GET",
            f"/v1/shipments/{_part(id)}/facts",
        ))

    def label(
        self,
        id: str,
        *,
        format: Optional[str] = None,
        position: Optional[int] = None,
        accept: Optional[Literal["application/pdf", "application/x-dpl", "application/x-zpl"]] = None,
    ) -> bytes:
        """Fetch the label.

        The label's bytes, as the carrier made them; with `format` in another format, where that loses nothing.
        Fetching it counts as handing it out.

        ``GET /v1/shipments/{id}/label``

        ``format``: The format, as in `label_format`; that in which the label is kept when absent. A smaller PDF
        is placed unscaled on PDF_A4_300dpi here; any other change is a reprint by the carrier.

        ``position``: Where on the sheet a smaller label is placed: 1 top left (also when absent), 2 top right,
        3 bottom left, 4 bottom right. A label of 10x15 is 1.5 mm taller than a quarter of A4 and reaches that
        far over the middle line.
        """
        return self._caller.ask_bytes(
            "GET",
            f"/v1/shipments/{_part(id)}/label",
            accept=accept or "application/pdf, application/x-dpl, application/x-zpl",
            query={"format": format, "position": position},
        )

    def resolve(self, id: str, body: Decision) -> Shipment:
        """Decide about a shipment.

        Settles a shipment that the engine left to a person, or whose label was found at the carrier by other
        means. A number is believed only when the carrier itself gives the label of that number.

        ``POST /v1/shipments/{id}/resolve``
        """
        return cast("Shipment", self._caller.ask_json(
            "POST",
            f"/v1/shipments/{_part(id)}/resolve",
            body=body,
        ))

    def make_return(
        self,
        id: str,
        body: Optional[Optional[Return]] = None,
        *,
        idempotency_key: Optional[str] = None,
        wait_seconds: Optional[int] = None,
    ) -> Shipment:
        """Make a return.

        Makes the return of a parcel: sender and addressee change places; CORE brings it back within France,
        CORI from anywhere else, with the first parcel's customs declaration as goods returned. Also for a
        shipment that came through the carrier-compatible endpoints.

        ``POST /v1/shipments/{id}/return``

        ``idempotency_key``: Your own key of this request, 1 to 255 printable characters; with it the request
        can be sent again without harm for 13 months

        ``wait_seconds``: wait up to N seconds (0 to 60) for the label
        """
        return cast("Shipment", self._caller.ask_json(
            "POST",
            f"/v1/shipments/{_part(id)}/return",
            headers={"Idempotency-Key": idempotency_key, "Prefer": _waiting(wait_seconds)},
            body=body,
        ))

    def void(self, id: str) -> Shipment:
        """Give a shipment up.

        Gives a shipment up: its label, made or still to come, is not to be used. Giving it up twice is the same
        as once.

        ``POST /v1/shipments/{id}/void``
        """
        return cast("Shipment", self._caller.ask_json(
            "POST",
            f"/v1/shipments/{_part(id)}/void",
        ))

    def list_shop_orders(
        self,
        *,
        shop: Optional[str] = None,
        status: Optional[str] = None,
        number: Optional[str] = None,
        out_of_step: Optional[bool] = None,
        limit: Optional[int] = None,
        cursor: Optional[str] = None,
    ) -> ShopOrderList:
        """List orders of shops.

        The orders of your shops, those placed last first. A page can hold fewer than were asked for although
        there are more: go on as long as there is a `next`.

        ``GET /v1/shop-orders``

        ``shop``: Only of this shop.

        ``status``: Only those that stand so in their shop: pending, to_ship, shipped, cancelled, other or
        deleted.

        ``number``: Only those with this number.

        ``out_of_step``: true: only those of which the shop is still to be told something, or a person has to
        decide something.

        ``limit``: How many on a page, 1 to 200; 50 when absent.

        ``cursor``: Where the page begins: taken from `next` of the page before, and otherwise a secret of this
        server's.
        """
        return cast("ShopOrderList", self._caller.ask_json(
            "GET",
            "/v1/shop-orders",
            query={"shop": shop, "status": status, "number": number, "out_of_step": out_of_step, "limit": limit, "cursor": cursor},
        ))

    def list_shop_orders_all(
        self,
        *,
        shop: Optional[str] = None,
        status: Optional[str] = None,
        number: Optional[str] = None,
        out_of_step: Optional[bool] = None,
        limit: Optional[int] = None,
        cursor: Optional[str] = None,
    ) -> Iterator[ShopOrder]:
        """What :meth:`list_shop_orders` gives, all pages of it, each fetched when it is reached."""
        page = self.list_shop_orders(shop=shop, status=status, number=number, out_of_step=out_of_step, limit=limit, cursor=cursor)
        while True:
            yield from page["orders"]
            following = page.get("next")
            if following is None:
                return
            page = cast("ShopOrderList", self._caller.ask_json("GET", following))

    def read_shop_order(self, id: str) -> ShopOrder:
        """Read an order of a shop.

        An order as its shop has it and how far it has come here. The buyer's address is not in it.

        ``GET /v1/shop-orders/{id}``
        """
        return cast("ShopOrder", self._caller.ask_json(
            "GET",
            f"/v1/shop-orders/{_part(id)}",
        ))

    def ship_shop_order(
        self,
        id: str,
        body: Optional[Optional[ShopOrderShipmentRequest]] = None,
        *,
        wait_seconds: Optional[int] = None,
    ) -> Shipment:
        """Ask for the label of an order.

        Makes a shipment of the order, with the shop's settings and what the body wants otherwise. Asked again,
        it is the same shipment, also when the label was asked for by another way meanwhile; only when that was
        given up, or the carrier refused it, is there another.

        ``POST /v1/shop-orders/{id}/shipment``

        ``wait_seconds``: wait up to N seconds (0 to 60) for the label
        """
        return cast("Shipment", self._caller.ask_json(
            "POST",
            f"/v1/shop-orders/{_part(id)}/shipment",
            headers={"Prefer": _waiting(wait_seconds)},
            body=body,
        ))

    def import_shop_orders(
        self,
        shop: str,
        body: Union[List[Any], Raw],
        *,
        dry_run: Optional[bool] = None,
    ) -> ImportAnswer:
        """Take in a file of orders.

        Takes in the orders of a shop from JSON (a list, or an object whose only field `orders` is one), NDJSON
        or CSV. A row that is wrong harms no other; an order that is known just so, or newer, stays as it is, so
        a file may be sent again.

        ``POST /v1/shops/{shop}/orders``

        ``dry_run``: true: look at every row and say what is wrong; take nothing in.
        """
        return cast("ImportAnswer", self._caller.ask_json(
            "POST",
            f"/v1/shops/{_part(shop)}/orders",
            query={"dry_run": dry_run},
            body=body,
        ))

    def list_tickets(
        self,
        *,
        state: Optional[str] = None,
        reason: Optional[str] = None,
        incident: Optional[int] = None,
        after: Optional[int] = None,
        limit: Optional[int] = None,
    ) -> TicketList:
        """List support tickets.

        The queue, the oldest first. Needs the scope `support` or `operate`.

        ``GET /v1/tickets``

        ``state``: Only in this state: new, answered, with_person, merged or closed.

        ``reason``: Only for this reason.

        ``incident``: Only of this incident.

        ``after``: Only behind this place: the `next` of the page before.

        ``limit``: How many, up to 200.
        """
        return cast("TicketList", self._caller.ask_json(
            "GET",
            "/v1/tickets",
            query={"state": state, "reason": reason, "incident": incident, "after": after, "limit": limit},
        ))

    def create_ticket(self, body: TicketRequest) -> TicketTaken:
        """Open a support ticket.

        Asks about your parcels in your own words, in French or English: name a parcel or an order. It is
        answered from what is known of that parcel, or goes to a person; read the answer with GET
        /v1/tickets/{id}. Taken in when it is on disk.

        ``POST /v1/tickets``
        """
        return cast("TicketTaken", self._caller.ask_json(
            "POST",
            "/v1/tickets",
            body=body,
        ))

    def answer_tickets(self, body: TicketBulkAnswer) -> TicketBulkAnswered:
        """Answer several support tickets.

        The same answer to tickets that are with people for the same reason and of the same incident. Needs the
        scope `support` or `operate`.

        ``POST /v1/tickets/answers``
        """
        return cast("TicketBulkAnswered", self._caller.ask_json(
            "POST",
            "/v1/tickets/answers",
            body=body,
        ))

    def chatwoot_webhook(self, body: Any) -> TicketTaken:
        """Take a webhook of Chatwoot.

        Takes in what a contact writes (`message_created`), signed with the webhook's secret
        (`X-Chatwoot-Signature`). The answer goes into the conversation. What agents and bots write is left
        alone.

        ``POST /v1/tickets/chatwoot``
        """
        return cast("TicketTaken", self._caller.ask_json(
            "POST",
            "/v1/tickets/chatwoot",
            body=body,
        ))

    def register_support_contact(self, body: SupportContact) -> None:
        """Register an address of a merchant.

        From now on who writes from this address is that merchant, as with its key: the answer goes there. Needs
        the scope `support` or `operate`.

        ``POST /v1/tickets/contacts``
        """
        self._caller.ask_bytes(
            "POST",
            "/v1/tickets/contacts",
            body=body,
        )

    def hand_in_mail(self, body: bytes) -> TicketTaken:
        """Hand a mail in.

        The raw bytes of a mail (RFC 5322) to the support address, as a mail server pipes it: `curl
        --data-binary @- -H 'Content-Type: message/rfc822'`. The answer goes by mail to its From; Reply-To is
        not followed. One that cannot be read whole goes to a person with what could be read; the same mail
        again is the same ticket. A delivery report of a message of ours becomes no ticket: where the message is
        lost for good, that is noted. Needs the scope `support`.

        ``POST /v1/tickets/mail``
        """
        return cast("TicketTaken", self._caller.ask_json(
            "POST",
            "/v1/tickets/mail",
            body=Raw("message/rfc822", body),
        ))

    def zammad_webhook(self, body: Any) -> TicketTaken:
        """Take a webhook of Zammad.

        Takes in what a customer writes in a ticket, signed with the webhook's token (`X-Hub-Signature`,
        HMAC-SHA1). The answer goes into the ticket. What agents write is left alone.

        ``POST /v1/tickets/zammad``
        """
        return cast("TicketTaken", self._caller.ask_json(
            "POST",
            "/v1/tickets/zammad",
            body=body,
        ))

    def read_ticket(self, id: str) -> TicketWhole:
        """Read a support ticket.

        A ticket of yours with its messages and its answer; with the scope `support` or `operate` any ticket,
        with its files, the notes among people and what happened to it.

        ``GET /v1/tickets/{id}``
        """
        return cast("TicketWhole", self._caller.ask_json(
            "GET",
            f"/v1/tickets/{_part(id)}",
        ))

    def act_on_ticket(self, id: str, body: TicketActRequest) -> TicketWhole:
        """Act on a support ticket.

        Takes a ticket, hands it over with a note, merges it into another, answers it, closes it or takes it up
        once more. Each act is written down with the key's id. Needs the scope `support` or `operate`.

        ``POST /v1/tickets/{id}/acts``
        """
        return cast("TicketWhole", self._caller.ask_json(
            "POST",
            f"/v1/tickets/{_part(id)}/acts",
            body=body,
        ))

    def read_ticket_file(self, id: str, no: int) -> bytes:
        """Read a file of a support ticket.

        A file that came with a ticket, as it came: to be looked at with care. Needs the scope `support` or
        `operate`.

        ``GET /v1/tickets/{id}/files/{no}``
        """
        return self._caller.ask_bytes(
            "GET",
            f"/v1/tickets/{_part(id)}/files/{_part(no)}",
            accept="application/octet-stream",
        )

    def list_webhooks(self) -> WebhookList:
        """List webhook endpoints.

        Your webhook endpoints, the oldest first.

        ``GET /v1/webhooks``
        """
        return cast("WebhookList", self._caller.ask_json(
            "GET",
            "/v1/webhooks",
        ))

    def add_webhook(self, body: NewWebhook) -> AddedWebhook:
        """Add a webhook endpoint.

        Adds an endpoint, which is told of everything that happens from now on. The answer holds the secret that
        its messages are signed with, this once: verify them with a library of Standard Webhooks
        (standardwebhooks.com).

        A message comes at least once and roughly in order; `webhook-id` stays the same when it comes again.
        Answer 2xx within 15 s. What is not answered so is sent again for three days, then the endpoint is
        paused and nothing is lost: resume it with PATCH, or have a stretch sent once more with `…/replay`.

        ``POST /v1/webhooks``
        """
        return cast("AddedWebhook", self._caller.ask_json(
            "POST",
            "/v1/webhooks",
            body=body,
        ))

    def drop_webhook(self, id: str) -> None:
        """Drop a webhook endpoint.

        Drops an endpoint. What is on its way to it is not sent any more.

        ``DELETE /v1/webhooks/{id}``
        """
        self._caller.ask_bytes(
            "DELETE",
            f"/v1/webhooks/{_part(id)}",
        )

    def read_webhook(self, id: str) -> Webhook:
        """Read a webhook endpoint.

        A webhook endpoint, as it stands.

        ``GET /v1/webhooks/{id}``
        """
        return cast("Webhook", self._caller.ask_json(
            "GET",
            f"/v1/webhooks/{_part(id)}",
        ))

    def change_webhook(self, id: str, body: WebhookPatch) -> Webhook:
        """Change, pause or resume a webhook endpoint.

        Changes an endpoint; what is left out stays. Resumed (`"state": "enabled"`), everything that waits is
        sent at once.

        ``PATCH /v1/webhooks/{id}``
        """
        return cast("Webhook", self._caller.ask_json(
            "PATCH",
            f"/v1/webhooks/{_part(id)}",
            body=body,
        ))

    def list_webhook_deliveries(
        self,
        id: str,
        *,
        state: Optional[str] = None,
        limit: Optional[int] = None,
        before: Optional[int] = None,
    ) -> WebhookDeliveries:
        """List messages to an endpoint.

        What was sent to an endpoint and what came of it, the newest first. What was delivered is kept for some
        weeks.

        ``GET /v1/webhooks/{id}/deliveries``

        ``state``: Only those in this state: pending, delivered or failed.

        ``limit``: How many on a page, 1 to 200; 50 when absent.

        ``before``: Where the page begins: `next` of the page before.
        """
        return cast("WebhookDeliveries", self._caller.ask_json(
            "GET",
            f"/v1/webhooks/{_part(id)}/deliveries",
            query={"state": state, "limit": limit, "before": before},
        ))

    def replay_webhook(self, id: str, body: WebhookReplay) -> Webhook:
        """Send a stretch of events once more.

        Has the endpoint told once more of a part of what happened, from the records themselves, also of what it
        was told before and of what was before it. Sent beside what is new.

        ``POST /v1/webhooks/{id}/replay``
        """
        return cast("Webhook", self._caller.ask_json(
            "POST",
            f"/v1/webhooks/{_part(id)}/replay",
            body=body,
        ))

    def rotate_webhook(self, id: str, body: Optional[Optional[WebhookRotation]] = None) -> RotatedWebhook:
        """Rotate a webhook secret.

        Gives an endpoint a new secret, shown this once. For a while messages are signed with the one before as
        well, so that the receiver can change over without missing any.

        ``POST /v1/webhooks/{id}/rotate``
        """
        return cast("RotatedWebhook", self._caller.ask_json(
            "POST",
            f"/v1/webhooks/{_part(id)}/rotate",
            body=body,
        ))

    def test_webhook(self, id: str) -> WebhookTest:
        """Send a test message.

        Sends a message of the type `webhook.ping` now, also to a paused endpoint, and says what came of it.

        ``POST /v1/webhooks/{id}/test``
        """
        return cast("WebhookTest", self._caller.ask_json(
            "POST",
            f"/v1/webhooks/{_part(id)}/test",
        ))
