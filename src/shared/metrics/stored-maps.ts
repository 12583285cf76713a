/** A square map cut to what is scored, with its maximum. */
export interface ScoredMap {
  readonly side: number
  readonly map: Float32Array
  readonly score: number
}

/** Width of the frame that stays unscored: 1/16 of the side, as the reference cuts 256 to 224 pixels. */
export function frameWidth(size: number, crop: boolean): number {
  return crop ? Math.floor(size / 16) : 0
}

/**
 * Combines stored maps to `feature + v · ratio · pixel` and scores the result by its maximum (DDAD eq. 9).
 *
 * @param maps [2, S, S]: blurred feature and pixel distance.
 * @param weight v · ratio.
 * @param crop Whether the outer frame is cut off.
 */
export function combineMaps(
  maps: Float32Array,
  size: number,
  weight: number,
  crop: boolean,
): ScoredMap {
  const frame = frameWidth(size, crop)
  const side = size - 2 * frame
  const map = new Float32Array(side * side)
  let score = -Infinity
  for (let y = 0; y < side; y++) {
    for (let x = 0; x < side; x++) {
      const from = (y + frame) * size + x + frame
      const to = y * side + x
      map[to] = maps[from]! + weight * maps[size * size + from]!
      score = Math.max(score, map[to])
    }
  }
  return { side, map, score }
}

/** Cuts the frame off a square picture of one channel. */
export function cutFrame(pixels: Uint8Array, size: number, crop: boolean): Uint8Array {
  const frame = frameWidth(size, crop)
  const side = size - 2 * frame
  const cut = new Uint8Array(side * side)
  for (let y = 0; y < side; y++) {
    const from = (y + frame) * size + frame
    cut.set(pixels.subarray(from, from + side), y * side)
  }
  return cut
}
