import { fullBox, type Point, type Size } from '../box.ts'
import { connectedRegion, type Connectivity } from './flood-fill.ts'
import { bilinearSampler, type Plane } from '../planes.ts'
import { selectWhere, type Selection } from '../selection.ts'

/**
 * The pixels of a raster of `size` where min ≤ value ≤ max: image intensity, or a heat map with
 * max = Infinity. A plane of another size is sampled bilinearly.
 */
export function thresholdSelection(
  plane: Plane,
  size: Size,
  min: number,
  max: number = Infinity,
): Selection {
  const sample = bilinearSampler(plane, size)
  return selectWhere(fullBox(size), size, (x, y) => {
    const value = sample(x, y)
    return value >= min && value <= max
  })
}

/**
 * "Take this region from the heat map": the connected pixels around the point where the map,
 * sampled bilinearly at `size`, is at least `threshold`. Empty when it is lower at the point.
 */
export function heatMapRegion(
  map: Plane,
  size: Size,
  point: Point,
  threshold: number,
  connectivity: Connectivity = 8,
): Selection {
  const sample = bilinearSampler(map, size)
  return connectedRegion(point, size, connectivity, (x, y) => sample(x, y) >= threshold)
}
