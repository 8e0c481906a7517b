//! A request read and checked: which fields are wanted, with which arguments, and what that costs at most.

use super::{
    GraphError,
    schema::{self, Of},
};
use async_graphql_parser::{
    parse_query,
    types::{DocumentOperations, ExecutableDocument, OperationType, Selection, SelectionSet},
};
use serde_json::{Map, Value};

/// The longest request that is read, in bytes.
const QUERY_BYTES_MAX: usize = 50_000;
/// Brackets inside each other, at most.
const NESTING_MAX: usize = 60;
/// Fields of a request, at most, fragments laid out.
const FIELDS_MAX: usize = 5_000;
/// Things on one page, at most.
pub(crate) const PAGE_MAX: u64 = 250;

/// A request that can be carried out.
#[derive(Debug)]
pub(crate) struct Operation {
    pub(crate) mutates: bool,
    pub(crate) steps: Vec<Step>,
    /// What it costs if every page is full.
    pub(crate) cost: u64,
}

/// One field that is wanted.
#[derive(Debug)]
pub(crate) struct Step {
    /// Under which name.
    pub(crate) key: String,
    pub(crate) name: &'static str,
    pub(crate) of: Of,
    /// The type that it stands in, for `__typename`.
    pub(crate) parent: &'static str,
    pub(crate) arguments: Map<String, Value>,
    pub(crate) steps: Vec<Step>,
}

impl Step {
    pub(crate) fn argument(&self, name: &str) -> &Value {
        self.arguments.get(name).unwrap_or(&Value::Null)
    }

    pub(crate) fn text(&self, name: &str) -> Option<&str> {
        self.argument(name).as_str()
    }
}

/// Reads the body of a request: `query`, `variables`, `operationName`.
///
/// # Errors
/// When it is no GraphQL, asks for what there is not, or for too much.
pub(crate) fn read(body: &Map<String, Value>) -> Result<Operation, GraphError> {
    let bad = |message: &str| GraphError::new("BAD_REQUEST", message);
    let query =
        body.get("query").and_then(Value::as_str).ok_or_else(|| bad("Required parameter missing or invalid: query"))?;
    if query.len() > QUERY_BYTES_MAX || nesting(query) > NESTING_MAX {
        return Err(bad("The query is too large"));
    }
    let document = parse_query(query).map_err(|error| GraphError::new("PARSE_ERROR", error.to_string()))?;
    let name = body.get("operationName").and_then(Value::as_str);
    let operation = match &document.operations {
        DocumentOperations::Single(operation) => operation,
        DocumentOperations::Multiple(all) => {
            let named = all.iter().find(|(known, _)| name.is_none_or(|name| known.as_str() == name));
            named.map(|(_, operation)| operation).ok_or_else(|| bad("No operation of this name"))?
        }
    };
    let operation = &operation.node;
    let mut variables = Map::new();
    for definition in &operation.variable_definitions {
        let (name, of) = (definition.node.name.node.as_str(), &definition.node.var_type.node);
        let given = body.get("variables").and_then(|all| all.get(name)).cloned();
        let given = given.or_else(|| definition.node.default_value().cloned().and_then(|value| value.into_json().ok()));
        let given = given.unwrap_or(Value::Null);
        if given.is_null() && !of.nullable {
            let message = format!("Variable ${name} of type {of} was provided invalid value");
            return Err(GraphError::new("INVALID_VARIABLE", message));
        }
        variables.insert(name.to_owned(), given);
    }
    let (root, mutates) = match operation.ty {
        OperationType::Query => ("QueryRoot", false),
        OperationType::Mutation => ("Mutation", true),
        OperationType::Subscription => return Err(bad("Schema is not configured for subscriptions")),
    };
    let mut planner = Planner { document: &document, variables, left: FIELDS_MAX };
    let steps = planner.steps(root, &operation.selection_set.node, 0)?;
    let cost = steps.iter().map(|step| cost(step) + if mutates { 9 } else { 0 }).sum();
    Ok(Operation { mutates, steps, cost })
}

/// How deep brackets stand inside each other.
fn nesting(query: &str) -> usize {
    let mut depth = 0_usize;
    let mut deepest = 0;
    for byte in query.bytes() {
        match byte {
            b'{' | b'[' | b'(' => depth += 1,
            b'}' | b']' | b')' => depth = depth.saturating_sub(1),
            _ => {}
        }
        deepest = deepest.max(depth);
    }
    deepest
}

struct Planner<'a> {
    document: &'a ExecutableDocument,
    variables: Map<String, Value>,
    left: usize,
}

impl Planner<'_> {
    fn steps(&mut self, of: &'static str, set: &SelectionSet, depth: usize) -> Result<Vec<Step>, GraphError> {
        let mut steps = Vec::new();
        self.add(&mut steps, of, set, depth)?;
        Ok(steps)
    }

    fn add(
        &mut self,
        steps: &mut Vec<Step>,
        of: &'static str,
        set: &SelectionSet,
        depth: usize,
    ) -> Result<(), GraphError> {
        if depth > NESTING_MAX {
            return Err(GraphError::new("BAD_REQUEST", "Fragments go in a circle"));
        }
        for item in &set.items {
            self.left =
                self.left.checked_sub(1).ok_or_else(|| GraphError::new("BAD_REQUEST", "The query is too large"))?;
            if !self.wanted(&item.node)? {
                continue;
            }
            let (condition, inner) = match &item.node {
                Selection::Field(field) => {
                    let step = self.step(of, &field.node, depth)?;
                    merge(steps, step);
                    continue;
                }
                Selection::InlineFragment(fragment) => {
                    let condition = fragment.node.type_condition.as_ref().map(|on| on.node.on.node.as_str());
                    (condition, &fragment.node.selection_set.node)
                }
                Selection::FragmentSpread(spread) => {
                    let name = &spread.node.fragment_name.node;
                    let Some(fragment) = self.document.fragments.get(name) else {
                        let message = format!("Fragment {name} was used, but not defined");
                        return Err(GraphError::new("useAndDefineFragment", message));
                    };
                    (Some(fragment.node.type_condition.node.on.node.as_str()), &fragment.node.selection_set.node)
                }
            };
            // What is wanted of another type than this thing has is not there.
            if condition.is_none_or(|on| on == of || on == "Node" || on == "LegacyInteroperability") {
                self.add(steps, of, inner, depth + 1)?;
            }
        }
        Ok(())
    }

    /// What `@skip` and `@include` say.
    fn wanted(&self, selection: &Selection) -> Result<bool, GraphError> {
        for directive in selection.directives() {
            let given = directive.node.get_argument("if").map(|value| self.value(&value.node)).transpose()?;
            let is = given.is_some_and(|value| value == Value::Bool(true));
            match directive.node.name.node.as_str() {
                "skip" if is => return Ok(false),
                "include" if !is => return Ok(false),
                _ => {}
            }
        }
        Ok(true)
    }

    fn value(&self, value: &async_graphql_value::Value) -> Result<Value, GraphError> {
        let known = |name: async_graphql_value::Name| {
            let value = self.variables.get(name.as_str()).cloned();
            let value = value.ok_or_else(|| {
                let message = format!("Variable ${name} is used but not declared");
                GraphError::new("variableNotDefined", message)
            })?;
            async_graphql_value::ConstValue::from_json(value)
                .map_err(|error| GraphError::new("INVALID_VARIABLE", error.to_string()))
        };
        let value = value.clone().into_const_with(known)?;
        value.into_json().map_err(|error| GraphError::new("INVALID_VARIABLE", error.to_string()))
    }

    fn step(
        &mut self,
        parent: &'static str,
        field: &async_graphql_parser::types::Field,
        depth: usize,
    ) -> Result<Step, GraphError> {
        let (key, asked) = (field.response_key().node.to_string(), field.name.node.as_str());
        let (name, of) = if asked == "__typename" {
            ("__typename", Of::Scalar)
        } else {
            schema::field(parent, asked).ok_or_else(|| {
                GraphError::new("undefinedField", format!("Field '{asked}' doesn't exist on type '{parent}'"))
            })?
        };
        let mut arguments = Map::new();
        for (name, value) in &field.arguments {
            arguments.insert(name.node.to_string(), self.value(&value.node)?);
        }
        let inner = &field.selection_set.node;
        let steps = match of {
            Of::Scalar if inner.items.is_empty() => Vec::new(),
            Of::Scalar => {
                let message = format!("Selections can't be made on scalars (field '{name}' returns a scalar)");
                return Err(GraphError::new("selectionMismatch", message));
            }
            _ if inner.items.is_empty() => {
                let message = format!("Field must have selections (field '{name}' returns an object)");
                return Err(GraphError::new("selectionMismatch", message));
            }
            Of::One(ty) | Of::Many(ty) | Of::Found(ty) => self.steps(ty, inner, depth + 1)?,
            Of::Paged(ty) => {
                page_of(&arguments)?;
                self.paged(ty, inner, depth + 1)?
            }
        };
        Ok(Step { key, name, of, parent, arguments, steps })
    }

    /// What is wanted of a list in pages: `nodes`, `edges`, `pageInfo`.
    fn paged(&mut self, ty: &'static str, set: &SelectionSet, depth: usize) -> Result<Vec<Step>, GraphError> {
        let mut steps = Vec::new();
        for item in &set.items {
            let Selection::Field(field) = &item.node else {
                // A fragment on a connection: lay it out.
                let inner = match &item.node {
                    Selection::InlineFragment(fragment) => Some(&fragment.node.selection_set.node),
                    Selection::FragmentSpread(spread) => {
                        self.document.fragments.get(&spread.node.fragment_name.node).map(|f| &f.node.selection_set.node)
                    }
                    Selection::Field(_) => None,
                };
                if let Some(inner) = inner.filter(|_| depth < NESTING_MAX) {
                    self.left = self
                        .left
                        .checked_sub(1)
                        .ok_or_else(|| GraphError::new("BAD_REQUEST", "The query is too large"))?;
                    for step in self.paged(ty, inner, depth + 1)? {
                        merge(&mut steps, step);
                    }
                }
                continue;
            };
            if !self.wanted(&item.node)? {
                continue;
            }
            let (key, asked) = (field.node.response_key().node.to_string(), field.node.name.node.as_str());
            let inner = &field.node.selection_set.node;
            let (name, inner) = match asked {
                "nodes" => ("nodes", self.steps(ty, inner, depth + 1)?),
                "pageInfo" => ("pageInfo", self.steps("PageInfo", inner, depth + 1)?),
                "edges" => ("edges", self.edges(ty, inner, depth + 1)?),
                "__typename" => ("__typename", Vec::new()),
                _ => {
                    let message = format!("Field '{asked}' doesn't exist on type '{ty}Connection'");
                    return Err(GraphError::new("undefinedField", message));
                }
            };
            let step = Step { key, name, of: Of::Scalar, parent: "Connection", arguments: Map::new(), steps: inner };
            merge(&mut steps, step);
        }
        Ok(steps)
    }

    fn edges(&mut self, ty: &'static str, set: &SelectionSet, depth: usize) -> Result<Vec<Step>, GraphError> {
        let mut steps = Vec::new();
        for item in &set.items {
            let Selection::Field(field) = &item.node else { continue };
            let (key, asked) = (field.node.response_key().node.to_string(), field.node.name.node.as_str());
            let (name, inner) = match asked {
                "cursor" => ("cursor", Vec::new()),
                "node" => ("node", self.steps(ty, &field.node.selection_set.node, depth + 1)?),
                "__typename" => ("__typename", Vec::new()),
                _ => {
                    let message = format!("Field '{asked}' doesn't exist on type '{ty}Edge'");
                    return Err(GraphError::new("undefinedField", message));
                }
            };
            let step = Step { key, name, of: Of::Scalar, parent: "Edge", arguments: Map::new(), steps: inner };
            merge(&mut steps, step);
        }
        Ok(steps)
    }
}

/// The same field twice is one field with what is wanted of both.
fn merge(steps: &mut Vec<Step>, step: Step) {
    match steps.iter_mut().find(|known| known.key == step.key) {
        Some(known) => {
            for inner in step.steps {
                merge(&mut known.steps, inner);
            }
        }
        None => steps.push(step),
    }
}

/// How many things a page is to have.
///
/// # Errors
/// When the client does not say, or asks for too many.
pub(super) fn page_of(arguments: &Map<String, Value>) -> Result<u64, GraphError> {
    let count = ["first", "last"].iter().find_map(|name| arguments.get(*name)?.as_u64());
    match count {
        None => Err(GraphError::new("BAD_REQUEST", "you must provide one of first or last")),
        Some(count) if count > PAGE_MAX => {
            Err(GraphError::new("BAD_REQUEST", format!("first cannot exceed {PAGE_MAX} (got {count})")))
        }
        Some(count) => Ok(count),
    }
}

/// What a field costs at most: a thing one point, a page two and its things.
fn cost(step: &Step) -> u64 {
    let inner = || step.steps.iter().map(cost).sum::<u64>();
    match step.of {
        Of::Scalar => 0,
        Of::One(_) | Of::Many(_) | Of::Found(_) => 1 + inner(),
        Of::Paged(_) => {
            let count = page_of(&step.arguments).unwrap_or(0);
            let wanted = step.steps.iter().flat_map(|part| match part.name {
                "edges" => part.steps.iter().filter(|edge| edge.name == "node").flat_map(|node| &node.steps).collect(),
                "nodes" => part.steps.iter().collect::<Vec<_>>(),
                _ => Vec::new(),
            });
            2 + count.saturating_mul(1 + wanted.map(cost).sum::<u64>())
        }
    }
}
