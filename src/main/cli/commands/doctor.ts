import { Unsuccessful, type Command } from '../command.ts'
import { inspectMachine, type Check } from '../../services/core/doctor.ts'

function checksText(checks: readonly Check[]): string {
  return checks
    .map(({ name, ok, detail, remedy }) => {
      const line = `${ok ? 'ok     ' : 'MISSING'}  ${name}: ${detail}`
      return remedy === null ? line : `${line}\n         ${remedy}`
    })
    .join('\n')
}

export const doctor: Command = {
  name: 'doctor',
  usage: '',
  summary: 'Says what works on this machine, what is missing and how to get it.',
  options: {},
  run: async ({ output, studio }) => {
    const checks = await inspectMachine(studio)
    output.result({ checks }, checksText(checks))
    if (checks.some(({ ok }) => !ok)) throw new Unsuccessful()
  },
}
