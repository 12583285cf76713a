import path from 'node:path'
import { onTestFinished, vi } from 'vitest'
import { defaultSubmission, type PlaceSettings } from '../../src/shared/jobs/place.ts'
import { openTestStudio } from '../integration/studio.ts'
import { quiet, temporaryFolder } from '../integration/support.ts'
import { addEvaluatedRun, openRaw, writePlates } from './evaluated-workspace.ts'
import { fakeSlurm } from './fake-slurm.ts'

/** A workspace with a finished run, its archive, and a study of such runs at a place. */
export async function sentStudy(tasks: number) {
  const folder = temporaryFolder()
  const slurm = fakeSlurm(path.join(folder, 'bin'))
  vi.stubEnv('PATH', slurm.path)
  onTestFinished(() => void vi.unstubAllEnvs())
  writePlates(path.join(folder, 'plates'))
  let studio = openTestStudio(path.join(folder, 'workspace'))
  onTestFinished(() => studio.close())
  const { token } = studio.datasets.register(path.join(folder, 'plates'))
  const { id: datasetId } = await studio.datasets.add(token, 'Plates')
  const raw = openRaw(studio.folder)
  const { runId } = addEvaluatedRun(raw, { seed: 1 }, 3)
  raw.store.close()
  const archive = path.join(folder, 'plate.ddadrun')
  await studio.runExport.write(runId, archive, { ...quiet, maps: false })
  const { category, config } = studio.runs.get(runId)
  const settings: PlaceSettings = {
    ...{ host: '', command: 'ddad', scratch: path.join(folder, 'scratch'), local: '/tmp' },
    ...{ prelude: '', paths: [], submission: defaultSubmission },
  }
  const place = studio.places.add('lab', settings)
  const request = {
    ...{ name: 'plates', datasetId, placeId: place.id, submission: defaultSubmission },
    runs: Array.from({ length: tasks }, () => ({ category, config })),
  }
  const send = async () => {
    const { id } = await studio.sendStudy.send(request)
    return { id, sent: studio.sendStudy.sent(id)! }
  }
  const reopen = async () => {
    await studio.close()
    studio = openTestStudio(path.join(folder, 'workspace'))
    return studio
  }
  return { folder, slurm, studio, runId, archive, request, send, reopen, config }
}
