//! The source of a reply in words: the rule, the person, the developer's own server, a colleague's desktop, or the default.

use crate::capture::ReplySource;
use crate::texts::safe_text::shortened;
use crate::ui::look::Look;

/// Characters of a name that are shown, at most.
const LONGEST: usize = 200;

/// The words for a source; names in them are shortened.
pub(crate) fn source_words(source: &ReplySource, look: &Look) -> String {
    match source {
        ReplySource::Rule(name) => look.filled("detail.source.rule", &[("name", &shortened(name, LONGEST))]),
        ReplySource::Desktop(name) => look.filled("team.source", &[("name", &shortened(name, LONGEST))]),
        ReplySource::Default => look.text("detail.source.default").into_owned(),
        ReplySource::Held => look.text("detail.source.held").into_owned(),
        ReplySource::Forward => look.text("detail.source.forward").into_owned(),
        ReplySource::None => look.text("detail.source.none").into_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ui::test_support::look;

    #[test]
    fn names_stand_in_the_words() {
        let look = look(egui::Theme::Dark);
        for source in [ReplySource::Rule("welcome".to_owned()), ReplySource::Desktop("lin".to_owned())] {
            let words = source_words(&source, &look);
            assert!((words.contains("welcome") || words.contains("lin")) && !words.contains("%{"), "{words}");
        }
    }
}
