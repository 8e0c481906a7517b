//! Waiting for a shipment to be settled. Whoever waits holds a watch and nothing else: no task, no lock, no slot at
//! the carrier.

use crate::state::App;
use dispatch::State;
use std::time::Duration;
use store::{IntentView, StoreError};
use tokio::time::{Instant, timeout_at};

/// Whether waiting longer can bring nothing: it is final, or only a person can go on, or somebody is being asked.
pub(crate) fn is_settled(view: &IntentView) -> bool {
    view.intent.state.is_final() || matches!(view.intent.state, State::Human | State::Question)
}

/// Waits until the shipment is settled, at most so long, and says where it stands then.
///
/// # Errors
/// When the store fails.
pub(crate) async fn until_settled(app: &App, view: IntentView, most: Duration) -> Result<IntentView, StoreError> {
    if is_settled(&view) || most.is_zero() {
        return Ok(view);
    }
    let deadline = Instant::now() + most;
    let mut watch = app.store.watch(view.intent.id);
    let mut last = view;
    loop {
        // Read after the watch was taken, so that no change falls between the two.
        if let Some(now) = app.store.get(&last.merchant, last.intent.id).await? {
            last = now;
        }
        if is_settled(&last) || timeout_at(deadline, watch.changed()).await.is_err() {
            return Ok(last);
        }
    }
}
