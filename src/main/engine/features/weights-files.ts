/** Where extractors' weights come from and where adapted ones are kept. */
import { existsSync } from 'node:fs'
import path from 'node:path'
import { ORIGIN } from '../../../shared/core/origin.ts'
import { setupCommand } from '../../files/setup-command.ts'
import { DdadError } from '../../../shared/errors.ts'
import type { ExtractorSource } from '../../../shared/processes/engine.ts'
import type { FileParts } from '../../files/files.ts'
import { fileBytes } from '../formats/byte-source.ts'
import { readSafetensors, writeSafetensors } from '../formats/safetensors.ts'
import { readTorch } from '../formats/torch.ts'
import { readKerasResNet50 } from './keras-resnet50.ts'
import { checkArchitecture, checkedWeights, type ResNetWeights } from './resnet-weights.ts'

/** torch.nn.BatchNorm2d's default. */
const TORCHVISION_EPSILON = 1e-5

/**
 * Reads an extractor's weights: a folder in tfjs layers format, or a `.safetensors` or PyTorch file.
 * @throws DdadError WEIGHTS_MISSING when there is none, BAD_FILE when it is not the network asked for
 */
export async function readResNetWeights({ name, file }: ExtractorSource): Promise<ResNetWeights> {
  if (!existsSync(file)) throw missing(name, file)
  const weights =
    name === 'resnet50-keras' ? await readKerasResNet50(file) : await readTorchvision(file)
  checkArchitecture(weights, name, file)
  return weights
}

/** Reads what {@link encodeAdapted} wrote. */
export async function readAdapted(file: string): Promise<ResNetWeights> {
  const { tensors, metadata } = readSafetensors(fileBytes(file), file)
  const form = metadata['form']
  const epsilon = Number(metadata['epsilon'])
  if ((form !== 'torchvision' && form !== 'keras') || !(epsilon > 0))
    throw new DdadError(
      'BAD_FILE',
      `${file} is no adapted extractor. Run the domain adaptation again, or score without one.`,
    )
  return checkedWeights(form, epsilon, tensors, file)
}

/**
 * An adapted extractor as safetensors in torchvision's names, with its running statistics.
 * @param origin as of a checkpoint
 */
export function encodeAdapted(weights: ResNetWeights, origin: string | null = null): FileParts {
  return writeSafetensors(weights.tensors, {
    format: 'ddad-features',
    form: weights.form,
    epsilon: String(weights.epsilon),
    ...(origin !== null && { [ORIGIN]: origin }),
  })
}

/**
 * Reads a bottleneck ResNet of any size in torchvision's names from a `.safetensors` or PyTorch file.
 * @throws DdadError NOT_FOUND or BAD_FILE
 */
export async function readTorchvision(file: string): Promise<ResNetWeights> {
  const bytes = fileBytes(file)
  const tensors =
    path.extname(file) === '.safetensors'
      ? readSafetensors(bytes, file).tensors
      : readTorch(bytes, file)
  return checkedWeights('torchvision', TORCHVISION_EPSILON, tensors, file)
}

function missing(name: string, file: string): DdadError {
  const remedy =
    name === 'resnet50-keras'
      ? `Run \`${setupCommand()}\` to fetch it`
      : `Put torchvision's ${name} weights (.pth or .safetensors) there, or choose another extractor`
  return new DdadError(
    'WEIGHTS_MISSING',
    `The weights of the feature extractor ${name} are missing at ${file}. ${remedy}, and start again.`,
  )
}
