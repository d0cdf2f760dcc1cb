// proxy.mjs - stands between two nodes and misbehaves on demand: refuses, hangs, cuts the reply, changes a byte.
//
// It sees TLS only, as the network does. Loopback only.
import net from 'node:net';

export class Proxy {
  static async start(target) {
    const p = new Proxy();
    p.target = target;
    p.mode = 'pass';
    p.connections = 0;
    p.sockets = new Set();
    p.server = net.createServer((c) => p.accept(c));
    await new Promise((resolve, reject) => p.server.once('error', reject).listen(0, '127.0.0.1', resolve));
    p.port = p.server.address().port;
    return p;
  }
  accept(client) {
    const { mode } = this;
    this.connections++;
    this.sockets.add(client);
    client.on('close', () => this.sockets.delete(client)).on('error', () => {});
    if (mode === 'refuse') return client.destroy();
    if (mode === 'hang') return undefined;
    const server = net.connect(this.target, '127.0.0.1');
    this.sockets.add(server);
    server.on('close', () => { this.sockets.delete(server); client.destroy(); }).on('error', () => client.destroy());
    client.on('close', () => server.destroy());
    let sent = 0;
    client.on('data', (d) => {
      sent += d.length;
      if (mode === 'corrupt' && sent > 6000) { d = Buffer.from(d); d[d.length >> 1] ^= 1; }
      server.write(d);
    });
    server.on('data', (d) => {
      // The handshake's answers come first; what follows a long request is the receipt.
      if (mode === 'cut-reply' && sent > 20000) { this.cut = (this.cut ?? 0) + 1; client.destroy(); server.destroy(); return; }
      if (mode === 'corrupt-reply' && sent > 20000) { d = Buffer.from(d); d[d.length >> 1] ^= 1; }
      client.write(d);
    });

    return undefined;
  }
  drop() { for (const s of this.sockets) s.destroy(); }
  async stop() { this.drop(); await new Promise((r) => this.server.close(r)); }
}
