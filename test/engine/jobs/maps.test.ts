import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import { bytesOf } from '../../support/bytes-of.ts'
import { encodeAdapted } from '../../../src/main/engine/features/weights-files.ts'
import { maps as computeMaps } from '../../../src/main/engine/jobs/maps.ts'
import { tensorCount } from '../../../src/main/engine/tf.ts'
import { presets } from '../../../src/shared/config/presets.ts'
import type { EngineEvent, MapTask } from '../../../src/shared/processes/engine.ts'
import { goldenResNet } from '../features/support.ts'
import { temporaryFolder, writeImages } from './training-support.ts'

const source = mkdtempSync(path.join(tmpdir(), 'ddad-maps-'))
const unet = path.join(import.meta.dirname, '../../fixtures/golden/unet.pth')
const features = path.join(source, 'features.safetensors')
writeFileSync(features, bytesOf(encodeAdapted(goldenResNet())))
const images = [
  ...writeImages(source, 4).map(({ file }, i) => ({ key: `image-${i}`, file, paint: null })),
  { key: 'painted', file: path.join(source, '0.png'), paint: 3 },
]
const all = images.map((_, i) => i)
const settings = [50, 100, 150].map((startStep) => ({
  ...presets.tiny.reconstruction,
  startStep,
  skip: 50,
}))

/** @param missing which images each setting still lacks */
async function run(missing: readonly (readonly number[])[], stopAfter = Infinity) {
  const folder = temporaryFolder()
  const abort = new AbortController()
  const events: EngineEvent[] = []
  const tasks = settings.map((reconstruction, i): MapTask => ({
    setId: i + 1,
    source: 0,
    settings: reconstruction,
    folder: path.join(folder, String(i)),
    images: missing[i]!,
  }))
  const results = () => events.flatMap((e) => (e.type === 'map' ? [e.map] : []))
  const output = await computeMaps(
    {
      // The frozen extractor is not read, as the adapted one is there.
      sources: [{ method: 'ddad', unet, extractor: { name: 'resnet50', file: 'none' }, features }],
      images,
      tasks: tasks.filter((task) => task.images.length > 0),
      bank: images.slice(0, 3),
      distances: [all],
      neighbours: 20,
      batch: 3,
      blurSigma: 1,
      done: 0,
    },
    {
      signal: abort.signal,
      endMode: () => (abort.signal.aborted ? 'stop' : null),
      emit: (event) => {
        events.push(event)
        if (results().length >= stopAfter) abort.abort()
      },
    },
  )
  const maps = new Map(
    results().map(({ setId, key, maps: { file } }) => [`${setId}/${key}`, readFileSync(file)]),
  )
  return { output, events, results: results(), maps }
}

describe('maps', () => {
  // Compiling the network takes longer than what these tests do with it.
  beforeEach(() => void vi.stubEnv('DDAD_EAGER', '1'))

  it('computes the same bits whatever had been stored before', async () => {
    const before = tensorCount()
    const fresh = await run([all, all, all])
    expect(tensorCount()).toBe(before)
    expect(fresh.output.state).toBe('finished')
    expect(fresh.maps.size).toBe(15)
    const rest = await run([[], [1, 4], [0, 2, 3]])
    expect(rest.maps.size).toBe(5)
    for (const [name, bytes] of rest.maps) expect(bytes.equals(fresh.maps.get(name)!)).toBe(true)
    // A painted image differs from the one that it was painted on.
    expect(fresh.maps.get('1/painted')!.equals(fresh.maps.get('1/image-0')!)).toBe(false)
    const progress = fresh.events.flatMap((e) => (e.type === 'progress' ? [e.progress] : []))
    expect(progress.at(-1)).toMatchObject({ done: 5 * (1 + 2 + 3), total: 30, secondsLeft: 0 })
    const [distances] = fresh.events.flatMap((e) => (e.type === 'distances' ? [e] : []))
    expect(distances!.images).toHaveLength(5)
    expect(distances!.nominal).toHaveLength(3)
    // An image of the bank counts itself among its neighbours; others are further away.
    expect(distances!.images[0]!.distance).toBeCloseTo(distances!.nominal[0]!, 5)
    expect(distances!.images[4]!.distance).toBeGreaterThan(distances!.nominal[0]!)
  })

  it('stops between two passes and keeps what is done', async () => {
    const { output, results } = await run([all, all, all], 3)
    expect(output.state).toBe('stopped')
    expect(results.length).toBe(3)
  })
})
