//! The guard: admission at the door. Who asks is found out from memory, the shield judges, and who is refused gets an older
//! answer where there is one, a challenge where that helps, or plain words with a receipt.
//!
//! Everything here is in memory of fixed size. No disk, no store and no other service is asked before a request is let in, so
//! that refusals and older answers go on when all of those are gone.

mod challenge;
mod cookies;
mod hunt;
mod metrics;
mod operate;
mod page;
mod pass;
mod refuse;
mod remember;
mod renew;
mod settings;
mod stale;
mod trouble;
mod waiting;
mod who;

pub use hunt::Order;
pub use pass::GuardPass;
pub use remember::Remember;
use renew::Now;
pub use settings::{GuardSettings, HuntSettings, NumbersSettings};
pub use stale::takes_gzip;
pub use who::{Existence, KeyList, KeySettings, Known, Vouched, Who, id_of, key_shown};

use crate::{Answer, Behind, Certificates, Counts, Listener, Peer, Settings};
use admission::{
    Calls, Class, Client, Headers, Innocents, Keys, Kind, Known as Good, Moment, Place, Pressure, Receipt, Refusal,
    ResourceId, Rule, Shield, Token, Unfit,
};
use challenge::Ladder;
use clock::{Clock, Time};
use cookies::Cookies;
use http::{HeaderName, header, request::Parts};
use http_body_util::Full;
use hunt::{Hunt, Shaped};
use prometheus_client::registry::Registry;
use stale::Stale;
use std::{
    convert::Infallible,
    io,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU8, AtomicU32, Ordering::Relaxed},
    },
    time::Duration,
};
use tokio::{
    sync::oneshot,
    time::{Instant, MissedTickBehavior},
};
use waiting::{Gate, Waiting};
use who::Vouchers;

/// How often the shield is told that time passes: those who waited too long are told no later.
const TICK: Duration = Duration::from_millis(10);
/// How often it is looked how hard it is to serve everybody.
const LOOK: Duration = Duration::from_secs(1);
/// Of those with a token, so many in a thousand for whom there was no place within [`LOOK`] say that tokens are too cheap.
const CITIZENS_REFUSED_PER_MILLE: u64 = 5;
/// Fewer say nothing.
const CITIZENS_COUNT_MIN: u64 = 20;

/// Answers that stand ready in memory whoever asks: pages that were rendered before.
pub type Ahead = Arc<dyn Fn(&Parts) -> Option<Answer> + Send + Sync>;

/// Chance, for secrets and questions.
pub type Chance = Arc<dyn Fn(&mut [u8]) + Send + Sync>;

/// What a guard is made of.
pub struct Makings {
    /// What the operator set.
    pub settings: GuardSettings,
    /// The keys of tokens and receipts.
    pub keys: Keys,
    /// The service's own knowledge of who asks; the keys of the settings are known besides.
    pub who: Arc<dyn Who>,
    /// Answers that stand ready.
    pub ahead: Option<Ahead>,
    /// What time it is, for tokens and receipts.
    pub clock: Arc<dyn Clock>,
    /// Chance.
    pub chance: Chance,
}

/// The guard of a door.
#[derive(Clone)]
pub struct Guard(Arc<Now>);

/// What its connections share, with the settings of now.
pub(crate) struct Core {
    settings: GuardSettings,
    shield: Shield,
    waiting: Waiting,
    ladder: Ladder,
    listed: KeyList,
    who: Arc<dyn Who>,
    vouchers: Arc<Vouchers>,
    stale: Stale,
    hunt: Arc<Hunt>,
    innocents: Arc<Mutex<Innocents>>,
    ahead: Option<Ahead>,
    clock: Arc<dyn Clock>,
    chance: Chance,
    began: Instant,
    /// The place of the [`Pressure`] in [`PRESSURES`].
    pressure: AtomicU8,
    /// How long the work keeps waiting, over what is usual, in milliseconds, as of the last look.
    over_ms: AtomicU32,
    looked: Mutex<Looked>,
}

/// What the last look saw of those with a token.
#[derive(Clone, Copy, Default)]
struct Looked {
    at: Duration,
    arrived: u64,
    refused: u64,
}

const PRESSURES: [Pressure; 5] =
    [Pressure::Calm, Pressure::Busy, Pressure::Overload, Pressure::Severe, Pressure::Siege];

/// What is known of a request before it is judged.
struct Facts {
    class: Class,
    id: Option<u64>,
    client: Client,
    token: Option<Token>,
    resource: ResourceId,
    no_such_parcel: bool,
    shaped: Shaped,
}

impl Guard {
    /// A guard of these makings.
    ///
    /// # Errors
    /// The first setting that cannot be, by its key.
    pub fn new(makings: Makings) -> Result<Self, Unfit> {
        let Makings { settings, keys, who, ahead, clock, chance } = makings;
        settings.check()?;
        let secret = || {
            let mut secret = [0; 16];
            chance(&mut secret);
            secret
        };
        let mut seed = [0; 8];
        chance(&mut seed);
        let shield = Shield::new(&settings.admission, secret()).map_err(|unfit| unfit.below("admission"))?;
        let listed = KeyList::new(&settings.keys).map_err(|what| Unfit::new("key", what))?;
        Ok(Self(Arc::new(Now::of(Core {
            waiting: Waiting::new(settings.admission.waiting_max),
            vouchers: Arc::new(Vouchers::new(secret())),
            stale: Stale::new(secret(), Duration::from_secs(settings.stale_s.into())),
            hunt: Arc::new(Hunt::new(settings.hunt.limits(), secret(), u64::from_le_bytes(seed))),
            innocents: Arc::default(),
            shield,
            ladder: Ladder::of(keys, &settings),
            listed,
            who,
            ahead,
            clock,
            chance,
            began: Instant::now(),
            pressure: AtomicU8::new(0),
            over_ms: AtomicU32::new(0),
            looked: Mutex::default(),
            settings,
        }))))
    }

    /// Serves through this guard until `shutdown` is ready; what of requests is under way then is given the drain's time to
    /// end. What is behind must go on running meanwhile.
    ///
    /// # Errors
    /// The certificates cannot be read, or a thread could not be made. Nothing is served then.
    pub async fn serve<B: Behind>(
        &self,
        listener: Listener,
        behind: B,
        counts: Arc<Counts>,
        shutdown: impl Future<Output = ()>,
    ) -> io::Result<()> {
        let settings = self.core().settings.clone();
        let certificates = (!settings.tls.is_empty())
            .then(|| Certificates::read(settings.tls).map(Arc::new).map_err(io::Error::other));
        let door =
            Settings { limits: settings.limits, hops: settings.hops, certificates: certificates.transpose()?, counts };
        let behind = self.remember(behind);
        // On a thread of its own, where no work can hold it up.
        let (stop, stopped) = oneshot::channel::<()>();
        let (runtime, ticking) = (tokio::runtime::Builder::new_current_thread().enable_time().build()?, self.ticking());
        std::thread::Builder::new().name("shield".to_owned()).spawn(move || {
            runtime.block_on(async {
                tokio::select! {
                    _ = stopped => {}
                    never = ticking => match never {},
                }
            });
        })?;
        let served = crate::serve(listener, Arc::new(self.clone()), behind, door, shutdown).await;
        drop(stop);
        served
    }

    /// What is behind the door, with a memory of its good answers, for a door that is served otherwise.
    pub fn remember<B: Behind>(&self, behind: B) -> Remember<B> {
        Remember { behind, guard: self.clone() }
    }

    /// Tells the shield that time passes, for as long as it is polled. Without it nobody who waits is ever told. Poll it
    /// where the work can't hold it up.
    pub fn ticking(&self) -> impl Future<Output = Infallible> + Send + 'static {
        let guard = self.clone();
        async move {
            let mut ticks = tokio::time::interval(TICK);
            ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
            loop {
                ticks.tick().await;
                guard.core().tick();
                guard.0.tick_before();
            }
        }
    }

    /// Registers the metrics.
    pub fn register(&self, registry: &mut Registry) {
        metrics::register(self, registry);
    }

    /// What the shield counted.
    pub fn counts(&self) -> admission::Counts {
        self.core().shield.counts()
    }
}

impl Core {
    pub(crate) fn elapsed(&self) -> Duration {
        self.began.elapsed()
    }

    fn moment(&self) -> Moment {
        Moment::after(self.elapsed())
    }

    /// Whether people's browsers are asked anything. A dry run asks nobody.
    fn challenges(&self) -> bool {
        self.settings.challenge && !self.settings.admission.dry_run
    }

    /// As of the last look; an overload is seen at once.
    fn pressure(&self) -> Pressure {
        match self.pressure_looked() {
            Pressure::Calm if self.shield.is_overloaded() => Pressure::Overload,
            looked => looked,
        }
    }

    fn pressure_looked(&self) -> Pressure {
        PRESSURES[usize::from(self.pressure.load(Relaxed)) % PRESSURES.len()]
    }

    /// Tells those who waited too long.
    fn call(&self) {
        let mut calls = Calls::new();
        self.shield.tick(self.moment(), &mut calls);
        self.tell(calls);
    }

    fn tick(&self) {
        self.call();
        let now = self.elapsed();
        let mut looked = self.looked.lock().unwrap_or_else(PoisonError::into_inner);
        if now.saturating_sub(looked.at) >= LOOK {
            self.look(&mut looked, now);
        }
    }

    /// How hard it is to serve everybody: a step is asked for while there is an overload, and a higher one while even those
    /// with a token are refused.
    fn look(&self, looked: &mut Looked, now: Duration) {
        let counts = self.shield.counts();
        let citizen = Class::Citizen.index();
        let refused = |rule: Rule| counts.refused[citizen][rule as usize - 1];
        // One token that asks too fast is refused by its rate, and says nothing of the others.
        let seen = Looked {
            at: now,
            arrived: counts.arrived[citizen].saturating_sub(refused(Rule::Rate)),
            refused: refused(Rule::Overload) + refused(Rule::Waited),
        };
        let arrived = seen.arrived.saturating_sub(looked.arrived);
        let refused = seen.refused.saturating_sub(looked.refused);
        let too_cheap = arrived >= CITIZENS_COUNT_MIN && refused * 1_000 > arrived * CITIZENS_REFUSED_PER_MILLE;
        let before = self.pressure_looked();
        let pressure = match (counts.gate.overloaded, too_cheap) {
            (false, _) => Pressure::Calm,
            (true, false) => before.max(Pressure::Overload),
            (true, true) => {
                if before < Pressure::Severe {
                    Pressure::Severe
                } else {
                    Pressure::Siege
                }
            }
        };
        if pressure != before {
            tracing::warn!(from = ?before, to = ?pressure, "the shield's pressure has changed");
        }
        self.pressure.store(pressure as u8, Relaxed);
        self.over_ms.store(counts.gate.over_us / 1_000, Relaxed);
        self.hunt.tick(counts.gate.overloaded, self.clock.now());
        *looked = seen;
    }

    fn facts(&self, peer: &Peer, asked: &Parts, now: Time) -> Facts {
        let text = |name: HeaderName| asked.headers.get(name).and_then(|value| value.to_str().ok());
        let client = Client::of(Headers {
            accept: text(header::ACCEPT),
            sec_fetch_mode: text(HeaderName::from_static("sec-fetch-mode")),
            sec_fetch_dest: text(HeaderName::from_static("sec-fetch-dest")),
            user_agent: text(header::USER_AGENT),
            authorization: asked.headers.contains_key(header::AUTHORIZATION),
        });
        let mut resource = self.shield.resource(asked.uri.path());
        let kind = self.shield.resources().get(resource).kind;
        // What memory would answer and has not got is work like any other.
        if kind == Kind::Static {
            resource = ResourceId::OTHER;
        }
        let token = self.ladder.token(Cookies::of(&asked.headers), now);
        let shaped = self.hunt.shaped(peer, asked, resource);
        let mut facts =
            Facts { class: Class::Unknown, id: None, client, token, resource, no_such_parcel: false, shaped };
        if let Some(known) = self.listed.known(asked).or_else(|| self.who.known(asked)) {
            (facts.class, facts.id) = (known.class, Some(known.id));
            return facts;
        }
        if self.vouchers.has(peer.prefix(), self.elapsed()) {
            facts.class = Class::Partner;
            return facts;
        }
        if let Some(number) = self.shield.resources().number(asked.uri.path()) {
            match self.who.parcel(number) {
                Existence::Exists => facts.class = Class::Parcel,
                Existence::Not => facts.no_such_parcel = true,
                Existence::Unsure => {}
            }
        }
        // A token of a step below what is asked for now is none, but for the next step.
        let step = self.pressure().step();
        if let Some(token) = facts.token.filter(|token| step.is_none_or(|step| token.step >= step)) {
            (facts.class, facts.id) = (facts.class.with_token(), Some(token.budget_key()));
        }
        facts
    }

    /// Whether a person's browser may be asked something. Who names a parcel that does not exist is not: there is nothing to
    /// be had.
    fn can_climb(&self, facts: &Facts) -> bool {
        let is_person = self.challenges() && facts.client == Client::Person && facts.class <= Class::Citizen;
        is_person && !facts.no_such_parcel
    }

    /// The way back from a challenge.
    fn returned(&self, peer: &Peer, asked: &Parts, facts: &Facts, now: Time) -> Option<Answer> {
        if !self.can_climb(facts) {
            return None;
        }
        if facts.class == Class::Citizen || self.pressure() == Pressure::Calm {
            return Ladder::cleaned(asked);
        }
        self.ladder.returned(asked, peer.tls, now)
    }

    /// A challenge, for a person without a token for whom there was no place.
    fn asks(&self, peer: &Peer, asked: &Parts, facts: &Facts, now: Time) -> Option<Answer> {
        if !self.can_climb(facts) || facts.class == Class::Citizen {
            return None;
        }
        let mut id = [0; 8];
        (self.chance)(&mut id);
        self.ladder.asks(asked, facts.token.as_ref(), self.pressure(), (peer.tls, id, now))
    }

    /// An older answer, with its age.
    fn older(&self, asked: &Parts) -> Option<Answer> {
        let key = self.stale_key(asked)?;
        Some(self.stale.find(key, self.elapsed())?.map(Full::new))
    }

    /// Under what an answer to this request is kept, where the operator lets an older one stand in.
    pub(crate) fn stale_key(&self, asked: &Parts) -> Option<stale::Key> {
        let resource = self.shield.resource(asked.uri.path());
        self.shield.resources().get(resource).stale.then(|| self.stale.key(asked)).flatten()
    }

    /// Whether the answer to this request is nobody's own, as far as the request tells. A picture of the service's own is the
    /// same for all, whatever cookies there are.
    pub(crate) fn is_anybodys(&self, asked: &Parts) -> bool {
        let is_static = || self.shield.resources().get(self.shield.resource(asked.uri.path())).kind == Kind::Static;
        !self.listed.is_shown(&asked.headers) && (!Cookies::others(&asked.headers) || is_static())
    }

    /// What became of somebody who is known to be good.
    fn count(&self, facts: &Facts, refused: bool, now: Time) {
        let good = match facts.class {
            _ if facts.no_such_parcel => return,
            Class::Operator => Good::Probe,
            // A network that is vouched for is not the key itself.
            Class::Partner | Class::Scanner if facts.id.is_some() => Good::Signed,
            Class::Citizen => Good::Token,
            _ => return,
        };
        self.innocents.lock().unwrap_or_else(PoisonError::into_inner).count(good, refused, now);
    }

    /// A refusal of one who has `waited` so long: an older answer where one is kept, a challenge where that helps, else why
    /// and when to come again.
    fn refuse(&self, peer: &Peer, asked: &Parts, facts: &Facts, refusal: Refusal, waited: Duration) -> Answer {
        let now = self.clock.now();
        if !matches!(refusal.rule, Rule::Forbidden | Rule::NoSuchParcel)
            && let Some(better) = self.older(asked).or_else(|| self.asks(peer, asked, facts, now))
        {
            return better;
        }
        let evidence = match refusal.rule {
            Rule::Rate | Rule::Budget => refusal.retry_after_s,
            Rule::Overload => self.over_ms.load(Relaxed),
            Rule::Waited => u32::try_from(waited.as_millis()).unwrap_or(u32::MAX),
            Rule::Signature => facts.shaped.rule.map_or(0, |rule| rule.0),
            _ => 0,
        };
        let receipt = Receipt {
            rule: refusal.rule,
            class: facts.class,
            prefix: peer.prefix(),
            resource: self.shield.resources().get(facts.resource).mark,
            evidence,
            at: now,
            lasts: Duration::from_secs(refusal.retry_after_s.into()),
        };
        let code = receipt.code(&self.ladder.keys);
        let home = self.ladder.home.as_deref();
        refuse::answer(&receipt, &code, refusal.retry_after_s, facts.client, &asked.headers, home)
    }

    fn leave(&self, place: Place, delay: Option<Duration>) {
        let mut calls = Calls::new();
        self.shield.leave(place, delay, self.moment(), &mut calls);
        self.tell(calls);
    }

    /// Passes on what the shield decided about those who wait. A place whose client has left calls the next one.
    fn tell(&self, mut calls: Calls) {
        while !calls.is_empty() {
            for place in self.waiting.tell(std::mem::take(&mut calls)) {
                self.shield.leave(place, None, self.moment(), &mut calls);
            }
        }
    }
}

impl Gate for Core {
    fn shield(&self) -> &Shield {
        &self.shield
    }

    fn waiting(&self) -> &Waiting {
        &self.waiting
    }

    fn unused(&self, place: Place) {
        self.leave(place, None);
    }
}
