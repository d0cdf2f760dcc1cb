// doctor.test.mjs - `opentrm doctor` says what is wrong and what to do: each thing is broken in turn.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { BINARY, ONLY_SQLITE, POSTGRES, sqlOn } from '../lib/nodes.mjs';
import { PEOPLE, SMALL, World, job } from './world.mjs';

const DAY = 86400_000;
let w, node, folder, start;

const opentrm = (args) => spawnSync(BINARY, args, { encoding: 'utf8', timeout: 120000 });
const doctor = ({ at = w.clock.now, dir = folder, more = [] } = {}) => {
  const file = path.join(w.folder, 'doctor-clock');
  fs.writeFileSync(file, String(at));
  const r = opentrm(['doctor', dir, '--clock', file, ...more]);
  for (const word of ['Zamira', 'Lisaku', PEOPLE.giulia.login, PEOPLE.giulia.name]) assert.ok(!(r.stdout + r.stderr).includes(word), `${word} is told`);
  return r;
};
const fine = (options) => { const r = doctor(options); assert.equal(r.status, 0, r.stdout + r.stderr); return r; };
const finds = (sentence, options) => { const r = doctor(options); assert.equal(r.status, 1, r.stdout + r.stderr); assert.match(r.stdout, sentence); assert.match(r.stderr, /there is something to do/); return r; };
const sql = (store, text) => { const r = spawnSync('python3', ['-c', 'import sqlite3,sys; c=sqlite3.connect(sys.argv[1]); c.executescript(sys.argv[2]); c.commit()', path.join(folder, store), text], { encoding: 'utf8' }); assert.equal(r.status, 0, r.stderr); };
// Breaks something in a copy of the folder, asks, and forgets the copy.
let copies = 0;
const broken = (how, sentence, options) => {
  const dir = path.join(w.folder, `broken-${copies++}`);
  fs.cpSync(node.folder, dir, { recursive: true, preserveTimestamps: true });
  const before = folder;
  folder = dir;
  try { how(dir); return finds(sentence, options); } finally { folder = before; fs.rmSync(dir, { recursive: true, force: true }); }
};

before(async () => {
  w = await World.make('doctor', { clock: true });
  node = w.it;
  folder = node.folder;
  start = w.clock.now;
  const giulia = await w.person('it', 'giulia');
  const code = await w.ready(giulia, { answers: SMALL });
  await w.send(giulia, code, { procedure: 'first_assistance' });
  await w.shows(giulia, code, ['submitted', 'relayed']);
  await w.al.stop();
  const second = await w.ready(giulia, { answers: SMALL }); // this one waits for a partner that is down
  await w.send(giulia, second, { procedure: 'first_assistance' });
  await job.until('a failed attempt', () => sqlValue('SELECT max(attempts) FROM delivery') > 0);
  await w.it.stop();
  const key = path.join(w.folder, 'key');
  assert.equal(opentrm(['backup-key', key]).status, 0);
  assert.equal(opentrm(['backup', folder, '--to', w.folder, '--key', key + '.public', '--clock', w.clock.file]).status, 0);
});
after(async () => { await w.end(); });
function sqlValue(text) {
  if (POSTGRES) return Number(sqlOn(node.records, text));
  const r = spawnSync('python3', ['-c', 'import sqlite3,sys; print(sqlite3.connect(sys.argv[1]).execute(sys.argv[2]).fetchone()[0])', path.join(folder, 'opentrm.db'), text], { encoding: 'utf8' });
  return Number(r.stdout);
}

test('a node without fault: everything is fine, exit code 0', () => {
  const { stdout } = fine();
  for (const check of ['folder', 'permissions', 'disk', 'stores', 'integrity', 'move', 'clock', 'certificates', 'partners', 'queue', 'erasures', 'backups']) assert.match(stdout, new RegExp(`^fine   ${check} `, 'm'), check);
});

test('it changes nothing', () => {
  const state = () => fs.readdirSync(folder).filter((f) => !/-(wal|shm)$/.test(f)).sort().map((f) => [f, fs.readFileSync(path.join(folder, f)).toString('latin1')]);
  const before = state();
  fine();
  assert.deepEqual(state(), before);
});

test('folders that are none, or half made', () => {
  finds(/there is no such folder/, { dir: path.join(w.folder, 'nowhere') });
  const empty = path.join(w.folder, 'empty');
  fs.mkdirSync(empty, { mode: 0o700 });
  finds(/there is no node in this folder/, { dir: empty });
  broken((d) => fs.rmSync(path.join(d, 'node.crt')), /half made: node\.crt is missing/);
  broken((d) => fs.rmSync(path.join(d, 'node.key')), /node\.key is missing/);
  if (!POSTGRES) broken((d) => fs.rmSync(path.join(d, 'keys.db')), /the keys' store does not open/);
});

test('permissions', () => {
  for (const f of POSTGRES ? ['node.key'] : ['node.key', 'opentrm.db', 'keys.db']) broken((d) => fs.chmodSync(path.join(d, f), 0o644), new RegExp(`${f.replace('.', '\\.')} can be read by others`));
  broken((d) => fs.chmodSync(d, 0o777), /others than the owner can write to the folder/);
  if (process.getuid() === 0) broken((d) => fs.chownSync(path.join(d, 'node.key'), 12345, 12345), /1 files belong to another user/);
});

test('a server that does not answer, an address that is none', () => {
  const stores = (text, mode = 0o600) => (d) => { fs.writeFileSync(path.join(d, 'stores'), text); fs.chmodSync(path.join(d, 'stores'), mode); };
  const two = 'records postgres://x@127.0.0.1:1/r\nkeys postgres://x@127.0.0.1:1/k\n';
  const { stdout } = broken(stores(two), /does not answer/);
  assert.match(stdout, /Is the server running/);
  assert.ok(!stdout.includes('127.0.0.1'), 'addresses may hold passwords');
  broken(stores(two, 0o644), /stores can be read by others/);
  broken(stores('records postgres://x@127.0.0.1:1/r\n'), /`stores` is malformed/);
  broken(stores('records mysql://x\nkeys mysql://y\n'), /`stores` is malformed/);
});

test('disk space', () => { finds(/only \d+ MB are free/, { more: ['--free', '900000000'] }); });

test('the tables are of an older or newer program; damage is found', ONLY_SQLITE, () => {
  broken(() => sql('opentrm.db', "INSERT INTO migration SELECT max(number) + 1, 'records', 'tomorrow' FROM migration"), /newer than this program/);
  broken(() => sql('opentrm.db', 'DROP TABLE erasure; DELETE FROM migration WHERE number >= 5'), /older than this program/);
  broken(() => sql('keys.db', "UPDATE migration SET store = 'records'"), /another kind of store/);
  const scratched = (d) => {
    const file = path.join(d, 'opentrm.db'), bytes = fs.readFileSync(file);
    for (let page = 4096 * 8; page < bytes.length; page += 4096) bytes.fill(0xa5, page, page + 64);
    fs.writeFileSync(file, bytes);
  };
  broken((d) => { sql('opentrm.db', 'PRAGMA wal_checkpoint(TRUNCATE)'); scratched(d); }, /damaged/);
  broken((d) => fs.writeFileSync(path.join(d, 'opentrm.db'), 'no store'), /the records' store does not open/);
});

test('clock', () => {
  finds(/the clock says .* but something was written at/, { at: start - DAY });
  finds(/the certificate of this node is not valid yet/, { at: start - 4 * DAY });
  finds(/the card of Albania \(demo\) was issued in the future/, { at: start - DAY });
});

test('a clock that is not the partner\'s, by the last signed receipt', ONLY_SQLITE, () => {
  broken(() => sql('opentrm.db', "UPDATE evidence SET at = at + 3600000 WHERE kind = 'relayed'"), /the clocks of this node and of Albania \(demo\) are (59|60) minutes apart/);
});

test('certificates and cards about to end, and ended', () => {
  finds(/the card of Albania \(demo\) ends on/, { at: start + 340 * DAY });
  finds(/the card of Albania \(demo\) ended on/, { at: start + 370 * DAY });
  finds(/the certificate of this node ends on/, { at: start + 1080 * DAY });
  const { stdout } = finds(/the certificate of this node ended on/, { at: start + 4000 * DAY });
  assert.match(stdout, /a certificate of Associazione Ponte di Carta \(demo\) ended on/);
  assert.match(stdout, /a certificate of Albania \(demo\) ended on/);
});

test('a silent partner, and a queue that nobody works on', () => {
  const { stdout } = finds(/Albania \(demo\) is silent: 1 messages wait, the oldest since .* last sign: 20/, { at: start + DAY });
  assert.match(stdout, /nobody takes it/);
});

test('backups that are old, or never were', () => {
  finds(/the last backup of the records is of/, { at: start + 3 * DAY });
  if (!POSTGRES) broken(() => sql('opentrm.db', "DELETE FROM setting WHERE key LIKE 'backup.%'"), /the keys were never backed up/);
});

test('half-done things: an erasure, a move', ONLY_SQLITE, () => {
  broken(() => sql('opentrm.db', `INSERT INTO erasure VALUES ('case', '0196a000-0000-7000-8000-000000000000', ${start - DAY}, NULL)`), /keys that are to be destroyed are still there/);
  broken(() => sql('opentrm.db', "INSERT INTO setting VALUES ('node.closed_by_move', '0196a000-0000-7000-8000-000000000000')"), /the node is closed/);
});

test('it looks at a running node, too', async () => {
  await w.it.serve();
  fine();
});
