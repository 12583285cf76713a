import { randomUUID } from 'node:crypto'
import path from 'node:path'
import { DdadError } from '../../../shared/errors.ts'
import type { WeightsPart } from '../../../shared/ipc/routes/weights.ts'
import type { Studio } from '../../services/studio.ts'
import type { Dialogs } from '../dialogs.ts'
import type { RouteHandlers } from '../router.ts'

type WeightsHandlers = Pick<RouteHandlers, Extract<keyof RouteHandlers, `weights.${string}`>>

/** What the system's dialog asks for. The authors' files have no ending, so that all are offered. */
const questions: Readonly<Record<WeightsPart, readonly [string, string, string]>> = {
  unet: ['Choose the U-Net’s weights', 'All files', '*'],
  features: ['Choose the adapted features (feat…)', 'All files', '*'],
  config: ['Choose the authors’ config.yaml', 'YAML', 'yaml'],
}

export function weightsHandlers({ weightsImport }: Studio, dialogs: Dialogs): WeightsHandlers {
  /** Files that were chosen, by the token that the page has of them. */
  const chosen = new Map<string, string>()
  const fileOf = (token: string): string => {
    const file = chosen.get(token)
    if (file === undefined)
      throw new DdadError('NOT_FOUND', 'This file was not chosen here. Choose it again.')
    return file
  }
  const maybe = (token: string | null) => (token === null ? null : fileOf(token))

  return {
    'weights.choose': async ({ part }) => {
      const [title, name, ending] = questions[part]
      const file = await dialogs.open(title, name, part === 'config' ? [ending, 'yml'] : [ending])
      if (file === null) return null
      const token = randomUUID()
      chosen.set(token, file)
      return { token, name: path.basename(file) }
    },
    'weights.prepare': ({ unet, features, config, ...place }) =>
      weightsImport.prepare({
        ...place,
        unet: fileOf(unet),
        features: maybe(features),
        config: maybe(config),
      }),
    'weights.save': ({ importId }) => weightsImport.save(importId),
    'weights.discard': ({ importId }) => weightsImport.discard(importId),
  }
}
