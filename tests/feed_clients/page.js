// Opens the feed's page in headless Chromium: page.js MODULES URL COUNT PICTURES. Says "ready" once all five ways follow,
// then waits until each has shown so many events, looks at what is on the page, and takes pictures of it.
"use strict";
const { spawn } = require("node:child_process");
const fs = require("node:fs");
const http = require("node:http");
const os = require("node:os");
const path = require("node:path");

const [modules, url, count, pictures] = process.argv.slice(2);
const { WebSocket } = require(path.join(modules, "node_modules", "ws"));
const port = new URL(url).port;
const profile = fs.mkdtempSync(path.join(os.tmpdir(), "feed-page-"));
const program = process.env.CHROMIUM || "chromium";
const browser = spawn(program, [
  "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run", "--hide-scrollbars",
  "--remote-debugging-port=0", `--user-data-dir=${profile}`, "--host-resolver-rules=MAP evil.test 127.0.0.1", "about:blank",
], { stdio: ["ignore", "ignore", "pipe"], detached: true });

function fail(reason) {
  console.error(`page: ${reason}`);
  process.exitCode = 1;
  close();
}
function close() {
  // With all of its processes: they would go on writing into the profile.
  try { process.kill(-browser.pid, "SIGKILL"); } catch { /* It has ended already. */ }
  browser.once("exit", () => { fs.rmSync(profile, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 }); process.exit(); });
}
browser.on("error", (error) => { console.error(`page: ${program} does not start: ${error.message}`); process.exit(1); });
setTimeout(() => fail("it took longer than two minutes"), 120_000).unref();

function endpoint() {
  return new Promise((resolve, reject) => {
    let said = "";
    browser.stderr.on("data", (more) => {
      said += more;
      const found = said.match(/DevTools listening on (ws:\S+)/);
      if (found) resolve(found[1]);
    });
    browser.on("exit", () => reject(new Error(`Chromium has ended: ${said}`)));
  });
}

// A tab, driven by the DevTools protocol; what goes wrong in it is collected.
class Tab {
  constructor(socket, session) { Object.assign(this, { socket, session, waiting: new Map(), wrong: [] }); }
  static async open(address) {
    const socket = new WebSocket(address);
    await new Promise((resolve, reject) => { socket.on("open", resolve); socket.on("error", reject); });
    const tab = new Tab(socket);
    socket.on("message", (data) => tab.heard(JSON.parse(data)));
    const { targetId } = await tab.call("Target.createTarget", { url: "about:blank" });
    tab.session = (await tab.call("Target.attachToTarget", { targetId, flatten: true })).sessionId;
    for (const domain of ["Page", "Runtime", "Log"]) await tab.call(`${domain}.enable`);
    return tab;
  }
  heard({ id, result, error, method, params }) {
    if (id) {
      const [resolve, reject] = this.waiting.get(id);
      this.waiting.delete(id);
      return error ? reject(new Error(error.message)) : resolve(result);
    }
    if (method === "Runtime.exceptionThrown") this.wrong.push(params.exceptionDetails.exception?.description ?? params.exceptionDetails.text);
    if (method === "Log.entryAdded" && params.entry.level === "error") this.wrong.push(params.entry.text);
    if (method === "Runtime.bindingCalled") this.wrong.push(params.payload);
  }
  call(method, params = {}) {
    const id = (this.last = (this.last ?? 0) + 1);
    this.socket.send(JSON.stringify({ id, method, params, sessionId: this.session }));
    return new Promise((resolve, reject) => this.waiting.set(id, [resolve, reject]));
  }
  async evaluate(expression) {
    const { result, exceptionDetails } = await this.call("Runtime.evaluate", { expression, awaitPromise: true, returnByValue: true });
    if (exceptionDetails) throw new Error(exceptionDetails.exception?.description ?? exceptionDetails.text);
    return result.value;
  }
  async until(what, expression) {
    for (let attempt = 0; attempt < 900; attempt += 1) {
      const value = await this.evaluate(expression);
      if (value) return value;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    throw new Error(`never came: ${what}; the page says ${await this.evaluate("document.body.innerText")}; ${this.wrong}`);
  }
  async picture(name) {
    const { data } = await this.call("Page.captureScreenshot", { format: "png" });
    fs.writeFileSync(path.join(pictures, name), Buffer.from(data, "base64"));
  }
  async size(width, height, mobile) {
    await this.call("Emulation.setDeviceMetricsOverride", { width, height, deviceScaleFactor: mobile ? 2 : 1, mobile });
    const fits = await this.until("a layout", "document.documentElement.scrollWidth <= innerWidth ? 'fits' : 'wider: ' + document.documentElement.scrollWidth");
    if (fits !== "fits") throw new Error(`${width} points: the page is ${fits}`);
  }
}

function check(what, is, wanted) {
  if (JSON.stringify(is) !== JSON.stringify(wanted)) throw new Error(`${what}: ${JSON.stringify(is)}, not ${JSON.stringify(wanted)}`);
}

const WAYS = ["polling", "long", "iframe", "stream", "socket"];
const cell = (way, index) => `document.getElementById("row-${way}")?.cells[${index}].textContent`;
const all = (index) => `[${WAYS.map((way) => cell(way, index)).join()}]`;

// Somebody else's page, and a name that leads to this computer for the moment, read nothing.
async function strangers(tab) {
  const server = http.createServer((_, answer) => answer.end("<!doctype html><title>stranger</title>")).listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  const read = `Promise.all([
    fetch("${url}/events?after=0").then((a) => a.text(), () => "refused"),
    fetch("${url}/events?after=0", { mode: "no-cors" }).then((a) => a.text(), () => "refused"),
    new Promise((end) => { const s = new EventSource("${url}/events/stream?after=0"); s.addEventListener("captured", () => end("read")); s.onerror = () => { s.close(); end("refused"); }; }),
    new Promise((end) => { const s = new WebSocket("${url.replace("http", "ws")}/events/socket?after=0"); s.onmessage = () => end("read"); s.onclose = () => end("refused"); }),
    new Promise((end) => { window.captured = () => end("read"); const f = document.createElement("iframe"); f.onload = () => end("refused"); f.src = "${url}/events/stream?after=0&as=iframe"; document.body.append(f); }),
  ])`;
  for (const origin of [`http://127.0.0.1:${server.address().port}/`, `http://localhost:${server.address().port}/`]) {
    await tab.call("Page.navigate", { url: origin });
    await tab.until("the stranger's page", "document.title === 'stranger'");
    for (const got of await tab.evaluate(read)) if (!["refused", ""].includes(got)) throw new Error(`${origin} has read ${got}`);
  }
  await tab.call("Page.navigate", { url: `http://evil.test:${port}/events?after=0` });
  const rebound = await tab.until("an answer to evil.test", "document.body && document.body.innerText");
  if (!rebound.includes("error") || rebound.includes("EventKey")) throw new Error(`evil.test has read ${rebound}`);
  server.close();
}

async function main() {
  const tab = await Tab.open(await endpoint());
  await tab.call("Page.navigate", { url: `${url}/#way=all&lang=en&after=0` });
  await tab.until("all five ways follow", `${all(1)}.every((requests) => Number(requests) > 0)`);
  console.log("ready");
  await tab.until(`${count} events by each way`, `${all(3)}.every((events) => Number(events) === ${count})`);
  check("events on the page, newest first", await tab.evaluate("[...document.querySelectorAll('#events > li')].map((item) => Number(item.dataset.id))"),
    Array.from({ length: Number(count) }, (_, index) => Number(count) - index).slice(0, 300));
  for (const way of WAYS) {
    const [bytes, delay] = await tab.evaluate(`[${cell(way, 2)}, ${cell(way, 4)}]`);
    if (Number(bytes.replaceAll(",", "")) < 1000 * Number(count) / 2 || !/^\d+ ms$/.test(delay)) throw new Error(`${way}: ${bytes} bytes, ${delay}`);
  }
  check("text from outside has become HTML", await tab.evaluate("[window.hacked ?? null, document.querySelectorAll('img').length]"), [null, 0]);
  await tab.evaluate("document.querySelector('#events details').open = true");
  await tab.until("the event in full", "document.querySelector('#events pre')?.textContent.includes('\"request\"')");
  await tab.size(1280, 1000, false);
  await tab.picture("feed-page.png");
  await tab.evaluate("document.getElementById('language').click(); document.querySelector('#events details').open = false");
  check("language", await tab.evaluate("[document.documentElement.lang, document.title]"), ["zh-CN", "menuscope：实时事件"]);
  await tab.size(390, 844, true);
  await tab.picture("feed-page-phone.png");
  // A mistake in the filter is said on the page, and a good one finds what it should, by another way.
  await tab.evaluate("document.getElementById('language').click(); document.querySelector('input[value=long]').click(); document.getElementById('filter').value = 'evnt:x'; document.querySelector('#ask [type=submit]').click()");
  await tab.until("the mistake", "document.getElementById('state').textContent.includes('event:')");
  await tab.evaluate("document.getElementById('filter').value = 'key:last'; document.querySelector('#ask [type=submit]').click(); document.getElementById('earlier').click()");
  await tab.until("the one that the filter finds", "document.querySelectorAll('#events > li').length === 1");
  await tab.until("the state", "!document.getElementById('state').classList.contains('bad')");
  // The refused filter is an answer 400, which browsers log.
  const wrong = tab.wrong.filter((text) => !text.includes("400"));
  check("errors in the browser", wrong, []);
  await strangers(tab);
  console.log("done");
}
main().then(close, (error) => fail(error.stack));
