//! `tournee merchant`: merchants, their accounts at the carrier, their API keys.
//!
//! Works beside a running server: both write through the database's own locks. Secrets come in by standard input or
//! the environment and never by the command line. Of an API key only its digest is kept.

use crate::{
    cli::{MerchantAction, MerchantAdd, Where},
    config::Config,
    fault::Fault,
    gateway::in_place,
    key, numbers, say,
    serve::settle,
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use clock::{Clock, SystemClock};
use parcel::{Login, MerchantId};
use sha2::{Digest, Sha256};
use std::{
    env,
    io::{self, BufRead},
};
use store::{Account, Merchant, Options, Scope, Scopes, Store};
use zeroize::Zeroizing;

const PASSWORD: &str = "TOURNEE_CARRIER_PASSWORD";
const API_KEY: &str = "TOURNEE_CARRIER_API_KEY";
const OKAPI_KEY: &str = "TOURNEE_OKAPI_KEY";
/// The longest secret that is taken, in characters.
const SECRET_CHARS_MAX: usize = 256;

/// Runs the command.
///
/// # Errors
/// When the configuration, a secret or the store is wrong.
pub fn run(action: &MerchantAction) -> Result<(), Fault> {
    let runtime = tokio::runtime::Builder::new_current_thread().build()?;
    match action {
        MerchantAction::Add(args) => runtime.block_on(add(args, &mut io::stdin().lock())),
        MerchantAction::List(place) => runtime.block_on(list(place)),
        MerchantAction::Set(args) => runtime.block_on(numbers::set(args)),
    }
}

/// A fresh API key: 32 bytes of chance after `tk_`, or after `pk_` where it may be in a public page, so that whoever
/// pastes one sees which it is.
///
/// # Errors
/// When the system gives no random bytes.
pub fn fresh_api_key(scopes: Scopes) -> Result<Zeroizing<String>, Fault> {
    let mut bytes = Zeroizing::new([0u8; 32]);
    getrandom::fill(bytes.as_mut_slice())
        .map_err(|e| Fault::unavailable(format!("the system gives no random bytes: {e}; check /dev/urandom")))?;
    let prefix = if scopes == Scopes::from(Scope::Pick) { "pk_" } else { "tk_" };
    Ok(Zeroizing::new(format!("{prefix}{}", URL_SAFE_NO_PAD.encode(bytes.as_slice()))))
}

/// What is kept of an API key.
pub fn digest(api_key: &str) -> [u8; 32] {
    Sha256::digest(api_key.as_bytes()).into()
}

async fn add(args: &MerchantAdd, input: &mut dyn BufRead) -> Result<(), Fault> {
    let id = merchant_id(args)?;
    let login = login(args, input)?;
    let okapi_key = okapi_key(args, input)?;
    let store = open(&settle(&args.place, None)?)?;
    if !store.accounts_of(&id).await?.is_empty() {
        return Err(Fault::usage(format!("the merchant {id} is there already; choose another with --id")));
    }
    let api_key = fresh_api_key(Scopes::of_a_shop())?;
    let account = Account { id: id.to_string(), merchant: id.clone(), carrier: args.carrier.clone(), login, okapi_key };
    store
        .add_merchant(
            Merchant { id: id.clone(), name: args.name.clone() },
            digest(&api_key),
            account,
            SystemClock.now(),
        )
        .await?;
    store.close().await?;
    say::line(format_args!("merchant {id} added"));
    say::line(format_args!("API key (shown this once; send it as Authorization: Bearer …):"));
    say::line(api_key.as_str());
    Ok(())
}

async fn list(place: &Where) -> Result<(), Fault> {
    let store = open(&settle(place, None)?)?;
    let merchants = store.merchants().await?;
    if merchants.is_empty() {
        say::line(
            "no merchant yet; add one with `tournee merchant add --name NAME --contract NUMBER --password-stdin`",
        );
    }
    for merchant in merchants {
        for account in store.accounts_of(&merchant.id).await? {
            say::line(described(&merchant, &account));
        }
    }
    Ok(store.close().await?)
}

/// One line without any secret.
fn described(merchant: &Merchant, account: &Account) -> String {
    let login = match &account.login {
        Login::Contract { number, .. } => format!("contract {number}"),
        Login::ApiKey(_) => "API key".to_owned(),
    };
    let tracking = if account.okapi_key.is_some() { "tracking" } else { "no tracking key" };
    format!("{}\t{}\t{}\t{login}\t{tracking}", merchant.id, merchant.name, account.carrier)
}

/// The store, beside a server that may run.
pub(crate) fn open(config: &Config) -> Result<Store, Fault> {
    let found = key::find_or_make(config)?;
    if let Some(warning) = found.warning() {
        say::aside(warning);
    }
    let mut options = Options::dir(&config.data, found.key);
    options.exclusive = false;
    options.policy = config.policy.policy();
    Store::open(options).map_err(|e| in_place(e, &config.data))
}

fn merchant_id(args: &MerchantAdd) -> Result<MerchantId, Fault> {
    let text = args.id.clone().unwrap_or_else(|| slug(&args.name));
    if text.contains(':') {
        return Err(Fault::usage(
            "--id: a colon is kept for merchants that enrol by themselves; use a–z, 0–9, - and _",
        ));
    }
    text.parse().map_err(|e| Fault::usage(format!("no id can be made of {text:?}: {e}; give one with --id")))
}

/// The name in lower-case ASCII, everything else as single hyphens.
fn slug(name: &str) -> String {
    let plain: String = name.chars().map(|c| without_accent(c).to_ascii_lowercase()).collect();
    let words = plain.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
    words.collect::<Vec<_>>().join("-")
}

fn without_accent(c: char) -> char {
    match c {
        'à' | 'â' | 'ä' | 'À' | 'Â' | 'Ä' => 'a',
        'é' | 'è' | 'ê' | 'ë' | 'É' | 'È' | 'Ê' | 'Ë' => 'e',
        'î' | 'ï' | 'Î' | 'Ï' => 'i',
        'ô' | 'ö' | 'Ô' | 'Ö' => 'o',
        'ù' | 'û' | 'ü' | 'Ù' | 'Û' | 'Ü' => 'u',
        'ç' | 'Ç' => 'c',
        other => other,
    }
}

fn login(args: &MerchantAdd, input: &mut dyn BufRead) -> Result<Login, Fault> {
    match &args.contract {
        Some(number) => {
            let password = secret(args.password_stdin, PASSWORD, "the contract's password", "--password-stdin", input)?;
            Ok(Login::Contract { number: number.clone(), password: password.to_string() })
        }
        None => {
            let key = secret(args.api_key_stdin, API_KEY, "the carrier's API key", "--api-key-stdin", input)?;
            Ok(Login::ApiKey(key.to_string()))
        }
    }
}

fn okapi_key(args: &MerchantAdd, input: &mut dyn BufRead) -> Result<Option<String>, Fault> {
    if !args.okapi_key_stdin && env::var_os(OKAPI_KEY).is_none() {
        return Ok(None);
    }
    let key = secret(args.okapi_key_stdin, OKAPI_KEY, "the tracking key", "--okapi-key-stdin", input)?;
    Ok(Some(key.to_string()))
}

pub(crate) fn secret(
    by_input: bool,
    variable: &str,
    what: &str,
    flag: &str,
    input: &mut dyn BufRead,
) -> Result<Zeroizing<String>, Fault> {
    let mut text = Zeroizing::new(String::new());
    if by_input {
        input.read_line(&mut text)?;
    } else {
        *text = env::var(variable).unwrap_or_default();
    }
    let text = Zeroizing::new(text.trim_end_matches(['\r', '\n']).to_owned());
    if text.is_empty() {
        return Err(Fault::usage(format!("{what} is missing: set {variable}, or pass {flag} and send it as one line")));
    }
    if text.chars().count() > SECRET_CHARS_MAX || text.chars().any(char::is_control) {
        return Err(Fault::usage(format!("{what} is not one line of at most {SECRET_CHARS_MAX} characters")));
    }
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn api_keys_have_their_shape_and_are_never_twice_the_same() {
        let fresh = |scopes: Scopes| fresh_api_key(scopes).expect("a key");
        let (one, two) = (fresh(Scopes::of_a_shop()), fresh(Scopes::of_a_shop()));
        assert!(one.starts_with("tk_") && one.len() == 46, "{}", *one);
        assert_ne!(*one, *two);
        assert!(fresh(Scope::Pick.into()).starts_with("pk_"), "it may be seen by everybody");
        assert!(fresh([Scope::Pick, Scope::Read].into_iter().collect()).starts_with("tk_"), "it may not");
    }

    #[test]
    fn names_make_ids() {
        assert_eq!(slug("  Atelier Garance & Fils "), "atelier-garance-fils");
        assert_eq!(slug("L'Épicerie Çà-et-là"), "l-epicerie-ca-et-la");
        assert_eq!(slug("…"), "");
    }

    #[test]
    fn a_secret_is_one_line() {
        let read = |text: &str| secret(true, "X", "the secret", "--x", &mut text.as_bytes());
        assert_eq!(read("hush\r\nmore\n").map(|s| s.to_string()), Ok("hush".into()));
        assert!(read("").is_err() && read("\n").is_err());
        let fault = read(&format!("hush{}", "h".repeat(300))).expect_err("too long");
        assert!(!fault.message.contains("hush"));
    }
}
