import { setImmediate } from 'node:timers/promises'
import type { ReconstructionSettings } from '../../../shared/config/run-config.ts'
import { DdadError } from '../../../shared/errors.ts'
import { tf, type Tensor4D } from '../tf.ts'
import { addNoise } from './add-noise.ts'
import { ddimStep, isNoisy } from './ddim-step.ts'
import { startIndex, trajectory } from '../../../shared/diffusion/trajectory.ts'

/** A network that predicts the noise of images [N,S,S,3], whose steps are t = 0 … 999. */
export interface NoisePredictor {
  predict(x: Tensor4D, steps: readonly number[]): Tensor4D
}

/** Where the normal numbers of a reconstruction come from. The caller of these functions owns the result. */
export interface NoiseSource {
  /** Noise that starts sample `sample`: [1,S,S,3]. */
  start(sample: number): Tensor4D
  /** Noise of the `pass`-th denoising step of sample `sample`, from 0: [1,S,S,3]. */
  step(sample: number, pass: number): Tensor4D
}

/** One sample after a network pass; tensors are valid during the call only. */
export interface ReconstructionStep {
  readonly sample: number
  /** Number of the pass, from 0, and how many there are for this sample. */
  readonly pass: number
  readonly passes: number
  /** t, 0 … 999 */
  readonly step: number
  /** x_t before the pass: [1,S,S,3] */
  readonly noisy: Tensor4D
  /** The guided prediction of x_0: [1,S,S,3] */
  readonly prediction: Tensor4D
}

export interface ReconstructOptions {
  readonly settings: Omit<ReconstructionSettings, 'noiseSeed'>
  readonly noise: NoiseSource
  /** T′ of each sample, where it differs between samples. Shorter ones join the batch later. */
  readonly startSteps?: readonly number[]
  readonly onStep?: (step: ReconstructionStep) => void
  readonly signal?: AbortSignal
}

/**
 * DDAD's conditioned reconstruction (arXiv 2305.15956, eq. 6 in DDIM steps): the input is noised up to T′ and
 * denoised in ⌈T′/skip⌉ passes, each prediction drawn towards the target with weight w·(1−ᾱ_t).
 *
 * @param input [N,S,S,3] in −1 … 1
 * @param target [N,S,S,3]; for anomaly detection the input itself
 * @returns [N,S,S,3], owned by the caller; values are not clamped to −1 … 1
 * @throws DdadError CANCELLED when the signal is aborted, checked before each pass
 */
export async function reconstruct(
  unet: NoisePredictor,
  input: Tensor4D,
  target: Tensor4D,
  { settings, noise, startSteps, onStep, signal }: ReconstructOptions,
): Promise<Tensor4D> {
  const count = input.shape[0]
  const starts = startSteps ?? Array.from({ length: count }, () => settings.startStep)
  const paths = starts.map((start) => trajectory({ ...settings, startStep: start }))
  const longest = Math.max(...paths.map((path) => path.length))
  const targets = rows(target)
  const samples = tf.tidy(() =>
    rows(input).map((row, i) => tf.keep(addNoise(row, noise.start(i), [startIndex(starts[i]!)]))),
  )
  try {
    for (let pass = 0; pass < longest; pass++) {
      // Lets messages in, which is how an abort arrives between two blocking passes.
      await setImmediate()
      if (signal?.aborted) throw new DdadError('CANCELLED', 'The reconstruction was cancelled.')
      const active = paths.flatMap((path, sample) => {
        const own = pass - (longest - path.length)
        return own < 0 ? [] : [{ sample, pass: own, path }]
      })
      tf.tidy(() => {
        const next = denoise(unet, samples, targets, active, { settings, noise, onStep })
        for (const [i, { sample }] of active.entries()) {
          samples[sample]!.dispose()
          samples[sample] = tf.keep(next[i]!)
        }
      })
    }
    return tf.concat(samples, 0)
  } finally {
    tf.dispose([...samples, ...targets])
  }
}

interface ActiveSample {
  readonly sample: number
  readonly pass: number
  readonly path: readonly number[]
}

/** One DDIM step of the active samples. */
function denoise(
  unet: NoisePredictor,
  samples: readonly Tensor4D[],
  targets: readonly Tensor4D[],
  active: readonly ActiveSample[],
  options: {
    readonly settings: ReconstructOptions['settings']
    readonly noise: NoiseSource
    readonly onStep: ReconstructOptions['onStep']
  },
): Tensor4D[] {
  const steps = {
    from: active.map(({ path, pass }) => path[pass]!),
    to: active.map(({ path, pass }) => path[pass + 1] ?? -1),
  }
  const join = (of: (sample: ActiveSample) => Tensor4D): Tensor4D => tf.concat(active.map(of), 0)
  const x = join(({ sample }) => samples[sample]!)
  const { clean, next } = ddimStep(
    x,
    join(({ sample }) => targets[sample]!),
    unet.predict(x, steps.from),
    steps,
    options.settings,
    isNoisy(steps, options.settings.eta)
      ? join(({ sample, pass }) => options.noise.step(sample, pass))
      : null,
  )
  if (options.onStep) {
    const predictions = rows(clean)
    for (const [i, { sample, pass, path }] of active.entries())
      options.onStep({
        sample,
        pass,
        passes: path.length,
        step: steps.from[i]!,
        noisy: samples[sample]!,
        prediction: predictions[i]!,
      })
  }
  return rows(next)
}

function rows(batch: Tensor4D): Tensor4D[] {
  return tf.split(batch, batch.shape[0], 0)
}
