import { focusMark, restoreFocus, type FocusMark } from '../../../ui/focus.ts'
import { formatLocation, parseLocation, type Location } from './location.ts'

/** Where the window was when it was closed. */
const PLACE = 'place'

/** Where the window is. The place lives in the address, so back, forward and a reload keep working. */
export class Navigation {
  current = $state.raw<Location>(
    parseLocation(window.location.hash || (localStorage.getItem(PLACE) ?? '')),
  )

  constructor() {
    history.replaceState(history.state, '', formatLocation(this.current))
    window.addEventListener('pagehide', () =>
      localStorage.setItem(PLACE, formatLocation(this.current)),
    )
    window.addEventListener('popstate', ({ state }) => {
      this.current = parseLocation(window.location.hash)
      const { focus } = (state ?? {}) as { focus?: FocusMark | null }
      if (focus) restoreFocus(focus)
    })
  }

  go(location: Location): void {
    const hash = formatLocation(location)
    if (hash === formatLocation(this.current)) return
    history.replaceState({ focus: focusMark() }, '')
    history.pushState(null, '', hash)
    this.current = location
  }

  /** Moves without a step in the history, for the next image or another filter. */
  replace(location: Location): void {
    history.replaceState(null, '', formatLocation(location))
    this.current = location
  }
}
