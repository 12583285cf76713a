import type { EngineContract } from '../../shared/processes/engine.ts'
import type { Handlers } from '../processes/serve.ts'
import { adapt } from './jobs/adapt.ts'
import { convert } from './jobs/convert.ts'
import { nearest } from './jobs/nearest.ts'
import { preview } from './jobs/preview.ts'
import { maps } from './jobs/maps.ts'
import { tensors } from './jobs/tensors.ts'
import { train } from './jobs/train.ts'
import { buildBank } from './methods/patchcore/bank.ts'
import { engineInfo } from './tf.ts'

/** What the engine process answers. Without TensorFlow each of them throws DdadError TENSORFLOW_MISSING. */
export const engineHandlers: Handlers<EngineContract> = {
  info: async () => engineInfo(),
  usage: async () => ({
    residentBytes: process.memoryUsage.rss(),
    // In kilobytes, on every platform.
    peakBytes: process.resourceUsage().maxRSS * 1024,
  }),
  train: (input, context) =>
    input.config.method === 'patchcore' ? buildBank(input, context) : train(input, context),
  adapt,
  convert,
  nearest,
  preview,
  maps,
  tensors,
}
