//! Writes a multipart body, as the label service does.
//!
//! `Content-ID` is the last header of each part and boundaries begin with `uuid:`: there are clients that look for
//! exactly that, some of them with one kind of line end only.

use super::LineEnds;
use bytes::{BufMut, Bytes, BytesMut};

/// Room for boundaries, part headers and the first part, beside the attachments.
const FRAME_BYTES: usize = 2048;

/// A body that is being written.
pub(super) struct Writer {
    line_end: &'static str,
    boundary: String,
    body: BytesMut,
}

impl Writer {
    /// Begins a body with so many bytes of attachments. Of `boundary_uuid` letters, digits and dashes are used.
    pub(super) fn new(line_ends: LineEnds, boundary_uuid: &str, content_bytes: usize) -> Self {
        let uuid: String = boundary_uuid.chars().filter(|c| c.is_ascii_alphanumeric() || *c == '-').take(64).collect();
        let body = BytesMut::with_capacity(content_bytes + FRAME_BYTES);
        Self { line_end: line_ends.as_str(), boundary: format!("uuid:{uuid}"), body }
    }

    /// The boundary.
    pub(super) fn boundary(&self) -> &str {
        &self.boundary
    }

    fn line(&mut self, pieces: &[&str]) {
        pieces.iter().for_each(|piece| self.body.put_slice(piece.as_bytes()));
        self.body.put_slice(self.line_end.as_bytes());
    }

    /// Adds a part.
    pub(super) fn part(&mut self, content_type: &str, id: &str, content: &[u8]) {
        let boundary = std::mem::take(&mut self.boundary);
        self.line(&["--", &boundary]);
        self.line(&["Content-Type: ", content_type]);
        self.line(&["Content-Transfer-Encoding: binary"]);
        self.line(&["Content-ID: <", id, ">"]);
        self.line(&[]);
        self.body.put_slice(content);
        self.line(&[]);
        self.boundary = boundary;
    }

    /// Ends the body.
    pub(super) fn end(mut self) -> Bytes {
        let boundary = std::mem::take(&mut self.boundary);
        self.line(&["--", &boundary, "--"]);
        self.body.freeze()
    }
}
