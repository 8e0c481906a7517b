//! `tournee doctor`: looks at everything that the gateway needs, says what it found, and what to do where it is not
//! well. Reads, measures, connects; never asks for a label, and changes nothing.

mod local;
mod machine;
mod pickup;
mod reach;
mod shops;

use crate::{
    cli::{self, Where},
    config::Config,
    fault::Fault,
    say,
    serve::{runtime, settle},
};
use serde::Serialize;

/// How one thing looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Verdict {
    /// As it should be.
    Ok,
    /// It works, but somebody should look.
    Warn,
    /// It does not work.
    Fail,
}

/// One thing that was looked at.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// What.
    pub what: String,
    /// How it looks.
    pub verdict: Verdict,
    /// What was found.
    pub found: String,
    /// What to do; nothing when it is well.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub advice: Option<String>,
}

impl Finding {
    fn ok(what: impl Into<String>, found: impl Into<String>) -> Self {
        Self { what: what.into(), verdict: Verdict::Ok, found: found.into(), advice: None }
    }

    fn warn(what: impl Into<String>, found: impl Into<String>, advice: impl Into<String>) -> Self {
        Self { what: what.into(), verdict: Verdict::Warn, found: found.into(), advice: Some(advice.into()) }
    }

    fn fail(what: impl Into<String>, found: impl Into<String>, advice: impl Into<String>) -> Self {
        Self { what: what.into(), verdict: Verdict::Fail, found: found.into(), advice: Some(advice.into()) }
    }
}

/// What the doctor writes with `--json`.
#[derive(Serialize)]
struct Sheet<'a> {
    /// The worst of all verdicts.
    verdict: Verdict,
    findings: &'a [Finding],
}

/// Runs the command.
///
/// # Errors
/// When something fails, or the report cannot be written.
pub fn run(args: &cli::Doctor) -> Result<(), Fault> {
    let findings = runtime()?.block_on(examine(&args.place));
    for finding in &findings {
        say::line(line(finding));
    }
    let worst = findings.iter().map(|f| f.verdict).max().unwrap_or(Verdict::Ok);
    if let Some(path) = &args.json {
        say::report(path, &Sheet { verdict: worst, findings: &findings })?;
    }
    let count = |verdict| findings.iter().filter(|f| f.verdict == verdict).count();
    say::line(format_args!(
        "{} ok, {} to look at, {} failed",
        count(Verdict::Ok),
        count(Verdict::Warn),
        count(Verdict::Fail)
    ));
    match worst {
        Verdict::Fail => {
            Err(Fault::failed("something that the gateway needs does not work; the lines above say what to do"))
        }
        Verdict::Ok | Verdict::Warn => Ok(()),
    }
}

/// Looks at everything.
async fn examine(place: &Where) -> Vec<Finding> {
    let (configuration, config) = configuration(place);
    let mut findings = vec![configuration];
    let Some(config) = config else { return findings };
    findings.extend(machine::clock());
    findings.extend(machine::data(&config).await);
    findings.extend(local::labels(&config).await);
    findings.extend(pickup::points(&config).await);
    findings.extend(shops::shops(&config).await);
    findings.push(machine::port(&config));
    findings.extend(reach::carrier(&config).await);
    findings
}

fn configuration(place: &Where) -> (Finding, Option<Config>) {
    let what = "configuration";
    match settle(place, None) {
        Err(fault) => (
            Finding::fail(what, fault.message, "correct it as the message says; docs/configuration.md has every key"),
            None,
        ),
        Ok(config) => {
            let found = match &place.config {
                Some(path) => format!("{} is understood", path.display()),
                None => "no file; every key has its default".into(),
            };
            (Finding::ok(what, found), Some(config))
        }
    }
}

fn line(finding: &Finding) -> String {
    let mark = match finding.verdict {
        Verdict::Ok => "ok  ",
        Verdict::Warn => "warn",
        Verdict::Fail => "FAIL",
    };
    let advice = finding.advice.as_ref().map(|advice| format!("\n      → {advice}")).unwrap_or_default();
    format!("{mark}  {}: {}{advice}", finding.what, finding.found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_says_what_to_do_where_something_is_wrong() {
        assert_eq!(line(&Finding::ok("disk", "writable")), "ok    disk: writable");
        assert_eq!(line(&Finding::fail("port", "taken", "stop it")), "FAIL  port: taken\n      → stop it");
    }

    #[test]
    fn the_worst_verdict_is_the_greatest() {
        assert!(Verdict::Ok < Verdict::Warn && Verdict::Warn < Verdict::Fail);
    }
}
