import type { Command } from '../command.ts'
import { ensureEngineFiles } from '../engine-files.ts'

export const setup: Command = {
  name: 'setup',
  usage: '',
  summary: 'Fetches TensorFlow and the weights that training needs, where they are not there yet.',
  options: {},
  run: async ({ output, studio: open }) => {
    const studio = open()
    await ensureEngineFiles(studio, output)
    output.result({ missing: await studio.engineFiles.missing() }, 'Everything is there.')
  },
}
