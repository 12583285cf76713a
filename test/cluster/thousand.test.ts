/** What a study of a thousand tasks asks of the desktop: polling and taking in, with Slurm's commands played by scripts. */
import fs from 'node:fs'
import { performance } from 'node:perf_hooks'
import { expect, it } from 'vitest'
import { tellAs } from '../support/fake-slurm.ts'
import { sentStudy } from '../support/sent-study.ts'

const TASKS = 1000

it('takes in a thousand results within a minute of processor time, each once', async () => {
  const { slurm, studio, archive, send } = await sentStudy(TASKS)
  const { id, sent } = await send()
  const row = (task: number) => `${sent.key}|${task}|${41 + task}|RUNNING|n${task % 100}|None`
  slurm.setQueue(Array.from({ length: TASKS }, (_, task) => row(task)))
  const loss = Array.from({ length: 200 }, (_, at): [number, number] => [at + 1, 1 / (at + 1)])
  const log = Array.from({ length: 40 }, (_, at) => `step ${at} of a training that writes a line`)
  for (let task = 0; task < TASKS; task += 1) tellAs(sent, task, { loss, log })
  const timed = async (what: string) => {
    const [from, used] = [performance.now(), process.cpuUsage()]
    const followed = await studio.followPlaces.look()
    const { user, system } = process.cpuUsage(used)
    const seconds = (performance.now() - from) / 1000
    const busy = (user + system) / 1e6
    console.log(`${what}: ${seconds.toFixed(1)} s, ${busy.toFixed(1)} s of this process`)
    return { ...followed, busy }
  }
  console.log(`a result: ${fs.statSync(archive).size} bytes`)
  expect(await timed('first look')).toMatchObject({ requests: 1, problems: [] })
  expect(await timed('nothing new')).toMatchObject({ requests: 1, problems: [] })
  for (let task = 0; task < TASKS; task += 1)
    tellAs(sent, task, { loss, log, at: Date.now() }, archive)
  slurm.setQueue([])
  const taken = await timed('taking in')
  expect(taken).toMatchObject({ imported: TASKS, problems: [] })
  expect(taken.busy).toBeLessThan(60)
  expect(studio.studies.get(id).place?.tasks).toMatchObject({ all: TASKS, imported: TASKS })
})
