/** Where the keyboard is: it never falls to the page's body, where the next Tab begins at the top. */

/** What a focused element is called, to find it again after its view was left and drawn anew. */
export interface FocusMark {
  readonly tag: string
  readonly name: string
  /** Its place among those of one name. */
  readonly nth: number
}

const nameOf = (element: Element): string =>
  [
    element.getAttribute('data-testid'),
    element.getAttribute('aria-label') ?? element.textContent.trim().slice(0, 80),
  ].join(' ')

const sameNamed = (tag: string, name: string): HTMLElement[] =>
  [...document.querySelectorAll<HTMLElement>(`main ${tag}`)].filter((one) => nameOf(one) === name)

/** The focused element of the view; null when the focus is elsewhere. */
export function focusMark(): FocusMark | null {
  const element = document.activeElement
  if (!element?.closest('main') || element.matches('main')) return null
  const tag = element.tagName.toLowerCase()
  const name = nameOf(element)
  return { tag, name, nth: sameNamed(tag, name).findIndex((one) => one === element) }
}

/** Where the focus goes when what had it is gone: the dialog in front, else the view. */
export function focusPlace(): void {
  const dialogs = document.querySelectorAll<HTMLElement>('dialog[open]')
  const place = [...dialogs].at(-1) ?? document.querySelector<HTMLElement>('main')
  place?.focus({ preventScroll: true })
}

const idle = (): boolean => document.activeElement?.matches('body, main') ?? true

/** How long a view may take to draw what had the focus when it was left. */
const PATIENCE_MS = 4000

/** Gives the focus back to what a mark stands for as soon as it is there, unless something else has taken it. */
export function restoreFocus(mark: FocusMark): void {
  const attempt = (): boolean => {
    if (!idle()) return true
    sameNamed(mark.tag, mark.name)[mark.nth]?.focus()
    return !idle()
  }
  const observer = new MutationObserver(() => attempt() && observer.disconnect())
  observer.observe(document.body, { childList: true, subtree: true })
  setTimeout(() => observer.disconnect(), PATIENCE_MS)
  attempt()
}

/**
 * Follows the focus: an element that is moved keeps it, and when one is removed it goes to the view around it.
 * @returns A function that ends it.
 */
export function keepFocus(): () => void {
  let last: HTMLElement | null = null
  const took = (event: FocusEvent): void => {
    last = event.target as HTMLElement
  }
  // A click beside everything takes the focus away on purpose.
  const pressed = (): void => {
    last = null
  }
  const observer = new MutationObserver(() => {
    if (!last || document.activeElement !== document.body) return
    if (last.isConnected) last.focus({ preventScroll: true })
    if (document.activeElement === document.body) focusPlace()
  })
  document.addEventListener('focusin', took)
  document.addEventListener('pointerdown', pressed, true)
  observer.observe(document.body, { childList: true, subtree: true })
  return () => {
    document.removeEventListener('focusin', took)
    document.removeEventListener('pointerdown', pressed, true)
    observer.disconnect()
  }
}
