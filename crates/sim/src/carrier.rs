//! The simulated carrier: speaks Colissimo's protocols, keeps its rules, and fails as its scenario says.
//!
//! A deterministic core without clock or socket: from one seed, the same requests at the same times get the same bytes.
//! What reaches the network is left to [`crate::wire`] (sockets) and [`crate::transport`] (simulated time), which both
//! enact the [`Wire`] that [`Carrier::handle`] returns. A call that fails may have been carried out before: then the
//! label stands in the [`Book`], and nobody was told.

mod announced;
mod book;
mod contracts;
mod desk;
mod failure;
mod fate;
mod form;
mod label;
mod paper;
mod pickup;
mod shared;
#[cfg(test)]
mod tests;
mod timeline;

pub use announced::{Announced, Announcements, Offence};
pub use book::{Book, Call, Calls, Entry};
pub use contracts::{Contract, Contracts};
pub use pickup::every_point;
pub use shared::SharedCarrier;

use crate::{
    dice::Dice,
    register::Register,
    scenario::{Function, Scenario},
};
use ::label::Range;
use carriers::{
    Request, Response,
    colissimo::{self, LineEnds, SoapCall, SoapFault, SoapOperation},
};
use clock::Time;
use desk::{Desk, Done};
use http::{Method, header};
use parcel::ParcelNumber;
use pickup::Door;
use std::{sync::Arc, time::Duration};

/// Which stream of the seed's chance decides the fate of calls.
const FATE_STREAM: u64 = 0;
/// Which stream makes the boundaries of answers.
const BOUNDARY_STREAM: u64 = 1;

/// How a simulated carrier is set up.
#[derive(Clone, Debug)]
pub struct Options {
    /// The seed of everything that is left to chance.
    pub seed: u64,
    /// Who may ask.
    pub contracts: Contracts,
    /// Which pickup points it takes.
    pub points: Points,
    /// How the lines of its multipart answers end.
    pub line_ends: LineEnds,
    /// The key that Suivi asks for; `None` takes any key, but not none.
    pub okapi_key: Option<String>,
    /// How long after a label was made tracking first knows of it (assumed: a minute).
    pub tracking_lag: Duration,
    /// How long after its delivery an announcement shows in tracking (assumed: ten minutes).
    pub integration_lag: Duration,
    /// The ranges that were given out for local labels; `None` when the simulation does not hold anyone to them.
    pub local_ranges: Option<Vec<Range>>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            seed: 0,
            contracts: Contracts::Any,
            points: Points::Listed,
            line_ends: LineEnds::Crlf,
            okapi_key: None,
            tracking_lag: Duration::from_secs(60),
            integration_lag: Duration::from_secs(600),
            local_ranges: None,
        }
    }
}

/// Which pickup points the carrier takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Points {
    /// The made-up points of [`crate::places`] that are open.
    Listed,
    /// The same, of which some shut, open, go away or keep other hours during the scenario: see [`crate::register`].
    Changing,
    /// Any id, for requests that were not made by this simulation.
    Any,
}

/// What happens on the connection.
#[derive(Clone, Debug, PartialEq)]
pub enum Wire {
    /// A whole answer.
    Answer(Response),
    /// The first `keep` bytes of this answer's body, then the connection closes.
    Truncated {
        /// The answer that was meant.
        answer: Response,
        /// How many bytes of its body leave, less than all.
        keep: usize,
    },
    /// Nothing, ever.
    NoAnswer,
    /// No connection. Where there is one already (sockets), it is reset.
    Refused,
    /// The connection is reset.
    Reset,
}

/// A function of the carrier is dark.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the carrier is dark")]
pub struct Dark;

/// What the carrier does about a request.
#[derive(Clone, Debug, PartialEq)]
pub struct Reply {
    /// How long it takes before anything happens.
    pub delay: Duration,
    /// What then happens.
    pub wire: Wire,
    /// The label that was made for this request, whether or not its client will hear of it.
    pub made: Option<ParcelNumber>,
}

/// The carrier.
#[derive(Debug)]
pub struct Carrier {
    scenario: Arc<Scenario>,
    desk: Desk,
    fates: Dice,
}

impl Carrier {
    /// A carrier in this scenario.
    pub fn new(scenario: Arc<Scenario>, options: Options) -> Self {
        let fates = Dice::stream(options.seed, FATE_STREAM);
        let boundaries = Dice::stream(options.seed, BOUNDARY_STREAM);
        let register = match options.points {
            Points::Changing => Register::changing(options.seed, scenario.start, scenario.end),
            Points::Listed | Points::Any => Register::still(),
        };
        Self { scenario, desk: Desk::new(options, boundaries, register), fates }
    }

    /// Takes a request that has been read whole, at this moment of the scenario.
    pub fn handle(&mut self, now: Time, request: &Request) -> Reply {
        let asked = Asked::of(request);
        self.desk.book.count(now, asked.call());
        let weather = self.scenario.at(now, asked.function());
        let fate = fate::draw(&mut self.fates, &weather, &self.scenario.baseline);
        let Some(failure) = fate.failure else {
            let Done { answer, made } = self.desk.serve(now, &asked, request);
            return Reply { delay: fate.delay, wire: Wire::Answer(answer), made };
        };
        let done = failure.worked.then(|| self.desk.serve(now, &asked, request));
        let made = done.as_ref().and_then(|d| d.made);
        if let Some(number) = &made {
            self.desk.book.mark_lost(number);
        }
        let wire = failure::wire(&failure, &asked, done.map(|d| d.answer), &mut self.desk);
        Reply { delay: fate.delay, wire, made }
    }

    /// Takes a complete announcement file in, named without its last ending.
    ///
    /// # Errors
    /// [`Dark`] while the exchange of orders is dark: the file is not there then.
    pub fn announce(&mut self, now: Time, file_name: &str, bytes: &[u8]) -> Result<(), Dark> {
        if self.scenario.at(now, Function::Orders).dark {
            return Err(Dark);
        }
        self.desk.announce(now, file_name, bytes);
        Ok(())
    }

    /// What the carrier has done.
    pub fn book(&self) -> &Book {
        &self.desk.book
    }

    /// The scenario that it lives in.
    pub fn scenario(&self) -> &Scenario {
        &self.scenario
    }

    /// Notes that the answer about this number did not reach its client, which had gone.
    pub fn answer_lost(&mut self, number: &ParcelNumber) {
        self.desk.book.mark_lost(number);
    }
}

/// What a request is for, by its path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Asked<'a> {
    Generate,
    Check,
    Reprint,
    Slip,
    /// An operation of the SOAP twin; `None` for what is none.
    Soap(Option<SoapOperation>),
    /// The description of the SOAP twin.
    Wsdl,
    Track {
        ids: &'a str,
        query: Option<&'a str>,
    },
    Timeline,
    Pickup(Door<'a>),
    Health,
    Nothing,
}

impl<'a> Asked<'a> {
    fn of(request: &'a Request) -> Self {
        let (path, query) = split(&request.path_and_query);
        match path {
            colissimo::SOAP if request.method == Method::GET => Self::Wsdl,
            colissimo::SOAP => Self::Soap(soap_call(request).ok().map(|call| call.operation)),
            colissimo::SLIP => Self::Slip,
            colissimo::GENERATE => Self::Generate,
            colissimo::CHECK => Self::Check,
            colissimo::GET_LABEL => Self::Reprint,
            colissimo::TIMELINE => Self::Timeline,
            page if colissimo::HEALTH_PAGES.contains(&page) => Self::Health,
            other => match (other.strip_prefix(colissimo::SUIVI), Door::of(other, query)) {
                (Some(ids), _) => Self::Track { ids, query },
                (None, Some(door)) => Self::Pickup(door),
                (None, None) => Self::Nothing,
            },
        }
    }

    fn function(self) -> Function {
        match self {
            Self::Track { .. } | Self::Timeline => Function::Tracking,
            Self::Pickup(_) => Function::Pickup,
            Self::Health => Function::Health,
            Self::Generate | Self::Check | Self::Reprint | Self::Slip | Self::Soap(_) | Self::Wsdl | Self::Nothing => {
                Function::Label
            }
        }
    }

    fn call(self) -> Call {
        match self {
            Self::Generate | Self::Soap(Some(SoapOperation::Generate)) => Call::Generate,
            Self::Check | Self::Soap(Some(SoapOperation::Check)) => Call::Check,
            Self::Reprint | Self::Soap(Some(SoapOperation::Reprint)) => Call::Reprint,
            Self::Slip | Self::Soap(Some(SoapOperation::Slip)) => Call::Slip,
            Self::Track { .. } => Call::Track,
            Self::Timeline => Call::Timeline,
            Self::Pickup(_) => Call::Pickup,
            Self::Health => Call::Health,
            Self::Soap(None) | Self::Wsdl | Self::Nothing => Call::Other,
        }
    }
}

/// The call in a request to the SOAP twin.
fn soap_call(request: &Request) -> Result<SoapCall, SoapFault> {
    let content_type = request.headers.iter().find(|(name, _)| name == header::CONTENT_TYPE);
    colissimo::read_soap(content_type.map_or("", |(_, value)| value), &request.body)
}

fn split(path_and_query: &str) -> (&str, Option<&str>) {
    match path_and_query.split_once('?') {
        Some((path, query)) => (path, Some(query)),
        None => (path_and_query, None),
    }
}
