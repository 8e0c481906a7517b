//! Writes the typed clients in `clients/` from the API's description, `docs/openapi.json`.
//!
//! A writer of our own, because what it has to know is small and known: the description is made from our own handlers.
//! The well-known generators bring a library to depend on, or a file for each type, and none knows what an
//! `Idempotency-Key`, a `Prefer: wait` or a problem is here. What this one does not know it refuses, with the place.

mod description;
mod method;
mod model;
mod python;
mod schema;
#[cfg(test)]
mod tests;
mod typescript;
mod words;

use crate::shop::{Failed, Shop};
use std::fs;

const DESCRIPTION: &str = "docs/openapi.json";
const TYPESCRIPT: &str = "clients/typescript/src/index.ts";
const PYTHON: &str = "clients/python/src/tournee_client/__init__.py";
/// Where a version stands that has to be the API's, and how it is written there.
const VERSIONS: &[(&str, &str)] = &[
    ("clients/typescript/package.json", "\"version\": \"{}\""),
    ("clients/python/pyproject.toml", "version = \"{}\""),
];
const REPAIR: &str = "run `cargo xtask clients` and commit clients/";

/// Writes both clients.
pub(crate) fn write(shop: &Shop) -> Result<(), Failed> {
    for (path, text) in written(&described(shop)?)? {
        fs::write(shop.root().join(path), text).map_err(|error| Failed(format!("cannot write {path}: {error}")))?;
    }
    Ok(())
}

/// Fails when a client in the tree is not what the description gives.
pub(crate) fn check(shop: &Shop) -> Result<(), Failed> {
    let description = described(shop)?;
    for (path, text) in written(&description)? {
        if read(shop, path)? != text {
            return Err(Failed(format!("{path}: is not what {DESCRIPTION} gives: {REPAIR}")));
        }
    }
    let version = description["info"]["version"].as_str().unwrap_or_default();
    for (path, line) in VERSIONS {
        let line = line.replace("{}", version);
        if !read(shop, path)?.contains(&line) {
            return Err(Failed(format!("{path}: is not of the API's version: write {line}")));
        }
    }
    Ok(())
}

fn described(shop: &Shop) -> Result<serde_json::Value, Failed> {
    serde_json::from_str(&read(shop, DESCRIPTION)?).map_err(|error| Failed(format!("{DESCRIPTION}: {error}")))
}

fn read(shop: &Shop, path: &str) -> Result<String, Failed> {
    fs::read_to_string(shop.root().join(path)).map_err(|error| Failed(format!("cannot read {path}: {error}")))
}

fn written(document: &serde_json::Value) -> Result<[(&'static str, String); 2], Failed> {
    let api = description::read(document)?;
    description::refuse_names(&api, &[typescript::TAKEN, python::TAKEN].concat())?;
    Ok([(TYPESCRIPT, typescript::write(&api)), (PYTHON, python::write(&api))])
}
