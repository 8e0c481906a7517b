//! From whole things to what is wanted of them.

use super::{
    GraphError,
    plan::{Step, page_of},
    schema::Of,
};
use crate::shops::text::{base64, unbase64};
use serde_json::{Map, Value, json};

/// What a resolver gives.
pub(crate) enum Shown {
    /// A thing, or nothing.
    Whole(Value),
    /// One page of a list.
    Page(Page),
}

/// One page.
pub(crate) struct Page {
    /// Each thing with its place.
    pub(crate) items: Vec<(String, Value)>,
    pub(crate) next: bool,
    pub(crate) previous: bool,
}

/// What is wanted of a thing, and what it cost to get.
pub(crate) fn project(shown: &Shown, step: &Step, spent: &mut u64) -> Result<Value, GraphError> {
    match shown {
        Shown::Whole(value) => of_value(value, step, spent),
        Shown::Page(page) => of_page(page, step, spent),
    }
}

fn of_value(value: &Value, step: &Step, spent: &mut u64) -> Result<Value, GraphError> {
    match step.of {
        Of::Scalar => Ok(value.clone()),
        Of::One(_) => of_thing(value, &step.steps, spent),
        Of::Many(_) => {
            *spent += 1;
            let all = value.as_array().map_or(&[][..], Vec::as_slice);
            let shown = all.iter().take(limit(step)).map(|thing| fields(thing, &step.steps, spent));
            Ok(Value::Array(shown.collect::<Result<_, _>>()?))
        }
        Of::Found(_) => {
            let is = |thing: &&Value| {
                ["namespace", "key"]
                    .iter()
                    .all(|name| step.argument(name).is_null() || thing[*name] == *step.argument(name))
            };
            let found = value.as_array().and_then(|all| all.iter().find(is)).unwrap_or(&Value::Null);
            of_thing(found, &step.steps, spent)
        }
        Of::Paged(_) => of_page(&cut(value, step)?, step, spent),
    }
}

fn limit(step: &Step) -> usize {
    step.argument("first").as_u64().and_then(|first| usize::try_from(first).ok()).unwrap_or(usize::MAX)
}

fn of_thing(value: &Value, steps: &[Step], spent: &mut u64) -> Result<Value, GraphError> {
    if value.is_null() {
        return Ok(Value::Null);
    }
    *spent += 1;
    fields(value, steps, spent)
}

fn fields(thing: &Value, steps: &[Step], spent: &mut u64) -> Result<Value, GraphError> {
    let mut made = Map::new();
    for step in steps {
        let value = match step.name {
            "__typename" => step.parent.into(),
            // One list serves a field that shows it in pages and one that finds a thing in it.
            "metafield" => of_value(&thing["metafields"], step, spent)?,
            name => of_value(&thing[name], step, spent)?,
        };
        made.insert(step.key.clone(), value);
    }
    Ok(made.into())
}

fn of_page(page: &Page, step: &Step, spent: &mut u64) -> Result<Value, GraphError> {
    *spent += 2;
    let mut made = Map::new();
    for part in &step.steps {
        let value = match part.name {
            "nodes" => {
                let nodes = page.items.iter().map(|(_, thing)| of_thing(thing, &part.steps, spent));
                Value::Array(nodes.collect::<Result<_, _>>()?)
            }
            "edges" => {
                let edges = page.items.iter().map(|item| edge(item, &part.steps, spent));
                Value::Array(edges.collect::<Result<_, _>>()?)
            }
            "pageInfo" => fields(&page_info(page), &part.steps, spent)?,
            _ => "Connection".into(),
        };
        made.insert(part.key.clone(), value);
    }
    Ok(made.into())
}

fn edge((cursor, thing): &(String, Value), steps: &[Step], spent: &mut u64) -> Result<Value, GraphError> {
    let mut made = Map::new();
    for step in steps {
        let value = match step.name {
            "cursor" => cursor.clone().into(),
            "node" => of_thing(thing, &step.steps, spent)?,
            _ => "Edge".into(),
        };
        made.insert(step.key.clone(), value);
    }
    Ok(made.into())
}

fn page_info(page: &Page) -> Value {
    let cursor = |item: Option<&(String, Value)>| item.map(|(cursor, _)| cursor.clone());
    json!({
        "hasNextPage": page.next,
        "hasPreviousPage": page.previous,
        "startCursor": cursor(page.items.first()),
        "endCursor": cursor(page.items.last()),
    })
}

/// One page of a list that belongs to a thing; its cursors are places in it.
fn cut(list: &Value, step: &Step) -> Result<Page, GraphError> {
    let all = list.as_array().map_or(&[][..], Vec::as_slice);
    let mut items: Vec<(String, Value)> =
        all.iter().enumerate().map(|(at, thing)| (base64(format!("{at:09}").as_bytes()), thing.clone())).collect();
    if step.argument("reverse") == true {
        items.reverse();
    }
    window(items, step)
}

/// The page of a whole list that `first`, `after`, `last` and `before` ask for.
///
/// # Errors
/// When a cursor is none of the list's.
pub(crate) fn window(items: Vec<(String, Value)>, step: &Step) -> Result<Page, GraphError> {
    let count = usize::try_from(page_of(&step.arguments)?).unwrap_or(usize::MAX);
    let place = |name: &str| match step.text(name) {
        None => Ok(None),
        Some(cursor) if unbase64(cursor).is_none() => {
            Err(GraphError::new("BAD_REQUEST", "Invalid cursor for current pagination sort."))
        }
        Some(cursor) => Ok(Some(items.iter().position(|(known, _)| known == cursor))),
    };
    let start = match place("after")? {
        None => 0,
        Some(at) => at.map_or(items.len(), |at| at + 1),
    };
    let end = match place("before")? {
        None => items.len(),
        Some(at) => at.unwrap_or(0),
    };
    let (start, end) = (start.min(end), end);
    let from_end = step.argument("first").is_null();
    let (from, to) = if from_end {
        (end.saturating_sub(count).max(start), end)
    } else {
        (start, start.saturating_add(count).min(end))
    };
    let (next, previous) = (to < items.len(), from > 0);
    Ok(Page { items: items.into_iter().skip(from).take(to - from).collect(), next, previous })
}
