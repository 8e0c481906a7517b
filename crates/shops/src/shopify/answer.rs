//! What is wrong in an answer of Shopify's, which comes with status 200 all the same.

use crate::{Blame, Retry, ShopError, fields::Fields, wire};
use serde_json::Value;
use std::time::Duration;

/// How long to wait when the platform throttles and does not say what it has left.
const THROTTLED_RETRY: Duration = Duration::from_secs(2);
/// The longest wait that is worked out from what it says.
const THROTTLED_RETRY_MAX_S: f64 = 120.0;

/// A refusal with another status than 200: `{"errors":"[API] Invalid API key or access token"}`.
pub(super) fn words(value: &Value) -> Option<(String, String)> {
    let text = Fields::new(value).text("errors")?;
    Some(("shopify_refused".to_owned(), wire::said(&text)))
}

/// The error of an answer whose `errors` say that the query was not run, or not to its end.
pub(super) fn error(answer: Fields<'_>) -> Option<ShopError> {
    let first =
        answer.list("errors").into_iter().next().or_else(|| answer.has("errors").then(|| answer.at("errors")))?;
    let code = wire::code(first.at("extensions").text("code"));
    let said = wire::said(&first.text("message").or_else(|| first.as_text()).unwrap_or_default());
    let by = |blame, retry, message: &str| {
        let code = code.clone().unwrap_or_else(|| "shopify_refused".to_owned());
        Some(ShopError::new(blame, retry, code, format!("{message}; the shop says: {said}")))
    };
    match code.as_deref() {
        Some("THROTTLED") => by(Blame::Them, Retry::After(wait(answer)), "the shop asks us to slow down"),
        _ if said == "Throttled" => by(Blame::Them, Retry::After(wait(answer)), "the shop asks us to slow down"),
        Some("INTERNAL_SERVER_ERROR" | "TIMEOUT") => by(Blame::Them, Retry::Unknown, "the shop's server failed"),
        Some("ACCESS_DENIED") => by(Blame::Us, Retry::Never, "our token may not do this; give it the right to"),
        Some("SHOP_INACTIVE") => by(Blame::Us, Retry::After(Duration::from_secs(3_600)), "the shop is closed"),
        _ => by(Blame::Us, Retry::Never, "the shop refused our query"),
    }
}

/// How long until the platform has points enough for the query, by its own account.
fn wait(answer: Fields<'_>) -> Duration {
    let cost = answer.at("extensions").at("cost");
    let status = cost.at("throttleStatus");
    let number = |fields: Fields<'_>, name: &str| fields.text(name)?.parse::<f64>().ok().filter(|n| n.is_finite());
    let (Some(wanted), Some(left), Some(rate)) = (
        number(cost, "requestedQueryCost"),
        number(status, "currentlyAvailable"),
        number(status, "restoreRate").filter(|rate| *rate > 0.0),
    ) else {
        return THROTTLED_RETRY;
    };
    Duration::from_secs_f64(((wanted - left) / rate).clamp(1.0, THROTTLED_RETRY_MAX_S))
}

/// The error of a mutation that was not done because of what it was told.
pub(super) fn user_errors(answer: Fields<'_>) -> Option<ShopError> {
    let first = answer.list("userErrors").into_iter().next()?;
    let path: Vec<_> = first.list("field").iter().filter_map(|part| part.as_text()).collect();
    let code = wire::code(first.text("code")).unwrap_or_else(|| "user_error".to_owned());
    let said = wire::said(&first.text("message").unwrap_or_default());
    let place = wire::code(Some(path.join("."))).map_or_else(String::new, |path| format!(" at {path}"));
    Some(ShopError::new(Blame::Caller, Retry::Never, code, format!("the shop refused{place}; it says: {said}")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_throttled_query_waits_until_there_are_points() {
        let throttled = |cost: Value| {
            let answer = json!({"errors": [{"message": "Throttled", "extensions": {"code": "THROTTLED"}}],
                "extensions": {"cost": cost}});
            error(Fields::new(&answer)).map(|error| error.retry)
        };
        let cost =
            json!({"requestedQueryCost": 752, "throttleStatus": {"currentlyAvailable": 502, "restoreRate": 50.0}});
        assert_eq!(throttled(cost), Some(Retry::After(Duration::from_secs(5))));
        assert_eq!(throttled(json!({"requestedQueryCost": 1e300})), Some(Retry::After(THROTTLED_RETRY)));
        let odd = json!({"requestedQueryCost": "x", "throttleStatus": {"currentlyAvailable": 1, "restoreRate": 0}});
        assert_eq!(throttled(odd), Some(Retry::After(THROTTLED_RETRY)));
    }

    #[test]
    fn an_answer_without_errors_is_none() {
        assert_eq!(error(Fields::new(&json!({"data": {}, "errors": null}))), None);
        assert_eq!(user_errors(Fields::new(&json!({"userErrors": []}))), None);
    }
}
