//! The one test command: sets up what the tests need, runs them all, and says at the end what was skipped and why.

use crate::{
    shop::{Call, Environment, Failed, Shop},
    tools::{TOOLS, Tool},
};

/// What the tools give to the tests, and what could not be had.
#[derive(Default)]
struct Setup {
    environment: Environment,
    skipped: Vec<String>,
}

/// Runs the tests whose name holds one of the filters; all of them, and the examples in the docs, without one.
pub(crate) fn run(shop: &Shop, filters: &[&str]) -> Result<(), Failed> {
    let setup = set_up(shop, TOOLS);
    let result = calls(shop, filters).into_iter().try_for_each(|call| shop.run(&call.with_all(&setup.environment)));
    for line in &setup.skipped {
        println!("{line}");
    }
    result
}

fn set_up(shop: &Shop, tools: &[Tool]) -> Setup {
    let mut setup = Setup::default();
    for tool in tools {
        match (tool.ensure)(shop) {
            Ok(environment) => setup.environment.extend(environment),
            Err(Failed(why)) => setup.skipped.push(format!("skipped: {} ({}) because {why}", tool.name, tool.why)),
        }
    }
    setup
}

fn calls(shop: &Shop, filters: &[&str]) -> Vec<Call> {
    let nextest = shop.works(&shop.cargo(["nextest", "--version"]));
    match (nextest, filters) {
        (true, []) => {
            vec![shop.cargo(["nextest", "run", "--workspace"]), shop.cargo(["test", "--quiet", "--doc", "--workspace"])]
        }
        (true, filters) => vec![shop.cargo(["nextest", "run", "--workspace"].iter().chain(filters))],
        (false, filters) => vec![shop.cargo(["test", "--workspace", "--"].iter().chain(filters))],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tool_that_cannot_be_had_is_skipped_with_its_reason() {
        let tools = [
            Tool { name: "one", why: "for this", ensure: |_| Ok(vec![("A".into(), "1".into())]) },
            Tool { name: "two", why: "for that", ensure: |_| Err(Failed("the network is missing".into())) },
        ];
        let setup = set_up(&Shop::here(), &tools);
        assert_eq!(setup.environment, [("A".to_owned(), "1".to_owned())]);
        assert_eq!(setup.skipped, ["skipped: two (for that) because the network is missing"]);
    }
}
