"""The other end of tests/interop.rs and reply_interop.rs in Python: requests on stdin, answers on stdout, as arrays."""

import json
import sys

import xmltodict
from wechatpy import create_reply, parse_message
from wechatpy.crypto import PrpCrypto, WeChatCrypto, _get_signature
from wechatpy.exceptions import WeChatException
from wechatpy.replies import deserialize_reply
from wechatpy.utils import WeChatSigner, check_signature, to_text


def crypto_of(request):
    return WeChatCrypto(request["token"], request["key"], request["app_id"])


def sign(request):
    signer = WeChatSigner()
    signer.add_data(request["token"], request["timestamp"], request["nonce"])
    return {"signature": signer.signature}


def handshake(request):
    query = request["query"]
    check_signature(request["token"], query["signature"], query["timestamp"], query["nonce"])
    return {"body": query["echostr"]}


def seal(request):
    """Encrypts as the platform would."""
    crypto = crypto_of(request)
    encrypt = to_text(PrpCrypto(crypto.key).encrypt(request["message"], request["app_id"]))
    timestamp, nonce = request["timestamp"], request["nonce"]
    return {
        "encrypt": encrypt,
        "msg_signature": _get_signature(request["token"], timestamp, nonce, encrypt),
    }


def open_body(request):
    """Verifies and decrypts a body; takes the signature from beside it."""
    message = crypto_of(request).decrypt_message(
        request["body"], request["msg_signature"], request["timestamp"], request["nonce"]
    )
    return {"message": to_text(message)}


def answer(request):
    """What a server does: verify, decrypt, parse, reply, encrypt."""
    query, body = request["query"], request["body"]
    check_signature(request["token"], query["signature"], query["timestamp"], query["nonce"])
    encrypted = query.get("encrypt_type") == "aes"
    if encrypted:
        body = crypto_of(request).decrypt_message(
            body, query["msg_signature"], query["timestamp"], query["nonce"]
        )
    message = parse_message(body)
    reply = create_reply(request["reply"], message).render()
    if encrypted:
        reply = crypto_of(request).encrypt_message(reply, query["nonce"], query["timestamp"])
    return {
        "event": message._data["Event"],
        "event_key": message._data["EventKey"],
        "from": message.source,
        "body": to_text(reply),
    }


def filled(found):
    """The library has None for an element that is there and empty."""
    if isinstance(found, dict):
        return {name: filled(value) for name, value in found.items()}
    if isinstance(found, list):
        return [filled(value) for value in found]
    return "" if found is None else found


def group_of(found, names):
    return {element: found[name] for name, element in names.items() if name in found}


VIDEO = {"media_id": "MediaId", "title": "Title", "description": "Description"}
MUSIC = {
    "title": "Title",
    "description": "Description",
    "music_url": "MusicUrl",
    "hq_music_url": "HQMusicUrl",
    "thumb_media_id": "ThumbMediaId",
}
ARTICLE = {"title": "Title", "description": "Description", "image": "PicUrl", "url": "Url"}

# What a reply object has, under the names of the elements that it was read from.
MEMBERS = {
    "text": lambda reply: {"Content": reply.content},
    "image": lambda reply: {"Image": {"MediaId": reply.media_id}},
    "voice": lambda reply: {"Voice": {"MediaId": reply.media_id}},
    "video": lambda reply: {"Video": group_of(reply.video, VIDEO)},
    "music": lambda reply: {"Music": group_of(reply.music, MUSIC)},
    "news": lambda reply: {"Articles": {"item": [group_of(item, ARTICLE) for item in reply.articles]}},
    "transfer_customer_service": lambda reply: {},
    # The class for no reply says of itself that it is none.
    "unknown": lambda reply: {},
}


def members_of(reply):
    head = {"ToUserName": reply.target, "FromUserName": reply.source, "CreateTime": reply.time}
    return filled({**head, "MsgType": reply.type, **MEMBERS[reply.type](reply)})


def read_reply(request):
    """What WeChat does with a reply: verify and decrypt by what stands in it, parse."""
    body = request["body"]
    if request["sealed"]:
        envelope = xmltodict.parse(body)["xml"]
        signed = [envelope[name] for name in ("MsgSignature", "TimeStamp", "Nonce")]
        body = to_text(crypto_of(request).decrypt_message(body, *signed))
    elements = xmltodict.parse(body, force_list=("item",))["xml"]
    try:
        reply = members_of(deserialize_reply(body))
    except TypeError as error:
        reply = type(error).__name__
    return {"elements": filled(elements), "reply": reply}


def classify(request):
    """What kind of reply the library takes a body for that is no message."""
    return {"class": type(deserialize_reply(request["body"])).__name__}


OPERATIONS = {
    "sign": sign,
    "handshake": handshake,
    "seal": seal,
    "open": open_body,
    "answer": answer,
    "read_reply": read_reply,
    "classify": classify,
}


def answered(request):
    try:
        return OPERATIONS[request["op"]](request)
    except (WeChatException, ValueError, AssertionError) as error:
        return {"error": type(error).__name__}


# Bytes on both sides: the locale has no say.
requests = json.loads(sys.stdin.buffer.read().decode("utf-8"))
answers = [answered(request) for request in requests]
sys.stdout.buffer.write(json.dumps(answers).encode("utf-8"))
