// The other end of tests/interop.rs and reply_interop.rs in Node: an array of requests on stdin, of answers on stdout.
'use strict';

const fs = require('fs');
const path = require('path');

// The libraries lie where tests/setup.sh has put them, which is where the test says.
const modules = path.join(process.argv[2], 'node_modules');
const WXBizMsgCrypt = require(path.join(modules, 'wechat-crypto'));
const wechat = require(path.join(modules, 'co-wechat'));
const xml2js = require(path.join(modules, 'xml2js'));

const cryptoOf = (request) => new WXBizMsgCrypt(request.token, request.key, request.app_id);

// Runs co-wechat's middleware as Koa would.
async function served(request, method, handle) {
  const config = { token: request.token, appid: request.app_id, encodingAESKey: request.key };
  const ctx = { method, query: request.query, request: { body: request.body } };
  await wechat(config).middleware(handle)(ctx);
  if (ctx.status) {
    return { error: `${ctx.status} ${ctx.body}` };
  }
  return { body: ctx.body };
}

// The children of the root, as xml2js reads them if nobody asks it to trim.
function elementsOf(xml) {
  let found;
  xml2js.parseString(xml, { explicitArray: false, async: false }, (error, tree) => {
    if (error) {
      throw error;
    }
    found = tree.xml;
  });
  return listed(found);
}

// An only article as the list that it is.
function listed(found) {
  const { Articles: articles } = found;
  return articles ? { ...found, Articles: { item: [].concat(articles.item) } } : found;
}

const operations = {
  handshake: (request) => served(request, 'GET'),

  // Encrypts as the platform would.
  seal(request) {
    const crypto = cryptoOf(request);
    const encrypt = crypto.encrypt(request.message);
    const signature = crypto.getSignature(request.timestamp, request.nonce, encrypt);
    return { encrypt, msg_signature: signature };
  },

  // Verifies and decrypts; the library leaves taking the body apart to others.
  open(request) {
    const crypto = cryptoOf(request);
    const computed = crypto.getSignature(request.timestamp, request.nonce, request.encrypt);
    if (computed !== request.msg_signature) {
      return { error: 'signature' };
    }
    const { message, id } = crypto.decrypt(request.encrypt);
    return { message, id };
  },

  // What a server does: verify, decrypt, parse, reply, encrypt.
  async answer(request) {
    let seen = {};
    const answered = await served(request, 'POST', async (message) => {
      seen = { event: message.Event, event_key: message.EventKey, from: message.FromUserName };
      return request.reply;
    });
    return { ...seen, ...answered };
  },

  // What WeChat does with a reply: verify and decrypt by what stands in it, parse. co-wechat reads messages only, in
  // the same way, and so takes the reply for one.
  async read_reply(request) {
    let { query, body: opened } = request;
    if (request.sealed) {
      const envelope = elementsOf(request.body);
      query = {
        encrypt_type: 'aes',
        msg_signature: envelope.MsgSignature,
        timestamp: envelope.TimeStamp,
        nonce: envelope.Nonce,
      };
      opened = cryptoOf(request).decrypt(envelope.Encrypt).message;
    }
    let message = {};
    const answered = await served({ ...request, query }, 'POST', async (read) => {
      message = read;
      return '';
    });
    return { ...answered, elements: elementsOf(opened), reply: listed(message) };
  },
};

async function main() {
  const answers = [];
  for (const request of JSON.parse(fs.readFileSync(0, 'utf8'))) {
    try {
      answers.push(await operations[request.op](request));
    } catch (error) {
      answers.push({ error: error.name });
    }
  }
  fs.writeSync(1, JSON.stringify(answers));
}

main();
