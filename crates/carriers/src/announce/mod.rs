//! Delivery of announcements: the port, and two ways through it, a folder and SFTP.
//!
//! A file is complete or it is not there: it is written under its plain name first and gets the ending `.ok` when its
//! last byte is safe. Delivering the same file again changes nothing, so that a delivery whose end nobody heard can be
//! repeated.

mod folder;
mod sftp;

pub use folder::FolderAnnouncer;
pub use sftp::{BadSftp, Fingerprint, SftpAnnouncer, SftpLogin, SftpOptions};

use crate::{Blame, CarrierError, Kind, Retry};
use std::{future::Future, pin::Pin, time::Duration};

/// How long to leave a place alone that did not take a file.
const RETRY: Duration = Duration::from_secs(60);

/// A delivery under way.
pub type Delivery<'a> = Pin<Box<dyn Future<Output = Result<(), CarrierError>> + Send + 'a>>;

/// A place that takes announcements.
pub trait Announcer: Send + Sync + 'static {
    /// Delivers one file, named as [`crate::colissimo::edi::file_name`] names it. When it returns `Ok` the file is there
    /// for good, whole, under its name with `.ok` behind it. A file of this name and size that is there already is the
    /// same file: that is `Ok` too.
    ///
    /// # Errors
    /// Where and why the place did not take it; [`Retry::Unknown`] never, since a delivery can be repeated.
    fn deliver<'a>(&'a self, file_name: &'a str, bytes: &'a [u8]) -> Delivery<'a>;
}

/// The place did not take the file now.
fn later(code: &'static str, message: impl Into<String>) -> CarrierError {
    CarrierError::new(Kind::Unavailable, Blame::Them, Retry::After(RETRY), code, message)
}

/// The place will not take the file until somebody changes something on our side.
fn never(code: &'static str, message: impl Into<String>) -> CarrierError {
    CarrierError::new(Kind::Refused, Blame::Us, Retry::Never, code, message)
}

/// Refuses a name that could lead out of the place: letters, digits, `.`, `-` and `_` alone, none of them first but a
/// letter or digit.
fn check_name(name: &str) -> Result<(), CarrierError> {
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_');
    let good = name.starts_with(|c: char| c.is_ascii_alphanumeric()) && name.len() <= 100 && name.chars().all(plain);
    if good { Ok(()) } else { Err(never("file_name", "a file's name has letters, digits, points, - and _ alone")) }
}
