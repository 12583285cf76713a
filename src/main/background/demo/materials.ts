import type { Random } from '../../../shared/random.ts'
import { cutSquare, type GreyImage, type Rectangle } from './grey-image.ts'

/** One category of the demo data set: where in its photograph nominal and test pictures are cut. */
export interface Material {
  readonly name: string
  /** Side of the square pictures in pixels, at the photograph's own resolution. */
  readonly side: number
  /** Part of the photograph that training pictures come from. */
  readonly train: Rectangle
  /** Part that test pictures come from; it shares no pixel with `train`. */
  readonly test: Rectangle
  /** Symmetries of the square (see `cutSquare`) under which the material looks as likely as before. */
  readonly symmetries: readonly number[]
  /** Objects to centre the pictures on; null cuts anywhere. */
  readonly centres: readonly (readonly [number, number])[] | null
  /** Largest distance of a defect's centre from the picture's, as a fraction of the side. */
  readonly reach: number
}

const left = { x: 0, y: 0, width: 320, height: 512 }
const right = { x: 320, y: 0, width: 192, height: 512 }
const all = [0, 1, 2, 3, 4, 5, 6, 7]

export const materials: readonly Material[] = [
  {
    name: 'brick',
    side: 128,
    train: left,
    test: right,
    symmetries: [0, 1],
    centres: null,
    reach: 0.25,
  },
  {
    name: 'coins',
    side: 64,
    train: { x: 0, y: 0, width: 246, height: 303 },
    test: { x: 246, y: 0, width: 138, height: 303 },
    symmetries: all,
    centres: [
      [45, 54],
      [101, 56],
      [155, 51],
      [215, 48],
      [45, 123],
      [102, 125],
      [153, 127],
      [205, 124],
      [43, 197],
      [101, 195],
      [153, 197],
      [211, 192],
      [46, 258],
      [113, 265],
      [172, 261],
      [276, 51],
      [334, 44],
      [270, 118],
      [337, 124],
      [273, 194],
      [344, 187],
      [302, 264],
      [358, 267],
    ],
    reach: 0.14,
  },
  {
    name: 'grass',
    side: 128,
    train: left,
    test: right,
    symmetries: all,
    centres: null,
    reach: 0.25,
  },
  {
    name: 'gravel',
    side: 128,
    train: left,
    test: right,
    symmetries: all,
    centres: null,
    reach: 0.25,
  },
]

/** Cuts the `index`-th picture out of a part of the material's photograph. */
export function cutPicture(
  material: Material,
  photograph: GreyImage,
  part: Rectangle,
  index: number,
  random: Random,
): GreyImage {
  const { side } = material
  const lastX = part.x + part.width - side
  const lastY = part.y + part.height - side
  const symmetry = material.symmetries[random.integer(material.symmetries.length)]!
  const centres = material.centres?.filter(([x]) => x >= part.x && x < part.x + part.width)
  if (!centres) {
    const x = part.x + random.integer(lastX - part.x + 1)
    const y = part.y + random.integer(lastY - part.y + 1)
    return cutSquare(photograph, x, y, side, symmetry)
  }
  const [x, y] = centres[index % centres.length]!
  const jitter = () => random.integer(7) - 3
  const within = (value: number, low: number, high: number) => Math.min(high, Math.max(low, value))
  return cutSquare(
    photograph,
    within(x - side / 2 + jitter(), part.x, lastX),
    within(y - side / 2 + jitter(), part.y, lastY),
    side,
    symmetry,
  )
}
