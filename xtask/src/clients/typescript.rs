//! Writes the client for TypeScript: one module without dependencies, on top of `fetch`.

use super::{
    method::{self, Choice, Gives, Opt, Source},
    model::{Api, Body, Field, Named, Operation, Paged, Shape, Type, is_text},
    words::{camel, wrapped},
};

/// What does not depend on the API.
const CORE: &str = include_str!("core.ts");
/// Names that are taken in the module, or that it takes from the language.
pub(super) const TAKEN: &[&str] = &[
    "AbortSignal",
    "Array",
    "Call",
    "CallOptions",
    "Caller",
    "Error",
    "Headers",
    "Infinity",
    "JSON",
    "Number",
    "Object",
    "Options",
    "ProblemError",
    "Promise",
    "Raw",
    "Record",
    "Response",
    "String",
    "Tournee",
    "TypeError",
    "URLSearchParams",
    "Uint8Array",
    "VerifiedWebhook",
    "Map",
    "Date",
];
const WIDTH: usize = 114;

pub(super) fn write(api: &Api) -> String {
    let mut out = format!(
        "/*\n * The client of Tournée {}: a typed method for each operation of its API.\n *\n * Written by `cargo xtask clients` from \
         docs/openapi.json: to change it, change that, or xtask/src/clients.\n */\n\n",
        api.version
    );
    out.push_str(CORE);
    api.types.iter().for_each(|named| out.push_str(&type_text(named)));
    out.push_str(&client(api));
    out
}

fn type_text(named: &Named) -> String {
    let doc = doc(&named.doc, "");
    match &named.shape {
        Shape::Alias(ty) => format!("\n{doc}export type {} = {};\n", named.name, type_of(ty)),
        Shape::Object(fields) => {
            format!(
                "\n{doc}export interface {} {{\n{}}}\n",
                named.name,
                fields.iter().map(field_text).collect::<String>()
            )
        }
    }
}

fn field_text(field: &Field) -> String {
    let mark = if field.needed { "" } else { "?" };
    let undefined = if field.needed { "" } else { " | undefined" };
    format!("{}  {}{mark}: {}{undefined};\n", doc(&field.doc, "  "), key(&field.name), type_of(&field.ty))
}

/// A name as the key of an object.
fn key(name: &str) -> String {
    let plain =
        name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_') && !name.starts_with(|c: char| c.is_ascii_digit());
    if plain { name.into() } else { format!("{name:?}") }
}

fn type_of(ty: &Type) -> String {
    match ty {
        Type::Any => "unknown".into(),
        Type::Null => "null".into(),
        Type::Boolean => "boolean".into(),
        Type::Integer | Type::Number => "number".into(),
        Type::Text => "string".into(),
        Type::Binary => "Uint8Array<ArrayBuffer>".into(),
        Type::Words(words) => words.iter().map(|word| format!("{word:?}")).collect::<Vec<_>>().join(" | "),
        Type::List(item) => format!("Array<{}>", type_of(item)),
        Type::Map(value) => format!("Record<string, {}>", type_of(value)),
        Type::Named(name) => name.clone(),
        Type::Union(types) => types.iter().map(type_of).collect::<Vec<_>>().join(" | "),
    }
}

/// A comment in front of what it speaks of; nothing when there is nothing to say.
fn doc(text: &str, indent: &str) -> String {
    let safe = text.replace("*/", "*\\/");
    match &wrapped(&safe, WIDTH - indent.len())[..] {
        [] => String::new(),
        [line] => format!("{indent}/** {line} */\n"),
        lines => {
            let body: String =
                lines.iter().map(|line| format!("{indent} * {line}").trim_end().to_owned() + "\n").collect();
            format!("{indent}/**\n{body}{indent} */\n")
        }
    }
}

fn client(api: &Api) -> String {
    let methods: String = api.operations.iter().map(|operation| methods(api, operation)).collect();
    format!(
        "\n/** A gateway: one method for each operation. What it refuses is thrown as a {{@link ProblemError}}. */\n\
         export class Tournee {{\n  readonly #caller: Caller;\n\n  constructor(options: Options) {{\n    \
         this.#caller = new Caller(options);\n  }}\n{methods}}}\n"
    )
}

/// The methods of one operation, and one more that goes through all pages, where it gives pages.
fn methods(api: &Api, operation: &Operation) -> String {
    let all = method::of(operation);
    let methods = all.iter().map(|(end, gives)| method(operation, &camel(&format!("{}{end}", operation.id)), gives));
    methods.chain(api.paged(operation).map(|paged| all_pages(operation, &paged))).collect()
}

/// What comes back, and how the caller is asked for it.
fn gives_text(gives: &Gives<'_>) -> (String, String) {
    match gives {
        Gives::Json(ty) => (type_of(ty), format!("json<{}>", type_of(ty))),
        Gives::Raw { .. } if gives.is_text() => ("string".into(), "text".into()),
        Gives::Raw { .. } => (type_of(&Type::Binary), "bytes".into()),
        Gives::Nothing => ("void".into(), "nothing".into()),
    }
}

/// The field of the call that names the media types; JSON needs no words.
fn accept(gives: &Gives<'_>) -> Option<String> {
    let Gives::Raw { media, choice } = gives else { return None };
    let all = quoted(&media.join(", "));
    Some(match choice {
        Choice::Must => "accept".into(),
        Choice::May => format!("accept: options.accept ?? {all}"),
        Choice::No => format!("accept: {all}"),
    })
}

fn quoted(text: &str) -> String {
    format!("{text:?}")
}

fn media_union(media: &[String]) -> String {
    media.iter().map(|media| quoted(media)).collect::<Vec<_>>().join(" | ")
}

fn method(operation: &Operation, name: &str, gives: &Gives<'_>) -> String {
    let mut parameters: Vec<String> =
        operation.in_path.iter().map(|field| format!("{}: {}", camel(&field.name), type_of(&field.ty))).collect();
    parameters.splice(0..0, gives.choice(Choice::Must).map(|media| format!("accept: {}", media_union(media))));
    parameters.extend(operation.body.as_ref().map(body_parameter));
    parameters.push(options_parameter(operation, gives));
    let (given, ask) = gives_text(gives);
    let place = format!("`{} {}`", operation.method, operation.path);
    let doc = doc(&format!("{}\n\n{place}", operation.doc), "  ");
    format!(
        "\n{doc}  {name}({}): Promise<{}> {{\n    return this.#caller.{}({{\n{}    }});\n  }}\n",
        parameters.join(", "),
        given,
        ask,
        call(operation, gives),
    )
}

fn body_parameter(body: &Body) -> String {
    let mut kinds: Vec<String> = body.json.iter().map(type_of).collect();
    match &body.raw[..] {
        [] => {}
        [media] if body.json.is_none() => {
            kinds.push(
                if is_text(media) { "string | Uint8Array<ArrayBuffer>" } else { "Uint8Array<ArrayBuffer>" }.into(),
            );
        }
        media => kinds.push(format!("Raw<{}>", media_union(media))),
    }
    if !body.needed {
        kinds.push("undefined".into());
    }
    format!("body: {}", kinds.join(" | "))
}

/// The last parameter: query, headers, and what can be said with every call.
fn options_parameter(operation: &Operation, gives: &Gives<'_>) -> String {
    let mut fields = String::new();
    for option in method::options(operation) {
        let mark = if option.field.needed { "" } else { "?" };
        let undefined = if option.field.needed { "" } else { " | undefined" };
        fields += &doc(option.doc(), "    ");
        fields += &format!("    {}{mark}: {}{undefined};\n", key(&ts_name(&option)), type_of(option.ty()));
    }
    if let Some(media) = gives.choice(Choice::May) {
        fields += &format!(
            "    /** Which of the media types is wanted. */\n    accept?: {} | undefined;\n",
            media_union(media)
        );
    }
    let needed = method::options(operation).iter().any(|option| option.field.needed);
    let default = if needed { "" } else { " = {}" };
    if fields.is_empty() {
        return format!("options: CallOptions{default}");
    }
    format!("options: CallOptions & {{\n{fields}  }}{default}")
}

/// A query parameter keeps its name; what travels in a header is spelled as an option.
fn ts_name(option: &Opt<'_>) -> String {
    match option.source {
        Source::Query => option.field.name.clone(),
        Source::Wait => "waitSeconds".into(),
        Source::Header => camel(&option.field.name),
    }
}

/// The fields of the call, one a line.
fn call(operation: &Operation, gives: &Gives<'_>) -> String {
    let mut lines = vec![format!("method: {}", quoted(&operation.method)), format!("path: {}", path(operation))];
    lines.extend(accept(gives));
    let all = method::options(operation);
    let of = |wanted: &dyn Fn(Source) -> bool| -> Vec<String> {
        all.iter().filter(|option| wanted(option.source)).map(|option| pair(option)).collect()
    };
    let (query, headers) = (of(&|source| source == Source::Query), of(&|source| source != Source::Query));
    for (name, pairs) in [("query", query), ("headers", headers)] {
        if !pairs.is_empty() {
            lines.push(format!("{name}: {{ {} }}", pairs.join(", ")));
        }
    }
    if let Some(body) = &operation.body {
        lines.push("body".into());
        if let (None, [media]) = (&body.json, &body.raw[..]) {
            lines.push(format!("mediaType: {}", quoted(media)));
        }
    }
    lines.push("options".into());
    lines.iter().map(|line| format!("      {line},\n")).collect()
}

fn pair(option: &Opt<'_>) -> String {
    let value = options_member(&ts_name(option));
    match option.source {
        Source::Wait => format!("{}: waiting({value})", key(&option.field.name)),
        Source::Query | Source::Header => format!("{}: {value}", key(&option.field.name)),
    }
}

fn options_member(name: &str) -> String {
    let key = key(name);
    if key == name { format!("options.{name}") } else { format!("options[{key}]") }
}

fn path(operation: &Operation) -> String {
    if operation.in_path.is_empty() {
        return quoted(&operation.path);
    }
    let filled = operation.in_path.iter().fold(operation.path.clone(), |path, field| {
        path.replace(&format!("{{{}}}", field.name), &format!("${{part({})}}", camel(&field.name)))
    });
    format!("`{filled}`")
}

fn all_pages(operation: &Operation, paged: &Paged<'_>) -> String {
    let name = camel(&operation.id);
    let parameters: Vec<&str> = operation.in_path.iter().map(|field| field.name.as_str()).collect();
    let before: String = parameters.iter().map(|name| format!("{}, ", camel(name))).collect();
    let declared: String =
        operation.in_path.iter().map(|field| format!("{}: {}, ", camel(&field.name), type_of(&field.ty))).collect();
    let default = if method::options(operation).iter().any(|option| option.field.needed) { "" } else { " = {}" };
    let last = parameters.len();
    format!(
        "\n  /** What {{@link Tournee.{name}}} gives, all pages of it, each fetched when it is reached. */\n  \
         async *{name}All({declared}options: NonNullable<Parameters<Tournee[\"{name}\"]>[{last}]>{default}): \
         AsyncGenerator<{}> {{\n    let page = await this.{name}({before}options);\n    for (;;) {{\n      \
         yield* page.{};\n      if (!page.next) return;\n      \
         page = await this.#caller.json({{ method: \"GET\", path: page.next, options }});\n    }}\n  }}\n",
        type_of(paged.item),
        paged.items,
    )
}
