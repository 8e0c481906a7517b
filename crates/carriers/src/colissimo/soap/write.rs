//! Writes SOAP answers: what the REST answers say, in XML.

use super::{ENVELOPE, NAMESPACE, SoapFault, SoapOperation};
use crate::colissimo::{
    LabelAnswer, LineEnds, Message, SlipAnswer, SlipHeader, multipart_write::Writer, write::message, xml::escaped,
};
use base64::{Engine, engine::general_purpose::STANDARD};
use bytes::Bytes;
use std::fmt::Write;

/// The first part of an answer with attachments.
const ROOT: &str = "root.message@cxf.apache.org";
const PLAIN: &str = "text/xml;charset=UTF-8";
const WSDL: &str = include_str!("service.wsdl");
/// What stands in the description where the service's address goes.
const ADDRESS: &str = "{address}";

/// What is answered.
pub enum SoapAnswer<'a> {
    /// A label.
    Label(&'a LabelAnswer),
    /// A deposit slip.
    Slip(&'a SlipAnswer),
    /// A message alone: a refusal by its id, or with id `0` the yes of a check.
    Message {
        /// Its id in the table of errors.
        id: &'a str,
        /// The text; an empty one stands for the table's.
        text: &'a str,
    },
}

/// How the bytes of an answer travel.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Packing {
    /// As attachments (MTOM/XOP), as the carrier's servers send them.
    Attached(LineEnds),
    /// Within the XML, in base64, for a client that takes no attachments.
    Inline,
}

/// Writes an answer, content type and body, of status 200. `boundary_uuid` must not occur in the attachments.
pub fn write_soap(
    operation: SoapOperation,
    answer: &SoapAnswer<'_>,
    packing: Packing,
    boundary_uuid: &str,
) -> (String, Bytes) {
    let mut writing = Writing { xml: String::new(), packing, uuid: boundary_uuid, attached: Vec::new() };
    // Writing to a string does not fail.
    _ = writing.answer(operation, answer);
    writing.packed()
}

/// Writes a fault, content type and body, of status 500.
pub fn write_soap_fault(fault: &SoapFault) -> (String, Bytes) {
    let SoapFault { code, text } = fault;
    let fault = format!(
        "<soap:Fault><faultcode>soap:{code}</faultcode><faultstring>{}</faultstring></soap:Fault>",
        escaped(text)
    );
    (PLAIN.to_owned(), enveloped(&fault).into())
}

/// The description of the service (WSDL 1.1), which is to be had at this address: content type and body.
pub fn wsdl(address: &str) -> (String, Bytes) {
    (PLAIN.to_owned(), WSDL.replace(ADDRESS, &escaped(address)).into())
}

fn enveloped(content: &str) -> String {
    format!("<soap:Envelope xmlns:soap=\"{ENVELOPE}\"><soap:Body>{content}</soap:Body></soap:Envelope>")
}

/// An answer that is being written.
struct Writing<'a> {
    xml: String,
    packing: Packing,
    uuid: &'a str,
    attached: Vec<&'a [u8]>,
}

impl<'a> Writing<'a> {
    fn answer(&mut self, operation: SoapOperation, answer: &SoapAnswer<'a>) -> std::fmt::Result {
        let name = operation.name();
        write!(self.xml, "<ns2:{name}Response xmlns:ns2=\"{NAMESPACE}\"><return>")?;
        match *answer {
            SoapAnswer::Message { id, text } => self.messages(&[message(id, text)])?,
            SoapAnswer::Label(label) if operation == SoapOperation::Reprint => {
                self.messages(&label.messages)?;
                self.bytes("label", &label.label)?;
            }
            SoapAnswer::Label(label) => {
                self.messages(&label.messages)?;
                self.label(label)?;
            }
            SoapAnswer::Slip(slip) => {
                self.messages(&slip.messages)?;
                self.slip(slip)?;
            }
        }
        write!(self.xml, "</return></ns2:{name}Response>")
    }

    fn messages(&mut self, messages: &[Message]) -> std::fmt::Result {
        let done = [message("0", "")];
        for Message { id, kind, content } in if messages.is_empty() { &done[..] } else { messages } {
            self.xml.push_str("<messages>");
            self.text("id", Some(id));
            self.text("messageContent", Some(content));
            self.text("type", Some(kind));
            self.xml.push_str("</messages>");
        }
        Ok(())
    }

    fn label(&mut self, answer: &'a LabelAnswer) -> std::fmt::Result {
        self.xml.push_str("<labelV2Response>");
        self.bytes("label", &answer.label)?;
        if let Some(cn23) = answer.cn23.as_deref().filter(|bytes| !bytes.is_empty()) {
            self.bytes("cn23", cn23)?;
        }
        self.text("parcelNumber", Some(answer.number.as_str()));
        self.text("parcelNumberPartner", answer.partner_number.as_deref());
        self.text("pdfUrl", answer.pdf_url.as_deref());
        self.xml.push_str("</labelV2Response>");
        Ok(())
    }

    fn slip(&mut self, answer: &'a SlipAnswer) -> std::fmt::Result {
        self.xml.push_str("<bordereau>");
        self.bytes("bordereauDataHandler", &answer.paper)?;
        self.xml.push_str("<bordereauHeader>");
        let SlipHeader { number, parcels, published_ms, client, company, address, site, site_name } = &answer.header;
        let moment = published_ms.and_then(|ms| jiff::Timestamp::from_millisecond(ms).ok());
        self.text("address", address.as_deref());
        // The schema has these two always.
        self.text("bordereauNumber", Some(&number.unwrap_or_default().to_string()));
        self.text("clientNumber", client.as_deref());
        self.text("codeSitePCH", site.as_deref());
        self.text("company", company.as_deref());
        self.text("nameSitePCH", site_name.as_deref());
        self.text("numberOfParcels", Some(&parcels.unwrap_or_default().to_string()));
        self.text("publishingDate", moment.map(|moment| moment.to_string()).as_deref());
        self.xml.push_str("</bordereauHeader></bordereau>");
        Ok(())
    }

    /// An element with text; nothing where there is none.
    fn text(&mut self, name: &str, text: Option<&str>) {
        if let Some(text) = text {
            self.xml.push_str(&format!("<{name}>{}</{name}>", escaped(text)));
        }
    }

    /// An element with bytes.
    fn bytes(&mut self, name: &str, bytes: &'a [u8]) -> std::fmt::Result {
        match self.packing {
            Packing::Inline => write!(self.xml, "<{name}>{}</{name}>", STANDARD.encode(bytes)),
            Packing::Attached(_) => {
                self.attached.push(bytes);
                let id = attachment_id(self.uuid, self.attached.len());
                write!(
                    self.xml,
                    "<{name}><xop:Include xmlns:xop=\"http://www.w3.org/2004/08/xop/include\" href=\"cid:{id}\"/></{name}>"
                )
            }
        }
    }

    fn packed(self) -> (String, Bytes) {
        let root = enveloped(&self.xml);
        let Packing::Attached(line_ends) = self.packing else { return (PLAIN.to_owned(), root.into()) };
        let bytes = root.len() + self.attached.iter().map(|bytes| bytes.len()).sum::<usize>();
        let mut writer = Writer::new(line_ends, self.uuid, bytes);
        writer.part("application/xop+xml; charset=UTF-8; type=\"text/xml\"", ROOT, root.as_bytes());
        for (bytes, place) in self.attached.iter().zip(1..) {
            writer.part("application/octet-stream", &attachment_id(self.uuid, place), bytes);
        }
        let content_type = format!(
            "multipart/related; type=\"application/xop+xml\"; boundary=\"{}\"; start=\"<{ROOT}>\"; start-info=\"text/xml\"",
            writer.boundary()
        );
        (content_type, writer.end())
    }
}

fn attachment_id(uuid: &str, place: usize) -> String {
    let uuid: String = uuid.chars().filter(|c| c.is_ascii_alphanumeric() || *c == '-').collect();
    format!("{uuid}-{place}@cxf.apache.org")
}
