// bad_input.test.mjs - what goes wrong in a browser gets a clear sentence, and nothing is lost or half done.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Client } from '../lib/client.mjs';
import { PEOPLE, SMALL, World, job } from './world.mjs';

let w, giulia, code;
before(async () => {
  w = await World.make('bad-input');
  giulia = await w.person('it', 'giulia');
  code = await job.openCase(giulia, 'Z.');
});
after(async () => { await w.end(); });

const section = (name) => `/cases/${code}/forms/annex-i/${name}`;
const sectionForm = (page) => page.forms.find((f) => f.fields.some((x) => x.name === 'seen'));

test('a wrong password says neither which was wrong nor whether the name exists, and is slowed', async () => {
  const client = new Client(w.it.origin, { language: 'en' });
  const wrong = await client.signIn('giulia', 'not the password at all');
  const nobody = await client.signIn('nobody-here', 'not the password at all');
  assert.equal(wrong.errors.join(), nobody.errors.join());
  assert.match(wrong.text, /name or the password/i);
  let slowed;
  for (let n = 0; n < 12 && !slowed; n++) {
    const page = await client.signIn('giulia', `wrong ${n}`);
    slowed = /wait|minute|second|later/i.test(page.errors.join(' ')) && page.errors.join() !== wrong.errors.join();
  }
  assert.ok(slowed, 'attempts are slowed');
  client.close();
  assert.equal((await giulia.get('/')).status, 200, 'the person who is signed in is not locked out');
});

test('a form without the token, with another’s token, or from another site changes nothing', async () => {
  const page = await giulia.get('/cases/new');
  const form = page.form('/cases');
  const team = form.fields.find((f) => f.name === 'team').value;
  const count = async () => (await giulia.get('/cases')).links.filter((l) => /^\/cases\/IT-/.test(l.href ?? '')).length;
  const before_ = await count();
  const token = form.fields.find((f) => f.name === 'csrf').value;
  for (const [what, pairs, headers] of [
    ['no token', [['team', team], ['label', 'x']], {}],
    ['a forged token', [['csrf', token.split('').reverse().join('')], ['team', team], ['label', 'x']], {}],
    ['another origin', [['csrf', token], ['team', team], ['label', 'x']], { origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' }],
  ]) {
    const r = await giulia.post('/cases', pairs, headers);
    assert.equal(r.status, 403, what);
    assert.ok(r.text.length > 40 && !/csrf|token mismatch/i.test(r.title), 'a page in plain words');
  }
  assert.equal(await count(), before_);
});

test('another user’s case code, an impossible one, and one with a wrong character are told apart only as far as is safe', async () => {
  const drita = await w.person('al', 'drita');
  assert.equal((await drita.get(`/cases/${code}`)).status, 404);
  const find = async (typed) => { const page = await giulia.get('/cases'); return page.submit({ code: typed }, { form: '/cases/find' }); };
  const misheard = code.slice(0, -1) + (code.endsWith('A') ? 'B' : 'A');
  const page = await find(misheard);
  assert.match(page.errors.join(' ') || page.text, /carattere|errat/i);
  assert.equal((await find(code.toLowerCase().replaceAll('-', ' '))).path, `/cases/${code}`, 'small letters and spaces are fine');
});

test('an unknown form field is refused and named; nothing is saved', async () => {
  const page = await giulia.get(section('s4'));
  const form = sectionForm(page);
  const pairs = form.fields.filter((f) => ['csrf', 'seen'].includes(f.name)).map((f) => [f.name, f.value]);
  const r = await giulia.post(form.action ?? section('s4'), [...pairs, ['wish_assistance', 'yes'], ['made_up', 'x'], ['act', 'next']]);
  assert.equal(r.status, 422);
  assert.ok(r.errors.length > 0);
});

test('31 February is shown again with its message, and the rest of the section is kept', async () => {
  const page = await giulia.get(section('s1_1'));
  const r = await page.submit({ person_name: 'Zamira Lisaku', 'birth_date-day': '31', 'birth_date-month': '2', 'birth_date-year': '1999' }, { form: sectionForm(page), button: { name: 'act', value: 'next' } });
  assert.ok(r.errors.length > 0, 'an error summary');
  const again = await giulia.get(section('s1_1'));
  const value = (name) => sectionForm(again).fields.find((f) => f.name === name)?.value;
  assert.equal(value('person_name'), 'Zamira Lisaku');
  assert.equal(value('birth_date-day'), '31', 'what was typed is still there');
  const overview = await giulia.get(`/cases/${code}`);
  assert.match(overview.text, /C’è un problema/);
});

test('half a section is kept', async () => {
  const page = await giulia.get(section('s1_2'));
  await page.submit({ exploitation_comments: 'Lavorava di notte.' }, { form: sectionForm(page), button: { name: 'act', value: 'stop' } });
  const again = await giulia.get(section('s1_2'));
  assert.equal(sectionForm(again).fields.find((f) => f.name === 'exploitation_comments').value, 'Lavorava di notte.');
});

test('10 MB of text in a field, invalid UTF-8 and a zero byte are refused with a page', async () => {
  const page = await giulia.get(section('s3_2'));
  const form = sectionForm(page);
  const csrf = form.fields.find((f) => f.name === 'csrf').value, seen = form.fields.find((f) => f.name === 'seen').value;
  const post = (body) => giulia.raw('POST', form.action || section('s3_2'), { body, headers: { 'content-type': 'application/x-www-form-urlencoded', origin: giulia.origin.origin } });
  const huge = await post(`csrf=${csrf}&seen=${seen}&act=next&medical_history=${'a'.repeat(10 * 1024 * 1024)}`).catch((e) => ({ status: 0, e }));
  assert.ok(huge.status === 413 || huge.status === 0, `10 MB: ${huge.status}`);
  const long = await post(`csrf=${csrf}&seen=${seen}&act=next&medical_history=${'a'.repeat(60000)}`);
  assert.equal(long.status, 422, 'a field that is too long');
  for (const bad of ['%ff%fe', '%c0%af', '%00']) assert.equal((await post(`csrf=${csrf}&seen=${seen}&act=next&medical_history=${bad}`)).status, 400, bad);
  assert.equal((await giulia.get('/')).status, 200, 'the node goes on');
});

test('two people edit the same section: the second is told, and overwrites nothing', async () => {
  const paolo = await w.person('it', 'paolo');
  const [mine, his] = [await giulia.get(section('s4')), await paolo.get(section('s4'))];
  await mine.submit({ wish_words: 'Vuole una città.' }, { form: sectionForm(mine), button: { name: 'act', value: 'stop' } });
  const r = await his.submit({ wish_words: 'Altro testo.' }, { form: sectionForm(his), button: { name: 'act', value: 'stop' } });
  assert.ok([409, 422].includes(r.status), `status ${r.status}`);
  assert.ok(r.html.includes('Altro testo.'), 'what he typed is not lost');
  assert.equal(sectionForm(await giulia.get(section('s4'))).fields.find((f) => f.name === 'wish_words').value, 'Vuole una città.');
});

test('without consent, with a refusal, and after its end nothing is sent; refusing return stops only return', async () => {
  const facts = job.demoData('facts-adult');
  const c = await job.openCase(giulia, 'Q.');
  await job.writeFacts(giulia, c, facts);
  await job.fillForm(giulia, c, SMALL);
  const stopped = async (procedure = 'first_assistance') => /id="stops"/.test((await job.preview(giulia, c, { country: 'AL', procedure, body: 'Zyra' })).html);
  assert.ok(await stopped(), 'never asked');
  await job.recordConsent(giulia, c, { ...facts.consent[0], yes: false });
  assert.ok(await stopped(), 'refused');
  await job.recordConsent(giulia, c, facts.consent[0]);
  assert.ok(!await stopped(), 'given');
  await job.recordConsent(giulia, c, { ...facts.consent[1], yes: false });
  assert.ok(!await stopped(), 'refusing return does not stop first assistance');
  assert.ok(await stopped('return'), 'but it stops return');
});

test('health stays when only identity and circumstances were agreed to', async () => {
  const facts = job.demoData('facts-adult');
  const c = await job.openCase(giulia, 'H.');
  await job.writeFacts(giulia, c, facts);
  await job.fillForm(giulia, c, SMALL);
  await job.recordConsent(giulia, c, { ...facts.consent[0], compartments: ['identity', 'circumstances'] });
  const page = await job.preview(giulia, c, { country: 'AL', procedure: 'first_assistance', body: 'Zyra' });
  const [goes, stays] = page.text.split(/restano|rimangono/i);
  assert.ok(goes.includes('Zamira Lisaku'));
  assert.ok(!goes.includes('ibuprofen'));
  assert.ok(stays);
  await job.send(page);
  await w.shows(giulia, c, ['submitted', 'relayed']);
  const besa = await w.person('al', 'besa');
  const [line] = await w.arrives(besa);
  const there = await besa.get(line.href);
  assert.ok(there.text.includes('Zamira Lisaku') && !there.text.includes('ibuprofen') && !there.text.includes('Guribardhë'));
});

test('a child goes only with a guardian named and to the child authority, immediate danger excepted', async () => {
  const facts = job.demoData('facts-child'), answers = job.demoData('case-child');
  const c = await job.openCase(giulia, 'E.');
  await job.writeFacts(giulia, c, { ...facts, guardian_name: undefined });
  for (const consent of facts.consent) await job.recordConsent(giulia, c, consent);
  await job.fillForm(giulia, c, answers);
  const preview = (body) => job.preview(giulia, c, { country: 'AL', procedure: 'identification', body });
  const bodies = async (code) => [...(await giulia.get(`/cases/${code}/refer?country=AL&procedure=identification`)).html.matchAll(/name="contact"[^>]*>\s*<label[^>]*>([^<]*)/g)].map((m) => m[1].trim().split(' ')[0]);
  assert.deepEqual(await bodies(c), ['Autoriteti', 'Zyra'], 'for a child its authority comes first');
  const adult = await job.openCase(giulia, 'A.');
  await job.writeFacts(giulia, adult, job.demoData('facts-adult'));
  assert.deepEqual(await bodies(adult), ['Zyra', 'Autoriteti'], 'for an adult it comes last');
  const stopped = (page) => /id="stops"/.test(page.html);
  assert.ok(stopped(await preview('Fëmijë')), 'no guardian');
  await job.writeFacts(giulia, c, facts);
  const wrong = await preview('Zyra');
  assert.ok(stopped(wrong), 'not the child authority');
  const danger = await wrong.submit({ danger: 'Suo zio è in viaggio verso la casa.' }, { form: /refer\/send$/, action: `/cases/${c}/refer/preview` });
  assert.ok(!stopped(danger), 'immediate danger');
  const page = await preview('Fëmijë');
  assert.ok(!stopped(page));
  await job.send(page);
  const arben = await w.person('al', 'arben');
  assert.ok((await w.arrives(arben)).length === 1);
});

test('an administrator reads no case and no inbox; a signed-out visitor is sent to sign in', async () => {
  const admin = new Client(w.it.origin, { language: 'en' });
  await admin.signIn('admin', w.it.adminPassword);
  for (const path of ['/cases', `/cases/${code}`, '/inbox', `/cases/${code}/timeline`]) assert.ok([403, 404].includes((await admin.get(path)).status), path);
  admin.close();
  const nobody = new Client(w.it.origin);
  assert.match((await nobody.get(`/cases/${code}`)).path, /^\/signin/);
  nobody.close();
});
