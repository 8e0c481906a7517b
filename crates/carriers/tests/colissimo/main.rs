//! Colissimo's codecs from outside: every variant seen in the field, round trips, and bytes that mean harm.

mod announcements;
mod answers;
mod customs;
mod pickups;
mod properties;
mod requests;
mod slips;
mod soap;
mod support;
mod timelines;
mod tracks;
