//! GraphQL as far as shops need it: a request is checked against the schema and counted before anything is done, then
//! each field is taken from what the resolvers give.

mod plan;
mod project;
mod schema;

pub(super) use plan::{Step, read};
pub(super) use project::{Page, Shown, project, window};

use serde_json::{Value, json};

/// What is wrong with a request, in GraphQL's form.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct GraphError {
    pub(super) message: String,
    pub(super) code: &'static str,
}

impl GraphError {
    pub(super) fn new(code: &'static str, message: impl Into<String>) -> Self {
        Self { message: message.into(), code }
    }

    pub(super) fn json(&self) -> Value {
        json!({ "message": self.message, "extensions": { "code": self.code } })
    }
}
