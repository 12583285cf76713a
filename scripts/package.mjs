// `npm run package`: makes what people install. `--for-testing` allows another Electron than the official one and marks
// what comes of it; `--bundle-engine` puts TensorFlow's library and the weights inside; `--only deb,rpm,tar` makes some.
import path from 'node:path'
import process from 'node:process'
import { parseArgs } from 'node:util'
import { build } from './build.mjs'
import { ensurePinnedNode, runNode } from './lib/node.mjs'
import { root } from './lib/root.mjs'
import { SetupError } from './lib/run.mjs'
import { main, setup } from './setup.mjs'
import { ensureSystem } from './setup/system.mjs'

const formats = ['deb', 'rpm', 'tar']
const tools = { deb: ['dpkg-deb'], rpm: ['rpmbuild'], tar: ['xz'] }

await main(async () => {
  const { values } = parseArgs({
    options: {
      'for-testing': { type: 'boolean', default: false },
      'bundle-engine': { type: 'boolean', default: false },
      only: { type: 'string' },
    },
  })
  const only = values.only?.split(',') ?? formats
  const unknown = only.filter((name) => !formats.includes(name))
  if (unknown.length > 0)
    throw new SetupError(
      `There is no format ${unknown.join(', ')}; there are ${formats.join(', ')}.`,
    )
  const electron = await setup({ strict: true })
  if (electron.source !== 'official' && !values['for-testing']) {
    throw new SetupError(
      `Electron ${electron.version} is not the official one (${electron.source}), and nothing made of it may be passed on.\n` +
        'Remedy: go online and run `npm run setup` with DDAD_NO_FALLBACK=1, or make a package `--for-testing`.',
    )
  }
  const linux = process.platform === 'linux'
  if (linux) await ensureSystem({ tools: only.flatMap((name) => tools[name]) })
  const node = linux ? path.join(await ensurePinnedNode(), 'bin/node') : process.execPath
  await build()
  const order = {
    electron,
    node,
    formats: only,
    forTesting: values['for-testing'],
    bundleEngine: values['bundle-engine'],
  }
  const script = path.join(root, 'scripts/package/make.mjs')
  process.exitCode = await runNode([script, JSON.stringify(order)])
})
