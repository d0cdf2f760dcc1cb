// offices.mjs - the two nodes of the check: Italy on the cluster, served by two opentrm behind HAProxy; Albania on SQLite.
//
// Both are made as a person makes them, by the command line. Used by check.mjs, load_http.mjs and rounds.mjs.

import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import https from 'node:https';
import path from 'node:path';
import { Client } from '../lib/client.mjs';
import * as job from '../lib/crossing.mjs';
import { BINARY, PEOPLE, twoNodes } from '../lib/nodes.mjs';
import { until } from './machine.mjs';

export class Offices {
  constructor(cluster) { this.cluster = cluster; }

  async make() {
    const { cluster } = this;
    const [app1, app2] = cluster.applications, partner = cluster.partner;
    const stores = cluster.stores(app1);
    const at = (m) => path.join(m.root, 'var/lib/opentrm');
    Object.assign(this, await twoNodes(cluster.folder, {
      ports: { it: 8443, itx: 8445, al: 8441, alx: 8442 },
      nodes: {
        it: { folder: at(app1), origin: 'https://it.localhost:8443', exchangeAddress: `https://${app1.address}:8445/as2`, more: ['--host', app1.address, '--store', stores.proxy[0], '--keys', stores.proxy[1]] },
        al: { folder: at(partner), origin: 'http://al.localhost:8441', exchangeAddress: `https://${partner.address}:8442/as2`, more: ['--host', partner.address] },
      },
    }));
    // As README.md says: the proxies are believed, the second machine gets a copy of the folder, HAProxy the node's certificate.
    this.it.run(['setting set', at(app1), 'limit.proxies', '127.0.0.0/8']);
    fs.cpSync(at(app1), at(app2), { recursive: true, preserveTimestamps: true });
    const direct = cluster.stores(app2).hosts;
    fs.writeFileSync(path.join(at(app2), 'stores'), `records ${direct[0]}\nkeys ${direct[1]}\n`, { mode: 0o600 });
    this.certificate = fs.readFileSync(path.join(at(app1), 'node.crt'));
    for (const app of cluster.applications) {
      fs.writeFileSync(path.join(app.root, 'etc/haproxy/node.crt'), this.certificate);
      cluster.restartProxy(app);
    }
  }
  // What opentrm.service runs; started again when it ends by itself, as systemd does: HAProxy needs a moment to know the primary.
  start(app) {
    const child = app.run('opentrm', BINARY, ['serve', path.join(app.root, 'var/lib/opentrm'), '--listen', `${app.address}:8441`, '--exchange', `${app.address}:8442`, ...(app === this.cluster.partner ? [] : ['--tls'])]);
    child.on('exit', (code) => { if (code !== null && !this.cluster.ending) setTimeout(() => { if (!this.cluster.ending) this.start(app); }, 1000).unref(); });
  }
  async serve() {
    for (const app of [...this.cluster.applications, this.cluster.partner]) this.start(app);
    await until('both opentrm behind both proxies, and the partner', async () => {
      for (const app of this.cluster.applications) if (await this.answers(app) !== 200 || (await this.client('giulia', app).get('/signin')).status !== 200) return false;
      return (await this.partnerClient().get('/signin')).status === 200;
    }, 60_000, 500);
  }
  // The status with which this machine's own opentrm answers, past HAProxy.
  answers(app) {
    return new Promise((resolve) => {
      const rq = https.get({ host: app.address, port: 8441, path: '/ready', servername: 'it.localhost', ca: this.certificate, headers: { host: 'it.localhost:8443' }, timeout: 2000, agent: false }, (rs) => { rs.resume(); resolve(rs.statusCode); });
      rq.on('timeout', () => rq.destroy());
      rq.on('error', () => resolve(0));
    });
  }
  client(who, app) { return new Client(this.it.origin, { language: PEOPLE[who].language, at: app.address, ca: this.cluster.ca }); }
  partnerClient() { return new Client(this.al.origin, { language: 'sq', at: this.cluster.partner.address }); }
  async signedIn(who, app) {
    const client = this.client(who, app);
    const page = await client.signIn(PEOPLE[who].login, PEOPLE[who].password);
    job.expect(page.status === 200 && page.path === '/', `${who} signs in`, page);
    return client;
  }
  // A session that began before, asked of each opentrm itself.
  async sessionHolds(client, app) {
    const own = new Client('https://it.localhost:8441', { at: app.address, ca: this.certificate });
    own.cookies = new Map(client.cookies);
    const page = await own.raw('GET', '/cases');
    own.close();
    return page.status === 200;
  }
  // Messages of a class that the partner received: handle -> how often. Read from its store; bodies are sealed.
  received(class_) {
    const sql = `import json,sqlite3,sys; print(json.dumps(sqlite3.connect('file:' + sys.argv[1] + '?mode=ro', uri=True).execute('SELECT handle, count(*) FROM received WHERE class = ? GROUP BY handle', (sys.argv[2],)).fetchall()))`;
    const r = spawnSync('python3', ['-c', sql, path.join(this.cluster.partner.root, 'var/lib/opentrm/opentrm.db'), class_], { encoding: 'utf8', timeout: 30_000 });
    if (r.status !== 0) throw new Error(`the partner's store: ${r.stderr}`);
    return new Map(JSON.parse(r.stdout));
  }
}
