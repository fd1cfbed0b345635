//! Card of a place: its address, and its coordinates in three datums, each with the maps that use it.

use egui::accesskit::Role;
use egui::{Label, RichText, TextStyle, TextWrapMode, Ui, WidgetText};

use super::super::meaning::coordinates;
use super::caption_ui;
use crate::engine::EventDetail;
use crate::texts::safe_text::shortened;
use crate::ui::action::Action;
use crate::ui::look::Look;
use crate::ui::theme::{GAP, GAP_SMALL, icons, page_text};
use crate::ui::widgets::controls::{copy_icon, named, small_button};
use crate::wechat::geo;
use crate::wechat::message::{Location, Message};
use crate::wechat::tree::Tree;

/// Maximum number of characters of a place's name and address.
const LONGEST: usize = 300;

/// A place as it is displayed.
#[derive(Debug)]
pub(in super::super) struct LocationCard {
    /// The name of the place, else its address.
    title: String,
    /// The address below the name.
    address: Option<String>,
    /// The map's zoom.
    scale: Option<String>,
    datums: Vec<Datum>,
}

/// The coordinates in one datum, and the maps that use it.
#[derive(Debug)]
struct Datum {
    /// Locale key of its name.
    name: &'static str,
    coordinates: String,
    /// Names and links of the maps.
    maps: Vec<(&'static str, String)>,
}

impl LocationCard {
    pub(super) fn of(location: &Location<'_>, message: &Message<'_>, opened: &EventDetail) -> Option<Self> {
        let place = (location.latitude?, location.longitude?);
        let text = |text: Option<&str>| {
            text.map(str::trim).filter(|text| !text.is_empty()).map(|text| shortened(text, LONGEST))
        };
        let tree = Tree::parse_lenient(opened.stored.capture.message()).ok();
        let holder = tree.as_ref().map(|tree| tree.root().child("SendLocationInfo").unwrap_or_else(|| tree.root()));
        let of = |name: &str| text(holder.and_then(|holder| holder.text_of(name)));
        let (poi, label) = (of("Poiname"), of("Label"));
        debug_assert!(message.encrypt.is_none() || tree.is_some(), "a decoded message has a tree");
        let (title, address) = match (poi, label) {
            (Some(poi), label) => (poi, label),
            (None, Some(label)) => (label, None),
            (None, None) => (coordinates(place), None),
        };
        let datums = datums(place, &title);
        Some(Self { title, address, scale: of("Scale"), datums })
    }

    pub(super) fn ui(&self, ui: &mut Ui, look: &Look, actions: &mut Vec<Action>) {
        let title = page_text(&self.title).color(look.palette.strong);
        ui.add(Label::new(title).wrap());
        if let Some(address) = &self.address {
            ui.add(Label::new(address).wrap());
        }
        ui.add_space(GAP_SMALL);
        let width_of = |datum: &Datum| {
            let name = WidgetText::from(&*look.text(datum.name));
            name.into_galley(ui, Some(TextWrapMode::Extend), f32::INFINITY, TextStyle::Body).size().x
        };
        let width = self.datums.iter().map(width_of).fold(0.0, f32::max);
        for datum in &self.datums {
            datum_ui(ui, (datum, width), look, actions);
        }
        let mut note = look.text("detail.said.datum_assumed").into_owned();
        if let Some(scale) = &self.scale {
            note = format!("{} · {note}", look.filled("hero.scale", &[("scale", scale)]));
        }
        caption_ui(ui, &note, look);
    }
}

/// A place in GCJ-02 in all three datums.
fn datums(gcj02: (f64, f64), title: &str) -> Vec<Datum> {
    let (wgs84, bd09) = (geo::gcj02_to_wgs84(gcj02.0, gcj02.1), geo::gcj02_to_bd09(gcj02.0, gcj02.1));
    let name: String = form_urlencoded::byte_serialize(title.as_bytes()).collect();
    let (latitude, longitude) = gcj02;
    let amap =
        format!("https://uri.amap.com/marker?position={longitude:.6},{latitude:.6}&name={name}&coordinate=gaode");
    let tencent = format!(
        "https://apis.map.qq.com/uri/v1/marker?marker=coord:{latitude:.6},{longitude:.6};title:{name};addr:{name}&referer=menuscope"
    );
    let (latitude, longitude) = wgs84;
    let osm = format!(
        "https://www.openstreetmap.org/?mlat={latitude:.6}&mlon={longitude:.6}#map=17/{latitude:.6}/{longitude:.6}"
    );
    let (latitude, longitude) = bd09;
    let baidu = format!(
        "https://api.map.baidu.com/marker?location={latitude:.6},{longitude:.6}&title={name}&content={name}&output=html&src=webapp.menuscope"
    );
    vec![
        Datum {
            name: "detail.said.gcj02",
            coordinates: coordinates(gcj02),
            maps: vec![("hero.map.amap", amap), ("hero.map.tencent", tencent)],
        },
        Datum { name: "detail.said.wgs84", coordinates: coordinates(wgs84), maps: vec![("hero.map.osm", osm)] },
        Datum { name: "detail.said.bd09", coordinates: coordinates(bd09), maps: vec![("hero.map.baidu", baidu)] },
    ]
}

/// Draws a datum; its coordinates begin behind the widest of the names.
fn datum_ui(ui: &mut Ui, (datum, width): (&Datum, f32), look: &Look, actions: &mut Vec<Action>) {
    let name = look.text(datum.name);
    ui.horizontal_wrapped(|ui| {
        ui.spacing_mut().item_spacing.x = GAP;
        let label = ui.add(Label::new(RichText::new(&*name).color(look.palette.weak)).extend());
        ui.add_space(width - label.rect.width());
        ui.add(Label::new(RichText::new(&datum.coordinates).monospace().color(look.palette.strong)));
        copy_icon(ui, look, &name, || datum.coordinates.clone(), actions);
        for (map, link) in &datum.maps {
            let map = look.text(map);
            let name = look.filled("hero.open_in", &[("map", &map)]);
            let response = named(ui.add(small_button(format!("{map} {}", icons::EXTERNAL_LINK))), Role::Link, &name);
            if response.on_hover_text(format!("{name}\n{link}")).clicked() {
                ui.ctx().open_url(egui::OpenUrl::new_tab(link));
            }
        }
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_map_gets_the_datum_that_it_uses() {
        let all = datums((39.915, 116.404), "天安门 & co");
        let links: Vec<&str> = all.iter().flat_map(|datum| &datum.maps).map(|(_, link)| &**link).collect();
        assert!(links[0].contains("position=116.404000,39.915000&name=%E5%A4%A9"), "{}", links[0]);
        assert!(links[1].contains("coord:39.915000,116.404000"), "{}", links[1]);
        assert!(links[2].contains("mlat=39.913596&mlon=116.397756"), "{}", links[2]);
        assert!(links[3].contains("location=39.921337,116.410369"), "{}", links[3]);
        assert!(links.iter().all(|link| !link.contains("& ")), "{links:?}");
    }
}
