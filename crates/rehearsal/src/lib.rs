//! The rehearsal: a seeded flood with the innocent beside it, to loopback alone, and what came of them on one page.
