//! A period in days of Paris, as the command line gives it.

use crate::{cli::Days, fault::Fault};
use clock::Time;
use jiff::civil::Date;
use store::{Period, Snapshot};

/// The period and its days, held to what there is.
///
/// # Errors
/// For a last day before the first, and a merchant that is not there.
pub(super) fn of(days: &Days, snapshot: &Snapshot) -> Result<Period, Fault> {
    if days.to < days.from {
        return Err(Fault::usage(format!("--to {} is before --from {}: exchange them", days.to, days.from)));
    }
    if let Some(merchant) = &days.merchant
        && !snapshot.has_merchant(merchant)?
    {
        return Err(Fault::usage(format!("there is no merchant {merchant}: `tournee merchant list` has their ids")));
    }
    let after = days.to.tomorrow().map_err(|_| Fault::usage("--to is too far ahead"))?;
    Ok(Period { from: midnight(days.from)?, to: midnight(after)?, merchant: days.merchant.clone() })
}

/// The beginning of a day in Paris.
fn midnight(day: Date) -> Result<Time, Fault> {
    Time::from_paris(&format!("{day}T00:00:00")).map_err(|e| Fault::usage(format!("{day} cannot be used: {e}")))
}
