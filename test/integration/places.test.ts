import { randomUUID } from 'node:crypto'
import fs from 'node:fs'
import path from 'node:path'
import { expect, it, onTestFinished, vi } from 'vitest'
import { addEvaluatedRun, openRaw } from '../support/evaluated-workspace.ts'
import { tellAs } from '../support/fake-slurm.ts'
import { sentStudy } from '../support/sent-study.ts'
import { openTestStudio } from './studio.ts'
import { quiet } from './support.ts'

vi.setConfig({ testTimeout: 120_000 })

it('keeps the script, shows what the nodes tell, and takes the result in once', async () => {
  const { slurm, studio, runId, archive, send } = await sentStudy(2)
  const { id, sent } = await send()
  expect(fs.readFileSync(path.join(sent.folder, 'script.sh'), 'utf8')).toBe(sent.script)
  expect(slurm.asked()).toEqual([`sbatch --parsable ${sent.folder}/script.sh`])
  const [first, second] = studio.sendStudy.tasks(id)
  expect(studio.runs.get(first!.runId)).toMatchObject({ state: 'queued', step: 0 })
  expect(() => studio.runs.resume(first!.runId)).toThrow(/at a place/)
  expect(studio.runs.jobs(first!.runId)).toEqual([])

  slurm.setQueue([`${sent.key}|0|41|RUNNING|n1|None`, `${sent.key}|1|42|PENDING||Resources`])
  tellAs(sent, 0, {
    loss: [
      [1, 3],
      [5, 2],
    ],
    log: ['begins'],
  })
  expect(await studio.followPlaces.look()).toEqual({
    requests: 1,
    imported: 0,
    unsure: 0,
    problems: [],
  })
  expect(studio.runs.get(first!.runId)).toMatchObject({
    ...{ state: 'running', step: 5, totalSteps: 40, lastLoss: 2 },
  })
  expect(studio.sendStudy.tasks(id)).toMatchObject([
    { state: 'running', queue: 'RUNNING', node: 'n1', phase: 'train', log: 'begins', attempt: 1 },
    { state: 'queued', queue: 'PENDING (Resources)' },
  ])

  tellAs(sent, 0, { at: Date.now() + 1 }, archive)
  expect(await studio.followPlaces.look()).toMatchObject({ imported: 1, problems: [] })
  expect(await studio.followPlaces.look()).toMatchObject({ imported: 0, problems: [] })
  const [own, imported] = [runId, first!.runId].map((run) => studio.evaluations.list(run))
  expect(imported).toHaveLength(1)
  expect(imported![0]?.metrics).toEqual(own![0]?.metrics)
  expect(studio.runs.metrics(first!.runId, 'loss', 1000)).toEqual(
    studio.runs.metrics(runId, 'loss', 1000),
  )
  expect(studio.studies.get(id).place).toMatchObject({
    name: 'lab',
    tasks: { all: 2, imported: 1 },
  })
  expect(second!.importedAt).toBeNull()
})

it('takes each result in once when two processes look at the same time, and a week later', async () => {
  const { folder, slurm, studio, archive, send, reopen } = await sentStudy(8)
  const { id, sent } = await send()
  for (let task = 0; task < 8; task += 1) tellAs(sent, task, {}, archive)
  slurm.setQueue([])
  const other = openTestStudio(path.join(folder, 'workspace'))
  onTestFinished(() => other.close())
  const looks = await Promise.all([studio.followPlaces.look(), other.followPlaces.look()])
  expect(looks.flatMap(({ problems }) => problems)).toEqual([])
  expect(looks.reduce((sum, { imported }) => sum + imported, 0)).toBe(8)
  const later = await reopen()
  expect(await later.followPlaces.look()).toEqual({
    requests: 0,
    imported: 0,
    unsure: 0,
    problems: [],
  })
  const counts = later.sendStudy.tasks(id).map(({ runId }) => later.evaluations.list(runId).length)
  expect(counts).toEqual(Array.from({ length: 8 }, () => 1))
})

it('refuses a result that is half there, damaged or of another run, and takes the right one after it', async () => {
  const { folder, slurm, studio, archive, request, send } = await sentStudy(1)
  const { id, sent } = await send()
  slurm.setQueue([`${sent.key}|0|41|COMPLETING|n1|None`])
  tellAs(sent, 0, {}, archive)
  const there = path.join(sent.folder, 'results/0.ddadrun')
  fs.truncateSync(there, 100)
  const half = await studio.followPlaces.look()
  expect(half.problems.join()).toMatch(/100 of \d+ bytes/)
  const [task] = studio.sendStudy.tasks(id)
  expect(studio.evaluations.list(task!.runId)).toEqual([])

  const raw = openRaw(studio.folder)
  const { runId: stranger } = addEvaluatedRun(raw, { seed: 2 }, 3)
  raw.store.close()
  const foreign = path.join(folder, 'foreign.ddadrun')
  await studio.runExport.write(stranger, foreign, { ...quiet, maps: false })
  tellAs(sent, 0, { at: Date.now() + 5 }, foreign)
  expect((await studio.followPlaces.look()).problems.join()).toMatch(/settings are others/)
  expect(studio.sendStudy.tasks(id)[0]?.importedAt).toBeNull()
  expect(fs.existsSync(path.join(studio.folder, 'runs', String(task!.runId)))).toBe(false)

  tellAs(sent, 0, { at: Date.now() + 10 }, archive)
  expect(await studio.followPlaces.look()).toMatchObject({ imported: 1, problems: [] })
  expect(request.runs).toHaveLength(1)
})

it('clears what a killed import has left, and takes the result in then', async () => {
  const { slurm, studio, archive, send, reopen } = await sentStudy(1)
  const { id, sent } = await send()
  const [task] = studio.sendStudy.tasks(id)
  const { folder } = studio
  const place = path.join(folder, `cache/import-${randomUUID()}`)
  fs.mkdirSync(place, { recursive: true })
  fs.writeFileSync(
    path.join(place, 'owner.json'),
    JSON.stringify({ pid: 1, token: 'of a dead one' }),
  )
  fs.writeFileSync(path.join(place, 'made.txt'), `runs/${task!.runId}\n`)
  fs.mkdirSync(path.join(folder, `runs/${task!.runId}`))
  const again = await reopen()
  expect(fs.existsSync(place)).toBe(false)
  slurm.setQueue([])
  tellAs(sent, 0, {}, archive)
  expect(await again.followPlaces.look()).toMatchObject({ imported: 1, problems: [] })
})

it('leaves tasks as they are while the shared folder or the host is away', async () => {
  const { slurm, studio, send } = await sentStudy(1)
  const { id, sent } = await send()
  slurm.setQueue([])
  fs.renameSync(`${sent.folder}/status`, `${sent.folder}/away`)
  for (let looks = 0; looks < 3; looks += 1)
    expect((await studio.followPlaces.look()).problems.join()).toMatch(/is not there now/)
  expect(studio.sendStudy.tasks(id)[0]?.state).toBe('queued')
  fs.renameSync(`${sent.folder}/away`, `${sent.folder}/status`)
  // Once may be the disk's delay; twice is an answer.
  await studio.followPlaces.look()
  expect(studio.sendStudy.tasks(id)[0]?.state).toBe('queued')
  await studio.followPlaces.look()
  expect(studio.sendStudy.tasks(id)[0]).toMatchObject({ state: 'failed' })
  expect(studio.sendStudy.tasks(id)[0]?.error).toMatch(/no longer knows it.*retry/)
})

it('stops and resumes a study at its place, and says where there is nothing to', async () => {
  const { slurm, studio, send } = await sentStudy(3)
  const { id, sent } = await send()
  const { sendStudy } = studio
  const rows = (state: string, reason: string) =>
    [0, 1, 2].map((task) => `${sent.key}|${task}|${41 + task}|${state}|n1|${reason}`)
  const states = () => sendStudy.tasks(id).map(({ state }) => state)
  const [running, pending] = [rows('RUNNING', 'None'), rows('PENDING', 'None')]
  slurm.setQueue([running[0]!, pending[1]!, pending[2]!])
  await studio.followPlaces.look()
  await expect(sendStudy.resume(id)).rejects.toThrow(/no task that is held/)
  await sendStudy.act(id, 'cancel', [0, 1])
  // Slurm has no row any more of the one that had not begun.
  expect(states()).toEqual(['running', 'cancelled', 'queued'])
  slurm.setQueue([rows('CANCELLED', 'None')[0]!, rows('PENDING', 'JobHeldUser')[2]!])
  await studio.followPlaces.look()
  expect(states()).toEqual(['cancelled', 'cancelled', 'paused'])
  await sendStudy.resume(id)
  expect(slurm.asked()).toContain('scontrol release 41_2')
  expect(slurm.asked().at(-1)).toMatch(/^sbatch --parsable --array=0,1 /)
  slurm.setQueue(running)
  await studio.followPlaces.look()
  await sendStudy.stop(id)
  expect(slurm.asked()).toContain('scancel 41_0 41_1 41_2')
  await studio.followPlaces.look()
  expect(states()).toEqual(['cancelled', 'cancelled', 'cancelled'])
  await expect(sendStudy.stop(id)).rejects.toThrow(/no task that waits or runs/)
})

it('says why a site refuses a study, and sends it again', async () => {
  const { slurm, studio, send } = await sentStudy(2)
  slurm.refuse('sbatch: error: Invalid account or account/partition combination specified')
  await expect(send()).rejects.toThrow(/Invalid account/)
  const [study] = studio.studies.list()
  expect(study!.place?.tasks).toMatchObject({ all: 2, ended: 2 })
  expect(studio.sendStudy.tasks(study!.id)[0]?.error).toMatch(/not sent: .*Invalid account.*Retry/)
  slurm.refuse(null)
  await studio.sendStudy.retry(study!.id, [1])
  expect(slurm.asked().at(-1)).toMatch(/^sbatch --parsable --array=1 /)
  expect(studio.sendStudy.tasks(study!.id).map(({ state }) => state)).toEqual(['failed', 'queued'])
  await expect(studio.sendStudy.retry(study!.id, [1])).rejects.toThrow(/no task that failed/)
  await expect(studio.sendStudy.retry(study!.id, [7])).rejects.toThrow(/has no task 7/)
})

it('reads a status again only when it changed, and asks once for all studies of a place', async () => {
  const { slurm, studio, send } = await sentStudy(3)
  const studies = [await send(), await send()]
  for (const { sent } of studies) {
    for (let task = 0; task < 3; task += 1) {
      tellAs(sent, task, {})
      // Older than the nodes' clocks may differ.
      const old = Date.now() / 1000 - 3600
      fs.utimesSync(path.join(sent.folder, `status/${task}.json`), old, old)
    }
  }
  slurm.setQueue(
    studies.flatMap(({ sent }) =>
      [0, 1, 2].map((task) => `${sent.key}|${task}|${41 + task}|RUNNING|n1|None`),
    ),
  )
  expect(await studio.followPlaces.look()).toMatchObject({ requests: 1 })
  fs.writeFileSync(path.join(studies[0]!.sent.folder, 'status/0.json'), 'not read: {')
  fs.utimesSync(path.join(studies[0]!.sent.folder, 'status/0.json'), 1, 1)
  expect(await studio.followPlaces.look()).toMatchObject({ problems: [] })
  tellAs(studies[1]!.sent, 2, { done: 30, trained: [30, 40], at: Date.now() + 1 })
  await studio.followPlaces.look()
  expect(studio.sendStudy.tasks(studies[1]!.id)[2]).toMatchObject({ done: 30, steps: 30 })
})
