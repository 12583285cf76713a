import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { expect, it } from 'vitest'
import { readCheckpoint } from '../../src/main/engine/jobs/checkpoint.ts'
import { writeSafetensors } from '../../src/main/engine/formats/safetensors.ts'
import { encodeRgbPng } from '../../src/main/decode/png.ts'
import type { Evaluation } from '../../src/shared/evaluation/evaluation.ts'
import type { Run } from '../../src/shared/runs/run.ts'
import { randomResNet50 } from '../support/random-resnet50.ts'
import { bytesOf } from '../support/bytes-of.ts'
import { ddad } from '../support/ddad.ts'

const golden = path.join(import.meta.dirname, '../fixtures/golden')

it('makes a run out of a reference checkpoint, its features and its configuration', async () => {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'ddad-import-'))
  const workspace = path.join(folder, 'workspace')
  const inWorkspace = (args: readonly string[]) =>
    ddad([...args, '--json', '--workspace', workspace])
  for (const part of ['train/good', 'test/good', 'test/bent']) {
    const place = path.join(folder, 'data/bottle', part)
    fs.mkdirSync(place, { recursive: true })
    for (let i = 0; i < 2; i++) {
      const data = Uint8Array.from({ length: 32 * 32 * 3 }, (_, k) => (k * (i + 3)) % 200)
      fs.writeFileSync(path.join(place, `${i}.png`), encodeRgbPng({ width: 32, height: 32, data }))
    }
  }
  // As the authors' code names them, and without an ending.
  const [unet, features] = [path.join(folder, '2000'), path.join(folder, 'feat8.safetensors')]
  fs.copyFileSync(path.join(golden, 'unet.pth'), unet)
  fs.writeFileSync(features, bytesOf(writeSafetensors(randomResNet50())))
  const config = path.join(folder, 'config.yaml')
  fs.writeFileSync(
    config,
    'data:\n  name: MVTec\n  batch_size: 2\n  test_batch_size: 2\n' +
      'model:\n  w: 6\n  v: 7\n  test_trajectoy_steps: 50\n  skip: 25\n  DLlambda: 0.1\n  DDADS: True\n',
  )
  await inWorkspace(['datasets', 'add', path.join(folder, 'data'), '--name', 'data'])
  const category = ['--dataset', 'data', '--category', 'bottle']
  const imported = await inWorkspace([
    'import',
    ...['--unet', unet, '--features', features, '--config', config],
    ...['--set', 'reconstruction.skip=50'],
    ...category,
  ])
  expect(imported.stderr + imported.stdout).not.toMatch(/error/i)
  const { run } = JSON.parse(imported.stdout) as { run: Run }
  expect(run).toMatchObject({ state: 'finished', adapted: true, category: 'bottle' })
  expect(run.config).toMatchObject({
    model: { imageSize: 32, baseChannels: 32 },
    // What the features are, not what a machine without torchvision's files has.
    extractor: 'resnet50',
    reconstruction: { guidanceWeight: 6, startStep: 50, skip: 50, start: 'compatible' },
    scoring: { pixelWeight: 7, normalisation: 'compatible', crop: true },
    evaluationBatch: 2,
  })
  expect(run.note).toMatch(/2000: SHA-256 [0-9a-f]{64}\nfeat8.safetensors: SHA-256 /)
  const files = fs.readdirSync(path.join(workspace, `runs/${run.id}`))
  expect(files.sort()).toEqual(['features-0008.safetensors', 'unet-00002000.safetensors'])
  const { weights } = await readCheckpoint(path.join(workspace, `runs/${run.id}`, files[1]!))
  expect(weights.get('down.0.0.weight')!.shape).toEqual([32, 3, 3, 3])

  // Without weights/resnet50.pth: the features that were imported take its place.
  const evaluated = await inWorkspace([
    ...['evaluate', '--run', String(run.id), '--noise-seeds', '2'],
    ...['--set', 'scoring.normalisation=calibrated', '--set', 'evaluationBatch=3'],
  ])
  expect(evaluated.code, evaluated.stderr).toBe(0)
  const { evaluation } = JSON.parse(evaluated.stdout) as { evaluation: Evaluation }
  expect(evaluation.settings).toMatchObject({
    scoring: { normalisation: 'calibrated', pixelWeight: 7 },
    ...{ noiseSeeds: 2, evaluationBatch: 3 },
  })
  const { ratio, range } = evaluation.calibration!
  expect(range!.low).toBeLessThanOrEqual(ratio)
  expect(range!.high).toBeGreaterThanOrEqual(ratio)
  const unknown = await inWorkspace(['evaluate', '--run', '1', '--set', 'scoring.colour=red'])
  expect(unknown.stderr).toMatch(/no setting scoring\.colour of an evaluation/)

  const mixed = 'model:\n  feature_extractor: wide_resnet101_2\n'
  fs.writeFileSync(config, mixed)
  const other = await inWorkspace([
    ...['import', '--unet', unet, '--features', features, '--config', config],
    ...category,
  ])
  expect(other.stderr).toMatch(
    /feature_extractor is wide_resnet101_2, and the features are of resnet50/,
  )

  fs.writeFileSync(config, 'model:\n  w: many\n')
  const refused = await inWorkspace(['import', '--unet', unet, '--config', config, ...category])
  expect(refused.code).toBe(1)
  expect(refused.stderr).toMatch(/model\.w/)
  const nothing = await inWorkspace(['import', '--unet', config, ...category])
  expect(nothing.code).toBe(1)
  expect(fs.readdirSync(path.join(workspace, 'runs'))).toEqual([String(run.id)])
})
