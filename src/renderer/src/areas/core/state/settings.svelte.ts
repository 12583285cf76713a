import type { ColourMapName } from '../../../viewer/colour-maps.ts'

export type Theme = 'system' | 'light' | 'dark'

interface Stored {
  theme: Theme
  colourMap: ColourMapName
  /** Opacity of the heat map over the image, 0 … 1. */
  heatOpacity: number
  /** The review shows the nearest nominal images. */
  showNormal: boolean
  /** Least width of the tiles of images, in CSS pixels. */
  tileSize: number
  /** Masks lie over all tiles, not only over the one under the pointer. */
  tileMasks: boolean
  /** Heat maps lie over tiles, where an evaluation is chosen. */
  tileHeat: boolean
  /** Keys of the run table's columns; null for the usual ones. */
  runColumns: readonly string[] | null
}

const STORAGE_KEY = 'settings'
const defaults: Stored = {
  theme: 'system',
  colourMap: 'viridis',
  heatOpacity: 1,
  showNormal: false,
  tileSize: 140,
  tileMasks: false,
  tileHeat: false,
  runColumns: null,
}

function stored(): Stored {
  try {
    const value: unknown = JSON.parse(localStorage.getItem(STORAGE_KEY) ?? '{}')
    return { ...defaults, ...(value as Partial<Stored>) }
  } catch {
    return defaults
  }
}

/** How the window looks on this machine. */
export class Settings {
  #values = $state.raw(stored())
  readonly #systemDark = window.matchMedia('(prefers-color-scheme: dark)')
  #systemIsDark = $state(this.#systemDark.matches)

  constructor() {
    this.#applyTheme()
    this.#systemDark.addEventListener('change', (event) => {
      this.#systemIsDark = event.matches
    })
  }

  get theme(): Theme {
    return this.#values.theme
  }
  /** What the theme comes to now; charts are redrawn when it changes. */
  get dark(): boolean {
    return this.theme === 'system' ? this.#systemIsDark : this.theme === 'dark'
  }
  get colourMap(): ColourMapName {
    return this.#values.colourMap
  }
  get heatOpacity(): number {
    return this.#values.heatOpacity
  }

  get showNormal(): boolean {
    return this.#values.showNormal
  }

  get tileSize(): number {
    return this.#values.tileSize
  }

  get tileMasks(): boolean {
    return this.#values.tileMasks
  }

  get tileHeat(): boolean {
    return this.#values.tileHeat
  }

  get runColumns(): readonly string[] | null {
    return this.#values.runColumns
  }

  set(change: Partial<Stored>): void {
    this.#values = { ...this.#values, ...change }
    localStorage.setItem(STORAGE_KEY, JSON.stringify(this.#values))
    this.#applyTheme()
  }

  #applyTheme(): void {
    document.documentElement.dataset['theme'] = this.theme
  }
}
