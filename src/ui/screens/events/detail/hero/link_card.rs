//! Card of a link: of a menu button, of a mini program's page, or one that the user shared, taken apart.

use egui::{Label, Ui};

use super::super::field::web_link;
use super::super::long_text::LongText;
use super::{FactRow, facts_ui};
use crate::engine::EventDetail;
use crate::texts::Language;
use crate::texts::safe_text::shortened;
use crate::ui::action::Action;
use crate::ui::look::Look;
use crate::ui::theme::{GAP_SMALL, page_text};
use crate::ui::widgets::controls::{copy_icon, open_button, value_font, weak};
use crate::wechat::scan::{ScanMeaning, meaning};
use crate::wechat::tree::Tree;

/// Maximum number of parameters listed.
const MOST_PARAMETERS: usize = 40;
/// Maximum number of characters of a shared link's title and description.
const LONGEST: usize = 300;

/// A link as it is displayed.
#[derive(Debug)]
pub(in super::super) struct LinkCard {
    /// Title and description of a shared link.
    title: Option<String>,
    description: Option<String>,
    url: String,
    shown: LongText,
    facts: Vec<FactRow>,
    /// Set if it should be a web address and is none.
    is_no_link: bool,
}

impl LinkCard {
    /// The link of a `VIEW` button.
    pub(super) fn view(url: &str, menu_id: Option<&str>, language: Language) -> Self {
        let facts = url_facts(url, language).into_iter().chain(menu_fact(menu_id)).collect();
        Self { is_no_link: !url.is_empty() && web_link(url).is_none(), ..Self::new(url, facts) }
    }

    /// The page of a mini program.
    pub(super) fn mini_program(page: &str, menu_id: Option<&str>, language: Language) -> Self {
        let page = page.trim();
        let (path, query) = page.split_once('?').unwrap_or((page, ""));
        let mut facts = vec![fact("hero.link.page", path, language)];
        facts.extend(parameters(query));
        facts.extend(menu_fact(menu_id));
        Self::new(page, facts)
    }

    /// A link that the user shared.
    pub(super) fn shared(url: &str, opened: &EventDetail, language: Language) -> Self {
        let tree = Tree::parse_lenient(opened.stored.capture.message()).ok();
        let text = |name: &str| {
            let text = tree.as_ref()?.root().text_of(name)?.trim();
            (!text.is_empty()).then(|| shortened(text, LONGEST))
        };
        Self { title: text("Title"), description: text("Description"), ..Self::new(url, url_facts(url, language)) }
    }

    fn new(url: &str, facts: Vec<FactRow>) -> Self {
        let (url, shown) = (url.to_owned(), LongText::of(url));
        Self { title: None, description: None, url, shown, facts, is_no_link: false }
    }

    pub(super) fn ui(&self, ui: &mut Ui, look: &Look, actions: &mut Vec<Action>) {
        if let Some(title) = &self.title {
            ui.add(Label::new(page_text(title).color(look.palette.strong)).wrap());
        }
        if let Some(description) = &self.description {
            ui.add(Label::new(description).wrap());
        }
        if self.url.is_empty() {
            ui.label(weak(look, look.text("detail.empty")));
        } else {
            self.shown.ui(ui, &self.url, value_font(ui, look), look);
            ui.horizontal(|ui| {
                copy_icon(ui, look, &look.text("hero.link.url"), || self.url.clone(), actions);
                if let Some(link) = web_link(&self.url) {
                    open_button(ui, look, link);
                }
            });
        }
        if self.is_no_link {
            ui.add(Label::new(weak(look, look.text("detail.note.no_web_link"))).wrap());
        }
        ui.add_space(GAP_SMALL);
        facts_ui(ui, &self.facts, look);
    }
}

fn fact(key: &str, value: &str, language: Language) -> FactRow {
    FactRow { label: language.text(key).into_owned(), ..FactRow::code("", value) }
}

fn menu_fact(menu_id: Option<&str>) -> Option<FactRow> {
    menu_id.filter(|id| !id.is_empty()).map(|id| FactRow::code("MenuId", id))
}

/// The parts of a URL: host, path, parameters, fragment.
fn url_facts(url: &str, language: Language) -> Vec<FactRow> {
    let ScanMeaning::Url(link) = meaning("", None, url) else { return Vec::new() };
    let mut facts = vec![fact("detail.said.host", link.host, language)];
    if link.user_info.is_some() {
        let beware = language.text("detail.said.disguised_host").into_owned();
        let label = language.text("detail.said.beware").into_owned();
        facts.push(FactRow { label, value: beware, is_code: false });
    }
    let (before, fragment) = link.rest.split_once('#').unwrap_or((link.rest, ""));
    let (path, query) = before.split_once('?').unwrap_or((before, ""));
    if path.len() > 1 {
        facts.push(fact("hero.link.path", path, language));
    }
    facts.extend(parameters(query));
    if !fragment.is_empty() {
        facts.push(fact("hero.link.fragment", fragment, language));
    }
    facts
}

/// The parameters of a query, decoded.
fn parameters(query: &str) -> impl Iterator<Item = FactRow> {
    let pairs = form_urlencoded::parse(query.as_bytes()).take(MOST_PARAMETERS);
    pairs.map(|(name, value)| FactRow::code(&format!("?{name}"), &value))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pairs(card: &LinkCard) -> Vec<(&str, &str)> {
        card.facts.iter().map(|fact| (&*fact.label, &*fact.value)).collect()
    }

    #[test]
    fn a_link_is_taken_apart_and_its_parameters_are_decoded() {
        let url = "https://user@example.com:8443/a/b?q=%E5%B9%BF%E5%B7%9E&n=1#top";
        let card = LinkCard::view(url, Some("418"), Language::English);
        let expected = [
            ("leads to", "example.com"),
            ("beware", "what stands before the @ looks like a host and is none"),
            ("path", "/a/b"),
            ("?q", "广州"),
            ("?n", "1"),
            ("fragment", "top"),
            ("MenuId", "418"),
        ];
        assert_eq!(pairs(&card), expected);
        assert!(!card.is_no_link);
        assert!(LinkCard::view("wwwqqcom", None, Language::English).is_no_link);
    }

    #[test]
    fn the_page_of_a_mini_program_has_a_path_and_parameters() {
        let card = LinkCard::mini_program("pages/index/index?id=7", None, Language::English);
        assert_eq!(pairs(&card), [("page", "pages/index/index"), ("?id", "7")]);
    }
}
