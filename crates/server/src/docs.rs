//! The readable page of the API at `/docs`: one plain document made from the OpenAPI description and the list of
//! problems. No script, nothing fetched from anywhere; headings, tables and links are all there is to it.

use crate::{openapi, problem::Kind};
use base64::{Engine, engine::general_purpose::STANDARD};
use http::{HeaderName, header};
use serde_json::{Map, Value};
use sha2::{Digest, Sha256};
use std::{fmt::Write, sync::LazyLock};

const STYLE: &str = include_str!("docs.css");

static PAGE: LazyLock<String> = LazyLock::new(|| {
    let document = serde_json::to_value(openapi::document()).unwrap_or_default();
    let mut page = String::new();
    // Writing to a string cannot fail.
    _ = write_page(&mut page, &document);
    page
});

static POLICY: LazyLock<String> = LazyLock::new(|| {
    let digest = STANDARD.encode(Sha256::digest(STYLE.as_bytes()));
    format!("default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'")
});

/// The documentation, to be read
///
/// This page.
#[utoipa::path(get, path = "/docs", tag = "operation",
    responses((status = 200, description = "A page without scripts", body = String, content_type = "text/html")))]
pub(crate) async fn page() -> ([(HeaderName, &'static str); 2], &'static str) {
    let headers =
        [(header::CONTENT_TYPE, "text/html; charset=utf-8"), (header::CONTENT_SECURITY_POLICY, POLICY.as_str())];
    (headers, PAGE.as_str())
}

type Written = std::fmt::Result;

fn write_page(page: &mut String, document: &Value) -> Written {
    let title = escape(text(document, "/info/title"));
    write!(
        page,
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>{title} API</title>\n\
         <style>{STYLE}</style>\n</head>\n<body>\n<main>\n<h1>{title} API</h1>\n<p>{}</p>\n\
         <p>For programs: <a href=\"/openapi.json\">/openapi.json</a> (OpenAPI {}).</p>\n",
        prose(text(document, "/info/description")),
        escape(text(document, "/openapi")),
    )?;
    write_contents(page, document)?;
    for tag in list(document, "/tags") {
        write_tag(page, document, tag)?;
    }
    write_schemas(page, document)?;
    write_problems(page)?;
    page.push_str("</main>\n</body>\n</html>\n");
    Ok(())
}

fn write_contents(page: &mut String, document: &Value) -> Written {
    page.push_str("<nav aria-label=\"Contents\">\n<ul>\n");
    for tag in list(document, "/tags") {
        let name = escape(text(tag, "/name"));
        writeln!(page, "<li><a href=\"#tag-{name}\">{name}</a></li>")?;
    }
    page.push_str(
        "<li><a href=\"#schemas\">objects</a></li>\n<li><a href=\"#problems\">problems</a></li>\n</ul>\n</nav>\n",
    );
    Ok(())
}

fn write_tag(page: &mut String, document: &Value, tag: &Value) -> Written {
    let name = text(tag, "/name");
    writeln!(page, "<section>\n<h2 id=\"tag-{0}\">{0}</h2>", escape(name))?;
    writeln!(page, "<p>{}</p>", prose(text(tag, "/description")))?;
    for (path, item) in map(document, "/paths") {
        for (method, operation) in item.as_object().into_iter().flatten() {
            if list(operation, "/tags").iter().any(|t| t == name) {
                write_operation(page, path, method, operation)?;
            }
        }
    }
    page.push_str("</section>\n");
    Ok(())
}

fn write_operation(page: &mut String, path: &str, method: &str, operation: &Value) -> Written {
    let id = escape(text(operation, "/operationId"));
    writeln!(page, "<article>\n<h3 id=\"op-{id}\">{}</h3>", escape(text(operation, "/summary")))?;
    writeln!(page, "<p><code><strong>{}</strong> {}</code></p>", method.to_uppercase(), escape(path))?;
    for paragraph in text(operation, "/description").split("\n\n").filter(|p| !p.is_empty()) {
        writeln!(page, "<p>{}</p>", prose(paragraph))?;
    }
    write_parameters(page, operation)?;
    if let Some(body) = operation.pointer("/requestBody/content") {
        writeln!(page, "<p>Body: {}</p>", contents(body))?;
    }
    write_responses(page, operation)?;
    page.push_str("</article>\n");
    Ok(())
}

fn write_parameters(page: &mut String, operation: &Value) -> Written {
    let parameters = list(operation, "/parameters");
    if parameters.is_empty() {
        return Ok(());
    }
    begin_table(page, "Parameters", &["Name", "In", "What it is"])?;
    for p in parameters {
        let need = if p.pointer("/required") == Some(&Value::Bool(true)) { " (needed)" } else { "" };
        let (name, place, what) = (text(p, "/name"), text(p, "/in"), text(p, "/description"));
        row(page, &[&format!("<code>{}</code>{need}", escape(name)), &escape(place), &prose(what)])?;
    }
    page.push_str("</tbody>\n</table>\n");
    Ok(())
}

fn write_responses(page: &mut String, operation: &Value) -> Written {
    begin_table(page, "Answers", &["Status", "When", "What"])?;
    for (status, response) in map(operation, "/responses") {
        let what = response.pointer("/content").map(contents).unwrap_or_default();
        row(page, &[&escape(status), &prose(text(response, "/description")), &what])?;
    }
    page.push_str("</tbody>\n</table>\n");
    Ok(())
}

fn write_schemas(page: &mut String, document: &Value) -> Written {
    page.push_str("<section>\n<h2 id=\"schemas\">Objects</h2>\n");
    for (name, schema) in map(document, "/components/schemas") {
        writeln!(page, "<article>\n<h3 id=\"schema-{0}\">{0}</h3>", escape(name))?;
        writeln!(page, "<p>{}</p>", prose(text(schema, "/description")))?;
        if let Some(words) = schema.pointer("/enum") {
            writeln!(page, "<p>One of <code>{}</code></p>", escape(&words.to_string()))?;
        }
        write_fields(page, schema)?;
        page.push_str("</article>\n");
    }
    page.push_str("</section>\n");
    Ok(())
}

fn write_fields(page: &mut String, schema: &Value) -> Written {
    let fields = map(schema, "/properties");
    if fields.is_empty() {
        return Ok(());
    }
    let needed = list(schema, "/required");
    begin_table(page, "Fields", &["Name", "Type", "What it is"])?;
    for (name, field) in fields {
        let need = if needed.iter().any(|n| n == name) { " (needed)" } else { "" };
        let cell = format!("<code>{}</code>{need}", escape(name));
        row(page, &[&cell, &type_of(field), &prose(text(field, "/description"))])?;
    }
    page.push_str("</tbody>\n</table>\n");
    Ok(())
}

fn write_problems(page: &mut String) -> Written {
    page.push_str(
        "<section>\n<h2 id=\"problems\">Problems</h2>\n<p>Errors under /v1 are RFC 9457 problems. Each kind:</p>\n",
    );
    for kind in Kind::ALL {
        writeln!(page, "<article>\n<h3 id=\"problem-{}\">{}</h3>", kind.slug(), escape(kind.title()))?;
        writeln!(page, "<p>Status {}. {}</p>\n</article>", kind.status(), prose(kind.advice()))?;
    }
    page.push_str("</section>\n");
    Ok(())
}

fn begin_table(page: &mut String, caption: &str, columns: &[&str]) -> Written {
    write!(page, "<table>\n<caption>{caption}</caption>\n<thead><tr>")?;
    for column in columns {
        write!(page, "<th scope=\"col\">{column}</th>")?;
    }
    page.push_str("</tr></thead>\n<tbody>\n");
    Ok(())
}

/// Cells are HTML already.
fn row(page: &mut String, cells: &[&str]) -> Written {
    page.push_str("<tr>");
    for cell in cells {
        write!(page, "<td>{cell}</td>")?;
    }
    page.push_str("</tr>\n");
    Ok(())
}

/// The media types of a body or an answer, each with its schema, as HTML.
fn contents(content: &Value) -> String {
    let one = |(media, body): (&String, &Value)| {
        let schema = body.pointer("/schema").map(type_of).unwrap_or_default();
        format!("<code>{}</code> {schema}", escape(media))
    };
    content.as_object().into_iter().flatten().map(one).collect::<Vec<_>>().join("<br>")
}

/// A schema in a few words, as HTML.
fn type_of(schema: &Value) -> String {
    if let Some(name) = schema.pointer("/$ref").and_then(Value::as_str).and_then(|r| r.rsplit('/').next()) {
        return format!("<a href=\"#schema-{0}\">{0}</a>", escape(name));
    }
    if let Some(items) = schema.pointer("/items") {
        return format!("list of {}", type_of(items));
    }
    let some = ["/oneOf", "/allOf", "/anyOf"].into_iter().flat_map(|key| list(schema, key));
    if let Some(inner) = some.into_iter().find(|s| s.pointer("/type") != Some(&"null".into())) {
        return type_of(inner);
    }
    match schema.pointer("/type") {
        Some(Value::String(name)) => escape(name),
        Some(Value::Array(names)) => {
            names.iter().filter_map(Value::as_str).filter(|n| *n != "null").map(escape).collect()
        }
        _ => String::new(),
    }
}

fn text<'a>(value: &'a Value, pointer: &str) -> &'a str {
    value.pointer(pointer).and_then(Value::as_str).unwrap_or_default()
}

fn list<'a>(value: &'a Value, pointer: &str) -> &'a [Value] {
    value.pointer(pointer).and_then(Value::as_array).map_or(&[], Vec::as_slice)
}

fn map<'a>(value: &'a Value, pointer: &str) -> &'a Map<String, Value> {
    static NONE: LazyLock<Map<String, Value>> = LazyLock::new(Map::new);
    value.pointer(pointer).and_then(Value::as_object).unwrap_or(&NONE)
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

/// Escaped text whose `quoted` parts are code.
fn prose(text: &str) -> String {
    let escaped = escape(text);
    let parts = escaped.split('`').enumerate();
    parts.map(|(n, part)| if n % 2 == 1 { format!("<code>{part}</code>") } else { part.to_owned() }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_names_every_operation_object_and_problem_and_fetches_nothing() {
        let document = serde_json::to_value(openapi::document()).expect("a document");
        for (path, item) in map(&document, "/paths") {
            for operation in item.as_object().expect("an item").values() {
                let heading = format!("id=\"op-{}\"", text(operation, "/operationId"));
                assert!(PAGE.contains(&heading), "{path}");
            }
        }
        for (name, _) in map(&document, "/components/schemas") {
            assert!(PAGE.contains(&format!("id=\"schema-{name}\"")), "{name}");
        }
        for kind in Kind::ALL {
            assert!(PAGE.contains(&format!("id=\"problem-{}\"", kind.slug())), "{kind:?}");
        }
        assert!(!PAGE.contains("<script") && !PAGE.contains("http://") && !PAGE.contains("https://"));
    }

    #[test]
    fn quoted_words_are_code_and_markup_is_text() {
        assert_eq!(prose("`a<b`: & `c`"), "<code>a&lt;b</code>: &amp; <code>c</code>");
    }

    #[test]
    fn every_link_has_its_place() {
        for link in PAGE.split("href=\"#").skip(1).filter_map(|rest| rest.split('"').next()) {
            assert!(PAGE.contains(&format!("id=\"{link}\"")), "{link}");
        }
        let ids: Vec<_> = PAGE.split(" id=\"").skip(1).filter_map(|rest| rest.split('"').next()).collect();
        let unique: std::collections::HashSet<_> = ids.iter().collect();
        assert_eq!(ids.len(), unique.len(), "{ids:?}");
    }
}
