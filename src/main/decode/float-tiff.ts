import { encodeTiff } from './tiff.ts'

/**
 * A float32 image of one channel as TIFF, SampleFormat IEEE float. That is what MVTec's evaluation code reads.
 * @param values Row by row, `width · height` of them.
 */
export function encodeFloatTiff(values: Float32Array, width: number, height: number): Uint8Array {
  const samples = Buffer.alloc(4 * values.length)
  for (let i = 0; i < values.length; i++) samples.writeFloatLE(values[i]!, 4 * i)
  return encodeTiff(samples, { width, height, bits: 32, channels: 1, format: 'float' })
}
