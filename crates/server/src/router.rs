//! The router: every documented route, one log line around each, and words for those who miss them all.

use crate::{
    observe::observe,
    openapi,
    problem::{Kind, Problem},
    rate,
    state::{App, AppState},
};
use axum::{
    Router,
    middleware::{from_fn, from_fn_with_state},
};
use http::{Method, Uri};

/// The longest path that is repeated to the one who asked for it, in characters.
const PATH_CHARS_MAX: usize = 80;

/// The whole listener without its socket.
pub fn app(outside: AppState) -> Router {
    let app = App::new(outside);
    let (router, _) = openapi::routes(app.settings.dropin.enabled).split_for_parts();
    let router = router.fallback(no_such_path).method_not_allowed_fallback(wrong_method);
    let router = if app.rates.is_on() { router.layer(from_fn(rate::tell)) } else { router };
    router.layer(from_fn_with_state(app.clone(), observe)).with_state(app)
}

async fn no_such_path(uri: Uri) -> Problem {
    let path: String = uri.path().chars().take(PATH_CHARS_MAX).collect();
    let hint = match path.as_str() {
        path if path.len() > 1 && path.ends_with('/') => "Leave out the slash at the end.",
        path if path.starts_with("/shipments") => "The API is under /v1.",
        _ => "All paths are listed at /docs.",
    };
    Problem::new(Kind::NoSuchPath, format!("There is nothing at {path}. {hint}"))
}

async fn wrong_method(method: Method) -> Problem {
    Problem::new(Kind::WrongMethod, format!("{method} is not for this path; the header Allow says what is."))
}
