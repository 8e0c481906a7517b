//! What the help desks have in common: one request with a token, and what came of it.

use crate::{
    message::Report,
    webhook::{Failure, Sender},
};
use bytes::Bytes;
use http::Method;
use serde_json::Value;

/// One request to a help desk's API.
pub(crate) struct Call<'a> {
    pub(crate) sender: &'a Sender,
    pub(crate) url: String,
    /// The header that holds the token.
    pub(crate) token: (&'static str, &'a str),
}

impl Call<'_> {
    /// Hands something in.
    pub(crate) async fn post(&self, body: &Value) -> Report {
        let headers = [self.token, ("content-type", "application/json")];
        let body = Bytes::from(body.to_string());
        report(self.sender.call(Method::POST, &self.url, &headers, body).await)
    }

    /// Asks who we are: the most harmless question there is.
    pub(crate) async fn get(&self) -> Report {
        report(self.sender.call(Method::GET, &self.url, &[self.token], Bytes::new()).await)
    }
}

/// What an answer means. A server's error may have come after the message was taken.
fn report(answer: Result<u16, Failure>) -> Report {
    match answer {
        Ok(200..=299) => Report::Accepted { receipt: None },
        Ok(status @ (401 | 403 | 408 | 429 | 503)) => Report::NotNow { why: format!("answered {status}") },
        Ok(status @ 500..=599) => Report::Unknown { why: format!("answered {status}") },
        Ok(status) => Report::Refused { why: format!("answered {status}") },
        Err(failure @ (Failure::Refused(_) | Failure::NoConnection | Failure::Tls)) => {
            Report::NotNow { why: failure.to_string() }
        }
        Err(failure) => Report::Unknown { why: failure.to_string() },
    }
}

/// The base of an API without the slash at its end.
pub(crate) fn base(url: &str) -> String {
    url.trim_end_matches('/').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_surely_did_not_arrive_may_be_tried_again() {
        let is_not_now = |answer| matches!(report(answer), Report::NotNow { .. });
        assert!(is_not_now(Ok(503)) && is_not_now(Ok(429)) && is_not_now(Err(Failure::NoConnection)));
        for answer in [Ok(500), Ok(502), Ok(504), Err(Failure::NoAnswer), Err(Failure::Cut)] {
            assert!(matches!(report(answer), Report::Unknown { .. }), "{answer:?}");
        }
        assert!(matches!(report(Ok(404)), Report::Refused { .. }));
        assert!(matches!(report(Ok(200)), Report::Accepted { .. }));
    }
}
