/** A float array with its shape. */
export interface FloatArray {
  readonly shape: readonly number[]
  readonly values: Float32Array
}

/**
 * Reads a little-endian float32 `.npy` file in C order (format versions 1 to 3).
 * @throws When the bytes are anything else or the file is cut off.
 */
export function readNpy(buffer: ArrayBuffer): FloatArray {
  const bytes = new Uint8Array(buffer)
  if (bytes.length < 12 || String.fromCharCode(...bytes.subarray(1, 6)) !== 'NUMPY') {
    throw new Error('The anomaly map is not a .npy file. Run the evaluation again.')
  }
  const view = new DataView(buffer)
  const wide = (bytes[6] ?? 0) >= 2
  const start = wide ? 12 : 10
  const length = wide ? view.getUint32(8, true) : view.getUint16(8, true)
  const header = new TextDecoder('latin1').decode(bytes.subarray(start, start + length))
  const shapeText = /'shape':\s*\(([^)]*)\)/.exec(header)?.[1]
  const plain = /'descr':\s*'<f4'/.test(header) && /'fortran_order':\s*False/.test(header)
  if (shapeText === undefined || !plain) {
    throw new Error(`The anomaly map has an unexpected format: ${header.trim()}`)
  }
  const shape = shapeText
    .split(',')
    .filter((part) => part.trim() !== '')
    .map(Number)
  const count = shape.reduce((product, side) => product * side, 1)
  const offset = start + length
  if (bytes.length < offset + 4 * count) {
    throw new Error('The anomaly map is cut off. Run the evaluation again.')
  }
  return { shape, values: new Float32Array(buffer.slice(offset, offset + 4 * count)) }
}
