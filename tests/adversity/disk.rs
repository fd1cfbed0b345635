//! A disk that is full, and a folder that cannot be written, on mounts that only this test sees.

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::Watched;
use crate::command::{complaint, run, stdout};
use crate::common::until;
use crate::post::{Client, Ledger, Message, write_config};

/// Set where the test runs within a mount namespace of its own.
const INSIDE: &str = "MENUSCOPE_TEST_INSIDE";

/// Runs this test once more where it may mount what it likes; what it mounts goes with it. `true`: this is that run.
/// Where that is forbidden, the test is left out and says so; in CI, root may do it.
fn is_inside(test: &str) -> bool {
    if std::env::var_os(INSIDE).is_some() {
        return true;
    }
    let is_root = rustix::process::getuid().is_root();
    let namespace = if is_root { ["-m", "--propagation", "private"] } else { ["-r", "-m", "--fork"] };
    let allowed = Command::new("unshare").args(namespace).args(["mount", "-t", "tmpfs", "tmpfs", "/mnt"]).output();
    if !allowed.is_ok_and(|output| output.status.success()) {
        assert!(
            !(is_root && std::env::var_os("CI").is_some()),
            "cannot mount in CI, although as root: run it privileged"
        );
        // Past what the test harness keeps of tests that pass.
        let left_out = format!("LEFT OUT: {test}: this machine does not let it mount a small disk of its own\n");
        std::io::stderr().write_all(left_out.as_bytes()).unwrap();
        return false;
    }
    let name = format!("disk::{test}");
    let mut again = Command::new("unshare");
    again
        .args(namespace)
        .arg(std::env::current_exe().unwrap())
        .args(["--exact", &name, "--nocapture"])
        .env(INSIDE, "1");
    let output = again.output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success() && said.contains("1 passed"), "{said}{}", String::from_utf8_lossy(&output.stderr));
    false
}

fn mount(arguments: &[&str]) {
    let output = Command::new("mount").args(arguments).output().unwrap();
    assert!(output.status.success(), "mount {arguments:?}: {output:?}");
}

/// A disk of its own.
struct Disk {
    folder: tempfile::TempDir,
}

impl Disk {
    fn of_kib(size: u32) -> Self {
        let folder = tempfile::tempdir().unwrap();
        mount(&["-t", "tmpfs", "-o", &format!("size={size}k"), "tmpfs", folder.path().to_str().unwrap()]);
        write_config(folder.path(), "");
        Self { folder }
    }

    fn path(&self) -> &Path {
        self.folder.path()
    }

    fn database(&self) -> PathBuf {
        self.path().join("menuscope.db")
    }

    /// Takes what room there is.
    fn fill(&self) {
        let block = [0; 4096];
        let mut file = fs::File::create(self.path().join("filler")).unwrap();
        while file.write_all(&block).is_ok() {}
    }

    fn make_room(&self) {
        fs::remove_file(self.path().join("filler")).unwrap();
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        Command::new("umount").arg("-l").arg(self.path()).status().ok();
    }
}

#[test]
fn on_a_full_disk_nothing_is_acknowledged_and_it_goes_on_once_there_is_room() {
    if !is_inside("on_a_full_disk_nothing_is_acknowledged_and_it_goes_on_once_there_is_room") {
        return;
    }
    let disk = Disk::of_kib(6_000);
    let mut listener = Watched::start(disk.path());
    let mut client = Client::connect(&listener.address).unwrap();
    let mut ledger = Ledger::default();
    let mut numbers = 0..;
    let mut post = |ledger: &mut Ledger, padding| {
        ledger.post(&mut client, &Message::padded("tap", numbers.next().unwrap(), padding)).unwrap()
    };
    // What it has itself stored fills it up.
    until("the disk is full", || (post(&mut ledger, 60_000) == 503).then_some(()));
    disk.fill();
    let refused = (0..300).filter(|_| post(&mut ledger, 60_000) == 503).count();
    assert_eq!(refused, 300);
    assert_eq!(listener.lines_with("the disk is full"), 1, "{}", listener.said());
    assert!(listener.said().lines().count() <= 3, "{}", listener.said());
    // Reading goes on.
    let events = run(disk.path(), &["events", "--limit", "5"]);
    assert!(events.status.success() && stdout(&events).contains("tap"), "{events:?}");
    assert!(run(disk.path(), &["show", "1"]).status.success());
    disk.make_room();
    mount(&["-o", "remount,size=60000k", disk.path().to_str().unwrap()]);
    until("it goes on by itself", || (post(&mut ledger, 0) == 200).then_some(()));
    for _ in 0..20 {
        assert_eq!(post(&mut ledger, 10_000), 200);
    }
    assert_eq!(listener.lines_with("can be stored again"), 1, "{}", listener.said());
    listener.kill();
    ledger.assert_kept(&disk.database(), "after the disk was full");
}

#[test]
fn where_neither_the_log_nor_anything_else_can_grow_nothing_is_lost() {
    if !is_inside("where_neither_the_log_nor_anything_else_can_grow_nothing_is_lost") {
        return;
    }
    let disk = Disk::of_kib(4_000);
    let mut listener = Watched::start(disk.path());
    let mut client = Client::connect(&listener.address).unwrap();
    let mut ledger = Ledger::default();
    // Full from one moment to the next, again and again, with small and large events.
    for round in 0..3 {
        disk.fill();
        for at in 0..9 {
            ledger
                .post(&mut client, &Message::padded("tap", round * 100 + at, [0, 5_000, 50_000][at as usize % 3]))
                .unwrap();
        }
        assert_eq!(ledger.post(&mut client, &Message::padded("tap", round * 100 + 40, 50_000)).unwrap(), 503);
        disk.make_room();
        let mut number = round * 100 + 50;
        until("there is room again", || {
            number += 1;
            (ledger.post(&mut client, &Message::plain("tap", number)).unwrap() == 200).then_some(())
        });
    }
    // Killed while full.
    disk.fill();
    ledger.post(&mut client, &Message::padded("tap", 5_000, 50_000)).unwrap();
    listener.kill();
    disk.make_room();
    ledger.assert_kept(&disk.database(), "while the disk was full now and then");
}

#[test]
fn a_listener_does_not_start_on_a_full_disk_and_says_what_to_do() {
    if !is_inside("a_listener_does_not_start_on_a_full_disk_and_says_what_to_do") {
        return;
    }
    let disk = Disk::of_kib(200);
    disk.fill();
    let output = run(disk.path(), &["listen", "--addr", "127.0.0.1:0"]);
    assert_eq!(output.status.code(), Some(2), "{output:?}");
    let said = complaint(&output);
    assert!(said.contains("free space") || said.contains("make room"), "{said}");
    // The same with all but the database there.
    disk.make_room();
    fs::write(disk.path().join(".gitignore"), "*\n").unwrap();
    disk.fill();
    let output = run(disk.path(), &["listen", "--addr", "127.0.0.1:0"]);
    assert_eq!(output.status.code(), Some(2), "{output:?}");
    assert!(complaint(&output).contains("make room"), "{output:?}");
}

#[test]
fn in_a_folder_that_cannot_be_written_all_can_be_read_and_no_listener_starts() {
    if !is_inside("in_a_folder_that_cannot_be_written_all_can_be_read_and_no_listener_starts") {
        return;
    }
    let disk = Disk::of_kib(20_000);
    let path = disk.path().to_str().unwrap();
    let mut listener = Watched::start(disk.path());
    let mut client = Client::connect(&listener.address).unwrap();
    let mut ledger = Ledger::default();
    assert_eq!(ledger.post(&mut client, &Message::plain("tap", 1)).unwrap(), 200);
    // Whoever has the files open goes on writing to them.
    mount(&["--bind", path, path]);
    mount(&["-o", "remount,ro,bind", path]);
    fs::write(disk.path().join("probe"), "x").expect_err("the folder can be written after all");
    for number in 2..10 {
        assert_eq!(ledger.post(&mut client, &Message::plain("tap", number)).unwrap(), 200);
    }
    let second = run(disk.path(), &["listen", "--addr", "127.0.0.1:0"]);
    assert_eq!(second.status.code(), Some(2));
    complaint(&second);
    let events = run(disk.path(), &["events", "--json"]);
    assert_eq!(stdout(&events).lines().count(), 9, "{events:?}");
    listener.listening.signal("TERM");
    assert_eq!(listener.listening.child.wait().unwrap().code(), Some(0));
    let events = run(disk.path(), &["events", "--json"]);
    assert_eq!(stdout(&events).lines().count(), 9, "{events:?}");
    let first = run(disk.path(), &["listen", "--addr", "127.0.0.1:0"]);
    assert_eq!(first.status.code(), Some(2), "{first:?}");
    assert!(complaint(&first).contains("--data"), "{first:?}");
}
