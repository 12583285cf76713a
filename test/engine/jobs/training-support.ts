import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { encode } from 'fast-png'
import { train } from '../../../src/main/engine/jobs/train.ts'
import { Random } from '../../../src/shared/random.ts'
import { presets } from '../../../src/shared/config/presets.ts'
import type { RunConfig } from '../../../src/shared/config/run-config.ts'
import type { ImageId } from '../../../src/shared/core/ids.ts'
import type { EngineEvent, EngineImage } from '../../../src/shared/processes/engine.ts'
import type { EndMode } from '../../../src/shared/processes/frames.ts'

/** A network that trains a step in some milliseconds, with everything that the large one has. */
export function smallConfig(training: Partial<RunConfig['training']> = {}): RunConfig {
  return {
    ...presets.tiny,
    model: {
      imageSize: 32,
      baseChannels: 8,
      multipliers: [1, 2],
      blocksPerLevel: 1,
      attentionAt: [16],
      heads: 2,
      groups: 4,
      dropout: 0.1,
    },
    training: { ...presets.tiny.training, batchSize: 4, microBatch: 4, emaDecay: 0.9, ...training },
  }
}

export function temporaryFolder(): string {
  return mkdtempSync(path.join(tmpdir(), 'ddad-train-'))
}

/** Writes PNG files of soft random stripes. */
export function writeImages(folder: string, count: number): EngineImage[] {
  const random = new Random(1)
  return Array.from({ length: count }, (_, index) => {
    const [phase, slope] = [random.between(0, 6), random.between(0.1, 0.4)]
    const data = Uint8Array.from({ length: 40 * 40 * 3 }, (_, i) => {
      const [x, y] = [Math.floor(i / 3) % 40, Math.floor(i / 120)]
      return 127 + 100 * Math.sin(phase + slope * (x + y))
    })
    const file = path.join(folder, `${index}.png`)
    writeFileSync(file, encode({ width: 40, height: 40, channels: 3, data }))
    return { imageId: index as ImageId, file }
  })
}

export interface TrainRun {
  readonly config: RunConfig
  readonly nominal: readonly EngineImage[]
  readonly folder: string
  readonly checkpoints?: readonly string[]
  /** Ends the call in this way once a loss of this step has been reported. */
  readonly endAt?: { readonly step: number; readonly mode: EndMode }
}

/** Trains and gathers what was reported. */
export async function runTraining({ endAt, ...run }: TrainRun) {
  const abort = new AbortController()
  const events: EngineEvent[] = []
  const output = train(
    { checkpoints: [], extractor: null, ...run },
    {
      signal: abort.signal,
      endMode: () => (abort.signal.aborted ? (endAt?.mode ?? null) : null),
      emit: (event) => {
        events.push(event)
        if (event.type !== 'metrics' || !endAt) return
        if (event.points.some(({ step }) => step >= endAt.step)) abort.abort()
      },
    },
  )
  return { output: await output, events, ...digest(events) }
}

function digest(events: readonly EngineEvent[]) {
  return {
    losses: events.flatMap((event) =>
      event.type === 'metrics'
        ? event.points.filter(({ name }) => name === 'loss').map(({ value }) => value)
        : [],
    ),
    files: events.flatMap((event) => (event.type === 'checkpoint' ? [event.written.file] : [])),
    warnings: events.flatMap((event) => (event.type === 'log' ? [event.text] : [])),
  }
}
