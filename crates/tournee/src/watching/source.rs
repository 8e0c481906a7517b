//! Asks the server how the carriers are, and says what is wrong where it does not tell.

use super::{
    text::inert,
    words::{Words, words},
};
use crate::{
    cli::{self, Lang},
    config::BaseUrl,
    fault::Fault,
};
use bytes::Bytes;
use exchange::{Broken, HttpOptions, HttpTransport, Request, Transport};
use http::{Method, header};
use server::HealthAnswer;
use std::{env, fs, io::Read, path::Path, time::Duration};
use zeroize::Zeroizing;

const PATH: &str = "/v1/health/carriers";
const API_KEY: &str = "TOURNEE_API_KEY";
/// How long the server may take.
const ANSWER_MAX: Duration = Duration::from_secs(5);
/// A carrier is a few kilobytes.
const ANSWER_BYTES_MAX: usize = 2 * 1024 * 1024;
/// The longest key, in bytes.
const KEY_BYTES_MAX: usize = 256;

/// A server and the key to ask it with.
pub(super) struct Source {
    way: HttpTransport,
    key: Zeroizing<String>,
    url: BaseUrl,
}

/// How everything is, as it came and as it is understood.
pub(super) struct Told {
    pub(super) json: String,
    pub(super) health: HealthAnswer,
}

/// Why nothing was told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Trouble {
    /// No connection.
    Nobody,
    /// A connection and no whole answer.
    Silent,
    /// An answer with this status.
    Status(u16),
    /// An answer of another kind than JSON.
    Stranger(String),
    /// JSON that is not what was asked for, from this line and column on.
    Unreadable(usize, usize),
}

impl Source {
    pub(super) fn new(args: &cli::Watch, words: &Words) -> Result<Self, Fault> {
        let key = key(args.key_file.as_deref(), words)?;
        let options = HttpOptions { idle_max: 1, body_bytes_max: ANSWER_BYTES_MAX, ..HttpOptions::default() };
        let way = HttpTransport::new(args.url.uri(), options).map_err(|e| Fault::usage(format!("--url: {e}")))?;
        Ok(Self { way, key, url: args.url.clone() })
    }

    pub(super) fn url(&self) -> &str {
        self.url.as_str()
    }

    pub(super) async fn ask(&self) -> Result<Told, Trouble> {
        let request = Request {
            method: Method::GET,
            path_and_query: PATH.to_owned(),
            headers: vec![
                (header::AUTHORIZATION, format!("Bearer {}", self.key.as_str())),
                (header::ACCEPT, "application/json".to_owned()),
            ],
            body: Bytes::new(),
        };
        let exchange = self.way.exchange(request, ANSWER_MAX, Box::new(|| ())).await;
        let answer = exchange.result.map_err(|why| match why {
            Broken::NoConnection => Trouble::Nobody,
            Broken::Cut | Broken::AnswerCut(_) | Broken::TimedOut => Trouble::Silent,
            Broken::TooLarge => Trouble::Unreadable(1, 1),
        })?;
        read(answer.status, &answer.content_type, &answer.body)
    }
}

fn read(status: u16, content_type: &str, body: &[u8]) -> Result<Told, Trouble> {
    if status != 200 {
        return Err(Trouble::Status(status));
    }
    if !content_type.starts_with("application/json") {
        return Err(Trouble::Stranger(inert(content_type)));
    }
    let health = serde_json::from_slice(body).map_err(|e| Trouble::Unreadable(e.line(), e.column()))?;
    Ok(Told { json: String::from_utf8_lossy(body).into_owned(), health })
}

impl Trouble {
    /// In a few words, under a picture that is no longer fresh.
    pub(super) fn short(&self, lang: Lang) -> String {
        match (self, lang) {
            (Self::Nobody | Self::Silent, Lang::En) => "the server does not answer".into(),
            (Self::Nobody | Self::Silent, Lang::Fr) => "le serveur ne répond pas".into(),
            (Self::Status(401), Lang::En) => "API key not known (401)".into(),
            (Self::Status(401), Lang::Fr) => "clé d'API inconnue (401)".into(),
            (Self::Status(403), Lang::En) => "API key may not read (403)".into(),
            (Self::Status(403), Lang::Fr) => "clé d'API sans droit de lire (403)".into(),
            (Self::Status(status), Lang::En) => format!("the server answers {status}"),
            (Self::Status(status), Lang::Fr) => format!("le serveur répond {status}"),
            (Self::Stranger(_) | Self::Unreadable(..), Lang::En) => "the answer cannot be understood".into(),
            (Self::Stranger(_) | Self::Unreadable(..), Lang::Fr) => "la réponse est incompréhensible".into(),
        }
    }

    /// With what to do.
    pub(super) fn fault(&self, url: &str, lang: Lang) -> Fault {
        let what = match lang {
            Lang::En => self.english(url),
            Lang::Fr => self.french(url),
        };
        match self {
            Self::Status(401 | 403) => Fault::usage(what),
            _ => Fault::unavailable(what),
        }
    }

    fn english(&self, url: &str) -> String {
        match self {
            Self::Nobody => {
                format!("nobody answers at {url}; start the server with `tournee serve`, or say where it is with --url")
            }
            Self::Silent => format!("{url} takes the connection and gives no answer; look at the server's log"),
            Self::Status(401) => "the server does not know this API key (401); check that it was copied whole and not \
                revoked: `tournee key list`"
                .into(),
            Self::Status(403) => "this API key may not read how the carriers are (403); take one with the scope read: \
                `tournee key add --scopes read`"
                .into(),
            Self::Status(404) => {
                format!("there is no {PATH} at {url} (404); say where a server of this version is with --url")
            }
            Self::Status(status) => format!("{url} answers {status}; look at the server's log, or ask again later"),
            Self::Stranger(kind) => format!(
                "what answers at {url} is not Tournée, or something stands before it: the answer is {kind:?}, not \
                 JSON; say where the server is with --url"
            ),
            Self::Unreadable(line, column) => format!(
                "the answer of {url} cannot be understood from line {line}, column {column} on; take the `tournee` of \
                 the server's version"
            ),
        }
    }

    fn french(&self, url: &str) -> String {
        match self {
            Self::Nobody => format!(
                "personne ne répond à {url} ; démarrez le serveur avec `tournee serve`, ou dites où il est avec --url"
            ),
            Self::Silent => {
                format!("{url} prend la connexion et ne répond rien ; regardez le journal du serveur")
            }
            Self::Status(401) => {
                "le serveur ne connaît pas cette clé d'API (401) ; vérifiez qu'elle est entière et non \
                révoquée : `tournee key list`"
                    .into()
            }
            Self::Status(403) => {
                "cette clé d'API ne peut pas lire comment vont les transporteurs (403) ; prenez-en une \
                avec la portée read : `tournee key add --scopes read`"
                    .into()
            }
            Self::Status(404) => {
                format!("il n'y a pas de {PATH} à {url} (404) ; dites où est un serveur de cette version avec --url")
            }
            Self::Status(status) => {
                format!("{url} répond {status} ; regardez le journal du serveur, ou réessayez plus tard")
            }
            Self::Stranger(kind) => format!(
                "ce qui répond à {url} n'est pas Tournée, ou quelque chose est devant : la réponse est {kind:?} et non \
                 du JSON ; dites où est le serveur avec --url"
            ),
            Self::Unreadable(line, column) => format!(
                "la réponse de {url} est incompréhensible à partir de la ligne {line}, colonne {column} ; prenez le \
                 `tournee` de la version du serveur"
            ),
        }
    }
}

/// The key, out of the file or the environment. Nothing of it is ever said.
fn key(file: Option<&Path>, words: &Words) -> Result<Zeroizing<String>, Fault> {
    let text = match file {
        Some(path) => first_line(path, words)?,
        None => Zeroizing::new(env::var(API_KEY).unwrap_or_default()),
    };
    let key = text.trim();
    if key.is_empty() {
        return Err(Fault::usage(words.key_needed));
    }
    if key.len() > KEY_BYTES_MAX || !key.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Err(Fault::usage(words.key_wrong));
    }
    Ok(Zeroizing::new(key.to_owned()))
}

#[expect(clippy::disallowed_methods, reason = "the key is not a data file")]
fn first_line(path: &Path, words: &Words) -> Result<Zeroizing<String>, Fault> {
    let mut text = Zeroizing::new(String::new());
    fs::File::open(path)
        .and_then(|file| file.take(KEY_BYTES_MAX as u64 * 2).read_to_string(&mut text))
        .map_err(|e| Fault::usage(format!("{}: {}: {e}", path.display(), words.key_unreadable)))?;
    Ok(Zeroizing::new(text.lines().next().unwrap_or_default().to_owned()))
}

/// The words for whoever starts the command.
pub(super) fn words_of(args: &cli::Watch) -> (Lang, &'static Words) {
    let lang = args.lang.unwrap_or_else(crate::say::spoken);
    (lang, words(lang))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn watching_answers_are_health_or_a_trouble_with_advice() {
        let trouble = |status, kind, body: &str| read(status, kind, body.as_bytes()).err();
        let well = r#"{"at":"2025-12-22T06:24:00.000Z","carriers":[],"ourselves":[],"new":1}"#;
        assert_eq!(trouble(200, "application/json; charset=utf-8", well), None);
        assert_eq!(trouble(401, "application/problem+json", "{}"), Some(Trouble::Status(401)));
        assert_eq!(trouble(200, "text/html", "<p>"), Some(Trouble::Stranger("text/html".into())));
        assert_eq!(trouble(200, "application/json", "[1]"), Some(Trouble::Unreadable(1, 2)));
        for lang in [Lang::En, Lang::Fr] {
            let all = [Trouble::Nobody, Trouble::Silent, Trouble::Stranger("x".into()), Trouble::Unreadable(1, 1)];
            for one in all.into_iter().chain([401, 403, 404, 502].map(Trouble::Status)) {
                let fault = one.fault("http://here", lang);
                assert!(fault.message.contains(';') && !one.short(lang).is_empty(), "{fault}");
            }
        }
    }

    #[test]
    fn watching_keys_are_one_line_and_never_said() {
        let dir = tempfile::tempdir().expect("a directory");
        let path = dir.path().join("key");
        #[expect(clippy::disallowed_methods, reason = "a test makes its own file")]
        let read = |text: &str| {
            std::fs::write(&path, text).expect("written");
            key(Some(&path), words(Lang::En)).map(|key| key.to_string())
        };
        assert_eq!(read("tk_1\r\nmore"), Ok("tk_1".into()));
        assert!(read("\n").is_err_and(|fault| fault.message.contains("--key-file")));
        assert!(read("tk_hush hush").is_err_and(|fault| !fault.message.contains("hush")));
        assert!(key(Some(&dir.path().join("none")), words(Lang::En)).is_err());
    }
}
