// move.test.mjs - a node moves to other stores and back: not while it runs, once and whole though it is killed, and people go on working.
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { BINARY } from '../lib/nodes.mjs';
import { SMALL, World, job } from './world.mjs';

let w, folder, giulia, code, records, keys;

const opentrm = (args) => { const r = spawnSync(BINARY, args, { encoding: 'utf8', timeout: 240000 }); return { status: r.status, out: r.stdout, err: r.stderr }; };
const fine = (args) => { const r = opentrm(args); assert.equal(r.status, 0, `opentrm ${args.join(' ')}: ${r.err}`); return r; };
const refused = (args, sentence) => { const r = opentrm(args); assert.notEqual(r.status, 0, r.out); assert.match(r.err, sentence); return r; };
const there = () => ['move', folder, '--to', records, '--keys', keys];
const back = () => ['move', folder, '--to', 'sqlite'];
const works = async () => {
  await w.it.serve();
  const page = await giulia.get(`/cases/${code}`); // her session is the old one
  assert.equal(page.status, 200);
  const timeline = await job.timeline(giulia, code);
  assert.match(timeline.html, /data-state="relayed"/);
  await job.openCase(giulia, 'M.');
};

before(async () => {
  w = await World.make('move');
  folder = w.it.folder;
  giulia = await w.person('it', 'giulia');
  code = await w.ready(giulia, { answers: SMALL });
  await w.send(giulia, code, { procedure: 'first_assistance' });
  await w.shows(giulia, code, ['submitted', 'relayed']);
  const to = path.join(w.folder, 'elsewhere');
  fs.mkdirSync(to);
  [records, keys] = [`sqlite:${to}/records.db`, `sqlite:${to}/keys.db`];
});
after(async () => { await w.end(); });

test('a node that runs does not move; addresses that make no sense are refused', async () => {
  refused(there(), /another program has this node open/);
  await w.it.stop();
  refused(['move', folder], /say where to/);
  refused(['move', folder, '--to', records], /give the addresses of both/);
  refused(['move', folder, '--to', records, '--keys', records], /two different databases/);
  refused(['move', folder, '--to', 'mysql://x', '--keys', 'mysql://y'], /no address of a store/);
  refused(['move', path.join(w.folder, 'nowhere'), '--to', 'sqlite'], /no node in this folder/);
  refused(['move', folder, '--cancel'], /not being moved/);
  refused(back(), /has these stores already/);
});

test('killed again and again it goes on; meanwhile nobody serves, then everybody works on', async () => {
  let killed = 0;
  for (let n = 0; n < 8; n++) {
    const child = spawn(BINARY, there(), { stdio: ['ignore', 'ignore', 'pipe'] });
    const ended = once(child, 'exit');
    let lines = 0;
    child.stderr.on('data', (d) => { lines += String(d).split('\n').length - 1; if (lines > n * 3) child.kill('SIGKILL'); });
    const [status, signal] = await ended;
    if (signal) {
      killed++;
      refused(['partner', 'list', folder], /these stores are closed/);
    } else assert.equal(status, 0);
    if (!signal) break;
  }
  assert.ok(killed >= 1, 'it was killed at least once');
  opentrm(there()); // the rest, if any
  refused(there(), /has these stores already/);
  assert.equal(fs.statSync(path.join(folder, 'stores')).mode & 0o777, 0o600);
  await works();
  await w.it.stop();
});

test('a move that was begun is taken back', async () => {
  const other = ['move', folder, '--to', records.replace('records', 'third'), '--keys', keys.replace('keys', 'fourth')];
  const child = spawn(BINARY, other, { stdio: ['ignore', 'ignore', 'pipe'] });
  const ended = once(child, 'exit');
  child.stderr.once('data', () => child.kill('SIGKILL'));
  await ended;
  refused(['partner', 'list', folder], /these stores are closed/);
  fine(['move', folder, '--cancel']);
  fine(['partner', 'list', folder]);
  refused(other, /something else in the new stores/); // what arrived there belongs to a move that is over
});

test('the old stores are still there and do not serve', async () => {
  const stores = path.join(folder, 'stores'), kept = fs.readFileSync(stores);
  assert.ok(fs.existsSync(path.join(folder, 'opentrm.db')));
  fs.rmSync(stores);
  await assert.rejects(w.it.serve(), /serve ended/);
  assert.match(fs.readFileSync(w.it.logFile, 'utf8'), /these stores are closed/);
  fs.writeFileSync(stores, kept, { mode: 0o600 });
});

test('and back: not over the old files; without them it works, and what was done elsewhere came along', async () => {
  refused(back(), /something else in the new stores/);
  for (const f of fs.readdirSync(folder)) if (/^(opentrm|keys)\.db/.test(f)) fs.renameSync(path.join(folder, f), path.join(w.folder, f));
  const { out } = fine(back());
  assert.match(out, /rows of records and \d+ of keys moved, counts and hashes/);
  assert.ok(!fs.existsSync(path.join(folder, 'stores')));
  await works();
  assert.equal((await giulia.get('/cases')).html.match(/M\./g)?.length, 2);
  await w.it.stop();
  fine(['audit', 'verify', folder]);
});
