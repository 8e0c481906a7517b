//! Mail by SMTP: one message to one server that passes it on, and what came of it; delivery reports read back.
//!
//! What is known depends on how far the exchange came. Until the end of the message was sent, nothing has left; after it,
//! and until the server has answered, nobody knows (RFC 5321, 4.2.5). A server's words are never repeated, since they
//! often hold the address: only its code is.

mod bounce;
mod compose;
mod connection;

pub use bounce::{Bounce, bounce};
pub use compose::{ADDRESS_CHARS_MAX, BadAddress, address};
pub use connection::{BadMail, Mail};

use std::{fmt, time::Duration};
use zeroize::Zeroizing;

/// How the connection to the mail server is protected.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Tls {
    /// From the first byte (usually port 465).
    Implicit,
    /// After `STARTTLS` (usually port 587); a server without it is not used.
    #[default]
    Starttls,
    /// Not at all: only to a server on this machine.
    None,
}

/// How mail is sent.
#[derive(Clone, PartialEq, Eq)]
pub struct Settings {
    /// The mail server that passes messages on: a name, or an address where `tls` is none.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// How the connection is protected.
    pub tls: Tls,
    /// Certificates (PEM) to trust beside those of the public authorities.
    pub roots_pem: Option<String>,
    /// The login; none for a server that asks for none.
    pub login: Option<Login>,
    /// Whom messages are from: an address, or `Name <address>`. Its domain is that of the messages' ids.
    pub from: String,
    /// Where delivery reports go; none for the sender's address.
    pub bounces_to: Option<String>,
    /// By what name we greet the server; none for the domain of the sender's address.
    pub hello: Option<String>,
    /// How long one message may take, from the connection to the answer.
    pub timeout: Duration,
    /// Connections at once, at most.
    pub connections_max: usize,
    /// How long a connection is kept that nothing is sent by.
    pub idle_max: Duration,
    /// Whether what the server has taken counts as delivered: for a server that is the recipients' own.
    pub taken_is_delivered: bool,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            host: "localhost".to_owned(),
            port: 587,
            tls: Tls::default(),
            roots_pem: None,
            login: None,
            from: "notices@localhost.localdomain".to_owned(),
            bounces_to: None,
            hello: None,
            timeout: Duration::from_secs(30),
            connections_max: 8,
            idle_max: Duration::from_secs(20),
            taken_is_delivered: false,
        }
    }
}

impl fmt::Debug for Settings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("mail::Settings")
            .field("host", &self.host)
            .field("port", &self.port)
            .field("tls", &self.tls)
            .finish_non_exhaustive()
    }
}

/// A login at the mail server. Never shown.
#[derive(Clone, PartialEq, Eq)]
pub struct Login {
    /// The user.
    pub user: String,
    /// The password.
    pub password: Zeroizing<String>,
}
