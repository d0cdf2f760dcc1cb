/* browser.mjs - Debian's Chromium for the browser tests: one browser, a window for each person, and axe.
 *
 * A window keeps an account of what must never happen: an error in the console (the Content-Security-Policy
 * reports there), a request to another host, a page wider than the screen.
 */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { chromium } from 'playwright-core'

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')
const RULES = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']
const FLAGS = ['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run',
  '--disable-background-networking', '--disable-component-update', '--disable-sync']

export const DESK = { width: 1180, height: 800 }
export const PHONE = { width: 360, height: 740 }

/* it.localhost and al.localhost are this machine for Chromium, whatever the resolver says. */
export function openBrowser () {
  return chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: FLAGS })
}

export class Window {
  static async open (browser, node, { language = 'en', size = DESK, script = true } = {}) {
    const context = await browser.newContext({ viewport: size, javaScriptEnabled: script, locale: language })
    return new Window(node, context, await context.newPage())
  }

  constructor (node, context, page) {
    Object.assign(this, { node, context, page, wrong: [] })
    page.setDefaultTimeout(20000)
    page.on('console', m => { if (m.type() === 'error') this.wrong.push(`console: ${m.text()}`) })
    page.on('pageerror', e => this.wrong.push(`script: ${e.message}`))
    page.on('request', rq => {
      if (!rq.url().startsWith(`${node.origin}/`) && !rq.url().startsWith('data:')) this.wrong.push(`asks ${rq.url()}`)
    })
  }

  async go (path) {
    await this.page.goto(this.node.origin + path)
    return this
  }

  path () { return new URL(this.page.url()).pathname }

  async signIn (person) {
    await this.go('/signin')
    await this.page.fill('#login', person.login)
    await this.page.fill('#password', person.password)
    await this.page.press('#password', 'Enter')
    await this.page.waitForURL(u => u.pathname !== '/signin')
    return this
  }

  /* Nothing wrong so far; WCAG 2.2 AA; no wider than the screen. A 4xx page that was wanted says so in the console too. */
  async check (what, { status } = {}) {
    const ignored = status ? new RegExp(`status of ${status}\\b`) : /(?!)/
    assert.deepEqual(this.wrong.filter(w => !ignored.test(w)), [], `${what} (${this.path()})`)
    this.wrong.length = 0
    const [wide, screen] = await this.page.evaluate(() => [document.documentElement.scrollWidth, window.innerWidth])
    assert.ok(wide <= screen, `${what} (${this.path()}): ${wide} pixels wide on a screen of ${screen}`)
    /* axe is handed to the page by the browser itself, past the page's own policy for scripts. */
    await this.page.evaluate(AXE).catch(() => this.context.newCDPSession(this.page).then(s => s.send('Runtime.evaluate', { expression: AXE })))
    const { violations } = await this.page.evaluate(rules => window.axe.run(document, { runOnly: rules }), RULES)
    assert.deepEqual(violations.map(v => `${v.id}: ${v.help}: ${v.nodes.slice(0, 3).map(n => n.html.slice(0, 200)).join(' ')}`), [],
      `${what} (${this.path()})`)
  }

  /* By keyboard: Tab until the focus is on what `selector` finds, at most `most` times. */
  async tabTo (selector, most = 300) {
    for (let n = 0; n < most; n++) {
      if (await this.page.evaluate(s => document.activeElement?.matches(s) ?? false, selector)) return
      await this.page.keyboard.press('Tab')
    }
    assert.fail(`${this.path()}: Tab does not lead to ${selector}`)
  }

  close () { return this.context.close() }
}
