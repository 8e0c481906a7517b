//! In which of the two languages a page is written.

use http::{HeaderMap, Uri, header};

/// A language.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Lang {
    French,
    English,
}

impl Lang {
    /// What the query asks for (`lang=`), else what the reader's browser likes best of the two, else French: most buyers'.
    pub(crate) fn of(uri: &Uri, headers: &HeaderMap) -> Self {
        let asked =
            uri.query().into_iter().flat_map(|query| query.split('&')).find_map(|pair| pair.strip_prefix("lang="));
        asked.and_then(Self::named).or_else(|| Self::liked(headers)).unwrap_or(Self::French)
    }

    fn liked(headers: &HeaderMap) -> Option<Self> {
        let lines = headers.get_all(header::ACCEPT_LANGUAGE).iter().filter_map(|line| line.to_str().ok());
        let ranges = lines.flat_map(|line| line.split(','));
        let mut best: Option<(Self, f32)> = None;
        for range in ranges {
            let mut parts = range.split(';').map(str::trim);
            let Some(lang) = parts.next().and_then(Self::named) else { continue };
            let weight = parts.find_map(|part| part.strip_prefix("q=")?.parse().ok()).unwrap_or(1.0);
            if weight > best.map_or(0.0, |(_, weight)| weight) {
                best = Some((lang, weight));
            }
        }
        best.map(|(lang, _)| lang)
    }

    /// By its tag, whatever the region.
    fn named(tag: &str) -> Option<Self> {
        let primary = tag.trim().split(['-', '_']).next().unwrap_or_default();
        match primary.to_ascii_lowercase().as_str() {
            "fr" => Some(Self::French),
            "en" => Some(Self::English),
            _ => None,
        }
    }

    /// The other one.
    pub(crate) fn other(self) -> Self {
        match self {
            Self::French => Self::English,
            Self::English => Self::French,
        }
    }

    /// Its tag.
    pub(crate) fn code(self) -> &'static str {
        match self {
            Self::French => "fr",
            Self::English => "en",
        }
    }
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
            assert_eq!(Lang::of(&query.parse().expect("a path"), &headers), lang, "{query} {accept}");
        }
    }
}
