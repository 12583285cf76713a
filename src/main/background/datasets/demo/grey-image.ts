/** A grey picture of floating-point levels, 0 … 255. */
export interface GreyImage {
  readonly width: number
  readonly height: number
  readonly data: Float32Array
}

export interface Rectangle {
  readonly x: number
  readonly y: number
  readonly width: number
  readonly height: number
}

/** Cuts a square out, turned by one of the eight symmetries of the square. */
export function cutSquare(
  image: GreyImage,
  x: number,
  y: number,
  side: number,
  symmetry: number,
): GreyImage {
  const data = new Float32Array(side * side)
  for (let row = 0; row < side; row++) {
    for (let column = 0; column < side; column++) {
      let [fromX, fromY] = symmetry & 4 ? [row, column] : [column, row]
      if (symmetry & 1) fromX = side - 1 - fromX
      if (symmetry & 2) fromY = side - 1 - fromY
      data[row * side + column] = image.data[(y + fromY) * image.width + x + fromX]!
    }
  }
  return { width: side, height: side, data }
}

/** The level at a point between pixels (bilinear, edge repeated). */
export function sampleAt({ width, height, data }: GreyImage, x: number, y: number): number {
  const left = Math.min(width - 1, Math.max(0, Math.floor(x)))
  const top = Math.min(height - 1, Math.max(0, Math.floor(y)))
  const right = Math.min(width - 1, left + 1)
  const bottom = Math.min(height - 1, top + 1)
  const fx = Math.min(1, Math.max(0, x - left))
  const fy = Math.min(1, Math.max(0, y - top))
  const upper = data[top * width + left]! * (1 - fx) + data[top * width + right]! * fx
  const lower = data[bottom * width + left]! * (1 - fx) + data[bottom * width + right]! * fx
  return upper * (1 - fy) + lower * fy
}

/** Mean and standard deviation of the levels. */
export function levels({ data }: GreyImage): { readonly mean: number; readonly deviation: number } {
  let sum = 0
  let squares = 0
  for (const level of data) {
    sum += level
    squares += level * level
  }
  const mean = sum / data.length
  return { mean, deviation: Math.sqrt(Math.max(0, squares / data.length - mean * mean)) }
}

/** Levels rounded to 8 bits. */
export function toBytes({ data }: GreyImage): Uint8Array {
  return Uint8Array.from(data, (level) => Math.min(255, Math.max(0, Math.round(level))))
}
