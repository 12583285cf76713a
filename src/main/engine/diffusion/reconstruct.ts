import { setImmediate } from 'node:timers/promises'
import type { ReconstructionSettings } from '../../../shared/config/run-config.ts'
import { DdadError } from '../../../shared/errors.ts'
import { tf, type Tensor4D } from '../tf.ts'
import { addNoise } from './add-noise.ts'
import { perSample } from './per-sample.ts'
import { alphaBarAt } from '../../../shared/diffusion/schedule.ts'
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
  const { guidanceWeight, eta } = options.settings
  const steps = active.map(({ path, pass }) => path[pass]!)
  const coefficients = active.map(({ path, pass }) => ddim(path[pass]!, path[pass + 1] ?? -1, eta))
  const coefficient = (name: keyof DdimCoefficients) =>
    perSample(coefficients.map((each) => each[name]))

  const x = tf.concat(
    active.map(({ sample }) => samples[sample]!),
    0,
  )
  const y = tf.concat(
    active.map(({ sample }) => targets[sample]!),
    0,
  )
  const predicted = unet.predict(x, steps)
  const signal = coefficient('signal')
  const spread = coefficient('spread')
  const noisyTarget = tf.add(tf.mul(y, signal), tf.mul(predicted, spread))
  const pull = tf.mul(tf.mul(spread, guidanceWeight), tf.sub(noisyTarget, x))
  const guided = tf.sub(predicted, pull)
  const clean = tf.div(tf.sub(x, tf.mul(guided, spread)), signal) as Tensor4D
  if (options.onStep) {
    const predictions = rows(clean)
    for (const [i, { sample, pass, path }] of active.entries())
      options.onStep({
        sample,
        pass,
        passes: path.length,
        step: steps[i]!,
        noisy: samples[sample]!,
        prediction: predictions[i]!,
      })
  }
  const along = tf.add(
    tf.mul(clean, coefficient('nextSignal')),
    tf.mul(guided, coefficient('direction')),
  )
  if (coefficients.every(({ sigma }) => sigma === 0)) return rows(along as Tensor4D)
  const z = tf.concat(
    active.map(({ sample, pass }) => options.noise.step(sample, pass)),
    0,
  )
  return rows(tf.add(along, tf.mul(z, coefficient('sigma'))) as Tensor4D)
}

interface DdimCoefficients {
  /** √ᾱ_t and √(1−ᾱ_t) */
  readonly signal: number
  readonly spread: number
  /** √ᾱ of the next step, σ, and √(1−ᾱ−σ²) of the next step */
  readonly nextSignal: number
  readonly sigma: number
  readonly direction: number
}

/** Coefficients of the step from t to t⁻ (Song et al., 2021, eq. 12 and 16). */
function ddim(step: number, next: number, eta: number): DdimCoefficients {
  const now = alphaBarAt(step)
  const later = alphaBarAt(next)
  const sigma = eta * Math.sqrt(((1 - now / later) * (1 - later)) / (1 - now))
  return {
    signal: Math.sqrt(now),
    spread: Math.sqrt(1 - now),
    nextSignal: Math.sqrt(later),
    sigma,
    direction: Math.sqrt(Math.max(0, 1 - later - sigma ** 2)),
  }
}

function rows(batch: Tensor4D): Tensor4D[] {
  return tf.split(batch, batch.shape[0], 0)
}
