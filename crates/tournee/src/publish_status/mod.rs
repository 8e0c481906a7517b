//! `tournee publish-status`: keeps a twin of the status page as files elsewhere, where it is read when the server is not
//! reached.
//!
//! Files cannot know how old they are. So each page says of when it is, and with every copy the server is also asked for
//! the pages that say that nothing is known: when it does not answer any more, those are published.

mod place;
mod source;
mod twin;

use crate::{
    cli,
    fault::Fault,
    say,
    serve::{StopSignal, runtime},
};
use bytes::Bytes;
use place::Place;
use source::Source;
use std::{collections::HashMap, time::Duration};
use tokio::time::{MissedTickBehavior, interval};

/// A file of the twin.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct File {
    /// Its name, with slashes.
    name: String,
    content_type: &'static str,
    body: Bytes,
}

/// What was published, so that only what has changed is sent again.
struct Publisher {
    source: Source,
    place: Place,
    there: HashMap<String, Bytes>,
    /// The files that say that nothing is known, as the server gave them last.
    unknown: Vec<File>,
}

/// Runs the command.
///
/// # Errors
/// When the server or the store does not answer as it should, or a file cannot be written.
pub fn run(args: &cli::PublishStatus) -> Result<(), Fault> {
    let (source, place) = (Source::new(&args.from)?, Place::new(&args.to)?);
    let mut publisher = Publisher { source, place, there: HashMap::new(), unknown: Vec::new() };
    runtime()?.block_on(async {
        match args.every {
            None => publisher.publish().await.map(say::line),
            Some(every) => publisher.go_on(Duration::from_secs(every)).await,
        }
    })
}

impl Publisher {
    /// Publishes again and again until told to stop. A failure is said, and is no end.
    async fn go_on(&mut self, every: Duration) -> Result<(), Fault> {
        let mut stop = StopSignal::listen()?;
        let mut ticks = interval(every);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                _ = ticks.tick() => {}
                _ = stop.wait() => return Ok(()),
            }
            match self.publish().await {
                Ok(said) => say::line(said),
                Err(fault) => say::aside(fault),
            }
        }
    }

    /// Publishes the page as it is; that nothing is known, where the server does not give it any more.
    async fn publish(&mut self) -> Result<String, Fault> {
        match twin::ask(&self.source).await {
            Ok(twin) => {
                self.unknown = twin.unknown;
                let sent = self.send(twin.present).await?;
                Ok(format!("published {sent} files, as of {}", twin.as_of))
            }
            Err(fault) => {
                let unknown = std::mem::take(&mut self.unknown);
                if !unknown.is_empty() {
                    self.send(unknown).await?;
                    say::aside("the twin says now that nothing is known");
                }
                Err(fault)
            }
        }
    }

    async fn send(&mut self, files: Vec<File>) -> Result<usize, Fault> {
        let mut sent = 0;
        for file in files {
            if self.there.get(&file.name) != Some(&file.body) {
                self.place.put(&file).await?;
                self.there.insert(file.name, file.body);
                sent += 1;
            }
        }
        Ok(sent)
    }
}
