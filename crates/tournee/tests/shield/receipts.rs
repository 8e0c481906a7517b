//! Receipts, from a refusal that curl gets to the words that support reads.

use crate::{
    door::{Door, configuration, there_is},
    support::{Ended, file, http, run},
};
use std::process::Command;

/// Asks by curl until it is refused; its answer with its head.
fn refused(addr: &str) -> String {
    let url = format!("http://{addr}/track/1");
    (0..20)
        .map(|_| Command::new("curl").args(["--silent", "--include", &url]).output().expect("it runs"))
        .map(|ran| String::from_utf8_lossy(&ran.stdout).into_owned())
        .find(|said| said.starts_with("HTTP/1.1 429 "))
        .expect("a refusal")
}

fn receipt(said: &str) -> String {
    said.lines().find_map(|line| line.strip_prefix("tournee-receipt: ")).expect("a receipt").trim().to_owned()
}

#[test]
fn support_reads_what_a_refusal_was() {
    if !there_is("curl") {
        return;
    }
    let settings = "[shield.admission.rate]\nprefix = { per_s = 1, burst = 1 }\n\
                    [[shield.admission.resource]]\nname = \"tracking\"\nkind = \"page\"\npaths = [\"/track/{number}\"]\n\
                    stale = false\n";
    let door = Door::with(settings);
    let said = refused(&door.addr);
    assert!(said.contains("application/problem+json") && said.to_lowercase().contains("retry-after: "), "{said}");
    let code = receipt(&said);
    let explain = |code: &str, lang: &str| -> Ended {
        run(&["shield", "explain", code, "--config", &door.config, "--lang", lang])
    };
    let english = explain(&code, "en");
    assert_eq!(english.code, Some(0), "{english:?}");
    for word in ["Refused", "127.0.0.1", "tracking", "rate", "unknown"] {
        assert!(english.stdout.contains(word), "{word}: {}", english.stdout);
    }
    let french = explain(&code, "fr");
    for word in ["Refusé", "Jusqu’à", "Réseau", "Règle", "127.0.0.1"] {
        assert!(french.stdout.contains(word), "{word}: {}", french.stdout);
    }
    // The resource keeps its name where another is written before it, and is said to be gone when it is.
    let other = "[[shield.admission.resource]]\nname = \"a\"\nkind = \"page\"\npaths = [\"/a\"]\n";
    file(door.dir.path(), "t.toml", configuration(&settings.replacen("[[", &format!("{other}[["), 1)));
    assert_eq!(explain(&code, "en").stdout, english.stdout);
    file(door.dir.path(), "t.toml", configuration(other));
    assert!(explain(&code, "en").stdout.contains("a resource that is not in the configuration any more"));
    assert!(explain(&code, "fr").stdout.contains("une ressource qui n’est plus dans la configuration"));
    // As people say them: in small letters, with blanks.
    file(door.dir.path(), "t.toml", configuration(settings));
    let spelt = code.to_lowercase().replace('-', " ");
    assert_eq!(explain(&spelt, "en").stdout, english.stdout);
    let mut wrong: Vec<char> = code.chars().collect();
    wrong[5] = if wrong[5] == '7' { '8' } else { '7' };
    for bad in [wrong.into_iter().collect(), "0".repeat(32), "nonsense".to_owned()] {
        explain(&bad, "en").refuses(64, &["this receipt cannot be explained: "]);
    }
    let other = Door::open();
    let elsewhere = run(&["shield", "explain", &code, "--config", &other.config]);
    elsewhere.refuses(64, &["this receipt cannot be explained: "]);
}

#[test]
fn who_is_refused_gets_an_older_answer_where_there_is_one() {
    let settings = "[shield.admission.rate]\nprefix = { per_s = 1, burst = 1 }\n\
                    [[shield.admission.resource]]\nname = \"pages\"\nkind = \"page\"\npaths = [\"/page/{name}\"]\n";
    let door = Door::with(settings);
    let answers: Vec<_> = (0..20).map(|_| http(&door.addr, "GET", "/page/1", &[], "")).collect();
    assert!(answers.iter().all(|answer| answer.status == 200 && answer.body == b"GET /page/1 0"), "{answers:?}");
    assert!(answers.iter().any(|answer| answer.head.to_lowercase().contains("\r\nage: ")), "{answers:?}");
    assert!(door.origin.heard().matches("GET /page/1 ").count() < 20);
}
