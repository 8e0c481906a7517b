//! Which methods an operation becomes, what they give back, and what a caller may say beside ids and body.

use super::model::{Field, Operation, Type, is_text};

/// What a method gives back.
pub(super) enum Gives<'a> {
    Json(&'a Type),
    /// Text or bytes of one of these media types.
    Raw {
        media: &'a [String],
        choice: Choice,
    },
    Nothing,
}

/// Whether a caller says which media type is wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Choice {
    /// There is only one.
    No,
    May,
    /// It stands beside JSON, which is what the plain method gives.
    Must,
}

/// The methods of an operation, each with what its name ends in.
pub(super) fn of(operation: &Operation) -> Vec<(&'static str, Gives<'_>)> {
    let media = &operation.answer.raw[..];
    match (&operation.answer.json, media) {
        (Some(json), []) => vec![("", Gives::Json(json))],
        (Some(json), _) => vec![("", Gives::Json(json)), ("_as", Gives::Raw { media, choice: Choice::Must })],
        (None, []) => vec![("", Gives::Nothing)],
        (None, [_]) => vec![("", Gives::Raw { media, choice: Choice::No })],
        (None, _) => vec![("", Gives::Raw { media, choice: Choice::May })],
    }
}

impl Gives<'_> {
    /// Whether bytes come back as text.
    pub(super) fn is_text(&self) -> bool {
        matches!(self, Self::Raw { media, .. } if media.iter().all(|media| is_text(media)))
    }

    /// The media types, where the caller may choose among them so.
    pub(super) fn choice(&self, wanted: Choice) -> Option<&[String]> {
        match self {
            Self::Raw { media, choice } if *choice == wanted => Some(media),
            _ => None,
        }
    }
}

/// Where an option goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Source {
    Query,
    Header,
    /// `Prefer: wait=N`: seconds.
    Wait,
}

/// One option of one operation.
pub(super) struct Opt<'a> {
    pub(super) field: &'a Field,
    pub(super) source: Source,
}

/// The options of an operation, those of its query first.
pub(super) fn options(operation: &Operation) -> Vec<Opt<'_>> {
    let query = operation.in_query.iter().map(|field| Opt { field, source: Source::Query });
    let header = operation.in_header.iter().map(|field| {
        let source = if field.name.eq_ignore_ascii_case("prefer") { Source::Wait } else { Source::Header };
        Opt { field, source }
    });
    query.chain(header).collect()
}

impl Opt<'_> {
    /// What people are told of it.
    pub(super) fn doc(&self) -> &str {
        match self.source {
            // The header's own form is the client's business.
            Source::Wait => self.field.doc.trim_start_matches("`wait=N`: "),
            Source::Query | Source::Header => &self.field.doc,
        }
    }

    /// The type of its value.
    pub(super) fn ty(&self) -> &Type {
        if self.source == Source::Wait { &Type::Integer } else { &self.field.ty }
    }
}
