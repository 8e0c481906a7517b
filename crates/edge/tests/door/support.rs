//! A door that stands on a port of its own, what is behind it, and clients that write their bytes themselves.

use bytes::Bytes;
use edge::{
    Admitted, Answer, Behind, Counts, Door, InProcess, Inbound, Limits, Pass, Peeked, Peer, Settings, Told, Trouble,
    bind, serve,
};
use http::{Request, Response, request::Parts};
use http_body_util::Full;
use std::{
    convert::Infallible,
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering::SeqCst},
    },
    task::{Context, Poll},
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    runtime::Handle,
    sync::{Notify, oneshot},
    task::JoinHandle,
};

pub(crate) const GET: &str = "GET / HTTP/1.1\r\nHost: h\r\n\r\n";
pub(crate) const MEMORY: &str = "GET /memory HTTP/1.1\r\nHost: h\r\n\r\n";

/// A door that lets all in, answers `/memory` from memory, and says when a pass has ended.
#[derive(Default)]
pub(crate) struct Gate {
    pub(crate) passes: Arc<Passes>,
    pub(crate) refuse_handshakes: bool,
    pub(crate) hellos: AtomicUsize,
}

#[derive(Default)]
pub(crate) struct Passes {
    pub(crate) ended: Notify,
    pub(crate) told: std::sync::Mutex<Vec<Told>>,
}

pub(crate) struct Ticket(Arc<Passes>);

impl Pass for Ticket {
    fn answered(&mut self, told: Told) {
        self.0.told.lock().expect("lock").push(told);
    }

    fn about(&self, _: Trouble) -> Option<Answer> {
        None
    }
}

impl Drop for Ticket {
    fn drop(&mut self) {
        self.0.ended.notify_one();
    }
}

impl Door for Gate {
    type Pass = Ticket;
    type Turn = Infallible;

    fn hello(&self, wire: &[u8]) -> Peeked {
        // A TLS record of a handshake, as the wire has it.
        assert_eq!(wire.first(), Some(&0x16));
        self.hellos.fetch_add(1, SeqCst);
        Peeked { resumes: wire.windows(2).any(|pair| pair == [0, 41]), ..Peeked::default() }
    }

    fn handshake(&self, _: admission::Prefix, _: &Peeked) -> bool {
        !self.refuse_handshakes
    }

    fn ahead(&self, _: &Peer, asked: &Parts) -> Option<Answer> {
        (asked.uri.path() == "/memory").then(|| Response::new(Full::new(Bytes::from_static(&[b'm'; 70_000]))))
    }

    fn admit(&self, _: &Peer, asked: &Parts) -> Admitted<Ticket, Infallible> {
        if asked.uri.path() == "/refused" {
            let mut answer = Response::new(Full::new(Bytes::from_static(b"refused")));
            *answer.status_mut() = http::StatusCode::TOO_MANY_REQUESTS;
            return Admitted::Refuse(answer);
        }
        Admitted::Go(Ticket(Arc::clone(&self.passes)))
    }

    async fn called(&self, turn: Infallible, _: &Peer, _: &Parts) -> Result<Ticket, Answer> {
        match turn {}
    }
}

/// A service made of a function.
#[derive(Clone)]
pub(crate) struct Work<F>(pub(crate) F);

impl<F, R, B> tower_service::Service<Request<Inbound>> for Work<F>
where
    F: Fn(Request<Inbound>) -> R,
    R: Future<Output = Response<B>> + Send + 'static,
    B: 'static,
{
    type Response = Response<B>;
    type Error = Infallible;
    type Future = std::pin::Pin<Box<dyn Future<Output = Result<Response<B>, Infallible>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<Inbound>) -> Self::Future {
        let answering = (self.0)(request);
        Box::pin(async move { Ok(answering.await) })
    }
}

/// A service in this process that answers every request with what the function says.
pub(crate) fn work<F, R, B>(answer: F) -> InProcess<Work<F>>
where
    F: Fn(Request<Inbound>) -> R,
    R: Future<Output = Response<B>> + Send + 'static,
    B: 'static,
{
    InProcess::new(Work(answer), Handle::current())
}

/// A service that answers `ok` at once.
pub(crate) fn at_once() -> impl Behind {
    work(|_| async { text("ok") })
}

pub(crate) fn text(text: impl Into<Bytes>) -> Response<Full<Bytes>> {
    Response::new(Full::new(text.into()))
}

/// A door that is open.
pub(crate) struct Running {
    pub(crate) address: SocketAddr,
    pub(crate) counts: Arc<Counts>,
    pub(crate) stop: oneshot::Sender<()>,
    pub(crate) ended: JoinHandle<()>,
}

pub(crate) fn limits() -> Limits {
    Limits::default()
}

pub(crate) fn settings(limits: Limits) -> Settings {
    Settings { limits, ..Settings::default() }
}

/// Opens a door with one thread, so that places are where the test expects them.
pub(crate) fn open<D: Door>(door: D, behind: impl Behind, settings: Settings) -> Running {
    open_shared(Arc::new(door), behind, settings)
}

/// The same, of a door that the test goes on to look at.
pub(crate) fn open_shared<D: Door>(door: Arc<D>, behind: impl Behind, settings: Settings) -> Running {
    let listener = bind("127.0.0.1:0".parse().expect("an address"), 1, &settings.limits).expect("a port");
    let (address, counts) = (listener.local_addr(), Arc::clone(&settings.counts));
    let (stop, stopped) = oneshot::channel::<()>();
    let shutdown = async {
        _ = stopped.await;
    };
    let serving = async move { serve(listener, door, behind, settings, shutdown).await.expect("a door") };
    let ended = Handle::current().spawn(serving);
    Running { address, counts, stop, ended }
}

impl Running {
    pub(crate) async fn connect(&self) -> TcpStream {
        TcpStream::connect(self.address).await.expect("a connection")
    }

    /// What comes back until the end of the connection, for these bytes.
    pub(crate) async fn say(&self, bytes: impl AsRef<[u8]>) -> String {
        let mut stream = self.connect().await;
        // A door that has heard enough may close before all is written.
        _ = stream.write_all(bytes.as_ref()).await;
        to_end(&mut stream).await
    }

    /// Whether an innocent is served now.
    pub(crate) async fn serves(&self) -> bool {
        let request = "GET /x HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n";
        self.say(request).await.starts_with("HTTP/1.1 200 ")
    }
}

/// Everything up to the end of the connection, however it ends.
pub(crate) async fn to_end(stream: &mut TcpStream) -> String {
    let mut bytes = Vec::new();
    let mut buffer = [0; 4096];
    while let Ok(n @ 1..) = stream.read(&mut buffer).await {
        bytes.extend_from_slice(&buffer[..n]);
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

/// Reads until this text came.
pub(crate) async fn until(stream: &mut TcpStream, text: &str) -> String {
    let mut bytes = Vec::new();
    while !String::from_utf8_lossy(&bytes).contains(text) {
        assert_ne!(stream.read_buf(&mut bytes).await.expect("more"), 0, "{:?}", String::from_utf8_lossy(&bytes));
    }
    String::from_utf8_lossy(&bytes).into_owned()
}
