//! The coverage of a menu in a million events: from the store's summary, beside a walk through every row.
#![expect(clippy::unwrap_used, reason = "a bench that cannot go on stops here")]
#![expect(clippy::print_stdout, reason = "the figures are its result")]

#[path = "common/allocator.rs"]
mod allocator;
#[path = "common/million.rs"]
mod common;
#[path = "common/times.rs"]
mod times;

use std::time::Instant;

use common::{MILLION, folder};
use menuscope::coverage::{Coverage, Taps};
use menuscope::filter::Filter;
use menuscope::progress::Progress;
use menuscope::store::{Maintenance, Reader};
use menuscope::wechat::custom_menu::MenuFile;
use times::percentiles;

/// Rounds of the summary; the walk takes seconds, and is taken once in so many.
const ROUNDS: usize = 25;
const WALKS: usize = 3;

/// Keys in no button that the window lists.
const STRAY: usize = 200;

/// The budget of one count, in milliseconds.
const BUDGET: u32 = 100;

/// Fifteen buttons, most of whose keys are in the traffic.
const MENU: &str = r#"{"button":[
    {"name":"订单","sub_button":[
        {"type":"click","name":"查询","key":"MENU_ORDER_QUERY"},{"type":"click","name":"取消","key":"MENU_ORDER_CANCEL"},
        {"type":"click","name":"优惠券","key":"MENU_COUPONS"},{"type":"click","name":"签到","key":"MENU_SIGN_IN"},
        {"type":"click","name":"抽奖","key":"MENU_LOTTERY"}]},
    {"name":"会员","sub_button":[
        {"type":"click","name":"会员卡","key":"MENU_MEMBER_CARD"},{"type":"click","name":"积分","key":"MENU_MEMBER_POINTS"},
        {"type":"click","name":"门店","key":"MENU_STORE_NEARBY"},{"type":"click","name":"客服","key":"MENU_SERVICE_HUMAN"},
        {"type":"click","name":"从不","key":"NEVER"}]},
    {"name":"更多","sub_button":[
        {"type":"scancode_push","name":"扫码","key":"rselfmenu_0_0"},
        {"type":"scancode_waitmsg","name":"扫码等待","key":"rselfmenu_0_1"},
        {"type":"pic_weixin","name":"相册","key":"rselfmenu_1_0"},
        {"type":"location_select","name":"位置","key":"rselfmenu_2_0"},
        {"type":"view","name":"商城","url":"https://shop.example.com/"}]}]}"#;

fn main() {
    if std::env::args().any(|argument| argument == "--test") {
        return;
    }
    let folder = folder(MILLION);
    let database = folder.join("menuscope.db");
    // A database of an earlier version is not summarised yet.
    Maintenance::open(&database).unwrap().index(&Progress::new()).unwrap();
    let reader = Reader::open(&database).unwrap();
    let file = MenuFile::read(MENU.as_bytes()).unwrap();
    let mut times = Vec::new();
    let mut coverage = Coverage::default();
    for _ in 0..ROUNDS {
        let began = Instant::now();
        coverage = Coverage::read(&reader, &file, &Filter::default(), STRAY).unwrap();
        times.push(began.elapsed());
    }
    let [median, _, longest] = percentiles(times);
    let taps: u64 = coverage.buttons.iter().map(|button| button.taps.count).sum();
    println!("{taps} taps on {} buttons, {} keys in no button", coverage.buttons.len(), coverage.stray_keys);
    println!("summary, {ROUNDS} rounds (budget: {BUDGET} ms): median {median:.1?}, longest {longest:.1?}");
    let mut walks = Vec::new();
    for _ in 0..WALKS {
        let began = Instant::now();
        let walked = Coverage::of(&file, &Taps::walk(&reader, &Filter::default()).unwrap());
        walks.push(began.elapsed());
        assert_eq!(walked.buttons, coverage.buttons);
        assert_eq!((&walked.stray[..STRAY], walked.stray_keys), (&*coverage.stray, coverage.stray_keys));
    }
    let [median, ..] = percentiles(walks);
    println!("walk through every row, {WALKS} rounds: median {median:.1?}");
}
