import type { Random } from '../../../../shared/random.ts'
import { cutSquare, type GreyImage, type Rectangle } from './grey-image.ts'

/** One category of the demo data set: how its pictures are cut from a photograph. */
export interface Material {
  readonly name: string
  /** Name of the photograph, without `.png`. */
  readonly photograph: string
  /** Side of the square pictures in pixels, at the photograph's own resolution. */
  readonly side: number
  /** Symmetries of the square (see `cutSquare`) under which the material looks as likely as before. */
  readonly symmetries: readonly number[]
}

/** Part of every photograph that nominal training pictures come from. */
export const trainPart: Rectangle = { x: 0, y: 0, width: 320, height: 512 }
/** Part that test pictures come from; it shares no pixel with {@link trainPart}. */
export const testPart: Rectangle = { x: 320, y: 0, width: 192, height: 512 }

const all = [0, 1, 2, 3, 4, 5, 6, 7]
/** Upright, and upright with left and right swapped. */
const upright = [0, 1]
/** Lying on its side, in each of its four mirrored forms. */
const lying = [4, 5, 6, 7]

export const materials: readonly Material[] = [
  { name: 'brick', photograph: 'brick', side: 128, symmetries: upright },
  { name: 'grass', photograph: 'grass', side: 128, symmetries: all },
  { name: 'gravel', photograph: 'gravel', side: 128, symmetries: all },
  // The mortar between the bricks, twice as near.
  { name: 'joint', photograph: 'brick', side: 64, symmetries: lying },
]

/** Names of the photographs that the materials are cut from. */
export const sourceNames: readonly string[] = [
  ...new Set(materials.map(({ photograph }) => photograph)),
]

/** Cuts a picture of a material out of a part of its photograph. */
export function cutPicture(
  { side, symmetries }: Material,
  photograph: GreyImage,
  part: Rectangle,
  random: Random,
): GreyImage {
  const symmetry = symmetries[random.integer(symmetries.length)]!
  const x = part.x + random.integer(part.width - side + 1)
  const y = part.y + random.integer(part.height - side + 1)
  return cutSquare(photograph, x, y, side, symmetry)
}
