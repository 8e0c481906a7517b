//! Writes an announcement.

use super::{
    AnnouncedParcel, Announcement, EdiError, letters,
    letters::clean,
    row::{
        self, INSTRUCTIONS_CHARACTERS_MAX, ORDER_CHARACTERS_MAX, PARCEL, REF_CHARACTERS_MAX, SITE_CHARACTERS_MAX, SLIP,
        VERSION,
    },
};
use jiff::civil::DateTime;
use parcel::Cents;

/// About so many bytes stand for one parcel.
const ROW_BYTES: usize = 256;

/// Writes the file's bytes.
///
/// # Errors
/// No parcel or too many, a number twice, a product or a pickup point that do not go together: nothing of it is written,
/// since the carrier would read the rest without it.
pub fn write(announcement: &Announcement) -> Result<Vec<u8>, EdiError> {
    row::check(announcement)?;
    let mut file = Vec::with_capacity((announcement.parcels.len() + 1) * ROW_BYTES);
    push_row(&mut file, &slip(announcement));
    for parcel in &announcement.parcels {
        push_row(&mut file, &columns(parcel));
    }
    Ok(file)
}

fn push_row(file: &mut Vec<u8>, columns: &[String]) {
    for (at, column) in columns.iter().enumerate() {
        if at > 0 {
            file.push(b';');
        }
        letters::push_latin1(file, column);
    }
    file.extend_from_slice(b"\r\n");
}

fn slip(announcement: &Announcement) -> [String; row::SLIP_COLUMNS.len()] {
    [
        SLIP.into(),
        announcement.bordereau.to_string(),
        announcement.client.to_string(),
        minute(announcement.handed_over),
        minute(announcement.issued),
        VERSION.into(),
        clean(&announcement.site, SITE_CHARACTERS_MAX).into_owned(),
        clean(&announcement.site_name, SITE_CHARACTERS_MAX).into_owned(),
    ]
}

fn minute(at: DateTime) -> String {
    at.strftime("%Y%m%d%H%M").to_string()
}

fn columns(parcel: &AnnouncedParcel) -> [String; row::PARCEL_COLUMNS.len()] {
    let to = letters::cleaned(&parcel.addressee);
    let text = |part: Option<&str>, max| part.map(|t| clean(t, max).into_owned()).unwrap_or_default();
    let part = |part: Option<String>| part.unwrap_or_default();
    [
        PARCEL.into(),
        parcel.number.prefix().into(),
        format!("{:010}", parcel.number.serial()),
        parcel.weight.grams().to_string(),
        part(to.postal_code),
        part(to.country),
        parcel.product.code().into(),
        text(parcel.order_number.as_ref().map(|n| n.as_str()), ORDER_CHARACTERS_MAX),
        text(parcel.parcel_ref.as_deref(), REF_CHARACTERS_MAX),
        parcel.insurance.map_or(0, |Cents(cents)| cents).to_string(),
        u8::from(parcel.non_machinable).to_string(),
        "0".into(),
        text(parcel.instructions.as_deref(), INSTRUCTIONS_CHARACTERS_MAX),
        format!("`{}`{}", part(to.first_name), part(to.last_name)),
        part(to.company),
        part(to.floor),
        part(to.building),
        part(to.street),
        part(to.locality),
        part(to.city),
        part(to.door_code1),
        part(to.door_code2),
        part(to.intercom),
        part(to.phone),
        part(to.email),
        part(to.mobile),
        parcel.pickup_point.map(|p| p.to_string()).unwrap_or_default(),
    ]
}
