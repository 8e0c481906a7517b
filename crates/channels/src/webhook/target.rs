//! Where messages go: a URL that a stranger wrote, held to a narrow shape before anything is looked up.

use http::Uri;
use std::net::IpAddr;

/// The longest URL, in characters.
pub const URL_CHARS_MAX: usize = 2_000;

const HTTPS_PORT: u16 = 443;
const HTTP_PORT: u16 = 80;
/// Below, ports belong to well-known services.
const PORT_MIN: u16 = 1_024;
/// Ports above that a browser would not speak HTTP to either (the Fetch standard's list of bad ports).
const PORTS_OF_OTHERS: [u16; 20] = [
    1719, 1720, 1723, 2049, 3659, 4045, 4190, 5060, 5061, 6000, 6566, 6665, 6666, 6667, 6668, 6669, 6679, 6697, 10080,
    11211,
];

/// Why a message may not go where it was told to. Never says which address a name has: that may be an inner matter.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// Not a URL with a host.
    #[error("this is not a URL; write one such as https://shop.example/webhooks")]
    NotAUrl,
    /// Longer than [`URL_CHARS_MAX`].
    #[error("the URL is longer than 2000 characters; shorten it")]
    TooLong,
    /// Not `https://`.
    #[error("only https:// is called; give the endpoint a certificate")]
    NotHttps,
    /// Credentials or a fragment in the URL.
    #[error("user, password and fragment do not belong in the URL; the signature says who calls")]
    TooMuch,
    /// A port of another kind of service.
    #[error("port {0} is not called; use 443, or a port from 1024 on that no other service is known by")]
    Port(u16),
    /// The name has no address.
    #[error("the host has no address; check its name")]
    NoAddress,
    /// The name, or the address that was given, leads to something that is not public.
    #[error("the host is not a public one; webhooks go to public addresses only")]
    NotPublic,
}

/// A URL that may be called, as far as can be said without looking its host up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Target {
    pub(crate) tls: bool,
    /// Without brackets.
    pub(crate) host: String,
    pub(crate) port: u16,
    pub(crate) path: String,
}

impl Target {
    /// Reads a URL. With `allow_private` also `http://` and any port.
    ///
    /// # Errors
    /// [`Refused`] for everything but `https://host[:port]/path[?query]`.
    pub fn parse(url: &str, allow_private: bool) -> Result<Self, Refused> {
        if url.chars().count() > URL_CHARS_MAX {
            return Err(Refused::TooLong);
        }
        if url.contains('#') {
            return Err(Refused::TooMuch);
        }
        let uri: Uri = url.parse().map_err(|_| Refused::NotAUrl)?;
        let authority = uri.authority().ok_or(Refused::NotAUrl)?;
        if authority.as_str().contains('@') {
            return Err(Refused::TooMuch);
        }
        let tls = match uri.scheme_str() {
            Some("https") => true,
            Some("http") if allow_private => false,
            Some(_) => return Err(Refused::NotHttps),
            None => return Err(Refused::NotAUrl),
        };
        let host = authority.host().trim_start_matches('[').trim_end_matches(']').to_ascii_lowercase();
        let port = port(authority, if tls { HTTPS_PORT } else { HTTP_PORT })?;
        if host.is_empty() || !host.is_ascii() {
            return Err(Refused::NotAUrl);
        }
        if !allow_private && !may_call(port) {
            return Err(Refused::Port(port));
        }
        let path = uri.path_and_query().map_or("/", |path| path.as_str()).to_owned();
        Ok(Self { tls, host, port, path })
    }

    /// The address, where the host is written as one.
    pub(crate) fn literal(&self) -> Option<IpAddr> {
        self.host.parse().ok()
    }

    /// The value of the header `Host`.
    pub(crate) fn host_header(&self) -> String {
        let host = if self.host.contains(':') { format!("[{}]", self.host) } else { self.host.clone() };
        let usual = if self.tls { HTTPS_PORT } else { HTTP_PORT };
        if self.port == usual { host } else { format!("{host}:{}", self.port) }
    }
}

fn port(authority: &http::uri::Authority, usual: u16) -> Result<u16, Refused> {
    // `port_u16` is none both where there is no port and where it is too large.
    match (authority.port_u16(), authority.as_str().rsplit_once(':')) {
        (Some(port), _) => Ok(port),
        (None, Some((_, rest))) if !rest.ends_with(']') => Err(Refused::NotAUrl),
        (None, _) => Ok(usual),
    }
}

fn may_call(port: u16) -> bool {
    port == HTTPS_PORT || (port >= PORT_MIN && !PORTS_OF_OTHERS.contains(&port))
}
