//! `tournee restore`: a backup becomes the data of a server. The module `restore` of `store` says what that means for
//! what was open; this says it to whoever restores.

use super::size;
use crate::{cli::Restore, config::Config, fault::Fault, key, say, serve::settle};
use clock::{Clock, SystemClock};
use store::Restored;

/// Runs the command.
///
/// # Errors
/// When the backup is not good or was sealed under another key, or the directory is in use or not empty.
pub fn run(args: &Restore) -> Result<(), Fault> {
    let config = settle(&args.place, None)?;
    let wanted = store::Restore {
        from: args.from.clone(),
        dir: config.data.clone(),
        key: key_for(args, &config)?,
        policy: config.policy.policy(),
        replace: args.replace,
        nothing_ran_since: args.nothing_ran_since,
        skip_numbers: args.skip_numbers,
        now: SystemClock.now(),
    };
    let done = super::run(move |tell| store::restore(&wanted, tell)).map_err(|fault| in_the_way(fault, &config))?;
    tell(args, &config, &done);
    Ok(())
}

/// The key that was given; where there is none, it is said which one is needed.
fn key_for(args: &Restore, config: &Config) -> Result<store::SealingKey, Fault> {
    let key_id = store::manifest_at(&args.from)?.key_id;
    match key::origin(config) {
        key::Origin::BesideTheData(path) if !path.exists() => Err(Fault::usage(format!(
            "the backup was sealed under the key {key_id}, and no key was given: set {}, name its file by key_file, or \
             put it at {}",
            key::ENVIRONMENT,
            path.display()
        ))),
        _ => Ok(key::find(config)?.key),
    }
}

/// A directory that is in use is named with what to do about it here.
fn in_the_way(fault: Fault, config: &Config) -> Fault {
    if fault.exit == crate::Exit::Unavailable {
        let said = format!("a server works on {}: stop it first ({fault})", config.data.display());
        return Fault::unavailable(said);
    }
    fault
}

fn tell(args: &Restore, config: &Config, done: &Restored) {
    let (mark, found) = (&done.manifest.mark, &done.found);
    say::line(format_args!(
        "restored  {} ({}) into {}",
        args.from.display(),
        size(done.manifest.file.bytes),
        config.data.display()
    ));
    if let Some(aside) = &done.aside {
        say::line(format_args!("aside     what was there lies in {}", aside.display()));
    }
    say::line(format_args!("mark      fact {} of {}", mark.seq, mark.at_ms.to_paris()));
    say::line(format_args!(
        "holds     {} shipments; open then: {} waiting, {} at the carrier, {} unknown, {} a person's, {} questions",
        done.intents, found.waiting, found.in_flight, found.unknown, found.human, found.question
    ));
    if args.nothing_ran_since {
        say::line("open      nothing ran since: what waited goes out, what was at the carrier is looked for first");
        return;
    }
    say::line(
        "open      may have got a label after the mark: each is looked for at the carrier and, where nothing tells, left \
         to a person (state human, POST …/resolve); none is sent again blindly",
    );
    say::line(
        "lost      what was acknowledged after the mark: shops that ask again get a new label, so look for parcels that \
         left since. API keys revoked after the mark work again: revoke them; keys made after it have to be made anew",
    );
}
