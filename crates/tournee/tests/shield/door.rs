//! `tournee shield`, running, and words about what cannot be tried here.

use crate::{
    origin::Origin,
    support::{Running, file, http, text},
};
use std::{
    io::Write,
    path::Path,
    process::{Command, Stdio},
};

/// A shield before an origin.
pub(crate) struct Door {
    pub(crate) process: Running,
    pub(crate) addr: String,
    pub(crate) origin: Origin,
    pub(crate) config: String,
    pub(crate) dir: tempfile::TempDir,
}

impl Door {
    /// With nothing set.
    pub(crate) fn open() -> Self {
        Self::with("")
    }

    /// With this below the address and the data in its configuration.
    pub(crate) fn with(settings: &str) -> Self {
        Self::beside(settings, |_| {})
    }

    /// The same, with what is put beside its configuration.
    pub(crate) fn beside(settings: &str, put: impl FnOnce(&Path)) -> Self {
        let (dir, origin) = (tempfile::tempdir().expect("a directory"), Origin::open());
        put(dir.path());
        let config = file(dir.path(), "t.toml", configuration(settings));
        let process = Running::start(&["shield", "--config", &config, "--upstream", &origin.url]);
        let addr = process.wait_for(|line| Some(line.split_once("shielding addr=")?.1.split(' ').next()?.to_owned()));
        Self { process, addr, origin, config, dir }
    }

    /// Other settings, which the process is told of.
    pub(crate) fn renew(&self, settings: &str) {
        file(self.dir.path(), "t.toml", configuration(settings));
        hang_up(&self.process);
    }

    /// Whether somebody innocent is served.
    pub(crate) fn serves(&self) -> bool {
        http(&self.addr, "GET", "/innocent", &[], "").status == 200
    }

    pub(crate) fn place(&self) -> &str {
        text(self.dir.path())
    }
}

pub(crate) fn configuration(settings: &str) -> String {
    format!("listen = \"127.0.0.1:0\"\ndata = \"data\"\n{settings}")
}

pub(crate) fn hang_up(process: &Running) {
    let pid = i32::try_from(process.pid()).ok().and_then(rustix::process::Pid::from_raw).expect("a process");
    rustix::process::kill_process(pid, rustix::process::Signal::HUP).expect("a signal");
}

/// Whether there is this tool; says that the test is skipped where there is not.
pub(crate) fn there_is(tool: &str) -> bool {
    let tried = Command::new(tool).arg("-h").stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).status();
    if tried.is_err() {
        skipped(&format!("{tool} is not installed"));
    }
    tried.is_ok()
}

pub(crate) fn skipped(why: &str) {
    writeln!(std::io::stdout(), "skipped: {why}").expect("said");
}
