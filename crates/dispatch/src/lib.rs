//! Pure: what to do with an intent now: send, wait, ask an anchor, supersede, ask a human; retries, budgets, drain pace.
