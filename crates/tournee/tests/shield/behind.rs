//! A server behind that is down, and the metrics that say how it goes.

use crate::{
    door::configuration,
    origin::Origin,
    support::{Running, file, http, run},
};

const BROWSER: [(&str, &str); 3] = [
    ("accept", "text/html,application/xhtml+xml,*/*;q=0.8"),
    ("sec-fetch-mode", "navigate"),
    ("user-agent", "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"),
];

fn listening(line: &str, word: &str) -> Option<String> {
    Some(line.split_once(word)?.1.split(' ').next()?.to_owned())
}

#[test]
fn people_are_told_in_a_page_that_the_server_behind_is_down() {
    let dir = tempfile::tempdir().expect("a directory");
    let config = file(dir.path(), "t.toml", configuration(""));
    let shield = Running::start(&["shield", "--config", &config, "--upstream", "http://127.0.0.1:1"]);
    let addr = shield.wait_for(|line| listening(line, "shielding addr="));
    for (lang, title) in [("fr", "Pas de réponse pour le moment"), ("en", "No answer just now")] {
        let said = http(&addr, "GET", "/a", &[&BROWSER[..], &[("accept-language", lang)]].concat(), "");
        let body = String::from_utf8_lossy(&said.body);
        assert_eq!(said.status, 502, "{said:?}");
        assert!(body.contains(&format!("<html lang=\"{lang}\">")) && body.contains(title), "{body}");
        let code = said.head.lines().find_map(|line| line.strip_prefix("tournee-receipt: ")).expect("a receipt");
        assert!(body.contains(code), "{body}");
        let told = run(&["shield", "explain", code, "--config", &config, "--lang", lang]).stdout;
        assert!(told.contains("upstream") && told.contains("127.0.0.1") && told.contains("other"), "{told}");
    }
    let said = http(&addr, "GET", "/a", &[("accept", "*/*"), ("user-agent", "curl/8")], "");
    assert!(said.status == 502 && said.head.contains("application/problem+json"), "{said:?}");
}

#[test]
fn prometheus_reads_how_it_goes_at_an_address_of_its_own() {
    let (dir, origin) = (tempfile::tempdir().expect("a directory"), Origin::open());
    let settings = "[shield]\nmetrics_listen = \"127.0.0.1:0\"\n\
                    [shield.admission.rate]\nprefix = { per_s = 1, burst = 1 }\n";
    let config = file(dir.path(), "t.toml", configuration(settings));
    let shield = Running::start(&["shield", "--config", &config, "--upstream", &origin.url]);
    let metrics = shield.wait_for(|line| listening(line, "metrics at /metrics addr="));
    let addr = shield.wait_for(|line| listening(line, "shielding addr="));
    while http(&addr, "GET", "/a?b", &[], "").status != 429 {}
    let said = http(&metrics, "GET", "/metrics", &[], "");
    let text = String::from_utf8(said.body).expect("text");
    assert!(said.status == 200 && said.head.contains("application/openmetrics-text"), "{}", said.head);
    for there in [
        "tournee_shield_refused_total{class=\"unknown\",rule=\"rate\"} 1\n",
        "tournee_shield_served_total{class=\"unknown\"} ",
        "tournee_shield_older_answers_total 0\n",
        "tournee_shield_challenges_asked_total{step=\"cookie\"} 0\n",
        "door_requests_total{http=\"1\"} ",
        "# EOF\n",
    ] {
        assert!(text.contains(there), "{there:?} in {text}");
    }
    // Nothing else is there, and nothing of it at the door itself.
    assert_eq!(http(&metrics, "GET", "/", &[], "").status, 404);
    let at_the_door = http(&addr, "GET", "/metrics", &[("x-forwarded-for", "192.0.2.1")], "");
    assert_eq!(at_the_door.body, b"GET /metrics 0", "{at_the_door:?}");
    // An address that another has is named by its key.
    let taken = settings.replace("127.0.0.1:0", &metrics);
    let config = file(dir.path(), "taken.toml", configuration(&taken));
    run(&["shield", "--config", &config, "--upstream", &origin.url])
        .refuses(69, &[&metrics, "another process listens there", "shield.metrics_listen"]);
}
