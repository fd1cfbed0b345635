// Follows the feed in one way until so many events have come: follow.js MODULES WAY URL COUNT [FILTER]. Prints their numbers.
"use strict";
const path = require("node:path");

const [modules, way, url, count, filter = ""] = process.argv.slice(2);
const installed = (name) => require(path.join(modules, "node_modules", name));
const ids = [];
const after = () => (ids.length > 0 ? ids[ids.length - 1] : 0);
const query = (parameters) => new URLSearchParams({ filter, ...parameters }).toString();
const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

// Node has both of its own from version 22 on.
const SomeEventSource = globalThis.EventSource ?? installed("eventsource").EventSource;
const SomeWebSocket = globalThis.WebSocket ?? installed("ws").WebSocket;

function end() {
  console.log(JSON.stringify(ids));
  process.exit(0);
}

function take(event) {
  ids.push(event.id);
  if (ids.length === Number(count)) end();
}

const WAYS = {
  async polling() {
    for (let next = 0; ; ) {
      try {
        const answer = await fetch(`${url}/events?${query({ after: next })}`);
        // The listener is closing, and comes back.
        if (answer.status === 503) {
          await pause(50);
          continue;
        }
        if (!answer.ok) throw new Error(await answer.text());
        const told = await answer.json();
        told.events.forEach(take);
        next = told.next;
      } catch (error) {
        if (!(error instanceof TypeError)) throw error;
      }
      await pause(20);
    }
  },
  // It connects anew by itself, and says where it was.
  stream() {
    const source = new SomeEventSource(`${url}/events/stream?${query({ after: 0 })}`);
    source.addEventListener("captured", (message) => {
      const event = JSON.parse(message.data);
      if (String(event.id) !== message.lastEventId) throw new Error(`id ${message.lastEventId} with event ${event.id}`);
      take(event);
    });
  },
  socket() {
    const socket = new SomeWebSocket(`${url.replace("http", "ws")}/events/socket?${query({ after: after() })}`);
    socket.addEventListener("message", (message) => take(JSON.parse(message.data)));
    socket.addEventListener("error", () => {});
    socket.addEventListener("close", () => setTimeout(WAYS.socket, 50));
  },
};
WAYS[way]();
