//! Files beside the database: written whole or not at all, for their owner alone.

use sha2::{Digest, Sha256};
use std::{
    ffi::OsString,
    fs::{self, File, OpenOptions},
    io::{self, Read, Write},
    ops::ControlFlow,
    path::{Path, PathBuf},
};

/// How much of a file is read at once.
const CHUNK_BYTES: usize = 1024 * 1024;
/// The longest file that is read as one.
const SMALL_BYTES_MAX: u64 = 1024 * 1024;

/// Is told the bytes done and in all, and may break it off.
pub(crate) type Told<'a> = &'a mut dyn FnMut(u64, u64) -> ControlFlow<()>;

/// The path with this behind its name.
pub(crate) fn with_ending(path: &Path, ending: &str) -> PathBuf {
    let mut name = OsString::from(path.as_os_str());
    name.push(ending);
    PathBuf::from(name)
}

/// The name of a file that is not whole yet.
pub(crate) fn part_of(path: &Path) -> PathBuf {
    with_ending(path, ".part")
}

/// Makes an empty file for this user alone, in the place of what a broken-off try left.
pub(crate) fn create(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

/// Takes a file away that may not be there.
pub(crate) fn clear(path: &Path) {
    drop(fs::remove_file(path));
}

pub(crate) fn bytes_of(path: &Path) -> io::Result<u64> {
    Ok(fs::metadata(path)?.len())
}

pub(crate) fn sync(path: &Path) -> io::Result<()> {
    OpenOptions::new().write(true).open(path)?.sync_all()
}

/// Gives a file its name, durably.
pub(crate) fn rename(from: &Path, to: &Path) -> io::Result<()> {
    fs::rename(from, to)?;
    sync_dir(to)
}

/// Makes the names in the directory of this file durable.
fn sync_dir(path: &Path) -> io::Result<()> {
    let dir = path.parent().filter(|dir| !dir.as_os_str().is_empty()).unwrap_or(Path::new("."));
    OpenOptions::new().read(true).open(dir)?.sync_all()
}

/// Writes a small file under another name first.
pub(crate) fn write_whole(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let part = part_of(path);
    let mut file = create(&part)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    rename(&part, path)
}

/// A small file.
pub(crate) fn read_small(path: &Path) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    OpenOptions::new().read(true).open(path)?.take(SMALL_BYTES_MAX).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// The SHA-256 of a file in hexadecimal digits; nothing when it was broken off.
pub(crate) fn sha256(path: &Path, told: Told<'_>) -> io::Result<Option<String>> {
    through(path, told, |_| Ok(()))
}

/// Copies a file, synced; gives the SHA-256 of what was copied, or nothing when it was broken off.
pub(crate) fn copy(from: &Path, to: &Path, told: Told<'_>) -> io::Result<Option<String>> {
    let mut copy = create(to)?;
    let hash = through(from, told, |chunk| copy.write_all(chunk))?;
    copy.sync_all()?;
    Ok(hash)
}

fn through(path: &Path, told: Told<'_>, mut each: impl FnMut(&[u8]) -> io::Result<()>) -> io::Result<Option<String>> {
    let mut file = OpenOptions::new().read(true).open(path)?;
    let (total, mut done) = (file.metadata()?.len(), 0);
    let (mut hash, mut chunk) = (Sha256::new(), vec![0; CHUNK_BYTES]);
    loop {
        let read = file.read(&mut chunk)?;
        if read == 0 {
            return Ok(Some(hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect()));
        }
        hash.update(&chunk[..read]);
        each(&chunk[..read])?;
        done += read as u64;
        if told(done, total).is_break() {
            return Ok(None);
        }
    }
}
