use crate::script::now;
use clock::Time;
use shops::{
    OrderStatus,
    import::{Form, Imported, columns, read},
};

fn csv(text: &str) -> Imported {
    read(Form::Csv, text.as_bytes(), now()).expect("a file of CSV")
}

/// Line, column, field of each refusal.
fn refusals(imported: &Imported) -> Vec<(u64, Option<u64>, Option<&str>)> {
    imported.refused.iter().map(|r| (r.line, r.column, r.field.as_deref())).collect()
}

const HEAD: &str =
    "number;buyer.last_name;buyer.street;buyer.postal_code;buyer.city;buyer.country;weight_g;pickup_point\n";

#[test]
fn good_rows_stay_and_bad_ones_say_where() {
    let rows = "A-1;Martin;12 rue des Lilas;75020;Paris;FR;800;\n\
        A-2;Martin;12 rue des Lilas;75020;;FR;800;\n\
        A-3;Martin;12 rue des Lilas;75020;Paris;ZZ;800;\n\
        A-4;Martin;12 rue des Lilas;75020;Paris;fr;heavy;\n\
        A-5;Martin;12 rue des Lilas;75020;Paris;FR;40000;\n\
        A-6;Martin;\"12 rue\ndes Lilas\";75020;Paris;FR;800;\n\
        A-7;Martin;12 rue des Lilas;75020;Paris\n\
        A-1;Martin;12 rue des Lilas;75020;Paris;FR;800;\n\
        ;Martin;12 rue des Lilas;75020;Paris;FR;800;\n\
        \n\
        A-8;Martin;12 rue des Lilas;75020;Paris;FR;;750021\n\
        A-9;Martin;12 rue des Lilas;75020;Paris;FR;;75002\n";
    let imported = csv(&format!("\u{feff}{HEAD}{rows}"));
    let numbers: Vec<_> = imported.orders.iter().map(|(line, order)| (*line, order.number.as_str())).collect();
    assert_eq!(numbers, [(2, "A-1"), (13, "A-8")]);
    assert_eq!(
        refusals(&imported),
        [
            (3, Some(5), Some("buyer.city")),
            (4, Some(6), Some("buyer.country")),
            (5, Some(7), Some("weight_g")),
            (6, Some(7), Some("weight_g")),
            (7, Some(3), Some("buyer.street")),
            (9, None, None),
            (10, Some(1), Some("number")),
            (11, Some(1), Some("number")),
            (14, Some(8), Some("pickup_point")),
        ]
    );
    assert!(
        imported.refused.iter().all(|refusal| !refusal.problem.contains("Lilas") && !refusal.problem.contains("heavy"))
    );
    let pickup = imported.orders[1].1.pickup.as_ref().map(|pickup| pickup.id.as_str());
    assert_eq!(pickup, Some("750021"));
}

#[test]
fn lines_are_counted_whatever_ends_them() {
    for end in ["\n", "\r\n"] {
        let lines = ["number;nom", "1;Martin", "", "", "2;Martin", "3;Martin", ""];
        let imported = csv(&lines.join(end));
        assert_eq!(imported.refused.iter().map(|refusal| refusal.line).collect::<Vec<_>>(), [2, 5, 6], "{end:?}");
    }
}

#[test]
fn columns_have_french_names_and_any_separator() {
    let imported = csv("Numéro,Nom,Adresse,Code postal,Ville,Date commande,Statut\n\
        7,Martin,\"12, rue des Lilas\",75020,Paris,2025-12-22T06:24:00,shipped\n");
    let order = &imported.orders[0].1;
    assert_eq!((order.buyer.street.as_deref(), order.placed_at), (Some("12, rue des Lilas"), now()));
    assert_eq!((&order.status, order.updated_at), (&OrderStatus::Shipped, now()));
    let tabbed = csv("number\tnom\true\tcp\tville\n7\tMartin\t12 rue\t75020\tParis\n");
    assert_eq!(tabbed.orders.len(), 1);
    let all: Vec<_> = columns().flat_map(|(name, others)| std::iter::once(name).chain(others)).collect();
    let mut once = all.clone();
    once.sort();
    once.dedup();
    assert_eq!(all.len(), once.len(), "no name means two columns");
}

#[test]
fn a_file_of_which_no_row_can_be_read_says_why() {
    let long = format!("number{}\n", ";x".repeat(300));
    for (text, part) in [
        ("", "no order"),
        ("number;ville\n", "no order in the file"),
        ("nom;ville\nMartin;Paris\n", "no column `number`"),
        ("number;colour\n1;red\n", "column 2, \"colour\""),
        ("number;cp;code_postal\n1;75020;75020\n", "columns 2 and 3"),
        (&long, "more than 200 columns"),
    ] {
        let why = read(Form::Csv, text.as_bytes(), now()).expect_err(part).to_string();
        assert!(why.contains(part) || part == "no order", "{why}");
    }
    for (text, part) in [
        ("{\"orders\":{}}", "list"),
        ("{\"a\":[]}", "list"),
        ("12", "list"),
        ("[{\"number\":", "no JSON from line 1"),
        ("[]", "no order"),
    ] {
        let why = read(Form::Json, text.as_bytes(), now()).expect_err(part).to_string();
        assert!(why.contains(part), "{text}: {why}");
    }
}

#[test]
fn json_and_its_lines_are_the_same_orders() {
    let good = r#"{"number":"7","placed_at":"2025-12-22T05:24:00Z","weight_g":800,"buyer":{"last_name":"Martin","street":"12 rue des Lilas","postal_code":"75020","city":"Paris"}}"#;
    let bad = [
        (r#"{"number":"8","buyer":{"last_name":"Martin","town":"Paris"}}"#, Some("buyer.town")),
        (r#"{"number":"9","weight_g":"heavy"}"#, Some("weight_g")),
        (r#"{"number":"10","buyer":{"last_name":"M","street":"1","postal_code":"75020"}}"#, Some("buyer.city")),
        (r#"{"number":"11","placed_at":"soon","buyer":{}}"#, Some("placed_at")),
        (r#""#, None),
    ];
    let rows: Vec<_> =
        std::iter::once(good).chain(bad.iter().map(|(row, _)| *row)).filter(|row| !row.is_empty()).collect();
    let list = read(Form::Json, format!("[{}]", rows.join(",")).as_bytes(), now()).expect("a list");
    let object =
        read(Form::Json, format!("{{\"orders\":[{}]}}", rows.join(",\n")).as_bytes(), now()).expect("an object");
    let lines = read(Form::Ndjson, rows.join("\n").as_bytes(), now()).expect("lines");
    assert_eq!((&list, &list), (&object, &lines));
    assert_eq!((list.orders.len(), list.orders[0].1.placed_at), (1, now()));
    let fields: Vec<_> = list.refused.iter().map(|refusal| refusal.field.as_deref()).collect();
    assert_eq!(fields, bad[..4].iter().map(|(_, field)| *field).collect::<Vec<_>>());
    assert!(
        list.refused.iter().all(|refusal| !refusal.problem.contains("heavy") && !refusal.problem.contains("Martin"))
    );
    let torn = read(Form::Ndjson, format!("{good}\n{{\"number\":\n").as_bytes(), now()).expect("lines");
    assert_eq!((torn.orders.len(), torn.refused.len()), (1, 1));
}

#[test]
fn times_without_a_zone_are_those_of_paris() {
    let at = |text: &str| {
        let row = format!(
            r#"{{"number":"7","placed_at":"{text}","buyer":{{"last_name":"M","street":"1 rue A","postal_code":"75020","city":"Paris"}}}}"#
        );
        read(Form::Ndjson, row.as_bytes(), Time::default())
            .expect("a line")
            .orders
            .first()
            .map(|(_, order)| order.placed_at)
    };
    for text in ["2025-12-22T06:24:00", "2025-12-22 06:24", "2025-12-22T05:24:00Z", "2025-12-22T00:24:00-05:00"] {
        assert_eq!(at(text), Some(now()), "{text}");
    }
    assert_eq!(at("22/12/2025"), None);
}
