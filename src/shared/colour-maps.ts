/**
 * Perceptually uniform colour maps that read the same with any colour vision. The anchors are evenly
 * spaced samples of matplotlib's published maps (viridis, inferno); between them RGB is interpolated.
 */
const anchors = {
  viridis: '440154 482878 3e4989 31688e 26828e 1f9e89 35b779 6ece58 b5de2b fde725',
  inferno: '000004 1b0c41 4a0c6b 781c6d a52c60 cf4446 ed6925 fb9b06 f7d13d fcffa4',
} as const

export type ColourMapName = keyof typeof anchors
export const colourMapNames = Object.keys(anchors) as readonly ColourMapName[]

/** 256 RGB triples, lowest value first. */
export type ColourMap = Uint8ClampedArray

function build(hexes: string): ColourMap {
  const points = hexes.split(' ').map((hex) => Number.parseInt(hex, 16))
  const map = new Uint8ClampedArray(256 * 3)
  for (let index = 0; index < 256; index += 1) {
    const position = (index / 255) * (points.length - 1)
    const lower = Math.min(Math.floor(position), points.length - 2)
    const from = points[lower] ?? 0
    const to = points[lower + 1] ?? 0
    for (let channel = 0; channel < 3; channel += 1) {
      const shift = 16 - 8 * channel
      const a = (from >> shift) & 255
      const b = (to >> shift) & 255
      map[3 * index + channel] = a + (b - a) * (position - lower)
    }
  }
  return map
}

const maps: Readonly<Record<ColourMapName, ColourMap>> = {
  viridis: build(anchors.viridis),
  inferno: build(anchors.inferno),
}

export function colourMap(name: ColourMapName): ColourMap {
  return maps[name]
}
