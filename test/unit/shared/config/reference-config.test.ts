import { expect, it } from 'vitest'
import { presets } from '../../../../src/shared/config/presets.ts'
import {
  withAuthorsProtocol,
  withReferenceConfig,
} from '../../../../src/shared/config/reference-config.ts'
import { reads } from '../../../support/reads.ts'

/** The authors' file, shortened to one of each kind of key. */
const content = {
  data: { name: 'MVTec', image_size: 256, input_channel: 3, batch_size: 32, test_batch_size: 16 },
  model: {
    ...{ DDADS: false, feature_extractor: 'wide_resnet101_2', trajectory_steps: 1000 },
    ...{ beta_start: 0.0001, beta_end: 0.02, test_trajectoy_steps: 250, skip: 25, w: 2, v: 1 },
    ...{ device: 'cuda', skip_DA: 25, DA_chp: 4 },
  },
  metrics: { auroc: true },
}

it('takes the settings of the authors’ file and keeps what it does not name', () => {
  const { config, imageSize, small, extractor, unused } = withReferenceConfig(
    presets.ddad,
    content,
    'config.yaml',
  )
  expect(config).toMatchObject({
    extractor: 'wide_resnet101_2',
    evaluationBatch: 16,
    reconstruction: { startStep: 250, skip: 25, guidanceWeight: 2 },
    training: presets.ddad.training,
  })
  expect({ imageSize, small, extractor, unused }).toEqual({
    ...{ imageSize: 256, small: false, extractor: 'wide_resnet101_2', unused: [] },
  })
})

it.each([
  ['trajectory_steps', 500],
  ['beta_start', 0.0015],
  ['beta_end', 0.0195],
])('refuses another schedule: %s', (key, value) => {
  const other = { model: { ...content.model, [key]: value } }
  expect(reads(() => withReferenceConfig(presets.ddad, other, 'config.yaml'))).toMatch(
    new RegExp(`model\\.${key} is ${value}`),
  )
})

it('refuses an extractor that it does not have, and names keys that it does not know', () => {
  const other = { model: { feature_extractor: 'cait_m48_448' } }
  expect(reads(() => withReferenceConfig(presets.ddad, other, 'c'))).toMatch(/cait_m48_448/)
  const unknown = { data: { tile: 2 }, model: { ema_rate: 0.999, device: 'cpu' } }
  const { unused } = withReferenceConfig(presets.ddad, unknown, 'c')
  expect(unused).toEqual(['data.tile', 'model.ema_rate'])
})

it('scores as the authors do', () => {
  expect(withAuthorsProtocol(presets.tiny)).toMatchObject({
    reconstruction: { start: 'compatible' },
    scoring: { normalisation: 'compatible', crop: true, pixelWeight: 7 },
  })
})
