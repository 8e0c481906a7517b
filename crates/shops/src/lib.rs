//! One module per shop platform: orders in, shipment status out; signatures, subscriptions, no policy.
