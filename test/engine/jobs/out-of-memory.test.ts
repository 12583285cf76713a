import { beforeAll, describe, expect, it } from 'vitest'
import type * as training from '../../../src/main/engine/jobs/trainer.ts'
import type * as support from './training-support.ts'

// TensorFlow reads its limit once, when it is loaded: so what loads it is imported after this.
process.env['TF_MKL_ALLOC_MAX_BYTES'] = String(48 * 2 ** 20)

let Trainer: typeof training.Trainer
let config: ReturnType<typeof support.smallConfig>
beforeAll(async () => {
  ;({ Trainer } = await import('../../../src/main/engine/jobs/trainer.ts'))
  const { smallConfig } = await import('./training-support.ts')
  config = smallConfig({ batchSize: 32, microBatch: 32, emaDecay: null })
})

describe('training with too little memory', () => {
  it.each(['compiled', 'operation by operation'])(
    'goes on with fewer images at a time and says so, %s',
    async (way) => {
      const said: string[] = []
      const images = Float32Array.from({ length: 32 * 32 * 32 * 3 }, (_, i) => Math.sin(i / 50))
      const timesteps = Array.from({ length: 32 }, (_, i) => 30 * i)
      const trainer = new Trainer(config, null, {
        eager: way !== 'compiled',
        warn: (text) => said.push(text),
      })
      const first = (await trainer.advance(images, timesteps))!
      expect(said.at(-1)).toMatch(/^Memory ran out; training goes on with (16|8|4|2) images/)
      expect(said.every((text) => text.startsWith('Memory ran out'))).toBe(true)
      const times = said.length
      const second = (await trainer.advance(images, timesteps))!
      expect(said).toHaveLength(times)
      expect(trainer.step).toBe(2)
      expect(second.loss).toBeLessThan(first.loss)
      trainer.dispose()
    },
  )
})
