//! The announcement by EDI: what is written reads back, and what is wrong is named by its line and column.

use carriers::colissimo::edi::{self, AnnouncedParcel, Announcement};
use jiff::civil::date;
use parcel::{Address, AddressFields, Cents, ColissimoNumber, Product, Weight};
use proptest::{collection::vec, option, prelude::*, strategy::ValueTree, test_runner::TestRunner};

fn address(fields: AddressFields) -> Address {
    Address::parse(fields).expect("a good address")
}

fn home() -> AnnouncedParcel {
    AnnouncedParcel {
        number: ColissimoNumber::from_serial("6A", 1_598_404_033).expect("a number"),
        product: Product::Dom,
        weight: Weight::from_grams(1_250).expect("a weight"),
        addressee: address(AddressFields {
            last_name: Some("Lefèvre".into()),
            first_name: Some("Zoé".into()),
            street: Some("12 rue de l'Église".into()),
            postal_code: Some("29200".into()),
            city: Some("Brest".into()),
            country: Some("FR".into()),
            ..AddressFields::default()
        }),
        pickup_point: None,
        order_number: Some("CMD-1".parse().expect("an order number")),
        parcel_ref: None,
        insurance: Some(Cents(15_000)),
        non_machinable: true,
        instructions: Some("Sonner chez Œdipe; merci".into()),
    }
}

fn announcement(parcels: Vec<AnnouncedParcel>) -> Announcement {
    Announcement {
        bordereau: 42,
        client: "964744".parse().expect("a client"),
        handed_over: date(2025, 12, 22).at(17, 30, 0, 0),
        issued: date(2025, 12, 22).at(9, 5, 0, 0),
        site: "075011".into(),
        site_name: "PFC Le Thillay".into(),
        parcels,
    }
}

#[test]
fn a_file_is_as_the_form_has_it() {
    let bytes = edi::write(&announcement(vec![home()])).expect("a file");
    let text: String = bytes.iter().map(|b| char::from(*b)).collect();
    let lines: Vec<&str> = text.split("\r\n").collect();
    assert_eq!(lines[0], "BBB001;42;964744;202512221730;202512220905;02.00;075011;PFC Le Thillay");
    assert_eq!(
        lines[1],
        "DDD001;6A;1598404033;1250;29200;FR;DOM;CMD-1;;15000;1;0;Sonner chez OEdipe, merci;`Zoé`Lefèvre;;;;\
         12 rue de l'Église;;Brest;;;;;;;"
    );
    assert_eq!((lines[2], lines.len()), ("", 3));
    assert!(bytes.contains(&0xe9), "one byte for é");
}

#[test]
fn a_files_name_says_whose_and_when() {
    let at = date(2025, 12, 22).at(9, 5, 7, 0);
    let name = |counter| edi::file_name("004711".parse().expect("a client"), at, counter);
    assert_eq!((name(1), name(1_002)), ("004711.20251222.090507_001".into(), "004711.20251222.090507_002".into()));
}

#[test]
fn what_may_not_be_announced_is_not_written() {
    type Change = fn(&mut Announcement);
    let cases: [(Change, usize, &str); 4] = [
        (|a| a.parcels.clear(), 1, "file"),
        (|a| a.parcels.push(a.parcels[0].clone()), 3, "number_serial"),
        (|a| a.parcels[0].product = Product::Hd, 2, "pickup_point"),
        (|a| a.parcels[0].product = Product::Other("a;b".into()), 2, "product"),
    ];
    for (change, line, column) in cases {
        let mut one = announcement(vec![home()]);
        change(&mut one);
        let error = edi::write(&one).expect_err(column);
        assert_eq!((error.line, error.column), (line, column), "{error}");
    }
}

/// Changes one column (from 1) of a line (from 1).
fn spoilt(line: usize, column: usize, value: &str) -> Vec<u8> {
    let bytes = edi::write(&announcement(vec![home()])).expect("a file");
    let mut lines: Vec<Vec<Vec<u8>>> =
        bytes.split(|b| *b == b'\n').map(|l| l.split(|b| *b == b';').map(<[u8]>::to_vec).collect()).collect();
    lines[line - 1][column - 1] = value.into();
    lines.iter().map(|line| line.join(&b';')).collect::<Vec<_>>().join(&b'\n')
}

#[test]
fn what_is_wrong_is_named_by_line_and_column() {
    let cases = [
        (1, 1, "BBB002", "record"),
        (1, 2, "-1", "bordereau"),
        (1, 3, "96474", "client"),
        (1, 4, "202513221730", "handed_over"),
        (1, 5, "20251222 905", "issued"),
        (1, 6, "03.00", "version"),
        (2, 1, "BBB001", "record"),
        (2, 2, "6", "number_prefix"),
        (2, 3, "598404033", "number_serial"),
        (2, 4, "31000", "weight_g"),
        (2, 5, "2920", "postal_code"),
        (2, 6, "fr", "country"),
        (2, 7, "dom", "product"),
        (2, 8, "  ", "order_number"),
        (2, 9, "123456789012345678", "parcel_ref"),
        (2, 10, "1,50", "insurance"),
        (2, 11, "yes", "non_machinable"),
        (2, 12, "1", "cash_on_delivery"),
        (2, 14, "Zoé Lefèvre", "name"),
        (2, 14, "`Zoé`", "name"),
        (2, 18, "", "street"),
        (2, 19, "a\tb", "locality"),
        (2, 25, "nobody", "email"),
        (2, 26, "call me", "mobile"),
        (2, 27, "006254\r", "pickup_point"),
        (2, 27, "12345\r", "pickup_point"),
        (2, 20, "Brest;", "record"),
    ];
    for (line, column, value, name) in cases {
        let error = edi::read(&spoilt(line, column, value)).expect_err(name);
        assert_eq!((error.line, error.column), (line, name), "{error}");
        assert!(!error.problem.contains("Lef"), "nothing private: {error}");
    }
    assert_eq!(edi::read(b"").expect_err("nothing").column, "record");
    assert_eq!(edi::read(&vec![b'x'; edi::FILE_BYTES_MAX + 1]).expect_err("too much").column, "file");
}

#[test]
fn lines_may_end_with_a_line_feed_alone() {
    let one = announcement(vec![edi::as_announced(&home())]);
    let bytes = edi::write(&one).expect("a file");
    let bare: Vec<u8> = bytes.into_iter().filter(|b| *b != b'\r').collect();
    assert_eq!(edi::read(&bare), Ok(one.clone()));
    assert_eq!(edi::read(bare.strip_suffix(b"\n").expect("an end")), Ok(one));
}

/// Letters that an address may hold, with all that could break a line.
fn text(max: usize) -> impl Strategy<Value = Option<String>> {
    option::of(
        vec(prop_oneof![any::<char>(), "[a-zA-Zéèœ;`,.' €–北\u{301}]".prop_map(first)], 1..=max)
            .prop_map(|letters| letters.into_iter().filter(|c| !c.is_control()).collect::<String>().trim().to_owned()),
    )
}

fn first(text: String) -> char {
    text.chars().next().unwrap_or('x')
}

fn given(text: Option<String>, usual: &str) -> Option<String> {
    text.filter(|t| !t.is_empty()).or_else(|| Some(usual.into()))
}

prop_compose! {
    fn any_address()(
        names in (text(35), text(35), text(29)),
        lines in (text(35), text(35), text(35), text(35), text(35)),
        doors in (text(8), text(8), text(30)),
        reach in (option::of("[0-9;` +]{0,20}"), option::of("[+]?[0-9]{6,15}"), option::of("[a-zé;`北]{1,20}@[a-z]{1,9}[.]fr")),
        code in prop_oneof!["[0-9]{5}".prop_map(|c| (c, "FR")), "[A-Z0-9 ;]{1,8}[0-9]".prop_map(|c| (c, "GB"))],
    ) -> Address {
        address(AddressFields {
            company: names.0,
            last_name: given(names.1, "Martin"),
            first_name: names.2,
            floor: lines.0,
            building: lines.1,
            street: given(lines.2, "1 rue du Port"),
            locality: lines.3,
            postal_code: Some(code.0),
            city: given(lines.4, "Brest"),
            country: Some(code.1.into()),
            phone: reach.0,
            mobile: reach.1,
            email: reach.2,
            door_code1: doors.0,
            door_code2: doors.1,
            intercom: doors.2,
        })
    }
}

prop_compose! {
    fn any_parcel()(
        addressee in any_address(),
        place in prop_oneof![
            "(DOM|DOS|CORE|COLI)".prop_map(|p| (p, None)),
            ("(HD|BPR|A2P)", "[0-9]{6}").prop_map(|(p, id)| (p, Some(id))),
        ],
        grams in 10u32..=30_000,
        order in option::of("[!-~]([ -~]{0,28}[!-~])?"),
        parcel_ref in option::of("[!-~]{1,17}"),
        insurance in option::of(0u32..=100_000),
        non_machinable: bool,
        instructions in text(35),
    ) -> AnnouncedParcel {
        AnnouncedParcel {
            product: Product::from(place.0),
            weight: Weight::from_grams(grams).expect("a weight"),
            addressee,
            pickup_point: place.1.map(|id| id.parse().expect("an id")),
            order_number: order.map(|n| n.parse().expect("an order number")),
            parcel_ref,
            insurance: insurance.map(Cents),
            non_machinable,
            instructions,
            ..home()
        }
    }
}

fn numbered(parcels: Vec<AnnouncedParcel>) -> Vec<AnnouncedParcel> {
    let number = |serial| ColissimoNumber::from_serial("9L", serial).expect("a number");
    (0..).zip(parcels).map(|(serial, parcel)| AnnouncedParcel { number: number(serial), ..parcel }).collect()
}

fn reads_back(parcels: Vec<AnnouncedParcel>) {
    let written = announcement(parcels);
    let bytes = edi::write(&written).expect("a file");
    let said = Announcement { parcels: written.parcels.iter().map(edi::as_announced).collect(), ..written };
    assert_eq!(bytes.iter().filter(|b| **b == b'\n').count(), said.parcels.len() + 1);
    let read = edi::read(&bytes);
    assert!(read.as_ref() == Ok(&said), "{:?}", read.map(drop));
    assert_eq!(edi::write(&said), Ok(bytes));
}

/// As many as one file may hold in the field.
#[test]
fn a_file_of_a_thousand_parcels_reads_back() {
    let mut chance = TestRunner::deterministic();
    let parcels = vec(any_parcel(), 1_000).prop_map(numbered).new_tree(&mut chance).expect("parcels");
    reads_back(parcels.current());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]

    /// Whatever the addresses hold, what is read is what [`edi::as_announced`] said beforehand, and saying it twice
    /// changes nothing.
    #[test]
    fn what_is_written_reads_back(parcels in vec(any_parcel(), 1..=50).prop_map(numbered)) {
        reads_back(parcels);
    }

    #[test]
    fn any_bytes_are_read_or_refused(bytes in vec(any::<u8>(), 0..400)) {
        let _ = edi::read(&bytes);
    }
}
