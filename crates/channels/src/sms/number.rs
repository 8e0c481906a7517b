//! Telephone numbers as the network knows them: E.164, a plus and 8 to 15 digits.

const DIGITS_MIN: usize = 8;
const DIGITS_MAX: usize = 15;
/// The longest text that is read, in bytes: a number with what people put between its digits.
const TEXT_BYTES_MAX: usize = 40;
/// Before a number that is written as it is dialled within the country: France.
const HOME: &str = "+33";
/// Digits of a French number, the leading zero among them.
const HOME_DIGITS: usize = 10;

/// Text that is no telephone number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("this is not a telephone number; write it with its country, such as +33 6 12 34 56 78")]
pub struct BadNumber;

/// Reads a number as people write it: with spaces, dots, hyphens and brackets, with `00` for the plus, or as it is dialled in
/// France.
///
/// # Errors
/// [`BadNumber`].
pub fn number(text: &str) -> Result<String, BadNumber> {
    let text = Some(text.trim()).filter(|text| text.len() <= TEXT_BYTES_MAX).ok_or(BadNumber)?;
    let between = |c: &char| matches!(c, ' ' | '\u{a0}' | '\u{202f}' | '.' | '-' | '(' | ')' | '/');
    let bare: String = text.chars().filter(|c| !between(c)).collect();
    let full = match bare.strip_prefix("00") {
        Some(rest) => format!("+{rest}"),
        None if bare.starts_with('0') && bare.len() == HOME_DIGITS => format!("{HOME}{}", &bare[1..]),
        None => bare,
    };
    let digits = full.strip_prefix('+').ok_or(BadNumber)?;
    let good = (DIGITS_MIN..=DIGITS_MAX).contains(&digits.len())
        && digits.bytes().all(|digit| digit.is_ascii_digit())
        && !digits.starts_with('0');
    if good { Ok(full) } else { Err(BadNumber) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_read_as_they_are_written() {
        for (text, read) in [
            ("+33612345678", "+33612345678"),
            (" +33 6 12.34-56 78 ", "+33612345678"),
            ("06 12 34 56 78", "+33612345678"),
            ("0033 612345678", "+33612345678"),
            ("+44 (20) 7946 0000", "+442079460000"),
        ] {
            assert_eq!(number(text).as_deref(), Ok(read), "{text}");
        }
        for bad in [
            "",
            "+",
            "612345678",
            "+0612345678",
            "+33 6 12",
            "+1234567890123456",
            "+33612345678\r\n1",
            "+3361234567a",
            "٠٦١٢٣٤٥٦٧٨",
            "+33612345678,+33612345679",
            &"0".repeat(60),
        ] {
            assert_eq!(number(bad), Err(BadNumber), "{bad:?}");
        }
    }
}
