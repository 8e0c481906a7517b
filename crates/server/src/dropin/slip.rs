//! `generateBordereauByParcelsNumbers` as the carrier's clients know it: passed on, since only the carrier's own paper
//! counts at its door. Asked while the carrier is dark it is refused as unavailable, and can be asked again.

use super::{
    answer::{Form, Writer},
    ends::Ends,
    generate::may_ask,
};
use crate::{
    body,
    problem::Problem,
    refusals::{AsTheCarrier, BadBytes},
    state::Shared,
};
use axum::{
    extract::{Request, State},
    response::{IntoResponse, Response},
};
use carriers::colissimo::{self, SlipRequest, SlsRefusal};

/// generateBordereauByParcelsNumbers of Colissimo SLS
///
/// Makes the deposit slip of parcels that are handed over: same body, same answer as the carrier's.
#[utoipa::path(post, path = "/sls-ws/SlsServiceWSRest/2.0/generateBordereauByParcelsNumbers", tag = "carrier-compatible",
    request_body(content = serde_json::Value, description = "As for the carrier", content_type = "application/json"),
    params(("apiKey" = Option<String>, Header,
            description = "The carrier's key; or contractNumber and password in the body")),
    responses((status = 200, description = "The slip", body = String, content_type = "multipart/mixed"),
        AsTheCarrier, BadBytes))]
pub(crate) async fn deposit_slip(State(app): State<Shared>, Ends(fixed): Ends, request: Request) -> Response {
    let to = Writer { app: &app, form: Form::Rest(fixed) };
    let (head, body) = request.into_parts();
    match body::read(body, &app.settings).await {
        Ok(bytes) => passed_on(&to, colissimo::read_slip(&head.headers, &bytes)).await,
        Err(problem) => problem.into_response(),
    }
}

/// The same of a request that is read.
pub(super) async fn passed_on(to: &Writer<'_>, read: Result<SlipRequest, SlsRefusal>) -> Response {
    match read {
        Ok(asked) => relayed(to, asked).await.unwrap_or_else(|problem| to.problem(problem)),
        Err(refusal) => to.refusal(&refusal),
    }
}

async fn relayed(to: &Writer<'_>, asked: SlipRequest) -> Result<Response, Problem> {
    let Some(login) = asked.login else { return Ok(to.wrong_login()) };
    if !may_ask(to.app, &login).await? {
        return Ok(to.wrong_login());
    }
    let exchange = to.app.carrier.relay(colissimo::encode_slip(&asked.numbers, &login)).await;
    Ok(match colissimo::decode_slip(&exchange) {
        Ok(answer) => to.slip(&answer),
        Err(e) => to.failed(&e),
    })
}
