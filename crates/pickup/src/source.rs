//! Where an answer about points comes from, and how old it is.

use clock::Time;

/// Who said it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Source {
    /// The carrier, just now.
    Carrier,
    /// The directory, in its place.
    Directory,
}

impl Source {
    /// Its name outside.
    pub fn name(self) -> &'static str {
        match self {
            Self::Carrier => "carrier",
            Self::Directory => "directory",
        }
    }
}

/// An answer with where it comes from.
#[derive(Clone, PartialEq, Debug)]
pub struct Sourced<T> {
    /// The answer.
    pub answer: T,
    /// Who said it.
    pub source: Source,
    /// When the carrier said the oldest part of it; `None` where nobody has said anything.
    pub as_of: Option<Time>,
}
