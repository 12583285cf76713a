/** Named computations on safetensors files, for comparison with other implementations. PyTorch layouts. */
import { DdadError } from '../../../shared/errors.ts'
import type { EngineContract } from '../../../shared/processes/engine.ts'
import { writeFileAtomic } from '../../files/files.ts'
import { reconstruct } from '../diffusion/reconstruct.ts'
import { createExtractor, type Extractor } from '../features/extractor.ts'
import { readTorchvision } from '../features/weights-files.ts'
import { toFloat32, type ArrayTensor } from '../formats/array-tensor.ts'
import { fileBytes } from '../formats/byte-source.ts'
import { readSafetensors, writeSafetensors } from '../formats/safetensors.ts'
import { gaussianBlur } from '../scoring/blur.ts'
import { scaleRatio } from '../../../shared/metrics/scale-ratio.ts'
import { distances, maxima } from '../scoring/heat-map.ts'
import { tf, type Tensor4D } from '../tf.ts'
import { tensorMetrics } from './tensor-metrics.ts'
import { inTorchOrder, TensorSource } from './tensor-source.ts'
import { loadUnet } from './unet-file.ts'

type Input = EngineContract['tensors']['input']
type Output = EngineContract['tensors']['output']
type Arrays = Map<string, ArrayTensor>

/** σ of the reference maps. */
const SIGMA = 4

/**
 * Reads inputs by name, computes, and writes the results by name: `forward` → `forward.eps`; `reconstruct` →
 * every `reconstruct.*.x0` whose inputs are there; `features` → `eval.layer1` to `eval.layer3`; `heatmap` →
 * `map.{feature,pixel,combined,blurred}`; `metrics` → scalars in float64.
 * @throws DdadError INVALID_INPUT without weights where they are needed; NOT_FOUND or BAD_FILE naming the file
 */
export async function tensors({ what, weights, input, output }: Input): Promise<Output> {
  const source = new TensorSource(readSafetensors(fileBytes(input), input).tensors, input)
  const results = await compute(what, weights, source)
  await writeFileAtomic(output, writeSafetensors(results))
  return { names: [...results.keys()] }
}

async function compute(what: Input['what'], weights: string | null, source: TensorSource) {
  if (what === 'metrics') return tensorMetrics(source)
  if (weights === null)
    throw new DdadError('INVALID_INPUT', `"${what}" needs a weights file. Name one with --weights.`)
  switch (what) {
    case 'forward':
      return forward(weights, source)
    case 'reconstruct':
      return reconstructions(weights, source)
    case 'features':
      return features(await openExtractor(weights), source)
    case 'heatmap':
      return heatMap(await openExtractor(weights), source)
  }
}

async function forward(weights: string, source: TensorSource): Promise<Arrays> {
  const unet = await loadUnet(weights)
  try {
    const x = source.images('forward.x')
    const noise = unet.predict(x, source.values('forward.t'))
    const results = new Map([['forward.eps', inTorchOrder(noise)]])
    tf.dispose([x, noise])
    return results
  } finally {
    unet.dispose()
  }
}

async function reconstructions(weights: string, source: TensorSource): Promise<Arrays> {
  const unet = await loadUnet(weights)
  const results: Arrays = new Map()
  try {
    const input = source.images('forward.x')
    for (const prefix of reconstructionsIn(source)) {
      const [guidanceWeight, startStep, skip, eta] = source.values(`${prefix}.params`) as [
        number,
        number,
        number,
        number,
      ]
      const target = source.images(`${prefix}.target`)
      const start = source.images(`${prefix}.noise0`)
      const steps = stepNoise(source.array(`${prefix}.noise`, 5))
      const row = (batch: Tensor4D, sample: number) =>
        tf.slice(batch, [sample, 0, 0, 0], [1, -1, -1, -1])
      const result = await reconstruct(unet, input, target, {
        settings: { guidanceWeight, startStep, skip, eta, start: 'compatible' },
        noise: {
          start: (sample) => row(start, sample),
          step: (sample, pass) => row(steps[pass]!, sample),
        },
      })
      results.set(`${prefix}.x0`, inTorchOrder(result))
      tf.dispose([target, start, ...steps, result])
    }
    input.dispose()
    return results
  } finally {
    unet.dispose()
  }
}

function reconstructionsIn({ arrays }: TensorSource): string[] {
  return [...arrays.keys()]
    .filter((name) => /^reconstruct\.[^.]+\.params$/.test(name))
    .map((name) => name.slice(0, -'.params'.length))
    .filter((prefix) =>
      ['target', 'noise0', 'noise'].every((part) => arrays.has(`${prefix}.${part}`)),
    )
}

/** [steps, N, C, H, W] as one NHWC batch for each step. */
function stepNoise(array: ArrayTensor): Tensor4D[] {
  return tf.tidy(() => {
    const all = tf.transpose(tf.tensor(toFloat32(array), [...array.shape]), [0, 1, 3, 4, 2])
    return tf.unstack(all) as Tensor4D[]
  })
}

async function openExtractor(weights: string): Promise<Extractor> {
  return createExtractor(await readTorchvision(weights))
}

function features(extractor: Extractor, source: TensorSource): Arrays {
  const stages = tf.tidy(() => extractor.stages(extractor.normalise(source.photographs('image'))))
  const results: Arrays = new Map(
    stages.map((stage, i) => [`eval.layer${i + 1}`, inTorchOrder(stage)]),
  )
  tf.dispose(stages)
  extractor.dispose()
  return results
}

/** As the reference code has it: the ratio of maxima is that of the whole batch. */
function heatMap(extractor: Extractor, source: TensorSource): Arrays {
  const results: Arrays = new Map()
  tf.tidy(() => {
    const found = distances(
      extractor,
      source.photographs('image'),
      source.photographs('reconstruction'),
    )
    const [v = 1] = source.values('map.v')
    const combined = tf.add(found.feature, tf.mul(found.pixel, v * scaleRatio(maxima(found))))
    results.set('map.feature', inTorchOrder(found.feature))
    results.set('map.pixel', inTorchOrder(found.pixel))
    results.set('map.combined', inTorchOrder(combined as Tensor4D))
    results.set('map.blurred', inTorchOrder(gaussianBlur(combined as Tensor4D, SIGMA)))
  })
  extractor.dispose()
  return results
}
