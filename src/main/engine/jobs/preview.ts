import type {
  EngineContract,
  ExtractorSource,
  PreviewEvent,
} from '../../../shared/processes/engine.ts'
import { startIndex } from '../../../shared/diffusion/trajectory.ts'
import { DdadError } from '../../../shared/errors.ts'
import { inTurn } from '../../../shared/in-turn.ts'
import type { CallContext } from '../../processes/serve.ts'
import { loadImages } from '../data/load-images.ts'
import { addNoise } from '../diffusion/add-noise.ts'
import { tf, type Tensor4D } from '../tf.ts'
import { reconstructionNoise } from '../methods/ddad/reconstruction-noise.ts'
import { Scorer, toBytes, type ScorerImages } from '../methods/ddad/scorer.ts'

type Input = EngineContract['preview']['input']
type Output = EngineContract['preview']['output']
type Context = CallContext<PreviewEvent>

/** Networks and the image of the last preview: turning a setting computes with what is there already. */
interface Loaded {
  readonly networks: string
  readonly scorer: Scorer
  image: { readonly file: string; readonly prepared: ScorerImages } | null
}

let loaded: Loaded | null = null
/** Previews share the loaded networks, so one begins when the one before has ended. */
const next = inTurn()

/**
 * Reconstructs one image and tells each step as it is done: the noised input first, then x_t and the guided
 * prediction of x_0 of every network pass.
 * @throws DdadError CANCELLED when the signal is aborted, checked before each pass; NOT_FOUND, BAD_FILE,
 *   WEIGHTS_MISSING as they occur
 */
export function preview(input: Input, context: Context): Promise<Output> {
  return next(() => run(input, context))
}

async function run(input: Input, { signal, emit }: Context): Promise<Output> {
  const stopWhenCancelled = () => {
    if (signal.aborted) throw new DdadError('CANCELLED', 'A newer preview takes its place.')
  }
  stopWhenCancelled()
  const { scorer } = await networksFor(input.unet, input.extractor, input.features)
  stopWhenCancelled()
  const prepared = await imageFor(input.file)
  const started = performance.now()
  emit({ type: 'noised', size: scorer.size, picture: noised(prepared, input, scorer.size) })
  const [scored] = await scorer.maps(prepared, {
    settings: input.reconstruction,
    blurSigma: input.blurSigma,
    signal,
    onStep: ({ pass, passes, step, noisy, prediction }) =>
      emit({
        type: 'step',
        pass,
        passes,
        step,
        noisy: picture(noisy),
        prediction: picture(prediction),
        milliseconds: performance.now() - started,
        doneAt: Date.now(),
      }),
  })
  return { ...scored!, size: scorer.size, milliseconds: performance.now() - started }
}

/** The networks of the last preview, or these in their place. */
async function networksFor(
  unet: string,
  extractor: ExtractorSource | null,
  features: string | null,
): Promise<Loaded> {
  const networks = JSON.stringify([unet, extractor, features])
  if (loaded?.networks === networks) return loaded
  loaded?.image?.prepared.dispose()
  loaded?.scorer.dispose()
  loaded = null
  loaded = { networks, scorer: await Scorer.open({ unet, extractor, features }), image: null }
  return loaded
}

async function imageFor(file: string): Promise<ScorerImages> {
  const { scorer, image } = loaded!
  if (image?.file === file) return image.prepared
  const prepared = scorer.prepare(await loadImages([file], scorer.size))
  image?.prepared.dispose()
  loaded!.image = { file, prepared }
  return prepared
}

/** √ᾱ·x + √(1−ᾱ)·ε at T′, with the noise that the reconstruction starts from. */
function noised({ input, keys }: ScorerImages, { reconstruction }: Input, size: number) {
  return tf.tidy(() => {
    const noise = reconstructionNoise(reconstruction.noiseSeed, keys, size)
    return picture(addNoise(input, noise.start(0), [startIndex(reconstruction.startStep)]))
  })
}

/** RGB bytes of [1, S, S, 3]. */
function picture(image: Tensor4D): Uint8Array {
  return toBytes(image.dataSync<'float32'>())
}
