//! The story: two days of a coffee shop's menu, from the handshake to the newest scan.

use super::scene::{Form, Line, Stage, set};
use super::settings::{MEMBER, NEWS, WELCOME, news};
use super::{DemoError, Plot};
use crate::account::Accounts;
use crate::capture::{AnnotationChange, Capture, CaptureId, Reply, ReplySource};
use crate::store::{BulkWriter, ImportEvent};
use crate::wechat::compose::{self, Edit, Push, picture_md5};
use crate::wechat::fault::Fault;
use crate::wechat::reply::PassiveReply;

const HOUR: i64 = 3_600;
/// The first scenes were on the day before.
const YESTERDAY: i64 = 26 * HOUR;

/// Three guests.
const LIN: &str = "oMgHVjngRipVsoxg6TuX3vz6glDg";
const CHEN: &str = "oMgHVjkq0zvD3nLr8yXw2bTfGhUc";
const WANG: &str = "oMgHVjp5sJ1aKe7QmRtYx4WdZoNi";

/// The milliseconds after which WeChat gives an attempt up.
const GIVEN_UP: f64 = 5_003.0;
/// The seconds after which WeChat makes the next attempt.
const RETRY: i64 = 5;

/// The events that are sent again afterwards.
#[derive(Clone, Copy, Debug)]
pub(super) struct Told {
    pub(super) special: CaptureId,
    pub(super) located: CaptureId,
    pub(super) json: CaptureId,
    pub(super) thanks: CaptureId,
    /// Answered by a rule, so that the first replay has nothing to be compared with.
    pub(super) news: CaptureId,
}

/// Tells the story, the oldest event first, and returns those that are sent again.
pub(super) fn tell(plot: &Plot, accounts: &Accounts, writer: &mut BulkWriter) -> Result<Told, DemoError> {
    let mut teller = Teller { stage: Stage::new(plot, accounts), writer };
    teller.first_day()?;
    let special = teller.special()?;
    teller.looks_around()?;
    teller.strangers()?;
    teller.encrypted()?;
    teller.talks()?;
    teller.pictures()?;
    let news = teller.news_and_codes()?;
    teller.retries()?;
    let located = teller.locates()?;
    let json = teller.answered_in_json()?;
    teller.own_sample()?;
    let note = teller.stage.plot.text("demo.json_note");
    teller.writer.annotate(&[json], &AnnotationChange::Note(note))?;
    let thanks = teller.thanks()?;
    teller.writer.annotate(&[special, thanks], &AnnotationChange::Pin(true))?;
    teller.newest()?;
    Ok(Told { special, located, json, thanks, news })
}

/// Plays scenes and stores them.
struct Teller<'a> {
    stage: Stage<'a>,
    writer: &'a mut BulkWriter,
}

impl Teller<'_> {
    fn store(&mut self, capture: Capture, reply: Reply) -> Result<CaptureId, DemoError> {
        self.store_attempt(capture, reply, 1, None)
    }

    fn store_attempt(
        &mut self,
        capture: Capture,
        reply: Reply,
        attempt: u32,
        first: Option<CaptureId>,
    ) -> Result<CaptureId, DemoError> {
        let event = ImportEvent { reply: Some(reply), attempt, first, ..ImportEvent::unanswered(capture) };
        let stored = self.writer.import(&[event])?;
        Ok(stored.first().map_or(CaptureId(0), |outcome| outcome.id()))
    }

    /// The capture of a plain message.
    fn plain(&mut self, kind: &str, ago: i64, openid: &str, edits: &[Edit]) -> Result<Capture, DemoError> {
        self.sent(kind, ago, openid, edits, Form::Plain)
    }

    fn sent(&mut self, kind: &str, ago: i64, openid: &str, edits: &[Edit], form: Form) -> Result<Capture, DemoError> {
        let message = self.stage.message(kind, ago, openid, edits)?;
        Ok(self.stage.push(&message, form, ago, openid))
    }

    /// A plain message that the default reply answered.
    fn noted(&mut self, kind: &str, ago: i64, openid: &str, edits: &[Edit], ms: f64) -> Result<CaptureId, DemoError> {
        let capture = self.plain(kind, ago, openid, edits)?;
        let reply = self.stage.reply(&capture, Line::success(ms));
        self.store(capture, reply)
    }

    fn answered(&mut self, capture: Capture, line: Line) -> Result<CaptureId, DemoError> {
        let reply = self.stage.reply(&capture, line);
        self.store(capture, reply)
    }

    /// An event that the developer's own server answered with a text.
    fn forwarded(&mut self, capture: Capture, text: &str, ms: f64) -> Result<CaptureId, DemoError> {
        let body = self.stage.text(&capture, text);
        let reply = self.stage.passed_on(&capture, body, ms);
        self.store(capture, reply)
    }

    fn content(&self, key: &str) -> PassiveReply {
        PassiveReply::Text { content: self.stage.plot.text(key) }
    }

    fn first_day(&mut self) -> Result<(), DemoError> {
        let echostr = "4375120948345356249";
        let token = super::settings::TOKEN;
        let time = (self.stage.plot.now.as_second() - YESTERDAY - 120).to_string();
        let push = compose::handshake(token, &time, "1514711492", echostr);
        let target = format!("/wx?{}", push.query);
        let capture = self.stage.request("GET", &target, &push, YESTERDAY + 120);
        let echo = Line::by(ReplySource::Default, PassiveReply::Raw(echostr.into()), 1.1);
        self.answered(capture, echo)?;
        let capture = self.plain("subscribe", YESTERDAY, LIN, &[set("EventKey", "qrscene_table12")])?;
        let welcome = Line::by(ReplySource::Rule(self.stage.plot.text(WELCOME)), self.content("demo.welcome"), 14.3);
        self.answered(capture, welcome)?;
        Ok(())
    }

    fn special(&mut self) -> Result<CaptureId, DemoError> {
        let capture = self.plain("CLICK", YESTERDAY - 120, LIN, &[set("EventKey", "TODAY_SPECIAL")])?;
        self.forwarded(capture, "demo.special", 36.0)
    }

    fn looks_around(&mut self) -> Result<(), DemoError> {
        let page = "https://halfday.example.com/menu?store=12&lang=zh&utm_source=wechat&utm_medium=menu#autumn";
        self.noted("VIEW", YESTERDAY - 180, LIN, &[set("EventKey", page)], 1.9)?;
        let path = [set("EventKey", "pages/order/index?store=12&table=7")];
        self.noted("view_miniprogram", YESTERDAY - 1_200, CHEN, &path, 1.6)?;
        self.noted("TEMPLATESENDJOBFINISH", YESTERDAY - 3_000, CHEN, &[], 1.4)?;
        Ok(())
    }

    /// A scanner, and somebody who does not know the token.
    fn strangers(&mut self) -> Result<(), DemoError> {
        let scan = Push {
            query: String::new(),
            headers: vec![
                ("User-Agent", "Mozilla/5.0 zgrab/0.x".to_owned()),
                ("Content-Type", "application/x-www-form-urlencoded".to_owned()),
            ],
            body: b"log=admin&pwd=admin&wp-submit=Log+In".to_vec(),
        };
        let capture = self.stage.request("POST", "/wp-login.php", &scan, 3 * HOUR);
        let refused = Stage::refused(Some(403), 0.8);
        self.store(capture, refused)?;
        let capture = self.sent("CLICK", 3 * HOUR - 500, WANG, &[set("EventKey", "TODAY_SPECIAL")], Form::Forged)?;
        let refused = Stage::refused(Some(403), 0.9);
        self.store(capture, refused)?;
        self.noted("SCAN", 2 * HOUR + 600, WANG, &[set("EventKey", "table12")], 1.7)?;
        Ok(())
    }

    fn encrypted(&mut self) -> Result<(), DemoError> {
        let capture = self.sent("CLICK", 95 * 60, CHEN, &[set("EventKey", "MEMBER_CARD")], Form::Safe)?;
        let member = Line::by(ReplySource::Rule(self.stage.plot.text(MEMBER)), self.content("demo.member"), 9.4);
        self.answered(capture, member)?;
        let capture = self.sent("CLICK", 94 * 60, CHEN, &[set("EventKey", "MEMBER_CARD")], Form::WrongKey)?;
        self.answered(capture, Line::success(1.3))?;
        let asked = self.stage.plot.text("demo.asks_sunday");
        let capture = self.sent("text", 80 * 60, CHEN, &[set("Content", asked)], Form::Compat)?;
        let held = Line::by(ReplySource::Held, self.content("demo.answers_sunday"), 2_871.0);
        self.answered(capture, held)?;
        Ok(())
    }

    fn talks(&mut self) -> Result<(), DemoError> {
        let spoken = self.stage.plot.text("demo.voice");
        let capture = self.plain("voice", 61 * 60, WANG, &[set("Recognition", spoken)])?;
        let hand_over = PassiveReply::TransferCustomerService { kf_account: String::new() };
        self.answered(capture, Line::by(ReplySource::Held, hand_over, 1_942.0))?;
        let json = self.stage.message("user_enter_tempsession", 57 * 60, WANG, &[set("SessionFrom", "order-2816")])?;
        let json = compose::as_json(&json).unwrap_or(json);
        let capture = self.stage.push(&json, Form::Plain, 57 * 60, WANG);
        self.answered(capture, Line::success(1.5))?;
        Ok(())
    }

    /// Three pictures from the album with the messages that follow them, and one from the camera.
    fn pictures(&mut self) -> Result<(), DemoError> {
        let md5s: Vec<Edit> = [1_u8, 2, 3].map(|picture| set("PicMd5Sum", picture_md5(&[picture]))).into();
        let edits: Vec<Edit> = md5s.into_iter().chain([set("EventKey", "RECEIPTS")]).collect();
        let message = self.stage.message("pic_weixin", 50 * 60, LIN, &edits)?;
        let capture = self.stage.push(&message, Form::Plain, 50 * 60, LIN);
        let created = capture.envelope.create_time.unwrap_or_default();
        self.answered(capture, Line::success(1.8))?;
        for image in compose::images_for(&message, created) {
            let capture = self.stage.push(&image, Form::Plain, 50 * 60 - 1, LIN);
            self.answered(capture, Line::success(1.6))?;
        }
        let photo = [set("EventKey", "RECEIPT_PHOTO"), set("PicMd5Sum", picture_md5(&[9]))];
        let capture = self.plain("pic_sysphoto", 44 * 60, CHEN, &photo)?;
        self.forwarded(capture, "demo.receipt", 212.0)?;
        Ok(())
    }

    fn news_and_codes(&mut self) -> Result<CaptureId, DemoError> {
        let capture = self.plain("CLICK", 40 * 60, WANG, &[set("EventKey", "NEWS")])?;
        let articles = news(self.stage.plot);
        let id = self.answered(capture, Line::by(ReplySource::Rule(self.stage.plot.text(NEWS)), articles, 11.2))?;
        let barcode = [set("EventKey", "PRICE"), set("ScanType", "barcode"), set("ScanResult", "EAN_13,6901234567892")];
        self.noted("scancode_push", 28 * 60, LIN, &barcode, 1.6)?;
        Ok(id)
    }

    /// Two attempts that got no answer on purpose, and a third that did.
    fn retries(&mut self) -> Result<(), DemoError> {
        let ago = 21 * 60;
        let message = self.stage.message("CLICK", ago, CHEN, &[set("EventKey", "CHECK_IN")])?;
        let fault = Fault::Unanswered { attempts: 2 };
        let mut first = None;
        for attempt in [1_u32, 2] {
            let capture = self.stage.push(&message, Form::Plain, ago - RETRY * i64::from(attempt - 1), CHEN);
            let silence = Stage::unanswered(GIVEN_UP, fault);
            let id = self.store_attempt(capture, silence, attempt, first)?;
            first.get_or_insert(id);
        }
        let capture = self.stage.push(&message, Form::Plain, ago - 2 * RETRY, CHEN);
        let body = self.stage.text(&capture, "demo.checked_in");
        let reply = self.stage.passed_on(&capture, body, 48.0);
        self.store_attempt(capture, reply, 3, first)?;
        Ok(())
    }

    /// A place that the developer's own server looked up for too long.
    fn locates(&mut self) -> Result<CaptureId, DemoError> {
        let (place, name) = (self.stage.plot.text("demo.place"), self.stage.plot.text("demo.place_name"));
        let point = [set("Location_X", "23.0966420898"), set("Location_Y", "113.3247451782")];
        let edits =
            [&point[..], &[set("EventKey", "NEAREST"), set("Label", place.clone()), set("Poiname", name)]].concat();
        let capture = self.plain("location_select", 15 * 60, WANG, &edits)?;
        let late = self.stage.answer(&capture, None, 0, 3_900.0);
        let reply = Reply { forwarded: Some(Box::new(late)), ..self.stage.reply(&capture, Line::success(3_941.0)) };
        let id = self.store(capture, reply)?;
        self.noted("location", 15 * 60 - 1, WANG, &[&point[..], &[set("Label", place)]].concat(), 1.7)?;
        Ok(id)
    }

    /// An answer that no phone understands, and one with a fault of the lab.
    fn answered_in_json(&mut self) -> Result<CaptureId, DemoError> {
        let key = r#"{"action":"coupon","campaign":"2026-11","store":[12,17,40]}"#;
        let capture = self.plain("CLICK", 12 * 60, LIN, &[set("EventKey", key)])?;
        let reply = self.stage.passed_on(&capture, br#"{"code":0,"msg":"ok"}"#.to_vec(), 27.0);
        let id = self.store(capture, reply)?;
        let capture = self.plain("CLICK", 9 * 60, LIN, &[set("EventKey", "HOURS")])?;
        self.answered(capture, Line { fault: Some(Fault::WrongCase), ..Line::success(2.2) })?;
        Ok(id)
    }

    fn own_sample(&mut self) -> Result<(), DemoError> {
        let capture = self.sent("scancode_push", 6 * 60, LIN, &[set("EventKey", "6")], Form::Own)?;
        let capture = Capture { replay: true, group_key: None, ..capture };
        self.answered(capture, Line::success(1.2))?;
        Ok(())
    }

    fn thanks(&mut self) -> Result<CaptureId, DemoError> {
        let text = self.stage.plot.text("demo.thanks");
        let capture = self.plain("text", 4 * 60, CHEN, &[set("Content", text)])?;
        let id = self.forwarded(capture, "demo.thanked", 31.0)?;
        self.noted("unsubscribe", 150, WANG, &[], 1.4)?;
        Ok(id)
    }

    /// The newest event: the scan of a table's code.
    fn newest(&mut self) -> Result<(), DemoError> {
        let capture = self.plain("CLICK", 70, LIN, &[set("EventKey", "TODAY_SPECIAL")])?;
        self.forwarded(capture, "demo.special", 33.0)?;
        let code = "https://halfday.example.com/t/12?from=table&store=12";
        let scan = [set("EventKey", "ORDER"), set("ScanType", "qrcode"), set("ScanResult", code)];
        let capture = self.plain("scancode_waitmsg", 26, LIN, &scan)?;
        self.forwarded(capture, "demo.table", 16.0)?;
        Ok(())
    }
}
