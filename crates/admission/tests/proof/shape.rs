use admission::{Feature, Prefix, Seen, Shape, Shaper, in_words};
use proptest::prelude::*;

type Names = std::array::IntoIter<&'static str, 4>;

fn seen() -> Seen<'static, Names> {
    Seen {
        method: "GET",
        version: "HTTP/2.0",
        path: 3,
        query: "q=a1b2c3&page=2",
        form: "",
        headers: ["host", "user-agent", "accept-language", "sec-fetch-mode"].into_iter(),
        agent: "Mozilla/5.0",
        ja4: "t13d1516h2_8daaf6152771_e5627efa2ab1",
        prefix: Prefix::of([192, 0, 2, 7].into()),
    }
}

fn shape(seen: Seen<'static, Names>) -> Shape {
    Shaper::new([7; 16]).shape(seen)
}

/// The features in which two differ.
fn differ(a: Shape, b: Shape) -> Vec<Feature> {
    Feature::ALL.into_iter().filter(|feature| a.get(*feature) != b.get(*feature)).collect()
}

#[test]
fn each_side_has_a_feature_of_its_own() {
    let one = shape(seen());
    let differs = |other| differ(one, shape(other));
    assert_eq!(differs(Seen { method: "POST", ..seen() }), [Feature::Method]);
    assert_eq!(differs(Seen { version: "HTTP/1.1", ..seen() }), [Feature::Version]);
    assert_eq!(differs(Seen { path: 4, ..seen() }), [Feature::Path]);
    assert_eq!(differs(Seen { query: "s=a1b2c3&page=2", ..seen() }), [Feature::Names, Feature::Query]);
    assert_eq!(differs(Seen { form: "email=a%40b.fr", ..seen() }), [Feature::Form]);
    assert_eq!(differs(Seen { agent: "curl/8", ..seen() }), [Feature::Agent]);
    assert_eq!(differs(Seen { ja4: "", ..seen() }), [Feature::Tls]);
    assert_eq!(differs(Seen { prefix: Prefix::of([192, 0, 2, 250].into()), ..seen() }), []);
    assert_eq!(differs(Seen { prefix: Prefix::of([192, 0, 3, 7].into()), ..seen() }), [Feature::Network]);
    let reordered = ["user-agent", "host", "accept-language", "sec-fetch-mode"].into_iter();
    assert_eq!(differs(Seen { headers: reordered, ..seen() }), [Feature::Headers]);
    let without = ["host", "user-agent", "accept-language", "x-other"].into_iter();
    assert_eq!(differs(Seen { headers: without, ..seen() }), [Feature::Headers, Feature::Browser]);
    let upper = ["Host", "User-Agent", "Accept-Language", "Sec-Fetch-Mode"].into_iter();
    assert_eq!(differs(Seen { headers: upper, ..seen() }), [], "names have no case");
}

#[test]
fn random_values_have_one_shape() {
    let same = |a: &'static str, b: &'static str| {
        let query = |query| shape(Seen { query, ..seen() }).get(Feature::Query);
        query(a) == query(b)
    };
    assert!(same("q=k3jd92", "q=9x8c7v6b5n4m"));
    assert!(same("id=12345678901", "id=98765432109"));
    assert!(!same("id=12345678901", "id=1234567890"));
    assert!(same("email=abc%40gmail.com", "email=xyz1%40gmail.com"));
    assert!(!same("q=colis", "q=k3jd9"));
    assert!(!same("q=", "q=a"));
    assert!(!same("a=1&b=2", "a=1b=2"), "names don't run together");
    assert!(same("q=k3jd92&", "&q=k3jd92"), "empty pairs are nothing");
}

#[test]
fn a_cookie_is_no_shape() {
    let with = ["host", "cookie", "user-agent", "accept-language"].into_iter();
    let without = ["host", "user-agent", "accept-language", "cookie"].into_iter();
    assert_eq!(differ(shape(Seen { headers: with, ..seen() }), shape(Seen { headers: without, ..seen() })), []);
}

#[test]
fn an_operator_reads_what_kind_and_no_value() {
    let words = |feature| in_words(seen(), feature);
    assert_eq!(words(Feature::Query), "q=alnum-6..12&page=digits-1");
    assert_eq!(words(Feature::Names), "q&page");
    assert_eq!(words(Feature::Form), "none");
    assert_eq!(words(Feature::Browser), "accept-language,sec-fetch-mode");
    assert_eq!(words(Feature::Network), "192.0.2.0");
    let mail = Seen { query: "", form: "email=jeanne%40exemple.fr&code=123456", ..seen() };
    assert_eq!(in_words(mail, Feature::Form), "email=mail-13..24&code=digits-6");
}

#[test]
fn nobody_outside_knows_the_hashes() {
    let other = Shaper::new([8; 16]).shape(seen());
    assert_eq!(differ(shape(seen()), other).len(), Feature::COUNT);
}

proptest! {
    #[test]
    fn no_text_panics(query in ".{0,80}", form in ".{0,80}", names in prop::collection::vec(".{0,20}", 0..80)) {
        let names = || names.iter().map(String::as_str);
        let seen = || Seen { query: &query, form: &form, ..seen() };
        let with = || {
            let Seen { method, version, path, query, form, agent, ja4, prefix, .. } = seen();
            Seen { method, version, path, query, form, agent, ja4, prefix, headers: names() }
        };
        let one = Shaper::new([7; 16]).shape(with());
        prop_assert_eq!(one, Shaper::new([7; 16]).shape(with()));
        for feature in Feature::ALL {
            let _ = in_words(with(), feature);
        }
    }
}
