/* limits.test.mjs - who asks too often, holds too many connections or lies about an address is told so;
 * everybody else is served. Each server here has limits of its own, small enough to meet.
 */
import test from 'node:test'
import assert from 'node:assert/strict'
import http from 'node:http'
import net from 'node:net'
import { once } from 'node:events'
import { answers, connect, end, form, raw, start } from './client.mjs'

const servers = []
test.after(async () => {
  for (const s of servers) {
    assert.equal(await s.stop(), 0, s.log)
    assert.doesNotMatch(s.log, /Sanitizer|runtime error/)
  }
  end()
})
async function server(...settings) {
  const s = await start(settings)
  servers.push(s)
  return s
}
/* From another address of this machine: 127.0.0.2, ... */
function get(s, path, { from = '127.0.0.1', headers = {}, method = 'GET', body } = {}) {
  return new Promise((resolve, reject) => {
    const rq = http.request({ host: '127.0.0.1', port: s.port, path, method, localAddress: from, headers, agent: false }, (rs) => {
      let text = ''
      rs.on('data', (d) => { text += d })
      rs.on('end', () => resolve({ status: rs.statusCode, headers: rs.headers, body: text }))
    })
    rq.on('error', reject)
    rq.end(body)
  })
}
const many = async (n, f) => { const out = []; for (let i = 0; i < n; i++) out.push(await f(i)); return out }
const count = (all, status) => all.filter((a) => a.status === status).length
const hold = async (s, from = '127.0.0.1') => {
  const socket = net.connect({ port: s.port, host: '127.0.0.1', localAddress: from })
  socket.on('error', () => {})
  await once(socket, 'connect')
  return socket
}

test('requests of an address: a burst, then 429 with Retry-After; another address is served', async () => {
  const s = await server('address_rate=1', 'address_burst=20')
  const all = await many(60, () => get(s, '/show'))
  assert.ok(count(all, 200) >= 20 && count(all, 429) >= 20, `${count(all, 200)} ${count(all, 429)}`)
  const refused = all.filter((a) => a.status === 429)
  assert.match(refused[0].headers['retry-after'], /^[12]$/)
  assert.match(refused[0].body, /Too many requests came at once/)
  assert.match(refused[0].headers['content-security-policy'], /default-src 'none'/)
  assert.match(refused.at(-1).body, /^Too many requests\. Wait a little\.\n$/, 'who goes on gets a line of text')
  const other = await many(10, () => get(s, '/show', { from: '127.0.0.2' }))
  assert.equal(count(other, 200), 10)
})

test('requests of a session, whatever address', async () => {
  const s = await server('session_rate=1', 'session_burst=20')
  const all = await many(60, (i) => get(s, '/show', { from: `127.0.0.${2 + (i % 3)}`, headers: { cookie: 'session=abcdef' } }))
  assert.ok(count(all, 200) >= 20 && count(all, 429) >= 20, `${count(all, 200)} ${count(all, 429)}`)
  assert.equal((await get(s, '/show', { headers: { cookie: 'session=another' } })).status, 200)
  assert.equal((await get(s, '/show')).status, 200)
})

test('passwords of an address', async () => {
  const s = await server('password_rate=5')
  const all = await many(20, () => get(s, '/hash/0'))
  assert.ok(count(all, 200) >= 5 && count(all, 429) >= 10, `${count(all, 200)} ${count(all, 429)}`)
  assert.equal((await get(s, '/show')).status, 200, 'pages go on')
  assert.equal((await get(s, '/hash/0', { from: '127.0.0.2' })).status, 200)
})

test('connections of an address: those over the limit are told, another address is served', async () => {
  const s = await server('address_connections=8', 'first_seconds=600')
  const held = await Promise.all(Array.from({ length: 8 }, () => hold(s)))
  const over = await get(s, '/show')
  assert.equal(over.status, 429)
  assert.equal(over.headers['retry-after'], '5')
  assert.equal(over.headers.connection, 'close')
  const more = await Promise.all(Array.from({ length: 8 }, () => hold(s))) /* far too many: told without asking */
  const said = await raw(s, '')
  assert.equal(said?.status, 429)
  assert.match(said.body, /^Too many connections are open at once$/)
  const other = await many(10, () => get(s, '/show', { from: '127.0.0.2' }))
  assert.equal(count(other, 200), 10)
  for (const c of [...held, ...more]) c.destroy()
  let again
  do again = await get(s, '/show') /* until the server has seen the ends */
  while (again.status === 429)
  assert.equal(again.status, 200)
})

test('requests on a connection: the last one says so', async () => {
  const s = await server('connection_requests=3')
  const c = connect(s)
  const one = 'GET /show HTTP/1.1\r\nHost: x\r\n\r\n'
  await c.send(one.repeat(5))
  await c.closed
  const all = answers(c.received())
  assert.equal(all.length, 3)
  assert.deepEqual(all.map((a) => a.headers.connection?.toLowerCase() === 'close'), [false, false, true])
})

test('an address from X-Forwarded-For counts only from a trusted proxy', async () => {
  const s = await server('address_rate=1', 'address_burst=20', 'proxies=127.0.0.3 127.1.0.0/16 2001:db8::/32')
  const remote = async (from, value, more = {}) => /^remote (.*)$/m.exec((await get(s, '/show', { from, headers: { 'x-forwarded-for': value, ...more } })).body)?.[1]
  const forged = await many(40, (i) => get(s, '/show', { headers: { 'x-forwarded-for': `192.0.2.${i}` } }))
  assert.ok(count(forged, 429) >= 10, 'a forged header does not help')
  assert.equal(await remote('127.0.0.4', '192.0.2.1'), '127.0.0.4')
  assert.equal(await remote('127.0.0.3', '192.0.2.1'), '192.0.2.1')
  assert.equal(await remote('127.0.0.3', '198.51.100.7, 192.0.2.1'), '192.0.2.1', 'what the client wrote stands left of what the proxy added')
  assert.equal(await remote('127.1.2.3', '192.0.2.9 , 127.0.0.3,127.1.9.9'), '192.0.2.9', 'a row of proxies')
  assert.equal(await remote('127.0.0.3', '2001:0db9::1'), '2001:db9::1')
  assert.equal(await remote('127.0.0.3', 'nonsense, 127.0.0.3'), '127.0.0.3')
  assert.equal(await remote('127.0.0.3', ''), '127.0.0.3')
  const c = net.connect({ port: s.port, host: '127.0.0.1', localAddress: '127.0.0.3' })
  c.write('GET /show HTTP/1.1\r\nHost: x\r\nX-Forwarded-For: 198.51.100.1\r\nX-Forwarded-For: 192.0.2.5\r\nConnection: close\r\n\r\n')
  let text = ''
  for await (const d of c) text += d
  assert.match(text, /^remote 192\.0\.2\.5$/m, 'the last header is the proxy’s')
  const clients = await many(60, (i) => get(s, '/show', { from: '127.0.0.3', headers: { 'x-forwarded-for': `192.0.2.${i}` } }))
  assert.equal(count(clients, 200), 60, 'each client behind the proxy has its own limit')
  const one = await many(60, () => get(s, '/show', { from: '127.0.0.3', headers: { 'x-forwarded-for': '198.51.100.99' } }))
  assert.ok(count(one, 429) >= 20)
  const network = await many(60, (i) => get(s, '/show', { from: '127.0.0.3', headers: { 'x-forwarded-for': `2001:db9:0:7::${i + 1}` } }))
  assert.ok(count(network, 429) >= 20, 'an IPv6 network of /64 is one')
  const networks = await many(60, (i) => get(s, '/show', { from: '127.0.0.3', headers: { 'x-forwarded-for': `2001:db9:0:${i + 16}::1` } }))
  assert.equal(count(networks, 200), 60)
})

test('X-Forwarded-Proto makes cookies secure, only from a trusted proxy', async () => {
  const s = await server('proxies=127.0.0.3')
  const headers = { 'x-forwarded-proto': 'https' }
  assert.match((await get(s, '/cookie', { from: '127.0.0.3', headers })).headers['set-cookie'][0], /^__Host-session=.*; ?Secure/)
  assert.doesNotMatch((await get(s, '/cookie', { headers })).headers['set-cookie'][0], /Secure/)
})

test('a header that goes on in the next line is refused', async () => {
  const s = await server()
  for (const lines of ['X-A: 1\r\n 2', 'X-A:\r\n 2', 'X-A: 1\r\n\t', 'Transfer-Encoding:\r\n chunked', 'Content-Length: 1\r\n 0', 'Host: x\r\n y', 'X-A: 1\r\n 2\r\n 3'])
    assert.equal((await raw(s, `POST /show HTTP/1.1\r\nHost: x\r\n${lines}\r\n\r\n`))?.status, 400, JSON.stringify(lines))
  for (const lines of ['X-A: 1', 'X-A:1', 'X-A:   \t 1', 'X-A:', 'X-A: '])
    assert.equal((await raw(s, `GET /show HTTP/1.1\r\nHost: x\r\n${lines}\r\nX-B: 2\r\n\r\n`))?.status, 200, JSON.stringify(lines))
})

test('too much of a request: 413, 414, 431, each said', async () => {
  const s = await server()
  assert.equal((await raw(s, `GET /show HTTP/1.1\r\nHost: x\r\nX-Big: ${'a'.repeat(100000)}\r\n\r\n`))?.status, 431)
  const headers = await raw(s, 'GET /show HTTP/1.1\r\nHost: x\r\n' + Array.from({ length: 100 }, (_, i) => `X-${i}: 1\r\n`).join('') + '\r\n')
  assert.equal(headers.status, 431)
  assert.match(headers.body, /more headers than the server takes/)
  const long = await raw(s, `GET /show?${'a'.repeat(100000)} HTTP/1.1\r\nHost: x\r\n\r\n`)
  assert.ok([414, 431].includes(long?.status), String(long?.status))
  const big = await get(s, '/show', { method: 'POST', headers: form('').headers, body: 'x='.padEnd(2 << 20, 'a') })
  assert.equal(big.status, 413)
})
