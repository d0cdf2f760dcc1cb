// rounds.mjs - what is done to the machines while the load runs. Each leaves the cluster whole again.
//
// A round is {name, does(cluster, load, offices)}: the load's writers must be answered again before it ends. Every wait has a limit; what
// is waited out on purpose is a wait for nothing to happen. Used by check.mjs.

import { pause, until } from './machine.mjs';

const FAILOVER = 60_000, WHOLE = 120_000, SILENCE = 35_000;

const sync = (cluster) => until('a synchronous standby', () => cluster.role('sync_standby'), WHOLE);

async function back(cluster, machine) {
  cluster.startDatabase(machine);
  await cluster.healthy(WHOLE);
}

export const ROUNDS = [
  {
    name: 'the primary\'s machine is killed -9 (etcd, Patroni, PostgreSQL, PgBouncer)',
    async does(cluster, load) {
      const old = await cluster.primary();
      await old.kill();
      await cluster.newPrimary(old, FAILOVER);
      await load.flows(FAILOVER);
      await back(cluster, old);
    },
  },
  {
    name: 'the synchronous standby\'s machine is killed -9',
    async does(cluster, load) {
      const standby = await sync(cluster);
      await standby.kill();
      await load.flows(FAILOVER);
      await back(cluster, standby);
    },
  },
  {
    name: 'PostgreSQL of the primary is killed -9, Patroni lives',
    async does(cluster, load) {
      const old = await cluster.primary();
      old.signalDatabase('SIGKILL');
      await cluster.newPrimary(old, FAILOVER);
      await load.flows(FAILOVER);
      await cluster.healthy(WHOLE);
    },
  },
  {
    name: 'PostgreSQL of the primary hangs (SIGSTOP), and goes on when another has taken over',
    async does(cluster, load) {
      const old = await cluster.primary();
      old.signalDatabase('SIGSTOP');
      try {
        await cluster.newPrimary(old, FAILOVER);
        await load.flows(FAILOVER);
      } finally { old.signalDatabase('SIGCONT'); }
      await load.flows(FAILOVER);
      await cluster.healthy(WHOLE);
    },
  },
  {
    name: 'Patroni of the primary hangs, its PostgreSQL goes on: two primaries for a while',
    async does(cluster, load) {
      const old = await cluster.primary();
      old.signalService('patroni', 'SIGSTOP');
      try {
        await cluster.newPrimary(old, FAILOVER);
        await load.flows(FAILOVER, { through: 'proxy' });
      } finally { old.signalService('patroni', 'SIGCONT'); }
      await load.flows(FAILOVER);
      await cluster.healthy(WHOLE);
    },
  },
  {
    name: 'both standbys hang, then the primary\'s machine is killed -9: nobody takes over, it comes back',
    async does(cluster, load) {
      const old = await cluster.primary();
      const others = cluster.databases.filter((m) => m !== old);
      for (const m of others) m.signalDatabase('SIGSTOP');
      try {
        // Longer than any time limit of a statement, and longer than Patroni needs to give both up.
        await pause(1000);
        const before = load.acknowledged();
        await pause(SILENCE);
        const after = load.acknowledged();
        if (after !== before) throw new Error(`${after - before} writes were acknowledged with no standby to hold them`);
        await old.kill();
      } finally { for (const m of others) m.signalDatabase('SIGCONT'); }
      // No standby is known to have everything; none may make itself primary, however long it waits (ttl is 20 s).
      for (const end = performance.now() + 30_000; performance.now() < end; await pause(500)) {
        const one = await cluster.primary();
        if (one) throw new Error(`${one.name} made itself primary without being synchronous`);
      }
      cluster.startDatabase(old);
      await load.flows(WHOLE);
      await cluster.healthy(WHOLE);
    },
  },
  {
    name: 'one opentrm is killed -9, and starts again; then the other',
    async does(cluster, load, offices) {
      for (const app of cluster.applications) {
        app.signalService('opentrm', 'SIGKILL');
        await load.flows(FAILOVER);
        offices.start(app);
        await until(`opentrm of ${app.name}`, async () => await offices.answers(app) === 200, FAILOVER);
        await load.flows(FAILOVER);
      }
    },
  },
  {
    name: 'the primary is changed on purpose (patronictl switchover)',
    async does(cluster, load) {
      const old = await cluster.primary();
      await cluster.switchover(old, await sync(cluster));
      await cluster.newPrimary(old, FAILOVER);
      await load.flows(FAILOVER);
      await cluster.healthy(WHOLE);
    },
  },
];
