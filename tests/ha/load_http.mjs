// load_http.mjs - people at work on the node of the cluster: they open cases, save sections, and refer to the partner.
//
// Everything through HAProxy, as browsers do it, with sessions that began before the first round. Each write has a name of its
// own that is found again on the pages: a case's label, the text of an answer, the label of a case that was sent. Used by check.mjs.

import { standing } from '../lib/client.mjs';
import * as job from '../lib/crossing.mjs';
import { pause, until } from './machine.mjs';
import { Tally } from './tally.mjs';

const PACE = { open: 300, save: 150, send: 500 }; // ms
const SMALL = { person_name: 'Zamira Lisaku', sex: 'female', birth_date: '1999-04-17', age_group: 'over_18' };
const FIELD = 'exploitation_comments';

class Work {
  constructor(what, offices) { Object.assign(this, { what, offices, tally: new Tally(), writers: [] }); }
  // Through HAProxy; in the round where a machine with libpq's list of hosts may be stuck, nobody is asked for.
  writersOf(through) { return through ? [] : this.writers.map((w) => w.name); }
  async start() {
    await this.prepare();
    this.running = true;
    this.done = Promise.all(this.writers.map((w) => this.work(w)));
  }
  async stop() { this.running = false; await this.done; }
  async prepare() {}
  async work(writer) {
    for (let n = 1; this.running; n++) {
      const id = `${writer.name}:${n}`;
      this.tally.begin(writer.name);
      let post;
      try {
        post = await this.ready(writer, id);
      } catch (e) {
        this.tally.refuse(`before it was sent: ${(e.message ?? '').split('\n')[0].slice(0, 60)}`);
        await pause(500);
        continue;
      }
      if (await this.write(writer, id, post)) await pause(PACE[this.pace]);
      else await pause(500);
    }
  }
  // Sends a filled-in form once, and listens to what is answered.
  async write(writer, id, { page, values, form, button }) {
    const f = page.form(form);
    const pairs = standing(f).filter(([name]) => !(name in values));
    for (const [name, value] of Object.entries(values)) pairs.push([name, value]);
    if (button) pairs.push([button.name, button.value]);
    let answer;
    try {
      answer = await page.client.raw('POST', f.action ?? page.path, { body: new URLSearchParams(pairs).toString(), headers: { 'content-type': 'application/x-www-form-urlencoded', origin: page.client.origin.origin }, timeout: 120_000 });
    } catch (e) {
      this.tally.doubt(id, `the line was cut (${e.code ?? e.message})`);
      return false;
    }
    const to = answer.headers.location ?? '';
    if (answer.status === 303 && !to.startsWith('/signin')) {
      this.tally.done(writer.name, id);
      return true;
    }
    const ours = /<h1/.test(answer.html) && /govuk/.test(answer.html);
    const sentence = `${answer.status} ${to} ${ours ? `${answer.title}: ${answer.errors.join(' ') || answer.html.match(/<strong>([^<]*)<\/strong>/)?.[1] || ''}` : 'of HAProxy'}`.slice(0, 160);
    // HAProxy's 503 means that it reached nobody; anything else of its own, that it does not know.
    if (ours ? /not known|non si sa/i.test(answer.text) : answer.status !== 503) this.tally.doubt(id, sentence);
    else this.tally.refuse(sentence);
    return false;
  }
}

export class Opening extends Work {
  constructor(offices, clients) {
    super('cases opened', offices);
    this.pace = 'open';
    this.writers = clients.map((client, n) => ({ name: `open${n + 1}`, client }));
  }
  async ready(writer, id) {
    const page = await writer.client.get('/cases/new');
    const team = page.form('/cases').fields.find((f) => f.name === 'team')?.value;
    return { page, form: '/cases', values: { label: id, ...(team ? { team } : {}) } };
  }
  // Every page of the list of cases.
  async found() {
    const found = new Map();
    let page = await this.writers[0].client.get('/cases');
    for (let n = 0; n < 2000; n++) {
      job.expect(page.status === 200, 'the list of cases', page);
      for (const [id] of page.html.matchAll(/\bopen\d+:\d+\b/g)) found.set(id, (found.get(id) ?? 0) + 1);
      const next = page.links.find((l) => l.rel === 'next');
      if (!next) return found;
      page = await this.writers[0].client.get(next.href);
    }
    throw new Error('the list of cases has no end');
  }
}

export class Saving extends Work {
  constructor(offices, clients) {
    super('sections saved', offices);
    this.pace = 'save';
    this.writers = clients.map((client, n) => ({ name: `save${n + 1}`, client }));
  }
  async prepare() {
    for (const w of this.writers) {
      const code = await job.openCase(w.client, w.name);
      w.url = (await job.sectionsOf(w.client, code)).find((url) => /s1_2|case_information/.test(url)) ?? `/cases/${code}/forms/annex-i/s1_2`;
    }
  }
  async ready(writer, id) {
    const page = await writer.client.get(writer.url);
    const form = page.forms.find((f) => f.fields.some((x) => x.name === FIELD));
    if (!form) throw new Error(`${page.status}, no form in ${page.path.split('/').slice(0, 2).join('/')}`);
    return { page, form: form.action, values: { [FIELD]: id }, button: { name: 'act', value: 'next' } };
  }
  // A later save replaces an earlier one: those up to the one that stands are there, as far as they were told.
  async found() {
    const found = new Map();
    for (const w of this.writers) {
      const page = await w.client.get(w.url);
      const stands = page.forms.flatMap((f) => f.fields).find((f) => f.name === FIELD)?.value ?? '';
      found.set(stands, 1);
      const last = Number(stands.split(':')[1]);
      for (const id of [...this.tally.acknowledged, ...this.tally.doubtful]) if (id.startsWith(`${w.name}:`) && Number(id.split(':')[1]) <= last) found.set(id, 1);
    }
    return found;
  }
}

export class Referring extends Work {
  constructor(offices, clients) {
    super('referrals sent', offices);
    this.pace = 'send';
    this.writers = clients.map((client, n) => ({ name: `send${n + 1}`, client }));
    this.codes = new Map();
  }
  async ready(writer, id) {
    const { client } = writer, facts = job.demoData('facts-adult');
    const code = await job.openCase(client, id);
    this.codes.set(id, code);
    await job.writeFacts(client, code, facts);
    for (const consent of facts.consent) await job.recordConsent(client, code, consent);
    await job.fillSection(client, (await job.sectionsOf(client, code)).find((url) => url.endsWith('/s1_1')), SMALL);
    return { page: await job.preview(client, code, { country: 'AL', procedure: 'first_assistance', body: 'Zyra' }), form: /\/refer\/send$/, values: {} };
  }
  // What the sender's timeline says was relayed, and each of the partner's conversations once for each message it received.
  async found() {
    const found = new Map(), { client } = this.writers[0];
    const states = async (code) => [...(await job.timeline(client, code)).html.matchAll(/data-state="(\w+)"/g)].map((m) => m[1]);
    for (const [id, code] of this.codes) {
      const acknowledged = this.tally.acknowledged.has(id);
      if (!acknowledged && !this.tally.doubtful.has(id)) continue;
      const there = acknowledged || (await states(code)).includes('submitted') || (await states(code)).includes('relayed');
      if (there) found.set(id, await until(`${id} to be relayed`, async () => (await states(code)).includes('relayed'), 300_000, 1000) ? 1 : 0);
    }
    const received = this.offices.received('referral');
    this.arrived = { conversations: received.size, messages: [...received.values()].reduce((a, b) => a + b, 0) };
    if (this.arrived.messages !== this.arrived.conversations || this.arrived.messages !== found.size) throw new Error(`the partner received ${this.arrived.messages} referrals in ${this.arrived.conversations} conversations; ${found.size} were sent`);
    return found;
  }
}
