//! A disk that is full, and a folder that cannot be written, on mounts that only this test sees.

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use libtest_mimic::{Arguments, Failed, Trial};

use crate::command::{complaint, run, stdout};
use crate::common::until;
use crate::post::{Client, Ledger, Message, write_config};
use crate::watched::Watched;

/// Set where the test runs within a mount namespace of its own.
const INSIDE: &str = "MENUSCOPE_TEST_INSIDE";

/// A test by its name, which is that of its function.
macro_rules! trials {
    ($($name:ident),* $(,)?) => { [$((stringify!($name), $name as fn())),*] };
}

/// Runs all tests, each once more within a mount namespace of its own, with which goes what it mounts. Where that is
/// forbidden, they count as ignored, and a line says why; in CI, root may do it.
pub(crate) fn run_all() {
    let is_inside = std::env::var_os(INSIDE).is_some();
    let is_root = rustix::process::getuid().is_root();
    let namespace: &[&str] = if is_root { &["-m", "--propagation", "private"] } else { &["-r", "-m", "--fork"] };
    let arguments = Arguments::from_args();
    let can_mount = is_inside || can_mount(namespace);
    assert!(
        can_mount || !is_root || std::env::var_os("CI").is_none(),
        "cannot mount in CI, although as root: run it privileged"
    );
    if !can_mount && !arguments.list {
        eprintln!("IGNORED: this machine does not let the tests of full_disk mount a small disk of their own");
    }
    let tests = trials![
        on_a_full_disk_nothing_is_acknowledged_and_it_goes_on_once_there_is_room,
        where_neither_the_log_nor_anything_else_can_grow_nothing_is_lost,
        a_listener_does_not_start_on_a_full_disk_and_says_what_to_do,
        in_a_folder_that_cannot_be_written_all_can_be_read_and_no_listener_starts,
    ];
    let trials = tests.into_iter().map(|(name, test)| {
        let run = move || {
            if is_inside {
                test();
                return Ok(());
            }
            run_inside(namespace, name)
        };
        Trial::test(name, run).with_ignored_flag(!can_mount)
    });
    libtest_mimic::run(&arguments, trials.collect()).exit();
}

fn can_mount(namespace: &[&str]) -> bool {
    let mount = ["mount", "-t", "tmpfs", "tmpfs", "/mnt"];
    let allowed = Command::new("unshare").args(namespace).args(mount).output();
    allowed.is_ok_and(|output| output.status.success())
}

fn run_inside(namespace: &'static [&'static str], name: &str) -> Result<(), Failed> {
    let program = std::env::current_exe().unwrap();
    let mut again = Command::new("unshare");
    let output = again.args(namespace).arg(program).args(["--exact", name]).env(INSIDE, "1").output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    let is_passed = output.status.success() && said.contains("1 passed");
    if is_passed { Ok(()) } else { Err(format!("{said}{}", String::from_utf8_lossy(&output.stderr)).into()) }
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

fn on_a_full_disk_nothing_is_acknowledged_and_it_goes_on_once_there_is_room() {
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

fn where_neither_the_log_nor_anything_else_can_grow_nothing_is_lost() {
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

fn a_listener_does_not_start_on_a_full_disk_and_says_what_to_do() {
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

fn in_a_folder_that_cannot_be_written_all_can_be_read_and_no_listener_starts() {
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
