/** The nonce of this very answer of the server; styles made at run time must carry it. */
export const nonce = document.querySelector<HTMLMetaElement>('meta[name="csp-nonce"]')?.content ?? ''

/**
 * Dialogs of the component library lock the page's scrolling with a style element that forgets the nonce, and our policy
 * would refuse it. Every style element that scripts make gets the nonce here, whichever library makes it.
 */
export function giveStylesTheNonce(): void {
  const create = document.createElement.bind(document)
  const withNonce = (name: string, options?: ElementCreationOptions): HTMLElement => {
    const element = create(name, options)
    if (element instanceof HTMLStyleElement && nonce !== '') element.nonce = nonce
    return element
  }
  document.createElement = withNonce as typeof document.createElement
}
