/* client.mjs - starts the test server, and speaks to it byte by byte. Used by *.test.mjs here. */
import { spawn } from 'node:child_process'
import net from 'node:net'
import { once } from 'node:events'

const PROGRAM = process.env.HTTP_TEST_SERVER
const children = new Set()

/** Ends what a failed test left running. */
export function end() {
  for (const child of children) child.kill('SIGKILL')
}

/** A running server: port, counts(), stop(). What it wrote to standard error is in `log`. */
export async function start(args = []) {
  const child = spawn(PROGRAM, args, { stdio: ['pipe', 'pipe', 'pipe'] })
  children.add(child)
  child.on('exit', () => children.delete(child))
  const server = { child, log: '', port: 0 }
  child.stderr.on('data', (d) => { server.log += d })
  let buffer = ''
  const lines = []
  const waiting = []
  child.stdout.on('data', (d) => {
    buffer += d
    for (let i; (i = buffer.indexOf('\n')) >= 0; buffer = buffer.slice(i + 1)) {
      const line = buffer.slice(0, i)
      const next = waiting.shift()
      if (next) next(line)
      else lines.push(line)
    }
  })
  const line = () => (lines.length ? Promise.resolve(lines.shift()) : new Promise((resolve) => waiting.push(resolve)))
  const exited = once(child, 'exit')
  exited.then(() => waiting.forEach((w) => w('gone')))
  server.port = Number((await line()).split(' ')[1])
  server.counts = async () => {
    child.stdin.write('?')
    const [, connections, queued, requests, refused, cut] = (await line()).split(' ').map(Number)
    return { connections, queued, requests, refused, cut }
  }
  server.stop = async () => {
    child.stdin.end()
    const [code] = await exited
    return code
  }
  server.exited = exited
  return server
}

/** A connection to the server: send(), and everything that came back. */
export function connect(server) {
  const socket = net.connect(server.port, '127.0.0.1')
  socket.on('error', () => {})
  const chunks = []
  socket.on('data', (d) => chunks.push(d))
  const closed = once(socket, 'close').catch(() => {})
  return {
    socket,
    closed,
    send: (data) => new Promise((resolve) => socket.write(data, () => resolve())),
    received: () => Buffer.concat(chunks).toString('latin1'),
    /** Waits until `done(text)` is true or the connection ends. */
    async until(done) {
      while (!done(this.received()) && !socket.destroyed) {
        await Promise.race([once(socket, 'data').catch(() => {}), closed])
      }
      return this.received()
    },
    end() { socket.destroy() },
  }
}

/** Splits what came back into answers: { status, headers, body }. */
export function answers(text) {
  const out = []
  while (text.length) {
    const end = text.indexOf('\r\n\r\n')
    if (end < 0) break
    const [first, ...rest] = text.slice(0, end).split('\r\n')
    const headers = Object.fromEntries(rest.map((l) => [l.slice(0, l.indexOf(':')).toLowerCase(), l.slice(l.indexOf(':') + 2)]))
    const status = Number(first.split(' ')[1])
    if (status === 100) {
      text = text.slice(end + 4)
      continue
    }
    const n = Number(headers['content-length'] ?? 0)
    if (text.length < end + 4 + n) break
    out.push({ status, headers, body: text.slice(end + 4, end + 4 + n) })
    text = text.slice(end + 4 + n)
  }
  return out
}

/** Sends bytes as they are and returns the first answer, or undefined when the connection ended without one. */
export async function raw(server, bytes) {
  const c = connect(server)
  await c.send(bytes)
  const text = await c.until((t) => answers(t).length > 0)
  c.end()
  return answers(text)[0]
}

/** A request with a body and headers, sent at once. */
export function request(server, method, target, { headers = {}, body = '' } = {}) {
  const all = { Host: `127.0.0.1:${server.port}`, ...headers }
  if (body.length || method === 'POST') all['Content-Length'] ??= Buffer.byteLength(body)
  const head = `${method} ${target} HTTP/1.1\r\n` + Object.entries(all).map(([k, v]) => `${k}: ${v}\r\n`).join('') + '\r\n'
  return raw(server, Buffer.concat([Buffer.from(head, 'latin1'), Buffer.from(body)]))
}

export const form = (body, headers = {}) => ({ body, headers: { 'Content-Type': 'application/x-www-form-urlencoded', ...headers } })
