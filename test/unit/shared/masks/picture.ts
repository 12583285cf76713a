import fc from 'fast-check'
import { createMask, type Mask } from '../../../../src/shared/masks/mask.ts'
import { fullBox, uniteBoxes, type Size } from '../../../../src/shared/masks/box.ts'
import { reframe, trimSelection, type Selection } from '../../../../src/shared/masks/selection.ts'

/** A mask from rows of digits; '.' is nominal. */
export function picture(...rows: string[]): Mask {
  const digits = rows.join('').replaceAll('.', '0')
  return createMask(rows[0]!.length, rows.length, Uint8Array.from(digits, Number))
}

/** A selection from rows of '.' and '#'. */
export function pixels(...rows: string[]): Selection {
  const bits = Uint8Array.from(rows.join(''), (letter) => (letter === '#' ? 1 : 0))
  return { box: { x: 0, y: 0, width: rows[0]!.length, height: rows.length }, bits }
}

/** A selection drawn into rows of '.' and '#'. */
export function draw(selection: Selection, size: Size): string[] {
  const { bits } = reframe(selection, fullBox(size))
  return Array.from({ length: size.height }, (_, row) =>
    Array.from(bits.subarray(row * size.width, (row + 1) * size.width), (bit) =>
      bit === 1 ? '#' : '.',
    ).join(''),
  )
}

/** Every pixel of the raster that is not selected. */
export function complement(selection: Selection, size: Size): Selection {
  const box = fullBox(size)
  return trimSelection({ box, bits: reframe(selection, box).bits.map((bit) => bit ^ 1) })
}

/** Pixels in a or b. */
export function union(a: Selection, b: Selection): Selection {
  const box = uniteBoxes(a.box, b.box)
  const other = reframe(b, box).bits
  return trimSelection({ box, bits: reframe(a, box).bits.map((bit, i) => bit | other[i]!) })
}

export const countSelected = ({ bits }: Selection): number =>
  bits.reduce((count, bit) => count + bit, 0)

export function drawMask(mask: Mask): string[] {
  return Array.from({ length: mask.height }, (_, row) =>
    mask.data
      .subarray(row * mask.width, (row + 1) * mask.width)
      .join('')
      .replaceAll('0', '.'),
  )
}

/** Sizes up to 12 × 12 with a selection in its tight box. */
export const anySelection = fc
  .record({ width: fc.integer({ min: 1, max: 12 }), height: fc.integer({ min: 1, max: 12 }) })
  .chain((size) =>
    bitsOf(size).map((bits) => ({ size, selection: trimSelection({ box: fullBox(size), bits }) })),
  )

export const bitsOf = (size: Size): fc.Arbitrary<Uint8Array> =>
  fc.uint8Array({
    minLength: size.width * size.height,
    maxLength: size.width * size.height,
    max: 1,
  })

/** Masks up to 12 × 12 with the given number of classes, nominal included. */
export const anyMask = (classes: number): fc.Arbitrary<Mask> =>
  fc
    .record({ width: fc.integer({ min: 1, max: 12 }), height: fc.integer({ min: 1, max: 12 }) })
    .chain(({ width, height }) =>
      fc
        .uint8Array({
          minLength: width * height,
          maxLength: width * height,
          max: classes - 1,
        })
        .map((data) => createMask(width, height, data)),
    )
