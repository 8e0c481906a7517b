//! The pages in a real browser: nothing found by axe, nothing run, nothing that does not fit the screen.

use super::{
    pages::world,
    tools::{self, CHROMIUM, NODE_MODULES},
};

#[tokio::test]
async fn the_pages_are_for_everybody() {
    let modules = tools::named(NODE_MODULES, "Node packages with playwright-core and axe-core");
    let Some((modules, chromium)) = modules.zip(tools::named(CHROMIUM, "Chromium")) else { return };
    let world = world().await;
    let said = tools::serving(&world, move |addr| {
        let mut node = tools::node("browser.test.mjs");
        node.env("TOURNEE_TEST_URL", format!("http://{addr}")).env(NODE_MODULES, modules).env(CHROMIUM, chromium);
        node.output()
    });
    tools::passed(&said.await, 10);
}
