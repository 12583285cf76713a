import { lowestKeyFrom } from './float-keys.ts'
import { withKnownPixels, type CensusImage } from './pixel-census.ts'
import { pixelsOf } from './pixel-sketch.ts'
import { placeKeys } from './placement.ts'

/** Pixels at or over a threshold that are defective, of all that are either, over all images together; null for 0 / 0. */
export function pooledIou(all: readonly CensusImage[], threshold: number): number | null {
  const images = withKnownPixels(all)
  const key = lowestKeyFrom(threshold)
  const sketches = images.map(({ sketch }) => sketch)
  const found = pixelsOf(sketches) - placeKeys(Int32Array.of(key), [sketches])[0]!.below[0]!
  let defective = 0
  let both = 0
  for (const { marked } of images) {
    for (let i = 0; i < marked.keys.length; i++) {
      if (marked.regions[i] === 0) continue
      defective += 1
      if (marked.keys[i]! >= key) both += 1
    }
  }
  const either = found + defective - both
  return either === 0 ? null : both / either
}
