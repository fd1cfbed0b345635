//! menuscope: see what WeChat posts when somebody taps a menu.
//!
//! This page is the map: where everything lives, how it hangs together, and where a new thing belongs.
//!
//! # The one flow
//! ```text
//! phone ─► WeChat ─► tunnel ─► listener ─► inspect ────────────────► store ─► decide ─► fault, encrypt ─► lint ─► answer
//!                              (sockets)   account, signature,         COMMIT   held · rule · forward · default
//!                                          plaintext, diagnoses           │     (within the reply budget)
//!                                                                         └─► watch(head) ─► window, `listen`, `wait`
//! stored events ─► replay ─► sign (verbatim · resign · fresh) ─► the developer's own server ─► lint, compare ─► verdict
//! stored events ─► pseudonyms ─► pack · curl · HAR · .http · tests ─► import gives the same events back
//! ```
//!
//! # Layout
//! From the bottom up; nothing names what stands above it (`tests/architecture.rs` holds this as a table).
//!
//! - [`wechat`]: what WeChat sends and expects. Bytes in, values out: no I/O, no clock, no chance.
//! - [`texts`]: words for people in two languages; `user_error`: an error as the window shows it; `safe_text`: text from
//!   outside, made safe to show. [`clock`]: the time, whatever the clock is set to.
//!   [`waker`]: wakes the window without knowing one. [`progress`]: progress, pause and
//!   cancellation of long jobs. [`log_throttle`]: spares the log repeated lines.
//! - [`capture`]: the records of requests, replies and replays, their diagnoses, and their JSON.
//!   [`filter`]: the filter language; `filter/evaluate.rs` is its meaning in memory, `store/condition.rs` its twin in SQL.
//!   [`rules`]: the reply to the events that match a filter.
//! - [`account`]: the accounts and their secrets; `Account::keys` picks the key of a reply, `inspect/decrypt.rs` says which one
//!   opened the push. [`inspect`]: one request inspected; `inspect/reply.rs`: one reply linted.
//!   [`sample`]: a push made here.
//! - [`config`]: `config.toml`, secrets, the data folder. [`delivery`]: the HTTP client: posting as WeChat does, forwarding;
//!   `tls_probe` tells what is wrong with a server's TLS.
//!   [`platform_api`]: the calls of WeChat's API that a person asks for.
//! - [`store`]: the only door to SQLite, with a map of its own. [`listener`]: the HTTP endpoint, with a map of its own; its
//!   fault injection is `wechat/fault.rs` and `listener/responder/`. [`replay`]: stored events sent again, and verdicts.
//!   [`exchange`]: captures as files and back, with a map of its own.
//!   [`coverage`]: the buttons of a menu (`wechat/custom_menu`) beside the captures, and the menus that were in force.
//! - [`feed`]: other programs follow along on a port of its own, with a map of its own; its page is `assets/feed.html`.
//! - [`team`]: a team behind one callback URL: a relay and desktops over NATS, with a map of its own.
//! - [`traffic`]: generated events, for benches and for trying things out. [`demo`]: the story that `--demo` shows, in a
//!   temporary folder.
//! - [`engine`]: everything off the window's thread behind one handle, with a map of its threads.
//! - [`reach`]: whether anything arrives, and why not: the checks of `doctor`, of this computer and from outside; the
//!   handshake with the developer's own server; the tunnel, and the events of alarms.
//! - [`operations`]: the operations behind commands and agents, with a map of its own. [`agents`]: an MCP server over them.
//! - [`ui`]: the window, with a map of its own; the screen of fault injection is `ui/screens/rules/lab.rs`.
//!   [`cli`]: command-line arguments. [`commands`]: one file per command.
//! - `assets/locales/<screen>.yml`: the words of the window, a file for each screen (`ui` says which); `diagnosis.yml` and
//!   `lint.yml`: those of findings.
//!
//! # Threads
//! ```text
//!  main (egui)               listener (tokio, 2 workers)        store-writer            listing, query
//!  ───────────               ───────────────────────────        ────────────            ──────────────
//!  logic():                  POST → inspect
//!   waker.rearm()             Insert{capture, done} ─mpsc 1024─► recv_many(512)
//!   drain notices                                                one transaction, commit; index, purge when idle
//!   head.borrow() ◄─────────────── watch<StoreHead> ───────────  send_replace; wake()
//!   engine.ask(…) ─bounded 64───────────────────────────────────────────────────────────►  list, page, open
//!                 ◄────────────────────── bounded 64: Notice ─────────────────────────── wake()
//!  ui():                     decide ◄── oneshot done ──────────  after the commit
//!   resolve(id) ─ oneshot ──► held ─► answer
//!   panels → Vec<Action>                                                                settings
//!   act(action)   ─bounded 64───────────────────────────────────────────────────────────►  settings, listening, samples
//!                                                                                          replay: runs, one at a time
//!                 ◄── watch<Progress> (pause, cancel) ─────────────────────────────────►  transfer: exports, imports
//!                                                                                          maintenance: removals, the database
//! ```
//! Three channels, each for one thing: state is a `watch` (latest wins), requests and answers are bounded queues that the
//! window never waits for, one reply is a `oneshot`. Every thread is joined by somebody's `Drop`. Beside these, `pictures`
//! reads picture files for the composer, `signals` waits for SIGINT and SIGTERM, `config-watch` for edits of `config.toml`,
//! `doctor` makes its checks, `resolver` looks up a name for them (abandoned after four seconds), and `keyring` asks the OS
//! keyring, for three seconds at most. The feed has threads of its own, with the lowest priority.
//!
//! # Where to add things
//! - A kind of event: `wechat/kind.rs`, `wechat/message/`, a body in `assets/samples/`, a golden in `tests/fixtures/decode/`.
//! - A diagnosis: a line in `capture/diagnosis.rs`, its words in `assets/locales/diagnosis.yml`, its finding in `inspect/`.
//! - An error: its enum beside what fails, one `match` into a `UserError`, its words in `assets/locales/user_error.yml`.
//! - What can be wrong with a reply: a line in `wechat/lint/lint_code.rs`, its finding beside it, its words in
//!   `assets/locales/lint.yml`, a bad and a good file in `tests/fixtures/lint/`.
//! - A kind of reply: `wechat/reply.rs`, its form in `ui/widgets/reply_editor/`. A fault: `wechat/fault.rs`.
//! - A format of exports and imports: a file in `exchange/formats/`, a row of the table in `exchange/formats.rs`.
//! - Test code for another language: a folder in `assets/snippets/`, its files in `exchange/formats/test_code.rs`, a way to run it in
//!   `tests/test_code/suite.rs`.
//! - A term of the filter language: `filter/`, its SQL in `store/condition.rs`.
//! - A column: a step in `store/schema.rs`, its name in `store/columns.rs`, its field in `store/rows.rs`.
//! - A table whose rows belong to a capture: a step likewise, its name in `store/removal.rs`, which deletes them with it.
//! - A query: `store/reader.rs`, then a `QueryCommand` in `engine/query_worker.rs` and a notice in `engine/notice.rs`.
//! - A way to follow the feed, a parameter of it: the map in `feed.rs`.
//! - A verdict of `doctor`, a page of another tunnel: the map in `reach.rs`.
//! - A screen, a widget, a key, words of a screen: the map in `ui.rs`. A command: `cli.rs` and a file in `commands/`.

pub mod account;
pub mod agents;
pub mod capture;
pub mod cli;
pub mod clock;
pub mod commands;
pub mod config;
pub mod coverage;
pub mod delivery;
pub mod demo;
pub mod engine;
pub mod exchange;
pub mod feed;
pub mod filter;
pub mod inspect;
pub mod listener;
pub mod log_throttle;
pub mod operations;
pub mod platform_api;
pub mod progress;
pub mod reach;
pub mod replay;
pub mod rules;
pub mod sample;
pub mod store;
pub mod team;
pub mod texts;
pub mod traffic;
pub mod ui;
pub mod waker;
pub mod wechat;

rust_i18n::i18n!("assets/locales");
