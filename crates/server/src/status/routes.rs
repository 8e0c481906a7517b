//! The routes with their documentation. A listener answers them ahead of the router; in here they are answered the same way.

use crate::{
    problem::{Kind, Problem},
    state::Shared,
};
use axum::{
    body::Body,
    extract::{Request, State},
    response::{IntoResponse, Response},
};
use utoipa_axum::{router::OpenApiRouter, routes};

/// The routes with their documentation.
pub(crate) fn routes() -> OpenApiRouter<Shared> {
    OpenApiRouter::new()
        .routes(routes!(status_page))
        .routes(routes!(status_history))
        .routes(routes!(status_incident))
        .routes(routes!(history))
        .routes(routes!(history_atom))
        .routes(routes!(history_rss))
        .routes(routes!(summary))
        .routes(routes!(status))
        .routes(routes!(components))
        .routes(routes!(incidents))
        .routes(routes!(unresolved))
        .routes(routes!(maintenances))
        .routes(routes!(upcoming))
        .routes(routes!(active))
}

async fn ready(app: Shared, request: Request) -> Response {
    let answer = app.status.answer(request.method(), request.uri(), request.headers());
    // Every path but an incident's has a form at all times.
    answer.map_or_else(|| no_such_incident().into_response(), |answer| answer.map(Body::new))
}

fn no_such_incident() -> Problem {
    let detail =
        "No incident with this number was told of in the last ninety days; all that were are at /status/history.";
    Problem::new(Kind::NoSuchIncident, detail)
}

macro_rules! form {
    ($name:ident, $path:literal, $kind:literal, $summary:literal, $text:literal) => {
        #[utoipa::path(get, path = $path, tag = "status", summary = $summary, description = $text, security(()),
            params(("lang" = Option<String>, Query, description = "fr or en; else by the header Accept-Language")),
            responses((status = 200, description = "As of the last look, at most a minute old", body = String, content_type = $kind),
                (status = 304, description = "Unchanged since the ETag that was named"),
                (status = 503, description = "How things are is not known at the moment", body = String, content_type = $kind)))]
        pub(crate) async fn $name(State(app): State<Shared>, request: Request) -> Response {
            ready(app, request).await
        }
    };
}

form!(
    status_page,
    "/status",
    "text/html",
    "Status page",
    "How every function is, what works and the way round, in French or English. Needs no key."
);
form!(status_history, "/status/history", "text/html", "History page", "Incidents of the last ninety days.");
form!(
    history_atom,
    "/history.atom",
    "application/atom+xml",
    "History as Atom",
    "An entry for each incident, renewed by each message."
);
form!(history_rss, "/history.rss", "application/rss+xml", "History as RSS", "An item for each incident.");
form!(
    summary,
    "/api/v2/summary.json",
    "application/json",
    "Summary",
    "Status, components and open incidents, as the Statuspage API v2 has them."
);
form!(
    status,
    "/api/v2/status.json",
    "application/json",
    "Status on the whole",
    "An indicator (none, minor, major, critical) and a description."
);
form!(
    components,
    "/api/v2/components.json",
    "application/json",
    "Components",
    "Each carrier as a group, each of its functions as a component."
);
form!(
    incidents,
    "/api/v2/incidents.json",
    "application/json",
    "Incidents",
    "The last fifty, with their messages and what each stands on (`x_claims`)."
);
form!(
    unresolved,
    "/api/v2/incidents/unresolved.json",
    "application/json",
    "Open incidents",
    "Those that are not restored."
);
form!(
    maintenances,
    "/api/v2/scheduled-maintenances.json",
    "application/json",
    "Planned work",
    "Always empty: none is planned here."
);
form!(
    upcoming,
    "/api/v2/scheduled-maintenances/upcoming.json",
    "application/json",
    "Planned work to come",
    "Always empty."
);
form!(
    active,
    "/api/v2/scheduled-maintenances/active.json",
    "application/json",
    "Planned work under way",
    "Always empty."
);

/// Page of an incident
///
/// An incident with all its messages, and what each stands on.
#[utoipa::path(get, path = "/status/incidents/{id}", tag = "status", security(()),
    params(("id" = String, Path, description = "The incident's id"),
        ("lang" = Option<String>, Query, description = "fr or en; else by the header Accept-Language")),
    responses((status = 200, description = "The incident", body = String, content_type = "text/html"),
        (status = 404, description = "No incident of the last ninety days that was told of")))]
pub(crate) async fn status_incident(State(app): State<Shared>, request: Request) -> Response {
    ready(app, request).await
}

/// History
///
/// Leads to the page of the history.
#[utoipa::path(get, path = "/history", tag = "status", security(()),
    responses((status = 302, description = "To the page of the history")))]
pub(crate) async fn history(State(app): State<Shared>, request: Request) -> Response {
    ready(app, request).await
}
