/** Does one operation on a workspace until it is done or killed. Arguments: operation, workspace, where it writes. */
import fs from 'node:fs'
import path from 'node:path'
import { writeExport } from '../../../src/main/files/files.ts'
import { printPdf } from '../../../src/main/services/exchange/print-pdf.ts'
import { describeError } from '../../../src/shared/errors.ts'
import { correctMask } from '../../support/evaluated-workspace.ts'
import { openTestStudio } from '../../integration/studio.ts'
import { quiet } from './quiet.ts'

const [operation = '', workspace = '', out = ''] = process.argv.slice(2)
const studio = openTestStudio(workspace)
const [run] = studio.runs.list().toReversed()
const [dataset] = studio.datasets.list()
const [evaluation] = studio.evaluations.list(run!.id)

const report = () =>
  studio.reports.html({ kind: 'evaluation', evaluationId: evaluation!.id }, quiet)

const operations: Record<string, () => Promise<unknown>> = {
  work: async () => {
    const jobs = studio.queue.list()
    for (const { id, state } of jobs)
      if (state !== 'queued' && state !== 'finished') studio.queue.resume(id)
    await studio.queue.drain(jobs.map(({ id }) => id).toSorted((a, b) => a - b))
  },
  sweep: async () => {
    const settings = { skips: [50], guidanceWeights: [3], pixelWeights: [1], checkpointIds: [] }
    const scope = { imageIds: null, synthetic: 0, probes: false }
    const startSteps = Array.from({ length: 20 }, (_, n) => 50 * (n + 1) - (Date.now() % 40))
    const job = studio.sweeps.start(run!.id, { startSteps, ...settings, ...scope })
    await studio.queue.drain([job.id])
  },
  mask: async () => {
    const image = studio.datasets.images(dataset!).find(({ anomalous }) => anomalous)!
    const note = { author: 'Siege', reason: 'too-tight', note: String(process.pid) } as const
    await correctMask(studio, image, note)
  },
  'run export': () =>
    studio.runExport.write(run!.id, path.join(out, 'run.ddadrun'), { ...quiet, maps: true }),
  'run import': () => studio.runImport.read(path.join(out, '../whole.ddadrun')),
  'maps export': () =>
    studio.mapExports.write(
      evaluation!.id,
      path.join(out, 'maps'),
      { format: 'tiff', size: 'original' },
      quiet,
    ),
  'masks export': () =>
    studio.maskExport.write(dataset!, path.join(out, `masks-${process.pid}`), 'copy', quiet),
  'mlflow export': () =>
    studio.mlflowExport.write(path.join(out, 'mlruns'), [], { ...quiet, checkpoints: true }),
  report: async () => writeExport(path.join(out, 'report.html'), Buffer.from(await report())),
  pdf: async () => printPdf(await report(), path.join(out, 'report.pdf'), quiet.signal),
  'database copy': () => studio.health.copyTo(path.join(out, 'copy.db')),
  'data set import': () => {
    const { token } = studio.datasets.register(path.join(out, '../plates'))
    return studio.datasets.add(token, `Plates ${process.pid}`)
  },
}

fs.mkdirSync(out, { recursive: true })
process.stderr.write('begins\n')
let said = 'done'
try {
  await operations[operation]!()
} catch (error) {
  const { code, message } = describeError(error)
  said = `${code} ${message}`
}
await studio.close().catch(() => undefined)
process.stdout.write(said)
