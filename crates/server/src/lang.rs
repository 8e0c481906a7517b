//! In which of the two languages a page is written.

pub(crate) use notice::Lang;

use http::{HeaderMap, Uri, header};

/// What the query asks for (`lang=`), else what the reader's browser likes best of the two, else French: most buyers'.
pub(crate) fn of(uri: &Uri, headers: &HeaderMap) -> Lang {
    let asked = uri.query().into_iter().flat_map(|query| query.split('&')).find_map(|pair| pair.strip_prefix("lang="));
    let lines = headers.get_all(header::ACCEPT_LANGUAGE).iter().filter_map(|line| line.to_str().ok());
    Lang::wanted(asked, lines)
}

#[cfg(test)]
mod tests {
    use super::*;
    use http::HeaderValue;

    #[test]
    fn the_query_goes_before_the_browser_and_french_before_nothing() {
        for (query, accept, lang) in [
            ("/", "", Lang::French),
            ("/", "en-GB,en;q=0.9,fr;q=0.8", Lang::English),
            ("/", "de, fr;q=0.4, en;q=0.3", Lang::French),
            ("/", "fr;q=0, en;q=0.1", Lang::English),
            ("/", "de", Lang::French),
            ("/?lang=en", "fr", Lang::English),
            ("/?x=1&lang=fr-FR", "en", Lang::French),
            ("/?lang=de", "en", Lang::English),
        ] {
            let headers = HeaderMap::from_iter([(header::ACCEPT_LANGUAGE, HeaderValue::from_static(accept))]);
            assert_eq!(of(&query.parse().expect("a path"), &headers), lang, "{query} {accept}");
        }
    }
}
