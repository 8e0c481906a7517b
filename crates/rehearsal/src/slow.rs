//! Connections that are slow on purpose: a head that does not end, a body that drips, an answer that is hardly read; before TLS, a
//! handshake that does not begin.

use crate::{
    bounded::Sources,
    loopback::{Loopback, flood_source},
    tally::{FloodTally, add},
    wire::Door,
};
use std::{io, sync::Arc, time::Duration};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpSocket, TcpStream},
    time::sleep,
};

/// Between two drops; common tools wait 10 s and more, which a short rehearsal would not see twice.
const DROP_EVERY: Duration = Duration::from_secs(2);
/// After the door closed the connection.
const PAUSE: Duration = Duration::from_millis(500);
/// Small, so that an answer that is not read fills it.
const RECEIVE_BYTES: u32 = 2_048;
/// Pages asked for at once by who reads slowly.
const PAGES: usize = 16;

const HEAD: &str = "GET /search?q=colis HTTP/1.1\r\nhost: localhost\r\n";
const BODY: &str = "POST /account/register HTTP/1.1\r\nhost: localhost\r\ncontent-length: 10000\r\n\r\nemail=";
const PAGE: &str = "GET /legal HTTP/1.1\r\nhost: localhost\r\n\r\n";

#[derive(Clone, Copy)]
enum Way {
    Head,
    Body,
    Read,
    /// Before TLS: the handshake does not begin.
    Silent,
}

/// Holds a slow connection, and opens it again whenever the door closes it.
pub(crate) async fn hold(door: Door, n: u64, sources: Sources, tally: Arc<FloodTally>) {
    let way = match n % 3 {
        _ if door.tls.is_some() => Way::Silent,
        0 => Way::Head,
        1 => Way::Body,
        _ => Way::Read,
    };
    loop {
        if let Ok(stream) = open(door.http1, n % sources.get().max(1)).await {
            add(&tally.slow_opened);
            let _ = drip(stream, way).await;
            add(&tally.slow_closed);
        }
        sleep(PAUSE).await;
    }
}

async fn open(to: Loopback, source: u64) -> io::Result<TcpStream> {
    let to = to.address();
    if to.is_ipv6() {
        return TcpStream::connect(to).await;
    }
    let socket = TcpSocket::new_v4()?;
    socket.set_recv_buffer_size(RECEIVE_BYTES)?;
    socket.bind((flood_source(source), 0).into())?;
    socket.connect(to).await
}

/// Goes on until the door closes the connection.
async fn drip(mut stream: TcpStream, way: Way) -> io::Result<()> {
    let begin = match way {
        Way::Head => HEAD.to_owned(),
        Way::Body => BODY.to_owned(),
        Way::Read => PAGE.repeat(PAGES),
        Way::Silent => String::new(),
    };
    stream.write_all(begin.as_bytes()).await?;
    let mut read = [0; 16];
    loop {
        match way {
            Way::Head => stream.write_all(b"x-more: 1\r\n").await?,
            Way::Body => stream.write_all(b"a").await?,
            Way::Read => {
                if stream.read(&mut read).await? == 0 {
                    return Ok(());
                }
            }
            Way::Silent => {}
        }
        if closed(&stream, way).await {
            return Ok(());
        }
    }
}

/// Waits for the next drop; true when the door closed the connection or answered, as it does when it has enough.
async fn closed(stream: &TcpStream, way: Way) -> bool {
    tokio::select! {
        () = sleep(DROP_EVERY) => false,
        readable = stream.readable(), if !matches!(way, Way::Read) => readable.is_err() || answered(stream),
    }
}

/// Whether there are bytes to read, or none will come any more.
fn answered(stream: &TcpStream) -> bool {
    !matches!(stream.try_read(&mut [0; 64]), Err(e) if e.kind() == io::ErrorKind::WouldBlock)
}
