export const paneNames = [
  'input',
  'mask',
  'reconstruction',
  'heat-map',
  'difference',
  'normal',
] as const
export type PaneName = (typeof paneNames)[number]
export type Layout = 'four' | 'two' | 'split' | PaneName

/** The two panes that are compared over one another. */
export interface Sides {
  readonly left: PaneName
  readonly right: PaneName
}

export const paneLabels: Readonly<Record<PaneName, string>> = {
  input: 'Input',
  mask: 'Ground truth',
  reconstruction: 'Reconstruction',
  'heat-map': 'Heat map',
  difference: 'Difference',
  normal: 'Nearest nominal',
}

/** The panes of each layout. */
export function panesOf(layout: Layout, { left, right }: Sides): readonly PaneName[] {
  if (layout === 'four') return ['input', 'mask', 'reconstruction', 'heat-map']
  if (layout === 'two') return ['mask', 'heat-map']
  if (layout === 'split') return [left, right]
  return [layout]
}

/** In the order of their keys, 1 to 9. */
export const layouts: readonly { readonly value: Layout; readonly label: string }[] = [
  { value: 'four', label: 'All four' },
  { value: 'two', label: 'Ground truth and heat map' },
  ...paneNames
    .filter((value) => value !== 'normal')
    .map((value) => ({ value, label: paneLabels[value] })),
  { value: 'split', label: 'Two with a divider' },
  { value: 'normal', label: paneLabels.normal },
]

/** The panes that were last looked at on this machine. */
export interface ChosenPanes {
  readonly layout: Layout
  readonly sides: Sides
}

const STORAGE_KEY = 'review-panes'
const usual: ChosenPanes = { layout: 'four', sides: { left: 'input', right: 'heat-map' } }

/** The panes of last time; the usual ones where nothing or nonsense is stored. */
export function readPanes(text: string | null = localStorage.getItem(STORAGE_KEY)): ChosenPanes {
  try {
    const { layout, left, right } = JSON.parse(text ?? '{}') as Record<string, unknown>
    const known = layouts.find(({ value }) => value === layout)?.value
    const [one, other] = [left, right].map((side) => paneNames.find((name) => name === side))
    return {
      layout: known ?? usual.layout,
      sides: one && other ? { left: one, right: other } : usual.sides,
    }
  } catch {
    return usual
  }
}

/** Keeps what is looked at for the next start. */
export function keepPanes(change: Partial<ChosenPanes>): void {
  const { layout, sides } = { ...readPanes(), ...change }
  localStorage.setItem(STORAGE_KEY, JSON.stringify({ layout, ...sides }))
}
