// several.test.mjs - one node, two processes on one PostgreSQL, a balancer before them: no sticky sessions, one queue; one
// of them dies and nothing is lost or doubled.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import http from 'node:http';
import net from 'node:net';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { Node, ONLY_POSTGRES, POSTGRES, freePort, sqlOn } from '../lib/nodes.mjs';
import { Proxy } from './proxy.mjs';
import { PEOPLE, SMALL, World, job } from './world.mjs';

const MINUTE = 60_000;

// Hands each connection to the next process that listens.
class Balancer {
  static async start(port, targets) {
    const b = Object.assign(new Balancer(), { targets, next: 0, handed: targets.map(() => 0) });
    b.server = net.createServer((c) => b.hand(c, targets.length));
    await new Promise((resolve, reject) => b.server.once('error', reject).listen(port, '127.0.0.1', resolve));
    return b;
  }
  hand(client, tries) {
    const at = this.next++ % this.targets.length;
    const server = net.connect(this.targets[at], '127.0.0.1');
    server.once('error', () => (tries > 1 ? this.hand(client, tries - 1) : client.destroy()));
    server.once('connect', () => {
      this.handed[at]++;
      server.on('close', () => client.destroy());
      client.on('close', () => server.destroy());
      client.pipe(server).pipe(client);
    });
    client.on('error', () => server.destroy());
  }
  stop() { return new Promise((r) => this.server.close(r)); }
}

let w, a, b, pages, exchange, toAl, giulia, besa;
const fresh = (client) => { client.agent.destroy(); client.agent = new http.Agent({ keepAlive: false }); return client; };

before(async () => {
  if (!POSTGRES) return;
  const ports = { it: await freePort(), itx: await freePort(), al: await freePort(), alx: await freePort() };
  toAl = await Proxy.start(ports.alx);
  w = await World.make('several', { clock: true, serve: false, nodes: { ports, exchangeAddress: { al: `https://al.localhost:${toAl.port}/as2` } } });
  // The second server: its own folder with the node's key and certificate; it is told the addresses of the stores once.
  const second = path.join(w.folder, 'it2');
  fs.mkdirSync(second, { mode: 0o700 });
  for (const f of ['node.key', 'node.crt']) fs.copyFileSync(path.join(w.it.folder, f), path.join(second, f));
  for (const n of [w.it, { ...w.it, folder: second }]) Object.assign(n, { listen: await freePort(), listenExchange: await freePort() }) && (n === w.it ? (a = n) : (b = new Node(n)));
  const stores = ['--store', w.it.records, '--keys', w.it.keysStore];
  assert.match(b.run(['serve', second, '--listen', '127.0.0.1:1', '--exchange', '127.0.0.1:2', '--store', w.it.records], { fails: true }), /addresses of both/);
  assert.match(w.it.run(['serve', w.it.folder, '--listen', '127.0.0.1:1', '--exchange', '127.0.0.1:2', '--store', w.al.records, '--keys', w.al.keysStore], { fails: true }), /names other stores/);
  await Promise.all([a.serve(), b.serve({ args: stores }), w.al.serve()]);
  assert.equal(fs.readFileSync(path.join(second, 'stores'), 'utf8'), fs.readFileSync(path.join(w.it.folder, 'stores'), 'utf8'));
  pages = await Balancer.start(ports.it, [a.listen, b.listen]);
  exchange = await Balancer.start(ports.itx, [a.listenExchange, b.listenExchange]);
  giulia = fresh(await w.person('it', 'giulia'));
  besa = await w.person('al', 'besa');
});
after(async () => {
  if (!POSTGRES) return;
  await b.stop();
  await w.end();
  await Promise.all([pages.stop(), exchange.stop(), toAl.stop()]);
});

const states = async (code) => [...(await job.timeline(giulia, code)).html.matchAll(/data-state="(\w+)"/g)].map((m) => m[1]);
const atPartner = () => Number(sqlOn(w.al.records, 'SELECT count(*) FROM received'));

test('a crossing there and back through a balancer that changes the process at each connection', ONLY_POSTGRES, async () => {
  const code = await w.ready(giulia, { answers: SMALL });
  await w.send(giulia, code);
  const [line] = await w.arrives(besa);
  await job.accept(besa, line.href, PEOPLE.drita.name);
  await w.shows(giulia, code, ['submitted', 'relayed', 'delivered', 'opened', 'accepted']);
  for (const n of [...pages.handed, ...exchange.handed]) assert.ok(n > 0, 'both processes had their share');
  assert.ok(Math.abs(pages.handed[0] - pages.handed[1]) <= 2 + pages.handed[0] / 10, `pages: ${pages.handed}`);
});

test('signing out at one ends the session at the other', ONLY_POSTGRES, async () => {
  const paolo = fresh(await w.person('it', 'paolo'));
  for (let n = 0; n < 2; n++) assert.equal((await paolo.get('/cases')).status, 200);
  const cookies = new Map(paolo.cookies);
  await (await paolo.get('/')).submit({}, { form: '/signout' });
  paolo.cookies = cookies;
  for (let n = 0; n < 2; n++) assert.match((await paolo.get('/cases')).path, /^\/signin/);
});

test('kill -9 of the process that delivers: the other takes over when the lease has ended, and it is there once', ONLY_POSTGRES, async () => {
  const before_ = atPartner();
  toAl.mode = 'hang'; // the delivery is in work, and does not end
  const hung = toAl.connections;
  const code = await w.ready(giulia, { answers: SMALL });
  await w.send(giulia, code, { procedure: 'first_assistance' });
  await job.until('a delivery in work', async () => toAl.connections > hung);
  const worker = sqlOn(w.it.records, "SELECT lease_by FROM delivery WHERE state = 'sending'");
  assert.ok(worker, 'a lease is held');
  // Either may hold it: both die, one comes back, and the lease is still the dead one's.
  await Promise.all([a.kill(), b.kill()]);
  toAl.drop();
  toAl.mode = 'pass';
  await b.serve();
  giulia = fresh(await w.person('it', 'giulia'));
  assert.equal(sqlOn(w.it.records, "SELECT lease_by FROM delivery WHERE state = 'sending'"), worker);
  await job.until('delivered', async () => { w.clock.forward(MINUTE); return (await states(code)).includes('relayed'); }, { tries: 60, pause: 200 });
  assert.equal(atPartner(), before_ + 1);
  await a.serve();
});

test('many messages, two processes: each goes out once', ONLY_POSTGRES, async () => {
  giulia = fresh(await w.person('it', 'giulia'));
  const before_ = atPartner();
  toAl.mode = 'refuse';
  const codes = [];
  for (let n = 0; n < 4; n++) {
    codes.push(await w.ready(giulia, { answers: SMALL }));
    await w.send(giulia, codes.at(-1), { procedure: 'first_assistance' });
  }
  toAl.mode = 'pass';
  await job.until('all delivered', async () => { w.clock.forward(MINUTE); return sqlOn(w.it.records, "SELECT count(*) FROM delivery WHERE state IN ('queued', 'sending')") === '0'; }, { tries: 60, pause: 200 });
  assert.equal(sqlOn(w.it.records, "SELECT count(*) FROM delivery WHERE state <> 'relayed'"), '0');
  assert.equal(atPartner(), before_ + 4);
  assert.equal(sqlOn(w.al.records, 'SELECT count(*) FROM (SELECT message_id FROM received GROUP BY message_id HAVING count(*) > 1) AS t'), '0');
});

test('both chains of audit lines hold', ONLY_POSTGRES, async () => {
  assert.match(w.it.run(['audit verify', w.it.folder]), /./);
  assert.ok(Number(sqlOn(w.it.records, 'SELECT count(*) FROM audit_chain')) >= 2);
});
