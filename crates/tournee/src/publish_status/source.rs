//! The server whose page is copied.

use crate::{config::BaseUrl, fault::Fault};
use bytes::Bytes;
use exchange::{HttpOptions, HttpTransport, Request, Transport};
use http::Method;
use std::time::Duration;

/// How long the server may take for one form.
const ANSWER_MAX: Duration = Duration::from_secs(5);

/// A server.
pub(super) struct Source {
    way: HttpTransport,
    url: BaseUrl,
}

impl Source {
    pub(super) fn new(url: &BaseUrl) -> Result<Self, Fault> {
        let options = HttpOptions { idle_max: 1, ..HttpOptions::default() };
        let way = HttpTransport::new(url.uri(), options).map_err(|e| Fault::usage(format!("--from: {e}")))?;
        Ok(Self { way, url: url.clone() })
    }

    /// A form as it is. That nothing is known (503) is an answer like another.
    pub(super) async fn get(&self, path_and_query: &str) -> Result<Bytes, Fault> {
        let request = Request {
            method: Method::GET,
            path_and_query: path_and_query.into(),
            headers: Vec::new(),
            body: Bytes::new(),
        };
        let answer = self.way.exchange(request, ANSWER_MAX, Box::new(|| ())).await.result.map_err(|_| {
            Fault::unavailable(format!(
                "no answer from {}; start the server with `tournee serve`, or say where it is with --from",
                self.url
            ))
        })?;
        match answer.status {
            200 | 503 => Ok(answer.body),
            status => Err(Fault::unavailable(format!(
                "{} answers {status} to {path_and_query}; --from must name a server of this version",
                self.url
            ))),
        }
    }
}
