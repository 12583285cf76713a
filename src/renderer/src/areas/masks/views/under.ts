/** What lies under the mask while it is edited. */
export const unders = [
  { value: 'input', label: 'Input' },
  { value: 'heat-map', label: 'Heat map over input' },
  { value: 'reconstruction', label: 'Reconstruction' },
  { value: 'difference', label: 'Difference' },
] as const
export type Under = (typeof unders)[number]['value']
