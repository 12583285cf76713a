// Measured by scripts/bench.mjs: one line of JSON for each line of stdin, `forward`, `train`, `operations` or `quit`.
import { readFileSync, writeFileSync } from 'node:fs'
import readline from 'node:readline'

const [size, base, batch, threads] = process.argv.slice(2, 6).map(Number)
// TensorFlow reads its environment when it is loaded, which the imports below do.
if (threads > 0) process.env.TF_NUM_INTRAOP_THREADS = String(threads)
const { presets, modelFor } = await import('../../src/shared/config/presets.ts')
const { openPredictor } = await import('../../src/main/engine/methods/ddad/predictor.ts')
const { Trainer } = await import('../../src/main/engine/jobs/trainer.ts')
const { initialWeights } = await import('../../src/main/engine/nn/initialise.ts')
const { Unet } = await import('../../src/main/engine/nn/unet.ts')
const { engineInfo, tf } = await import('../../src/main/engine/tf.ts')

const model = modelFor(size, base)
const images = Float32Array.from({ length: batch * size * size * 3 }, (_, i) => Math.sin(i / 50))
const steps = Array.from({ length: batch }, (_, i) => 100 * i + 50)
const warn = (text) => process.stderr.write(`${text}\n`)
const input = tf.tensor4d(images, [batch, size, size, 3])
let predictor = null
let trainer = null

const work = {
  forward() {
    predictor ??= openPredictor(new Unet(model, initialWeights(model, 1)), { batch, warn })
    tf.dispose(predictor.predict(input, steps))
  },
  async train() {
    const { training } = presets.ddad
    const config = { ...presets.ddad, model }
    trainer ??= new Trainer(
      { ...config, training: { ...training, batchSize: batch, microBatch: batch } },
      null,
      { warn },
    )
    await trainer.advance(images, steps)
  },
}

/** Highest resident memory since it was last asked for, in bytes; null where the system does not tell. */
function peak() {
  try {
    const [, kilobytes] = /VmHWM:\s+(\d+)/.exec(readFileSync('/proc/self/status', 'utf8'))
    writeFileSync('/proc/self/clear_refs', '5')
    return Number(kilobytes) * 1024
  } catch {
    return null
  }
}

function cpu() {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1e6
}

const { tensorflow, device } = engineInfo()
console.log(JSON.stringify({ tensorflow, device }))
for await (const line of readline.createInterface({ input: process.stdin })) {
  if (line === 'operations') {
    console.log(JSON.stringify({ forward: predictor?.operations, train: trainer?.operations }))
    continue
  }
  if (!work[line]) break
  peak()
  const [wall, used] = [performance.now(), cpu()]
  await work[line]()
  console.log(
    JSON.stringify({
      cpu: cpu() - used,
      wall: (performance.now() - wall) / 1000,
      peak: peak(),
    }),
  )
}
process.exit(0)
