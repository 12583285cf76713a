import { auPro } from '../../../shared/metrics/au-pro.ts'
import { auroc } from '../../../shared/metrics/auroc.ts'
import { PixelCensus } from '../../../shared/metrics/pixel-census.ts'
import { averagePrecision, f1Max } from '../../../shared/metrics/precision-recall.ts'
import { rankScores } from '../../../shared/metrics/ranking.ts'
import { toFloat32, type ArrayTensor } from '../formats/array-tensor.ts'
import { badFile } from '../formats/bad-file.ts'
import type { TensorSource } from './tensor-source.ts'

/**
 * Image and pixel AUROC, AP, F1-max (with its threshold) and AU-PRO of `mask`, `map`, `image_label` and
 * `image_score`, in float64. F1-max of pixels is that of the map rounded to two decimals.
 */
export function tensorMetrics(source: TensorSource): Map<string, ArrayTensor> {
  const [, height, width] = source.array('map', 3).shape as [number, number, number]
  const map = toFloat32(source.array('map'))
  const mask = toFloat32(source.array('mask', 3))
  if (mask.length !== map.length) throw badFile(source.file, '"mask" and "map" differ in size')
  const byImage = rankScores([
    { scores: source.values('image_score'), labels: source.values('image_label') },
  ])
  const defective = Uint8Array.from(mask, (value) => (value === 0 ? 0 : 255))
  const scopeOf = (scores: Float32Array) => {
    const census = new PixelCensus()
    for (let begin = 0; begin < scores.length; begin += height * width) {
      const end = begin + height * width
      const [own, covered] = [scores.subarray(begin, end), defective.subarray(begin, end)]
      census.add({ width, height, map: own, mask: covered }, 'all')
    }
    return census.scope(['all'])
  }
  const { ranking: byPixel, overlap } = scopeOf(map)
  const { ranking: rounded } = scopeOf(map.map(toTwoDecimals))
  const best = (ranking: typeof byImage) => {
    const found = f1Max(ranking)
    return found && [found.value, found.threshold]
  }
  const values: Record<string, number | number[] | null> = {
    image_auroc: auroc(byImage),
    image_ap: averagePrecision(byImage),
    image_f1max: best(byImage),
    pixel_auroc: auroc(byPixel),
    pixel_ap: averagePrecision(byPixel),
    pixel_f1max: best(rounded),
    'aupro_0.3': auPro(byPixel, overlap, 0.3),
    'aupro_0.05': auPro(byPixel, overlap, 0.05),
  }
  return new Map(
    Object.entries(values).map(([name, value]) => {
      const data = Float64Array.from([value ?? Number.NaN].flat())
      return [name, { dtype: 'F64', shape: [data.length], data }]
    }),
  )
}

/** As NumPy rounds float32: scaled in float32, halves to even. */
function toTwoDecimals(value: number): number {
  const scaled = Math.fround(value * 100)
  const rounded = Math.round(scaled)
  const isHalf = Math.abs(scaled % 1) === 0.5
  return (isHalf && rounded % 2 !== 0 ? rounded - 1 : rounded) / 100
}
