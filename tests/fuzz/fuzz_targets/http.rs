//! A file of an editor's HTTP client, imported.
#![no_main]

use libfuzzer_sys::fuzz_target;
use menuscope_fuzz::import_file;

fuzz_target!(|bytes: &[u8]| import_file("requests.http", bytes));
