//! Numbers of a file: those that are in it go on, others are answered by the shield, and no faster than others may ask.

use crate::{
    door::{Door, configuration},
    support::{file, http, run},
};

const TRACKING: &str =
    "[[shield.admission.resource]]\nname = \"tracking\"\nkind = \"tracking\"\npaths = [\"/track/{number}\"]\n";
const FILE: &str = "[shield.numbers]\nfile = \"numbers.txt\"\n";
const KNOWN: &str = "6A15984040331";
const NEW: &str = "6M17554710224";

fn settings() -> String {
    format!("{FILE}{TRACKING}[shield.admission.rate]\nprefix = {{ per_s = 1, burst = 50 }}\n")
}

/// A shield with a file of these numbers.
fn door(numbers: &str) -> Door {
    Door::beside(&settings(), |dir| drop(file(dir, "numbers.txt", numbers)))
}

fn track(door: &Door, number: &str, from: &str) -> crate::support::Answer {
    http(&door.addr, "GET", &format!("/track/{number}"), &[("x-forwarded-for", from)], "")
}

#[test]
fn numbers_of_the_file_go_on_and_others_are_told_by_the_shield() {
    let door = door(&format!("# today\n\n{KNOWN}\r\n"));
    let from = "203.0.113.1";
    assert_eq!(track(&door, KNOWN, from).status, 200);
    assert_eq!(track(&door, "6a%2015984040331", from).status, 200, "as people write it");
    assert_eq!(http(&door.addr, "GET", "/other/1", &[], "").status, 200);
    door.origin.heard();
    for number in [NEW, "6A15984040332", "12345678901"] {
        let said = track(&door, number, from);
        assert_eq!((said.status, said.json()["rule"].as_str()), (404, Some("no-such-parcel")), "{said:?}");
        assert!(said.head.to_lowercase().contains("content-type: application/problem+json"), "{}", said.head);
    }
    assert_eq!(door.origin.heard(), "", "nothing behind hears of them");

    file(door.dir.path(), "numbers.txt", format!("{KNOWN}\n{NEW}\n"));
    assert_eq!(track(&door, NEW, from).status, 404, "read at the signal alone");
    door.renew(&settings());
    door.process.wait_for(|line| line.contains("the shield has the settings").then_some(()));
    assert_eq!(track(&door, NEW, from).status, 200);

    file(door.dir.path(), "numbers.txt", format!("{KNOWN}\n\n6A15984040332\n"));
    door.renew(&settings());
    let said = door.process.wait_for(|line| line.contains("the settings of before go on").then(|| line.to_owned()));
    assert!(said.contains("numbers.txt:3: ") && said.contains("check digit"), "{said}");
    assert_eq!((track(&door, NEW, from).status, track(&door, "6A15984040332", from).status), (200, 404));
}

#[test]
fn made_up_numbers_are_answered_no_faster_than_others() {
    let door = door(KNOWN);
    let statuses: Vec<_> = (0..60).map(|_| track(&door, NEW, "203.0.113.1").status).collect();
    assert_eq!(statuses[..50], [404; 50]);
    assert!(statuses[50..].contains(&429), "{statuses:?}");
    assert_eq!(track(&door, KNOWN, "198.51.100.1").status, 200);
}

#[test]
fn without_a_file_nothing_is_denied() {
    let door = Door::with(TRACKING);
    assert_eq!(track(&door, NEW, "203.0.113.1").status, 200);
}

#[test]
fn a_file_that_cannot_be_used_is_told_before_anything_listens() {
    let refused = |settings: &str, numbers: Option<&str>, says: &[&str]| {
        let dir = tempfile::tempdir().expect("a directory");
        let config = file(dir.path(), "t.toml", configuration(settings));
        if let Some(numbers) = numbers {
            file(dir.path(), "numbers.txt", numbers);
        }
        run(&["shield", "--config", &config, "--upstream", "http://127.0.0.1:1"]).refuses(64, says);
    };
    refused(&settings(), None, &["shield.numbers.file", "numbers.txt", "give the right path"]);
    refused(
        &settings(),
        Some("6A15984040331\n6A1598\n"),
        &["numbers.txt:2: ", "13 characters", "one number on each line"],
    );
    refused(FILE, Some(KNOWN), &["t.toml:4:1: shield.numbers.file: no path has a number", "/track/{number}"]);
}
