export type PaneName = 'input' | 'mask' | 'reconstruction' | 'difference' | 'heat-map'
export type Layout = 'four' | 'two' | PaneName

/** The panes of each layout. */
export function panesOf(layout: Layout): readonly PaneName[] {
  if (layout === 'four') return ['input', 'mask', 'reconstruction', 'heat-map']
  if (layout === 'two') return ['mask', 'heat-map']
  return [layout]
}

export const layouts: readonly { readonly value: Layout; readonly label: string }[] = [
  { value: 'four', label: 'All four' },
  { value: 'two', label: 'Ground truth and heat map' },
  { value: 'input', label: 'Input' },
  { value: 'mask', label: 'Ground truth' },
  { value: 'reconstruction', label: 'Reconstruction' },
  { value: 'heat-map', label: 'Heat map' },
  { value: 'difference', label: 'Difference' },
]
