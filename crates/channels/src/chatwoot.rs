//! Answers into conversations of Chatwoot, by its application API.

use crate::{
    helpdesk::{Call, base},
    message::{BoxFuture, Channel, Message, Report},
    webhook::Sender,
};
use serde_json::json;
use zeroize::Zeroizing;

/// The way to one Chatwoot. A message's `to` is `account/conversation`.
pub struct Chatwoot {
    sender: Sender,
    url: String,
    token: Zeroizing<String>,
}

impl Chatwoot {
    /// The Chatwoot at this address, spoken to with this access token of an agent or a bot.
    pub fn new(sender: Sender, url: &str, token: &str) -> Self {
        Self { sender, url: base(url), token: Zeroizing::new(token.to_owned()) }
    }

    fn call(&self, path: &str) -> Call<'_> {
        Call { sender: &self.sender, url: format!("{}{path}", self.url), token: ("api_access_token", &self.token) }
    }
}

/// The account and the conversation in `account/conversation`.
fn place(to: &str) -> Option<(u64, u64)> {
    let (account, conversation) = to.split_once('/')?;
    Some((account.parse().ok()?, conversation.parse().ok()?))
}

impl Channel for Chatwoot {
    fn send<'a>(&'a self, message: &'a Message) -> BoxFuture<'a, Report> {
        Box::pin(async move {
            let Some((account, conversation)) = place(&message.to) else {
                return Report::Refused { why: "the place is not account/conversation".to_owned() };
            };
            let path = format!("/api/v1/accounts/{account}/conversations/{conversation}/messages");
            let body = json!({ "content": message.text, "message_type": "outgoing", "private": false });
            self.call(&path).post(&body).await
        })
    }

    fn canary(&self) -> BoxFuture<'_, Report> {
        Box::pin(async move { self.call("/api/v1/profile").get().await })
    }
}
