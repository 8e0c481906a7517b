//! Connections to the mail server: made, used one message at a time, kept for the next for a moment.

use super::{
    Settings, Tls,
    compose::{TEXT_BYTES_MAX, compose, mailbox, parsed},
};
use crate::{BoxFuture, Channel, Message, Report};
use lettre::{
    Address,
    message::Mailbox,
    transport::smtp::{
        Error,
        authentication::{Credentials, Mechanism},
        client::{AsyncSmtpConnection, Certificate, TlsParameters},
        commands::{Data, Mail as MailFrom, Noop, Rcpt, Rset},
        extension::{ClientId, Extension, MailBodyParameter, MailParameter},
    },
};
use std::{
    iter,
    net::IpAddr,
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
};
use tokio::{
    sync::Semaphore,
    time::{Instant, timeout},
};

/// Logins that are tried, the first that the server knows.
const MECHANISMS: [Mechanism; 2] = [Mechanism::Plain, Mechanism::Login];

/// Settings by which no mail can be sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadMail {
    /// The sender's address.
    #[error("the sender's address cannot be read; write one such as Tournee <notices@shop.example>")]
    From,
    /// The address for delivery reports.
    #[error("the address for delivery reports cannot be read; write one such as bounces@shop.example")]
    BouncesTo,
    /// No protection towards another machine.
    #[error("without TLS only a mail server on this machine is used; set tls to starttls or implicit")]
    Unprotected,
    /// The certificates to trust.
    #[error("the certificates to trust cannot be read; give a file with certificates in PEM")]
    Roots,
    /// No connection at all.
    #[error("at least one connection is needed")]
    NoConnections,
}

/// How far an exchange came before it failed.
enum Failed {
    /// The server answered with this code, to this part.
    Answered { code: u16, to: Part },
    /// It broke, or nothing came, before the message had left.
    Before(&'static str),
    /// The message had left.
    After(&'static str),
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Part {
    /// Greeting, login, sender: our own affair.
    Session,
    Recipient,
    Message,
}

struct Kept {
    connection: AsyncSmtpConnection,
    since: Instant,
}

/// Sends mail. It holds a few connections, and no messages.
pub struct Mail {
    settings: Settings,
    from: Mailbox,
    bounces_to: Address,
    hello: ClientId,
    tls: Option<TlsParameters>,
    room: Semaphore,
    kept: Mutex<Vec<Kept>>,
}

impl Mail {
    /// By these settings. Nothing is connected yet.
    ///
    /// # Errors
    /// [`BadMail`] says which setting cannot be.
    pub fn new(settings: Settings) -> Result<Self, BadMail> {
        let from = mailbox(&settings.from)?;
        let bounces_to = match &settings.bounces_to {
            Some(text) => parsed(text).map_err(|_| BadMail::BouncesTo)?,
            None => from.email.clone(),
        };
        if settings.tls == Tls::None && !is_here(&settings.host) {
            return Err(BadMail::Unprotected);
        }
        if settings.connections_max == 0 {
            return Err(BadMail::NoConnections);
        }
        let hello = settings.hello.clone().unwrap_or_else(|| from.email.domain().to_owned());
        Ok(Self {
            tls: tls(&settings)?,
            hello: ClientId::Domain(hello),
            room: Semaphore::new(settings.connections_max),
            kept: Mutex::default(),
            settings,
            from,
            bounces_to,
        })
    }

    async fn deliver(&self, message: &Message) -> Report {
        if message.text.len() > TEXT_BYTES_MAX {
            return Report::NotNow { why: format!("the text is longer than {TEXT_BYTES_MAX} bytes") };
        }
        let Ok(to) = parsed(&message.to) else {
            return Report::Refused { why: super::BadAddress.to_string() };
        };
        let Some(mail) = compose(&self.from, to.clone(), message) else {
            return Report::NotNow { why: "the message cannot be written as mail".to_owned() };
        };
        let left = AtomicBool::new(false);
        let sent = timeout(self.settings.timeout, self.exchange(to, &mail, &left)).await;
        let sent = sent.unwrap_or_else(|_| Err(broken(&left, "no answer from the mail server in the time allowed")));
        match sent {
            Ok(()) if self.settings.taken_is_delivered => Report::Delivered,
            Ok(()) => Report::Accepted { receipt: None },
            Err(failed) => report(failed),
        }
    }

    /// One message by one connection, which is kept only if all went well.
    async fn exchange(&self, to: Address, mail: &[u8], left: &AtomicBool) -> Result<(), Failed> {
        let _room = self.room.acquire().await.map_err(|_| Failed::Before("the channel is closed"))?;
        let mut connection = self.connection().await?;
        let eight_bit = connection.server_info().supports_feature(Extension::EightBitMime) && !mail.is_ascii();
        let options = if eight_bit { vec![MailParameter::Body(MailBodyParameter::EightBitMime)] } else { Vec::new() };
        let from = MailFrom::new(Some(self.bounces_to.clone()), options);
        connection.command(from).await.map_err(|e| failed(&e, Part::Session))?;
        if let Err(e) = connection.command(Rcpt::new(to, Vec::new())).await {
            // The connection is as good as before, and others need it.
            if e.status().is_some() && connection.command(Rset).await.is_ok() {
                self.keep(connection);
            }
            return Err(failed(&e, Part::Recipient));
        }
        connection.command(Data).await.map_err(|e| failed(&e, Part::Message))?;
        // The end is written after the last piece was asked for: from then on the server may have it all.
        let end = || {
            left.store(true, Ordering::Relaxed);
            None
        };
        let answer = connection.message_iter(iter::once(mail).chain(iter::from_fn(end))).await;
        if let Err(e) = answer {
            return Err(match e.status() {
                Some(_) => failed(&e, Part::Message),
                None => broken(left, "the connection to the mail server broke before its answer"),
            });
        }
        self.keep(connection);
        Ok(())
    }

    /// A connection that works: one that was kept and still answers, or a new one.
    async fn connection(&self) -> Result<AsyncSmtpConnection, Failed> {
        while let Some(mut kept) = self.take() {
            let fresh = kept.since.elapsed() < self.settings.idle_max;
            if fresh && kept.connection.test_connected().await {
                return Ok(kept.connection);
            }
        }
        self.connect().await
    }

    async fn connect(&self) -> Result<AsyncSmtpConnection, Failed> {
        let Settings { host, port, timeout, .. } = &self.settings;
        let implicit = self.tls.clone().filter(|_| self.settings.tls == Tls::Implicit);
        let server = (host.as_str(), *port);
        let made = AsyncSmtpConnection::connect_tokio1(server, Some(*timeout), &self.hello, implicit, None).await;
        let mut connection = made.map_err(|e| failed(&e, Part::Session))?;
        if let Some(tls) = self.tls.clone().filter(|_| self.settings.tls == Tls::Starttls) {
            connection.starttls(tls, &self.hello).await.map_err(|e| failed(&e, Part::Session))?;
        }
        if let Some(login) = &self.settings.login {
            let credentials = Credentials::new(login.user.clone(), login.password.as_str().to_owned());
            connection.auth(&MECHANISMS, &credentials).await.map_err(|e| failed(&e, Part::Session))?;
        }
        Ok(connection)
    }

    fn take(&self) -> Option<Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner).pop()
    }

    fn keep(&self, connection: AsyncSmtpConnection) {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.len() < self.settings.connections_max {
            kept.push(Kept { connection, since: Instant::now() });
        }
    }

    async fn ask(&self) -> Report {
        let asked = async {
            let mut connection = self.connect().await?;
            connection.command(Noop).await.map_err(|e| failed(&e, Part::Session))?;
            // It has answered; how it takes its leave changes nothing.
            _ = connection.quit().await;
            Ok(())
        };
        match timeout(self.settings.timeout, asked).await {
            Ok(Ok(())) => Report::Delivered,
            Ok(Err(failure)) => report(failure),
            Err(_) => Report::NotNow { why: "no answer from the mail server in the time allowed".to_owned() },
        }
    }
}

impl Channel for Mail {
    fn send<'a>(&'a self, message: &'a Message) -> BoxFuture<'a, Report> {
        Box::pin(self.deliver(message))
    }

    /// Connects, greets, logs in and says `NOOP`.
    fn canary(&self) -> BoxFuture<'_, Report> {
        Box::pin(self.ask())
    }
}

fn tls(settings: &Settings) -> Result<Option<TlsParameters>, BadMail> {
    if settings.tls == Tls::None {
        return Ok(None);
    }
    let mut builder = TlsParameters::builder(settings.host.clone());
    if let Some(pem) = &settings.roots_pem {
        builder = builder.add_root_certificate(Certificate::from_pem(pem.as_bytes()).map_err(|_| BadMail::Roots)?);
    }
    builder.build_rustls().map(Some).map_err(|_| BadMail::Roots)
}

fn is_here(host: &str) -> bool {
    host == "localhost" || host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

fn broken(left: &AtomicBool, why: &'static str) -> Failed {
    if left.load(Ordering::Relaxed) { Failed::After(why) } else { Failed::Before(why) }
}

fn failed(e: &Error, to: Part) -> Failed {
    match e.status() {
        Some(code) => Failed::Answered { code: u16::from(code), to },
        None if e.is_tls() => Failed::Before("no TLS connection to the mail server could be made"),
        None if e.is_client() => Failed::Before("the mail server lacks what the settings ask for"),
        None => Failed::Before("no connection to the mail server, or it broke"),
    }
}

/// A lasting refusal is the recipient's or the message's; the session's is ours to mend.
fn report(failed: Failed) -> Report {
    match failed {
        Failed::Answered { code, to } => {
            let what = match to {
                Part::Session => "us",
                Part::Recipient => "the recipient",
                Part::Message => "the message",
            };
            let why = format!("the mail server answered {code} to {what}");
            if code >= 500 && to != Part::Session { Report::Refused { why } } else { Report::NotNow { why } }
        }
        Failed::Before(why) => Report::NotNow { why: why.to_owned() },
        Failed::After(why) => Report::Unknown { why: why.to_owned() },
    }
}
