//! The first ten minutes: reach the listener from outside, tell WeChat, tap; and a sample for the impatient.

use egui::accesskit::Role;
use egui::{Align, Button, Color32, CornerRadius, Frame, Label, Layout, Margin, RichText, ScrollArea, Ui, Vec2};

use super::action::{Action, Screen};
use super::detail::controls::{card, code_frame, copy_button, named, open_button, weak};
use super::look::{Look, severity_mark, signature_mark};
use super::theme::{CORNER, GAP, GAP_LARGE, GAP_PAGE, GAP_SMALL, PROSE_WIDTH};
use crate::account::{DEFAULT_ACCOUNT, Secret, Secrets};
use crate::capture::{Signature, StoredCapture};
use crate::diagnose::Severity;
use crate::engine::{Command, ListenerState, Status};
use crate::visible::visible;
use crate::wechat::kind::MENU_EVENTS;

mod token;

use token::random_token;

/// Where a test account's URL and token are entered, and where a real account's.
const TEST_ACCOUNT_PAGE: &str = "https://mp.weixin.qq.com/debug/cgi-bin/sandbox?t=sandbox/login";
const CONSOLE_PAGE: &str = "https://mp.weixin.qq.com/";

/// The eight events that a menu of an account without mini program can push.
fn eight_events() -> impl Iterator<Item = &'static str> {
    MENU_EVENTS.into_iter().filter(|kind| *kind != "view_miniprogram")
}

/// Draws the page.
pub(crate) fn first_run_ui(ui: &mut Ui, status: &Status, handshake: Option<&StoredCapture>, look: &Look, actions: &mut Vec<Action>) {
    ScrollArea::vertical().id_salt("first run").auto_shrink(false).show(ui, |ui| {
        let side = ((ui.available_width() - PROSE_WIDTH) / 2.0).max(GAP_PAGE);
        let frame = Frame::new().inner_margin(Margin { left: side as i8, right: side as i8, top: 28, bottom: 24 });
        frame.show(ui, |ui| {
            ui.spacing_mut().item_spacing.y = GAP;
            let heading = look.text("first_run.title");
            named(ui.add(Label::new(RichText::new(&*heading).heading().strong())), Role::Heading, &heading);
            ui.add(Label::new(RichText::new(look.text("first_run.lead")).color(look.palette.weak)).wrap());
            ui.add_space(GAP);
            step_ui(ui, 1, "first_run.reach.title", look, |ui| reach_ui(ui, status, look, actions));
            step_ui(ui, 2, "first_run.enter.title", look, |ui| enter_ui(ui, status, look, actions));
            step_ui(ui, 3, "first_run.tap.title", look, |ui| tap_ui(ui, status, handshake, look, actions));
            sample_ui(ui, status, look, actions);
        });
    });
}

fn step_ui(ui: &mut Ui, number: u32, title: &str, look: &Look, content: impl FnOnce(&mut Ui)) {
    card(look).inner_margin(16).show(ui, |ui| {
        ui.set_width(ui.available_width());
        ui.horizontal_top(|ui| {
            let (rect, _) = ui.allocate_exact_size(Vec2::splat(26.0), egui::Sense::hover());
            ui.painter().circle_filled(rect.center(), 13.0, look.palette.accent);
            let font = egui::FontId::proportional(14.0);
            ui.painter().text(rect.center(), egui::Align2::CENTER_CENTER, number, font, look.palette.on_accent);
            ui.add_space(GAP_SMALL);
            ui.vertical(|ui| {
                ui.set_width(ui.available_width());
                ui.spacing_mut().item_spacing.y = GAP;
                let title = look.text(title);
                let shown = RichText::new(&*title).size(15.0).strong().color(look.palette.strong);
                named(ui.add(Label::new(shown).wrap()), Role::Heading, &title);
                content(ui);
            });
        });
    });
}

/// Where the listener is, or would be.
fn address(status: &Status) -> &str {
    match &status.listener {
        ListenerState::Listening { address } => address,
        _ => &status.config.listener.addr,
    }
}

fn reach_ui(ui: &mut Ui, status: &Status, look: &Look, actions: &mut Vec<Action>) {
    let address = address(status);
    let is_listening = matches!(status.listener, ListenerState::Listening { .. });
    ui.horizontal_wrapped(|ui| {
        let (mark, key, color) = if is_listening {
            ("●", "first_run.reach.listening", look.palette.ok)
        } else {
            ("○", "first_run.reach.not_listening", look.palette.error)
        };
        ui.label(RichText::new(format!("{mark} {}", look.text(key))).color(color));
        ui.label(RichText::new(format!("http://{address}")).monospace().color(look.palette.strong));
        copy_button(ui, look, &look.text("first_run.reach.address"), || format!("http://{address}"), actions);
    });
    ui.add(Label::new(look.text("first_run.reach.how")).wrap());
    for (tool, command) in tunnels(address) {
        command_ui(ui, tool, &command, look, actions);
    }
    ui.add(Label::new(weak(look, look.text("first_run.reach.ports"))).wrap());
}

/// Commands that make the listener public; shown to be copied, never run.
fn tunnels(address: &str) -> [(&'static str, String); 4] {
    let (host, port) = address.rsplit_once(':').unwrap_or((address, "8989"));
    [
        ("cloudflared", format!("cloudflared tunnel --url http://{address}")),
        ("ngrok", format!("ngrok http {address}")),
        ("frp", format!("frpc http --server-addr SERVER --proxy-name menuscope --local-ip {host} --local-port {port} --custom-domain DOMAIN")),
        ("ssh", format!("ssh -N -R {port}:{address} USER@SERVER")),
    ]
}

fn command_ui(ui: &mut Ui, tool: &str, command: &str, look: &Look, actions: &mut Vec<Action>) {
    code_frame(look).show(ui, |ui| {
        ui.set_width(ui.available_width());
        ui.horizontal_top(|ui| {
            let rest = ui.available_width() - 64.0;
            ui.allocate_ui_with_layout(Vec2::new(rest, 0.0), Layout::top_down(Align::LEFT), |ui| {
                ui.set_width(rest);
                ui.add(Label::new(RichText::new(command).monospace()).wrap());
            });
            ui.with_layout(Layout::right_to_left(Align::TOP), |ui| copy_button(ui, look, tool, || command.to_owned(), actions));
        });
    });
}

fn enter_ui(ui: &mut Ui, status: &Status, look: &Look, actions: &mut Vec<Action>) {
    for (key, page) in [("first_run.enter.test_account", TEST_ACCOUNT_PAGE), ("first_run.enter.console", CONSOLE_PAGE)] {
        ui.horizontal_wrapped(|ui| {
            ui.label(look.text(key));
            open_button(ui, look, page);
        });
    }
    ui.add(Label::new(look.text("first_run.enter.url")).wrap());
    token_ui(ui, status, look, actions);
    ui.add(Label::new(weak(look, look.text("first_run.enter.key"))).wrap());
}

/// The account that takes what no other claims: `default`, else the first.
fn default_account(status: &Status) -> &str {
    let names = &status.config.accounts;
    names.get_key_value(DEFAULT_ACCOUNT).or_else(|| names.first_key_value()).map_or(DEFAULT_ACCOUNT, |(name, _)| name)
}

fn token_ui(ui: &mut Ui, status: &Status, look: &Look, actions: &mut Vec<Action>) {
    let account = default_account(status);
    let has_token = status.accounts.iter().any(|one| one.name == account && one.has_token);
    // Seen until the window closes, so that it can be pasted a second time; wiped with egui's memory.
    let id = ui.id().with("generated token");
    let generated: Option<Secret> = ui.data(|data| data.get_temp(id));
    ui.horizontal_wrapped(|ui| {
        let (mark, key, color) = if has_token {
            ("✓", "first_run.enter.token_set", look.palette.ok)
        } else {
            ("○", "first_run.enter.token_not_set", look.palette.warning)
        };
        ui.label(RichText::new(format!("{mark} {}", look.filled(key, &[("account", account)]))).color(color));
        if let Some(token) = &generated {
            ui.label(RichText::new(token.reveal()).monospace().color(look.palette.strong));
            copy_button(ui, look, &look.text("first_run.enter.token"), || token.reveal().to_owned(), actions);
        }
    });
    ui.horizontal_wrapped(|ui| {
        let key = if has_token { "first_run.enter.generate_another" } else { "first_run.enter.generate" };
        if ui.button(look.text(key)).clicked()
            && let Some(token) = random_token()
        {
            ui.data_mut(|data| data.insert_temp(id, token.clone()));
            actions.push(Action::Ask(save_token(status, account, token)));
        }
        if ui.button(look.text("first_run.enter.own_token")).clicked() {
            actions.push(Action::ShowScreen(Screen::Settings));
        }
    });
}

fn save_token(status: &Status, account: &str, token: Secret) -> Command {
    let config = status.config.accounts.get(account).cloned().unwrap_or_default();
    let secrets = Secrets { token: Some(token), ..Secrets::default() };
    Command::SaveAccount { name: account.to_owned(), account: Box::new(config), secrets: Box::new(secrets) }
}

fn tap_ui(ui: &mut Ui, status: &Status, handshake: Option<&StoredCapture>, look: &Look, actions: &mut Vec<Action>) {
    ui.add(Label::new(look.text("first_run.tap.how")).wrap());
    let Some(stored) = handshake else {
        return outcome_frame(ui, look.palette.field, look.palette.line, |ui| {
            ui.add(Label::new(RichText::new(format!("○ {}", look.text("first_run.tap.none"))).color(look.palette.weak)).wrap());
        });
    };
    let is_refused = stored.capture.signature.is_refused();
    let (ground, line) = if is_refused {
        (look.palette.error_ground, look.palette.error)
    } else {
        (look.palette.accent_ground, look.palette.accent)
    };
    outcome_frame(ui, ground, line, |ui| outcome_ui(ui, status, stored, look, actions));
}

fn outcome_frame(ui: &mut Ui, fill: Color32, line: Color32, content: impl FnOnce(&mut Ui)) {
    let frame = Frame::new().fill(fill).stroke(egui::Stroke::new(1.0, line.gamma_multiply(0.5)));
    frame.corner_radius(CornerRadius::same(CORNER)).inner_margin(Margin::symmetric(12, 8)).show(ui, |ui| {
        ui.set_width(ui.available_width());
        ui.spacing_mut().item_spacing.y = GAP_SMALL;
        content(ui);
    });
}

/// Verified at …, or why not: with which account's token, on which path.
fn outcome_ui(ui: &mut Ui, status: &Status, stored: &StoredCapture, look: &Look, actions: &mut Vec<Action>) {
    let capture = &stored.capture;
    let (key, color) = match capture.signature {
        Signature::Valid => ("first_run.tap.verified", look.palette.ok),
        Signature::Unchecked => ("first_run.tap.unchecked", look.palette.warning),
        Signature::Invalid | Signature::Missing => ("first_run.tap.refused", look.palette.error),
    };
    let time = look.local(capture.request.received_at).strftime("%Y-%m-%d %H:%M:%S").to_string();
    let words = format!("{} {}", signature_mark(capture.signature), look.filled(key, &[("time", &time)]));
    ui.add(Label::new(RichText::new(words).strong().color(color)).wrap());
    let has_token = status.accounts.iter().any(|account| account.name == capture.account && account.has_token);
    let checked = if has_token { "first_run.tap.checked_with" } else { "first_run.tap.no_token" };
    let path = visible(capture.request.path());
    ui.add(Label::new(look.filled(checked, &[("path", &path), ("account", &capture.account)])).wrap());
    for diagnosis in capture.diagnoses.iter().filter(|diagnosis| diagnosis.code.severity() > Severity::Note) {
        let severity = diagnosis.code.severity();
        let message = format!("{} {}", severity_mark(severity), visible(&diagnosis.message(look.language)));
        ui.add(Label::new(RichText::new(message).color(look.severity_color(severity))).wrap());
        ui.add(Label::new(visible(&diagnosis.remedy(look.language)).into_owned()).wrap());
    }
    if ui.link(look.text("first_run.tap.show")).clicked() {
        actions.push(Action::Select(stored.placement.id));
    }
}

/// Fills the window through the real listener.
fn sample_ui(ui: &mut Ui, status: &Status, look: &Look, actions: &mut Vec<Action>) {
    let is_listening = matches!(status.listener, ListenerState::Listening { .. });
    ui.add_space(GAP_LARGE);
    ui.add(Label::new(RichText::new(look.text("first_run.sample.how")).color(look.palette.weak)).wrap());
    ui.horizontal_wrapped(|ui| {
        let send = |kind: &str| Action::Ask(Command::SendSample { kind: kind.to_owned() });
        let text = RichText::new(look.text("first_run.sample.one")).color(look.palette.on_accent);
        if ui.add_enabled(is_listening, Button::new(text).fill(look.palette.accent)).clicked() {
            actions.push(send("CLICK"));
        }
        if ui.add_enabled(is_listening, Button::new(look.text("first_run.sample.all"))).clicked() {
            actions.extend(eight_events().map(send));
        }
    });
}
