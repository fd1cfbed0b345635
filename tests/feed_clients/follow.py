"""Follows the feed in one way until so many events have come: follow.py WAY URL COUNT [FILTER]. Prints their numbers."""

import json
import sys
import time

import httpx
from websockets.exceptions import WebSocketException
from websockets.sync.client import connect

WAY, URL, COUNT = sys.argv[1], sys.argv[2], int(sys.argv[3])
FILTER = sys.argv[4] if len(sys.argv) > 4 else ""
ids = []


def parameters(more):
    return {"after": ids[-1] if ids else 0, "filter": FILTER, **more}


def long_polling(client):
    after = 0
    while len(ids) < COUNT:
        try:
            answer = client.get(f"{URL}/events", params={"after": after, "filter": FILTER, "wait": "20s"})
        except httpx.TransportError:
            time.sleep(0.05)
            continue
        if answer.status_code == 503:  # The listener is closing, and comes back.
            time.sleep(0.05)
            continue
        told = answer.raise_for_status().json()
        ids.extend(event["id"] for event in told["events"])
        after = told["next"]


def stream(client):
    while len(ids) < COUNT:
        try:
            headers = {"Accept": "text/event-stream"}
            with client.stream("GET", f"{URL}/events/stream", params=parameters({}), headers=headers) as answer:
                if answer.status_code == 503:
                    time.sleep(0.05)
                    continue
                answer.raise_for_status()
                for line in answer.iter_lines():
                    if line.startswith("data: "):
                        ids.append(json.loads(line[6:])["id"])
                        if len(ids) == COUNT:
                            return
        except httpx.TransportError:
            time.sleep(0.05)


def socket(_client):
    while len(ids) < COUNT:
        query = httpx.QueryParams(parameters({}))
        try:
            with connect(f"{URL.replace('http', 'ws', 1)}/events/socket?{query}") as events:
                for frame in events:
                    ids.append(json.loads(frame)["id"])
                    if len(ids) == COUNT:
                        return
        except (OSError, WebSocketException):
            time.sleep(0.05)


with httpx.Client(timeout=60, trust_env=False) as client:
    {"long polling": long_polling, "stream": stream, "socket": socket}[WAY](client)
print(json.dumps(ids))
