//! The sockets: one per thread at the same address, accepted by that thread alone, drained when the door is told to stop.

use crate::{
    Behind, Certificates, Counts, Cut, Door, Hops, Limits, body, connection,
    hop::canonical,
    places::{self, Places, PrefixCounts},
    seat::Ticks,
    serve::House,
};
use admission::Prefix;
use rustls::ServerConfig;
use socket2::{Domain, Protocol, Socket, Type};
use std::{
    io,
    net::{SocketAddr, TcpListener},
    sync::{Arc, Mutex},
    thread,
    time::Duration,
};
use tokio::{
    net::TcpStream,
    sync::{oneshot, watch},
    task::JoinSet,
    time::{Interval, MissedTickBehavior},
};

/// How often it is looked whether the certificates' files changed.
const CERTIFICATES_LOOKED_AT: Duration = Duration::from_secs(5);

/// So many connections are accepted before those that are open have their turn. More wait in the kernel, where they hold up
/// nobody who is served: taken all at once, two thousand cost a third of a second.
const ACCEPTED_IN_A_ROW_MAX: u32 = 16;

/// What a door is opened with.
#[derive(Clone, Debug, Default)]
pub struct Settings {
    /// The bounds.
    pub limits: Limits,
    /// The hops that are believed.
    pub hops: Hops,
    /// The certificates. None: no TLS.
    pub certificates: Option<Arc<Certificates>>,
    /// Where it is counted.
    pub counts: Arc<Counts>,
}

/// Bound sockets. Connections wait in the kernel until [`serve`] is called.
#[derive(Debug)]
pub struct Listener {
    address: SocketAddr,
    sockets: Vec<TcpListener>,
}

impl Listener {
    /// The address that was bound, with the port that the system chose where 0 was asked.
    pub const fn local_addr(&self) -> SocketAddr {
        self.address
    }
}

/// Binds the address for so many threads; 0 for one per core.
///
/// # Errors
/// Taken by another process, or not allowed; the message says the address and what to do.
pub fn bind(address: SocketAddr, threads: usize, limits: &Limits) -> io::Result<Listener> {
    let advice = |kind| match kind {
        io::ErrorKind::AddrInUse => "another process listens there: stop it, or choose another port",
        io::ErrorKind::PermissionDenied => "this user may not: choose a port above 1023",
        _ => "check that the address is one of this machine's",
    };
    bound(address, threads, limits)
        .map_err(|e| io::Error::new(e.kind(), format!("cannot listen on {address}: {e}; {}", advice(e.kind()))))
}

fn bound(address: SocketAddr, threads: usize, limits: &Limits) -> io::Result<Listener> {
    let threads = if threads == 0 { thread::available_parallelism().map_or(1, usize::from) } else { threads };
    // Sockets that share their port would share it with another process of this user too: one that doesn't finds it out.
    let alone = socket(address, false)?;
    let shared = if address.port() == 0 { alone.local_addr()?.as_socket().unwrap_or(address) } else { address };
    drop(alone);
    let backlog = i32::try_from(limits.backlog_count).unwrap_or(i32::MAX);
    let open = |_| {
        let socket = socket(shared, true)?;
        // What is accepted has it too, without a call for each connection.
        socket.set_tcp_nodelay(true)?;
        socket.listen(backlog)?;
        socket.set_nonblocking(true)?;
        Ok(TcpListener::from(socket))
    };
    let sockets = (0..threads).map(open).collect::<io::Result<Vec<_>>>()?;
    Ok(Listener { address: shared, sockets })
}

fn socket(address: SocketAddr, shared: bool) -> io::Result<Socket> {
    let socket = Socket::new(Domain::for_address(address), Type::STREAM, Some(Protocol::TCP))?;
    socket.set_reuse_address(true)?;
    if shared {
        socket.set_reuse_port(true)?;
    }
    socket.bind(&address.into())?;
    Ok(socket)
}

/// Serves until `shutdown` is ready, then lets requests under way end for as long as the limits give them. What is behind
/// the door must go on running meanwhile.
///
/// # Errors
/// A thread, its runtime or the TLS configuration could not be made. Nothing is served then.
pub async fn serve<D: Door, B: Behind>(
    listener: Listener,
    door: Arc<D>,
    behind: B,
    settings: Settings,
    shutdown: impl Future<Output = ()>,
) -> io::Result<()> {
    let threads = listener.sockets.len();
    let limits = Arc::new(settings.limits);
    let fit = limits.connections_that_fit();
    let (ticks, prefixes) = (Arc::new(Ticks::new()), Arc::new(PrefixCounts::new()));
    let tls = settings.certificates.as_ref().map(Certificates::config).transpose()?;
    let room = body::room();
    let (stop, stopping) = watch::channel(());
    let mut done = Vec::new();
    for (n, socket) in listener.sockets.into_iter().enumerate() {
        let (counts, ticks, prefixes) = (Arc::clone(&settings.counts), Arc::clone(&ticks), Arc::clone(&prefixes));
        let places = Places::new(Arc::clone(&limits), counts, ticks, prefixes, fit, threads);
        let house = House {
            door: Arc::clone(&door),
            behind: behind.here(),
            hops: settings.hops.clone(),
            limits: Arc::clone(&limits),
            room: Arc::clone(&room),
        };
        let desk = Desk {
            house: Arc::new(house),
            tls: tls.clone(),
            places: Arc::new(Mutex::new(places)),
            counts: Arc::clone(&settings.counts),
            stopping: stopping.clone(),
        };
        done.push(open(n, socket, desk)?);
    }
    drop(stopping);
    tokio::select! {
        () = shutdown => {}
        never = look_at_certificates(settings.certificates.as_ref()) => match never {},
    }
    drop(stop);
    for thread in done {
        // A thread that panicked has no connections left to wait for.
        _ = thread.await;
    }
    Ok(())
}

async fn look_at_certificates(certificates: Option<&Arc<Certificates>>) -> std::convert::Infallible {
    let Some(certificates) = certificates else { return std::future::pending().await };
    let mut times = tokio::time::interval(CERTIFICATES_LOOKED_AT);
    loop {
        times.tick().await;
        let certificates = Arc::clone(certificates);
        if let Err(e) = tokio::task::spawn_blocking(move || certificates.reload_if_changed()).await {
            tracing::error!(error = %e, "the certificates could not be looked at");
        }
    }
}

/// What one thread works with.
struct Desk<D, B> {
    house: Arc<House<D, B>>,
    tls: Option<Arc<ServerConfig>>,
    places: Arc<Mutex<Places>>,
    counts: Arc<Counts>,
    stopping: watch::Receiver<()>,
}

fn open<D: Door, B: Behind>(n: usize, socket: TcpListener, desk: Desk<D, B>) -> io::Result<oneshot::Receiver<()>> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let (tell, done) = oneshot::channel();
    thread::Builder::new().name(format!("door-{n}")).spawn(move || {
        runtime.block_on(async {
            match tokio::net::TcpListener::from_std(socket) {
                Ok(socket) => desk.accept(socket).await,
                Err(e) => tracing::error!(error = %e, "a thread of the door could not begin"),
            }
        });
        drop(runtime);
        // Nobody waits when the door itself was dropped.
        _ = tell.send(());
    })?;
    Ok(done)
}

impl<D: Door, B: Behind> Desk<D, B> {
    async fn accept(mut self, socket: tokio::net::TcpListener) {
        let mut ticks = tokio::time::interval(self.house.limits.tick());
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut open = JoinSet::new();
        let mut in_a_row = 0;
        loop {
            if in_a_row == ACCEPTED_IN_A_ROW_MAX {
                in_a_row = 0;
                tokio::task::yield_now().await;
            }
            tokio::select! {
                _ = self.stopping.changed() => break,
                _ = ticks.tick() => {
                    places::sweep(&self.places);
                    while open.try_join_next().is_some() {}
                }
                accepted = socket.accept() => match accepted {
                    Ok((stream, from)) => {
                        in_a_row += 1;
                        self.receive(stream, canonical(from), &mut open);
                    }
                    Err(e) => {
                        tracing::warn!(error = %e, "a connection could not be accepted");
                        ticks.tick().await;
                    }
                },
            }
        }
        drop(socket);
        self.drain(open, ticks).await;
    }

    fn receive(&self, stream: TcpStream, from: SocketAddr, open: &mut JoinSet<()>) {
        let place = match places::take(&self.places, Prefix::of(from.ip()), self.house.hops.trusts(from.ip())) {
            Ok(place) => place,
            Err(why) => return self.counts.refused(why),
        };
        let key = place.key();
        let (house, tls, stopping) = (Arc::clone(&self.house), self.tls.clone(), self.stopping.clone());
        let task = open.spawn(connection::serve(stream, from, house, tls, place, stopping));
        places::serve(&self.places, key, task);
    }

    async fn drain(&self, mut open: JoinSet<()>, mut ticks: Interval) {
        let most = Duration::from_millis(self.house.limits.drain_ms_max);
        let all = async {
            loop {
                tokio::select! {
                    ended = open.join_next() => if ended.is_none() { break },
                    _ = ticks.tick() => places::sweep(&self.places),
                }
            }
        };
        if tokio::time::timeout(most, all).await.is_err() {
            tracing::warn!(connections = open.len(), "connections were cut because their requests did not end in time");
            (0..open.len()).for_each(|_| self.counts.cut(Cut::Drained));
            open.shutdown().await;
        }
    }
}
