//! New settings at SIGHUP, while requests go on.

use crate::{
    door::{Door, hang_up},
    support::{Server, file, http, text},
};

/// So few that the second request is refused.
const TIGHT: &str = "[shield.admission.rate]\nprefix = { per_s = 1, burst = 1 }\n";
const OPEN: &str = "[shield.admission.rate]\nprefix = { per_s = 0, burst = 1 }\n";

fn taken(line: &str) -> Option<()> {
    line.contains("the shield has the settings of the configuration").then_some(())
}

fn statuses(addr: &str) -> Vec<u16> {
    (0..5).map(|_| http(addr, "GET", "/x", &[], "").status).collect()
}

#[test]
fn the_shield_takes_new_settings_and_keeps_the_old_where_the_new_are_wrong() {
    let door = Door::with(TIGHT);
    assert!(statuses(&door.addr)[1..].contains(&429));
    door.renew(OPEN);
    door.process.wait_for(taken);
    assert_eq!(statuses(&door.addr), [200; 5]);
    door.renew("[shield.admission]\nplaces_min = 0\n");
    let said = door.process.wait_for(|line| line.contains("the settings of before go on").then(|| line.to_owned()));
    assert!(said.contains("t.toml:4:1: shield.admission.places_min"), "{said}");
    assert_eq!(statuses(&door.addr), [200; 5]);
    door.renew(&format!("{OPEN}[shield.limits]\nhead_ms_max = 900\n"));
    let said = door.process.wait_for(|line| line.contains("at a restart only").then(|| line.to_owned()));
    assert!(said.contains("shield.limits"), "{said}");
    door.process.wait_for(taken);
    door.renew(TIGHT);
    door.process.wait_for(taken);
    assert!(statuses(&door.addr)[1..].contains(&429));
}

#[test]
fn the_gateways_own_door_takes_them_too() {
    let dir = tempfile::tempdir().expect("a directory");
    let base = "listen = \"127.0.0.1:0\"\ndata = \"data\"\n";
    let config = file(dir.path(), "t.toml", base);
    let server = Server::start(&["--config", &config]);
    assert!(!statuses(&server.addr).contains(&429));
    file(dir.path(), "t.toml", format!("{base}{TIGHT}"));
    hang_up(&server.process);
    server.process.wait_for(taken);
    assert!(statuses(&server.addr)[1..].contains(&429), "{}", text(dir.path()));
    assert_eq!(http(&server.addr, "GET", "/status", &[], "").status, 200, "what is in memory is for all");
}
