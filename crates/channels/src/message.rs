//! One message and what came of it, the same for every channel.

use std::{fmt, future::Future, pin::Pin, sync::Arc, time::Duration};

/// A future that can be sent between threads.
pub type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// Tells the time, in seconds since 1970: for signatures that are good for some minutes only.
pub type Now = Arc<dyn Fn() -> i64 + Send + Sync>;

/// A message to one recipient.
#[derive(Clone, PartialEq, Eq)]
pub struct Message {
    /// Stays the same however often it is tried on this channel, so that the other side can know it again.
    pub id: String,
    /// Where to, in the channel's own form.
    pub to: String,
    /// The language of the texts, as a tag.
    pub lang: &'static str,
    /// A line; channels without one leave it out.
    pub subject: String,
    /// The message in plain text, as short as the channel wants it.
    pub text: String,
    /// The same as JSON, for programs.
    pub json: Option<String>,
    /// Where the recipient can end this with one click.
    pub unsubscribe_url: Option<String>,
    /// The name (Message-ID) of the mail that it answers; channels without such names leave it out.
    pub in_reply_to: Option<String>,
    /// After so long it is of no use any more.
    pub useful_for: Duration,
}

impl fmt::Debug for Message {
    /// Without the recipient and the text.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Message").field("id", &self.id).finish_non_exhaustive()
    }
}

/// What came of one try.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Report {
    /// It is with the recipient, as far as this channel can know.
    Delivered,
    /// The other side took it; a receipt may follow, under this name where it gave one.
    Accepted {
        /// By what the receipt will name it.
        receipt: Option<String>,
    },
    /// It did not leave, or was refused for the moment: another try, or another channel, may do.
    NotNow {
        /// What was said, without private data.
        why: String,
    },
    /// This recipient will not be reached on this channel.
    Refused {
        /// What was said, without private data.
        why: String,
    },
    /// It may have been taken or not: nothing came back that says so.
    Unknown {
        /// What was seen.
        why: String,
    },
}

/// A way to people: sends one message, reports one result. It retries nothing and remembers nothing.
pub trait Channel: Send + Sync + 'static {
    /// Sends the message.
    fn send<'a>(&'a self, message: &'a Message) -> BoxFuture<'a, Report>;

    /// Asks the channel, in the most harmless way it has, whether it works.
    fn canary(&self) -> BoxFuture<'_, Report>;
}
