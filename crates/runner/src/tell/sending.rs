//! One message: composed, sent, and what came of it written down.

use super::{Context, STORE_REST};
use channels::Report;
use notice::plan::{ChannelKind, End};
use std::sync::Arc;
use store::{MessageEnd, Outgoing, StoreError};
use tokio::time::{sleep, timeout};

/// What a message that ended says of its channel.
pub(super) struct Sent {
    pub(super) channel: ChannelKind,
    /// Whether the channel worked; nothing where only this recipient was refused.
    pub(super) well: Option<bool>,
}

/// Sends one message and writes down how it ended.
pub(super) async fn send(context: Arc<Context>, outgoing: Arc<Outgoing>) -> Sent {
    let channel = outgoing.channel;
    let report = match context.channels.get(&channel) {
        Some(way) => {
            let message = context.compose.compose(&outgoing, context.clock.now());
            let sent = timeout(context.patience(), way.send(&message)).await;
            sent.unwrap_or_else(|_| Report::Unknown { why: "no answer in time".into() })
        }
        None => Report::NotNow { why: "there is no such channel".into() },
    };
    let (end, receipt, why) = read(report);
    let at = context.clock.now();
    context.metrics.ended(&outgoing, end, at);
    tell(&outgoing, end, why.as_deref());
    write(&context, &outgoing, MessageEnd { end, receipt, why, at }).await;
    let well = match end {
        End::Delivered | End::Accepted { .. } => Some(true),
        End::NotNow | End::Unknown => Some(false),
        End::Refused => None,
    };
    Sent { channel, well }
}

/// A message whose task ended badly may have been sent.
pub(super) async fn broken(context: &Context, outgoing: &Outgoing) {
    let at = context.clock.now();
    context.metrics.ended(outgoing, End::Unknown, at);
    let why = Some("its task ended badly".into());
    write(context, outgoing, MessageEnd { end: End::Unknown, receipt: None, why, at }).await;
}

fn read(report: Report) -> (End, Option<String>, Option<String>) {
    match report {
        Report::Delivered => (End::Delivered, None, None),
        Report::Accepted { receipt } => (End::Accepted { receipt: receipt.is_some() }, receipt, None),
        Report::NotNow { why } => (End::NotNow, None, Some(why)),
        Report::Refused { why } => (End::Refused, None, Some(why)),
        Report::Unknown { why } => (End::Unknown, None, Some(why)),
    }
}

/// One line for what did not get through. Never to whom.
fn tell(outgoing: &Outgoing, end: End, why: Option<&str>) {
    let (channel, message) = (outgoing.channel.name(), &outgoing.message);
    match end {
        End::Delivered | End::Accepted { .. } => tracing::debug!(channel, message, "notice sent"),
        end => tracing::info!(channel, message, ?end, why, "notice not sent"),
    }
}

/// Writes the end down, as often as it takes.
async fn write(context: &Context, outgoing: &Outgoing, end: MessageEnd) {
    loop {
        match context.store.notice_ended(outgoing, end.clone()).await {
            Ok(()) | Err(StoreError::Closed) => return,
            Err(error) => {
                tracing::error!(message = outgoing.message, %error, "a notice's end could not be written; trying again");
            }
        }
        sleep(STORE_REST).await;
    }
}
