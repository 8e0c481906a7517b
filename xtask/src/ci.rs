//! Everything that must pass before a merge, in the order in which it fails fastest.

use crate::{
    clients, openapi,
    shop::{Call, Failed, Shop},
    suite, tidy,
};
use std::time::Instant;

/// How a step that did not fail ended.
enum Done {
    Passed,
    Skipped(String),
}

type Check = Box<dyn Fn(&Shop) -> Result<Done, Failed>>;

/// One check: its name, how to repeat it alone, and what it does.
struct Step {
    name: &'static str,
    repeat: String,
    check: Check,
}

/// Runs the steps and stops at the first that fails.
pub(crate) fn run(shop: &Shop) -> Result<(), Failed> {
    let mut skipped = Vec::new();
    for step in steps(shop) {
        println!("── {}", step.name);
        let begun = Instant::now();
        let done = (step.check)(shop).map_err(|failed| step.failed(&failed))?;
        let seconds = begun.elapsed().as_secs_f32();
        match done {
            Done::Passed => println!("── {}: passed in {seconds:.1} s", step.name),
            Done::Skipped(why) => skipped.push(format!("skipped: {} because {why}", step.name)),
        }
    }
    skipped.iter().for_each(|line| println!("{line}"));
    Ok(())
}

fn steps(shop: &Shop) -> Vec<Step> {
    let warnings_fail = ["clippy", "--workspace", "--all-targets", "--", "--deny", "warnings"];
    let doc = shop.cargo(["doc", "--workspace", "--no-deps", "--document-private-items"]);
    vec![
        Step::call("format", shop.cargo(["fmt", "--all", "--check"])),
        Step::own("tidy", "cargo xtask tidy", tidy::run),
        Step::call("clippy", shop.cargo(warnings_fail)),
        Step::call("docs", doc.with("RUSTDOCFLAGS", "--deny warnings")),
        Step::own("openapi", "cargo xtask tidy --openapi", openapi::check),
        Step::own("clients", "cargo xtask clients --check", clients::check),
        Step { name: "dependencies", repeat: LICENCES.join(" "), check: Box::new(dependencies) },
        Step { name: "advisories", repeat: "cargo deny check advisories".into(), check: Box::new(advisories) },
        Step::own("tests", "cargo xtask test", |shop| suite::run(shop, &[])),
    ]
}

impl Step {
    fn call(name: &'static str, call: Call) -> Self {
        let repeat = call.to_string();
        Self { name, repeat, check: Box::new(move |shop| shop.run(&call).map(|()| Done::Passed)) }
    }

    fn own(name: &'static str, repeat: &str, check: fn(&Shop) -> Result<(), Failed>) -> Self {
        Self { name, repeat: repeat.into(), check: Box::new(move |shop| check(shop).map(|()| Done::Passed)) }
    }

    fn failed(&self, Failed(why): &Failed) -> Failed {
        Failed(format!("{why}\n── {}: failed; to repeat it alone: {}", self.name, self.repeat))
    }
}

const LICENCES: [&str; 6] = ["cargo", "deny", "check", "licenses", "bans", "sources"];

fn dependencies(shop: &Shop) -> Result<Done, Failed> {
    if !shop.works(&shop.cargo(["deny", "--version"])) {
        shop.run(&shop.cargo(["install", "--locked", "cargo-deny"]))?;
    }
    shop.run(&shop.cargo(&LICENCES[1..])).map(|()| Done::Passed)
}

/// The list of known weaknesses lives on the network: without it there is nothing to compare with.
fn advisories(shop: &Shop) -> Result<Done, Failed> {
    if let Err(Failed(why)) = shop.output(&shop.cargo(["deny", "fetch", "db"])) {
        return Ok(Done::Skipped(format!("the advisory database cannot be fetched: {why}")));
    }
    shop.run(&shop.cargo(["deny", "check", "--disable-fetch", "advisories"])).map(|()| Done::Passed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failed_step_says_how_to_repeat_it() {
        let step = Step::own("tidy", "cargo xtask tidy", |_| Err(Failed("a.rs:1: wrong".into())));
        let Err(failed) = (step.check)(&Shop::here()) else { panic!("the step fails") };
        let Failed(text) = step.failed(&failed);
        assert_eq!(text, "a.rs:1: wrong\n── tidy: failed; to repeat it alone: cargo xtask tidy");
    }
}
