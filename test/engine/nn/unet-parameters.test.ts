import { describe, expect, it } from 'vitest'
import { unetParameters } from '../../../src/main/engine/nn/unet-parameters.ts'
import { modelFor } from '../../../src/shared/config/presets.ts'
import type { ModelConfig } from '../../../src/shared/config/run-config.ts'

function countOf(model: ModelConfig): { parameters: number; tensors: number } {
  const specs = unetParameters(model)
  const sizes = specs.map(({ shape }) => shape.reduce((product, side) => product * side, 1))
  return { parameters: sizes.reduce((sum, size) => sum + size, 0), tensors: specs.length }
}

describe('the network', () => {
  it.each([
    [256, 64, 32_952_707, 566],
    [256, 32, 8_257_731, 566],
    [128, 64, 25_018_179, 492],
    [128, 32, 6_270_883, 492],
    [64, 64, 24_248_515, null],
    [64, 32, 6_077_539, null],
    [32, 64, 23_013_955, null],
    [32, 32, 5_767_459, null],
  ] as const)('at %i pixels and base %i has %i parameters', (size, base, parameters, tensors) => {
    const count = countOf(modelFor(size, base))
    expect(count.parameters).toBe(parameters)
    if (tensors !== null) expect(count.tensors).toBe(tensors)
  })

  it('refuses channels that its groups or heads do not divide', () => {
    expect(() => unetParameters({ ...modelFor(64, 32), groups: 24 })).toThrow(/24 groups/)
    expect(() => unetParameters({ ...modelFor(64, 32), heads: 5 })).toThrow(/5 attention heads/)
    expect(() =>
      unetParameters({ ...modelFor(32, 32), multipliers: [1, 1, 1, 1, 1, 1, 1] }),
    ).toThrow(/cannot be halved/)
  })
})
