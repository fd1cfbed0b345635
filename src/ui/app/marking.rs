//! Carries out the actions on chosen events that change nothing else: pins and notes, copies, comparisons.

use egui::Context;

use crate::capture::CaptureId;
use crate::engine::{MaintenanceCommand, QueryCommand};
use crate::ui::App;
use crate::ui::action::{Action, AnnotationAction, CompareAction, CopyForm, Screen};
use crate::ui::dialogs::comparison::CompareStep;
use crate::ui::keys;
use crate::ui::look::Look;
use crate::ui::state::CopyOrder;

impl App {
    /// Copies the selected event as soon as it is open.
    pub(super) fn copy_event(&mut self, ctx: &Context, form: CopyForm) {
        let (language, zone) = (self.look(ctx).language, self.zone.clone());
        let server = self.own_server();
        self.state.order_copy(CopyOrder { form, language, zone, server });
        self.copy_ordered(ctx);
    }

    /// Copies the event that was to be copied once it is open.
    pub(super) fn copy_ordered(&mut self, ctx: &Context) {
        if let Some(text) = self.state.take_copy() {
            self.act(ctx, Action::Copy(text));
        }
    }

    /// The developer's own server: the one that is forwarded to, else the first target.
    fn own_server(&self) -> Option<String> {
        let status = self.engine.status();
        let forward = status.config.listener.forward.clone().filter(|url| !url.is_empty());
        forward.or_else(|| status.config.targets.values().next().map(|target| target.url.clone()))
    }

    /// Carries out an action on the comparison of two events.
    pub(super) fn compare(&mut self, ctx: &Context, comparing: CompareAction) {
        let look = self.look(ctx);
        let state = &mut self.state;
        match comparing {
            CompareAction::Close => drop(state.comparison.close()),
            CompareAction::Replies(replay) => {
                state.comparison.ask_replies(replay);
                self.ask(QueryCommand::CompareReplies { replay });
            }
            CompareAction::Chosen if state.screen != Screen::Events => {}
            CompareAction::Chosen => match state.comparison.choose(&state.list.chosen()) {
                CompareStep::Ask(before, after) => {
                    state.notices.withdraw(&waiting_words(before, &look));
                    self.ask(QueryCommand::CompareEvents { before, after });
                }
                CompareStep::Wait(event) => {
                    state.notices.good(waiting_words(event, &look), ctx.input(|input| input.time));
                }
                CompareStep::Nothing => {}
            },
        }
    }

    /// Carries out an action on pins and notes.
    pub(super) fn annotate(&mut self, annotation: AnnotationAction) {
        let state = &mut self.state;
        let change = match annotation {
            AnnotationAction::TogglePin => state.toggle_pin(),
            AnnotationAction::EditNote => {
                state.begin_note();
                None
            }
            AnnotationAction::SaveNote => state.note_dialog.save(),
            AnnotationAction::Cancel => {
                state.note_dialog.close();
                None
            }
        };
        if let Some((ids, change)) = change {
            self.ask(MaintenanceCommand::Annotate { ids, change });
        }
    }
}

/// Tells that an event waits for the one to compare it with.
fn waiting_words(event: CaptureId, look: &Look) -> String {
    look.filled("compare.waiting", &[("event", &event.to_string()), ("key", &keys::COMPARE.hint())])
}
