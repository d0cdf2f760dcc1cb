// office.test.mjs - what an administrator and the members of a team do through the pages: organisation, people, team, keys,
// partner; a new colleague; a forgotten password; the end of an access.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import fs from 'node:fs';
import path from 'node:path';
import { Client } from '../lib/client.mjs';
import { Node, freePort, temporary } from '../lib/nodes.mjs';
import { job } from './world.mjs';

const ANNA = { login: 'anna', name: 'Anna Fiumara', password: 'quattro sassi nel fiume' };
const LUCA = { login: 'luca', name: 'Luca Pontile', password: 'cinque barche sul lago' };
let folder, it, al, admin, anna, recovery;

async function make(country, language, host) {
  const node = new Node({ folder: path.join(folder, country), host, name: `${country} (test)`, country, language, port: await freePort(), exchangePort: await freePort() });
  node.init();
  return node;
}

before(async () => {
  folder = temporary('office');
  [it, al] = [await make('IT', 'en', 'it.localhost'), await make('AL', 'sq', 'al.localhost')];
  await it.serve();
  admin = new Client(it.origin, { language: 'en' });
  await admin.signIn('admin', it.adminPassword);
});
after(async () => {
  assert.equal(await it.stop(), 0);
  const log = fs.readFileSync(it.logFile, 'utf8');
  for (const word of ['Fiumara', 'anna', 'Pontile']) assert.ok(!log.includes(word), `${word} in the log`);
  fs.rmSync(folder, { recursive: true, force: true });
});

const good = (page, what) => { job.expect(page.status === 200 && page.errors.length === 0, what, page); return page; };
const done = (page, words) => assert.match(page.html.match(/trm-done[\s\S]*?<\/div>/)?.[0] ?? '', words);

async function invite(who, organisation, role) {
  const page = await admin.get('/users/new');
  return good(await page.submit({ name: who.name, login: who.login, organisation, role, language: 'en' }, { form: '/users' }), `invite ${who.login}`);
}
const codeOf = (page) => page.html.match(/trm-code">([^<]+)</)[1];

async function activate(who, code) {
  const client = new Client(it.origin, { language: 'en' });
  const page = await client.get('/activate');
  const shown = good(await page.submit({ login: who.login, code, fresh: who.password, again: who.password }, { form: '/activate' }), 'activate');
  good(await client.signIn(who.login, who.password), `${who.login} signs in`);
  return [client, shown.html.match(/trm-fingerprint">([^<]+)</)[1].trim()];
}

test('an organisation, with what it does', async () => {
  const page = await admin.get('/organisations/new');
  const wrong = await page.submit({ name: '' }, { form: '/organisations' });
  assert.equal(wrong.status, 422);
  assert.equal(wrong.errors.length, 1);
  const made = good(await page.submit({ name: 'Ponte di Prova', procedure: ['return', 'longer_term'], languages: 'it en' }, { form: '/organisations' }), 'make it');
  done(made, /needs a team/);
  assert.match(made.text, /Ponte di Prova/);
  const early = await made.submit({}, { form: /\/keys$/ });
  assert.equal(early.status, 409, 'no keys before a team');
});

test('a person is invited, starts the account, and gets a recovery code', async () => {
  const organisation = (await admin.get('/users/new')).form('/users').fields.find((f) => f.name === 'organisation').value;
  const none = await (await admin.get('/users/new')).submit({ name: 'X', login: 'x', organisation, language: 'en' }, { form: '/users' });
  assert.match(none.errors.join(), /Choose what the person will do/);
  const code = codeOf(await invite(ANNA, organisation, ['case_worker', 'intake_officer']));
  const twice = await (await admin.get('/users/new')).submit({ name: 'Y', login: 'anna', organisation, role: 'case_worker', language: 'en' }, { form: '/users' });
  assert.match(twice.errors.join(), /has this user name already/);
  const stranger = new Client(it.origin, { language: 'en' });
  const page = await stranger.get('/activate');
  assert.match((await page.submit({ login: 'anna', code: 'AAAA-AAAA', fresh: ANNA.password, again: ANNA.password }, { form: '/activate' })).errors.join(), /code is not right/);
  assert.match((await page.submit({ login: 'anna', code, fresh: ANNA.password, again: 'another one than that' }, { form: '/activate' })).errors.join(), /not the same/);
  assert.match((await page.submit({ login: 'anna', code, fresh: 'short', again: 'short' }, { form: '/activate' })).errors.join(), /12 characters/);
  [anna, recovery] = await activate(ANNA, code);
  assert.equal((await page.submit({ login: 'anna', code, fresh: ANNA.password, again: ANNA.password }, { form: '/activate' })).status, 422, 'the code works once');
});

test('a team of her, then the keys', async () => {
  const page = await admin.get('/teams/new');
  assert.match((await page.submit({ name: '', member: null }, { form: '/teams' })).errors.join('|'), /name.*member/is);
  const form = page.form('/teams');
  const member = form.fields.find((f) => f.name === 'member').value;
  done(good(await page.submit({ name: 'Squadra', organisation: form.fields.find((f) => f.name === 'organisation').value, member }, { form: '/teams' }), 'make a team'), /team is made/);
  const teams = await admin.get('/teams');
  assert.match(teams.text, /Only one person holds the keys/);
  done(await (await admin.get('/organisations')).submit({}, { form: /\/keys$/ }), /keys are made/);
});

test('she opens a case; the administrator can’t read it', async () => {
  const code = await job.openCase(anna, 'Q.');
  assert.equal((await admin.get(`/cases/${code}`)).status, 403);
  assert.equal((await admin.get('/')).path, '/users');
});

test('a colleague is added, signed by the administrator and confirmed by her', async () => {
  const organisation = (await admin.get('/users/new')).form('/users').fields.find((f) => f.name === 'organisation').value;
  const [luca] = await activate(LUCA, codeOf(await invite(LUCA, organisation, ['case_worker'])));
  assert.match((await luca.get('/cases')).text, /no case of your teams/);
  const add = await admin.get((await admin.get('/teams')).link(/\/members\/new$/));
  const choice = add.form(/members\/new$/).fields.find((f) => f.name === 'member').options.find((o) => o.label.includes('Luca'));
  done(await add.submit({ member: choice.value }, { form: /members\/new$/ }), /must confirm/);
  const hers = await anna.get('/teams');
  const confirm = await anna.get(hers.link(/\/confirm$/));
  assert.match(confirm.text, /Give Luca Pontile the keys/);
  done(await confirm.submit({}, { form: /\/confirm$/ }), /has the keys/);
  assert.match((await luca.get('/cases')).text, /Q\./, 'he sees its cases without signing in again');
  const ended = (await admin.get('/teams')).forms.filter((f) => /\/end$/.test(f.action ?? ''));
  assert.equal(ended.length, 2);
});

test('a partner: the card and the fingerprint as it is heard', async () => {
  const org = al.organisation({ name: 'Zyra e Provës', procedures: 'return', languages: 'sq' });
  al.user({ login: 'besa', name: 'Besa Prova', organisation: org, role: 'intake_officer', password: 'mali i bardhe mbi lumin' });
  al.team({ organisation: org, name: 'Pritja', members: ['besa'] });
  al.keys(org);
  const file = path.join(folder, 'al.card');
  const spoken = al.card(file);
  const token = (await admin.get('/partners/new')).form('/partners').fields.find((f) => f.name === 'csrf').value;
  const send = async (card, fingerprint) => {
    const boundary = 'x-test-boundary';
    const part = (name, value, more = '') => `--${boundary}\r\nContent-Disposition: form-data; name="${name}"${more}\r\n\r\n${value}\r\n`;
    const body = part('csrf', token) + part('fingerprint', fingerprint) + part('card', card, '; filename="al.card"') + `--${boundary}--\r\n`;
    return admin.arrive(await admin.raw('POST', '/partners', { body, headers: { 'content-type': `multipart/form-data; boundary=${boundary}`, origin: admin.origin.origin } }));
  };
  const card = fs.readFileSync(file, 'latin1');
  assert.match((await send('', spoken)).errors.join(), /Choose the file/);
  assert.match((await send('no card', spoken)).errors.join(), /not a valid node card/);
  assert.match((await send(card, '')).errors.join(), /fingerprint that the office reads/);
  assert.match((await send(card, spoken.replace(/^./, (c) => (c === 'A' ? 'B' : 'A')))).errors.join(), /not the fingerprint/);
  const pinned = good(await send(card, ` ${spoken.toLowerCase().replaceAll('-', ' ')} `), 'pin');
  done(pinned, /trusted now/);
  const one = await admin.get(pinned.link(/^\/partners\/[0-9a-f-]{36}$/));
  assert.match(one.text, /Zyra e Provës/);
  assert.match(one.text.replace(/\s/g, ''), new RegExp(spoken.replaceAll('-', '')));
  done(await one.submit({}, { form: /\/revoke$/ }), /no longer trusted/);
  const own = await admin.raw('GET', '/partners/card');
  assert.equal(own.status, 200);
  assert.match(own.headers['content-disposition'], /node-IT\.card/);
});

test('the account: language, another session, password, recovery code', async () => {
  const elsewhere = new Client(it.origin, { language: 'en' });
  await elsewhere.signIn(ANNA.login, ANNA.password);
  let page = await anna.get('/account');
  page = await page.submit({ language: 'it' }, { form: '/account/language' });
  assert.match(page.html, /<html[^>]* lang="it"/);
  page = await page.submit({ language: 'en' }, { form: '/account/language' });
  done(page, /language is saved/);
  assert.match((await (await anna.get('/account')).submit({}, { form: '/account/sessions/end' })).html, /trm-done/);
  const change = await anna.get('/account/password');
  const fresh = 'sei nuvole sopra il porto';
  assert.match((await change.submit({ current: 'not it at all', fresh, again: fresh }, { form: '/account/password' })).errors.join(), /not your password/);
  done(await change.submit({ current: ANNA.password, fresh, again: fresh }, { form: '/account/password' }), /password is changed/);
  assert.equal((await elsewhere.get('/account')).path, '/signin?next=/account', 'other sessions have ended');
  const lost = new Client(it.origin, { language: 'en' });
  const recover = await lost.get('/recover');
  const newer = 'sette fari lungo la costa';
  assert.match((await recover.submit({ login: 'anna', code: 'AAAA', fresh: newer, again: newer }, { form: '/recover' })).errors.join(), /code is not right/);
  const shown = good(await recover.submit({ login: 'anna', code: recovery, fresh: newer, again: newer }, { form: '/recover' }), 'recover');
  const second = shown.html.match(/trm-fingerprint">([^<]+)</)[1].trim();
  assert.notEqual(second, recovery);
  good(await lost.signIn('anna', newer), 'sign in with the new password');
  assert.match((await lost.get('/cases')).text, /Q\./, 'her cases are there');
  const renew = await lost.get('/account/recovery');
  assert.match((await renew.submit({ current: 'no' }, { form: '/account/recovery' })).errors.join(), /not your password/);
  assert.match(good(await renew.submit({ current: newer }, { form: '/account/recovery' }), 'renew').html, /trm-fingerprint/);
  anna = lost;
});

test('access ends at once', async () => {
  const users = await admin.get('/users');
  const row = users.links.find((l) => l.text.includes('Anna'));
  const page = await admin.get(row.href);
  done(await page.submit({}, { form: /\/close$/ }), /account is closed/);
  assert.equal((await anna.get('/cases')).path, '/signin?next=/cases');
  assert.equal((await new Client(it.origin, { language: 'en' }).signIn('anna', 'sette fari lungo la costa')).status, 422);
});

test('signing out ends the session on the node too', async () => {
  const cookie = [...admin.cookies].map(([k, v]) => `${k}=${v}`).join('; ');
  const page = await admin.get('/account');
  const out = await page.submit({}, { form: '/signout' });
  assert.equal(out.path, '/signin');
  done(out, /signed out/);
  const again = await admin.raw('GET', '/users', { headers: { cookie } });
  assert.equal(again.status, 303);
  assert.match(again.headers.location, /^\/signin/);
});
