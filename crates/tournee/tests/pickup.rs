//! The directory of pickup points from the command line while the server runs: imported, offered, exported, told of.

mod support;

use support::{Server, file, http, run, run_with_input, text};

const POINTS: &str = "id,name,postal_code,city,latitude,longitude,kind,weight_max_g,seen_at\n\
    292001,RELAIS DU PORT,29200,BREST,48.3905,-4.4860,A2P,20000,2025-12-20T10:00:00Z\n\
    292002,BREST PPDC,29200,BREST,48.3920,-4.4900,BPR,30000,2025-12-20T10:00:00Z\n";

#[test]
fn what_is_imported_is_offered_by_the_running_server_and_exported_again() {
    let dir = tempfile::tempdir().expect("a directory");
    // Nobody listens there: the carrier is dark from the beginning.
    let config = "listen = \"127.0.0.1:0\"\ndata = \"data\"\n\
        [carrier.colissimo]\nshipping_url = \"http://127.0.0.1:9\"\ntracking_url = \"http://127.0.0.1:9\"\n";
    let config = file(dir.path(), "t.toml", config);
    let server = Server::start(&["--config", &config]);
    let add = ["merchant", "add", "--config", &config, "--name", "Shop", "--contract", "964744", "--password-stdin"];
    assert_eq!(run_with_input(&add, "hush\n").code, Some(0));
    let key = run(&["key", "add", "--config", &config, "--merchant", "shop", "--scopes", "pick"]);
    let bearer = format!("Bearer {}", key.stdout.lines().last().expect("a key"));

    let bad = file(dir.path(), "bad.csv", POINTS.replace("48.3920", "north"));
    let refused = run(&["pickup", "import", "--config", &config, &bad]);
    refused.refuses(64, &["bad.csv was not taken in", "line 3: latitude: write degrees"]);
    run(&["pickup", "import", "--config", &config, &config]).refuses(64, &["give --format"]);

    let good = file(dir.path(), "good.csv", POINTS);
    let imported = run(&["pickup", "import", "--config", &config, &good]);
    assert!(imported.stdout.contains("2 new pickup points, 0 known and newer now, 0 known better"), "{imported:?}");
    server.process.wait_for(|line| line.contains("another process wrote are taken in").then_some(()));

    let path = "/v1/pickup-points?postal_code=29200&city=Brest";
    let answer = http(&server.addr, "GET", path, &[("authorization", &bearer)], "").json();
    assert_eq!((&answer["source"], &answer["as_of"]), (&"directory".into(), &"2025-12-20T10:00:00.000Z".into()));
    assert_eq!(answer["points"].as_array().map(Vec::len), Some(2), "{answer}");

    let map = text(&dir.path().join("points.geojson")).to_owned();
    let exported = run(&["pickup", "export", "--config", &config, "--format", "geojson", "--out", &map]);
    assert!(exported.stdout.contains("2 pickup points in"), "{exported:?}");
    let again = run(&["pickup", "import", "--config", &config, &map]);
    assert!(again.stdout.contains("0 new pickup points, 2 known and newer now"), "{again:?}");
    let status = run(&["pickup", "status", "--config", &config]);
    assert!(
        status.stdout.contains("2 pickup points, last listed") && status.stdout.contains("kept fresh by"),
        "{status:?}"
    );
    let doctor = run(&["doctor", "--config", &config]);
    assert!(doctor.stdout.contains("pickup points: 2 pickup points"), "{doctor:?}");
}
