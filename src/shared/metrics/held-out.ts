import { Random } from '../random.ts'

/**
 * Divides images into a half to choose on and a half to judge on, each class and defect type by itself, so
 * that both halves have all of them (of an odd number the judging half gets one more).
 *
 * @param groups The group of each image, for instance its defect type.
 * @returns True for the images to choose on; the same seed gives the same halves.
 */
export function chooseHalf(groups: readonly string[], seed: number): boolean[] {
  const chosen = new Array<boolean>(groups.length).fill(false)
  for (const [index, group] of [...new Set(groups)].sort().entries()) {
    const places = groups.flatMap((name, place) => (name === group ? [place] : []))
    const order = new Random(seed, index).permutation(places.length)
    for (const at of order.subarray(0, places.length >> 1)) chosen[places[at]!] = true
  }
  return chosen
}
