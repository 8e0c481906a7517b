//! Pure: the directory of pickup points: search, opening hours, staleness, what the buyer chose.
