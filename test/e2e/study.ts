/** A small study: queued and worked on by the command line, and what came of it. */
import fs from 'node:fs'
import path from 'node:path'
import { expect } from '@playwright/test'
import { openDatabase } from '../../src/main/db/open.ts'
import type { ImageResult } from '../../src/shared/evaluation/evaluation.ts'
import type { StudyId } from '../../src/shared/core/ids.ts'
import { openTestStudio } from '../integration/studio.ts'
import { ddad, type Ended } from '../support/ddad.ts'

const STUDY = 1 as StudyId

/** A network that learns a step in milliseconds and still has every part. */
export const tinySettings = [
  'model.imageSize=32',
  'model.baseChannels=8',
  'model.groups=4',
  'model.heads=1',
  'model.multipliers=[1,1]',
  'model.blocksPerLevel=1',
  'model.attentionAt=[16]',
  'training.batchSize=2',
  'training.microBatch=2',
  'training.checkpointEverySteps=5',
  'adaptation.epochs=1',
  'adaptation.batchSize=2',
  'reconstruction.startStep=100',
  'reconstruction.skip=50',
  'evaluationBatch=2',
].flatMap((setting) => ['--set', setting])

/** Runs `ddad` on a workspace as a server does: there is no display. */
export async function onServer(workspace: string, args: readonly string[]): Promise<Ended> {
  const env = { ...process.env }
  for (const name of ['DISPLAY', 'WAYLAND_DISPLAY']) delete env[name]
  const ended = await ddad([...args, '--workspace', workspace], () => {}, undefined, env)
  expect(ended.code, `ddad ${args.join(' ')}\n${ended.stderr}`).toBe(0)
  return ended
}

/** A workspace with a queued study of two seeds. */
export async function queueStudy(
  workspace: string,
  dataset: string,
  epochs: number,
): Promise<void> {
  await onServer(workspace, ['datasets', 'add', dataset, '--name', 'Bricks'])
  const study = ['study', 'start', '--dataset', 'Bricks', '--presets', 'tiny', '--seeds', '1,2']
  const settings = [...tinySettings, '--set', `training.epochs=${epochs}`]
  await onServer(workspace, [...study, ...settings, '--no-work'])
}

/** What came of the study, without anything that depends on the clock. */
export async function outcomeOf(workspace: string) {
  const studio = openTestStudio(workspace)
  const found = studio.studies.runs(STUDY).map(({ id, config, state, step, lastLoss, metrics }) => {
    const scores = studio.evaluations
      .list(id)
      .flatMap((evaluation): readonly ImageResult[] => studio.evaluations.results(evaluation.id))
      .map((result) => [result.path, result.score, result.startStep])
    const losses = studio.runs.metrics(id, 'loss', 20_000).map(({ value }) => value)
    const jobs = studio.runs.jobs(id).map((job) => `${job.kind} ${job.state}`)
    return { seed: config.seed, state, step, lastLoss, metrics: metrics.last, scores, losses, jobs }
  })
  await studio.close()
  return found
}

/** The file is whole, and no checkpoint claims to be newest that is not there. */
export function expectWhole(workspace: string): void {
  const db = openDatabase(path.join(workspace, 'studio.db'))
  try {
    expect(db.pragma('integrity_check', { simple: true })).toBe('ok')
    expect(db.pragma('foreign_key_check')).toEqual([])
    const files = db.prepare('SELECT file FROM checkpoint ORDER BY id DESC LIMIT 1').pluck().all()
    for (const file of files) expect(fs.existsSync(path.join(workspace, String(file)))).toBe(true)
  } finally {
    db.close()
  }
}

/** After a killed application: the file is whole, and nothing claims to run. */
export async function expectTruth(workspace: string): Promise<void> {
  expectWhole(workspace)
  const studio = openTestStudio(workspace)
  expect(studio.queue.list().filter(({ state }) => state === 'running')).toEqual([])
  await studio.close()
}
