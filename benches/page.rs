//! A page of the list at both ends of a million rows, and the listing that finds them.
#![expect(clippy::unwrap_used, reason = "a bench that cannot go on stops here")]

#[path = "common/allocator.rs"]
mod allocator;
#[path = "common/million.rs"]
mod common;

use std::hint::black_box;

use common::{MILLION, folder, page_ending_at};
use criterion::{Criterion, criterion_group, criterion_main};
use jiff::Zoned;
use menuscope::filter::Filter;
use menuscope::store::{Reader, Scan};

fn page(criterion: &mut Criterion) {
    let reader = Reader::open(&folder(MILLION).join("menuscope.db")).unwrap();
    let newest = reader.newest().unwrap();
    assert_eq!(newest.0, MILLION);
    let mut group = criterion.benchmark_group("page of 128 rows of 1 000 000");
    for depth in [0, 500_000, 999_000 - 128] {
        let ids = page_ending_at(MILLION - depth);
        group.bench_function(format!("at depth {depth}"), |bencher| {
            bencher.iter(|| assert_eq!(black_box(reader.page(&ids).unwrap()).len(), 128));
        });
    }
    group.finish();
    let mut group = criterion.benchmark_group("listing of 1 000 000 rows");
    group.sample_size(10);
    for text in ["", "event:CLICK", "key:MENU_LOTTERY", "openid:oMgHVj*"] {
        let filter = Filter::parse(text, &Zoned::now()).unwrap();
        group.bench_function(format!("first rows of {text:?}"), |bencher| {
            bencher.iter(|| black_box(reader.step(&mut Scan::new(&filter, newest)).unwrap()));
        });
        group.bench_function(format!("all of {text:?}"), |bencher| {
            bencher.iter(|| {
                let mut scan = Scan::new(&filter, newest);
                while !black_box(reader.step(&mut scan).unwrap()).finished {}
            });
        });
    }
    group.finish();
}

criterion_group!(benches, page);
criterion_main!(benches);
