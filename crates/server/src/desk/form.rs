//! The public form: a mail address, a number, a question; French or English, no script, nothing fetched.
//!
//! The answer goes to the address and is never shown here, so that what is said of a parcel is read by the address's owner
//! alone. A field that people do not see and the time that it takes to write keep the simplest programs out.

use super::{add, new_id, text};
use crate::{
    body,
    flood::Flow,
    lang::{self, Lang},
    state::{App, Shared},
};
use axum::{
    extract::{Query, Request, State},
    response::{IntoResponse, Response},
};
use base64::{Engine, engine::general_purpose::STANDARD};
use clock::Time;
use http::{HeaderMap, StatusCode, Uri, header};
use serde::Deserialize;
use sha2::{Digest, Sha256};
use std::{
    fmt::{self, Write},
    sync::LazyLock,
};
use store::{NewTicket, ReplyTo, TicketSource};

/// The longest form that is read, in bytes: every letter may take nine when it is written as a query is.
const FORM_BYTES_MAX: usize = 64 << 10;
/// The longest question, in characters.
const QUESTION_CHARS_MAX: usize = 4_000;
/// The shortest time in which a person writes a question, in milliseconds, and the longest that the page is good.
const WRITTEN_MS: std::ops::RangeInclusive<i64> = 2_000..=86_400_000;

const STYLE: &str = include_str!("form.css");

static POLICY: LazyLock<String> = LazyLock::new(|| {
    let digest = STANDARD.encode(Sha256::digest(STYLE.as_bytes()));
    format!(
        "default-src 'none'; style-src 'sha256-{digest}'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    )
});

/// The sentences of the page.
struct Words {
    title: &'static str,
    other: &'static str,
    intro: &'static str,
    mail: &'static str,
    mail_hint: &'static str,
    number: &'static str,
    question: &'static str,
    leave: &'static str,
    send: &'static str,
    taken: &'static str,
    taken_text: &'static str,
    bad_mail: &'static str,
    bad_question: &'static str,
    slow_down: &'static str,
    unavailable: &'static str,
}

const FRENCH: Words = Words {
    title: "Demander de l’aide",
    other: "English",
    intro: "Écrivez le numéro du colis ou de la commande : la réponse dit ce que nous savons de cet envoi. Elle part à votre adresse, une seule fois ; ce que nous ne pouvons pas dire ainsi, une personne le lit.",
    mail: "Votre adresse e-mail",
    mail_hint: "Celle de la commande, si vous êtes destinataire.",
    number: "Numéro du colis ou de la commande",
    question: "Votre question",
    leave: "Laissez ce champ vide",
    send: "Envoyer",
    taken: "Votre demande est enregistrée",
    taken_text: "La réponse part à votre adresse e-mail. Référence :",
    bad_mail: "Cette adresse e-mail ne peut pas recevoir de réponse : vérifiez-la.",
    bad_question: "Écrivez votre question, en 4 000 caractères au plus.",
    slow_down: "Trop de demandes en peu de temps. Réessayez plus tard ; ce qui a été enregistré reste enregistré.",
    unavailable: "Votre demande n’a pas pu être enregistrée. Réessayez dans quelques instants.",
};
const ENGLISH: Words = Words {
    title: "Ask for help",
    other: "Français",
    intro: "Give the number of the parcel or of the order: the answer says what we know of that shipment. It goes to your address, once; what we cannot say in this way, a person reads.",
    mail: "Your e-mail address",
    mail_hint: "The one of the order, if the parcel is for you.",
    number: "Number of the parcel or of the order",
    question: "Your question",
    leave: "Leave this field empty",
    send: "Send",
    taken: "Your request is recorded",
    taken_text: "The answer goes to your e-mail address. Reference:",
    bad_mail: "This e-mail address cannot receive an answer: please check it.",
    bad_question: "Please write your question, in at most 4,000 characters.",
    slow_down: "Too many requests in a short time. Please try later; what was recorded stays recorded.",
    unavailable: "Your request could not be recorded. Please try again in a moment.",
};

fn words(lang: Lang) -> &'static Words {
    match lang {
        Lang::French => &FRENCH,
        Lang::English => &ENGLISH,
    }
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Form {
    mail: String,
    number: String,
    question: String,
    /// Nobody sees it: who fills it in is a program.
    website: String,
    /// When the page was made, and that it was made here.
    made: String,
}

/// The help form
///
/// A page in French or English on which anybody asks about a parcel; the answer goes by mail.
#[utoipa::path(get, path = "/status/help", operation_id = "help_page", tag = "support",
    params(("lang" = Option<String>, Query, description = "fr or en; else by the header Accept-Language")),
    responses((status = 200, description = "The form", body = String, content_type = "text/html"),
        (status = 404, description = "There is no form here", body = String, content_type = "text/html")))]
pub(crate) async fn show(State(app): State<Shared>, uri: Uri, headers: HeaderMap) -> Response {
    if !app.settings.desk.form {
        return StatusCode::NOT_FOUND.into_response();
    }
    let lang = lang::of(&uri, &headers);
    page(lang, StatusCode::OK, &body_of(&app, lang, &Form::default(), None))
}

/// The help form, sent
///
/// Takes a question in and shows its reference.
#[utoipa::path(post, path = "/status/help", operation_id = "help_form", tag = "support",
    params(("lang" = Option<String>, Query, description = "fr or en; else by the header Accept-Language")),
    request_body(content = String, content_type = "application/x-www-form-urlencoded",
        description = "`mail`, `number`, `question`"),
    responses((status = 200, description = "Recorded", body = String, content_type = "text/html"),
        (status = 422, description = "Something is missing", body = String, content_type = "text/html"),
        (status = 429, description = "Too many from this address", body = String, content_type = "text/html")))]
pub(crate) async fn take(State(app): State<Shared>, request: Request) -> Response {
    let (head, body) = request.into_parts();
    if !app.settings.desk.form {
        return StatusCode::NOT_FOUND.into_response();
    }
    let lang = lang::of(&head.uri, &head.headers);
    let bytes = match body::read_up_to(FORM_BYTES_MAX, body, &app.settings).await {
        Ok(bytes) => bytes,
        Err(problem) => return problem.into_response(),
    };
    let form = read(&bytes).unwrap_or_default();
    match record(&app, lang, &form).await {
        Ok(reference) => page(lang, StatusCode::OK, &taken(lang, &reference)),
        Err((status, notice)) => page(lang, status, &body_of(&app, lang, &form, Some(notice))),
    }
}

/// A form is written as a query is.
fn read(bytes: &[u8]) -> Option<Form> {
    let text = std::str::from_utf8(bytes).ok()?;
    let uri: Uri = format!("/?{}", text.trim()).parse().ok()?;
    Some(Query::<Form>::try_from_uri(&uri).ok()?.0)
}

async fn record(app: &App, lang: Lang, form: &Form) -> Result<String, (StatusCode, &'static str)> {
    let words = words(lang);
    let missing = |notice| (StatusCode::UNPROCESSABLE_ENTITY, notice);
    let address = text::address(&form.mail).ok_or(missing(words.bad_mail))?;
    let question = form.question.trim();
    if question.is_empty() || question.chars().count() > QUESTION_CHARS_MAX {
        return Err(missing(words.bad_question));
    }
    let (now, id) = (app.now(), new_id(app));
    if !form.website.is_empty() || !was_made_here(app, &form.made, now) {
        // A program is thanked like a person and learns nothing.
        return Ok(id);
    }
    let digest = app.store.contact_digest(&address);
    if app.desk.forms.count(digest, now) != Flow::Good {
        return Err((StatusCode::TOO_MANY_REQUESTS, words.slow_down));
    }
    let number = text::line(&form.number, 100);
    // Behind the word, so that a few digits alone are taken for what they are.
    let body = if number.is_empty() { question.to_owned() } else { format!("{question}\n\nRef: {number}\n") };
    let said = Sha256::new().chain_update(digest).chain_update(&body).finalize();
    let external = said.iter().take(16).map(|byte| format!("{byte:02x}")).collect();
    let text = text::text("", &body);
    let new = NewTicket {
        id,
        source: TicketSource::Form,
        external,
        thread: None,
        replies_to: None,
        merchant: None,
        reply_to: ReplyTo { address: Some(address), ..ReplyTo::default() },
        text,
        is_automatic: false,
        is_unreadable: false,
        files: Vec::new(),
        at: now,
    };
    let came = add(app, new).await.map_err(|_| (StatusCode::SERVICE_UNAVAILABLE, words.unavailable))?;
    Ok(came.id().to_owned())
}

/// A time and that it was written here.
fn made_now(app: &App) -> String {
    let at = app.now().unix_ms();
    format!("{at}.{}", sign(app, at))
}

fn sign(app: &App, at_ms: i64) -> String {
    app.store.contact_digest(&format!("form made {at_ms}")).iter().take(12).map(|byte| format!("{byte:02x}")).collect()
}

fn was_made_here(app: &App, made: &str, now: Time) -> bool {
    let Some((at, signed)) = made.split_once('.') else { return false };
    let at = at.parse::<i64>().ok().filter(|at| sign(app, *at) == signed);
    at.is_some_and(|at| WRITTEN_MS.contains(&now.unix_ms().saturating_sub(at)))
}

fn body_of(app: &App, lang: Lang, form: &Form, notice: Option<&str>) -> String {
    let mut body = String::new();
    // Writing to a string cannot fail.
    let _ = write_form(&mut body, words(lang), lang, form, (notice, &made_now(app)));
    body
}

fn write_form(
    body: &mut String,
    words: &Words,
    lang: Lang,
    form: &Form,
    (notice, made): (Option<&str>, &str),
) -> fmt::Result {
    writeln!(body, "<h1>{}</h1>\n<p>{}</p>", words.title, words.intro)?;
    if let Some(notice) = notice {
        writeln!(body, "<p class=\"alert\" role=\"alert\">{notice}</p>")?;
    }
    let (mail, number, question) = (escape(&form.mail), escape(&form.number), escape(&form.question));
    writeln!(body, "<form method=\"post\" action=\"?lang={}\">", lang.code())?;
    writeln!(
        body,
        "<label for=\"mail\">{}</label>\n<input id=\"mail\" name=\"mail\" type=\"email\" required maxlength=\"254\" \
         autocomplete=\"email\" aria-describedby=\"mail-hint\" value=\"{mail}\">\n<p id=\"mail-hint\" class=\"soft\">{}</p>",
        words.mail, words.mail_hint
    )?;
    writeln!(
        body,
        "<label for=\"number\">{}</label>\n<input id=\"number\" name=\"number\" maxlength=\"100\" autocomplete=\"off\" \
         value=\"{number}\">",
        words.number
    )?;
    writeln!(
        body,
        "<label for=\"question\">{}</label>\n<textarea id=\"question\" name=\"question\" rows=\"6\" required \
         maxlength=\"{QUESTION_CHARS_MAX}\">{question}</textarea>",
        words.question
    )?;
    writeln!(
        body,
        "<p class=\"away\" aria-hidden=\"true\"><label for=\"website\">{}</label>\
         <input id=\"website\" name=\"website\" tabindex=\"-1\" autocomplete=\"off\"></p>\n\
         <input type=\"hidden\" name=\"made\" value=\"{made}\">\n<button type=\"submit\">{}</button>\n</form>",
        words.leave, words.send
    )
}

fn taken(lang: Lang, reference: &str) -> String {
    let words = words(lang);
    format!("<h1>{}</h1>\n<p>{} <strong>{reference}</strong></p>\n", words.taken, words.taken_text)
}

fn page(lang: Lang, status: StatusCode, body: &str) -> Response {
    let (words, code, other) = (words(lang), lang.code(), lang.other().code());
    let page = format!(
        "<!doctype html>\n<html lang=\"{code}\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>{}</title>\n\
         <style>{STYLE}</style>\n</head>\n<body>\n<main>\n<p class=\"lang\"><a href=\"?lang={other}\" lang=\"{other}\" \
         hreflang=\"{other}\">{}</a></p>\n{body}</main>\n</body>\n</html>\n",
        words.title, words.other
    );
    let told = [
        (header::CONTENT_TYPE, "text/html; charset=utf-8"),
        (header::CONTENT_LANGUAGE, code),
        (header::CACHE_CONTROL, "no-store"),
        (header::CONTENT_SECURITY_POLICY, POLICY.as_str()),
        (header::REFERRER_POLICY, "no-referrer"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    ];
    (status, told, page).into_response()
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
