//! Receipts of text messages, as the gateway posts them.

use super::none_here;
use crate::{
    body, failure,
    problem::{Kind, Problem},
    refusals::BadBytes,
    state::Shared,
};
use axum::extract::{Request, State};
use channels::sms::{BadReceipt, read_receipts};
use http::StatusCode;
use notice::plan::ChannelKind;

/// The longest callback, in bytes: a thousand receipts.
const CALLBACK_BYTES_MAX: usize = 512 << 10;

/// Receipts of text messages
///
/// What the gateway of text messages says about messages that it took: `{"id": …, "status": "delivered"}` or a list of up to
/// 1000 of them, signed as Standard Webhooks are with `TOURNEE_SMS_RECEIPT_SECRET`. The same receipt again changes nothing.
#[utoipa::path(post, path = "/v1/receipts/sms", operation_id = "take_sms_receipts", tag = "status", security(()),
    request_body(content = serde_json::Value),
    responses((status = 204, description = "Taken in"), (status = 401, description = "Not signed as it should be"),
        (status = 404, description = "No receipts are taken here"), (status = 422, description = "Not receipts"), BadBytes))]
pub(crate) async fn take(State(app): State<Shared>, request: Request) -> Result<StatusCode, Problem> {
    let (head, body) = request.into_parts();
    let secret = app.subscribing.as_ref().and_then(|subscribing| subscribing.receipts_secret.as_ref());
    let secret = secret.ok_or_else(none_here)?;
    let bytes = body::read_up_to(CALLBACK_BYTES_MAX, body, &app.settings).await?;
    let now = app.now();
    let receipts = read_receipts(secret, &head.headers, &bytes, now.unix_ms() / 1_000).map_err(refused)?;
    for receipt in receipts {
        let taken = app.store.receipt(ChannelKind::Sms, &receipt.name, receipt.delivered, now).await;
        taken.map_err(failure::of_store)?;
    }
    Ok(StatusCode::NO_CONTENT)
}

fn refused(e: BadReceipt) -> Problem {
    let kind = match e {
        BadReceipt::Forged | BadReceipt::Stale => Kind::WrongSignature,
        BadReceipt::NotReceipts => Kind::InvalidField,
    };
    Problem::new(kind, format!("{e}."))
}
