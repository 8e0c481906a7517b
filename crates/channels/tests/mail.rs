//! Mail to a real server: what arrives and in which form, what is made of every way in which it can fail, and that nothing
//! in a message can break out of it.
//!
//! Wants a Python with aiosmtpd in it, which `cargo xtask test` sets up and names in the environment. Without one each test
//! says that it was skipped, and why.

use base64::{Engine, engine::general_purpose::STANDARD};
use channels::{
    Channel, Message, Report,
    mail::{BadMail, Login, Mail, Settings, Tls},
};
use mail_parser::{HeaderValue, MessageParser, MimeHeaders};
use serde_json::Value;
use std::{
    io::{BufRead, BufReader, Write},
    process::{Child, ChildStdout, Command, Stdio},
    time::Duration,
};

/// Names the Python to use.
const PYTHON: &str = "TOURNEE_TEST_PYTHON";
const SCRIPT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/mail/server.py");

/// The Python, or a word on why the test is skipped.
fn python() -> Option<String> {
    let python = std::env::var(PYTHON).ok();
    if python.is_none() {
        let why =
            format!("skipped: {PYTHON} names no Python with aiosmtpd in it; run `cargo xtask test`, which sets one up");
        writeln!(std::io::stdout(), "{why}").expect("said");
    }
    python
}

/// A running mail server.
struct Server {
    child: Child,
    said: BufReader<ChildStdout>,
    port: u16,
}

impl Server {
    fn start(python: &str, options: &[&str]) -> Self {
        let mut child = Command::new(python)
            .arg(SCRIPT)
            .args(options)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("Python runs");
        let said = BufReader::new(child.stdout.take().expect("its output"));
        let mut server = Self { child, said, port: 0 };
        server.port = server.next()["port"].as_u64().and_then(|port| port.try_into().ok()).expect("a port");
        server
    }

    /// The next thing it said: it says so before it answers.
    fn next(&mut self) -> Value {
        let mut line = String::new();
        self.said.read_line(&mut line).expect("a line");
        serde_json::from_str(&line).expect("JSON")
    }

    fn settings(&self) -> Settings {
        Settings {
            host: "127.0.0.1".into(),
            port: self.port,
            tls: Tls::None,
            from: "Tournée <notices@status.example>".into(),
            timeout: Duration::from_secs(20),
            ..Settings::default()
        }
    }

    fn mail(&self) -> Mail {
        Mail::new(self.settings()).expect("good settings")
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        _ = self.child.kill();
        _ = self.child.wait();
    }
}

fn message(to: &str) -> Message {
    Message {
        id: "0a1b2c3d4e5f".into(),
        to: to.into(),
        lang: "fr",
        subject: "Colissimo : étiquettes en échec".into(),
        text: "Depuis 6 h 24, 38 demandes sur 40 échouent.\nhttps://status.example/i/7?a=1&b=2\n.\n<b>&'\"".into(),
        json: None,
        unsubscribe_url: Some("https://status.example/status/unsubscribe/tok-en".into()),
        in_reply_to: None,
        useful_for: Duration::from_secs(600),
    }
}

fn content(said: &Value) -> Vec<u8> {
    STANDARD.decode(said["content"].as_str().expect("content")).expect("base64")
}

/// The raw lines of the headers, folded ones joined.
fn headers(content: &[u8]) -> Vec<String> {
    let text = String::from_utf8(content.to_vec()).expect("ASCII");
    let head = text.split("\r\n\r\n").next().expect("a head").replace("\r\n ", " ");
    head.split("\r\n").map(str::to_owned).collect()
}

fn named<'a>(headers: &'a [String], name: &str) -> Vec<&'a str> {
    let value = |line: &'a String| line.split_once(": ").filter(|(n, _)| n.eq_ignore_ascii_case(name)).map(|(_, v)| v);
    headers.iter().filter_map(value).collect()
}

#[tokio::test]
async fn a_message_arrives_in_two_forms_with_its_way_out() {
    let Some(python) = python() else { return };
    let mut server = Server::start(&python, &[]);
    let mail = server.mail();
    let sent = message("jeanne@shop.example");
    assert_eq!(mail.send(&sent).await, Report::Accepted { receipt: None });
    let said = server.next();
    assert_eq!((&said["from"], &said["to"][0]), (&"notices@status.example".into(), &"jeanne@shop.example".into()));
    let content = content(&said);
    let lines = headers(&content);
    for (name, value) in [
        ("Message-ID", "<0a1b2c3d4e5f@status.example>"),
        ("To", "jeanne@shop.example"),
        ("List-Unsubscribe", "<https://status.example/status/unsubscribe/tok-en>"),
        ("List-Unsubscribe-Post", "List-Unsubscribe=One-Click"),
        ("Auto-Submitted", "auto-generated"),
        ("Precedence", "bulk"),
        ("Content-Language", "fr"),
    ] {
        assert_eq!(named(&lines, name), [value], "{name}");
    }
    let read = MessageParser::default().parse(&content).expect("a mail");
    assert_eq!(read.subject(), Some(&*sent.subject));
    assert_eq!(read.from().and_then(|from| from.first()?.name()), Some("Tournée"));
    assert_eq!(read.body_text(0).expect("text").replace("\r\n", "\n").trim_end(), sent.text);
    let html = read.body_html(0).expect("HTML");
    assert!(html.contains("<a href=\"https://status.example/i/7?a=1&amp;b=2\">"), "{html}");
    assert!(html.contains("&lt;b&gt;&amp;&#39;&quot;"), "{html}");
    assert!(read.content_type().is_some_and(|kind| kind.subtype() == Some("alternative")));

    // The second message takes the same connection.
    assert_eq!(mail.send(&sent).await, Report::Accepted { receipt: None });
    assert_eq!(server.next()["peer"], said["peer"]);
    assert_eq!(mail.canary().await, Report::Delivered);
    let own = Mail::new(Settings { taken_is_delivered: true, ..server.settings() }).expect("good settings");
    assert_eq!(own.send(&sent).await, Report::Delivered);
}

#[tokio::test]
async fn every_way_to_fail_is_told_apart() {
    let Some(python) = python() else { return };
    let mut server = Server::start(&python, &[]);
    let mail = server.mail();
    let quick = Mail::new(Settings { timeout: Duration::from_millis(400), ..server.settings() }).expect("settings");
    for (name, kind, code, got_there) in [
        ("refuse", "refused", "550", false),
        ("defer", "not now", "451", false),
        ("refuse-data", "refused", "554", true),
        ("defer-data", "not now", "452", true),
        ("cut-at-rcpt", "not now", "", false),
        ("hang-at-rcpt", "not now", "", false),
        ("cut-in-data", "not now", "", false),
        ("cut-after-data", "unknown", "", true),
        ("hang-after-data", "unknown", "", true),
    ] {
        let channel = if name.starts_with("hang") { &quick } else { &mail };
        let mut sent = message(&format!("{name}@shop.example"));
        if name == "cut-in-data" {
            // So much that it cannot all be on its way when the connection is cut.
            sent.text = "é\n".repeat(20_000);
        }
        let (said, why) = match channel.send(&sent).await {
            Report::Refused { why } => ("refused", why),
            Report::NotNow { why } => ("not now", why),
            Report::Unknown { why } => ("unknown", why),
            other => panic!("{name}: {other:?}"),
        };
        if name == "cut-in-data" {
            // Where the system took all of it before it noticed, nobody can know: but never that it was sent.
            assert!(matches!(said, "not now" | "unknown"), "{name}: {why}");
            continue;
        }
        assert_eq!(said, kind, "{name}: {why}");
        assert!(why.contains(code) && !why.contains("shop.example"), "{name}: {why}");
        if got_there {
            assert_eq!(server.next()["to"][0], format!("{name}@shop.example"));
        }
        // What failed harms nobody who comes after.
        assert_eq!(mail.send(&message("next@shop.example")).await, Report::Accepted { receipt: None }, "after {name}");
        assert_eq!(server.next()["to"][0], "next@shop.example");
    }
    let unknown = Settings { from: "nobody@status.example".into(), ..server.settings() };
    let report = Mail::new(unknown).expect("settings").send(&message("a@shop.example")).await;
    assert!(matches!(&report, Report::NotNow { why } if why.contains("550")), "a refusal of us is not the recipient's");
}

#[tokio::test]
async fn who_is_not_there_or_silent_has_nothing() {
    let Some(python) = python() else { return };
    let server = Server::start(&python, &["--silent"]);
    let settings = Settings { timeout: Duration::from_millis(300), ..server.settings() };
    let mail = Mail::new(settings).expect("settings");
    assert!(matches!(mail.send(&message("a@shop.example")).await, Report::NotNow { .. }));
    assert!(matches!(mail.canary().await, Report::NotNow { .. }));
    let gone = Mail::new(server.settings()).expect("settings");
    drop(server);
    assert!(matches!(gone.send(&message("a@shop.example")).await, Report::NotNow { .. }));
    assert!(matches!(gone.canary().await, Report::NotNow { .. }));
}

/// Nothing of what a message is made of can become a header, a recipient or the end of the message.
#[tokio::test]
async fn nothing_breaks_out() {
    let Some(python) = python() else { return };
    let mut server = Server::start(&python, &[]);
    let mail = server.mail();
    let broken = "x\r\nBcc: thief@evil.example\r\nX-Evil: 1\r\n\r\n.\r\nMAIL FROM:<evil@evil.example>\r\n";
    let mut sent = message("jeanne@shop.example");
    sent.id = broken.into();
    sent.subject = format!("{broken}\0🙂{}", "é".repeat(10_000));
    sent.text = format!("{broken}\0\u{1b}[2J📦\r\n.\r\nQUIT\r\n");
    sent.unsubscribe_url = Some(format!("https://status.example/{broken}"));
    assert_eq!(mail.send(&sent).await, Report::Accepted { receipt: None });
    let said = server.next();
    assert_eq!(said["to"], serde_json::json!(["jeanne@shop.example"]));
    let content = content(&said);
    assert!(content.is_ascii() && !content.contains(&0) && !content.contains(&0x1b));
    let lines = headers(&content);
    let known = [
        "From",
        "To",
        "Subject",
        "Message-ID",
        "Auto-Submitted",
        "X-Auto-Response-Suppress",
        "Precedence",
        "Content-Language",
        "MIME-Version",
        "Date",
        "Content-Type",
    ];
    for line in &lines {
        let name = line.split(':').next().expect("a name");
        assert!(known.contains(&name), "{line}");
        assert!(named(&lines, name).len() == 1, "{name} stands there once");
    }
    let read = MessageParser::default().parse(&content).expect("a mail");
    let subject = read.subject().expect("a subject");
    assert!(subject.starts_with("x  Bcc: thief@evil.example") && subject.chars().count() <= 200, "{subject}");
    assert!(matches!(read.header("Bcc"), None | Some(HeaderValue::Empty)));
    assert!(
        read.body_text(0).expect("text").contains("\n.\n") || read.body_text(0).expect("text").contains("\r\n.\r\n")
    );

    for to in ["a@shop.example\r\nRCPT TO:<thief@evil.example>", "<a@shop.example>", "a b", "", "a@b\0.example"] {
        assert!(matches!(mail.send(&message(to)).await, Report::Refused { .. }), "{to:?}");
    }
    let long = Message { text: "a".repeat(70_000), ..message("jeanne@shop.example") };
    assert!(matches!(mail.send(&long).await, Report::NotNow { .. }), "a message of any size has a bound");
    assert_eq!(mail.send(&message("last@shop.example")).await, Report::Accepted { receipt: None });
    assert_eq!(server.next()["to"][0], "last@shop.example", "nothing was sent between");
}

#[tokio::test]
async fn the_connection_is_protected_and_the_login_told() {
    let Some(python) = python() else { return };
    let made = rcgen::generate_simple_self_signed(vec!["127.0.0.1".to_owned()]).expect("a certificate");
    let folder = std::env::temp_dir().join(format!("tournee-mail-{}", std::process::id()));
    std::fs::create_dir_all(&folder).expect("a folder");
    let (cert, key) = (folder.join("cert.pem"), folder.join("key.pem"));
    write(&cert, &made.cert.pem());
    write(&key, &made.signing_key.serialize_pem());
    let files = ["--auth", "--cert", cert.to_str().expect("text"), "--key", key.to_str().expect("text")];
    for (tls, more) in [(Tls::Starttls, None), (Tls::Implicit, Some("--implicit"))] {
        let options: Vec<&str> = files.into_iter().chain(more).collect();
        let mut server = Server::start(&python, &options);
        let login = |password: &str| Some(Login { user: "tournee".into(), password: password.to_owned().into() });
        let good = Settings { tls, roots_pem: Some(made.cert.pem()), login: login("open sesame"), ..server.settings() };
        let mail = Mail::new(good.clone()).expect("settings");
        assert_eq!(mail.canary().await, Report::Delivered, "{tls:?}");
        assert_eq!(mail.send(&message("a@shop.example")).await, Report::Accepted { receipt: None }, "{tls:?}");
        let said = server.next();
        assert_eq!((&said["tls"], &said["login"]), (&true.into(), &"tournee".into()));
        for (bad, says) in [
            (Settings { login: login("wrong"), ..good.clone() }, "535"),
            (Settings { roots_pem: None, ..good.clone() }, "connection"),
        ] {
            let report = Mail::new(bad).expect("settings").send(&message("a@shop.example")).await;
            assert!(matches!(&report, Report::NotNow { why } if why.contains(says)), "{tls:?} {says}: {report:?}");
        }
    }
    std::fs::remove_dir_all(&folder).expect("cleared away");
    let plain = Server::start(&python, &[]);
    let strict = Settings { tls: Tls::Starttls, ..plain.settings() };
    let report = Mail::new(strict).expect("settings").send(&message("a@shop.example")).await;
    assert!(matches!(report, Report::NotNow { .. }), "a server without STARTTLS is not used: {report:?}");
}

#[expect(clippy::disallowed_methods, reason = "the server under test reads its certificate from a file")]
fn write(path: &std::path::Path, text: &str) {
    std::fs::write(path, text).expect("written");
}

#[test]
fn settings_that_cannot_be_are_refused() {
    let refused = |settings| Mail::new(settings).err();
    let from = Settings { from: "nobody\r\nBcc: x@y.example".into(), ..Settings::default() };
    assert_eq!(refused(from), Some(BadMail::From));
    let open = Settings { host: "mail.shop.example".into(), tls: Tls::None, ..Settings::default() };
    assert_eq!(refused(open), Some(BadMail::Unprotected));
    let bounces = Settings { bounces_to: Some("x".into()), ..Settings::default() };
    assert_eq!(refused(bounces), Some(BadMail::BouncesTo));
    assert_eq!(refused(Settings { connections_max: 0, ..Settings::default() }), Some(BadMail::NoConnections));
    let login = Login { user: "u".into(), password: "hush".to_owned().into() };
    assert!(!format!("{:?}", Settings { login: Some(login), ..Settings::default() }).contains("hush"));
}

#[tokio::test]
async fn an_answer_names_the_mail_that_it_answers_and_nothing_else_gets_into_its_head() {
    let Some(python) = python() else { return };
    let mut server = Server::start(&python, &[]);
    let mail = server.mail();
    for (asked, named_as) in [
        ("<42.abc@shop.example>", Some("<42.abc@shop.example>")),
        ("x@shop.example>\r\nBcc: all@shop.example", None),
        ("", None),
    ] {
        let sent = Message { in_reply_to: Some(asked.into()), ..message("jeanne@shop.example") };
        assert_eq!(mail.send(&sent).await, Report::Accepted { receipt: None });
        let content = content(&server.next());
        let lines = headers(&content);
        assert_eq!(named(&lines, "In-Reply-To"), named_as.into_iter().collect::<Vec<_>>(), "{asked}");
        assert_eq!(named(&lines, "References"), named_as.into_iter().collect::<Vec<_>>(), "{asked}");
        assert!(named(&lines, "Bcc").is_empty());
        let kind = if named_as.is_some() { "auto-replied" } else { "auto-generated" };
        assert_eq!(named(&lines, "Auto-Submitted"), [kind]);
    }
}
