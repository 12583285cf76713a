import { execFileSync } from 'node:child_process'
import {
  appendFileSync,
  chmodSync,
  copyFileSync,
  mkdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import path from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { scanFolder } from '../../../../../../src/main/background/datasets/scan/scan-folder.ts'
import { makeTree, mask, type Content } from './tree.ts'

const roots: string[] = []
afterEach(() => {
  for (const root of roots.splice(0)) rmSync(root, { recursive: true, force: true })
})

async function tree(files: Record<string, Content>): Promise<string> {
  const root = await makeTree(files)
  roots.push(root)
  return root
}

const base: Record<string, Content> = {
  'train/good/000.png': 'image',
  'test/good/000.png': 'image',
  'test/cut/000.png': 'image',
  'ground_truth/cut/000_mask.png': mask(0, 255),
}

async function problemsOf(root: string): Promise<string[]> {
  const { report } = await scanFolder(root)
  return report.problems.map(({ kind, path: file }) => `${kind} ${file}`)
}

describe('scanFolder', () => {
  it('reports each thing that is wrong, and imports the rest', async () => {
    const root = await tree({
      ...base,
      'train/good/empty.png': { text: '' },
      'train/good/fake.png': { text: 'this is text' },
      'test/cut/001.png': 'image',
      'test/cut/002.png': 'image',
      'test/cut/003.png': 'image',
      'ground_truth/cut/002_mask.png': mask(0, 7, 255),
      'ground_truth/cut/003_mask.png': { text: 'no image' },
      'ground_truth/cut/099_mask.png': mask(0, 255),
    })
    copyFileSync(path.join(root, 'train/good/000.png'), path.join(root, 'test/good/twin.png'))
    const scan = await scanFolder(root)
    expect(scan.report.problems.map(({ kind, path: file }) => `${kind} ${file}`)).toEqual([
      'unreadable-image train/good/empty.png',
      'unreadable-image train/good/fake.png',
      'missing-mask test/cut/001.png',
      'mask-not-binary ground_truth/cut/002_mask.png',
      'unreadable-mask ground_truth/cut/003_mask.png',
      'extra-mask ground_truth/cut/099_mask.png',
      'duplicate-across-splits test/good/twin.png',
    ])
    expect(scan.report).toMatchObject({ imageCount: 7, maskCount: 2 })
    const values = scan.report.problems.find(({ kind }) => kind === 'mask-not-binary')
    expect(values?.message).toContain('0, 7, 255')
  })

  it('leaves out a mask of another size', async () => {
    const root = await tree({ ...base })
    const wide = path.join(import.meta.dirname, '../../../../../fixtures/images/grey1.png')
    copyFileSync(wide, path.join(root, 'ground_truth/cut/000_mask.png'))
    const { report, images } = await scanFolder(root)
    expect(report.problems).toMatchObject([{ kind: 'mask-size' }])
    expect(report.problems[0]!.message).toContain('37 × 24 pixels')
    expect(report.problems[0]!.message).toContain('8 × 8')
    expect(images.find(({ anomalous }) => anomalous)?.masks).toEqual([])
  })

  it('keeps names as they are: unicode twins, spaces, quotes, #?%, newlines, dashes', async () => {
    const names = [
      'é.png',
      'e\u0301.png',
      ' a b .png',
      `'"&.png`,
      '#?%20.png',
      'x\ny.png',
      '-rf.png',
      `${'long'.repeat(60)}.png`,
      'UPPER.PNG',
    ]
    const root = await tree({
      ...base,
      ...Object.fromEntries(names.map((name) => [`train/good/${name}`, 'image' as const])),
    })
    const { images, report } = await scanFolder(root)
    const found = images.filter(({ split }) => split === 'train').map((image) => image.path)
    expect(found).toEqual([...names, '000.png'].sort().map((name) => `train/good/${name}`))
    expect(report.problems).toEqual([])
  })

  it('finds masks whose names have their accents written the other way', async () => {
    const root = await tree({
      ...base,
      'test/cut/\u00e9.png': 'image',
      'ground_truth/cut/e\u0301_mask.png': mask(0, 255),
    })
    expect(await problemsOf(root)).toEqual([])
  })

  it.skipIf(process.getuid?.() === 0)('reports what may not be read', async () => {
    const root = await tree({ ...base, 'train/good/locked.png': 'image', 'notes/a.png': 'image' })
    chmodSync(path.join(root, 'train/good/locked.png'), 0)
    chmodSync(path.join(root, 'notes'), 0)
    const problems = await problemsOf(root)
    chmodSync(path.join(root, 'notes'), 0o700)
    expect(problems).toEqual(['permission notes', 'unreadable-image train/good/locked.png'])
  })

  it('takes a linked folder for a category, and waits for no pipe', async () => {
    const root = await tree(
      Object.fromEntries(Object.entries(base).map(([name, what]) => [`store/part/${name}`, what])),
    )
    symlinkSync(path.join(root, 'store/part'), path.join(root, 'linked'))
    execFileSync('mkfifo', [path.join(root, 'store/part/train/good/pipe.png')])
    const { report } = await scanFolder(root)
    expect(report.categories.map(({ name }) => name)).toEqual(['linked'])
    expect(report).toMatchObject({ imageCount: 3, problems: [] })
  })

  it('follows links inside, and reports loops and links that lead out', async () => {
    const root = await tree({ ...base, 'elsewhere/000.png': 'image' })
    const outside = await tree({ 'secret.png': 'image' })
    symlinkSync(path.join(root, 'elsewhere/000.png'), path.join(root, 'train/good/linked.png'))
    symlinkSync(path.join(outside, 'secret.png'), path.join(root, 'train/good/out.png'))
    symlinkSync(outside, path.join(root, 'train/outside'))
    symlinkSync(root, path.join(root, 'train/loop'))
    symlinkSync('self.png', path.join(root, 'train/good/self.png'))
    symlinkSync('gone.png', path.join(root, 'train/good/dangling.png'))
    const { images, report } = await scanFolder(root)
    expect(images.map((image) => image.path)).toContain('train/good/linked.png')
    expect(report.problems.map(({ kind, path: file }) => `${kind} ${file}`)).toEqual([
      'unreadable-image train/good/dangling.png',
      'outside-root train/good/out.png',
      'link-loop train/good/self.png',
      'link-loop train/loop',
      'outside-root train/outside',
    ])
  })

  it('ignores what systems leave behind', async () => {
    const root = await tree({ ...base, 'train/good/.DS_Store': { text: 'x' } })
    mkdirSync(path.join(root, '__MACOSX/train/good'), { recursive: true })
    writeFileSync(path.join(root, '__MACOSX/train/good/000.png'), 'x')
    writeFileSync(path.join(root, 'train/good/._000.png'), 'x')
    writeFileSync(path.join(root, 'train/good/Thumbs.db'), 'x')
    writeFileSync(path.join(root, 'test/desktop.ini'), 'x')
    mkdirSync(path.join(root, 'test/.ipynb_checkpoints'))
    writeFileSync(path.join(root, 'test/.ipynb_checkpoints/000-checkpoint.png'), 'x')
    expect(await problemsOf(root)).toEqual([])
  })

  it('gives the same result again, and another hash for another content', async () => {
    const root = await tree(base)
    const first = await scanFolder(root)
    expect(await scanFolder(root)).toEqual(first)
    copyFileSync(path.join(root, 'test/good/000.png'), path.join(root, 'test/cut/000.png'))
    const second = await scanFolder(root)
    const hash = (scan: typeof first) => scan.images.map(({ sha256 }) => sha256)
    expect(hash(second).filter((value, i) => value !== hash(first)[i])).toHaveLength(1)
  })

  it('goes on where an earlier scan was ended, and reads again what is another now', async () => {
    const more = Array.from(
      { length: 9 },
      (_, i) => [`train/good/00${i + 1}.png`, 'image'] as const,
    )
    const root = await tree({ ...base, ...Object.fromEntries(more) })
    const journal = path.join(await tree({}), 'journals/one')
    const file = path.join(root, 'train/good/000.png')
    // Bytes behind the picture, so that it stays readable when one is another.
    appendFileSync(file, 'behind')
    utimesSync(file, 1000, 1000)
    const ending = new AbortController()
    const onProgress = (done: number) => done === 4 && ending.abort()
    const ended = scanFolder(root, { journal, signal: ending.signal, onProgress })
    await expect(ended).rejects.toMatchObject({ code: 'CANCELLED' })
    expect(readFileSync(journal, 'utf8').split('\n').filter(Boolean).length).toBeGreaterThan(0)
    const whole = await scanFolder(root, { journal })
    expect(whole).toEqual(await scanFolder(root))

    // Other content with the size and time of before is not noticed, so that it was not read again.
    const content = readFileSync(file)
    content[content.length - 1]! ^= 1
    writeFileSync(file, content)
    utimesSync(file, 1000, 1000)
    appendFileSync(journal, 'torn by a kill')
    expect(await scanFolder(root, { journal })).toEqual(whole)
    utimesSync(file, 1000, 2000)
    const again = await scanFolder(root, { journal })
    const hash = ({ images }: typeof whole) => images.map(({ sha256 }) => sha256)
    expect(hash(again).filter((value, i) => value !== hash(whole)[i])).toHaveLength(1)
  })

  it('tells its progress and can be cancelled', async () => {
    const root = await tree(base)
    const steps: number[][] = []
    await scanFolder(root, { onProgress: (...step) => void steps.push(step) })
    expect(steps).toEqual([
      [1, 3],
      [2, 3],
      [3, 3],
    ])
    const cancelled = scanFolder(root, { signal: AbortSignal.abort() })
    await expect(cancelled).rejects.toMatchObject({ code: 'CANCELLED' })
  })

  it('says what it looked for', async () => {
    const root = await tree({ 'notes/a.txt': { text: 'x' } })
    const scan = scanFolder(root)
    await expect(scan).rejects.toMatchObject({ code: 'NOT_A_DATASET' })
    await expect(scan).rejects.toThrow(/Real-IAD[\s\S]*VisA[\s\S]*BTAD[\s\S]*MVTec AD: train\/good/)
    await expect(scanFolder(path.join(root, 'notes/a.txt'))).rejects.toThrow('is a file')
    await expect(scanFolder(path.join(root, 'gone'))).rejects.toMatchObject({ code: 'NOT_FOUND' })
  })
})
