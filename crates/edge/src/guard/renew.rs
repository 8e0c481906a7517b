//! New settings for a guard that is at work: what it knows goes on, and nobody is asked anew who they are.
//!
//! Requests that came before keep the guard of before, and leave their places there.

use super::{Core, Guard, GuardSettings, Hunt, KeyList, Waiting, challenge::Ladder};
use admission::{Keys, Unfit};
use std::{
    sync::{Arc, Mutex, PoisonError, RwLock, Weak, atomic::Ordering::Relaxed},
    time::Duration,
};

/// What is at work now, and what was before for as long as a request holds it.
pub(super) struct Now {
    core: RwLock<Arc<Core>>,
    before: Mutex<Vec<Weak<Core>>>,
}

impl Now {
    pub(super) fn of(core: Core) -> Self {
        Self { core: RwLock::new(Arc::new(core)), before: Mutex::default() }
    }

    /// Tells those who wait at a guard of before.
    pub(super) fn tick_before(&self) {
        let mut before = self.before.lock().unwrap_or_else(PoisonError::into_inner);
        before.retain(|core| core.upgrade().inspect(|core| core.call()).is_some());
    }
}

impl Guard {
    /// What is at work now.
    pub(super) fn core(&self) -> Arc<Core> {
        Arc::clone(&self.0.core.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Takes new settings, from the next request on. Tokens, keys, vouchers, older answers, counts and rates, and how long the
    /// work takes in quiet times stay. Rules about shapes stay while the resources and the hunt are set as before: their
    /// paths are counted by resource.
    ///
    /// Gives the keys that are set otherwise and that only a restart takes up: bounds of connections, hops, certificates'
    /// places, the server behind and where metrics are shown.
    ///
    /// # Errors
    /// The first setting that cannot be, by its key; all stays as it is then.
    pub fn renew(&self, settings: GuardSettings) -> Result<Vec<&'static str>, Unfit> {
        settings.check()?;
        let mut now = self.0.core.write().unwrap_or_else(PoisonError::into_inner);
        let waits = waits_for_restart(&now.settings, &settings);
        let renewed = Arc::new(now.renewed(settings)?);
        let before = std::mem::replace(&mut *now, renewed);
        drop(now);
        self.0.before.lock().unwrap_or_else(PoisonError::into_inner).push(Arc::downgrade(&before));
        Ok(waits)
    }
}

fn waits_for_restart(before: &GuardSettings, after: &GuardSettings) -> Vec<&'static str> {
    let all = [
        ("limits", before.limits != after.limits),
        ("hops", before.hops != after.hops),
        ("tls", before.tls != after.tls),
        ("upstream", before.upstream != after.upstream),
        ("metrics_listen", before.metrics_listen != after.metrics_listen),
    ];
    all.into_iter().filter(|(_, differs)| *differs).map(|(key, _)| key).collect()
}

impl Ladder {
    pub(super) fn of(keys: Keys, settings: &GuardSettings) -> Self {
        Self {
            keys,
            climbed: Arc::default(),
            token_good_for: Duration::from_secs(3_600) * settings.token_hours,
            home: Some(settings.status_url.clone()).filter(|url| !url.is_empty()),
        }
    }
}

impl Core {
    fn renewed(&self, settings: GuardSettings) -> Result<Self, Unfit> {
        let shield = self.shield.renewed(&settings.admission).map_err(|unfit| unfit.below("admission"))?;
        let listed = KeyList::new(&settings.keys).map_err(|what| Unfit::new("key", what))?;
        Ok(Self {
            waiting: Waiting::new(settings.admission.waiting_max),
            stale: self.stale.until(Duration::from_secs(settings.stale_s.into())),
            ladder: Ladder {
                climbed: Arc::clone(&self.ladder.climbed),
                ..Ladder::of(self.ladder.keys.clone(), &settings)
            },
            hunt: self.hunt(&settings),
            shield,
            listed,
            who: Arc::clone(&self.who),
            vouchers: Arc::clone(&self.vouchers),
            innocents: Arc::clone(&self.innocents),
            ahead: self.ahead.clone(),
            clock: Arc::clone(&self.clock),
            chance: Arc::clone(&self.chance),
            began: self.began,
            pressure: self.pressure.load(Relaxed).into(),
            over_ms: self.over_ms.load(Relaxed).into(),
            looked: Mutex::new(*self.looked.lock().unwrap_or_else(PoisonError::into_inner)),
            settings: self.in_force(settings),
        })
    }

    /// These settings, but those that only a restart takes up.
    fn in_force(&self, settings: GuardSettings) -> GuardSettings {
        let GuardSettings { limits, hops, tls, upstream, metrics_listen, .. } = self.settings.clone();
        GuardSettings { limits, hops, tls, upstream, metrics_listen, ..settings }
    }

    fn hunt(&self, settings: &GuardSettings) -> Arc<Hunt> {
        let before = &self.settings;
        if before.hunt == settings.hunt && before.admission.resources == settings.admission.resources {
            return Arc::clone(&self.hunt);
        }
        let (mut key, mut seed) = ([0; 16], [0; 8]);
        (self.chance)(&mut key);
        (self.chance)(&mut seed);
        Arc::new(Hunt::new(settings.hunt.limits(), key, u64::from_le_bytes(seed)))
    }
}
