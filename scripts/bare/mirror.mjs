// A registry on this machine that has what an installed studio fetches, taken from the registries in use here.
import fs from 'node:fs'
import http from 'node:http'
import path from 'node:path'
import { tensorflowWheels, weights } from '../../src/provision/pins.mjs'
import { run } from '../lib/run.mjs'

/** Serves a folder's files; resolves to the variables that name it, and how it is ended. */
export async function startMirror(folder) {
  const files = path.join(folder, 'mirror')
  fs.mkdirSync(files, { recursive: true })
  const [{ project, version, file }] = tensorflowWheels.cpu.wheels
  const only = ['--no-deps', '--only-binary=:all:', '--python-version', tensorflowWheels.cpu.python]
  const platform = ['--implementation', 'cp', '--platform', 'manylinux_2_27_x86_64']
  const wanted = ['--dest', files, `${project}==${version}`]
  await run('python3', ['-m', 'pip', 'download', ...only, ...platform, '--no-cache-dir', ...wanted])
  await run('npm', [
    'pack',
    '--silent',
    `${weights.name}@${weights.version}`,
    '--pack-destination',
    files,
  ])
  const server = http.createServer((request, response) => {
    const { pathname } = new URL(request.url, 'http://mirror')
    if (pathname === `/simple/${project}/`) {
      response.end(`<a href="/files/${file}">${file}</a>`)
      return
    }
    const found = path.join(files, path.basename(pathname))
    const size = fs.statSync(found, { throwIfNoEntry: false })?.size
    const from = Number(/^bytes=(\d+)-/.exec(request.headers.range ?? '')?.[1] ?? 0)
    if (size === undefined) response.writeHead(404).end()
    else if (from >= size) response.writeHead(416).end()
    else {
      response.writeHead(from > 0 ? 206 : 200, { 'content-length': size - from })
      fs.createReadStream(found, { start: from }).pipe(response)
    }
  })
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = `http://127.0.0.1:${server.address().port}`
  return {
    env: { PIP_INDEX_URL: `${address}/simple`, NPM_CONFIG_REGISTRY: `${address}/npm` },
    end: () => {
      server.closeAllConnections()
      server.close()
    },
  }
}
