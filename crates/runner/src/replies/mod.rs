//! The support desk's task: decides what came in, answers it, and closes what was answered once the incident is over.
//!
//! One turn takes every ticket that waits, looks our own facts up, asks `notice::ticket` and writes what it says together
//! with the answer, then claims answers that are due and hands each to its channel. An answer is claimed on disk before
//! it leaves; one of which it is not known whether it arrived is kept so and not sent again.
//!
//! State: who has reported lately. All of it may be lost.

mod facts;
mod metrics;
mod reports;

pub use metrics::ReplyMetrics;
use reports::Reports;

use channels::{Channel, Message, Report};
use clock::{Clock, Time};
use facts::Looked;
use notice::ticket::{self, Decision, Line, NotAnswered, Reading, Reason, words};
use std::{
    collections::HashMap,
    sync::{Arc, Mutex},
    time::Duration,
};
use store::{
    OpenTicket, Store, StoreError, TICKET_KEPT_FOR, TicketDecided, TicketEnd, TicketSend, TicketSent, TicketSource,
    TicketText,
};
use tokio::{
    sync::watch as tell,
    task::{JoinHandle, JoinSet},
    time::sleep,
};
use watch::{IncidentId, Watch};

/// Tickets decided in one go.
const DECIDED_COUNT_MAX: u32 = 200;
/// Tickets closed in one go.
const CLOSED_COUNT_MAX: u32 = 100;
/// Answers under way at once, at most.
const SENDS_COUNT_MAX: usize = 32;
/// Tries of one answer that surely did not leave, at most; then it is refused, and a person sees it.
const TRIES_COUNT_MAX: u32 = 8;
/// The wait before the first further try; doubled each time.
const AGAIN_AFTER: Duration = Duration::from_secs(15);
/// How long to rest after the store failed.
const STORE_REST: Duration = Duration::from_secs(1);
/// The longest rest without looking: the end of an incident is seen after so long.
const REST_MAX: Duration = Duration::from_secs(2);
/// How often old tickets are erased, and how many in one go.
const ERASE_EVERY: Duration = Duration::from_secs(3_600);
const ERASED_COUNT_MAX: u32 = 200;
/// After so long an answer is of no use any more.
const USEFUL_FOR: Duration = Duration::from_secs(48 * 3_600);

/// By when the next message about an incident comes, where one is promised.
pub type NextMessage = Arc<dyn Fn(IncidentId) -> Option<Time> + Send + Sync>;

/// The ways to those who ask.
#[derive(Clone, Default)]
pub struct ReplyChannels {
    /// Mail: for tickets by mail and by the form.
    pub mail: Option<Arc<dyn Channel>>,
    /// Chatwoot.
    pub chatwoot: Option<Arc<dyn Channel>>,
    /// Zammad.
    pub zammad: Option<Arc<dyn Channel>>,
}

impl ReplyChannels {
    fn of(&self, source: TicketSource) -> Option<&Arc<dyn Channel>> {
        match source {
            TicketSource::Mail | TicketSource::Form => self.mail.as_ref(),
            TicketSource::Chatwoot => self.chatwoot.as_ref(),
            TicketSource::Zammad => self.zammad.as_ref(),
            TicketSource::Api => None,
        }
    }
}

/// What the task needs.
#[derive(Clone)]
pub struct ReplyOptions {
    /// The ways to those who ask.
    pub channels: ReplyChannels,
    /// The public address of this server without a slash at its end, for links to questions; none for no links.
    pub public_url: Option<String>,
    /// By when the next message about an incident comes.
    pub next_message: NextMessage,
}

impl Default for ReplyOptions {
    fn default() -> Self {
        Self { channels: ReplyChannels::default(), public_url: None, next_message: Arc::new(|_| None) }
    }
}

struct Context {
    store: Store,
    clock: Arc<dyn Clock>,
    watch: Arc<Mutex<Watch>>,
    options: ReplyOptions,
    metrics: ReplyMetrics,
}

/// The running task. Dropped, it goes on; [`Replies::shutdown`] ends it in order.
pub struct Replies {
    stop: tell::Sender<bool>,
    task: JoinHandle<JoinSet<()>>,
}

impl Replies {
    /// Starts the task.
    pub fn start(
        store: Store,
        clock: Arc<dyn Clock>,
        watch: Arc<Mutex<Watch>>,
        options: ReplyOptions,
        metrics: ReplyMetrics,
    ) -> Self {
        let context = Arc::new(Context { store, clock, watch, options, metrics });
        let (stop, stopped) = tell::channel(false);
        #[expect(clippy::disallowed_methods, reason = "a background task of this room")]
        let task = tokio::spawn(run(context, stopped));
        Self { stop, task }
    }

    /// Begins nothing more and waits so long for what is under way; what is left is *not known* at the next start.
    pub async fn shutdown(self, grace: Duration) {
        let _ = self.stop.send(true);
        let Ok(mut sends) = self.task.await else { return };
        let all_done = async { while sends.join_next().await.is_some() {} };
        if tokio::time::timeout(grace, all_done).await.is_err() {
            tracing::info!(count = sends.len(), "answers were still under way at the end of the grace period");
        }
    }
}

#[derive(Default)]
struct Turns {
    sends: JoinSet<()>,
    reports: Reports,
    recovered: bool,
    erased_at: Option<Time>,
}

async fn run(context: Arc<Context>, mut stopped: tell::Receiver<bool>) -> JoinSet<()> {
    let mut turns = Turns::default();
    while !*stopped.borrow() {
        let rest = turns.turn(&context).await.unwrap_or_else(|error| {
            if !matches!(error, StoreError::Closed) {
                tracing::error!(%error, "tickets could not be looked at");
            }
            STORE_REST
        });
        tokio::select! {
            biased;
            _ = stopped.wait_for(|stop| *stop) => break,
            Some(_) = turns.sends.join_next() => {}
            () = context.store.tickets_changed() => {}
            () = sleep(rest) => {}
        }
    }
    turns.sends
}

impl Turns {
    /// One look at everything; gives how long to rest.
    async fn turn(&mut self, context: &Arc<Context>) -> Result<Duration, StoreError> {
        let now = context.clock.now();
        if !self.recovered {
            let left = context.store.recover_ticket_sends(now).await?;
            if left > 0 {
                tracing::warn!(count = left, "answers were under way when the last process stopped; a person looks");
            }
            self.recovered = true;
        }
        while self.decide(context, now).await? {}
        close(context, now).await?;
        self.send(context, now).await?;
        self.erase(context, now).await?;
        let next = context.store.next_ticket_send().await?;
        let full = self.sends.len() >= SENDS_COUNT_MAX;
        Ok(next.filter(|_| !full).map_or(REST_MAX, |next| next.since(now).min(REST_MAX)))
    }

    /// Decides what waits; true when there may be more.
    async fn decide(&mut self, context: &Context, now: Time) -> Result<bool, StoreError> {
        let waiting = context.store.new_tickets(DECIDED_COUNT_MAX).await?;
        let more = waiting.len() == usize::try_from(DECIDED_COUNT_MAX).unwrap_or(usize::MAX);
        let mut decided = Vec::with_capacity(waiting.len());
        for open in &waiting {
            let (reading, one) = decide_one(context, open, now).await?;
            self.reports.hear(&context.watch, &reading, open, now);
            context.metrics.decided(&one);
            decided.push(one);
        }
        if !decided.is_empty() {
            context.store.decide_tickets(decided).await?;
        }
        Ok(more)
    }

    /// Claims what is due and hands it out.
    async fn send(&mut self, context: &Arc<Context>, now: Time) -> Result<(), StoreError> {
        while self.sends.try_join_next().is_some() {}
        let room = u32::try_from(SENDS_COUNT_MAX.saturating_sub(self.sends.len())).unwrap_or(0);
        if room == 0 || context.store.next_ticket_send().await?.is_none_or(|next| next > now) {
            return Ok(());
        }
        for due in context.store.claim_ticket_sends(now, room).await? {
            self.sends.spawn(send_one(Arc::clone(context), due));
        }
        Ok(())
    }

    async fn erase(&mut self, context: &Context, now: Time) -> Result<(), StoreError> {
        if self.erased_at.is_some_and(|at| now.since(at) < ERASE_EVERY) {
            return Ok(());
        }
        self.erased_at = Some(now);
        while context.store.erase_tickets(now.minus(TICKET_KEPT_FOR), ERASED_COUNT_MAX).await? > 0 {}
        Ok(())
    }
}

async fn decide_one(context: &Context, open: &OpenTicket, now: Time) -> Result<(Reading, TicketDecided), StoreError> {
    let inbound =
        ticket::Inbound { subject: &open.text.subject, body: &open.text.body, is_automatic: open.is_automatic };
    let reading = ticket::read(&inbound);
    let facts = Looked::new(context).facts(open, &reading, now).await?;
    let decision = match ticket::decide(&reading, &facts) {
        // What is missing of it may be what matters.
        Decision::Answer(answer) if open.is_unreadable => Decision::Person {
            reason: Reason::Unreadable,
            parcels: answer.parcels().cloned().collect(),
            incident: Some(answer.trouble.id),
        },
        other => other,
    };
    let (matched, incident, end) = match decision {
        Decision::Answer(answer) => {
            let text = words::answer(reading.lang, &answer, &open.id, now);
            let text = TicketText { subject: subject(open, &text), body: text.body };
            (answer.lines.clone(), Some(answer.trouble.id), TicketEnd::Answered(text))
        }
        Decision::Person { reason, parcels, incident } => {
            let lines = parcels.into_iter().map(|one| Line::State(Box::new(one))).collect();
            (lines, incident, TicketEnd::WithPerson(reason.name().to_owned()))
        }
        Decision::Nothing(NotAnswered::Automatic) => (Vec::new(), None, TicketEnd::Closed("automatic".to_owned())),
    };
    let function = reading.function;
    Ok((
        reading.clone(),
        TicketDecided { id: open.id.clone(), lang: reading.lang, function, incident, matched, end, at: now },
    ))
}

/// The subject of an answer: that of what is answered, where it has one.
fn subject(open: &OpenTicket, text: &ticket::Text) -> String {
    match open.reply_to.subject.trim() {
        "" => text.subject.clone(),
        subject => words::reply_subject(subject, &open.id),
    }
}

/// Closes what was answered by incidents that are over, each with how its parcels stand now.
async fn close(context: &Context, now: Time) -> Result<(), StoreError> {
    let looked = Looked::new(context);
    for trouble in looked.troubles(now).into_iter().filter(|one| one.restored.is_some()) {
        let end = trouble.restored.unwrap_or(now);
        loop {
            let open = context.store.tickets_to_close(trouble.id, end, CLOSED_COUNT_MAX).await?;
            if open.is_empty() {
                break;
            }
            let mut closing = Vec::with_capacity(open.len());
            let mut now_so = HashMap::new();
            for one in open {
                let lines = looked.as_they_stand(one.matched, &mut now_so).await?;
                let text = words::closing(one.lang, &lines, &trouble, &one.id, now);
                closing.push((one.id, lines, TicketText { subject: text.subject, body: text.body }));
            }
            context.store.close_tickets(closing, now).await?;
        }
    }
    Ok(())
}

/// Sends one answer and writes down how it ended.
async fn send_one(context: Arc<Context>, due: TicketSend) {
    let report = match (context.options.channels.of(due.source), place(&due)) {
        (Some(channel), Some(to)) => channel.send(&message(&due, to)).await,
        (None, _) => Report::NotNow { why: "no such channel is set up".to_owned() },
        (_, None) => Report::Refused { why: "the ticket has no place to answer to".to_owned() },
    };
    let now = context.clock.now();
    let sent = match report {
        Report::Delivered => TicketSent::Sent(None),
        Report::Accepted { receipt } => TicketSent::Sent(receipt),
        Report::NotNow { why } if due.tries + 1 >= TRIES_COUNT_MAX => TicketSent::Refused(why),
        Report::NotNow { why } => TicketSent::Again(now.plus(AGAIN_AFTER * 2u32.saturating_pow(due.tries)), why),
        Report::Refused { why } => TicketSent::Refused(why),
        Report::Unknown { why } => TicketSent::Unknown(why),
    };
    context.metrics.sent(&sent);
    if !matches!(sent, TicketSent::Sent(_)) {
        tracing::info!(ticket = due.ticket, no = due.no, tries = due.tries + 1, ?sent, "an answer did not arrive");
    }
    loop {
        match context.store.settle_ticket_send(due.id, sent.clone(), now).await {
            Ok(()) | Err(StoreError::Closed) => return,
            Err(error) => tracing::error!(%error, "the end of an answer could not be written; trying again"),
        }
        sleep(STORE_REST).await;
    }
}

/// Where an answer goes, in its channel's own form.
fn place(due: &TicketSend) -> Option<String> {
    let (address, place) = (due.reply_to.address.clone(), due.reply_to.place.clone());
    match due.source {
        TicketSource::Mail | TicketSource::Form => address,
        TicketSource::Zammad => place.map(|ticket| match address {
            Some(address) => format!("{ticket} {address}"),
            None => ticket,
        }),
        TicketSource::Chatwoot | TicketSource::Api => place,
    }
}

fn message(due: &TicketSend, to: String) -> Message {
    Message {
        id: format!("{}-{}", due.ticket, due.no),
        to,
        lang: due.lang.code(),
        subject: due.text.subject.clone(),
        text: due.text.body.clone(),
        json: None,
        unsubscribe_url: None,
        in_reply_to: due.reply_to.message_id.clone(),
        useful_for: USEFUL_FOR,
    }
}
