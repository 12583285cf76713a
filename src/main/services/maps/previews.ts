/**
 * Reconstructions of single images: what the store of maps has, else live, in an engine of their own that ends when it
 * is not used. Passes of one image differ in their bits from those of whole batches, so that live ones are not stored.
 */
import type { ReconstructionSettings } from '../../../shared/config/run-config.ts'
import type { CheckpointId, ImageId, RunId } from '../../../shared/core/ids.ts'
import type { Run } from '../../../shared/runs/run.ts'
import { scaleRatio } from '../../../shared/metrics/scale-ratio.ts'
import type { Preview } from '../../../shared/ipc/routes/start-step.ts'
import type { BackgroundContract } from '../../../shared/processes/background.ts'
import type { EngineContract, PreviewResult } from '../../../shared/processes/engine.ts'
import type { Call } from '../../processes/client.ts'
import type { Supervisor } from '../../processes/supervisor.ts'
import type { Facts } from '../core/facts.ts'
import type { Files } from '../datasets/files.ts'
import type { IdleEngine } from '../jobs/idle-engine.ts'
import { frozenExtractor } from '../core/weights.ts'
import { asFound } from '../runs/run-images.ts'
import { requireDiffusion, weightsOf, type RunWeights } from '../runs/run-weights.ts'
import type { Workspace } from '../core/workspace.ts'
import { basisOf, storedMaps } from './map-store.ts'
import { found } from '../core/found.ts'

export interface PreviewRequest {
  readonly token: number
  readonly runId: RunId
  readonly imageId: ImageId
  readonly checkpointId: CheckpointId | null
  readonly reconstruction: ReconstructionSettings
  /** Whether the passes are to be seen, also where the map is stored. */
  readonly steps: boolean
}

export function createPreviews(
  workspace: Workspace,
  files: Files,
  facts: Facts,
  engine: IdleEngine,
  background: Supervisor<BackgroundContract>,
) {
  const { store } = workspace
  let current: Call<EngineContract['preview']['output']> | null = null

  function stop(): void {
    current?.end('cancel')
    current = null
  }

  /** The ratio of nominal images: of an evaluation under these settings, or of the newest there is. */
  function ratioOf(
    run: Run,
    wanted: ReconstructionSettings,
  ): Pick<Preview, 'ratio' | 'ratioFrom'> | null {
    const calibrated = store.evaluations
      .list(run.id)
      .filter(({ calibration }) => calibration !== null)
    const same = calibrated.find(({ settings: { reconstruction } }) =>
      sameSampling(reconstruction, wanted),
    )
    const found = same ?? calibrated[0]
    if (!found?.calibration) return null
    return { ratio: found.calibration.ratio, ratioFrom: same ? 'these settings' : 'other settings' }
  }

  /** The map that a sweep or an evaluation has stored of the image as it is now; null where none has. */
  async function stored(run: Run, weights: RunWeights, request: PreviewRequest) {
    const image = store.images.get(request.imageId)
    if (!image) return null
    const { reconstruction: settings } = request
    const at = { weights, settings, maxima: true, pictures: true }
    const [{ sha256 } = image] = asFound(store, [image])
    const map = storedMaps(workspace, run, at, basisOf(run)).get(sha256)
    if (!map?.maxima || !map.reconstruction) return null
    const { maxima, milliseconds } = map
    const [maps, picture] = [map.maps, map.reconstruction].map(({ file }) =>
      workspace.resolve(file),
    )
    const shown = { maps: maps!, picture: picture! }
    return { ...(await background.call('storedMap', shown).result), maxima, milliseconds }
  }

  return {
    /** @throws {DdadError} CANCELLED when a newer request has taken its place. */
    start: async (request: PreviewRequest): Promise<Preview> => {
      const { token, runId, imageId, checkpointId, reconstruction, steps } = request
      stop()
      const run = found(store.runs.get(runId), `run ${runId}`)
      requireDiffusion(run)
      const weights = weightsOf(workspace, run, checkpointId)
      const { unet, features } = weights
      const answer = (result: PreviewResult) => {
        const own = { ratio: scaleRatio([result.maxima]), ratioFrom: 'this image' } as const
        return { ...result, ...(ratioOf(run, reconstruction) ?? own) }
      }
      const known = steps ? null : await stored(run, weights, request)
      if (known) return answer(known)
      const call = engine.call(
        'preview',
        {
          unet: workspace.resolve(unet.file),
          extractor: frozenExtractor(run.config.extractor, workspace.folder, features),
          features: features && workspace.resolve(features.file),
          file: files.original(imageId),
          reconstruction,
          blurSigma: run.config.scoring.blurSigma,
        },
        (event) => facts.tell('preview.event', { token, event }),
      )
      current = call
      try {
        return answer(await call.result)
      } finally {
        if (current === call) current = null
      }
    },
    stop,
  }
}

/** Whether two settings give the same reconstruction but for the noise drawn. */
function sameSampling(a: ReconstructionSettings, b: ReconstructionSettings): boolean {
  const keys = ['startStep', 'skip', 'guidanceWeight', 'eta', 'start'] as const
  return keys.every((key) => a[key] === b[key])
}
