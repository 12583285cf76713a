import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { encode } from 'fast-png'
import { expect, it, onTestFinished } from 'vitest'
import { maskImpact } from '../../../../src/main/background/masks/impact.ts'
import { encodeNpy } from '../../../../src/main/decode/npy.ts'
import { PixelCache } from '../../../../src/main/decode/pixel-cache.ts'
import { TallyCache } from '../../../../src/main/background/maps/tally-cache.ts'
import { loadScoredImage } from '../../../../src/main/decode/stored-results.ts'
import { evaluationMetrics } from '../../../support/evaluation-metrics.ts'
import { Random } from '../../../../src/shared/random.ts'

const SIDE = 16
const scoring = { pixelWeight: 0.5, crop: false }

it('gives the figures of the image, its type and its category before and after', async () => {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'ddad-impact-'))
  onTestFinished(() => fs.rmSync(folder, { recursive: true }))
  const random = new Random(3)
  const mask = (name: string, from: number, to: number): string => {
    const data = Uint8Array.from({ length: 4 * SIDE * SIDE }, (_, i) =>
      i >= from && i < to ? 255 : 0,
    )
    const file = path.join(folder, name)
    fs.writeFileSync(file, encode({ width: 2 * SIDE, height: 2 * SIDE, channels: 1, data }))
    return file
  }
  const results = ['good', 'good', 'dent', 'dent', 'hole'].map((defectType, n) => {
    const maps = path.join(folder, `${n}.npy`)
    const data = Float32Array.from({ length: 2 * SIDE * SIDE }, () => random.uniform())
    fs.writeFileSync(maps, encodeNpy({ shape: [2, SIDE, SIDE], data }))
    const anomalous = defectType !== 'good'
    const maskFile = anomalous ? mask(`${n}.png`, 100 * n, 100 * n + 250) : null
    return { anomalous, defectType, maskFile, maps, ratio: 1 }
  })
  const before = results[2]!.maskFile
  const after = mask('after.png', 150, 420)
  const input = { results, index: 2, before, after, scoring, threshold: 0.7 }
  const options = { cache: new PixelCache(1 << 20), tallies: new TallyCache(1 << 20) }
  const impact = await maskImpact({ ...input, scoring }, options)
  // A tally that has seen other masks says the same, as does one that is made anew each time.
  const another = { ...input, index: 4, before: results[4]!.maskFile, after, scoring }
  const [again, , small] = await Promise.all([
    maskImpact({ ...input, scoring }, options),
    maskImpact(another, options),
    maskImpact({ ...input, scoring }, { tallies: new TallyCache(0) }),
  ])
  expect(again).toEqual(impact)
  expect(small).toEqual(impact)
  expect(await maskImpact({ ...input, scoring }, options)).toEqual(impact)

  for (const [moment, maskFile] of [
    ['before', before],
    ['after', after],
  ] as const) {
    const changed = results.map((result, at) => (at === 2 ? { ...result, maskFile } : result))
    const images = await Promise.all(changed.map((result) => loadScoredImage(result, scoring)))
    for (const [scope, own] of [
      ['image', [images[2]!]],
      ['defectType', images.slice(0, 4)],
      ['category', images],
    ] as const) {
      const rows = evaluationMetrics(own, { scopes: [null] })
      const figures = impact[scope]![moment]
      for (const name of ['pixelAuroc', 'pixelAp', 'auPro30', 'auPro05'] as const) {
        expect(figures[name], `${moment} ${scope} ${name}`).toBeCloseTo(
          rows.find((row) => row.name === name)!.value!,
          12,
        )
      }
      let [both, either] = [0, 0]
      for (const { map, mask: covered } of own) {
        map.forEach((score, i) => {
          const marked = (covered?.[i] ?? 0) > 127
          if (score >= 0.7 && marked) both++
          if (score >= 0.7 || marked) either++
        })
      }
      expect(figures.iou).toBeCloseTo(both / either, 12)
    }
  }
  expect(impact.image.before.pixelAuroc).not.toBe(impact.image.after.pixelAuroc)
})
