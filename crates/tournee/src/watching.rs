//! `tournee watch`: how the carriers of a running server are: live on a terminal, or once as text or JSON.

mod render;
mod screen;
mod source;
mod spark;
#[cfg(test)]
mod tests;
mod text;
mod words;

use crate::{
    cli::{self, Lang},
    fault::Fault,
    say,
    serve::{StopSignal, runtime},
};
use render::{Page, render};
use screen::{Picture, Screen, Wish};
use server::HealthAnswer;
use source::Source;
use std::{future::Future, io::IsTerminal, pin::pin, time::Duration};
use tokio::time::{MissedTickBehavior, interval, sleep};
use words::words;

/// How often keys are looked for.
const TICK: Duration = Duration::from_millis(50);
/// The width of the text where there is no terminal.
const WIDTH: u16 = 80;

/// Runs the command.
///
/// # Errors
/// When there is no key, the server does not tell, or a carrier is not well (but not in the live view).
pub fn run(args: &cli::Watch) -> Result<(), Fault> {
    let (lang, words) = source::words_of(args);
    let source = Source::new(args, words)?;
    let live = !args.once && !args.json && std::io::stdout().is_terminal();
    runtime()?.block_on(async {
        let told = source.ask().await.map_err(|trouble| trouble.fault(source.url(), lang))?;
        if live {
            let every = Duration::from_secs(args.every);
            let url = source.url().to_owned();
            return watch(&source, Picture { health: told.health, stale: None, url, every, lang }).await;
        }
        if args.json {
            say::line(&told.json);
        } else {
            say::line(paper(&told.health, lang, width()));
        }
        verdict(&told.health, lang)
    })
}

/// Shows it live until whoever watches has seen enough.
async fn watch(source: &Source, mut picture: Picture) -> Result<(), Fault> {
    let mut stop = StopSignal::listen()?;
    let mut screen = Screen::open()?;
    loop {
        screen.draw(&picture)?;
        let pause = async {
            sleep(picture.every).await;
            source.ask().await
        };
        let Some(told) = meanwhile(pause, &mut screen, &picture, &mut stop).await? else { return Ok(()) };
        match told {
            Ok(told) => (picture.health, picture.stale) = (told.health, None),
            Err(trouble) => picture.stale = Some(trouble.short(picture.lang)),
        }
    }
}

/// Waits for something and heeds the keys; nothing when the end is wished for.
async fn meanwhile<T>(
    wanted: impl Future<Output = T>,
    screen: &mut Screen,
    picture: &Picture,
    stop: &mut StopSignal,
) -> Result<Option<T>, Fault> {
    let (mut wanted, mut stopped) = (pin!(wanted), pin!(stop.wait()));
    let mut tick = interval(TICK);
    tick.set_missed_tick_behavior(MissedTickBehavior::Skip);
    loop {
        tokio::select! {
            found = &mut wanted => return Ok(Some(found)),
            _ = &mut stopped => return Ok(None),
            _ = tick.tick() => {}
        }
        if screen.heed(picture)? == Wish::Quit {
            return Ok(None);
        }
    }
}

/// The picture as text without colours.
fn paper(health: &HealthAnswer, lang: Lang, width: u16) -> String {
    let words = words(lang);
    let at = text::minute(&health.at, None, words);
    let head = format!(" {}, {} {at} ({})", words.carriers, words.as_of_day, words.paris);
    let body = render(health, &Page { lang, width, bars: 1 });
    let lines: Vec<String> = body.iter().map(|line| line.to_string().trim_end().to_owned()).collect();
    format!("{head}\n\n{}", lines.join("\n"))
}

fn width() -> u16 {
    let here = std::io::stdout().is_terminal().then(crossterm::terminal::size);
    here.and_then(Result::ok).map_or(WIDTH, |(width, _)| width)
}

/// A carrier that is not well is an end with 1, for programs.
fn verdict(health: &HealthAnswer, lang: Lang) -> Result<(), Fault> {
    let words = words(lang);
    let ill = health.carriers.iter().filter(|carrier| carrier.condition != "well");
    let ill: Vec<String> = ill
        .map(|carrier| format!("{} ({})", text::inert(&carrier.carrier), words.condition(&carrier.condition)))
        .collect();
    if ill.is_empty() { Ok(()) } else { Err(Fault::failed(format!("{} {}", words.not_well, ill.join(", ")))) }
}
