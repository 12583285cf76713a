// Test images for measuring metrics: blurred noise, as anomaly maps are, with defects of several sizes.
import { Random } from '../../src/shared/random.ts'

/** Box blur along rows or columns, in place of a Gaussian: maps are smooth, which matters for the caches. */
function blur(from, to, side, step, stride, radius) {
  for (let line = 0; line < side; line++) {
    const at = line * stride
    let sum = 0
    for (let i = -radius; i <= radius; i++) sum += from[at + ((i + side) % side) * step]
    for (let i = 0; i < side; i++) {
      to[at + i * step] = sum / (2 * radius + 1)
      sum +=
        from[at + ((i + radius + 1) % side) * step] - from[at + ((i - radius + side) % side) * step]
    }
  }
}

/**
 * One image of `side` × `side` pixels with up to four defects of 900 … 40,000 pixels (at a side of 900), one in
 * four images nominal.
 */
export function metricImage(index, side) {
  const random = new Random(7, index)
  const map = new Float32Array(side * side)
  const other = new Float32Array(side * side)
  for (let i = 0; i < map.length; i++) map[i] = random.uniform() ** 4
  const radius = Math.max(1, Math.round(side / 180))
  for (let pass = 0; pass < 2; pass++) {
    blur(map, other, side, 1, side, radius)
    blur(other, map, side, side, 1, radius)
  }
  if (index % 4 === 0) return { width: side, height: side, map, mask: null }
  const mask = new Uint8Array(side * side)
  for (let defect = 0; defect < 1 + (index % 4); defect++) {
    const radius = (side * (0.02 + 0.11 * random.uniform() ** 2)) | 0
    const [cx, cy] = [random.integer(side), random.integer(side)]
    const strength = 0.3 * random.uniform()
    for (let y = Math.max(0, cy - radius); y < Math.min(side, cy + radius); y++) {
      for (let x = Math.max(0, cx - radius); x < Math.min(side, cx + radius); x++) {
        const distance = Math.hypot(x - cx, y - cy) / radius
        if (distance >= 1) continue
        const coverage = Math.min(255, Math.round((1 - distance) * radius * 255))
        mask[y * side + x] = Math.max(mask[y * side + x], coverage)
        map[y * side + x] += strength * (1 - distance)
      }
    }
  }
  return { width: side, height: side, map, mask }
}
