//! The writer: many commands, one transaction, one sync of the disk, then everyone is told.

use crate::{
    Boundary, BoundaryHook, SealingKey, StoreError, given_out::Listener, watchers::Watchers, writing::Writing,
};
use dispatch::Policy;
use parcel::ShipmentId;
use rusqlite::{Connection, TransactionBehavior};
use std::{fs::File, sync::Arc};
use tokio::sync::{Notify, oneshot};

/// What is decided at opening and what others in the process are told by.
pub(crate) struct Surroundings {
    pub(crate) key: SealingKey,
    pub(crate) policy: Policy,
    pub(crate) boundary: Option<BoundaryHook>,
    pub(crate) watchers: Arc<Watchers>,
    pub(crate) due: Notify,
    /// The journal has grown.
    pub(crate) grown: Notify,
    /// A webhook endpoint was added or changed.
    pub(crate) hooks: Notify,
    /// Something happened that concerns a shop.
    pub(crate) shops: Notify,
    /// There is an update to be told, or a receipt.
    pub(crate) notices: Notify,
    /// A ticket came, or an answer to one was written.
    pub(crate) tickets: Notify,
    /// Who hears each number that is given out.
    pub(crate) given_out: Listener,
}

/// One thing to write, and who waits for it.
pub(crate) trait Command: Send {
    /// Does the writing. A refusal is kept for the reply; an error here fails the whole group.
    fn run(&mut self, writing: &mut Writing<'_>) -> Result<(), StoreError>;
    /// Tells the one who waits.
    fn reply(self: Box<Self>, group: Result<(), StoreError>);
}

/// A command made of a closure.
pub(crate) struct Work<F, T> {
    work: Option<F>,
    done: Option<Result<T, StoreError>>,
    reply: Option<oneshot::Sender<Result<T, StoreError>>>,
}

impl<F, T> Work<F, T>
where
    F: FnOnce(&mut Writing<'_>) -> Result<T, StoreError> + Send + 'static,
    T: Send + 'static,
{
    /// Work that somebody waits for.
    pub(crate) fn awaited(work: F) -> (Box<dyn Command>, oneshot::Receiver<Result<T, StoreError>>) {
        let (reply, answer) = oneshot::channel();
        (Box::new(Self { work: Some(work), done: None, reply: Some(reply) }), answer)
    }

    /// Work that nobody waits for.
    pub(crate) fn unheard(work: F) -> Box<dyn Command> {
        Box::new(Self { work: Some(work), done: None, reply: None })
    }
}

impl<F, T> Command for Work<F, T>
where
    F: FnOnce(&mut Writing<'_>) -> Result<T, StoreError> + Send + 'static,
    T: Send + 'static,
{
    fn run(&mut self, writing: &mut Writing<'_>) -> Result<(), StoreError> {
        let Some(work) = self.work.take() else { return Ok(()) };
        match work(writing) {
            Err(error) if !error.is_refusal() => Err(error),
            done => {
                self.done = Some(done);
                Ok(())
            }
        }
    }

    fn reply(self: Box<Self>, group: Result<(), StoreError>) {
        let Self { reply: Some(reply), done, .. } = *self else { return };
        let answer = group.and_then(|()| done.unwrap_or(Err(StoreError::Closed)));
        // Whoever no longer waits has gone away; what was written stays written.
        drop(reply.send(answer));
    }
}

/// The one who writes.
pub(crate) struct Writer {
    pub(crate) conn: Connection,
    pub(crate) around: Arc<Surroundings>,
    /// Held, not read: another server is kept out as long as this one can write.
    pub(crate) _lock: Option<File>,
}

/// What a commit leaves to be told.
struct Committed {
    changed: Vec<ShipmentId>,
    work: bool,
    shops: bool,
}

impl Writer {
    /// Writes all commands in one transaction and tells each how it went: after the commit, or after its failure.
    pub(crate) fn write(&mut self, commands: &mut Vec<Box<dyn Command>>) {
        let outcome = self.commit(commands).map(|committed| self.tell(committed));
        if let Err(error) = &outcome {
            tracing::error!(%error, commands = commands.len(), "a group of writes failed; nothing of it was kept");
        }
        self.pass(Boundary::BeforeReply);
        for command in commands.drain(..) {
            command.reply(outcome.clone());
        }
    }

    /// Carries the log into the database, so that the next opening has nothing to do.
    pub(crate) fn checkpoint(&self) -> Result<(), StoreError> {
        Ok(self.conn.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()))?)
    }

    fn commit(&mut self, commands: &mut [Box<dyn Command>]) -> Result<Committed, StoreError> {
        let around = Arc::clone(&self.around);
        // Dropped without a commit, the transaction rolls back.
        let transaction = self.conn.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let mut writing = Writing::begin(&transaction, &around.key, &around.policy, &around.given_out)?;
        for command in commands {
            command.run(&mut writing)?;
        }
        writing.finish()?;
        let committed = Committed { changed: writing.changed, work: writing.work, shops: writing.shops };
        pass(&around, Boundary::BeforeCommit);
        transaction.commit()?;
        pass(&around, Boundary::AfterCommit);
        Ok(committed)
    }

    fn tell(&self, committed: Committed) {
        if !committed.changed.is_empty() {
            self.around.grown.notify_one();
        }
        for id in committed.changed {
            self.around.watchers.wake(id);
        }
        if committed.work {
            self.around.due.notify_one();
        }
        if committed.shops {
            self.around.shops.notify_one();
        }
    }

    fn pass(&self, boundary: Boundary) {
        pass(&self.around, boundary);
    }
}

fn pass(around: &Surroundings, boundary: Boundary) {
    if let Some(hook) = &around.boundary {
        hook(boundary);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Options, opening};

    fn writer() -> Writer {
        let options = Options::memory(SealingKey::from_bytes([7; 32]));
        let conn = opening::open(&options, 0).expect("opened").writer;
        let around = Surroundings {
            key: options.key,
            policy: options.policy,
            boundary: None,
            watchers: Watchers::new(),
            due: Notify::new(),
            grown: Notify::new(),
            hooks: Notify::new(),
            shops: Notify::new(),
            notices: Notify::new(),
            tickets: Notify::new(),
            given_out: Listener::default(),
        };
        Writer { conn, around: Arc::new(around), _lock: None }
    }

    type Pending = (Box<dyn Command>, oneshot::Receiver<Result<(), StoreError>>);

    fn put(name: String, bytes: i32) -> Pending {
        Work::awaited(move |writing| {
            writing.conn.execute("INSERT INTO meta (name, value) VALUES (?1, zeroblob(?2))", (name, bytes))?;
            Ok(())
        })
    }

    fn refused() -> Pending {
        Work::awaited(|_| Err(StoreError::ApiKeyTaken))
    }

    fn names(writer: &Writer) -> i64 {
        writer.conn.query_row("SELECT count(*) FROM meta", [], |row| row.get(0)).expect("counted")
    }

    /// Writes these in one group and gives what each was told.
    fn group(writer: &mut Writer, all: Vec<Pending>) -> Vec<Result<(), StoreError>> {
        let (mut commands, answers): (Vec<_>, Vec<_>) = all.into_iter().unzip();
        writer.write(&mut commands);
        answers.into_iter().map(|mut answer| answer.try_recv().expect("told")).collect()
    }

    #[test]
    fn a_refusal_is_its_own_callers_alone() {
        let mut writer = writer();
        let told = group(&mut writer, vec![put("a".into(), 1), refused(), put("b".into(), 1)]);
        assert!(matches!(told[..], [Ok(()), Err(StoreError::ApiKeyTaken), Ok(())]), "{told:?}");
        assert_eq!(names(&writer), 3);
    }

    #[test]
    fn a_full_disk_fails_the_whole_group_and_nothing_after_it() {
        let mut writer = writer();
        let pages: i64 = writer.conn.pragma_query_value(None, "page_count", |row| row.get(0)).expect("counted");
        writer.conn.pragma_update(None, "max_page_count", pages + 4).expect("set");
        let told = group(&mut writer, vec![put("a".into(), 1), put("b".into(), 1 << 20), refused()]);
        for error in told {
            let error = error.expect_err("failed");
            assert!(error.to_string().contains("free some space"), "{error}");
        }
        assert_eq!(names(&writer), 1, "nothing of the group was kept");
        writer.conn.pragma_update(None, "max_page_count", pages + 4000).expect("set");
        let told = group(&mut writer, vec![put("b".into(), 1 << 20)]);
        assert!(matches!(told[..], [Ok(())]), "{told:?}");
    }

    #[test]
    fn the_boundaries_are_passed_in_order() {
        let passed = Arc::new(std::sync::Mutex::new(Vec::new()));
        let seen = Arc::clone(&passed);
        let mut writer = writer();
        let around = Arc::get_mut(&mut writer.around).expect("the only one");
        around.boundary = Some(Arc::new(move |boundary| seen.lock().expect("seen").push(boundary)));
        group(&mut writer, vec![put("a".into(), 1)]);
        let all = [Boundary::BeforeCommit, Boundary::AfterCommit, Boundary::BeforeReply];
        assert_eq!(*passed.lock().expect("passed"), all);
    }
}
