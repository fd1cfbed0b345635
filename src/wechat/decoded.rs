//! The typed values of a message as JSON, by kind: link, scan, pictures, location.

use std::str::FromStr as _;

use serde_json::{Map, Number, Value, json};

use super::geo;
use super::message::{Location, MenuEvent, Message, OtherEvent, Payload, Pictures, Position, ScanCode, UserMessage};

/// The typed values of a message; empty if its kind has none.
///
/// Every picture carries `"image_event": null`, to be filled in by a caller that knows the other events.
pub fn decoded(message: &Message<'_>) -> Map<String, Value> {
    let mut decoded = Map::new();
    match &message.payload {
        Payload::Menu(event) => add_menu_event(&mut decoded, event),
        Payload::Message(UserMessage::Location(location)) => {
            add(&mut decoded, "location", place(location));
        }
        Payload::Message(UserMessage::Link { url: Some(url), .. }) => {
            add(&mut decoded, "link", json!({ "url": url }));
        }
        Payload::Event(OtherEvent::Location(position)) => {
            add(&mut decoded, "location", reported(position));
        }
        _ => {}
    }
    decoded
}

fn add_menu_id(decoded: &mut Map<String, Value>, menu_id: Option<&str>) {
    if let Some(menu_id) = menu_id {
        add(decoded, "menu", json!({ "menu_id": menu_id }));
    }
}

fn add_menu_event(decoded: &mut Map<String, Value>, event: &MenuEvent<'_>) {
    match event {
        MenuEvent::Click => {}
        MenuEvent::View { url, menu_id } => {
            if let Some(url) = url {
                add(decoded, "link", json!({ "url": url }));
            }
            add_menu_id(decoded, *menu_id);
        }
        // A page path is no link outside its mini program.
        MenuEvent::ViewMiniprogram { menu_id, .. } => add_menu_id(decoded, *menu_id),
        MenuEvent::ScancodePush(code) | MenuEvent::ScancodeWaitmsg(code) => {
            add(decoded, "scan", scan(code));
        }
        MenuEvent::PicSysphoto(pictures) | MenuEvent::PicPhotoOrAlbum(pictures) | MenuEvent::PicWeixin(pictures) => {
            add_pictures(decoded, pictures);
        }
        MenuEvent::LocationSelect(location) => add(decoded, "location", place(location)),
    }
}

fn scan(code: &ScanCode<'_>) -> Value {
    json!({
        "type": code.scan_type,
        "symbology": code.symbology,
        "content": code.content,
    })
}

fn add_pictures(decoded: &mut Map<String, Value>, pictures: &Pictures<'_>) {
    if let Some(count) = pictures.count {
        add(decoded, "count", json!(count));
    }
    let picture = |md5: &&str| json!({ "md5": md5, "image_event": null });
    let pictures: Vec<Value> = pictures.md5s.iter().map(picture).collect();
    add(decoded, "pictures", Value::Array(pictures));
}

fn place(location: &Location<'_>) -> Value {
    let mut place = Map::new();
    add_number(&mut place, "latitude", location.latitude, location.latitude_text);
    add_number(&mut place, "longitude", location.longitude, location.longitude_text);
    add_number(&mut place, "scale", location.scale, location.scale_text);
    add(&mut place, "label", json!(location.label));
    add(&mut place, "poi", json!(location.poiname));
    add_datum(&mut place, location.latitude.zip(location.longitude));
    Value::Object(place)
}

fn reported(position: &Position<'_>) -> Value {
    let mut place = Map::new();
    add_number(&mut place, "latitude", position.latitude, position.latitude_text);
    add_number(&mut place, "longitude", position.longitude, position.longitude_text);
    add_number(&mut place, "precision", position.precision, position.precision_text);
    add_datum(&mut place, position.latitude.zip(position.longitude));
    Value::Object(place)
}

/// Adds the datum. WeChat does not document it; practitioners assume GCJ-02.
fn add_datum(place: &mut Map<String, Value>, coordinates: Option<(f64, f64)>) {
    add(place, "datum", json!("gcj02"));
    add(place, "datum_assumed", json!(true));
    let on_earth = |(latitude, longitude): &(f64, f64)| latitude.abs() <= 90.0 && longitude.abs() <= 180.0;
    if let Some((latitude, longitude)) = coordinates.filter(on_earth) {
        let (latitude, longitude) = geo::gcj02_to_wgs84(latitude, longitude);
        let wgs84 = json!({ "latitude": rounded(latitude), "longitude": rounded(longitude) });
        add(place, "wgs84", wgs84);
    }
}

/// Rounds to seven decimals of a degree, which is a centimetre: further digits differ between machines.
fn rounded(degrees: f64) -> f64 {
    (degrees * 1e7).round() / 1e7
}

/// Adds a number as it was written, if JSON can write it so.
fn add_number(object: &mut Map<String, Value>, name: &str, number: Option<f64>, text: Option<&str>) {
    let Some(number) = number else { return };
    let written = text.and_then(|text| Number::from_str(text.trim()).ok());
    if let Some(number) = written.or_else(|| Number::from_f64(number)) {
        add(object, name, Value::Number(number));
    }
}

fn add(object: &mut Map<String, Value>, name: &str, value: Value) {
    object.insert(name.to_owned(), value);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wechat::tree::Tree;

    fn decoded_event(event: &str, inside: &str) -> Value {
        let payload = format!("<xml><MsgType>event</MsgType><Event>{event}</Event>{inside}</xml>");
        let tree = Tree::parse(payload.as_bytes()).unwrap();
        Value::Object(decoded(&Message::decode(&tree)))
    }

    #[test]
    fn a_click_has_nothing_to_decode() {
        assert_eq!(decoded_event("CLICK", "<EventKey>a</EventKey>"), json!({}));
    }

    #[test]
    fn a_view_has_a_link_and_maybe_a_menu() {
        let key = "<EventKey>http://a/?b&amp;c</EventKey>";
        let link = json!({ "url": "http://a/?b&c" });
        assert_eq!(decoded_event("VIEW", key), json!({ "link": link }));
        let with_menu = decoded_event("VIEW", &format!("{key}<MenuId>MENUID</MenuId>"));
        assert_eq!(with_menu, json!({ "link": link, "menu": { "menu_id": "MENUID" } }));
    }

    #[test]
    fn a_number_that_does_not_parse_is_absent_and_the_others_stay() {
        let inside = "<SendLocationInfo><Location_X>north</Location_X><Location_Y>113.50</Location_Y>\
            <Scale>16</Scale><Label> a</Label><Poiname/></SendLocationInfo>";
        let location = &decoded_event("location_select", inside)["location"];
        let names: Vec<_> = location.as_object().unwrap().keys().collect();
        assert_eq!(names, ["longitude", "scale", "label", "poi", "datum", "datum_assumed"]);
        assert_eq!(location["longitude"].to_string(), "113.50");
        assert_eq!(location["scale"], json!(16));
    }

    #[test]
    fn a_number_that_json_cannot_write_is_written_as_json_does() {
        let inside = "<SendLocationInfo><Location_X>+23.</Location_X></SendLocationInfo>";
        let location = &decoded_event("location_select", inside)["location"];
        assert_eq!(location["latitude"], json!(23.0));
    }
}
