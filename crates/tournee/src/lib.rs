//! The binary: configuration, wiring, subcommands, drain.
//!
//! A library beside the binary, so that tests and measurements can start a [`gateway::Gateway`] in their own process.

pub mod api_key;
pub mod cli;
pub mod config;
pub mod demo;
pub mod doctor;
pub mod fault;
pub mod gateway;
pub mod keep;
pub mod key;
pub mod logging;
pub mod merchant;
mod number_file;
pub mod numbers;
pub mod pickup;
pub mod progress;
pub mod publish_status;
mod quit;
mod reload;
pub mod replay;
pub mod say;
pub mod serve;
pub mod shield;
pub mod shop;
pub mod sim_carrier;
pub mod sim_shop;
mod telling;
pub mod watching;

pub use config::Config;
pub use fault::{Exit, Fault};
pub use gateway::Gateway;
