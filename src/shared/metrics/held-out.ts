import { Random } from '../random.ts'

interface Held {
  readonly imageId: number
  readonly anomalous: boolean
  readonly defectType: string
}

/**
 * Divides images into a half to choose on and a half to judge on, each class and defect type by itself, so
 * that both halves have all of them (of an odd number the judging half gets one more).
 *
 * @returns The ids of the images to choose on: the same for the same images and seed, whatever their order
 * and scores.
 */
export function chooseHalf(images: readonly Held[], seed: number): ReadonlySet<number> {
  const ordered = images.toSorted((a, b) => a.imageId - b.imageId)
  const groups = ordered.map(({ anomalous, defectType }) => (anomalous ? defectType : ''))
  const chosen = halves(groups, seed)
  return new Set(ordered.filter((_, place) => chosen[place]).map(({ imageId }) => imageId))
}

/**
 * The part of an evaluation's images that a threshold is chosen on: that which its T′ was chosen on, so that the rest
 * judges both; the half drawn with the seed where T′ was not chosen on test images.
 *
 * @param chosenOn Ids of the images that T′ was chosen on.
 */
export function choosingPart(
  images: readonly Held[],
  seed: number,
  chosenOn: readonly number[] | undefined,
): ReadonlySet<number> {
  return chosenOn ? new Set(chosenOn) : chooseHalf(images, seed)
}

function halves(groups: readonly string[], seed: number): boolean[] {
  const chosen = new Array<boolean>(groups.length).fill(false)
  for (const [index, group] of [...new Set(groups)].sort().entries()) {
    const places = groups.flatMap((name, place) => (name === group ? [place] : []))
    const order = new Random(seed, index).permutation(places.length)
    for (const at of order.subarray(0, places.length >> 1)) chosen[places[at]!] = true
  }
  return chosen
}
