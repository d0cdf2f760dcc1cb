// limits.test.mjs - slowhttptest and wrk attack a node from 127.0.0.1; somebody at 127.0.0.2 goes on working: every request of
// theirs is answered, while the attackers are connected. Nothing is timed.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import fs from 'node:fs';
import http from 'node:http';
import https from 'node:https';
import path from 'node:path';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { logLines } from '../lib/log.mjs';
import { metrics } from '../lib/metrics.mjs';
import { Node, ROOT, freePort, temporary } from '../lib/nodes.mjs';

const REQUESTS = 20;
const missing = ['slowhttptest', 'wrk'].filter((c) => spawnSync('which', [c]).status !== 0);
let folder, node, port, attackers = [];

before(async () => {
  folder = temporary('limits');
  node = new Node({ folder: path.join(folder, 'it'), host: '127.0.0.1', name: 'IT (test)', country: 'IT', language: 'en', port: await freePort(), exchangePort: await freePort() });
  node.init();
  port = await freePort();
  // Small, so that a small crowd meets them.
  for (const [name, value] of Object.entries({ connections: 600, address_connections: 400, address_rate: 50, address_burst: 200, first_seconds: 4, head_seconds: 4, body_seconds: 4 }))
    node.run(['setting set', node.folder, `limit.${name}`, String(value)]);
});
after(async () => {
  for (const a of attackers) a.kill();
  await node.kill();
  fs.rmSync(folder, { recursive: true, force: true });
});

const get = (p, where, tls) => new Promise((resolve, reject) => {
  const rq = (tls ? https : http).get({ host: '127.0.0.1', port: p, path: where, localAddress: '127.0.0.2', agent: false, rejectUnauthorized: false, timeout: 60000 }, (rs) => {
    let body = '';
    rs.on('data', (d) => { body += d; });
    rs.on('end', () => resolve({ status: rs.statusCode, body }));
    rs.on('error', reject);
  });
  rq.on('error', reject);
  rq.on('timeout', () => rq.destroy(new Error(`no answer for ${where}`)));
});
const scrape = async () => metrics((await get(port, '/metrics')).body);

// An attack that begins again when it is beaten off, until it is ended.
function attack(command, args) {
  const a = { on: true };
  const run = async () => {
    while (a.on) {
      a.child = spawn(command, args, { stdio: 'ignore', cwd: folder });
      await once(a.child, 'exit');
    }
  };
  a.kill = () => { a.on = false; a.child.kill('SIGKILL'); };
  a.ended = run();
  attackers.push(a);
  return a;
}
// Until the counts say so: the attackers are there.
async function seen(what, f) {
  for (let n = 0; n < 3000; n++) {
    if (await f(await scrape())) return;
    await new Promise((r) => setTimeout(r, 20));
  }
  throw new Error(`not seen: ${what}`);
}
async function served(tls, crowd) {
  for (let n = 0; n < REQUESTS; n++) {
    if (n % 10 === 0) await seen('the attackers', (m) => m.value('opentrm_http_connections', { listener: 'pages' }) >= crowd);
    const a = await get(node.port, n % 2 ? '/signin' : '/ready', tls);
    assert.equal(a.status, 200);
    assert.match(a.body, n % 2 ? /name="password"/ : /^ready\n$/);
  }
}
async function end(all) {
  for (const a of all) a.kill();
  await Promise.all(all.map((a) => a.ended));
  attackers = attackers.filter((a) => !all.includes(a));
}

for (const tls of [false, true]) {
  const over = tls ? 'under TLS' : 'in the clear', CROWD = tls ? 40 : 100; // of each attacker; handshakes cost us all time
  test(`slow clients ${over}: others are served`, { skip: missing.length > 0 }, async () => {
    await node.serve({ args: ['--metrics', `127.0.0.1:${port}`, ...(tls ? ['--tls'] : [])] });
    const url = `${tls ? 'https' : 'http'}://127.0.0.1:${node.port}`, crowd = ['-c', String(CROWD), '-r', '100', '-l', '60', '-i', '1', '-p', '60', '-u'];
    const all = [
      attack('slowhttptest', ['-H', ...crowd, `${url}/signin`]), // headers that never end
      attack('slowhttptest', ['-B', '-s', '8192', ...crowd, `${url}/signin`]), // a body, byte by byte
      attack('slowhttptest', ['-X', '-w', '10', '-y', '20', '-n', '5', '-z', '1', ...crowd, `${url}/signin`]), // answers read byte by byte
      attack('slowhttptest', ['-R', '-a', '1', '-b', '3000', ...crowd, `${url}/signin`]), // thousands of ranges
    ];
    await served(tls, CROWD);
    await seen('slow ones are ended', (m) => m.value('opentrm_http_refused_total', { limit: 'slow_head' }) + m.value('opentrm_http_refused_total', { limit: 'slow_first' }) > 0 &&
      m.value('opentrm_http_refused_total', { limit: 'slow_body' }) > 0);
    await served(tls, CROWD);
    await end(all);
  });

  test(`a flood ${over}: others are served`, { skip: missing.length > 0 }, async () => {
    const url = `${tls ? 'https' : 'http'}://127.0.0.1:${node.port}`;
    const flood = [attack('wrk', ['-t1', tls ? '-c40' : '-c100', '-d120s', `${url}/signin`])];
    await seen('refusals', (m) => m.value('opentrm_http_refused_total', { limit: 'address_rate' }) > 100);
    await served(tls, tls ? 30 : 90);
    await end(flood);
    assert.equal(await node.stop(), 0);
    logLines(fs.readFileSync(node.logFile, 'utf8'));
  });
}

test('behind HAProxy each client has its own limit, whatever the flooder claims', { skip: missing.length > 0 || spawnSync('which', ['haproxy']).status !== 0 }, async () => {
  const front = await freePort(), config = path.join(folder, 'haproxy.cfg');
  fs.writeFileSync(config, `defaults
  mode http
  timeout connect 30s
  timeout client 60s
  timeout server 60s
frontend pages
  bind 127.0.0.1:${front}
  option forwardfor
  http-request set-header X-Forwarded-Proto https
  default_backend nodes
backend nodes
  option httpchk GET /ready
  source 127.0.0.9
  server one 127.0.0.1:${node.port} check inter 200ms
`);
  node.run(['setting set', node.folder, 'limit.proxies', '127.0.0.9']);
  await node.serve({ args: ['--metrics', `127.0.0.1:${port}`] });
  const proxy = attack('haproxy', ['-q', '-f', config]);
  await seen('the proxy', () => new Promise((r) => http.get({ host: '127.0.0.1', port: front, path: '/live', agent: false }, (rs) => { rs.resume(); r(rs.statusCode === 200); }).on('error', () => r(false))));
  const flood = attack('wrk', ['-t1', '-c20', '-d120s', '-H', 'X-Forwarded-For: 127.0.0.2', `http://127.0.0.1:${front}/signin`]);
  await seen('refusals', (m) => m.value('opentrm_http_refused_total', { limit: 'address_rate' }) > 100);
  for (let n = 0; n < REQUESTS; n++) assert.equal((await get(front, '/signin')).status, 200);
  await end([flood, proxy]);
  assert.equal(await node.stop(), 0);
});

test('docs/operations.md has the limits as they are', () => {
  const text = fs.readFileSync(path.join(ROOT, 'docs/operations.md'), 'utf8');
  const source = fs.readFileSync(path.join(ROOT, 'src/base/limit.c'), 'utf8');
  const rows = [...source.matchAll(/ROW\("(\w+)", (\d+), (\d+), (\d+), "((?:[^"\\]|\\.)*)"\)/g)];
  const listed = node.run(['setting list', node.folder]);
  assert.ok(rows.length > 15);
  for (const [, name, otherwise, least, most, what] of rows) {
    const words = what.replaceAll('\\', '');
    assert.ok(text.includes(`| \`limit.${name}\` | ${otherwise} | ${least} to ${most} | ${words} |`), name);
    assert.match(listed, new RegExp(`^limit\\.${name} +\\d+ .*${words.slice(0, 10).replace(/[()]/g, '.')}.*\\(${least} to ${most}\\)$`, 'm'));
  }
  for (const line of listed.trim().split('\n')) assert.match(line, /^[a-z._]+ +\S.* {2}\S/, 'every setting says what it is for');
  for (const [name, value] of [['limit.connections', '1'], ['limit.queue', 'x'], ['limit.nothing', '1'], ['limit.proxies', '10.0.0.0/99']])
    node.run(['setting set', node.folder, name, value], { fails: true });
});
