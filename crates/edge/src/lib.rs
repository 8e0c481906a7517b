//! The door: the only listener; bounds on every connection, TLS, admission before any work, the way to a service or an upstream.
