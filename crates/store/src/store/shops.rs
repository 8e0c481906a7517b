//! The store's face for shops and their orders.

use super::Store;
use crate::{
    NewIntent, StoreError,
    accept::Request,
    shops::{
        DuePush, Folded, Heard, NewShop, OrderCursor, OrderFilter, OrderPage, OrderShipment, PushEnd, SeenOrder, Shop,
        ShopCounts, ShopEvent, ShopSecrets, ShopWork, StoredOrder, Unread, book, events, fold, link, list, push,
    },
};
use clock::Time;
use parcel::{MerchantId, ParcelNumber, ShipmentId};
use std::sync::Arc;

/// As for the other methods: only errors are said that not every method has.
impl Store {
    /// Adds a shop, or changes the one with this id; how far it was read stays.
    ///
    /// # Errors
    /// [`StoreError::NoAccount`] when the merchant has no such account, [`StoreError::ShopTaken`] when the id is another
    /// merchant's.
    pub async fn put_shop(&self, new: NewShop) -> Result<(), StoreError> {
        let put = self.inner.engine.write(move |writing| book::put(writing, &new)).await;
        self.inner.around.shops.notify_one();
        put
    }

    /// Takes a shop away with its secrets; its orders stay until they are past their time. False when there is none.
    pub async fn drop_shop(&self, id: &str) -> Result<bool, StoreError> {
        let id = id.to_owned();
        let dropped = self.inner.engine.write(move |writing| book::drop_one(writing, &id)).await;
        self.inner.around.shops.notify_one();
        dropped
    }

    /// Every shop, by id.
    pub async fn shops(&self) -> Result<Vec<Shop>, StoreError> {
        self.inner.engine.read(book::all).await
    }

    /// The shop with this id.
    pub async fn shop(&self, id: &str) -> Result<Option<Shop>, StoreError> {
        let id = id.to_owned();
        self.inner.engine.read(move |conn| book::one(conn, &id)).await
    }

    /// How we sign in at a shop, and what its webhooks are signed with.
    ///
    /// # Errors
    /// [`StoreError::WrongKey`] when they do not open.
    pub async fn shop_secrets(&self, id: &str) -> Result<Option<ShopSecrets>, StoreError> {
        let (id, around) = (id.to_owned(), Arc::clone(&self.inner.around));
        self.inner.engine.read(move |conn| book::secrets(conn, &around.key, &id)).await
    }

    /// Takes a webhook in with all that follows from it. Durable when this returns.
    ///
    /// # Errors
    /// [`StoreError::NoShop`].
    pub async fn shop_event(&self, event: ShopEvent) -> Result<Heard, StoreError> {
        self.inner.engine.write(move |writing| events::take(writing, event)).await
    }

    /// Folds orders in that the shop was asked for, or that a file says, by one commit, each with what became of it. Durable when this returns. For a few hundred
    /// at most, since others wait meanwhile.
    ///
    /// # Errors
    /// [`StoreError::NoShop`].
    pub async fn fold_orders(&self, shop: &str, orders: Vec<SeenOrder>, at: Time) -> Result<Vec<Folded>, StoreError> {
        let shop = shop.to_owned();
        let work = move |writing: &mut crate::writing::Writing<'_>| {
            let shop = book::there(writing.conn, &shop)?;
            orders.into_iter().map(|seen| fold::fold(writing, &shop, seen, true, at)).collect()
        };
        self.inner.engine.write(work).await
    }

    /// Notes that an order is no longer in its shop; false when that changes nothing.
    ///
    /// # Errors
    /// [`StoreError::NoShop`].
    pub async fn order_gone(&self, shop: &str, order_id: &str, at: Time) -> Result<bool, StoreError> {
        let (shop, order_id) = (shop.to_owned(), order_id.to_owned());
        let work = move |writing: &mut crate::writing::Writing<'_>| {
            let shop = book::there(writing.conn, &shop)?;
            fold::gone(writing, &shop, &order_id, at)
        };
        self.inner.engine.write(work).await
    }

    /// Up to `limit` orders of a shop that are to be looked at, the longest waiting first.
    pub async fn orders_to_look_at(&self, shop: &str, limit: u32) -> Result<Vec<StoredOrder>, StoreError> {
        let shop = shop.to_owned();
        self.inner.engine.read(move |conn| link::to_look_at(conn, &shop, limit)).await
    }

    /// Takes in the shipment of an order, or says which one it has: an order never has two. `print` is that of the order
    /// which the request was made of; nothing is done, and nothing given, when the order has changed meanwhile, or, where
    /// nobody asked, when it is not to be looked at any more. The request's own key is not looked at. Durable when this
    /// returns.
    ///
    /// # Errors
    /// [`StoreError::NoShopOrder`], [`StoreError::NoShop`], and those of [`Store::accept`].
    pub async fn ship_order(
        &self,
        order: &str,
        print: [u8; 16],
        unasked: bool,
        new: NewIntent,
    ) -> Result<Option<OrderShipment>, StoreError> {
        let (at, key) = (new.at, link::key(order, &new.shipment)?);
        let request = Request::new(NewIntent { key: Some(key), ..new })?;
        let wanted = link::Wanted { order: order.to_owned(), print, unasked, request, at };
        self.inner.engine.write(move |writing| link::accept(writing, wanted)).await
    }

    /// Notes why no label can be made of an order as it is; a person has to look.
    ///
    /// # Errors
    /// [`StoreError::NoShopOrder`].
    pub async fn cannot_ship(&self, order: &str, print: [u8; 16], why: String) -> Result<(), StoreError> {
        let order = order.to_owned();
        self.inner.engine.write(move |writing| link::cannot_ship(writing, &order, print, why)).await
    }

    /// Notes that no label is to be made of an order.
    ///
    /// # Errors
    /// [`StoreError::NoShopOrder`].
    pub async fn only_keep(&self, order: &str, print: [u8; 16]) -> Result<(), StoreError> {
        let order = order.to_owned();
        self.inner.engine.write(move |writing| link::only_keep(writing, &order, print)).await
    }

    /// Notes that a person lets the shipment stand as it is, whatever was changed in the shop since.
    ///
    /// # Errors
    /// [`StoreError::NoShopOrder`].
    pub async fn let_stand(&self, order: &str, at: Time) -> Result<StoredOrder, StoreError> {
        let order = order.to_owned();
        self.inner.engine.write(move |writing| link::stand(writing, &order, at)).await
    }

    /// A page of up to `limit` of a merchant's orders, newest first.
    pub async fn shop_orders(
        &self,
        merchant: &MerchantId,
        filter: OrderFilter,
        after: Option<OrderCursor>,
        limit: usize,
    ) -> Result<OrderPage, StoreError> {
        let merchant = merchant.clone();
        self.inner.engine.read(move |conn| list::list(conn, &merchant, &filter, after.as_ref(), limit)).await
    }

    /// The order of this merchant with this id.
    pub async fn shop_order(&self, merchant: &MerchantId, id: &str) -> Result<Option<StoredOrder>, StoreError> {
        let (merchant, id) = (merchant.clone(), id.to_owned());
        self.inner.engine.read(move |conn| list::one(conn, &merchant, &id)).await
    }

    /// The order that a shipment was made of.
    pub async fn order_of_shipment(&self, shipment: ShipmentId) -> Result<Option<StoredOrder>, StoreError> {
        self.inner.engine.read(move |conn| list::of_shipment(conn, shipment)).await
    }

    /// Up to `limit` orders of a shop after this one of the platform's ids, in their order.
    pub async fn orders_of_shop(&self, shop: &str, after: &str, limit: u32) -> Result<Vec<StoredOrder>, StoreError> {
        let (shop, after) = (shop.to_owned(), after.to_owned());
        self.inner.engine.read(move |conn| list::of_shop(conn, &shop, &after, limit)).await
    }

    /// Takes up to `limit` numbers that a shop is to be told, so that nobody else tells them meanwhile. Writes nothing when
    /// there is none. One that is not settled is due again a few minutes later.
    pub async fn take_pushes(&self, shop: &str, now: Time, limit: u32) -> Result<Vec<DuePush>, StoreError> {
        let (asked, shop) = (shop.to_owned(), shop.to_owned());
        if !self.inner.engine.read(move |conn| push::is_due(conn, &asked, now)).await? {
            return Ok(Vec::new());
        }
        self.inner.engine.write(move |writing| push::take(writing, &shop, now, limit)).await
    }

    /// When the next number is due to a shop, or due again.
    pub async fn next_push_due(&self, shop: &str) -> Result<Option<Time>, StoreError> {
        let shop = shop.to_owned();
        self.inner.engine.read(move |conn| push::next_due(conn, &shop)).await
    }

    /// Writes down how telling a number ended.
    ///
    /// # Errors
    /// [`StoreError::NoShopOrder`].
    pub async fn settle_push(&self, order: &str, told: ParcelNumber, end: PushEnd, at: Time) -> Result<(), StoreError> {
        let order = order.to_owned();
        self.inner.engine.write(move |writing| push::settle(writing, &order, told, end, at)).await
    }

    /// Has a shop told an order's number once more, because it turned out not to have it.
    ///
    /// # Errors
    /// [`StoreError::NoShopOrder`].
    pub async fn push_again(&self, order: &str, at: Time) -> Result<(), StoreError> {
        let order = order.to_owned();
        self.inner.engine.write(move |writing| push::again(writing, &order, at)).await
    }

    /// Notes that every change of a shop up to this moment of its clock was read; the next poll begins at this cursor.
    pub async fn shop_read_to(&self, id: &str, to: Time, cursor: String) -> Result<(), StoreError> {
        let id = id.to_owned();
        self.inner.engine.write(move |writing| book::read_to(writing, &id, to, &cursor)).await
    }

    /// Has an order of a shop asked for, by the platform's id.
    pub async fn ask_order(&self, shop: &str, order_id: &str, at: Time) -> Result<(), StoreError> {
        let (shop, order_id) = (shop.to_owned(), order_id.to_owned());
        self.inner.engine.write(move |writing| events::ask(writing, &shop, &order_id, at)).await
    }

    /// Up to `limit` orders of a shop that are to be asked for, by the platform's ids.
    pub async fn orders_to_ask(&self, shop: &str, limit: u32) -> Result<Vec<String>, StoreError> {
        let shop = shop.to_owned();
        self.inner.engine.read(move |conn| events::to_ask(conn, &shop, limit)).await
    }

    /// Notes that the shop was asked for an order in vain: nothing is gained by asking again.
    pub async fn order_asked(&self, shop: &str, order_id: &str) -> Result<(), StoreError> {
        let (shop, order_id) = (shop.to_owned(), order_id.to_owned());
        self.inner.engine.write(move |writing| events::asked(writing, &shop, &order_id)).await
    }

    /// Notes that a shop was read to its end.
    pub async fn shop_polled(&self, id: &str, at: Time) -> Result<(), StoreError> {
        let id = id.to_owned();
        self.inner.engine.write(move |writing| book::polled(writing, &id, at)).await
    }

    /// Notes that a shop's subscriptions are in order.
    pub async fn shop_watched(&self, id: &str, at: Time) -> Result<(), StoreError> {
        let id = id.to_owned();
        self.inner.engine.write(move |writing| book::watched(writing, &id, at)).await
    }

    /// Notes that a shop does not answer as it should; `why` holds nothing private.
    pub async fn shop_failed(&self, id: &str, why: &str, at: Time) -> Result<(), StoreError> {
        let (id, why) = (id.to_owned(), why.to_owned());
        self.inner.engine.write(move |writing| book::failed(writing, &id, &why, at)).await
    }

    /// Notes that a shop answers as it should again.
    pub async fn shop_well(&self, id: &str) -> Result<(), StoreError> {
        let id = id.to_owned();
        self.inner.engine.write(move |writing| book::well(writing, &id)).await
    }

    /// Every shop with what there is to do for it.
    pub async fn shop_work(&self) -> Result<Vec<ShopWork>, StoreError> {
        self.inner.engine.read(push::work).await
    }

    /// Up to `limit` webhooks that could not be read, the oldest first.
    pub async fn unread_events(&self, limit: u32) -> Result<Vec<Unread>, StoreError> {
        self.inner.engine.read(move |conn| events::unread(conn, limit)).await
    }

    /// What came with a webhook that could not be read: private data.
    pub async fn unread_body(&self, shop: &str, event: &str) -> Result<Option<Vec<u8>>, StoreError> {
        let (shop, event) = (shop.to_owned(), event.to_owned());
        self.inner.engine.read(move |conn| events::unread_body(conn, &shop, &event)).await
    }

    /// Forgets some of the events that came before this: to be called again while it gives more than nothing.
    pub async fn clear_shop_events(&self, before: Time) -> Result<usize, StoreError> {
        self.inner.engine.write(move |writing| events::clear(writing, before)).await
    }

    /// How much there is of each shop.
    pub async fn shop_counts(&self) -> Result<Vec<ShopCounts>, StoreError> {
        self.inner.engine.read(push::counts).await
    }

    /// Returns when something happened that concerns a shop since this last returned: an order came, a number is to be
    /// told, a shop was added or changed. For one caller at a time.
    pub async fn shops_changed(&self) {
        self.inner.around.shops.notified().await;
    }
}
