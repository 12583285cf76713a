import type { ModelConfig } from '../../../shared/config/run-config.ts'
import type { ArrayTensor } from '../formats/array-tensor.ts'
import { badFile } from '../formats/bad-file.ts'
import type { Tensor } from '../tf.ts'
import { fromTorch } from './layout.ts'
import { Unet } from './unet.ts'
import { unetParameters } from './unet-parameters.ts'

/**
 * Builds a U-Net from tensors in PyTorch's names and layouts.
 *
 * @param tensors a state dict, with or without `module.` prefixes; other names are refused
 * @param config null infers the configuration from the shapes, for official DDAD checkpoints
 * @param file what errors call the source
 * @throws DdadError BAD_FILE listing names that are missing, unexpected or of another shape
 */
export function unetFromTensors(
  tensors: ReadonlyMap<string, ArrayTensor>,
  config: ModelConfig | null,
  file: string,
): Unet {
  const named = new Map(
    [...tensors].map(([name, tensor]) => [name.replace(/^module\./, ''), tensor]),
  )
  const model = config ?? inferModel(named, file)
  const parameters = unetParameters(model)
  const expected = new Set(parameters.map(({ name }) => name))
  const problems = [
    ...parameters.filter(({ name }) => !named.has(name)).map(({ name }) => `${name} is missing`),
    ...[...named.keys()]
      .filter((name) => !expected.has(name))
      .map((name) => `${name} is unexpected`),
    ...parameters.flatMap(({ name, shape }) => {
      const found = named.get(name)?.shape
      if (!found || found.join() === shape.join()) return []
      return [`${name} is [${found.join(', ')}] instead of [${shape.join(', ')}]`]
    }),
  ]
  if (problems.length > 0) {
    const shown = problems.slice(0, 5).join('; ')
    const more = problems.length > 5 ? `; and ${problems.length - 5} more` : ''
    throw badFile(file, `its weights do not fit the network: ${shown}${more}`)
  }
  const weights = new Map<string, Tensor>()
  for (const { name } of parameters) weights.set(name, fromTorch(named.get(name)!))
  return new Unet(model, weights)
}

/** Level multipliers of the reference code's image sizes. */
const referenceSizes = [
  { imageSize: 256, multipliers: [1, 1, 2, 2, 4, 4] },
  { imageSize: 128, multipliers: [1, 1, 2, 3, 4] },
  { imageSize: 64, multipliers: [1, 2, 3, 4] },
] as const

/**
 * The configuration of a reference checkpoint. The image size follows from the number of levels; 32 and 64
 * share theirs and differ in where attention sits. Heads are 4 from base 64 on and 2 below.
 */
function inferModel(tensors: ReadonlyMap<string, ArrayTensor>, file: string): ModelConfig {
  const base = tensors.get('down.0.0.weight')?.shape[0]
  if (!base) throw badFile(file, 'it has no down.0.0.weight, so it is no DDAD U-Net')
  const blocks = Math.max(
    ...[...tensors.keys()].map((name) => Number(/^down\.(\d+)\./.exec(name)?.[1] ?? 0)),
  )
  const levels = (blocks + 1) / 3
  const reference = referenceSizes.find(({ multipliers }) => multipliers.length === levels)
  if (!reference) throw badFile(file, `its ${blocks + 1} down blocks fit no DDAD image size`)
  const small = reference.imageSize === 64 && tensors.has('down.1.1.norm.weight')
  return {
    imageSize: small ? 32 : reference.imageSize,
    baseChannels: base,
    multipliers: [...reference.multipliers],
    blocksPerLevel: 2,
    attentionAt: [32, 16, 8],
    heads: base >= 64 ? 4 : 2,
    groups: 32,
    dropout: base >= 64 ? 0 : 0.3,
  }
}
