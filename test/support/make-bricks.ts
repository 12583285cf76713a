import path from 'node:path'
import { makeDemo } from '../../src/main/background/datasets/demo/make-demo.ts'
import { DdadError } from '../../src/shared/errors.ts'
import { root } from './ddad.ts'

/** Writes the first of the demo data's four categories, `brick`, and no more. */
export async function makeBricks(folder: string): Promise<void> {
  const rest = new AbortController()
  const made = makeDemo(folder, 5, path.join(root, 'resources/demo'), {
    signal: rest.signal,
    onProgress: (done, total) => done === total / 4 && rest.abort(),
  })
  await made.catch((error: unknown) => {
    if (!(error instanceof DdadError && error.code === 'CANCELLED')) throw error
  })
}
