//! What a configuration may say, and what is said of one that may not.

use super::*;
use crate::fault::Exit;
use std::collections::{BTreeMap, BTreeSet};

fn refused(text: &str) -> String {
    let fault = Config::parse("t.toml", text).expect_err(text);
    assert_eq!(fault.exit, Exit::Usage);
    fault.message
}

#[test]
fn an_empty_file_is_the_default() {
    assert_eq!(Config::parse("t.toml", ""), Ok(Config::default()));
}

#[test]
fn what_is_written_reads_back() {
    let text = toml::to_string(&Config::default()).expect("a configuration can be written");
    assert_eq!(Config::parse("t.toml", &text), Ok(Config::default()));
}

#[test]
fn mistakes_are_named_with_their_place_and_what_to_do() {
    for (text, starts, says) in [
        ("lisetn = \"x\"", "t.toml:1:1: lisetn:", "did you mean listen?"),
        ("[runner]\npatience = 3", "t.toml:2:1: runner.patience:", "did you mean patience_ms?"),
        ("[runner.label]\n  colour = 3", "t.toml:2:3: runner.label.colour:", "use one of: in_flight_max"),
        ("[carier.colissimo]\nconnect_ms = 1", "t.toml:1:2: carier:", "did you mean carrier?"),
        ("[runner]\npatience_ms = \"20s\"", "t.toml:2:15: runner.patience_ms:", "a whole number, 0 or more"),
        ("[runner]\nlate_ms = -1", "t.toml:2:11: runner.late_ms:", "a whole number, 0 or more"),
        ("[log]\nlevel = \"warning\"", "t.toml:2:9: log.level:", "one of: error, warn, info, debug, trace"),
        ("[policy]\non_unknown = \"aks\"", "t.toml:2:14: policy.on_unknown:", "did you mean \"ask\"?"),
        ("listen = \"8080\"", "t.toml:1:10: listen:", "127.0.0.1:8080"),
        ("[carrier.colissimo]\nshipping_url = \"ws\"", "t.toml:2:16: carrier.colissimo.shipping_url:", "https://"),
        ("listen 3", "t.toml:1:8:", "not TOML"),
        ("[[shield.tls]]\nkey = \"k\"", "t.toml:1:1: shield.tls[0].certificate:", "it is missing"),
        ("[shield]\nmetrics_listen = 9464", "t.toml:2:18: shield.metrics_listen:", "127.0.0.1:8080"),
        ("data = \"a\"\ndata = \"b\"", "t.toml:2:1:", "duplicate key"),
    ] {
        let said = refused(text);
        assert!(said.starts_with(starts), "{text:?} gave {said:?}");
        assert!(said.contains(says), "{text:?} gave {said:?}");
    }
}

#[test]
fn rules_between_values_are_named_at_the_key_to_change() {
    for (text, starts, says) in [
        ("[policy]\nsettle_ms = 5", "t.toml:2:1: policy.settle_ms:", "runner.late_ms (90000)"),
        ("[runner]\nlate_ms = 900000", "t.toml: policy.settle_ms:", "the file does not set it"),
        ("[runner.label]\nper_second_max = 0", "t.toml:2:1: runner.label.per_second_max:", "above 0"),
        ("[runner.label]\nper_second_max = nan", "t.toml:2:1: runner.label.per_second_max:", "above 0"),
        ("[runner.tracking]\nretry_share = 2.0", "t.toml:2:1: runner.tracking.retry_share:", "from 0 to 1"),
        ("[runner]\nrelays_max = 0", "t.toml:2:1: runner.relays_max:", "at least 1"),
        ("[keep]\npersonal_days = 30", "t.toml:2:1: keep.personal_days:", "keep.label_days (90)"),
        ("[watch]\ncontrol_url = \"https://WS.colissimo.fr/\"", "t.toml:2:1: watch.control_url:", "nobody"),
        ("[keep]\nlabel_days = 0", "t.toml:2:1: keep.label_days:", "at least 1"),
        ("[local]\nblock_count = 0", "t.toml:2:1: local.block_count:", "at least 1"),
        ("[local.sftp]\nhost = \"h\"", "t.toml: local.sftp.user:", "who signs in"),
        ("[local.sftp]\nhost = \"h\"\nuser = \"u\"", "t.toml: local.sftp.host_key:", "fingerprint"),
        ("[local]\nfolder = \"f\"\n[local.sftp]\nhost = \"h\"", "t.toml:2:1: local.folder:", "one place"),
        ("[policy]\nbackoff_max_ms = 1", "t.toml:2:1: policy.backoff_max_ms:", "raise it"),
        ("[shield]\nmetrics_listen = \"127.0.0.1:8080\"", "t.toml:2:1: shield.metrics_listen:", "another port"),
        ("[shield.upstream]\nurl = \"h:1\"", "t.toml:2:1: shield.upstream.url: `h:1` does not", "write http://"),
    ] {
        let said = refused(text);
        assert!(said.starts_with(starts) && said.contains(says), "{text:?} gave {said:?}");
    }
}

#[test]
fn paths_in_a_file_are_taken_from_its_directory() {
    let text = "data = \"d\"\nkey_file = \"/run/key\"\n[carrier.colissimo]\nextra_roots_pem = \"ca.pem\"\n";
    let mut config = Config::parse("t.toml", text).expect("good");
    config.resolve(Path::new("/etc/tournee"), text);
    assert_eq!(config.data, Path::new("/etc/tournee/d"));
    assert_eq!(config.key_file.as_deref(), Some(Path::new("/run/key")));
    assert_eq!(config.carrier.colissimo.extra_roots_pem.as_deref(), Some(Path::new("/etc/tournee/ca.pem")));
    let mut default = Config::default();
    default.resolve(Path::new("/etc/tournee"), "");
    assert_eq!(default.data, Path::new("./tournee-data"), "the default is taken from where one stands");
}

/// Every key with its default; `–` where there is none.
fn defaults() -> BTreeMap<String, String> {
    let all = toml::Table::try_from(Config::default()).expect("a configuration can be written");
    let mut keys = BTreeMap::new();
    flatten("", &all, &mut keys);
    let optional = [
        "key_file",
        "carrier.colissimo.extra_roots_pem",
        "webhooks.extra_roots_pem",
        "shops.public_url",
        "watch.control_url",
        "watch.official_url",
        "watch.feed_url",
        "shops.extra_roots_pem",
        "local.folder",
        "local.sftp.host",
        "local.sftp.user",
        "local.sftp.key_file",
        "local.sftp.host_key",
        "shield.numbers.file",
        "notices.mail.host",
        "notices.mail.user",
        "notices.mail.from",
        "notices.mail.bounces_to",
        "notices.sms.url",
        "notices.web_push.contact",
        "desk.chatwoot_url",
        "desk.zammad_url",
        "shield.metrics_listen",
    ];
    for optional in optional {
        keys.insert(optional.into(), "–".into());
    }
    keys
}

fn flatten(above: &str, table: &toml::Table, keys: &mut BTreeMap<String, String>) {
    for (name, value) in table {
        let key = if above.is_empty() { name.clone() } else { format!("{above}.{name}") };
        match value {
            toml::Value::Table(inner) => flatten(&key, inner, keys),
            toml::Value::String(text) => drop(keys.insert(key, text.clone())),
            toml::Value::Float(number) => drop(keys.insert(key, number.to_string())),
            other => drop(keys.insert(key, other.to_string())),
        }
    }
}

#[test]
fn the_documents_table_has_every_key_with_its_default() {
    let text = include_str!("../../../../docs/configuration.md");
    let section = text.split("## Every key").nth(1).and_then(|rest| rest.split("\n## ").next()).expect("the section");
    let row = |line: &str| {
        let mut cells = line.strip_prefix("| `")?.split(" | ");
        let (key, default) = (cells.next()?.trim_matches('`'), cells.next()?.trim_matches('`'));
        Some((key.to_owned(), default.to_owned()))
    };
    let documented: BTreeMap<String, String> = section.lines().filter_map(row).collect();
    let told = |key: &String, default: &String| format!("{key} = {default}");
    let rows: BTreeSet<String> = documented.iter().map(|(key, default)| told(key, default)).collect();
    let real: BTreeSet<String> = defaults().iter().map(|(key, default)| told(key, default)).collect();
    let apart: Vec<_> = rows.symmetric_difference(&real).collect();
    assert!(apart.is_empty(), "docs/configuration.md and the defaults differ in {apart:#?}");
}

#[test]
fn the_example_has_every_key_and_is_the_default() {
    let text = include_str!("../../../../tournee.example.toml");
    assert_eq!(Config::parse("tournee.example.toml", text), Ok(Config::default()), "the example is not the default");
    let optional = |line: &str| line.strip_prefix("# ").filter(|rest| rest.contains(" = ")).map(str::to_owned);
    let whole: Vec<String> = text.lines().map(|line| optional(line).unwrap_or_else(|| line.to_owned())).collect();
    let whole = whole.join("\n");
    let table: toml::Table = whole.parse().expect("TOML");
    let mut written = BTreeMap::new();
    flatten("", &table, &mut written);
    assert_eq!(written.keys().collect::<Vec<_>>(), defaults().keys().collect::<Vec<_>>());
}
