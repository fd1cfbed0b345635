//! Parses the numbers of products and books, and verifies their checksums.

/// The kind of a product number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ProductCode {
    /// Thirteen digits, on most products.
    Ean13,
    /// Eight digits, on small products.
    Ean8,
    /// Twelve digits, on products of North America.
    UpcA,
    /// Eight digits that abbreviate twelve.
    UpcE,
    /// A book's number: thirteen digits from 978 or 979, or formerly ten.
    Isbn,
}

/// The number of a product or of a book.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Product<'a> {
    /// The kind of number.
    pub code: ProductCode,
    /// The number as it is written.
    pub number: &'a str,
    /// The checksum is right; that of a misread code mostly is not.
    pub valid_checksum: bool,
}

/// Parses the content of a bar code. Without a symbology the checksum has to be right.
pub(super) fn product<'a>(symbology: Option<&str>, content: &'a str) -> Option<Product<'a>> {
    let digits = digits(content)?;
    let code = match symbology {
        Some(symbology) => named(symbology, digits.len())?,
        None => by_length(digits.len()).filter(|code| checksum_is_right(*code, &digits))?,
    };
    let valid_checksum = checksum_is_right(code, &digits);
    // 979-0 numbers sheet music.
    let book = content.starts_with("978") || content.starts_with("979") && !content.starts_with("9790");
    let code = if code == ProductCode::Ean13 && book { ProductCode::Isbn } else { code };
    Some(Product { code, number: content, valid_checksum })
}

/// Parses `ISBN 978-7-…`, as printed and as encoded in QR codes.
pub(super) fn written_isbn(text: &str) -> Option<Product<'_>> {
    let rest = super::after_prefix(text, "ISBN")?;
    let number = rest.trim_start_matches([' ', ':', '-']);
    let bare: String = number.chars().filter(|c| !matches!(c, '-' | ' ')).collect();
    let valid_checksum = match bare.len() {
        13 => checksum_is_right(ProductCode::Isbn, &digits(&bare)?),
        10 => isbn_10_is_right(&bare)?,
        _ => return None,
    };
    Some(Product { code: ProductCode::Isbn, number, valid_checksum })
}

/// The kind of a symbology, whose name is spelled in several ways: `EAN_13`, `EAN-13`, `ean13`.
fn named(symbology: &str, length: usize) -> Option<ProductCode> {
    let name: String = symbology.chars().filter(char::is_ascii_alphanumeric).collect();
    match (name.to_ascii_uppercase().as_str(), length) {
        ("EAN13", 13) => Some(ProductCode::Ean13),
        ("EAN8", 8) => Some(ProductCode::Ean8),
        ("UPCA", 12) => Some(ProductCode::UpcA),
        ("UPCE", 8) => Some(ProductCode::UpcE),
        ("ISBN" | "ISBN13", 13) => Some(ProductCode::Isbn),
        _ => None,
    }
}

fn by_length(length: usize) -> Option<ProductCode> {
    match length {
        13 => Some(ProductCode::Ean13),
        12 => Some(ProductCode::UpcA),
        8 => Some(ProductCode::Ean8),
        _ => None,
    }
}

fn digits(text: &str) -> Option<Vec<u32>> {
    text.chars().map(|c| c.to_digit(10)).collect()
}

fn checksum_is_right(code: ProductCode, digits: &[u32]) -> bool {
    if code == ProductCode::UpcE {
        return upc_a_of(digits).is_some_and(|digits| checksum_is_right(ProductCode::UpcA, &digits));
    }
    // Counted from the right, every second digit weighs three.
    let weighed = digits.iter().rev().enumerate();
    let sum: u32 = weighed.map(|(index, digit)| digit * if index % 2 == 1 { 3 } else { 1 }).sum();
    sum.is_multiple_of(10)
}

/// The twelve digits that eight abbreviate: number system, six digits, check digit.
fn upc_a_of(digits: &[u32]) -> Option<[u32; 12]> {
    let &[system, d1, d2, d3, d4, d5, last, check] = digits else {
        return None;
    };
    let (maker, product) = match last {
        0..=2 => ([d1, d2, last, 0, 0], [0, 0, d3, d4, d5]),
        3 => ([d1, d2, d3, 0, 0], [0, 0, 0, d4, d5]),
        4 => ([d1, d2, d3, d4, 0], [0, 0, 0, 0, d5]),
        _ => ([d1, d2, d3, d4, d5], [0, 0, 0, 0, last]),
    };
    let mut all = [system; 12];
    all[1..6].copy_from_slice(&maker);
    all[6..11].copy_from_slice(&product);
    all[11] = check;
    (system <= 1).then_some(all)
}

/// Verifies an ISBN of ten characters, weighed ten to one; a final `X` is ten. `None` if it has other characters.
fn isbn_10_is_right(text: &str) -> Option<bool> {
    let mut sum = 0;
    for (index, character) in (0..10_u32).zip(text.chars()) {
        let value = match character {
            'X' | 'x' if index == 9 => 10,
            other => other.to_digit(10)?,
        };
        sum += value * (10 - index);
    }
    Some(sum.is_multiple_of(11))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(symbology: &str, content: &str) -> Option<(ProductCode, bool)> {
        product(Some(symbology), content).map(|found| (found.code, found.valid_checksum))
    }

    #[test]
    fn each_symbology_has_its_length_and_its_checksum() {
        for (symbology, content, code) in [
            ("EAN_13", "6901234567892", ProductCode::Ean13),
            ("EAN_13", "9787115428028", ProductCode::Isbn),
            ("EAN_13", "9790260000438", ProductCode::Ean13),
            ("EAN_8", "96385074", ProductCode::Ean8),
            ("UPC_A", "036000291452", ProductCode::UpcA),
            ("UPC_E", "04252614", ProductCode::UpcE),
            ("upc-e", "01234565", ProductCode::UpcE),
        ] {
            assert_eq!(read(symbology, content), Some((code, true)), "{content}");
        }
    }

    #[test]
    fn a_misread_digit_is_noticed() {
        assert_eq!(read("EAN_13", "6901234567893"), Some((ProductCode::Ean13, false)));
        assert_eq!(read("EAN_8", "96385075"), Some((ProductCode::Ean8, false)));
        assert_eq!(read("UPC_E", "04252615"), Some((ProductCode::UpcE, false)));
    }

    #[test]
    fn the_wrong_length_or_a_letter_is_no_product() {
        assert_eq!(read("EAN_13", "690123456789"), None);
        assert_eq!(read("EAN_13", "690123456789X"), None);
        assert_eq!(read("EAN_13", ""), None);
        assert_eq!(read("CODE_128", "6901234567892"), None);
    }

    #[test]
    fn without_a_symbology_a_number_must_prove_itself() {
        assert_eq!(product(None, "6901234567892").map(|p| p.code), Some(ProductCode::Ean13));
        assert_eq!(product(None, "6901234567893"), None);
        assert_eq!(product(None, "1234"), None);
    }

    #[test]
    fn a_written_isbn_of_ten_or_thirteen_is_a_book() {
        for (text, valid) in [
            ("ISBN 978-7-115-42802-8", true),
            ("isbn:9787115428028", true),
            ("ISBN 0-306-40615-2", true),
            ("ISBN 0-8044-2957-X", true),
            ("ISBN 0-306-40615-3", false),
        ] {
            let book = written_isbn(text).unwrap();
            assert_eq!((book.code, book.valid_checksum), (ProductCode::Isbn, valid), "{text}");
        }
        assert_eq!(written_isbn("ISBN"), None);
        assert_eq!(written_isbn("ISBN 12"), None);
        assert_eq!(written_isbn("ISBN X-306-40615-2"), None);
    }
}
