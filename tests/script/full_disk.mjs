// full_disk.mjs - one node on a disk of its own (a small tmpfs) that gets full, is read-only, or holds
// damaged records. Run by disk.test.mjs inside a mount namespace, as root; prints each step it has seen.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { Client } from '../lib/client.mjs';
import * as job from '../lib/crossing.mjs';
import { BINARY, Node, PEOPLE, freePort, handClock, temporary } from '../lib/nodes.mjs';

const folder = temporary('full-disk'), disk = path.join(folder, 'disk');
const say = (what) => console.log(`ok - ${what}`);
const mount = (...args) => assert.equal(spawnSync('mount', args, { encoding: 'utf8' }).status, 0, `mount ${args.join(' ')}`);
fs.mkdirSync(disk);
mount('-t', 'tmpfs', '-o', 'size=16m', 'tmpfs', disk);

const clock = handClock(folder);
const it = new Node({ clock, folder: path.join(disk, 'it'), host: 'it.localhost', name: 'Italy', country: 'IT', language: 'en', port: await freePort(), exchangePort: await freePort(), log: path.join(folder, 'it.log') });
const logged = () => fs.readFileSync(it.logFile, 'utf8');
const sql = (text) => assert.equal(spawnSync('python3', ['-c', 'import sqlite3, sys; db = sqlite3.connect(sys.argv[1]); db.execute(sys.argv[2]); db.commit()', path.join(it.folder, 'opentrm.db'), text]).status, 0);
let client;
const awake = async () => {
  client?.close();
  client = new Client(it.origin, { language: 'en' });
  const page = await client.signIn(PEOPLE.giulia.login, PEOPLE.giulia.password);
  assert.equal(page.path, '/', 'signs in');
};

try {
  it.init();
  it.ponte = it.organisation({ name: 'Ponte', procedures: 'return', languages: 'it' });
  it.user({ ...PEOPLE.giulia, language: 'en', organisation: it.ponte });
  it.team({ organisation: it.ponte, name: 'Casa', members: ['giulia'] });
  await it.serve();
  await awake();
  const code = await job.openCase(client, 'Z.');
  const sections = await job.sectionsOf(client, code);
  const section = (name) => sections.find((url) => url.endsWith('/' + name));
  const [first, health] = [section('s1_1'), section('s3_2')];
  await (await client.get(health)).submit({ medication: 'Ferro' }, { button: { name: 'act', value: 'stop' } });

  const page = await client.get(first);
  const filler = fs.openSync(path.join(disk, 'filler'), 'w');
  for (let block = Buffer.alloc(1 << 16); block.length >= 1;) {
    try { if (fs.writeSync(filler, block) < block.length) throw Object.assign(new Error('full'), { code: 'ENOSPC' }); } catch (e) {
      if (e.code !== 'ENOSPC') throw e;
      block = block.subarray(0, block.length >> 1);
    }
  }
  const save = { name: 'act', value: 'stop' };
  const full = await page.submit({ person_name: 'Zamira Lisaku' }, { button: save });
  assert.equal(full.status, 503, full.text.slice(0, 400));
  assert.match(full.text, /This could not be saved/);
  assert.ok(full.html.includes('value="Zamira Lisaku"'), 'what was typed is still in the form');
  assert.match(logged(), /section\.save.*(disk is full|kind=store)/);
  assert.ok(!logged().includes('Zamira'), 'no personal data in the log');
  const other = await (await client.get('/cases/new')).submit({ label: 'Y.' }, { form: '/cases' });
  assert.equal(other.status, 500);
  assert.match(other.text, /disk is full/, 'other pages say why too');
  say('a full disk: a sentence, the text is still in the form, a line in the log');

  // A minute later that somebody looks has to be noted first, and can't be.
  clock.forward(2 * 60 * 1000);
  const unread = await client.get(first);
  assert.equal(unread.status, 500, unread.text.slice(0, 400));
  assert.ok(!/This could not be saved/.test(unread.text), 'nothing was typed');
  const late = await full.submit({ person_name: 'Zamira <Lisaku>' }, { button: save });
  assert.equal(late.status, 500, late.text.slice(0, 400));
  assert.match(late.text, /This could not be saved/);
  assert.ok(late.html.includes('name="person_name" value="Zamira &lt;Lisaku&gt;"'), 'what was typed is on the page');
  assert.ok(!late.html.includes('Ferro') && !/Z\./.test(late.text), 'nothing of the stored case');
  const foreign = await client.post(new URL(first, it.origin).pathname, [['csrf', 'x'], ['person_name', 'Planted']]);
  assert.ok(!foreign.html.includes('Planted'), 'what another site sent is not shown');
  say('a full disk when the reading must be noted: nothing is read, what was typed stays');

  fs.ftruncateSync(filler, 0);
  fs.closeSync(filler);
  const saved = await late.submit({});
  assert.equal(saved.status, 200);
  assert.ok((await client.get(first)).html.includes('value="Zamira &lt;Lisaku&gt;"'));
  assert.equal((await (await client.get(first)).submit({ person_name: 'Zamira Lisaku' }, { button: save })).status, 200);
  say('once there is room again it is saved, without a restart');

  await it.stop();
  mount('-o', 'remount,ro', disk);
  const refused = spawnSync(BINARY, ['serve', it.folder, '--listen', `127.0.0.1:${it.port}`, '--exchange', `127.0.0.1:${it.exchangePort}`], { encoding: 'utf8', timeout: 60000 });
  assert.ok(refused.status > 0 && refused.signal === null, `ends by itself: ${refused.status} ${refused.signal}`);
  assert.match(refused.stderr, /cannot be (written to|opened)/, 'says why');
  assert.ok(!/Sanitizer|runtime error/.test(refused.stderr), refused.stderr);
  say('a read-only disk at start: it says so and ends');
  mount('-o', 'remount,rw', disk);

  sql("UPDATE record SET body = randomblob(length(body)) WHERE kind = 'form' AND compartment = 'health'");
  await it.serve();
  await awake();
  const overview = await client.get(`/cases/${code}`);
  assert.equal(overview.status, 200, overview.text.slice(0, 400));
  assert.match(overview.text, /A part of this case can’t be read/);
  assert.match(overview.text, /Answers kept under: Health/);
  assert.match(overview.text, /Can’t be read/);
  const rest = await client.get(first);
  assert.ok(rest.html.includes('value="Zamira Lisaku"'), 'the rest is there');
  assert.equal((await rest.submit({ person_name: 'Zamira L.' }, { button: save })).status, 200);
  assert.ok((await client.get(first)).html.includes('value="Zamira L."'), 'and can be saved');
  assert.ok(!(await client.get(health)).html.includes('Ferro'));
  assert.match(logged(), /case\.damaged/);
  assert.ok(!/Zamira|Ferro/.test(logged()), 'no personal data in the log');
  say('a damaged record: named on the page, the rest is read and saved');

  for (const yes of [true, false]) {
    clock.forward(60 * 1000);
    await job.recordConsent(client, code, { kind: 'return', yes, language: yes ? 'Arbërisht' : 'Griko', explained_by: 'Giulia', how: 'spoken' });
  }
  assert.match((await client.get(`/cases/${code}/consents`)).text, /To return Refused .*Answer of [^G]* Refused .*Answer of [^R]* Given Explained in Arbërisht/);
  sql("UPDATE record SET body = randomblob(length(body)) WHERE kind = 'consent' AND rowid = (SELECT max(rowid) FROM record WHERE kind = 'consent')");
  const consents = await client.get(`/cases/${code}/consents`);
  assert.equal(consents.status, 200, consents.text.slice(0, 400));
  assert.match(consents.text, /A part of this case can’t be read.*Consent.*To return Can’t be read/);
  assert.match(consents.text, /Answer of [^R]* Given Explained in/, 'its own state only');
  assert.ok(consents.text.includes('Arbërisht') && !consents.text.includes('Griko'), 'the other one is there');
  const withdrawn = await (await client.get(consents.html.match(/href="([^"]*withdraw)"/)[1])).submit({ how: 'By telephone' });
  assert.equal(withdrawn.status, 200, withdrawn.text.slice(0, 400));
  assert.match(withdrawn.text, /By telephone/);
  say('a damaged consent: named, nothing is taken to be in force, the other is read and can be withdrawn');

  sql("UPDATE record SET body = randomblob(length(body)) WHERE kind = 'facts'");
  const bare = await client.get(`/cases/${code}`);
  assert.equal(bare.status, 200);
  assert.match(bare.text, /A part of this case can’t be read.*Person and countries.*Person and countries Can’t be read/);
  assert.match((await client.get(`/cases/${code}/facts`)).text, /A part of this case can’t be read/);
  say('damaged facts: named, and nothing can be filled in or sent');
  assert.equal(await it.stop(), 0, logged().slice(-1500));
} finally {
  client?.close();
  await it.kill();
  spawnSync('umount', ['-l', disk]);
  fs.rmSync(folder, { recursive: true, force: true });
}
