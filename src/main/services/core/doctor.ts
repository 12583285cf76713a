/** What works on this machine, for `ddad doctor`. */
import fs from 'node:fs'
import path from 'node:path'
import type { Check } from '../../../shared/core/check.ts'
import { describeError } from '../../../shared/errors.ts'
import type { Studio } from '../studio.ts'
import { setupCommand } from '../../files/setup-command.ts'
import { kerasWeightsFolder } from './weights.ts'

const works = (name: string, detail: string): Check => ({ name, ok: true, detail, remedy: null })

/** Opens the workspace, loads TensorFlow and looks for the weights. Never rejects. */
export async function inspectMachine(open: () => Studio): Promise<readonly Check[]> {
  const checks = [works('Node', process.version)]
  try {
    const studio = open()
    checks.push(works('SQLite', studio.sqliteVersion()), works('Workspace', studio.folder))
    checks.push(await checkTensorflow(studio))
  } catch (error) {
    const { message } = describeError(error)
    const remedy = 'Choose another workspace with --workspace.'
    checks.push({ name: 'Workspace', ok: false, detail: message, remedy })
  }
  checks.push(checkWeights())
  return checks
}

async function checkTensorflow(studio: Studio): Promise<Check> {
  try {
    const info = await studio.engineInfo()
    const detail = `${info.tensorflow} on ${info.device} (${info.library})`
    return works('TensorFlow', info.remark ? `${detail}. ${info.remark}` : detail)
  } catch (error) {
    const detail = describeError(error).message
    return { name: 'TensorFlow', ok: false, detail, remedy: `Run \`${setupCommand()}\`.` }
  }
}

function checkWeights(): Check {
  const folder = kerasWeightsFolder()
  const name = 'Feature extractor'
  return fs.existsSync(path.join(folder, 'model.json'))
    ? works(name, folder)
    : { name, ok: false, detail: `nothing in ${folder}`, remedy: `Run \`${setupCommand()}\`.` }
}
