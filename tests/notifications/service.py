"""A notification service for tests: prints each notification as a line of JSON, and clicks it soon afterwards."""

import json
import sys
import threading
import time

from jeepney import DBusAddress, HeaderFields, MessageType, message_bus, new_method_return, new_signal
from jeepney.io.blocking import open_dbus_connection

NAME = "org.freedesktop.Notifications"
PATH = "/org/freedesktop/Notifications"

# The client asks to be told of clicks once it has the number: a click before that would be lost.
CLICK_AFTER = [0.3, 0.6]


def main():
    connection = open_dbus_connection(bus="SESSION")
    connection.send_and_get_reply(message_bus.RequestName(NAME))
    lock = threading.Lock()
    here = DBusAddress(PATH, bus_name=NAME, interface=NAME)

    def click(number):
        for wait in CLICK_AFTER:
            time.sleep(wait)
            with lock:
                connection.send(new_signal(here, "ActionInvoked", "us", (number, "default")))

    print("ready", flush=True)
    number = 0
    while True:
        message = connection.receive()
        if message.header.message_type != MessageType.method_call:
            continue
        member = message.header.fields[HeaderFields.member]
        if member == "GetServerInformation":
            answer = new_method_return(message, "ssss", ("test", "test", "1", "1.2"))
        elif member == "GetCapabilities":
            answer = new_method_return(message, "as", (["actions", "body"],))
        elif member == "Notify":
            number += 1
            app, _, _, title, body, actions, hints, _ = message.body
            line = {"app": app, "title": title, "body": body, "actions": actions, "hints": sorted(hints)}
            print(json.dumps(line), flush=True)
            answer = new_method_return(message, "u", (number,))
            threading.Thread(target=click, args=(number,), daemon=True).start()
        else:
            answer = new_method_return(message)
        with lock:
            connection.send(answer)


try:
    main()
except (ConnectionError, OSError, KeyboardInterrupt):
    sys.exit(0)
