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
    for (url, why) in [
        ("http://127.0.0.1:1/shop", "has a path"),
        ("ftp://127.0.0.1", "does not begin with http://"),
        ("127.0.0.1:9000", "does not begin with http://"),
        ("http://127.0.0.1:port", "has a port that is no number"),
        ("http://[::1]:70000", "has a port that is no number"),
        ("", "is not a URL"),
    ] {
        refused(&at(url), &[&format!("t.toml:4:1: shield.upstream.url: `{url}` {why}"), "write http:// or https://"]);
        run(&["shield", "--upstream", url]).refuses(64, &["--upstream: `", why, "write http:// or https://"]);
    }
    for url in ["http://me:secret@127.0.0.1", "ftp://me:secret@127.0.0.1"] {
        let said = run(&["shield", "--upstream", url]);
        assert!(said.code == Some(64) && !said.stderr.contains("secret"), "{said:?}");
    }
    refused("[shield.upstream]\nanswer_ms_max = 1\n", &["t.toml:3:1: shield.upstream.url: it is missing"]);
    let authority = at("https://127.0.0.1:1") + "authority = \"none.pem\"\n";
    refused(&authority, &["t.toml:5:1: shield.upstream.authority: ", "none.pem can't be used", "in PEM"]);
    let authority = authority.replace("none.pem", "t.toml");
    refused(&authority, &["t.toml:5:1: shield.upstream.authority: ", "no certificate is in it", "in PEM"]);
    refused("", &["no server to stand before", "--upstream"]);
    let missing = "[[shield.tls]]\ncertificate = \"none.pem\"\nkey = \"none.key\"\n";
    let says = ["t.toml:6:1: shield.tls[0].certificate: ", "none.pem can't be used", "in PEM, that we may read"];
    refused(&format!("{}{missing}", at("http://127.0.0.1:1")), &says);
    // The second of two, whose certificate is good.
    let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]).expect("a certificate");
    let dir = tempfile::tempdir().expect("a directory");
    file(dir.path(), "good.pem", made.cert.pem());
    file(dir.path(), "good.key", made.signing_key.serialize_pem());
    let two = "[[shield.tls]]\ncertificate = \"good.pem\"\nkey = \"good.key\"\n\
               [[shield.tls]]\ncertificate = \"good.pem\"\nkey = \"good.pem\"\n";
    let config = file(dir.path(), "t.toml", configuration(&(at("http://127.0.0.1:1") + two)));
    run(&["shield", "--config", &config])
        .refuses(64, &["t.toml:10:1: shield.tls[1].key: ", "good.pem can't be used", "give the file of a private key"]);
    // The gateway does not start without a door.
    let dir = tempfile::tempdir().expect("a directory");
    let config = file(dir.path(), "t.toml", configuration(missing));
    run(&["serve", "--config", &config]).refuses(64, &["t.toml:4:1: shield.tls[0].certificate: ", "none.pem"]);
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
