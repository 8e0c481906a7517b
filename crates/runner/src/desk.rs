//! The desk: takes due jobs at the allowed pace and hands each to a task of its own.

use crate::{Context, call, canary, local, question, resolve};
use clock::Time;
use dispatch::{Call, Job, Permit};
use std::{sync::Arc, time::Duration};
use store::{Claimed, StoreError};
use tokio::{sync::watch, task::JoinSet};

/// What is taken up, in this order: unknowns first, since someone has waited longest for them; then labels.
const JOBS: [Job; 2] = [Job::Resolve, Job::Submit];
/// How long the desk rests after the store failed.
const STORE_REST: Duration = Duration::from_secs(1);
/// How long the desk rests while only retries are due and their budget is spent.
const BUDGET_REST: Duration = Duration::from_secs(1);
/// The longest the desk rests without looking.
const REST_MAX: Duration = Duration::from_secs(60);

/// Runs until told to stop; gives the calls that were still under way.
pub(crate) async fn run(context: Arc<Context>, mut stopped: watch::Receiver<bool>) -> JoinSet<()> {
    let mut calls = JoinSet::new();
    while !*stopped.borrow() {
        while calls.try_join_next().is_some() {}
        let rest = match turn(&context, &mut calls).await {
            Ok(rest) => rest,
            Err(error) => {
                tracing::error!(%error, "the store could not be asked for work");
                Some(STORE_REST)
            }
        };
        let Some(rest) = rest else { continue };
        tokio::select! {
            biased;
            _ = stopped.wait_for(|stop| *stop) => break,
            () = context.label.changed() => {}
            () = context.store.due_changed() => {}
            () = tokio::time::sleep(rest) => {}
        }
    }
    calls
}

/// Takes what may be taken now; gives how long to rest, or nothing when there may be more.
async fn turn(context: &Arc<Context>, calls: &mut JoinSet<()>) -> Result<Option<Duration>, StoreError> {
    let now = context.now();
    match context.label.permit(now) {
        Permit::Wait(until) => {
            let rest = until.map_or(REST_MAX, |t| at_least_a_moment(t, now));
            serve_in_the_dark(context, rest).await
        }
        Permit::Canary => {
            context.label.began(Call::Canary, now);
            calls.spawn(canary::send(Arc::clone(context)));
            Ok(None)
        }
        Permit::Calls { all, again } => {
            let taken = context.store.claim(&JOBS, all, again, now).await?;
            let more = taken.len() as u64 == u64::from(all);
            for claimed in taken {
                begin(context, calls, claimed, now).await;
            }
            if more {
                return Ok(None);
            }
            Ok(Some(match context.store.next_due().await? {
                None => REST_MAX,
                // Due and not taken: it waits for the budget of retries.
                Some(due) if due <= now => BUDGET_REST,
                Some(due) => at_least_a_moment(due, now),
            }))
        }
    }
}

/// While the carrier is dark, looks at what is urgent; gives how long to rest, as [`turn`] does.
async fn serve_in_the_dark(context: &Arc<Context>, rest: Duration) -> Result<Option<Duration>, StoreError> {
    let now = context.now();
    match local::looks_from(context) {
        Some(from) if from <= now => Ok(if local::look(context).await? { None } else { Some(rest) }),
        Some(from) => Ok(Some(rest.min(at_least_a_moment(from, now)))),
        None => Ok(Some(rest)),
    }
}

async fn begin(context: &Arc<Context>, calls: &mut JoinSet<()>, claimed: Claimed, now: Time) {
    let claimed = Arc::new(claimed);
    if claimed.job == Job::Submit
        && let Some(question) = question::before(context, &claimed.view, &claimed.shipment)
    {
        calls.spawn(call::ask(Arc::clone(context), claimed, question));
        return;
    }
    let kind = if claimed.job == Job::Submit && claimed.view.intent.attempt <= 1 { Call::First } else { Call::Again };
    context.label.began(kind, now);
    *context.sample.lock().await = Some(Arc::clone(&claimed));
    match claimed.job {
        Job::Submit => calls.spawn(call::submit(Arc::clone(context), claimed, kind)),
        Job::Resolve => calls.spawn(resolve::resolve(Arc::clone(context), claimed, kind)),
    };
}

fn at_least_a_moment(until: Time, now: Time) -> Duration {
    until.since(now).clamp(Duration::from_millis(1), REST_MAX)
}
