//! What kind of place a pickup point is.

use serde::{Deserialize, Serialize};

/// What kind of place a pickup point is, by the carrier's code (`typeDePoint`).
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(from = "String", into = "String")]
pub enum PointKind {
    /// `BPR`: a post office.
    PostOffice,
    /// `A2P`: a shop.
    Shop,
    /// `PCS`, `BDP`, `CMT`, `ACP`, `CDI` and whatever is new, as it came.
    Other(String),
}

impl PointKind {
    /// The kind of this code.
    pub fn of(code: &str) -> Self {
        match code {
            "BPR" => Self::PostOffice,
            "A2P" => Self::Shop,
            other => Self::Other(other.to_owned()),
        }
    }

    /// Its code.
    pub fn code(&self) -> &str {
        match self {
            Self::PostOffice => "BPR",
            Self::Shop => "A2P",
            Self::Other(code) => code,
        }
    }
}

impl From<String> for PointKind {
    fn from(code: String) -> Self {
        Self::of(&code)
    }
}

impl From<PointKind> for String {
    fn from(kind: PointKind) -> Self {
        kind.code().to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_goes_there_and_back_and_a_new_one_stays_as_it_came() {
        for code in ["BPR", "A2P", "PCS", "BDP", "CMT", "ACP", "CDI", "NEW", ""] {
            assert_eq!(PointKind::of(code).code(), code);
        }
        assert_eq!(PointKind::from("A2P".to_owned()), PointKind::Shop);
        assert_eq!(PointKind::of("CDI"), PointKind::Other("CDI".into()));
    }
}
