//! Our own facts for a ticket: its parcels with the right to them, and the incidents that may explain it.

use super::Context;
use clock::Time;
use dispatch::{By, State as Stands};
use notice::ticket::{Asker, Facts, FoundBy, Line, Parcel, Reading, Right, State, Trouble};
use parcel::ShipmentId;
use pickup::{LINK_GOOD_FOR, Link};
use std::{collections::HashMap, sync::PoisonError, time::Duration};
use store::{OpenTicket, StoreError, TicketParcel, TicketQuery};
use watch::{Incident, Verdict};

/// How long before an incident was seen a shipment may have been asked for that it holds up.
const BEFORE: Duration = Duration::from_secs(3_600);

/// What looks facts up.
pub(super) struct Looked<'c> {
    context: &'c Context,
}

impl<'c> Looked<'c> {
    pub(super) fn new(context: &'c Context) -> Self {
        Self { context }
    }

    /// All that is known for one ticket.
    pub(super) async fn facts(&self, open: &OpenTicket, reading: &Reading, now: Time) -> Result<Facts, StoreError> {
        let troubles = self.troubles(now);
        let held_since = troubles.iter().filter(|one| one.reaches(open.at)).map(|one| one.opened.minus(BEFORE)).min();
        let query = TicketQuery {
            merchant: open.merchant.clone(),
            numbers: reading.numbers.clone(),
            orders: reading.tokens.clone(),
            held_since,
        };
        let found = self.context.store.ticket_parcels(query).await?;
        let parcels = found.iter().map(|one| self.parcel(one, self.right(open, one))).collect();
        let asker = match (&open.merchant, &open.reply_to.address) {
            (Some(merchant), _) => Asker::Merchant(merchant.clone()),
            (None, Some(_)) => Asker::Address,
            (None, None) => Asker::Unknown,
        };
        Ok(Facts { at: open.at, now, asker, parcels, troubles })
    }

    /// The right is that of the one to whom the answer goes: an address that somebody wrote into a form proves nothing,
    /// but what is sent there is read by its owner.
    fn right(&self, open: &OpenTicket, found: &TicketParcel) -> Right {
        if open.merchant.as_ref() == Some(&found.view.merchant) {
            return Right::Merchant;
        }
        let address = open.reply_to.address.as_deref().map(|address| self.context.store.contact_digest(address));
        if address.is_some_and(|address| found.parties.contains(&address)) { Right::Party } else { Right::None }
    }

    fn parcel(&self, found: &TicketParcel, right: Right) -> Parcel {
        let view = &found.view;
        Parcel {
            id: view.intent.id,
            merchant: view.merchant.clone(),
            order: view.order_number.clone(),
            parcel_no: (view.parcel_no > 1).then_some(view.parcel_no),
            number: view.intent.number.filter(|_| view.intent.state == Stands::Confirmed),
            accepted: view.intent.accepted_at,
            state: self.state(found),
            by: found.by,
            right,
        }
    }

    fn state(&self, found: &TicketParcel) -> State {
        let (view, intent) = (&found.view, &found.view.intent);
        let since = intent.accepted_at;
        match intent.state {
            Stands::Confirmed => {
                let local = intent.by == Some(By::Local);
                let at = found.ready_at.unwrap_or(intent.changed_at);
                State::Ready { at, local, announced: !local || intent.announced_at.is_some() }
            }
            Stands::Waiting => State::Waiting { since, attempts: intent.attempt },
            Stands::InFlight => State::Waiting { since, attempts: intent.attempt.saturating_sub(1) },
            Stands::Unknown => State::Unknown { since, asked: intent.claimed_at.unwrap_or(intent.changed_at) },
            Stands::Question => {
                let open = view.question.as_ref();
                let link = open.and_then(|open| self.link(intent.id, open.asked_at));
                State::Question { since: open.map_or(intent.changed_at, |open| open.asked_at), link }
            }
            Stands::Rejected => {
                let code = view.reject.as_ref().map(|reject| reject.code.clone()).unwrap_or_default();
                State::Rejected { at: intent.changed_at, code }
            }
            Stands::Human => State::Human { since: intent.changed_at },
            Stands::Void => State::Void { at: intent.changed_at },
        }
    }

    /// Where the question of a shipment is answered.
    fn link(&self, shipment: ShipmentId, asked_at: Time) -> Option<String> {
        let base = self.context.options.public_url.as_ref()?;
        let link = Link { shipment, until: asked_at.plus(LINK_GOOD_FOR) };
        Some(format!("{base}/choose/{}", link.sign(&self.context.store.choice_key())))
    }

    /// The incidents that are open or not long over.
    pub(super) fn troubles(&self, now: Time) -> Vec<Trouble> {
        let watch = self.context.watch.lock().unwrap_or_else(PoisonError::into_inner);
        let all: Vec<Trouble> = watch.incidents().map(|one| self.trouble(one)).collect();
        drop(watch);
        all.into_iter().filter(|one| one.reaches(now)).collect()
    }

    fn trouble(&self, incident: &Incident) -> Trouble {
        let ours = matches!(incident.verdict, Verdict::Ours | Verdict::OurPath);
        Trouble {
            id: incident.id,
            carrier: if ours { String::new() } else { incident.carrier.name().to_owned() },
            functions: incident.functions.keys().copied().collect(),
            opened: incident.opened,
            restored: incident.restored,
            next_by: (self.context.options.next_message)(incident.id),
        }
    }

    /// How the parcels of a ticket stand now. `now_so` remembers those that several tickets are about.
    pub(super) async fn as_they_stand(
        &self,
        lines: Vec<Line>,
        now_so: &mut HashMap<ShipmentId, Option<TicketParcel>>,
    ) -> Result<Vec<Line>, StoreError> {
        let mut so = Vec::with_capacity(lines.len());
        for line in lines {
            let Line::State(before) = &line else {
                so.push(line);
                continue;
            };
            let found = match now_so.get(&before.id) {
                Some(found) => found.clone(),
                None => self.context.store.ticket_parcel(before.id).await?,
            };
            now_so.insert(before.id, found.clone());
            so.push(match found {
                Some(found) => {
                    let by: FoundBy = before.by;
                    Line::State(Box::new(Parcel { by, ..self.parcel(&found, before.right) }))
                }
                None => line,
            });
        }
        Ok(so)
    }
}
