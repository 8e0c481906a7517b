//! Code 128 with the sets chosen by us: the first characters in set B, one each, and the digits after them in set C, two
//! each. A plain value.

use barcoders::sym::code128::Code128;
use parcel::ColissimoNumber;

use crate::TakeOver;

/// The height of the bars, in millimetres: at least 27 (La Poste, label specification).
pub(crate) const HEIGHT: f32 = 27.5;

/// What a barcode says, and where it changes from set B to set C.
#[derive(Debug)]
pub(crate) struct Bars {
    in_b: String,
    in_c: String,
}

impl Bars {
    /// Three characters in set B and five pairs (La Poste, label specification): 134 modules.
    pub(crate) fn tracking(number: &ColissimoNumber) -> Self {
        Self::change_after(3, number.as_str())
    }

    /// The product in set B, and eleven pairs: 189 modules, the least there can be.
    pub(crate) fn take_over(code: &TakeOver) -> Self {
        Self::change_after(2, code.as_str())
    }

    fn change_after(characters: usize, code: &str) -> Self {
        let (in_b, in_c) = code.split_at(characters);
        Self { in_b: in_b.to_owned(), in_c: in_c.to_owned() }
    }

    /// One for each module: whether it is black. Neither barcode can hold what Code 128 does not know.
    pub(crate) fn modules(&self) -> Vec<bool> {
        let code = Code128::new(format!("\u{181}{}\u{106}{}", self.in_b, self.in_c));
        code.map(|code| code.encode()).unwrap_or_default().into_iter().map(|module| module == 1).collect()
    }

    /// How many modules: eleven for the start, each symbol, the change of set and the check; thirteen for the stop.
    pub(crate) fn len(&self) -> usize {
        (self.in_b.len() + self.in_c.len() / 2 + 3) * 11 + 13
    }

    /// As ZPL writes it: `>:` starts in set B, `>5` changes to set C.
    pub(crate) fn zpl(&self) -> String {
        format!(">:{}>5{}", self.in_b, self.in_c)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sets_are_as_we_chose_them() {
        let number: ColissimoNumber = "9L00000100014".parse().expect("a number");
        let bars = Bars::tracking(&number);
        assert_eq!((bars.zpl().as_str(), bars.modules().len(), bars.len()), (">:9L0>50000100014", 134, 134));
        let bars = Bars::change_after(2, "9L1722409000010860000037");
        assert_eq!((bars.modules().len(), bars.len()), (189, 189));
    }
}
