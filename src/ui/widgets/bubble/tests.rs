//! Tests of the chat preview, by its labels.

use egui_kittest::Harness;
use egui_kittest::kittest::Queryable as _;

use super::*;
use crate::ui::test_support::{dress, look};
use crate::wechat::reply::Article;

fn shown<'h>(outcome: Outcome, reply: Option<PassiveReply>) -> Harness<'h> {
    let builder = Harness::builder().with_size([480.0, 900.0]).with_context_setup(dress);
    builder.build_ui(move |ui| bubble_ui(ui, &outcome, reply.as_ref(), &look(ui.ctx().theme())))
}

fn assert_says(harness: &Harness<'_>, texts: &[&str]) {
    for text in texts {
        assert!(harness.query_all_by_label(text).next().is_some(), "{text} is not said by {harness:?}");
    }
}

fn articles(count: usize) -> PassiveReply {
    let article = |number: usize| Article {
        title: format!("title {number}"),
        description: "about".to_owned(),
        pic_url: "https://a/p.jpg".to_owned(),
        url: format!("https://a/{number}"),
    };
    PassiveReply::News { articles: (1..=count).map(article).collect() }
}

#[test]
fn a_text_is_shown_line_by_line_with_the_targets_of_its_links() {
    let content = "hello\n\nsee <a href=\"https://a/b\">here</a>\u{202E}!".to_owned();
    let harness = shown(Outcome::Text, Some(PassiveReply::Text { content }));
    assert_says(&harness, &["hello", "see ", "here, leads to https://a/b", "‹U+202E›!"]);
}

#[test]
fn a_link_in_the_chat_cannot_be_followed() {
    let content = "<a href=\"https://a/b\">here</a>".to_owned();
    let mut harness = shown(Outcome::Text, Some(PassiveReply::Text { content }));
    harness.get_by_label("here, leads to https://a/b").click();
    harness.run();
    let commands = &harness.output().platform_output.commands;
    assert!(commands.iter().all(|command| !matches!(command, egui::OutputCommand::OpenUrl(_))), "{commands:?}");
}

#[test]
fn media_that_are_not_fetched_are_named() {
    let owned = str::to_owned;
    let image = PassiveReply::Image { media_id: owned("i1") };
    assert_says(&shown(Outcome::Image, Some(image)), &["Picture i1", "Image i1"]);
    let voice = PassiveReply::Voice { media_id: owned("v1") };
    assert_says(&shown(Outcome::Voice, Some(voice)), &["Voice v1"]);
    let video = PassiveReply::Video { media_id: owned("v2"), title: owned("t"), description: owned("d") };
    assert_says(&shown(Outcome::Video, Some(video)), &["Video v2", "t", "d"]);
    let music = PassiveReply::Music {
        title: owned("song"),
        description: owned("singer"),
        music_url: String::new(),
        hq_music_url: owned("https://a/hq"),
        thumb_media_id: owned("thumb"),
    };
    assert_says(&shown(Outcome::Music, Some(music)), &["song", "singer", "https://a/hq"]);
}

#[test]
fn one_article_has_its_description_and_of_several_only_those_that_come_are_shown() {
    let harness = shown(Outcome::News { articles: 1 }, Some(articles(1)));
    assert_says(&harness, &["title 1, leads to https://a/1", "Picture https://a/p.jpg", "about"]);
    let harness = shown(Outcome::NewsCut { shown: 2, dropped: 1 }, Some(articles(3)));
    assert_says(&harness, &["title 1, leads to https://a/1", "title 2, leads to https://a/2", "Not shown: 1 more"]);
    assert!(harness.query_by_label_contains("title 3").is_none());
    assert!(harness.query_by_label("about").is_none());
}

#[test]
fn an_illegal_reply_brings_the_notice_and_not_the_reply() {
    let text = || Some(PassiveReply::Text { content: "hello".to_owned() });
    let harness = shown(Outcome::Notice, text());
    assert_says(&harness, &["该公众号提供的服务出现故障，请稍后再试"]);
    assert!(harness.query_by_label("hello").is_none());
    for outcome in [Outcome::Late, Outcome::Unanswered] {
        let harness = shown(outcome, text());
        assert_says(&harness, &["No answer so far: WeChat tries three times, then shows the error notice"]);
        assert!(harness.query_by_label("hello").is_none());
    }
    for outcome in [Outcome::Nothing, Outcome::Left, Outcome::NoConversation] {
        let harness = shown(outcome, text());
        assert_says(&harness, &["Nothing appears in the chat"]);
        assert!(harness.query_by_label("hello").is_none());
    }
}
