/**
 * Writes in one of several ways under a limit on the size of files, which like a full disk takes a part of the last
 * write. Prints the error's code and message, or `done`. Arguments: way, place.
 */
import fs from 'node:fs/promises'
import path from 'node:path'
import { ArchiveWriter } from '../../../src/main/services/exchange/archive/archive-writer.ts'
import { createMaskJournals } from '../../../src/main/services/masks/mask-journals.ts'
import { writeExport, writeFileAtomic } from '../../../src/main/files/files.ts'
import { writeTogether } from '../../../src/main/files/staging.ts'
import { describeError } from '../../../src/shared/errors.ts'

const [way = '', place = '', bytes = '0'] = process.argv.slice(2)
const content = Buffer.alloc(Number(bytes), 'x')

const ways: Record<string, () => Promise<unknown>> = {
  file: () => writeFileAtomic(place, content),
  export: () => writeExport(place, content),
  archive: async () => {
    const archive = await ArchiveWriter.create(place)
    try {
      await archive.add('a', content)
      await archive.finish()
    } catch (error) {
      await archive.abandon()
      throw error
    }
  },
  together: () => writeTogether(place, (staging) => staging.write('deep/a', content)),
  copy: () => writeTogether(place, (staging) => staging.copy(`${place}.source`, 'deep/a')),
  journal: async () => {
    const journals = createMaskJournals({
      resolve: (name: string) => path.join(place, name),
    } as Parameters<typeof createMaskJournals>[0])
    const { size } = await fs.stat(path.join(place, 'masks/journals/7-0.journal'))
    await journals.append(7 as never, null, size, content)
  },
}

try {
  await ways[way]!()
  process.stdout.write('done')
} catch (error) {
  const { code, message } = describeError(error)
  process.stdout.write(`${code} ${message}`)
}
