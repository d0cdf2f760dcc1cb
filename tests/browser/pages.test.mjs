/* pages.test.mjs - every page: WCAG 2.2 AA by axe, on a desk and on a phone, in the shortest and the longest language; light enough for a poor
 * line; nothing about a person in titles; asks no other host; works without script; the way out works.
 */
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { PEOPLE, World, job } from '../script/world.mjs'
import { DESK, PHONE, Window, openBrowser } from './browser.mjs'

const FIRST_PAGE = 100 * 1024
const NEXT_PAGE = 20 * 1024
const EXIT = 'https://www.wikipedia.org/'

let world, browser, code, theirs, referral, message, question
const admin = () => ({ login: 'admin', password: world.it.adminPassword })

before(async () => {
  world = await World.make('browser-pages')
  browser = await openBrowser()
  const giulia = await world.person('it', 'giulia')
  const besa = await world.person('al', 'besa')
  code = await world.ready(giulia)
  await world.send(giulia, code)
  const [line] = await world.arrives(besa)
  referral = line.href
  await job.say(besa, `${referral}/words/question`, 'A ka nevojë për përkthyes?')
  ;[{ href: question }] = await world.arrives(giulia)
  message = (await job.timeline(giulia, code)).links.map(l => l.href).find(h => /\/messages\/[0-9a-f-]+$/.test(h ?? ''))
})
after(async () => {
  await browser?.close()
  await world?.end()
})

const ofCase = () => ['', '/facts', '/consents', '/consents/new/share', '/consents/new/return', '/refer', '/refer?country=AL',
  '/refer?country=AL&procedure=return', '/timeline', '/words/question', '/words/answer', '/forms/annex-i',
  ...['heading_exploitation', 's1_1', 's1_2', 's2_1', 's3_2', 's5', 's8'].map(s => `/forms/annex-i/${s}`)].map(p => `/cases/${code}${p}`)
const sets = () => [
  ['it', PEOPLE.giulia, ['/', '/cases', '/cases/new', '/inbox', '/teams', '/account', '/account/password', '/account/recovery',
    question, message, ...ofCase()]],
  ['al', PEOPLE.besa, ['/', '/inbox', referral, `${referral}/accept`, `${referral}/decline`, `${referral}/words/question`]],
  ['it', admin(), ['/users', '/users/new', '/organisations', '/organisations/new', '/teams', '/teams/new', '/partners', '/partners/new']],
  ['it', null, ['/signin', '/activate', '/recover']]
]

for (const [name, size, languages] of [['a desk', DESK, ['en']], ['a phone', PHONE, ['sq']]]) {
  for (const language of languages) {
    test(`every page on ${name}, ${language}`, async () => {
      for (const [node, person, paths] of sets()) {
        const window = await Window.open(browser, world[node], { language, size })
        if (person) await window.signIn(person)
        await window.page.context().addCookies([{ name: 'language', value: language, url: world[node].origin }])
        for (const path of paths) {
          await window.go(path)
          assert.equal(await window.page.getAttribute('html', 'lang'), language, path)
          assert.doesNotMatch(await window.page.title(), /Zamira|Lisaku|Z\.|IT-\d\d|AL-\d\d/, path)
          await window.check(path)
        }
        await window.close()
      }
    })
  }
}

test('error pages', async () => {
  const window = await Window.open(browser, world.it, { language: 'sq' })
  for (const signedIn of [false, true]) {
    if (signedIn) await window.signIn(PEOPLE.giulia)
    for (const [path, status] of [['/nothing', 404], ['/signout', 405], ...(signedIn ? [['/users', 403], ['/cases/IT-26-2222', 404]] : [])]) {
      const response = await window.page.goto(world.it.origin + path)
      assert.equal(response.status(), status, path)
      await window.check(path, { status })
    }
  }
  await window.close()
})

test('a page is light', async () => {
  const window = await Window.open(browser, world.it, { language: 'it' })
  const session = await window.context.newCDPSession(window.page)
  await session.send('Network.enable')
  let sent = 0
  session.on('Network.loadingFinished', e => { sent += e.encodedDataLength })
  const weigh = async (path, most) => {
    sent = 0
    await window.go(path)
    await window.page.waitForLoadState('networkidle')
    assert.ok(sent > 0 && sent <= most, `${path}: ${sent} bytes`)
  }
  await weigh('/signin', FIRST_PAGE)
  await window.signIn(PEOPLE.giulia)
  for (const path of ['/', '/cases', '/inbox', ...ofCase()]) await weigh(path, NEXT_PAGE)
  await window.close()
})

test('the way out: a button, and Shift three times; nothing of the page stays', async () => {
  for (const leave of [w => w.page.click('.trm-exit a'), async w => { for (let n = 0; n < 3; n++) await w.page.keyboard.press('Shift') }]) {
    const window = await Window.open(browser, world.it)
    await window.context.route(`${EXIT}**`, route => route.fulfill({ body: 'elsewhere', contentType: 'text/plain' }))
    await window.signIn(PEOPLE.giulia)
    await window.go(`/cases/${code}`)
    await Promise.all([window.page.waitForURL(EXIT), leave(window)])
    assert.equal(await window.page.textContent('body'), 'elsewhere')
    await window.close()
  }
})

test('without script: a section is filled, entries added and taken out, the way out is a link', async () => {
  const window = await Window.open(browser, world.it, { language: 'en', script: false })
  const { page } = window
  await page.context().addCookies([{ name: 'language', value: 'en', url: world.it.origin }])
  await page.goto(`${world.it.origin}/signin`)
  await page.fill('#login', PEOPLE.paolo.login)
  await page.fill('#password', PEOPLE.paolo.password)
  await page.click('main button[data-prevent-double-click]')
  await page.goto(`${world.it.origin}/cases/new`)
  await page.click('main button[data-prevent-double-click]')
  const mine = window.path()
  await page.goto(`${world.it.origin}${mine}/forms/annex-i/s1_1`)
  assert.ok(await page.isVisible('input[name="sex_other"]'), 'all questions are there')
  assert.ok(await page.isVisible('text=Answer only if “Sex” is “Other”.'))
  await page.fill('input[name="person_name"]', 'Nemo')
  await page.selectOption('select[name="citizenship"]', 'AL')
  await page.click('button[value="more"]')
  assert.equal(await page.locator('select[name="citizenship"]').count(), 2)
  await page.check('input[name="children_returned"][value="yes"]')
  await page.click('button[value="add:children"]')
  await page.fill('input[name="children[0].child_name"]', 'First')
  await page.click('button[value="add:children"]')
  await page.fill('input[name="children[1].child_name"]', 'Second')
  await page.click('button[value="remove:children[0]"]')
  assert.equal(await page.inputValue('input[name="children[0].child_name"]'), 'Second')
  assert.equal(await page.locator('[data-part]').count(), 1)
  assert.equal(await page.inputValue('input[name="person_name"]'), 'Nemo')
  assert.equal(await page.getAttribute('.trm-exit a', 'href'), EXIT)
  await window.close()
})

test('the language of the pages is chosen by the reader, and kept', async () => {
  const window = await Window.open(browser, world.it, { language: 'en' })
  await window.go('/signin')
  assert.equal(await window.page.getAttribute('html', 'lang'), 'en')
  await window.page.click('.govuk-language-navigation a[lang="sq"]')
  assert.equal(window.path(), '/signin')
  assert.equal(await window.page.getAttribute('html', 'lang'), 'sq')
  await window.signIn(PEOPLE.giulia)
  assert.equal(await window.page.getAttribute('html', 'lang'), 'sq', 'the browser’s choice goes before the account’s')
  await window.close()
})
