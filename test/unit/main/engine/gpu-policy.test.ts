import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { gpuEnvironment, parseCards, whyNoGpu } from '../../../../src/main/engine/gpu-policy.ts'
import { childEnvironment } from '../../../../src/main/processes/child-environment.ts'

const library = '/home/u/.cache/ddad-studio/tensorflow-2.21.0-cuda/tensorflow/libtensorflow_cc.so.2'
const maxwell = { name: 'NVIDIA GeForce GTX 980', computeCapability: 5.2 }
const ada = { name: 'NVIDIA GeForce RTX 4090', computeCapability: 8.9 }

describe('what is set for GPUs', () => {
  it('lets memory grow, keeps kernels and has TF32 off', () => {
    expect(gpuEnvironment({})).toEqual({
      TF_FORCE_GPU_ALLOW_GROWTH: 'true',
      CUDA_CACHE_MAXSIZE: '4294967296',
      NVIDIA_TF32_OVERRIDE: '0',
    })
  })

  it('leaves TF32 to the libraries and the card aside when asked to', () => {
    expect(gpuEnvironment({ DDAD_TF32: '1' })).not.toHaveProperty('NVIDIA_TF32_OVERRIDE')
    expect(gpuEnvironment({ DDAD_TF32: '0' })).toMatchObject({ NVIDIA_TF32_OVERRIDE: '0' })
    expect(gpuEnvironment({ DDAD_DEVICE: 'cpu' })).toMatchObject({ CUDA_VISIBLE_DEVICES: '-1' })
    expect(gpuEnvironment({ DDAD_DEVICE: 'gpu' })).not.toHaveProperty('CUDA_VISIBLE_DEVICES')
  })

  it('keeps kernels with the downloads unless another folder is named', () => {
    const cache = path.resolve('/tmp/cache')
    expect(childEnvironment({ DDAD_CACHE: cache })['CUDA_CACHE_PATH']).toBe(
      path.join(cache, 'cuda-kernels'),
    )
    expect(childEnvironment({ CUDA_CACHE_PATH: '/k' })['CUDA_CACHE_PATH']).toBe('/k')
  })
})

describe('the cards that nvidia-smi lists', () => {
  it('are read with their compute capability', () => {
    const text = 'NVIDIA GeForce GTX 980, 5.2\nNVIDIA GeForce RTX 4090, 8.9\n'
    expect(parseCards(text)).toEqual([maxwell, ada])
    expect(parseCards('NVIDIA H100, 80GB, 9.0\r\n')).toEqual([
      { name: 'NVIDIA H100, 80GB', computeCapability: 9 },
    ])
  })

  it('are none where it fails', () => {
    for (const text of ['', 'No devices were found\n', 'Tesla K80, [N/A]\n'])
      expect(parseCards(text)).toEqual([])
  })
})

describe('why a card is not used', () => {
  it('says nothing without one', () => {
    expect(whyNoGpu([], library, { DDAD_DEVICE: 'cpu' })).toBeNull()
  })

  it('names the card, the reason and the remedy', () => {
    expect(whyNoGpu([maxwell], library, {})).toBe(
      'NVIDIA GeForce GTX 980 is not used; TensorFlow computes on the processor. ' +
        'It needs compute capability 6.0 or higher, and this is 5.2.',
    )
    const cpu = library.replace('-cuda', '-cpu')
    expect(whyNoGpu([maxwell], cpu, {})).toMatch(/needs compute capability/)
    expect(whyNoGpu([ada], cpu, {})).toMatch(/RTX 4090 is not used.*build for processors.*setup/)
    expect(whyNoGpu([maxwell, ada], library, {})).toMatch(/980, .*4090 are not used.*driver.*525/)
  })

  it('names a wish before any other reason', () => {
    expect(whyNoGpu([ada], library, { DDAD_DEVICE: 'cpu', CUDA_VISIBLE_DEVICES: '-1' })).toMatch(
      /DDAD_DEVICE=cpu asks/,
    )
    expect(whyNoGpu([ada], library, { CUDA_VISIBLE_DEVICES: '' })).toMatch(
      /CUDA_VISIBLE_DEVICES= may hide/,
    )
  })
})
