/** Named computations on safetensors files, for comparison with other implementations. PyTorch layouts. */
import { DdadError } from '../../../shared/errors.ts'
import type { EngineContract } from '../../../shared/processes/engine.ts'
import { writeFileAtomic } from '../../files/files.ts'
import { reconstruct } from '../diffusion/reconstruct.ts'
import { createExtractor, type Extractor } from '../features/extractor.ts'
import { readTorchvision } from '../features/weights-files.ts'
import type { ArrayTensor } from '../formats/array-tensor.ts'
import { fileBytes } from '../formats/byte-source.ts'
import { readSafetensors, writeSafetensors } from '../formats/safetensors.ts'
import { gaussianBlur } from '../scoring/blur.ts'
import { scaleRatio, type Maxima } from '../../../shared/metrics/scale-ratio.ts'
import { distances, maxima } from '../scoring/heat-map.ts'
import { tf, type Tensor4D } from '../tf.ts'
import { tensorMetrics } from './tensor-metrics.ts'
import { Results, TensorSource } from './tensor-source.ts'
import { loadUnet } from './unet-file.ts'

type Input = EngineContract['tensors']['input']
type Output = EngineContract['tensors']['output']
type Arrays = ReadonlyMap<string, ArrayTensor>

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
    const images = source.images('forward.x')
    const steps = source.values('forward.t')
    const results = new Results(images.count)
    for (let n = 0; n < images.count; n++)
      tf.tidy(() => results.put('forward.eps', n, unet.predict(images.at(n), [steps[n]!])))
    return results.tensors
  } finally {
    unet.dispose()
  }
}

async function reconstructions(weights: string, source: TensorSource): Promise<Arrays> {
  const unet = await loadUnet(weights)
  try {
    const images = source.images('forward.x')
    const results = new Results(images.count)
    for (const prefix of reconstructionsIn(source)) {
      const [guidanceWeight, startStep, skip, eta] = source.values(`${prefix}.params`) as [
        number,
        number,
        number,
        number,
      ]
      const targets = source.images(`${prefix}.target`)
      const starts = source.images(`${prefix}.noise0`)
      // [steps, N, C, H, W]
      const noise = source.images(`${prefix}.noise`, 5)
      for (let n = 0; n < images.count; n++) {
        const [input, target] = [images.at(n), targets.at(n)]
        const result = await reconstruct(unet, input, target, {
          settings: { guidanceWeight, startStep, skip, eta, start: 'compatible' },
          noise: {
            start: () => starts.at(n),
            step: (_, pass) => noise.at(pass * images.count + n),
          },
        })
        results.put(`${prefix}.x0`, n, result)
        tf.dispose([input, target, result])
      }
    }
    return results.tensors
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

async function openExtractor(weights: string): Promise<Extractor> {
  return createExtractor(await readTorchvision(weights))
}

function features(extractor: Extractor, source: TensorSource): Arrays {
  try {
    const images = source.photographs('image')
    const results = new Results(images.count)
    for (let n = 0; n < images.count; n++)
      tf.tidy(() => {
        const stages = extractor.stages(extractor.normalise(images.at(n)))
        for (const [i, stage] of stages.entries()) results.put(`eval.layer${i + 1}`, n, stage)
      })
    return results.tensors
  } finally {
    extractor.dispose()
  }
}

/** As the reference code has it: the ratio of maxima is that of the whole batch. */
function heatMap(extractor: Extractor, source: TensorSource): Arrays {
  try {
    const images = source.photographs('image')
    const reconstructions = source.photographs('reconstruction')
    const [v = 1] = source.values('map.v')
    const results = new Results(images.count)
    const each = (use: (n: number) => void) => {
      for (let n = 0; n < images.count; n++) tf.tidy(() => use(n))
    }
    const largest: Maxima[] = []
    each((n) => {
      const found = distances(extractor, images.at(n), reconstructions.at(n))
      largest.push(...maxima(found))
      results.put('map.feature', n, found.feature)
      results.put('map.pixel', n, found.pixel)
    })
    const ratio = scaleRatio(largest)
    const [feature, pixel] = [results.images('map.feature'), results.images('map.pixel')]
    each((n) => {
      const combined = tf.add(feature.at(n), tf.mul(pixel.at(n), v * ratio)) as Tensor4D
      results.put('map.combined', n, combined)
      results.put('map.blurred', n, gaussianBlur(combined, SIGMA))
    })
    return results.tensors
  } finally {
    extractor.dispose()
  }
}
