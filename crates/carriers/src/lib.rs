//! One module per carrier: request bytes, answer bytes, error class; both ends of the protocol, no policy.
