/** Bits of a coefficient's fraction: 8-bit sums of a row of coefficients still fit into 31 bits. */
const PRECISION = 22

/**
 * Antialiased bilinear resize that equals Pillow's `Image.resize((w, h), BILINEAR)`: a triangle filter whose
 * support grows with the reduction, first along rows, then along columns, rounded to 8 bits in between.
 *
 * @param data Interleaved 8-bit samples, `channels · width · height`.
 */
export function resizeBilinear(
  data: Uint8Array,
  width: number,
  height: number,
  channels: number,
  outWidth: number,
  outHeight: number,
): Uint8Array {
  const rows = resampleRows(data, width, height, channels, outWidth)
  return resampleColumns(rows, height, outWidth * channels, outHeight)
}

interface Coefficients {
  /** First source sample of each output sample. */
  readonly starts: Int32Array
  /** Number of source samples of each output sample. */
  readonly counts: Int32Array
  /** Fixed-point weights, `taps` for each output sample. */
  readonly weights: Int32Array
  readonly taps: number
}

function triangleCoefficients(size: number, outSize: number): Coefficients {
  const scale = size / outSize
  const support = Math.max(scale, 1)
  const taps = Math.ceil(support) * 2 + 1
  const starts = new Int32Array(outSize)
  const counts = new Int32Array(outSize)
  const weights = new Int32Array(outSize * taps)
  const row = new Float64Array(taps)
  for (let i = 0; i < outSize; i++) {
    const centre = (i + 0.5) * scale
    const start = Math.max(0, Math.trunc(centre - support + 0.5))
    const count = Math.min(size, Math.trunc(centre + support + 0.5)) - start
    let sum = 0
    for (let k = 0; k < count; k++) {
      row[k] = Math.max(0, 1 - Math.abs((k + start - centre + 0.5) / support))
      sum += row[k]!
    }
    starts[i] = start
    counts[i] = count
    for (let k = 0; k < count; k++) {
      weights[i * taps + k] = Math.trunc(0.5 + (row[k]! / sum) * (1 << PRECISION))
    }
  }
  return { starts, counts, weights, taps }
}

function resampleRows(
  data: Uint8Array,
  width: number,
  height: number,
  channels: number,
  outWidth: number,
): Uint8Array {
  if (outWidth === width) return data
  const { starts, counts, weights, taps } = triangleCoefficients(width, outWidth)
  const out = new Uint8Array(outWidth * height * channels)
  let to = 0
  for (let y = 0; y < height; y++) {
    const line = y * width * channels
    for (let x = 0; x < outWidth; x++) {
      const first = line + starts[x]! * channels
      const count = counts[x]!
      for (let c = 0; c < channels; c++) {
        let sum = 1 << (PRECISION - 1)
        for (let k = 0, from = first + c; k < count; k++, from += channels) {
          sum += data[from]! * weights[x * taps + k]!
        }
        out[to++] = clip(sum)
      }
    }
  }
  return out
}

function resampleColumns(
  data: Uint8Array,
  height: number,
  stride: number,
  outHeight: number,
): Uint8Array {
  if (outHeight === height) return data.slice()
  const { starts, counts, weights, taps } = triangleCoefficients(height, outHeight)
  const out = new Uint8Array(stride * outHeight)
  const sums = new Int32Array(stride)
  for (let y = 0; y < outHeight; y++) {
    sums.fill(1 << (PRECISION - 1))
    for (let k = 0; k < counts[y]!; k++) {
      const weight = weights[y * taps + k]!
      const from = (starts[y]! + k) * stride
      for (let x = 0; x < stride; x++) sums[x] = sums[x]! + data[from + x]! * weight
    }
    for (let x = 0; x < stride; x++) out[y * stride + x] = clip(sums[x]!)
  }
  return out
}

function clip(sum: number): number {
  const value = sum >> PRECISION
  return value > 255 ? 255 : value
}
