//! The pages in a real browser: nothing found by axe, nothing that does not fit the screen.

use super::{
    fake::{subscribed, world},
    tools::{self, CHROMIUM, NODE_MODULES},
};

#[tokio::test]
async fn the_pages_are_for_everybody() {
    let modules = tools::named(NODE_MODULES, "Node packages with playwright-core and axe-core");
    let Some((modules, chromium)) = modules.zip(tools::named(CHROMIUM, "Chromium")) else { return };
    let (world, fake) = world().await;
    let manage = subscribed(&world, &fake, "anne%40mail.example").await;
    let said = tools::serving(&world, move |addr| {
        let mut node = tools::node("../subscribe/browser.test.mjs");
        node.env("TOURNEE_TEST_URL", format!("http://{addr}")).env("TOURNEE_TEST_MANAGE", manage);
        node.env(NODE_MODULES, modules).env(CHROMIUM, chromium).output()
    });
    tools::passed(&said.await, 9);
}
