// serve.test.mjs - what a supervisor, a load balancer and a monitoring system see of a node: readiness, metrics, the log, and its
// end, with real processes.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import fs from 'node:fs';
import http from 'node:http';
import net from 'node:net';
import path from 'node:path';
import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { Client } from '../lib/client.mjs';
import { logLines } from '../lib/log.mjs';
import { metrics } from '../lib/metrics.mjs';
import { BINARY, POSTGRES, freePort, sqlOn } from '../lib/nodes.mjs';
import { SMALL, World, job } from './world.mjs';

let w, giulia, port;

const ask = (p, path) => new Promise((resolve) => {
  const rq = http.get({ host: '127.0.0.1', port: p, path, agent: false, timeout: 20000 }, (rs) => {
    let body = '';
    rs.on('data', (d) => { body += d; });
    rs.on('end', () => resolve({ status: rs.statusCode, body, type: rs.headers['content-type'] }));
  });
  rq.on('error', (e) => resolve({ status: 0, body: e.code }));
  rq.on('timeout', () => rq.destroy(new Error('no answer')));
});
const scrape = async () => metrics((await ask(port, '/metrics')).body);
// Looks again and again; the limit is that of the test runner.
const until = async (f) => { for (;;) { const x = await f(); if (x) return x; await new Promise((r) => setTimeout(r, 20)); } };
const serve = () => w.it.serve({ args: ['--metrics', `127.0.0.1:${port}`] });

before(async () => {
  w = await World.make('serve', { serve: false });
  port = await freePort();
  await serve();
  giulia = await w.person('it', 'giulia');
});
after(async () => {
  const { codes, logs } = await w.end();
  assert.deepEqual(codes, [0, 0]);
  const lines = logLines(logs); // every line of the whole run
  for (const event of ['serving', 'draining', 'hurrying', 'deliver', 'stopped']) assert.ok(lines.some((l) => l.event === event), `no line ${event}`);
  for (const word of ['Lisaku', 'Zamira', 'Serravento', 'giulia', 'Ponte', '127.0.0.2']) assert.ok(!logs.includes(word), `${word} in a log`);
});

test('it is live and ready, for load balancers and beside the metrics', async () => {
  for (const p of [w.it.port, port]) {
    assert.deepEqual([(await ask(p, '/live')).body, (await ask(p, '/ready')).body], ['live\n', 'ready\n']);
    assert.equal((await ask(p, '/ready')).status, 200);
  }
  assert.equal((await ask(port, '/signin')).status, 404);
  assert.equal((await ask(w.it.port, '/metrics')).status, 404);
});

test('metrics are for this machine only', () => {
  for (const address of ['0.0.0.0:1', '192.0.2.1:1', '[::]:1', '[2001:db8::1]:1']) {
    const r = spawnSync(BINARY, ['serve', w.al.folder, '--listen', `127.0.0.1:${w.al.port}`, '--exchange', `127.0.0.1:${w.al.exchangePort}`, '--metrics', address], { encoding: 'utf8', timeout: 60000 });
    assert.notEqual(r.status, 0, address);
    assert.match(r.stderr, /this machine only/);
  }
});

test('metrics are not for a page of a site whose name leads to this machine', async () => {
  const named = (host) => new Promise((resolve, reject) => http.get({ host: '127.0.0.1', port, path: '/metrics', headers: { Host: host }, agent: false }, (rs) => { rs.resume(); resolve(rs.statusCode); }).on('error', reject));
  for (const host of [`evil.example:${port}`, `127.0.0.1.evil.example:${port}`, '127.evil.example', '[::2]', '10.0.0.1', 'localhost.evil.example', 'x'.repeat(100)]) assert.equal(await named(host), 403, host);
  for (const host of [`127.0.0.1:${port}`, 'localhost', `LOCALHOST:${port}`, `[::1]:${port}`, '127.0.0.2']) assert.equal(await named(host), 200, host);
});

test('metrics count what happened, and name nobody', async () => {
  const before = await scrape();
  const code = await w.ready(giulia, { answers: SMALL });
  const stranger = new Client(w.it.origin);
  for (let i = 0; i < 2; i++) assert.match((await stranger.signIn('giulia', 'a wrong password')).html, /is not right|non /);
  stranger.close();
  await giulia.get('/nothing-of-that-name');
  const text = (await ask(port, '/metrics')).body, now = metrics(text);
  const grew = (name, labels) => now.value(name, labels) - before.value(name, labels);
  assert.equal(grew('opentrm_sign_ins_failed_total'), 2, text);
  assert.equal(grew('opentrm_http_requests_total', { listener: 'pages', class: 'none', status: '404' }), 1);
  assert.equal(grew('opentrm_http_requests_total', { listener: 'pages', class: 'password', status: '422' }), 2);
  assert.ok(grew('opentrm_http_requests_total', { listener: 'pages', class: 'page', status: '200' }) > 5);
  assert.ok(grew('opentrm_http_requests_total', { listener: 'pages', class: 'change', status: '303' }) > 3);
  assert.equal(now.value('opentrm_http_request_duration_seconds_count', { listener: 'pages' }), now.value('opentrm_http_request_duration_seconds_bucket', { listener: 'pages', le: '+Inf' }));
  assert.equal(now.value('opentrm_http_request_duration_seconds_count', { listener: 'pages' }), now.value('opentrm_http_requests_total', { listener: 'pages' }));
  assert.ok(grew('opentrm_db_transactions_total', { store: 'records' }) > 3);
  assert.ok(now.value('opentrm_resident_memory_bytes') > 1e6);
  assert.equal(now.value('opentrm_ready'), 1);
  assert.ok(now.value('opentrm_http_connections', { listener: 'pages' }) >= 1);
  assert.equal(now.samples.filter((s) => s.name === 'opentrm_build_info' && s.labels.version).length, 1);
  assert.equal(now.samples.filter((s) => s.name === 'opentrm_partner_last_contact_timestamp_seconds').length, 1);
  for (const word of [code, 'giulia', 'Giulia', 'Lisaku', 'cases', '127.0.0.1', 'Ponte']) assert.ok(!text.includes(word), `${word} in the metrics`);
});

test('SIGTERM: what has begun is answered, nothing new is taken, /ready says no', async () => {
  const c = net.connect(w.it.port, '127.0.0.1');
  await once(c, 'connect');
  let text = '';
  c.on('data', (d) => { text += d; });
  c.write('POST /signin HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 9\r\n\r\nlogin');
  await until(async () => (await scrape()).value('opentrm_http_connections', { listener: 'pages' }) >= 1);
  await new Promise((r) => c.write('=', r)); // the head is read before what follows it is
  await until(async () => fs.readFileSync(w.it.logFile, 'utf8') !== null);
  w.it.child.kill('SIGTERM');
  const no = await until(async () => { const a = await ask(port, '/ready'); return a.status === 503 ? a : null; });
  assert.equal(no.body, 'not ready\n');
  assert.equal((await ask(port, '/live')).status, 200, 'still there');
  await until(async () => (await ask(w.it.port, '/live')).body === 'ECONNREFUSED');
  c.write('abc');
  await once(c, 'close');
  assert.match(text, /^HTTP\/1\.1 403 /, 'an answer: without the form’s token');
  assert.match(text, /\r\nConnection: close\r\n/i);
  await w.it.ended;
  assert.equal(w.it.child.exitCode, 0);
  const last = logLines(fs.readFileSync(w.it.logFile, 'utf8')).filter((l) => ['stopping', 'draining', 'stopped'].includes(l.event)).map((l) => l.event);
  assert.deepEqual(last.slice(-3), ['stopping', 'draining', 'stopped']);
});

test('a delivery in work gives its lease back at a second signal, and goes on after the next start, once', async () => {
  await serve();
  // A partner that takes connections and says nothing.
  const lines = [];
  const silent = net.createServer((s) => { s.on('error', () => {}); lines.push(s); });
  silent.listen(w.al.exchangePort, '127.0.0.1');
  await once(silent, 'listening');
  const code = await w.ready(giulia, { answers: SMALL });
  await w.send(giulia, code);
  await until(() => lines.length > 0);
  const text = fs.readFileSync(w.it.logFile, 'utf8').length;
  w.it.child.kill('SIGTERM');
  await until(() => fs.readFileSync(w.it.logFile, 'utf8').slice(text).includes('event=draining'));
  assert.equal(w.it.child.exitCode, null, 'it waits for the delivery');
  w.it.child.kill('SIGTERM');
  await w.it.ended;
  assert.equal(w.it.child.exitCode, 0);
  const after = logLines(fs.readFileSync(w.it.logFile, 'utf8').slice(text)).find((l) => l.event === 'deliver');
  assert.equal(after.fields.result, 'stopped');
  lines.forEach((s) => s.destroy());
  silent.close();
  // The clock did not move: only a lease that was given back is free at once.
  await w.al.serve();
  await serve();
  giulia.close();
  giulia = await w.person('it', 'giulia');
  await w.shows(giulia, code, ['relayed']);
  const besa = await w.person('al', 'besa');
  assert.equal((await w.arrives(besa)).length, 1);
  assert.equal((await scrape()).value('opentrm_delivery_queue_messages'), 0);
});

test('keys of a case that was erased, put back by hand, are gone again after a start', async () => {
  assert.equal(await w.it.stop(), 0);
  const sql = (store, text) => {
    if (POSTGRES) return sqlOn(store === 'keys.db' ? w.it.keysStore : w.it.records, text).trim();
    const r = spawnSync('python3', ['-c', 'import sqlite3,sys; c=sqlite3.connect(sys.argv[1]); r=c.execute(sys.argv[2]).fetchone(); c.commit(); print(r[0] if r else "")', path.join(w.it.folder, store), text], { encoding: 'utf8' });
    assert.equal(r.status, 0, r.stderr);
    return r.stdout.trim();
  };
  const id = sql('opentrm.db', 'SELECT id FROM case_file ORDER BY id LIMIT 1'), wraps = () => Number(sql('keys.db', `SELECT count(*) FROM case_wrap WHERE case_id = '${id}'`));
  assert.ok(wraps() > 0);
  // The list says that it was erased long ago: as after a copy of the keys from before.
  sql('opentrm.db', `INSERT INTO erasure (kind, subject_id, at, done_at) VALUES ('case', '${id}', 1, 2)`);
  await serve();
  await until(() => wraps() === 0);
});
