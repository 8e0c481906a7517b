//! Announcements put into a folder, from which something else takes them to the carrier.
//!
//! Holds a path and nothing else; the folder is made when it is not there. Work on the disk is done off the async threads.

use super::{Announcer, Delivery, check_name, later};
use crate::{CarrierError, colissimo::edi::COMPLETE};
use std::{
    fs::{self, File},
    io::{self, Write},
    path::{Path, PathBuf},
};

/// Writes announcements into a folder on this machine.
#[derive(Clone, Debug)]
pub struct FolderAnnouncer {
    folder: PathBuf,
}

impl FolderAnnouncer {
    /// Delivers into this folder.
    pub fn new(folder: impl Into<PathBuf>) -> Self {
        Self { folder: folder.into() }
    }
}

impl Announcer for FolderAnnouncer {
    fn deliver<'a>(&'a self, file_name: &'a str, bytes: &'a [u8]) -> Delivery<'a> {
        Box::pin(async move {
            check_name(file_name)?;
            let (folder, name, bytes) = (self.folder.clone(), file_name.to_owned(), bytes.to_vec());
            let work = tokio::task::spawn_blocking(move || put(&folder, &name, &bytes));
            work.await.map_err(io::Error::other).and_then(|done| done).map_err(|e| failed(&e))
        })
    }
}

/// Writes the file under its plain name, makes it safe, gives it its ending, and makes that safe too.
fn put(folder: &Path, name: &str, bytes: &[u8]) -> io::Result<()> {
    fs::create_dir_all(folder)?;
    let (plain, complete) = (folder.join(name), folder.join(format!("{name}{COMPLETE}")));
    if fs::metadata(&complete).is_ok_and(|there| there.len() == bytes.len() as u64) {
        // An earlier delivery may have stopped between the new name and its safety.
        return sync_folder(folder);
    }
    write_whole(&plain, bytes)?;
    fs::rename(&plain, &complete)?;
    sync_folder(folder)
}

#[expect(clippy::disallowed_methods, reason = "an announcement is a message to the carrier, not one of our data files")]
fn write_whole(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut file = File::create(path)?;
    file.write_all(bytes)?;
    file.sync_all()
}

#[expect(clippy::disallowed_methods, reason = "a new name is safe only when its folder is")]
fn sync_folder(folder: &Path) -> io::Result<()> {
    File::open(folder)?.sync_all()
}

fn failed(error: &io::Error) -> CarrierError {
    let why = format!("the folder for announcements cannot be written ({}): see to its rights and room", error.kind());
    later("announce_folder", why)
}
