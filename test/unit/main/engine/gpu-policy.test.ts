import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { guardDevice } from '../../../../src/main/engine/device-guard.ts'
import {
  deviceFailure,
  gpuEnvironment,
  parseCards,
  saysOutOfMemory,
  whyNoGpu,
} from '../../../../src/main/engine/gpu-policy.ts'
import { childEnvironment, withoutGpu } from '../../../../src/main/processes/child-environment.ts'

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

describe('a card that fails in use', () => {
  // As TensorFlow, CUDA and cuDNN word it.
  it.each([
    'CUDA_ERROR_ILLEGAL_ADDRESS: an illegal memory access was encountered',
    'Failed to enqueue async memcpy from device to host: CUDA_ERROR_LAUNCH_FAILED',
    '{{function_node __wrapped__Conv2D}} DNN library initialization failed. Look at the errors above.',
    'CUDNN_STATUS_EXECUTION_FAILED in tensorflow/stream_executor/cuda/cuda_dnn.cc(4369)',
    'Blas GEMM launch failed : a.shape=(4, 64), b.shape=(64, 256)',
    "'cuLaunchKernel' failed with: no kernel image is available for execution on the device",
  ])('is told as such: %s', (message) => {
    expect(deviceFailure(`A compiled step failed: ${message}\nmore`, true, {})).toMatchObject({
      code: 'DEVICE_FAILED',
      message: expect.stringMatching(/GPU failed in use.*kept\. The processor computes/) as string,
    })
  })

  it('is not blamed for memory, for other errors, or where the processor computes', () => {
    for (const message of [
      'CUDA_ERROR_OUT_OF_MEMORY: out of memory',
      'OOM when allocating tensor with shape[32,256,256,64]',
    ]) {
      expect(saysOutOfMemory(message)).toBe(true)
      expect(deviceFailure(message, true, {})).toBeNull()
    }
    expect(deviceFailure('Incompatible shapes: [2,3] vs. [3]', true, {})).toBeNull()
    expect(deviceFailure('CUDA_ERROR_LAUNCH_FAILED', false, {})).toBeNull()
  })

  it('is not replaced by the processor when that is ruled out', () => {
    const failure = deviceFailure('CUDA_ERROR_ECC_UNCORRECTABLE', true, { DDAD_DEVICE: 'gpu' })
    expect(failure).toMatchObject({ code: 'INTERNAL' })
    expect(failure?.message).toMatch(/CUDA_ERROR_ECC_UNCORRECTABLE.*DDAD_DEVICE=gpu rules out/)
  })

  it('is told by whatever call met it, and named afterwards', async () => {
    const fail = async () => {
      throw new Error('CUDA_ERROR_LAUNCH_FAILED')
    }
    const context = { signal: new AbortController().signal, endMode: () => null, emit: () => {} }
    const handlers = { train: fail, info: async () => 1 }
    type Contract = Record<'train' | 'info', { input: null; output: number; event: never }>
    const guarded = guardDevice<Contract>(handlers, () => true, {})
    await expect(guarded.train(null, context)).rejects.toMatchObject({ code: 'DEVICE_FAILED' })
    expect(await guarded.info(null, context)).toBe(1)
    const onProcessor = guardDevice<Contract>(handlers, () => false, {})
    await expect(onProcessor.train(null, context)).rejects.toThrow('CUDA_ERROR_LAUNCH_FAILED')
    const env = withoutGpu({ CUDA_VISIBLE_DEVICES: '0' })
    expect(env).toMatchObject({ CUDA_VISIBLE_DEVICES: '-1' })
    expect(whyNoGpu([ada], library, env)).toMatch(/RTX 4090 is not used.*failed in use.*again/)
  })
})
