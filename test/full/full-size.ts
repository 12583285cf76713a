/**
 * The published presets at their full size, through the command line: train, killed while a checkpoint is
 * written, resume, adapt, evaluate, sweep, look live, report, export and import, import the authors' files,
 * reproduce. Two optimiser steps and six test images each. Every step is checked; the table says what it took.
 */
import assert from 'node:assert/strict'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { parseArgs } from 'node:util'
import type { Evaluation } from '../../src/shared/evaluation/evaluation.ts'
import type { Estimate } from '../../src/shared/jobs/estimate.ts'
import type { ReproductionCheck } from '../../src/shared/runs/reproduction.ts'
import type { Run } from '../../src/shared/runs/run.ts'
import { Random } from '../../src/shared/random.ts'
import { float32Tensor } from '../../src/main/engine/formats/array-tensor.ts'
import { fileBytes } from '../../src/main/engine/formats/byte-source.ts'
import { readSafetensors, writeSafetensors } from '../../src/main/engine/formats/safetensors.ts'
import { readCheckpoint } from '../../src/main/engine/jobs/checkpoint.ts'
import { writeFileAtomic } from '../../src/main/files/files.ts'
import { torchvisionWeights, writeAuthorsFile, writeExtractor, writeImages } from './inputs.ts'
import { watched, type Watched } from './watched.ts'

const { values: given } = parseArgs({
  options: {
    /** Tries the steps with small networks. */
    small: { type: 'boolean', default: false },
    /** One preset alone, or `tensors`. */
    only: { type: 'string' },
    /** Leaves the workspace. */
    keep: { type: 'boolean', default: false },
  },
})
const small = given.small
  ? [
      'model.imageSize=32',
      'model.baseChannels=32',
      'model.multipliers=[1,2,3,4]',
      'training.batchSize=6',
      'adaptation.batchSize=4',
      'reconstruction.startStep=50',
    ]
  : []
const full = [
  { preset: 'ddad', extractor: 'resnet50-keras' },
  { preset: 'ddad-s', extractor: 'wide_resnet50_2' },
  { preset: 'mvtec/bottle', extractor: 'wide_resnet101_2' },
].filter(({ preset }) => given.only === undefined || given.only === preset)

const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'ddad-full-'))
const workspace = path.join(folder, 'workspace')
const cli = path.join(import.meta.dirname, '../../src/main/cli/main.ts')
const rows: string[] = []
let failures = 0

const minutes = (seconds: number) => (seconds / 60).toFixed(1)
const megabytes = (bytes: number) => Math.round(bytes / 1e6).toLocaleString('en')

function say(line: string): void {
  rows.push(line)
  console.log(line)
}

/** One row of the table. What throws in `work` fails the step; the others go on. */
async function step(
  name: string,
  work: () => Promise<readonly [Watched, string]>,
): Promise<boolean> {
  try {
    const [{ seconds, cpuSeconds, peakBytes }, seen] = await work()
    say(
      `| ${name} | ${minutes(seconds)} | ${minutes(cpuSeconds)} | ${megabytes(peakBytes)} | ${seen} |`,
    )
    return true
  } catch (error) {
    failures += 1
    say(`| ${name} | | | | **failed**: ${error instanceof Error ? error.message : String(error)} |`)
    return false
  }
}

/** Runs `ddad`; what it says on stdout as JSON. */
async function run<T>(...args: string[]): Promise<{ took: Watched; value: T }> {
  const took = await watched(process.execPath, [cli, ...args, '--json', '--workspace', workspace])
  assert.equal(took.code, 0, `${args.slice(0, 2).join(' ')}: ${took.stderr.slice(-600)}`)
  return { took, value: JSON.parse(took.stdout || 'null') as T }
}

const filesOf = (id: number) => fs.readdirSync(path.join(workspace, 'runs', String(id))).sort()
const newest = (id: number, start: string) =>
  path.join(
    workspace,
    'runs',
    String(id),
    filesOf(id)
      .filter((name) => name.startsWith(start))
      .at(-1)!,
  )

async function wholePreset(preset: string, extractor: string): Promise<void> {
  const settings = [
    'training.epochs=2',
    'training.checkpointEverySteps=1',
    'adaptation.epochs=1',
    `extractor=${extractor}`,
    ...small,
  ].flatMap((setting) => ['--set', setting])
  const where = ['--dataset', 'Full', '--category', 'bottle', '--preset', preset, ...settings]
  const { value: before } = await run<{ runs: Run[] } | Run[]>('runs', 'list')
  const id = ((Array.isArray(before) ? before : before.runs).length ?? 0) + 1
  const written = () => (fs.existsSync(path.join(workspace, 'runs', String(id))) ? filesOf(id) : [])
  const named = (what: string) => `${preset}: ${what}`

  // It tries a step as the training does: once is enough.
  if (preset === 'ddad')
    await step(named('estimate'), async () => {
      const { took, value } = await run<Estimate>('estimate', ...where)
      const { low, high } = value.training
      assert.ok(value.peakBytes > 0 && low > high / 20, `steps of ${low} to ${high} s`)
      return [took, `${megabytes(value.peakBytes)} MB told`]
    })
  const begun = await step(
    named('train, killed while the second checkpoint is written'),
    async () => {
      const took = await watched(
        process.execPath,
        [cli, 'train', ...where, '--json', '--workspace', workspace],
        () =>
          written().includes('unet-00000001.safetensors') &&
          written().some((name) => name.startsWith('unet-00000002.safetensors.')),
      )
      assert.equal(took.code, null, `it ended by itself: ${took.stderr.slice(-600)}`)
      // A small one can be whole before the kill reaches it.
      const whole = written().includes('unet-00000002.safetensors')
      assert.ok(given.small || !whole, 'the second checkpoint was whole')
      const { size } = fs.statSync(newest(id, 'unet-00000001'))
      return [took, `checkpoint of ${megabytes(size)} MB`]
    },
  )
  if (!begun) return
  await step(named('resume: second step again, from the first checkpoint'), async () => {
    const { took, value } = await run<{ run: Run }>('runs', 'resume', String(id))
    assert.equal(value.run.step, 2)
    assert.ok(Number.isFinite(value.run.lastLoss))
    const names = filesOf(id).filter((name) => name.startsWith('unet-'))
    assert.deepEqual(names, ['unet-00000001.safetensors', 'unet-00000002.safetensors'])
    return [took, `loss ${value.run.lastLoss?.toFixed(4)}`]
  })
  await step(named('adapt'), async () => {
    const { took } = await run('adapt', '--run', String(id))
    return [took, `features of ${megabytes(fs.statSync(newest(id, 'features-')).size)} MB`]
  })
  let evaluation: Evaluation | null = null
  await step(named('evaluate six images, calibrated'), async () => {
    const { took, value } = await run<{ evaluation: Evaluation }>('evaluate', '--run', String(id))
    evaluation = value.evaluation
    assert.ok(evaluation.calibration)
    return [took, `${evaluation.secondsPerImage?.toFixed(1)} s an image`]
  })
  await step(named('sweep of two settings'), async () => {
    // Short ones: a pass costs the same at every T′.
    const settings = ['--start-steps', '50,100']
    const { took, value } = await run<{ plan: { maps: number } }>(
      ...['sweep', '--run', String(id), ...settings, '--synthetic', '0', '--no-probes'],
    )
    return [took, `${value.plan.maps} maps`]
  })
  await step(named('live reconstruction'), async () => {
    const script = path.join(import.meta.dirname, 'live.ts')
    const took = await watched(process.execPath, [script, workspace, String(id), '1'])
    assert.equal(took.code, 0, took.stderr.slice(-600))
    const { pictures } = JSON.parse(took.stdout) as { pictures: number }
    assert.ok(pictures > 0)
    return [took, `${pictures} pictures`]
  })
  await step(named('report'), async () => {
    const file = path.join(folder, `${id}.html`)
    const { took } = await run('report', file, '--evaluation', String(evaluation?.id))
    return [took, `${megabytes(fs.statSync(file).size)} MB`]
  })
  await step(named('export and import'), async () => {
    const file = path.join(folder, `${id}.ddadrun`)
    const exported = await run<{ bytes: number }>('runs', 'export', file, '--run', String(id))
    const imported = await run<{ run: Run }>('runs', 'import', file)
    const [own, copy] = [newest(id, 'unet-'), newest(imported.value.run.id, 'unet-')]
    assert.ok(fs.readFileSync(own).equals(fs.readFileSync(copy)), 'the checkpoint is another one')
    fs.rmSync(file)
    return [sum(exported.took, imported.took), `archive of ${megabytes(exported.value.bytes)} MB`]
  })
  if (preset === 'ddad-s')
    await step(named('reproduce'), async () => {
      const { took, value } = await run<{ check: ReproductionCheck }>(
        ...['reproduce', '--run', String(id)],
      )
      assert.deepEqual(value.check, { weights: true, images: 6, differingScores: 0 })
      return [took, 'bit-identical']
    })
  if (preset === 'ddad') await authorsFiles(newest(id, 'unet-'))
}

/** A U-Net of base 64 and wide_resnet101_2 as the reference code saves them. */
async function authorsFiles(checkpoint: string): Promise<void> {
  const [unet, features, config] = ['2000', 'feat8', 'config.yaml'].map((name) =>
    path.join(folder, name),
  ) as [string, string, string]
  let imported: Run | null = null
  await step('the authors’ files: import', async () => {
    await writeAuthorsFile(unet, (await readCheckpoint(checkpoint)).weights)
    await writeAuthorsFile(features, torchvisionWeights('wide_resnet101_2', 2))
    fs.writeFileSync(config, 'model:\n  feature_extractor: wide_resnet101_2\n')
    const { took, value } = await run<{ run: Run }>(
      ...['import', '--unet', unet, '--features', features, '--config', config],
      ...['--dataset', 'Full', '--category', 'bottle'],
    )
    imported = value.run
    const sizes = [unet, features].map((file) => megabytes(fs.statSync(file).size))
    return [took, `${sizes.join(' and ')} MB`]
  })
  await step('the authors’ files: evaluate six images', async () => {
    assert.ok(imported, 'nothing was imported')
    const { took, value } = await run<{ evaluation: Evaluation }>(
      ...['evaluate', '--run', String(imported.id)],
      ...['--start-step', '50'],
    )
    return [took, `${value.evaluation.secondsPerImage?.toFixed(1)} s an image`]
  })
}

/** Results of more than 2 GiB, of which one tensor alone has more than 2³¹ bytes. */
async function largeResults(): Promise<void> {
  const side = given.small ? 64 : 1024
  const count = 33
  const [input, output] = ['images', 'features'].map((name) =>
    path.join(folder, `${name}.safetensors`),
  ) as [string, string]
  await step('tensors features: results of more than 2 GB', async () => {
    const random = new Random(1)
    const data = Float32Array.from({ length: count * 3 * side * side }, () => random.between(0, 1))
    const image = float32Tensor([count, 3, side, side], data)
    await writeFileAtomic(input, writeSafetensors(new Map([['image', image]])))
    const weights = path.join(workspace, 'weights/wide_resnet50_2.safetensors')
    const { took } = await run(
      ...['tensors', 'features', '--weights', weights, '--in', input, '--out', output],
    )
    const { tensors } = readSafetensors(fileBytes(output), output)
    const first = tensors.get('eval.layer1')!
    assert.deepEqual(first.shape, [count, 256, side / 4, side / 4])
    const last = (first.data as Float32Array).subarray(-1000)
    assert.ok(last.every(Number.isFinite) && last.some((value) => value !== last[0]))
    const { size } = fs.statSync(output)
    for (const file of [input, output]) fs.rmSync(file)
    return [took, `${megabytes(size)} MB`]
  })
}

function sum(one: Watched, other: Watched): Watched {
  return {
    ...other,
    seconds: one.seconds + other.seconds,
    cpuSeconds: one.cpuSeconds + other.cpuSeconds,
    peakBytes: Math.max(one.peakBytes, other.peakBytes),
  }
}

const began = performance.now()
try {
  writeImages(path.join(folder, 'data'))
  for (const name of ['wide_resnet50_2', 'wide_resnet101_2'] as const)
    await writeExtractor(path.join(workspace, 'weights'), name)
  await run('datasets', 'add', path.join(folder, 'data'), '--name', 'Full')
  console.log(
    `| step | minutes | processor minutes | peak MB | seen |\n| --- | ---: | ---: | ---: | --- |`,
  )
  for (const { preset, extractor } of full) await wholePreset(preset, extractor)
  if (given.only === undefined || given.only === 'tensors') await largeResults()
  const all = (performance.now() - began) / 1000
  console.log(
    `${rows.length - failures} steps passed, ${failures} failed, ${minutes(all)} minutes.`,
  )
  process.exitCode = failures === 0 ? 0 : 1
} finally {
  if (given.keep) console.log(folder)
  else fs.rmSync(folder, { recursive: true, force: true })
}
