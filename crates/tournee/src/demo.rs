//! `tournee serve --demo`: the outage of Christmas 2025 in less than a minute, for those who want to see it.
//!
//! Everything is real but the carrier, the shops and the speed of the carrier's clock: the gateway is the one that
//! `serve` starts, the shops reach it over sockets, and it reaches the simulated carrier over sockets. At the end
//! the carrier's own book is held against what the shops were told and what the journal says.

mod board;
mod day;
mod plain;
mod screen;
mod shops;
mod stage;
mod verdict;

use crate::{
    cli,
    config::{Config, Log, LogLevel},
    fault::Fault,
    logging, say,
    serve::{StopSignal, runtime},
};
use board::Shared;
use clock::Clock;
use day::Phase;
use plain::Plain;
use screen::Screen;
use stage::Stage;
use std::{io::IsTerminal, sync::Arc, time::Duration};
use store::StoreError;
use tokio::{
    task::JoinSet,
    time::{Instant, MissedTickBehavior, interval},
};
use verdict::Verdict;

/// How often the screen is drawn and the journal read.
const TICK: Duration = Duration::from_millis(100);
/// After the day's end, how long the last labels are waited for.
const DRAIN_MAX: Duration = Duration::from_secs(40);
/// The most that is read from the journal at once.
const JOURNAL_PAGE: usize = 2_000;

/// Runs the demonstration.
///
/// # Errors
/// When something is in the way of the start, or an invariant did not hold.
pub fn run(args: &cli::Serve, config: Config) -> Result<(), Fault> {
    let live = std::io::stdout().is_terminal();
    if !live {
        logging::start(Log { level: LogLevel::Warn, ..config.log });
    }
    runtime()?.block_on(show(args, config, live))
}

/// How the day ended.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Ending {
    Whole,
    Stopped,
}

async fn show(args: &cli::Serve, config: Config, live: bool) -> Result<(), Fault> {
    let mut stop = StopSignal::listen()?;
    let stage = Stage::set(args, config).await?;
    stage.tell();
    let mut view = if live { View::Screen(Screen::open()?) } else { View::Plain(Plain::new()) };
    let ending = play(&stage, &mut view, &mut stop).await;
    drop(view);
    let ending = ending?;
    let verdict = judge(&stage, ending).await?;
    say::line(&verdict);
    if args.keep_running && ending == Ending::Whole {
        say::line(format_args!("still serving at http://{}; Ctrl-C ends it", stage.gateway.addr()));
        stop.wait().await;
    }
    end(stage).await?;
    match verdict.violations.len() {
        0 => Ok(()),
        count => Err(Fault::failed(format!("{count} times something did not hold in the demonstration"))),
    }
}

/// Lets the shops ask at their times, and shows what happens, until every order has its label.
async fn play(stage: &Stage, view: &mut View, stop: &mut StopSignal) -> Result<Ending, Fault> {
    let mut shops = JoinSet::new();
    let mut waits: Vec<(Instant, usize)> = stage.due_times();
    let end = stage.ends_at() + DRAIN_MAX;
    let mut stopped = std::pin::pin!(stop.wait());
    let (mut tick, mut second) = (interval(TICK), Instant::now());
    tick.set_missed_tick_behavior(MissedTickBehavior::Skip);
    loop {
        tokio::select! {
            _ = &mut stopped => return Ok(Ending::Stopped),
            _ = tick.tick() => {}
        }
        let now = Instant::now();
        while waits.last().is_some_and(|(at, _)| *at <= now) {
            if let Some((_, wish)) = waits.pop() {
                shops.spawn(Arc::clone(&stage.shops).get_label(wish));
            }
        }
        while shops.try_join_next().is_some() {}
        let is_second = now.duration_since(second) >= Duration::from_secs(1);
        if is_second {
            second = now;
        }
        look(stage, is_second).await?;
        if view.show(stage, is_second)? == Wish::Quit {
            return Ok(Ending::Stopped);
        }
        if now >= end || (now >= stage.ends_at() && waits.is_empty() && shops.is_empty()) {
            return Ok(Ending::Whole);
        }
    }
}

/// Brings the board up to date with the clock, the journal and the runner.
async fn look(stage: &Stage, is_second: bool) -> Result<(), StoreError> {
    let after = stage.board.board().read_up_to();
    let more = stage.gateway.store().facts_from(after + 1, JOURNAL_PAGE).await?;
    let at = stage.carrier_clock.now();
    let mut board = stage.board.board();
    board.journal(more);
    board.time(at, Phase::at(&stage.scenario, at));
    board.health(stage.gateway.health());
    if is_second {
        board.second();
    }
    Ok(())
}

/// Reads the rest of the journal and judges.
async fn judge(stage: &Stage, ending: Ending) -> Result<Verdict, Fault> {
    loop {
        let before = stage.board.board().read_up_to();
        look(stage, false).await?;
        let board = stage.board.board();
        if board.read_up_to() == before {
            let now = stage.clock.now();
            return Ok(stage.carrier.carrier().read(|book| Verdict::of(&board, book, now, ending == Ending::Whole)));
        }
    }
}

async fn end(stage: Stage) -> Result<(), Fault> {
    let Stage { gateway, carrier, .. } = stage;
    // The carrier goes first, so that calls it would never answer do not hold up the gateway's end.
    carrier.shutdown().await;
    gateway.shutdown().await
}

/// What whoever watches wants.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Wish {
    Watch,
    Quit,
}

/// How it is shown: on a terminal, or as lines.
enum View {
    Screen(Screen),
    Plain(Plain),
}

impl View {
    fn show(&mut self, stage: &Stage, is_second: bool) -> Result<Wish, Fault> {
        let now = stage.clock.now();
        let board = stage.board.board();
        match self {
            Self::Screen(screen) => Ok(screen.show(&board, now, stage.gateway.addr())?),
            Self::Plain(plain) => {
                plain.show(&board, now, is_second);
                Ok(Wish::Watch)
            }
        }
    }
}
