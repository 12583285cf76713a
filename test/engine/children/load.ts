/** `load.ts FILE training|inference`: loads a checkpoint; prints by how many bytes that raised the process's memory at most. */
import { readFileSync, writeFileSync, writeSync } from 'node:fs'
import { readCheckpoint } from '../../../src/main/engine/jobs/checkpoint.ts'
import { stateOf } from '../../../src/main/engine/jobs/training-state.ts'
import { loadUnet } from '../../../src/main/engine/jobs/unet-file.ts'
import { tf } from '../../../src/main/engine/tf.ts'

const [, , file = '', what] = process.argv
const bytes = (name: string) =>
  1024 *
  Number(new RegExp(`${name}:\\s+(\\d+)`).exec(readFileSync('/proc/self/status', 'utf8'))![1])

async function raisedBy(load: () => Promise<unknown>): Promise<number> {
  // The highest is counted from here on.
  writeFileSync('/proc/self/clear_refs', '5')
  const before = bytes('VmRSS')
  await load()
  return bytes('VmHWM') - before
}

// What TensorFlow takes for itself is not the file's.
tf.tensor1d([1, 2]).square().dataSync()
async function loadTraining(): Promise<void> {
  const checkpoint = await readCheckpoint(file)
  const { weights, m, v } = stateOf(checkpoint, checkpoint.config, file)
  for (const tensors of [weights, m, v]) tf.dispose([...tensors.values()])
}
writeSync(1, String(await raisedBy(what === 'training' ? loadTraining : () => loadUnet(file))))
