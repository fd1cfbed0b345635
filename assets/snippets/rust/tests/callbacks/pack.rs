//! The callbacks as they were recorded: reading, verifying, decrypting.

use std::collections::{BTreeMap, HashMap};
use std::fmt::Debug;
use std::path::{Path, PathBuf};
use std::{env, fs};

use aes::Aes256;
use aes::cipher::{Array, BlockModeDecrypt as _, KeyIvInit as _};
use base64::alphabet::STANDARD;
use base64::engine::general_purpose::PAD;
use base64::engine::{Engine as _, GeneralPurpose};
use quick_xml::Reader;
use quick_xml::escape::resolve_predefined_entity;
use quick_xml::events::Event;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use sha1::{Digest as _, Sha1};

#[derive(Deserialize)]
struct Manifest {
    menuscope: u32,
    #[serde(default)]
    published: Secrets,
    #[serde(default)]
    ignored: Vec<String>,
    events: Vec<Entry>,
}

#[derive(Clone, Default, Deserialize)]
struct Secrets {
    token: Option<String>,
    encoding_aes_key: Option<String>,
}

#[derive(Deserialize)]
struct Entry {
    folder: String,
    kind: String,
    mode: String,
    signature: String,
    app_id: Option<String>,
    body_length: Option<u64>,
    message: Option<String>,
    reply: Option<EntryReply>,
}

#[derive(Deserialize)]
struct EntryReply {
    status: Option<u16>,
    source: String,
    body: String,
}

/// One recorded request, and what verifies and decrypts it.
pub struct Callback {
    entry: Entry,
    secrets: Secrets,
    ignored: Vec<String>,
    compares: String,
    pub method: String,
    pub query_string: String,
    query: HashMap<String, String>,
    pub content_type: String,
    pub body: Vec<u8>,
}

/// Why a check did not pass.
pub enum Problem {
    Skipped(String),
    Failed(String),
}

pub type Outcome<T = ()> = Result<T, Problem>;

pub fn callbacks() -> impl Iterator<Item = Callback> {
    let manifest: Manifest = serde_json::from_slice(&read(&pack().join("manifest.json"))).unwrap();
    assert_eq!(manifest.menuscope, 1, "this file reads packs of version 1");
    let Secrets {
        token,
        encoding_aes_key,
    } = manifest.published;
    let usual = if token.is_some() { "0" } else { "1" };
    let compares = environment("MENUSCOPE_COMPARE").unwrap_or_else(|| usual.to_owned());
    let ignored = manifest.ignored;
    let secrets = Secrets {
        token: token.or_else(|| environment("MENUSCOPE_TOKEN")),
        encoding_aes_key: encoding_aes_key.or_else(|| environment("MENUSCOPE_AES_KEY")),
    };
    manifest.events.into_iter().map(move |entry| Callback {
        ignored: ignored.clone(),
        compares: compares.clone(),
        ..Callback::read(entry, secrets.clone())
    })
}

pub fn environment(name: &str) -> Option<String> {
    env::var(name).ok().filter(|value| !value.is_empty())
}

fn pack() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("callbacks")
}

fn read(path: &Path) -> Vec<u8> {
    fs::read(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

impl Callback {
    fn read(mut entry: Entry, secrets: Secrets) -> Self {
        entry.app_id = entry.app_id.or_else(|| environment("MENUSCOPE_APP_ID"));
        let request = read(&pack().join(&entry.folder).join("request.http"));
        let end = request
            .windows(4)
            .position(|window| window == b"\r\n\r\n")
            .expect("a head that ends");
        let head = String::from_utf8_lossy(&request[..end]);
        let mut lines = head.split("\r\n");
        let mut request_line = lines.next().unwrap_or_default().split(' ');
        let method = request_line.next().unwrap_or_default().to_owned();
        let target = request_line.next().unwrap_or_default();
        let query_string = target
            .split_once('?')
            .map_or("", |(_, query)| query)
            .to_owned();
        let mut query = HashMap::new();
        for (name, value) in form_urlencoded::parse(query_string.as_bytes()).into_owned() {
            // Of a parameter that comes twice, the first counts.
            query.entry(name).or_insert(value);
        }
        let content_type = lines
            .find_map(|header| header.strip_prefix("content-type: "))
            .unwrap_or("text/xml")
            .to_owned();
        let body = request[end + 4..].to_vec();
        Self {
            entry,
            secrets,
            ignored: Vec::new(),
            compares: String::new(),
            method,
            query_string,
            query,
            content_type,
            body,
        }
    }

    pub fn folder(&self) -> &str {
        &self.entry.folder
    }

    pub fn is_handshake(&self) -> bool {
        self.entry.kind == "handshake"
    }

    pub fn is_encrypted(&self) -> bool {
        self.entry.mode != "plain"
    }

    /// Only the beginning of its body was kept.
    pub fn is_cut(&self) -> bool {
        self.entry.body_length.is_some()
    }

    pub fn is_refused(&self) -> bool {
        matches!(&*self.entry.signature, "invalid" | "missing")
    }

    pub fn parameter(&self, name: &str) -> &str {
        self.query.get(name).map_or("", String::as_str)
    }

    /// What a server does first. An encrypted message is signed by msg_signature, any other by signature.
    pub fn verify(&self) -> Outcome {
        if self.entry.signature == "unchecked" {
            return skipped(
                "no token was known when it was recorded: what its signature is worth is open",
            );
        }
        let token = needed(&self.secrets.token, "MENUSCOPE_TOKEN")?;
        let mut parts = vec![token, self.parameter("timestamp"), self.parameter("nonce")];
        let encrypted = if self.is_encrypted() {
            Some(self.encrypted()?)
        } else {
            None
        };
        parts.extend(encrypted.as_deref());
        parts.sort_unstable();
        let expected: String = Sha1::digest(parts.concat())
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect();
        let name = if self.is_encrypted() {
            "msg_signature"
        } else {
            "signature"
        };
        // In a server, compare in constant time.
        equal(name, self.parameter(name), &expected)
    }

    /// The encrypted part of the body.
    fn encrypted(&self) -> Outcome<String> {
        #[derive(Deserialize)]
        #[serde(rename_all = "PascalCase")]
        struct Envelope {
            encrypt: String,
        }
        let envelope: Envelope = if self.body.starts_with(b"{") {
            serde_json::from_slice(&self.body).or_else(failed)?
        } else {
            from_xml(&self.body)?
        };
        Ok(envelope.encrypt)
    }

    /// Verifies an encrypted body, and gives back the message.
    pub fn decrypt(&self) -> Outcome<Vec<u8>> {
        self.verify()?;
        let key = needed(&self.secrets.encoding_aes_key, "MENUSCOPE_AES_KEY")?;
        let app_id = needed(&self.entry.app_id, "MENUSCOPE_APP_ID")?;
        let (message, found) = decrypt(&self.encrypted()?, key).or_else(failed)?;
        equal("whom the message is for", &*found, app_id)?;
        Ok(message)
    }

    /// The message in plaintext, as it was recorded.
    pub fn message(&self) -> Outcome<Vec<u8>> {
        if self.is_handshake() {
            return skipped("a handshake has no message");
        }
        if self.is_cut() {
            return skipped("only the beginning of its body was kept");
        }
        match &self.entry.message {
            Some(name) if self.entry.kind != "unreadable" => {
                Ok(read(&pack().join(&self.entry.folder).join(name)))
            }
            _ => skipped("no message could be read when it was recorded"),
        }
    }

    pub fn parse<T: DeserializeOwned>(&self) -> Outcome<T> {
        let message = self.message()?;
        if self.entry.message.as_deref() == Some("body.json") {
            return skipped("the message is JSON, and only XML is read here");
        }
        from_xml(&message).or_else(|problem| match problem {
            Problem::Failed(cause) => {
                skipped(&format!("quick-xml cannot read the message: {cause}"))
            }
            skipped => Err(skipped),
        })
    }

    /// The answer to compare with; `None` where there is none, or it is not to be compared.
    pub fn recorded_answer(&self) -> Option<String> {
        let reply = self.entry.reply.as_ref()?;
        let is_ours = matches!(&*reply.source, "default" | "none");
        let is_left_out = self.compares == "0" || (is_ours && self.compares != "all");
        if is_left_out || self.is_handshake() || reply.status != Some(200) {
            return None;
        }
        let body = read(&pack().join(&self.entry.folder).join(&reply.body));
        Some(String::from_utf8_lossy(&body).into_owned())
    }

    /// Compares an answer with the recorded one: by element where both are messages, else as texts. An encrypted one is
    /// decrypted first.
    pub fn compare(&self, answer: &str) -> Outcome {
        let Some(recorded) = self.recorded_answer() else {
            return Ok(());
        };
        #[derive(Deserialize)]
        #[serde(rename_all = "PascalCase")]
        struct Envelope {
            encrypt: String,
        }
        let mut answer = answer.to_owned();
        if let (true, Ok(envelope)) = (
            self.is_encrypted(),
            quick_xml::de::from_str::<Envelope>(&answer),
        ) {
            let key = needed(&self.secrets.encoding_aes_key, "MENUSCOPE_AES_KEY")?;
            let (message, _) = decrypt(envelope.encrypt.trim(), key).or_else(failed)?;
            answer = String::from_utf8_lossy(&message).into_owned();
        }
        match (
            leaves(&recorded, &self.ignored),
            leaves(&answer, &self.ignored),
        ) {
            (Some(was), Some(found)) => equal("the answer", &found, &was),
            _ => equal("the answer", &*answer, &*recorded),
        }
    }

    /// Every element of the message by its official name, its text exactly as it was sent.
    pub fn fields(&self) -> Value {
        let path = pack().join(&self.entry.folder).join("decoded.json");
        serde_json::from_slice::<Value>(&read(&path)).unwrap()["fields"].take()
    }
}

/// Opens 16 random bytes, the message's length in four, the message, and the AppID that it is for.
fn decrypt(encrypted: &str, encoding_aes_key: &str) -> Result<(Vec<u8>, String), &'static str> {
    // An EncodingAESKey ends in bits that belong to no byte, which a strict decoder refuses.
    let lenient = GeneralPurpose::new(&STANDARD, PAD.with_decode_allow_trailing_bits(true));
    let decode = |text: &str| {
        lenient
            .decode(text)
            .map_err(|_| "neither key nor message may be anything but base64")
    };
    let key: [u8; 32] = decode(&format!("{encoding_aes_key}="))?
        .try_into()
        .map_err(|_| "the key is not 32 bytes long")?;
    let iv: [u8; 16] = key[..16]
        .try_into()
        .map_err(|_| "the key is not 32 bytes long")?;
    let mut opened = decode(encrypted)?;
    let (blocks, []) = Array::slice_as_chunks_mut(&mut opened) else {
        return Err("the encrypted part breaks off");
    };
    cbc::Decryptor::<Aes256>::new(&key.into(), &iv.into()).decrypt_blocks(blocks);
    // Padded to blocks of 32, so by up to 32 bytes.
    let padding = opened
        .last()
        .copied()
        .filter(|padding| (1..=32).contains(padding));
    let padding = padding.ok_or("the padding is none: another key?")?;
    opened.truncate(opened.len() - usize::from(padding));
    let (head, rest) = opened
        .split_at_checked(20)
        .ok_or("the message breaks off")?;
    let length = u32::from_be_bytes([head[16], head[17], head[18], head[19]]);
    let (message, app_id) = rest
        .split_at_checked(length as usize)
        .ok_or("the message is shorter than it says")?;
    Ok((
        message.to_vec(),
        String::from_utf8_lossy(app_id).into_owned(),
    ))
}

/// The texts of a message by their paths, without what is ignored; `None` for what is no message.
fn leaves(text: &str, ignored: &[String]) -> Option<BTreeMap<String, String>> {
    let root = element(text)?;
    let mut found = BTreeMap::new();
    root.walk("", ignored, &mut found);
    Some(found)
}

#[derive(Default)]
struct Element {
    name: String,
    text: String,
    children: Vec<Element>,
}

impl Element {
    fn walk(&self, path: &str, ignored: &[String], found: &mut BTreeMap<String, String>) {
        for (index, child) in self.children.iter().enumerate() {
            let alike = |children: &[Element]| {
                children
                    .iter()
                    .filter(|other| other.name == child.name)
                    .count()
            };
            let mut step = format!("{path}{}", child.name);
            if alike(&self.children) > 1 {
                step = format!("{step}[{}]", alike(&self.children[..=index]));
            }
            if ignored.contains(&child.name) {
                continue;
            }
            if child.children.is_empty() {
                found.insert(step, child.text.clone());
            } else {
                child.walk(&format!("{step}/"), ignored, found);
            }
        }
    }
}

/// The root of a text in XML.
fn element(text: &str) -> Option<Element> {
    let mut reader = Reader::from_str(text);
    let mut open = vec![Element::default()];
    loop {
        let event = reader.read_event().ok()?;
        let innermost = open.last_mut()?;
        match event {
            Event::Start(start) => open.push(Element {
                name: start.name().as_ref().to_owned(),
                ..Element::default()
            }),
            Event::Empty(start) => innermost.children.push(Element {
                name: start.name().as_ref().to_owned(),
                ..Element::default()
            }),
            Event::End(_) => {
                let closed = open.pop()?;
                open.last_mut()?.children.push(closed);
            }
            Event::Text(text) => innermost.text.push_str(&text),
            Event::CData(text) => innermost.text.push_str(&text),
            Event::GeneralRef(reference) => match reference.resolve_char_ref().ok()? {
                Some(character) => innermost.text.push(character),
                None => innermost
                    .text
                    .push_str(resolve_predefined_entity(&reference)?),
            },
            Event::Eof => break,
            _ => {}
        }
    }
    let [root] = <[Element; 1]>::try_from(open).ok()?;
    let is_one = root.text.trim().is_empty();
    root.children.into_iter().next().filter(|_| is_one)
}

fn from_xml<T: DeserializeOwned>(bytes: &[u8]) -> Outcome<T> {
    let text = std::str::from_utf8(bytes).or_else(failed)?;
    quick_xml::de::from_str(text).or_else(failed)
}

fn needed<'a>(secret: &'a Option<String>, name: &str) -> Outcome<&'a str> {
    let missing = || {
        Problem::Skipped(format!(
            "{name} is not set, and the pack does not publish it"
        ))
    };
    secret.as_deref().ok_or_else(missing)
}

pub fn skipped<T>(reason: &str) -> Outcome<T> {
    Err(Problem::Skipped(reason.to_owned()))
}

pub fn failed<T>(reason: impl ToString) -> Outcome<T> {
    Err(Problem::Failed(reason.to_string()))
}

pub fn equal<T: PartialEq + Debug + ?Sized>(what: &str, found: &T, expected: &T) -> Outcome {
    if found == expected {
        Ok(())
    } else {
        failed(format!("{what} is {found:?}, and should be {expected:?}"))
    }
}
