//! Converts coordinates from GCJ-02, the datum of Chinese maps, to WGS-84, the datum of GPS, and to BD-09, that of Baidu.
//!
//! GCJ-02 shifts places inside a rectangle around China by some hundred metres. It has no published
//! inverse, so the inverse is found by iteration. Places are `(latitude, longitude)` in degrees.

use std::f64::consts::PI;

/// Semi-major axis of the Krasovsky 1940 ellipsoid, in metres.
const SEMI_MAJOR_AXIS: f64 = 6_378_245.0;
/// Square of that ellipsoid's eccentricity.
const ECCENTRICITY_SQUARED: f64 = 0.006_693_421_622_965_943;
/// The rectangle in which GCJ-02 is shifted: latitudes, then longitudes.
const SHIFTED_LATITUDES: std::ops::RangeInclusive<f64> = 0.8293..=55.8271;
const SHIFTED_LONGITUDES: std::ops::RangeInclusive<f64> = 72.004..=137.8347;
/// Half turns per degree of the waves that Baidu adds: 3000 of them to a radian.
const BAIDU_WAVES: f64 = PI * 3000.0 / 180.0;
/// Amplitudes of Baidu's waves, in degrees of distance and in radians of direction.
const BAIDU_AMPLITUDES: (f64, f64) = (0.000_02, 0.000_003);
/// Baidu's constant shift in degrees: latitude, then longitude.
const BAIDU_SHIFT: (f64, f64) = (0.006, 0.006_5);
/// Iterations of the inverse. Each makes the error some hundred times smaller: three are enough
/// for a millimetre, and the rest cost nothing.
const INVERSE_STEPS: usize = 6;

/// Converts a GCJ-02 place, as WeChat is assumed to send it, to WGS-84.
pub fn gcj02_to_wgs84(latitude: f64, longitude: f64) -> (f64, f64) {
    if !is_shifted(latitude, longitude) {
        return (latitude, longitude);
    }
    let (mut north, mut east) = (latitude, longitude);
    for _ in 0..INVERSE_STEPS {
        let (shift_north, shift_east) = shift(north, east);
        (north, east) = (latitude - shift_north, longitude - shift_east);
    }
    (north, east)
}

/// Converts a GCJ-02 place to BD-09, the datum of Baidu's maps: a constant shift, and waves of a few metres around it.
pub fn gcj02_to_bd09(latitude: f64, longitude: f64) -> (f64, f64) {
    if !is_shifted(latitude, longitude) {
        return (latitude, longitude);
    }
    let distance = latitude.hypot(longitude) + BAIDU_AMPLITUDES.0 * (latitude * BAIDU_WAVES).sin();
    let direction = latitude.atan2(longitude) + BAIDU_AMPLITUDES.1 * (longitude * BAIDU_WAVES).cos();
    (distance * direction.sin() + BAIDU_SHIFT.0, distance * direction.cos() + BAIDU_SHIFT.1)
}

fn is_shifted(latitude: f64, longitude: f64) -> bool {
    SHIFTED_LATITUDES.contains(&latitude) && SHIFTED_LONGITUDES.contains(&longitude)
}

/// The offset from WGS-84 to GCJ-02 at a WGS-84 place, in degrees.
fn shift(latitude: f64, longitude: f64) -> (f64, f64) {
    let (north, east) = (latitude - 35.0, longitude - 105.0);
    let radians = latitude.to_radians();
    let magic = 1.0 - ECCENTRICITY_SQUARED * radians.sin().powi(2);
    let meridian = SEMI_MAJOR_AXIS * (1.0 - ECCENTRICITY_SQUARED) / magic.powf(1.5);
    let parallel = SEMI_MAJOR_AXIS / magic.sqrt() * radians.cos();
    ((metres_north(north, east) / meridian).to_degrees(), (metres_east(north, east) / parallel).to_degrees())
}

fn metres_north(north: f64, east: f64) -> f64 {
    -100.0
        + 2.0 * east
        + 3.0 * north
        + 0.2 * north * north
        + 0.1 * east * north
        + 0.2 * east.abs().sqrt()
        + waves(east, &[(20.0, 6.0), (20.0, 2.0)])
        + waves(north, &[(20.0, 1.0), (40.0, 1.0 / 3.0), (160.0, 1.0 / 12.0), (320.0, 1.0 / 30.0)])
}

fn metres_east(north: f64, east: f64) -> f64 {
    300.0
        + east
        + 2.0 * north
        + 0.1 * east * east
        + 0.1 * east * north
        + 0.1 * east.abs().sqrt()
        + waves(east, &[(20.0, 6.0), (20.0, 2.0), (20.0, 1.0), (40.0, 1.0 / 3.0)])
        + waves(east, &[(150.0, 1.0 / 12.0), (300.0, 1.0 / 30.0)])
}

/// Two thirds of a sum of sines, each given by its amplitude and its half turns per degree.
fn waves(degrees: f64, parts: &[(f64, f64)]) -> f64 {
    let sum: f64 = parts.iter().map(|(amplitude, half_turns)| amplitude * (degrees * half_turns * PI).sin()).sum();
    sum * 2.0 / 3.0
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// A degree of latitude in metres, roughly: enough to state tolerances in metres.
    const METRES_PER_DEGREE: f64 = 111_000.0;

    fn wgs84_to_gcj02(latitude: f64, longitude: f64) -> (f64, f64) {
        let (north, east) = shift(latitude, longitude);
        (latitude + north, longitude + east)
    }

    fn metres_apart(a: (f64, f64), b: (f64, f64)) -> f64 {
        (a.0 - b.0).hypot(a.1 - b.1) * METRES_PER_DEGREE
    }

    #[test]
    fn known_places_are_shifted_as_the_public_converters_do() {
        for (wgs84, gcj02) in [
            ((31.177_427_6, 121.527_210_6), (31.175_303_98, 121.531_541_86)),
            ((22.543_847, 113.912_316), (22.540_796_13, 113.917_176_48)),
            ((39.911_954, 116.377_817), (39.913_345_46, 116.384_047_22)),
        ] {
            let shifted = wgs84_to_gcj02(wgs84.0, wgs84.1);
            assert!(metres_apart(shifted, gcj02) < 0.01, "{shifted:?} for {gcj02:?}");
            let back = gcj02_to_wgs84(gcj02.0, gcj02.1);
            assert!(metres_apart(back, wgs84) < 0.01, "{back:?} for {wgs84:?}");
        }
    }

    #[test]
    fn known_places_are_where_baidus_converter_puts_them() {
        for (gcj02, bd09) in [
            ((39.915, 116.404), (39.921_336_993_510_21, 116.410_369_493_710_29)),
            ((39.908_656_739_576_31, 116.397_627_291_193_15), (39.915, 116.404)),
            // The railway station of Beijing, to the metre.
            ((39.902_45, 116.427_03), (39.908_51, 116.433_51)),
        ] {
            let found = gcj02_to_bd09(gcj02.0, gcj02.1);
            assert!(metres_apart(found, bd09) < 1.0, "{found:?} for {bd09:?}");
        }
        let published = gcj02_to_bd09(39.915, 116.404);
        assert!(metres_apart(published, (39.921_336_993_510_21, 116.410_369_493_710_29)) < 0.000_1, "{published:?}");
    }

    #[test]
    fn guangzhou_lies_some_hundred_metres_apart_in_the_two_datums() {
        let distance = metres_apart(gcj02_to_wgs84(23.0, 113.0), (23.0, 113.0));
        assert!((300.0..900.0).contains(&distance), "{distance}");
    }

    #[test]
    fn a_place_outside_of_china_is_the_same_in_both() {
        for place in [(48.8566, 2.3522), (-33.86, 151.21), (0.0, 0.0), (40.7, -74.0)] {
            assert_eq!(gcj02_to_wgs84(place.0, place.1), place);
            assert_eq!(gcj02_to_bd09(place.0, place.1), place);
        }
    }

    #[test]
    fn what_is_no_place_comes_back_as_it_is() {
        assert_eq!(gcj02_to_wgs84(f64::INFINITY, 113.0), (f64::INFINITY, 113.0));
        assert!(gcj02_to_wgs84(f64::NAN, 113.0).0.is_nan());
    }

    proptest! {
        #[test]
        fn a_round_trip_is_within_a_centimetre(
            latitude in 3.0_f64..54.0,
            longitude in 73.0_f64..137.0,
        ) {
            let gcj02 = wgs84_to_gcj02(latitude, longitude);
            let back = gcj02_to_wgs84(gcj02.0, gcj02.1);
            prop_assert!(metres_apart(back, (latitude, longitude)) < 0.01);
        }
    }
}
