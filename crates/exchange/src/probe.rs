//! A look at the way to a host, without saying anything to it.

use crate::{
    Reached,
    way::{Progress, Way},
};
use http::Uri;
use std::{future::poll_fn, time::Duration};
use tokio::time::{Instant, timeout};
use tower_service::Service;

/// How far a look came: [`Reached::Nothing`], [`Reached::Named`] or [`Reached::Taken`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Probed {
    /// How far.
    pub reached: Reached,
    /// From its beginning to its end.
    pub elapsed: Duration,
}

/// Looks the host's name up and makes one TCP connection to it, which is closed at once.
pub async fn probe(to: Uri, deadline: Duration) -> Probed {
    let (start, progress) = (Instant::now(), Progress::default());
    let mut way = Way::new(&to, deadline, &progress);
    let connecting = async {
        poll_fn(|cx| way.poll_ready(cx)).await?;
        way.call(to).await
    };
    // What came of it is what was noted on the way.
    let _ = timeout(deadline, connecting).await;
    Probed { reached: progress.reached(), elapsed: start.elapsed() }
}
