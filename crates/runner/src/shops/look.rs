//! New orders: a label is asked for where the shop wants that, by the same door as everybody's; what cannot become one is
//! left to a person, with the reason.

use super::Context;
use ::shops::{ShopOrder, ShopSettings as LabelSettings, Wishes};
use dispatch::Via;
use parcel::ShipmentId;
use std::sync::Arc;
use store::{NewIntent, NewPickup, OrderShipment, Shop, StoreError, StoredOrder};

/// Orders looked at in one go.
const LOOK_COUNT: u32 = 100;

/// Looks at a shop's new orders.
pub(super) async fn turn(context: Arc<Context>, shop: Shop) {
    if let Err(error) = look(&context, &shop).await {
        tracing::error!(shop = shop.id, %error, "new orders could not be looked at; they are looked at again");
        tokio::time::sleep(super::STORE_REST).await;
    }
}

async fn look(context: &Context, shop: &Shop) -> Result<(), StoreError> {
    let settings: Result<LabelSettings, _> = serde_json::from_str(&shop.settings);
    for order in context.store.orders_to_look_at(&shop.id, LOOK_COUNT).await? {
        let made = match &settings {
            Ok(settings) => one(context, shop, settings, &order).await?,
            Err(_) => left(context, &order, "the shop's settings cannot be read: give them anew".into()).await?,
        };
        context.metrics.looked(made);
    }
    Ok(())
}

/// What became of a new order, in a word.
async fn one(
    context: &Context,
    shop: &Shop,
    settings: &LabelSettings,
    order: &StoredOrder,
) -> Result<&'static str, StoreError> {
    let read = order.json.as_deref().and_then(|json| serde_json::from_str::<ShopOrder>(json).ok());
    let Some(read) = read else { return left(context, order, "the order cannot be read any more".into()).await };
    if !settings.covers(read.shipping_method.as_deref()) {
        context.store.only_keep(&order.id, order.print()).await?;
        return Ok("other_method");
    }
    let at = context.clock.now();
    let shipment = match settings.shipment(&read, Wishes::default(), at.paris_date()) {
        Ok(shipment) => shipment,
        Err(e) => return left(context, order, format!("no label can be made of it: {e}")).await,
    };
    let mut chance = [0; 10];
    (context.random)(&mut chance);
    let new = NewIntent {
        id: ShipmentId::new(u64::try_from(at.unix_ms()).unwrap_or(0), chance),
        merchant: shop.merchant.clone(),
        account: shop.account.clone(),
        via: Via::Api,
        key: None,
        pickup: NewPickup { choice: None, question: context.points.read().question(&shipment, at).map(Box::new) },
        shipment,
        at,
    };
    match context.store.ship_order(&order.id, order.print(), true, new).await {
        Ok(Some(OrderShipment::New(_))) => Ok("label_asked"),
        Ok(Some(OrderShipment::Known(_))) => Ok("label_known"),
        Ok(None) => Ok("changed_meanwhile"),
        Err(e) if e.is_refusal() => left(context, order, format!("no label can be made of it: {e}")).await,
        Err(e) => Err(e),
    }
}

async fn left(context: &Context, order: &StoredOrder, why: String) -> Result<&'static str, StoreError> {
    tracing::info!(shop = order.shop, order = order.id, why, "an order needs a person");
    context.store.cannot_ship(&order.id, order.print(), why).await?;
    Ok("person")
}
