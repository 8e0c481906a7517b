//! What some tests need beside Rust. A tool that cannot be had is skipped and said so, never failed.

use crate::shop::{Call, Environment, Failed, Shop};
use std::{fs, path::Path};

/// Something to be there before the tests run.
pub(crate) struct Tool {
    pub(crate) name: &'static str,
    /// Which test wants it.
    pub(crate) why: &'static str,
    /// Makes it be there; what it returns is put in the environment of the tests.
    pub(crate) ensure: fn(&Shop) -> Result<Environment, Failed>,
}

/// All of them. Each is ready at once when an earlier run has set it up.
pub(crate) const TOOLS: &[Tool] = &[Tool {
    name: "Python with Karrio's Colissimo client",
    why: "an unmodified public client asks the carrier-compatible endpoint for a label",
    ensure: python,
}];

/// What is installed in the virtual environment, pinned.
const PYTHON_PACKAGES: &[&str] = &["karrio==2026.1.32", "karrio-colissimo==2026.1.32"];

fn python(shop: &Shop) -> Result<Environment, Failed> {
    let venv = shop.tools().join("venv");
    let python = venv.join("bin").join("python");
    let ready = venv.join("ready");
    let pins = PYTHON_PACKAGES.join("\n");
    if fs::read_to_string(&ready).ok().as_deref() != Some(&pins) {
        make_venv(shop, &venv)?;
        let pip = ["-m", "pip", "install", "--quiet", "--retries", "2"];
        shop.output(&Call::new(&python, pip.iter().chain(PYTHON_PACKAGES)))?;
        fs::write(&ready, &pins).map_err(|error| Failed(format!("cannot write {}: {error}", ready.display())))?;
    }
    Ok(vec![("TOURNEE_TEST_PYTHON".into(), python.to_string_lossy().into_owned())])
}

/// Debian and Ubuntu ship `python3` without its `venv`; where we may, we install it.
fn make_venv(shop: &Shop, venv: &Path) -> Result<(), Failed> {
    let make = Call::new("python3", ["-m", "venv", "--clear", &venv.to_string_lossy()]);
    match shop.output(&make) {
        Err(_) if shop.works(&Call::new("python3", ["--version"])) && may_install(shop) => {
            shop.output(&Call::new("apt-get", ["update", "--quiet"]))?;
            shop.output(&Call::new("apt-get", ["install", "--yes", "--quiet", "python3-venv"]))?;
            shop.output(&make).map(drop)
        }
        result => result.map(drop),
    }
}

fn may_install(shop: &Shop) -> bool {
    let root = shop.output(&Call::new("id", ["-u"])).is_ok_and(|id| id.trim() == "0");
    root && shop.works(&Call::new("apt-get", ["--version"]))
}
