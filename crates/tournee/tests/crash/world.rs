//! One world: a data directory, a carrier, clients, and one gateway after the other.

use crate::{
    audit::{self, Ways},
    carrier::{self, Trap},
    child::{self, LISTENING},
    clients::{Crowd, Door, api_key},
    death::{Death, Deaths},
};
use clock::{Clock, SystemClock};
use sha2::{Digest, Sha256};
use sim::{
    carrier::Entry,
    merchants::Merchant,
    orders::orders,
    scenario::{Baseline, Scenario},
    wire::WireServer,
};
use std::{
    collections::HashSet,
    io::{BufRead, BufReader},
    net::SocketAddr,
    os::unix::process::ExitStatusExt,
    path::Path,
    process::{ChildStdout, ExitStatus},
    sync::Arc,
    time::Duration,
};
use store::{Account, Mode, Options, Store};
use tempfile::TempDir;
use tokio::{
    runtime::Runtime,
    sync::{mpsc, watch},
    task::JoinSet,
};

/// Clients at once.
const CLIENTS_COUNT: usize = 8;
/// More orders than the clients of one world ever get through.
const ORDERS_COUNT: usize = 2_000;
/// How long anything may take before the test says that it hangs.
const PATIENCE: Duration = Duration::from_secs(60);
/// The number of SIGKILL.
const KILL: i32 = 9;

/// Lives through so many deaths and then to the end, and looks after each whether every promise holds.
///
/// # Panics
/// When a promise was broken.
pub(crate) fn live_through(seed: u64, deaths: u64, died: &mut Deaths) -> Ways {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
    let runtime = runtime.expect("a runtime");
    let mut world = World::new(seed, &runtime);
    for death in Death::seeded(seed, deaths) {
        let status = world.life(&runtime, Some(death));
        assert_eq!(status.signal(), Some(KILL), "world {seed}, {death}: {status}");
        died.add(death);
        runtime.block_on(world.audit(&format!("world {seed}, life {}, {death}", world.life)));
    }
    world.crowd.sate();
    let status = world.life(&runtime, None);
    assert!(status.success(), "world {seed}, the last life: {status}");
    world.every_wish_was_granted();
    runtime.block_on(world.close(&format!("world {seed}, the end")))
}

struct World {
    dir: TempDir,
    carrier: WireServer,
    trap: Trap,
    crowd: Arc<Crowd>,
    clients: JoinSet<()>,
    door: watch::Sender<Door>,
    life: usize,
}

impl World {
    fn new(seed: u64, runtime: &Runtime) -> Self {
        let (door, seen) = watch::channel(Door::default());
        // For tomorrow on, so that a midnight in between makes no order late.
        let tomorrow = SystemClock.now().plus(Duration::from_secs(86_400));
        let crowd = Crowd::new(orders(seed, ORDERS_COUNT, &Scenario::calm(tomorrow, Baseline::default())), seen);
        let (dir, trap) = (tempfile::tempdir().expect("a directory"), Trap::default());
        let carrier = runtime.block_on(carrier::start(seed, trap.clone()));
        runtime.block_on(enrol(dir.path(), &crowd.merchants));
        let mut clients = JoinSet::new();
        for _ in 0..CLIENTS_COUNT {
            clients.spawn_on(Arc::clone(&crowd).want(), runtime.handle());
        }
        Self { dir, carrier, trap, crowd, clients, door, life: 0 }
    }

    /// One gateway from birth to death; it is to die so, or else in peace when every client has what it wanted.
    fn life(&mut self, runtime: &Runtime, death: Option<Death>) -> ExitStatus {
        self.life += 1;
        let mut gateway = child::spawn(self.dir.path(), self.carrier.local_addr(), death);
        let (alive, said) = (gateway.stdin.take().expect("piped"), gateway.stdout.take().expect("piped"));
        self.trap.hold(gateway, death);
        runtime.block_on(async {
            let mut lines = lines(said);
            let Some(addr) = address(&mut lines).await else { return };
            self.open_door(Some(addr));
            if death.is_none() {
                self.until_all_are_served().await;
                drop(alive);
            }
            while next(&mut lines).await.is_some() {}
        });
        self.open_door(None);
        self.trap.release().wait().expect("its end")
    }

    fn open_door(&self, addr: Option<SocketAddr>) {
        self.door.send_replace(Door { life: self.life, addr });
    }

    async fn until_all_are_served(&mut self) {
        let all = async { while self.clients.join_next().await.is_some() {} };
        tokio::time::timeout(PATIENCE, all).await.expect("every client is served in the last life");
    }

    async fn audit(&self, when: &str) {
        audit::hold(self.dir.path(), &self.crowd.tally.seen(), &self.book(), when).await;
    }

    async fn close(&self, when: &str) -> Ways {
        audit::close(self.dir.path(), &self.crowd.tally.seen(), &self.book(), when).await
    }

    fn book(&self) -> Vec<Entry> {
        self.carrier.carrier().read(|book| book.entries().to_vec())
    }

    fn every_wish_was_granted(&self) {
        let granted: HashSet<usize> = self.crowd.tally.seen().released.iter().map(|label| label.wish).collect();
        let without: Vec<usize> = (0..self.crowd.wishes()).filter(|wish| !granted.contains(wish)).collect();
        assert!(without.is_empty(), "wishes without a label: {without:?}");
    }
}

/// Takes the merchants in, as the command line does before the first start.
async fn enrol(dir: &Path, merchants: &[Merchant]) {
    let options = Options { mode: Mode::Inline, ..Options::dir(dir, child::key()) };
    let store = Store::open(options).expect("a store");
    for merchant in merchants {
        let account = Account {
            id: merchant.id.to_string(),
            merchant: merchant.id.clone(),
            carrier: "colissimo".into(),
            login: merchant.login.clone(),
            okapi_key: Some(format!("okapi-{}", merchant.id)),
        };
        let known = store::Merchant { id: merchant.id.clone(), name: merchant.name.into() };
        let digest = Sha256::digest(api_key(merchant)).into();
        store.add_merchant(known, digest, account, SystemClock.now()).await.expect("a merchant");
    }
    store.close().await.expect("closed");
}

/// What the child says, line by line, until it is dead.
fn lines(said: ChildStdout) -> mpsc::Receiver<String> {
    let (tell, told) = mpsc::channel(16);
    tokio::task::spawn_blocking(move || {
        let mut lines = BufReader::new(said).lines().map_while(Result::ok);
        lines.try_for_each(|line| tell.blocking_send(line))
    });
    told
}

async fn next(lines: &mut mpsc::Receiver<String>) -> Option<String> {
    tokio::time::timeout(PATIENCE, lines.recv()).await.expect("the gateway neither speaks nor dies")
}

/// Where the child listens; nothing when it died before it did.
async fn address(lines: &mut mpsc::Receiver<String>) -> Option<SocketAddr> {
    while let Some(line) = next(lines).await {
        if let Some((_, addr)) = line.split_once(LISTENING) {
            return Some(addr.parse().expect("an address"));
        }
    }
    None
}
