//! How far one gets to the carrier: name, connection, encryption, page; each step named, so that the one that fails
//! says where to look. Also what the carrier's clock says.

use super::Finding;
use crate::config::{BaseUrl, Config};
use carriers::colissimo;
use clock::{Clock, SystemClock, Time};
use http::Uri;
use rustls::{
    ClientConfig, RootCertStore,
    pki_types::{CertificateDer, ServerName, pem::PemObject},
};
use std::{fmt, io, net::SocketAddr, path::Path, sync::Arc, time::Duration};
use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt},
    net::{TcpStream, lookup_host},
    time::timeout,
};
use tokio_rustls::TlsConnector;

/// How long each step may take.
const STEP_MAX: Duration = Duration::from_secs(8);
/// The most that is read of a page, in bytes.
const PAGE_BYTES_MAX: u64 = 64 * 1024;
/// From this on days and signatures may be wrong.
const OFFSET_WARN: Duration = Duration::from_secs(5);

/// A stream with or without TLS.
trait Stream: AsyncRead + AsyncWrite + Unpin + Send {}
impl<T: AsyncRead + AsyncWrite + Unpin + Send> Stream for T {}

/// The step at which it ended, and why.
struct Ended {
    step: &'static str,
    why: String,
    advice: &'static str,
}

/// A page that came.
struct Page {
    status: u16,
    date: Option<Time>,
    body: Vec<u8>,
}

/// Looks at the carrier's two hosts.
pub(super) async fn carrier(config: &Config) -> Vec<Finding> {
    let colissimo = &config.carrier.colissimo;
    let roots = colissimo.extra_roots_pem.as_deref();
    let health = colissimo::HEALTH_PAGES[2];
    let (shipping, tracking) = tokio::join!(
        host("carrier", &colissimo.shipping_url, health, roots),
        host("tracking", &colissimo.tracking_url, "/", roots)
    );
    shipping.into_iter().chain(tracking).collect()
}

async fn host(name: &str, base: &BaseUrl, path: &str, roots: Option<&Path>) -> Vec<Finding> {
    let mut steps = Vec::new();
    let page = visit(&base.uri(), path, roots, &mut steps).await;
    let mut findings = vec![Finding::ok(name, format!("{base}: {}", steps.join(", ")))];
    match page {
        Err(ended) => {
            let found = format!("{base}: {}{} failed: {}", so_far(&steps), ended.step, ended.why);
            findings = vec![Finding::fail(name, found, ended.advice)];
        }
        Ok(page) => {
            if name == "carrier" {
                findings.push(health_page(&page));
            }
            findings.extend(offset(name, &page));
        }
    }
    findings.extend(in_the_clear(name, base));
    findings
}

fn so_far(steps: &[String]) -> String {
    steps.iter().map(|step| format!("{step}, then ")).collect()
}

fn health_page(page: &Page) -> Finding {
    let what = "carrier's health page";
    match String::from_utf8_lossy(&page.body) {
        text if text.contains("[OK]") => Finding::ok(what, "it says [OK]"),
        text if text.contains("[KO]") => Finding::warn(
            what,
            "it says [KO]",
            "the carrier believes itself down; labels are accepted and kept until it is back",
        ),
        _ => Finding::warn(
            what,
            format!("it says neither [OK] nor [KO] (HTTP {})", page.status),
            "check carrier.colissimo.shipping_url if this stays",
        ),
    }
}

fn offset(name: &str, page: &Page) -> Option<Finding> {
    let theirs = page.date?;
    let ours = SystemClock.now();
    let apart = ours.since(theirs).max(theirs.since(ours));
    let what = format!("clock against the {name}'s");
    let found = format!("{} s apart", apart.as_secs());
    Some(if apart < OFFSET_WARN {
        Finding::ok(what, found)
    } else {
        Finding::warn(what, found, "one of the two is wrong: set this machine's clock by NTP")
    })
}

fn in_the_clear(name: &str, base: &BaseUrl) -> Option<Finding> {
    let uri = base.uri();
    let host = uri.host().unwrap_or_default();
    let loopback =
        host == "localhost" || host.trim_matches(['[', ']']).parse().is_ok_and(|ip: std::net::IpAddr| ip.is_loopback());
    let clear = uri.scheme_str() == Some("http") && !loopback;
    clear.then(|| {
        Finding::warn(
            format!("{name}'s URL"),
            format!("{base} is not encrypted"),
            "credentials pass in the clear: use https",
        )
    })
}

/// Goes as far as it gets; `steps` says how far.
async fn visit(base: &Uri, path: &str, roots: Option<&Path>, steps: &mut Vec<String>) -> Result<Page, Ended> {
    let host = base.host().unwrap_or_default().trim_matches(['[', ']']).to_owned();
    let tls = base.scheme_str() == Some("https");
    let port = base.port_u16().unwrap_or(if tls { 443 } else { 80 });
    let addr = resolve(&host, port).await?;
    steps.push(format!("name found ({})", addr.ip()));
    let tcp = connect(addr).await?;
    steps.push("connected".into());
    let mut stream: Box<dyn Stream> = Box::new(tcp);
    if tls {
        stream = Box::new(encrypt(stream, &host, roots).await?);
        steps.push("encrypted".into());
    }
    let authority = base.authority().map(http::uri::Authority::as_str).unwrap_or_default();
    let path = format!("{}{path}", base.path().trim_end_matches('/'));
    let page = get(stream, authority, &path).await?;
    steps.push(format!("answered (HTTP {})", page.status));
    Ok(page)
}

async fn resolve(host: &str, port: u16) -> Result<SocketAddr, Ended> {
    let ended = |why: String| Ended {
        step: "finding the name",
        why,
        advice: "check the machine's DNS (/etc/resolv.conf) and the host in the configuration",
    };
    match timeout(STEP_MAX, lookup_host((host, port))).await {
        Err(_) => Err(ended("no answer in time".into())),
        Ok(Err(e)) => Err(ended(e.to_string())),
        Ok(Ok(mut found)) => found.next().ok_or_else(|| ended("the name has no address".into())),
    }
}

async fn connect(addr: SocketAddr) -> Result<TcpStream, Ended> {
    let advice = "check the network and that its firewall lets this machine out to that port; the carrier may be down";
    step("connecting", advice, TcpStream::connect(addr)).await
}

async fn encrypt(stream: Box<dyn Stream>, host: &str, roots: Option<&Path>) -> Result<impl Stream + use<>, Ended> {
    let advice = "a proxy in between needs its certificate in carrier.colissimo.extra_roots_pem; also check the clock";
    let ended = |why: String| Ended { step: "encrypting", why, advice };
    let config = trust(roots).map_err(|e| ended(e.to_string()))?;
    let name = ServerName::try_from(host.to_owned()).map_err(|e| ended(e.to_string()))?;
    step("encrypting", advice, TlsConnector::from(Arc::new(config)).connect(name, stream)).await
}

fn trust(roots: Option<&Path>) -> io::Result<ClientConfig> {
    let mut store = RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() };
    if let Some(path) = roots {
        for certificate in CertificateDer::pem_file_iter(path).map_err(io::Error::other)? {
            store.add(certificate.map_err(io::Error::other)?).map_err(io::Error::other)?;
        }
    }
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let versions = ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions();
    Ok(versions.map_err(io::Error::other)?.with_root_certificates(store).with_no_client_auth())
}

async fn get(mut stream: Box<dyn Stream>, host: &str, path: &str) -> Result<Page, Ended> {
    let advice =
        "the host is there but its service does not answer: the carrier may be down; labels are kept meanwhile";
    let agent = concat!("tournee-doctor/", env!("CARGO_PKG_VERSION"));
    let request = format!("GET {path} HTTP/1.1\r\nhost: {host}\r\nuser-agent: {agent}\r\nconnection: close\r\n\r\n");
    let mut bytes = Vec::new();
    let exchange = async {
        stream.write_all(request.as_bytes()).await?;
        stream.flush().await?;
        let read = (&mut stream).take(PAGE_BYTES_MAX).read_to_end(&mut bytes).await;
        // Servers exist that end a connection without a farewell; what came counts.
        if bytes.is_empty() { read.map(drop) } else { Ok(()) }
    };
    step("asking for a page", advice, exchange).await?;
    parse(&bytes).ok_or(Ended { step: "reading the page", why: "the answer is not HTTP".into(), advice })
}

fn parse(bytes: &[u8]) -> Option<Page> {
    let mut headers = [httparse::EMPTY_HEADER; 64];
    let mut response = httparse::Response::new(&mut headers);
    let httparse::Status::Complete(head) = response.parse(bytes).ok()? else { return None };
    let date = response.headers.iter().find(|h| h.name.eq_ignore_ascii_case("date"));
    let date = date.and_then(|h| std::str::from_utf8(h.value).ok()).and_then(http_date);
    Some(Page { status: response.code?, date, body: bytes.get(head..)?.to_vec() })
}

fn http_date(text: &str) -> Option<Time> {
    let zoned = jiff::fmt::rfc2822::parse(text).ok()?;
    Some(Time::from_unix_ms(zoned.timestamp().as_millisecond()))
}

async fn step<T, E: fmt::Display>(
    step: &'static str,
    advice: &'static str,
    doing: impl Future<Output = Result<T, E>>,
) -> Result<T, Ended> {
    match timeout(STEP_MAX, doing).await {
        Err(_) => Err(Ended { step, why: format!("nothing within {} s", STEP_MAX.as_secs()), advice }),
        Ok(Err(e)) => Err(Ended { step, why: e.to_string(), advice }),
        Ok(Ok(done)) => Ok(done),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doctor::Verdict;

    #[test]
    fn a_page_is_read_with_its_date() {
        let page = parse(b"HTTP/1.1 200 OK\r\ndate: Mon, 22 Dec 2025 05:24:00 GMT\r\n\r\n[OK]\n").expect("a page");
        assert_eq!(page.date.map(|d| d.to_string()).as_deref(), Some("2025-12-22T05:24:00.000Z"));
        assert_eq!((page.status, health_page(&page).verdict), (200, Verdict::Ok));
        assert!(parse(b"SSH-2.0-x\r\n").is_none() && parse(b"HTTP/1.1 200").is_none());
    }

    #[test]
    fn a_page_without_a_word_is_worth_a_look() {
        for (body, verdict) in [("[KO]", Verdict::Warn), ("<html>", Verdict::Warn), (" [OK]\r\n", Verdict::Ok)] {
            let page = Page { status: 200, date: None, body: body.into() };
            assert_eq!(health_page(&page).verdict, verdict, "{body}");
        }
    }

    #[test]
    fn only_a_distant_host_without_tls_is_in_the_clear() {
        for (url, clear) in [
            ("https://ws.colissimo.fr", false),
            ("http://127.0.0.1:1", false),
            ("http://[::1]:1", false),
            ("http://a.example", true),
        ] {
            assert_eq!(in_the_clear("carrier", &url.parse().expect(url)).is_some(), clear, "{url}");
        }
    }

    #[tokio::test]
    async fn where_nobody_listens_connecting_fails() {
        let mut steps = Vec::new();
        // Port 1 of the loopback interface: nobody is there, and the system says so at once.
        let uri = Uri::from_static("http://127.0.0.1:1");
        let ended = visit(&uri, "/", None, &mut steps).await.map(|_| ()).map_err(|e| e.step);
        assert_eq!(ended, Err("connecting"));
        assert_eq!(steps, ["name found (127.0.0.1)"]);
    }
}
