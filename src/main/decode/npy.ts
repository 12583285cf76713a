import { DdadError } from '../../shared/errors.ts'

/** A little-endian float32 array in C order. */
export interface NpyArray {
  readonly shape: readonly number[]
  readonly data: Float32Array
}

const MAGIC = '\x93NUMPY'

/**
 * Reads a `.npy` file (versions 1 to 3) of float32 in C order.
 *
 * @throws DdadError BAD_FILE when it is anything else or cut short.
 */
export function decodeNpy(bytes: Uint8Array, file: string): NpyArray {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)
  const bad = (reason: string) =>
    new DdadError('BAD_FILE', `${file} cannot be read as a .npy array: ${reason}.`)
  if (buffer.length < 12 || buffer.toString('latin1', 0, 6) !== MAGIC) {
    throw bad('it does not start with the NumPy signature')
  }
  const wide = buffer[6]! >= 2
  const start = wide ? 12 : 10
  const length = wide ? buffer.readUInt32LE(8) : buffer.readUInt16LE(8)
  const header = buffer.toString('latin1', start, start + length)
  const shapeText = /'shape':\s*\(([\d,\s]*)\)/.exec(header)?.[1]
  if (!/'descr':\s*'<f4'/.test(header) || !/'fortran_order':\s*False/.test(header)) {
    throw bad("only little-endian float32 ('<f4') in C order is supported")
  }
  if (shapeText === undefined) throw bad('its header has no shape')
  const shape = shapeText.split(',').flatMap((part) => (part.trim() ? [Number(part)] : []))
  const count = shape.reduce((product, side) => product * side, 1)
  const data = buffer.subarray(start + length)
  if (data.length !== 4 * count) {
    throw bad(`shape [${shape.join(', ')}] needs ${4 * count} bytes, ${data.length} are there`)
  }
  return { shape, data: new Float32Array(Uint8Array.from(data).buffer) }
}

/** A version 1 `.npy` file of float32 in C order, data aligned to 64 bytes as NumPy writes it. */
export function encodeNpy({ shape, data }: NpyArray): Uint8Array {
  const sides = shape.length === 1 ? `${shape[0]},` : shape.join(', ')
  const text = `{'descr': '<f4', 'fortran_order': False, 'shape': (${sides}), }`
  const padding = 64 - ((10 + text.length + 1) % 64)
  const header = Buffer.from(`${MAGIC}\x01\x00..${text}${' '.repeat(padding)}\n`, 'latin1')
  header.writeUInt16LE(header.length - 10, 8)
  return Buffer.concat([header, new Uint8Array(data.buffer, data.byteOffset, data.byteLength)])
}
