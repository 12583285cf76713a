import { boundsOfNonZero, boxArea, isEmptyBox, type Box, type Size } from '../box.ts'
import { damaged, type ByteReader, type ByteWriter } from './bytes.ts'
import { readBox, type Mask } from '../mask.ts'
import { decodeRuns, encodeRuns, readBoxEdges, writeBoxEdges } from './rle.ts'
import { reframe } from '../selection.ts'

/** The smallest unit of history: which pixels of a box changed, from what and to what. All RLE. */
export interface Atom {
  readonly box: Box
  /** Runs of 0 and 1 over the box: which pixels changed. */
  readonly changed: Uint8Array
  /** Runs of the old values of the changed pixels only, in row-major order. */
  readonly before: Uint8Array
  /** Runs of their new values. */
  readonly after: Uint8Array
}

/**
 * Writes `values` (row-major, one for each pixel of `box`) into the mask and returns the atom of
 * what really changed, in its tightest box; null when nothing did.
 */
export function writeValues(mask: Mask, box: Box, values: Uint8Array): Atom | null {
  const old = readBox(mask, box)
  const bits = new Uint8Array(old.length)
  for (let i = 0; i < old.length; i++) if (old[i] !== values[i]) bits[i] = 1
  const tight = boundsOfNonZero(bits, box)
  if (isEmptyBox(tight)) return null
  const absolute = { ...tight, x: tight.x + box.x, y: tight.y + box.y }
  const changed = reframe({ box, bits }, absolute).bits
  const atom = {
    box: absolute,
    changed: encodeRuns(changed),
    before: encodeRuns(pick(old, bits)),
    after: encodeRuns(pick(values, bits)),
  }
  for (let row = 0; row < box.height; row++) {
    const start = row * box.width
    mask.data.set(values.subarray(start, start + box.width), (box.y + row) * mask.width + box.x)
  }
  return atom
}

/** Puts an atom's old or new values into the mask. */
export function writeAtom(mask: Mask, atom: Atom, side: 'before' | 'after'): void {
  const changed = decodeRuns(atom.changed, boxArea(atom.box))
  const values = decodeRuns(atom[side], count(changed))
  let next = 0
  for (let row = 0; row < atom.box.height; row++) {
    const target = (atom.box.y + row) * mask.width + atom.box.x
    const end = (row + 1) * atom.box.width
    for (let i = row * atom.box.width, column = 0; i < end; i++, column++) {
      if (changed[i] === 1) mask.data[target + column] = values[next++]!
    }
  }
}

/** Memory an atom holds, in bytes, with an allowance for its objects. */
export function atomBytes(atom: Atom): number {
  return atom.changed.length + atom.before.length + atom.after.length + 400
}

export function encodeAtom(writer: ByteWriter, atom: Atom): void {
  writeBoxEdges(writer, atom.box)
  writer.block(atom.changed)
  writer.block(atom.before)
  writer.block(atom.after)
}

/** Reads an atom for a mask of the given size. Throws BAD_FILE unless all of it fits together. */
export function decodeAtom(reader: ByteReader, size: Size): Atom {
  const box = readBoxEdges(reader, size)
  const changed = reader.block().slice()
  const before = reader.block().slice()
  const after = reader.block().slice()
  const bits = decodeRuns(changed, boxArea(box))
  if (bits.some((bit) => bit > 1)) throw damaged('a set of pixels has values other than 0 and 1')
  const pixels = count(bits)
  decodeRuns(before, pixels)
  decodeRuns(after, pixels)
  return { box, changed, before, after }
}

function pick(values: Uint8Array, bits: Uint8Array): Uint8Array {
  const picked = new Uint8Array(count(bits))
  let next = 0
  for (let i = 0; i < bits.length; i++) if (bits[i] === 1) picked[next++] = values[i]!
  return picked
}

function count(bits: Uint8Array): number {
  let sum = 0
  for (const bit of bits) sum += bit
  return sum
}
