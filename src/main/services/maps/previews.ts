/** Live reconstructions of single images, in an engine of their own that ends when it is not used. */
import type { ReconstructionSettings } from '../../../shared/config/run-config.ts'
import type { CheckpointId, ImageId, RunId } from '../../../shared/core/ids.ts'
import type { Run } from '../../../shared/runs/run.ts'
import { DdadError } from '../../../shared/errors.ts'
import type { Preview } from '../../../shared/ipc/routes/start-step.ts'
import type { EngineContract } from '../../../shared/processes/engine.ts'
import type { Call } from '../../processes/client.ts'
import type { Facts } from '../core/facts.ts'
import type { Files } from '../datasets/files.ts'
import type { IdleEngine } from '../jobs/idle-engine.ts'
import { frozenExtractor } from '../core/weights.ts'
import { requireDiffusion, weightsOf } from '../runs/run-weights.ts'
import type { Workspace } from '../core/workspace.ts'

export interface PreviewRequest {
  readonly token: number
  readonly runId: RunId
  readonly imageId: ImageId
  readonly checkpointId: CheckpointId | null
  readonly reconstruction: ReconstructionSettings
}

export function createPreviews(
  workspace: Workspace,
  files: Files,
  facts: Facts,
  engine: IdleEngine,
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

  return {
    /** @throws {DdadError} CANCELLED when a newer request has taken its place. */
    start: async ({
      token,
      runId,
      imageId,
      checkpointId,
      reconstruction,
    }: PreviewRequest): Promise<Preview> => {
      stop()
      const run = store.runs.get(runId)
      if (!run) throw new DdadError('NOT_FOUND', `There is no run ${runId} in this workspace.`)
      requireDiffusion(run)
      const { unet, features } = weightsOf(workspace, run, checkpointId)
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
        const result = await call.result
        const { feature, pixel } = result.maxima
        const own = { ratio: pixel > 0 ? feature / pixel : 0, ratioFrom: 'this image' } as const
        return { ...result, ...(ratioOf(run, reconstruction) ?? own) }
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
