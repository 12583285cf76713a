/** Trains as the engine process does; every event is a line of stdout before anything else happens. */
import { writeSync } from 'node:fs'
import { train } from '../../../src/main/engine/jobs/train.ts'
import type { EngineContract } from '../../../src/shared/processes/engine.ts'

const input = JSON.parse(process.argv[2]!) as EngineContract['train']['input']
const output = await train(input, {
  signal: new AbortController().signal,
  endMode: () => null,
  emit: (event) => writeSync(1, `${JSON.stringify(event)}\n`),
})
writeSync(1, `${JSON.stringify({ type: 'ended', ...output })}\n`)
