// check.mjs - the high availability check: a cluster, load, rounds of bad luck, and the count of what was lost.
//
//   node tests/ha/check.mjs FOLDER [ROUND...]     FOLDER: empty, private to this run; ROUND: numbers from 1, else all
//
// Called by tools/check-ha, which also ends what is left if this ends early. Prints one line a round and the sums; ends with 1
// if anything acknowledged is missing, anything is there twice, or a wait came to its limit.

import path from 'node:path';
import { Cluster } from './cluster.mjs';
import { Opening, Referring, Saving } from './load_http.mjs';
import { SqlLoad } from './load_sql.mjs';
import { Offices } from './offices.mjs';
import { ROUNDS } from './rounds.mjs';

const seconds = (ms) => `${(ms / 1000).toFixed(1)} s`;

// All loads as one, for the rounds.
class Loads {
  constructor(loads) { this.loads = loads; }
  acknowledged() { return this.loads.reduce((n, l) => n + l.tally.acknowledged.size, 0); }
  async flows(limit, { through } = {}) { await Promise.all(this.loads.map((l) => l.tally.flows(l.writersOf(through), limit))); }
  longest() { return Math.max(...this.loads.map((l) => l.tally.longest)); }
  mark() { for (const l of this.loads) l.tally.mark(); }
  async start() { for (const l of this.loads) await l.start(); }
  async stop() { await Promise.all(this.loads.map((l) => l.stop())); }
}

const words = (n) => `acknowledged ${n.acknowledged}, lost ${n.lost}, doubled ${n.doubled}; refused with a sentence ${n.refused}; not told ${n.untold}, of which ${n.arrived} are there`;

const failures = [];
const fail = (what) => { failures.push(what); console.log(`   FAILED: ${what}`); };

async function play(cluster, loads, rounds, offices) {
  let longest = 0;
  for (const [n, round] of rounds) {
    const before = loads.acknowledged(), began = performance.now();
    loads.mark();
    console.log(`${n}. ${round.name}`);
    try { await round.does(cluster, loads, offices); } catch (e) { fail(e.message); throw e; }
    longest = Math.max(longest, loads.longest());
    console.log(`   ${loads.acknowledged() - before} writes acknowledged; the longest wait of a write ${seconds(loads.longest())}; all whole again after ${seconds(performance.now() - began)}`);
  }
  return longest;
}

async function report(loads, longest) {
  const sum = { acknowledged: 0, lost: 0, doubled: 0, refused: 0, untold: 0, arrived: 0 };
  for (const load of loads.loads) {
    const { lost, doubled, unknown, arrived } = load.tally.compare(await load.found());
    const one = { acknowledged: load.tally.acknowledged.size, lost: lost.length, doubled: doubled.length, refused: load.tally.refused, untold: load.tally.doubtful.size, arrived };
    for (const key of Object.keys(sum)) sum[key] += one[key];
    console.log(`${load.what}: ${words(one)}`);
    for (const [sentence, times] of [...load.tally.sentences].sort((a, b) => b[1] - a[1]).slice(0, 8)) console.log(`   ${times} x ${sentence}`);
    if (lost.length) fail(`${load.what}: lost ${lost.slice(0, 5).join(' ')}`);
    if (doubled.length) fail(`${load.what}: doubled ${doubled.slice(0, 5).join(' ')}`);
    if (unknown.length) fail(`${load.what}: there, though it was refused: ${unknown.slice(0, 5).join(' ')}`);
  }
  console.log(`in all: ${words(sum)}; the longest wait of a write ${seconds(longest)}`);
}

async function main() {
  const folder = path.resolve(process.argv[2]);
  const chosen = process.argv.slice(3).map(Number);
  const rounds = [...ROUNDS.entries()].map(([i, r]) => [i + 1, r]).filter(([n]) => chosen.length === 0 || chosen.includes(n));
  const cluster = new Cluster(folder);
  const began = performance.now();
  const end = async (code) => { await cluster.end(); process.exit(code); };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => end(1));
  try {
    cluster.fill();
    cluster.prepare();
    for (const m of cluster.databases) cluster.startDatabase(m);
    for (const m of cluster.applications) cluster.startProxy(m);
    await cluster.healthy(120_000);
    console.log(`three databases in a cluster after ${seconds(performance.now() - began)}: ${cluster.databases.map((m) => `${m.name} ${m.address}`).join(', ')}`);
    const [app1, app2] = cluster.applications.map((m) => cluster.stores(m));
    const offices = new Offices(cluster);
    await offices.make();
    await offices.serve();
    const [front, back] = cluster.applications;
    const giulia = await offices.signedIn('giulia', front), paolo = await offices.signedIn('paolo', back);
    console.log(`two opentrm on them, and a partner on SQLite, after ${seconds(performance.now() - began)}`);
    const work = [new Opening(offices, [giulia, paolo]), new Saving(offices, [giulia, paolo]), new Referring(offices, [giulia])];
    const loads = new Loads([new SqlLoad({ proxy: app1.proxy[0], hosts: app2.hosts[0] }), ...work]);
    await loads.start();
    await loads.flows(60_000);
    const longest = await play(cluster, loads, rounds, offices);
    await loads.stop();
    console.log(`\nafter ${rounds.length} rounds in ${seconds(performance.now() - began)}:`);
    await report(loads, longest);
    let hold = 0;
    for (const [who, client] of [['giulia', giulia], ['paolo', paolo]])
      for (const app of cluster.applications) {
        if (await offices.sessionHolds(client, app)) hold++;
        else fail(`${who}'s session does not hold at ${app.name}`);
      }
    console.log(`two sessions from before the first round hold at each of two opentrm: ${hold} of 4`);
    const { messages, conversations } = work[2].arrived ?? {};
    console.log(`the partner received ${messages} referrals in ${conversations} conversations`);
  } catch (e) {
    if (!failures.includes(e.message)) fail(e.message);
    for (const m of cluster.databases) console.log(`-- ${m.name}: ${m.log('patroni').trim().split('\n').slice(-3).join('\n   ')}`);
  }
  console.log(`ha: ${failures.length === 0 ? 'passed' : `${failures.length} failed`}`);
  await end(failures.length === 0 ? 0 : 1);
}

await main();
