//! Writes the client for Python: one typed module upon the standard library.

use super::{
    method::{self, Choice, Gives, Opt, Source},
    model::{Api, Body, Field, Named, Operation, Paged, Shape, Type, is_text},
    words::{snake, wrapped},
};

/// What does not depend on the API.
const CORE: &str = include_str!("core.py");
/// Names that are taken in the module.
pub(super) const TAKEN: &[&str] = &[
    "Any",
    "Exception",
    "Iterator",
    "List",
    "Dict",
    "Literal",
    "Mapping",
    "NotRequired",
    "Optional",
    "ProblemError",
    "Raw",
    "Sequence",
    "Tournee",
    "TypeAlias",
    "TypedDict",
    "Union",
    "VerifiedWebhook",
    "WebhookError",
];
const KEYWORDS: &[&str] = &[
    "False", "None", "True", "and", "as", "assert", "async", "await", "break", "class", "continue", "def", "del",
    "elif", "else", "except", "finally", "for", "from", "global", "if", "import", "in", "is", "lambda", "nonlocal",
    "not", "or", "pass", "raise", "return", "try", "while", "with", "yield", "self", "body", "accept",
];
const WIDTH: usize = 112;

pub(super) fn write(api: &Api) -> String {
    let mut out = format!(
        "\"\"\"The client of Tournée {}: a typed method for each operation of its API.\n\nWritten by `cargo xtask clients` from \
         docs/openapi.json: to change it, change that, or xtask/src/clients.\n\"\"\"\n\n{IMPORTS}\n",
        api.version
    );
    let problem_first = api.types.iter().map(type_text).collect::<String>();
    out.push_str(&problem_first);
    out.push_str("\n\n");
    out.push_str(CORE);
    out.push_str(&client(api));
    out
}

const IMPORTS: &str = "from __future__ import annotations

import base64
import hmac
import json
import re
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Dict, List, Literal, NotRequired, Optional, TypeAlias, TypedDict, Union, cast
";

fn type_text(named: &Named) -> String {
    match &named.shape {
        Shape::Alias(ty) => {
            let said = doc(&named.doc, "", "");
            format!("\n{}: TypeAlias = {}\n{said}", named.name, quoted(ty))
        }
        Shape::Object(fields) if fields.iter().all(|field| is_plain(&field.name)) => {
            let body: String = fields.iter().map(field_text).collect();
            format!("\n\nclass {}(TypedDict):\n{}{}", named.name, doc(&named.doc, "    ", "\n"), or_pass(body))
        }
        Shape::Object(fields) => {
            let body: String =
                fields.iter().map(|field| format!("        {:?}: {:?},\n", field.name, field_type(field))).collect();
            let said = doc(&named.doc, "", "");
            format!("\n{0} = TypedDict(\n    \"{0}\",\n    {{\n{body}    }},\n)\n{said}", named.name)
        }
    }
}

fn or_pass(body: String) -> String {
    if body.is_empty() { "    pass\n".into() } else { body }
}

fn is_plain(name: &str) -> bool {
    let word =
        name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_') && !name.starts_with(|c: char| c.is_ascii_digit());
    word && (!KEYWORDS.contains(&name) || ["self", "body", "accept"].contains(&name))
}

fn field_text(field: &Field) -> String {
    format!("    {}: {}\n{}", field.name, field_type(field), doc(&field.doc, "    ", ""))
}

fn field_type(field: &Field) -> String {
    let ty = type_of(&field.ty);
    if field.needed { ty } else { format!("NotRequired[{ty}]") }
}

/// Written so that no method of the client, whatever it is called, hides a type of the language's own.
fn type_of(ty: &Type) -> String {
    match ty {
        Type::Any => "Any".into(),
        Type::Null => "None".into(),
        Type::Boolean => "bool".into(),
        Type::Integer => "int".into(),
        Type::Number => "float".into(),
        Type::Text => "str".into(),
        Type::Binary => "bytes".into(),
        Type::Words(words) => {
            format!("Literal[{}]", words.iter().map(|word| format!("{word:?}")).collect::<Vec<_>>().join(", "))
        }
        Type::List(item) => format!("List[{}]", type_of(item)),
        Type::Map(value) => format!("Dict[str, {}]", type_of(value)),
        Type::Named(name) => name.clone(),
        Type::Union(types) => union_of(types),
    }
}

fn union_of(types: &[Type]) -> String {
    let others: Vec<String> = types.iter().filter(|ty| **ty != Type::Null).map(type_of).collect();
    let inner = if let [only] = &others[..] { only.clone() } else { format!("Union[{}]", others.join(", ")) };
    if types.contains(&Type::Null) { format!("Optional[{inner}]") } else { inner }
}

/// The words under what they speak of; nothing when there is nothing to say.
fn doc(text: &str, indent: &str, after: &str) -> String {
    let safe = text.replace('\\', "\\\\").replace("\"\"\"", "\\\"\\\"\\\"");
    match &wrapped(&safe, WIDTH - indent.len())[..] {
        [] => String::new(),
        [line] if !line.ends_with('"') => format!("{indent}\"\"\"{line}\"\"\"\n{after}"),
        lines => {
            let body = lines.iter().enumerate().map(|(index, line)| {
                let before = if index == 0 || line.is_empty() { "" } else { indent };
                format!("{before}{line}\n")
            });
            format!("{indent}\"\"\"{}{indent}\"\"\"\n{after}", body.collect::<String>())
        }
    }
}

fn client(api: &Api) -> String {
    let methods: String = api.operations.iter().map(|operation| methods(api, operation)).collect();
    format!("{CLIENT}{methods}")
}

const CLIENT: &str = "

class Tournee:
    \"\"\"A gateway: one method for each operation. What it refuses is raised as a :class:`ProblemError`.\"\"\"

    def __init__(
        self, base_url: str, api_key: str, *, patience_seconds: float = 30, timeout_seconds: float = 90
    ) -> None:
        \"\"\"A gateway at ``base_url``, for example ``http://127.0.0.1:8080``, for the shop of this key (``tk_…``).

        ``patience_seconds`` is for how long a call may wait in all when the gateway says ``Retry-After``, 0 for never;
        ``timeout_seconds`` how long one request may take.
        \"\"\"
        self._caller = _Caller(base_url, api_key, patience_seconds, timeout_seconds)
";

/// The methods of one operation, and one more that goes through all pages, where it gives pages.
fn methods(api: &Api, operation: &Operation) -> String {
    let all = method::of(operation);
    let methods =
        all.iter().map(|(end, gives)| method(operation, &python_name(&format!("{}{end}", operation.id)), gives));
    methods.chain(api.paged(operation).map(|paged| all_pages(operation, &paged))).collect()
}

/// What comes back, and what stands before and after the arguments of the call.
fn gives_text(gives: &Gives<'_>) -> (String, String, &'static str) {
    match gives {
        Gives::Json(ty) => (type_of(ty), format!("return cast({}, self._caller.ask_json(", quoted(ty)), "))"),
        Gives::Raw { .. } if gives.is_text() => ("str".into(), "return self._caller.ask_text(".into(), ")"),
        Gives::Raw { .. } => ("bytes".into(), "return self._caller.ask_bytes(".into(), ")"),
        Gives::Nothing => ("None".into(), "self._caller.ask_bytes(".into(), ")"),
    }
}

/// A type where a value is wanted, so that it is never evaluated.
fn quoted(ty: &Type) -> String {
    format!("\"{}\"", type_of(ty).replace('"', "'"))
}

/// The argument that names the media types; JSON needs no words.
fn accept(gives: &Gives<'_>) -> Option<String> {
    let Gives::Raw { media, choice } = gives else { return None };
    Some(match choice {
        Choice::Must => "accept=accept".into(),
        Choice::May => format!("accept=accept or {:?}", media.join(", ")),
        Choice::No => format!("accept={:?}", media.join(", ")),
    })
}

fn literal(media: &[String]) -> String {
    type_of(&Type::Words(media.to_vec()))
}

/// A name that is not the language's own.
fn python_name(name: &str) -> String {
    let name = snake(name);
    if KEYWORDS.contains(&name.as_str()) { format!("{name}_") } else { name }
}

fn option_name(option: &Opt<'_>) -> String {
    if option.source == Source::Wait { "wait_seconds".into() } else { python_name(&option.field.name) }
}

fn method(operation: &Operation, name: &str, gives: &Gives<'_>) -> String {
    let mut parameters = vec!["self".to_owned()];
    parameters.extend(gives.choice(Choice::Must).map(|media| format!("accept: {}", literal(media))));
    parameters.extend(positional(operation));
    parameters.extend(operation.body.as_ref().map(body_parameter));
    parameters.extend(keywords(operation, gives));
    let (given, begin, end) = gives_text(gives);
    format!(
        "\n{}{}        {begin}\n{}        {end}\n",
        signature(name, &parameters, &given),
        method_doc(operation),
        call(operation, gives),
    )
}

/// On one line where it fits.
fn signature(name: &str, parameters: &[String], gives: &str) -> String {
    let line = format!("    def {name}({}) -> {gives}:\n", parameters.join(", "));
    if line.chars().count() <= WIDTH {
        return line;
    }
    format!("    def {name}(\n        {},\n    ) -> {gives}:\n", parameters.join(",\n        "))
}

fn positional(operation: &Operation) -> impl Iterator<Item = String> {
    operation.in_path.iter().map(|field| format!("{}: {}", python_name(&field.name), type_of(&field.ty)))
}

fn body_parameter(body: &Body) -> String {
    let mut kinds: Vec<String> = body.json.iter().map(type_of).collect();
    match &body.raw[..] {
        [] => {}
        [media] if body.json.is_none() => kinds.push(if is_text(media) { "Union[str, bytes]" } else { "bytes" }.into()),
        _ => kinds.push("Raw".into()),
    }
    let all = if let [only] = &kinds[..] { only.clone() } else { format!("Union[{}]", kinds.join(", ")) };
    if body.needed { format!("body: {all}") } else { format!("body: Optional[{all}] = None") }
}

/// The options, to be named by the caller; none when there are none.
fn keywords(operation: &Operation, gives: &Gives<'_>) -> Vec<String> {
    let mut all: Vec<String> = method::options(operation).iter().map(keyword).collect();
    all.extend(gives.choice(Choice::May).map(|media| format!("accept: Optional[{}] = None", literal(media))));
    if !all.is_empty() {
        all.insert(0, "*".into());
    }
    all
}

fn keyword(option: &Opt<'_>) -> String {
    let (name, ty) = (option_name(option), type_of(option.ty()));
    if option.field.needed { format!("{name}: {ty}") } else { format!("{name}: Optional[{ty}] = None") }
}

fn method_doc(operation: &Operation) -> String {
    let mut text = format!("{}\n\n``{} {}``", operation.doc, operation.method, operation.path);
    for option in method::options(operation) {
        text += &format!("\n\n``{}``: {}", option_name(&option), option.doc());
    }
    doc(&text, "        ", "")
}

/// The arguments of the call, one a line.
fn call(operation: &Operation, gives: &Gives<'_>) -> String {
    let mut lines = vec![format!("{:?}", operation.method), path(operation)];
    lines.extend(accept(gives));
    let all = method::options(operation);
    for (name, query) in [("query", true), ("headers", false)] {
        let here = all.iter().filter(|option| (option.source == Source::Query) == query);
        let pairs: Vec<String> = here.map(pair).collect();
        if !pairs.is_empty() {
            lines.push(format!("{name}={{{}}}", pairs.join(", ")));
        }
    }
    if let Some(body) = &operation.body {
        lines.push(match (&body.json, &body.raw[..]) {
            (None, [media]) if body.needed => format!("body=Raw({media:?}, body)"),
            (None, [media]) => format!("body=None if body is None else Raw({media:?}, body)"),
            _ => "body=body".into(),
        });
    }
    lines.iter().map(|line| format!("            {line},\n")).collect()
}

fn pair(option: &Opt<'_>) -> String {
    let value = option_name(option);
    let value = if option.source == Source::Wait { format!("_waiting({value})") } else { value };
    format!("{:?}: {value}", option.field.name)
}

fn path(operation: &Operation) -> String {
    let filled = operation.in_path.iter().fold(operation.path.clone(), |path, field| {
        path.replace(&format!("{{{}}}", field.name), &format!("{{_part({})}}", python_name(&field.name)))
    });
    format!("{}\"{filled}\"", if operation.in_path.is_empty() { "" } else { "f" })
}

fn all_pages(operation: &Operation, paged: &Paged<'_>) -> String {
    let (name, all) = (python_name(&operation.id), method::of(operation));
    let Some((_, json)) = all.first() else { return String::new() };
    let mut parameters = vec!["self".to_owned()];
    parameters.extend(positional(operation));
    parameters.extend(keywords(operation, json));
    let in_path = operation.in_path.iter().map(|field| python_name(&field.name));
    let options = method::options(operation);
    let options = options.iter().map(|option| format!("{0}={0}", option_name(option)));
    let (_, ask, end) = gives_text(json);
    format!(
        "\n{}        \"\"\"What :meth:`{name}` gives, all pages of it, each fetched when it is reached.\"\"\"\n        \
         page = self.{name}({})\n        while True:\n            yield from page[{:?}]\n            \
         following = page.get(\"next\")\n            if following is None:\n                return\n            \
         page = {}\"GET\", following{end}\n",
        signature(&format!("{name}_all"), &parameters, &format!("Iterator[{}]", type_of(paged.item))),
        in_path.chain(options).collect::<Vec<_>>().join(", "),
        paged.items,
        ask.trim_start_matches("return "),
    )
}
