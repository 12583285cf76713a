/** Starting a run again, and saying first in what this machine and its data differ from then. */
import type { ImageId, RunId } from '../../../shared/core/ids.ts'
import type { Reproduction, ReproductionCheck } from '../../../shared/runs/reproduction.ts'
import { diffRuns } from '../../../shared/runs/run-diff.ts'
import type { MaskUsed, RunRecord } from '../../../shared/runs/run-record.ts'
import type { Run } from '../../../shared/runs/run.ts'
import { DdadError } from '../../../shared/errors.ts'
import type { EngineInfo } from '../../../shared/processes/engine.ts'
import { describeEnvironment } from '../core/environment.ts'
import { safetensorsMetadata } from '../../files/headers.ts'
import { newestCheckpoint } from './run-weights.ts'
import type { Runs } from './runs.ts'
import { findExtractor } from '../core/weights.ts'
import type { Workspace } from '../core/workspace.ts'

export function createReproduction(
  workspace: Workspace,
  runs: Runs,
  maskContent: (image: ImageId) => string,
  engineInfo: () => Promise<EngineInfo>,
) {
  const { store, folder } = workspace

  function masksNow(run: Run): readonly MaskUsed[] {
    return store.images
      .ofCategory(run.datasetId, run.category)
      .filter(({ split }) => split === 'test')
      .map(({ id, path, maskVersionId }) => {
        const mask = maskVersionId === null ? null : store.maskVersions.get(maskVersionId)
        const own = mask?.version === 0 ? maskContent(id) : null
        return {
          image: path,
          imageId: id,
          maskVersionId,
          version: mask?.version ?? null,
          content: mask?.sha256 ?? own,
        }
      })
  }

  /** What the same run would be recorded with if it began now. */
  async function presentRecord(record: RunRecord): Promise<RunRecord> {
    const { run } = record
    let extractor: string | null
    try {
      extractor = findExtractor(run.config.extractor, folder).file
    } catch {
      extractor = null
    }
    const now = await describeEnvironment(await engineInfo(), extractor)
    const dataset = store.datasets.get(run.datasetId)
    return {
      ...record,
      run: { ...run, datasetFingerprint: dataset?.fingerprint ?? 'missing' },
      environment: { ...now, extractorSha256: record.environment?.extractorSha256 ?? null },
      evaluationEnvironment: record.evaluationEnvironment && now,
      masks: record.evaluation ? masksNow(run) : [],
      images: store.images
        .ofCategory(run.datasetId, run.category)
        .map(({ id, path, split, defectType, sha256 }) => ({
          ...{ imageId: id, path, split, defectType, sha256 },
        })),
    }
  }

  /** Everything recorded of a run, and every difference between then and now. */
  async function plan(id: RunId): Promise<Reproduction> {
    const record = runs.record(id)
    const recorded = record.environment !== null
    const mismatches = diffRuns(record, await presentRecord(record)).filter(
      ({ group }) => recorded || group === 'data' || group === 'masks',
    )
    return { record, mismatches, recorded }
  }

  return {
    plan,
    /** Queues a run with the same configuration, seed and data. */
    start: (id: RunId): Run => {
      const { datasetId, category, config, name } = runs.get(id)
      const evaluate = store.evaluations.list(id).length > 0
      const run = runs.start({ datasetId, category, config, evaluate })
      return runs.annotate(run.id, { note: `Reproduces run ${id}, ${name}.` })
    },
    /** Whether a finished run has come out as an earlier one: weights and every score, bit for bit. */
    check: (originalId: RunId, repeatedId: RunId): ReproductionCheck => {
      const [original, repeated] = [runs.record(originalId), runs.record(repeatedId)]
      if (repeated.run.state !== 'finished') {
        throw new DdadError('CONFLICT', `${repeated.run.name} has not finished yet.`)
      }
      // By content: the headers name the data set, which may have been renamed or moved since.
      const unet = ({ run }: RunRecord) => {
        const checkpoint = newestCheckpoint(workspace, run, 'unet')
        if (!checkpoint) return null
        const content = safetensorsMetadata(workspace.resolve(checkpoint.file))?.['sha256']
        return content ?? checkpoint.sha256
      }
      const scores = ({ evaluation }: RunRecord) =>
        new Map(
          (evaluation ? store.imageResults.list(evaluation.id) : []).map((result) => [
            result.imageId,
            result.score,
          ]),
        )
      const [before, after] = [scores(original), scores(repeated)]
      const differing = [...before].filter(([image, score]) => after.get(image) !== score)
      return {
        weights: unet(original) !== null && unet(original) === unet(repeated),
        images: before.size,
        differingScores: differing.length,
      }
    },
  }
}
