//! Who does the work: threads with bounded queues, or the caller itself.

use crate::{
    Mode, Options, StoreError,
    opening::{self, Opened},
    writer::{Command, Surroundings, Work, Writer},
    writing::Writing,
};
use rusqlite::Connection;
use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    thread::{Builder, JoinHandle},
};
use tokio::sync::{mpsc, oneshot};

/// Commands in one transaction, at most: what one sync of the disk is shared by.
const GROUP_COMMANDS_MAX: usize = 512;
/// From this size of the last group on, the writer waits a moment for company: below, nobody is made to wait.
const COMPANY_COUNT_MIN: usize = 16;
/// For how many turns of the processor it waits, at most: well below the time of one sync of the disk.
const COMPANY_YIELDS_MAX: usize = 200;
/// Commands that wait for the writer, at most; more callers wait in front of the queue.
const WRITE_QUEUE_COUNT_MAX: usize = 2048;
/// Questions that wait for a reader, at most.
const READ_QUEUE_COUNT_MAX: usize = 1024;
const READERS_COUNT: usize = 2;

type Question = Box<dyn FnOnce(&Connection) + Send>;

enum Write {
    Do(Box<dyn Command>),
    Close(oneshot::Sender<Result<(), StoreError>>),
}

/// Who does the work.
pub(crate) enum Engine {
    Threads(Threads),
    Inline(Mutex<Option<Writer>>),
}

/// The threads and the ways to them.
pub(crate) struct Threads {
    ends: Mutex<Option<Ends>>,
    handles: Mutex<Vec<JoinHandle<()>>>,
}

#[derive(Clone)]
struct Ends {
    writes: mpsc::Sender<Write>,
    reads: mpsc::Sender<Question>,
}

impl Engine {
    pub(crate) fn start(options: &Options, around: Arc<Surroundings>) -> Result<Self, StoreError> {
        let readers = if options.mode == Mode::Threads { READERS_COUNT } else { 0 };
        let Opened { writer: conn, readers, lock } = opening::open(options, readers)?;
        let writer = Writer { conn, around, _lock: lock };
        match options.mode {
            Mode::Inline => Ok(Self::Inline(Mutex::new(Some(writer)))),
            Mode::Threads => Ok(Self::Threads(Threads::start(writer, readers)?)),
        }
    }

    /// Has something written, and returns when it is durable.
    pub(crate) async fn write<T, F>(&self, work: F) -> Result<T, StoreError>
    where
        F: FnOnce(&mut Writing<'_>) -> Result<T, StoreError> + Send + 'static,
        T: Send + 'static,
    {
        let (command, answer) = Work::awaited(work);
        match self {
            Self::Inline(writer) => {
                lock(writer).as_mut().ok_or(StoreError::Closed)?.write(&mut vec![command]);
            }
            Self::Threads(threads) => {
                let sent = threads.ends()?.writes.send(Write::Do(command)).await;
                sent.map_err(|_| StoreError::Closed)?;
            }
        }
        answer.await.map_err(|_| StoreError::Closed)?
    }

    /// Has something written without waiting; false when there is no room for it.
    pub(crate) fn write_later<F>(&self, work: F) -> bool
    where
        F: FnOnce(&mut Writing<'_>) -> Result<(), StoreError> + Send + 'static,
    {
        let command = Work::unheard(work);
        match self {
            Self::Inline(writer) => lock(writer).as_mut().map(|writer| writer.write(&mut vec![command])).is_some(),
            Self::Threads(threads) => threads.ends().is_ok_and(|ends| ends.writes.try_send(Write::Do(command)).is_ok()),
        }
    }

    /// Has something read.
    pub(crate) async fn read<T, F>(&self, read: F) -> Result<T, StoreError>
    where
        F: FnOnce(&Connection) -> Result<T, StoreError> + Send + 'static,
        T: Send + 'static,
    {
        match self {
            Self::Inline(writer) => read(&lock(writer).as_ref().ok_or(StoreError::Closed)?.conn),
            Self::Threads(threads) => {
                let (reply, answer) = oneshot::channel();
                let question: Question = Box::new(move |conn| drop(reply.send(read(conn))));
                threads.ends()?.reads.send(question).await.map_err(|_| StoreError::Closed)?;
                answer.await.map_err(|_| StoreError::Closed)?
            }
        }
    }

    /// Writes what is queued, checkpoints and stops.
    pub(crate) async fn close(&self) -> Result<(), StoreError> {
        match self {
            Self::Inline(writer) => lock(writer).take().map_or(Ok(()), |writer| writer.checkpoint()),
            Self::Threads(threads) => threads.close().await,
        }
    }
}

impl Threads {
    fn start(writer: Writer, readers: Vec<Connection>) -> Result<Self, StoreError> {
        let (writes, orders) = mpsc::channel(WRITE_QUEUE_COUNT_MAX);
        let (reads, questions) = mpsc::channel(READ_QUEUE_COUNT_MAX);
        let questions = Arc::new(Mutex::new(questions));
        let mut handles = vec![spawn("store-writer", move || write_all(writer, orders))?];
        for conn in readers {
            let questions = Arc::clone(&questions);
            handles.push(spawn("store-reader", move || answer_all(&conn, &questions))?);
        }
        Ok(Self { ends: Mutex::new(Some(Ends { writes, reads })), handles: Mutex::new(handles) })
    }

    fn ends(&self) -> Result<Ends, StoreError> {
        lock(&self.ends).clone().ok_or(StoreError::Closed)
    }

    async fn close(&self) -> Result<(), StoreError> {
        let Some(ends) = lock(&self.ends).take() else { return Ok(()) };
        let (reply, answer) = oneshot::channel();
        ends.writes.send(Write::Close(reply)).await.map_err(|_| StoreError::Closed)?;
        let closed = answer.await.map_err(|_| StoreError::Closed)?;
        // Only the writer, which is at its end: a reader ends when the last question has been asked, and one who asks
        // may be a task of this very thread.
        let writer = lock(&self.handles).remove(0);
        join(writer);
        closed
    }
}

/// A store that is dropped without being closed still writes what is queued and lets go of its directory.
impl Drop for Threads {
    fn drop(&mut self) {
        drop(lock(&self.ends).take());
        lock(&self.handles).drain(..).for_each(join);
    }
}

fn join(thread: JoinHandle<()>) {
    if thread.join().is_err() {
        tracing::error!("a thread of the store ended in a panic");
    }
}

fn spawn(name: &str, work: impl FnOnce() + Send + 'static) -> Result<JoinHandle<()>, StoreError> {
    let thread = Builder::new().name(name.into()).spawn(work);
    thread.map_err(|source| opening::failed("start a thread for", std::path::Path::new(name), source))
}

/// The writer's life: sleep until there is a command, take what else is there, write all of it at once.
fn write_all(mut writer: Writer, mut orders: mpsc::Receiver<Write>) {
    let mut group = Vec::with_capacity(GROUP_COMMANDS_MAX);
    let mut close = None;
    let mut last = 0;
    while let Some(first) = orders.blocking_recv() {
        wait_for_company(&orders, last);
        let mut next = Some(first);
        while let Some(order) = next {
            match order {
                Write::Do(command) => group.push(command),
                Write::Close(reply) => {
                    orders.close();
                    close = Some(reply);
                }
            }
            next = if group.len() < GROUP_COMMANDS_MAX { orders.try_recv().ok() } else { None };
        }
        last = group.len();
        if !group.is_empty() {
            writer.write(&mut group);
        }
    }
    let closed = writer.checkpoint();
    // The lock and the file are let go before anyone is told.
    drop(writer);
    if let Some(reply) = close {
        drop(reply.send(closed));
    }
}

/// After a large group its callers come back at about the same time. To write at once what the quickest of them ask
/// would make every second group a small one: instead the others are given the processor for a moment.
fn wait_for_company(orders: &mpsc::Receiver<Write>, last: usize) {
    if last < COMPANY_COUNT_MIN {
        return;
    }
    for _ in 0..COMPANY_YIELDS_MAX {
        if orders.len() >= last / 4 * 3 {
            return;
        }
        std::thread::yield_now();
    }
}

/// A reader's life. Whoever waits for a question holds the queue; the other is at work.
fn answer_all(conn: &Connection, questions: &Mutex<mpsc::Receiver<Question>>) {
    loop {
        let question = lock(questions).blocking_recv();
        let Some(question) = question else { return };
        question(conn);
    }
}

/// A panic while the lock was held cannot have left half a change behind: SQLite rolls back.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
