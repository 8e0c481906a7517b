//! The API as the writers of clients see it: named types and operations, with nothing of JSON Schema left in it.

/// All that a client is made from.
#[derive(Debug)]
pub(super) struct Api {
    pub(super) version: String,
    pub(super) types: Vec<Named>,
    pub(super) operations: Vec<Operation>,
}

/// A type that has a name of its own.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Named {
    pub(super) name: String,
    pub(super) doc: String,
    pub(super) shape: Shape,
}

#[derive(Clone, Debug, PartialEq)]
pub(super) enum Shape {
    Object(Vec<Field>),
    Alias(Type),
}

/// One field of an object, or one parameter.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Field {
    /// As it stands on the wire.
    pub(super) name: String,
    pub(super) doc: String,
    pub(super) needed: bool,
    pub(super) ty: Type,
}

#[derive(Clone, Debug, PartialEq)]
pub(super) enum Type {
    Any,
    Null,
    Boolean,
    Integer,
    Number,
    Text,
    Binary,
    /// One of these words.
    Words(Vec<String>),
    List(Box<Type>),
    /// An object whose names are not known beforehand.
    Map(Box<Type>),
    /// One of [`Api::types`].
    Named(String),
    Union(Vec<Type>),
}

impl Type {
    /// One of these; what is said twice counts once.
    pub(super) fn union(types: impl IntoIterator<Item = Self>) -> Self {
        let mut all: Vec<Self> = Vec::new();
        for ty in types {
            match ty {
                Self::Union(inner) => inner.into_iter().for_each(|ty| add(&mut all, ty)),
                ty => add(&mut all, ty),
            }
        }
        if all.len() == 1 { all.remove(0) } else { Self::Union(all) }
    }

    /// The type of a parameter: one that is null is one that is not sent.
    pub(super) fn without_null(self) -> Self {
        match self {
            Self::Union(types) => Self::union(types.into_iter().filter(|ty| *ty != Self::Null)),
            ty => ty,
        }
    }
}

fn add(all: &mut Vec<Type>, ty: Type) {
    if !all.contains(&ty) {
        all.push(ty);
    }
}

/// One method of a client.
#[derive(Debug)]
pub(super) struct Operation {
    pub(super) id: String,
    pub(super) method: String,
    /// With its parameters in braces.
    pub(super) path: String,
    pub(super) doc: String,
    pub(super) in_path: Vec<Field>,
    pub(super) in_query: Vec<Field>,
    pub(super) in_header: Vec<Field>,
    pub(super) body: Option<Body>,
    pub(super) answer: Answer,
}

/// What is sent.
#[derive(Debug, PartialEq)]
pub(super) struct Body {
    pub(super) needed: bool,
    pub(super) json: Option<Type>,
    /// The other media types that are taken.
    pub(super) raw: Vec<String>,
}

/// What comes back when all is well.
#[derive(Debug, PartialEq)]
pub(super) struct Answer {
    pub(super) json: Option<Type>,
    /// The other media types that can be asked for.
    pub(super) raw: Vec<String>,
}

/// Whether a body of this media type is read as text; otherwise it is bytes.
pub(super) fn is_text(media: &str) -> bool {
    media.starts_with("text/") || matches!(media, "application/x-ndjson" | "application/ndjson" | "application/jsonl")
}

/// A list that comes page by page: what stands on a page, and under which name.
pub(super) struct Paged<'a> {
    pub(super) items: &'a str,
    pub(super) item: &'a Type,
}

impl Api {
    /// Whether the operation gives pages: it takes a `cursor`, and its answer has `next` and one list.
    pub(super) fn paged(&self, operation: &Operation) -> Option<Paged<'_>> {
        let Some(Type::Named(name)) = &operation.answer.json else { return None };
        let Shape::Object(fields) = &self.types.iter().find(|named| named.name == *name)?.shape else { return None };
        let by_cursor = operation.method == "GET" && operation.in_query.iter().any(|field| field.name == "cursor");
        let goes_on = fields.iter().any(|field| field.name == "next");
        let mut lists = fields.iter().filter_map(|field| match &field.ty {
            Type::List(item) => Some(Paged { items: &field.name, item: item.as_ref() }),
            _ => None,
        });
        let list = lists.next()?;
        (by_cursor && goes_on && lists.next().is_none()).then_some(list)
    }
}
