/**
 * A map at another size: bilinear between pixel centres, edges repeated, as
 * `torch.nn.functional.interpolate(mode='bilinear', align_corners=False)` enlarges.
 * @param map Row by row, `from.width · from.height` values.
 */
export function resizeMap(
  map: Float32Array,
  from: { readonly width: number; readonly height: number },
  to: { readonly width: number; readonly height: number },
): Float32Array {
  if (from.width === to.width && from.height === to.height) return map
  const columns = weights(from.width, to.width)
  const rows = weights(from.height, to.height)
  const resized = new Float32Array(to.width * to.height)
  for (let y = 0; y < to.height; y++) {
    const { low: top, high: bottom, share: down } = rows[y]!
    for (let x = 0; x < to.width; x++) {
      const { low, high, share } = columns[x]!
      const above = mix(map[top * from.width + low]!, map[top * from.width + high]!, share)
      const below = mix(map[bottom * from.width + low]!, map[bottom * from.width + high]!, share)
      resized[y * to.width + x] = mix(above, below, down)
    }
  }
  return resized
}

const mix = (left: number, right: number, share: number): number => left + share * (right - left)

/** For each place of the result its two neighbours in the source and the share of the second. */
function weights(from: number, to: number) {
  return Array.from({ length: to }, (_, place) => {
    const position = Math.max(0, ((place + 0.5) * from) / to - 0.5)
    const low = Math.min(from - 1, Math.floor(position))
    return { low, high: Math.min(from - 1, low + 1), share: position - low }
  })
}
