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

it('keeps no more than it may of evaluations at many v, whatever of them is large', async () => {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'ddad-tally-'))
  onTestFinished(() => fs.rmSync(folder, { recursive: true }))
  const random = new Random(5)
  // Small maps: names are most of what is kept.
  const results = Array.from({ length: 20 }, (_, n) => {
    const maps = path.join(folder, `${'long '.repeat(20)}${n}.npy`)
    const data = Float32Array.from({ length: 2 * 4 * 4 }, () => random.uniform())
    fs.writeFileSync(maps, encodeNpy({ shape: [2, 4, 4], data }))
    return {
      anomalous: n > 10,
      defectType: n > 10 ? 'dent' : 'good',
      maskFile: null,
      maps,
      ratio: 1,
    }
  })
  const capacity = 100_000
  const tallies = new TallyCache(capacity)
  let most = 0
  for (let n = 0; n < 15; n++) {
    const scoring = { pixelWeight: n / 10, crop: false }
    await pixelCurveOf(results, scoring, null, { tallies })
    expect(tallies.bytes).toBeLessThanOrEqual(capacity)
    most = Math.max(most, tallies.bytes)
  }
  const names = JSON.stringify(results.map(({ maps }) => maps)).length
  expect(most).toBeGreaterThan(2 * names)
})

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
