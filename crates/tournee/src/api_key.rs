//! `tournee key`: API keys of merchants: add, list, rotate, revoke.
//!
//! Works beside a running server, which takes a key that it knows at its word for `server.key_cache_ms` at most. The
//! secret is printed once; only its digest is kept.

use crate::{
    cli::{KeyAction, KeyAdd, KeyRevoke, KeyRotate, Where},
    fault::Fault,
    merchant::{digest, fresh_api_key, open},
    say,
    serve::settle,
};
use clock::{Clock, SystemClock, Time};
use store::{ApiKey, NewApiKey, Scopes, StoreError};

/// The longest name of a key, in characters.
const NAME_CHARS_MAX: usize = 100;

/// Runs the command.
///
/// # Errors
/// When the configuration or the store is wrong, or there is no such merchant or key.
pub fn run(action: &KeyAction) -> Result<(), Fault> {
    let runtime = tokio::runtime::Builder::new_current_thread().build()?;
    match action {
        KeyAction::Add(args) => runtime.block_on(add(args)),
        KeyAction::List(place) => runtime.block_on(list(place)),
        KeyAction::Rotate(args) => runtime.block_on(rotate(args)),
        KeyAction::Revoke(args) => runtime.block_on(revoke(args)),
    }
}

async fn add(args: &KeyAdd) -> Result<(), Fault> {
    let merchant = args.merchant.parse().map_err(|e| Fault::usage(format!("--merchant: {e}")))?;
    let name = name(&args.name)?;
    let (secret, at) = (fresh_api_key(args.scopes)?, SystemClock.now());
    let expires_at = args.expires.map(|lifetime| at.plus(lifetime));
    let new = NewApiKey { digest: digest(&secret), merchant, name, scopes: args.scopes, at, expires_at };
    let store = open(&settle(&args.place, None)?)?;
    let key = store.add_api_key(new).await.map_err(usage)?;
    store.close().await?;
    told(&key, &secret);
    Ok(())
}

async fn rotate(args: &KeyRotate) -> Result<(), Fault> {
    let store = open(&settle(&args.place, None)?)?;
    let before = store.api_keys().await?.into_iter().find(|key| key.id == args.id);
    let scopes = before.map_or_else(Scopes::all, |key| key.scopes);
    let (secret, at) = (fresh_api_key(scopes)?, SystemClock.now());
    let key = store.rotate_api_key(&args.id, digest(&secret), at, args.grace).await.map_err(usage)?;
    store.close().await?;
    say::line(format_args!("key {} works until {} at the latest; {} follows it", args.id, at.plus(args.grace), key.id));
    told(&key, &secret);
    Ok(())
}

async fn revoke(args: &KeyRevoke) -> Result<(), Fault> {
    let config = settle(&args.place, None)?;
    let store = open(&config)?;
    let key = store.revoke_api_key(&args.id, SystemClock.now()).await.map_err(usage)?;
    store.close().await?;
    let within_ms = config.server.key_cache_ms;
    say::line(format_args!("key {} of merchant {} revoked; refused within {within_ms} ms", key.id, key.merchant));
    Ok(())
}

async fn list(place: &Where) -> Result<(), Fault> {
    let store = open(&settle(place, None)?)?;
    let (keys, now) = (store.api_keys().await?, SystemClock.now());
    if keys.is_empty() {
        say::line("no API key yet; add one with `tournee key add --merchant ID`");
    }
    for key in keys {
        say::line(described(&key, now));
    }
    Ok(store.close().await?)
}

/// One line without any secret: id, merchant, name, scopes, standing, last use.
fn described(key: &ApiKey, now: Time) -> String {
    let standing = match (key.revoked_at, key.expires_at) {
        (Some(at), _) => format!("revoked {at}"),
        (None, Some(at)) if at <= now => format!("expired {at}"),
        (None, Some(at)) => format!("until {at}"),
        (None, None) => "no end".to_owned(),
    };
    let used = key.used_at.map_or_else(|| "never used".to_owned(), |at| format!("last used about {at}"));
    let name = if key.name.is_empty() { "–" } else { &key.name };
    format!("{}\t{}\t{name}\t{}\t{standing}\t{used}", key.id, key.merchant, key.scopes)
}

fn told(key: &ApiKey, secret: &str) {
    let end = key.expires_at.map(|at| format!(", until {at}")).unwrap_or_default();
    say::line(format_args!("key {} of merchant {} may {}{end}", key.id, key.merchant, key.scopes));
    say::line("API key (shown this once; send it as Authorization: Bearer …):");
    say::line(secret);
}

fn name(text: &str) -> Result<String, Fault> {
    if text.chars().count() > NAME_CHARS_MAX || text.chars().any(char::is_control) {
        return Err(Fault::usage(format!("--name: write one line of at most {NAME_CHARS_MAX} characters")));
    }
    Ok(text.to_owned())
}

/// What the store refuses here is in the words of the command line.
fn usage(e: StoreError) -> Fault {
    if e.is_refusal() { Fault::usage(e.to_string()) } else { e.into() }
}
