//! The sealing key: the one secret under which the carrier accounts in the database are sealed.
//!
//! It comes from the environment (`TOURNEE_KEY`), else from the configured `key_file`, else from `sealing.key` in the
//! data directory, which is made at the first start. Never made anew beside a database that exists: that database
//! was sealed under a key that somebody has.

use crate::{config::Config, fault::Fault};
use std::{
    env,
    fs::{self, DirBuilder, OpenOptions},
    io::{ErrorKind, Read, Write},
    os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt},
    path::{Path, PathBuf},
};
use store::SealingKey;
use zeroize::Zeroizing;

/// The environment variable that holds the key.
pub const ENVIRONMENT: &str = "TOURNEE_KEY";
/// The key's file in the data directory.
const FILE: &str = "sealing.key";
/// The database's file in the data directory.
pub(crate) const DATABASE: &str = "tournee.db";
/// The longest key file that is read, in bytes.
const FILE_BYTES_MAX: u64 = 4_096;

/// Where the key lies.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Origin {
    /// In the environment.
    Environment,
    /// In the file that the configuration names.
    Configured(PathBuf),
    /// In the data directory, beside what it seals.
    BesideTheData(PathBuf),
}

/// A key and what is to be said about it.
#[derive(Debug)]
pub struct Found {
    /// The key.
    pub key: SealingKey,
    /// Where it lies.
    pub origin: Origin,
    /// Whether it was made just now.
    pub fresh: bool,
}

impl Found {
    /// What somebody should know about the key, if anything.
    pub fn warning(&self) -> Option<String> {
        match &self.origin {
            Origin::BesideTheData(path) if self.fresh => Some(format!(
                "a sealing key was made: {}; keep a copy elsewhere, and better move it away from the data \
                 ({ENVIRONMENT} or key_file)",
                path.display()
            )),
            Origin::BesideTheData(path) | Origin::Configured(path) if is_open_to_others(path) => {
                Some(format!("others can read the sealing key: chmod 600 {}", path.display()))
            }
            _ => None,
        }
    }
}

/// Where the key lies, by what is set, without reading it.
pub fn origin(config: &Config) -> Origin {
    if env::var_os(ENVIRONMENT).is_some() {
        return Origin::Environment;
    }
    match &config.key_file {
        Some(path) => Origin::Configured(path.clone()),
        None => Origin::BesideTheData(config.data.join(FILE)),
    }
}

/// Finds the key, and makes one at the first start.
///
/// # Errors
/// When what is set holds no key, cannot be read, or a database exists without its key.
pub fn find_or_make(config: &Config) -> Result<Found, Fault> {
    match origin(config) {
        Origin::BesideTheData(path) if !path.exists() => make(&config.data, path),
        _ => find(config),
    }
}

/// Finds the key and makes none.
///
/// # Errors
/// When there is none, or it cannot be read.
pub fn find(config: &Config) -> Result<Found, Fault> {
    let origin = origin(config);
    let key = match &origin {
        Origin::Environment => from_environment()?,
        Origin::Configured(path) => from_file(path, "put the right path at key_file in the configuration")?,
        Origin::BesideTheData(path) => {
            from_file(path, "start `tournee serve` once to make it, or bring the key that this data was made with")?
        }
    };
    Ok(Found { key, origin, fresh: false })
}

/// Whether others than the file's owner may read it.
pub fn is_open_to_others(path: &Path) -> bool {
    fs::metadata(path).is_ok_and(|meta| meta.permissions().mode() & 0o077 != 0)
}

fn from_environment() -> Result<SealingKey, Fault> {
    let text = Zeroizing::new(env::var(ENVIRONMENT).unwrap_or_default());
    parse(&text, &format!("the environment variable {ENVIRONMENT}"))
}

#[expect(clippy::disallowed_methods, reason = "the key is not a data file")]
fn from_file(path: &Path, advice: &str) -> Result<SealingKey, Fault> {
    let mut text = Zeroizing::new(String::new());
    fs::File::open(path)
        .and_then(|file| file.take(FILE_BYTES_MAX).read_to_string(&mut text))
        .map_err(|e| Fault::usage(format!("cannot read the sealing key {}: {e}; {advice}", path.display())))?;
    parse(&text, &format!("the file {}", path.display()))
}

fn parse(text: &str, source: &str) -> Result<SealingKey, Fault> {
    let key = SealingKey::from_hex(text).or_else(|_| SealingKey::from_base64(text));
    key.map(|key| key.from_source(source)).map_err(|_| {
        Fault::usage(format!(
            "{source} holds no sealing key: that is 32 bytes as 64 hexadecimal digits or in base64; \
             `openssl rand -hex 32` makes one"
        ))
    })
}

fn make(data: &Path, path: PathBuf) -> Result<Found, Fault> {
    if data.join(DATABASE).exists() {
        return Err(Fault::usage(format!(
            "the database in {} exists, but its sealing key {} does not: bring that key back, or give it in \
             {ENVIRONMENT} or by key_file",
            data.display(),
            path.display()
        )));
    }
    let key = SealingKey::generate()?.from_source(format!("the file {}", path.display()));
    make_directory(data)?;
    let text = key.to_hex();
    let written = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&path).and_then(|mut file| {
        file.write_all(text.as_bytes())?;
        file.write_all(b"\n")?;
        file.sync_all()
    });
    match written {
        Ok(()) => Ok(Found { key, origin: Origin::BesideTheData(path), fresh: true }),
        Err(e) => Err(cannot_create(&path, &e)),
    }
}

/// Makes the data directory, open to its owner only, when it is missing.
///
/// # Errors
/// When it cannot be made.
pub fn make_directory(data: &Path) -> Result<(), Fault> {
    match DirBuilder::new().recursive(true).mode(0o700).create(data) {
        Err(e) if e.kind() != ErrorKind::AlreadyExists || !data.is_dir() => Err(cannot_create(data, &e)),
        _ => Ok(()),
    }
}

fn cannot_create(path: &Path, e: &std::io::Error) -> Fault {
    Fault::cant_create(format!(
        "cannot create {}: {e}; make the directory writable for this user, or choose another with --data",
        path.display()
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fault::Exit;

    fn config(data: &Path) -> Config {
        Config { data: data.to_owned(), ..Config::default() }
    }

    #[test]
    fn the_first_start_makes_a_key_that_only_its_owner_reads() {
        let dir = tempfile::tempdir().expect("a directory");
        let config = config(&dir.path().join("data"));
        let made = find_or_make(&config).expect("made");
        assert!(made.fresh && made.warning().is_some_and(|said| said.contains("keep a copy elsewhere")));
        let Origin::BesideTheData(path) = &made.origin else { unreachable!("nothing else is set") };
        assert_eq!(fs::metadata(path).expect("there").permissions().mode() & 0o777, 0o600);
        assert!(!is_open_to_others(path));
        let again = find_or_make(&config).expect("found");
        assert!(!again.fresh && again.warning().is_none());
        assert_eq!(*made.key.to_hex(), *again.key.to_hex());
    }

    #[test]
    fn no_key_is_made_beside_a_database() {
        let dir = tempfile::tempdir().expect("a directory");
        OpenOptions::new().write(true).create_new(true).open(dir.path().join(DATABASE)).expect("a file");
        let fault = find_or_make(&config(dir.path())).expect_err("no key");
        assert_eq!(fault.exit, Exit::Usage);
        assert!(fault.message.contains("bring that key back"), "{fault}");
    }

    #[test]
    fn a_file_in_the_place_of_the_directory_is_told() {
        let file = tempfile::NamedTempFile::new().expect("a file");
        let fault = find_or_make(&config(file.path())).expect_err("not a directory");
        assert_eq!(fault.exit, Exit::CantCreate);
        assert!(fault.message.contains("--data"), "{fault}");
    }

    #[test]
    fn what_is_no_key_is_refused_without_repeating_it() {
        for bad in ["", "hush", &"0".repeat(63)] {
            let fault = parse(bad, "the file k").map(|_| ()).expect_err(bad);
            assert!(fault.message.contains("openssl rand -hex 32") && !fault.message.contains("hush"));
        }
        assert!(parse(&format!("{}\n", "0".repeat(64)), "the file k").is_ok());
    }
}
