/** A workspace under siege, and what must hold of it whatever was done to it. */
import { createHash } from 'node:crypto'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import Database from 'better-sqlite3'
import { presets } from '../../src/shared/config/presets.ts'
import { addEvaluatedRun, openRaw, writePlates } from '../support/evaluated-workspace.ts'
import { openTestStudio } from '../integration/studio.ts'
import { quiet } from './children/quiet.ts'

/** `DDAD_SIEGE_SCALE=0.1` makes a tenth of the tries. */
export const scaled = (count: number): number =>
  Math.max(2, Math.round(count * Number(process.env['DDAD_SIEGE_SCALE'] ?? 1)))

export const seed = Number(process.env['DDAD_SIEGE_SEED'] ?? 1)

/** Tried, survived and lost of each kind, printed at the end. */
export class Tally {
  #tried = 0
  readonly #counts = new Map<string, { tried: number; failed: number; lost: string[] }>()

  add(kind: string, losses: readonly string[]): void {
    const counts = this.#counts.get(kind) ?? { tried: 0, failed: 0, lost: [] }
    counts.tried += 1
    if (losses.length > 0) counts.failed += 1
    counts.lost.push(...losses)
    this.#counts.set(kind, counts)
    this.#tried += 1
    for (const loss of losses) process.stderr.write(`lost at try ${this.#tried}: ${loss}\n`)
    // How far it is: one that is ended early has tried something, too.
    if (this.#tried % 20 === 0 || losses.length > 0) this.print(`${this.#tried} so far`)
  }

  get lost(): readonly string[] {
    return [...this.#counts.values()].flatMap(({ lost }) => lost)
  }

  print(title: string): void {
    const lines = [...this.#counts].map(
      ([kind, { tried, failed }]) =>
        `  ${kind}: tried ${tried}, survived ${tried - failed}, lost ${failed}`,
    )
    process.stderr.write(`${title} (seed ${seed})\n${lines.join('\n')}\n`)
  }
}

/** What is killed and starved of room; PDF where there is an Electron that prints. */
export const operations: readonly string[] = [
  ...['work', 'sweep', 'mask', 'run export', 'run import', 'maps export', 'masks export'],
  ...['mlflow export', 'report', 'database copy', 'data set import'],
  ...(process.env['DDAD_ELECTRON'] ? ['pdf'] : []),
]

export interface Besieged {
  readonly folder: string
  readonly workspace: string
  readonly out: string
}

/** A workspace with an evaluated run, a training that waits, and an archive to take in. */
export async function besieged(steps: number): Promise<Besieged> {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'ddad-siege-'))
  writePlates(path.join(folder, 'plates'))
  const workspace = path.join(folder, 'workspace')
  const studio = openTestStudio(workspace)
  const { token } = studio.datasets.register(path.join(folder, 'plates'))
  const dataset = await studio.datasets.add(token, 'Plates')
  const raw = openRaw(workspace)
  const { runId } = addEvaluatedRun(raw, { seed: 1 }, 3)
  raw.store.close()
  await studio.runExport.write(runId, path.join(folder, 'whole.ddadrun'), { ...quiet, maps: true })
  const { tiny } = presets
  const training = { ...tiny.training, epochs: steps, checkpointEverySteps: 10 }
  const config = { ...tiny, training, adaptation: { ...tiny.adaptation, epochs: 0 } }
  studio.runs.start({ datasetId: dataset.id, category: 'plate', config, evaluate: true })
  await studio.close()
  return { folder, workspace, out: path.join(folder, 'out') }
}

/** What is not as it must be: rows without files, files that are not whole, numbers that went back. */
export async function lossesOf(
  { workspace, out }: Besieged,
  before: Held,
): Promise<[Held, string[]]> {
  const studio = openTestStudio(workspace)
  const lost: string[] = []
  const raw = openRaw(workspace)
  const { store } = raw
  const hash = (file: string) => createHash('sha256').update(fs.readFileSync(file)).digest('hex')
  const expectFile = (file: string, sha256: string | null) => {
    if (!fs.existsSync(file)) lost.push(`${file} is gone`)
    else if (sha256 && hash(file) !== sha256) lost.push(`${file} is not what is on record`)
  }
  let step = 0
  for (const run of store.runs.list())
    for (const { file, sha256, onDisk, step: reached } of store.checkpoints.list(run.id)) {
      if (onDisk) expectFile(raw.resolve(file), sha256)
      step = Math.max(step, reached)
    }
  let masks = 0
  for (const dataset of store.datasets.list())
    for (const image of store.images.ofDataset(dataset.id))
      for (const { file, sha256 } of store.maskVersions.ofImage(image.id)) {
        if (file === null) continue
        masks += 1
        expectFile(raw.resolve(`masks/${file}`), sha256)
      }
  const held = { step, masks, runs: store.runs.list().length }
  for (const key of ['step', 'masks', 'runs'] as const)
    if (held[key] < before[key]) lost.push(`${key} went from ${before[key]} to ${held[key]}`)
  store.close()
  await studio.close()
  const db = new Database(path.join(workspace, 'studio.db'), { readonly: true })
  const check = db.pragma('integrity_check', { simple: true })
  if (check !== 'ok') lost.push(`studio.db: ${String(check)}`)
  if ((db.pragma('foreign_key_check') as unknown[]).length > 0)
    lost.push('studio.db: rows without others')
  db.close()
  const left = () =>
    (fs.existsSync(out) ? fs.readdirSync(out, { recursive: true }).map(String) : []).filter(
      (name) => /\.tmp$|\.ddad-/.test(name),
    )
  // A worker that still wrote when the studio started again: what it leaves is cleared by the start after that.
  for (let starts = 0; left().length > 0 && starts < 3; starts++) {
    await sleep(2000)
    await openTestStudio(workspace).close()
  }
  for (const name of left()) lost.push(`${name} was left behind`)
  return [held, lost]
}

export interface Held {
  readonly step: number
  readonly masks: number
  readonly runs: number
}
export const nothing: Held = { step: 0, masks: 0, runs: 0 }
