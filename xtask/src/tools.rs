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
pub(crate) const TOOLS: &[Tool] = &[
    Tool {
        name: "Python with the packages that tests want",
        why: "unmodified public clients ask for labels and call the simulated shops, the client for Python is checked \
              for its types, printed barcodes are read back, and notices are sent to a mail server",
        ensure: python,
    },
    Tool {
        name: "Node with the packages that tests want",
        why: "the client for TypeScript is checked for its types and asks for labels, the platforms' clients call the \
              simulated shops, labels in ZPL are rendered, and a browser is driven",
        ensure: node,
    },
    Tool {
        name: "Chromium",
        why: "a buyer chooses a pickup point in it, by keys alone and in both languages",
        ensure: chromium,
    },
    Tool {
        name: "Tools that attack web servers",
        why: "slow connections, odd requests and plain load come from them, as they are, to the shield",
        ensure: attackers,
    },
];

/// What is installed in the virtual environment, pinned, one a line.
const PYTHON_PACKAGES: &[&str] = &[
    "karrio==2026.1.32",
    "karrio-colissimo==2026.1.32",
    "mypy==2.4.1",       // checks the types of clients/python
    "zeep==4.3.3",       // a SOAP client that asks for labels
    "pypdfium2==5.15.2", // renders labels in PDF
    "pillow==13.0.0",    // holds the rendered pages
    "zxing-cpp==3.1.1",  // reads their barcodes
    "aiosmtpd==1.4.6",   // a mail server that notices are sent to
    // Clients of shops, unmodified, at the simulated ones.
    "woocommerce==3.0.0",
    "ShopifyAPI==12.7.0",
    "prestapyt==0.11.1",
    "feedparser==6.0.14", // reads the feeds of the status page
    "packaging==25.0",    // by which prestapyt compares versions, and does not say so
];

/// What is installed for Node, pinned, one a line.
const NODE_PACKAGES: &[&str] = &[
    "@types/node@20.19.43",
    "axe-core@4.14.1",        // finds what keeps people out of a page
    "playwright-core@1.65.1", // drives a browser that is there already
    "statuspage.io@3.3.8",    // a client of status pages, unmodified, at ours
    "typescript@7.0.2",       // checks and builds clients/typescript
    "zpl-renderer-js@3.4.0",  // renders labels in ZPL
    // Clients of shops, unmodified, at the simulated ones.
    "@woocommerce/woocommerce-rest-api@1.0.2",
    "@shopify/shopify-api@13.1.0",
    "@shopify/admin-api-client@2.0.0",
];

fn python(shop: &Shop) -> Result<Environment, Failed> {
    let venv = shop.tools().join("venv");
    let python = venv.join("bin").join("python");
    once(&venv.join("ready"), PYTHON_PACKAGES, || {
        make_venv(shop, &venv)?;
        let pip = ["-m", "pip", "install", "--quiet", "--retries", "2"];
        shop.output(&Call::new(&python, pip.iter().chain(PYTHON_PACKAGES))).map(drop)
    })?;
    Ok(vec![("TOURNEE_TEST_PYTHON".into(), python.to_string_lossy().into_owned())])
}

/// The packages come as they are: what one of them would run at its installation is not run.
fn node(shop: &Shop) -> Result<Environment, Failed> {
    shop.output(&Call::new("node", ["--version"]))?;
    let folder = shop.tools().join("node");
    once(&folder.join("ready"), NODE_PACKAGES, || {
        let prefix = folder.to_string_lossy().into_owned();
        let npm = ["install", "--silent", "--no-audit", "--no-fund", "--ignore-scripts", "--prefix", &prefix];
        shop.output(&Call::new("npm", npm.iter().chain(NODE_PACKAGES))).map(drop)
    })?;
    let modules = folder.join("node_modules");
    Ok(vec![("TOURNEE_TEST_NODE_MODULES".into(), modules.to_string_lossy().into_owned())])
}

/// What the browser is called, by its makers and by those who package it.
const BROWSERS: &[&str] = &["chromium", "chromium-browser", "google-chrome-stable", "google-chrome"];

/// The browser that is there already; where there is none and we may, we install the package.
fn chromium(shop: &Shop) -> Result<Environment, Failed> {
    let found = || BROWSERS.iter().find(|name| shop.works(&Call::new(name, ["--version"])));
    let browser = match found() {
        None if may_install(shop) => {
            shop.output(&Call::new("apt-get", ["update", "--quiet"]))?;
            shop.output(&Call::new("apt-get", ["install", "--yes", "--quiet", "chromium"]))?;
            found()
        }
        found => found,
    };
    let browser = browser.ok_or_else(|| Failed(format!("none of {} runs here", BROWSERS.join(", "))))?;
    let path = shop.output(&Call::new("sh", ["-c", &format!("command -v {browser}")]))?;
    Ok(vec![("TOURNEE_TEST_CHROMIUM".into(), path.trim().into())])
}

/// The programs, and the packages of Debian and Ubuntu that they come in.
const ATTACKERS: &[(&str, &str)] =
    &[("varnishtest", "varnish"), ("slowhttptest", "slowhttptest"), ("h2load", "nghttp2-client"), ("curl", "curl")];

/// Those that are not there are installed where we may.
fn attackers(shop: &Shop) -> Result<Environment, Failed> {
    let is_there = |program: &str| shop.works(&Call::new("sh", ["-c", &format!("command -v {program}")]));
    let missing: Vec<_> = ATTACKERS.iter().filter(|(program, _)| !is_there(program)).collect();
    if missing.is_empty() {
        return Ok(Vec::new());
    }
    if may_install(shop) {
        shop.output(&Call::new("apt-get", ["update", "--quiet"]))?;
        let install = ["install", "--yes", "--quiet", "--no-install-recommends"];
        let packages = missing.iter().map(|(_, package)| package);
        shop.output(&Call::new("apt-get", install.iter().chain(packages))).map(|_| Vec::new())
    } else {
        let names: Vec<_> = missing.iter().map(|(program, _)| *program).collect();
        Err(Failed(format!("{} is not installed here", names.join(", "))))
    }
}

/// Installs, unless `ready` says that these very packages are there.
fn once(ready: &Path, packages: &[&str], install: impl FnOnce() -> Result<(), Failed>) -> Result<(), Failed> {
    let pins = packages.join("\n");
    if fs::read_to_string(ready).ok().as_deref() == Some(&pins) {
        return Ok(());
    }
    install()?;
    fs::write(ready, &pins).map_err(|error| Failed(format!("cannot write {}: {error}", ready.display())))
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
