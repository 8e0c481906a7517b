//! The server behind: it answers with what it understood, and writes down every byte.

use std::{
    io::{BufRead, BufReader, Read, Write},
    net::{TcpListener, TcpStream},
    sync::{Arc, Mutex},
    thread,
};

/// Its address, and what it heard.
pub(crate) struct Origin {
    pub(crate) url: String,
    heard: Arc<Mutex<Vec<u8>>>,
}

impl Origin {
    #[expect(clippy::disallowed_methods, reason = "stands in for a server behind the door")]
    pub(crate) fn open() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let url = format!("http://{}", listener.local_addr().expect("an address"));
        let heard = Arc::<Mutex<Vec<u8>>>::default();
        let all = Arc::clone(&heard);
        thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                let heard = Arc::clone(&all);
                thread::spawn(move || while answer(&stream, &heard).is_some() {});
            }
        });
        Self { url, heard }
    }

    /// What it heard since it was last asked.
    pub(crate) fn heard(&self) -> String {
        String::from_utf8_lossy(&std::mem::take(&mut *self.heard.lock().expect("lock"))).into_owned()
    }
}

/// Reads one request and answers it; nothing when the connection ended.
fn answer(stream: &TcpStream, heard: &Mutex<Vec<u8>>) -> Option<()> {
    let mut reader = BufReader::new(Written(stream, heard));
    let mut line = || {
        let mut line = String::new();
        (reader.read_line(&mut line).ok()? > 0).then(|| line.trim_end().to_owned())
    };
    let request = line()?;
    let (mut length, mut chunked) = (0, false);
    while let Some((name, value)) = line()?.split_once(':') {
        match name.to_ascii_lowercase().as_str() {
            "content-length" => length = value.trim().parse().ok()?,
            "transfer-encoding" => chunked = true,
            _ => {}
        }
    }
    let mut body = if chunked { in_chunks(&mut reader)? } else { 0 };
    let mut rest = vec![0; length];
    reader.read_exact(&mut rest).ok()?;
    body += length;
    let (method, path) = request.strip_suffix(" HTTP/1.1")?.split_once(' ')?;
    let text = if path == "/big" { "big".repeat(40_000) } else { format!("{method} {path} {body}") };
    let whole = |head: &str| format!("HTTP/1.1 {head}\r\n\r\n");
    let mut said = match path {
        "/204" => whole("204 No Content"),
        "/304" => whole("304 Not Modified\r\nEtag: \"x\""),
        "/hints" => whole("103 Early Hints\r\nLink: </x>"),
        _ => String::new(),
    };
    if !matches!(path, "/204" | "/304") {
        said += &whole(&format!("200 OK\r\nContent-Length: {}", text.len()));
        said += if method == "HEAD" { "" } else { &text };
    }
    let mut stream = stream;
    stream.write_all(said.as_bytes()).ok()
}

fn in_chunks(reader: &mut impl BufRead) -> Option<usize> {
    let mut sum = 0;
    loop {
        let mut size = String::new();
        reader.read_line(&mut size).ok()?;
        let size = usize::from_str_radix(size.trim_end(), 16).ok()?;
        reader.read_exact(&mut vec![0; size + 2]).ok()?;
        sum += size;
        if size == 0 {
            return Some(sum);
        }
    }
}

/// A stream of which a copy is kept.
struct Written<'a>(&'a TcpStream, &'a Mutex<Vec<u8>>);

impl Read for Written<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let n = (&mut self.0).read(buffer)?;
        self.1.lock().expect("lock").extend_from_slice(&buffer[..n]);
        Ok(n)
    }
}
