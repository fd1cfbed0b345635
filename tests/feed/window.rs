//! The feed as the window has it: opened from the configuration, switched in Settings, and a notice where it cannot be.

use std::net::TcpListener;

use menuscope::config::{Config, DataFolder, Overrides};
use menuscope::engine::{Engine, FeedState, ListenerState, SettingsCommand, Setup};
use menuscope::waker::Waker;

use super::client::{get, poll};
use crate::common::until;

fn start(folder: &DataFolder) -> Engine {
    let overrides = Overrides { addr: Some("127.0.0.1:0".to_owned()), ..Overrides::default() };
    let setup = Setup { folder: folder.clone(), config_file: folder.config_file(), overrides };
    Engine::start(setup, Waker::silent()).unwrap()
}

fn opened(engine: &Engine) -> String {
    until("the feed is open", || match &engine.status().feed {
        FeedState::Open { address } => Some(address.clone()),
        FeedState::Off | FeedState::Failed { .. } => None,
    })
}

#[expect(clippy::needless_pass_by_value, reason = "a call reads better without a borrow of what it makes")]
fn ask(engine: &Engine, command: SettingsCommand) {
    until("there is room in the queue", || engine.ask(command.clone()).then_some(()));
}

#[test]
fn it_is_opened_switched_and_closed_while_the_window_is_open() {
    let directory = tempfile::tempdir().unwrap();
    let folder = DataFolder::locate(Some(directory.path())).unwrap();
    std::fs::write(folder.config_file(), "[feed]\naddr = \"127.0.0.1:0\"\n").unwrap();
    let engine = start(&folder);
    let first = opened(&engine);
    let listener = until("the window listens", || match &engine.status().listener {
        ListenerState::Listening { address } => Some(address.clone()),
        _ => None,
    });
    let mut stream = std::net::TcpStream::connect(&listener).unwrap();
    let body = super::tap("window");
    let head = format!("POST / HTTP/1.1\r\nhost: x\r\ncontent-length: {}\r\n\r\n", body.len());
    std::io::Write::write_all(&mut stream, &[head.as_bytes(), &body].concat()).unwrap();
    crate::common::Answer::read(&mut stream);
    let (events, next) = poll(first.parse().unwrap(), "after=0&wait=30s");
    assert_eq!((events[0]["event_key"].as_str(), next), (Some("window"), 1));
    ask(&engine, SettingsCommand::SetFeed { address: None });
    until("the feed is closed", || (engine.status().feed == FeedState::Off).then_some(()));
    assert!(std::net::TcpStream::connect(&first).is_err());
    assert_eq!(Config::load(&folder.config_file()).unwrap().feed.addr, None);
    ask(&engine, SettingsCommand::SetFeed { address: Some("127.0.0.1:0".to_owned()) });
    assert_eq!(get(opened(&engine).parse().unwrap(), "/health").json()["last_id"], 1);
}

#[test]
fn a_port_that_is_taken_is_a_notice_and_the_window_goes_on() {
    let directory = tempfile::tempdir().unwrap();
    let folder = DataFolder::locate(Some(directory.path())).unwrap();
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    std::fs::write(folder.config_file(), format!("[feed]\naddr = \"{}\"\n", taken.local_addr().unwrap())).unwrap();
    let engine = start(&folder);
    let failed = || match &engine.status().feed {
        FeedState::Failed { trouble } => Some(trouble.to_string()),
        FeedState::Off | FeedState::Open { .. } => None,
    };
    assert!(until("the feed has failed", failed).contains("taken"));
    until("the window listens all the same", || {
        matches!(engine.status().listener, ListenerState::Listening { .. }).then_some(())
    });
    drop(taken);
    ask(&engine, SettingsCommand::RetryFeed);
    opened(&engine);
    ask(&engine, SettingsCommand::SetFeed { address: Some("0.0.0.0:0".to_owned()) });
    assert!(until("it needs a token", failed).contains("token"));
    ask(&engine, SettingsCommand::SaveFeedToken { token: menuscope::account::Secret::new(super::access::TOKEN) });
    let port = opened(&engine).rsplit_once(':').unwrap().1.parse().unwrap();
    let address = std::net::SocketAddr::from(([127, 0, 0, 1], port));
    assert_eq!(get(address, "/health").status, 401);
    assert_eq!(get(address, &format!("/health?token={}", super::access::TOKEN)).status, 200);
    assert!(!std::fs::read_to_string(folder.config_file()).unwrap().contains(super::access::TOKEN));
}
