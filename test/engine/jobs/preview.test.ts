import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { bytesOf } from '../../support/bytes-of.ts'
import { encodeAdapted } from '../../../src/main/engine/features/weights-files.ts'
import { preview } from '../../../src/main/engine/jobs/preview.ts'
import { tensorCount } from '../../../src/main/engine/tf.ts'
import { presets } from '../../../src/shared/config/presets.ts'
import type { PreviewEvent } from '../../../src/shared/processes/engine.ts'
import { goldenResNet } from '../features/support.ts'
import { writeImages } from './training-support.ts'

const folder = mkdtempSync(path.join(tmpdir(), 'ddad-preview-'))
const unet = path.join(import.meta.dirname, '../../fixtures/golden/unet.pth')
const features = path.join(folder, 'features.safetensors')
writeFileSync(features, bytesOf(encodeAdapted(goldenResNet())))
const [first, second] = writeImages(folder, 2)

function start(file = first!.file, startStep = 200, abort = new AbortController()) {
  const events: (PreviewEvent & { readonly at: number })[] = []
  const result = preview(
    {
      unet,
      // Not read, as the adapted one is there.
      extractor: { name: 'resnet50', file: 'none' },
      features,
      file,
      reconstruction: { ...presets.tiny.reconstruction, startStep, skip: 50 },
      blurSigma: 1,
    },
    {
      signal: abort.signal,
      endMode: () => (abort.signal.aborted ? 'cancel' : null),
      emit: (event) => void events.push({ ...event, at: performance.now() }),
    },
  )
  return { result, events, abort }
}

describe('a live reconstruction', () => {
  it('tells the noised input, then every pass, then maps and reconstruction', async () => {
    const { result, events } = start()
    const { size, maps, reconstruction, maxima } = await result
    expect(events.map(({ type }) => type)).toEqual(['noised', 'step', 'step', 'step', 'step'])
    const steps = events.flatMap((event) => (event.type === 'step' ? [event] : []))
    expect(steps.map(({ step }) => step)).toEqual([150, 100, 50, 0])
    expect(steps.map(({ pass, passes }) => [pass, passes])).toEqual([
      [0, 4],
      [1, 4],
      [2, 4],
      [3, 4],
    ])
    // The first x_t is the noised input, the last prediction the reconstruction.
    const [noised] = events
    expect(noised).toMatchObject({ type: 'noised', size, picture: steps[0]!.noisy })
    expect(steps.at(-1)!.prediction).toEqual(reconstruction)
    expect(maps).toHaveLength(2 * size * size)
    expect(maxima.feature).toBeGreaterThan(0)
  })

  it('says so within 200 ms of each pass, and repeats itself exactly', async () => {
    const one = start()
    const expected = await one.result
    const again = start()
    expect((await again.result).maps).toEqual(expected.maps)
    const began = again.events[0]!.at
    for (const event of again.events) {
      if (event.type === 'step') expect(event.at - began - event.milliseconds).toBeLessThan(200)
    }
  })

  it('gives way to a newer request and keeps no tensors', async () => {
    await start().result
    const before = tensorCount()
    const older = start(first!.file, 900)
    const newer = start(first!.file, 100)
    older.abort.abort()
    await expect(older.result).rejects.toMatchObject({ code: 'CANCELLED' })
    await newer.result
    expect(older.events.length).toBeLessThan(18)
    expect(newer.events.filter(({ type }) => type === 'step')).toHaveLength(2)
    const other = start(second!.file, 100)
    await other.result
    expect(tensorCount()).toBe(before)
  })
})
