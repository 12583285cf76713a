/**
 * Sines, then cosines, of t·exp(−i·ln(10000)/half) for i = 0 … half − 1, rounded to float32 where PyTorch does.
 *
 * @param steps t of each sample
 * @param channels even
 * @returns [steps, channels]
 */
export function timestepEmbedding(steps: readonly number[], channels: number): Float32Array {
  const half = channels / 2
  const factor = Math.fround(-Math.log(10000))
  const result = new Float32Array(steps.length * channels)
  for (const [row, step] of steps.entries()) {
    for (let i = 0; i < half; i++) {
      const exponent = Math.fround(Math.fround(factor * i) / half)
      const angle = Math.fround(step * Math.fround(Math.exp(exponent)))
      result[row * channels + i] = Math.sin(angle)
      result[row * channels + half + i] = Math.cos(angle)
    }
  }
  return result
}
