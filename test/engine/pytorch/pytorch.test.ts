/** Networks and inputs that no stored file has, against PyTorch itself; skipped where no Python has it. */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { expect, it } from 'vitest'
import { toFloat32 } from '../../../src/main/engine/formats/array-tensor.ts'
import { readSafetensors } from '../../../src/main/engine/formats/safetensors.ts'
import { tensors } from '../../../src/main/engine/jobs/tensors.ts'
import { relativeError } from '../support.ts'

const python = process.env['DDAD_PYTHON'] ?? 'python3'
const found = spawnSync(python, ['-c', 'import torch, numpy'], { stdio: 'ignore' }).status === 0

it.skipIf(!found)(
  found
    ? 'computes what PyTorch computes'
    : `computes what PyTorch computes (${python} cannot import torch; DDAD_PYTHON names another)`,
  async () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'ddad-pytorch-'))
    const file = (name: string) => path.join(folder, name)
    const written = spawnSync(python, [path.join(import.meta.dirname, 'reference.py'), folder])
    expect(written.status, String(written.stderr)).toBe(0)
    const read = (name: string) => readSafetensors(readFileSync(file(name)), name).tensors
    const expected = read('expected.safetensors')
    for (const [what, weights, tolerance] of [
      ['forward', 'unet', 1e-4],
      ['reconstruct', 'unet', 1e-3],
      ['features', 'features.pth', 1e-4],
      ['heatmap', 'features.pth', 1e-4],
    ] as const) {
      const [input, output] = [file('given.safetensors'), file(`${what}.safetensors`)]
      await tensors({ what, weights: file(weights), input, output })
      const actual = read(`${what}.safetensors`)
      const compared = [...actual.keys()].filter((name) => expected.has(name))
      expect(compared.length, what).toBeGreaterThan(0)
      for (const name of compared) {
        const error = relativeError(toFloat32(actual.get(name)!), toFloat32(expected.get(name)!))
        expect(error, name).toBeLessThan(tolerance)
      }
    }
  },
)
