// peer_opentrm.mjs - makes and fills the node that peer_opentrm.sh measures.
//   make: the node, one agency, one case worker.   fill: RECORDS cases over HTTP, the middle one with the demo's answers.
import fs from 'node:fs';
import path from 'node:path';
import { Client } from '../lib/client.mjs';
import * as job from '../lib/crossing.mjs';
import { Node, PEOPLE } from '../lib/nodes.mjs';

const folder = process.env.FOLDER, port = Number(process.env.PORT);
const node = new Node({ folder: path.join(folder, 'it'), host: '127.0.0.1', name: 'Bench', country: 'IT', language: 'en', port, exchangePort: port + 1 });

if (process.argv[2] === 'make') {
  node.init();
  const org = node.organisation({ name: 'Bench', procedures: 'return', languages: 'en' });
  node.user({ ...PEOPLE.giulia, language: 'en', organisation: org });
  node.team({ organisation: org, name: 'Bench', members: ['giulia'] });
  node.keys(org);
  // One machine asks for all.
  for (const limit of ['address_rate', 'session_rate', 'connection_requests']) node.run(['setting set', node.folder, `limit.${limit}`, '0']);
} else {
  const client = new Client(node.origin);
  await client.signIn(PEOPLE.giulia.login, PEOPLE.giulia.password);
  const form = (await client.get('/cases/new')).form('/cases');
  const csrf = form.fields.find((f) => f.name === 'csrf').value, team = form.fields.find((f) => f.name === 'team').value;
  const records = Number(process.env.RECORDS ?? 10000);
  const make = async (n) => {
    const r = await client.raw('POST', '/cases', { body: new URLSearchParams({ csrf, team, label: `Case ${n}` }).toString(), headers: { 'content-type': 'application/x-www-form-urlencoded', origin: node.origin } });
    if (r.status !== 303) throw new Error(`create: ${r.status}`);
  };
  client.agent.maxSockets = 32;
  for (let n = 0; n < records / 2; n += 32) await Promise.all(Array.from({ length: Math.min(32, records / 2 - n) }, (_, i) => make(n + i)));
  const code = await job.openCase(client, 'The measured case');
  await job.writeFacts(client, code, job.demoData('facts-adult'));
  for (const consent of job.demoData('facts-adult').consent) await job.recordConsent(client, code, consent);
  await job.fillForm(client, code, job.demoData('case-adult'));
  for (let n = records / 2 + 1; n < records; n += 32) await Promise.all(Array.from({ length: Math.min(32, records - n) }, (_, i) => make(n + i)));
  const cookie = [...client.cookies].map(([k, v]) => `${k}=${v}`).join('; ');
  fs.writeFileSync(path.join(folder, 'session.sh'), `cookie='${cookie}'\ncsrf='${csrf}'\nteam='${team}'\ncode='${code}'\n`);
  client.close();
}
