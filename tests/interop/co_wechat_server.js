// A developer's server for tests/forward.rs: co-wechat under /wx, and paths that misbehave. It prints its port, then a
// line of JSON for each request that it sees, and ends with its stdin.
'use strict';

const http = require('http');
const path = require('path');

const wechat = require(path.join(process.argv[2], 'node_modules', 'co-wechat'));
const account = JSON.parse(process.argv[3]);

const middleware = wechat({
  token: account.token,
  appid: account.app_id,
  encodingAESKey: account.key,
}).middleware(async (message) => account.replies[message.Event] || '');

// Calls the middleware as Koa would, and writes what Koa would.
async function served(request, url, body) {
  const query = Object.fromEntries(url.searchParams);
  const ctx = { method: request.method, query, request: { body: body.toString('utf8') } };
  await middleware(ctx);
  return { status: ctx.status || 200, type: ctx.type || 'text/plain; charset=utf-8', body: ctx.body };
}

// What Express shows for an exception.
const PAGE = `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<title>Error</title>
</head>
<body>
<pre>TypeError: Cannot read property &#39;Event&#39; of undefined<br> &nbsp; &nbsp;at /srv/app.js:12:31<br> \
&nbsp; &nbsp;at Layer.handle (/srv/node_modules/express/lib/router/layer.js:95:5)</pre>
</body>
</html>
`;

const answers = {
  '/wx': served,
  '/redirect': () => ({ status: 302, type: 'text/plain; charset=utf-8', location: '/wx/?a=b', body: 'Found' }),
  '/huge': () => ({ status: 200, type: 'text/xml', body: 'x'.repeat(2 << 20) }),
  '/html': () => ({ status: 500, type: 'text/html; charset=utf-8', body: PAGE }),
  '/illegal': () => ({ status: 200, type: 'application/json', body: '{"errcode":0,"errmsg":"ok"}' }),
  '/half': () => ({ status: 200, type: 'text/xml', length: 999, body: '<xml><ToUserName>' }),
};

async function answer(request, response, body) {
  const url = new URL(request.url, 'http://localhost');
  const make = answers[url.pathname];
  const made = make && (await make(request, url, body));
  const seen = {
    method: request.method,
    url: request.url,
    headers: request.rawHeaders,
    body: body.toString('base64'),
    socket: request.socket.number,
    answer: made ? Buffer.from(made.body).toString('base64') : null,
  };
  process.stdout.write(`${JSON.stringify(seen)}\n`);
  if (!made) {
    return; // /slow: never
  }
  const length = made.length || Buffer.byteLength(made.body);
  const headers = { 'Content-Type': made.type, 'Content-Length': length, 'X-Own': 'co-wechat' };
  response.writeHead(made.status, made.location ? { ...headers, Location: made.location } : headers);
  if (made.length) {
    response.write(made.body, () => response.destroy());
  } else {
    response.end(made.body);
  }
}

let sockets = 0;

const server = http.createServer((request, response) => {
  const pieces = [];
  request.on('data', (piece) => pieces.push(piece));
  request.on('end', () => answer(request, response, Buffer.concat(pieces)));
});
server.on('connection', (socket) => {
  sockets += 1;
  socket.number = sockets;
});
server.listen(0, '127.0.0.1', () => process.stdout.write(`${server.address().port}\n`));

process.stdin.resume();
process.stdin.on('end', () => process.exit());
