/**
 * The pixels of an image that can be its maximum at some v: flat pairs p₀, f₀, p₁, f₁, … of pixel and feature
 * distance, the upper convex hull by ascending pixel distance. A few dozen pairs stand for the whole map.
 */
export type Envelope = readonly number[]

/**
 * The envelope of stored maps.
 *
 * @param maps [2, S, S]: blurred feature and pixel distance.
 * @param frame Width of the outer frame that stays unscored.
 */
export function envelopeOf(maps: Float32Array, size: number, frame: number): Envelope {
  const area = size * size
  const best = new Map<number, number>()
  let [topFeature, pixelAtTop] = [-Infinity, -Infinity]
  let topPixel = -Infinity
  for (let y = frame; y < size - frame; y++) {
    for (let i = y * size + frame; i < (y + 1) * size - frame; i++) {
      const feature = maps[i]!
      const pixel = maps[area + i]!
      // The hull begins at the largest feature distance; what has no larger pixel distance lies under it.
      if (feature > topFeature || (feature === topFeature && pixel > pixelAtTop)) {
        topFeature = feature
        pixelAtTop = pixel
      }
      if (pixel > topPixel) topPixel = pixel
    }
  }
  for (let y = frame; y < size - frame; y++) {
    for (let i = y * size + frame; i < (y + 1) * size - frame; i++) {
      const pixel = maps[area + i]!
      if (pixel < pixelAtTop) continue
      const feature = maps[i]!
      if (!(feature <= (best.get(pixel) ?? -Infinity))) best.set(pixel, feature)
    }
  }
  const hull: [pixel: number, feature: number][] = []
  for (const point of [...best].sort((a, b) => a[0] - b[0])) {
    while (hull.length >= 2 && !turnsRight(hull[hull.length - 2]!, hull[hull.length - 1]!, point)) {
      hull.pop()
    }
    hull.push(point)
  }
  return hull.flat()
}

function turnsRight(
  a: readonly [number, number],
  b: readonly [number, number],
  c: readonly [number, number],
): boolean {
  return (b[0] - a[0]) * (c[1] - a[1]) < (c[0] - a[0]) * (b[1] - a[1])
}

/**
 * An image's score from its envelope: the largest of feature + weight · pixel, in float32 as a map holds it.
 *
 * @param weight v · ratio.
 */
export function scoreOf(envelope: Envelope, weight: number): number {
  let score = -Infinity
  for (let i = 0; i < envelope.length; i += 2) {
    const value = envelope[i + 1]! + weight * envelope[i]!
    if (value > score) score = value
  }
  return Math.fround(score)
}

/** The largest pixel distance of an image, which scores it without features. */
export function pixelScoreOf(envelope: Envelope): number {
  return envelope[envelope.length - 2] ?? -Infinity
}
