import { afterEach, describe, expect, it, vi } from 'vitest'
import { Adaptation } from '../../../src/main/engine/features/adapt.ts'
import { createExtractor } from '../../../src/main/engine/features/extractor.ts'
import type { ResNetWeights } from '../../../src/main/engine/features/resnet-weights.ts'
import { toFloat32 } from '../../../src/main/engine/formats/array-tensor.ts'
import { gaussianBlur } from '../../../src/main/engine/scoring/blur.ts'
import { distances, maxima } from '../../../src/main/engine/scoring/heat-map.ts'
import { scaleRatio } from '../../../src/shared/metrics/scale-ratio.ts'
import { tensorCount, tf } from '../../../src/main/engine/tf.ts'
import { inTorchOrder, relativeError } from '../support.ts'
import { golden, goldenPhotographs, goldenResNet } from './support.ts'

// The order of sums depends on the threads, and moves the loss after a step of Adam by 1.4e-5, PyTorch's own too.
vi.hoisted(() => (process.env['TF_NUM_INTRAOP_THREADS'] = '2'))

const before = tensorCount()
afterEach(() => {
  expect(tensorCount()).toBe(before)
})

const values = (name: string) => golden(name).data as Float32Array

describe('the frozen extractor', () => {
  it("gives PyTorch's layer outputs with batch normalisation folded in", () => {
    const extractor = createExtractor(goldenResNet())
    tf.tidy(() => {
      const stages = extractor.stages(extractor.normalise(goldenPhotographs('image')))
      for (const [i, stage] of stages.entries())
        expect(relativeError(inTorchOrder(stage), values(`eval.layer${i + 1}`))).toBeLessThan(1e-5)
    })
    extractor.dispose()
  })
})

describe("PyTorch's heat map", () => {
  it('is matched in each of its parts', () => {
    const extractor = createExtractor(goldenResNet())
    tf.tidy(() => {
      const found = distances(
        extractor,
        goldenPhotographs('image'),
        goldenPhotographs('reconstruction'),
      )
      expect(relativeError(inTorchOrder(found.pixel), values('map.pixel'))).toBeLessThan(1e-6)
      // 1 − cos cancels in float32: PyTorch's own figure moves by 2.5e-4 with the memory layout.
      expect(relativeError(inTorchOrder(found.feature), values('map.feature'))).toBeLessThan(5e-4)
      const weight = values('map.v')[0]! * scaleRatio(maxima(found))
      const combined = tf.add(found.feature, tf.mul(found.pixel, weight)) as typeof found.feature
      expect(relativeError(inTorchOrder(combined), values('map.combined'))).toBeLessThan(1e-4)
      const blurred = inTorchOrder(gaussianBlur(combined, 4))
      expect(relativeError(blurred, values('map.blurred'))).toBeLessThan(1e-4)
    })
    extractor.dispose()
  })
})

describe("PyTorch's domain adaptation", () => {
  const options = { learningRate: 1e-4, weightDecay: 0.01, distillationWeight: 0.1 }

  function adapted(): { losses: number[]; weights: ResNetWeights } {
    const adaptation = new Adaptation(goldenResNet(), options)
    const [reconstruction, image] = [
      goldenPhotographs('reconstruction'),
      goldenPhotographs('image'),
    ]
    const losses = [0, 1].map(() => adaptation.step(reconstruction, image))
    const weights = adaptation.toWeights()
    adaptation.dispose()
    tf.dispose([reconstruction, image])
    return { losses, weights }
  }

  it('is followed in its losses, running statistics, norms and kernels', () => {
    const { losses, weights } = adapted()
    for (const [step, loss] of losses.entries()) {
      const reference = values(`adapt.${step}.loss`)[0]!
      // The second follows a step of Adam: PyTorch's own moves by 1.4e-5 with the memory layout and the threads.
      expect(Math.abs(loss - reference) / reference).toBeLessThan(step === 0 ? 1e-5 : 3e-5)
    }
    const after = (name: string) => toFloat32(weights.tensors.get(name)!)
    for (const name of [
      'layer2.0.bn2.running_mean',
      'layer2.0.bn2.running_var',
      'layer2.0.bn2.weight',
      'layer3.0.downsample.1.bias',
    ])
      expect(relativeError(after(name), values(`adapt.after.${name}`)), name).toBeLessThan(2e-4)
    // Where a gradient is nearly zero, Adam moves a weight by ±lr whatever its size: compare the bulk.
    const start = goldenResNet()
    for (const name of ['conv1.weight', 'layer2.0.conv2.weight']) {
      const reference = values(`adapt.after.${name}`)
      const error = after(name).map((value, i) => Math.abs(value - reference[i]!))
      const moved = toFloat32(start.tensors.get(name)!).map((w, i) => Math.abs(w - reference[i]!))
      expect(median(error) / median(moved), name).toBeLessThan(0.01)
    }
  })
})

function median(values: Float32Array): number {
  return values.toSorted()[values.length >> 1]!
}
