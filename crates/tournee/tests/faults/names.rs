//! The name service of a world: every name of the carrier, and everybody else's, with a manner for each.

use crate::{
    fault::Names,
    net::{CARRIER, ELSEWHERE, RESOLVER},
};
use std::net::{Ipv4Addr, SocketAddr};
use tokio::{net::UdpSocket, sync::watch};

/// How the names of the carrier and those of others are answered.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Says {
    pub(crate) carrier: Names,
    pub(crate) others: Names,
}

/// The ending of the carrier's names.
pub(crate) const CARRIERS: &str = "carrier.test";
/// The longest message without extensions (RFC 1035, 4.2.1).
const MESSAGE_BYTES_MAX: usize = 512;
const HEAD_BYTES: usize = 12;
const TYPE_A: [u8; 2] = [0, 1];

/// Answers for ever.
pub(crate) async fn serve(says: watch::Receiver<Says>) {
    let socket = UdpSocket::bind(SocketAddr::from((RESOLVER, 53))).await.expect("a port for names");
    let mut message = [0; MESSAGE_BYTES_MAX];
    loop {
        // An error here is what the network said of an earlier answer.
        let Ok((length, from)) = socket.recv_from(&mut message).await else { continue };
        let now = *says.borrow();
        if let Some(answer) = answer(&message[..length], now) {
            let _ = socket.send_to(&answer, from).await;
        }
    }
}

/// The answer to one question.
fn answer(message: &[u8], says: Says) -> Option<Vec<u8>> {
    let (name, end) = name(message)?;
    let question = message.get(HEAD_BYTES..end + 4)?;
    let is_carriers = name.ends_with(CARRIERS);
    let address = if is_carriers { CARRIER } else { ELSEWHERE };
    let (code, found) = match if is_carriers { says.carrier } else { says.others } {
        Names::Silent => return None,
        Names::Failed => (2, None),
        Names::NoSuchName => (3, None),
        Names::Refused => (5, None),
        // There are addresses of the fourth version alone.
        Names::Found => (0, (question.get(end - HEAD_BYTES..end - HEAD_BYTES + 2)? == TYPE_A).then_some(address)),
    };
    Some(written(message.get(..2)?, code, question, found))
}

/// The name of the first question, and where it ends.
fn name(message: &[u8]) -> Option<(String, usize)> {
    let (mut name, mut at) = (String::new(), HEAD_BYTES);
    loop {
        let length = usize::from(*message.get(at)?);
        at += 1;
        if length == 0 {
            return Some((name, at));
        }
        let label = message.get(at..at + length)?;
        name += if name.is_empty() { "" } else { "." };
        name += &String::from_utf8_lossy(label).to_lowercase();
        at += length;
    }
}

fn written(id: &[u8], code: u8, question: &[u8], found: Option<Ipv4Addr>) -> Vec<u8> {
    let answers = u8::from(found.is_some());
    let mut out = id.to_vec();
    // A response, with recursion asked for and had.
    out.extend([0x81, 0x80 | code, 0, 1, 0, answers, 0, 0, 0, 0]);
    out.extend(question);
    if let Some(address) = found {
        // The name of the question; an address; of the internet; to be asked for each time; four bytes.
        out.extend([0xc0, 0x0c, 0, 1, 0, 1, 0, 0, 0, 0, 0, 4]);
        out.extend(address.octets());
    }
    out
}
