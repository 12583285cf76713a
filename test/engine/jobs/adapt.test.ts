import { mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import { bytesOf } from '../../support/bytes-of.ts'
import { readAdapted, readResNetWeights } from '../../../src/main/engine/features/weights-files.ts'
import { toFloat32 } from '../../../src/main/engine/formats/array-tensor.ts'
import { writeSafetensors } from '../../../src/main/engine/formats/safetensors.ts'
import { adapt } from '../../../src/main/engine/jobs/adapt.ts'
import { tensorCount } from '../../../src/main/engine/tf.ts'
import { presets } from '../../../src/shared/config/presets.ts'
import type { AdaptationConfig } from '../../../src/shared/config/run-config.ts'
import type { EngineEvent } from '../../../src/shared/processes/engine.ts'
import type { EndMode } from '../../../src/shared/processes/frames.ts'
import { randomResNet50 } from '../../support/random-resnet50.ts'
import { temporaryFolder, writeImages } from './training-support.ts'

const source = mkdtempSync(path.join(tmpdir(), 'ddad-adapt-'))
const unet = path.join(import.meta.dirname, '../../fixtures/golden/unet.pth')
const extractor = { name: 'resnet50', file: path.join(source, 'resnet50.safetensors') } as const
writeFileSync(extractor.file, bytesOf(writeSafetensors(randomResNet50())))
const nominal = writeImages(source, 6)

interface Run {
  readonly adaptation: Partial<AdaptationConfig>
  readonly images?: number
  /** Ends the call in this way when an epoch has been written. */
  readonly end?: EndMode
}

async function run({ adaptation, images = nominal.length, end }: Run) {
  const abort = new AbortController()
  const events: EngineEvent[] = []
  const folder = temporaryFolder()
  const output = await adapt(
    {
      config: {
        ...presets.tiny,
        adaptation: { ...presets.tiny.adaptation, batchSize: 4, ...adaptation },
        reconstruction: { ...presets.tiny.reconstruction, startStep: 100, skip: 50 },
      },
      nominal: nominal.slice(0, images),
      folder,
      unet,
      extractor,
    },
    {
      signal: abort.signal,
      endMode: () => (abort.signal.aborted ? (end ?? null) : null),
      emit: (event) => {
        events.push(event)
        if (end && event.type === 'checkpoint') abort.abort()
      },
    },
  )
  const losses = events.flatMap((e) => (e.type === 'metrics' ? e.points.map((p) => p.value) : []))
  const written = events.flatMap((e) => (e.type === 'checkpoint' ? [e.written.file] : []))
  return { output, losses, written, folder }
}

describe('a domain adaptation', () => {
  // Compiling the reference network takes longer than what these tests do with it.
  beforeEach(() => void vi.stubEnv('DDAD_EAGER', '1'))

  it('brings reconstructions nearer to their targets and writes each epoch', async () => {
    const before = tensorCount()
    const { output, losses, written } = await run({ adaptation: { epochs: 3 } })
    expect(tensorCount()).toBe(before)
    expect(output).toEqual({ state: 'finished', epochs: 3 })
    expect(losses).toHaveLength(3)
    expect(losses.at(-1)).toBeLessThan(losses[0]!)
    expect(written.map((file) => path.basename(file))).toEqual([
      'features-0001.safetensors',
      'features-0002.safetensors',
      'features-0003.safetensors',
    ])
    const frozen = await readResNetWeights(extractor)
    const adapted = await readAdapted(written.at(-1)!)
    for (const name of ['conv1.weight', 'bn1.running_mean', 'layer3.5.bn3.running_var'])
      expect(toFloat32(adapted.tensors.get(name)!), name).not.toEqual(
        toFloat32(frozen.tensors.get(name)!),
      )
  })

  it('is the same each time', async () => {
    const [first, second] = [
      await run({ adaptation: { epochs: 1 } }),
      await run({ adaptation: { epochs: 1 } }),
    ]
    expect(second.losses).toEqual(first.losses)
    expect(readFileSync(second.written[0]!).equals(readFileSync(first.written[0]!))).toBe(true)
  })

  it('takes a step even with fewer images than a batch', async () => {
    const { output, losses } = await run({ adaptation: { epochs: 1, batchSize: 5 }, images: 1 })
    expect(output).toEqual({ state: 'finished', epochs: 1 })
    expect(losses).toHaveLength(1)
  })

  it('does nothing in 0 epochs', async () => {
    const { output, folder } = await run({ adaptation: { epochs: 0 } })
    expect(output).toEqual({ state: 'finished', epochs: 0 })
    expect(readdirSync(folder)).toEqual([])
  })

  it('keeps complete epochs when stopped, and ends with an error when cancelled', async () => {
    const { output, written } = await run({ adaptation: { epochs: 5 }, end: 'stop' })
    expect(output).toEqual({ state: 'stopped', epochs: 1 })
    expect(written).toHaveLength(1)
    await expect(run({ adaptation: { epochs: 5 }, end: 'cancel' })).rejects.toMatchObject({
      code: 'CANCELLED',
    })
  })
})
