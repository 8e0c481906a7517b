//! The only place with background tasks: take due work, ask an engine, perform the effect, append the result.
