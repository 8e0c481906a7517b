//! The files of the twin: which there are, and how the links of the pages lead from one to the other.

use super::{File, source::Source};
use crate::fault::Fault;
use bytes::Bytes;
use serde_json::Value;
use std::fmt::Write;

/// The JSON documents and feeds, by their paths on the server without the slash before.
const DATA: [(&str, &str); 10] = [
    ("api/v2/summary.json", "application/json"),
    ("api/v2/status.json", "application/json"),
    ("api/v2/components.json", "application/json"),
    ("api/v2/incidents.json", "application/json"),
    ("api/v2/incidents/unresolved.json", "application/json"),
    ("api/v2/scheduled-maintenances.json", "application/json"),
    ("api/v2/scheduled-maintenances/upcoming.json", "application/json"),
    ("api/v2/scheduled-maintenances/active.json", "application/json"),
    ("history.atom", "application/atom+xml"),
    ("history.rss", "application/rss+xml"),
];
/// The languages, each with the folder that it is in.
const LANGS: [(&str, &str); 2] = [("fr", ""), ("en", "en/")];

/// A copy of every form.
pub(super) struct Twin {
    pub(super) as_of: String,
    pub(super) present: Vec<File>,
    /// The same for when nothing is known any more.
    pub(super) unknown: Vec<File>,
}

/// Asks the server for every form.
pub(super) async fn ask(source: &Source) -> Result<Twin, Fault> {
    let incidents: Value = read(&source.get("/api/v2/incidents.json").await?)?;
    let page = incidents["page"]["url"].as_str().unwrap_or_default();
    let origin = page.strip_suffix("/status").unwrap_or(page).to_owned();
    let listed = incidents["incidents"].as_array().into_iter().flatten().filter_map(|one| one["id"].as_str());
    let mut pages = vec!["/status".to_owned(), "/status/history".to_owned()];
    pages.extend(listed.filter(|id| is_plain(id)).map(|id| format!("/status/incidents/{id}")));
    let [mut present, mut unknown] = [Vec::new(), Vec::new()];
    for (lang, _) in LANGS {
        for path in &pages {
            present.extend(html(source, path, lang, "", &origin).await?);
        }
        unknown.extend(html(source, "/status", lang, "&known=no", &origin).await?);
        for (path, content_type) in DATA {
            present.extend(data(source, path, content_type, lang, "").await?);
            if path.starts_with("api/") {
                unknown.extend(data(source, path, content_type, lang, "&known=no").await?);
            }
        }
    }
    // The way in last: when it is there, what it leads to is there.
    present.sort_by_key(|file| file.name.ends_with("index.html"));
    let as_of = incidents["x_as_of"].as_str().unwrap_or("an unknown time").to_owned();
    Ok(Twin { as_of, present, unknown })
}

async fn html(source: &Source, path: &str, lang: &str, query: &str, origin: &str) -> Result<Option<File>, Fault> {
    let Some(name) = name(path, lang) else { return Ok(None) };
    let body = source.get(&format!("{path}?lang={lang}{query}")).await?;
    let text = String::from_utf8(body.to_vec()).map_err(|_| strange())?;
    let body = Bytes::from(rewritten(&text, &name, origin));
    Ok(Some(File { name, content_type: "text/html; charset=utf-8", body }))
}

async fn data(
    source: &Source,
    path: &str,
    content_type: &'static str,
    lang: &str,
    query: &str,
) -> Result<Option<File>, Fault> {
    let Some(name) = name(&format!("/{path}"), lang) else { return Ok(None) };
    let body = source.get(&format!("/{path}?lang={lang}{query}")).await?;
    Ok(Some(File { name, content_type, body }))
}

/// The file of a form; nothing where it is none.
fn name(path: &str, lang: &str) -> Option<String> {
    let folder = LANGS.iter().find(|(one, _)| *one == lang).map(|(_, folder)| folder)?;
    let path = path.strip_prefix('/')?;
    let file = match path {
        "status" => "index.html".to_owned(),
        "status/history" => "history.html".to_owned(),
        _ if DATA.iter().any(|(one, _)| *one == path) => path.to_owned(),
        _ => format!("incidents/{}.html", path.strip_prefix("status/incidents/").filter(|id| is_plain(id))?),
    };
    Some(format!("{folder}{file}"))
}

/// What can be a file's name everywhere.
fn is_plain(id: &str) -> bool {
    !id.is_empty() && id.len() <= 64 && id.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
}

/// The page with its links to other files of the twin; what is not in the twin is at the server.
fn rewritten(page: &str, own: &str, origin: &str) -> String {
    const HREF: &str = "href=\"/";
    let up = "../".repeat(own.matches('/').count());
    let mut out = String::with_capacity(page.len());
    let mut rest = page;
    while let Some((before, after)) = rest.split_once(HREF) {
        let (target, after) = after.split_once('"').unwrap_or((after, ""));
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        let lang = query.strip_prefix("lang=").unwrap_or("fr");
        // Writing to a string cannot fail.
        let _ = match name(&format!("/{path}"), lang) {
            Some(file) => write!(out, "{before}href=\"{up}{file}\""),
            None => write!(out, "{before}href=\"{origin}/{target}\""),
        };
        rest = after;
    }
    out.push_str(rest);
    out
}

fn read(body: &[u8]) -> Result<Value, Fault> {
    serde_json::from_slice(body).map_err(|_| strange())
}

fn strange() -> Fault {
    Fault::unavailable("the server's answer is not a status page; --from must name a server of this version")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_lead_from_file_to_file() {
        let page = "<a href=\"/status?lang=en\">a</a><a href=\"/status/incidents/7?lang=fr\">b</a>\
            <a href=\"/status/subscribe?lang=en\">c</a><a href=\"https://x.example/\">d</a><a href=\"#content\">e</a>";
        assert_eq!(
            rewritten(page, "en/incidents/3.html", "https://status.example"),
            "<a href=\"../../en/index.html\">a</a><a href=\"../../incidents/7.html\">b</a>\
            <a href=\"https://status.example/status/subscribe?lang=en\">c</a><a href=\"https://x.example/\">d</a>\
            <a href=\"#content\">e</a>"
        );
    }

    #[test]
    fn no_name_leads_out_of_the_twin() {
        for path in ["/status/incidents/../../etc", "/status/incidents/", "/status/incidents/a/b", "/etc/passwd"] {
            assert_eq!(name(path, "fr"), None, "{path}");
        }
    }
}
