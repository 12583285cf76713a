/** What `npm start` does where no window can be opened: the studio's main job, with a report at its end. */
import fs from 'node:fs'
import path from 'node:path'
import { presets } from '../../../shared/config/presets.ts'
import type { DatasetId, JobId } from '../../../shared/core/ids.ts'
import type { Run } from '../../../shared/runs/run.ts'
import { writeFileAtomic } from '../../files/files.ts'
import type { Studio } from '../../services/studio.ts'
import { Unsuccessful, type Command } from '../command.ts'
import { exporting } from '../exporting.ts'
import { workThrough } from '../follow.ts'
import type { Output } from '../output.ts'
import { figuresReport, showMaking } from './demo.ts'

/** The jobs to work through, with the runs that they belong to. */
interface Work {
  readonly jobs: readonly JobId[]
  readonly runs: readonly Run[]
}

/** The jobs that wait; where none do, those of the demonstration, or nothing but its runs when it is done. */
async function findWork(studio: Studio, output: Output): Promise<Work> {
  const { queue, demo, runs } = studio
  queue.goOn()
  const open = queue.open()
  if (open.length > 0) {
    output.say(`${open.length} jobs wait in ${studio.folder}.`)
    const ids = new Set(open.map(({ runId }) => runId))
    return { jobs: open.map(({ id }) => id), runs: runs.list().filter(({ id }) => ids.has(id)) }
  }
  const earlier = demo.evaluated()
  if (earlier.length > 0) {
    output.say(`Nothing waits in ${studio.folder}; the demonstration there is done.`)
    return { jobs: [], runs: earlier }
  }
  output.say(`The demonstration begins in ${studio.folder}.`)
  const started = await demo.start([{ ...presets.tiny, seed: 0 }], showMaking(output))
  const jobs = started.flatMap(({ id }) => runs.jobs(id).map((job) => job.id))
  return { jobs, runs: started }
}

/** Writes the report of every data set with an evaluation into the workspace; returns the files. */
async function writeReports(
  { datasets, reports, folder }: Studio,
  ids: ReadonlySet<DatasetId>,
  output: Output,
): Promise<string[]> {
  const files: string[] = []
  for (const { id, name } of datasets.list().filter((dataset) => ids.has(dataset.id))) {
    const file = path.join(folder, 'reports', `${name.replace(/[^\p{L}\p{N}]+/gu, '-')}-${id}.html`)
    const subject = { kind: 'dataset', datasetId: id } as const
    const html = await exporting(output, 'Reporting', (context) => reports.html(subject, context))
    fs.mkdirSync(path.dirname(file), { recursive: true })
    await writeFileAtomic(file, Buffer.from(html))
    files.push(file)
  }
  return files
}

export const start: Command = {
  name: 'start',
  usage: '',
  summary:
    'Does what waits in the workspace, or else the demonstration, and writes an HTML report of it.',
  options: {},
  run: async ({ output, studio: open }) => {
    const studio = open()
    const work = await findWork(studio, output)
    if (studio.queue.paused()) output.say('The queue is paused; `ddad jobs resume` lets it go on.')
    const jobs = await workThrough(studio, work.jobs, output)
    const runs = work.runs.map(({ id }) => studio.runs.get(id))
    const evaluated = runs.filter(({ headline }) => headline !== null)
    const ids = new Set(evaluated.map(({ datasetId }) => datasetId))
    const files = await writeReports(studio, ids, output)
    const { data, text } = figuresReport(runs, jobs)
    const reports = files.map((file) => `Report: ${file}`)
    output.result({ ...data, reports: files }, [text, ...reports].join('\n'))
    if (jobs.some(({ state }) => state !== 'finished')) throw new Unsuccessful()
  },
}
