/** "What does normal look like?": the nominal training images nearest to an image, or to a patch of it. */
import type { ExtractorName } from '../config/run-config.ts'
import type { Box, Size } from '../masks/box.ts'
import type { ImageId, RunId } from '../core/ids.ts'

/** Places of a grid of features: columns column … column + columns − 1, rows likewise. */
export interface Cells {
  readonly column: number
  readonly row: number
  readonly columns: number
  readonly rows: number
}

/** Which φ images are compared by. */
export interface NearestBasis {
  /** The run whose extractor and image size it is; null where the category has no run yet. */
  readonly run: { readonly id: RunId; readonly name: string } | null
  readonly extractor: ExtractorName
  /** Whether the extractor was adapted to the category. */
  readonly adapted: boolean
  /** Side in pixels to which images are resized. */
  readonly size: number
}

/** What a search would have to do first. */
export interface NearestStatus {
  readonly basis: NearestBasis
  /** Nominal training images to compare with, without the image itself. */
  readonly nominal: number
  /** Of those and the image, how many have no features yet. */
  readonly missing: number
  /** About how long the missing ones take, in seconds. */
  readonly seconds: number
  /** Why features cannot be computed, and what to do; null where they can. */
  readonly problem: string | null
}

export interface NearestImage {
  readonly imageId: ImageId
  readonly path: string
  readonly width: number
  readonly height: number
  /** Sum over layer2 and layer3 of 1 − cos, 0 … 4; see docs/datasets.md. */
  readonly distance: number
  /** The patch that is nearest, in this image's pixels, of the asked one's size; null for whole images. */
  readonly place: Box | null
}

export interface Nearest {
  readonly basis: NearestBasis
  /** Nearest first; equal distances in the order of the data set. */
  readonly images: readonly NearestImage[]
  /** What of the image was compared: the asked patch, widened to whole cells of the features; null for all of it. */
  readonly compared: Box | null
  /** Distances of nominal images, or their patches at the same place, to the nearest other one; ascending. */
  readonly nominalDistances: readonly number[]
  /** Nominal images that were compared with. */
  readonly nominal: number
  /** Nominal images that could not be read, and why. */
  readonly skipped: readonly string[]
}

/** The cells of a grid of `side` × `side` that a box of an image touches, at least one. */
export function cellsOf(box: Box, image: Size, side: number): Cells {
  const [column, columns] = span(box.x, box.width, side / image.width, side)
  const [row, rows] = span(box.y, box.height, side / image.height, side)
  return { column, row, columns, rows }
}

function span(from: number, length: number, scale: number, side: number): [number, number] {
  const first = Math.min(side - 1, Math.max(0, Math.floor(from * scale)))
  const end = Math.min(side, Math.max(first + 1, Math.ceil((from + length) * scale)))
  return [first, end - first]
}

/** The pixels that cells cover. */
export function boxOfCells({ column, row, columns, rows }: Cells, image: Size, side: number): Box {
  const [x, y] = [(column * image.width) / side, (row * image.height) / side]
  const left = Math.round(x)
  const top = Math.round(y)
  return {
    x: left,
    y: top,
    width: Math.round(x + (columns * image.width) / side) - left,
    height: Math.round(y + (rows * image.height) / side) - top,
  }
}

/**
 * A box of the same size in another image, as far from the found cells' corner as the asked box is from its own.
 * Where the images differ in size, so does the box.
 */
export function placeOf(
  box: Box,
  image: Size,
  asked: Cells,
  found: Pick<Cells, 'column' | 'row'>,
  other: Size,
  side: number,
): Box {
  const across = other.width / image.width
  const down = other.height / image.height
  return {
    x: Math.round(box.x * across + ((found.column - asked.column) * other.width) / side),
    y: Math.round(box.y * down + ((found.row - asked.row) * other.height) / side),
    width: Math.max(1, Math.round(box.width * across)),
    height: Math.max(1, Math.round(box.height * down)),
  }
}

/** Share of nominal distances below a distance, 0 … 1; null where there are none. */
export function unusualness(distance: number, nominalDistances: readonly number[]): number | null {
  if (nominalDistances.length === 0) return null
  return nominalDistances.filter((own) => own < distance).length / nominalDistances.length
}

/** Cells along a side of the grid of features of an image of this size: layer2's own places, at most 16. */
export function gridSide(size: number): number {
  return Math.min(16, size / 8)
}
