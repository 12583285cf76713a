// `node scripts/node.mjs FILE …`: runs a script, TypeScript included, under the Node that the studio uses.
import { runNode } from './lib/node.mjs'

process.exitCode = await runNode(process.argv.slice(2))
