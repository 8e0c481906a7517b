//! The page's form, there and back.

use super::Answer;
use axum::extract::Query;
use http::Uri;
use serde::Deserialize;

/// The longest form that is read, in bytes.
const FORM_BYTES_MAX: usize = 1_000;

#[derive(Deserialize)]
struct Form {
    answer: String,
}

/// The answer in a form; nothing for anything else.
pub(super) fn read(bytes: &[u8]) -> Option<Answer> {
    let text = std::str::from_utf8(bytes).ok().filter(|text| text.len() <= FORM_BYTES_MAX)?;
    // A form is written as a query is.
    let uri: Uri = format!("/?{}", text.trim()).parse().ok()?;
    let form = Query::<Form>::try_from_uri(&uri).ok()?.0;
    match form.answer.split_once(':') {
        Some(("point", id)) => Some(Answer::Point(id.parse().ok()?)),
        None if form.answer == "home" => Some(Answer::Home),
        None if form.answer == "keep" => Some(Answer::Keep),
        _ => None,
    }
}

/// The value of the field that [`read`] takes for this answer.
pub(super) fn value(answer: Answer) -> String {
    match answer {
        Answer::Point(point) => format!("point:{point}"),
        Answer::Home => "home".into(),
        Answer::Keep => "keep".into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_read_back_and_nothing_else_is_one() {
        let point = "750021".parse().expect("a point");
        for answer in [Answer::Point(point), Answer::Home, Answer::Keep] {
            assert_eq!(read(format!("answer={}&lang=fr", value(answer)).as_bytes()), Some(answer));
        }
        assert_eq!(read(b"answer=point%3A750021"), Some(Answer::Point(point)));
        let long = format!("answer=home&x={}", "x".repeat(2_000));
        for bad in ["", "answer=", "answer=point:", "answer=nowhere", "answer=home&answer=keep", "\u{e9}", &long] {
            assert_eq!(read(bad.as_bytes()), None, "{bad}");
        }
        assert_eq!(read(&[0xff, 0xfe]), None);
    }
}
