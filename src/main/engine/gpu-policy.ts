/** What the engine asks of NVIDIA cards, and why one that is there may not be used. Pure, as no test has a card. */

import { setupCommand } from '../files/setup-command.ts'
import { DdadError } from '../../shared/errors.ts'

type Environment = Readonly<Record<string, string | undefined>>

/** A card as `nvidia-smi` lists it. */
export interface Card {
  readonly name: string
  readonly computeCapability: number
}

/** Arguments of `nvidia-smi` for {@link parseCards}. */
export const cardQuery = ['--query-gpu=name,compute_cap', '--format=csv,noheader']

/** Maxwell (5.x) was removed from TensorFlow's own builds with 2.17. */
const OLDEST = 6

/**
 * Variables for a process that loads TensorFlow; those that are set already come first.
 *
 * Memory is taken as it is needed, as a second engine makes live reconstructions on the same card. TF32, which
 * keeps 10 of float32's 23 bits of mantissa, is off so that results are the CPU's within float32; `DDAD_TF32=1`
 * leaves it to the libraries. Kernels that the driver compiles for a card are kept, all of them: its own limit is
 * smaller than what TensorFlow needs on a card it has no kernels for.
 */
export function gpuEnvironment(env: Environment): Record<string, string> {
  return {
    TF_FORCE_GPU_ALLOW_GROWTH: 'true',
    CUDA_CACHE_MAXSIZE: String(4 * 2 ** 30),
    ...(env['DDAD_TF32'] === '1' ? {} : { NVIDIA_TF32_OVERRIDE: '0' }),
    ...(env['DDAD_DEVICE'] === 'cpu' ? { CUDA_VISIBLE_DEVICES: '-1' } : {}),
  }
}

/** Reads what `nvidia-smi` says to {@link cardQuery}: a name and a number on each line; other lines are left out. */
export function parseCards(text: string): Card[] {
  return text.split('\n').flatMap((line) => {
    const [, name, capability] = /^(.+), *(\d+\.\d+)\s*$/.exec(line) ?? []
    return name ? [{ name, computeCapability: Number(capability) }] : []
  })
}

/**
 * Why TensorFlow computes on the processor although there are cards, and what to do; null where there are none.
 * @param library path of the loaded TensorFlow library
 */
export function whyNoGpu(cards: readonly Card[], library: string, env: Environment): string | null {
  if (cards.length === 0) return null
  const names = cards.map(({ name }) => name).join(', ')
  const is = cards.length === 1 ? 'is' : 'are'
  const unused = (reason: string) =>
    `${names} ${is} not used; TensorFlow computes on the processor. ${reason}`
  if (env['DDAD_DEVICE'] === 'cpu') return unused('DDAD_DEVICE=cpu asks for that.')
  if (env['DDAD_DEVICE'] === 'failed')
    return unused('It failed in use. Start the studio again to give it another try.')
  if (env['CUDA_VISIBLE_DEVICES'] !== undefined)
    return unused(`CUDA_VISIBLE_DEVICES=${env['CUDA_VISIBLE_DEVICES']} may hide the card.`)
  const newest = Math.max(...cards.map(({ computeCapability }) => computeCapability))
  if (newest < OLDEST)
    return unused(
      `It needs compute capability ${OLDEST.toFixed(1)} or higher, and this is ${newest.toFixed(1)}.`,
    )
  if (/tensorflow-[\d.]+-cpu\b/.test(library))
    return unused(
      `Its build for processors is installed: run \`${setupCommand()}\`, then start again.`,
    )
  return unused(
    'Most often the driver is too old for CUDA 12 (525 or newer is needed) or CUDA libraries are missing: ' +
      `update the driver, run \`${setupCommand()}\`, then start again.`,
  )
}

/** Whether TensorFlow, CUDA or the system said that there is not enough memory. */
export function saysOutOfMemory(message: string): boolean {
  return /\bOOM\b|resource ?_?exhausted|out[ _]of[ _]memory|failed to allocate/i.test(message)
}

/** What CUDA, its libraries and TensorFlow say when a card, its driver or a kernel fails. */
const failures =
  /CUDA_ERROR_\w+|\bcudaError\w*|(?:CUDNN|CUBLAS|CUSOLVER|CUFFT)_STATUS_(?!SUCCESS)\w+|no kernel image is available|illegal memory access|device-side assert|launch fail(?:ed|ure)|\bGPU is lost\b|no CUDA-capable device|fail(?:ed|ure) to (?:launch|enqueue|synchronize)|DNN library|No DNN in stream executor|driver version is insufficient/i

/**
 * The error for a message of an operation when the GPU failed; null for any other. The work goes on on the
 * processor unless `DDAD_DEVICE=gpu` rules that out. Running out of memory is no failure of the card.
 * @param computesOnGpu whether operations run on a GPU
 */
export function deviceFailure(
  message: string,
  computesOnGpu: boolean,
  env: Environment,
): DdadError | null {
  if (!computesOnGpu || saysOutOfMemory(message) || !failures.test(message)) return null
  const [line = ''] = message.split('\n')
  const what = `The GPU failed in use (${line.slice(0, 300)}). What was saved is kept.`
  return env['DDAD_DEVICE'] === 'gpu'
    ? new DdadError(
        'INTERNAL',
        `${what} DDAD_DEVICE=gpu rules out the processor: see to the card and its driver, then resume.`,
      )
    : new DdadError(
        'DEVICE_FAILED',
        `${what} The processor computes from here on, more slowly. ` +
          'Start the studio again to give the card another try.',
      )
}
