// backup.test.mjs - a node is backed up while it works, and comes back from the two files: people sign in and read their case.
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { Client } from '../lib/client.mjs';
import { BINARY, Node, ONLY_POSTGRES, newStore } from '../lib/nodes.mjs';
import { PEOPLE, SMALL, World, job } from './world.mjs';

let w, giulia, code, secret, publicKey, folder;

const opentrm = (args) => {
  const r = spawnSync(BINARY, args, { encoding: 'utf8', timeout: 120000 });
  return { status: r.status, out: r.stdout, err: r.stderr };
};
const fine = (args) => { const r = opentrm(args); assert.equal(r.status, 0, `opentrm ${args.join(' ')}: ${r.err}`); return r; };
const refused = (args, sentence) => { const r = opentrm(args); assert.notEqual(r.status, 0, r.out); assert.match(r.err, sentence); return r; };
const backUp = (...more) => fine(['backup', w.it.folder, '--to', folder, '--key', publicKey, ...more]);
const at = (ms) => { const f = path.join(w.folder, 'later'); fs.writeFileSync(f, String(ms)); return f; };
const files = (kind) => fs.readdirSync(folder).filter((f) => f.startsWith(kind)).sort().map((f) => path.join(folder, f));
const restoreArgs = (to, { records, keys, key = secret, more = [] } = {}) => ['restore', path.join(w.folder, to), '--records', records ?? files('records')[0], '--keys', keys ?? files('keys')[0], '--key', key, ...more];
const asOld = (f, how) => { const to = path.join(w.folder, 'changed'); const b = fs.readFileSync(f); fs.writeFileSync(to, how(b)); return to; };

before(async () => {
  w = await World.make('backup');
  giulia = await w.person('it', 'giulia');
  code = await w.ready(giulia, { answers: SMALL });
  await w.send(giulia, code, { procedure: 'first_assistance' });
  await w.shows(giulia, code, ['submitted', 'relayed']);
  secret = path.join(w.folder, 'offline.key');
  publicKey = secret + '.public';
  folder = path.join(w.folder, 'backups');
  fs.mkdirSync(folder);
});
after(async () => { await w.end(); });

test('a backup key is two files; it is never written over', () => {
  const { out } = fine(['backup-key', secret]);
  assert.match(out, /offline/);
  assert.equal(fs.statSync(secret).mode & 0o777, 0o600);
  refused(['backup-key', secret], /never written over/);
  refused(['backup', w.it.folder, '--to', folder, '--key', secret], /other half/);
  assert.deepEqual(fs.readdirSync(folder), [], 'the wrong half makes no backup');
});

test('a running node is backed up, and what is in the files nobody reads', async () => {
  const writing = (async () => { for (let n = 0; n < 5; n++) await job.openCase(giulia, `N${n}.`); })();
  backUp();
  await writing;
  const all = [...files('records'), ...files('keys')];
  assert.equal(all.length, 2);
  for (const f of all) {
    const text = fs.readFileSync(f, 'latin1');
    for (const word of ['Zamira', 'Lisaku', 'giulia', 'Serravento', 'PRIVATE KEY', code]) assert.ok(!text.includes(word), `${word} in ${f}`);
    assert.equal(fs.statSync(f).mode & 0o777, 0o600);
  }
  assert.deepEqual(fs.readdirSync(folder).length, 2, 'nothing else is left in the folder');
});

test('backed up while cases are made: no case lacks its keys', async () => {
  const busy = path.join(w.folder, 'busy');
  fs.mkdirSync(busy);
  let stop = false, made = 0;
  const people = [giulia, await w.person('it', 'paolo')];
  const work = people.map(async (person) => { while (!stop) { await job.openCase(person, 'W.'); made++; } });
  const backups = [];
  for (let n = 0; n < 3; n++) {
    const before = made;
    const child = spawn(BINARY, ['backup', w.it.folder, '--to', busy, '--key', publicKey, '--clock', at(Date.now() + n * 60_000)], { stdio: 'ignore' });
    const [status] = await once(child, 'exit');
    assert.equal(status, 0);
    backups.push(made - before);
  }
  stop = true;
  await Promise.all(work);
  assert.ok(made > 3, 'cases were made meanwhile');
  const of = (kind) => fs.readdirSync(busy).filter((f) => f.startsWith(kind)).sort().map((f) => path.join(busy, f));
  for (let n = 0; n < 3; n++) {
    const dir = `busy-${n}`;
    fine(restoreArgs(dir, { records: of('records')[n], keys: of('keys')[n] }));
    const r = spawnSync('python3', ['-c', `
import sqlite3, sys
records, keys = (sqlite3.connect(sys.argv[1] + "/" + f) for f in ("opentrm.db", "keys.db"))
cases = [c for (c,) in records.execute("SELECT id FROM case_file")]
held = {c for (c,) in keys.execute("SELECT case_id FROM case_wrap")}
print(len(cases), len([c for c in cases if c not in held]))
`, path.join(w.folder, dir)], { encoding: 'utf8' });
    const [cases, lost] = r.stdout.trim().split(' ').map(Number);
    assert.ok(cases >= 1, r.stderr);
    assert.equal(lost, 0, 'cases without keys');
  }
});

test('a restore that was killed is no node; in a new folder it comes about', async () => {
  const killed = restoreArgs('killed');
  const r = spawnSync('prlimit', ['--fsize=60000', '--core=0', BINARY, ...killed], { encoding: 'utf8' }); // at the first write beyond
  assert.equal(r.signal, 'SIGXFSZ', r.stderr);
  const dir = path.join(w.folder, 'killed');
  assert.ok(!fs.existsSync(path.join(dir, 'node.crt')));
  refused(['partner', 'list', dir], /no node in this folder|half made/);
  refused(killed, /half of one/);
  fs.rmSync(dir, { recursive: true });
  fine(killed);
});

test('a disk that is full: a sentence, and no half file', { skip: process.getuid() !== 0 && 'needs to mount' }, (t) => {
  const small = path.join(w.folder, 'small');
  fs.mkdirSync(small);
  if (spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', small]).status !== 0) return t.skip('cannot mount');
  try {
    refused(['backup', w.it.folder, '--to', small, '--key', publicKey], /is the disk full/);
    assert.deepEqual(fs.readdirSync(small), []);
    refused(restoreArgs('small/node'), /disk/);
    assert.ok(!fs.existsSync(path.join(small, 'node', 'node.crt')) && !fs.existsSync(path.join(small, 'node', 'keys.db')));
  } finally { spawnSync('umount', [small]); }
});

test('on a terminal there is a bar', () => {
  const bar = path.join(w.folder, 'bar');
  fs.mkdirSync(bar);
  const r = spawnSync('script', ['-qec', `'${BINARY}' backup '${w.it.folder}' --to '${bar}' --key '${publicKey}'`, '/dev/null'], { encoding: 'utf8', timeout: 60000 });
  assert.equal(r.status, 0, r.stdout);
  assert.match(r.stdout, /records +\[#{40}\] 100 % of \d+ rows/);
  assert.match(r.stdout, /keys +\[/);
});

test('files that were cut, changed, exchanged or are for another key are refused, and leave nothing', () => {
  const gone = () => assert.ok(!fs.existsSync(path.join(w.folder, 'bad', 'node.crt')) && !fs.existsSync(path.join(w.folder, 'bad', 'opentrm.db')) && !fs.existsSync(path.join(w.folder, 'bad', 'keys.db')));
  const records = files('records')[0], keys = files('keys')[0];
  for (const [how, sentence] of [
    [(b) => b.subarray(0, b.length - 1), /changed or cut off/],
    [(b) => b.subarray(0, b.length >> 1), /changed or cut off/],
    [(b) => b.subarray(0, 100), /changed or cut off|no backup/],
    [(b) => b.subarray(0, 0), /no backup/],
    [(b) => Buffer.concat([b, Buffer.from('x')]), /changed or cut off/],
    [(b) => { const c = Buffer.from(b); c[c.length >> 1] ^= 1; return c; }, /changed or cut off/],
    [(b) => { const c = Buffer.from(b); c[c.length - 3] ^= 1; return c; }, /changed or cut off/],
    [(b) => Buffer.from(b.toString('latin1').replace(/"at":\d/, '"at":9'), 'latin1'), /beginning was changed/],
  ]) {
    refused(restoreArgs('bad', { records: asOld(records, how) }), sentence); gone();
    refused(restoreArgs('bad', { keys: asOld(keys, how) }), sentence); gone();
  }
  refused(restoreArgs('bad', { records: keys, keys: records }), /not of (keys|records)/); gone();
  refused(restoreArgs('bad', { records: keys }), /backup of keys, not of records/); gone();
  fine(['backup-key', path.join(w.folder, 'other.key')]);
  refused(restoreArgs('bad', { key: path.join(w.folder, 'other.key') }), /not for this key/); gone();
  refused(restoreArgs('bad', { key: publicKey }), /other half/); gone();
  refused(restoreArgs('it'), /a node in this folder/);
});

test('the backup of another node, or keys older than the records, are refused', async () => {
  const other = path.join(w.folder, 'other');
  fs.mkdirSync(other);
  fine(['backup', w.al.folder, '--to', other, '--key', publicKey]);
  const theirs = fs.readdirSync(other).find((f) => f.startsWith('keys'));
  refused(restoreArgs('bad', { keys: path.join(other, theirs) }), /two different nodes/);
  backUp('--clock', at(Date.now() + 60_000)); // names have seconds
  assert.equal(files('records').length, 2);
  refused(restoreArgs('bad', { records: files('records')[1], keys: files('keys')[0] }), /older than the records/);
});

test('the restored node works: a person signs in and reads the case, its key is the old one', async () => {
  await w.it.stop();
  const spoken = w.it.card(path.join(w.folder, 'old.card'));
  fine(restoreArgs('restored'));
  const restored = new Node({ ...w.it, folder: path.join(w.folder, 'restored'), log: path.join(w.folder, 'restored.log') });
  assert.equal(restored.card(path.join(w.folder, 'restored.card')), spoken);
  for (const f of ['node.key', 'opentrm.db', 'keys.db']) assert.equal(fs.statSync(path.join(restored.folder, f)).mode & 0o777, 0o600, f);
  fine(['audit', 'verify', restored.folder]);
  await restored.serve();
  try {
    const old = await giulia.get('/'); // her session from before
    assert.match(old.path, /^\/signin/, 'sessions are in no backup');
    const client = new Client(restored.origin, { language: 'it' });
    await client.signIn(PEOPLE.giulia.login, PEOPLE.giulia.password);
    const page = await client.get(`/cases/${code}`);
    assert.equal(page.status, 200);
    assert.match(page.html, /Z\./);
    const timeline = await job.timeline(client, code);
    assert.match(timeline.html, /data-state="relayed"/);
    client.close();
  } finally { await restored.stop(); }
});

test('restored into a server\'s databases it works as well; not over what is there', ONLY_POSTGRES, async () => {
  const stores = ['--store', newStore(), '--keys-store', newStore()];
  fine(restoreArgs('server', { more: stores }));
  refused(restoreArgs('twice', { more: stores }), /something in that store already/);
  assert.ok(!fs.existsSync(path.join(w.folder, 'twice', 'node.crt')));
  refused(restoreArgs('half', { more: stores.slice(0, 2) }), /addresses of both/);
  const node = new Node({ ...w.it, folder: path.join(w.folder, 'server'), log: path.join(w.folder, 'server.log') });
  assert.ok(!fs.existsSync(path.join(node.folder, 'opentrm.db')));
  await node.serve();
  try {
    const client = new Client(node.origin, { language: 'it' });
    await client.signIn(PEOPLE.giulia.login, PEOPLE.giulia.password);
    assert.equal((await client.get(`/cases/${code}`)).status, 200);
    client.close();
  } finally { await node.stop(); }
});

test('backups of keys only, in between; those older than 30 days go', async () => {
  const before = files('records').length;
  const { out } = backUp('--keys-only', '--clock', at(Date.now() + 31 * 86400_000));
  assert.match(out, /removed 2 backups of keys/);
  assert.equal(files('records').length, before);
  assert.equal(files('keys').length, 1);
  fine(restoreArgs('again', { keys: files('keys')[0] })); // newer keys with older records
});

test('a folder that cannot be written to gives a sentence and no file', () => {
  refused(['backup', w.it.folder, '--to', path.join(w.folder, 'nowhere'), '--key', publicKey], /can't be written|no such/);
});
