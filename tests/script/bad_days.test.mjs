// bad_days.test.mjs - the network and the machines fail; nothing is lost, nothing reaches a person twice.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { BINARY, freePort } from '../lib/nodes.mjs';
import { Proxy } from './proxy.mjs';
import { SMALL, World, job } from './world.mjs';

const MINUTE = 60_000, DAY = 24 * 60 * MINUTE;
let w, proxy, giulia, besa;

before(async () => {
  const ports = { it: await freePort(), itx: await freePort(), al: await freePort(), alx: await freePort() };
  proxy = await Proxy.start(ports.alx);
  w = await World.make('bad-days', { clock: true, nodes: { ports, exchangeAddress: { al: `https://al.localhost:${proxy.port}/as2` } } });
  giulia = await w.person('it', 'giulia');
  besa = await w.person('al', 'besa');
});
after(async () => { await w.end(); await proxy.stop(); });

// The hand-set clock ends sessions; a person signs in again.
const awake = async () => {
  if (/^\/signin/.test((await giulia.get('/')).path)) giulia = await w.person('it', 'giulia');
  if (/^\/signin/.test((await besa.get('/')).path)) besa = await w.person('al', 'besa');
};
const states = async (code) => { await awake(); return [...(await job.timeline(giulia, code)).html.matchAll(/data-state="(\w+)"/g)].map((m) => m[1]); };
// The clock moves on until the sender has tried `count` times, or the timeline shows a state.
const tries = async (count) => job.until(`attempt ${count}`, async () => { w.clock.forward(5 * MINUTE); return proxy.connections >= count; }, { tries: 100, pause: 200 });
const reaches = async (code, state, step = 10 * MINUTE) => job.until(`${code} ${state}`, async () => { w.clock.forward(step); return (await states(code)).includes(state); }, { tries: 60, pause: 200 });

async function sent(answers = SMALL) {
  await awake();
  const code = await w.ready(giulia, { answers });
  await w.send(giulia, code, { procedure: 'first_assistance' });
  return code;
}
const inInbox = async () => { await awake(); return (await job.inboxLines(besa)).length; };

test('a partner that is down gets the message when it is back', async () => {
  proxy.mode = 'refuse';
  const code = await sent();
  await tries(proxy.connections + 2);
  assert.deepEqual(await states(code), ['submitted']);
  proxy.mode = 'pass';
  await reaches(code, 'relayed');
  assert.equal(await inInbox(), 1);
});

test('the line is cut before the receipt: sent again, and there only once', async () => {
  const seen = await inInbox();
  proxy.mode = 'cut-reply';
  proxy.cut = 0;
  const code = await sent();
  await job.until('a cut receipt', async () => { w.clock.forward(5 * MINUTE); return proxy.cut >= 1; }, { tries: 100, pause: 200 });
  proxy.mode = 'pass';
  await reaches(code, 'relayed');
  assert.equal(await inInbox(), seen + 1, 'one message in the inbox, though it came at least twice');
});

test('a byte changed on the way never arrives, and the message does in the end', async () => {
  const seen = await inInbox();
  proxy.mode = 'corrupt';
  const before_ = proxy.connections;
  const code = await sent();
  await tries(before_ + 2);
  assert.equal(await inInbox(), seen);
  proxy.mode = 'pass';
  await reaches(code, 'relayed');
  assert.equal(await inInbox(), seen + 1);
});

test('kill -9 of the sender with a message in the queue: it goes out after the restart, with the same bytes', async () => {
  const seen = await inInbox();
  proxy.mode = 'refuse';
  const code = await sent();
  await w.it.kill();
  proxy.mode = 'pass';
  await w.it.serve();
  await reaches(code, 'relayed');
  assert.equal(await inInbox(), seen + 1);
});

test('kill -9 of the receiver again and again while messages arrive: each is there once', async () => {
  const seen = await inInbox();
  const codes = [];
  for (let n = 0; n < 3; n++) {
    codes.push(await sent());
    await w.al.kill();
    await w.al.serve();
  }
  for (const code of codes) await reaches(code, 'relayed');
  assert.equal(await inInbox(), seen + codes.length);
});

test('a partner that stays silent past the deadline: "not delivered", told to the worker', async () => {
  proxy.mode = 'refuse';
  const code = await sent();
  await reaches(code, 'not_relayed', DAY);
  proxy.mode = 'pass';
});

test('what is no message of a partner is refused in words, and changes nothing', async () => {
  const seen = await inInbox();
  const url = `https://al.localhost:${w.al.exchangePort}/as2`;
  const curl = (...args) => spawnSync('curl', ['-sk', '-m', '20', '-o', path.join(w.folder, 'answer'), '-w', '%{http_code}', '--resolve', `al.localhost:${w.al.exchangePort}:127.0.0.1`, ...args, url], { encoding: 'utf8' }).stdout;
  assert.match(curl('-X', 'POST', '-d', 'hello'), /^4/);
  const headers = ['-H', 'AS2-Version: 1.2', '-H', 'AS2-From: 00000000-0000-4000-8000-000000000000', '-H', 'AS2-To: 00000000-0000-4000-8000-000000000001', '-H', 'Message-ID: <00000000-0000-4000-8000-000000000002@x>', '-H', 'Content-Type: application/vnd.opentrm.envelope+json'];
  assert.match(curl('-X', 'POST', ...headers, '-d', '{}'), /^[24]/);
  assert.match(curl('-X', 'GET'), /^405/);
  assert.equal(await inInbox(), seen);
});

test('an older card of a partner is refused', () => {
  const file = path.join(w.folder, 'it.card');
  const fresh = path.join(w.folder, 'it-new.card');
  w.clock.forward(200 * DAY);
  w.it.card(fresh); // half of its time is over: a new one, with a higher sequence
  const add = (f) => spawnSync(BINARY, ['partner', 'add', w.al.folder, f, '--clock', w.clock.file], { encoding: 'utf8' });
  assert.equal(add(fresh).status, 0);
  const old = add(file);
  assert.equal(old.status, 1);
  assert.match(old.stderr, /sequence|older|lower|newer/i);
});

test('the audit logs hold after all that', () => {
  for (const node of [w.it, w.al]) assert.equal(spawnSync(BINARY, ['audit', 'verify', node.folder], { encoding: 'utf8' }).status, 0);
});
