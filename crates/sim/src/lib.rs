//! The seeded world: a carrier that slows, lies and dies, orders from real communes, simulated time; the invariants.

pub mod dice;
pub mod scenario;
pub mod timeline;
