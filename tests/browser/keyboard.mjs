/* keyboard.mjs - what a person does without a mouse: Tab to it, type, Space, arrows, Enter. For a Window's page.
 *
 * Nothing is clicked and no field is filled past the keyboard.
 */
import assert from 'node:assert/strict'

export class Keys {
  constructor (window) { Object.assign(this, { window, page: window.page }) }

  to (selector) { return this.window.tabTo(selector) }

  async type (selector, text) {
    await this.to(selector)
    await this.page.keyboard.press('Control+A')
    await this.page.keyboard.type(text)
  }

  /* Radios are one stop for Tab; arrows go from one to the next and choose it. */
  async choose (name, value) {
    await this.to(`input[name="${name}"]`)
    const chosen = () => this.page.evaluate(n => document.querySelector(`input[name="${n}"]:checked`)?.value, name)
    await this.page.keyboard.press('Space')
    for (let n = 0; n < 20 && await chosen() !== value; n++) await this.page.keyboard.press('ArrowDown')
    assert.equal(await chosen(), value, name)
  }

  async tick (name, value) {
    await this.to(`input[name="${name}"][value="${value}"]`)
    await this.page.keyboard.press('Space')
    assert.ok(await this.page.isChecked(`input[name="${name}"][value="${value}"]`), `${name} ${value}`)
  }

  /* A pull-down goes to the entry that begins with what is typed. */
  async pick (selector, label) {
    await this.to(selector)
    await this.page.keyboard.type(label, { delay: 5 })
    assert.equal(await this.page.evaluate(s => document.querySelector(s).selectedOptions[0].label, selector), label)
  }

  async enter (selector) {
    await this.to(selector)
    await Promise.all([this.page.waitForNavigation(), this.page.keyboard.press('Enter')])
  }

  async date (name, day, month, year) {
    await this.type(`input[name="${name}-day"]`, String(day))
    await this.type(`input[name="${name}-month"]`, String(month))
    await this.type(`input[name="${name}-year"]`, String(year))
  }
}
