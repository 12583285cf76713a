import { expect, it } from 'vitest'
import { presets } from '../../../../src/shared/config/presets.ts'
import { withSetting } from '../../../../src/shared/config/setting-values.ts'
import type {
  DatasetId,
  EvaluationId,
  MaskVersionId,
  RunId,
} from '../../../../src/shared/domain/ids.ts'
import { diffRuns } from '../../../../src/shared/domain/run-diff.ts'
import type { RunEnvironment, RunRecord } from '../../../../src/shared/domain/run-record.ts'

const environment: RunEnvironment = {
  application: '0.1.0',
  commit: 'abc',
  tensorflow: '2.21.0',
  device: 'cpu',
  driver: null,
  os: 'Linux 6 x64',
  node: 'v24',
  electron: null,
  extractorSha256: 'aa',
}

function record(): RunRecord {
  return {
    run: {
      id: 1 as RunId,
      name: 'bottle',
      datasetId: 1 as DatasetId,
      datasetName: 'MVTec',
      category: 'bottle',
      config: presets.tiny,
      state: 'finished',
      datasetFingerprint: 'f1',
      step: 10,
      totalSteps: 10,
      lastLoss: 0.25,
      bestLoss: 0.2,
      trainingSeconds: 5,
      adapted: false,
      createdAt: 1,
      headline: {
        evaluationId: 1 as EvaluationId,
        imageAuroc: 0.9,
        pixelAuroc: null,
        auPro: null,
        secondsPerImage: 2,
      },
      metrics: { last: { imageAuroc: 0.9 }, best: { imageAuroc: 0.95 } },
      studyId: null,
      note: '',
      tags: [],
      favourite: false,
      archived: false,
      trashedAt: null,
    },
    environment,
    checkpoints: [],
    evaluation: null,
    evaluationEnvironment: environment,
    masks: [
      { image: 'a.png', maskVersionId: 1 as MaskVersionId, version: 0 },
      { image: 'b.png', maskVersionId: 2 as MaskVersionId, version: 0 },
    ],
  }
}

it('finds nothing between a run and its repetition, whatever people call them', () => {
  const again = record()
  const run = { ...again.run, id: 2 as RunId, name: 'again', note: 'n', tags: ['t'], createdAt: 9 }
  expect(diffRuns(record(), { ...again, run })).toEqual([])
})

it('names what changed in every group, with both values', () => {
  const before = record()
  const after: RunRecord = {
    ...before,
    run: {
      ...before.run,
      config: withSetting(before.run.config, 'training.epochs', 7),
      datasetFingerprint: 'f2',
      lastLoss: 0.5,
      metrics: { last: { imageAuroc: 0.75, auPro30: 0.5 }, best: {} },
    },
    environment: { ...environment, commit: 'def', driver: '550.1' },
    evaluationEnvironment: { ...environment, extractorSha256: 'bb' },
    masks: [
      { image: 'a.png', maskVersionId: 1 as MaskVersionId, version: 0 },
      { image: 'b.png', maskVersionId: 9 as MaskVersionId, version: 3 },
      { image: 'c.png', maskVersionId: 4 as MaskVersionId, version: 0 },
    ],
  }
  const found = diffRuns(before, after)
  expect(
    found.map(({ group, key, before: left, after: right }) => [group, key, left, right]),
  ).toEqual([
    ['config', 'training.epochs', String(presets.tiny.training.epochs), '7'],
    ['data', 'fingerprint', 'f1', 'f2'],
    ['masks', 'b.png', 'version 0', 'version 3'],
    ['code', 'commit', 'abc', 'def'],
    ['versions', 'driver', null, '550.1'],
    ['weights', 'extractor', 'aa', 'bb'],
    ['metrics', 'loss', '0.25000', '0.50000'],
    ['metrics', 'imageAuroc', '0.90000', '0.75000'],
    ['metrics', 'auPro30', null, '0.50000'],
  ])
  expect(found.find(({ key }) => key === 'imageAuroc')?.delta).toBeCloseTo(-0.15)
})

it('says what an older run did not record', () => {
  const [difference] = diffRuns({ ...record(), environment: null }, record())
  expect(difference).toMatchObject({ group: 'code', key: 'application', before: null })
})
