import { mkdir } from 'node:fs/promises'
import path from 'node:path'
import type { EngineContract } from '../../../shared/processes/engine.ts'
import { writeFileAtomic } from '../../files/files.ts'
import { badFile } from '../formats/bad-file.ts'
import { expectFinite } from '../formats/finite.ts'
import { architectureOf, describeResNet } from '../features/resnet-weights.ts'
import { encodeAdapted, readTorchvision } from '../features/weights-files.ts'
import { toTorch } from '../nn/layout.ts'
import { unetParameters } from '../nn/unet-parameters.ts'
import { writeCheckpoint } from './checkpoint.ts'
import { loadUnet } from './unet-file.ts'

type Input = EngineContract['convert']['input']
type Output = EngineContract['convert']['output']

/**
 * Writes official DDAD weights as a checkpoint without optimiser state and, where there are any, adapted
 * features as this program writes them. The files that are read are left as they are.
 * @throws DdadError NOT_FOUND or BAD_FILE naming the file and what is wrong in it
 */
export async function convert(input: Input): Promise<Output> {
  const { config, step, folder, unet, features, origin } = input
  await mkdir(folder, { recursive: true })
  const resnet = features && (await readTorchvision(features.file))
  const extractor = resnet && architectureOf(resnet)
  if (resnet && !extractor)
    throw badFile(
      features.file,
      `it holds ${describeResNet(resnet)}, which is none of the extractors that DDAD uses`,
    )
  if (resnet) expectFinite(resnet.tensors, features.file)
  const adapted = resnet && encodeAdapted(resnet, origin)
  const network = await loadUnet(unet)
  try {
    const converted = {
      ...config,
      model: network.config,
      extractor: extractor ?? config.extractor,
    }
    const weights = new Map(
      unetParameters(network.config).map(({ name, shape }) => [
        name,
        toTorch(network.weights.get(name)!, shape),
      ]),
    )
    expectFinite(weights, unet)
    const none = new Map()
    const checkpoint = { config: converted, step, weights, m: none, v: none, ema: null }
    const name = `features-${String(features?.epoch ?? 0).padStart(4, '0')}.safetensors`
    return {
      config: converted,
      unet: await writeCheckpoint(folder, checkpoint, origin),
      extractor,
      features: adapted && (await writeFileAtomic(path.join(folder, name), adapted)),
    }
  } finally {
    network.dispose()
  }
}
