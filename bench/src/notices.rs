//! One message about an incident to ten thousand subscribers: written down with its notices, claimed, composed in the
//! subscriber's language, handed to the channel and its end written down.

use crate::{
    Outcome, gateway,
    measure::{Row, Started},
};
use channels::{BoxFuture, Channel, Message, Report};
use clock::{Clock, SystemClock};
use notice::{
    Claim, Counts, Lang, Method, Says, SeenBy, Stage, Update, UpdateId, Window,
    plan::{ChannelKind, Digest, Wants},
};
use prometheus_client::registry::Registry;
use runner::{Channels, Composer, Tell, TellMetrics, TellSettings};
use std::{collections::HashSet, sync::Arc, time::Duration};
use store::{NewSubscription, NewWay, Options, Store};
use tokio::{sync::mpsc, time::timeout};
use watch::{Carrier, Condition, Function, IncidentId, Verdict};

const SUBSCRIBERS: u32 = 10_000;
/// What takes longer is not measured any more.
const PATIENCE: Duration = Duration::from_secs(120);

/// A channel that takes every message at once.
struct Taker(mpsc::Sender<String>);

impl Channel for Taker {
    fn send<'a>(&'a self, message: &'a Message) -> BoxFuture<'a, Report> {
        Box::pin(async move {
            let taken = self.0.send(message.to.clone()).await;
            taken.map_or(Report::Refused { why: "nobody listens".to_owned() }, |()| Report::Delivered)
        })
    }

    fn canary(&self) -> BoxFuture<'_, Report> {
        Box::pin(async { Report::Delivered })
    }
}

/// From the message to the last notice at the channel.
pub(crate) fn measure(quick: u32) -> Outcome {
    let count = SUBSCRIBERS / quick;
    let dir = tempfile::tempdir()?;
    crate::intake::runtime()?.block_on(async {
        let store = Store::open(Options::dir(dir.path(), gateway::sealing_key()))?;
        for n in 0..count {
            store.subscribe(subscriber(n)).await?;
        }
        let (out, mut taken) = mpsc::channel(SUBSCRIBERS as usize);
        let channels: Channels = [(ChannelKind::Mail, Arc::new(Taker(out)) as Arc<dyn Channel>)].into();
        let composer = Arc::new(Composer { url: "https://status.bench.example".into() });
        let metrics = TellMetrics::register(&mut Registry::default());
        let clock = Arc::new(SystemClock);
        let tell = Tell::start(store.clone(), channels, composer, clock, TellSettings::default(), metrics).await?;
        let started = Started::now();
        store.append_updates(&[update()]).await?;
        let written = started.spent();
        let mut reached = HashSet::new();
        while reached.len() < count as usize {
            let Ok(Some(to)) = timeout(PATIENCE, taken.recv()).await else { break };
            if !reached.insert(to) {
                return Err("somebody was told twice".into());
            }
        }
        let spent = started.spent();
        tell.shutdown(Duration::from_secs(30)).await;
        store.close().await?;
        if reached.len() != count as usize {
            return Err(format!("{} of {count} were reached", reached.len()).into());
        }
        let n = u64::from(count);
        let to_disk = "a message and its notices written down in one transaction";
        let to_channel = "notices durable, composed and handed to the channel";
        Ok(vec![
            Row::new("notices-written", to_disk, written.wall.as_secs_f64() * 1_000.0, "ms", n),
            Row::new("notices", to_channel, spent.wall.as_secs_f64(), "s", n).costing(&spent),
        ])
    })
}

fn subscriber(n: u32) -> NewSubscription {
    let address = format!("reader{n}@bench.example").into();
    NewSubscription {
        id: format!("sub_{n:016x}"),
        lang: if n.is_multiple_of(5) { Lang::English } else { Lang::French },
        ways: vec![NewWay { channel: ChannelKind::Mail, address, confirmed: true }],
        wants: Wants::default(),
        budget_per_day: None,
        quiet: None,
        digest: Digest::AtOnce,
        at: SystemClock.now(),
    }
}

fn update() -> Update {
    let at = SystemClock.now();
    let claim = Claim {
        carrier: Carrier::new("colissimo"),
        function: Some(Function::Label),
        says: Says::Failing { condition: Condition::Dark, seen_ms: None, usual_ms: None, ourselves_well: true },
        since: at,
        seen_by: SeenBy::Ourselves,
        window: Window { from: at.minus(Duration::from_secs(900)), to: at },
        counts: Some(Counts { n: 40, bad: 38 }),
        method: Method::Calls,
        confidence: Some(0.8),
        made: at,
        expires: at.plus(Duration::from_secs(4_200)),
    };
    Update {
        id: UpdateId(1),
        incident: IncidentId(1),
        carrier: claim.carrier.clone(),
        at,
        stage: Stage::Investigating,
        verdict: Verdict::Unknown,
        claims: vec![claim],
        remark: None,
        next_by: Some(at.plus(Duration::from_secs(3_600))),
    }
}
