// crossing.test.mjs - the main job there and back, through the pages of two real nodes.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { BINARY } from '../lib/nodes.mjs';
import { PEOPLE, SMALL, World, job } from './world.mjs';

let w, giulia, besa, drita, code, theirs;
before(async () => {
  w = await World.make('crossing');
  [giulia, besa, drita] = [await w.person('it', 'giulia'), await w.person('al', 'besa'), await w.person('al', 'drita')];
});
after(async () => {
  const { codes, logs } = await w.end();
  assert.deepEqual(codes, [0, 0]);
  for (const word of ['Lisaku', 'Zamira', 'Guribardh', 'Serravento']) assert.ok(!logs.includes(word), `${word} in a log`);
});

test('a case is filled, previewed and sent', async () => {
  code = await w.ready(giulia);
  const preview = await job.preview(giulia, code, { country: 'AL', procedure: 'return', body: 'Zyra' });
  assert.match(preview.text, /Zamira Lisaku/);
  assert.doesNotMatch(preview.title, /Zamira|Lisaku/);
  await job.send(preview);
  await w.shows(giulia, code, ['submitted', 'relayed']);
});

test('it is read with the labels of the reader, and accepted', async () => {
  const [line] = await w.arrives(besa);
  const page = await besa.get(line.href);
  assert.match(page.text, /Emri i personit të trafikuar/);
  assert.match(page.text, /Zamira Lisaku/);
  const accepted = await job.accept(besa, line.href, PEOPLE.drita.name);
  theirs = accepted.html.match(/\/cases\/(AL-\d\d-\w+)/)[1];
  const timeline = await w.shows(giulia, code, ['submitted', 'relayed', 'delivered', 'opened', 'accepted']);
  assert.ok(timeline.text.includes(PEOPLE.drita.name));
});

test('each step has evidence that openssl reads', async () => {
  const timeline = await job.timeline(giulia, code);
  const links = [...new Set(timeline.links.map((l) => l.href).filter((h) => /\/evidence\//.test(h ?? '')))];
  assert.ok(links.length >= 5);
  for (const href of links) {
    const e = await giulia.raw('GET', href);
    assert.equal(e.status, 200);
    assert.match(e.headers['content-disposition'], /^attachment/);
    const file = path.join(w.folder, 'evidence.eml');
    fs.writeFileSync(file, e.body);
    const der = /\.p7m"/.test(e.headers['content-disposition']);
    const r = spawnSync('openssl', ['cms', '-verify', '-noverify', ...(der ? ['-inform', 'DER'] : []), '-in', file, '-out', '/dev/null'], { encoding: 'utf8' });
    assert.equal(r.status, 0, `${href}: ${r.stderr}`);
  }
});

test('part B comes back on the sender’s case', async () => {
  const typed = await job.fillForm(drita, theirs, job.demoData('followup-adult'));
  assert.ok(typed.typed > 10);
  const page = await drita.get((await drita.get(`/cases/${theirs}`)).link(/\/followup\/[0-9a-f-]+$/));
  const sent = await page.submit({}, { form: /\/followup\// });
  assert.equal(sent.status, 200);
  const [line] = await w.arrives(giulia);
  assert.equal((await giulia.get(line.href)).status, 200);
  const all = await giulia.get(`/cases/${code}/forms/annex-i`);
  const words = job.demoData('followup-adult').long_safety_measures.split('\n')[0].slice(0, 30);
  assert.ok(all.text.includes(words), `${words} on the Italian case`);
});

test('a second acceptance is refused, and a stranger’s case is not found', async () => {
  const paolo = await w.person('it', 'paolo');
  assert.equal((await paolo.get(`/cases/${code}`)).status, 200, 'the same team reads it');
  const arben = await w.person('al', 'arben');
  assert.equal((await arben.get(`/cases/${theirs}`)).status, 404, 'another agency of the same node does not');
  assert.equal((await giulia.get(`/cases/${theirs}`)).status, 404);
});

test('a declined referral says why, and its content is gone', async () => {
  const other = await w.ready(giulia, { answers: SMALL });
  await w.send(giulia, other);
  const [line] = await w.arrives(besa);
  await besa.get(line.href);
  await job.decline(besa, line.href, 'Nuk kemi vend të lirë deri në fund të muajit.');
  const timeline = await w.shows(giulia, other, ['declined']);
  assert.match(timeline.text, /Nuk kemi vend/);
  assert.notEqual((await besa.get(line.href)).status, 200);
});

test('a withdrawn consent stops what waits, tells the recipient, and stops the way back', async () => {
  const consents = (await giulia.get(`/cases/${code}/consents`)).links.map((l) => l.href).filter((h) => /\/withdraw$/.test(h ?? ''));
  const page = await giulia.get(consents[0]);
  const done = await page.submit({ how: 'She said so to her case worker.' });
  assert.equal(done.status, 200);
  const [line] = await w.arrives(besa);
  await besa.get(line.href);
  const refused = await job.preview(giulia, code, { country: 'AL', procedure: 'first_assistance', body: 'Zyra' });
  assert.match(refused.html, /id="stops"/);
  const back = await drita.get((await drita.get(`/cases/${theirs}`)).link(/\/followup\/[0-9a-f-]+$/));
  assert.match(back.html, /id="stops"/, 'the follow-up is stopped too');
});

test('the audit logs hold', () => {
  for (const node of [w.it, w.al]) {
    const r = spawnSync(BINARY, ['audit', 'verify', node.folder], { encoding: 'utf8' });
    assert.equal(r.status, 0, r.stdout + r.stderr);
  }
});
