//! `[desk]`: the support desk and the help desks that it answers into. Secrets come from the environment.

use super::{BaseUrl, notices::secret};
use crate::fault::Fault;
use channels::{Channel, chatwoot::Chatwoot, webhook::Sender, zammad::Zammad};
use runner::ReplyChannels;
use serde::{Deserialize, Serialize};
use server::{DeskSecret, DeskSettings};
use std::{env, sync::Arc};

const CHATWOOT_TOKEN: &str = "TOURNEE_CHATWOOT_TOKEN";
const CHATWOOT_SECRET: &str = "TOURNEE_CHATWOOT_SECRET";
const ZAMMAD_TOKEN: &str = "TOURNEE_ZAMMAD_TOKEN";
const ZAMMAD_SECRET: &str = "TOURNEE_ZAMMAD_SECRET";

/// `[desk]`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Desk {
    /// Whether there is a public form at `/status/help`.
    pub form: bool,
    /// The Chatwoot that answers go into. Its token is in `TOURNEE_CHATWOOT_TOKEN`, the secret of its webhook in
    /// `TOURNEE_CHATWOOT_SECRET`.
    pub chatwoot_url: Option<BaseUrl>,
    /// The Zammad that answers go into. Its token is in `TOURNEE_ZAMMAD_TOKEN`, the secret of its webhook in
    /// `TOURNEE_ZAMMAD_SECRET`.
    pub zammad_url: Option<BaseUrl>,
}

impl Default for Desk {
    fn default() -> Self {
        Self { form: DeskSettings::default().form, chatwoot_url: None, zammad_url: None }
    }
}

impl Desk {
    /// The settings as the listener takes them.
    pub fn settings(&self) -> DeskSettings {
        let secret = |variable: &str| env::var(variable).ok().map(|secret| DeskSecret::new(&secret));
        DeskSettings { form: self.form, chatwoot_secret: secret(CHATWOOT_SECRET), zammad_secret: secret(ZAMMAD_SECRET) }
    }

    /// The ways by which answers go out: mail as notices go, and the help desks through this sender.
    ///
    /// # Errors
    /// When the token of a help desk is missing.
    pub fn channels(&self, mail: Option<Arc<dyn Channel>>, sender: &Sender) -> Result<ReplyChannels, Fault> {
        let mut all = ReplyChannels { mail, ..ReplyChannels::default() };
        if let Some(url) = &self.chatwoot_url {
            let token = secret(CHATWOOT_TOKEN, "desk.chatwoot_url")?;
            all.chatwoot = Some(Arc::new(Chatwoot::new(sender.clone(), url.as_str(), &token)));
        }
        if let Some(url) = &self.zammad_url {
            let token = secret(ZAMMAD_TOKEN, "desk.zammad_url")?;
            all.zammad = Some(Arc::new(Zammad::new(sender.clone(), url.as_str(), &token)));
        }
        Ok(all)
    }
}
