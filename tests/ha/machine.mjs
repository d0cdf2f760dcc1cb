// machine.mjs - one "machine" of the high availability check: an address on loopback, a folder, and the processes in it.
//
// A process belongs to a machine by its working folder, which lies inside the machine's; so a machine can be killed or
// stopped as a whole, with what its services started themselves (PostgreSQL, by Patroni), by process id and nothing else.
// Used by cluster.mjs. Must never signal a process outside its folder.

import { spawn, spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';

export const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

// Asks until the answer is true; the answer. Throws after `limit` ms, naming what it waited for.
export async function until(what, fn, limit = 60_000, every = 200) {
  const began = performance.now();
  let last = '';
  while (performance.now() - began < limit) {
    try {
      const answer = await fn();
      if (answer) return answer;
      last = '';
    } catch (e) { last = ` (${e.message})`; }
    await pause(every);
  }
  throw new Error(`waited ${Math.round(limit / 1000)} s for: ${what}${last}`);
}

// PostgreSQL refuses to run as root; then Debian's user for it is taken, for the databases' services only.
const postgres = process.getuid() === 0 ? { uid: Number(id('-u')), gid: Number(id('-g')) } : {};
function id(what) {
  const r = spawnSync('id', [what, 'postgres'], { encoding: 'utf8' });
  if (r.status !== 0) throw new Error('run as an ordinary user, or install postgresql-common, which brings the user "postgres"');
  return r.stdout.trim();
}

// The processes whose working folder lies in `folder`.
export function processesIn(folder) {
  const found = [];
  for (const name of fs.readdirSync('/proc')) {
    if (!/^\d+$/.test(name) || Number(name) === process.pid) continue;
    try {
      const at = fs.readlinkSync(`/proc/${name}/cwd`).replace(/ \(deleted\)$/, '');
      const state = fs.readFileSync(`/proc/${name}/stat`, 'latin1').split(') ').pop()[0];
      if ((at === folder || at.startsWith(folder + '/')) && state !== 'Z') found.push(Number(name));
    } catch { /* ended meanwhile, or another's */ }
  }
  return found;
}

export function signalIn(folder, signal) {
  const pids = processesIn(folder);
  for (const pid of pids) try { process.kill(pid, signal); } catch (e) { if (e.code !== 'ESRCH') throw e; }
  return pids.length;
}

// Kills until nothing is left: a process may start another while we look.
export async function killIn(folder) {
  await until(`the end of what runs in ${path.basename(folder)}`, () => signalIn(folder, 'SIGKILL') === 0, 20_000, 20);
}

export class Machine {
  constructor(root, name, address, { unprivileged = false } = {}) {
    Object.assign(this, { root, name, address, as: unprivileged ? postgres : {} });
    this.data = path.join(root, 'var/lib/postgresql/15/opentrm');
  }
  // The folders that Debian's packages would have made.
  prepare(folders) {
    for (const folder of folders) fs.mkdirSync(path.join(this.root, folder), { recursive: true, mode: 0o700 });
    if (this.as.uid !== undefined) {
      const r = spawnSync('chown', ['-R', `${this.as.uid}:${this.as.gid}`, this.root]);
      if (r.status !== 0) throw new Error(`chown ${this.root}`);
    }
  }
  run(service, command, args, env = {}) {
    const cwd = path.join(this.root, 'run', service);
    const log = path.join(this.root, 'var/log', `${service}.log`);
    fs.mkdirSync(cwd, { recursive: true });
    const out = fs.openSync(log, 'a');
    if (this.as.uid !== undefined) fs.chownSync(cwd, this.as.uid, this.as.gid);
    const child = spawn(command, args, { cwd, stdio: ['ignore', out, out], detached: true, ...this.as, env: { PATH: process.env.PATH, LANG: 'C.UTF-8', HOME: cwd, ...env } });
    fs.closeSync(out);
    child.on('error', () => {}); // its absence is what the next wait says
    return child;
  }
  log(service) { try { return fs.readFileSync(path.join(this.root, 'var/log', `${service}.log`), 'utf8'); } catch { return ''; } }
  // -9, all of it: what a power cut does.
  kill() { return killIn(this.root); }
  // The database's own processes, or Patroni alone: hung, and later as if nothing had been.
  signalDatabase(signal) { return signalIn(this.data, signal); }
  signalService(service, signal) { return signalIn(path.join(this.root, 'run', service), signal); }
}
