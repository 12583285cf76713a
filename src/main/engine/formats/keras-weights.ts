/** Weights of a Keras layers model in TensorFlow.js' format: `model.json` and binary shards beside it. */
import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { z } from 'zod'
import { elementCount, itemSize, storedTensor, type ArrayTensor } from './array-tensor.ts'
import { badFile } from './bad-file.ts'
import { fileBytes, joined } from './byte-source.ts'
import { within } from '../../files/within.ts'

const manifestSchema = z.array(
  z.object({
    paths: z.array(z.string().regex(/^[\w.-]+$/)).max(10_000),
    weights: z.array(
      z.object({ name: z.string(), shape: z.array(z.number()), dtype: z.literal('float32') }),
    ),
  }),
)
const modelSchema = z.object({
  modelTopology: z.object({
    model_config: z.object({
      config: z.object({
        layers: z.array(
          z.object({ class_name: z.string(), config: z.record(z.string(), z.unknown()) }),
        ),
      }),
    }),
  }),
  weightsManifest: manifestSchema,
})

/** A layer as the topology has it. */
export interface KerasLayer {
  readonly class_name: string
  readonly config: Readonly<Record<string, unknown>>
}

export interface KerasWeights {
  readonly layers: readonly KerasLayer[]
  readonly tensors: Map<string, ArrayTensor>
}

/**
 * Reads `model.json`; values are read from the shards it names when they are asked for. Only unquantised float32 weights are accepted, shards must
 * lie in the folder itself and be filled by the weights exactly.
 * @throws DdadError NOT_FOUND or BAD_FILE naming the file or the weight
 */
export async function readKerasWeights(folder: string): Promise<KerasWeights> {
  const file = path.join(folder, 'model.json')
  const { modelTopology, weightsManifest } = parseModel(await readText(file), file)
  const tensors = new Map<string, ArrayTensor>()
  for (const { paths, weights } of weightsManifest) {
    const shards = joined(paths.map((name) => fileBytes(within(folder, name))))
    let position = 0
    for (const { name, shape } of weights) {
      const count = elementCount(shape)
      if (count === null || tensors.has(name))
        throw badFile(file, `the weight "${name}" has no valid shape or occurs twice`)
      const begin = position
      const end = begin + count * itemSize('F32')
      if (end > shards.size)
        throw badFile(file, `its shards end at byte ${shards.size}, before "${name}"`)
      tensors.set(
        name,
        storedTensor('F32', shape, () => shards.read(begin, end)),
      )
      position = end
    }
    if (position !== shards.size)
      throw badFile(file, `its shards have ${shards.size} bytes, its weights ${position}`)
  }
  return { layers: modelTopology.model_config.config.layers, tensors }
}

function parseModel(text: string, file: string): z.infer<typeof modelSchema> {
  try {
    return modelSchema.parse(JSON.parse(text))
  } catch (error) {
    if (error instanceof SyntaxError) throw badFile(file, `it is not valid JSON: ${error.message}`)
    if (error instanceof z.ZodError)
      throw badFile(file, `it is no layers model with float32 weights: ${z.prettifyError(error)}`)
    throw error
  }
}

async function readText(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8')
  } catch (error) {
    throw badFile(file, (error as Error).message)
  }
}
