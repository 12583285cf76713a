import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { bytesOf } from '../../support/bytes-of.ts'
import {
  encodeAdapted,
  readAdapted,
  readResNetWeights,
} from '../../../src/main/engine/features/weights-files.ts'
import { writeSafetensors } from '../../../src/main/engine/formats/safetensors.ts'
import { goldenResNet } from './support.ts'
import { randomResNet50 } from '../../support/random-resnet50.ts'

const folder = mkdtempSync(path.join(tmpdir(), 'ddad-weights-'))

describe('weights of the extractor', () => {
  it('are read from safetensors, without the layers that features do not need', async () => {
    const tensors = randomResNet50()
    const file = path.join(folder, 'resnet50.safetensors')
    const classifier = tensors.get('conv1.weight')!
    writeFileSync(file, bytesOf(writeSafetensors(new Map([...tensors, ['fc.weight', classifier]]))))
    const weights = await readResNetWeights({ name: 'resnet50', file })
    expect(weights.blocks).toEqual([3, 4, 6])
    expect(weights.tensors.size).toBe(tensors.size)
    await expect(readResNetWeights({ name: 'wide_resnet50_2', file })).rejects.toMatchObject({
      code: 'BAD_FILE',
      message: expect.stringMatching(/resnet50\.safetensors.*3-4-6 blocks and width 64/),
    })
  })

  it('are told by name when some are missing or misshapen', async () => {
    const tensors = randomResNet50()
    tensors.delete('layer2.3.bn2.running_var')
    tensors.set('layer3.0.downsample.0.weight', tensors.get('conv1.weight')!)
    const file = path.join(folder, 'incomplete.safetensors')
    writeFileSync(file, bytesOf(writeSafetensors(tensors)))
    await expect(readResNetWeights({ name: 'resnet50', file })).rejects.toMatchObject({
      code: 'BAD_FILE',
      message: expect.stringMatching(
        /layer2\.3\.bn2\.running_var is missing; layer3\.0\.downsample\.0\.weight is \[64, 3, 7, 7\] instead of \[1024, 512, 1, 1\]/,
      ),
    })
  })

  it('say what to do when there are none', async () => {
    const file = path.join(folder, 'nowhere')
    await expect(readResNetWeights({ name: 'resnet50-keras', file })).rejects.toMatchObject({
      code: 'WEIGHTS_MISSING',
      message: expect.stringMatching(/nowhere.*npm run setup/),
    })
  })

  it('are kept with form, eps and running statistics once adapted', async () => {
    const weights = { ...goldenResNet(), form: 'keras', epsilon: 1e-3 } as const
    const file = path.join(folder, 'adapted.safetensors')
    writeFileSync(file, bytesOf(encodeAdapted(weights)))
    const read = await readAdapted(file)
    expect({ ...read, tensors: null }).toEqual({ ...weights, tensors: null })
    expect(new Map([...read.tensors].sort())).toEqual(new Map([...weights.tensors].sort()))
  })
})
