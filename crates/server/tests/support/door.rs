//! A listener over a world, with the guard that a server has.

use super::World;
use admission::{Key, Keys};
use clock::SystemClock;
use edge::{Guard, GuardSettings, Listener};
use std::{net::SocketAddr, sync::Arc};

/// A port of this machine.
pub fn bind() -> Listener {
    edge::bind(SocketAddr::from(([127, 0, 0, 1], 0)), 1, &GuardSettings::default().limits).expect("a port")
}

/// Serves until the end.
pub async fn serve(world: &World, listener: Listener, settings: &GuardSettings, end: impl Future<Output = ()>) {
    let settings = server::own(settings);
    let (guard, behind) = (guard(world, &settings), server::behind(world.app.clone()));
    guard.serve(listener, behind, Arc::default(), end).await.expect("it serves");
}

fn guard(world: &World, settings: &GuardSettings) -> Guard {
    let keys = Keys::new(Key::new(1, &[7; 32]));
    let numbers = server::KnownNumbers::new(Arc::new(|bytes: &mut [u8]| bytes.fill(7)));
    let known = (Arc::clone(&world.known), Arc::new(numbers));
    server::guard(
        settings.clone(),
        keys,
        known,
        world.status.clone(),
        Arc::new(SystemClock),
        Arc::new(|bytes| bytes.fill(7)),
    )
    .expect("good settings")
}
