//! The pages of subscribing: they look like the status page, and work without a script.

use super::{
    Reader,
    enter::Entered,
    text, text_with,
    wish::{Settings, Wish},
};
use crate::{lang::Lang, state::App, status::page::STYLE as STATUS};
use axum::response::{IntoResponse, Response};
use base64::{Engine, engine::general_purpose::STANDARD};
use http::{HeaderName, StatusCode, header};
use maud::{DOCTYPE, Markup, PreEscaped, html};
use notice::{
    Words,
    plan::{ChannelKind, Digest},
};
use sha2::{Digest as _, Sha256};
use std::sync::LazyLock;
use watch::Function;

static STYLE: LazyLock<String> = LazyLock::new(|| format!("{STATUS}{}", include_str!("form.css")));
const PUSH: &str = include_str!("push.js");
const WORKER: &str = include_str!("worker.js");
/// What the page with our script may do beside.
const WITH_SCRIPT: &str = "; script-src 'self'; connect-src 'self'; worker-src 'self'";
/// When daily messages come unless another hour is chosen.
const DAILY_HOUR: u8 = 8;

/// Only our own style counts, and a form goes to this server alone.
static POLICY: LazyLock<String> = LazyLock::new(|| {
    let digest = STANDARD.encode(Sha256::digest(STYLE.as_bytes()));
    format!(
        "default-src 'none'; style-src 'sha256-{digest}'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    )
});

/// A page before its frame is around it.
struct Page<'a> {
    lang: Lang,
    status: StatusCode,
    title: &'a str,
    /// Whether the same address shows it in the other language.
    switches: bool,
    /// Whether our script is on it.
    script: bool,
    content: Markup,
}

impl Page<'_> {
    fn answer(self, app: &App) -> Response {
        let (lang, other) = (self.lang, self.lang.other());
        let label = |id| text(lang, id);
        let to = |path: &str| format!("{path}?lang={}", lang.code());
        let name = &app.status.settings().name;
        let page = html! {
            (DOCTYPE)
            html lang=(lang.code()) {
                head {
                    meta charset="utf-8";
                    meta name="viewport" content="width=device-width, initial-scale=1";
                    meta name="color-scheme" content="light dark";
                    meta name="robots" content="noindex, nofollow";
                    title { (self.title) " – " (name) }
                    style { (PreEscaped(STYLE.as_str())) }
                    @if self.script { script src="/status/push.js" defer {} }
                }
                body {
                    a.skip href="#content" { (label("status-skip")) }
                    header {
                        p.brand { a href=(to("/status")) { (name) span { (label("status-title")) } } }
                        nav aria-label=(label("status-menu")) {
                            a href=(to("/status")) { (label("status-now")) }
                            a href=(to("/status/history")) { (label("status-history")) }
                            a href=(to("/status/subscribe")) { (label("status-subscribe")) }
                            @if self.switches {
                                a lang=(other.code()) hreflang=(other.code()) href={"?lang=" (other.code())} { (label("status-switch")) }
                            }
                        }
                    }
                    main id="content" { h1 { (self.title) } (self.content) }
                    footer { p { (label("status-times")) } }
                }
            }
        };
        let policy = if self.script { format!("{}{WITH_SCRIPT}", *POLICY) } else { POLICY.clone() };
        let told = [
            (header::CONTENT_TYPE, "text/html; charset=utf-8"),
            (header::CONTENT_LANGUAGE, lang.code()),
            (header::CACHE_CONTROL, "no-store"),
            (header::CONTENT_SECURITY_POLICY, policy.as_str()),
            (header::REFERRER_POLICY, "no-referrer"),
            (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        ];
        (self.status, told, page.into_string()).into_response()
    }
}

/// A page that says one thing: its title and its sentence have this name.
pub(super) fn notice(app: &App, lang: Lang, status: StatusCode, id: &str) -> Response {
    let (title, words) = (text(lang, &format!("{id}-title")), text(lang, id));
    let content = html! {
        p { (words) }
        p { a href={"/status/subscribe?lang=" (lang.code())} { (text(lang, "status-subscribe")) } }
    };
    Page { lang, status, title: &title, switches: false, script: false, content }.answer(app)
}

/// The form.
pub(super) fn form(
    app: &App,
    reader: &Reader,
    status: StatusCode,
    (wish, settings): (&Wish, &Settings),
    wrong: Option<&str>,
) -> Response {
    let lang = reader.lang;
    let label = |id: &str| text(lang, id);
    let kinds: Vec<ChannelKind> = reader.subscribing.by_form().collect();
    let chosen = kinds.iter().find(|kind| kind.name() == wish.channel).or(kinds.first()).copied();
    let key = reader.subscribing.push_key();
    let content = html! {
        p { (label("subscribe-intro")) }
        @if let Some(wrong) = wrong { p.alert role="alert" { (wrong) } }
        @if let Some(chosen) = chosen {
            form method="post" action={"/status/subscriptions?lang=" (lang.code())} {
                fieldset.pick {
                    legend { (label("subscribe-by")) }
                    @for kind in &kinds {
                        label {
                            input type="radio" name="channel" id={"by-" (kind.name())} value=(kind.name()) checked[*kind == chosen];
                            (label(&format!("subscribe-by-{}", kind.name())))
                        }
                    }
                }
                @for kind in &kinds { (address(lang, *kind, wish.address.as_deref().filter(|_| *kind == chosen))) }
                details { summary { (label("subscribe-more")) } (choices(lang, settings)) }
                button type="submit" { (label("subscribe-send")) }
            }
        }
        @if let Some(key) = key {
            section id="push" aria-labelledby="push-title" hidden data-key=(key) data-lang=(lang.code())
                data-done=(label("subscribe-push-done")) data-refused=(label("subscribe-push-refused")) {
                h2 id="push-title" { (label("subscribe-push")) }
                p { (label("subscribe-push-text")) }
                div.quiet { button type="button" { (label("subscribe-push-send")) } }
                p role="status" {}
            }
        }
        h2 { (label("subscribe-feeds")) }
        p { a href={"/history.atom?lang=" (lang.code())} { "Atom" } " · " a href={"/history.rss?lang=" (lang.code())} { "RSS" } }
        p.soft { (label("subscribe-private")) }
    };
    // A form that was sent has no address of its own to be shown in the other language.
    let switches = status == StatusCode::OK;
    let title = label("status-subscribe");
    Page { lang, status, title: &title, switches, script: key.is_some(), content }.answer(app)
}

fn address(lang: Lang, kind: ChannelKind, value: Option<&str>) -> Markup {
    let (mode, complete) = match kind {
        ChannelKind::Mail => ("email", "email"),
        ChannelKind::Sms => ("tel", "tel"),
        _ => ("url", "off"),
    };
    let (id, hint) = (kind.name(), format!("{}-hint", kind.name()));
    html! {
        div class={"by-" (id)} {
            label for=(id) { (text(lang, &format!("subscribe-{id}"))) }
            input.text id=(id) name=(id) type="text" inputmode=(mode) autocomplete=(complete) spellcheck="false" maxlength="2000"
                aria-describedby=(hint) value=[value];
            p.soft id=(hint) { (text(lang, &format!("subscribe-{id}-hint"))) }
        }
    }
}

/// How somebody wants to be told.
fn choices(lang: Lang, settings: &Settings) -> Markup {
    let label = |id: &str| text(lang, id);
    let hour = |name, chosen: Option<u8>, none: bool| {
        html! {
            select id=(name) name=(name) {
                @if none { option value="" selected[chosen.is_none()] { (label("subscribe-quiet-none")) } }
                @for hour in 0..24_u8 { option value=(hour) selected[chosen == Some(hour)] { (clock(lang, hour)) } }
            }
        }
    };
    let (digest, at) = match settings.digest {
        Digest::AtOnce => ("at_once", DAILY_HOUR),
        Digest::Hourly => ("hourly", DAILY_HOUR),
        Digest::Daily { hour } => ("daily", hour),
    };
    let quiet = settings.quiet.as_ref();
    html! {
        label for="lang" { (label("subscribe-lang")) }
        select id="lang" name="lang" {
            @for (one, name) in [(Lang::French, "Français"), (Lang::English, "English")] {
                option value=(one.code()) lang=(one.code()) selected[settings.lang == one] { (name) }
            }
        }
        div.pair {
            div {
                label for="digest" { (label("subscribe-digest")) }
                select id="digest" name="digest" {
                    @for one in ["at_once", "hourly", "daily"] {
                        option value=(one) selected[one == digest] { (label(&format!("subscribe-digest-{one}"))) }
                    }
                }
            }
            div { label for="digest_hour" { (label("subscribe-digest-hour")) } (hour("digest_hour", Some(at), false)) }
        }
        div.pair {
            div { label for="quiet_from" { (label("subscribe-quiet-from")) } (hour("quiet_from", quiet.map(|quiet| quiet.from_hour), true)) }
            div { label for="quiet_to" { (label("subscribe-quiet-to")) } (hour("quiet_to", quiet.map(|quiet| quiet.to_hour), true)) }
        }
        p.soft { (label("subscribe-quiet-hint")) }
        fieldset.pick {
            legend { (label("subscribe-functions")) }
            @for one in Function::ALL {
                label {
                    input type="checkbox" name="functions" value=(one.name()) checked[settings.has(one)];
                    (capitalised(&Words::of(lang).function(one)))
                }
            }
        }
    }
}

fn clock(lang: Lang, hour: u8) -> String {
    match lang {
        Lang::French => format!("{hour}\u{a0}h"),
        Lang::English => format!("{hour:02}:00"),
    }
}

fn capitalised(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

/// What became of a wish that was taken.
pub(super) fn entered(app: &App, reader: &Reader, status: StatusCode, (wish, entered): (&Wish, &Entered)) -> Response {
    let lang = reader.lang;
    let label = |id: &str| text(lang, id);
    let is_sms = wish.channel == ChannelKind::Sms.name();
    let asked = entered.outcome == "asked";
    let title = label(if asked { "subscribe-asked-title" } else { "subscribe-done-title" });
    let content = html! {
        @if asked && is_sms {
            p { (label("subscribe-asked-sms")) }
            (code_form(lang, wish.address.as_deref().unwrap_or_default()))
        } @else if asked {
            p { (label("subscribe-asked-mail")) }
        } @else {
            p { (label("subscribe-done-webhook")) }
        }
        @if let Some(secret) = &entered.secret { h2 { (label("subscribe-secret")) } p { (label("subscribe-secret-text")) } code { (secret) } }
        @if let Some(url) = &entered.manage_url { h2 { (label("subscribe-manage-title")) } p { (label("subscribe-manage-keep")) } code { (url) } }
    };
    Page { lang, status, title: &title, switches: false, script: false, content }.answer(app)
}

fn code_form(lang: Lang, number: &str) -> Markup {
    let label = |id: &str| text(lang, id);
    html! {
        form method="post" action={"/status/code?lang=" (lang.code())} {
            label for="number" { (label("subscribe-sms")) }
            input.text id="number" name="number" type="text" inputmode="tel" autocomplete="tel" maxlength="40" required value=(number);
            label for="code" { (label("subscribe-code")) }
            input.text id="code" name="code" type="text" inputmode="numeric" autocomplete="one-time-code" maxlength="10" required;
            button type="submit" { (label("subscribe-confirm")) }
        }
    }
}

/// Where the digits of a text message are written.
pub(super) fn code(app: &App, reader: &Reader, status: StatusCode, number: &str, wrong: Option<&str>) -> Response {
    let lang = reader.lang;
    let content = html! {
        @if let Some(wrong) = wrong { p.alert role="alert" { (wrong) } }
        (code_form(lang, number))
    };
    let (title, switches) = (text(lang, "subscribe-code-title"), status == StatusCode::OK);
    Page { lang, status, title: &title, switches, script: false, content }.answer(app)
}

/// The button that confirms. The form goes to the page's own address, so that the token is repeated nowhere.
pub(super) fn confirm(app: &App, lang: Lang) -> Response {
    let name = &app.status.settings().name;
    let content = html! {
        form method="post" {
            p { (text_with(lang, "subscribe-confirm-text", &[("name", name)])) }
            button type="submit" { (text(lang, "subscribe-confirm")) }
        }
    };
    let title = text(lang, "subscribe-confirm-title");
    Page { lang, status: StatusCode::OK, title: &title, switches: true, script: false, content }.answer(app)
}

/// It counts from now on.
pub(super) fn confirmed(app: &App, lang: Lang, manage: &str) -> Response {
    let content = html! {
        p { (text(lang, "subscribe-done")) }
        p { a href=(manage) { (text(lang, "subscribe-manage-title")) } }
    };
    let title = text(lang, "subscribe-done-title");
    Page { lang, status: StatusCode::OK, title: &title, switches: false, script: false, content }.answer(app)
}

/// A subscription, to be changed or ended; with what was said to the last change, and whether that was a refusal.
pub(super) fn manage(
    app: &App,
    reader: &Reader,
    status: StatusCode,
    settings: &Settings,
    (said, refused): (Option<&str>, bool),
) -> Response {
    let lang = reader.lang;
    let label = |id: &str| text(lang, id);
    let content = html! {
        @if let Some(said) = said {
            @if refused { p.alert role="alert" { (said) } } @else { p.said role="status" { (said) } }
        }
        form method="post" { (choices(lang, settings)) button type="submit" { (label("subscribe-save")) } }
        form.quiet method="post" {
            h2 { (label("subscribe-end-title")) }
            p { (label("subscribe-end-text")) }
            button type="submit" name="end" value="yes" { (label("subscribe-end")) }
        }
    };
    let title = label("subscribe-manage-title");
    Page { lang, status, title: &title, switches: said.is_none(), script: false, content }.answer(app)
}

fn script(text: &'static str) -> impl IntoResponse {
    let told: [(HeaderName, &str); 3] = [
        (header::CONTENT_TYPE, "text/javascript; charset=utf-8"),
        (header::CACHE_CONTROL, "no-cache"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    ];
    (told, text)
}

/// The script of the subscribe page
///
/// Offers notifications by the browser itself.
#[utoipa::path(get, path = "/status/push.js", operation_id = "push_script", tag = "status", security(()),
    responses((status = 200, description = "A script", body = String, content_type = "text/javascript")))]
pub(crate) async fn push_script() -> Response {
    script(PUSH).into_response()
}

/// The worker of the subscribe page
///
/// Shows notifications that are pushed to a browser.
#[utoipa::path(get, path = "/status/worker.js", operation_id = "push_worker", tag = "status", security(()),
    responses((status = 200, description = "A script", body = String, content_type = "text/javascript")))]
pub(crate) async fn worker_script() -> Response {
    script(WORKER).into_response()
}
