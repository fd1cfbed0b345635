//! Badge of an event of a team, in words: whose tap it is, and through which relay it came.

use crate::capture::TeamMark;
use crate::texts::safe_text::shortened;
use crate::ui::look::Look;

/// Characters shown of a name.
const SHOWN: usize = 60;

/// The badge in words; `None` for what has to do with no team.
pub(crate) fn badge_words(mark: &TeamMark, look: &Look) -> Option<String> {
    let name = |name: &str| shortened(name, SHOWN);
    Some(match (&mark.claimed, &mark.origin) {
        (Some(desktop), Some(origin)) => {
            look.filled("team.badge", &[("name", &name(desktop)), ("relay", &name(&origin.relay))])
        }
        (Some(desktop), None) => look.filled("team.badge_claimed", &[("name", &name(desktop))]),
        (None, Some(origin)) => look.filled("team.badge_nobodys", &[("relay", &name(&origin.relay))]),
        (None, None) => return None,
    })
}

#[cfg(test)]
mod tests {
    use jiff::tz::TimeZone;

    use super::*;
    use crate::capture::EventOrigin;
    use crate::texts::Language;

    #[test]
    fn the_badge_says_whose_tap_it_is_and_where_it_came_from() {
        let look = Look::new(Language::English, egui::Theme::Dark, TimeZone::UTC);
        let origin = Some(EventOrigin { relay: "hub-1".to_owned(), id: 7 });
        let words = |claimed: Option<&str>, origin| {
            badge_words(&TeamMark { origin, claimed: claimed.map(str::to_owned) }, &look)
        };
        assert_eq!(words(None, None), None);
        let both = words(Some("alice"), origin.clone()).unwrap();
        assert!(both.contains("alice") && both.contains("hub-1"), "{both}");
        assert!(words(None, origin).unwrap().contains("hub-1"));
        assert!(words(Some("alice"), None).unwrap().contains("alice"));
    }
}
