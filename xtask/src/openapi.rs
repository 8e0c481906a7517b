//! The published description of the API, `docs/openapi.json`, is what the server generates, and nothing else.

use crate::shop::{Failed, Shop};
use std::{fs, path::PathBuf};

const REPAIR: &str = "run `cargo xtask openapi` and commit docs/openapi.json";

/// Writes the description.
pub(crate) fn write(shop: &Shop) -> Result<(), Failed> {
    let path = path(shop);
    let text = generated(shop)?;
    fs::write(&path, text).map_err(|error| Failed(format!("cannot write {}: {error}", path.display())))
}

/// Fails when the description in the tree is not the server's.
pub(crate) fn check(shop: &Shop) -> Result<(), Failed> {
    let kept = fs::read_to_string(path(shop)).unwrap_or_default();
    match first_difference(&kept, &generated(shop)?) {
        None => Ok(()),
        Some(line) => Err(Failed(format!("docs/openapi.json:{line}: is not what the server generates: {REPAIR}"))),
    }
}

fn path(shop: &Shop) -> PathBuf {
    shop.root().join("docs").join("openapi.json")
}

fn generated(shop: &Shop) -> Result<String, Failed> {
    described(&shop.output(&shop.cargo(["run", "--quiet", "--package", "tournee", "--", "openapi"]))?)
}

/// The server's own text, once it is sure to be JSON.
fn described(text: &str) -> Result<String, Failed> {
    serde_json::from_str::<serde_json::Value>(text)
        .map(|_| format!("{}\n", text.trim_end()))
        .map_err(|error| Failed(format!("`tournee openapi` printed something that is not JSON: {error}")))
}

fn first_difference(kept: &str, generated: &str) -> Option<usize> {
    if kept == generated {
        return None;
    }
    let same = kept.lines().zip(generated.lines()).take_while(|(a, b)| a == b).count();
    Some(same + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_line_that_differs_is_named() {
        assert_eq!(first_difference("a\nb\n", "a\nb\n"), None);
        assert_eq!(first_difference("a\nb\n", "a\nc\n"), Some(2));
        assert_eq!(first_difference("", "a\n"), Some(1));
        assert_eq!(first_difference("a\n", "a\nb\n"), Some(2));
    }

    #[test]
    fn what_is_not_json_is_not_taken() {
        assert_eq!(described("{ \"a\": 1 }").expect("JSON"), "{ \"a\": 1 }\n");
        assert!(described("listening").is_err());
    }
}
