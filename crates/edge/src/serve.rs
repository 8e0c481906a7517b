//! One request: answered from memory, or admitted and worked on, or refused.

use crate::{
    Admitted, Answer, Behind, Door, Hops, Inbound, Limits, Outbound, Pass, Peer, Told, TooSlow,
    body::{BoxError, until_taken},
    door::StandsFor,
    problem,
    seat::{Held, Seat},
};
use bytes::Bytes;
use http::{
    HeaderValue, Method, Request, Response, StatusCode, Version,
    header::{CONNECTION, HOST},
    request::Parts,
};
use http_body::Body;
use http_body_util::{Either, Full};
use hyper::{body::Incoming, service::Service};
use std::{
    convert::Infallible,
    future::{Ready, ready},
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
};
use tokio::{sync::Semaphore, time::Instant};

pub(crate) type Sent = Response<Either<Full<Bytes>, Outbound>>;
type Worked = Pin<Box<dyn Future<Output = Result<Sent, Infallible>> + Send>>;

/// What all connections share.
#[derive(Debug)]
pub(crate) struct House<D, B> {
    pub(crate) door: Arc<D>,
    pub(crate) behind: B,
    pub(crate) hops: Hops,
    pub(crate) limits: Arc<Limits>,
    /// Room for bodies that are read before their requests are let in.
    pub(crate) room: Arc<Semaphore>,
}

/// The service of one connection.
pub(crate) struct Serve<D, B> {
    pub(crate) house: Arc<House<D, B>>,
    pub(crate) peer: Peer,
    pub(crate) trusted: bool,
    pub(crate) seat: Arc<Seat>,
}

impl<D: Door, B: Behind> Serve<D, B> {
    fn peer(&self, asked: &Parts) -> Peer {
        let mut peer = self.peer.clone();
        if self.trusted {
            peer.client = self.house.hops.client(peer.client, &asked.headers);
        }
        peer
    }

    /// An answer from memory, as this connection needs it.
    fn memory(&self, mut answer: Answer, h2: bool, last: bool) -> Sent {
        if last && !h2 {
            answer.headers_mut().insert(CONNECTION, HeaderValue::from_static("close"));
        }
        if h2 { answer.map(|body| Either::Left(taken(body, &self.seat))) } else { answer.map(Either::Left) }
    }

    /// Works on a request that is let in already, or whose body is to be waited for before.
    fn work(
        &self,
        peer: Peer,
        request: Request<Incoming>,
        admitted: Option<Admitted<D::Pass, D::Turn>>,
        (h2, last): (bool, bool),
    ) -> Worked {
        let (house, seat) = (Arc::clone(&self.house), Arc::clone(&self.seat));
        let work = Held::work(&seat);
        Box::pin(async move {
            let (asked, body) = request.into_parts();
            let mut body = Inbound::new(body, Arc::clone(&seat), &house.limits);
            let admitted = match admitted {
                Some(admitted) => admitted,
                None => {
                    if let Err(why) = body.read_ahead(&house.room).await {
                        return Ok(cut_off(&why).map(Either::Left));
                    }
                    house.door.admit(&peer, &asked)
                }
            };
            let passed = match admitted {
                Admitted::Go(pass) => Ok(pass),
                Admitted::Refuse(answer) => Err(answer),
                Admitted::Wait(turn) => house.door.called(turn, &peer, &asked).await,
            };
            let mut sent = match passed {
                Ok(mut pass) => {
                    let began = Instant::now();
                    let (response, queued) = house.behind.work(peer, Request::from_parts(asked, body)).await;
                    let status = response.extensions().get().map_or(response.status(), |StandsFor(status)| *status);
                    pass.answered(Told { queued, took: began.elapsed(), status });
                    let about = response.extensions().get().and_then(|trouble| pass.about(*trouble));
                    let response = about.map_or(response, |answer| answer.map(Outbound::new));
                    response.map(|body| Either::Right(body.held(pass, work, &seat, h2)))
                }
                Err(answer) => {
                    seat.counts().turned_away();
                    answer.map(|body| Either::Left(if h2 { taken(body, &seat) } else { body }))
                }
            };
            if last && !h2 {
                sent.headers_mut().insert(CONNECTION, HeaderValue::from_static("close"));
            }
            Ok(sent)
        })
    }
}

/// The answer to a request whose body did not come.
fn cut_off(why: &BoxError) -> Answer {
    let (status, detail) = if why.is::<TooSlow>() {
        (StatusCode::REQUEST_TIMEOUT, "The body of the request came too slowly.")
    } else {
        (StatusCode::BAD_REQUEST, "The body of the request did not come whole.")
    };
    problem::answer(status, detail, None)
}

fn taken(body: Full<Bytes>, seat: &Arc<Seat>) -> Full<Bytes> {
    let mut body = body;
    match Pin::new(&mut body).poll_frame(&mut Context::from_waker(std::task::Waker::noop())) {
        Poll::Ready(Some(Ok(frame))) => {
            frame.into_data().map_or_else(|_| Full::default(), |data| Full::new(until_taken(data, seat)))
        }
        _ => Full::default(),
    }
}

/// What no request may be that passes here, whatever the version of HTTP. What HTTP/1 could be read as besides is refused
/// before it comes here.
fn refused(asked: &Parts) -> Option<Answer> {
    let bad = |detail| Some(problem::answer(StatusCode::BAD_REQUEST, detail, None));
    if asked.method == Method::CONNECT {
        return Some(problem::answer(StatusCode::METHOD_NOT_ALLOWED, "This is no proxy to elsewhere.", None));
    }
    let mut hosts = asked.headers.get_all(HOST).iter();
    let named = (hosts.next(), hosts.next(), asked.uri.authority());
    match named {
        (_, Some(_), _) => bad("The request names two hosts."),
        (Some(host), None, Some(authority)) if asked.version == Version::HTTP_2 && host != authority.as_str() => {
            bad("The request names two hosts.")
        }
        (None, None, None) if asked.version == Version::HTTP_2 => bad("The request names no host."),
        _ => None,
    }
}

impl<D: Door, B: Behind> Service<Request<Incoming>> for Serve<D, B> {
    type Response = Sent;
    type Error = Infallible;
    type Future = Answering;

    fn call(&self, request: Request<Incoming>) -> Answering {
        let h2 = request.version() == Version::HTTP_2;
        let most = self.house.limits.requests_per_connection_count_max;
        let last = self.seat.request(h2) >= most && most > 0;
        let (asked, body) = request.into_parts();
        if let Some(answer) = refused(&asked) {
            return Answering::Memory(ready(Ok(self.memory(answer, h2, true))));
        }
        let peer = self.peer(&asked);
        if let Some(answer) = self.house.door.ahead(&peer, &asked) {
            self.seat.counts().ahead();
            return Answering::Memory(ready(Ok(self.memory(answer, h2, last))));
        }
        // Most who come in a flood are refused at once, and need no room for work.
        let admitted = body.is_end_stream().then(|| self.house.door.admit(&peer, &asked));
        if let Some(Admitted::Refuse(answer)) = admitted {
            self.seat.counts().turned_away();
            return Answering::Memory(ready(Ok(self.memory(answer, h2, last))));
        }
        Answering::Worked(self.work(peer, Request::from_parts(asked, body), admitted, (h2, last)))
    }
}

/// An answer that is there already, or on its way.
pub(crate) enum Answering {
    Memory(Ready<Result<Sent, Infallible>>),
    Worked(Worked),
}

impl Future for Answering {
    type Output = Result<Sent, Infallible>;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        match self.get_mut() {
            Self::Memory(ready) => Pin::new(ready).poll(context),
            Self::Worked(worked) => worked.as_mut().poll(context),
        }
    }
}
