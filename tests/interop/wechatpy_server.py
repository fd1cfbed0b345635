"""A developer's server with wechatpy for tests/replay_interop.rs. It prints its port and ends with its stdin.

It refuses what is older than five minutes, as servers do that fear replays, and answers duplicates with nothing.
Under /broken it has a bug.
"""

import json
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qsl, urlsplit

from wechatpy import create_reply, parse_message
from wechatpy.crypto import WeChatCrypto
from wechatpy.exceptions import WeChatException
from wechatpy.utils import check_signature

ACCOUNT = json.loads(sys.argv[2])
FRESH_SECONDS = 300
seen = set()
lock = threading.Lock()


def is_duplicate(message):
    """WeChat's own advice: MsgId, or user and time."""
    identity = getattr(message, "id", 0) or (message.source, str(message.create_time), message.type)
    with lock:
        known = identity in seen
        seen.add(identity)
    return known


def answer(path, query, body):
    check_signature(ACCOUNT["token"], query["signature"], query["timestamp"], query["nonce"])
    if abs(time.time() - int(query["timestamp"])) > FRESH_SECONDS:
        return 403, "stale"
    crypto = None
    if query.get("encrypt_type") == "aes":
        crypto = WeChatCrypto(ACCOUNT["token"], ACCOUNT["key"], ACCOUNT["app_id"])
        body = crypto.decrypt_message(body, query["msg_signature"], query["timestamp"], query["nonce"])
    message = parse_message(body)
    if is_duplicate(message):
        return 200, ""
    reply = create_reply("收到 %s" % getattr(message, "key", message.type), message)
    if path == "/broken":
        reply.target = "somebody else"
    rendered = reply.render()
    if crypto:
        rendered = crypto.encrypt_message(rendered, query["nonce"], query["timestamp"])
    return 200, rendered


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        url = urlsplit(self.path)
        body = self.rfile.read(int(self.headers["Content-Length"]))
        try:
            status, text = answer(url.path, dict(parse_qsl(url.query)), body)
        except WeChatException as error:
            status, text = 403, str(error)
        data = text.encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/xml")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *_):
        pass


server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
print(server.server_port, flush=True)
threading.Thread(target=server.serve_forever, daemon=True).start()
sys.stdin.read()
