//! Answers into tickets of Zammad, as articles by its API.

use crate::{
    helpdesk::{Call, base},
    message::{BoxFuture, Channel, Message, Report},
    webhook::Sender,
};
use serde_json::json;
use zeroize::Zeroizing;

/// The way to one Zammad. A message's `to` is the ticket's id, and behind a blank the customer's address where the answer
/// goes out by mail; without it the answer is a note that the customer sees.
pub struct Zammad {
    sender: Sender,
    url: String,
    authorization: Zeroizing<String>,
}

impl Zammad {
    /// The Zammad at this address, spoken to with this access token of an agent.
    pub fn new(sender: Sender, url: &str, token: &str) -> Self {
        Self { sender, url: base(url), authorization: Zeroizing::new(format!("Token token={token}")) }
    }

    fn call(&self, path: &str) -> Call<'_> {
        Call { sender: &self.sender, url: format!("{}{path}", self.url), token: ("authorization", &self.authorization) }
    }
}

impl Channel for Zammad {
    fn send<'a>(&'a self, message: &'a Message) -> BoxFuture<'a, Report> {
        Box::pin(async move {
            let (ticket, address) = message.to.split_once(' ').unwrap_or((&message.to, ""));
            let Ok(ticket) = ticket.parse::<u64>() else {
                return Report::Refused { why: "the place is not a ticket's id".to_owned() };
            };
            let mut article = json!({
                "ticket_id": ticket,
                "subject": message.subject,
                "body": message.text,
                "content_type": "text/plain",
                "type": "note",
                "internal": false,
            });
            if !address.is_empty() {
                (article["type"], article["to"]) = ("email".into(), address.into());
            }
            self.call("/api/v1/ticket_articles").post(&article).await
        })
    }

    fn canary(&self) -> BoxFuture<'_, Report> {
        Box::pin(async move { self.call("/api/v1/users/me").get().await })
    }
}
