//! The configuration: everything that an operator may set, with a default for all of it.
//!
//! Read whole and held to its rules before anything binds. Every mistake names file, line, column, key and what to
//! do. Secrets are never in it: see [`crate::key`] and [`crate::merchant`].

use crate::fault::Fault;
use edge::GuardSettings;
use serde::{Deserialize, Serialize};
use std::{
    net::{Ipv4Addr, SocketAddr},
    path::{Path, PathBuf},
};

mod desk;
mod explain;
mod local;
mod notices;
mod pickup;
mod place;
mod rules;
mod sections;
mod shops;
mod watch;
mod webhooks;

pub use desk::Desk;
pub use local::{Local, Sftp};
pub use notices::{MailSection, Notices, SmsSection};
pub use pickup::Pickup;
pub use sections::{
    BaseUrl, Carriers, Colissimo, DropIn, KeepSection, Listener, Log, LogFormat, LogLevel, PolicySection,
};
pub use shops::Shops;
pub use watch::Watch;
pub use webhooks::Webhooks;

/// The port that is listened on when nothing else is said.
const PORT: u16 = 8080;

/// Everything that can be set.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// The file that says so; none where nothing does.
    #[serde(skip)]
    pub file: Option<PathBuf>,
    /// Address and port to listen on.
    pub listen: SocketAddr,
    /// The directory of the data; made when missing.
    pub data: PathBuf,
    /// A file with the sealing key, 64 hexadecimal digits or base64 of 32 bytes.
    pub key_file: Option<PathBuf>,
    /// What is logged.
    pub log: Log,
    /// The carriers that are called.
    pub carrier: Carriers,
    /// How they are called.
    pub runner: runner::Settings,
    /// Local labels.
    pub local: Local,
    /// Pickup points.
    pub pickup: Pickup,
    /// The watch over the carrier and ourselves.
    pub watch: Watch,
    /// How patiently a label is pursued.
    pub policy: PolicySection,
    /// How long what is kept.
    pub keep: KeepSection,
    /// The carrier-compatible endpoints.
    pub dropin: DropIn,
    /// The listener's bounds.
    pub server: Listener,
    /// The door: who enters, at what rate, within which bounds.
    pub shield: GuardSettings,
    /// Webhooks out.
    pub webhooks: Webhooks,
    /// The merchants' shops.
    pub shops: Shops,
    /// The public status page.
    pub status: notice::StatusSettings,
    /// Who is told, when and how.
    pub notices: Notices,
    /// The support desk.
    pub desk: Desk,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            file: None,
            listen: SocketAddr::from((Ipv4Addr::LOCALHOST, PORT)),
            data: PathBuf::from("./tournee-data"),
            key_file: None,
            log: Log::default(),
            carrier: Carriers::default(),
            runner: runner::Settings::default(),
            local: Local::default(),
            pickup: Pickup::default(),
            watch: Watch::default(),
            policy: PolicySection::default(),
            keep: KeepSection::default(),
            dropin: DropIn::default(),
            server: Listener::default(),
            shield: GuardSettings::default(),
            webhooks: Webhooks::default(),
            shops: Shops::default(),
            status: notice::StatusSettings::default(),
            notices: Notices::default(),
            desk: Desk::default(),
        }
    }
}

impl Config {
    /// The configuration of this file, or the defaults where there is none. Relative paths in a file are taken from
    /// the directory of the file.
    ///
    /// # Errors
    /// When the file cannot be read, or for the reasons of [`Config::parse`].
    #[expect(clippy::disallowed_methods, reason = "the configuration is not a data file")]
    pub fn load(path: Option<&Path>) -> Result<Self, Fault> {
        let Some(path) = path else { return Ok(Self::default()) };
        let text = std::fs::read_to_string(path).map_err(|e| {
            Fault::usage(format!(
                "cannot read the configuration {}: {e}; give the right path, or leave --config out to run with defaults",
                path.display()
            ))
        })?;
        let mut config = Self::parse(&path.display().to_string(), &text)?;
        config.resolve(path.parent().unwrap_or(Path::new("")), &text);
        config.file = Some(path.to_owned());
        Ok(config)
    }

    /// What is wrong at this key, where that shows only when its value is used: with its place in the file as it is now.
    #[expect(clippy::disallowed_methods, reason = "the configuration is not a data file")]
    pub(crate) fn mistake(&self, key: &str, problem: &str) -> Fault {
        let Some(file) = &self.file else { return Fault::usage(format!("{key}: {problem}")) };
        let text = std::fs::read_to_string(file).unwrap_or_default();
        let broken = rules::Broken { key: key.to_owned().into(), problem: problem.to_owned() };
        explain::rule(&file.display().to_string(), &text, &broken)
    }

    /// The configuration in this text; `file` is its name, for errors.
    ///
    /// # Errors
    /// At the first thing that is not understood or breaks a rule: file, line, column, key and what to do.
    pub fn parse(file: &str, text: &str) -> Result<Self, Fault> {
        let reader = toml::Deserializer::parse(text).map_err(|e| explain::syntax(file, text, &e))?;
        let config: Self = serde_path_to_error::deserialize(reader).map_err(|e| explain::value(file, text, &e))?;
        rules::check(&config).map_err(|broken| explain::rule(file, text, &broken))?;
        Ok(config)
    }

    /// Takes the relative paths that the file gives from the file's own directory.
    fn resolve(&mut self, base: &Path, text: &str) {
        if place::of_key(text, "data").is_some() {
            self.data = base.join(&self.data);
        }
        let paths = [
            &mut self.key_file,
            &mut self.carrier.colissimo.extra_roots_pem,
            &mut self.webhooks.extra_roots_pem,
            &mut self.shops.extra_roots_pem,
            &mut self.local.folder,
            &mut self.local.sftp.key_file,
            &mut self.shield.numbers.file,
        ];
        let tls = self.shield.tls.iter_mut().flat_map(|files| [&mut files.certificate, &mut files.key]);
        let upstream = self.shield.upstream.iter_mut().filter_map(|upstream| upstream.authority.as_mut());
        for path in paths.into_iter().flatten().chain(tls).chain(upstream) {
            *path = base.join(&*path);
        }
    }
}

#[cfg(test)]
mod tests;
