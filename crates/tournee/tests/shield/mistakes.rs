//! Mistakes in the shield's settings: each is told by file, line, key and what to do.

use crate::{
    door::{Door, configuration},
    support::{file, run},
};

/// Runs a shield with this configuration, which cannot be.
fn refused(settings: &str, says: &[&str]) {
    let dir = tempfile::tempdir().expect("a directory");
    let config = file(dir.path(), "t.toml", configuration(settings));
    run(&["shield", "--config", &config]).refuses(64, says);
}

#[test]
fn each_wrong_key_is_told_where_it_stands_and_what_to_do() {
    let key = "name = \"app\"\nclass = \"partner\"\n";
    let resource = |name: &str, path: &str| {
        format!("[[shield.admission.resource]]\nname = \"{name}\"\nkind = \"page\"\npaths = [\"{path}\"]\n")
    };
    let at = |url: &str| format!("[shield.upstream]\nurl = \"{url}\"\n");
    refused("[shield]\nchalenge = true\n", &["t.toml:4:1: shield.chalenge", "did you mean challenge?"]);
    refused("[shield]\nchallenge = \"yes\"\n", &["t.toml:4:", "shield.challenge", "write true or false"]);
    refused("[shield.limits]\nhead_ms_max = -1\n", &["t.toml:4:", "shield.limits.head_ms_max"]);
    refused("[shield.limits]\nhead_bytes_max = 9\n", &["t.toml:4:1: shield.limits.head_bytes_max", "at least 8192"]);
    refused("[shield.admission]\nplaces_min = 0\n", &["t.toml:4:1: shield.admission.places_min", "between 1 and"]);
    refused("[shield.admission]\ncells_count = 1000\n", &["t.toml:4:1:", "not a power of two; take 1024"]);
    refused(&resource("a", "/a/{"), &["t.toml:3:", "shield.admission.resource", "`/a/{`"]);
    refused(&(resource("a", "/a") + &resource("a", "/b")), &["t.toml:", "resource.name", "`a` is taken"]);
    refused(&(resource("a", "/a") + &resource("b", "/a")), &["t.toml:", "resource.paths", "`/a`"]);
    refused(&format!("[[shield.key]]\n{key}sha256 = \"zz\"\n"), &["t.toml:3:", "shield.key", "`app`: sha256"]);
    refused(&at("http://127.0.0.1:1/shop"), &["shield.upstream", "/shop"]);
    refused(&at("ftp://127.0.0.1"), &["shield.upstream"]);
    refused("", &["no server to stand before", "--upstream"]);
    let missing = "[[shield.tls]]\ncertificate = \"none.pem\"\nkey = \"none.key\"\n";
    refused(&format!("{}{missing}", at("http://127.0.0.1:1")), &["shield.tls: the certificate", "none.pem"]);
    // The gateway does not start without a door.
    let dir = tempfile::tempdir().expect("a directory");
    let config = file(dir.path(), "t.toml", configuration(missing));
    run(&["serve", "--config", &config]).refuses(64, &["shield.tls: the certificate", "none.pem"]);
}

#[test]
fn an_address_in_use_is_named() {
    let door = Door::open();
    let dir = tempfile::tempdir().expect("a directory");
    let config = file(dir.path(), "t.toml", configuration(""));
    let again = ["shield", "--config", &config, "--upstream", &door.origin.url, "--listen", &door.addr];
    run(&again).refuses(69, &[&door.addr, "another process listens there", "--listen"]);
    assert!(door.serves());
}
