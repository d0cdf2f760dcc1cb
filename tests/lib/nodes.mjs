// nodes.mjs - real nodes of opentrm on loopback: made by the command line, served, pinned to each other, ended.
//
// Used by tests/script, tests/browser, tests/interop, tests/bench and tools/demo. Every wait has a limit.

import { spawn, spawnSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import fs from 'node:fs';
import http from 'node:http';
import https from 'node:https';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

export const ROOT = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..');
export const BINARY = process.env.OPENTRM ?? path.join(ROOT, 'build/hard/opentrm');

// The server of tools/postgres, where the nodes shall have their stores there; each store is a schema of its own.
export const POSTGRES = process.env.OPENTRM_TEST_POSTGRES || undefined;
export const ONLY_SQLITE = POSTGRES ? { skip: 'about files of SQLite' } : {};
export const ONLY_POSTGRES = POSTGRES ? {} : { skip: 'needs a PostgreSQL server' };

export function sqlOn(address, text) {
  const r = spawnSync('psql', ['-X', '-q', '-A', '-t', '-v', 'ON_ERROR_STOP=1', '-d', address, '-c', text], { encoding: 'utf8', timeout: 60000 });
  if (r.status !== 0) throw new Error(`psql: ${r.error ?? r.stderr}`);
  return r.stdout.trim();
}

export function newStore() {
  const schema = `t${randomUUID().replaceAll('-', '')}`;
  sqlOn(POSTGRES, `CREATE SCHEMA ${schema}`);
  return `${POSTGRES}?options=-csearch_path%3D${schema}`;
}

export const freePort = () => new Promise((resolve, reject) => {
  const s = net.createServer();
  s.on('error', reject);
  s.listen(0, '127.0.0.1', () => { const { port } = s.address(); s.close(() => resolve(port)); });
});

// A hand-set clock that several nodes share: {file, now, set(ms), forward(ms)}
export function handClock(folder, start = Date.parse('2026-03-02T09:00:00Z')) {
  const file = path.join(folder, 'clock');
  const clock = {
    file, now: start,
    set(ms) { this.now = ms; fs.writeFileSync(file + '.new', String(ms)); fs.renameSync(file + '.new', file); },
    forward(ms) { this.set(this.now + ms); },
  };
  clock.set(start);
  return clock;
}

export class Node {
  // `origin`: where browsers reach it, if not on its own port; listen, listenExchange: where it listens, when something
  // stands between; `more`: further options of init.
  constructor({ folder, host, name, country, language, port, exchangePort, listen = port, listenExchange = exchangePort, exchangeAddress, clock, log, origin, more = [] }) {
    Object.assign(this, { folder, host, name, country, language, port, exchangePort, listen, listenExchange, clock, log, more });
    this.origin = origin ?? `http://${host}:${port}`;
    this.exchange = exchangeAddress ?? `https://${host}:${exchangePort}/as2`;
    this.admin = 'admin';
    this.adminPassword = 'correct horse battery admin';
  }
  // Runs a command; returns its standard output. Lines of `input` are what it asks for.
  run(args, { input = [], fails = false } = {}) {
    const [first, ...rest] = args;
    const r = spawnSync(BINARY, [...first.split(' '), ...rest, ...(this.clock && /^(init|user|team|organisation|partner|directory)/.test(first) ? ['--clock', this.clock.file] : [])], { input: input.map((l) => l + '\n').join(''), encoding: 'utf8', timeout: 120000, cwd: os.tmpdir() });
    if (r.error) throw r.error;
    if ((r.status !== 0) !== fails) throw new Error(`opentrm ${args.join(' ')}: exit ${r.status} ${r.signal ?? ''}\n${r.stdout}${r.stderr}`);
    return fails ? r.stderr : r.stdout;
  }
  init() {
    if (POSTGRES) Object.assign(this, { records: newStore(), keysStore: newStore() });
    const stores = this.records ? ['--store', this.records, '--keys', this.keysStore] : [];
    this.run(['init', this.folder, ...stores, '--country', this.country, '--name', this.name, '--language', this.language, '--address', this.origin, '--exchange-address', this.exchange, '--host', this.host, '--host', '127.0.0.1', '--login', this.admin, '--display-name', 'Administrator', '--test-passwords', ...this.more], { input: [this.adminPassword] });
  }
  asAdmin(args, more = []) { return this.run([args[0], this.folder, '--as', this.admin, ...args.slice(1)], { input: [this.adminPassword, ...more] }); }
  organisation({ name, procedures = '', languages = '', childAuthority = false, focalPoint = false }) {
    return this.asAdmin(['organisation create', '--name', name, '--procedures', procedures, '--languages', languages, ...(childAuthority ? ['--child-authority'] : []), ...(focalPoint ? ['--focal-point'] : [])]).trim();
  }
  user({ login, name, organisation, role, password, language }) {
    const roles = [].concat(role).flatMap((r) => ['--role', r]);
    const [id, ...code] = this.asAdmin(['user invite', '--login', login, '--name', name, '--language', language ?? this.language, '--organisation', organisation, ...roles]).trim().split(' ');
    this.run(['user activate', this.folder, '--login', login, '--code', code.join(' ')], { input: [password] });
    return { id, login, name, password };
  }
  team({ organisation, name, members, compartments = 'all', send = true }) {
    return this.asAdmin(['team create', '--organisation', organisation, '--name', name, '--compartments', compartments, ...(send ? ['--send'] : []), ...members.flatMap((m) => ['--member', m])]).trim();
  }
  keys(organisation) { this.asAdmin(['organisation keys', '--organisation', organisation]); }
  card(file) {
    const r = spawnSync(BINARY, ['partner', 'card', this.folder, '--out', file, ...(this.clock ? ['--clock', this.clock.file] : [])], { encoding: 'utf8', timeout: 60000 });
    if (r.status !== 0) throw new Error(`partner card: ${r.stderr}`);
    return r.stderr.match(/voice: (\S+)/)[1];
  }
  pin(file, fingerprint) { return this.run(['partner add', this.folder, file, '--fingerprint', fingerprint]); }
  async serve({ env = {}, args = [] } = {}) {
    const log = this.log ?? path.join(this.folder, '..', path.basename(this.folder) + '.log');
    const out = fs.openSync(log, 'a');
    this.logFile = log;
    this.tls = args.includes('--tls');
    this.child = spawn(BINARY, ['serve', this.folder, '--listen', `127.0.0.1:${this.listen}`, '--exchange', `127.0.0.1:${this.listenExchange}`, ...(this.clock ? ['--clock', this.clock.file] : []), ...args], { stdio: ['ignore', out, out], env: { ...process.env, ...env } });
    fs.closeSync(out);
    this.ended = once(this.child, 'exit');
    for (let n = 0; n < 600; n++) {
      if (this.child.exitCode !== null) throw new Error(`serve ended: ${fs.readFileSync(log, 'utf8').slice(-2000)}`);
      if (await this.alive()) return this;
      await new Promise((r) => setTimeout(r, 50));
    }
    throw new Error(`serve does not answer: ${fs.readFileSync(log, 'utf8').slice(-2000)}`);
  }
  alive() {
    return new Promise((resolve) => {
      const rq = (this.tls ? https : http).get({ host: '127.0.0.1', port: this.listen, path: '/signin', rejectUnauthorized: false, headers: { host: `${this.host}:${this.port}` }, timeout: 2000 }, (rs) => { rs.resume(); resolve(rs.statusCode === 200); });
      rq.on('error', () => resolve(false));
      rq.on('timeout', () => rq.destroy());
    });
  }
  async stop() {
    if (!this.child || this.child.exitCode !== null || this.child.signalCode !== null) return this.child?.exitCode;
    this.child.kill('SIGTERM');
    const timer = setTimeout(() => this.child.kill('SIGKILL'), 20000);
    await this.ended;
    clearTimeout(timer);
    return this.child.exitCode;
  }
  async kill() {
    if (this.child && this.child.exitCode === null && this.child.signalCode === null) { this.child.kill('SIGKILL'); await this.ended; }
  }
}

// The people of the demo and of the tests. Nobody here exists (data/demo/README.md).
export const PEOPLE = {
  giulia: { login: 'giulia', name: 'Giulia Serravento', password: 'girasole sul ponte di carta', role: ['case_worker'], language: 'it' },
  paolo: { login: 'paolo', name: 'Paolo Ventimare', password: 'lanterna bianca sulla collina', role: ['case_worker'], language: 'it' },
  besa: { login: 'besa', name: 'Besa Marubi', password: 'mali i bardhe mbi lumin', role: ['intake_officer'], language: 'sq' },
  drita: { login: 'drita', name: 'Drita Kalluri', password: 'hap pas hapi drejt shtepise', role: ['case_worker', 'intake_officer'], language: 'sq' },
  arben: { login: 'arben', name: 'Arben Shkreta', password: 'peme e gjelber prane shkolles', role: ['case_worker', 'intake_officer'], language: 'sq' },
};

const PROCEDURES = 'identification first_assistance longer_term return proceedings';

// Two nodes with agencies, teams and people, pinned to each other. Not yet served.
// `nodes`: by country, what the two are made with beyond that.
export async function twoNodes(folder, { clock, ports, exchangeAddress = {}, nodes = {}, say = () => {} } = {}) {
  fs.mkdirSync(folder, { recursive: true });
  const p = ports ?? { it: await freePort(), itx: await freePort(), al: await freePort(), alx: await freePort() };
  const it = new Node({ folder: path.join(folder, 'it'), host: 'it.localhost', name: 'Italy (demo)', country: 'IT', language: 'it', port: p.it, exchangePort: p.itx, exchangeAddress: exchangeAddress.it, clock, ...nodes.it });
  const al = new Node({ folder: path.join(folder, 'al'), host: 'al.localhost', name: 'Albania (demo)', country: 'AL', language: 'sq', port: p.al, exchangePort: p.alx, exchangeAddress: exchangeAddress.al, clock, ...nodes.al });
  for (const node of [it, al]) { say(`making the node ${node.host}`); node.init(); }
  it.ponte = it.organisation({ name: 'Associazione Ponte di Carta (demo)', procedures: PROCEDURES, languages: 'it en sq' });
  for (const who of ['giulia', 'paolo']) it.user({ ...PEOPLE[who], organisation: it.ponte });
  it.team_ = it.team({ organisation: it.ponte, name: 'Casa Girasole', members: ['giulia', 'paolo'] });
  it.keys(it.ponte);
  al.office = al.organisation({ name: 'Zyra Kombëtare e Referimit (demo)', procedures: PROCEDURES, languages: 'sq en it', focalPoint: true });
  for (const who of ['besa', 'drita']) al.user({ ...PEOPLE[who], organisation: al.office });
  al.team_ = al.team({ organisation: al.office, name: 'Pritja', members: ['besa', 'drita'] });
  al.keys(al.office);
  al.children = al.organisation({ name: 'Autoriteti Kombëtar për Fëmijët (demo)', procedures: 'identification first_assistance longer_term return', languages: 'sq en', childAuthority: true });
  al.user({ ...PEOPLE.arben, organisation: al.children });
  al.childTeam = al.team({ organisation: al.children, name: 'Fëmijët', members: ['arben'] });
  al.keys(al.children);
  for (const node of [it, al]) node.run(['directory import', node.folder, path.join(ROOT, 'data/demo/directory.csv')]);
  for (const [from, to] of [[it, al], [al, it]]) {
    const file = path.join(folder, `${path.basename(from.folder)}.card`);
    to.pin(file, from.card(file));
  }
  return { it, al };
}

export function temporary(name) {
  return fs.mkdtempSync(path.join(process.env.TMPDIR ?? os.tmpdir(), `opentrm-${name}-`));
}
