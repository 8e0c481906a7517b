//! The seam: what each connection and each request passes, and in which words they are told of.
//!
//! The door itself decides nothing here. Whoever decides implements [`Door`]; it is asked on the thread that holds the
//! connection, so none of its plain functions may wait for anything.

use crate::Trouble;
use admission::Prefix;
use bytes::Bytes;
use http::{Response, StatusCode, request::Parts};
use http_body_util::Full;
use std::{convert::Infallible, net::SocketAddr, sync::Arc, time::Duration};

/// An answer that is in memory as a whole.
pub type Answer = Response<Full<Bytes>>;

/// Who asks, as far as the connection and the trusted hops before it tell.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Peer {
    /// The client: the socket's other end or, where that is a trusted hop, whom it names. IPv4 written in IPv6 is IPv4.
    pub client: SocketAddr,
    /// The other end of the socket. It is a hop where it differs from the client.
    pub socket: SocketAddr,
    /// Whether the request came to this machine by TLS.
    pub tls: bool,
    /// What the client's first TLS message says; none without TLS.
    pub peeked: Option<Arc<Peeked>>,
}

impl Peer {
    /// The network of the client.
    pub fn prefix(&self) -> Prefix {
        Prefix::of(self.client.ip())
    }
}

/// What a ClientHello says before a private key has worked.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Peeked {
    /// The fingerprint of the client's TLS library (JA4).
    pub fingerprint: Option<String>,
    /// The name that is asked for (SNI).
    pub name: Option<String>,
    /// Whether an earlier session is offered, which costs no signature.
    pub resumes: bool,
}

/// How a request went, told to its [`Pass`] when the head of the answer is there.
#[derive(Clone, Copy, Debug)]
pub struct Told {
    /// How long the request waited before work on it began. None where the work is behind an upstream, which doesn't say.
    pub queued: Option<Duration>,
    /// From the admission to the head of the answer.
    pub took: Duration,
    /// The status of the answer that the work gave, whatever the client is given instead.
    pub status: StatusCode,
}

/// On an answer that was given in place of another: the status of that one, which says how the work went.
#[derive(Clone, Copy, Debug)]
pub(crate) struct StandsFor(pub(crate) StatusCode);

/// The right of one request to be worked on. It is dropped when the answer has been handed over as a whole, or when the
/// client left.
pub trait Pass: Send + 'static {
    /// The head of the answer is there. Not called when the client left before.
    fn answered(&mut self, told: Told);

    /// What whoever asks is given where the server behind gave no answer; none: the problem that there is already.
    fn about(&self, trouble: Trouble) -> Option<Answer>;
}

impl Pass for () {
    fn answered(&mut self, _: Told) {}

    fn about(&self, _: Trouble) -> Option<Answer> {
        None
    }
}

/// What became of a request at the door.
#[derive(Debug)]
pub enum Admitted<P, T> {
    /// It may be worked on for as long as it holds this.
    Go(P),
    /// It waits for its turn: see [`Door::called`].
    Wait(T),
    /// It is answered with this, and nothing behind the door hears of it.
    Refuse(Answer),
}

/// Who decides about connections and requests.
pub trait Door: Send + Sync + 'static {
    /// What an admitted request holds.
    type Pass: Pass;
    /// What one who waits holds. Dropped, it gives up its turn.
    type Turn: Send + 'static;

    /// Reads the first TLS record or records of a client: the bytes of the wire, with a whole ClientHello in them.
    fn hello(&self, wire: &[u8]) -> Peeked;

    /// Whether this network may cost one more TLS handshake now. Asked once for each connection, before the private key
    /// works.
    fn handshake(&self, from: Prefix, peeked: &Peeked) -> bool;

    /// The answer that is in memory for this request, whoever asks. Asked before any admission, and on every request.
    fn ahead(&self, peer: &Peer, asked: &Parts) -> Option<Answer>;

    /// Lets the request in, now or after a wait, or refuses it.
    fn admit(&self, peer: &Peer, asked: &Parts) -> Admitted<Self::Pass, Self::Turn>;

    /// Waits until this turn comes: the request may be worked on, or is answered with this. The future is dropped when the
    /// client leaves.
    fn called(
        &self,
        turn: Self::Turn,
        peer: &Peer,
        asked: &Parts,
    ) -> impl Future<Output = Result<Self::Pass, Answer>> + Send;
}

/// A door that stands open: all is let in at once, for trials and where something else decides.
#[derive(Clone, Copy, Debug)]
pub struct Open;

impl Door for Open {
    type Pass = ();
    type Turn = Infallible;

    fn hello(&self, _: &[u8]) -> Peeked {
        Peeked::default()
    }

    fn handshake(&self, _: Prefix, _: &Peeked) -> bool {
        true
    }

    fn ahead(&self, _: &Peer, _: &Parts) -> Option<Answer> {
        None
    }

    fn admit(&self, _: &Peer, _: &Parts) -> Admitted<(), Infallible> {
        Admitted::Go(())
    }

    async fn called(&self, turn: Infallible, _: &Peer, _: &Parts) -> Result<(), Answer> {
        match turn {}
    }
}
