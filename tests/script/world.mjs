// world.mjs - two served nodes, signed-in people, and a clean end: what every scenario begins with.
import fs from 'node:fs';
import { Client } from '../lib/client.mjs';
import * as job from '../lib/crossing.mjs';
import { PEOPLE, handClock, temporary, twoNodes } from '../lib/nodes.mjs';

export { job, PEOPLE };

export class World {
  static async make(name, { clock = false, nodes = {}, serve = true } = {}) {
    const w = new World();
    w.folder = temporary(name);
    w.clock = clock ? handClock(w.folder) : undefined;
    Object.assign(w, await twoNodes(w.folder, { clock: w.clock, ...nodes }));
    w.clients = [];
    if (serve) await Promise.all([w.it.serve(), w.al.serve()]);
    return w;
  }
  async person(node, who) {
    const client = new Client(this[node].origin, { language: this[node].language });
    this.clients.push(client);
    const page = await client.signIn(PEOPLE[who].login, PEOPLE[who].password);
    job.expect(page.status === 200 && page.path === '/', `${who} signs in`, page);
    return client;
  }
  // A case ready to be sent: facts and consents of the demo, part A or only what `answers` gives.
  async ready(client, { facts = job.demoData('facts-adult'), answers = job.demoData('case-adult'), consents = facts.consent } = {}) {
    const code = await job.openCase(client, 'Z.');
    await job.writeFacts(client, code, facts);
    for (const consent of consents) await job.recordConsent(client, code, consent);
    await job.fillForm(client, code, answers);
    return code;
  }
  async send(client, code, { procedure = 'return', body = 'Zyra' } = {}) {
    await job.send(await job.preview(client, code, { country: 'AL', procedure, body }));
  }
  // Waits until the case's timeline shows all these states.
  shows(client, code, states) {
    return job.until(`${code}: ${states}`, async () => {
      const page = await job.timeline(client, code);
      return states.every((s) => page.html.includes(`data-state="${s}"`)) ? page : null;
    });
  }
  async arrives(client, n = 1) {
    return job.until('something in the inbox', async () => { const lines = await job.inboxLines(client); return lines.length >= n ? lines : null; });
  }
  async end() {
    for (const c of this.clients) c.close();
    const codes = await Promise.all([this.it.stop(), this.al.stop()]);
    const logs = [this.it, this.al].map((n) => (n.logFile ? fs.readFileSync(n.logFile, 'utf8') : '')).join('');
    fs.rmSync(this.folder, { recursive: true, force: true });
    return { codes, logs };
  }
}

// Small answers: enough to send, quick to type.
export const SMALL = { person_name: 'Zamira Lisaku', sex: 'female', birth_date: '1999-04-17', age_group: 'over_18', exploitation_type: ['labour'], medication: 'ibuprofen', unsafe_location: 'Guribardhë' };
