//! The work itself: requests that are carried out or refused by the carrier's rules.
//!
//! Holds the book, the clients with their number ranges, and the forms of the labels. Error ids are the carrier's.

use super::{
    Asked, Book, Entry, Options, Points,
    contracts::{Client, Clients, NotAdmitted},
    failure::{gateway, response},
    form::{Form, described},
    label::Labels,
    pickup, soap_call,
    timeline::{self, Declared},
};
use crate::{dice::Dice, places::Point, register::Register};
use carriers::{
    Request, Response,
    colissimo::{
        self, ReprintRequest, SlipRequest, SlsRefusal, SlsRequest, SoapOperation, SuiviError, TimelineRefusal,
        TrackEvent, TrackRecord, pickup::PickupCall,
    },
};
use clock::Time;
use http::{HeaderMap, HeaderValue, Method};
use parcel::{GeopostRouting, Letter, ParcelNumber, Series, Shipment, ShipmentParts};
use sha2::{Digest, Sha256};
use std::borrow::Cow;

/// The first event of every track: the parcel was announced.
const ANNOUNCED: &str = "DR1";
/// Service and country (ISO numeric) in the partner's number, as on labels of the field.
const PARTNER_SERVICE: u16 = 801;
const PARTNER_COUNTRY: u16 = 250;

/// The carrier's back office.
#[derive(Debug)]
pub(super) struct Desk {
    pub(super) book: Book,
    pub(super) options: Options,
    clients: Clients,
    pub(super) labels: Labels,
    /// Deposit slips made so far.
    slips: u64,
    boundaries: Dice,
    register: Register,
}

/// What was done: the answer that is ready to leave, and the label that was made for it.
#[derive(Debug)]
pub(super) struct Done {
    pub(super) answer: Response,
    pub(super) made: Option<ParcelNumber>,
}

impl From<Response> for Done {
    fn from(answer: Response) -> Self {
        Self { answer, made: None }
    }
}

/// Why a request was refused.
pub(super) enum Refused {
    /// The request itself breaks a rule.
    Rule(SlsRefusal),
    /// For what the carrier knows beside: an error id.
    Id(&'static str),
    /// The gateway does not know the key.
    Gateway,
}

impl From<SlsRefusal> for Refused {
    fn from(refusal: SlsRefusal) -> Self {
        Self::Rule(refusal)
    }
}

impl From<&'static str> for Refused {
    fn from(id: &'static str) -> Self {
        Self::Id(id)
    }
}

impl From<NotAdmitted> for Refused {
    fn from(why: NotAdmitted) -> Self {
        match why {
            NotAdmitted::Login => Self::Id("30000"),
            NotAdmitted::ApiKey => Self::Gateway,
        }
    }
}

impl Desk {
    pub(super) fn new(options: Options, boundaries: Dice, register: Register) -> Self {
        let clients = Clients::new(options.contracts.clone());
        Self { book: Book::default(), options, clients, labels: Labels::default(), slips: 0, boundaries, register }
    }

    /// Carries the request out.
    pub(super) fn serve(&mut self, now: Time, asked: &Asked<'_>, request: &Request) -> Done {
        let reads = match asked {
            Asked::Pickup(door) => door.is_get(),
            other => matches!(other, Asked::Track { .. } | Asked::Health | Asked::Wsdl),
        };
        if !matches!(asked, Asked::Nothing) && reads != (request.method == Method::GET) {
            return gateway(405, "Method Not Allowed").into();
        }
        let (headers, body) = (header_map(request), &request.body);
        let done = match asked {
            Asked::Generate => colissimo::read_generate(&headers, body, now.paris_date())
                .map_err(Refused::from)
                .and_then(|asked| self.generate(now, Form::Rest, &asked, body)),
            Asked::Check => colissimo::read_generate(&headers, body, now.paris_date())
                .map_err(Refused::from)
                .and_then(|asked| self.check(now, Form::Rest, &asked)),
            Asked::Reprint => colissimo::read_get_label(&headers, body)
                .map_err(Refused::from)
                .and_then(|asked| self.reprint(Form::Rest, &asked)),
            Asked::Slip => colissimo::read_slip(&headers, body)
                .map_err(Refused::from)
                .and_then(|asked| self.slip(now, Form::Rest, &asked)),
            Asked::Soap(_) => return self.soap(now, &headers, request),
            Asked::Wsdl => return described(&headers).into(),
            Asked::Track { ids, query } => return self.track(now, &headers, ids, *query).into(),
            Asked::Timeline => return self.timeline(now, &headers, body).into(),
            Asked::Pickup(door) => {
                let admit = |call: &PickupCall| self.clients.admit(Some(&call.login)).is_ok();
                return pickup::serve(&self.register, now, *door, &headers, body, admit).into();
            }
            Asked::Health => return response(200, "text/html", colissimo::write_health(true)).into(),
            Asked::Nothing => return gateway(404, "Not Found").into(),
        };
        done.unwrap_or_else(|why| self.refused(Form::Rest, why).into())
    }

    fn soap(&mut self, now: Time, headers: &HeaderMap, request: &Request) -> Done {
        let call = match soap_call(request) {
            Ok(call) => call,
            Err(fault) => {
                let (content_type, body) = colissimo::write_soap_fault(&fault);
                return response(500, &content_type, body).into();
            }
        };
        let form = Form::Soap(call.operation);
        let done = match call.operation {
            SoapOperation::Generate => call
                .generate(headers, now.paris_date())
                .map_err(Refused::from)
                .and_then(|asked| self.generate(now, form, &asked, &request.body)),
            SoapOperation::Check => call
                .generate(headers, now.paris_date())
                .map_err(Refused::from)
                .and_then(|asked| self.check(now, form, &asked)),
            SoapOperation::Reprint => {
                call.reprint(headers).map_err(Refused::from).and_then(|asked| self.reprint(form, &asked))
            }
            SoapOperation::Slip => {
                call.slip(headers).map_err(Refused::from).and_then(|asked| self.slip(now, form, &asked))
            }
        };
        done.unwrap_or_else(|why| self.refused(form, why).into())
    }

    fn generate(&mut self, now: Time, form: Form, asked: &SlsRequest, body: &[u8]) -> Result<Done, Refused> {
        let (client, series) = self.admissible(now, asked)?;
        let shipment = &asked.shipment;
        let number = match shipment.parcel_number {
            Some(chosen) => chosen,
            None => self.clients.next_number(&client, series).ok_or("40014")?,
        };
        let entry = entry(now, number, &client, shipment, body);
        let answer = self.label(form, &entry, shipment.format);
        self.book.add(entry);
        Ok(Done { answer, made: Some(number) })
    }

    fn check(&mut self, now: Time, form: Form, asked: &SlsRequest) -> Result<Done, Refused> {
        self.admissible(now, asked)?;
        Ok(self.refusal(form, 200, "0").into())
    }

    fn reprint(&mut self, form: Form, asked: &ReprintRequest) -> Result<Done, Refused> {
        let client = self.clients.admit(asked.login.as_ref())?;
        let found = self.book.get(&asked.number).filter(|entry| entry.contract == client.name).cloned();
        let entry = found.ok_or("30801")?;
        Ok(self.label(form, &entry, asked.format).into())
    }

    /// A slip of parcels that this client has had labelled.
    fn slip(&mut self, now: Time, form: Form, asked: &SlipRequest) -> Result<Done, Refused> {
        let client = self.clients.admit(asked.login.as_ref())?;
        let known = |number: &ParcelNumber| self.book.get(number).is_some_and(|entry| entry.contract == client.name);
        if !asked.numbers.iter().all(known) {
            return Err("50031".into());
        }
        self.slips += 1;
        Ok(self.slip_answer(form, now, self.slips, &client.name, &asked.numbers).into())
    }

    /// The rules that need to know more than the request itself.
    fn admissible(&self, now: Time, asked: &SlsRequest) -> Result<(Client, Series), Refused> {
        let shipment = &asked.shipment;
        let client = self.clients.admit(asked.login.as_ref())?;
        let series = colissimo::series(shipment);
        if let Some(id) = client.refusal(&shipment.product, series, shipment.parcel_number.as_ref()) {
            return Err(id.into());
        }
        let undeclared = |parts: Cow<'_, ShipmentParts>| parts.crosses_customs() && parts.customs.is_none();
        if colissimo::letter_parts(shipment).is_ok_and(undeclared) {
            return Err("30500".into());
        }
        let listed = self.options.points != Points::Any;
        let open = |id| self.register.point(id, now) == Point::Open;
        if listed && shipment.mode.pickup_point().is_some_and(|id| !open(id)) {
            return Err("30401".into());
        }
        let used = shipment.parcel_number.is_some_and(|number| self.book.is_in_use(&number, now.paris_date()));
        if used { Err("30702".into()) } else { Ok((client, series.ok_or("30015")?)) }
    }

    fn track(&self, now: Time, headers: &HeaderMap, ids: &str, query: Option<&str>) -> Response {
        let key = headers.get("x-okapi-key").and_then(|key| key.to_str().ok()).filter(|key| !key.is_empty());
        if key.is_none() || self.options.okapi_key.as_deref().is_some_and(|right| key != Some(right)) {
            let body = serde_json::json!({ "code": "UNAUTHORIZED", "message": "X-Okapi-Key is missing or not known" });
            return response(401, "application/json", body.to_string());
        }
        let (tracks, lang) = match colissimo::read_track(ids, query) {
            Ok(asked) => (asked.ids.into_iter().map(|id| self.track_of(now, id)).collect(), asked.lang),
            Err(fault) => (vec![(ids.to_owned(), Err(fault))], "fr_FR".to_owned()),
        };
        let (status, body) = colissimo::write_track(&tracks, &lang);
        response(status, "application/json", body)
    }

    fn timeline(&self, now: Time, headers: &HeaderMap, body: &[u8]) -> Response {
        let query = match colissimo::read_timeline(headers, body) {
            Ok(query) => query,
            Err(why) => return timeline::refused("", why),
        };
        let number = query.number.as_str();
        match (self.clients.admit(query.login.as_ref()), self.declared(now, &query.number)) {
            (Err(_), _) => timeline::refused(number, TimelineRefusal::Login),
            (Ok(_), Some(declared)) => timeline::answer(number, &declared, &query.lang),
            (Ok(_), None) => timeline::refused(number, TimelineRefusal::Unknown),
        }
    }

    /// Takes an announcement in.
    pub(super) fn announce(&mut self, now: Time, file_name: &str, bytes: &[u8]) {
        self.book.announce(now, file_name, bytes, self.options.local_ranges.as_deref());
    }

    /// What tracking knows of a number at this moment: when it was declared, and for which order.
    fn declared(&self, now: Time, number: &ParcelNumber) -> Option<Declared> {
        let made = self.book.get(number).map(|entry| Declared {
            order_number: entry.order_number.as_ref().map(ToString::to_string),
            at: entry.made_at,
            shows: entry.made_at.plus(self.options.tracking_lag),
        });
        let announced = || {
            self.book.announcements().get(number).map(|parcel| Declared {
                order_number: parcel.order_number.as_ref().map(ToString::to_string),
                at: parcel.at,
                shows: parcel.at.plus(self.options.integration_lag),
            })
        };
        made.or_else(announced).filter(|declared| declared.shows <= now)
    }

    fn track_of(&self, now: Time, id: String) -> (String, Result<TrackRecord, SuiviError>) {
        let unknown = || SuiviError { code: 404, message: "Aucune information disponible pour ce num\u{e9}ro".into() };
        let known = id.parse().ok().and_then(|number| self.declared(now, &number));
        let track = known.as_ref().map(announced).ok_or_else(unknown);
        (id, track)
    }

    /// A UUID of version 4 from the seed.
    pub(super) fn boundary(&mut self) -> String {
        let (high, low) = (self.boundaries.bits(), self.boundaries.bits());
        format!(
            "{:08x}-{:04x}-4{:03x}-{:04x}-{:012x}",
            high >> 32,
            (high >> 16) & 0xffff,
            high & 0xfff,
            0x8000 | ((low >> 48) & 0x3fff),
            low & 0xffff_ffff_ffff,
        )
    }
}

fn entry(now: Time, number: ParcelNumber, client: &Client, shipment: &Shipment, body: &[u8]) -> Entry {
    let mut digest = [0; 16];
    digest.copy_from_slice(&Sha256::digest(body)[..16]);
    Entry {
        number,
        contract: client.name.clone(),
        order_number: shipment.order_number.clone(),
        parcel_ref: shipment.parcel_ref.clone(),
        product: shipment.product.clone(),
        mode: shipment.mode.clone(),
        deposit_date: shipment.deposit_date,
        weight: shipment.weight,
        format: shipment.format,
        partner: partner(shipment, &number),
        made_at: now,
        digest,
        chosen: shipment.parcel_number.is_some(),
        declared: colissimo::letter_parts(shipment).is_ok_and(|parts| parts.customs.is_some()),
        lost: false,
    }
}

/// The partner's routing code: the recipient's postal code and the parcel's number without its check digit.
fn partner(shipment: &Shipment, number: &ParcelNumber) -> Option<GeopostRouting> {
    let Letter::AsWritten(letter) = &shipment.letter else { return None };
    if matches!(number, ParcelNumber::S10(_)) {
        return None;
    }
    let code = letter.pointer("/letter/addressee/address/zipCode")?.as_str()?;
    let parcel = format!("11{}", &number.as_str()[..12]);
    GeopostRouting::from_parts(code, &parcel, PARTNER_SERVICE, PARTNER_COUNTRY).ok()
}

/// The track of a parcel that was announced and not yet handed over.
fn announced(declared: &Declared) -> TrackRecord {
    TrackRecord {
        product: "colissimo".into(),
        order_number: declared.order_number.clone(),
        events: vec![TrackEvent {
            code: ANNOUNCED.into(),
            label: "Votre Colissimo va bient\u{f4}t nous \u{ea}tre confi\u{e9}.".into(),
            at: Some(declared.at.to_paris()),
        }],
        ..TrackRecord::default()
    }
}

fn header_map(request: &Request) -> HeaderMap {
    let pairs =
        request.headers.iter().filter_map(|(name, value)| Some((name.clone(), HeaderValue::from_str(value).ok()?)));
    pairs.collect()
}
