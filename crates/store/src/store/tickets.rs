//! The store's face for support tickets.

use super::Store;
use crate::{
    NewTicket, OpenTicket, StoreError, Ticket, TicketAct, TicketCame, TicketDecided, TicketFile, TicketFilter,
    TicketParcel, TicketQuery, TicketSend, TicketSent, TicketState, TicketText, TicketToClose, TicketWhole,
    tickets::{act, decide, intake, lookup, read, sends},
};
use clock::Time;
use notice::ticket::Line;
use parcel::{MerchantId, ShipmentId};
use std::sync::Arc;
use watch::IncidentId;

/// As for the other methods: only errors are said that not every method has.
impl Store {
    /// Takes a ticket in, or a further message of one; one that came before changes nothing. Durable when this returns.
    ///
    /// # Errors
    /// [`StoreError::TicketFull`] when the ticket has as many messages as one may have.
    pub async fn add_ticket(&self, new: NewTicket) -> Result<TicketCame, StoreError> {
        let came = self.inner.engine.write(move |writing| intake::add(writing, &new)).await;
        self.inner.around.tickets.notify_one();
        came
    }

    /// Registers the address from which a merchant asks for help.
    pub async fn add_support_contact(&self, merchant: &MerchantId, address: &str) -> Result<(), StoreError> {
        let (merchant, address) = (merchant.clone(), address.to_owned());
        self.inner.engine.write(move |writing| intake::add_contact(writing, &address, merchant.as_str())).await
    }

    /// A digest by which a mail address is known here; it says nothing to who has not the store's key.
    pub fn contact_digest(&self, address: &str) -> [u8; 32] {
        self.inner.around.key.contact_digest(address)
    }

    /// Up to `limit` tickets that wait to be decided, the oldest first.
    pub async fn new_tickets(&self, limit: u32) -> Result<Vec<OpenTicket>, StoreError> {
        let around = Arc::clone(&self.inner.around);
        self.inner.engine.read(move |conn| lookup::new_tickets(conn, &around.key, limit)).await
    }

    /// The parcels that a ticket may be about.
    pub async fn ticket_parcels(&self, query: TicketQuery) -> Result<Vec<TicketParcel>, StoreError> {
        let around = Arc::clone(&self.inner.around);
        self.inner.engine.read(move |conn| lookup::parcels(conn, &around.key, &query)).await
    }

    /// How one parcel stands now, for a message about it.
    pub async fn ticket_parcel(&self, id: ShipmentId) -> Result<Option<TicketParcel>, StoreError> {
        let around = Arc::clone(&self.inner.around);
        self.inner.engine.read(move |conn| lookup::parcel(conn, &around.key, id)).await
    }

    /// Writes what was decided about tickets, with their answers. One that is decided already is left as it is.
    pub async fn decide_tickets(&self, decided: Vec<TicketDecided>) -> Result<(), StoreError> {
        self.inner.engine.write(move |writing| decide::put(writing, &decided)).await
    }

    /// Up to `limit` tickets that were answered by this incident before its end and have had no closing message.
    pub async fn tickets_to_close(
        &self,
        incident: IncidentId,
        end: Time,
        limit: u32,
    ) -> Result<Vec<TicketToClose>, StoreError> {
        self.inner.engine.read(move |conn| decide::to_close(conn, incident, end, limit)).await
    }

    /// Closes answered tickets, each with its last message.
    pub async fn close_tickets(
        &self,
        closing: Vec<(String, Vec<Line>, TicketText)>,
        at: Time,
    ) -> Result<(), StoreError> {
        self.inner.engine.write(move |writing| decide::close(writing, &closing, at)).await
    }

    /// Claims up to `limit` answers that are due. The claim is durable when this returns.
    pub async fn claim_ticket_sends(&self, now: Time, limit: u32) -> Result<Vec<TicketSend>, StoreError> {
        self.inner.engine.write(move |writing| sends::claim(writing, now, limit)).await
    }

    /// Writes down how a try to send an answer ended.
    pub async fn settle_ticket_send(&self, id: i64, sent: TicketSent, at: Time) -> Result<(), StoreError> {
        self.inner.engine.write(move |writing| sends::settle(writing, id, &sent, at)).await
    }

    /// What a stopped process left claimed is *not known* from now on. To be called once, before any claim.
    pub async fn recover_ticket_sends(&self, now: Time) -> Result<usize, StoreError> {
        self.inner.engine.write(move |writing| sends::recover(writing, now)).await
    }

    /// When the next answer is due.
    pub async fn next_ticket_send(&self) -> Result<Option<Time>, StoreError> {
        self.inner.engine.read(sends::next).await
    }

    /// Returns when a ticket came or an answer was written since this last returned. For one caller at a time.
    pub async fn tickets_changed(&self) {
        self.inner.around.tickets.notified().await;
    }

    /// Up to `limit` tickets, the oldest first.
    pub async fn tickets(&self, filter: TicketFilter, limit: u32) -> Result<Vec<Ticket>, StoreError> {
        let around = Arc::clone(&self.inner.around);
        self.inner.engine.read(move |conn| read::list(conn, &around.key, &filter, limit)).await
    }

    /// One ticket with all that belongs to it; of this merchant where one is named.
    pub async fn ticket(&self, id: &str, merchant: Option<MerchantId>) -> Result<Option<TicketWhole>, StoreError> {
        let (id, around) = (id.to_owned(), Arc::clone(&self.inner.around));
        self.inner.engine.read(move |conn| read::one(conn, &around.key, &id, merchant.as_ref())).await
    }

    /// A file that came with a ticket.
    pub async fn ticket_file(&self, id: &str, no: u32) -> Result<Option<TicketFile>, StoreError> {
        let (id, around) = (id.to_owned(), Arc::clone(&self.inner.around));
        self.inner.engine.read(move |conn| read::file(conn, &around.key, &id, no)).await
    }

    /// How many tickets are in each state.
    pub async fn ticket_counts(&self) -> Result<Vec<(TicketState, u64)>, StoreError> {
        self.inner.engine.read(read::counts).await
    }

    /// Does something with a ticket, in the name of a key.
    ///
    /// # Errors
    /// [`StoreError::NoTicket`], [`StoreError::TicketMoved`] when it stands where this cannot be done,
    /// [`StoreError::TicketFull`].
    pub async fn act_on_ticket(&self, id: &str, by: &str, what: TicketAct, at: Time) -> Result<(), StoreError> {
        let (id, by) = (id.to_owned(), by.to_owned());
        let acted = self.inner.engine.write(move |writing| act::act(writing, &id, &by, &what, at)).await;
        self.inner.around.tickets.notify_one();
        acted
    }

    /// Erases what people wrote in up to `limit` tickets that nobody has and that last changed before this: to be called
    /// again while it gives more than nothing.
    pub async fn erase_tickets(&self, before: Time, limit: u32) -> Result<usize, StoreError> {
        self.inner.engine.write(move |writing| act::erase(writing, before, limit)).await
    }
}
