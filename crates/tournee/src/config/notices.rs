//! `[notices]`: when people are told, and by which channels. Secrets come from the environment, never from the file.

use super::{BaseUrl, rules::Broken};
use crate::fault::Fault;
use channels::{
    Channel, Now,
    mail::{self, Mail, Tls},
    sms,
    webhook::{self, Secret, Sender},
    webpush::{self, VapidKey, WebPush},
};
use notice::{HeraldSettings, plan::ChannelKind};
use runner::{Channels, TellSettings};
use serde::{Deserialize, Serialize};
use std::{env, sync::Arc};
use zeroize::Zeroizing;

/// The variable with the password of the mail server.
const MAIL_PASSWORD: &str = "TOURNEE_SMTP_PASSWORD";
/// The variable with the token of the gateway of text messages.
const SMS_TOKEN: &str = "TOURNEE_SMS_TOKEN";
/// The variable with the secret that the gateway of text messages signs its receipts with.
const SMS_RECEIPT_SECRET: &str = "TOURNEE_SMS_RECEIPT_SECRET";
/// Messages of an open incident are further apart than this at most: a reader looks once a day at least.
const MESSAGE_EVERY_MIN_MAX: u32 = 1_440;
/// Changes wait to be gathered for so long at most.
const GATHER_S_MAX: u32 = 600;

/// `[notices]`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Notices {
    /// The longest time between two messages of an open incident, in minutes: by then there is another, also without news.
    pub message_every_min: u32,
    /// For how long changes are gathered into one message, in seconds. The first one, a relapse and the end are said at once.
    pub gather_s: u32,
    /// Messages under way at once by one channel, at most.
    pub in_flight_max: u32,
    /// How long a channel is waited for before a message counts as one that may have been sent, in milliseconds.
    pub patience_ms: u64,
    /// Time between two canaries of a channel that works, in milliseconds.
    pub canary_every_ms: u64,
    /// The same while it is doubtful or down.
    pub canary_soon_ms: u64,
    /// Mail.
    pub mail: MailSection,
    /// Text messages.
    pub sms: SmsSection,
    /// Notifications by browsers.
    pub web_push: WebPushSection,
}

/// `[notices.web_push]`: notifications by browsers; without `contact` there are none. The key is derived from the sealing key.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct WebPushSection {
    /// Where push services can reach whoever runs this: `mailto:` and an address, or an https URL.
    pub contact: Option<String>,
}

/// `[notices.mail]`: the mail server that passes messages on; without `host` and `from` no mail is sent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct MailSection {
    /// The server.
    pub host: Option<String>,
    /// Its port.
    pub port: u16,
    /// How the connection is protected: `starttls`, `implicit`, or `none` to a server on this machine.
    pub tls: Tls,
    /// The user; its password is in `TOURNEE_SMTP_PASSWORD`. None for a server that asks for none.
    pub user: Option<String>,
    /// Whom messages are from: an address, or `Name <address>`.
    pub from: Option<String>,
    /// Where delivery reports go; none for the sender's address.
    pub bounces_to: Option<String>,
    /// Whether what the server has taken counts as delivered: for a server that is the recipients' own.
    pub taken_is_delivered: bool,
}

impl Default for MailSection {
    fn default() -> Self {
        let mail::Settings { port, tls, taken_is_delivered, .. } = mail::Settings::default();
        Self { host: None, port, tls, user: None, from: None, bounces_to: None, taken_is_delivered }
    }
}

/// `[notices.sms]`: the gateway of text messages; without `url` none is sent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct SmsSection {
    /// Where messages are posted. The token is in `TOURNEE_SMS_TOKEN`.
    pub url: Option<BaseUrl>,
    /// Whom messages are from: a name of up to 11 letters, or a number.
    pub from: String,
    /// Segments of one message, at most: each is paid for.
    pub segments_max: usize,
    /// Whether the gateway calls back when a message has arrived; without that what it took counts as delivered.
    pub receipts: bool,
}

impl Default for SmsSection {
    fn default() -> Self {
        let usual = sms::Settings::default();
        Self { url: None, from: usual.from, segments_max: usual.segments_max, receipts: usual.receipts }
    }
}

impl Default for Notices {
    fn default() -> Self {
        let HeraldSettings { message_every_min, gather_s, .. } = HeraldSettings::default();
        let TellSettings { in_flight_max, patience_ms, canary_every_ms, canary_soon_ms } = TellSettings::default();
        Self {
            message_every_min,
            gather_s,
            in_flight_max,
            patience_ms,
            canary_every_ms,
            canary_soon_ms,
            mail: MailSection::default(),
            sms: SmsSection::default(),
            web_push: WebPushSection::default(),
        }
    }
}

impl Notices {
    /// When is spoken; the carrier's own page is cited by its host.
    pub fn herald(&self, official_url: Option<&BaseUrl>) -> HeraldSettings {
        let cited = official_url.map(BaseUrl::uri).and_then(|url| {
            let (scheme, host) = (url.scheme_str()?.to_owned(), url.authority()?.to_string());
            Some(format!("{scheme}://{host}"))
        });
        HeraldSettings { message_every_min: self.message_every_min, gather_s: self.gather_s, official_url: cited }
    }

    /// How is sent.
    pub fn settings(&self) -> TellSettings {
        let Self { in_flight_max, patience_ms, canary_every_ms, canary_soon_ms, .. } = *self;
        TellSettings { in_flight_max, patience_ms, canary_every_ms, canary_soon_ms }
    }

    /// The channels that are set up; webhooks and notifications go by this sender, the latter under this key.
    ///
    /// # Errors
    /// When an address or a secret is missing or wrong.
    pub fn channels(
        &self,
        sender: Sender,
        now: Now,
        allow_private: bool,
        push_key: VapidKey,
    ) -> Result<Channels, Fault> {
        let mut all = Channels::new();
        let push = self.web_push.channel(push_key, sender.clone(), Arc::clone(&now))?;
        all.extend(push.map(|push| (ChannelKind::WebPush, push)));
        let webhooks: Arc<dyn Channel> = Arc::new(webhook::Notices::new(sender, now));
        all.insert(ChannelKind::Webhook, webhooks);
        all.extend(self.mail.channel()?.map(|mail| (ChannelKind::Mail, mail)));
        all.extend(self.sms.channel(allow_private)?.map(|sms| (ChannelKind::Sms, sms)));
        Ok(all)
    }
}

impl MailSection {
    /// The way to the mail server, where one is set up.
    ///
    /// # Errors
    /// When an address or the password is missing or wrong.
    pub fn channel(&self) -> Result<Option<Arc<dyn Channel>>, Fault> {
        let (host, from) = match (&self.host, &self.from) {
            (Some(host), Some(from)) => (host.clone(), from.clone()),
            (None, None) => return Ok(None),
            (Some(_), None) => return Err(Fault::usage("notices.mail.from: say whom messages are from".to_owned())),
            (None, Some(_)) => return Err(Fault::usage("notices.mail.host: say which server takes them".to_owned())),
        };
        let login =
            self.user.clone().map(|user| secret(MAIL_PASSWORD, "notices.mail.user").map(|password| (user, password)));
        let login = login.transpose()?.map(|(user, password)| mail::Login { user, password });
        let settings = mail::Settings {
            host,
            port: self.port,
            tls: self.tls,
            login,
            from,
            bounces_to: self.bounces_to.clone(),
            taken_is_delivered: self.taken_is_delivered,
            ..mail::Settings::default()
        };
        let mail = Mail::new(settings).map_err(|e| Fault::usage(format!("notices.mail: {e}")))?;
        Ok(Some(Arc::new(mail)))
    }
}

impl WebPushSection {
    fn channel(&self, key: VapidKey, sender: Sender, now: Now) -> Result<Option<Arc<dyn Channel>>, Fault> {
        let Some(contact) = self.contact.clone() else { return Ok(None) };
        if !contact.starts_with("mailto:") && !contact.starts_with("https://") {
            let wrong = "notices.web_push.contact: write mailto: and an address, or an https URL";
            return Err(Fault::usage(wrong.to_owned()));
        }
        let settings = webpush::Settings { key, contact, urgency: webpush::Urgency::default(), canary_to: None };
        Ok(Some(Arc::new(WebPush::new(settings, sender, now))))
    }
}

impl SmsSection {
    /// What the gateway's receipts are signed with, where it is set.
    ///
    /// # Errors
    /// When it is no secret.
    pub fn receipts_secret(&self) -> Result<Option<Secret>, Fault> {
        let text = env::var(SMS_RECEIPT_SECRET).ok().map(Zeroizing::new);
        let secret = text.map(|text| text.parse::<Secret>()).transpose();
        secret.map_err(|e| Fault::usage(format!("{SMS_RECEIPT_SECRET}: {e}")))
    }

    fn channel(&self, allow_private: bool) -> Result<Option<Arc<dyn Channel>>, Fault> {
        let Some(url) = &self.url else { return Ok(None) };
        let settings = sms::Settings {
            url: url.as_str().to_owned(),
            token: env::var(SMS_TOKEN).ok().map(Zeroizing::new),
            from: self.from.clone(),
            segments_max: self.segments_max,
            receipts: self.receipts,
            allow_private,
            ..sms::Settings::default()
        };
        let sms = sms::Gateway::new(settings).map_err(|e| Fault::usage(format!("notices.sms: {e}")))?;
        Ok(Some(Arc::new(sms)))
    }
}

/// A secret from the environment that the file's key wants.
pub(super) fn secret(variable: &str, key: &str) -> Result<Zeroizing<String>, Fault> {
    env::var(variable)
        .map(Zeroizing::new)
        .map_err(|_| Fault::usage(format!("{key}: its secret is needed; set {variable}")))
}

/// Holds the section to its rules.
pub(super) fn check(notices: &Notices) -> Result<(), Broken> {
    let within = |key: &'static str, value: u64, least: u64, most: u64| {
        let problem = || format!("must be from {least} to {most}; leave the key out for its default");
        if (least..=most).contains(&value) { Ok(()) } else { Err(Broken { key: key.into(), problem: problem() }) }
    };
    within("notices.message_every_min", notices.message_every_min.into(), 5, MESSAGE_EVERY_MIN_MAX.into())?;
    within("notices.gather_s", notices.gather_s.into(), 0, GATHER_S_MAX.into())?;
    within("notices.in_flight_max", notices.in_flight_max.into(), 1, 10_000)?;
    within("notices.patience_ms", notices.patience_ms, 1, 600_000)?;
    within("notices.canary_every_ms", notices.canary_every_ms, 1_000, 3_600_000)?;
    within("notices.canary_soon_ms", notices.canary_soon_ms, 1_000, 3_600_000)
}
