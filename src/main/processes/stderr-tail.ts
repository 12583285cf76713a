/** Keeps the last lines of a child's standard error, for the message when it crashes. */
import type { Readable } from 'node:stream'

const LINES = 20
const CHARACTERS = 4000

export function stderrTail(stream: Readable | null): () => string {
  let text = ''
  stream?.setEncoding('utf8')
  stream?.on('data', (chunk: string) => {
    text = (text + chunk).slice(-CHARACTERS)
  })
  return () =>
    text
      .split('\n')
      .filter((line) => line.trim() !== '')
      .slice(-LINES)
      .join('\n')
}
