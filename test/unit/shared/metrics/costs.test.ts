import { describe, expect, it } from 'vitest'
import { auPro } from '../../../../src/shared/metrics/au-pro.ts'
import { auroc } from '../../../../src/shared/metrics/auroc.ts'
import { pixelCosts, wrongPairs } from '../../../../src/shared/metrics/costs.ts'
import { PixelCensus } from '../../../../src/shared/metrics/pixel-census.ts'
import { pixelProfiles } from '../../../../src/shared/metrics/pixel-profiles.ts'
import { rankScores } from '../../../../src/shared/metrics/ranking.ts'
import { Random } from '../../../../src/shared/random.ts'

const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0)

describe('what an image costs a figure', () => {
  it('counts the images that each is ranked wrongly against, which make up the AUROC', () => {
    const images = [
      ...[0.1, 0.4, 0.7].map((score) => ({ score, anomalous: false })),
      ...[0.3, 0.7, 0.9].map((score) => ({ score, anomalous: true })),
    ]
    // 0.3 is below 0.4 and 0.7; 0.7 ties with 0.7.
    expect(wrongPairs(images)).toEqual([0, 1, 1.5, 2, 0.5, 0])
    const random = new Random(1)
    const many = Array.from({ length: 300 }, (_, i) => ({
      anomalous: i % 3 === 0,
      score: Math.round(20 * (random.uniform() + (i % 3 === 0 ? 0.3 : 0))),
    }))
    const scores = many.map(({ score }) => score)
    const labels = many.map(({ anomalous }) => Number(anomalous))
    const missing = 1 - auroc(rankScores([{ scores, labels }]))!
    expect(sum(wrongPairs(many)) / (2 * 100 * 200)).toBeCloseTo(missing, 10)
  })

  it('shares what pixel figures lack among the images', () => {
    const random = new Random(2)
    const side = 24
    const census = new PixelCensus()
    // The fifth image's defect is as dark as its surroundings; the last one has a false alarm.
    for (let image = 0; image < 8; image++) {
      const defective = image < 5
      const map = Float32Array.from({ length: side * side }, (_, i) => {
        const inside = defective && i % side < 6 && i < 6 * side
        const alarm = image === 7 && i % side > 16 && i > 16 * side
        return random.uniform() + (inside && image !== 4 ? 0.8 : 0) + (alarm ? 1.5 : 0)
      })
      const mask = defective
        ? Uint8Array.from(map, (_, i) => (i % side < 6 && i < 6 * side ? 255 : 0))
        : null
      census.add({ map, mask, width: side, height: side }, defective ? 'dent' : '')
    }
    const costs = pixelCosts(pixelProfiles(census.images))!
    const { ranking, overlap } = census.scope(['dent', ''])
    expect(sum(costs.map((one) => one.pixelAuroc))).toBeCloseTo(1 - auroc(ranking)!, 3)
    expect(sum(costs.map((one) => one.auPro30))).toBeCloseTo(1 - auPro(ranking, overlap, 0.3)!, 2)
    expect(sum(costs.map((one) => one.auPro05))).toBeCloseTo(1 - auPro(ranking, overlap, 0.05)!, 2)
    const worst = (of: (cost: (typeof costs)[number]) => number) =>
      costs.map((cost, i) => [of(cost), i] as const).toSorted(([a], [b]) => b - a)
    expect(worst((one) => one.auPro30)[0]![1]).toBe(4)
    expect(
      worst((one) => one.pixelAuroc)
        .slice(0, 2)
        .map(([, i]) => i),
    ).toEqual([4, 7])
    expect(pixelCosts(pixelProfiles(census.images.slice(5)))).toBeNull()
  })
})
