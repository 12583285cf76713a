/** Moves through the actions of a menu with the arrow keys. */
export function menuKeys(event: KeyboardEvent, list: HTMLElement | undefined): void {
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key]
  if (step === undefined || !list) return
  const buttons = [...list.querySelectorAll<HTMLButtonElement>('button:enabled')]
  const at = buttons.indexOf(document.activeElement as HTMLButtonElement)
  buttons.at((at + step + buttons.length) % buttons.length)?.focus()
  event.preventDefault()
  event.stopPropagation()
}
