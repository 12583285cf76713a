import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ddad } from '../../../support/ddad.ts'

let folder = ''
const inWorkspace = (...args: string[]) =>
  ddad([...args, '--workspace', path.join(folder, 'workspace')])

beforeAll(() => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), 'ddad-cli-'))
})
afterAll(() => fs.rmSync(folder, { recursive: true, force: true }))

describe('the command line', () => {
  it.each([
    [[], 'Usage: ddad COMMAND'],
    [['fly'], 'There is no command `fly`'],
    [['datasets'], 'There is no command `datasets`'],
    [['datasets', 'list', '--nope'], '--nope'],
    [['datasets', 'scan'], 'The folder is missing'],
    [['datasets', 'scan', 'a', 'b'], 'Unexpected argument b'],
    [['train', '--category', 'c'], '--dataset is missing'],
    [['train', '--dataset', 'd', '--category', 'c', '--seed', '-1'], '--seed'],
    [['evaluate', '--run', 'first'], '--run must be an id'],
  ])('ends with 2 and says what is wrong: ddad %j', async (args, message) => {
    const { code, stdout, stderr } = await inWorkspaceIfAny(args)
    expect(stderr).toContain(message)
    expect(stdout).toBe('')
    expect(code).toBe(2)
  })

  it.each([[['--help']], [['datasets', 'add', '--help']]])(
    'prints help on stdout: %j',
    async (args) => {
      const { code, stdout } = await ddad(args)
      expect(stdout).toContain('--workspace DIR')
      expect(code).toBe(0)
    },
  )

  it.each([
    [['runs', 'show', '7'], 'There is no run 7'],
    [['train', '--dataset', 'none', '--category', 'c'], 'There is no data set none'],
    [['datasets', 'add', '/nowhere/at/all'], '/nowhere/at/all'],
  ])('ends with 1 and the reason, without a stack: ddad %j', async (args, message) => {
    const { code, stdout, stderr } = await inWorkspace(...args)
    expect(stderr).toContain(message)
    expect(stderr).not.toMatch(/^\s+at /m)
    expect(stdout).toBe('')
    expect(code).toBe(1)
  })

  it('makes data and says what it would be imported as, in JSON', { timeout: 60_000 }, async () => {
    const data = path.join(folder, 'demo')
    const made = await inWorkspace('demo', 'make', data, '--json')
    expect(made.code).toBe(0)
    const { images } = JSON.parse(made.stdout) as { images: number }
    const scanned = await inWorkspace('datasets', 'scan', data, '--json')
    expect(JSON.parse(scanned.stdout)).toMatchObject({ layout: 'mvtec-ad', imageCount: images })
  })

  it(
    'stores a data set and refuses wrong settings for a run of it',
    { timeout: 60_000 },
    async () => {
      const data = path.join(folder, 'demo')
      const added = await inWorkspace('datasets', 'add', data, '--name', 'Textures', '--json')
      const listed = await inWorkspace('datasets', 'list', '--json')
      expect(JSON.parse(listed.stdout)).toEqual([JSON.parse(added.stdout)])
      const again = await inWorkspace('datasets', 'add', data, '--name', 'Textures')
      expect(again).toMatchObject({ code: 1, stderr: expect.stringContaining('already') as string })
      const odd = await inWorkspace('datasets', 'add', path.join(folder, 'workspace'))
      expect(odd).toMatchObject({
        code: 1,
        stdout: '',
        stderr: expect.stringMatching(/Import workspace: failed\. .*not recognised/) as string,
      })
      const jobs = await inWorkspace('jobs', 'list', '--all')
      expect(jobs.stdout).toMatch(/Import Textures +finished +\d+\/\d+/)
      expect(jobs.stdout).toMatch(/Import workspace +failed/)
      const config = ['--dataset', 'Textures', '--category', 'brick']
      const unknown = await inWorkspace('train', ...config, '--preset', 'huge')
      expect(unknown).toMatchObject({ code: 2, stderr: expect.stringContaining('tiny') as string })
      const wrong = await inWorkspace('train', ...config, '--set', 'training.epoch=3')
      expect(wrong).toMatchObject({
        code: 1,
        stderr: expect.stringContaining('training.epoch') as string,
      })
    },
  )

  it('gives images a verdict and lists it with its causes', { timeout: 60_000 }, async () => {
    const image = 'brick/test/good/000.png'
    const set = ['reviews', 'set', 'Textures', image, '--verdict', 'ambiguous']
    const done = await inWorkspace(...set, '--cause', 'lighting', '--cause', 'other', '--json')
    expect(JSON.parse(done.stdout)).toMatchObject([
      { verdict: 'ambiguous', causes: ['lighting', 'other'] },
    ])
    const listed = await inWorkspace('reviews', 'list', 'Textures', '--verdict', 'ambiguous')
    expect(listed.stdout).toMatch(/brick +good +Ambiguous +1/)
    expect(listed.stdout).toMatch(/000\.png +Ambiguous +Lighting, Other/)
    const unknown = await inWorkspace('reviews', 'set', 'Textures', image, '--verdict', 'nice')
    expect(unknown).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('bad-image') as string,
    })
    const gone = await inWorkspace('reviews', 'set', 'Textures', 'no.png', '--verdict', 'fine')
    expect(gone).toMatchObject({ code: 1, stderr: 'Textures has no image no.png.\n' })
  })
})

/** Without arguments nothing may follow, else `--workspace` would be taken for the command. */
function inWorkspaceIfAny(args: readonly string[]) {
  return args.length === 0 ? ddad([]) : inWorkspace(...args)
}
