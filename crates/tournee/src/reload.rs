//! New settings of the shield while it is at work: SIGHUP has the configuration read again.

use crate::{config::Config, fault::Fault, shield::unfit_for};
use edge::{Guard, GuardSettings};
use std::convert::Infallible;
use tokio::signal::unix::{Signal, SignalKind, signal};

/// SIGHUP, listened for from the start on: without a listener it ends a process.
pub(crate) struct Hangup(Signal);

impl Hangup {
    pub(crate) fn listen() -> Result<Self, Fault> {
        Ok(Self(signal(SignalKind::hangup())?))
    }

    /// At each signal, reads the configuration again and has it taken, which gives the keys that wait for a restart. What is
    /// wrong changes nothing and is said.
    pub(crate) async fn renew(
        &mut self,
        started: &Config,
        read: impl Fn() -> Result<Config, Fault>,
        take: impl AsyncFn(&Config) -> Result<Vec<&'static str>, Fault>,
    ) -> Infallible {
        loop {
            if self.0.recv().await.is_none() {
                std::future::pending().await
            }
            let renewed = async {
                let config = read()?;
                let waits = take(&config).await?;
                tell(&waits, started, config);
                Ok::<_, Fault>(())
            };
            match renewed.await {
                Ok(()) => {}
                Err(Fault { message, .. }) => tracing::error!(
                    why = message,
                    "SIGHUP: the configuration is not taken, the settings of before go on"
                ),
            }
        }
    }
}

/// Gives a guard these settings of this configuration; gives the keys that wait for a restart.
pub(crate) fn renew(guard: &Guard, config: &Config, settings: GuardSettings) -> Result<Vec<&'static str>, Fault> {
    guard.renew(settings).map_err(|unfit| unfit_for(config, &unfit))
}

fn tell(waits: &[&str], started: &Config, config: Config) {
    let others = Config { shield: started.shield.clone(), ..config } != *started;
    let mut waits: Vec<String> = waits.iter().map(|key| format!("shield.{key}")).collect();
    waits.extend(others.then(|| "what stands outside of [shield]".to_owned()));
    if !waits.is_empty() {
        tracing::warn!(changed = waits.join(", "), "SIGHUP: this is taken up at a restart only");
    }
    tracing::info!("SIGHUP: the shield has the settings of the configuration");
}
