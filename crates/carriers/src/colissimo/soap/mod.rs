//! The SOAP twin of the label service, the server's end: the gateway itself asks the carrier by REST alone.
//!
//! A call is read into the very object that the REST codec reads, so that the rules and the shipments are the same by
//! whichever door a client comes. The answer goes out as the carrier's servers write it: XML with its attachments beside
//! it (MTOM), or within it in base64 for a client that cannot take attachments.

mod read;
mod write;

pub use read::{SoapCall, SoapFault, SoapOperation, read_soap};
pub use write::{Packing, SoapAnswer, write_soap, write_soap_fault, wsdl};

/// Path of the service; with `?wsdl` its description.
pub const SOAP: &str = "/sls-ws/SlsServiceWS/2.0";
/// The namespace of its operations.
const NAMESPACE: &str = "http://sls.ws.coliposte.fr";
/// The namespace of a SOAP 1.1 envelope.
const ENVELOPE: &str = "http://schemas.xmlsoap.org/soap/envelope/";
