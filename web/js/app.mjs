/* The one script of all pages: starts the design system's components that we use and our own two.
 * Every page works without it. It sends nothing and stores nothing.
 */
import { Button } from 'govuk-frontend/dist/govuk/components/button/button.mjs'
import { ErrorSummary } from 'govuk-frontend/dist/govuk/components/error-summary/error-summary.mjs'
import { ExitThisPage } from 'govuk-frontend/dist/govuk/components/exit-this-page/exit-this-page.mjs'
import { PasswordInput } from 'govuk-frontend/dist/govuk/components/password-input/password-input.mjs'
import { ServiceNavigation } from 'govuk-frontend/dist/govuk/components/service-navigation/service-navigation.mjs'
import { SkipLink } from 'govuk-frontend/dist/govuk/components/skip-link/skip-link.mjs'
import { relevanceStart } from './relevance.mjs'
import { choicesStart } from './choices.mjs'

const components = [Button, ErrorSummary, ExitThisPage, PasswordInput, ServiceNavigation, SkipLink]

/* The design system's start-up line, which elsewhere stands in the page: our pages run no inline script. */
document.body.classList.add('js-enabled', 'govuk-frontend-supported')

for (const Component of components) {
  for (const element of document.querySelectorAll(`[data-module="${Component.moduleName}"]`)) {
    try {
      new Component(element) // eslint-disable-line no-new
    } catch {
      /* One piece that does not start leaves plain HTML, which works; the others go on. */
    }
  }
}
relevanceStart(document)
choicesStart(document)
