// load_sql.mjs - writers that speak SQL to the stores' addresses, to prove the configuration by itself.
//
// One psql a writer, half of them through HAProxy and PgBouncer, half by libpq's list of hosts. Each row is a transaction of its
// own with a name of its own. Used by check.mjs.

import { spawn, spawnSync } from 'node:child_process';
import readline from 'node:readline';
import { pause, until } from './machine.mjs';
import { Tally } from './tally.mjs';

const DEADLINE = 8000, PACE = 20; // ms

const psql = (address) => spawn('psql', ['-X', '-q', '-At', '-v', 'ON_ERROR_STOP=1', '-d', address], { stdio: ['pipe', 'pipe', 'pipe'], env: { PATH: process.env.PATH, LANG: 'C.UTF-8' } });

export class SqlLoad {
  constructor({ proxy, hosts }) {
    Object.assign(this, { what: 'rows by SQL', addresses: { proxy, hosts }, tally: new Tally(), running: false, children: new Set() });
    this.writers = [['proxy1', 'proxy'], ['proxy2', 'proxy'], ['hosts1', 'hosts'], ['hosts2', 'hosts']];
  }
  writersOf(through) { return this.writers.filter(([, way]) => !through || way === through).map(([name]) => name); }
  query(sql, address = this.addresses.proxy) {
    const r = spawnSync('psql', ['-X', '-q', '-At', '-v', 'ON_ERROR_STOP=1', '-d', address, '-c', sql], { encoding: 'utf8', timeout: 30_000, maxBuffer: 1 << 28 });
    if (r.status !== 0) throw new Error(`psql: ${(r.stderr ?? '').trim().split('\n')[0]}`);
    return r.stdout.trim();
  }
  async start() {
    await until('a table to write into', () => this.query('CREATE TABLE IF NOT EXISTS load_check (id text NOT NULL)') === '', 60_000, 1000);
    this.running = true;
    this.done = Promise.all(this.writers.map(([name, way]) => this.write(name, this.addresses[way])));
  }
  async stop() { this.running = false; await this.done; for (const c of this.children) c.kill('SIGKILL'); }

  async write(writer, address) {
    let session = null, n = 0;
    const drop = () => { if (session) { session.child.kill('SIGKILL'); this.children.delete(session.child); session = null; } };
    while (this.running) {
      const id = `${writer}:${++n}`;
      this.tally.begin(writer);
      session ??= this.open(address);
      session.child.stdin.write(`INSERT INTO load_check VALUES ('${id}') RETURNING id;\n`);
      let timer;
      const late = new Promise((resolve) => { timer = setTimeout(() => resolve('late'), DEADLINE); });
      const answer = await Promise.race([session.lines.next(), late]);
      clearTimeout(timer);
      if (answer !== 'late' && !answer.done && answer.value === id) { this.tally.done(writer, id); await pause(PACE); continue; }
      // psql ended, or is silent: the row may be there or not.
      if (answer !== 'late') await session.ended;
      this.tally.doubt(id, answer === 'late' ? `no answer in ${DEADLINE / 1000} s` : (session.said.match(/(?:FATAL|ERROR|failed): .*/)?.[0] ?? session.said.trim().split('\n')[0] ?? '').slice(0, 80));
      drop();
      await pause(200);
    }
    drop();
  }
  open(address) {
    const child = psql(address);
    const session = { child, said: '', lines: readline.createInterface({ input: child.stdout })[Symbol.asyncIterator]() };
    session.ended = new Promise((resolve) => { child.on('close', resolve); child.on('error', resolve); });
    child.stdin.on('error', () => {});
    child.stderr.on('data', (d) => { session.said = (session.said + d).slice(-2000); });
    this.children.add(child);
    return session;
  }
  // id -> how often it is there
  async found() {
    const found = new Map();
    for (const line of this.query('SELECT id, count(*) FROM load_check GROUP BY id').split('\n')) { const [id, times] = line.split('|'); if (id) found.set(id, Number(times)); }
    return found;
  }
}
