// move.test.mjs - a node moves to other stores and back: not while it runs, once and whole though it is killed, and people go on working.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { BINARY, Node, ONLY_POSTGRES, POSTGRES, freePort, newStore } from '../lib/nodes.mjs';
import { SMALL, World, job } from './world.mjs';

let w, folder, giulia, code, records, keys;

const opentrm = (args) => { const r = spawnSync(BINARY, args, { encoding: 'utf8', timeout: 240000 }); return { status: r.status, out: r.stdout, err: r.stderr }; };
const fine = (args) => { const r = opentrm(args); assert.equal(r.status, 0, `opentrm ${args.join(' ')}: ${r.err}`); return r; };
const refused = (args, sentence) => { const r = opentrm(args); assert.notEqual(r.status, 0, r.out); assert.match(r.err, sentence); return r; };
// From the engine that the tests run on to files elsewhere, and back to that engine.
const there = () => ['move', folder, '--to', records, '--keys', keys, '--wait', '0'];
const home = () => (POSTGRES ? ['move', folder, '--to', w.it.records, '--keys', w.it.keysStore, '--wait', '0'] : ['move', folder, '--to', 'sqlite']);
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
  refused(['move', folder, '--to', 'postgres://a:secret@127.0.0.1/a', '--keys', 'postgres://b@127.0.0.1/b'], /passfile/);
  refused(['move', path.join(w.folder, 'nowhere'), '--to', 'sqlite'], /no node in this folder/);
  refused(['move', folder, '--cancel'], /not being moved/);
  refused(home(), /has these stores already/);
});

test('killed again and again it goes on; meanwhile nobody serves, then everybody works on', async () => {
  // The system kills it at the first write beyond a size of file: the same place in every run.
  let closed = 0;
  for (let size = 100_000; ; size = Math.floor(size * 1.3)) {
    const r = spawnSync('prlimit', [`--fsize=${size}`, '--core=0', BINARY, ...there()], { encoding: 'utf8' });
    if (r.signal === null) { assert.equal(r.status, 0, r.stderr); break; }
    assert.equal(r.signal, 'SIGXFSZ');
    const open = opentrm(['partner', 'list', folder]).status === 0; // killed before anything was begun
    assert.ok(!open || closed === 0, 'once begun, nobody serves');
    if (open) continue;
    refused(['partner', 'list', folder], /these stores are closed/);
    closed++;
  }
  assert.ok(closed >= 2, `killed in the middle ${closed} times`);
  refused(there(), /has these stores already/);
  assert.equal(fs.statSync(path.join(folder, 'stores')).mode & 0o777, 0o600);
  await works();
  await w.it.stop();
});

// What a move leaves that was killed behind its first rows: the mark, and something in the new stores.
test('a move that was begun is taken back', () => {
  const db = records.replace('sqlite:', '');
  const r = spawnSync('python3', ['-c', 'import sqlite3,sys; c=sqlite3.connect(sys.argv[1]); c.execute("INSERT INTO setting VALUES (\'node.closed_by_move\', \'0196a000-0000-7000-8000-000000000000\')"); c.commit()', db], { encoding: 'utf8' });
  assert.equal(r.status, 0, r.stderr);
  refused(['partner', 'list', folder], /these stores are closed/);
  refused(home(), /something else in the new stores/);
  fine(['move', folder, '--cancel']);
  fine(['partner', 'list', folder]);
  refused(['move', folder, '--cancel'], /not being moved/);
});

test('the old stores are still there and do not serve', async () => {
  const stores = path.join(folder, 'stores'), kept = fs.readFileSync(stores);
  if (POSTGRES) {
    fs.writeFileSync(stores, `records ${w.it.records}\nkeys ${w.it.keysStore}\n`);
  } else {
    assert.ok(fs.existsSync(path.join(folder, 'opentrm.db')));
    fs.rmSync(stores);
  }
  await assert.rejects(w.it.serve(), /serve ended/);
  assert.match(fs.readFileSync(w.it.logFile, 'utf8'), /these stores are closed/);
  fs.writeFileSync(stores, kept, { mode: 0o600 });
});

test('and back: not over the old files; without them it works, and what was done elsewhere came along', async () => {
  refused(home(), /something else in the new stores/);
  if (POSTGRES) Object.assign(w.it, { records: newStore(), keysStore: newStore() });
  else for (const f of fs.readdirSync(folder)) if (/^(opentrm|keys)\.db/.test(f)) fs.renameSync(path.join(folder, f), path.join(w.folder, f));
  const { out } = fine(home());
  assert.match(out, /rows of records and \d+ of keys moved, counts and hashes/);
  assert.equal(fs.existsSync(path.join(folder, 'stores')), !!POSTGRES);
  await works();
  assert.equal((await giulia.get('/cases')).html.match(/M\./g)?.length, 2);
  await w.it.stop();
  fine(['audit', 'verify', folder]);
  const events = path.join(w.folder, 'events');
  fine(['audit', 'export', folder, events]);
  const all = fs.readdirSync(events).map((f) => fs.readFileSync(path.join(events, f), 'latin1')).join('');
  assert.equal(all.match(/"action":"node.move"/g)?.length, 2, 'there and back are in the log');
});

test('a server on another machine notices that the stores close, and stops', ONLY_POSTGRES, async () => {
  const other = path.join(w.folder, 'other-machine'); // the same stores, a folder of its own
  fs.cpSync(folder, other, { recursive: true });
  const node = new Node({ ...w.it, folder: other, port: await freePort(), exchangePort: await freePort(), log: path.join(w.folder, 'other.log') });
  await node.serve();
  const { out } = fine(['move', folder, '--to', newStore(), '--keys', newStore(), '--wait', '25']);
  assert.match(out, /counts and hashes/);
  const [status] = await node.ended;
  assert.equal(status, 0);
  assert.match(fs.readFileSync(node.logFile, 'utf8'), /stopping.*closed/);
  await assert.rejects(node.serve(), /serve ended/); // its `stores` names the old ones still
  fs.copyFileSync(path.join(folder, 'stores'), path.join(other, 'stores'));
  await node.serve();
  assert.equal(await node.stop(), 0);
});
