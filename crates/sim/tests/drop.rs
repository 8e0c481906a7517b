//! Announcements over a real SFTP connection into the simulated carrier's book.

use carriers::announce::{Announcer, SftpAnnouncer, SftpLogin, SftpOptions};
use clock::{ManualClock, Time};
use sim::{
    carrier::{Carrier, Offence, Options, SharedCarrier},
    drop::DropServer,
    scenario::{Baseline, Function, Phase, Scenario},
    wire::WireError,
};
use std::{sync::Arc, time::Duration};

const FILE: &[u8] = b"BBB001;1;964744;202512221200;202512221200;02.00;1;site\r\n\
    DDD001;9L;0000000001;500;29200;FR;DOM;;;0;0;0;;``Martin;;;;1 rue du Port;;Brest;;;;;;;\r\n";

async fn server(dark: bool) -> (DropServer, SharedCarrier) {
    let noon = Time::from_paris("2025-12-22T12:00:00").expect("a moment");
    let mut scenario = Scenario::calm(noon, Baseline::default());
    scenario.phases.extend(dark.then(|| Phase {
        at: noon,
        functions: vec![Function::Orders],
        latency_factor: 1.0,
        error_rate: 0.0,
        alternate: None,
        dark: true,
        dark_as: Arc::new([]),
    }));
    let carrier = SharedCarrier::new(Carrier::new(Arc::new(scenario), Options::default()));
    let clock = Arc::new(ManualClock::at(noon));
    let any = "127.0.0.1:0".parse().expect("an address");
    (DropServer::start(any, carrier.clone(), clock, 7).await.expect("a server"), carrier)
}

fn announcer(server: &DropServer, fingerprint: &str) -> SftpAnnouncer {
    let options = SftpOptions {
        host: "127.0.0.1".into(),
        port: server.local_addr().port(),
        user: "964744".into(),
        login: SftpLogin::Password("any".into()),
        host_key: fingerprint.parse().expect("a fingerprint"),
        directory: "in".into(),
        deadline: Duration::from_secs(20),
    };
    SftpAnnouncer::new(options).expect("an announcer")
}

#[tokio::test]
async fn a_file_is_taken_in_once_however_often_it_comes() {
    let (server, carrier) = server(false).await;
    let to = announcer(&server, server.fingerprint());
    for _ in 0..2 {
        to.deliver("964744.20251222.120000_001", FILE).await.expect("delivered");
    }
    let counts = carrier.read(|book| (book.announcements().parcels().len(), book.announcements().offences().len()));
    assert_eq!(counts, (1, 0));
    to.deliver("964744.20251222.120000_002", FILE).await.expect("delivered");
    let offences = carrier.read(|book| book.announcements().offences().to_vec());
    assert_eq!(offences.iter().map(|(offence, _)| *offence).collect::<Vec<_>>(), [Offence::Twice]);
    server.shutdown().await;
}

#[tokio::test]
async fn nothing_is_taken_in_the_dark_nor_from_one_who_pins_another_key() {
    let (server, carrier) = server(true).await;
    let error = announcer(&server, server.fingerprint()).deliver("a", FILE).await.expect_err("dark");
    assert_eq!(error.code, "sftp_failed");
    let other = "SHA256:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
    assert_eq!(announcer(&server, other).deliver("a", FILE).await.expect_err("another").code, "sftp_host_key");
    assert_eq!(carrier.read(|book| book.announcements().parcels().len()), 0);
}

#[tokio::test]
async fn only_the_loopback_interface_is_listened_on() {
    let (_, carrier) = server(false).await;
    let clock = Arc::new(ManualClock::at(Time::from_unix_ms(0)));
    let open = DropServer::start("0.0.0.0:0".parse().expect("an address"), carrier, clock, 1).await;
    assert!(matches!(open.err(), Some(WireError::NotLoopback(_))));
}
