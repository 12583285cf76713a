// `npm test`: the set-up, every check and every test, whatever fails on the way. Arguments after `--` go to vitest alone
// and skip the rest.
import fs from 'node:fs'
import path from 'node:path'
import { readJson } from '../src/provision/files.mjs'
import { build } from './build.mjs'
import { check } from './check.mjs'
import { virtualDisplay } from './lib/display.mjs'
import { runNode } from './lib/node.mjs'
import { root } from './lib/root.mjs'
import { say, SetupError } from './lib/run.mjs'
import { summarise } from './lib/test-summary.mjs'
import { main, setup } from './setup.mjs'
import { clusterTests, ensureSlurm } from './setup/slurm.mjs'

const results = path.join(root, 'test-results')
const vitest = ['node_modules/vitest/vitest.mjs', 'run', '--config', 'test/vitest.config.ts']
const playwright = ['node_modules/@playwright/test/cli.js', 'test', '--config']
const report = (name) => path.join(results, `${name}.json`)

/** Runs the tests of some Playwright projects in the window; they share a display. */
async function windowTests(name, projects, env) {
  const args = ['test/e2e/playwright.config.ts', ...projects.map((one) => `--project=${one}`)]
  // Each call empties the folder that it writes to.
  const output = ['--output', path.join(results, name)]
  const code = await runNode([...playwright, ...args, ...output], {
    env: { ...env, PLAYWRIGHT_JSON_OUTPUT_FILE: report(name) },
  })
  if (code !== 0) throw new SetupError(`The ${name} tests failed.`)
}

await main(async () => {
  process.chdir(root)
  const electron = await setup({ display: true, strict: true })
  const only = process.argv.slice(2)
  if (only.length > 0) {
    process.exitCode = await runNode([...vitest, ...only])
    return
  }
  fs.rmSync(results, { recursive: true, force: true })
  const failed = []
  const step = async (name, work) => {
    const started = Date.now()
    try {
      await work()
    } catch (error) {
      if (!(error instanceof SetupError)) throw error
      say(error.message)
      failed.push(name)
    }
    say(`— ${name}: ${((Date.now() - started) / 1000).toFixed(0)} s`)
  }
  await step('checks', check)
  await step('unit, database and engine tests', async () => {
    const reporters = ['--reporter=default', '--reporter=json']
    const code = await runNode([...vitest, ...reporters, `--outputFile.json=${report('unit')}`])
    if (code !== 0) throw new SetupError('The unit, database and engine tests failed.')
  })
  const skipped = []
  await step('cluster smoke tests', async () => {
    try {
      await ensureSlurm()
    } catch (error) {
      if (!(error instanceof SetupError)) throw error
      skipped.push(`a study on a real Slurm (test/cluster/smoke.test.ts): ${error.message}`)
      return
    }
    const reporters = ['--reporter=default', '--reporter=json']
    const code = await clusterTests([
      'smoke',
      ...reporters,
      `--outputFile.json=${report('cluster')}`,
    ])
    if (code !== 0) throw new SetupError('The cluster smoke tests failed.')
  })
  await step('build', build)
  const display = await virtualDisplay()
  try {
    // Two windows side by side keep two cores busy.
    const env = {
      ...display.env,
      DDAD_ELECTRON: electron.executable,
      TF_NUM_INTRAOP_THREADS: '1',
    }
    await step('window tests', () => windowTests('window', ['study', 'window'], env))
    await step('measured window tests', () => windowTests('measured', ['measured'], env))
  } finally {
    display.end()
  }
  const { failures, notRun, ...total } = summarise(
    ['unit', 'cluster'].map((name) => readJson(report(name))),
    ['window', 'measured'].map((name) => readJson(report(name))),
  )
  for (const line of failures) say(line)
  for (const what of skipped) say(`Skipped: ${what}`)
  if (notRun > 0) {
    say(`${notRun} window tests did not run.`)
    failed.push('tests that did not run')
  }
  if (failed.length > 0) say(`Failed: ${failed.join(', ')}.`)
  console.log(`${total.passed} passed, ${total.failed} failed`)
  process.exitCode = failed.length > 0 ? 1 : 0
})
