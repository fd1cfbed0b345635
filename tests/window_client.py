#!/usr/bin/env python3
"""Looks at and clicks in a running window, for tests/real_window.sh; standard library only.

The window must be built with the cargo feature `inspection` and started with EGUI_INSPECTION=HOST:PORT.
It then answers over TCP: after an eight-byte greeting, each request and each answer is one MessagePack
value behind a four-byte length. Rust structs arrive as arrays in the order of their fields.

  window_client.py HOST:PORT resize WIDTH HEIGHT
  window_client.py HOST:PORT row SAMPLE.xml          wait until a row of the list shows this event
  window_client.py HOST:PORT click-row SAMPLE.xml    click that row
  window_client.py HOST:PORT field NAME VALUE        wait until the detail shows VALUE beside NAME
  window_client.py HOST:PORT no-field NAME VALUE     wait until it does not
  window_client.py HOST:PORT says TEXT               wait until something in the window says this, or begins with it
  window_client.py HOST:PORT gone TEXT               wait until nothing does
  window_client.py HOST:PORT click TEXT              click what says this
  window_client.py HOST:PORT tab N                   click the N-th screen of the rail, from 1
  window_client.py HOST:PORT key [Ctrl+]KEY          press a key: Escape, Enter, K …
  window_client.py HOST:PORT type TEXT               type into what has the focus
  window_client.py HOST:PORT settle                  wait until two looks at the window say the same
  window_client.py HOST:PORT shot FILE.png           save a picture of the window

Exit status: 0 done, 1 what was waited for did not come, 2 the window could not be reached.
"""
import re
import socket
import struct
import sys
import time

# Software rendering on a busy two-core machine takes its time; a window that works answers in well under a second.
PATIENCE_SECONDS = 30
POLL_SECONDS = 0.1
# A window with text in it compresses to several times this, an empty one of one colour to less.
SMALLEST_PICTURE_BYTES = 12_000
GREETING = b"eins" + struct.pack(">I", 1)
NO_MODIFIERS = [False] * 5


# --- MessagePack, as much as this conversation needs -------------------------------------------------------------

def pack(value):
    """One value as MessagePack bytes."""
    if value is None:
        return b"\xc0"
    if isinstance(value, bool):
        return b"\xc3" if value else b"\xc2"
    if isinstance(value, int):
        return struct.pack(">Bq", 0xD3, value)
    if isinstance(value, float):
        return struct.pack(">Bd", 0xCB, value)
    if isinstance(value, str):
        text = value.encode()
        return struct.pack(">BI", 0xDB, len(text)) + text
    if isinstance(value, (list, tuple)):
        return struct.pack(">BI", 0xDD, len(value)) + b"".join(map(pack, value))
    if isinstance(value, dict):
        pairs = (pack(key) + pack(item) for key, item in value.items())
        return struct.pack(">BI", 0xDF, len(value)) + b"".join(pairs)
    raise TypeError(f"cannot pack {type(value).__name__}")


class Unpacker:
    """Reads one value after another from MessagePack bytes."""

    NUMBERS = {0xCA: ">f", 0xCB: ">d", 0xCC: ">B", 0xCD: ">H", 0xCE: ">I", 0xCF: ">Q",
               0xD0: ">b", 0xD1: ">h", 0xD2: ">i", 0xD3: ">q"}
    LENGTHS = {0xC4: ("bin", ">B"), 0xC5: ("bin", ">H"), 0xC6: ("bin", ">I"),
               0xD9: ("str", ">B"), 0xDA: ("str", ">H"), 0xDB: ("str", ">I"),
               0xDC: ("array", ">H"), 0xDD: ("array", ">I"), 0xDE: ("map", ">H"), 0xDF: ("map", ">I")}

    def __init__(self, data):
        self.data, self.at = data, 0

    def take(self, count):
        piece = self.data[self.at:self.at + count]
        if len(piece) < count:
            raise ValueError("the answer ends in the middle of a value")
        self.at += count
        return piece

    def number(self, form):
        return struct.unpack(form, self.take(struct.calcsize(form)))[0]

    def sized(self, what, length):
        if what == "bin":
            return self.take(length)
        if what == "str":
            return self.take(length).decode()
        if what == "array":
            return [self.value() for _ in range(length)]
        return {self.value(): self.value() for _ in range(length)}

    def value(self):
        tag = self.take(1)[0]
        if tag < 0x80:
            return tag
        if tag >= 0xE0:
            return tag - 0x100
        if tag < 0x90:
            return self.sized("map", tag & 0x0F)
        if tag < 0xA0:
            return self.sized("array", tag & 0x0F)
        if tag < 0xC0:
            return self.sized("str", tag & 0x1F)
        if tag in (0xC0, 0xC2, 0xC3):
            return {0xC0: None, 0xC2: False, 0xC3: True}[tag]
        if tag in self.NUMBERS:
            return self.number(self.NUMBERS[tag])
        if tag in self.LENGTHS:
            what, form = self.LENGTHS[tag]
            return self.sized(what, self.number(form))
        raise ValueError(f"unexpected MessagePack tag {tag:#x}")


# --- The conversation --------------------------------------------------------------------------------------------

class Unreachable(Exception):
    """The window does not answer, or says that it cannot."""


class Node:
    """One element of the accessibility tree that has a text and a place."""

    def __init__(self, role, texts, bounds):
        self.role = role
        self.texts = texts
        self.left, self.top, self.right, self.bottom = bounds

    def says(self, text):
        return text in self.texts

    def holds_word(self, word):
        pattern = re.compile(r"(?<!\w)" + re.escape(word) + r"(?!\w)")
        return any(pattern.search(text) for text in self.texts)

    def centre(self):
        return [(self.left + self.right) / 2, (self.top + self.bottom) / 2]

    def on_line_with(self, other):
        """Whether the middle of the flatter of the two lies within the other's height."""
        flat, tall = sorted((self, other), key=lambda node: node.bottom - node.top)
        return tall.top <= (flat.top + flat.bottom) / 2 <= tall.bottom


class Window:
    """A connection to the running window."""

    def __init__(self, address):
        host, port = address.rsplit(":", 1)
        deadline = time.monotonic() + PATIENCE_SECONDS
        while True:
            try:
                self.socket = socket.create_connection((host, int(port)), timeout=PATIENCE_SECONDS)
                break
            except OSError as error:
                if time.monotonic() > deadline:
                    raise Unreachable(f"nothing answers at {address}: {error}") from error
                time.sleep(POLL_SECONDS)
        greeting = self.receive(len(GREETING))
        if greeting != GREETING:
            raise Unreachable(f"{address} greets with {greeting!r}, not with {GREETING!r}")

    def receive(self, count):
        data = bytearray()
        while len(data) < count:
            try:
                piece = self.socket.recv(count - len(data))
            except OSError as error:
                raise Unreachable(f"the window stopped answering: {error}") from error
            if not piece:
                raise Unreachable("the window closed the connection")
            data += piece
        return bytes(data)

    def ask(self, request):
        body = pack(request)
        self.socket.sendall(struct.pack(">I", len(body)) + body)
        (length,) = struct.unpack(">I", self.receive(4))
        answer = Unpacker(self.receive(length)).value()
        if isinstance(answer, dict) and "Error" in answer:
            raise Unreachable(f"the window says: {answer['Error']}")
        return answer

    def send_event(self, name, value):
        # One event a frame, as a hand would make them.
        self.ask({"ApplyEvents": [[{name: value}]]})

    def nodes(self):
        """Every node that has text, with each of its texts."""
        _step, _pixels_per_point, tree = self.ask("GetTree")["Tree"]
        if tree is None:
            return []
        found = []
        nodes = {node_id: node for node_id, node in tree[0] if node[0] != "textRun"}
        properties_of = {node_id: node[-1] for node_id, node in nodes.items()}
        for node_id, properties in properties_of.items():
            texts = [properties.get(name) for name in ("label", "value", "description", "placeholder")]
            for label_id in properties.get("labelledBy", []):
                label = properties_of.get(label_id, {})
                texts += [label.get("label"), label.get("value")]
            texts = [text.strip() for text in texts if isinstance(text, str) and text.strip()]
            if texts and "bounds" in properties:
                found.append(Node(nodes[node_id][0], texts, properties["bounds"]))
        return found

    def click(self, position):
        self.send_event("PointerMoved", position)
        for pressed in (True, False):
            self.send_event("PointerButton", [position, "Primary", pressed, NO_MODIFIERS])

    def press(self, stroke):
        *held, key = stroke.split("+")
        # Alt, Ctrl, Shift, Cmd, and the command key of the platform, which is Ctrl everywhere but on macOS.
        modifiers = ["Alt" in held, "Ctrl" in held, "Shift" in held, False, "Ctrl" in held]
        for pressed in (True, False):
            self.send_event("Key", [key, None, pressed, False, modifiers])

    def wait(self, what, look):
        """Polls until `look(nodes)` gives something, and gives it back."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while True:
            nodes = self.nodes()
            found = look(nodes)
            if found:
                return found
            if time.monotonic() > deadline:
                seen = "\n".join(f"  {' | '.join(node.texts)}" for node in nodes)
                sys.exit(f"window_client: after {PATIENCE_SECONDS} s {what} is not there; the window says:\n{seen}")
            time.sleep(POLL_SECONDS)


# --- What the test looks for -------------------------------------------------------------------------------------

def kind_and_key(sample):
    """The event's kind and its EventKey (None where there is none), read from its body."""
    with open(sample, encoding="utf-8") as file:
        body = file.read()

    def element(name):
        match = re.search(rf"<{name}>(?:<!\[CDATA\[(.*?)\]\]>|([^<]*))</{name}>", body, re.DOTALL)
        return match and (match.group(1) or match.group(2) or "").strip()

    kind = element("Event") or element("MsgType") or element("InfoType")
    if not kind:
        sys.exit(f"window_client: {sample} has no Event, MsgType or InfoType")
    return kind, element("EventKey") or None


def row(nodes, kind, key):
    """The node of the list's row that names this kind and, in itself or on the same line, this key."""
    # The detail, to the right of the list, names the kind as well: in its heading, and in the body as received.
    cells = [node for node in nodes if not any("<" in text or "\n" in text for text in node.texts)]
    rows = [
        cell for cell in cells
        if cell.holds_word(kind) and (
            key is None or cell.holds_word(key) or any(other.says(key) and other.on_line_with(cell) for other in cells)
        )
    ]
    return min(rows, key=lambda node: node.left, default=None)


def saying(nodes, text):
    """The node that says this text, else one that begins with it."""
    exact = next((node for node in nodes if node.says(text)), None)
    return exact or next((node for node in nodes if any(said.startswith(text) for said in node.texts)), None)


def screen(nodes, number):
    """The number-th button of the rail, from the top."""
    rail = sorted((node for node in nodes if node.role == "tab"), key=lambda node: (node.left, node.top))
    return rail[number - 1] if len(rail) >= number else None


def field(nodes, name, value):
    """Whether the value stands to the right of the name, or in one text with it."""
    together = re.compile(re.escape(name) + r"\W+" + re.escape(value))
    for node in nodes:
        if any(together.fullmatch(text) for text in node.texts):
            return True
        if node.says(name) and any(
            other.says(value) and other.left >= node.left and other.on_line_with(node) for other in nodes
        ):
            return True
    return False


def main(arguments):
    if len(arguments) < 2:
        sys.exit(__doc__)
    address, verb, *rest = arguments
    window = Window(address)
    if verb == "resize":
        window.ask({"Resize": [int(rest[0]), int(rest[1])]})
    elif verb in ("row", "click-row"):
        kind, key = kind_and_key(rest[0])
        node = window.wait(f"a row with {kind} and {key}", lambda nodes: row(nodes, kind, key))
        if verb == "click-row":
            window.click(node.centre())
    elif verb == "field":
        name, value = rest
        window.wait(f"{name} with {value} beside it", lambda nodes: field(nodes, name, value))
    elif verb == "no-field":
        name, value = rest
        window.wait(f"a window without {name} {value}", lambda nodes: nodes and not field(nodes, name, value))
    elif verb == "says":
        window.wait(f"{rest[0]!r}", lambda nodes: saying(nodes, rest[0]))
    elif verb == "gone":
        window.wait(f"a window without {rest[0]!r}", lambda nodes: nodes and not saying(nodes, rest[0]))
    elif verb == "click":
        window.click(window.wait(f"{rest[0]!r}", lambda nodes: saying(nodes, rest[0])).centre())
    elif verb == "tab":
        window.click(window.wait(f"screen {rest[0]}", lambda nodes: screen(nodes, int(rest[0]))).centre())
    elif verb == "key":
        window.press(rest[0])
    elif verb == "type":
        window.send_event("Text", rest[0])
    elif verb == "settle":
        former = []

        def rests(nodes):
            now = [(node.texts, node.left, node.top) for node in nodes]
            is_same = bool(nodes) and former == now
            former[:] = now
            return is_same

        window.wait("a window that rests", rests)
    elif verb == "shot":
        (width, height), picture = window.ask({"GetScreenshot": [None]})["Screenshot"]
        with open(rest[0], "wb") as file:
            file.write(picture)
        if len(picture) < SMALLEST_PICTURE_BYTES:
            sys.exit(f"window_client: {rest[0]} has {len(picture)} bytes: hardly anything was drawn")
        print(f"{rest[0]}: {width} x {height}")
    else:
        sys.exit(__doc__)


if __name__ == "__main__":
    try:
        main(sys.argv[1:])
    except Unreachable as error:
        print(f"window_client: {error}", file=sys.stderr)
        sys.exit(2)
