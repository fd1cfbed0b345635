//! Opens the window and returns when it has been closed.

use std::path::{Path, PathBuf};

use super::App;
use super::signals::Signals;
use crate::engine::Setup;

/// Initial and minimum size of the window, in points.
const SIZE: [f32; 2] = [1360.0, 860.0];
const SMALLEST: [f32; 2] = [820.0, 480.0];

/// An error of the display or its driver that prevents the window.
#[derive(Debug, thiserror::Error)]
#[error(
    "cannot open the window ({0}); check DISPLAY or WAYLAND_DISPLAY, or receive callbacks without a window with `menuscope listen`"
)]
pub struct WindowError(String);

/// Opens the window and returns when it has been closed, with everything stopped in order.
pub fn run(setup: Setup) -> Result<(), WindowError> {
    let mut viewport = egui::ViewportBuilder::default()
        .with_title("menuscope")
        .with_app_id("menuscope")
        .with_inner_size(SIZE)
        .with_min_inner_size(SMALLEST);
    if let Ok(icon) = eframe::icon_data::from_png_bytes(include_bytes!("../../../assets/icon.png")) {
        viewport = viewport.with_icon(icon);
    }
    // Where the window and its panes were, for the next time.
    let persistence_path = Some(setup.folder.path().join("window.ron"));
    let options = eframe::NativeOptions { viewport, persistence_path, ..eframe::NativeOptions::default() };
    eframe::run_native(
        "menuscope",
        options,
        Box::new(|creation| {
            let mut app = App::start(&creation.egui_ctx, setup)?;
            if let Some(storage) = creation.storage {
                app.restore(storage);
            }
            app.signals = Some(Signals::close(creation.egui_ctx.clone())?);
            Ok(Box::new(app))
        }),
    )
    .map_err(|error| WindowError(error.to_string()))
}

/// Default folder of exports: the user's documents, else their home.
pub(super) fn documents() -> PathBuf {
    let user = directories::UserDirs::new();
    let folder = user.as_ref().map(|user| user.document_dir().unwrap_or_else(|| user.home_dir()));
    folder.map(Path::to_owned).unwrap_or_default()
}
