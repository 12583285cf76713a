import { afterAll, describe, expect, it } from 'vitest'
import { reconstruct, type NoiseSource } from '../../../src/main/engine/diffusion/reconstruct.ts'
import { alphaBar } from '../../../src/shared/diffusion/schedule.ts'
import { tensorCount, tf, type Tensor4D } from '../../../src/main/engine/tf.ts'
import { readGolden, type GoldenTensor } from '../../support/safetensors.ts'
import { goldenUnet, imagesOf, inTorchOrder, relativeError } from '../support.ts'

const golden = readGolden('unet.safetensors')
const unet = goldenUnet()
const input = imagesOf(golden('forward.x'))
afterAll(() => unet.dispose())

/** The noise that PyTorch drew. */
function goldenNoise(name: string): NoiseSource {
  const start = imagesOf(golden(`reconstruct.${name}.noise0`))
  const steps = passesOf(golden(`reconstruct.${name}.noise`)).map(imagesOf)
  const sampleOf = (batch: Tensor4D, i: number) =>
    tf.slice(batch, [i, 0, 0, 0], [1, -1, -1, -1]) as Tensor4D
  return {
    start: (sample) => sampleOf(start, sample),
    step: (sample, pass) => sampleOf(steps[pass]!, sample),
  }
}

function passesOf({ shape, data }: GoldenTensor): GoldenTensor[] {
  const [passes, ...batch] = shape
  const size = data.length / passes!
  return Array.from({ length: passes! }, (_, i) => ({
    shape: batch,
    data: (data as Float32Array).slice(i * size, (i + 1) * size),
  }))
}

function settingsOf(name: string) {
  const [guidanceWeight, startStep, skip, eta] = golden(`reconstruct.${name}.params`)
    .data as Float32Array as unknown as [number, number, number, number]
  return { guidanceWeight, startStep, skip, eta, start: 'compatible' as const }
}

describe('the schedule', () => {
  it('has the reference ᾱ', () => {
    const expected = golden('schedule.alpha_bar').data as Float32Array
    for (const [t, value] of alphaBar.entries())
      expect(Math.abs(value / expected[t]! - 1), `t = ${t}`).toBeLessThan(2e-5)
  })
})

describe('reconstruction against PyTorch', () => {
  it.each(['a', 'b', 'c', 'd'])('case %s', async (name) => {
    const target = imagesOf(golden(`reconstruct.${name}.target`))
    const result = await reconstruct(unet, input, target, {
      settings: settingsOf(name),
      noise: goldenNoise(name),
    })
    const expected = golden(`reconstruct.${name}.x0`).data as Float32Array
    expect(relativeError(inTorchOrder(result), expected)).toBeLessThan(1e-3)
  })
})

describe('reconstruction', () => {
  const settings = settingsOf('a')

  it('gives an image the same result alone and among others with another start step', async () => {
    const noise = goldenNoise('a')
    const alone = await reconstruct(unet, first(input), first(input), {
      settings: { ...settings, startStep: 75 },
      noise,
    })
    const together = await reconstruct(unet, input, input, {
      settings,
      noise,
      startSteps: [75, 250],
    })
    const expected = inTorchOrder(alone)
    expect(relativeError(inTorchOrder(first(together)), expected)).toBeLessThan(1e-5)
  })

  it('shows every pass in order and leaves no tensor behind', async () => {
    const noise = goldenNoise('a')
    const seen: string[] = []
    const run = () =>
      reconstruct(unet, input, input, {
        settings: { ...settings, startStep: 100, start: 'corrected' },
        noise,
        onStep: ({ sample, pass, step, prediction }) => {
          expect(prediction.shape).toEqual([1, 32, 32, 3])
          seen.push(`${sample}/${pass}/${step}`)
        },
      })
    ;(await run()).dispose()
    expect(seen.filter((each) => each.startsWith('0/'))).toEqual([
      '0/0/100',
      '0/1/75',
      '0/2/50',
      '0/3/25',
    ])
    const before = tensorCount()
    ;(await run()).dispose()
    expect(tensorCount()).toBe(before)
  })

  it('stops before the next pass when it is aborted', async () => {
    const abort = new AbortController()
    let passes = 0
    const running = reconstruct(unet, input, input, {
      settings,
      noise: goldenNoise('a'),
      onStep: ({ sample }) => {
        if (sample === 0) passes += 1
        if (passes === 2) abort.abort()
      },
      signal: abort.signal,
    })
    await expect(running).rejects.toMatchObject({ code: 'CANCELLED' })
    expect(passes).toBe(2)
  })
})

function first(batch: Tensor4D): Tensor4D {
  return tf.slice(batch, [0, 0, 0, 0], [1, -1, -1, -1]) as Tensor4D
}
