import { expect, it } from 'vitest'
import { RunDraft } from '../../../../../../src/renderer/src/areas/runs/state/run-draft.svelte.ts'
import { MATCHING } from '../../../../../../src/shared/runs/study.ts'
import { presets } from '../../../../../../src/shared/config/presets.ts'
import { runConfigSchema } from '../../../../../../src/shared/config/run-config.ts'
import type { Dataset } from '../../../../../../src/shared/datasets/dataset.ts'
import type { DatasetId } from '../../../../../../src/shared/core/ids.ts'

const dataset: Dataset = {
  id: 1 as DatasetId,
  name: 'MVTec AD',
  layout: 'mvtec-ad',
  root: '/data/mvtec',
  createdAt: 0,
  fingerprint: '',
  categories: [],
  samples: null,
  foundSamples: null,
  reading: {},
}

it('gives each category its published settings and the changes to all', () => {
  const draft = new RunDraft(() => dataset)
  draft.categories = ['bottle', 'hazelnut']
  draft.set('training.learningRate', 0.001)
  for (const { category, config } of draft.runs) {
    expect(runConfigSchema.safeParse(config).success).toBe(true)
    expect(config.training.epochs).toBe(presets[`mvtec/${category}`]?.training.epochs)
    expect(config.training.learningRate).toBe(0.001)
  }
})

it('knows what was changed and forgets it on reset; another preset keeps it', () => {
  const draft = new RunDraft(() => dataset)
  draft.categories = ['bottle']
  draft.set('reconstruction.startStep', 300)
  draft.set('scoring.crop', false)
  expect(draft.changed).toEqual(['reconstruction.startStep', 'scoring.crop'])
  draft.reset('scoring.crop')
  expect(draft.changed).toEqual(['reconstruction.startStep'])
  draft.choosePreset('tiny')
  expect(draft.changed).toEqual(['reconstruction.startStep'])
  expect(draft.config.reconstruction.startStep).toBe(300)
  draft.resetAll()
  expect(draft.changed).toEqual([])
  expect(draft.config.preset).toBe('tiny')
  draft.choosePreset(MATCHING)
  expect(draft.config.preset).toBe('mvtec/bottle')
})

it('begins with what suits the machine until a preset is chosen', () => {
  const draft = new RunDraft(
    () => dataset,
    () => 'tiny',
  )
  draft.categories = ['bottle']
  expect(draft.config.preset).toBe('tiny')
  draft.choosePreset(MATCHING)
  expect(draft.config.preset).toBe('mvtec/bottle')
})

it('says which setting stands in the way', () => {
  const draft = new RunDraft(() => dataset)
  expect(draft.problems.size).toBe(0)
  draft.set('training.microBatch', 99)
  expect([...draft.problems.keys()]).toEqual(['training.microBatch'])
  draft.set('training.epochs', null)
  expect([...draft.problems.keys()]).toEqual(['training.epochs'])
})

it('prepares a run with the very settings of another', () => {
  const draft = new RunDraft(() => dataset)
  draft.set('training.epochs', 3)
  const config = {
    ...presets.ddad,
    seed: 9,
    scoring: { ...presets.ddad.scoring, pixelWeight: 2.5 },
  }
  draft.takeFrom({ category: 'bottle', config })
  expect(draft.runs).toEqual([{ category: 'bottle', config }])
  expect(draft.changed).toEqual(['seed', 'scoring.pixelWeight'])
})
