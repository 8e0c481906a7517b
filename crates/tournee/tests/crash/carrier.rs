//! The simulated carrier of a world, on a socket, and the trap in it that kills the gateway in mid-exchange.

use crate::death::{Death, Moment};
use clock::{Clock, SystemClock};
use sim::{
    carrier::{Carrier, Options, SharedCarrier},
    scenario::{Baseline, Function, Manner, Phase, Scenario},
    wire::{ExchangePhase, Setup, WireServer},
};
use std::{
    net::{Ipv4Addr, SocketAddr},
    process::Child,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

/// Of the calls, the share that fails; of these, the share that was carried out all the same.
const ERROR_RATE: f64 = 0.2;
const WORKED_SHARE: f64 = 0.7;

/// Starts a carrier that is quick and unreliable, in every manner but those after which it is let be for half a minute.
pub(crate) async fn start(seed: u64, trap: Trap) -> WireServer {
    let options = Options { seed, tracking_lag: Duration::ZERO, ..Options::default() };
    let carrier = SharedCarrier::new(Carrier::new(Arc::new(scenario()), options));
    let on_exchange = Arc::new(move |phase| trap.passed(phase));
    let setup = Setup { carrier, clock: Arc::new(SystemClock), on_exchange: Some(on_exchange) };
    WireServer::start(SocketAddr::from((Ipv4Addr::LOCALHOST, 0)), setup).await.expect("a carrier")
}

fn scenario() -> Scenario {
    let now = SystemClock.now();
    let baseline =
        Baseline { latency: Duration::from_millis(2), worked_share_slow: WORKED_SHARE, ..Baseline::default() };
    let mut scenario = Scenario::calm(now, baseline);
    scenario.phases.push(Phase {
        at: now,
        functions: vec![Function::Label, Function::Tracking, Function::Health],
        latency_factor: 1.0,
        error_rate: ERROR_RATE,
        alternate: None,
        dark: false,
        dark_as: [
            Manner::NoAnswer,
            Manner::Refused,
            Manner::Reset,
            Manner::Html503,
            Manner::Html200,
            Manner::Truncated,
            Manner::Truncated,
            Manner::Empty,
            Manner::Gateway500,
        ]
        .into(),
    });
    scenario
}

/// Holds the living gateway, and kills it when its exchange has come.
#[derive(Clone, Default)]
pub(crate) struct Trap(Arc<Mutex<Held>>);

#[derive(Default)]
struct Held {
    gateway: Option<Child>,
    phase: Option<ExchangePhase>,
    left: u64,
}

impl Trap {
    /// Takes hold of a gateway that has just been born, to kill it then if it is to die in an exchange.
    pub(crate) fn hold(&self, gateway: Child, death: Option<Death>) {
        let mut held = self.lock();
        held.gateway = Some(gateway);
        held.phase = None;
        if let Some(Death { at: Moment::Exchange(phase), nth }) = death {
            (held.phase, held.left) = (Some(phase), nth);
        }
    }

    /// Gives the gateway back, which is at its end.
    pub(crate) fn release(&self) -> Child {
        self.lock().gateway.take().expect("a gateway")
    }

    /// Counts; at the chosen one the gateway is dead before the exchange goes on.
    fn passed(&self, phase: ExchangePhase) {
        let mut held = self.lock();
        if held.phase != Some(phase) {
            return;
        }
        held.left -= 1;
        if held.left == 0 {
            held.phase = None;
            let gateway = held.gateway.as_mut().expect("a gateway");
            gateway.kill().expect("killed");
            gateway.wait().expect("dead");
        }
    }

    fn lock(&self) -> MutexGuard<'_, Held> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A test that fails leaves no gateway behind.
impl Drop for Held {
    fn drop(&mut self) {
        if let Some(gateway) = &mut self.gateway {
            drop(gateway.kill());
            drop(gateway.wait());
        }
    }
}
