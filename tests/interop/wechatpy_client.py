"""The other end of tests/interop.rs in Python: an array of requests on stdin, of answers on stdout."""

import json
import sys

from wechatpy import create_reply, parse_message
from wechatpy.crypto import PrpCrypto, WeChatCrypto, _get_signature
from wechatpy.exceptions import WeChatException
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


OPERATIONS = {
    "sign": sign,
    "handshake": handshake,
    "seal": seal,
    "open": open_body,
    "answer": answer,
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
