//! Places and positions in messages, with their coordinates checked for numbers.

use crate::wechat::tree::Element;

use super::problem::{Problem, ProblemKind};

/// A place that a user chose or sent.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Location<'t> {
    /// `Location_X`, the latitude, as it was sent.
    pub latitude_text: Option<&'t str>,
    /// `Location_X` in degrees, if it is a number.
    pub latitude: Option<f64>,
    /// `Location_Y`, the longitude, as it was sent.
    pub longitude_text: Option<&'t str>,
    /// `Location_Y` in degrees, if it is a number.
    pub longitude: Option<f64>,
    /// `Scale` as it was sent.
    pub scale_text: Option<&'t str>,
    /// `Scale`: the larger, the finer.
    pub scale: Option<f64>,
    /// `Label`: the address, which often begins with a blank.
    pub label: Option<&'t str>,
    /// `Poiname`: often empty; only events have it.
    pub poiname: Option<&'t str>,
}

impl<'t> Location<'t> {
    /// Reads the parts from their parent: `SendLocationInfo`, or a message's root.
    pub(super) fn decode(info: Element<'t, '_>, problems: &mut Vec<Problem>) -> Self {
        let latitude = info.child("Location_X");
        let longitude = info.child("Location_Y");
        let scale = info.child("Scale");
        Self {
            latitude_text: latitude.map(|latitude| latitude.text()),
            latitude: coordinate(latitude, "Location_X", problems),
            longitude_text: longitude.map(|longitude| longitude.text()),
            longitude: coordinate(longitude, "Location_Y", problems),
            scale_text: scale.map(|scale| scale.text()),
            scale: scale.and_then(|scale| {
                let number = finite(scale.text());
                if number.is_none() {
                    let text = scale.text().to_owned();
                    let kind = ProblemKind::ScaleNotNumber { text };
                    problems.push(Problem::new(kind, scale.text_span()));
                }
                number
            }),
            label: info.text_of("Label"),
            poiname: info.text_of("Poiname"),
        }
    }
}

/// A position reported by a phone. WeChat does not say which datum its coordinates have.
#[derive(Clone, Debug, PartialEq)]
pub struct Position<'t> {
    /// `Latitude` as it was sent.
    pub latitude_text: Option<&'t str>,
    /// `Latitude` in degrees, if it is a number.
    pub latitude: Option<f64>,
    /// `Longitude` as it was sent.
    pub longitude_text: Option<&'t str>,
    /// `Longitude` in degrees, if it is a number.
    pub longitude: Option<f64>,
    /// `Precision` as it was sent.
    pub precision_text: Option<&'t str>,
    /// `Precision` in metres, if it is a number.
    pub precision: Option<f64>,
}

impl<'t> Position<'t> {
    /// Reads the parts from the root of a `LOCATION` event.
    pub(super) fn decode(root: Element<'t, '_>, problems: &mut Vec<Problem>) -> Self {
        let (latitude, longitude) = (root.child("Latitude"), root.child("Longitude"));
        let precision = root.child("Precision");
        Self {
            latitude_text: latitude.map(|latitude| latitude.text()),
            latitude: coordinate(latitude, "Latitude", problems),
            longitude_text: longitude.map(|longitude| longitude.text()),
            longitude: coordinate(longitude, "Longitude", problems),
            precision_text: precision.map(|precision| precision.text()),
            precision: coordinate(precision, "Precision", problems),
        }
    }
}

/// A latitude or longitude in degrees; text that is not a number is reported.
fn coordinate(element: Option<Element<'_, '_>>, name: &'static str, problems: &mut Vec<Problem>) -> Option<f64> {
    let element = element?;
    let number = finite(element.text());
    if number.is_none() {
        let text = element.text().to_owned();
        let kind = ProblemKind::CoordinateNotNumber { name, text };
        problems.push(Problem::new(kind, element.text_span()));
    }
    number
}

/// A decimal number. `inf` and `NaN`, which Rust would parse, are refused.
fn finite(text: &str) -> Option<f64> {
    let number: f64 = text.trim().parse().ok()?;
    number.is_finite().then_some(number)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn infinity_is_no_coordinate() {
        assert_eq!(finite("inf"), None);
        assert_eq!(finite("NaN"), None);
        assert_eq!(finite("1e999"), None);
        assert_eq!(finite(" -23.5 "), Some(-23.5));
    }
}
