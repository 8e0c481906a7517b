//! What an operator may set about the support desk.

use std::fmt;
use zeroize::Zeroizing;

/// A secret of a help desk. Never shown.
#[derive(Clone, PartialEq, Eq)]
pub struct DeskSecret(Zeroizing<String>);

impl DeskSecret {
    /// This secret.
    pub fn new(secret: &str) -> Self {
        Self(Zeroizing::new(secret.to_owned()))
    }

    pub(crate) fn bytes(&self) -> &[u8] {
        self.0.as_bytes()
    }
}

impl fmt::Debug for DeskSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("DeskSecret(…)")
    }
}

/// Settings of the support desk. Without a secret a help desk's webhooks are refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeskSettings {
    /// The secret of Chatwoot's webhook, as it shows it.
    pub chatwoot_secret: Option<DeskSecret>,
    /// The token with which Zammad signs its webhook (HMAC-SHA1).
    pub zammad_secret: Option<DeskSecret>,
    /// Whether there is a public form.
    pub form: bool,
}

impl Default for DeskSettings {
    fn default() -> Self {
        Self { chatwoot_secret: None, zammad_secret: None, form: true }
    }
}
