/** Keyboard shortcuts written as `Mod+K`, `Shift+ArrowLeft`, `?`. Mod is Command on macOS, else Control. */
export interface KeyPress {
  readonly key: string
  readonly ctrlKey: boolean
  readonly metaKey: boolean
  readonly altKey: boolean
  readonly shiftKey: boolean
}

/** Modifiers and key; the plus key itself is written as it is, `Mod++`. */
const partsOf = (shortcut: string): string[] => shortcut.split(/\+(?=.)/)

/** Whether a key press is a shortcut. Shift only counts where it does not make the character itself. */
export function matches(shortcut: string, press: KeyPress, mac: boolean): boolean {
  const parts = partsOf(shortcut)
  const key = parts.pop() ?? ''
  const mod = parts.includes('Mod')
  const wanted = { ctrl: mod && !mac, meta: mod && mac, alt: parts.includes('Alt') }
  if (press.ctrlKey !== wanted.ctrl || press.metaKey !== wanted.meta) return false
  if (press.altKey !== wanted.alt) return false
  const makesCharacter = key.length === 1 && key.toLowerCase() === key.toUpperCase()
  if (!makesCharacter && press.shiftKey !== parts.includes('Shift')) return false
  return press.key.toLowerCase() === key.toLowerCase()
}

const symbols: Readonly<Record<string, string>> = {
  ArrowLeft: '←',
  ArrowRight: '→',
  ArrowUp: '↑',
  ArrowDown: '↓',
  Escape: 'Esc',
  ' ': 'Space',
}

/** A shortcut as shown to the user: `Ctrl+K`, `⌘K`. */
export function displayKeys(shortcut: string, mac: boolean): string {
  return partsOf(shortcut)
    .map((part) => (part === 'Mod' ? (mac ? '⌘' : 'Ctrl') : (symbols[part] ?? part)))
    .join(mac ? '' : '+')
}
