//! Why a request is refused, in a word that support, metrics and receipts share.

/// The rule by which a request was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum Rule {
    /// Its source, key or token asks faster than one may.
    Rate = 1,
    /// The budget of what is asked for is used up: a page with a random query, a search, a form.
    Budget = 2,
    /// Everything that can be worked on at once is, by requests that come first.
    Overload = 3,
    /// It waited as long as its class may wait.
    Waited = 4,
    /// It has the shape of the flood.
    Signature = 5,
    /// An operator forbade its shape.
    Forbidden = 6,
    /// It needs a token while the flood lasts.
    Token = 7,
    /// Its source has as many connections open as it may.
    Connections = 8,
    /// Its head or body came too slowly, or was too large.
    Limits = 9,
    /// The number it asks for does not exist.
    NoSuchParcel = 10,
    /// The service behind the shield does not answer.
    Upstream = 11,
}

impl Rule {
    /// All of them.
    pub const ALL: [Self; 11] = [
        Self::Rate,
        Self::Budget,
        Self::Overload,
        Self::Waited,
        Self::Signature,
        Self::Forbidden,
        Self::Token,
        Self::Connections,
        Self::Limits,
        Self::NoSuchParcel,
        Self::Upstream,
    ];

    /// The word for it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Rate => "rate",
            Self::Budget => "budget",
            Self::Overload => "overload",
            Self::Waited => "waited",
            Self::Signature => "signature",
            Self::Forbidden => "forbidden",
            Self::Token => "token",
            Self::Connections => "connections",
            Self::Limits => "limits",
            Self::NoSuchParcel => "no-such-parcel",
            Self::Upstream => "upstream",
        }
    }
}
