import { IMAGE_CHANNELS, planUnet, type BlockPlan } from './unet-plan.ts'
import type { ModelConfig } from '../../../shared/config/run-config.ts'

/** How a parameter starts: PyTorch's default (uniform in ±1/√fan-in), or a constant. */
export type Initial = { readonly fanIn: number } | 0 | 1

export interface ParameterSpec {
  /** State-dict name as the reference code has it, without `module.`. */
  readonly name: string
  /** PyTorch's shape: OIHW, [O,I,1], [O,I] or [C]. */
  readonly shape: readonly number[]
  readonly initial: Initial
}

/** All parameters of a network in the order of the reference code's state dict. */
export function unetParameters(config: ModelConfig): ParameterSpec[] {
  const plan = planUnet(config)
  const embedding = 4 * plan.base
  const last = plan.base * config.multipliers[0]!
  return [
    ...linear('time_embedding.1', plan.base, embedding),
    ...linear('time_embedding.3', embedding, embedding),
    ...convolution('down.0.0', IMAGE_CHANNELS, plan.base, 3),
    ...[...plan.down, plan.middle, ...plan.up]
      .flat()
      .flatMap((block) => parametersOf(block, embedding)),
    ...norm('out.0', last),
    ...zero(convolution('out.2', last, IMAGE_CHANNELS, 3)),
  ]
}

function parametersOf(block: BlockPlan, embedding: number): ParameterSpec[] {
  const { name } = block
  if (block.kind === 'attention')
    return [
      ...norm(`${name}.norm`, block.channels),
      ...pointwise(`${name}.to_qkv`, block.channels, 3 * block.channels),
      ...zero(pointwise(`${name}.proj_out`, block.channels, block.channels)),
    ]
  const { input, output } = block
  return [
    ...norm(`${name}.in_layers.0`, input),
    ...convolution(`${name}.in_layers.2`, input, output, 3),
    ...linear(`${name}.embed_layers.1`, embedding, output),
    ...norm(`${name}.out_layers.0`, output),
    ...zero(convolution(`${name}.out_layers.3`, output, output, 3)),
    ...(input === output ? [] : convolution(`${name}.skip_connection`, input, output, 1)),
  ]
}

function weighted(name: string, shape: readonly number[]): ParameterSpec[] {
  const fanIn = shape.slice(1).reduce((product, side) => product * side, 1)
  return [
    { name: `${name}.weight`, shape, initial: { fanIn } },
    { name: `${name}.bias`, shape: [shape[0]!], initial: { fanIn } },
  ]
}

const linear = (name: string, input: number, output: number) => weighted(name, [output, input])
const pointwise = (name: string, input: number, output: number) =>
  weighted(name, [output, input, 1])
const convolution = (name: string, input: number, output: number, side: number) =>
  weighted(name, [output, input, side, side])

function norm(name: string, channels: number): ParameterSpec[] {
  return [
    { name: `${name}.weight`, shape: [channels], initial: 1 },
    { name: `${name}.bias`, shape: [channels], initial: 0 },
  ]
}

function zero(parameters: ParameterSpec[]): ParameterSpec[] {
  return parameters.map((parameter) => ({ ...parameter, initial: 0 as const }))
}
