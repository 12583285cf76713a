import type { Random } from '../../../../shared/random.ts'
import { levels, sampleAt, type GreyImage } from './grey-image.ts'
import { blob, curve, smooth, unevenness, type Coverage, type Point } from './shapes.ts'

/** A picture with a defect; `coverage` is above 0 exactly where pixels may have changed. */
export interface Defective {
  readonly image: GreyImage
  readonly coverage: Coverage
}

/** @param other Pictures of other materials, for parts that do not belong here. */
export type Defect = (image: GreyImage, where: Point, other: GreyImage, random: Random) => Defective

/** The kinds of defects, by the folder names that they get. */
export const defects: Readonly<Record<string, Defect>> = { scratch, stain, dent, swapped, hole }

/** A thin line, brighter or darker than what it crosses. */
function scratch(image: GreyImage, where: Point, _other: GreyImage, random: Random): Defective {
  const side = image.width
  const angle = random.between(0, Math.PI)
  const half = random.between(0.18, 0.34) * side
  const bow = random.between(-0.16, 0.16) * side
  const along = { x: Math.cos(angle), y: Math.sin(angle) }
  const at = (length: number, across: number): Point => ({
    x: where.x + length * along.x - across * along.y,
    y: where.y + length * along.y + across * along.x,
  })
  const width = random.between(1.3, 2)
  const coverage = curve(side, [at(-half, 0), at(0, bow), at(half, 0)], width)
  const sign = random.uniform() < 0.5 ? 1 : -1
  const strength = sign * random.between(52, 70)
  const wear = unevenness(side, 9, random)
  return blend(image, coverage, (level, i) => level + strength * (1 + 0.35 * wear[i]!))
}

/** A patch that is lighter or darker, with the texture still to be seen. */
function stain(image: GreyImage, where: Point, _other: GreyImage, random: Random): Defective {
  const side = image.width
  const coverage = blob(side, where, random.between(0.11, 0.19) * side, 5, random)
  const { mean } = levels(image)
  const darker = random.uniform() < 0.6
  const factor = darker ? random.between(0.42, 0.6) : random.between(0.5, 0.65)
  const wet = unevenness(side, 11, random)
  return blend(image, coverage, (level, i) => {
    const shade = factor + 0.07 * wet[i]!
    return darker ? level * shade : level * shade + (1 - shade) * (mean + 110)
  })
}

/** The surface pushed in: the texture pulled out of place, with a lit and a shaded flank; its colour stays. */
function dent(image: GreyImage, where: Point, _other: GreyImage, random: Random): Defective {
  const side = image.width
  const radius = random.between(0.15, 0.22) * side
  const twist = random.between(1.2, 1.9) * (random.uniform() < 0.5 ? 1 : -1)
  const pull = random.between(0.35, 0.6)
  const light = random.between(0, 2 * Math.PI)
  const relief = random.between(36, 48)
  const coverage = new Float32Array(side * side)
  const data = image.data.map((level, i) => {
    const dx = (i % side) - where.x
    const dy = Math.floor(i / side) - where.y
    const distance = Math.hypot(dx, dy) / radius
    if (distance >= 0.97) return level
    coverage[i] = 1
    const amount = smooth(1 - distance)
    const turn = twist * amount
    const scale = 1 - pull * amount
    const slope = Math.sin(Math.PI * distance) * Math.cos(Math.atan2(dy, dx) - light)
    const surface = sampleAt(
      image,
      where.x + scale * (dx * Math.cos(turn) - dy * Math.sin(turn)),
      where.y + scale * (dx * Math.sin(turn) + dy * Math.cos(turn)),
    )
    return surface + relief * slope
  })
  return { image: { ...image, data }, coverage }
}

/** A piece of another material in the place of this one, at about this one's brightness. */
function swapped(image: GreyImage, where: Point, other: GreyImage, random: Random): Defective {
  const side = image.width
  const coverage = blob(side, where, random.between(0.12, 0.2) * side, 2.5, random)
  const here = levels(image)
  const there = levels(other)
  const x = random.integer(other.width - side)
  const y = random.integer(other.height - side)
  const contrast = 30 / there.deviation
  const brightness = here.mean + random.between(-0.4, 0.4) * here.deviation
  return blend(image, coverage, (_level, i) => {
    const from = other.data[(y + Math.floor(i / side)) * other.width + x + (i % side)]!
    return brightness + contrast * (from - there.mean)
  })
}

/** A large part missing: a dull dark ground with a shaded rim. */
function hole(image: GreyImage, where: Point, _other: GreyImage, random: Random): Defective {
  const side = image.width
  const radius = random.between(0.2, 0.3) * side
  const coverage = blob(side, where, radius, 3, random)
  const { mean } = levels(image)
  const ground = random.between(0.45, 0.7) * mean
  const slow = unevenness(side, 15, random)
  return blend(image, coverage, (_level, i) => ground + 9 * slow[i]! + 3.5 * random.normal())
}

function blend(
  image: GreyImage,
  coverage: Coverage,
  changed: (level: number, index: number) => number,
): Defective {
  const data = image.data.map((level, i) => {
    const amount = coverage[i]!
    return amount === 0 ? level : level + amount * (changed(level, i) - level)
  })
  return { image: { ...image, data }, coverage }
}
