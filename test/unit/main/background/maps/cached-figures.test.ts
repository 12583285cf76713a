import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { pixelCurveOf } from '../../../../../src/main/background/maps/cached-figures.ts'
import { TallyCache } from '../../../../../src/main/background/maps/tally-cache.ts'
import { encodeNpy } from '../../../../../src/main/decode/npy.ts'
import { encodeGreyPng } from '../../../../../src/main/decode/png.ts'
import { Random } from '../../../../../src/shared/random.ts'

const SIDE = 16

it('counts the pixels of exactly the images that are judged', async () => {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'ddad-curve-'))
  onTestFinished(() => fs.rmSync(folder, { recursive: true }))
  const random = new Random(5)
  const results = ['good', 'good', 'dent', 'dent', 'hole', 'good'].map((defectType, n) => {
    const maps = path.join(folder, `${n}.npy`)
    const data = Float32Array.from({ length: 2 * SIDE * SIDE }, () => random.uniform())
    fs.writeFileSync(maps, encodeNpy({ shape: [2, SIDE, SIDE], data }))
    const anomalous = defectType !== 'good'
    const maskFile = anomalous ? path.join(folder, `${n}.png`) : null
    const mask = data
      .slice(0, SIDE * SIDE)
      .map((_, i) => (i >= 20 * n && i < 20 * n + 40 ? 255 : 0))
    if (maskFile) fs.writeFileSync(maskFile, encodeGreyPng(Uint8Array.from(mask), SIDE, SIDE))
    return { anomalous, defectType, maskFile, maps, ratio: 1 }
  })
  const scoring = { pixelWeight: 0.5, crop: false }
  const options = { tallies: new TallyCache(1 << 20) }
  const all = await pixelCurveOf(results, scoring, null, options)
  const places = [1, 3, 4, 5]
  const judged = await pixelCurveOf(results, scoring, places, options)
  const alone = places.map((place) => results[place]!)
  expect(judged).toEqual(await pixelCurveOf(alone, scoring, null, { tallies: new TallyCache(0) }))
  expect([all.positives, judged.positives]).toEqual([120, 80])
  expect(all.positives + all.negatives).toBe(6 * SIDE * SIDE)
  // What was counted for all stays as it was.
  expect(await pixelCurveOf(results, scoring, null, options)).toEqual(all)
})
