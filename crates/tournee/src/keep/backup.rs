//! `tournee backup`: a backup of the data while the server runs, and a look at one that was taken.

use super::size;
use crate::{
    cli::{Backup, BackupAction},
    fault::Fault,
    key, say,
    serve::settle,
};
use clock::{Clock, SystemClock};
use std::path::Path;
use store::Manifest;

/// Runs the command.
///
/// # Errors
/// When there is nothing to back up, the key is another's, the backup cannot be written, or is not good.
pub fn run(args: &Backup) -> Result<(), Fault> {
    match (&args.action, &args.to) {
        (Some(BackupAction::Verify { file }), _) => verify(file),
        (None, Some(to)) => take(args, to),
        (None, None) => Err(Fault::usage("say with --to where the backup is to be written")),
    }
}

fn take(args: &Backup, to: &Path) -> Result<(), Fault> {
    let config = settle(&args.place, None)?;
    let (data, to) = (config.data.clone(), to.to_path_buf());
    super::need_data(&config)?;
    let sealing = key::find(&config)?.key;
    let (file, manifest) = super::run(move |tell| store::back_up(&data, &sealing, &to, SystemClock.now(), tell))?;
    describe(&file, &manifest);
    say::line(format_args!(
        "key     {}: keep that key elsewhere; without it the carrier accounts have to be entered anew",
        manifest.key_id
    ));
    Ok(())
}

fn verify(file: &Path) -> Result<(), Fault> {
    let path = file.to_path_buf();
    let manifest = super::run(move |tell| store::verify(&path, tell))?;
    describe(file, &manifest);
    say::line(format_args!("key     {}: the one that a restore will ask for", manifest.key_id));
    say::line("whole and as it was written");
    Ok(())
}

/// What a backup is, in lines.
fn describe(file: &Path, manifest: &Manifest) {
    let rows = |table: &str| manifest.rows.get(table).copied().unwrap_or_default();
    say::line(format_args!("backup  {} ({})", file.display(), size(manifest.file.bytes)));
    say::line(format_args!(
        "mark    fact {} of {}: what was acknowledged until then is in it",
        manifest.mark.seq,
        manifest.mark.at_ms.to_paris()
    ));
    say::line(format_args!("holds   {} shipments, {} labels", rows("intents"), rows("labels")));
}
