/* Several choices out of a long list stand in one select each: when the last one gets a value, an empty
 * one follows. Without it a button saves and gives the next.
 */
export function choicesStart (document) {
  for (const box of document.querySelectorAll('[data-selects]')) {
    box.addEventListener('change', () => {
      const all = box.querySelectorAll('select')
      const last = all[all.length - 1]
      if (last.value === '') return
      const next = last.cloneNode(true)
      const number = all.length + 1
      next.value = ''
      next.id = `${all[0].id}-${number}`
      next.setAttribute('aria-label', last.getAttribute('aria-label').replace(/\d+$/, String(number)))
      box.append(next)
    })
  }
}
