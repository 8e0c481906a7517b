//! The simulated carrier's SFTP server, to which announcements are delivered: on the loopback interface, in memory.
//!
//! Takes any user with any password or key; whose parcels they are is said in the file. Folders are all one. A file that
//! gets the ending `.ok` is complete: the carrier takes it in at that moment, or, while it is dark, refuses the new name.
//! The server's key follows from the seed, so that its fingerprint can be pinned beforehand.

use crate::{carrier::SharedCarrier, wire::WireError};
use carriers::colissimo::edi::{COMPLETE, FILE_BYTES_MAX};
use clock::Clock;
use russh::{
    Channel, ChannelId,
    keys::{HashAlg, PrivateKey, ssh_key::private::Ed25519Keypair},
    server::{self, Auth, ChannelOpenHandle, Config, Msg, Session, VerifiedPublicKey},
};
use russh_sftp::protocol::{Attrs, File, FileAttributes, Handle, Name, OpenFlags, Status, StatusCode};
use sha2::{Digest, Sha256};
use std::{
    collections::HashMap,
    net::SocketAddr,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};
use tokio::{
    net::{TcpListener, TcpStream},
    sync::oneshot,
    task::JoinSet,
};

/// Files kept at once, at most; more are refused.
const FILES_MAX: usize = 1_000;
/// How long a connection may be quiet.
const QUIET_MAX: Duration = Duration::from_secs(120);

/// A running server. Dropping it ends it and cuts its connections.
pub struct DropServer {
    addr: SocketAddr,
    fingerprint: String,
    stop: Option<oneshot::Sender<()>>,
    running: JoinSet<()>,
}

impl DropServer {
    /// Listens on this loopback address; port 0 takes any free one.
    ///
    /// # Errors
    /// When the address is not on the loopback interface, or cannot be listened on.
    #[expect(
        clippy::disallowed_methods,
        reason = "the simulation binds for its carriers, on the loopback interface only"
    )]
    pub async fn start(
        addr: SocketAddr,
        carrier: SharedCarrier,
        clock: Arc<dyn Clock>,
        seed: u64,
    ) -> Result<Self, WireError> {
        if !addr.ip().is_loopback() {
            return Err(WireError::NotLoopback(addr));
        }
        let cannot = |source| WireError::Bind { addr, source };
        let listener = TcpListener::bind(addr).await.map_err(cannot)?;
        let addr = listener.local_addr().map_err(cannot)?;
        let key = host_key(seed);
        let fingerprint = key.fingerprint(HashAlg::Sha256).to_string();
        let config = Arc::new(Config { keys: vec![key], inactivity_timeout: Some(QUIET_MAX), ..Config::default() });
        let files = Files { kept: Arc::default(), carrier, clock };
        let (stop, stopped) = oneshot::channel();
        let mut running = JoinSet::new();
        running.spawn(serve(listener, config, files, stopped));
        Ok(Self { addr, fingerprint, stop: Some(stop), running })
    }

    /// Where it listens.
    pub fn local_addr(&self) -> SocketAddr {
        self.addr
    }

    /// The SHA-256 fingerprint of its key, as OpenSSH prints it.
    pub fn fingerprint(&self) -> &str {
        &self.fingerprint
    }

    /// Stops listening, cuts every connection, and returns when that is done.
    pub async fn shutdown(mut self) {
        drop(self.stop.take());
        while self.running.join_next().await.is_some() {}
    }
}

fn host_key(seed: u64) -> PrivateKey {
    let seed = Sha256::digest(format!("host key of the simulated carrier {seed}"));
    PrivateKey::from(Ed25519Keypair::from_seed(&seed.into()))
}

async fn serve(listener: TcpListener, config: Arc<Config>, files: Files, mut stopped: oneshot::Receiver<()>) {
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            _ = &mut stopped => break,
            Some(_) = connections.join_next() => {}
            Ok((stream, _)) = listener.accept() => {
                connections.spawn(connection(stream, Arc::clone(&config), files.clone()));
            }
        }
    }
    connections.shutdown().await;
}

async fn connection(stream: TcpStream, config: Arc<Config>, files: Files) {
    // A connection that breaks is its client's business.
    if let Ok(session) = server::run_stream(config, stream, Guest { files, channels: HashMap::new() }).await {
        let _ = session.await;
    }
}

/// What was uploaded, shared by all connections.
#[derive(Clone)]
struct Files {
    kept: Arc<Mutex<HashMap<String, Vec<u8>>>>,
    carrier: SharedCarrier,
    clock: Arc<dyn Clock>,
}

impl Files {
    fn lock(&self) -> MutexGuard<'_, HashMap<String, Vec<u8>>> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn create(&self, name: &str) -> Result<(), StatusCode> {
        let mut kept = self.lock();
        if kept.len() >= FILES_MAX && !kept.contains_key(name) {
            return Err(StatusCode::Failure);
        }
        kept.insert(name.to_owned(), Vec::new());
        Ok(())
    }

    fn write(&self, name: &str, offset: u64, data: &[u8]) -> Result<(), StatusCode> {
        let mut kept = self.lock();
        let file = kept.get_mut(name).ok_or(StatusCode::NoSuchFile)?;
        let start = usize::try_from(offset).map_err(|_| StatusCode::Failure)?;
        let end = start.checked_add(data.len()).filter(|end| *end <= FILE_BYTES_MAX).ok_or(StatusCode::Failure)?;
        file.resize(file.len().max(end), 0);
        file[start..end].copy_from_slice(data);
        Ok(())
    }

    fn size(&self, name: &str) -> Result<FileAttributes, StatusCode> {
        let size = self.lock().get(name).map(|file| file.len() as u64).ok_or(StatusCode::NoSuchFile)?;
        Ok(FileAttributes { size: Some(size), ..FileAttributes::empty() })
    }

    fn rename(&self, from: &str, to: &str) -> Result<(), StatusCode> {
        let mut kept = self.lock();
        if kept.contains_key(to) {
            return Err(StatusCode::Failure);
        }
        let file = kept.remove(from).ok_or(StatusCode::NoSuchFile)?;
        if let Some(whole) = to.strip_suffix(COMPLETE)
            && self.carrier.announce(self.clock.now(), whole, &file).is_err()
        {
            kept.insert(from.to_owned(), file);
            return Err(StatusCode::Failure);
        }
        kept.insert(to.to_owned(), file);
        Ok(())
    }
}

/// One client's connection.
struct Guest {
    files: Files,
    channels: HashMap<ChannelId, Channel<Msg>>,
}

impl server::Handler for Guest {
    type Error = russh::Error;

    async fn auth_password(&mut self, _user: &str, _password: &str) -> Result<Auth, russh::Error> {
        Ok(Auth::Accept)
    }

    async fn auth_publickey(&mut self, _user: &str, _key: VerifiedPublicKey<'_>) -> Result<Auth, russh::Error> {
        Ok(Auth::Accept)
    }

    async fn channel_open_session(
        &mut self,
        channel: Channel<Msg>,
        reply: ChannelOpenHandle,
        _session: &mut Session,
    ) -> Result<(), russh::Error> {
        self.channels.insert(channel.id(), channel);
        reply.accept().await;
        Ok(())
    }

    async fn channel_eof(&mut self, channel: ChannelId, session: &mut Session) -> Result<(), russh::Error> {
        session.close(channel)
    }

    async fn subsystem_request(
        &mut self,
        channel: ChannelId,
        name: &str,
        session: &mut Session,
    ) -> Result<(), russh::Error> {
        match self.channels.remove(&channel).filter(|_| name == "sftp") {
            Some(opened) => {
                session.channel_success(channel)?;
                russh_sftp::server::run(opened.into_stream(), Desk(self.files.clone())).await;
            }
            None => session.channel_failure(channel)?,
        }
        Ok(())
    }
}

/// The files as SFTP asks for them; a handle is the file's name.
struct Desk(Files);

fn base(path: &str) -> String {
    path.rsplit('/').next().unwrap_or_default().to_owned()
}

fn done(id: u32) -> Status {
    Status { id, status_code: StatusCode::Ok, error_message: "Ok".into(), language_tag: "en".into() }
}

impl russh_sftp::server::Handler for Desk {
    type Error = StatusCode;

    fn unimplemented(&self) -> StatusCode {
        StatusCode::OpUnsupported
    }

    async fn open(&mut self, id: u32, path: String, flags: OpenFlags, _: FileAttributes) -> Result<Handle, StatusCode> {
        let name = base(&path);
        if !flags.contains(OpenFlags::WRITE | OpenFlags::CREATE) {
            return Err(StatusCode::PermissionDenied);
        }
        self.0.create(&name)?;
        Ok(Handle { id, handle: name })
    }

    async fn write(&mut self, id: u32, handle: String, offset: u64, data: Vec<u8>) -> Result<Status, StatusCode> {
        self.0.write(&handle, offset, &data).map(|()| done(id))
    }

    async fn close(&mut self, id: u32, _handle: String) -> Result<Status, StatusCode> {
        Ok(done(id))
    }

    async fn stat(&mut self, id: u32, path: String) -> Result<Attrs, StatusCode> {
        self.0.size(&base(&path)).map(|attrs| Attrs { id, attrs })
    }

    async fn lstat(&mut self, id: u32, path: String) -> Result<Attrs, StatusCode> {
        self.stat(id, path).await
    }

    async fn rename(&mut self, id: u32, from: String, to: String) -> Result<Status, StatusCode> {
        self.0.rename(&base(&from), &base(&to)).map(|()| done(id))
    }

    async fn realpath(&mut self, id: u32, _path: String) -> Result<Name, StatusCode> {
        Ok(Name { id, files: vec![File::dummy("/")] })
    }
}
