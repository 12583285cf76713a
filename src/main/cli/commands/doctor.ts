import { Unsuccessful, type Command } from '../command.ts'
import { testPlace } from './places.ts'
import { inspectMachine } from '../../services/core/doctor.ts'
import { checksText } from '../checks-text.ts'

export const doctor: Command = {
  name: 'doctor',
  usage: '[--place NAME]',
  summary: 'Says what works on this machine, or at a place, what is missing and how to get it.',
  options: { place: { type: 'string' } },
  run: async (context) => {
    const { values, output, studio } = context
    const place = values.text('place')
    if (place !== undefined) return testPlace(context, place)
    const checks = await inspectMachine(studio)
    output.result({ checks }, checksText(checks))
    if (checks.some(({ ok }) => !ok)) throw new Unsuccessful()
  },
}
