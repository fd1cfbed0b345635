//! Tests of edits to the rules: each changes its rule and nothing else.

use proptest::prelude::*;
use proptest::sample::select;

use super::*;
use crate::rules::{BadAnswer, ForwardTo, Response};
use crate::wechat::fault::Fault;
use crate::wechat::reply::{Article, PassiveReply};

const FILE: &str = "\
# My configuration

# What is scanned
[[rules]]
name = 'scan' # the till
match = \"event:scancode_waitmsg\" # waits
reply = { Content = 'You scanned {{ decoded.scan.content }}', MsgType = \"text\" } # said

# Slow on purpose
[[rules]]
name = \"slow\"
delay_ms = 1_000 # a second

[listener] # here
addr = \"127.0.0.1:1\"

# Articles
[[rules]]
name = \"news\"

[rules.reply]
MsgType = \"news\" # always
[[rules.reply.Articles]] # one
Title = \"One\"
# The end
";

/// The rules of a file, and what the file says after they were changed and saved.
fn edited(before: &str, change: impl FnOnce(&mut Vec<Rule>)) -> String {
    let directory = tempfile::tempdir().unwrap();
    let folder = DataFolder::locate(Some(directory.path())).unwrap();
    let path = folder.config_file();
    std::fs::write(&path, before).unwrap();
    let mut rules = Config::load(&path).unwrap().rules;
    change(&mut rules);
    save_rules(&folder, &path, &rules).unwrap();
    assert_eq!(Config::load(&path).unwrap().rules, rules);
    std::fs::read_to_string(&path).unwrap()
}

fn plain(name: &str) -> Rule {
    Rule {
        name: name.to_owned(),
        filter: String::new(),
        enabled: true,
        response: Response::Default,
        delay_ms: 0,
        status: None,
        fault: None,
    }
}

#[test]
fn what_did_not_change_stays_to_the_character() {
    assert_eq!(edited(FILE, |_| {}), FILE);
}

#[test]
fn only_the_member_that_changed_is_rewritten() {
    assert_eq!(edited(FILE, |rules| rules[1].delay_ms = 2_000), FILE.replace("1_000", "2000"));
    assert_eq!(
        edited(FILE, |rules| rules[0].filter = "event:CLICK".to_owned()),
        FILE.replace("event:scancode_waitmsg", "event:CLICK")
    );
    assert_eq!(edited(FILE, |rules| rules[0].name = "till".to_owned()), FILE.replace("'scan'", "\"till\""));
    let said = PassiveReply::Text { content: "ok".to_owned() };
    assert_eq!(
        edited(FILE, |rules| rules[0].response = Response::Reply(said)),
        FILE.replace("'You scanned {{ decoded.scan.content }}'", "\"ok\"")
    );
    assert_eq!(
        edited(FILE, |rules| rules[1].status = Some(503)),
        FILE.replace("# a second\n", "# a second\nstatus = 503\n")
    );
    assert_eq!(edited(FILE, |rules| rules[1].delay_ms = 0), FILE.replace("1_000", "0"));
}

#[test]
fn an_article_is_edited_where_it_stands() {
    let articles = |change: fn(&mut Vec<Article>)| {
        edited(FILE, |rules| {
            if let Response::Reply(PassiveReply::News { articles }) = &mut rules[2].response {
                change(articles);
            }
        })
    };
    assert_eq!(articles(|articles| articles[0].title = "1".to_owned()), FILE.replace("\"One\"", "\"1\""));
    let two = articles(|articles| articles.push(Article { url: "http://x/".to_owned(), ..Article::default() }));
    let second = "Title = \"One\"\n\n[[rules.reply.Articles]]\nUrl = \"http://x/\"\n# The end";
    assert_eq!(two, FILE.replace("Title = \"One\"\n# The end", second));
    let inline = "[[rules]]\nname = \"n\"\nreply = { MsgType = \"news\", Articles = [ { Title = 'a' }, { Title = 'b' } ] } # two\n";
    let change = |rules: &mut Vec<Rule>| {
        if let Response::Reply(PassiveReply::News { articles }) = &mut rules[0].response {
            articles[1].title = "c".to_owned();
        }
    };
    assert_eq!(edited(inline, change), inline.replace("'b'", "\"c\""));
}

#[test]
fn a_reply_in_dotted_keys_stays_so() {
    let dotted = "[[rules]]\nname = \"n\"\nreply.MsgType = \"text\" # said\nreply.Content = \"a\"\n";
    let said = Response::Reply(PassiveReply::Text { content: "b".to_owned() });
    assert_eq!(edited(dotted, |rules| rules[0].response = said), dotted.replace("\"a\"", "\"b\""));
    let held = edited(dotted, |rules| rules[0].response = Response::Hold);
    assert_eq!(held, "[[rules]]\nname = \"n\"\nreply = \"hold\"\n");
}

#[test]
fn the_heading_of_a_file_from_windows_stays_too() {
    let file = "# Mine\r\n\r\n# A\r\n[[rules]]\r\nname = \"a\"\r\n\r\n# B\r\n[[rules]]\r\nname = \"b\"\r\n";
    let moved = edited(file, |rules| rules.swap(0, 1)).replace('\r', "");
    assert_eq!(moved, "# Mine\n\n# B\n[[rules]]\nname = \"b\"\n\n# A\n[[rules]]\nname = \"a\"\n");
}

#[test]
fn a_switch_goes_off_and_on_again() {
    let off = edited(FILE, |rules| rules[1].enabled = false);
    assert_eq!(off, FILE.replace("# a second\n", "# a second\nenabled = false\n"));
    assert_eq!(edited(&off, |rules| rules[1].enabled = true), off.replace("enabled = false", "enabled = true"));
}

#[test]
fn a_rule_that_moves_takes_its_comment_along_and_the_heading_stays() {
    let moved = edited(FILE, |rules| rules.swap(0, 1));
    let scan = "# What is scanned\n[[rules]]\nname = 'scan' # the till\nmatch = \"event:scancode_waitmsg\" # waits\n\
                reply = { Content = 'You scanned {{ decoded.scan.content }}', MsgType = \"text\" } # said\n";
    let slow = "# Slow on purpose\n[[rules]]\nname = \"slow\"\ndelay_ms = 1_000 # a second\n";
    assert!(FILE.starts_with(&format!("# My configuration\n\n{scan}\n{slow}\n[listener]")));
    assert!(moved.starts_with(&format!("# My configuration\n\n{slow}\n{scan}\n[listener]")), "{moved}");
    assert_eq!(edited(&moved, |rules| rules.swap(0, 1)), FILE);
}

#[test]
fn a_rule_with_headings_of_its_own_moves_with_them() {
    let moved = edited(FILE, |rules| rules.rotate_right(1));
    let news = "# Articles\n[[rules]]\nname = \"news\"\n\n[rules.reply]\nMsgType = \"news\" # always\n\
                [[rules.reply.Articles]] # one\nTitle = \"One\"\n\n# What is scanned\n[[rules]]\nname = 'scan'";
    assert!(moved.starts_with(&format!("# My configuration\n\n{news}")), "{moved}");
    assert_eq!(edited(&moved, |rules| rules.rotate_left(1)), FILE);
}

#[test]
fn a_rule_that_is_deleted_goes_with_its_comment() {
    let without = edited(FILE, |rules| drop(rules.remove(1)));
    assert_eq!(
        without,
        FILE.replace("# Slow on purpose\n[[rules]]\nname = \"slow\"\ndelay_ms = 1_000 # a second\n\n", "")
    );
    let headed = edited(FILE, |rules| drop(rules.remove(0)));
    assert!(headed.starts_with("# My configuration\n\n# Slow on purpose\n[[rules]]\nname = \"slow\"\n"), "{headed}");
    let nothing = edited(FILE, Vec::clear);
    assert_eq!(nothing, "# My configuration\n\n[listener] # here\naddr = \"127.0.0.1:1\"\n# The end\n");
}

#[test]
fn a_new_rule_stands_at_its_place() {
    let new = Rule { filter: "key:6".to_owned(), ..plain("new") };
    let inserted = edited(FILE, |rules| rules.insert(1, new.clone()));
    let written = "\n[[rules]]\nname = \"new\"\nmatch = \"key:6\"\nreply = \"default\"\n";
    assert!(inserted.contains(&format!("# said\n{written}\n# Slow on purpose")), "{inserted}");
    let last = edited(FILE, |rules| rules.push(new.clone()));
    assert_eq!(last, FILE.replace("# The end\n", &format!("{written}# The end\n")));
    assert_eq!(edited("", |rules| rules.push(new.clone())), written.trim_start());
    let after = edited("[look]\ntheme = \"dark\"\n", |rules| rules.push(new));
    assert_eq!(after, format!("[look]\ntheme = \"dark\"\n{written}"));
}

#[test]
fn rules_in_one_list_become_tables() {
    let list = "rules = [{ name = \"a\", reply = \"hold\" }, { name = \"b\" }]\n[look]\ntheme = \"dark\"\n";
    let changed = edited(list, |rules| rules[1].delay_ms = 5);
    assert!(changed.contains("[[rules]]\nname = \"b\"\ndelay_ms = 5\n"), "{changed}");
}

#[test]
fn a_file_that_cannot_be_read_is_not_written_over() {
    let directory = tempfile::tempdir().unwrap();
    let folder = DataFolder::locate(Some(directory.path())).unwrap();
    let path = folder.config_file();
    let broken = "[[rules]]\nname = \"a\"\ndelay = 3\n";
    std::fs::write(&path, broken).unwrap();
    let error = save_rules(&folder, &path, &[plain("b")]).unwrap_err();
    assert!(matches!(error, ConfigError::Malformed { line: 3, .. }), "{error}");
    assert_eq!(std::fs::read_to_string(&path).unwrap(), broken);
}

fn text() -> impl Strategy<Value = String> {
    prop_oneof![Just(String::new()), "[a-z{}%\"'\\\\\n\t#=\\[\\]]{0,8}", any::<String>()]
}

fn typed() -> impl Strategy<Value = PassiveReply> {
    let article = (text(), text(), text(), text()).prop_map(|(title, description, pic_url, url)| Article {
        title,
        description,
        pic_url,
        url,
    });
    prop_oneof![
        Just(PassiveReply::Success),
        Just(PassiveReply::Empty),
        text().prop_map(|content| PassiveReply::Text { content }),
        text().prop_map(|media_id| PassiveReply::Image { media_id }),
        text().prop_map(|media_id| PassiveReply::Voice { media_id }),
        (text(), text(), text()).prop_map(|(media_id, title, description)| PassiveReply::Video {
            media_id,
            title,
            description
        }),
        (text(), text(), text(), text(), text()).prop_map(
            |(title, description, music_url, hq_music_url, thumb_media_id)| {
                PassiveReply::Music { title, description, music_url, hq_music_url, thumb_media_id }
            }
        ),
        prop::collection::vec(article, 0..4).prop_map(|articles| PassiveReply::News { articles }),
        text().prop_map(|kf_account| PassiveReply::TransferCustomerService { kf_account }),
        text().prop_map(|raw| PassiveReply::Raw(raw.into_bytes())),
        any::<Vec<u8>>().prop_map(PassiveReply::Raw),
    ]
}

fn response() -> impl Strategy<Value = Response> {
    let url = prop::option::of("https?://[a-z0-9:]{1,8}(/[a-z\"&=?]{0,4})?");
    let forward = (url, prop::option::of(select(BadAnswer::ALL.to_vec())));
    prop_oneof![
        1 => Just(Response::Default),
        1 => Just(Response::Hold),
        2 => forward.prop_map(|(url, bad_answer)| Response::Forward(ForwardTo { url, bad_answer })),
        6 => typed().prop_map(Response::Reply),
    ]
}

fn rule() -> impl Strategy<Value = Rule> {
    let fault = prop_oneof![
        select(Fault::ALL.to_vec()),
        any::<u32>().prop_map(|ms| Fault::Late { ms }),
        any::<u32>().prop_map(|attempts| Fault::Unanswered { attempts }),
    ];
    let numbers = (any::<u32>(), prop::option::of(any::<u16>()), prop::option::of(fault));
    ("[a-f]|\\PC{1,4}", text(), any::<bool>(), response(), numbers).prop_map(
        |(name, filter, enabled, response, (delay_ms, status, fault))| Rule {
            name,
            filter,
            enabled,
            response,
            delay_ms,
            status,
            fault,
        },
    )
}

proptest! {
    #[test]
    fn however_rules_are_moved_no_comment_is_lost(order in Just(vec![0_usize, 1, 2]).prop_shuffle()) {
        let moved = edited(FILE, |rules| *rules = order.iter().map(|index| rules[*index].clone()).collect());
        for comment in FILE.split('\n').filter_map(|line| line.split_once("# ")).map(|(_, comment)| comment) {
            prop_assert_eq!(moved.matches(&format!("# {comment}")).count(), 1, "{}", comment);
        }
        let back = |rules: &mut Vec<Rule>| {
            rules.sort_by_key(|rule| ["scan", "slow", "news"].iter().position(|name| *name == rule.name));
        };
        prop_assert_eq!(edited(&moved, back), FILE);
    }

    #[test]
    fn what_is_saved_is_loaded_whatever_stood_there(
        first in prop::collection::vec(rule(), 0..5),
        second in prop::collection::vec(rule(), 0..5),
    ) {
        let mut both = first.clone();
        both.extend(second.clone());
        let once = edited(FILE, |rules| *rules = first.clone());
        let twice = edited(&once, |rules| *rules = both);
        let last = edited(&twice, |rules| *rules = second);
        prop_assert!(last.contains("[listener] # here\naddr = \"127.0.0.1:1\"\n"));
        prop_assert!(last.contains("# My configuration\n"));
    }
}
