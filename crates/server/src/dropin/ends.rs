//! Which line ends a client can read: `/lf/…` and `/crlf/…` before the carrier's path fix them.

use crate::{
    problem::{Kind, Problem},
    state::Shared,
};
use axum::extract::{FromRequestParts, RawPathParams};
use carriers::colissimo::LineEnds;
use http::request::Parts;

/// The name of the path's first part in the routes that fix the line ends.
pub(super) const PARAM: &str = "line_ends";

/// The line ends of an answer: as the path says, or else as the settings do.
pub(crate) struct Ends(pub(super) Option<LineEnds>);

impl FromRequestParts<Shared> for Ends {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &Shared) -> Result<Self, Problem> {
        let params = RawPathParams::from_request_parts(parts, app).await;
        let params = params.map_err(|_| Problem::new(Kind::NoSuchPath, "The path is not written in UTF-8."))?;
        let Some((_, word)) = params.iter().find(|(name, _)| *name == PARAM) else { return Ok(Self(None)) };
        let ends = word.parse().map_err(|_| {
            Problem::new(Kind::NoSuchPath, "Before /sls-ws the path can have /lf or /crlf, and nothing else.")
        })?;
        Ok(Self(Some(ends)))
    }
}
