//! Two windows on one folder, and files that are removed under a window: what the person sees, and the way out.

use egui_kittest::Harness;
use egui_kittest::kittest::Queryable as _;
use menuscope::config::{DataFolder, Overrides};
use menuscope::engine::Setup;
use menuscope::ui::App;

use super::{Window, tap};

/// Another window on the folder of the first.
fn second(first: &Window) -> Window {
    let data = DataFolder::locate(Some(first.folder.path())).unwrap();
    let setup = Setup { config_file: data.config_file(), folder: data, overrides: Overrides::default() };
    let harness = Harness::builder()
        .with_size([1400.0, 900.0])
        .build_eframe(move |creation| App::start(&creation.egui_ctx, setup).unwrap());
    Window { harness, folder: tempfile::tempdir().unwrap() }
}

#[test]
fn a_second_window_follows_along_says_so_and_listens_once_the_first_is_gone() {
    let mut first = Window::open();
    first.tap(0..1);
    first.until("a row", |window| window.rows().len() == 1);
    let mut second = second(&first);
    second.until_says("Following along");
    second.until_says("close it and try again");
    second.until("the first one's row", |window| window.row("KEY_0").is_some());
    first.tap(1..2);
    second.until("what arrives at the first", |window| window.row("KEY_1").is_some());
    let Window { harness, folder } = first;
    drop(harness);
    second.harness.get_by_label("Try again").click();
    second.until("a listener", |window| window.address().is_some());
    second.until("no banner", |window| !window.says("Following along"));
    second.tap(2..3);
    second.until("its own row", |window| window.row("KEY_2").is_some());
    drop(folder);
}

#[test]
fn a_database_that_is_removed_under_the_window_is_another_one_in_its_list_and_a_banner_says_so() {
    let mut window = Window::open_tapped(3);
    window.click_row("KEY_1");
    for name in ["menuscope.db", "menuscope.db-wal", "menuscope.db-shm"] {
        std::fs::remove_file(window.folder.path().join(name)).unwrap();
    }
    window.until_says("The database's files were changed");
    window.until_says("a new one was made in its place");
    window.until("no row of the former one", |window| window.rows().is_empty());
    window.post(&[tap("AFTERWARDS")]);
    window.until("the new row", |window| window.rows().len() == 1 && window.row("AFTERWARDS").is_some());
}
