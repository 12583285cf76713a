/** The U-Net of DDAD as a list of blocks: a guided-diffusion derivative that predicts the noise. */
import type { ModelConfig } from '../../../shared/config/run-config.ts'
import { DdadError } from '../../../shared/errors.ts'

export interface ResidualPlan {
  readonly kind: 'residual'
  /** State-dict prefix, such as `down.1.0`. */
  readonly name: string
  readonly input: number
  readonly output: number
  /** Average-pools by 2 or repeats pixels by 2 before the first convolution. */
  readonly resample: 'none' | 'down' | 'up'
}

export interface AttentionPlan {
  readonly kind: 'attention'
  readonly name: string
  readonly channels: number
}

export type BlockPlan = ResidualPlan | AttentionPlan

export interface UnetPlan {
  readonly base: number
  /** Each entry ends in one skip connection; the first convolution, `down.0.0`, makes another before them. */
  readonly down: readonly (readonly BlockPlan[])[]
  readonly middle: readonly BlockPlan[]
  /** Each entry first joins the current features with the newest skip connection. */
  readonly up: readonly (readonly BlockPlan[])[]
}

/** Image channels in and out. */
export const IMAGE_CHANNELS = 3

/** Lays the network out. Throws DdadError INVALID_INPUT naming the setting that does not fit. */
export function planUnet(config: ModelConfig): UnetPlan {
  checkModel(config)
  const { baseChannels: base, multipliers, blocksPerLevel } = config
  const down: BlockPlan[][] = []
  const skips = [base]
  let channels = base
  let side: number = config.imageSize
  const blocksAt = (name: string, input: number, output: number): BlockPlan[] => {
    const blocks: BlockPlan[] = [residual(`${name}.0`, input, output)]
    if (config.attentionAt.includes(side)) blocks.push(attention(`${name}.1`, output))
    return blocks
  }

  for (const [level, multiplier] of multipliers.entries()) {
    for (let i = 0; i < blocksPerLevel; i++) {
      down.push(blocksAt(`down.${down.length + 1}`, channels, base * multiplier))
      channels = base * multiplier
      skips.push(channels)
    }
    if (level < multipliers.length - 1) {
      down.push([residual(`down.${down.length + 1}.0`, channels, channels, 'down')])
      side /= 2
      skips.push(channels)
    }
  }

  const middle = [
    residual('middle.0', channels, channels),
    attention('middle.1', channels),
    residual('middle.2', channels, channels),
  ]

  const up: BlockPlan[][] = []
  for (const [level, multiplier] of [...multipliers.entries()].reverse()) {
    for (let i = 0; i <= blocksPerLevel; i++) {
      const name = `up.${up.length}`
      const blocks = blocksAt(name, channels + skips.pop()!, base * multiplier)
      channels = base * multiplier
      if (level > 0 && i === blocksPerLevel) {
        blocks.push(residual(`${name}.${blocks.length}`, channels, channels, 'up'))
        side *= 2
      }
      up.push(blocks)
    }
  }
  return { base, down, middle, up }
}

function residual(
  name: string,
  input: number,
  output: number,
  resample: ResidualPlan['resample'] = 'none',
): ResidualPlan {
  return { kind: 'residual', name, input, output, resample }
}

function attention(name: string, channels: number): AttentionPlan {
  return { kind: 'attention', name, channels }
}

function checkModel(config: ModelConfig): void {
  const { imageSize, baseChannels, multipliers, groups, heads } = config
  const refuse = (message: string) => new DdadError('INVALID_INPUT', `${message} Change the model.`)
  if (imageSize % 2 ** (multipliers.length - 1) !== 0)
    throw refuse(`${imageSize} pixels cannot be halved ${multipliers.length - 1} times.`)
  for (const channels of [baseChannels, ...multipliers.map((m) => m * baseChannels)]) {
    if (channels % groups !== 0)
      throw refuse(`${channels} channels cannot be divided into ${groups} groups.`)
    if (channels % heads !== 0)
      throw refuse(`${channels} channels cannot be divided among ${heads} attention heads.`)
  }
}
