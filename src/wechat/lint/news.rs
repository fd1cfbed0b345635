//! Checks the articles of a reply: their elements, their number, and the declared number.

use super::children::{Children, check_value};
use super::findings::{Findings, quoted};
use super::{LintCode, LintFinding, PushInfo, elements};
use crate::wechat::tree::{Element, Format};

const ITEM: &str = "item";

/// An article without it is refused. The documentation requires all four elements.
const REQUIRED: [&str; 1] = [TITLE];
const ASKED_FOR: [&str; 3] = ["Description", "PicUrl", URL];

const TITLE: &str = "Title";
const URL: &str = "Url";

pub(super) fn check(
    root: Element<'_, '_>,
    articles: Option<Element<'_, '_>>,
    count: Option<Element<'_, '_>>,
    push: &PushInfo<'_>,
    findings: &mut Findings<'_>,
) {
    let mut found = 0;
    let mut misplaced = false;
    if let Some(articles) = articles {
        misplaced = report_misplaced(root, articles, findings);
        for item in items(root, articles, push, findings) {
            found += 1;
            if !findings.is_full() {
                check_item(item, found, findings);
            }
        }
        if found == 0 && !misplaced {
            findings.add_at(LintFinding::new(LintCode::ArticlesEmpty), articles.span());
        }
        let limit = push.article_limit();
        if found > limit {
            let finding = LintFinding::new(LintCode::TooManyArticles).with("found", found).with("limit", limit);
            findings.add_at(finding, elements::tag_of(articles));
        }
    }
    if let Some(count) = count {
        check_count(count, articles.map(|_| found).filter(|_| !misplaced), findings);
    }
}

/// Reports the first element of an article that stands in Articles itself, as if there were only one article.
fn report_misplaced(root: Element<'_, '_>, articles: Element<'_, '_>, findings: &mut Findings<'_>) -> bool {
    let is_of_article = |child: &Element<'_, '_>| REQUIRED.iter().chain(&ASKED_FOR).any(|name| *name == child.name());
    // In JSON the articles may be a list, whose elements are articles themselves.
    let child = if root.name().is_empty() { None } else { articles.children().find(is_of_article) };
    if let Some(child) = child {
        let finding = LintFinding::new(LintCode::ElementMisplaced).with("name", child.name()).with("within", ITEM);
        findings.add_at(finding, child.span());
    }
    child.is_some()
}

/// The items; in JSON they may be a list named `Articles`.
fn items<'t, 'a>(
    root: Element<'t, 'a>,
    articles: Element<'t, 'a>,
    push: &PushInfo<'_>,
    findings: &mut Findings<'_>,
) -> Vec<Element<'t, 'a>> {
    let listed = push.format == Some(Format::Json) && articles.child(ITEM).is_none();
    if listed {
        return root.children_named("Articles").filter(|item| item.has_children()).collect();
    }
    let mut children = Children::sort(articles, "Articles/", &std::iter::empty(), findings);
    let items: Vec<_> = articles.children_named(ITEM).collect();
    let has_title = |child: &Element<'t, 'a>| child.child(TITLE).is_some();
    if items.is_empty()
        && let Some(child) = children.take_misspelt(ITEM).or_else(|| articles.children().find(has_title))
    {
        let finding = LintFinding::new(LintCode::ElementMisspelt)
            .with("found", quoted(child.name()))
            .with("name", "Articles/item");
        findings.add_at(finding, super::children::name_of(child));
        return articles.children_named(child.name()).collect();
    }
    items
}

fn check_item(item: Element<'_, '_>, number: usize, findings: &mut Findings<'_>) {
    let within = format!("Articles/item[{number}]/");
    let names = REQUIRED.into_iter().chain(ASKED_FOR);
    let mut children = Children::sort(item, &within, &names, findings);
    for name in names {
        let is_required = REQUIRED.contains(&name);
        let full = format!("{within}{name}");
        match children.get(name) {
            Some(value) if value.has_children() => {
                check_value(value, &full, false, findings);
            }
            // An article with an empty title or link is shown, but of little use.
            Some(value) if (is_required || name == URL) && value.text().trim().is_empty() => {
                let code = if name == URL { LintCode::ArticleUrlEmpty } else { LintCode::ArticleLacks };
                findings.add_at(LintFinding::new(code).with("name", full), value.span());
            }
            Some(value) if name == TITLE || name == "Description" => {
                elements::check_line_breaks(value, &full, findings);
            }
            Some(_) => {}
            None => report_absent(name, full, is_required, item, &mut children, findings),
        }
    }
}

fn report_absent<'t, 'a>(
    name: &'static str,
    full: String,
    is_required: bool,
    item: Element<'t, 'a>,
    children: &mut Children<'t, 'a>,
    findings: &mut Findings<'_>,
) {
    if let Some(child) = children.take_misspelt(name) {
        let code = if is_required { LintCode::ElementMisspelt } else { LintCode::OptionalMisspelt };
        let finding = LintFinding::new(code).with("found", quoted(child.name())).with("name", full);
        findings.add_at(finding, super::children::name_of(child));
        return;
    }
    let code = if is_required { LintCode::ElementMissing } else { LintCode::ArticleLacks };
    findings.add_at(LintFinding::new(code).with("name", full), elements::tag_of(item));
}

fn check_count(count: Element<'_, '_>, found: Option<usize>, findings: &mut Findings<'_>) {
    let text = count.text().trim();
    let finding = match (text.parse::<usize>(), found) {
        (Err(_), _) => LintFinding::new(LintCode::ArticleCountNotNumber).with("text", quoted(text)),
        (Ok(number), Some(found)) if number != found => {
            LintFinding::new(LintCode::ArticleCountDiffers).with("count", number).with("found", found)
        }
        _ => return,
    };
    findings.add_at(finding, count.span());
}
