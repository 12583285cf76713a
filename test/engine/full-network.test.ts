import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { expect, it, onTestFinished, vi } from 'vitest'
import type { Evaluation } from '../../src/shared/evaluation/evaluation.ts'
import type { Estimate } from '../../src/shared/jobs/estimate.ts'
import type { Run } from '../../src/shared/runs/run.ts'
import { ddad } from '../support/ddad.ts'
import { writePlates } from '../support/evaluated-workspace.ts'

vi.setConfig({ testTimeout: 600_000 })

/** The network of `ddad-s` with every weight that it has at 256 pixels, on pictures that cost little. */
const settings = [
  'model.imageSize=32',
  'model.multipliers=[1,1,2,2,4,4]',
  'model.attentionAt=[4,2,1]',
  'training.epochs=2',
  'training.batchSize=1',
  'training.microBatch=1',
  'adaptation.epochs=0',
  'reconstruction.startStep=50',
].flatMap((setting) => ['--set', setting])

it('trains, stops, resumes and evaluates a network of the published size', async () => {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'ddad-full-network-'))
  onTestFinished(() => fs.rmSync(folder, { recursive: true, force: true }))
  const plates = path.join(folder, 'plates')
  writePlates(plates)
  const workspace = path.join(folder, 'workspace')
  // Compiling takes longer than the few steps do.
  const env = { ...process.env, DDAD_EAGER: '1' }
  const run = async <T>(args: string[], onStderr?: Parameters<typeof ddad>[1]) => {
    const ended = await ddad(
      [...args, '--json', '--workspace', workspace],
      onStderr,
      undefined,
      env,
    )
    return { ...ended, value: JSON.parse(ended.stdout || 'null') as T }
  }
  await run(['datasets', 'add', plates, '--name', 'Plates'])
  const asked = ['--dataset', 'Plates', '--category', 'plate', '--preset', 'ddad-s', ...settings]
  const { training } = (await run<Estimate>(['estimate', ...asked])).value
  // Nothing but whole steps is measured: the slowest is no twentyfold of the fastest.
  expect(training.low).toBeGreaterThan(training.high / 20)
  let interrupted = false
  const stopped = await run<{ run: Run }>(['train', ...asked], (text, interrupt) => {
    if (interrupted || !/\d\/8/.test(text)) return
    interrupted = true
    interrupt()
  })
  const { step, id, state } = stopped.value.run
  expect(state, stopped.stderr).toBe('stopped')
  const names = () => fs.readdirSync(path.join(workspace, 'runs', String(id))).sort()
  expect(names()).toEqual([`unet-0000000${step}.safetensors`])
  const { size } = fs.statSync(path.join(workspace, 'runs', String(id), names()[0]!))
  expect(size).toBeGreaterThan(9.5e7)

  const resumed = await run<{ run: Run }>(['runs', 'resume', String(id)])
  expect(resumed.code, resumed.stderr).toBe(0)
  expect(resumed.stderr).not.toMatch(/cannot be read/)
  expect(resumed.value.run).toMatchObject({ state: 'finished', step: 8 })
  const evaluated = await run<{ evaluation: Evaluation }>(['evaluate', '--run', String(id)])
  expect(evaluated.code, evaluated.stderr).toBe(0)
  expect(evaluated.value.evaluation.calibration).not.toBe(null)
})
