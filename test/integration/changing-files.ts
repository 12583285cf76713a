/** A data set whose files tests change behind the studio's back. */
import fs from 'node:fs'
import path from 'node:path'
import { encode } from 'fast-png'
import { onTestFinished } from 'vitest'
import { presets } from '../../src/shared/config/presets.ts'
import type { ImageEntry } from '../../src/shared/datasets/dataset.ts'
import { openTestStudio } from './studio.ts'
import { temporaryFolder } from './support.ts'

let made = 0
let written = 0
export function png(side = 8, values?: (i: number) => number): Uint8Array {
  const seed = ++made
  const data = Uint8Array.from({ length: side * side }, (_, i) => values?.(i) ?? (i * seed) % 251)
  return encode({ width: side, height: side, channels: 1, depth: 8, data })
}
export const maskOf = (pixels: number, side = 8) => png(side, (i) => (i < pixels ? 255 : 0))

export function put(root: string, name: string, bytes: Uint8Array): void {
  fs.mkdirSync(path.dirname(path.join(root, name)), { recursive: true })
  fs.writeFileSync(path.join(root, name), bytes)
  // Two files of one size and millisecond could change places unseen.
  const at = Date.now() / 1000
  fs.utimesSync(path.join(root, name), at, at + ++written)
}

/** A workspace with one data set of eight files, and an engine that needs no TensorFlow. */
export async function opened() {
  const folder = temporaryFolder()
  const root = path.join(folder, 'Nüsse #1')
  for (const n of [0, 1, 2]) put(root, `nut/train/good/00${n}.png`, png())
  put(root, 'nut/test/good/000.png', png())
  for (const n of [0, 1]) {
    put(root, `nut/test/bent/00${n}.png`, png())
    put(root, `nut/ground_truth/bent/00${n}_mask.png`, maskOf(5 + n))
  }
  const studio = openTestStudio(path.join(folder, 'workspace'))
  onTestFinished(() => studio.close())
  const { id } = await studio.datasets.add(studio.datasets.register(root).token, 'Nuts')
  const image = (name: string): ImageEntry =>
    studio.datasets.images(studio.datasets.get(id)).find((entry) => entry.path.endsWith(name))!
  const check = async (contents = false) => {
    await studio.fileChecks.check(id, { contents }).result
    return studio.fileChecks.report(id, -1)
  }
  const states = async (contents?: boolean) =>
    (await check(contents)).problems.map(({ state, file }) => `${state} ${file}`).sort()
  /** Trains and evaluates with the engine that needs no TensorFlow. */
  const evaluated = async () => {
    const config = { ...presets.tiny, training: { ...presets.tiny.training, epochs: 2 } }
    const request = { datasetId: id, category: 'nut', config, evaluate: true }
    const run = studio.runs.start(request)
    const jobs = await studio.queue.drain(studio.runs.jobs(run.id).map((job) => job.id))
    return { run, jobs, evaluation: studio.evaluations.list(run.id)[0]! }
  }
  return { folder, root, studio, id, image, check, states, evaluated }
}
