import { Random } from '../random.ts'

/**
 * Defects painted on nominal images, so that T′ can be chosen where no defects are known: a piece of the image
 * itself, moved and changed in contrast, or a flat patch as if a part was missing. Half of the seeds give each.
 */

/**
 * Where the defect of a seed is: 1 inside, 0 outside. A blob of 6 … 25 % of the side in radius that lies within
 * the scored part.
 * @returns [S, S]
 */
export function syntheticMask(seed: number, size: number): Uint8Array {
  return shape(seed, size).mask
}

/**
 * Paints the defect of a seed.
 * @param image [S, S, 3] in −1 … 1; left as it is
 * @returns a new image of the same shape
 */
export function paintSynthetic(image: Float32Array, size: number, seed: number): Float32Array {
  const { mask, random } = shape(seed, size)
  const painted = image.slice()
  const [dx, dy] = [0, 1].map(() => Math.round(size * random.between(0.25, 0.75)))
  const missing = seed % 2 === 1
  const contrast = random.between(0.5, 1.5)
  const shift = random.between(0.15, 0.4) * (random.uniform() < 0.5 ? -1 : 1)
  const flat = [0, 1, 2].map((channel) => mean(image, channel) + 1.5 * shift)
  for (let i = 0; i < mask.length; i++) {
    if (mask[i] === 0) continue
    const x = ((i % size) + dx!) % size
    const y = (Math.floor(i / size) + dy!) % size
    const grain = 0.04 * random.normal()
    for (let channel = 0; channel < 3; channel++) {
      const moved = contrast * image[3 * (y * size + x) + channel]! + shift
      const value = missing ? flat[channel]! + grain : moved
      painted[3 * i + channel] = Math.min(1, Math.max(-1, value))
    }
  }
  return painted
}

function shape(seed: number, size: number) {
  const random = new Random(seed, 0x5d)
  const radius = size * random.between(0.06, 0.25)
  const centre = [0, 1].map(() => size * random.between(0.3, 0.7))
  // A circle with two soft lobes.
  const lobes = [2, 3].map((count) => ({
    count,
    depth: random.between(0.05, 0.25),
    phase: random.between(0, 2 * Math.PI),
  }))
  const mask = new Uint8Array(size * size)
  for (let i = 0; i < mask.length; i++) {
    const x = (i % size) + 0.5 - centre[0]!
    const y = Math.floor(i / size) + 0.5 - centre[1]!
    const angle = Math.atan2(y, x)
    const reach = lobes.reduce(
      (sum, { count, depth, phase }) => sum + depth * Math.sin(count * angle + phase),
      1,
    )
    if (Math.hypot(x, y) < radius * reach) mask[i] = 1
  }
  return { mask, random }
}

function mean(image: Float32Array, channel: number): number {
  let sum = 0
  for (let i = channel; i < image.length; i += 3) sum += image[i]!
  return (3 * sum) / image.length
}
