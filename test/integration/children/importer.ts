/** Begins an import of a run, with a run's folder and a mask's made, and waits to be killed. Arguments: workspace. */
import fs from 'node:fs'
import path from 'node:path'
import { openStaging } from '../../../src/main/services/datasets/import-staging.ts'
import { openWorkspace } from '../../../src/main/services/core/workspace.ts'

const workspace = openWorkspace(process.argv[2] ?? '')
const staging = openStaging(workspace)
fs.writeFileSync(path.join(staging.folder, 'run.json'), '{}')
for (const made of ['runs/901', 'masks/902'] as const) {
  staging.making(made)
  fs.mkdirSync(workspace.resolve(made))
  fs.writeFileSync(path.join(workspace.resolve(made), 'file'), 'half')
}
process.stdout.write('made')
setInterval(() => {}, 1000)
