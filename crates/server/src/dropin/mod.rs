//! The carrier's own endpoints, spoken by us: an existing client changes its base URL and nothing else.

mod answer;
mod ends;
mod enrol;
mod generate;
mod health;
mod pickup;
mod reprint;
mod slip;
mod soap;
mod suivi;
mod timeline;

pub(crate) use enrol::Enrolled;
pub use enrol::enrolled_id;

use crate::state::Shared;
use utoipa::openapi::{
    ObjectBuilder, Type,
    path::{Operation, ParameterBuilder, ParameterIn, PathItem, Paths},
};
use utoipa_axum::{
    router::{OpenApiRouter, UtoipaMethodRouter},
    routes,
};

/// The carrier whose protocol is spoken here, as accounts name it.
const CARRIER: &str = "colissimo";

/// The routes with their documentation.
pub(crate) fn routes() -> OpenApiRouter<Shared> {
    let mut router = OpenApiRouter::new()
        .routes(routes!(health::pickup_service))
        .routes(routes!(health::pickup_site))
        .routes(routes!(health::shipping))
        .routes(routes!(suivi::track))
        .routes(routes!(soap::call, soap::description))
        .routes(routes!(timeline::timeline))
        .routes(routes!(pickup::search))
        .routes(routes!(pickup::by_id))
        .routes(routes!(pickup::soap, pickup::description))
        .routes(routes!(pickup::plain));
    for route in [
        routes!(generate::generate),
        routes!(generate::check),
        routes!(reprint::get_label),
        routes!(slip::deposit_slip),
    ] {
        let fixed = with_fixed_ends(&route);
        router = router.routes(route).routes(fixed);
    }
    router
}

/// The same route once more, under a first part of the path that fixes the line ends.
fn with_fixed_ends(route: &UtoipaMethodRouter<Shared>) -> UtoipaMethodRouter<Shared> {
    let (_, paths, handlers) = route;
    let mut prefixed = Paths::new();
    for (path, item) in &paths.paths {
        prefixed.paths.insert(format!("/{{{}}}{path}", ends::PARAM), fixed_item(item.clone()));
    }
    (Vec::new(), prefixed, handlers.clone())
}

fn fixed_item(mut item: PathItem) -> PathItem {
    item.post = item.post.map(fixed_operation);
    item
}

fn fixed_operation(mut operation: Operation) -> Operation {
    let text = ObjectBuilder::new().schema_type(Type::String).enum_values(Some(["lf", "crlf"]));
    let param = ParameterBuilder::new()
        .name(ends::PARAM)
        .parameter_in(ParameterIn::Path)
        .description(Some("The line ends of the multipart answer: lf or crlf"))
        .schema(Some(text));
    operation.parameters.get_or_insert_default().insert(0, param.build().into());
    operation.operation_id = operation.operation_id.map(|id| format!("{id}_with_line_ends"));
    operation.summary = operation.summary.map(|text| format!("{text}, with fixed line ends"));
    operation
}

#[cfg(test)]
mod tests {
    use carriers::colissimo::{
        CHECK, GENERATE, GET_LABEL, HEALTH_PAGES, SLIP, SOAP, SUIVI, TIMELINE,
        pickup::{PICKUP_REST, PICKUP_SOAP, PickupOperation},
    };

    #[test]
    fn the_paths_are_the_carriers() {
        let api = super::routes().into_openapi();
        let track = format!("{SUIVI}{{ids}}");
        let searches = PickupOperation::ALL.map(|operation| format!("{PICKUP_REST}{}", operation.name()));
        let ours = [GENERATE, CHECK, GET_LABEL, SLIP, SOAP, TIMELINE, PICKUP_SOAP, &track];
        for path in HEALTH_PAGES.into_iter().chain(ours).chain(searches.iter().map(String::as_str)) {
            assert!(api.paths.paths.contains_key(path), "{path}");
        }
    }
}
