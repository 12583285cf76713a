import { execFile } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { promisify } from 'node:util'
import { expect, it, onTestFinished } from 'vitest'
import { presets } from '../../../src/shared/config/presets.ts'
import type { ArrayTensor } from '../../../src/main/engine/formats/array-tensor.ts'
import { writeCheckpoint } from '../../../src/main/engine/jobs/checkpoint.ts'
import { unetParameters } from '../../../src/main/engine/nn/unet-parameters.ts'

const child = path.join(import.meta.dirname, '../children/load.ts')

it.runIf(existsSync('/proc/self/clear_refs'))(
  'loads a checkpoint of the published size within 1.2 times its size',
  async () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'ddad-load-'))
    onTestFinished(() => rmSync(folder, { recursive: true }))
    const config = presets.ddad
    const values = (of: number) =>
      new Map(
        unetParameters(config.model).map(({ name, shape }): [string, ArrayTensor] => [
          name,
          {
            dtype: 'F32',
            shape,
            get data() {
              return new Float32Array(shape.reduce((product, side) => product * side, 1)).fill(of)
            },
          },
        ]),
      )
    const { file, bytes } = await writeCheckpoint(folder, {
      config,
      step: 1,
      weights: values(1),
      m: values(2),
      v: values(3),
      ema: null,
    })
    expect(bytes).toBeGreaterThan(3.9e8)
    const shareOf = async (what: 'training' | 'inference') => {
      const { stdout } = await promisify(execFile)(process.execPath, [child, file, what])
      return Number(stdout) / bytes
    }
    expect(await shareOf('training')).toBeLessThan(1.2)
    // Weights are a third of the file.
    expect(await shareOf('inference')).toBeLessThan(0.6)
  },
)
