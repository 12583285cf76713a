export const paneNames = ['input', 'mask', 'reconstruction', 'heat-map', 'difference'] as const
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
}

/** The panes of each layout. */
export function panesOf(layout: Layout, { left, right }: Sides): readonly PaneName[] {
  if (layout === 'four') return ['input', 'mask', 'reconstruction', 'heat-map']
  if (layout === 'two') return ['mask', 'heat-map']
  if (layout === 'split') return [left, right]
  return [layout]
}

/** In the order of their keys, 1 to 8. */
export const layouts: readonly { readonly value: Layout; readonly label: string }[] = [
  { value: 'four', label: 'All four' },
  { value: 'two', label: 'Ground truth and heat map' },
  ...paneNames.map((value) => ({ value, label: paneLabels[value] })),
  { value: 'split', label: 'Two with a divider' },
]
