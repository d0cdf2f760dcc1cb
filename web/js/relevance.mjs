/* Shows and hides questions as others are answered. Without it all are shown, each with a line that says
 * when to answer.
 *
 *   <div data-question="children" >...inputs...</div>
 *   <div data-question="school" data-relevant="${children} = 'yes'" data-known='{"age":"12"}'>...</div>
 *
 * data-known holds answers that stand on other pages of the form. A name is looked for in the same
 * repeated part first (data-part), then on the whole page. A hidden question keeps what was typed, and is sent:
 * the server drops what is not relevant when it judges the whole.
 */
import { parse, truth } from './expression.mjs'

function answer (question) {
  const day = ['year', 'month', 'day'].map(part => question.querySelector(`:scope [data-date="${part}"]`))
  if (day.every(Boolean)) {
    const [y, m, d] = day.map(input => input.value.trim())
    return y && m && d ? `${y.padStart(4, '0')}-${m.padStart(2, '0')}-${d.padStart(2, '0')}` : ''
  }
  const values = []
  for (const input of question.querySelectorAll('input, select, textarea')) {
    /* The text of "other" and the inputs of questions inside belong to themselves. */
    if (input.closest('[data-question]') !== question || input.closest('[data-other]')) continue
    if (input.type === 'hidden' || input.type === 'search' || input.type === 'submit') continue
    if (input.type === 'radio' || input.type === 'checkbox') {
      if (input.checked) values.push(input.value)
    } else if (input.value.trim() !== '') values.push(input.value.trim())
  }
  return values.join(' ')
}

function find (from, name) {
  const selector = `[data-question="${name}"]`
  for (let part = from.parentElement?.closest('[data-part]'); part; part = part.parentElement?.closest('[data-part]')) {
    const found = part.querySelector(selector)
    if (found) return found
  }
  return from.ownerDocument.querySelector(selector)
}

export function relevanceStart (document) {
  const questions = []
  for (const element of document.querySelectorAll('[data-relevant]')) {
    try {
      const known = JSON.parse(element.dataset.known || '{}')
      questions.push({ element, known, test: parse(element.dataset.relevant) })
    } catch {
      /* Not understood here: it stays shown, with its line. */
      continue
    }
  }
  if (questions.length === 0) return

  const show = () => {
    for (const { element, known, test } of questions) {
      const read = name => {
        const question = find(element, name)
        if (!question) return known[name] ?? ''
        /* What stands in a hidden question does not count. */
        return question.closest('[data-relevant][hidden]') ? '' : answer(question)
      }
      element.hidden = !truth(test(read))
      element.classList.add('trm-judged')
    }
  }
  document.addEventListener('input', show)
  document.addEventListener('change', show)
  window.addEventListener('pageshow', show)
  show()
}
