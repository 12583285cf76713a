/** Connected regions of a mask. */
export interface Regions {
  /** 0 outside, 1 … count inside, one entry per pixel in row order. */
  readonly labels: Int32Array
  /** Pixels of each region; entry 0 belongs to region 1. */
  readonly areas: readonly number[]
}

/**
 * Labels the regions of pixels above `least` that touch by sides or corners (8-connectivity), in the order in
 * which a scan by rows meets them.
 */
export function connectedComponents(
  mask: ArrayLike<number>,
  width: number,
  height: number,
  least = 0,
): Regions {
  const labels = new Int32Array(width * height)
  const areas: number[] = []
  const stack: number[] = []
  for (let start = 0; start < labels.length; start++) {
    if (mask[start]! <= least || labels[start] !== 0) continue
    const label = areas.length + 1
    let area = 0
    labels[start] = label
    stack.push(start)
    for (let pixel = stack.pop(); pixel !== undefined; pixel = stack.pop()) {
      area += 1
      const x = pixel % width
      const y = (pixel - x) / width
      for (let ny = Math.max(0, y - 1); ny <= Math.min(height - 1, y + 1); ny++) {
        for (let nx = Math.max(0, x - 1); nx <= Math.min(width - 1, x + 1); nx++) {
          const neighbour = ny * width + nx
          if (mask[neighbour]! <= least || labels[neighbour] !== 0) continue
          labels[neighbour] = label
          stack.push(neighbour)
        }
      }
    }
    areas.push(area)
  }
  return { labels, areas }
}
