use super::at;
use admission::{INNOCENTS_COUNT_MIN, INNOCENTS_WINDOW_S_MAX, Innocents, Known, Refused, Share};
use proptest::prelude::*;

#[test]
fn the_bounds_are_wilsons() {
    // One-sided at 95 %, from the closed form with z = 1.6448536: (p + z²/2n ± z √(p(1-p)/n + z²/4n²)) / (1 + z²/n).
    for (part, of, least, most) in [
        (0, 100, 0.0, 0.026_342_7),
        (1, 100, 0.002_234_1, 0.043_581_8),
        (5, 100, 0.024_547_4, 0.099_161_1),
        (50, 100, 0.418_847_8, 0.581_152_2),
        (100, 100, 0.973_657_3, 1.0),
        (0, 4_096, 0.0, 0.000_660_1),
        (3, 10_000, 0.000_119_9, 0.000_750_4),
    ] {
        let share = Share { part, of };
        assert!((share.at_most() - most).abs() < 1e-6, "{share:?}: at most {}", share.at_most());
        assert!((share.at_least() - least).abs() < 1e-6, "{share:?}: at least {}", share.at_least());
    }
    let nothing = Share::default();
    assert_eq!((nothing.seen(), nothing.at_least(), nothing.at_most()), (0.0, 0.0, 1.0));
}

#[test]
fn few_say_nothing() {
    let mut innocents = Innocents::default();
    for n in 0..INNOCENTS_COUNT_MIN {
        assert_eq!(innocents.refused(Known::Probe, 60, at(0)), Refused::NotKnown { counted: n });
        innocents.count(Known::Probe, n < 2, at(0));
    }
    let share = Share { part: 2, of: INNOCENTS_COUNT_MIN };
    assert_eq!(innocents.refused(Known::Probe, 60, at(0)), Refused::Known(share));
    assert_eq!(innocents.refused(Known::Signed, 60, at(0)), Refused::NotKnown { counted: 0 });
}

#[test]
fn a_window_slides() {
    let mut innocents = Innocents::default();
    let minute = 60_000;
    for n in 0..200 {
        innocents.count(Known::Token, true, at(0));
        innocents.count(Known::Token, n % 2 == 0, at(5 * minute));
    }
    let at_five = |window_s| innocents.refused(Known::Token, window_s, at(5 * minute));
    assert_eq!(at_five(60), Refused::Known(Share { part: 100, of: 200 }));
    assert_eq!(at_five(600), Refused::Known(Share { part: 300, of: 400 }));
    let later = innocents.refused(Known::Token, u32::MAX, at(16 * minute));
    assert_eq!(later, Refused::Known(Share { part: 100, of: 200 }), "no further back than {INNOCENTS_WINDOW_S_MAX} s");
    assert_eq!(innocents.refused(Known::Token, 600, at(60 * minute)), Refused::NotKnown { counted: 0 });
}

#[test]
fn a_clock_that_was_set_back_counts_nothing_twice() {
    let mut innocents = Innocents::default();
    (0..200).for_each(|_| innocents.count(Known::Signed, false, at(0)));
    // Fifteen minutes back is the same place in the ring.
    innocents.count(Known::Signed, true, at(-900_000));
    assert_eq!(innocents.refused(Known::Signed, 60, at(0)), Refused::Known(Share { part: 0, of: 200 }));
}

proptest! {
    #[test]
    fn the_bounds_enclose_the_share(part in 0_u64..1_000, more in 0_u64..100_000) {
        let share = Share { part, of: part + more };
        prop_assert!(0.0 <= share.at_least() && share.at_least() <= share.seen() + 1e-12);
        prop_assert!(share.seen() <= share.at_most() + 1e-12 && share.at_most() <= 1.0);
        let ten = Share { part: part * 10, of: share.of * 10 };
        prop_assert!(ten.at_most() <= share.at_most() + 1e-12, "more counted, more sure");
    }
}
