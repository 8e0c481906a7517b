//! A day of tickets at once: 800 mails by HTTP, each durable, matched to its parcel and its answer handed to the channel.

use crate::{
    Outcome, gateway, load,
    load::Connection,
    measure::{Row, Started},
};
use bytes::Bytes;
use channels::{BoxFuture, Channel, Message, Report};
use clock::{Clock, SystemClock};
use http::{Request, header};
use http_body_util::Full;
use sha2::{Digest, Sha256};
use std::{net::SocketAddr, sync::Arc, time::Duration};
use store::{NewApiKey, Options, Scope, Store};
use tokio::{sync::mpsc, task::JoinSet, time::timeout};
use watch::{Carrier, Condition, Function, IncidentId, Numbers, Transition, What};

const TICKETS: u32 = 800;
const CONNECTIONS: u32 = 8;
const DESK_KEY: &str = "tk_bench_desk";
const ADDRESS: &str = "help@bench.example";
/// What takes longer is not measured any more.
const PATIENCE: Duration = Duration::from_secs(120);

type Failure = Box<dyn std::error::Error + Send + Sync>;

/// A channel that takes every message at once.
struct Taker(mpsc::Sender<String>);

impl Channel for Taker {
    fn send<'a>(&'a self, message: &'a Message) -> BoxFuture<'a, Report> {
        Box::pin(async move {
            let taken = self.0.send(message.text.clone()).await;
            taken.map_or(Report::Refused { why: "nobody listens".to_owned() }, |()| Report::Delivered)
        })
    }

    fn canary(&self) -> BoxFuture<'_, Report> {
        Box::pin(async { Report::Delivered })
    }
}

/// From the first byte of the first mail to the last answer at the channel.
pub(crate) fn measure(quick: u32) -> Outcome {
    let count = (TICKETS / quick).max(CONNECTIONS) / CONNECTIONS * CONNECTIONS;
    let dir = tempfile::tempdir()?;
    crate::intake::runtime()?.block_on(async {
        opened(dir.path()).await.map_err(|e| e.to_string())?;
        let (out, mut taken) = mpsc::channel(TICKETS as usize);
        let (config, mail) = (gateway::config(dir.path()), Some(Arc::new(Taker(out)) as Arc<dyn Channel>));
        let gateway = gateway::gateway_by_mail(config, Arc::new(gateway::Dead), mail).await?;
        prepare(gateway.store(), gateway.addr(), count).await.map_err(|e| e.to_string())?;
        let started = Started::now();
        let sent = send(gateway.addr(), count);
        let answered = async {
            let mut right = 0_u64;
            for _ in 0..count {
                let text = timeout(PATIENCE, taken.recv()).await.ok().flatten().unwrap_or_default();
                right += u64::from(text.contains("BENCH-"));
            }
            right
        };
        let (sent, right) = tokio::join!(sent, answered);
        let spent = started.spent();
        sent.map_err(|e| e.to_string())?;
        gateway.shutdown().await?;
        let n = u64::from(count);
        if right != n {
            return Err(format!("{right} of {n} answers name their parcel").into());
        }
        let what = "mails by HTTP, durable, matched, answers handed to the channel";
        Ok(vec![Row::new("tickets", what, spent.wall.as_secs_f64(), "s", n).costing(&spent)])
    })
}

async fn prepare(store: &Store, addr: SocketAddr, count: u32) -> Result<(), Failure> {
    store.add_support_contact(&gateway::merchant(), ADDRESS).await?;
    let key = NewApiKey {
        digest: Sha256::digest(DESK_KEY).into(),
        merchant: gateway::merchant(),
        name: "desk".into(),
        scopes: Scope::Support.into(),
        at: SystemClock.now(),
        expires_at: None,
    };
    store.add_api_key(key).await?;
    let mut connection = Connection::open(addr).await?;
    for n in 0..count {
        let mut body = load::body(u64::from(n));
        body["order_number"] = format!("BENCH-{n}").into();
        let request = post("/v1/shipments", gateway::API_KEY, "application/json", body.to_string())?;
        let (status, body) = connection.send(request).await?;
        if !status.is_success() {
            return Err(format!("{status}: {}", String::from_utf8_lossy(&body)).into());
        }
    }
    Ok(())
}

/// An incident that explains why labels are late, as an earlier process wrote it down.
async fn opened(dir: &std::path::Path) -> Result<(), Failure> {
    let at = SystemClock.now().minus(Duration::from_secs(3_600));
    let what = What::Opened { function: Function::Label, condition: Condition::Dark, numbers: Numbers::default() };
    let opened = Transition { at, incident: IncidentId(1), carrier: Carrier::new("colissimo"), what };
    let store = Store::open(Options::dir(dir, gateway::sealing_key()))?;
    store.append_incident_facts(&[opened]).await?;
    Ok(store.close().await?)
}

async fn send(addr: SocketAddr, count: u32) -> Result<(), Failure> {
    let mut all = JoinSet::new();
    for first in 0..CONNECTIONS {
        all.spawn(async move {
            let mut connection = Connection::open(addr).await?;
            for n in (first..count).step_by(CONNECTIONS as usize) {
                let mail = format!(
                    "From: Shop <{ADDRESS}>\r\nTo: help@tournee.example\r\nMessage-ID: <{n}@bench.example>\r\n\
                     Subject: Commande BENCH-{n}\r\n\r\nBonjour,\r\n\r\no\u{f9} en est la commande BENCH-{n} ?\r\n\r\nMerci\r\n"
                );
                let (status, body) = connection.send(post("/v1/tickets/mail", DESK_KEY, "message/rfc822", mail)?).await?;
                if !status.is_success() {
                    return Err(format!("{status}: {}", String::from_utf8_lossy(&body)).into());
                }
            }
            Ok::<(), Failure>(())
        });
    }
    while let Some(connection) = all.join_next().await {
        connection??;
    }
    Ok(())
}

fn post(path: &str, key: &str, media_type: &str, body: String) -> Result<Request<Full<Bytes>>, http::Error> {
    Request::post(path)
        .header(header::HOST, "localhost")
        .header(header::AUTHORIZATION, format!("Bearer {key}"))
        .header(header::CONTENT_TYPE, media_type)
        .body(Full::from(body))
}
