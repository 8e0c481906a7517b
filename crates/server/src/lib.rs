//! The only listener: the API, the carrier-compatible endpoints, health, metrics; wire types live here.
