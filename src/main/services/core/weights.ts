/** Where the frozen ImageNet extractors' weights are. */
import fs from 'node:fs'
import path from 'node:path'
import type { ExtractorName } from '../../../shared/config/run-config.ts'
import { DdadError } from '../../../shared/errors.ts'
import type { ExtractorSource } from '../../../shared/processes/engine.ts'
import { weights } from '../../../provision/pins.mjs'
import { setupCommand } from '../../files/setup-command.ts'
import { artefactFolder } from './engine-files.ts'

/** Folder of the default extractor, as the set-up unpacks it. */
export function kerasWeightsFolder(): string {
  return path.join(artefactFolder(weights.folder), 'ResNet50')
}

/**
 * The frozen extractor that scoring needs: none where an adapted one takes its place.
 * @param features the adapted one, in whatever form; null where there is none
 * @throws {DdadError} WEIGHTS_MISSING with the remedy.
 */
export function frozenExtractor(
  name: ExtractorName,
  workspace: string,
  features: unknown,
): ExtractorSource | null {
  return features === null ? findExtractor(name, workspace) : null
}

/**
 * Finds an extractor's weights: the default's in the download cache, torchvision's as
 * `<name>.pth` or `<name>.safetensors` in the workspace's `weights/` folder.
 * @throws {DdadError} WEIGHTS_MISSING with the remedy.
 */
export function findExtractor(name: ExtractorName, workspace: string): ExtractorSource {
  if (name === 'resnet50-keras') {
    const folder = kerasWeightsFolder()
    if (fs.existsSync(path.join(folder, 'model.json'))) return { name, file: folder }
    throw new DdadError(
      'WEIGHTS_MISSING',
      `The feature extractor's weights are not in ${folder}. Run \`${setupCommand()}\`, then resume the job.`,
    )
  }
  const candidates = ['.pth', '.safetensors'].map((ending) =>
    path.join(workspace, 'weights', name + ending),
  )
  const file = candidates.find((candidate) => fs.existsSync(candidate))
  if (file) return { name, file }
  throw new DdadError(
    'WEIGHTS_MISSING',
    `${candidates[0]} is missing. Put torchvision's ImageNet weights of ${name} there and resume the job.`,
  )
}
