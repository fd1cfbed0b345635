"""Callbacks that WeChat posted, as tests: each is verified, decrypted and read with wechatpy, then given to your code.

    pip install -r requirements.txt
    pytest -rs                                        # -rs says what was skipped, and why
    MENUSCOPE_TO=http://127.0.0.1:8000/wx pytest -rs  # posts them to your server, too

The callbacks lie in callbacks/, a folder each. An export with pseudonyms brings the token and the key that verify and
decrypt them; for any other they come from MENUSCOPE_TOKEN, MENUSCOPE_AES_KEY and MENUSCOPE_APP_ID. To renew the
callbacks and keep what you have written here: menuscope export --format pack --out callbacks

Answers are compared with the recorded ones by element, without those that "ignored" in manifest.json names, where your
server, a rule or a person made them. MENUSCOPE_COMPARE=0 leaves that out; =1 compares in an export with pseudonyms, too,
whose texts are others; =all also with menuscope's own "success".
"""

import json
import os
import time
from collections import Counter
from pathlib import Path
from urllib.parse import parse_qsl
from xml.etree import ElementTree
from xml.parsers.expat import ExpatError

import pytest
import requests
import xmltodict
from wechatpy import create_reply, parse_message
from wechatpy.crypto import WeChatCrypto
from wechatpy.events import SubscribeScanEvent
from wechatpy.exceptions import InvalidSignatureException
from wechatpy.utils import check_signature


def handle(message):
    """Your code goes here: what does it answer to this message? A text, a wechatpy reply, or None for no answer."""
    return None


PACK = Path(__file__).parent / "callbacks"
MANIFEST = json.loads((PACK / "manifest.json").read_text("utf-8"))
PUBLISHED = MANIFEST.get("published", {})
TOKEN = PUBLISHED.get("token") or os.environ.get("MENUSCOPE_TOKEN")
AES_KEY = PUBLISHED.get("encoding_aes_key") or os.environ.get("MENUSCOPE_AES_KEY")
APP_ID = os.environ.get("MENUSCOPE_APP_ID")
SERVER = os.environ.get("MENUSCOPE_TO")
COMPARE = os.environ.get("MENUSCOPE_COMPARE", "0" if PUBLISHED else "1")
IGNORED = MANIFEST.get("ignored", ["CreateTime"])
SECONDS = 5  # WeChat waits no longer for an answer.


class Callback:
    """One recorded request."""

    def __init__(self, entry):
        self.entry = entry
        self.folder = PACK / entry["folder"]
        head, _, self.body = (self.folder / "request.http").read_bytes().partition(b"\r\n\r\n")
        request_line, *headers = head.decode("latin-1").split("\r\n")
        self.method, target, _ = request_line.split(" ")
        self.headers = dict(header.split(": ", 1) for header in headers)
        self.query_string = target.partition("?")[2]
        # Of a parameter that comes twice, the first counts.
        self.query = dict(reversed(parse_qsl(self.query_string, keep_blank_values=True)))

    @property
    def is_handshake(self):
        return self.entry["kind"] == "handshake"

    @property
    def is_encrypted(self):
        return self.entry["mode"] != "plain"

    @property
    def is_refused(self):
        return self.entry["signature"] in ("invalid", "missing")

    @property
    def is_cut(self):
        return "body_length" in self.entry

    @property
    def message(self):
        """The message in plaintext, as it was recorded."""
        return (self.folder / self.entry["message"]).read_bytes()

    @property
    def recorded_answer(self):
        """The answer to compare with; None where there is none, or it is not to be compared."""
        reply = self.entry.get("reply")
        if COMPARE == "0" or self.is_handshake or not reply or reply["status"] != 200:
            return None
        if COMPARE != "all" and reply["source"] in ("default", "none"):
            return None
        return (self.folder / reply["body"]).read_text("utf-8")

    @property
    def fields(self):
        """Every element of the message by its official name, its text exactly as it was sent."""
        return json.loads((self.folder / "decoded.json").read_text("utf-8"))["fields"]


@pytest.fixture(params=MANIFEST["events"], ids=lambda entry: entry["folder"])
def callback(request):
    return Callback(request.param)


def verify(callback):
    """What a server does first. Raises InvalidSignatureException."""
    if callback.is_encrypted:
        decrypt(callback)
    else:
        signed = (callback.query.get(name, "") for name in ("signature", "timestamp", "nonce"))
        check_signature(token_of(callback), *signed)


def decrypt(callback):
    """Verifies an encrypted body, and gives back the message."""
    # wechatpy takes XML as it is, and JSON once it has been read.
    body = json.loads(callback.body) if callback.body.lstrip().startswith(b"{") else callback.body
    signed = (callback.query.get(name, "") for name in ("msg_signature", "timestamp", "nonce"))
    try:
        return crypto_of(callback).decrypt_message(body, *signed).encode("utf-8")
    except ExpatError as error:
        pytest.skip(f"wechatpy cannot read its body: {error}")


def crypto_of(callback):
    return WeChatCrypto(
        token_of(callback),
        needed(AES_KEY, "MENUSCOPE_AES_KEY"),
        needed(callback.entry.get("app_id") or APP_ID, "MENUSCOPE_APP_ID"),
    )


def parse(callback):
    """The message as wechatpy's object."""
    skip_without_message(callback)
    if callback.entry["message"].endswith(".json"):
        pytest.skip("the message is JSON, and wechatpy reads XML only")
    if "MsgType" not in callback.fields:
        pytest.skip("parse_message needs a MsgType; pushes to an open platform are for WeChatComponent.parse_message")
    try:
        message = parse_message(callback.message)
        # These are read when they are asked for.
        _ = (message.id, message.time)
    except (ValueError, TypeError, ExpatError) as error:
        pytest.skip(f"wechatpy cannot read the message: {error}")
    return message


def test_the_pack_is_one_that_this_file_reads():
    assert MANIFEST["menuscope"] == 1


def test_signature(callback):
    if callback.is_refused:
        with pytest.raises(InvalidSignatureException):
            verify(callback)
    elif callback.is_encrypted and "message" not in callback.entry:
        pytest.skip("it could not be decrypted when it was recorded")
    else:
        verify(callback)


def test_message(callback):
    skip_without_message(callback)
    message = decrypt(callback) if callback.is_encrypted else callback.body
    assert message == callback.message


def test_fields(callback):
    message = parse(callback)
    expected = clean(callback.fields)
    if isinstance(message, SubscribeScanEvent):
        # wechatpy gives it a name of its own, and takes the prefix off its key.
        expected["Event"] = "subscribe_scan"
        expected["EventKey"] = expected["EventKey"].partition("qrscene_")[2]
    # Whether or not wechatpy has a class for the event, it keeps every element.
    assert clean(message._data) == expected

    assert message.source == expected.get("FromUserName")
    assert message.target == expected.get("ToUserName")
    assert message.time == int(expected["CreateTime"])
    if "MsgId" in expected:
        assert message.id == int(expected["MsgId"])
    if "ScanCodeInfo" in expected and message.type == "event":
        assert message.scan_type == expected["ScanCodeInfo"]["ScanType"]
        assert message.scan_result == expected["ScanCodeInfo"]["ScanResult"]
    if "SendLocationInfo" in expected and message.type == "event":
        assert message.location_x == expected["SendLocationInfo"]["Location_X"]
        assert message.location_y == expected["SendLocationInfo"]["Location_Y"]
    # Not message.pictures: it stumbles over a Count that is not the number of pictures, and WeChat sends such.


def test_your_handler(callback):
    if callback.is_refused:
        pytest.skip("its signature is wrong: your server never gets to the message")
    message = parse(callback)
    reply = create_reply(handle(message), message).render()
    if reply:
        sent = xmltodict.parse(reply)["xml"]
        # Back to where it came from.
        assert sent["ToUserName"] == message.source
        assert sent["FromUserName"] == message.target
        compare(callback, reply)


@pytest.mark.skipif(not SERVER, reason="MENUSCOPE_TO is not set: the URL of your server")
def test_your_server(callback):
    # A server that checks how old a timestamp is wants it made anew: `menuscope replay --mode resign --to URL`.
    if callback.is_refused:
        pytest.skip("its signature is wrong: your server should refuse it, in whichever way it does")
    if callback.is_cut:
        pytest.skip("only the beginning of its body was kept")
    started = time.monotonic()
    response = requests.request(
        callback.method,
        SERVER + ("&" if "?" in SERVER else "?") + callback.query_string,
        # The last header names the sender in the record of a menuscope on the way.
        headers={"Content-Type": callback.headers.get("content-type", "text/xml"), "X-Menuscope": "test"},
        data=callback.body,
        timeout=SECONDS,
        allow_redirects=False,
    )
    assert response.status_code == 200
    assert time.monotonic() - started < SECONDS
    if callback.is_handshake:
        assert response.text == callback.query["echostr"]
    elif callback.recorded_answer is not None:
        compare(callback, plaintext(callback, response.content.decode("utf-8")))


def plaintext(callback, answer):
    """An answer without its encryption."""
    if not callback.is_encrypted or "<Encrypt>" not in answer:
        return answer
    envelope = xmltodict.parse(answer)["xml"]
    signed = (envelope["MsgSignature"], envelope["TimeStamp"], envelope["Nonce"])
    return crypto_of(callback).decrypt_message(answer, *signed)


def compare(callback, answer):
    """Compares an answer with the recorded one: by element where both are messages, else as texts."""
    recorded = callback.recorded_answer
    if recorded is not None:
        was, found = leaves(recorded), leaves(answer)
        if was is None or found is None:
            assert answer == recorded
        assert found == was


def leaves(text):
    """The texts of a message by their paths, without what is ignored; None for what is no message."""
    try:
        root = ElementTree.fromstring(text)
    except ElementTree.ParseError:
        return None
    found = {}

    def walk(element, path):
        alike, before = Counter(child.tag for child in element), Counter()
        for child in element:
            before[child.tag] += 1
            if child.tag not in IGNORED:
                step = child.tag if alike[child.tag] == 1 else f"{child.tag}[{before[child.tag]}]"
                if len(child):
                    walk(child, f"{path}{step}/")
                else:
                    found[path + step] = child.text or ""

    walk(root, "")
    return found


def token_of(callback):
    if callback.entry["signature"] == "unchecked":
        pytest.skip("no token was known when it was recorded: what its signature is worth is open")
    return needed(TOKEN, "MENUSCOPE_TOKEN")


def needed(secret, name):
    return secret or pytest.skip(f"{name} is not set, and the pack does not publish it")


def skip_without_message(callback):
    if callback.is_handshake:
        pytest.skip("a handshake has no message")
    if callback.is_cut:
        pytest.skip("only the beginning of its body was kept")
    if callback.entry["kind"] == "unreadable" or "message" not in callback.entry:
        pytest.skip("no message could be read when it was recorded")


def clean(value):
    """Elements as they can be compared: wechatpy trims texts, has None for what is empty, and PicLists as they come.

    Every parser of XML reads the line ends of Windows as plain ones.
    """
    if isinstance(value, dict):
        members = {
            name: clean(pictures(child) if name == "PicList" else child)
            for name, child in value.items()
            if not name.startswith("@")  # attributes
        }
        return {name: child for name, child in members.items() if child}
    if isinstance(value, list):
        return [clean(child) for child in value]
    return (value or "").replace("\r\n", "\n").replace("\r", "\n").strip()


def pictures(lists):
    """The items of one PicList or several, of which each may hold none, one or several."""
    found = []
    for entry in listed(lists):
        found += listed(entry["item"]) if isinstance(entry, dict) and "item" in entry else listed(entry)
    return found


def listed(value):
    return value if isinstance(value, list) else [] if value is None else [value]
