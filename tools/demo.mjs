// demo.mjs - two nodes with invented people on this machine. Called by tools/demo (make demo).
//
//   make demo          makes demo/ (kept between runs), serves both nodes until Ctrl-C
//   make demo ONCE=1   makes two fresh nodes, plays the whole crossing over HTTP as a browser would post it, prints each step
//                      with its evidence, ends the nodes; exit code 0, or 1 with the step that failed
//
// Listens on loopback only.

import { createHash } from 'node:crypto';
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { Client } from '../tests/lib/client.mjs';
import * as job from '../tests/lib/crossing.mjs';
import { Node, PEOPLE, ROOT, temporary, twoNodes } from '../tests/lib/nodes.mjs';

const PORTS = { it: 8441, itx: 8442, al: 8451, alx: 8452 };
const once = Boolean(process.env.ONCE);

function accounts(it, al) {
  const line = (p, what) => `    ${p.login.padEnd(8)} ${p.password.padEnd(34)} ${p.name}, ${what}`;
  return [
    '', `  Italy     ${it.origin}/`,
    line(PEOPLE.giulia, 'case worker'), line(PEOPLE.paolo, 'case worker'), `    admin    ${it.adminPassword.padEnd(34)} administrator (reads no case)`,
    '', `  Albania   ${al.origin}/`,
    line(PEOPLE.besa, 'intake officer'), line(PEOPLE.drita, 'case worker and intake officer'), line(PEOPLE.arben, 'child authority'), `    admin    ${al.adminPassword.padEnd(34)} administrator (reads no case)`,
    '', `  Giulia sends to: Albania, Return, Zyra Kombëtare e Referimit (Besa and Drita); children go to Autoriteti Kombëtar për Fëmijët (Arben).`,
    '  Everybody and everything in it is invented. Use two browser windows.', '',
  ].join('\n');
}

async function serveDemo() {
  const folder = path.join(ROOT, 'demo');
  let nodes;
  if (fs.existsSync(path.join(folder, 'ready'))) {
    nodes = Object.fromEntries([['it', 'it.localhost', PORTS.it, PORTS.itx], ['al', 'al.localhost', PORTS.al, PORTS.alx]].map(([k, host, port, exchangePort]) => [k, new Node({ folder: path.join(folder, k), host, port, exchangePort })]));
  } else {
    fs.rmSync(folder, { recursive: true, force: true });
    nodes = await twoNodes(folder, { ports: PORTS, say: (s) => console.log(`  ${s} ...`) });
    fs.writeFileSync(path.join(folder, 'ready'), '');
  }
  const stop = async () => { await Promise.all([nodes.it.stop(), nodes.al.stop()]); process.exit(0); };
  process.on('SIGINT', stop);
  process.on('SIGTERM', stop);
  await nodes.it.serve();
  await nodes.al.serve();
  console.log(accounts(nodes.it, nodes.al));
  console.log(`  Logs: demo/it.log, demo/al.log. Ctrl-C stops both nodes; what you did is kept in demo/.\n`);
  await Promise.race([nodes.it.ended, nodes.al.ended]);
  console.error('A node has ended by itself; see its log.');
  await Promise.all([nodes.it.stop(), nodes.al.stop()]);
  process.exit(1);
}

const words = (html) => html.replace(/<[^>]*>/g, ' ').replace(/\s+/g, ' ').trim();
const headings = (page) => [...page.html.matchAll(/<h2 class="govuk-heading-m">([\s\S]*?)<\/h2>/g)].map((m) => words(m[1])).join('; ');

// Why a preview sends nothing, as the page says it.
const stops = (page) => words(page.html.match(/id="stops">([\s\S]*?)<\/div>/)?.[1] ?? '');

let step = 0;
const say = (text, detail = '') => console.log(`${String(++step).padStart(2)}. ${text}${detail ? `\n      ${detail}` : ''}`);

// The evidence of a timeline: fetched as a person would by its link, and named by its SHA-256.
async function evidence(client, page, folder, who) {
  const links = [...new Set(page.links.map((l) => l.href).filter((h) => /\/evidence\/[0-9a-f-]{36}$/.test(h ?? '')))];
  for (const href of links) {
    const e = await client.raw('GET', href);
    job.expect(e.status === 200 && e.body.length > 0, `evidence ${href}`, e);
    const file = path.join(folder, `${who}-${href.split('/').pop()}`);
    fs.writeFileSync(file, e.body);
    const name = (e.headers['content-disposition'] ?? '').match(/filename="([^"]+)"/)?.[1] ?? '';
    console.log(`      evidence ${name} ${e.body.length} bytes, sha256 ${createHash('sha256').update(e.body).digest('hex').slice(0, 32)}...`);
  }
  return links.length;
}

const shows = async (client, code, words) => {
  const page = await job.timeline(client, code);
  return words.every((w) => page.html.includes(`data-state="${w}"`)) ? page : null;
};

async function play() {
  const folder = temporary('demo');
  const { it, al } = await twoNodes(folder, { say: (s) => console.log(`  ${s} ...`) });
  try {
    await it.serve();
    await al.serve();
    const giulia = new Client(it.origin, { language: 'it' }), besa = new Client(al.origin, { language: 'sq' }), drita = new Client(al.origin, { language: 'sq' });
    job.expect((await giulia.signIn(PEOPLE.giulia.login, PEOPLE.giulia.password)).status === 200, 'Giulia signs in');
    say('Italy: Giulia signs in and opens a case');
    const code = await job.openCase(giulia, 'Z.');
    say('Italy: the case has a code', code);
    const facts = job.demoData('facts-adult'), answers = job.demoData('case-adult');
    await job.writeFacts(giulia, code, facts);
    say('Italy: person and countries', facts.countries.map((c) => `${c.country}: ${c.roles.join(', ')}`).join('; '));
    const early = await job.preview(giulia, code, { country: 'AL', procedure: 'return' }).catch((e) => { throw e; });
    job.expect(!early.forms.some((f) => /refer\/send$/.test(f.action ?? '') && f.buttons.some((b) => !b.formaction)), 'without consent nothing can be sent', early);
    say('Italy: without consent the preview refuses to send', stops(early));
    for (const consent of facts.consent) await job.recordConsent(giulia, code, consent);
    say('Italy: consent to share and, separately, to return');
    const filled = await job.fillForm(giulia, code, answers);
    say('Italy: part A, section by section', `${filled.sections} sections, ${filled.typed} fields typed`);
    const shown = await job.preview(giulia, code, { country: 'AL', procedure: 'return', body: 'Zyra' });
    say('Italy: the preview says what goes and what stays', headings(shown));
    await job.send(shown);
    say('Italy: signed, sealed and sent');
    await job.until('the receipt of the Albanian node', () => shows(giulia, code, ['submitted', 'relayed']));
    say('Italy: relayed; the Albanian node has signed for it');
    job.expect((await besa.signIn(PEOPLE.besa.login, PEOPLE.besa.password)).status === 200, 'Besa signs in');
    const [line] = await job.inboxLines(besa);
    job.expect(line, 'a referral in the Albanian inbox', await besa.get('/inbox'));
    say('Albania: Besa sees the referral in her inbox', line.text);
    const received = await besa.get(line.href);
    job.expect(received.status === 200 && received.html.includes('lang="sq"') && received.text.includes(answers.birth_place.split(',')[0]), 'the referral, with Albanian labels', received);
    say('Albania: Besa reads it with Albanian labels', headings(received));
    await job.say(besa, `${line.href}/words/question`, 'A ka nevojë për përkthyes gjatë udhëtimit?');
    say('Albania: Besa asks a question back');
    await job.until('the question in Italy', async () => (await job.inboxLines(giulia)).length > 0);
    const [question] = await job.inboxLines(giulia);
    const asked = await giulia.get(question.href);
    job.expect(asked.text.includes('përkthyes gjatë'), 'the question in Italy', asked);
    await job.say(giulia, `/cases/${code}/words/answer`, 'No, viaggia con una mediatrice che parla albanese.');
    say('Italy: Giulia reads the question and answers');
    await job.until('the answer in Albania', async () => (await job.inboxLines(besa)).length > 1);
    const accepted = await job.accept(besa, line.href, PEOPLE.drita.name);
    const theirs = (accepted.html.match(/\/cases\/(AL-\d\d-\w+)/) ?? accepted.path.match(/\/cases\/(AL-\d\d-\w+)/) ?? [])[1];
    job.expect(theirs, 'a case in Albania', accepted);
    say('Albania: accepted; Drita is the case manager', theirs);
    const done = await job.until('the decision in Italy', () => shows(giulia, code, ['submitted', 'relayed', 'delivered', 'opened', 'accepted']));
    job.expect(done.text.includes(PEOPLE.drita.name), 'the case manager in Italy', done);
    say('Italy: the timeline shows submitted, relayed, delivered, opened, accepted');
    job.expect(await evidence(giulia, done, folder, 'it') >= 5, 'evidence of each step', done);
    job.expect((await drita.signIn(PEOPLE.drita.login, PEOPLE.drita.password)).status === 200, 'Drita signs in');
    const partB = await job.fillForm(drita, theirs, job.demoData('followup-adult'));
    job.expect(partB.typed > 10, 'part B', await drita.get(`/cases/${theirs}`));
    say('Albania: after the return Drita fills part B', `${partB.typed} fields typed`);
    const follow = (await drita.get(`/cases/${theirs}`)).link(/\/followup\/[0-9a-f-]+$/);
    const goes = await drita.get(follow);
    const sent = await goes.submit({}, { form: /\/followup\/[0-9a-f-]+$/ });
    job.expect(sent.status === 200 && sent.errors.length === 0, 'send the follow-up', sent);
    say('Albania: the follow-up is signed, sealed and sent');
    await job.until('the follow-up in Italy', async () => (await job.inboxLines(giulia)).length > 0);
    const [followup] = await job.inboxLines(giulia);
    job.expect((await giulia.get(followup.href)).status === 200, 'read the follow-up');
    const all = await giulia.get(`/cases/${code}/forms/annex-i`);
    const words = job.demoData('followup-adult').long_accommodation_comments ?? job.demoData('followup-adult').long_safety_measures;
    job.expect(all.text.includes(words.split('\n')[0].slice(0, 40)), 'part B on the Italian case', all);
    say('Italy: Giulia reads the follow-up on her own case');
    const handle = (done.html.match(/data-conversation="([0-9a-f-]{36})"/) ?? [])[1];
    job.expect(handle, 'the conversation', done);
    const zip = path.join(folder, 'evidence.zip');
    say('Italy: the bundle of all evidence', it.run(['evidence', it.folder, handle, zip]).trim());
    for (const node of [it, al]) say(`${node.country}: the audit log`, node.run(['audit verify', node.folder]).trim().split('\n').pop());
    for (const node of [it, al]) job.expect(await node.stop() === 0, `${node.country} ends with exit code 0`);
    say('both nodes ended');
    console.log(`\nThe crossing is complete. All evidence: ${zip}`);
    return 0;
  } catch (e) {
    console.error(`\nfailed after step ${step}: ${e.message}`);
    for (const node of [it, al]) if (node.logFile) console.error(`--- ${path.basename(node.logFile)}\n${spawnSync('tail', ['-n', '15', node.logFile], { encoding: 'utf8' }).stdout}`);
    await Promise.all([it.stop(), al.stop()]);
    return 1;
  }
}

if (once) process.exitCode = await play();
else await serveDemo();
