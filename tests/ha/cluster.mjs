// cluster.mjs - the machines of deploy/postgres on loopback addresses: etcd, Patroni with PostgreSQL, PgBouncer, HAProxy.
//
// Filled by deploy/postgres/fill from the very templates that a ministry uses; only addresses and folders differ, and the
// watchdog is off. Each machine is an address of its own in 127.0.0.0/8, so the ports are the usual ones, and runs of this
// check next to each other do not meet. Used by check.mjs.

import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import https from 'node:https';
import path from 'node:path';
import { ROOT } from '../lib/nodes.mjs';
import { Machine, killIn, until } from './machine.mjs';

const DATABASES = ['db1', 'db2', 'db3'], APPLICATIONS = ['app1', 'app2'];
const name = (what) => spawnSync('id', [what], { encoding: 'utf8' }).stdout.trim();
const random = (from, to) => from + Math.floor(Math.random() * (to - from));

export class Cluster {
  constructor(folder) {
    this.folder = folder;
    const net = `127.${random(16, 250)}.${random(0, 250)}`;
    this.machines = new Map();
    for (const [n, name] of DATABASES.entries()) this.machines.set(name, new Machine(path.join(folder, name), name, `${net}.${11 + n}`, { unprivileged: true }));
    for (const [n, name] of APPLICATIONS.entries()) this.machines.set(name, new Machine(path.join(folder, name), name, `${net}.${21 + n}`));
    this.partner = new Machine(path.join(folder, 'partner'), 'partner', `${net}.31`);
  }
  get databases() { return DATABASES.map((n) => this.machines.get(n)); }
  get applications() { return APPLICATIONS.map((n) => this.machines.get(n)); }

  fill() {
    const lines = fs.readFileSync(path.join(ROOT, 'deploy/postgres/settings.example'), 'utf8').split('\n');
    const here = { NETWORK: '127.0.0.0/8', SITE: 'it.localhost', SITE_LISTEN: '@ADDRESS@:8443', PARTNERS_LISTEN: '@ADDRESS@:8445', STORE_LISTEN: '@ADDRESS@:5433', MORE_NAMES: ',IP:127.0.0.1', WATCHDOG: 'off', SHARED_BUFFERS: '64MB', HAPROXY_USER: name('-un'), HAPROXY_GROUP: name('-gn'), ROOT: `${this.folder}/@NAME@` };
    for (const m of this.machines.values()) here[`${m.name.toUpperCase()}_ADDRESS`] = m.address;
    const settings = lines.map((l) => { const name = l.split('=')[0]; return name in here ? `${name}=${here[name]}` : l; });
    for (const name of Object.keys(here)) if (!settings.some((l) => l.startsWith(`${name}=`))) throw new Error(`settings.example has no ${name}`);
    fs.writeFileSync(path.join(this.folder, 'settings'), settings.join('\n'));
    const r = spawnSync(path.join(ROOT, 'deploy/postgres/fill'), [path.join(this.folder, 'settings'), this.folder], { encoding: 'utf8', timeout: 60_000 });
    if (r.status !== 0) throw new Error(`fill: ${r.error ?? ''}${r.stderr}`);
    this.ca = fs.readFileSync(path.join(this.folder, 'secret/ca.crt'));
  }
  prepare() {
    fs.chmodSync(this.folder, 0o711);
    for (const m of this.databases) m.prepare(['var/lib/etcd', 'var/lib/postgresql/15', 'var/log/postgresql', 'run/postgresql']);
    for (const m of [...this.applications, this.partner]) m.prepare(['var/lib', 'var/log', 'run']);
  }
  startDatabase(m) {
    const etc = path.join(m.root, 'etc');
    const env = Object.fromEntries(fs.readFileSync(path.join(etc, 'default/etcd'), 'utf8').split('\n').filter((l) => /^\w+=/.test(l)).map((l) => [l.slice(0, l.indexOf('=')), l.slice(l.indexOf('=') + 1)]));
    m.run('etcd', 'etcd', [], env);
    this.startPatroni(m);
    this.startPooler(m);
  }
  // Started again when it ends by itself (no etcd yet), as systemd does. By the system's Python: Debian's Patroni is that one's.
  startPatroni(m) {
    const child = m.run('patroni', '/usr/bin/python3', ['/usr/bin/patroni', path.join(m.root, 'etc/patroni/config.yml')]);
    child.on('exit', (code) => { if (code !== null && !this.ending) setTimeout(() => { if (!this.ending) this.startPatroni(m); }, 1000).unref(); });
  }
  startPooler(m) { return m.run('pgbouncer', '/usr/sbin/pgbouncer', [path.join(m.root, 'etc/pgbouncer/pgbouncer.ini')]); }

  // What a Patroni says: [{name, role, state, timeline}], from whichever answers first.
  async members() {
    for (const m of this.databases) {
      try { return JSON.parse((await this.ask(m, '/cluster')).body).members; } catch { /* the next one */ }
    }
    throw new Error('no Patroni answers');
  }
  ask(m, url) {
    return new Promise((resolve, reject) => {
      const rq = https.get({ host: m.address, port: 8008, path: url, ca: this.ca, timeout: 2000, agent: false }, (rs) => {
        let body = '';
        rs.on('data', (d) => { body += d; });
        rs.on('end', () => resolve({ status: rs.statusCode, body }));
        rs.on('error', reject);
      });
      rq.on('timeout', () => rq.destroy(new Error('no answer')));
      rq.on('error', reject);
    });
  }
  async role(role) { return this.machines.get((await this.members()).find((x) => x.role === role && x.state === 'running' || x.role === role && x.state === 'streaming')?.name); }
  // The machine whose Patroni itself says that it is the primary.
  async primary() {
    for (const m of this.databases) try { if ((await this.ask(m, '/primary')).status === 200) return m; } catch { /* down */ }
    return null;
  }
  // One primary, one synchronous standby, and all of them there, on one timeline.
  healthy(limit) {
    const all = DATABASES.length;
    return until(`${all} databases, one of them primary and one synchronous`, async () => {
      // Each is asked itself: a list of members still names those that died a moment ago.
      for (const m of this.databases) if ((await this.ask(m, '/health')).status !== 200) return false;
      const there = (await this.members()).filter((x) => ['running', 'streaming'].includes(x.state));
      const lines = new Set(there.map((x) => x.timeline));
      return there.length === all && lines.size === 1 && there.some((x) => x.role === 'leader') && there.some((x) => x.role === 'sync_standby') && (await this.primary());
    }, limit);
  }
  newPrimary(old, limit) {
    return until(`a primary that is not ${old.name}`, async () => { const p = await this.primary(); return p && p !== old ? p : null; }, limit, 100);
  }
  // As an administrator does it (README.md).
  switchover(from, to) {
    const r = spawnSync('/usr/bin/python3', ['/usr/bin/patronictl', '-c', path.join(from.root, 'etc/patroni/config.yml'), 'switchover', '--master', from.name, '--candidate', to.name, '--force', 'opentrm'], { encoding: 'utf8', timeout: 60_000 });
    if (r.status !== 0) throw new Error(`patronictl switchover: ${r.stdout}${r.stderr}`);
  }
  // The addresses of the stores as `fill` wrote them: [records, keys] through HAProxy, then by libpq's own choice.
  stores(app) {
    const lines = fs.readFileSync(path.join(app.root, 'etc/opentrm/addresses'), 'utf8').split('\n').filter((l) => l.startsWith('postgres://'));
    return { proxy: lines.slice(0, 2), hosts: lines.slice(2, 4) };
  }
  startProxy(app) { app.run('haproxy', 'haproxy', ['-db', '-f', path.join(app.root, 'etc/haproxy/haproxy.cfg')]); }
  restartProxy(app) {
    app.signalService('haproxy', 'SIGKILL');
    this.startProxy(app);
  }
  async end() {
    this.ending = true;
    await killIn(this.folder);
  }
}
