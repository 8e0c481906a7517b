//! The only disk: journal, folded tables, outbox, sealed secrets; SQLite with one writer and group commit.
