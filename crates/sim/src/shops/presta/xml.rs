//! XML as the web service writes it and reads it.

use super::spec::{Field, Kind, Spec};
use quick_xml::{Reader, events::Event};

/// Elements inside each other, at most, in what a client sends.
const DEPTH_MAX: usize = 16;

/// The document around what is said.
pub(super) fn document(content: &str) -> String {
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<prestashop xmlns:xlink=\"http://www.w3.org/1999/xlink\">\n{content}</prestashop>\n"
    )
}

/// Text that is taken as it is.
pub(super) fn cdata(text: &str) -> String {
    format!("<![CDATA[{}]]>", text.replace("]]>", "]]]]><![CDATA[>"))
}

/// Text between quotes.
pub(super) fn escaped(text: &str) -> String {
    quick_xml::escape::escape(text).into_owned()
}

/// An element with text, or with nothing.
pub(super) fn text_element(name: &str, text: &str) -> String {
    let inside = if text.is_empty() { String::new() } else { cdata(text) };
    format!("<{name}>{inside}</{name}>\n")
}

/// A field of a thing.
pub(super) fn field(field: &Field, text: &str, url: &str) -> String {
    let name = field.name;
    if field.kind == Kind::Translated {
        let inside = if text.is_empty() { String::new() } else { cdata(text) };
        return format!(
            "<{name}><language id=\"1\" xlink:href=\"{url}/api/languages/1\">{inside}</language></{name}>\n"
        );
    }
    let links = field.link.filter(|_| !matches!(text, "" | "0"));
    let link = links.map(|resource| format!(" xlink:href=\"{url}/api/{resource}/{text}\"")).unwrap_or_default();
    let made = if field.kind == Kind::Made { " notFilterable=\"true\"" } else { "" };
    let inside = if text.is_empty() { String::new() } else { cdata(text) };
    format!("<{name}{link}{made}>{inside}</{name}>\n")
}

/// An empty thing to fill in, or with what each field may hold.
pub(super) fn schema(spec: &Spec, blank: bool) -> String {
    let one = |field: &Field| {
        let name = field.name;
        let mut about = String::new();
        if !blank {
            about.push_str(if field.required { " required=\"true\"" } else { "" });
            about.push_str(match field.kind {
                Kind::Id => " format=\"isUnsignedId\"",
                Kind::Date => " format=\"isDate\"",
                Kind::Tracking => " format=\"isTrackingNumber\"",
                Kind::Made => " notFilterable=\"true\"",
                Kind::Plain | Kind::Translated => "",
            });
        }
        let inside = if field.kind == Kind::Translated { "<language id=\"1\"></language>" } else { "" };
        format!("<{name}{about}>{inside}</{name}>\n")
    };
    let fields: String = spec.fields.iter().map(one).collect();
    let id = if blank { "<id></id>\n" } else { "" };
    format!("<{0}>\n{id}{fields}</{0}>\n", spec.node)
}

/// What the key may do with a resource.
pub(super) fn index_line(spec: &Spec, url: &str) -> String {
    let may = |method: &str| spec.methods.contains(&method);
    let href = format!("{url}/api/{}", spec.resource);
    format!(
        "<{0} xlink:href=\"{href}\" get=\"{1}\" put=\"{2}\" post=\"{3}\" patch=\"{4}\" delete=\"{5}\" head=\"{6}\">\n\
         <description xlink:href=\"{href}\" get=\"true\">\n{7}</description>\n\
         <schema xlink:href=\"{href}?schema=blank\" type=\"blank\"/>\n\
         <schema xlink:href=\"{href}?schema=synopsis\" type=\"synopsis\"/>\n</{0}>\n",
        spec.resource,
        may("GET"),
        may("PUT"),
        may("POST"),
        may("PATCH"),
        may("DELETE"),
        may("HEAD"),
        spec.about,
    )
}

/// An element that a client sent.
#[derive(Debug, Default)]
pub(super) struct Element {
    pub(super) name: String,
    pub(super) text: String,
    pub(super) children: Vec<Element>,
}

impl Element {
    pub(super) fn child(&self, name: &str) -> Option<&Self> {
        self.children.iter().find(|child| child.name == name)
    }

    /// The text of an element; of a translated one, that of its first language.
    pub(super) fn value(&self) -> &str {
        self.child("language").map_or(&self.text, |language| &language.text).trim()
    }
}

/// Reads a document.
///
/// # Errors
/// Why it is none, in a few words.
pub(super) fn read(bytes: &[u8]) -> Result<Element, String> {
    let text = std::str::from_utf8(bytes).map_err(|_| "String could not be parsed as XML")?;
    let mut reader = Reader::from_str(text);
    let mut open = vec![Element::default()];
    loop {
        match reader.read_event().map_err(|error| error.to_string())? {
            Event::Start(tag) if open.len() > DEPTH_MAX => {
                return Err(format!("too many elements inside each other at {:?}", tag.name()));
            }
            Event::Start(tag) => open.push(element(&tag)),
            Event::Empty(tag) => add(&mut open, element(&tag)),
            Event::End(_) => {
                let done = open.pop().unwrap_or_default();
                add(&mut open, done);
            }
            Event::Text(text) => say(&mut open, &text.xml10_content()),
            Event::CData(text) => say(&mut open, &text.xml10_content()),
            Event::GeneralRef(reference) => {
                let whole = format!("&{};", reference.xml10_content());
                say(&mut open, &quick_xml::escape::unescape(&whole).map_err(|error| error.to_string())?);
            }
            Event::Eof => break,
            _ => {}
        }
    }
    let root = open.pop().filter(|_| open.is_empty()).and_then(|mut document| document.children.pop());
    root.ok_or_else(|| "String could not be parsed as XML".to_owned())
}

fn element(tag: &quick_xml::events::BytesStart<'_>) -> Element {
    Element { name: tag.local_name().as_ref().to_owned(), ..Element::default() }
}

fn add(open: &mut [Element], done: Element) {
    if let Some(parent) = open.last_mut() {
        parent.children.push(done);
    }
}

fn say(open: &mut [Element], text: &str) {
    if let Some(element) = open.last_mut() {
        element.text.push_str(text);
    }
}
