// `npm test`: the set-up, every check and every test. Arguments after `--` go to vitest alone and skip the rest.
import fs from 'node:fs'
import path from 'node:path'
import { build } from './build.mjs'
import { check } from './check.mjs'
import { virtualDisplay } from './lib/display.mjs'
import { readJson, root } from './lib/files.mjs'
import { runNode } from './lib/node.mjs'
import { say, SetupError } from './lib/run.mjs'
import { main, setup } from './setup.mjs'

const results = path.join(root, 'test-results')
const vitest = ['node_modules/vitest/vitest.mjs', 'run', '--config', 'test/vitest.config.ts']

await main(async () => {
  process.chdir(root)
  const electron = await setup({ strict: true })
  const only = process.argv.slice(2)
  if (only.length > 0) {
    process.exitCode = await runNode([...vitest, ...only])
    return
  }
  fs.rmSync(results, { recursive: true, force: true })
  const failures = []
  const step = async (name, work) => {
    const started = Date.now()
    try {
      await work()
    } catch (error) {
      if (!(error instanceof SetupError)) throw error
      say(error.message)
      failures.push(name)
    }
    say(`— ${name}: ${((Date.now() - started) / 1000).toFixed(0)} s`)
  }
  const mustPass = async (code) => {
    if ((await code) !== 0) throw new SetupError('Tests failed.')
  }
  const unitReport = path.join(results, 'unit.json')
  const windowReport = path.join(results, 'window.json')
  await step('checks', check)
  await step('unit, database and engine tests', () =>
    mustPass(
      runNode([
        ...vitest,
        '--reporter=default',
        '--reporter=json',
        `--outputFile.json=${unitReport}`,
      ]),
    ),
  )
  await step('build', build)
  await step('window tests', async () => {
    const display = await virtualDisplay()
    try {
      await mustPass(
        runNode(
          [
            'node_modules/@playwright/test/cli.js',
            'test',
            '--config',
            'test/e2e/playwright.config.ts',
          ],
          {
            env: {
              ...display.env,
              DDAD_ELECTRON: electron.executable,
              // Two windows side by side keep two cores busy.
              TF_NUM_INTRAOP_THREADS: '1',
              PLAYWRIGHT_JSON_OUTPUT_FILE: windowReport,
            },
          },
        ),
      )
    } finally {
      display.end()
    }
  })
  const unit = readJson(unitReport)
  const window = readJson(windowReport)?.stats
  const passed = (unit?.numPassedTests ?? 0) + (window?.expected ?? 0)
  const failed = (unit?.numFailedTests ?? 0) + (window?.unexpected ?? 0)
  if (failures.length > 0) say(`Failed: ${failures.join(', ')}.`)
  console.log(`${passed} passed, ${failed} failed`)
  process.exitCode = failures.length > 0 ? 1 : 0
})
