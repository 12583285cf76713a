import path from 'node:path'
import { expect, it } from 'vitest'
import { lookAtOthers } from '../../src/main/services/core/watch-others.ts'
import type { OperatingPoint } from '../../src/shared/runs/operating-point.ts'
import type { EventName } from '../../src/shared/ipc/events.ts'
import {
  addEvaluatedRun,
  correctMask,
  openRaw,
  writePlates,
} from '../support/evaluated-workspace.ts'
import { openTestStudio } from './studio.ts'
import { temporaryFolder } from './support.ts'

it('tells what another process has written, each with its own fact and nothing else', async () => {
  const folder = temporaryFolder()
  const plates = path.join(folder, 'plates')
  writePlates(plates)
  const place = path.join(folder, 'workspace')
  const other = openTestStudio(place)
  const dataset = await other.datasets.add(other.datasets.register(plates).token, 'Plates')
  const raw = openRaw(place)
  const { runId, evaluationId } = addEvaluatedRun(raw, { seed: 1 }, 2)
  const window = openTestStudio(place)
  const look = lookAtOthers(window)
  const told: [EventName, unknown][] = []
  window.facts.onAny(({ name, payload }) => told.push([name, payload]))
  /** The facts that were told of what was done, without those that a job brings along. */
  const after = async (work: () => unknown): Promise<Record<string, unknown>> => {
    await work()
    told.length = 0
    look()
    return Object.fromEntries(told)
  }
  const [image, next] = [...window.datasets.images(dataset)].filter(({ anomalous }) => anomalous)
  const runs = { 'runs.changed': { runId: null } }
  const points = { 'operatingPoints.changed': { runId } }
  const decided = { ...points, 'evaluations.changed': { evaluationId } }

  expect(await after(() => {})).toEqual({})
  let point: OperatingPoint | null = null
  const settings = {
    threshold: 1.1,
    upper: null,
    pixelThreshold: null,
    pixelWeight: other.evaluations.get(evaluationId).settings.scoring.pixelWeight,
    rule: null,
    chosenOn: { kind: 'test' },
  } as const
  const save = () => (point = other.operatingPoints.save(evaluationId, 'line 1', settings))
  expect(await after(save)).toEqual(points)
  expect(await after(() => other.operatingPoints.use(point!.id))).toEqual(decided)
  expect(await after(() => other.operatingPoints.remove(point!.id))).toEqual(decided)
  expect(await after(() => other.operatingPoints.restore(point!.id))).toEqual(decided)
  expect(await after(() => other.operatingPoints.release(point!.id))).toEqual(decided)

  const verdict = () => other.reviews.set([image!.id, next!.id], { causes: ['too-small'] })
  expect(await after(verdict)).toEqual({ 'reviews.changed': { imageIds: [image!.id, next!.id] } })
  const note = { author: 'Ada', reason: 'missed-defect', note: '' } as const
  expect(await after(() => correctMask(other, image!, note))).toEqual({
    'masks.changed': { imageId: image!.id },
  })

  expect(await after(() => other.runs.annotate(runId, { addTags: ['odd'], note: 'wet' }))).toEqual(
    runs,
  )
  expect(await after(() => other.runs.trash(runId))).toEqual(runs)
  expect(await after(() => other.runs.restore(runId))).toEqual(runs)
  expect(await after(() => other.queue.setPaused(true))).toEqual({
    'jobs.changed': { changed: [], gone: [], paused: true },
  })
  expect(
    await after(() =>
      other.evaluations.start(runId, window.evaluations.get(evaluationId).settings),
    ),
  ).toMatchObject({
    'jobs.changed': { paused: true },
    'runs.changed': { runId },
    'evaluations.changed': {},
  })
  expect(
    await after(() => other.datasets.add(other.datasets.register(plates).token, 'Plates again')),
  ).toEqual({ 'datasets.changed': null })
  // Nothing new: nothing told.
  expect(await after(() => {})).toEqual({})
  raw.store.close()
  await window.close()
  await other.close()
})
