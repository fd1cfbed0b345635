//! Icons of Lucide, as characters of the font `assets/fonts/Icons.ttf`, which every family has.
//!
//! An icon is 16 points wide in text of 13, and stands right beside such words. It is no word: a control that shows
//! one needs a name (`widgets::controls::icon_button`). Text from outside cannot draw one, since `safe_text` spells
//! such characters out.

#![expect(dead_code, reason = "names all icons of the font; screens take the ones they need")]

use egui::FontId;

use super::TEXT;

/// Width of an icon in text of the size [`TEXT`], in points.
const WIDTH: f32 = 16.0;

/// The font that draws an icon so many points wide.
pub(crate) fn font(width: f32) -> FontId {
    FontId::proportional(width * TEXT / WIDTH)
}

/// Copy: two sheets.
pub(crate) const COPY: &str = "\u{E900}";
/// Success, or done.
pub(crate) const CHECK: &str = "\u{E901}";
/// A warning.
pub(crate) const TRIANGLE_ALERT: &str = "\u{E902}";
/// Held: the program waits.
pub(crate) const PAUSE: &str = "\u{E903}";
/// Replay.
pub(crate) const ROTATE_CW: &str = "\u{E904}";
/// An injected fault.
pub(crate) const ZAP: &str = "\u{E905}";
/// Encrypted, or locked.
pub(crate) const LOCK: &str = "\u{E906}";
/// Not encrypted, or unlocked.
pub(crate) const LOCK_OPEN: &str = "\u{E907}";
/// Past messages.
pub(crate) const BELL: &str = "\u{E908}";
/// Pinned.
pub(crate) const PIN: &str = "\u{E909}";
/// A note.
pub(crate) const STICKY_NOTE: &str = "\u{E90A}";
/// Search.
pub(crate) const SEARCH: &str = "\u{E90B}";
/// Begin or go on.
pub(crate) const PLAY: &str = "\u{E90C}";
/// Import, or save.
pub(crate) const DOWNLOAD: &str = "\u{E90D}";
/// Export.
pub(crate) const UPLOAD: &str = "\u{E90E}";
/// Settings.
pub(crate) const SETTINGS: &str = "\u{E90F}";
/// Close, clear, or a mistake.
pub(crate) const CLOSE: &str = "\u{E910}";
pub(crate) const CHEVRON_DOWN: &str = "\u{E911}";
pub(crate) const CHEVRON_RIGHT: &str = "\u{E912}";
pub(crate) const CHEVRON_UP: &str = "\u{E913}";
pub(crate) const CHEVRON_LEFT: &str = "\u{E914}";
/// More.
pub(crate) const ELLIPSIS: &str = "\u{E915}";
pub(crate) const PLUS: &str = "\u{E916}";
pub(crate) const MINUS: &str = "\u{E917}";
pub(crate) const TRASH_2: &str = "\u{E918}";
pub(crate) const PENCIL: &str = "\u{E919}";
/// Events.
pub(crate) const LIST: &str = "\u{E91A}";
/// Comparison.
pub(crate) const GIT_COMPARE: &str = "\u{E91B}";
/// Send, or compose.
pub(crate) const SEND: &str = "\u{E91C}";
/// Rules.
pub(crate) const WORKFLOW: &str = "\u{E91D}";
/// The menu of an account.
pub(crate) const MENU: &str = "\u{E91E}";
pub(crate) const EXTERNAL_LINK: &str = "\u{E91F}";
/// A code to scan.
pub(crate) const QR_CODE: &str = "\u{E920}";
pub(crate) const IMAGE: &str = "\u{E921}";
/// A place.
pub(crate) const MAP_PIN: &str = "\u{E922}";
/// A tap on a menu.
pub(crate) const MOUSE_POINTER_CLICK: &str = "\u{E923}";
/// A message.
pub(crate) const MESSAGE_SQUARE: &str = "\u{E924}";
pub(crate) const LINK: &str = "\u{E925}";
/// A scan.
pub(crate) const SCAN_LINE: &str = "\u{E926}";
pub(crate) const USERS: &str = "\u{E927}";
/// A key or a token.
pub(crate) const KEY_ROUND: &str = "\u{E928}";
pub(crate) const EYE: &str = "\u{E929}";
pub(crate) const EYE_OFF: &str = "\u{E92A}";
pub(crate) const CLOCK: &str = "\u{E92B}";
/// Not answered in time.
pub(crate) const TIMER_OFF: &str = "\u{E92C}";
/// Time left.
pub(crate) const TIMER: &str = "\u{E92D}";
/// Help.
pub(crate) const CIRCLE_HELP: &str = "\u{E92E}";
pub(crate) const KEYBOARD: &str = "\u{E92F}";
pub(crate) const COMMAND: &str = "\u{E930}";
pub(crate) const SUN: &str = "\u{E931}";
pub(crate) const MOON: &str = "\u{E932}";
pub(crate) const MONITOR: &str = "\u{E933}";
pub(crate) const LANGUAGES: &str = "\u{E934}";
/// The filter.
pub(crate) const FUNNEL: &str = "\u{E935}";
/// Filter by this.
pub(crate) const FUNNEL_PLUS: &str = "\u{E936}";
/// Exclude this.
pub(crate) const FUNNEL_X: &str = "\u{E937}";
/// Columns of a list.
pub(crate) const COLUMNS_3: &str = "\u{E938}";
/// Rows of a list.
pub(crate) const ROWS_3: &str = "\u{E939}";
pub(crate) const ARROW_DOWN: &str = "\u{E93A}";
pub(crate) const ARROW_UP: &str = "\u{E93B}";
pub(crate) const ARROW_RIGHT: &str = "\u{E93C}";
pub(crate) const ARROW_LEFT: &str = "\u{E93D}";
pub(crate) const ARROW_UP_TO_LINE: &str = "\u{E93E}";
pub(crate) const CIRCLE_ALERT: &str = "\u{E93F}";
pub(crate) const CIRCLE_X: &str = "\u{E940}";
pub(crate) const CIRCLE_CHECK: &str = "\u{E941}";
pub(crate) const INFO: &str = "\u{E942}";
/// A valid signature.
pub(crate) const SHIELD_CHECK: &str = "\u{E943}";
/// An invalid signature.
pub(crate) const SHIELD_X: &str = "\u{E944}";
/// A signature that was not checked.
pub(crate) const SHIELD_QUESTION_MARK: &str = "\u{E945}";
pub(crate) const FILE_CODE: &str = "\u{E946}";
pub(crate) const FILE_TEXT: &str = "\u{E947}";
pub(crate) const FOLDER_OPEN: &str = "\u{E948}";
pub(crate) const DATABASE: &str = "\u{E949}";
pub(crate) const SERVER: &str = "\u{E94A}";
/// A server that failed.
pub(crate) const SERVER_OFF: &str = "\u{E94B}";
pub(crate) const GLOBE: &str = "\u{E94C}";
pub(crate) const RADIO: &str = "\u{E94D}";
pub(crate) const PLUG: &str = "\u{E94E}";
pub(crate) const UNPLUG: &str = "\u{E94F}";
pub(crate) const BOOKMARK: &str = "\u{E950}";
pub(crate) const STAR: &str = "\u{E951}";
pub(crate) const SAVE: &str = "\u{E952}";
pub(crate) const UNDO_2: &str = "\u{E953}";
pub(crate) const REDO_2: &str = "\u{E954}";
pub(crate) const REFRESH_CW: &str = "\u{E955}";
pub(crate) const REPEAT: &str = "\u{E956}";
pub(crate) const STOP: &str = "\u{E957}";
pub(crate) const CIRCLE: &str = "\u{E958}";
pub(crate) const LAYERS: &str = "\u{E959}";
pub(crate) const CORNER_DOWN_RIGHT: &str = "\u{E95A}";
/// A handle to drag.
pub(crate) const GRIP_VERTICAL: &str = "\u{E95B}";
pub(crate) const GAUGE: &str = "\u{E95C}";
pub(crate) const ACTIVITY: &str = "\u{E95D}";
pub(crate) const TAG: &str = "\u{E95E}";
pub(crate) const PALETTE: &str = "\u{E95F}";
pub(crate) const HISTORY: &str = "\u{E960}";
/// The same as before.
pub(crate) const EQUAL: &str = "\u{E961}";
/// Not the same as before.
pub(crate) const EQUAL_NOT: &str = "\u{E962}";
pub(crate) const BRACES: &str = "\u{E963}";
pub(crate) const BINARY: &str = "\u{E964}";
pub(crate) const SMARTPHONE: &str = "\u{E965}";
pub(crate) const BOT: &str = "\u{E966}";
pub(crate) const FLASK_CONICAL: &str = "\u{E967}";
pub(crate) const HOUSE: &str = "\u{E968}";
pub(crate) const LOADER: &str = "\u{E969}";
pub(crate) const SKIP_FORWARD: &str = "\u{E96A}";
pub(crate) const CIRCLE_DOT: &str = "\u{E96B}";
pub(crate) const CIRCLE_SLASH: &str = "\u{E96C}";
pub(crate) const HASH: &str = "\u{E96D}";
pub(crate) const TEXT_CURSOR_INPUT: &str = "\u{E96E}";
pub(crate) const USER: &str = "\u{E96F}";
pub(crate) const WIFI: &str = "\u{E970}";
pub(crate) const BOOK_OPEN: &str = "\u{E971}";
pub(crate) const MAXIMIZE_2: &str = "\u{E972}";
pub(crate) const MINIMIZE_2: &str = "\u{E973}";
pub(crate) const PANEL_RIGHT: &str = "\u{E974}";
pub(crate) const NETWORK: &str = "\u{E975}";
pub(crate) const PACKAGE: &str = "\u{E976}";
pub(crate) const TERMINAL: &str = "\u{E977}";
pub(crate) const CODE: &str = "\u{E978}";
pub(crate) const CODE_XML: &str = "\u{E979}";
pub(crate) const CAMERA: &str = "\u{E97A}";
pub(crate) const MIC: &str = "\u{E97B}";
pub(crate) const VIDEO: &str = "\u{E97C}";
pub(crate) const WAND_SPARKLES: &str = "\u{E97D}";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_font_has_every_icon_that_is_listed() {
        let names = include_str!("../../../assets/fonts/icons.txt");
        let listed = names.lines().filter(|line| !line.starts_with('#') && !line.is_empty()).count();
        let ctx = egui::Context::default();
        crate::ui::fonts::install(&ctx);
        let mut output = ctx.run_ui(egui::RawInput::default(), |ui| {
            ui.fonts_mut(|fonts| {
                let font = font(WIDTH);
                let first = COPY.chars().next().map_or(0, u32::from);
                let icons = (first..).take(listed).filter_map(char::from_u32);
                let missing: Vec<char> = icons.filter(|icon| !fonts.has_glyph(&font, *icon)).collect();
                assert!(missing.is_empty(), "{missing:?}");
                assert!((fonts.glyph_width(&font, '\u{e900}') - WIDTH).abs() < 0.1);
            });
        });
        output.textures_delta.clear();
    }
}
