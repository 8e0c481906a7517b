//! The seeded world: a carrier that slows, lies and dies, orders from real communes, simulated time; the invariants.

pub mod asks;
pub mod carrier;
pub mod dice;
pub mod drop;
pub mod gateways;
pub mod invariants;
pub mod merchants;
pub mod orders;
pub mod places;
pub mod register;
pub mod scenario;
pub mod shops;
pub mod timeline;
pub mod transport;
pub mod wire;
pub mod world;
