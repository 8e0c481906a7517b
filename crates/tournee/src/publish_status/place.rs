//! Where the twin is kept: a directory, or a store of the S3 kind.

use super::File;
use crate::{cli::Destination, fault::Fault};
use clock::{Clock, SystemClock};
use exchange::{HttpOptions, HttpTransport, Request, Transport};
use http::{Method, header};
use rusty_s3::{Bucket, Credentials, S3Action, UrlStyle};
use std::{env, fs, io, path::Path, time::Duration};

/// How long the store may take for one file.
const PUT_MAX: Duration = Duration::from_secs(20);
/// How long a signed request is good.
const SIGNED_FOR: Duration = Duration::from_secs(300);
/// How long a reader's cache may keep a file, in seconds: about as long as the page may be read as the present.
const CACHE: &str = "public, max-age=15";

/// A place for files.
pub(super) enum Place {
    Dir(std::path::PathBuf),
    Store(Box<Store>),
}

/// A store of the S3 kind.
pub(super) struct Store {
    way: HttpTransport,
    bucket: Bucket,
    keys: Credentials,
    prefix: String,
}

impl Place {
    pub(super) fn new(to: &Destination) -> Result<Self, Fault> {
        match to {
            Destination::Dir(dir) => Ok(Self::Dir(dir.clone())),
            Destination::Bucket { name, prefix } => Ok(Self::Store(Box::new(Store::new(name, prefix)?))),
        }
    }

    pub(super) async fn put(&self, file: &File) -> Result<(), Fault> {
        match self {
            Self::Dir(dir) => write(&dir.join(&file.name), &file.body).map_err(|e| {
                Fault::cant_create(format!(
                    "cannot write {}: {e}; give --to a directory that can be written",
                    dir.join(&file.name).display()
                ))
            }),
            Self::Store(store) => store.put(file).await,
        }
    }
}

/// Whole or not at all: a reader never sees half a file.
fn write(path: &Path, body: &[u8]) -> io::Result<()> {
    let dir = path.parent().unwrap_or(Path::new("."));
    fs::create_dir_all(dir)?;
    let mut fresh = tempfile::NamedTempFile::with_prefix_in(".publishing-", dir)?;
    io::Write::write_all(&mut fresh, body)?;
    readable(fresh.path())?;
    fresh.persist(path)?;
    Ok(())
}

/// For the web server, which is another user.
#[cfg(unix)]
fn readable(path: &Path) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    fs::set_permissions(path, fs::Permissions::from_mode(0o644))
}

#[cfg(not(unix))]
fn readable(_: &Path) -> io::Result<()> {
    Ok(())
}

impl Store {
    fn new(name: &str, prefix: &str) -> Result<Self, Fault> {
        let region = env::var("AWS_REGION").unwrap_or_else(|_| "us-east-1".into());
        let (key, secret) = (needed("AWS_ACCESS_KEY_ID")?, needed("AWS_SECRET_ACCESS_KEY")?);
        let keys = match env::var("AWS_SESSION_TOKEN") {
            Ok(token) => Credentials::new_with_token(key, secret, token),
            Err(_) => Credentials::new(key, secret),
        };
        let endpoint = needed("AWS_ENDPOINT_URL")?;
        let bad = |why: String| Fault::usage(format!("AWS_ENDPOINT_URL: {why}"));
        let base = endpoint.parse().map_err(|_| bad("it is no address; write https:// and a host".into()))?;
        let way = HttpTransport::new(base, HttpOptions { idle_max: 1, ..HttpOptions::default() });
        let way = way.map_err(|e| bad(e.to_string()))?;
        let address = endpoint.parse().map_err(|_| bad("it is no address; write https:// and a host".into()))?;
        let bucket = Bucket::new(address, UrlStyle::Path, name.to_owned(), region).map_err(|e| bad(e.to_string()))?;
        Ok(Self { way, bucket, keys, prefix: prefix.to_owned() })
    }

    async fn put(&self, file: &File) -> Result<(), Fault> {
        let name = format!("{}{}", self.prefix, file.name);
        let headers = [(header::CONTENT_TYPE, file.content_type), (header::CACHE_CONTROL, CACHE)];
        let mut put = self.bucket.put_object(Some(&self.keys), &name);
        for (header, value) in &headers {
            put.headers_mut().insert(header.as_str().to_owned(), *value);
        }
        let now = jiff::Timestamp::from_millisecond(SystemClock.now().unix_ms()).unwrap_or_default();
        let signed = put.sign_with_time(SIGNED_FOR, &now);
        let request = Request {
            method: Method::PUT,
            path_and_query: format!("{}?{}", signed.path(), signed.query().unwrap_or_default()),
            headers: headers.map(|(header, value)| (header, value.to_owned())).into(),
            body: file.body.clone(),
        };
        // The signature is the right: it is not said when the store refuses it.
        match self.way.exchange(request, PUT_MAX, Box::new(|| ())).await.result {
            Ok(answer) if (200..300).contains(&answer.status) => Ok(()),
            Ok(answer) => Err(Fault::unavailable(format!(
                "the store answers {} to {name}; check the bucket, the region and what the keys may do",
                answer.status
            ))),
            Err(_) => Err(Fault::unavailable("the store does not answer; check AWS_ENDPOINT_URL".to_owned())),
        }
    }
}

fn needed(variable: &str) -> Result<String, Fault> {
    let value = env::var(variable).ok().filter(|value| !value.is_empty());
    value.ok_or_else(|| {
        Fault::usage(format!("{variable} is not set; a store needs its address and keys in the environment"))
    })
}
