// Callbacks that WeChat posted, as tests: each is verified, decrypted and read by co-wechat, then given to your code.
//
//     npm install
//     npm test                                           # node:test; `npm run jest` runs the same file with Jest
//     MENUSCOPE_TO=http://127.0.0.1:3000/wx npm test     # posts them to your server, too
//
// The callbacks lie in callbacks/, a folder each. An export with pseudonyms brings the token and the key that verify
// and decrypt them; for any other they come from MENUSCOPE_TOKEN, MENUSCOPE_AES_KEY and MENUSCOPE_APP_ID.
// What cannot be checked is skipped, and its name or its line says why. To renew the callbacks and keep what you have
// written here: menuscope export --format pack --out callbacks
//
// Answers are compared with the recorded ones by element, without those that "ignored" in manifest.json names, where your
// server, a rule or a person made them. MENUSCOPE_COMPARE=0 leaves that out; =1 compares in an export with pseudonyms,
// too, whose texts are others; =all also with menuscope's own "success".
'use strict';

const assert = require('node:assert/strict');
const fs = require('node:fs');
const path = require('node:path');

const wechat = require('co-wechat');
const WXBizMsgCrypt = require('wechat-crypto');

/** Your code goes here: what does it answer to this message? Whatever co-wechat takes; '' is no answer. */
async function handle(message) {
  return '';
}

const isJest = typeof jest !== 'undefined';
const { describe, test } = isJest ? globalThis : require('node:test');

const PACK = path.join(__dirname, 'callbacks');
const manifest = JSON.parse(fs.readFileSync(path.join(PACK, 'manifest.json'), 'utf8'));
const published = manifest.published || {};
const TOKEN = published.token || process.env.MENUSCOPE_TOKEN;
const AES_KEY = published.encoding_aes_key || process.env.MENUSCOPE_AES_KEY;
const APP_ID = process.env.MENUSCOPE_APP_ID;
const SERVER = process.env.MENUSCOPE_TO;
const COMPARE = process.env.MENUSCOPE_COMPARE || (manifest.published ? '0' : '1');
const IGNORED = manifest.ignored || ['CreateTime'];
const MILLISECONDS = 5000; // WeChat waits no longer for an answer.

/** One recorded request. */
class Callback {
  constructor(entry) {
    this.entry = entry;
    this.folder = path.join(PACK, entry.folder);
    const request = this.read('request.http');
    const end = request.indexOf('\r\n\r\n');
    const [requestLine, ...headers] = request.subarray(0, end).toString('latin1').split('\r\n');
    this.body = request.subarray(end + 4);
    const [method, target] = requestLine.split(' ');
    this.method = method;
    this.headers = new Map(headers.map((header) => header.split(/: (.*)/s, 2)));
    this.queryString = target.split('?').slice(1).join('?');
    // Of a parameter that comes twice, the first counts.
    this.query = Object.fromEntries([...new URLSearchParams(this.queryString)].reverse());
    this.isHandshake = entry.kind === 'handshake';
    this.isEncrypted = entry.mode !== 'plain';
    this.isRefused = entry.signature === 'invalid' || entry.signature === 'missing';
    this.isJson = entry.message === 'body.json';
    this.appId = entry.app_id || APP_ID;
  }

  read(name) {
    return fs.readFileSync(path.join(this.folder, name));
  }

  /** The answer to compare with; undefined where there is none, or it is not to be compared. */
  get recordedAnswer() {
    const { reply } = this.entry;
    if (COMPARE === '0' || this.isHandshake || !reply || reply.status !== 200) return undefined;
    if (COMPARE !== 'all' && ['default', 'none'].includes(reply.source)) return undefined;
    return this.read(reply.body).toString('utf8');
  }

  /** Every element of the message by its official name, its text exactly as it was sent. */
  get fields() {
    return JSON.parse(this.read('decoded.json').toString('utf8')).fields;
  }

  crypto() {
    return new WXBizMsgCrypt(TOKEN, AES_KEY, this.appId);
  }

  /** Gives the request to co-wechat, as Koa would. */
  async serve(handler, trusted = false) {
    const encodingAESKey = this.isEncrypted ? AES_KEY : undefined;
    const config = { token: TOKEN || 'none', appid: this.appId, encodingAESKey };
    const ctx = { method: this.method, query: this.query, request: { body: this.body.toString('utf8') } };
    await wechat(config, trusted).middleware(handler)(ctx);
    return ctx;
  }
}

/** Why a request cannot be verified here, if it cannot. */
function unverifiable(callback) {
  const { entry, query } = callback;
  if (!TOKEN) return 'MENUSCOPE_TOKEN is not set, and the pack does not publish it';
  if (entry.signature === 'unchecked') {
    return 'no token was known when it was recorded: what its signature is worth is open';
  }
  if (callback.isHandshake) return undefined;
  if (callback.isEncrypted && !AES_KEY) return 'MENUSCOPE_AES_KEY is not set, and the pack does not publish it';
  if (callback.isEncrypted && !callback.appId) return 'MENUSCOPE_APP_ID is not set, and the pack does not publish it';
  if (callback.isEncrypted !== (query.encrypt_type === 'aes' && Boolean(query.msg_signature))) {
    return 'its query and its body disagree about whether it is encrypted, and co-wechat goes by the query';
  }
  return undefined;
}

/** Why there is no message to compare, if there is none. */
function unreadable(callback) {
  const { entry } = callback;
  if (callback.isHandshake) return 'a handshake has no message';
  if (entry.body_length !== undefined) return 'only the beginning of its body was kept';
  if (entry.kind === 'unreadable' || !entry.message) return 'no message could be read when it was recorded';
  if (callback.isRefused) return 'its signature is wrong: your server never gets to the message';
  return undefined;
}

/** Why co-wechat cannot read the message, if it cannot. */
function unparsable(callback) {
  return unreadable(callback)
    || (callback.isJson && 'the message is JSON, and co-wechat reads XML only')
    || (callback.isEncrypted && unverifiable(callback));
}

/** A test, or the reason why there is none. */
function check(name, reason, body) {
  if (reason && isJest) test.skip(`${name}: ${reason}`, body);
  else if (reason) test(name, { skip: reason }, body);
  else if (isJest) test(name, body, 2 * MILLISECONDS);
  else test(name, body);
}

test('the pack is one that this file reads', () => {
  assert.equal(manifest.menuscope, 1);
});

for (const callback of manifest.events.map((entry) => new Callback(entry))) {
  describe(callback.entry.folder, () => {
    if (callback.isRefused) {
      check('is refused', unverifiable(callback), async () => {
        const ctx = await callback.serve(() => assert.fail('its signature is wrong'));
        assert.equal(ctx.status, 401);
      });
    } else if (callback.isHandshake) {
      check('is answered with its echostr', unverifiable(callback), async () => {
        const ctx = await callback.serve(() => assert.fail('a handshake has no message'));
        assert.equal(ctx.body, callback.query.echostr);
      });
    } else {
      checkMessage(callback);
    }
    checkServer(callback);
  });
}

function checkMessage(callback) {
  const { entry } = callback;

  check('is genuine', unverifiable(callback) || unparsable(callback), async () => {
    const ctx = await callback.serve(async () => '');
    assert.equal(ctx.status, undefined, ctx.body);
  });

  check('holds the message', unreadable(callback) || (callback.isEncrypted && unverifiable(callback)), () => {
    if (!callback.isEncrypted) {
      assert.deepEqual(callback.body, callback.read(entry.message));
      return;
    }
    const { timestamp, nonce, msg_signature: signature } = callback.query;
    const encrypted = encryptedPart(callback);
    assert.equal(callback.crypto().getSignature(timestamp, nonce, encrypted), signature);
    const { message, id } = callback.crypto().decrypt(encrypted);
    assert.equal(message, callback.read(entry.message).toString('utf8'));
    // Neither co-wechat nor wechat-crypto looks whom it is for.
    assert.equal(id, callback.appId);
  });

  check('says what was recorded', unparsable(callback), async () => {
    let message;
    // A plain message is read without a token, too.
    await callback.serve(async (read) => { message = read; return ''; }, !callback.isEncrypted);
    assert.deepEqual(clean(message), clean(callback.fields));
  });

  const unanswerable = unparsable(callback) || (!callback.fields.FromUserName && 'it comes from no user');
  check('is answered by your handler', unanswerable, async () => {
    const ctx = await callback.serve(handle, !callback.isEncrypted);
    assert.equal(ctx.status, undefined, ctx.body);
    if (ctx.body) {
      const answer = callback.isEncrypted ? callback.crypto().decrypt(ctx.body.match(ENCRYPT)[1]).message : ctx.body;
      // Back to where it came from.
      assert.ok(answer.includes(`<ToUserName><![CDATA[${callback.fields.FromUserName}]]>`), answer);
      assert.ok(answer.includes(`<FromUserName><![CDATA[${callback.fields.ToUserName}]]>`), answer);
      compare(callback, answer);
    }
  });
}

function checkServer(callback) {
  const reason = (!SERVER && 'MENUSCOPE_TO is not set: the URL of your server')
    || (callback.isRefused && 'its signature is wrong: your server should refuse it, in whichever way it does')
    || (callback.entry.body_length !== undefined && 'only the beginning of its body was kept');
  // A server that checks how old a timestamp is wants it made anew: `menuscope replay --mode resign --to URL`.
  check('is answered by your server', reason, async () => {
    const response = await fetch(`${SERVER}${SERVER.includes('?') ? '&' : '?'}${callback.queryString}`, {
      method: callback.method,
      // The last header names the sender in the record of a menuscope on the way.
      headers: { 'Content-Type': callback.headers.get('content-type') || 'text/xml', 'X-Menuscope': 'test' },
      body: callback.method === 'POST' ? callback.body : undefined,
      redirect: 'manual',
      signal: AbortSignal.timeout(MILLISECONDS),
    });
    const answer = await response.text();
    assert.equal(response.status, 200);
    if (callback.isHandshake) assert.equal(answer, callback.query.echostr);
    else if (callback.recordedAnswer !== undefined) compare(callback, plaintext(callback, answer));
  });
}

/** An answer without its encryption. */
function plaintext(callback, answer) {
  const encrypted = callback.isEncrypted && answer.match(ENCRYPT);
  return encrypted ? callback.crypto().decrypt(encrypted[1]).message : answer;
}

/** Compares an answer with the recorded one: by element where both are messages, else as texts. */
function compare(callback, answer) {
  const recorded = callback.recordedAnswer;
  if (recorded === undefined) return;
  const [was, found] = [leaves(recorded), leaves(answer)];
  if (was && found) assert.deepEqual(found, was);
  else assert.equal(answer, recorded);
}

/** The texts of a reply by their paths, without what is ignored; undefined for what is no message. */
function leaves(text) {
  const root = { name: '', children: [], text: '' };
  const open = [root];
  const token = /<!\[CDATA\[([^]*?)\]\]>|<\/([^\s>]+)\s*>|<([^\s>/!?][^\s>/]*)[^>]*?(\/?)>|<[!?][^>]*>|([^<]+)/g;
  for (const [, cdata, closed, opened, empty, plain] of text.matchAll(token)) {
    const innermost = open[open.length - 1];
    if (opened !== undefined) {
      const element = { name: opened, children: [], text: '' };
      innermost.children.push(element);
      if (!empty) open.push(element);
    } else if (closed !== undefined) {
      if (closed !== innermost.name) return undefined;
      open.pop();
    } else {
      innermost.text += cdata !== undefined ? cdata : plain === undefined ? '' : unescaped(plain);
    }
  }
  if (open.length !== 1 || root.children.length !== 1 || root.text.trim() !== '') return undefined;
  const found = {};
  const walk = (element, path) => element.children.forEach((child, index) => {
    const alike = (children) => children.filter(({ name }) => name === child.name).length;
    if (IGNORED.includes(child.name)) return;
    const many = alike(element.children) > 1;
    const place = path + child.name + (many ? `[${alike(element.children.slice(0, index + 1))}]` : '');
    if (child.children.length) walk(child, `${place}/`);
    else found[place] = child.text;
  });
  walk(root.children[0], '');
  return found;
}

function unescaped(text) {
  const named = { lt: '<', gt: '>', amp: '&', quot: '"', apos: "'" };
  return text.replace(/&(?:#x([0-9a-f]+)|#(\d+)|(\w+));/gi, (whole, hex, digits, name) => (
    name ? named[name] || whole : String.fromCodePoint(hex ? parseInt(hex, 16) : Number(digits))
  ));
}

const ENCRYPT = /<Encrypt>\s*(?:<!\[CDATA\[)?([^\]<]*)/;

function encryptedPart(callback) {
  const body = callback.body.toString('utf8');
  return callback.isJson ? JSON.parse(body).Encrypt : body.match(ENCRYPT)[1];
}

/**
 * Elements as they can be compared: co-wechat trims texts, hands over PicLists as they come, and keeps neither a text
 * that is repeated nor one that stands beside elements.
 */
function clean(value) {
  if (typeof value === 'string') return value.trim();
  const members = {};
  for (const [name, child] of Object.entries(value)) {
    const found = name === 'PicList' ? pictures(child) : child;
    const cleaned = Array.isArray(found) ? found.filter(isObject).map(clean) : clean(found);
    if (name !== '#text' && isFilled(cleaned)) members[name] = cleaned;
  }
  return members;
}

/** The items of one PicList or several, of which each may hold none, one or several. */
function pictures(lists) {
  return [].concat(lists).flatMap((list) => (list.item === undefined ? list : list.item));
}

/** Whether a text has a letter, a list an entry, or an element a child. */
function isFilled(value) {
  return Object.keys(value).length !== 0;
}

function isObject(value) {
  return typeof value === 'object' && isFilled(value);
}
