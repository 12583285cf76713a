import { createHash } from 'node:crypto'
import fs from 'node:fs'
import path from 'node:path'
import { expect } from 'vitest'
import { openStore, type Store } from '../../src/main/db/store.ts'
import type { StudyId } from '../../src/shared/core/ids.ts'
import { ddad, root } from '../support/ddad.ts'

/** What calls `ddad` on the node: this checkout. */
export const nodeCommand = `${process.execPath} ${path.join(root, 'src/main/cli/main.ts')}`

/** Settings under which a run takes seconds, with a checkpoint every few steps. */
export const small = [
  'model.imageSize=32',
  'model.multipliers=[1,1]',
  'model.attentionAt=[16]',
  'training.batchSize=2',
  'training.microBatch=2',
  'training.epochs=3',
  'training.checkpointEverySteps=10',
  'adaptation.epochs=0',
  'reconstruction.startStep=100',
  'reconstruction.skip=50',
  'evaluationBatch=4',
].flatMap((setting) => ['--set', setting])

/** Runs commands in one workspace with the cluster's environment; each must succeed unless another code is named. */
export function commands(workspace: string, env: NodeJS.ProcessEnv) {
  return async (args: readonly string[], code = 0): Promise<string> => {
    const ended = await ddad([...args, '--workspace', workspace], () => {}, undefined, env)
    expect(ended.code, `ddad ${args.join(' ')}\n${ended.stderr}\n${ended.stdout}`).toBe(code)
    return ended.stdout
  }
}

export function withStore<Result>(workspace: string, read: (store: Store) => Result): Result {
  const store = openStore(path.join(workspace, 'studio.db'))
  try {
    return read(store)
  } finally {
    store.close()
  }
}

/** Everything of a study that must come out the same wherever it is computed, by run. */
export function figuresOf(workspace: string, store: Store, id: StudyId) {
  const hash = (file: string) =>
    createHash('sha256')
      .update(fs.readFileSync(path.join(workspace, file)))
      .digest('hex')
  return store.runs.ofStudy(id).map((run) => {
    const [evaluation, ...more] = store.evaluations.list(run.id)
    expect(more).toEqual([])
    return {
      run: `${run.category}, seed ${run.config.seed}`,
      state: run.state,
      step: run.step,
      weights: store.checkpoints.ofKind(run.id, 'unet')[0]?.sha256,
      loss: store.metricPoints
        .list(run.id, 'loss', 100_000)
        .map(({ step, value }) => [step, value]),
      metrics: evaluation?.metrics,
      results: evaluation
        ? store.imageResults.list(evaluation.id).map((result) => ({
            image: store.images.get(result.imageId)?.path,
            score: result.score,
            startStep: result.startStep,
            maps: hash(store.imageResults.files(result.id)?.maps ?? ''),
          }))
        : null,
    }
  })
}
