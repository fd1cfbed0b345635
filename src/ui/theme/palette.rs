//! Colours of the dark and the light look, by purpose.

use egui::Color32;

use crate::config::Hue;

/// Colours of the dark or the light look, by purpose.
#[derive(Debug)]
pub(crate) struct Palette {
    /// Ground of bars and rail.
    pub(crate) frame: Color32,
    /// Ground of lists and pages.
    pub(crate) surface: Color32,
    /// Ground of what is raised above a surface: cards, menus, dialogs, the row below the pointer.
    pub(crate) card: Color32,
    /// Ground of text that can be edited.
    pub(crate) field: Color32,
    /// Ground of a control at rest.
    pub(crate) control: Color32,
    /// Ground below the pointer.
    pub(crate) hovered: Color32,
    /// Ground of a pressed control.
    pub(crate) pressed: Color32,
    /// Ground of the selected row.
    pub(crate) selected: Color32,
    /// Lines between panes and around cards.
    pub(crate) line: Color32,
    /// Outline of controls; stands out from frame, surface, field and card.
    pub(crate) outline: Color32,
    /// Outline of controls on a tinted ground, and of those below the pointer.
    pub(crate) outline_on_tint: Color32,
    pub(crate) text: Color32,
    /// Text of titles and of what is selected.
    pub(crate) strong: Color32,
    /// Text of side notes and captions.
    pub(crate) weak: Color32,
    pub(crate) accent: Color32,
    /// Text on the accent.
    pub(crate) on_accent: Color32,
    /// Ground in a tint of the accent.
    pub(crate) accent_ground: Color32,
    /// Colour of success where it is news; what is usual is neutral.
    pub(crate) ok: Color32,
    /// Colour of notes.
    pub(crate) note: Color32,
    /// Colour of warnings.
    pub(crate) warning: Color32,
    /// Colour of errors.
    pub(crate) error: Color32,
    /// Colour of an injected fault, which is no mistake of anybody's.
    pub(crate) fault: Color32,
    pub(crate) note_ground: Color32,
    pub(crate) warning_ground: Color32,
    pub(crate) error_ground: Color32,
    /// Ground of the bytes of the chosen field, and of what the filter found.
    pub(crate) lit: Color32,
    /// Names of elements in raw text.
    pub(crate) code_name: Color32,
    /// Values in raw text.
    pub(crate) code_value: Color32,
    /// Brackets and the like in raw text.
    pub(crate) code_mark: Color32,
    /// The families' hues, in the order of [`Family::ALL`](crate::wechat::kind::Family::ALL).
    pub(crate) families: [Color32; 6],
    /// Colours that mark rows, in the order of [`Hue::ALL`].
    pub(crate) hues: [Color32; 6],
    /// The chat as WeChat draws it.
    pub(crate) chat: ChatPalette,
    /// Shadow of popups.
    pub(crate) shadow: Color32,
}

impl Palette {
    /// The colour of a hue.
    pub(crate) fn hue(&self, hue: Hue) -> Color32 {
        let at = Hue::ALL.iter().position(|other| *other == hue);
        at.and_then(|at| self.hues.get(at)).copied().unwrap_or(self.accent)
    }
}

/// Colours of a chat: WeChat's own, as far as they are legible.
#[derive(Debug)]
pub(crate) struct ChatPalette {
    /// Ground of the chat.
    pub(crate) ground: Color32,
    /// Ground of a bubble from the other side, or of a card.
    pub(crate) bubble: Color32,
    /// Text in a bubble.
    pub(crate) text: Color32,
    /// Side notes in a bubble.
    pub(crate) weak: Color32,
    /// A link in a bubble.
    pub(crate) link: Color32,
    /// Lines between the parts of a card.
    pub(crate) line: Color32,
    /// Square in place of a picture.
    pub(crate) picture: Color32,
    /// The chat's own words, in the middle.
    pub(crate) notice: Color32,
    /// The square of the account.
    pub(crate) avatar: Color32,
    /// Drawing on that square.
    pub(crate) on_avatar: Color32,
}

const fn rgb(red: u8, green: u8, blue: u8) -> Color32 {
    Color32::from_rgb(red, green, blue)
}

/// The dark palette.
pub(crate) const DARK: Palette = Palette {
    frame: rgb(0x15, 0x17, 0x1a),
    surface: rgb(0x1b, 0x1d, 0x21),
    card: rgb(0x22, 0x25, 0x2a),
    field: rgb(0x15, 0x17, 0x1a),
    control: rgb(0x22, 0x25, 0x2a),
    hovered: rgb(0x2a, 0x2e, 0x34),
    pressed: rgb(0x34, 0x39, 0x41),
    selected: rgb(0x1d, 0x3b, 0x30),
    line: rgb(0x2e, 0x32, 0x38),
    outline: rgb(0x73, 0x7b, 0x87),
    outline_on_tint: rgb(0x8c, 0x95, 0xa2),
    text: rgb(0xe4, 0xe6, 0xea),
    strong: rgb(0xf6, 0xf7, 0xf8),
    weak: rgb(0xa3, 0xaa, 0xb5),
    accent: rgb(0x2b, 0xc4, 0x76),
    on_accent: rgb(0x06, 0x1c, 0x10),
    accent_ground: rgb(0x1b, 0x35, 0x2a),
    ok: rgb(0x4a, 0xcf, 0x8b),
    note: rgb(0x8a, 0xb8, 0xf6),
    warning: rgb(0xf0, 0xb4, 0x4c),
    error: rgb(0xff, 0x8a, 0x80),
    fault: rgb(0xcf, 0xa8, 0xff),
    note_ground: rgb(0x1d, 0x2c, 0x40),
    warning_ground: rgb(0x3a, 0x2f, 0x18),
    error_ground: rgb(0x42, 0x22, 0x2a),
    lit: rgb(0x5a, 0x4a, 0x14),
    code_name: rgb(0x8a, 0xb8, 0xf6),
    code_value: rgb(0xe3, 0xc0, 0x8d),
    code_mark: rgb(0x98, 0xa0, 0xac),
    families: [
        rgb(0x78, 0xb0, 0xff),
        rgb(0x4f, 0xcf, 0xc6),
        rgb(0xc0, 0x9a, 0xf7),
        rgb(0xf2, 0xa5, 0x66),
        rgb(0xb5, 0xcf, 0x62),
        rgb(0xa4, 0xad, 0xbb),
    ],
    hues: [
        rgb(0xff, 0x7b, 0x72),
        rgb(0xf2, 0xa5, 0x66),
        rgb(0xe6, 0xc8, 0x4f),
        rgb(0x7b, 0xd8, 0x8f),
        rgb(0x78, 0xb0, 0xff),
        rgb(0xc0, 0x9a, 0xf7),
    ],
    chat: ChatPalette {
        ground: rgb(0x11, 0x11, 0x12),
        bubble: rgb(0x2c, 0x2c, 0x2e),
        text: rgb(0xde, 0xde, 0xe0),
        weak: rgb(0xa0, 0xa2, 0xa8),
        link: rgb(0x8f, 0xb0, 0xe0),
        line: rgb(0x3d, 0x3d, 0x40),
        picture: rgb(0x3f, 0x42, 0x48),
        notice: rgb(0x9a, 0x9c, 0xa2),
        avatar: rgb(0x1f, 0x7a, 0x4c),
        on_avatar: rgb(0xe6, 0xf5, 0xec),
    },
    shadow: Color32::from_black_alpha(120),
};

/// The light palette.
pub(crate) const LIGHT: Palette = Palette {
    frame: rgb(0xf6, 0xf7, 0xf9),
    surface: rgb(0xff, 0xff, 0xff),
    card: rgb(0xf6, 0xf7, 0xf9),
    field: rgb(0xff, 0xff, 0xff),
    control: rgb(0xff, 0xff, 0xff),
    hovered: rgb(0xeb, 0xed, 0xf0),
    pressed: rgb(0xdd, 0xe0, 0xe5),
    selected: rgb(0xd8, 0xf1, 0xe3),
    line: rgb(0xe3, 0xe6, 0xea),
    outline: rgb(0x85, 0x8d, 0x99),
    outline_on_tint: rgb(0x73, 0x7b, 0x87),
    text: rgb(0x22, 0x26, 0x2c),
    strong: rgb(0x10, 0x13, 0x18),
    weak: rgb(0x5a, 0x62, 0x6e),
    accent: rgb(0x08, 0x75, 0x4a),
    on_accent: rgb(0xff, 0xff, 0xff),
    accent_ground: rgb(0xe3, 0xf5, 0xeb),
    ok: rgb(0x08, 0x7a, 0x45),
    note: rgb(0x1f, 0x5f, 0xc0),
    warning: rgb(0x8a, 0x53, 0x00),
    error: rgb(0xb8, 0x24, 0x1d),
    fault: rgb(0x74, 0x33, 0xb8),
    note_ground: rgb(0xe8, 0xf1, 0xfd),
    warning_ground: rgb(0xfd, 0xf3, 0xdd),
    error_ground: rgb(0xfd, 0xea, 0xe8),
    lit: rgb(0xff, 0xe8, 0x96),
    code_name: rgb(0x1f, 0x5f, 0xbf),
    code_value: rgb(0x8a, 0x4b, 0x08),
    code_mark: rgb(0x61, 0x69, 0x75),
    families: [
        rgb(0x1d, 0x62, 0xcc),
        rgb(0x08, 0x79, 0x74),
        rgb(0x77, 0x3d, 0xc2),
        rgb(0xaa, 0x53, 0x08),
        rgb(0x57, 0x74, 0x0d),
        rgb(0x59, 0x64, 0x73),
    ],
    hues: [
        rgb(0xb8, 0x2f, 0x26),
        rgb(0xa8, 0x58, 0x10),
        rgb(0x7d, 0x64, 0x00),
        rgb(0x1b, 0x77, 0x3b),
        rgb(0x1b, 0x5c, 0xb8),
        rgb(0x74, 0x3a, 0xb8),
    ],
    chat: ChatPalette {
        ground: rgb(0xed, 0xed, 0xed),
        bubble: rgb(0xff, 0xff, 0xff),
        text: rgb(0x19, 0x19, 0x19),
        weak: rgb(0x6b, 0x6b, 0x70),
        link: rgb(0x3d, 0x5a, 0x96),
        line: rgb(0xe5, 0xe5, 0xe5),
        picture: rgb(0xd5, 0xd8, 0xdd),
        notice: rgb(0x66, 0x66, 0x6a),
        avatar: rgb(0x1f, 0x8f, 0x55),
        on_avatar: rgb(0xff, 0xff, 0xff),
    },
    shadow: Color32::from_black_alpha(40),
};
