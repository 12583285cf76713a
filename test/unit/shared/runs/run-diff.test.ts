import { expect, it } from 'vitest'
import { presets } from '../../../../src/shared/config/presets.ts'
import { withSetting } from '../../../../src/shared/config/setting-values.ts'
import type {
  DatasetId,
  EvaluationId,
  ImageId,
  MaskVersionId,
  RunId,
} from '../../../../src/shared/core/ids.ts'
import { diffRuns } from '../../../../src/shared/runs/run-diff.ts'
import type {
  MaskUsed,
  RecordedImage,
  RunEnvironment,
  RunRecord,
} from '../../../../src/shared/runs/run-record.ts'

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

const mask = (image: string, id: number, version: number): MaskUsed => ({
  image,
  imageId: 7 as ImageId,
  maskVersionId: id as MaskVersionId,
  version,
  content: `content ${version}`,
})

const seen = (path: string, sha256 = path): RecordedImage => ({
  path,
  sha256,
  split: 'train',
  defectType: 'good',
  imageId: 7 as ImageId,
})

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
    masks: [mask('a.png', 1, 0), mask('b.png', 2, 0)],
    images: [seen('a.png'), seen('b.png'), seen('d.png'), seen('e.png', 'e')],
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
    masks: [mask('a.png', 1, 0), mask('b.png', 9, 3), mask('c.png', 4, 0)],
    images: [
      seen('a.png', 'other'),
      { ...seen('b.png'), split: 'validation' },
      seen('c.png'),
      seen('new/e.png', 'e'),
    ],
  }
  const found = diffRuns(before, after)
  expect(
    found.map(({ group, key, before: left, after: right }) => [group, key, left, right]),
  ).toEqual([
    ['config', 'training.epochs', String(presets.tiny.training.epochs), '7'],
    ['data', 'fingerprint', 'f1', 'f2'],
    ['data', 'images.added', null, '1: c.png'],
    ['data', 'images.removed', null, '1: d.png'],
    ['data', 'images.changed', null, '1: a.png'],
    ['data', 'images.moved', null, '1: new/e.png'],
    ['data', 'images.relabelled', null, '1: b.png'],
    ['masks', 'masks', null, '1: b.png'],
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

it('leads to the images, and says where only the fingerprint is on record', () => {
  const before = record()
  const masks = [mask('a.png', 1, 0), { ...mask('b.png', 2, 0), content: 'edited in the folder' }]
  const [edited, ...rest] = diffRuns(before, { ...before, masks })
  expect(rest).toEqual([])
  expect(edited?.images).toEqual([{ name: 'b.png', imageId: 7, note: 'other content' }])
  const older = { ...before, images: null, run: { ...before.run, datasetFingerprint: 'f0' } }
  expect(diffRuns(older, before)).toMatchObject([
    { key: 'fingerprint' },
    { key: 'images', before: 'only the fingerprint is on record', after: '4 on record' },
  ])
})
