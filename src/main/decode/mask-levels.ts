import type { Mask } from './mask.ts'

/**
 * What the values of a mask mean. `classes`: flat areas of several values, each a defect; `soft`: black and white
 * with grey borders; `binary`: one value beside 0; `empty`: none.
 */
export interface MaskLevels {
  readonly kind: 'empty' | 'binary' | 'classes' | 'soft'
  /** Values over it are defects. */
  readonly threshold: 0 | 127
  /** Pixels of this value are neither nominal nor defective: 255 beside class indices; null: there is none. */
  readonly void: number | null
}

/** More distinct values than this are grey levels. */
const MOST_CLASSES = 40
/** Class indices beside which 255 means that nobody can tell. */
const LARGEST_INDEX = 30
const VOID = 255
/** Values this near to black are noise unless they fill areas. */
const NOISE = 8
/** Neighbours of the same value that a pixel within an area has, or on its edge. */
const IN_AREA = 5
/** With a value from this one on, values are levels of grey; below, all are class indices. */
const WHITE = 128

const known = new WeakMap<Mask, MaskLevels>()

/** Tells classes, soft borders and plain masks apart by where the values lie. */
export function levelsOf(mask: Mask): MaskLevels {
  const found = known.get(mask) ?? findLevels(mask)
  known.set(mask, found)
  return found
}

function findLevels(mask: Mask): MaskLevels {
  const marked = mask.values.filter((value) => value > 0)
  const largest = marked.at(-1)
  if (largest === undefined) return { kind: 'empty', threshold: 0, void: null }
  if (marked.length === 1 && mask.values[0] === 0) {
    return { kind: 'binary', threshold: 0, void: null }
  }
  const levels = largest >= WHITE
  const soft = { kind: 'soft', threshold: levels ? 127 : 0, void: null } as const
  if (marked.length > MOST_CLASSES) return soft
  const classes = areas(mask, marked)
  const low = classes.filter((value) => value < largest)
  if (low.length === 0) return soft
  const indices = largest === VOID && low.every((value) => value <= LARGEST_INDEX)
  if (indices) return { kind: 'classes', threshold: 0, void: VOID }
  const threshold = levels && !low.some((value) => value <= 127) ? 127 : 0
  return { kind: 'classes', threshold, void: null }
}

/** Values that fill areas of their own: most of their pixels do not lie between a lower and a higher one. */
function areas({ data, width, height }: Mask, marked: readonly number[]): number[] {
  const total = new Float64Array(256)
  const between = new Float64Array(256)
  const flat = new Float64Array(256)
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const value = data[y * width + x]!
      if (value === 0) continue
      let lower = false
      let higher = false
      let same = -1
      for (let v = Math.max(0, y - 1); v <= Math.min(height - 1, y + 1); v++) {
        for (let u = Math.max(0, x - 1); u <= Math.min(width - 1, x + 1); u++) {
          const other = data[v * width + u]!
          if (other < value) lower = true
          else if (other > value) higher = true
          else same += 1
        }
      }
      total[value]! += 1
      if (lower && higher) between[value]! += 1
      if (same >= IN_AREA) flat[value]! += 1
    }
  }
  const largest = marked.at(-1)!
  return marked.filter((value) => {
    if (value === largest) return true
    const noise = value <= NOISE || value >= 255 - NOISE
    if (largest >= WHITE && noise) return flat[value]! * 2 >= total[value]!
    return between[value]! * 2 < total[value]!
  })
}
